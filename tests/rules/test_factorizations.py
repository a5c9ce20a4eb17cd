"""Cholesky and QR: every shape, fifty digits, the splits, what is free, and the edges where they stop."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la
import sympy as sp

import matcalc as mc
from matcalc.rules.factorizations import DEPENDENT, cholesky_by_columns, gram_schmidt, lower_half, positive_qr
from matcalc.spaces import norm, vec

TALL = [(1, 1), (4, 1), (2, 2), (5, 5), (5, 3), (7, 2), (6, 5)]
BOTH = pytest.mark.parametrize("F", [mc.cholesky, mc.qr], ids=lambda F: F.name)


def graded(rng, m, n, condition=1e4):
    """A generic m×n matrix of full column rank with the given condition number."""
    U, V = (np.linalg.qr(rng.standard_normal((rows, n)))[0] for rows in (m, n))
    return (U * np.geomspace(1, 1 / condition, n)) @ V.T


# --- right, in every shape and to fifty digits -----------------------------------------------------------------


@pytest.mark.parametrize("shape", TALL, ids=str)
def test_qr_of_every_shape_is_verified(shape, rng):
    for X in (rng.standard_normal(shape) + 3 * np.eye(*shape), graded(rng, *shape)):
        assert mc.verify(mc.qr, X).evaluations <= 80
        Q, R = mc.qr(X)
        assert np.allclose(Q @ R, X)
        assert np.allclose(Q.T @ Q, np.eye(shape[1]))
        assert np.array_equal(R, np.triu(R))
        assert (np.diag(R) > 0).all()


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_cholesky_of_every_size_is_verified(n, rng):
    root = graded(rng, n, n, 100)
    X = root @ root.T
    X = (X + X.T) / 2
    assert mc.verify(mc.cholesky, X).evaluations <= 80
    assert np.allclose(mc.cholesky(X), np.linalg.cholesky(X))


def exact_slope(f, X, dX):
    """The slope of an mpmath function along dX, from fifty digits."""
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        ends = zip(f(A + h * dA), f(A - h * dA), strict=True)
        return [np.array(((a - b) / (2 * h)).tolist(), float) for a, b in ends]


def projected(A):
    """(Q, R) of an mpmath matrix: each column minus its projections."""
    Q, R = A.copy(), mpmath.zeros(A.cols)
    for j in range(A.cols):
        for i in range(j):
            R[i, j] = sum(Q[k, i] * Q[k, j] for k in range(A.rows))
            for k in range(A.rows):
                Q[k, j] -= R[i, j] * Q[k, i]
        R[j, j] = mpmath.sqrt(sum(Q[k, j] ** 2 for k in range(A.rows)))
        for k in range(A.rows):
            Q[k, j] /= R[j, j]
    return Q, R


@pytest.mark.parametrize("shape", [(5, 3), (4, 4)], ids=str)
def test_qr_agrees_with_50_digit_arithmetic(shape, rng):
    X, dX = rng.standard_normal(shape) + 2 * np.eye(*shape), rng.standard_normal(shape)
    for found, slope in zip(mc.qr.at(X)(dX), exact_slope(projected, X, dX), strict=True):
        assert norm(found - slope) <= 1e-13 * norm(slope)


def test_cholesky_agrees_with_50_digit_arithmetic(rng):
    X, dX = mc.cholesky.domain.sample(rng, 5), rng.standard_normal((5, 5))
    dX = dX + dX.T
    slope = exact_slope(lambda A: [mpmath.cholesky(A)], X, dX)[0]
    assert norm(mc.cholesky.at(X)(dX) - slope) <= 1e-13 * norm(slope)


def test_cholesky_by_entries():
    """The 2×2 factor √a, b/√a, √(c − b²/a), differentiated by SymPy."""
    a, b, c = sp.symbols("a b c", positive=True)
    entries = sp.Matrix([sp.sqrt(a), b / sp.sqrt(a), sp.sqrt(c - b**2 / a)])
    moved = (entries.jacobian([a, b, c]) @ sp.Matrix([8, 14, 12])).subs({a: 4, b: 2, c: 10})
    dL = mc.cholesky.at(np.array([[4.0, 2], [2, 10]]))(np.array([[8.0, 14], [14, 12]]))
    assert np.allclose(dL[[0, 1, 1], [0, 0, 1]], np.array(moved, float)[:, 0])
    assert dL[0, 1] == 0


def test_the_algorithms_written_from_the_definition_agree_with_lapack(rng):
    X = graded(rng, 6, 4, 1e8)
    assert np.allclose(vec(gram_schmidt(X)), vec(positive_qr(X)), atol=1e-7)
    S = mc.cholesky.domain.sample(rng, 6)
    assert np.allclose(cholesky_by_columns(S), la.cholesky(S, lower=True), atol=1e-14)


# --- structure ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", TALL, ids=str)
def test_the_tangent_of_qr_keeps_the_structure(shape, rng):
    X, dX = rng.standard_normal(shape) + 2 * np.eye(*shape), rng.standard_normal(shape)
    (Q, R), dF = mc.qr.linearize(X)
    dQ, dR = dF(dX)
    assert np.allclose(dQ @ R + Q @ dR, dX)
    assert np.allclose(Q.T @ dQ, -(Q.T @ dQ).T)
    assert np.array_equal(dR, np.triu(dR))


def test_half_of_a_symmetric_matrix_and_its_transpose_make_it_whole(rng):
    S = mc.domains.SYMMETRIC.sample(rng, 5)
    assert np.allclose(lower_half(S) + lower_half(S).T, S)
    assert np.array_equal(lower_half(S), np.tril(lower_half(S)))


def test_only_the_free_triangle_of_a_cotangent_counts(rng):
    X, S = mc.qr.domain.sample(rng, 4), mc.cholesky.domain.sample(rng, 4)
    Qbar, Rbar = rng.standard_normal((6, 4)), rng.standard_normal((4, 4))
    assert np.allclose(mc.qr.at(X).T((Qbar, Rbar)), mc.qr.at(X).T((Qbar, np.triu(Rbar))))
    assert np.allclose(mc.cholesky.at(S).T(Rbar), mc.cholesky.at(S).T(np.tril(Rbar)))


def test_cholesky_moves_along_symmetric_tangents_only(rng):
    S, dX = mc.cholesky.domain.sample(rng, 4), rng.standard_normal((4, 4))
    dF = mc.cholesky.at(S)
    with pytest.raises(ValueError, match="the tangent is not symmetric"):
        dF(dX)
    assert np.allclose(dF.push(dX), dF((dX + dX.T) / 2))
    Xbar = dF.T(dX)
    assert np.array_equal(Xbar, Xbar.T)


@BOTH
def test_complex_tangents_are_pushed_and_pulled(F, rng):
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    dX, dZ = (F.domain.tangent(rng, X) for _ in range(2))
    joined = vec(dF.push(dX + 1j * dZ))
    assert np.allclose(joined, vec(dF(dX)) + 1j * vec(dF(dZ)))
    Ybar = tuple(1j * part for part in Y) if isinstance(Y, tuple) else 1j * Y
    assert mc.inner(Ybar, dF.push(1j * dX)) == pytest.approx(mc.inner(dF.pull(Ybar), 1j * dX))


@BOTH
def test_three_directions_cost_one_factorization(F, monkeypatch, rng):
    calls, name = [], F.name
    original = getattr(la, name)
    monkeypatch.setattr(la, name, lambda *args, **options: (calls.append(1), original(*args, **options))[1])
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    for _ in range(3):
        dF(F.domain.tangent(rng, X))
        dF.T(Y)
    assert len(calls) == 1


# --- uses that have another answer ------------------------------------------------------------------------------


def test_log_det_through_cholesky_is_the_inverse(rng):
    S = mc.cholesky.domain.sample(rng, 5)
    L, dF = mc.cholesky.linearize(S)
    assert np.allclose(dF.T(np.diag(2 / np.diag(L))), la.inv(S))


def test_the_factor_of_the_gram_matrix_is_r_transposed(rng):
    X, dX = mc.qr.domain.sample(rng, 4), rng.standard_normal((6, 4))
    _, dR = mc.qr.at(X)(dX)
    assert np.allclose(mc.cholesky.at(X.T @ X)(dX.T @ X + X.T @ dX), dR.T)


def test_the_volume_through_r_has_the_gradient_of_half_log_det_of_the_gram_matrix(rng):
    X = mc.qr.domain.sample(rng, 4)
    (Q, R), dF = mc.qr.linearize(X)
    assert np.allclose(dF.T((0 * Q, np.diag(1 / np.diag(R)))), la.pinv(X).T)


def test_the_projector_does_not_depend_on_signs(rng):
    """d(QQᵀ) through our signs and through LAPACK's, where dQ is D dQ of ours."""
    X, dX = mc.qr.domain.sample(rng, 3), rng.standard_normal((5, 3))
    (Q, _), (dQ, _) = mc.qr(X), mc.qr.at(X)(dX)
    P = lambda X: (lambda Q: Q @ Q.T)(np.linalg.qr(X)[0])
    assert np.allclose(dQ @ Q.T + Q @ dQ.T, mc.differences.richardson(P, X, dX, 1e-2), atol=1e-9)


# --- wrong twins ------------------------------------------------------------------------------------------------


def rotation_only(X, dX):
    (Q, R), (_, dR) = mc.qr(X), mc.qr.at(X)(dX)
    low = np.tril(Q.T @ dX @ la.inv(R), -1)
    return Q @ (low - low.T), dR


def test_the_normal_part_of_dq_is_missed_for_tall_matrices_only(rng):
    twin = mc.qr.but(differential=rotation_only)
    assert not mc.examine(twin).check("difference").passed
    square = rng.standard_normal((4, 4)) + 2 * np.eye(4)
    dX = rng.standard_normal((4, 4))
    assert np.allclose(vec(rotation_only(square, dX)), vec(mc.qr.at(square)(dX)))


@pytest.mark.parametrize("cut", [np.tril, lambda M: np.tril(M, -1), lambda M: M / 2], ids=["tril", "strict", "half"])
def test_another_cut_than_half_the_diagonal_is_refused(cut):
    def claim(X, dX):
        L = mc.cholesky(X)
        return L @ cut(la.inv(L) @ dX @ la.inv(L).T)

    assert not mc.examine(mc.cholesky.but(differential=claim)).check("difference").passed


def test_an_adjoint_without_the_symmetric_part_is_caught_in_its_lines():
    def claim(X, Lbar):
        L = mc.cholesky(X)
        return la.inv(L).T @ np.tril(L.T @ Lbar) @ la.inv(L)

    report = mc.examine(mc.cholesky.but(adjoint=claim))
    assert {check.name for check in report.failures} == {"adjoint", "printed adjoint"}


# --- edges --------------------------------------------------------------------------------------------------------


def test_wide_matrices_are_refused():
    with pytest.raises(mc.DomainError, match="expected no more columns than rows, got a 3×5 matrix"):
        mc.qr(np.ones((3, 5)))
    with pytest.raises(mc.DomainError, match="expected a matrix, got a vector of length 3"):
        mc.qr(np.ones(3))


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1.0, 1e6, 1e100])
def test_a_dependent_column_is_named(scale, rng):
    X = rng.standard_normal((6, 4))
    X[:, 2] = X[:, 0] - 2 * X[:, 1]
    for call in (mc.qr, mc.qr.at):
        with pytest.raises(mc.DomainError, match="column 3 depends on the columns before it: .* is left"):
            call(scale * X)
    with pytest.raises(mc.DomainError, match="column 1 depends .* 0.0e"):
        mc.qr.at(np.zeros((3, 2)))


def test_columns_of_any_length_are_independent(rng):
    """Whether columns are independent does not depend on their lengths."""
    X = mc.qr.domain.sample(rng, 4)
    assert mc.qr.domain.contains(X * [1.0, 1e-40, 1e30, 1e-80])
    X[:, 1] = X[:, 0] + DEPENDENT * X[:, 1] / 10
    assert not mc.qr.domain.contains(X)


@pytest.mark.parametrize(
    ("X", "order"), [([[0.0, 0], [0, 1]], 1), ([[1.0, 2], [2, 1]], 2), ([[1.0, 1], [1, 1]], 2), ([[-1.0]], 1)]
)
def test_an_indefinite_or_singular_matrix_is_refused(X, order):
    for call in (mc.cholesky, mc.cholesky.at):
        with pytest.raises(mc.DomainError, match=f"leading minor of order {order} is not positive"):
            call(np.array(X))
    with pytest.raises(mc.DomainError, match="expected a symmetric matrix"):
        mc.cholesky(np.array([[2.0, 1], [0, 2]]))


@pytest.mark.parametrize("scale", [1e-310, 1e-160, 1e160, 1e300])
def test_no_size_costs_digits_of_the_value(scale, rng):
    X = mc.qr.domain.sample(rng, 3)
    Q, R = mc.qr(X)
    near = 1e-12 if scale > 1e-300 else 1e-8  # a number like 1e-310 has lost digits of its own
    for found in (mc.qr(scale * X), mc.qr.linearize(scale * X)[0]):
        np.testing.assert_allclose(found[0], Q, atol=near)
        np.testing.assert_allclose(found[1] / scale, R, atol=near)


def test_columns_of_very_different_sizes(rng):
    X = mc.qr.domain.sample(rng, 3)
    Q, R = mc.qr(X * [1e-200, 1.0, 1e200])
    np.testing.assert_allclose(Q, mc.qr(X)[0], atol=1e-12)
    np.testing.assert_allclose(R / [1e-200, 1.0, 1e200], mc.qr(X)[1], atol=1e-12)

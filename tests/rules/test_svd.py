"""Singular values and vectors: every shape, fifty digits, ties, zeros, signs, and what needs no gap."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.rules.svd import TIE, decompose, iterated
from matcalc.spaces import norm, vec

SHAPES = [(1, 1), (1, 4), (4, 1), (2, 2), (5, 5), (6, 3), (3, 6), (6, 5)]
BOTH = pytest.mark.parametrize("F", [mc.svdvals, mc.svd], ids=lambda F: F.name)


def spectrum(rng, s, m, n):
    """A generic m×n matrix with the singular values s."""
    U, V = (np.linalg.qr(rng.standard_normal((rows, len(s))))[0] for rows in (m, n))
    return (U * s) @ V.T


def spread(rng, m, n):
    return spectrum(rng, np.geomspace(4, 0.25, min(m, n)), m, n)


# --- right, in every shape and to fifty digits -----------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_is_verified(F, shape, rng):
    assert mc.verify(F, spread(rng, *shape)).evaluations <= 80


@pytest.mark.parametrize("scale", [1e-200, 1e-6, 1e6, 1e200])
def test_no_scale_overflows_or_underflows(scale, rng):
    """A multiple of X has the same vectors: they turn alike, and only the values grow with it."""
    X, dX = spread(rng, 5, 3), rng.standard_normal((5, 3))
    Ybar, dF = mc.svd.linearize(X)
    dG = mc.svd.at(scale * X)
    turned = dG(scale * dX)
    for factor, a, b in zip((1, scale, 1), dF(dX), turned, strict=True):
        assert np.allclose(factor * a, b, rtol=1e-11, atol=0)
    assert mc.inner(dG.T(Ybar), scale * dX) == pytest.approx(mc.inner(Ybar, turned), rel=1e-9)
    assert np.allclose(mc.svdvals.at(scale * X)(scale * dX), turned[1], rtol=1e-11, atol=0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_factors_are_thin_ordered_and_signed(shape, rng):
    X = spread(rng, *shape)
    U, s, Vt = mc.svd(X)
    k = min(shape)
    assert (U.shape, s.shape, Vt.shape) == ((shape[0], k), (k,), (k, shape[1]))
    assert np.allclose((U * s) @ Vt, X)
    assert (np.diff(s) < 0).all()
    assert (U[np.abs(U).argmax(axis=0), np.arange(k)] > 0).all()
    assert np.allclose(s, mc.svdvals(X))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)], ids=str)
def test_the_derivative_agrees_with_50_digit_arithmetic(shape, rng):
    X, dX = spread(rng, *shape), rng.standard_normal(shape)
    (U, s, Vt), dF = mc.svd.linearize(X)
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        ends = [aligned(mpmath.svd_r(A + t * dA), U) for t in (h, -h)]
        exact = [np.array(((a - b) / (2 * h)).tolist(), float) for a, b in zip(*ends, strict=True)]
    for found, slope in zip(dF(dX), (exact[0], exact[1][:, 0], exact[2]), strict=True):
        assert norm(found - slope) <= 1e-12 * norm(slope)
    assert np.allclose(mc.svdvals.at(X)(dX), exact[1][:, 0], rtol=1e-12)


def aligned(factors, U):
    """mpmath's thin factors with the signs of U."""
    left, s, right = factors
    for j in range(U.shape[1]):
        sign = mpmath.sign(sum(left[i, j] * U[i, j] for i in range(left.rows)))
        for i in range(left.rows):
            left[i, j] *= sign
        for i in range(right.cols):
            right[j, i] *= sign
    return left, s, right


def test_a_worked_example():
    """diag(3, 1) pushed along [[1, 5], [3, 2]]: F₁₂ = −1/8; u turns by 9/4, v by 7/4."""
    dU, ds, dVt = mc.svd.at(np.diag([3.0, 1.0]))(np.array([[1.0, 5], [3, 2]]))
    assert np.allclose(ds, [1, 2])
    assert np.allclose(dU, [[0, -7 / 4], [7 / 4, 0]])
    assert np.allclose(dVt, [[0, 9 / 4], [-9 / 4, 0]])


@pytest.mark.parametrize("least", [1.0, 1e-6, 1e-12])
def test_two_algorithms_give_the_same_orthonormal_factors(least, rng):
    X = mc.samples.with_singular_values(rng, [3.0, 2.0, least], 5, 3)
    for U, s, Vt in (iterated(X), mc.svd.linearize(X)[0]):
        np.testing.assert_allclose(U.T @ U, np.eye(3), atol=1e-13)
        np.testing.assert_allclose((U * s) @ Vt, X, atol=1e-13)
    assert np.allclose(vec(iterated(X)), vec(mc.svd.linearize(X)[0]), rtol=0, atol=1e-13)


# --- structure ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_tangent_solves_the_differentiated_equation_and_keeps_the_columns_orthonormal(shape, rng):
    X, dX = spread(rng, *shape), rng.standard_normal(shape)
    (U, s, Vt), dF = mc.svd.linearize(X)
    dU, ds, dVt = dF(dX)
    assert np.allclose((dU * s) @ Vt + (U * ds) @ Vt + (U * s) @ dVt, dX)
    for skew in (U.T @ dU, Vt @ dVt.T):
        assert np.allclose(skew, -skew.T)
    assert np.allclose(ds, mc.svdvals.at(X)(dX))


@BOTH
def test_complex_tangents_are_pushed_and_pulled(F, rng):
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    dX, dZ = (rng.standard_normal(X.shape) for _ in range(2))
    assert np.allclose(vec(dF.push(dX + 1j * dZ)), vec(dF(dX)) + 1j * vec(dF(dZ)))
    Ybar = tuple(1j * part for part in Y) if isinstance(Y, tuple) else 1j * Y
    assert mc.inner(Ybar, dF.push(1j * dX)) == pytest.approx(mc.inner(dF.pull(Ybar), 1j * dX))


@BOTH
def test_three_directions_cost_one_factorization(F, monkeypatch, rng):
    calls, original = [], la.svd
    monkeypatch.setattr(la, "svd", lambda *args, **options: (calls.append(1), original(*args, **options))[1])
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    for _ in range(3):
        dF(rng.standard_normal(X.shape))
        dF.T(Y)
    assert len(calls) == 1


def test_values_need_no_gap_and_vectors_do(rng):
    """At a gap of 1e-6 the values move like dX, the vectors a million times faster."""
    X = spectrum(rng, np.array([2.0, 1.0, 1.0 - 1e-6]), 5, 3)
    dX = rng.standard_normal((5, 3))
    assert norm(mc.svdvals.at(X)(dX)) <= norm(dX)
    assert norm(mc.svd.at(X)(dX)[0]) > 1e4 * norm(dX)
    assert mc.verify(mc.svdvals, spectrum(rng, np.array([2.0, 1.0, 0.99]), 5, 3)).passed


def test_a_loss_of_the_product_alone_has_the_gradient_it_should_have(rng):
    """A cotangent that comes through U diag(s) Vᵀ = X goes back unchanged, whatever the gaps."""
    X, C = spread(rng, 5, 3), rng.standard_normal((5, 3))
    (U, s, Vt), dF = mc.svd.linearize(X)
    back = dF.T((C @ Vt.T * s, np.diag(U.T @ C @ Vt.T), s[:, None] * (U.T @ C)))
    assert np.allclose(back, C)


def test_the_nuclear_norm_through_the_values(rng):
    X = spread(rng, 4, 6)
    U, _, Vt = mc.svd(X)
    assert np.allclose(mc.svdvals.at(X).T(np.ones(4)), U @ Vt)


def test_the_log_determinant_through_the_values(rng):
    X = spread(rng, 4, 4)
    assert np.allclose(mc.svdvals.at(X).T(1 / mc.svdvals(X)), la.inv(X).T)


# --- wrong twins ------------------------------------------------------------------------------------------------


def gaps(s, sign=1.0):
    D = s**2 - s[:, None] ** 2 + np.eye(len(s))
    return sign * (1 - np.eye(len(s))) / D


def vectors_by(sign=1.0, normal=True):
    """The formula of the vectors, with the sign of F or the normal parts at choice."""

    def claim(X, dX):
        U, s, Vt = mc.svd(X)
        V, F, P = Vt.T, gaps(s, sign), U.T @ dX @ Vt.T
        dU, dV = U @ (F * (P * s + (P * s).T)), V @ (F * (s[:, None] * P + (s[:, None] * P).T))
        if normal:
            dU, dV = dU + (dX @ V - U @ P) / s, dV + (dX.T @ U - V @ P.T) / s
        return dU, np.diag(P), dV.T

    return claim


@pytest.mark.parametrize(
    ("change", "passes"), [({}, True), ({"sign": -1.0}, False), ({"normal": False}, False)], ids=str
)
def test_a_flipped_sign_and_a_missing_normal_part_are_refused(change, passes):
    report = mc.examine(mc.svd.but(differential=vectors_by(**change)))
    assert report.check("difference").passed is passes


def test_swapped_vectors_are_caught_in_the_adjoint_lines():
    twin = mc.svdvals.but(adjoint=lambda X, sbar: (decompose(X)[0] * sbar[::-1]) @ decompose(X)[2].T)
    assert {check.name for check in mc.examine(twin).failures} == {"adjoint", "printed adjoint"}


# --- edges --------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_a_tie_is_named_with_its_distance(F, scale, rng):
    X = scale * spectrum(rng, np.array([3.0, 2.0, 2.0]), 5, 3)
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match="singular values 2 and 3 coincide at .*: their gap is .* of"):
            call(X)
    assert F.domain.contains(scale * spectrum(rng, np.array([3.0, 2.0, 2.0 - 100 * TIE]), 5, 3))


@BOTH
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)], ids=str)
def test_a_zero_singular_value_is_named(F, shape, rng):
    X = spectrum(rng, np.array([2.0, 1.0, 0.0]), *shape)
    with pytest.raises(mc.DomainError, match="singular value 3 is zero to working precision: .* beside 2.0e"):
        F.at(X)
    with pytest.raises(mc.DomainError, match="singular value 1 is zero"):
        F.at(np.zeros((1, 3)))


def test_an_undecided_sign_is_named():
    X = np.array([[2.0, 1.0], [1.0, 2.0]])  # u₂ = (1, −1)/√2
    with pytest.raises(mc.DomainError, match="the sign of column 2 of U is undecided: its largest entries are ±0.707"):
        mc.svd.at(X)
    assert mc.svdvals.at(X)(np.eye(2)).tolist() == pytest.approx([1, 1])


@BOTH
def test_anything_but_a_matrix_is_refused(F):
    with pytest.raises(mc.DomainError, match="expected a matrix, got a vector of length 3"):
        F(np.ones(3))

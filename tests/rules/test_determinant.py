"""Determinants against exact minors, 50-digit values and matrices of letters, at singular matrices too."""

from itertools import combinations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc
from matcalc.rules import determinant
from matcalc.samples import rank_deficient, well_conditioned

LETTERS = sp.Matrix(3, 3, sp.symbols("a:3 b:3 c:3"))


def cofactors(X):
    """The cofactor matrix by its definition, in whole numbers."""
    X = sp.Matrix(X.astype(int).tolist())
    if X.rows == 1:
        return np.ones((1, 1))
    return np.array(X.cofactor_matrix().tolist(), dtype=float)


def of_rank(rng, n, r):
    """A whole-number n×n matrix of rank r."""
    while True:
        X = rng.integers(-2, 3, (n, r)) @ rng.integers(-2, 3, (r, n))
        if sp.Matrix(X.tolist()).rank() == r:
            return X.astype(float)


def at(expression, X):
    return float(expression.subs(dict(zip(LETTERS, X.flat, strict=True))))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_gradient_is_the_cofactor_matrix_at_every_rank(rng, n):
    for r in range(1, n + 1):
        X = of_rank(rng, n, r)
        np.testing.assert_allclose(mc.det.gradient(X), cofactors(X), atol=1e-11 * np.abs(X).max() ** (n - 1))
    np.testing.assert_allclose(mc.det.gradient(np.zeros((n, n))), cofactors(np.zeros((n, n))))


def test_gradient_entry_by_entry_with_letters(rng):
    X = rng.standard_normal((3, 3))
    entrywise = [[at(LETTERS.det().diff(LETTERS[i, j]), X) for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(mc.det.gradient(X), entrywise, rtol=1e-12)


@pytest.mark.parametrize("X", [
    np.array([[1.0, 2], [2, 4]]),
    np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]),
    np.outer([1.0, 2, 3], [3.0, -1, 2]),
    np.zeros((3, 3)),
    np.array([[3.0]]),
    np.array([[0.0]]),
    np.array([[0.0, 1], [0, 0]]),
], ids=["rank 1 of 2", "rank 2 of 3", "rank 1 of 3", "zero", "1×1", "zero 1×1", "nilpotent"])  # fmt: skip
def test_det_is_verified_at_singular_points(X):
    assert mc.verify(mc.det, X).passed


def test_rank_one_less_gives_a_rank_one_adjugate_between_the_null_spaces(rng):
    X = rank_deficient(rng, 5)
    G = mc.det.gradient(X)
    assert np.linalg.matrix_rank(G) == 1
    np.testing.assert_allclose(X.T @ G, 0, atol=1e-10)
    np.testing.assert_allclose(G @ X.T, 0, atol=1e-10)


def test_both_ways_to_the_adjugate_agree(rng, monkeypatch):
    X = well_conditioned(rng, 6)
    quick = determinant.adjugate(X)
    monkeypatch.setattr(determinant, "EASY", 0.0)
    np.testing.assert_allclose(quick, determinant.adjugate(X), rtol=1e-11)
    np.testing.assert_allclose(X @ quick, np.linalg.det(X) * np.eye(6), atol=1e-13)


@pytest.mark.parametrize("gap", [1e-2, 1e-6, 1e-12, 1e-15, 0.0])
def test_gradient_keeps_its_digits_next_to_a_singular_matrix(gap):
    X = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9 + gap]])
    with mp.workdps(50):
        M = mp.matrix(X.tolist())
        minor = lambda i, j: mp.det(mp.matrix([[M[a, b] for b in range(3) if b != j] for a in range(3) if a != i]))
        exact = [[float((-1) ** (i + j) * minor(i, j)) for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(mc.det.gradient(X), exact, rtol=0, atol=2e-13)


def test_tiny_determinants_do_not_take_the_gradient_with_them():
    X = 1e-200 * np.array([[1.0, 2], [3, 4]])  # det X = −2e-400 is no double, the cofactors are
    np.testing.assert_allclose(mc.det.gradient(X), 1e-200 * np.array([[4.0, -3], [-2, 1]]))


def test_cofactors_too_large_are_said_so():
    X = np.diag([1e200, 1e200, 1e-300])
    assert mc.det(X) == pytest.approx(1e100)
    with pytest.raises(OverflowError, match="cofactors are too large"):
        mc.det.at(X)
    with pytest.raises(OverflowError):
        mc.det(np.diag([1e200, 1e200]))


def test_second_differential_of_det_in_letters_at_singular_matrices(rng):
    s, t = sp.symbols("s t")
    for X in (of_rank(rng, 4, 4), of_rank(rng, 4, 3), of_rank(rng, 4, 2), np.zeros((4, 4))):
        H, K = rng.integers(-3, 4, (2, 4, 4))
        moved = sp.Matrix(X.astype(int).tolist()) + s * sp.Matrix(H.tolist()) + t * sp.Matrix(K.tolist())
        exact = sp.Poly(moved.det(method="berkowitz"), s, t).coeff_monomial(s * t)
        assert mc.det.second(X)(H.astype(float), K.astype(float)) == pytest.approx(float(exact), abs=1e-9)


def test_det_is_exactly_linear_along_matrices_of_rank_one(rng):
    for rank in (2, 3, 4):
        X, (u, v) = of_rank(rng, 4, rank), rng.integers(-3, 4, (2, 4)).astype(float)
        H = np.outer(u, v)
        assert mc.det(X + 7 * H) == pytest.approx(mc.det(X) + 7 * mc.det.at(X)(H), abs=1e-9)
        assert mc.det.second(X)(H, H) == pytest.approx(0, abs=1e-9)


def test_second_differential_of_two_by_two_does_not_see_the_point(rng):
    H, K = rng.standard_normal((2, 2, 2))
    expected = np.trace(H) * np.trace(K) - np.trace(H @ K)
    for X in (rng.standard_normal((2, 2)), 1e20 * rng.standard_normal((2, 2)), np.zeros((2, 2))):
        assert mc.det.second(X)(H, K) == pytest.approx(expected)
    assert mc.det.second(np.array([[2.0]]))(np.array([[1.0]]), np.array([[1.0]])) == 0


def test_second_differential_of_det_where_invertible(rng):
    X = well_conditioned(rng, 5)
    H, K = rng.standard_normal((2, 5, 5))
    P, Q = np.linalg.solve(X, H), np.linalg.solve(X, K)
    expected = np.linalg.det(X) * (np.trace(P) * np.trace(Q) - np.trace(P @ Q))
    assert mc.det.second(X)(H, K) == pytest.approx(expected, rel=1e-11)


def test_logabsdet_where_the_determinant_is_negative_or_no_double(rng):
    X = np.array([[0.0, 1], [1, 0]])
    assert mc.logabsdet(X) == 0
    assert mc.verify(mc.logabsdet, np.array([[1.0, 2], [3, 4]])).passed
    small = 0.01 * np.eye(400)
    assert np.linalg.det(small) == 0
    assert mc.logabsdet(small) == pytest.approx(400 * np.log(0.01))
    np.testing.assert_allclose(mc.logabsdet.gradient(small), 100 * np.eye(400))


def test_second_differential_of_logabsdet_is_the_printed_hessian(rng):
    X = well_conditioned(rng, 3)
    Y = np.linalg.inv(X)
    hessian = -mc.commutation(3, 3) @ np.kron(Y.T, Y)
    H, K = rng.standard_normal((2, 3, 3))
    assert mc.logabsdet.second(X)(H, K) == pytest.approx(mc.vec(H) @ hessian @ mc.vec(K))
    with pytest.raises(mc.DomainError, match="logabsdet is defined on invertible"):
        mc.logabsdet.second(np.ones((2, 2)))


def test_logdet_of_spd_matrices_has_three_gradients(rng):
    S = mc.logdet_spd.domain.sample(rng, 4)
    G = mc.logdet_spd.gradient(S)
    np.testing.assert_array_equal(G, G.T)
    np.testing.assert_allclose(G, np.linalg.inv(S), rtol=1e-12)
    D = mc.duplication(4)
    f = lambda v: mc.logdet_spd.f(mc.unvec(D @ v, (4, 4)))
    lower = [S[i, j] for j in range(4) for i in range(j, 4)]
    each = mc.unvec(D @ [mc.differences.richardson(f, np.array(lower), unit, 1e-2) for unit in np.eye(10)], (4, 4))
    np.testing.assert_allclose(each, 2 * G - np.diag(np.diag(G)), rtol=1e-8)


def test_logdet_of_spd_matrices_moves_along_symmetric_parts(rng):
    S = mc.logdet_spd.domain.sample(rng, 4)
    dX, dZ = rng.standard_normal((2, 4, 4))
    sym = lambda A: (A + A.T) / 2
    dF = mc.logdet_spd.at(S)
    with pytest.raises(ValueError, match="not symmetric"):
        dF(dX)
    assert dF.push(dX) == pytest.approx(dF(sym(dX)))
    second = mc.logdet_spd.second(S)
    assert second(dX, dZ) == pytest.approx(second(sym(dX), sym(dZ)))
    assert second(sym(dX), sym(dX)) < 0


def test_charpoly_at_simple_eigenvalues(rng):
    V, values = well_conditioned(rng, 4), np.array([1.0, 2, 4, -3])
    A = V @ np.diag(values) @ np.linalg.inv(V)
    for i, x in enumerate(values):
        slope, gradient = mc.charpoly.at((x, A)).T(1.0)
        assert slope == pytest.approx(np.prod(x - np.delete(values, i)))
        projector = np.outer(V[:, i], np.linalg.inv(V)[i])
        np.testing.assert_allclose(gradient, -slope * projector.T, atol=1e-11)
        assert mc.verify(mc.charpoly, (x, A)).passed


def test_charpoly_at_multiple_eigenvalues():
    slope, gradient = mc.charpoly.at((2.0, np.array([[2.0, 1], [0, 2]]))).T(1.0)
    assert slope == pytest.approx(0)
    assert gradient == pytest.approx(-np.array([[0.0, 0], [1, 0]]))
    slope, gradient = mc.charpoly.at((2.0, 2 * np.eye(3))).T(1.0)
    assert slope == 0
    assert not gradient.any()


def test_charpoly_slope_is_a_sum_of_minors(rng):
    A, x = rng.integers(-3, 4, (4, 4)).astype(float), 2.0
    M = x * np.eye(4) - A
    minors = sum(np.linalg.det(M[np.ix_(rows, rows)]) for rows in combinations(range(4), 3))
    assert mc.charpoly.at((x, A)).T(1.0)[0] == pytest.approx(minors)


@pytest.mark.parametrize("distance", [1e-1, 1e-5, 1e-10, 1e-14])
def test_charpoly_slope_keeps_its_digits_near_an_eigenvalue(distance):
    A, x = np.array([[2.0, 1, 0], [0, 3, 1], [0, 0, 5]]), 3 + distance
    exact = (x - 2) * (x - 3) + (x - 2) * (x - 5) + (x - 3) * (x - 5)
    assert mc.charpoly.at((x, A)).T(1.0)[0] == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize(("rule", "X", "message"), [
    (mc.det, np.ones((2, 3)), "det is defined on square matrices; expected a square matrix, got a matrix of shape 2×3"),
    (mc.logabsdet, np.ones((2, 2)), "logabsdet is defined on invertible matrices; this matrix is singular"),
    (mc.logabsdet, np.array([[1.0, 1], [1, 1 + 1e-16]]), "this matrix is singular"),
    (mc.logdet_spd, np.diag([1.0, -1]), "leading minor of order 2 is not positive"),
    (mc.logdet_spd, np.diag([1.0, 0]), "leading minor of order 2 is not positive"),
    (mc.logdet_spd, np.array([[2.0, 1], [0, 2]]), "expected a symmetric matrix"),
    (mc.charpoly, np.eye(2), "expected a pair \\(x, A\\) of a number and a square matrix, got no pair"),
    (mc.charpoly, (np.ones(2), np.eye(2)), "expected a pair"),
    (mc.charpoly, (1.0, np.ones((2, 3))), "expected a square matrix, got a matrix of shape 2×3"),
])  # fmt: skip
def test_edges_of_the_domains(rule, X, message):
    for call in (rule, rule.at):
        with pytest.raises(mc.DomainError, match=message):
            call(X)


inv, det = np.linalg.inv, np.linalg.det


@pytest.mark.parametrize(("twin", "line"), [
    (mc.det.but(differential=lambda X, dX: det(dX)), "difference"),
    (mc.det.but(differential=lambda X, dX: np.trace(inv(X) @ dX)), "difference"),
    (mc.det.but(differential=lambda X, dX: det(X) * np.trace(dX)), "difference"),
    (mc.det.but(adjoint=lambda X, ybar: ybar * det(X) * inv(X)), "adjoint"),
    (mc.det.but(matrix=lambda X: det(X) * mc.vec(inv(X))[None, :]), "matrix"),
    (mc.det.but(second_at=lambda X: lambda H, K: det(X) * np.trace(inv(X) @ H) * np.trace(inv(X) @ K)),
     "second differential"),
    (mc.logabsdet.but(f=det), "value"),
    (mc.logabsdet.but(adjoint=lambda X, ybar: ybar * inv(X)), "adjoint"),
    (mc.logdet_spd.but(adjoint=lambda X, ybar: ybar * (2 * inv(X) - np.diag(np.diag(inv(X))))), "adjoint"),
    (mc.charpoly.but(differential=lambda X, dX: (dX[0] - np.trace(dX[1])) * mc.charpoly.f(X)), "difference"),
    (mc.charpoly.but(adjoint=lambda X, pbar: (1.0 * pbar, X[1])), "adjoint"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


def test_complex_tangents_and_cotangents(rng):
    for F in (mc.det, mc.logabsdet):
        X = F.domain.sample(rng, 3)
        dX, ybar = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3)), 0.3 - 2j
        dF = F.at(X)
        assert dF(dX) == pytest.approx(dF(dX.real) + 1j * dF(dX.imag))
        assert mc.inner(ybar, dF(dX)) == pytest.approx(mc.inner(dF.T(ybar), dX))
    x, A = mc.charpoly.domain.sample(rng, 3)
    dp, dX = mc.charpoly.at((x, A)), (1j, 1j * A)
    assert dp(dX) == pytest.approx(1j * dp((1.0, A)))
    assert mc.inner(1j, dp(dX)) == pytest.approx(mc.inner(dp.T(1j), dX))


def test_newton_on_the_characteristic_polynomial_finds_an_eigenvalue():
    A, x = np.array([[2.0, 1, 0], [1, 3, 1], [0, 1, 5]]), 7.0
    for _ in range(8):
        p, dp = mc.charpoly.linearize((x, A))
        x -= p / dp.T(1.0)[0]
    assert x == pytest.approx(np.linalg.eigvalsh(A).max(), rel=1e-14)

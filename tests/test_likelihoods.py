"""What the likelihoods share: points with their letters, whitening, and the gradients that follow from it."""

import numpy as np
import pytest

import matcalc as mc
from matcalc import likelihoods
from matcalc.likelihoods import functional, lower, normal, points, positive, sandwich, score
from matcalc.samples import positive_definite

PAIRS = points("pairs", X="np", U="nn")


def test_lower_names_what_is_not_positive_definite(rng):
    S = positive_definite(rng, 3)
    L = lower("S", S)
    np.testing.assert_allclose(L @ L.T, S)
    assert np.array_equal(L, np.tril(L))
    with pytest.raises(mc.DomainError, match="^S is not positive definite: its leading minor of order 2"):
        lower("S", np.diag([1.0, 0, 1]))


@pytest.mark.parametrize("number", [0.0, -1.0])
def test_a_positive_number_is_positive(number):
    positive("s", 1e-300)
    with pytest.raises(mc.DomainError, match="s must be positive, got"):
        positive("s", number)


@pytest.mark.parametrize(("X", "complaint"), [
    (np.eye(2), "expected a tuple of X n×p, U n×n; got 2×2"),
    ((np.ones((2, 3)),), "expected a tuple of X n×p, U n×n; got"),
    ((np.ones((2, 3)), np.eye(3)), r"got (2×3, 3×3)"),
    ((np.ones(2), np.eye(2)), r"got (2, 2×2)"),
    ((np.ones((2, 3)), np.array([[1.0, 2], [0, 1]])), "U: expected a symmetric matrix"),
    ((np.ones((2, 3)), -np.eye(2)), "U is not positive definite"),
])  # fmt: skip
def test_points_outside_are_told_what_is_wrong(X, complaint):
    assert complaint in PAIRS.complaint(X)


def test_tangents_of_covariances_are_symmetric(rng):
    X = PAIRS.sample(rng, 3)
    dX = PAIRS.tangent(rng, X)
    assert np.array_equal(dX[1], dX[1].T)
    assert PAIRS.direction(X, dX) is None
    wrong = PAIRS.direction(X, (dX[0], np.triu(dX[1])))
    assert wrong.startswith("the tangent does not fit: U: expected a symmetric matrix")
    assert PAIRS.interior(PAIRS.outside(rng, 3)) is not None


@pytest.mark.parametrize(("n", "p"), [(3, 4), (5, 2), (1, 3), (1, 1)])
def test_whitening_and_its_adjoint(rng, n, p):
    L, K = (np.linalg.cholesky(positive_definite(rng, k)) for k in (n, p))
    E, P = rng.standard_normal((2, n, p))
    A = sandwich(L, E, K)
    np.testing.assert_allclose(L @ A @ K.T, E)
    assert mc.inner(P, A) == pytest.approx(mc.inner(sandwich(L, P, K, 1), E))


def test_the_score_belongs_to_any_function_of_the_singular_values(rng):
    """With −Σ log cosh σ in place of −½ Σ σ², a density nobody uses: its gradient in A is −U tanh(σ) Vᵀ."""

    def f(X):
        L, K = np.linalg.cholesky(X[2]), np.linalg.cholesky(X[3])
        A = np.linalg.solve(K, np.linalg.solve(L, X[0] - X[1]).T).T
        return -np.log(np.cosh(np.linalg.svd(A)[1])).sum() - likelihoods.log_volume(L, K)

    X = mc.matrix_normal_loglik.domain.sample(rng, 3)
    L, K = np.linalg.cholesky(X[2]), np.linalg.cholesky(X[3])
    A = sandwich(L, X[0] - X[1], K)
    Q, s, Zt = np.linalg.svd(A, full_matrices=False)
    gradients = score(A, (Q * np.tanh(s)) @ Zt, L, K)
    dX = mc.matrix_normal_loglik.domain.tangent(rng, X)
    slope = mc.differences.richardson(f, X, dX, 1e-3)
    assert functional(*gradients)(dX) == pytest.approx(slope, rel=1e-8)


def test_the_normal_density_of_a_white_matrix():
    E = np.array([[1.0, 2], [0, -1], [3, 0]])
    value, (GX, GM, GU, GV) = normal(E, np.eye(3), np.eye(2))
    assert value == pytest.approx(-3 * np.log(2 * np.pi) - 7.5)
    np.testing.assert_allclose(GM, E)
    np.testing.assert_allclose(GX, -E)
    np.testing.assert_allclose(GU, (E @ E.T - 2 * np.eye(3)) / 2)
    np.testing.assert_allclose(GV, (E.T @ E - 3 * np.eye(2)) / 2)


def test_a_functional_of_several_parts_is_its_gradients(rng):
    G = rng.standard_normal((2, 3)), 1.5
    dF = functional(*G)
    dX = rng.standard_normal((2, 3)) + 1j, 2.0
    assert dF(dX) == pytest.approx(np.sum(G[0] * dX[0]) + 3)
    assert dF.T(2.0)[1] == 3
    np.testing.assert_allclose(dF.matrix, mc.vec(G)[None, :])
    with pytest.raises(OverflowError):
        functional(np.array([np.inf]))

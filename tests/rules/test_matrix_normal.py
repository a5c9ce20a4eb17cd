"""Likelihoods against SciPy, 50-digit values, letters, and the Kronecker covariance that they never form."""

import mpmath as mp
import numpy as np
import pytest
import scipy.stats as st
import sympy as sp

import matcalc as mc
from matcalc.rules import matrix_normal as module

FOUR = [mc.gaussian_loglik, mc.matrix_normal_loglik, mc.matrix_t_loglik, mc.ppca_loglik]
SHAPES = [(3, 4), (4, 2), (1, 3), (3, 1), (1, 1)]


def point(rng, n, p):
    """(X, M, U, V) of any shape."""
    spd = mc.domains.POSITIVE_DEFINITE.sample
    return *rng.standard_normal((2, n, p)), spd(rng, n), spd(rng, p)


def kronecker(X):
    """The same point as one vector: vec X, vec M and V ⊗ U."""
    return mc.vec(X[0]), mc.vec(X[1]), np.kron(X[3], X[2])


# --- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_values_are_those_of_scipy(rng, n, p):
    X, M, U, V = point(rng, n, p)
    expected = st.matrix_normal(M, U, V).logpdf(X)
    assert mc.matrix_normal_loglik((X, M, U, V)) == pytest.approx(expected, rel=1e-12)
    assert mc.matrix_normal_loglik.linearize((X, M, U, V))[0] == pytest.approx(expected, rel=1e-12)
    x, mu, Sigma = kronecker((X, M, U, V))
    assert mc.gaussian_loglik((x, mu, Sigma)) == pytest.approx(expected, rel=1e-12)
    assert st.multivariate_normal(mu, Sigma).logpdf(x) == pytest.approx(expected, rel=1e-12)
    for nu in (0.5, 3, 40.0):
        expected = st.matrix_t(M, U, V, nu).logpdf(X)
        assert mc.matrix_t_loglik((X, M, U, V, nu)) == pytest.approx(expected, rel=1e-12)
        assert mc.matrix_t_loglik.linearize((X, M, U, V, nu))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_ppca_is_a_matrix_normal_with_independent_rows(rng, k):
    X, W, s = rng.standard_normal((5, 4)), rng.standard_normal((4, k)), 0.7
    C = W @ W.T + s * np.eye(4)
    assert mc.ppca_loglik((X, W, s)) == pytest.approx(mc.matrix_normal_loglik((X, 0 * X, np.eye(5), C)), rel=1e-12)
    assert mc.verify(mc.ppca_loglik, (X, W, s)).passed


@pytest.mark.parametrize("W", [np.zeros((3, 2)), np.ones((3, 2)), 1e3 * np.eye(3)], ids=["zero", "rank one", "large"])
def test_ppca_where_loadings_are_special(rng, W):
    assert mc.verify(mc.ppca_loglik, (rng.standard_normal((6, 3)), W, 0.5)).passed


@pytest.mark.parametrize(("n", "p"), SHAPES)
@pytest.mark.parametrize("F", [mc.matrix_normal_loglik, mc.matrix_t_loglik], ids=lambda F: F.name)
def test_every_shape_is_verified(F, n, p, rng):
    X = point(rng, n, p)
    assert mc.verify(F, X if F is mc.matrix_normal_loglik else (*X, 2.5)).passed


# --- gradients ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "p"), SHAPES)
def test_the_printed_gradients_and_the_kronecker_ones(rng, n, p):
    X, M, U, V = at = point(rng, n, p)
    E, Ui, Vi = X - M, np.linalg.inv(U), np.linalg.inv(V)
    GX, GM, GU, GV = mc.matrix_normal_loglik.gradient(at)
    np.testing.assert_allclose(GM, Ui @ E @ Vi, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(GX, -GM)
    np.testing.assert_allclose(GU, (Ui @ E @ Vi @ E.T @ Ui - p * Ui) / 2, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(GV, (Vi @ E.T @ Ui @ E @ Vi - n * Vi) / 2, rtol=1e-9, atol=1e-12)
    whole = mc.gaussian_loglik.gradient(kronecker(at))
    np.testing.assert_allclose(mc.vec(GM), whole[1], rtol=1e-10, atol=1e-12)
    _, chained = mc.kron.at((V, U)).T(whole[2])
    np.testing.assert_allclose(GU, chained, rtol=1e-9, atol=1e-12)


def test_gradients_of_covariances_are_exactly_symmetric(rng):
    for F in FOUR[:3]:
        for G in F.gradient(F.domain.sample(rng, 5))[2:4]:
            assert np.array_equal(G, np.transpose(G))


def test_gaussian_gradients_entry_by_entry_with_letters():
    a, b, c, x, y = sp.symbols("a b c x y")
    S, e = sp.Matrix([[a, b], [b, c]]), sp.Matrix([x, y])
    loglik = -(sp.log(S.det()) + (e.T * S.inv() * e)[0]) / 2
    numbers = {a: 2, b: 1, c: 3, x: 1, y: 3}
    da, db, dc, dx, dy = (float(loglik.diff(letter).subs(numbers)) for letter in (a, b, c, x, y))
    point = np.array([1.0, 3]), np.zeros(2), np.array([[2.0, 1], [1, 3]])
    gx, gmu, G = mc.gaussian_loglik.gradient(point)
    np.testing.assert_allclose(gx, [dx, dy], atol=1e-14)
    np.testing.assert_allclose(gmu, [0, 1], atol=1e-14)
    np.testing.assert_allclose(G, [[da, db / 2], [db / 2, dc]], atol=1e-14)  # b stands in two places


def test_matrix_t_slope_in_nu_with_fifty_digits(rng):
    X, M, U, V = point(rng, 3, 2)
    q = np.linalg.slogdet(np.eye(3) + np.linalg.solve(U, X - M) @ np.linalg.solve(V, (X - M).T))[1]
    gamma = lambda a: sum(mp.loggamma(a - mp.mpf(i) / 2) for i in range(2))
    with mp.workdps(50):
        f = lambda nu: gamma((nu + 4) / 2) - gamma((nu + 1) / 2) - (nu + 4) / 2 * mp.mpf(float(q))
        expected = float(mp.diff(f, mp.mpf(2.5)))
    assert mc.matrix_t_loglik.gradient((X, M, U, V, 2.5))[4] == pytest.approx(expected, rel=1e-12)


def test_matrix_t_becomes_normal_with_many_degrees_of_freedom(rng):
    X, M, U, V = at = point(rng, 3, 2)
    nu = 1e6
    t = mc.matrix_t_loglik.linearize((X, M, U, nu * V, nu))
    assert t[0] == pytest.approx(mc.matrix_normal_loglik(at), abs=1e-4)
    np.testing.assert_allclose(t[1].T(1.0)[1], mc.matrix_normal_loglik.gradient(at)[1], atol=1e-4)


@pytest.mark.parametrize(("n", "p"), [(1, 4), (4, 1)])
def test_matrix_t_of_one_row_or_column_is_the_multivariate_t(rng, n, p):
    X, M, U, V = at = point(rng, n, p)
    x, mu, S = kronecker(at)
    expected = st.multivariate_t(mu, S / 3.0, df=3.0).logpdf(x)
    assert mc.matrix_t_loglik((X, M, U, V, 3.0)) == pytest.approx(expected, rel=1e-12)


def test_the_pull_of_an_outlier_dies_out_under_the_matrix_t(rng):
    X, M, U, V = point(rng, 3, 4)
    pull = [mc.norm(mc.matrix_t_loglik.gradient((M + r * X, M, U, V, 3.0))[1]) for r in (1e2, 1e4, 1e150)]
    assert pull[0] > 50 * pull[1] > 0
    assert pull[2] < 1e-140


def test_scaling_the_covariances_against_each_other_changes_nothing(rng):
    X, M, U, V = point(rng, 3, 4)
    at, moved = mc.matrix_normal_loglik, (X, M, 7 * U, V / 7)
    assert at((X, M, U, V)) == pytest.approx(at(moved), rel=1e-13)
    assert at.at((X, M, U, V))((0 * X, 0 * X, U, -V)) == pytest.approx(0, abs=1e-12)


def test_ppca_gradient_vanishes_at_the_closed_form(rng):
    X = rng.standard_normal((40, 5)) * [3, 2, 1, 1, 0.5]
    values, vectors = np.linalg.eigh(X.T @ X / 40)
    s = values[:3].mean()
    W = vectors[:, 3:] * np.sqrt(values[3:] - s)
    _, GW, gs = mc.ppca_loglik.gradient((X, W, s))
    assert np.abs(GW).max() < 1e-11
    assert abs(gs) < 1e-11


# --- second differentials ----------------------------------------------------------------------------------


def test_second_differentials_move_along_symmetric_parts(rng):
    for F in FOUR[:2]:
        X = F.domain.sample(rng, 3)
        second, dX = F.second(X), tuple(rng.standard_normal(part.shape) for part in X)
        even = (*dX[:2], *(module.sym(part) for part in dX[2:]))
        assert second(dX, dX) == pytest.approx(second(even, even), rel=1e-10)
        assert F.at(X).push(dX) == pytest.approx(F.at(X)(even), rel=1e-10)
        assert second(even, even) == pytest.approx(
            mc.differences.richardson(lambda Z, F=F, even=even: F.at(Z)(even), X, even, 1e-2), rel=1e-6)


def test_expected_second_differential_in_sigma_is_minus_the_fisher_information(rng):
    S, H = (part[2] for part in (mc.gaussian_loglik.domain.sample(rng, 3), mc.gaussian_loglik.domain.tangent(
        rng, mc.gaussian_loglik.domain.sample(rng, 3))))
    L = np.linalg.cholesky(S)
    along = np.zeros(3), np.zeros(3), H
    points = [sign * np.sqrt(3) * L[:, i] for i in range(3) for sign in (1, -1)]  # mean zero, covariance S
    mean = np.mean([mc.gaussian_loglik.second((x, np.zeros(3), S))(along, along) for x in points])
    assert mean == pytest.approx(-np.trace(np.linalg.solve(S, H) @ np.linalg.solve(S, H)) / 2)


# --- the edges, and twins that are wrong -------------------------------------------------------------------

ONE, SKEWED = np.ones((1, 1)), np.array([[1.0, 2], [0, 1]])


@pytest.mark.parametrize(("F", "X", "message"), [
    (mc.gaussian_loglik, (np.ones(2), np.ones(2), -np.eye(2)), "Σ is not positive definite: its leading minor"),
    (mc.gaussian_loglik, (np.ones(2), np.ones(3), np.eye(2)), "expected a tuple of x n, μ n, Σ n×n; got"),
    (mc.gaussian_loglik, (np.ones(2), np.ones(2), SKEWED), "Σ: expected a symmetric matrix"),
    (mc.matrix_normal_loglik, (np.ones((2, 1)), np.ones((2, 1)), np.diag([1.0, 0]), ONE), "U is not positive definite"),
    (mc.matrix_normal_loglik, (np.ones((2, 1)), np.ones((2, 1)), np.eye(2), -ONE), "V is not positive definite"),
    (mc.matrix_normal_loglik, (np.ones((2, 1)), np.ones((2, 1)), ONE, np.eye(2)), "expected a tuple of X n×p"),
    (mc.matrix_normal_loglik, np.eye(2), "expected a tuple"),
    (mc.matrix_t_loglik, (ONE, ONE, ONE, ONE, 0.0), "ν must be positive, got 0"),
    (mc.matrix_t_loglik, (ONE, ONE, ONE, -ONE, 1.0), "V is not positive definite"),
    (mc.ppca_loglik, (ONE, ONE, -1.0), "s must be positive, got -1"),
    (mc.ppca_loglik, (np.ones((2, 3)), np.ones((2, 1)), 1.0), "expected a tuple of X n×p, W p×k, s a number"),
])  # fmt: skip
def test_edges_of_the_domains(F, X, message):
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match=f"{F.name} is defined on .*{message}"):
            call(X)


def test_tangents_of_covariances_must_be_symmetric(rng):
    X = mc.matrix_normal_loglik.domain.sample(rng, 2)
    with pytest.raises(ValueError, match="the tangent does not fit: U: expected a symmetric matrix"):
        mc.matrix_normal_loglik.at(X)((*X[:2], SKEWED, X[3]))


def test_a_gradient_too_large_is_said_so():
    tiny = np.array([[1e-200]])
    with pytest.raises(OverflowError):
        mc.matrix_normal_loglik.at((tiny, 0 * tiny, tiny**1.6, np.eye(1)))


def parts(F, *signs):
    """The twin whose adjoint has its parts multiplied."""
    return F.but(adjoint=lambda X, ybar: tuple(c * G for c, G in zip(signs, F.at(X).T(ybar), strict=True)))


def as_vector_t(X):
    """The multivariate t of vec X, which some print as the matrix t."""
    x, mu, S = kronecker(X)
    return st.multivariate_t(mu, S, df=X[4]).logpdf(x)


@pytest.mark.parametrize(("twin", "line"), [
    (parts(mc.matrix_normal_loglik, 1, -1, 1, 1), "adjoint"),
    (parts(mc.matrix_normal_loglik, 1, 1, 2, 1), "adjoint"),
    (parts(mc.gaussian_loglik, 1, 1, -1), "adjoint"),
    (parts(mc.matrix_t_loglik, 1, 1, 1, 1, 2), "adjoint"),
    (parts(mc.ppca_loglik, 1, 0.5, 1), "adjoint"),
    (mc.matrix_normal_loglik.but(f=lambda X: mc.gaussian_loglik.f(
        (mc.vec(X[0]), mc.vec(X[1]), np.kron(X[2], X[3])))), "value"),
    (mc.matrix_normal_loglik.but(differential=lambda X, dX: -mc.matrix_normal_loglik.at(X)(dX)), "difference"),
    (mc.matrix_t_loglik.but(f=as_vector_t), "difference"),
    (mc.gaussian_loglik.but(second_at=lambda X: lambda dX, dZ: -dX[0] @ np.linalg.solve(X[2], dZ[0])),
     "second differential"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


# --- uses --------------------------------------------------------------------------------------------------


def test_flip_flop_climbs_to_a_point_without_gradient(rng):
    A, B = rng.standard_normal((3, 3)), rng.standard_normal((4, 4))
    data = A @ rng.standard_normal((30, 3, 4)) @ B.T + 1
    M, U, V = data.mean(axis=0), np.eye(3), np.eye(4)
    seen = []
    for _ in range(60):
        U = sum((X - M) @ np.linalg.solve(V, (X - M).T) for X in data) / (30 * 4)
        seen.append(sum(mc.matrix_normal_loglik.f((X, M, U, V)) for X in data))
        V = sum((X - M).T @ np.linalg.solve(U, X - M) for X in data) / (30 * 3)
        seen.append(sum(mc.matrix_normal_loglik.f((X, M, U, V)) for X in data))
    assert (np.diff(seen) > -1e-9).all()
    for part in range(1, 4):
        total = sum(mc.matrix_normal_loglik.gradient((X, M, (U + U.T) / 2, (V + V.T) / 2))[part] for X in data)
        assert np.abs(total).max() < 1e-8


def test_kronecker_is_never_formed():
    n = 300  # V ⊗ U would hold 8e9 numbers
    X, U = np.ones((n, n)), 2 * np.eye(n)
    value, dF = mc.matrix_normal_loglik.linearize((X, 0 * X, U, U))
    assert value == pytest.approx(-(n * n * np.log(2 * np.pi) + 2 * n * n * np.log(2) + n * n / 4) / 2)
    np.testing.assert_allclose(dF.T(1.0)[1], X / 4)


def ppca_with_many_digits(X, W, s):
    with mp.workdps(300):
        X, W = mp.matrix(X.tolist()), mp.matrix(W.tolist())
        C = W * W.T + mp.mpf(s) * mp.eye(W.rows)
        trace = sum((X * C**-1 * X.T)[i, i] for i in range(X.rows))
        return float(-(X.rows * X.cols * mp.log(2 * mp.pi) + X.rows * mp.log(mp.det(C)) + trace) / 2)


EXTREMES = [(1, 1e8, 1), (1, 1, 1e-17), (1e30, 1, 1), (1e100, 1e100, 1e100), (1e-100, 1e-100, 1e-100)]


@pytest.mark.parametrize(("x", "w", "s"), EXTREMES, ids=str)
def test_ppca_keeps_its_digits_where_the_noise_is_small_beside_the_signal(x, w, s, rng):
    point = x * rng.standard_normal((3, 4)), w * rng.standard_normal((4, 2)), float(s)
    truth = ppca_with_many_digits(*point)
    np.testing.assert_allclose([mc.ppca_loglik(point), mc.ppca_loglik.linearize(point)[0]], truth, rtol=1e-13)


def test_ppca_of_data_in_the_span_of_its_factors_and_of_more_factors_than_columns(rng):
    W = rng.standard_normal((4, 2))
    for point in ((rng.standard_normal((3, 2)) @ W.T, W, 1e-9), (rng.standard_normal((3, 2)), 1e9 * W.T, 1.0)):
        truth = ppca_with_many_digits(*point)
        np.testing.assert_allclose([mc.ppca_loglik(point), mc.ppca_loglik.linearize(point)[0]], truth, rtol=1e-13)


@pytest.mark.parametrize(("e", "u", "v"), [(1e9, 1, 1), (1e160, 1, 1), (1, 1e-200, 1), (1, 1, 1e-30)], ids=str)
def test_far_out_the_matrix_t_falls_like_a_power_of_every_singular_value(e, u, v, rng):
    """κ log(1 + σ²) → 2κ log σ with 2κ = ν + n + p − 1 = 10, to 16 digits where σ > 1e8."""
    X, M, U, V = point(rng, 3, 5)
    white = np.linalg.inv(np.linalg.cholesky(U)) @ (X - M) @ np.linalg.inv(np.linalg.cholesky(V)).T
    sigma = np.linalg.svd(white, compute_uv=False) * e / np.sqrt(u * v)
    top = mc.matrix_t_loglik((M, M, u * U, v * V, 3.0))
    for value in (mc.matrix_t_loglik, lambda P: mc.matrix_t_loglik.linearize(P)[0]):
        found = value((e * X, e * M, u * U, v * V, 3.0))
        np.testing.assert_allclose(found, top - 10 * np.log(sigma).sum(), rtol=1e-12)


@pytest.mark.parametrize("nu", [1e-300, 1e-14, 1e-9])
def test_matrix_t_with_hardly_any_degrees_of_freedom(nu, rng):
    """log Γ(ν/2) → −log(ν/2) is all that ν contributes: the density falls to zero like ν."""
    X = point(rng, 3, 4)
    values = [F((*X, nu)) - F((*X, 2e-9)) for F in (mc.matrix_t_loglik, lambda P: mc.matrix_t_loglik.linearize(P)[0])]
    np.testing.assert_allclose(values, np.log(nu / 2e-9), atol=1e-6)
    assert np.isclose(mc.matrix_t_loglik.gradient((*X, nu))[4], 1 / nu, rtol=1e-6)


def test_a_covariance_so_small_that_the_gradient_is_beyond_floats_is_refused_in_words(rng):
    x, mu, Sigma = mc.gaussian_loglik.domain.sample(rng, 3)
    with pytest.raises(OverflowError, match="the gradient is too large"):
        mc.gaussian_loglik.at((x, mu, 1e-300 * Sigma))

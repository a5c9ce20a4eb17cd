"""Structured matrices: projections that are projections, retractions that stay, and the edges where they stop."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la
import sympy as sp

import matcalc as mc
from matcalc.rules import structured as module
from matcalc.rules.structured import newton_polar, skew, sym
from matcalc.samples import with_singular_values
from matcalc.spaces import norm


def orthonormal(rng, n, p):
    return np.linalg.qr(rng.standard_normal((n, p)))[0]


# --- symmetric and skew part ------------------------------------------------------------------------------


@pytest.mark.parametrize("F", [mc.symmetric_part, mc.skew_part], ids=lambda F: F.name)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_two_parts_are_orthogonal_projections(F, n, rng):
    X, dF = rng.standard_normal((n, n)), F.at(np.eye(n))
    assert np.allclose(dF(dF(X)), dF(X))
    assert np.array_equal(dF.matrix, dF.matrix.T)
    assert mc.inner(X - F(X), F(X)) == pytest.approx(0, abs=1e-12)
    assert mc.verify(F, X).passed


def test_the_two_parts_add_up_and_count_the_dimensions(rng):
    X = rng.standard_normal((4, 4))
    assert np.allclose(mc.symmetric_part(X) + mc.skew_part(X), X)
    ranks = [np.linalg.matrix_rank(F.at(X).matrix) for F in (mc.symmetric_part, mc.skew_part)]
    assert ranks == [10, 6]


# --- the tangents at an orthogonal matrix --------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (5, 2), (5, 1), (2, 5)], ids=str)
def test_the_tangent_map_is_verified_at_every_pair(shape, rng):
    assert mc.verify(mc.orthogonal_tangent, (rng.standard_normal(shape), rng.standard_normal(shape))).passed


@pytest.mark.parametrize("shape", [(4, 4), (5, 2), (5, 1)], ids=str)
def test_at_orthonormal_columns_it_is_the_nearest_tangent(shape, rng):
    Q, G, other = orthonormal(rng, *shape), rng.standard_normal(shape), rng.standard_normal(shape)
    T, Z = (mc.orthogonal_tangent((Q, A)) for A in (G, other))
    assert np.allclose(Q.T @ T, -(Q.T @ T).T)
    assert np.allclose(mc.orthogonal_tangent((Q, T)), T)
    assert mc.inner(G - T, Z) == pytest.approx(0, abs=1e-12)


def test_away_from_orthonormal_columns_it_is_no_projection(rng):
    Q, G = mc.orthogonal_tangent.domain.sample(rng, 4)
    T = mc.orthogonal_tangent((Q, G))
    assert norm(mc.orthogonal_tangent((Q, T)) - T) > 0.1 * norm(T)


def test_for_square_orthogonal_it_is_half_of_the_printed_formula(rng):
    Q, G = orthonormal(rng, 4, 4), rng.standard_normal((4, 4))
    assert np.allclose(mc.orthogonal_tangent((Q, G)), (G - Q @ G.T @ Q) / 2)
    without_half = mc.orthogonal_tangent.but(f=lambda X: X[1] - X[0] @ X[1].T @ X[0])
    assert "difference" in [c.name for c in mc.examine(without_half).failures]


# --- Cayley --------------------------------------------------------------------------------------------------


def test_the_cayley_transform_entry_by_entry():
    names = sp.symbols("a:4")
    S = sp.Matrix(2, 2, names)
    Y = (sp.eye(2) - S / 2).inv() * (sp.eye(2) + S / 2)
    numbers = dict(zip(names, [0.3, -0.8, 1.1, 0.6], strict=True))
    J = sp.Matrix(list(Y.T)).jacobian(list(S.T)).subs(numbers)
    found = mc.cayley.at(np.array(S.subs(numbers), dtype=float))
    assert np.allclose(found.matrix, np.array(J, dtype=float), rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_skew_matrices_go_to_rotations_and_the_slope_at_zero_is_one(n, rng):
    S, dS = skew(rng.standard_normal((n, n))), rng.standard_normal((n, n))
    Q = mc.cayley(S)
    assert np.allclose(Q.T @ Q, np.eye(n))
    assert np.linalg.det(Q) == pytest.approx(1)
    assert np.allclose(mc.cayley.at(np.zeros((n, n)))(dS), dS)
    tangent = Q.T @ mc.cayley.at(S)(skew(dS))
    assert np.allclose(tangent, -tangent.T)


@pytest.mark.parametrize("call", [mc.cayley, mc.cayley.at])
@pytest.mark.parametrize("S", [2 * np.eye(1), np.array([[2.0, 1], [0, 0]]), np.array([[0.0, 4], [1, 0]])])
def test_the_eigenvalue_two_is_refused_by_name(call, S):
    with pytest.raises(mc.DomainError, match="cayley is defined on .*; 2 is an eigenvalue of S"):
        call(S)


def test_the_eigenvalue_minus_two_is_allowed():
    assert mc.verify(mc.cayley, np.array([[-2.0, 1], [0.5, 0]])).passed


# --- polar ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (4, 4), (6, 3)], ids=str)
def test_the_polar_factor_and_its_differentiated_equation(shape, rng):
    X, dX = rng.standard_normal(shape) + 2 * np.eye(*shape), rng.standard_normal(shape)
    U, dF = mc.polar.linearize(X)
    H, dU = U.T @ X, dF(dX)
    assert np.allclose(U, la.polar(X)[0])
    assert np.allclose(H @ U.T @ dU + U.T @ dU @ H, U.T @ dX - dX.T @ U)
    assert np.allclose(U.T @ dU, -(U.T @ dU).T)
    assert np.allclose(U @ (sym(U.T @ dX - U.T @ dU @ H)) + dU @ H, dX)
    assert mc.verify(mc.polar, X).passed


def test_the_polar_derivative_agrees_with_50_digit_arithmetic(rng):
    X, dX = rng.standard_normal((3, 3)) + 2 * np.eye(3), rng.standard_normal((3, 3))

    def factor(Y):
        for _ in range(12):
            Y = (Y + (Y**-1).T) / 2
        return Y

    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        slope = (factor(A + h * dA) - factor(A - h * dA)) / (2 * h)
    exact = np.array(slope.tolist(), dtype=float)
    assert norm(mc.polar.at(X)(dX) - exact) <= 1e-12 * norm(exact)


def test_the_polar_factor_is_the_gradient_of_the_nuclear_norm(rng):
    X = mc.polar.domain.sample(rng, 3)
    assert np.allclose(mc.nuclear_norm.gradient(X), mc.polar(X))
    J = mc.polar.at(X).columns()
    assert np.allclose(J, J.T)


@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10])
def test_values_stay_orthonormal_for_ill_conditioned_matrices(condition, rng):
    X = orthonormal(rng, 5, 3) * np.geomspace(1, 1 / condition, 3) @ orthonormal(rng, 3, 3)
    U = newton_polar(X)
    assert np.allclose(U.T @ U, np.eye(3), atol=1e-12)
    assert np.allclose(U, mc.polar.linearize(X)[0], atol=1e-15 * condition)


@pytest.mark.parametrize("scale", [1e-300, 1e-40, 1e40, 1e300])
def test_the_polar_factor_does_not_see_the_scale(scale, rng):
    X = mc.polar.domain.sample(rng, 3)
    assert np.allclose(mc.polar(scale * X), mc.polar(X), atol=1e-14)
    assert np.allclose(mc.polar(scale * X), mc.polar.linearize(scale * X)[0], atol=1e-14)


@pytest.mark.parametrize("call", [mc.polar, mc.polar.at])
@pytest.mark.parametrize("X", [np.zeros((2, 2)), np.ones((3, 2)), np.array([[1.0, 2], [2, 4]])])
def test_dependent_columns_are_refused(call, X):
    with pytest.raises(mc.DomainError, match="the columns of this matrix are linearly dependent"):
        call(X)


def test_wide_matrices_are_refused():
    with pytest.raises(mc.DomainError, match="at least as many rows as columns, got a matrix of shape 2×3"):
        mc.polar(np.ones((2, 3)))


def test_across_a_singular_matrix_the_polar_factor_jumps():
    ahead, behind = (mc.polar(np.diag([1.0, t])) for t in (1e-9, -1e-9))
    assert norm(ahead - behind) == pytest.approx(2)


def test_three_directions_cost_one_svd(monkeypatch, rng):
    calls, original = [], np.linalg.svd
    monkeypatch.setattr(np.linalg, "svd", lambda *a, **k: (calls.append(1), original(*a, **k))[1])
    dF = module.polar_at(rng.standard_normal((4, 3)))[1]
    for _ in range(3):
        dF.push(rng.standard_normal((4, 3)))
    assert len(calls) == 1


# --- wrong twins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("twin", "line"),
    [
        (mc.symmetric_part.but(adjoint=lambda X, Z: Z + Z.T - np.diag(np.diag(Z))), "adjoint"),
        (mc.symmetric_part.but(differential=lambda X, dX: dX), "difference"),
        (mc.orthogonal_tangent.but(differential=lambda X, d: d[1] - X[0] @ sym(X[0].T @ d[1])), "difference"),
        (mc.orthogonal_tangent.but(adjoint=lambda X, Z: (0 * Z, Z - X[0] @ sym(X[0].T @ Z))), "adjoint"),
        (mc.cayley.but(differential=lambda S, dS: dS @ np.linalg.inv(np.eye(len(S)) - S / 2)), "difference"),
        (mc.polar.but(differential=lambda X, dX: mc.polar(X) @ skew(mc.polar(X).T @ dX)), "difference"),
    ],
    ids=range(6),
)
def test_a_wrong_twin_fails_in_the_expected_line(twin, line):
    assert line in [c.name for c in mc.examine(twin).failures]


@pytest.mark.parametrize("scale", [1e4, 1e8, 1e12, 1e100])
def test_a_large_matrix_costs_the_slope_of_cayley_no_digits(scale, rng):
    S, dS, Ybar = scale * mc.cayley.domain.sample(rng, 4), *rng.standard_normal((2, 4, 4))
    dF, A = mc.cayley.at(S), np.linalg.inv(np.eye(4) - S / 2)
    assert norm(dF(dS) - A @ dS @ A) < 1e-12 * norm(A @ dS @ A)
    assert norm(dF.T(Ybar) - A.T @ Ybar @ A.T) < 1e-12 * norm(A.T @ Ybar @ A.T)
    assert norm(dF.matrix - np.kron(A.T, A)) < 1e-12 * norm(A) ** 2


@pytest.mark.parametrize("least", [1e-4, 1e-8, 1e-12])
def test_nothing_is_normal_to_a_square_polar_factor(least, rng):
    dF = mc.polar.at(with_singular_values(rng, [3.0, 2.0, 1.0, least], 4, 4))
    dX, Ubar = rng.standard_normal((2, 4, 4))
    assert abs(mc.inner(Ubar, dF(dX)) - mc.inner(dF.T(Ubar), dX)) < 1e-12 * norm(Ubar) * norm(dX)


@pytest.mark.parametrize("X", [(np.ones(3), np.ones(3)), (np.ones((3, 1)), np.ones(3))], ids=["vectors", "mixed"])
def test_the_tangent_map_wants_matrices(X):
    for call in (mc.orthogonal_tangent, mc.orthogonal_tangent.at):
        with pytest.raises(mc.DomainError, match="orthogonal_tangent is defined on pairs of matrices"):
            call(X)

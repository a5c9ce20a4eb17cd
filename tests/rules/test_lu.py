"""LU with and without pivoting: every shape, a last pivot that may be zero, and the edges where it stops."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.differences import derivative
from matcalc.rules.lu import TIE, eliminate, pivoted
from matcalc.spaces import norm, vec

SHAPES = [(1, 1), (1, 4), (4, 1), (2, 2), (5, 5), (5, 3), (3, 5), (2, 7), (7, 2)]
BOTH = pytest.mark.parametrize("F", [mc.lu, mc.lu_unpivoted], ids=lambda F: F.name)


def strong(rng, m, n):
    """A generic m×n matrix whose leading minors are far from zero and whose pivots are not tied."""
    return rng.standard_normal((m, n)) + 3 * np.eye(m, n)


@BOTH
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_is_factored_and_verified(F, shape, rng):
    X = strong(rng, *shape)
    assert mc.verify(F, X).evaluations <= 80
    *P, L, U = F(X)
    r = min(shape)
    assert np.allclose(np.linalg.multi_dot([*P, L, U]), X)
    assert np.allclose(L, np.tril(L, -1) + np.eye(shape[0], r))
    assert np.array_equal(U, np.triu(U))


@BOTH
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_derivative_solves_the_differentiated_equation_in_the_right_triangles(F, shape, rng):
    X, dX = strong(rng, *shape), rng.standard_normal(shape)
    (*P, L, U), dF = F.linearize(X)
    *dP, dL, dU = dF(dX)
    inside = dL @ U + L @ dU
    assert np.allclose(P[0] @ inside if P else inside, dX)
    assert np.array_equal(dL, np.tril(dL, -1))
    assert np.array_equal(dU, np.triu(dU))
    assert not np.any(dP)


def eliminated(X):
    """(L, U) of an mpmath matrix, by the definition."""
    L, U = mpmath.eye(X.rows), X.copy()
    for j in range(X.cols):
        for i in range(j + 1, X.rows):
            L[i, j] = U[i, j] / U[j, j]
            for k in range(X.cols):
                U[i, k] -= L[i, j] * U[j, k]
    return L, U


@BOTH
def test_the_derivative_agrees_with_50_digit_arithmetic(F, rng):
    X, dX = F.domain.sample(rng, 4), rng.standard_normal((4, 4))
    (*P, _, _), dF = F.linearize(X)
    turn = P[0].T if P else np.eye(4)
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix((turn @ X).tolist()), mpmath.matrix((turn @ dX).tolist())
        ahead, behind = eliminated(A + h * dA), eliminated(A - h * dA)
        exact = [np.array(((a - b) / (2 * h)).tolist(), dtype=float) for a, b in zip(ahead, behind, strict=True)]
    for found, slope in zip(dF(dX)[-2:], exact, strict=True):
        assert norm(found - slope) <= 1e-12 * norm(slope)


def test_a_worked_factorization():
    """X = [[2, 1], [6, 8]] = [[1, 0], [3, 1]] [[2, 1], [0, 5]]; the entry 6 moves, so l₂₁ by ½ and u₂₂ by −½."""
    (L, U), dF = mc.lu_unpivoted.linearize(np.array([[2.0, 1], [6, 8]]))
    dL, dU = dF(np.array([[0.0, 0], [1, 0]]))
    assert L.tolist() == [[1, 0], [3, 1]]
    assert U.tolist() == [[2, 1], [0, 5]]
    assert dL.tolist() == [[0, 0], [0.5, 0]]
    assert dU.tolist() == [[0, 0], [0, -0.5]]


# --- the last pivot is no divisor ------------------------------------------------------------------------


@BOTH
def test_the_last_pivot_may_be_zero(F):
    X = np.array([[4.0, 1, 2], [2, 2.5, 2], [1, 1.25, 1]])
    *_, U = F(X)
    assert U[2, 2] == 0
    assert mc.verify(F, X).passed
    assert np.isfinite(F.at(X).matrix).all()


@BOTH
@pytest.mark.parametrize("X", [np.zeros((1, 1)), np.zeros((1, 3))], ids=["1×1", "1×3"])
def test_one_row_needs_no_pivot_at_all(F, X, rng):
    dX = rng.standard_normal(X.shape)
    *_, dL, dU = F.at(X)(dX)
    assert not dL.any()
    assert np.array_equal(dU, dX)


@BOTH
def test_in_a_tall_matrix_the_last_pivot_is_a_divisor(F):
    X = np.array([[2.0, 4.0], [1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(mc.DomainError, match="pivot 2 is"):
        F.at(X)


# --- the edges ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [mc.lu_unpivoted, mc.lu_unpivoted.at])
@pytest.mark.parametrize(
    ("X", "order"),
    [
        (np.array([[0.0, 1], [1, 0]]), 1),
        (np.array([[1.0, 2, 3], [2, 4, 5], [1, 1, 1]]), 2),
        (np.array([[0.0, 1, 2]] * 2), 1),
    ],
)
def test_a_vanishing_minor_stops_elimination_and_is_named(call, X, order):
    with pytest.raises(mc.DomainError, match=f"the leading minor of order {order} vanishes") as caught:
        call(X)
    assert "lu_unpivoted is defined on matrices whose leading minors" in str(caught.value)


def test_pivoting_goes_where_elimination_stops():
    X = np.array([[0.0, 1], [2, 3]])
    assert not mc.lu_unpivoted.domain.contains(X)
    assert mc.verify(mc.lu, X).passed


@pytest.mark.parametrize("call", [mc.lu, mc.lu.at])
@pytest.mark.parametrize(
    ("X", "where"),
    [
        (np.array([[1.0, 2], [1, 3]]), r"pivot 1: \|L\[2, 1\]\| = 1"),
        (np.array([[1.0, 2], [-1, 3]]), r"pivot 1: \|L\[2, 1\]\| = 1"),
        (np.array([[4.0, 1, 1], [1, 2.25, 1], [1, 2.25, 5]]), r"pivot 2: \|L\[3, 2\]\| = 1"),
    ],
)
def test_a_tie_of_two_candidates_is_refused_and_named(call, X, where):
    with pytest.raises(mc.DomainError, match="lu is defined on .*; two candidates tie for " + where):
        call(X)


@pytest.mark.parametrize("call", [mc.lu, mc.lu.at])
def test_dependent_columns_before_the_last_are_refused(call):
    X = np.array([[2.0, 4, 1], [1, 2, 5], [1, 2, 3]])
    with pytest.raises(mc.DomainError, match="pivot 2 is .*: the first 2 columns are linearly dependent"):
        call(X)


def test_across_a_tie_the_factors_jump():
    X = lambda t: np.array([[1.0, 2], [1 + t, 3]])
    ahead, behind = mc.lu(X(1e-6)), mc.lu(X(-1e-6))
    assert norm(vec(ahead) - vec(behind)) > 0.5


@pytest.mark.parametrize("distance", [1e-3, 1e-6])
def test_close_to_a_tie_the_derivative_still_is_right(distance):
    X = np.array([[1.0, 2], [1 - distance, 3]])
    dX = np.array([[0.0, 0], [1, 0]])
    assert distance > TIE
    found = derivative(lambda X: la.lu(X), X, dX, distance / 4)
    assert norm(vec(found.value) - vec(mc.lu.at(X)(dX))) <= 1e-8


@pytest.mark.parametrize("pivot", [1e-3, 1e-9])
def test_a_small_pivot_is_accepted_and_its_sensitivity_is_large(pivot):
    X = np.array([[pivot, 1.0], [1.0, 1.0]])
    dL, _ = mc.lu_unpivoted.at(X)(np.array([[1.0, 0], [0, 0]]))
    assert dL[1, 0] == pytest.approx(-1 / pivot**2)


@BOTH
@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1e6, 1e100])
def test_the_edges_do_not_depend_on_the_scale(F, scale, rng):
    X, tied, singular = strong(rng, 4, 4), np.array([[1.0, 2], [1, 3]]), np.ones((3, 3))
    assert F.domain.contains(scale * X)
    assert not F.domain.contains(scale * singular)
    assert mc.lu.domain.contains(scale * tied) is False


# --- one factorization, three factors -------------------------------------------------------------------------


def test_three_directions_cost_one_factorization(monkeypatch, rng):
    calls, original = [], la.lu
    monkeypatch.setattr(la, "lu", lambda *args, **options: (calls.append(1), original(*args, **options))[1])
    X = mc.lu.domain.sample(rng, 4)
    (P, L, U), dF = mc.lu.linearize(X)
    for _ in range(3):
        dF(rng.standard_normal((4, 4)))
        dF.T((P, L, U))
    assert len(calls) == 1


def test_the_permutation_does_not_move_and_its_cotangent_has_no_effect(rng):
    X = mc.lu.domain.sample(rng, 4)
    (P, L, U), dF = mc.lu.linearize(X)
    assert not dF(rng.standard_normal((4, 4)))[0].any()
    assert np.array_equal(dF.T((P, L, U)), dF.T((0 * P, L, U)))


def test_only_the_free_triangles_of_a_cotangent_count(rng):
    X = mc.lu_unpivoted.domain.sample(rng, 4)
    dF = mc.lu_unpivoted.at(X)
    Lbar, Ubar = rng.standard_normal((2, 4, 4))
    assert np.allclose(dF.T((Lbar, Ubar)), dF.T((np.tril(Lbar, -1), np.triu(Ubar))))


def test_pivoting_is_elimination_of_the_permuted_matrix(rng):
    X, dX = mc.lu.domain.sample(rng, 5), rng.standard_normal((5, 5))
    P, L, U = pivoted(X)
    assert np.allclose(np.hstack(eliminate(P.T @ X)), np.hstack([L, U]))
    assert np.allclose(vec(mc.lu.at(X)(dX)[1:]), vec(mc.lu_unpivoted.at(P.T @ X)(P.T @ dX)))


def test_the_determinant_through_lu_has_the_right_derivative(rng):
    """det X = det P · Π uᵢᵢ, so d det = det X · Σ duᵢᵢ / uᵢᵢ."""
    X, dX = mc.lu.domain.sample(rng, 5), rng.standard_normal((5, 5))
    (_, _, U), dF = mc.lu.linearize(X)
    by_lu = la.det(X) * np.sum(np.diag(dF(dX)[2]) / np.diag(U))
    assert by_lu == pytest.approx(la.det(X) * np.trace(la.solve(X, dX)), rel=1e-11)


def test_anything_but_a_matrix_is_refused():
    with pytest.raises(mc.DomainError, match="expected a matrix, got a vector of length 3"):
        mc.lu(np.ones(3))

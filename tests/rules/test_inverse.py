"""The inverse and the solution of a system: right near singular matrices, refused at them, factored once."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la
from scipy.linalg import lapack

import matcalc as mc
from matcalc.rules import inverse as module
from matcalc.spaces import norm, vec


def conditioned(rng, n, condition):
    left, right = (la.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
    return (left * np.geomspace(1, 1 / condition, n)) @ right


def counted(monkeypatch, owner, name):
    """The list of calls of owner.name from here on."""
    calls, original = [], getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *args, **options: (calls.append(name), original(*args, **options))[1])
    return calls


def test_the_inverse_agrees_with_50_digit_arithmetic(rng):
    X, dX = mc.inverse.domain.sample(rng, 4), rng.standard_normal((4, 4))
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        slope = ((A + h * dA) ** -1 - (A - h * dA) ** -1) / (2 * h)
    exact = np.array(slope.tolist(), dtype=float)
    assert norm(mc.inverse.at(X)(dX) - exact) <= 1e-12 * norm(exact)


def test_the_solution_agrees_with_50_digit_arithmetic(rng):
    (A, B), dA, dB = mc.solve.domain.sample(rng, 3), rng.standard_normal((3, 3)), rng.standard_normal((3, 4))
    with mpmath.workdps(50):
        h, a, b, da, db = mpmath.mpf(10) ** -15, *(mpmath.matrix(part.tolist()) for part in (A, B, dA, dB))
        slope = ((a + h * da) ** -1 * (b + h * db) - (a - h * da) ** -1 * (b - h * db)) / (2 * h)
    exact = np.array(slope.tolist(), dtype=float)
    assert norm(mc.solve.at((A, B))((dA, dB)) - exact) <= 1e-12 * norm(exact)


def test_a_worked_inverse():
    X, dX = np.array([[1.0, 1], [0, 1]]), np.array([[0.0, 0], [1, 0]])
    Y, dF = mc.inverse.linearize(X)
    assert Y.tolist() == [[1, -1], [0, 1]]
    assert dF(dX).tolist() == [[1, -1], [-1, 1]]


def test_the_inverse_of_a_number():
    assert mc.inverse.at(np.array([[4.0]]))(np.array([[1.0]])).item() == -1 / 16
    assert mc.verify(mc.inverse, np.array([[4.0]])).passed


@pytest.mark.parametrize("condition", [1e4, 1e8, 1e12])
def test_nearly_singular_matrices_are_accepted_and_the_derivative_is_right_for_their_inverse(condition, rng):
    X, dX = conditioned(rng, 5, condition), rng.standard_normal((5, 5))
    Y, dF = mc.inverse.linearize(X)
    residual = X @ dF(dX) + dX @ Y  # the differentiated identity X Y = I
    assert norm(residual) <= 1e-13 * condition * norm(dX @ Y)
    assert mc.inverse.domain.contains(X)


SINGULAR = {
    "zero": np.zeros((3, 3)),
    "zero, 1×1": np.zeros((1, 1)),
    "ones": np.ones((4, 4)),
    "equal columns": np.array([[1.0, 1, 2], [3, 3, 1], [2, 2, 5]]),
    "tiny": 1e-200 * np.ones((2, 2)),
}


@pytest.mark.parametrize("name", SINGULAR)
def test_a_singular_matrix_is_refused_in_words(name):
    X = SINGULAR[name]
    for call in (mc.inverse, mc.inverse.at):
        with pytest.raises(mc.DomainError, match="inverse is defined on invertible matrices; this matrix is singular"):
            call(X)
    for call in (mc.solve, mc.solve.at):
        with pytest.raises(mc.DomainError, match="solve is defined on .*; this matrix is singular"):
            call((X, np.ones((len(X), 2))))


def test_singular_to_working_precision_is_said_with_the_number():
    X = np.array([[1.0, 1.0], [1.0, 1.0 + 2e-16]])
    for call in (mc.inverse, mc.inverse.at, lambda X: mc.solve((X, X)), lambda X: mc.solve.at((X, X))):
        with pytest.raises(mc.DomainError, match=r"singular to working precision: .* is \d\.\de-17"):
            call(X)


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1e6, 1e100])
def test_small_numbers_are_not_taken_for_singular(scale, rng):
    X = scale * mc.inverse.domain.sample(rng, 4)
    assert np.allclose(mc.inverse(X) @ X, np.eye(4))
    assert np.allclose(mc.inverse.at(X)(X), -mc.inverse(X), rtol=1e-12)


def test_three_directions_cost_one_inverse(monkeypatch, rng):
    calls = counted(monkeypatch, lapack, "dgetrf")
    dF = mc.inverse.at(mc.inverse.domain.sample(rng, 4))
    for _ in range(3):
        dF(rng.standard_normal((4, 4)))
        dF.T(rng.standard_normal((4, 4)))
    _ = dF.matrix
    assert calls == ["dgetrf"]


def test_three_directions_cost_one_factorization(monkeypatch, rng):
    factored, inverted = counted(monkeypatch, lapack, "dgetrf"), counted(monkeypatch, np.linalg, "inv")
    solved = counted(monkeypatch, module, "lu_solve")
    A, B = mc.solve.domain.sample(rng, 4)
    dF = mc.solve.at((A, B))
    for _ in range(3):
        dF((rng.standard_normal(A.shape), rng.standard_normal(B.shape)))
        dF.T(rng.standard_normal(B.shape))
    assert factored == ["dgetrf"]
    assert inverted == []
    assert len(solved) == 1 + 3 + 3


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_right_hand_side_may_be_a_vector(n, rng):
    A, b = mc.inverse.domain.sample(rng, n), rng.standard_normal(n)
    assert mc.verify(mc.solve, (A, b)).passed
    y, dF = mc.solve.linearize((A, b))
    Abar, bbar = dF.T(rng.standard_normal(n))
    assert y.shape == bbar.shape == (n,)
    assert Abar.shape == (n, n)
    assert np.linalg.matrix_rank(Abar) == 1
    assert np.allclose(dF.matrix, dF.columns())


@pytest.mark.parametrize("width", [1, 2, 7])
def test_right_hand_sides_of_every_width(width, rng):
    X = mc.inverse.domain.sample(rng, 3), rng.standard_normal((3, width))
    assert mc.verify(mc.solve, X).passed


def test_solving_for_the_identity_is_the_inverse(rng):
    X, dX = mc.inverse.domain.sample(rng, 4), rng.standard_normal((4, 4))
    dF = mc.solve.at((X, np.eye(4)))
    assert np.allclose(dF((dX, np.zeros((4, 4)))), mc.inverse.at(X)(dX))
    assert np.allclose(dF.T(dX)[0], mc.inverse.at(X).T(dX))


def test_the_solution_is_linear_in_the_right_hand_side(rng):
    A, B = mc.solve.domain.sample(rng, 3)
    dB = rng.standard_normal(B.shape)
    assert np.allclose(mc.solve.at((A, B))((np.zeros_like(A), dB)), mc.solve((A, dB)))


def test_the_matrix_of_the_inverse_is_a_kronecker_product(rng):
    X, dX = mc.inverse.domain.sample(rng, 3), rng.standard_normal((3, 3))
    Y = np.linalg.inv(X)
    assert np.allclose(mc.inverse.at(X).matrix, -np.kron(Y.T, Y))
    assert np.allclose(mc.inverse.at(X).matrix @ vec(dX), vec(-Y @ dX @ Y))


@pytest.mark.parametrize(
    ("X", "said"),
    [
        ((np.ones((2, 3)), np.ones(2)), "A square and as many rows in B as in A, got shapes"),
        ((np.eye(3), np.ones(2)), "as many rows in B as in A"),
        ((np.eye(3),), "expected a pair"),
        (np.eye(3), "expected a pair"),
        ((np.eye(2), np.ones((2, 2, 2))), "expected a pair"),
    ],
)
def test_systems_that_do_not_fit_are_refused(X, said):
    with pytest.raises(mc.DomainError, match=said):
        mc.solve(X)

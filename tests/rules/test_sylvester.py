"""The Sylvester equation: against Kronecker systems, by SymPy, and at the edge where two spectra meet."""

import numpy as np
import pytest
import scipy.linalg as la
import sympy as sp

import matcalc as mc
from matcalc.rules.sylvester import SYLVESTER
from matcalc.spaces import norm


def kronecker(A, B):
    """The matrix of X ↦ A X + X B on vec(X)."""
    return np.kron(np.eye(len(B)), A) + np.kron(B.T, np.eye(len(A)))


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_values_directions_and_adjoints_solve_the_kronecker_system(n, rng):
    A, B, C = point = SYLVESTER.sample(rng, n)
    M = kronecker(A, B)
    X, dF = mc.sylvester.linearize(point)
    dA, dB, dC = SYLVESTER.tangent(rng, point)
    Xbar = rng.standard_normal(C.shape)
    solve = lambda rhs, M: mc.unvec(np.linalg.solve(M, mc.vec(rhs)), C.shape)
    assert np.allclose(X, solve(C, M), rtol=1e-11, atol=1e-12)
    assert np.allclose(dF((dA, dB, dC)), solve(dC - dA @ X - X @ dB, M), rtol=1e-10, atol=1e-12)
    Abar, Bbar, Cbar = dF.T(Xbar)
    assert np.allclose(Cbar, solve(Xbar, M.T), rtol=1e-10, atol=1e-12)
    assert np.allclose(Abar, -Cbar @ X.T)
    assert np.allclose(Bbar, -X.T @ Cbar)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_every_size_is_verified(n):
    assert mc.verify(mc.sylvester, n=n).evaluations <= 80


def test_entry_by_entry_as_sympy_differentiates(rng):
    a = sp.symbols("a:9")
    A, B = sp.Matrix(2, 2, a[:4]), sp.Matrix(1, 1, a[4:5])
    C = sp.Matrix(2, 1, a[5:7])
    X = (A + B[0, 0] * sp.eye(2)).LUsolve(C)
    numbers = dict(zip(a, [2.0, 0.3, -0.7, 1.5, 0.9, 1.1, -0.4], strict=False))
    J = sp.Matrix(X).jacobian([A[0, 0], A[1, 0], A[0, 1], A[1, 1], B[0, 0], C[0], C[1]]).subs(numbers)
    point = tuple(np.array(part.subs(numbers), dtype=float) for part in (A, B, C))
    assert np.allclose(mc.sylvester.at(point).matrix, np.array(J, dtype=float), rtol=1e-12)


def test_two_numbers_divide():
    point = tuple(np.array([[z]]) for z in (2.0, 3.0, 10.0))
    assert mc.sylvester(point).item() == pytest.approx(2.0)
    one = np.ones((1, 1))
    assert mc.sylvester.at(point)((one, 0 * one, 0 * one)).item() == pytest.approx(-10 / 25)


def test_rotations_have_complex_eigenvalues_and_are_solved(rng):
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert mc.verify(mc.sylvester, (turn, 2 * turn, rng.standard_normal((2, 2)))).passed


@pytest.mark.parametrize(
    ("A", "B", "said"),
    [
        (np.diag([1.0, 2.0]), np.diag([-2.0, 5.0, 7.0]), r"opposite \(2, -2\): their sum is 0\.0e\+00"),
        (np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [-1.0, 0.0]]), r"opposite \(.*1j.*\)"),
        (np.diag([1.0, 2.0]), np.diag([-1.0 - 1e-14, 3.0]), r"opposite \(1, -1\): their sum is 1\.0e-14"),
        (np.zeros((2, 2)), np.zeros((1, 1)), r"opposite \(0, 0\)"),
    ],
)
def test_where_two_spectra_meet_both_calls_say_where(A, B, said, rng):
    C = rng.standard_normal((len(A), len(B)))
    for call in (mc.sylvester, mc.sylvester.at):
        with pytest.raises(mc.DomainError, match=said):
            call((A, B, C))


def test_opposite_spectra_in_general_position_are_refused(rng):
    A = rng.standard_normal((5, 5))
    for call in (mc.sylvester, mc.sylvester.at):
        with pytest.raises(mc.DomainError, match="are opposite"):
            call((A, -A.T, np.eye(5)))


def test_near_the_edge_the_derivative_is_large_and_right(rng):
    point = np.diag([1.0, 2.0]), np.diag([-1.0 + 1e-6, 3.0]), np.ones((2, 2))
    dC = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert mc.sylvester.at(point)((np.zeros((2, 2)), np.zeros((2, 2)), dC))[0, 0] == pytest.approx(1e6)


@pytest.mark.parametrize(
    "point",
    [np.eye(2), (np.eye(2), np.eye(3)), (np.eye(2), np.eye(3), np.ones((3, 2))), (np.ones((2, 3)),) * 3],
)
def test_shapes_that_do_not_fit_are_refused(point):
    with pytest.raises(mc.DomainError, match="expected A of size m×m, B of size n×n and C of size m×n"):
        mc.sylvester(point)


def test_lyapunov_equations_are_a_special_case(rng):
    A, Q = rng.standard_normal((4, 4)) + 3 * np.eye(4), np.eye(4)
    assert np.allclose(mc.sylvester((A, A.T, Q)), la.solve_continuous_lyapunov(A, Q), rtol=1e-11)


def test_complex_tangents_go_both_ways(rng):
    point = SYLVESTER.sample(rng, 3)
    d, e, Xbar = SYLVESTER.tangent(rng, point), SYLVESTER.tangent(rng, point), rng.standard_normal((3, 4))
    dF = mc.sylvester.at(point)
    mixed = tuple(a + 1j * b for a, b in zip(d, e, strict=True))
    assert np.allclose(dF(mixed), dF(d) + 1j * dF(e), rtol=1e-12)
    assert np.isclose(mc.inner(1j * Xbar, dF(mixed)), mc.inner(dF.T(1j * Xbar), mixed))


def test_wrong_twins_are_caught_where_they_are_wrong():
    only_C = lambda X, d: mc.sylvester.f((X[0], X[1], d[2]))
    assert not mc.examine(mc.sylvester.but(differential=only_C)).check("difference").passed

    def untransposed(point, Xbar):
        X, Cbar = mc.sylvester(point), mc.sylvester((point[0], point[1], Xbar))
        return -Cbar @ X.T, -X.T @ Cbar, Cbar

    report = mc.examine(mc.sylvester.but(adjoint=untransposed))
    assert [check.name for check in report.failures] == ["adjoint", "printed adjoint"]


def test_one_pair_of_schur_forms_serves_everything(rng, monkeypatch):
    point = SYLVESTER.sample(rng, 3)
    dF = mc.sylvester.at(point)
    monkeypatch.setattr(la, "schur", lambda *_: pytest.fail("factored again"))
    dF(SYLVESTER.tangent(rng, point))
    assert norm(dF.T(np.ones((3, 4)))[2]) > 0


def test_a_solution_too_large_for_floats_says_so():
    point = np.array([[1.0]]), np.array([[-1.0 + 1e-10]]), np.array([[1e300]])
    for call in (mc.sylvester, mc.sylvester.at):
        with pytest.raises(OverflowError, match="sylvester: the result is too large"):
            call(point)


@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1e-100, 1e100, 1e300])
def test_the_size_of_the_equation_does_not_matter(scale, rng):
    A, B, C = SYLVESTER.sample(rng, 3)
    X, near = mc.sylvester((A, B, C)), 1e-12 if scale > 1e-305 else 1e-8  # 1e-310 has lost digits of its own
    scaled = A * scale, B * scale, C * scale
    np.testing.assert_allclose(mc.sylvester(scaled), X, atol=near)
    np.testing.assert_allclose(mc.sylvester.linearize(scaled)[0], X, atol=near)
    with pytest.raises(mc.DomainError, match=r"opposite \(3e[+-]\d+, -3e[+-]\d+\)"):
        mc.sylvester(tuple(scale * np.array([[z]]) for z in (3.0, -3.0, 1.0)))

"""Exponential, root and logarithm: against 50-digit arithmetic, closed forms, and where they stop."""

import warnings

import mpmath
import numpy as np
import pytest
from scipy.linalg import expm as scipy_expm
from scipy.linalg import expm_frechet

import matcalc as mc
from matcalc.rules.matrix_functions import log_differences, pade_at, phi
from matcalc.spaces import norm

SPD = [mc.sqrtm_spd, mc.logm_spd]
HIGH = {"expm": mpmath.expm, "sqrtm_spd": mpmath.sqrtm, "logm_spd": mpmath.logm}
every = pytest.mark.parametrize("F", [mc.expm, *SPD], ids=lambda F: F.name)
spd = pytest.mark.parametrize("F", SPD, ids=lambda F: F.name)


def slope_with_50_digits(f, X, dX):
    """A central difference in 60-digit arithmetic: right to thirty digits, then rounded."""
    with mpmath.workdps(60):
        h, X, dX = mpmath.mpf(10) ** -18, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        slope = (f(X + h * dX) - f(X - h * dX)) / (2 * h)
        return np.array([[float(mpmath.re(slope[i, j])) for j in range(X.cols)] for i in range(X.rows)])


@every
@pytest.mark.parametrize("n", [1, 2, 4])
def test_slopes_agree_with_50_digit_arithmetic(F, n, rng):
    X = F.domain.sample(rng, n)
    dX = F.domain.tangent(rng, X)
    exact = slope_with_50_digits(HIGH[F.name], X, dX)
    assert norm(F.at(X)(dX) - exact) <= 1e-12 * norm(exact)


@every
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_every_size_is_verified(F, n):
    assert mc.verify(F, n=n).evaluations <= 80


@every
def test_complex_tangents_go_both_ways(F, rng):
    X = F.domain.sample(rng, 4)
    dX, dZ, Ybar = (F.domain.tangent(rng, X) for _ in range(3))
    dF = F.at(X)
    assert np.allclose(dF(dX + 1j * dZ), dF(dX) + 1j * dF(dZ), rtol=1e-12)
    assert np.isclose(mc.inner(1j * Ybar, dF(dX + 1j * dZ)), mc.inner(dF.T(1j * Ybar), dX + 1j * dZ))


@every
def test_the_root_and_the_logarithm_undo_the_square_and_the_exponential(F, rng):
    X = mc.sqrtm_spd.domain.sample(rng, 4)
    if F is mc.expm:
        assert np.allclose(mc.expm(mc.logm_spd(X)), X, rtol=1e-12)
        return
    back = mc.power(2) if F is mc.sqrtm_spd else mc.expm
    Y, dF = F.linearize(X)
    dX = F.domain.tangent(rng, X)
    assert np.allclose(back(Y), X, rtol=1e-12)
    assert np.allclose((back.at(Y) @ dF)(dX), dX, rtol=1e-11, atol=1e-12)


# --- the exponential ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-8, 0.1, 1, 4.7, 4.8, 20, 300])
def test_the_exponential_is_right_with_and_without_squarings(size, rng):
    X, dX = rng.standard_normal((2, 5, 5))
    X *= size / np.linalg.norm(X, 1)
    Y, dF = mc.expm.linearize(X)
    value, slope = expm_frechet(X, dX)
    assert norm(Y - value) <= 1e-12 * norm(value)
    assert norm(dF(dX) - slope) <= 1e-12 * norm(slope)
    assert norm(dF.T(dX) - expm_frechet(X.T, dX)[1]) <= 1e-12 * norm(slope)


def test_the_rational_function_is_exact_up_to_its_reach(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    X *= 4.74 / np.linalg.norm(X, 1)
    R, push = pade_at(X)
    exact = slope_with_50_digits(mpmath.expm, X, dX)
    assert norm(R - scipy_expm(X)) <= 1e-13 * norm(R)
    assert norm(push(dX) - exact) <= 1e-13 * norm(exact)


def test_at_zero_the_exponential_is_the_identity_to_first_order(rng):
    dX = rng.standard_normal((3, 3))
    Y, dF = mc.expm.linearize(np.zeros((3, 3)))
    assert np.allclose(Y, np.eye(3), rtol=1e-15, atol=0)
    assert np.allclose(dF(dX), dX, rtol=1e-14)


def test_a_direction_that_commutes_multiplies(rng):
    X = rng.standard_normal((4, 4))
    along = X @ X - 3 * X
    assert np.allclose(mc.expm.at(X)(along), mc.expm(X) @ along, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("X", [np.diag([1.0, 1.0], 1), np.array([[0.0, -np.pi], [np.pi, 0.0]]), 2 * np.eye(3)])
def test_defective_rotating_and_multiple_eigenvalues_do_no_harm(X, rng):
    assert mc.verify(mc.expm, X).check("second differential").passed


def test_at_a_nilpotent_matrix_the_series_ends(rng):
    N, dX = np.diag([1.0, 1.0], 1), rng.standard_normal((3, 3))
    first = dX + (N @ dX + dX @ N) / 2
    third = N @ N @ dX + N @ dX @ N + dX @ N @ N
    rest = (N @ N @ dX @ N + N @ dX @ N @ N) / 24 + N @ N @ dX @ N @ N / 120
    assert np.allclose(mc.expm.at(N)(dX), first + third / 6 + rest, rtol=1e-14)


def test_a_quarter_turn_has_a_direction_that_the_exponential_does_not_feel():
    X = np.array([[0.0, -np.pi], [np.pi, 0.0]])
    assert norm(mc.expm.at(X)(np.array([[1.0, 0.0], [0.0, -1.0]]))) < 1e-14
    assert np.linalg.matrix_rank(mc.expm.at(X).matrix, tol=1e-10) == 2


def test_an_exponential_too_large_for_floats_says_so_and_a_tiny_one_is_zero():
    for call in (mc.expm, mc.expm.at):
        with pytest.raises(OverflowError, match="expm: the result is too large"):
            call(1e4 * np.eye(3))
    assert not mc.expm(-1e4 * np.eye(3)).any()
    assert not mc.expm.at(-1e4 * np.eye(3)).matrix.any()


def test_a_large_upper_corner_is_no_harm():
    X, dX = np.array([[1.0, 1e6], [0.0, -1.0]]), np.array([[0.3, -1.0], [2.0, 0.7]])
    assert norm(mc.expm.at(X)(dX) - expm_frechet(X, dX)[1]) <= 1e-12 * norm(mc.expm.at(X)(dX))


def test_phi_at_a_singular_matrix():
    assert np.allclose(phi(np.zeros((2, 2))), np.eye(2))
    Z = np.diag([1.0, 0.0, -2.0])
    assert np.allclose(np.diag(phi(Z)), [np.e - 1, 1.0, (1 - np.exp(-2)) / 2])


def test_one_factorization_serves_every_direction(rng, monkeypatch):
    import scipy.linalg

    dF = mc.expm.at(rng.standard_normal((4, 4)))
    monkeypatch.setattr(scipy.linalg, "lu_factor", lambda *_: pytest.fail("factored again"))
    dF(np.eye(4))
    dF.T(np.ones((4, 4)))


WRONG = {
    "e^X dX": (lambda X, dX: scipy_expm(X) @ dX, "difference"),
    "entrywise": (lambda X, dX: np.exp(X) * dX, "difference"),
    "both sides": (lambda X, dX: (scipy_expm(X) @ dX + dX @ scipy_expm(X)) / 2, "difference"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_differentials_are_caught(name):
    wrong, line = WRONG[name]
    assert not mc.examine(mc.expm.but(differential=wrong)).check(line).passed


def test_an_adjoint_without_its_transpose_is_caught():
    report = mc.examine(mc.expm.but(adjoint=lambda X, Ybar: expm_frechet(X, Ybar)[1]))
    assert [check.name for check in report.failures] == ["adjoint", "printed adjoint"]


# --- positive definite matrices ---------------------------------------------------------------------------------


@spd
@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-12, 1e-8, 1e-4])
def test_close_eigenvalues_do_no_harm(F, gap, rng):
    Q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    X = (Q * [1.0, 1.0 + gap, 2.0]) @ Q.T
    X = (X + X.T) / 2
    dX = F.domain.tangent(rng, X)
    exact = slope_with_50_digits(HIGH[F.name], X, dX)
    assert norm(F.at(X)(dX) - exact) <= 1e-13 * norm(exact)


def test_differences_of_logarithms_are_accurate_at_any_ratio():
    values = np.array([1e-14, 1e-3, 1.0, 1.0 + 1e-15, 1e8])
    with mpmath.workdps(60):
        exact = [
            [float(mpmath.log(mpmath.mpf(a) / b) / (mpmath.mpf(a) - b)) if a != b else 1 / a for b in values]
            for a in values.tolist()
        ]
    assert np.allclose(log_differences(values), exact, rtol=1e-14)


@spd
def test_the_adjoint_is_symmetric_and_the_map_its_own_adjoint(F, rng):
    X, Ybar = F.domain.sample(rng, 4), rng.standard_normal((4, 4))
    dF = F.at(X)
    Xbar = dF.T(Ybar)
    assert np.array_equal(Xbar, Xbar.T)
    assert np.array_equal(Xbar, dF.push(Ybar))
    assert np.allclose(dF.matrix, dF.matrix.T)


@spd
def test_at_the_identity_both_are_multiples_of_the_tangent(F, rng):
    S = F.domain.tangent(rng, np.eye(3))
    assert np.allclose(F.at(np.eye(3))(S), S * (0.5 if F is mc.sqrtm_spd else 1.0), rtol=1e-14)


@spd
@pytest.mark.parametrize(
    ("X", "said"),
    [
        (np.diag([1.0, -1.0]), r"not positive definite: its eigenvalues run from -1\.0e\+00 to 1\.0e\+00"),
        (np.diag([1.0, 0.0]), r"not positive definite: its eigenvalues run from 0\.0e\+00"),
        (np.diag([1.0, 1e-17]), r"not positive definite to working precision: its eigenvalues run from 1\.0e-17"),
        (np.array([[1.0, 2.0], [0.0, 3.0]]), r"expected a symmetric matrix, got one with \|X − Xᵀ\| up to 2"),
    ],
)
def test_outside_both_calls_say_how_far(F, X, said):
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match=said):
            call(X)


@spd
def test_a_tangent_that_is_not_symmetric_is_refused(F, rng):
    with pytest.raises(ValueError, match="the tangent is not symmetric"):
        F.at(F.domain.sample(rng, 3))(np.triu(np.ones((3, 3))))


@spd
def test_entrywise_functions_are_caught(F):
    slope = (lambda x: 0.5 / np.sqrt(np.abs(x))) if F is mc.sqrtm_spd else (lambda x: 1 / x)
    assert not mc.examine(F.but(differential=lambda X, dX: slope(X) * dX)).check("difference").passed


def test_ill_conditioned_roots_keep_their_digits(rng):
    Q, _ = np.linalg.qr(rng.standard_normal((4, 4)))
    X = (Q * [1e-8, 1e-4, 1.0, 3.0]) @ Q.T
    X = (X + X.T) / 2
    S, dF = mc.sqrtm_spd.linearize(X)
    dX = mc.sqrtm_spd.domain.tangent(rng, X)
    dS = dF(dX)
    assert norm(S @ dS + dS @ S - dX) <= 1e-11 * norm(dX)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_the_logarithm_of_a_multiple_is_a_shift(scale, rng):
    X = mc.logm_spd.domain.sample(rng, 4)
    Y = mc.logm_spd(X) + np.log(scale) * np.eye(4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # SciPy's logm warns where the scale is left to it
        np.testing.assert_allclose(mc.logm_spd(scale * X), Y, atol=1e-12)
    np.testing.assert_allclose(mc.logm_spd.linearize(scale * X)[0], Y, atol=1e-12)

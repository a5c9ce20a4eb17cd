"""The pseudo-inverse and ridge's: every shape, every rank that is kept, and the edge where the rank changes."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.differences import central
from matcalc.spaces import norm, vec

SHAPES = [(1, 1), (1, 4), (4, 1), (3, 3), (5, 3), (3, 5), (7, 2)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def of_rank(rng, m, n, r):
    return rng.standard_normal((m, r)) @ rng.standard_normal((r, n))


def with_condition(rng, m, n, condition):
    r = min(m, n)
    U, V = (la.qr(rng.standard_normal((rows, r)), mode="economic")[0] for rows in (m, n))
    return (U * np.geomspace(1, 1 / condition, r)) @ V.T


def slope(function, A, dA):
    """The slope of a function of mpmath matrices at A along dA, with 50 digits."""
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(A.tolist()), mpmath.matrix(dA.tolist())
        difference = (function(A + h * dA) - function(A - h * dA)) / (2 * h)
        return np.array(difference.tolist(), dtype=float)


@every_shape
def test_the_derivative_agrees_with_50_digit_arithmetic(shape, rng):
    A, dA = rng.standard_normal((2, *shape))
    tall = shape[0] >= shape[1]
    exact = slope(lambda A: (A.T * A) ** -1 * A.T if tall else A.T * (A * A.T) ** -1, A, dA)
    assert norm(mc.pinv.at(A)(dA) - exact) <= 1e-11 * norm(exact)


@every_shape
@pytest.mark.parametrize("lam", [1e-6, 0.5, 100.0])
def test_ridge_agrees_with_50_digit_arithmetic(shape, lam, rng):
    A, dA = rng.standard_normal((2, *shape))
    exact = slope(lambda A: (A.T * A + lam * mpmath.eye(A.cols)) ** -1 * A.T, A, dA)
    assert norm(mc.ridge_inverse(lam).at(A)(dA) - exact) <= 1e-9 * norm(exact)


@pytest.mark.parametrize("r", [1, 2, 3])
def test_along_a_curve_of_constant_rank(r, rng):
    """A(t) = B(t) C(t) keeps its rank, and A⁺ = Cᵀ(CCᵀ)⁻¹(BᵀB)⁻¹Bᵀ can be differenced."""
    B, dB = rng.standard_normal((2, 6, r))
    C, dC = rng.standard_normal((2, r, 5))
    curve = lambda t: np.linalg.pinv((B + t * dB) @ (C + t * dC), rcond=1e-10)
    measured = (curve(1e-5) - curve(-1e-5)) / 2e-5
    found = mc.pinv_of_rank(r).at(B @ C)(dB @ C + B @ dC)
    assert norm(found - measured) <= 1e-6 * norm(measured)


@every_shape
def test_every_shape_is_verified(shape, rng):
    A = rng.standard_normal(shape)
    assert mc.verify(mc.pinv, A).passed
    assert mc.verify(mc.ridge_inverse(0.3), A).passed
    Y, dF = mc.pinv.linearize(A)
    assert Y.shape == shape[::-1]
    assert np.allclose(dF.matrix, dF.columns())


def test_the_four_conditions(rng):
    for A, F in ((rng.standard_normal((5, 3)), mc.pinv), (of_rank(rng, 6, 5, 3), mc.pinv_of_rank(3))):
        for Y in (F(A), F.linearize(A)[0]):
            assert np.allclose(A @ Y @ A, A)
            assert np.allclose(Y @ A @ Y, Y)
            assert np.allclose(A @ Y, (A @ Y).T)
            assert np.allclose(Y @ A, (Y @ A).T)


def test_a_worked_column():
    """a⁺ = aᵀ/‖a‖²; at a = (3, 4) with da = e₁ the slope is (25 − 18, −24)/625."""
    dY = mc.pinv.at(np.array([[3.0], [4.0]]))(np.array([[1.0], [0.0]]))
    assert np.allclose(dY, np.array([[7, -24]]) / 625, rtol=1e-14)


def test_at_an_invertible_matrix_it_is_the_inverse(rng):
    A, dA = mc.inverse.domain.sample(rng, 4), rng.standard_normal((4, 4))
    assert np.allclose(mc.pinv.at(A)(dA), mc.inverse.at(A)(dA), rtol=1e-12)
    assert np.allclose(mc.pinv.at(A).matrix, mc.inverse.at(A).matrix)


def test_wide_is_tall_transposed(rng):
    A, dA = rng.standard_normal((2, 3, 5))
    assert np.allclose(mc.pinv.at(A)(dA), mc.pinv.at(A.T)(dA.T).T)


@pytest.mark.parametrize("F", [mc.pinv, mc.ridge_inverse(0.7)], ids=lambda F: F.name)
def test_the_transpose_is_a_gradient_so_its_derivative_is_symmetric(F, rng):
    A, Ybar, dA = rng.standard_normal((5, 3)), rng.standard_normal((3, 5)), rng.standard_normal((5, 3))
    dF, lam = F.at(A), 0.0 if F is mc.pinv else 0.7
    assert np.allclose(dF.T(Ybar), dF(Ybar.T).T)
    volume = lambda A: np.linalg.slogdet(A.T @ A + lam * np.eye(3))[1] / 2
    assert central(volume, A, dA, 1e-5) == pytest.approx(mc.inner(F(A).T, dA), rel=1e-7)


# --- wrong twins -------------------------------------------------------------------------------------------


def without(*kept):
    """The pseudo-inverse with some of the three terms of its derivative only."""

    def differential(A, dA):
        Y = np.linalg.pinv(A)
        m, n = A.shape
        terms = {
            "square": -Y @ dA @ Y,
            "column": Y @ Y.T @ dA.T @ (np.eye(m) - A @ Y),
            "row": (np.eye(n) - Y @ A) @ dA.T @ Y.T @ Y,
        }
        return sum(terms[name] for name in kept)

    return mc.pinv.but(differential=differential)


@pytest.mark.parametrize("kept", [("square",), ("square", "column"), ("square", "row"), ("column", "row")])
def test_each_of_the_three_terms_is_needed(kept):
    failed = [check.name for check in mc.examine(without(*kept)).failures]
    assert failed[:2] == ["difference", "taylor"]
    assert mc.examine(without("square", "column", "row")).passed


def test_an_adjoint_without_the_transposition_of_its_cotangent_is_refused():
    wrong = mc.pinv.but(adjoint=lambda A, Ybar: -np.linalg.pinv(A).T @ Ybar @ np.linalg.pinv(A).T)
    assert [check.name for check in mc.examine(wrong).failures] == ["adjoint", "printed adjoint"]


def test_a_second_differential_that_forgets_the_projections_is_refused():
    def frozen(A):
        Y = np.linalg.pinv(A)
        K = lambda dA: mc.pinv.at(A)(dA)
        return lambda H, Z: -K(Z) @ H @ Y - Y @ H @ K(Z)

    assert "second differential" in [c.name for c in mc.examine(mc.pinv.but(second_at=frozen)).failures]


def test_the_second_differential_in_every_shape(rng):
    for shape in SHAPES:
        A, H, Z = rng.standard_normal((3, *shape))
        measured = central(lambda A, H=H: mc.pinv.at(A)(H), A, Z, 1e-5 * norm(A))
        assert norm(mc.pinv.second(A)(H, Z) - measured) <= 1e-5 * max(norm(measured), 1)


# --- the edges ---------------------------------------------------------------------------------------------

DEFICIENT = {
    "zero": np.zeros((3, 2)),
    "equal columns": np.array([[1.0, 1], [2, 2], [3, 3]]),
    "equal rows": np.array([[1.0, 2, 3], [1, 2, 3]]),
    "square": np.ones((3, 3)),
    "tiny": 1e-200 * np.ones((3, 2)),
}


@pytest.mark.parametrize("name", DEFICIENT)
def test_a_lower_rank_is_refused_with_its_number(name):
    for call in (mc.pinv, mc.pinv.at, mc.pinv.linearize):
        with pytest.raises(mc.DomainError, match=r"full rank min\(m, n\); the rank is below \d: .* of the largest"):
            call(DEFICIENT[name])


def test_other_ranks_are_refused(rng):
    A = of_rank(rng, 5, 4, 2)
    for call in (mc.pinv_of_rank(3), mc.pinv_of_rank(3).at):
        with pytest.raises(mc.DomainError, match="the rank is below 3: singular value 3"):
            call(A)
    for call in (mc.pinv_of_rank(1), mc.pinv_of_rank(1).at):
        with pytest.raises(mc.DomainError, match="the rank is above 1: singular value 2"):
            call(A)
    with pytest.raises(mc.DomainError, match="a 5×4 matrix cannot have rank 5"):
        mc.pinv_of_rank(5)(A)


@pytest.mark.parametrize("r", [0, -1, 1.5, True, "2"])
def test_a_rank_is_a_whole_number(r):
    with pytest.raises(ValueError, match="expected a whole number r ≥ 1"):
        mc.pinv_of_rank(r)


@pytest.mark.parametrize("lam", [0, -1, np.inf, np.nan])
def test_lambda_is_positive(lam):
    with pytest.raises(ValueError, match="expected a finite λ > 0"):
        mc.ridge_inverse(lam)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)], ids=str)
@pytest.mark.parametrize("condition", [1e6, 1e12])
def test_ill_conditioned_is_accepted_and_accurate(shape, condition, rng):
    A, dA = with_condition(rng, *shape, condition), rng.standard_normal(shape)
    tall = shape[0] >= shape[1]
    dA /= 1e9 * condition  # small beside the smallest singular value
    exact = slope(lambda A: (A.T * A) ** -1 * A.T if tall else A.T * (A * A.T) ** -1, A, dA)
    assert norm(mc.pinv.at(A)(dA) - exact) <= 1e-14 * condition * norm(exact)


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1e6, 1e100])
def test_the_domain_does_not_depend_on_the_scale(scale, rng):
    A = scale * rng.standard_normal((4, 3))
    assert np.allclose(mc.pinv(A) @ A, np.eye(3))
    assert np.allclose(mc.pinv.at(A)(A), -mc.pinv(A), rtol=1e-12)


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e-6, 1e6, 1e170])
def test_ridge_meets_no_edge(scale, rng):
    A = scale * rng.standard_normal((4, 3))
    F = mc.ridge_inverse(0.5)
    Y, dF = F.linearize(A)
    assert np.allclose(Y, F(A), rtol=1e-10, atol=0)
    assert np.isfinite(dF(rng.standard_normal((4, 3)))).all()


def test_ridge_at_the_zero_matrix_is_linear_to_first_order(rng):
    dA = rng.standard_normal((4, 3))
    assert np.allclose(mc.ridge_inverse(0.5).at(np.zeros((4, 3)))(dA), 2 * dA.T)
    assert mc.verify(mc.ridge_inverse(0.5), np.zeros((4, 3))).passed


@pytest.mark.parametrize("rank", [2, 3])
def test_ridge_tends_to_the_pseudoinverse_like_lambda(rank, rng):
    A, dA = of_rank(rng, 5, 3, rank), rng.standard_normal((5, 3))
    limit, dlimit = mc.pinv_of_rank(rank).linearize(A)
    gaps = [norm(mc.ridge_inverse(lam)(A) - limit) for lam in (1e-3, 1e-4)]
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.1)
    if rank == 3:
        assert np.allclose(mc.ridge_inverse(1e-9).at(A)(dA), dlimit(dA), atol=1e-6)


def test_three_directions_cost_one_decomposition(monkeypatch, rng):
    calls, original = [], la.qr
    monkeypatch.setattr(la, "qr", lambda *args, **options: (calls.append(1), original(*args, **options))[1])
    dF = mc.pinv.at(rng.standard_normal((5, 3)))
    for _ in range(3):
        dF(rng.standard_normal((5, 3)))
        dF.T(rng.standard_normal((3, 5)))
    assert len(calls) == 1


# --- uses --------------------------------------------------------------------------------------------------


def test_variable_projection_has_the_gradient_of_the_full_problem(rng):
    """At the best c the gradient of ‖Φ(θ)c − y‖²/2 in θ is that with c held still."""
    t, y = np.linspace(0, 4, 12), rng.standard_normal(12)
    basis = lambda theta: np.exp(-np.outer(t, theta))
    theta, dtheta = np.array([0.4, 1.7]), np.array([1.0, -0.5])
    Phi, dPhi = basis(theta), -t[:, None] * basis(theta) * dtheta
    Y, dF = mc.pinv.linearize(Phi)
    r = y - Phi @ Y @ y
    dr = -(dPhi @ Y + Phi @ dF(dPhi)) @ y
    loss = lambda theta: norm(y - basis(theta) @ np.linalg.lstsq(basis(theta), y)[0]) ** 2 / 2
    assert r @ dr == pytest.approx(-r @ dPhi @ (Y @ y), rel=1e-11)
    assert r @ dr == pytest.approx(central(loss, theta, dtheta, 1e-5), rel=1e-7)


def test_the_projection_onto_the_columns_turns_without_the_first_term(rng):
    A, dA = rng.standard_normal((2, 5, 3))
    Y, dF = mc.pinv.linearize(A)
    P, dP = A @ Y, dA @ Y + A @ dF(dA)
    half = (np.eye(5) - P) @ dA @ Y
    assert np.allclose(dP, half + half.T)
    assert np.allclose(vec(P @ dP @ P), 0)

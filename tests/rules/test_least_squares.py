"""Least squares and ridge: right for every shape and unit, refused where columns depend, factored once."""

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.differences import central
from matcalc.spaces import norm, step, vec

TALL, WIDE = [(1, 1), (4, 1), (3, 3), (7, 3)], [(1, 4), (3, 7)]
TARGETS = [(), (1,), (2,)]
every_target = pytest.mark.parametrize("targets", TARGETS, ids=str)


def data(rng, shape, targets=()):
    """A generic point (X, Y) with a direction."""
    shapes = shape, (shape[0], *targets)
    return tuple(map(rng.standard_normal, shapes)), tuple(map(rng.standard_normal, shapes))


def with_condition(rng, m, d, condition):
    U, V = (la.qr(rng.standard_normal((rows, d)), mode="economic")[0] for rows in (m, d))
    return (U * np.geomspace(1, 1 / condition, d)) @ V.T


def slope(point, tangent, lam=0.0):
    """The slope of (XᵀX + λI)⁻¹XᵀY along the tangent, and its value, with 50 digits and from the normal equations."""
    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -20
        X, Y, dX, dY = (mpmath.matrix(part.tolist()) for part in (*point, *tangent))

        def solution(t):
            Z = X + t * dX
            return (Z.T * Z + lam * mpmath.eye(Z.cols)) ** -1 * (Z.T * (Y + t * dY))

        lines = (solution(h) - solution(-h)) / (2 * h), solution(0)
        exact = [np.array(line.tolist(), dtype=float) for line in lines]
    return [line[:, 0] for line in exact] if point[1].ndim == 1 else exact


@every_target
@pytest.mark.parametrize("shape", TALL, ids=str)
def test_least_squares_agrees_with_50_digit_arithmetic(shape, targets, rng):
    point, tangent = data(rng, shape, targets)
    exact, W = slope(point, tangent)
    assert norm(mc.ols(point) - W) <= 1e-11 * norm(W)
    assert norm(mc.ols.at(point)(tangent) - exact) <= 1e-10 * norm(exact)


@every_target
@pytest.mark.parametrize("shape", TALL + WIDE, ids=str)
@pytest.mark.parametrize("lam", [1e-6, 0.5, 1e3])
def test_ridge_agrees_with_50_digit_arithmetic(shape, targets, lam, rng):
    point, tangent = data(rng, shape, targets)
    exact, W = slope(point, tangent, lam)
    assert norm(mc.ridge(lam)(point) - W) <= 1e-10 * norm(W)
    assert norm(mc.ridge(lam).at(point)(tangent) - exact) <= 1e-9 * norm(exact)


@every_target
@pytest.mark.parametrize("shape", TALL + WIDE, ids=str)
def test_every_shape_is_verified(shape, targets, rng):
    point, _ = data(rng, shape, targets)
    for F in [mc.ridge(0.5)] + [mc.ols] * (shape in TALL):
        assert mc.verify(F, point).passed
        W, dF = F.linearize(point)
        assert W.shape == (shape[1], *targets)
        assert [bar.shape for bar in dF.T(W)] == [part.shape for part in point]
        assert np.allclose(dF.matrix, dF.columns())


def test_a_worked_line():
    """Three points on paper: XᵀX = [[3, 4], [4, 10]], XᵀY = (5, 8), so w = (9, 2)/7 and e = (−2, 3, −1)/7."""
    X, y = np.array([[1.0, 0], [1, 1], [1, 3]]), np.array([1.0, 2, 2])
    w, dF = mc.ols.linearize((X, y))
    assert np.allclose(7 * w, [9, 2], rtol=1e-14)
    assert np.allclose(14 * dF((0 * X, np.array([0.0, 0, 1]))), [-2, 5], rtol=1e-13)
    # dX moves the third abscissa: dXᵀe = (0, −1/7) and dX w = (0, 0, 2/7)
    dX = np.array([[0.0, 0], [0, 0], [0, 1]])
    G = np.array([[3.0, 4], [4, 10]])
    bracket = np.array([0, -1 / 7]) - X.T @ np.array([0, 0, 2 / 7])
    assert np.allclose(dF((dX, 0 * y)), np.linalg.solve(G, bracket), rtol=1e-13)


def test_the_solution_is_a_minimum_of_every_multiple_of_the_loss(rng):
    (X, Y), _ = data(rng, (7, 3), (2,))
    W = mc.ols((X, Y))
    assert np.allclose(X.T @ (X @ W - Y), 0, atol=1e-12)
    nearby = [norm(X @ (W + 1e-3 * rng.standard_normal(W.shape)) - Y) for _ in range(20)]
    assert min(nearby) > norm(X @ W - Y)


def test_ridge_is_the_minimum_for_the_losses_it_names(rng):
    (X, y), (_, dy) = data(rng, (7, 3))
    lam, m, direction = 0.3, len(y), dy[:3]
    plain = lambda w: norm(X @ w - y) ** 2 + lam * norm(w) ** 2
    halves = lambda w: norm(X @ w - y) ** 2 / 2 + lam / 2 * norm(w) ** 2
    mean = lambda w: norm(X @ w - y) ** 2 / (2 * m) + lam / 2 * norm(w) ** 2
    for loss, F in ((plain, mc.ridge(lam)), (halves, mc.ridge(lam)), (mean, mc.ridge(m * lam))):
        assert abs(central(loss, F((X, y)), direction, 1e-4)) < 1e-9
    assert abs(central(mean, mc.ridge(lam)((X, y)), direction, 1e-4)) > 1e-3


@every_target
def test_many_targets_are_many_fits_and_their_cotangents_add(targets, rng):
    (X, Y), _ = data(rng, (6, 3), (2,))
    Wbar = rng.standard_normal((3, 2))
    together = mc.ols.at((X, Y)).T(Wbar)
    apart = [mc.ols.at((X, Y[:, j])).T(Wbar[:, j]) for j in range(2)]
    assert np.allclose(mc.ols((X, Y))[:, 1], mc.ols((X, Y[:, 1])))
    assert np.allclose(together[0], apart[0][0] + apart[1][0])
    assert np.allclose(together[1], np.stack([one[1] for one in apart], axis=1))


def test_at_a_square_invertible_matrix_it_is_the_solution_of_the_system(rng):
    point = mc.solve.domain.sample(rng, 3)
    tangent = tuple(map(rng.standard_normal, map(np.shape, point)))
    assert np.allclose(mc.ols(point), mc.solve(point))
    assert np.allclose(mc.ols.at(point)(tangent), mc.solve.at(point)(tangent))


def test_fitting_the_identity_is_the_pseudo_inverse(rng):
    X, dX = rng.standard_normal((2, 6, 3))
    point, still = (X, np.eye(6)), np.zeros((6, 6))
    assert np.allclose(mc.ols.at(point)((dX, still)), mc.pinv.at(X)(dX))
    assert np.allclose(mc.ridge(0.5).at(point)((dX, still)), mc.ridge_inverse(0.5).at(X)(dX))


@pytest.mark.parametrize("shape", [(7, 3), (3, 7)], ids=str)
def test_ridge_of_a_wide_matrix_is_found_from_the_small_side(shape, rng):
    (X, y), _ = data(rng, shape)
    dual = X.T @ np.linalg.solve(X @ X.T + 0.5 * np.eye(len(X)), y)
    assert np.allclose(mc.ridge(0.5)((X, y)), dual)


# --- wrong twins -------------------------------------------------------------------------------------------


def as_if_invertible(point, tangent):
    """Without dXᵀE: what the rule of a square system gives."""
    P = np.linalg.pinv(point[0])
    return P @ (tangent[1] - tangent[0] @ P @ point[1])


def gram_held_still(point, tangent):
    """S is differentiated in neither place: only the right side XᵀY moves."""
    (X, Y), (dX, dY) = point, tangent
    return np.linalg.solve(X.T @ X, dX.T @ Y + X.T @ dY)


@pytest.mark.parametrize("wrong", [as_if_invertible, gram_held_still])
def test_a_lost_term_is_seen_by_values(wrong):
    failed = [check.name for check in mc.examine(mc.ols.but(differential=wrong)).failures]
    assert failed[:2] == ["difference", "taylor"]
    assert "adjoint" in failed


def test_without_a_residual_the_lost_term_is_zero(rng):
    X = rng.standard_normal((6, 3))
    point, tangent = (X, X @ rng.standard_normal(3)), (rng.standard_normal((6, 3)), rng.standard_normal(6))
    assert np.allclose(mc.ols.at(point)(tangent), as_if_invertible(point, tangent))


def test_an_adjoint_that_forgets_the_residual_is_refused():
    def forgot(point, Wbar):
        P = np.linalg.pinv(point[0])
        return -P.T @ Wbar @ (P @ point[1]).T, P.T @ Wbar

    failed = [check.name for check in mc.examine(mc.ols.but(adjoint=forgot)).failures]
    assert failed == ["adjoint", "printed adjoint"]


def test_a_jacobian_with_its_factors_in_the_other_order_is_refused(rng):
    def swapped(point):
        fit, G = mc.ols.linearize(point), point[0].T @ point[0]
        E, P = point[1] - point[0] @ fit[0], np.linalg.pinv(point[0])
        o = E.shape[1]
        return np.hstack([np.kron(np.linalg.inv(G), E.T) - np.kron(fit[0].T, P), np.kron(np.eye(o), P)])

    failed = [check.name for check in mc.examine(mc.ols.but(matrix=swapped)).failures]
    assert failed == ["matrix", "printed jacobian"]


def test_a_second_differential_with_a_factor_lost_is_refused():
    half = mc.ridge(0.5).but(second_at=lambda X: lambda H, Z: 0.5 * mc.ridge(0.5).second(X)(H, Z))
    assert [check.name for check in mc.examine(half).failures] == ["second differential"]


@every_target
@pytest.mark.parametrize("F", [mc.ols, mc.ridge(0.7)], ids=lambda F: F.name)
def test_the_second_differential_for_every_number_of_targets(F, targets, rng):
    point, H = data(rng, (6, 3), targets)
    Z = data(rng, (6, 3), targets)[1]
    measured = central(lambda X: F.at(X)(H), point, Z, 1e-5)
    assert norm(F.second(point)(H, Z) - measured) <= 1e-6 * norm(measured)


# --- the edges ---------------------------------------------------------------------------------------------

DEPENDENT = {
    "equal columns": (np.array([[1.0, 1], [2, 2], [3, 3]]), "dependent to working precision"),
    "in thirds": (np.array([[1.0, 1 / 3], [2, 2 / 3], [3, 1]]), "dependent to working precision"),
    "a square of ones": (np.ones((3, 3)), "dependent to working precision"),
    "tiny": (1e-200 * np.ones((3, 2)), "dependent to working precision"),
    "a zero column": (np.array([[1.0, 0], [2, 0], [4, 0]]), "column 2 of X is zero"),
    "zero": (np.zeros((3, 1)), "column 1 of X is zero"),
    "wide": (np.ones((3, 4)), "the 4 columns of a 3×4 matrix are always dependent"),
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_dependent_columns_are_refused_in_words(name):
    X, said = DEPENDENT[name]
    for call in (mc.ols, mc.ols.at, mc.ols.second):
        with pytest.raises(mc.DomainError, match=f"ols is defined on .*independent columns.*; .*{said}"):
            call((X, np.ones(3)))
        assert not mc.ols.domain.contains((X, np.ones(3)))


@pytest.mark.parametrize("scales", [(1e-100, 1e-100), (1e120, 1e120), (1e-12, 1e12)], ids=str)
def test_units_decide_nothing(scales, rng):
    """X diag(c) has the coefficients diag(1/c) w, and so have the derivatives."""
    (X, y), (dX, dy) = data(rng, (6, 2))
    c = np.array(scales)
    w, dF = mc.ols.linearize((X * c, y))
    assert np.allclose(w * c, mc.ols((X, y)), rtol=1e-10)
    assert np.allclose(mc.ols((X * c, y)) * c, w * c, rtol=1e-10)
    assert np.allclose(dF((dX * c, dy)) * c, mc.ols.at((X, y))((dX, dy)), rtol=1e-9)


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ((np.eye(3), np.ones(2)), r"as many rows in X as numbers or rows in Y, got \(3×3, 2\)"),
        ((np.eye(3),), "got a tuple of shape"),
        (np.eye(3), "got an array of shape 3×3"),
        ((np.ones(3), np.ones(3)), r"got \(3, 3\)"),
        ((np.eye(2), np.ones((2, 2, 2))), r"got \(2×2, 2×2×2\)"),
    ],
    ids=str,
)
def test_data_that_do_not_fit_are_refused(point, said):
    for F in (mc.ols, mc.ridge(0.5)):
        with pytest.raises(mc.DomainError, match=f"expected a pair .*{said}"):
            F.at(point)


@pytest.mark.parametrize("lam", [0, -1, np.inf, np.nan])
def test_lambda_is_positive(lam):
    with pytest.raises(ValueError, match="ridge: expected a finite λ > 0"):
        mc.ridge(lam)


def test_a_lambda_that_rounding_swallows_is_refused_only_where_it_is_needed(rng):
    F = mc.ridge(1e-17)
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match="λ = 1e-17 is lost in rounding: .* λ is 1.7e-18 of the square"):
            call((np.ones((3, 2)), np.ones(3)))
    point, tangent = data(rng, (6, 3))
    assert np.allclose(F.at(point)(tangent), mc.ols.at(point)(tangent))


@pytest.mark.parametrize("lam", [1e-10, 1e-3, 1.0])
def test_ridge_accepts_dependent_columns_and_zero(lam, rng):
    for X in (np.ones((3, 2)), np.zeros((3, 2)), np.zeros((2, 3))):
        y, dX = rng.standard_normal(len(X)), rng.standard_normal(X.shape)
        exact, w = slope((X, y), (dX, 0 * y), lam)
        assert norm(mc.ridge(lam)((X, y)) - w) <= 1e-4 * norm(w)
        assert norm(mc.ridge(lam).at((X, y))((dX, 0 * y)) - exact) <= 1e-3 * norm(exact)


@pytest.mark.parametrize("lam", [1e-300, 1e-20])
def test_a_wide_matrix_with_a_tiny_lambda_has_the_limit_of_ridge(lam, rng):
    """E = λ(XXᵀ + λI)⁻¹y is tiny and is divided by λ: as a difference Y − XW it would be all rounding."""
    X, dX = rng.standard_normal((2, 3, 6))
    y = rng.standard_normal(3)
    limit = mc.pinv.at(X)(dX) @ y
    assert np.allclose(mc.ridge(lam).at((X, y))((dX, 0 * y)), limit, rtol=1e-9)


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e6, 1e170])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4)], ids=str)
def test_ridge_is_finite_at_every_size(scale, shape, rng):
    (X, y), tangent = data(rng, shape)
    F = mc.ridge(0.5)
    w, dF = F.linearize((scale * X, y))
    assert np.allclose(w, F((scale * X, y)), rtol=1e-8, atol=0)
    assert np.isfinite(dF(tangent)).all()


@pytest.mark.parametrize("condition", [1e4, 1e8, 1e12])
def test_without_a_residual_the_error_grows_like_the_condition_not_its_square(condition, rng):
    X = with_condition(rng, 12, 4, condition)
    w = rng.standard_normal(4)
    point = X, X @ w
    _, exact = slope(point, (0 * X, 0 * point[1]))
    for found in (mc.ols(point), mc.ols.at(point).operator @ np.zeros(60) + mc.ols.linearize(point)[0]):
        assert norm(found - exact) <= 1e-14 * condition * norm(exact)


def test_the_derivative_has_the_two_sizes_that_perturbation_theory_names(rng):
    """J Jᵀ = ‖e‖² G⁻² + (‖w‖² + 1) G⁻¹: the largest stretch has the parts ‖e‖/σ² and ‖w‖/σ."""
    X, y = with_condition(rng, 8, 3, 1e3), rng.standard_normal(8)
    w, dF = mc.ols.linearize((X, y))
    parts = mc.norm(y - X @ w) * 1e6, np.sqrt(norm(w) ** 2 + 1) * 1e3
    assert np.linalg.norm(dF.matrix, 2) == pytest.approx(np.hypot(*parts), rel=1e-8)


@pytest.mark.parametrize(("F", "name"), [(mc.ols, "qr"), (mc.ridge(0.5), "svd")], ids=["ols", "ridge"])
def test_three_directions_cost_one_factorization(F, name, monkeypatch, rng):
    calls, original = [], getattr(la, name)
    monkeypatch.setattr(la, name, lambda *args, **options: (calls.append(1), original(*args, **options))[1])
    point, tangent = data(rng, (6, 3))
    dF = F.at(point)
    for _ in range(3):
        dF(tangent)
        dF.T(np.ones(3))
    assert len(calls) == 1


@pytest.mark.parametrize("F", [mc.ols, mc.ridge(0.5)], ids=lambda F: F.name)
def test_complex_tangents_go_through(F, rng):
    point, (dX, dy) = data(rng, (6, 3))
    dF = F.at(point)
    both = dF((dX + 2j * dX, dy - 1j * dy))
    assert np.allclose(both, dF((dX, dy)) + 1j * dF((2 * dX, -dy)))


# --- uses --------------------------------------------------------------------------------------------------


def test_the_fitted_values_move_by_the_projection_and_leverage_predicts_leaving_out(rng):
    (X, y), _ = data(rng, (8, 3))
    w, dF = mc.ols.linearize((X, y))
    hat = X @ dF.matrix[:, vec(X).size :]
    assert np.allclose(hat, hat.T)
    assert np.allclose(hat @ hat, hat)
    assert np.trace(hat) == pytest.approx(3)
    without = mc.ols((X[1:], y[1:]))
    assert y[0] - X[0] @ without == pytest.approx((y[0] - X[0] @ w) / (1 - hat[0, 0]))


def test_the_gradient_in_lambda_from_one_more_solve(rng):
    """dw/dλ = −S⁻¹w, so a validation loss with gradient w̄ has the slope −w̄ᵀS⁻¹w in λ."""
    (X, y), _ = data(rng, (8, 3))
    (Z, z), _ = data(rng, (5, 3))
    loss = lambda lam: norm(Z @ mc.ridge(lam)((X, y)) - z) ** 2
    w = mc.ridge(0.4)((X, y))
    wbar = 2 * Z.T @ (Z @ w - z)
    slope_in_lambda = -wbar @ np.linalg.solve(X.T @ X + 0.4 * np.eye(3), w)
    assert slope_in_lambda == pytest.approx(central(loss, 0.4, 1.0, 1e-4), rel=1e-6)


@pytest.mark.parametrize("scale", [1e4, 1e8, 1e30])
def test_the_second_differential_of_a_wide_ridge_keeps_its_digits_where_nothing_is_left_over(scale, rng):
    """Beside a large X the λ counts little: E is tiny, and a difference of large numbers would be all rounding."""
    F, (point, H), (Z, _) = mc.ridge(0.5), data(rng, (2, 4), (3,)), data(rng, (2, 4), (3,))
    point, H, Z = (tuple(scale * part for part in P) for P in (point, H, Z))
    bend = lambda h: (F.at(step(point, h, H))(Z) - F.at(step(point, -h, H))(Z)) / (2 * h)
    found = F.second(point)(H, Z)
    assert norm(found - (4 * bend(1e-4) - bend(2e-4)) / 3) < 1e-8 * norm(found)

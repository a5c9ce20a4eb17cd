"""Difference formulas have the orders they claim, and `derivative` is right or says how far it may be off."""

import warnings

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.differences import Counted, Line, central, complex_step, derivative, fitted_order, forward, richardson
from matcalc.samples import positive_definite, symmetric_gaussian
from matcalc.spaces import norm, vec

METHODS = {
    "forward": (forward, 1, (1e-1, 1e-2, 1e-3)),
    "central": (central, 2, (1e-1, 1e-2, 1e-3)),
    "richardson, 2 levels": (lambda *point: richardson(*point, levels=2), 4, (0.2, 0.1, 0.05)),
    "richardson, 3 levels": (lambda *point: richardson(*point, levels=3), 6, (0.2, 0.1, 0.05)),
}


def exact_slope():
    """The derivative of exp(sin x) at 0.7, to 50 digits."""
    with mpmath.workdps(50):
        return float(mpmath.diff(lambda x: mpmath.exp(mpmath.sin(x)), mpmath.mpf("0.7")))


def f(x):
    return np.exp(np.sin(x))


@pytest.mark.parametrize("name", METHODS)
def test_the_error_falls_with_the_order_of_the_method(name):
    method, order, steps = METHODS[name]
    errors = [abs(method(f, 0.7, 1.0, h) - exact_slope()) for h in steps]
    fitted = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert fitted == pytest.approx(order, abs=0.25)


@pytest.mark.parametrize(
    ("method", "h", "digits"),
    [(forward, 1e-8, 7), (central, 1e-5, 9), (richardson, 0.1, 11), (complex_step, 1e-30, 15)],
)
def test_the_digits_that_each_method_reaches(method, h, digits):
    assert abs(method(f, 0.7, 1.0, h) / exact_slope() - 1) < 10.0**-digits


@pytest.mark.parametrize(("method", "h"), [(forward, 1e-15), (central, 1e-14)])
def test_too_small_a_step_ruins_a_difference(method, h):
    assert abs(method(f, 0.7, 1.0, h) / exact_slope() - 1) > 1e-4


def test_richardson_costs_two_values_a_level(rng):
    X, dX = rng.standard_normal((2, 4, 4))
    for levels in (1, 2, 3, 4):
        counted = Counted(np.sin)
        richardson(counted, X, dX, 0.1, levels)
        assert counted.count == 2 * levels


@pytest.mark.parametrize("method", [forward, central, richardson, complex_step])
def test_the_shape_of_the_value_is_kept_for_tuples_too(method, rng):
    X = rng.standard_normal((2, 3)), rng.standard_normal(4)
    dX = rng.standard_normal((2, 3)), rng.standard_normal(4)
    dA, db, dc = method(lambda X: (X[0].T, X[1] ** 2, X[1].sum()), X, dX, 0.1)
    assert np.allclose(dA, dX[0].T)
    assert np.allclose(db, 2 * X[1] * dX[1], atol=0.2)
    assert np.shape(dc) == ()


# --- the best of them ------------------------------------------------------------------------------

n = 4
RNG = np.random.default_rng(1)
Q = la.qr(RNG.standard_normal((n, n)))[0]
SPD = (Q * [0.6, 1.1, 1.7, 2.6]) @ Q.T
SPD = (SPD + SPD.T) / 2
ANY = (la.qr(RNG.standard_normal((n, n)))[0] * [0.5, 1.0, 1.6, 2.4]) @ Q
TURN = RNG.standard_normal((n, n))
SYM = TURN + TURN.T


def of_spectrum(slope):
    """f(S) = V f(λ) Vᵀ has the slope V (C ∘ Vᵀ dS V) Vᵀ, with C the divided differences of f."""
    w, V = la.eigh(SPD)
    gap = np.subtract.outer(w, w)
    value, tangent = slope
    C = np.where(gap == 0, tangent(w)[:, None], np.subtract.outer(value(w), value(w)) / np.where(gap == 0, 1, gap))
    return V @ (C * (V.T @ SYM @ V)) @ V.T


def qr_r_slope():
    U, R = la.qr(ANY)
    M = U.T @ TURN @ la.inv(R)
    L = np.tril(M, -1)
    return (M - L + L.T) @ R


def cholesky_slope():
    L = la.cholesky(SPD, lower=True)
    M = la.inv(L) @ SYM @ la.inv(L).T
    return L @ (np.tril(M, -1) + np.diag(np.diag(M)) / 2)


def svdvals_slope():
    U, _, Vt = la.svd(ANY)
    return np.diag(U.T @ TURN @ Vt.T)


def eigvalsh_slope():
    _, V = la.eigh(SPD)
    return np.diag(V.T @ SYM @ V)


def silent(function):
    """A cast that drops the imaginary part without the warning."""

    def quiet(X):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(X)

    return quiet


logabsdet_slope = np.trace(la.solve(ANY, TURN))
norm_slope = np.sum(ANY * TURN) / la.norm(ANY)
sqrt_slope = of_spectrum((np.sqrt, lambda w: 0.5 / np.sqrt(w)))
log_slope = of_spectrum((np.log, lambda w: 1 / w))

UNSOUND = {  # the complex step is silently wrong, or fails, in each of these: f, X, dX, the slope
    "numpy slogdet": (lambda X: np.linalg.slogdet(X)[1], ANY, TURN, logabsdet_slope),
    "log abs det": (lambda X: np.log(abs(np.linalg.det(X))), ANY, TURN, logabsdet_slope),
    "numpy qr, R with positive diagonal": (
        lambda X: (lambda R: np.sign(np.diag(R).real)[:, None] * R)(np.linalg.qr(X)[1]),
        ANY,
        TURN,
        np.sign(np.diag(la.qr(ANY)[1]))[:, None] * qr_r_slope(),
    ),
    "scipy qr, R": (lambda X: la.qr(X)[1], ANY, TURN, qr_r_slope()),
    "numpy cholesky": (np.linalg.cholesky, SPD, SYM, cholesky_slope()),
    "scipy cholesky": (lambda X: la.cholesky(X, lower=True), SPD, SYM, cholesky_slope()),
    "numpy svd values": (lambda X: np.linalg.svd(X)[1], ANY, TURN, svdvals_slope()),
    "scipy svdvals": (la.svdvals, ANY, TURN, svdvals_slope()),
    "numpy eigvalsh": (np.linalg.eigvalsh, SPD, SYM, eigvalsh_slope()),
    "scipy eigvalsh": (la.eigvalsh, SPD, SYM, eigvalsh_slope()),
    "numpy norm": (np.linalg.norm, ANY, TURN, norm_slope),
    "scipy norm": (la.norm, ANY, TURN, norm_slope),
    "nuclear norm": (lambda X: np.linalg.norm(X, "nuc"), ANY, TURN, svdvals_slope().sum()),
    "spectral norm": (lambda X: np.linalg.norm(X, 2), ANY, TURN, svdvals_slope()[0]),
    "real part of sqrtm": (lambda X: la.sqrtm(X).real, SPD, SYM, sqrt_slope),
    "real part of logm": (lambda X: la.logm(X).real, SPD, SYM, log_slope),
    "eigh, then the logarithm": (
        lambda X: (lambda w, V: (V * np.log(w)) @ V.T)(*np.linalg.eigh(X)),
        SPD,
        SYM,
        log_slope,
    ),
    "abs": (np.abs, ANY, TURN, np.sign(ANY) * TURN),
    "maximum with zero": (lambda X: np.maximum(X.real, 0), ANY, TURN, (ANY > 0) * TURN),
    "numpy real": (lambda X: np.real(X) ** 2, ANY, TURN, 2 * ANY * TURN),
    "conjugate transpose": (lambda X: X.conj().T @ X, ANY, TURN, TURN.T @ ANY + ANY.T @ TURN),
    "vdot": (lambda X: np.vdot(X, X), ANY, TURN, 2 * np.vdot(ANY, TURN)),
    "float cast": (silent(lambda X: np.asarray(X, dtype=float) ** 2), ANY, TURN, 2 * ANY * TURN),
    "astype": (silent(lambda X: X.astype(float) ** 2), ANY, TURN, 2 * ANY * TURN),
    "assignment into a real array": (silent(lambda X: into_real(X)), ANY, TURN, 2 * ANY * TURN),
    "branch on a complex type": (lambda X: X**2 if np.isrealobj(X) else X, ANY, TURN, 2 * ANY * TURN),
    "one real entry of many": (lambda X: half_real(X), ANY, TURN, 2 * ANY * TURN),
}


def into_real(X):
    Y = np.zeros(X.shape)
    Y[...] = X**2
    return Y


def half_real(X):
    Y = X**2
    Y[0, 0] = Y[0, 0].real
    return Y


@pytest.mark.parametrize("name", UNSOUND)
def test_a_complex_step_that_is_not_sound_is_never_used(name):
    f, X, dX, slope = UNSOUND[name]
    found = derivative(f, X, dX)
    assert found.method == "Richardson"
    assert norm(vec(found.value) - vec(slope)) <= 1e-8 * norm(slope)
    assert norm(vec(found.value) - vec(slope)) <= 3 * norm(found.error) + 1e-12 * norm(slope)


def test_where_the_reference_is_too_rough_a_complex_step_cannot_be_shown_to_be_sound():
    f = lambda x: np.sin(np.real(x)) + 0.1 * np.sin(1e12 * np.real(x))
    assert derivative(f, 0.4, 1.0).method == "Richardson"


SOUND = {
    "inv": (np.linalg.inv, -la.inv(ANY) @ TURN @ la.inv(ANY)),
    "solve": (lambda X: np.linalg.solve(X, TURN), -la.solve(ANY, TURN) @ la.solve(ANY, TURN)),
    "matmul": (lambda X: X @ X, TURN @ ANY + ANY @ TURN),
    "exp": (np.exp, np.exp(ANY) * TURN),
    "expm": (la.expm, la.expm_frechet(ANY, TURN, compute_expm=False)),
    "det": (np.linalg.det, la.det(ANY) * logabsdet_slope),
    "trace": (np.trace, np.trace(TURN)),
    "sqrt of a sum of squares": (lambda X: np.sqrt((X * X).sum()), norm_slope),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_complex_step_is_used_and_right_to_the_last_digits(name):
    f, slope = SOUND[name]
    found = derivative(f, ANY, TURN)
    assert found.method == "complex step"
    assert norm(vec(found.value) - vec(slope)) <= 1e-14 * max(norm(slope), norm(f(ANY)))


@pytest.mark.parametrize("first", [1e-6, 1e-3, 1.0, 1e3])
def test_the_first_step_is_only_a_guess(first):
    found = derivative(lambda X: np.linalg.slogdet(X)[1], ANY, TURN, first)
    assert abs(found.value - logabsdet_slope) <= max(3 * found.error.max(), 1e-8)


@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1.0, 1e6, 1e150])
def test_the_scale_of_the_values_does_not_matter(scale):
    found = derivative(lambda X: scale * abs(np.sin(X)), ANY, TURN)
    assert np.allclose(found.value / scale, np.sign(np.sin(ANY)) * np.cos(ANY) * TURN, atol=1e-9)


@pytest.mark.parametrize("distance", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("seed", range(8))
def test_a_singular_matrix_nearby_does_not_deceive_it(distance, seed):
    """Far beyond a pole difference quotients agree with each other, and are wrong."""
    rng = np.random.default_rng(seed)
    left, right = (la.qr(rng.standard_normal((3, 3)))[0] for _ in range(2))
    X, dX = (left * [1.0, 0.3, distance]) @ right, rng.standard_normal((3, 3))
    found = derivative(lambda X: np.linalg.slogdet(X)[1], X, dX)
    slope = np.trace(la.solve(X, dX))
    assert abs(found.value - slope) <= 3 * found.error[0] + 1e-10 * abs(slope)
    assert found.error[0] <= 1e-5 * abs(slope)


def test_an_error_estimate_is_honest_where_values_are_rough():
    rough = lambda x: np.float64(np.float32(np.sin(x)))
    found = derivative(rough, 0.7, 1.0)
    assert abs(found.value - np.cos(0.7)) <= 3 * found.error[0]
    assert 1e-9 < found.error[0] < 1e-3


def test_a_slope_that_vanishes_is_found_at_a_bounded_cost():
    counted = Counted(lambda X: np.linalg.det(X) ** 1)
    found = derivative(counted, np.diag([1.0, 2.0, 0.0, 0.0]), TURN)
    assert abs(found.value) <= 1e-12
    assert counted.count <= 40


def test_complex_points_are_differentiated_along_real_steps(rng):
    Z, dZ = rng.standard_normal((2, 3, 3)) + 1j * rng.standard_normal((2, 3, 3))
    found = derivative(lambda Z: Z.conj().T @ Z, Z, dZ)
    assert found.method == "Richardson"
    assert np.allclose(found.value, dZ.conj().T @ Z + Z.conj().T @ dZ, atol=1e-10)


def test_every_value_on_a_line_is_paid_once(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    counted = Counted(np.sin)
    line = Line(counted, X, dX)
    first, again = line.quotient(0.1), line.quotient(0.1)
    assert counted.count == 2
    assert np.array_equal(first, again)
    assert line.scale == pytest.approx(max(norm(np.sin(X + 0.1 * dX)), norm(np.sin(X - 0.1 * dX))))


@pytest.mark.parametrize("f", [lambda X: X * np.nan, lambda X: mc.inverse(np.zeros((2, 2))), lambda X: X / 0.0])
def test_no_finite_values_is_an_arithmetic_error(f):
    with pytest.raises(ArithmeticError):
        derivative(f, np.ones((2, 2)), np.ones((2, 2)))


@pytest.mark.parametrize("f", [la.sqrtm, la.logm])
def test_a_complex_step_that_carries_much_rounding_is_not_used_nor_trusted(f, rng):
    """Through a complex Schur form about ten digits are left, whatever the step; a second step shows it."""
    for _ in range(10):
        X, dX = positive_definite(rng, 4), symmetric_gaussian(rng, np.eye(4))
        values, V = np.linalg.eigh(X)
        with np.errstate(all="ignore"):
            g = np.sqrt(values) if f is la.sqrtm else np.log(values)
            slopes = (g[:, None] - g) / (values[:, None] - values)
        np.fill_diagonal(slopes, 0.5 / g if f is la.sqrtm else 1 / values)
        true = V @ (slopes * (V.T @ dX @ V)) @ V.T
        found = derivative(f, X, dX)
        assert norm(found.value - true) <= 10 * norm(found.error) + 1e-14 * norm(true)
        assert norm(found.value - true) <= 1e-10 * norm(true)


def test_no_search_is_begun_beyond_the_values_allowed():
    for most in (11, 14, 20, 40):
        counted = Counted(lambda X: np.cbrt(X) + 1e-3 * np.sin(1e9 * X))
        line = Line(counted, np.eye(3), np.ones((3, 3)), most=most)
        derivative(counted, np.eye(3), np.ones((3, 3)), None, line)
        assert counted.count <= most


@pytest.mark.parametrize(("f", "X", "dX", "h", "error", "said"), [
    (lambda X: None, np.eye(2), np.eye(2), 1e-5, TypeError, "NoneType"),
    (np.sin, np.eye(2), np.ones((2, 3)), 1e-5, mc.ShapeError, "X has shape 2×2, dX 2×3"),
    (np.sin, np.eye(2), np.eye(2), 0.0, ValueError, "other than zero"),
    (np.sin, np.eye(2), np.eye(2), np.nan, ValueError, "got nan"),
    (np.sin, "X", np.eye(2), 1e-5, TypeError, "differences: X"),
])  # fmt: skip
@pytest.mark.parametrize("formula", [forward, central, richardson, complex_step, derivative])
def test_what_has_no_difference_is_refused_in_words(formula, f, X, dX, h, error, said):
    with pytest.raises(error, match=said):
        formula(f, X, dX, h)


def test_an_f_that_changes_its_argument_changes_no_point():
    def f(X):
        X *= 2
        return X

    X, dX = np.eye(2), np.ones((2, 2))
    for formula in (forward, central, richardson):
        np.testing.assert_allclose(formula(f, X, dX, 1e-3), 2 * dX, rtol=1e-9)
    assert np.array_equal(X, np.eye(2))


@pytest.mark.parametrize("formula", [forward, central, richardson, complex_step])
def test_an_f_that_uses_one_array_again_is_no_constant(formula):
    kept = np.zeros(3, complex if formula is complex_step else float)

    def f(x):
        kept[...] = np.sin(x)
        return kept

    x, h = np.array([0.3, 0.5, 0.7]), 1e-3 if formula is not complex_step else 1e-20
    np.testing.assert_allclose(formula(f, x, np.ones(3), h), np.cos(x), rtol=1e-3)


def test_single_precision_is_no_truth():
    with pytest.raises(TypeError, match="single precision"):
        derivative(lambda x: np.sin(x).astype(np.float32), np.ones(3), np.ones(3))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("f", [
    lambda x: 1e308 * np.sin(1e3 * x),  # a slope beyond floats
    lambda x: np.full(4, 1.7e308) * np.cos(1e-3 * x),  # a norm beyond floats
])  # fmt: skip
def test_what_is_too_large_for_floats_has_no_slope(f):
    with pytest.raises(ArithmeticError):
        derivative(f, 0.3, 1.0)


def test_the_order_of_remainders_is_fitted_to_those_that_are_seen():
    steps = 2.0 ** -np.arange(4)
    assert fitted_order(steps, 3 * steps**2, 1e-12) == pytest.approx(2)
    assert fitted_order(steps, 1e-16 * steps, 1e-12) == np.inf
    for bad in (np.nan, np.inf):
        assert fitted_order(steps, np.where(steps == 0.5, bad, steps**2), 1e-12) == 0

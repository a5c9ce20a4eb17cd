"""Readers' own functions: every wrong derivative of the corpus is refused, no right one is, bad input is named."""

import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.samples import gaussian
from matcalc.spaces import norm

inv, det, tr = np.linalg.inv, np.linalg.det, np.trace


def generic(n, seed=0, condition=4.0, scale=1.0):
    """A matrix of this condition number and scale, its singular vectors at random."""
    rng = np.random.default_rng([n, seed])
    left, right = (la.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
    return scale * (left * np.geomspace(1, 1 / condition, n)) @ right


def symmetric(n):
    return generic(n) + generic(n).T


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_slope(x, dx):
    s = softmax(x)
    return s * (dx - s @ dx)


def singular_value_slope(X, dX):
    U, _, Vt = la.svd(X)
    return np.diag(U.T @ dX @ Vt.T)


# --- right derivatives: none is refused ------------------------------------------------------------

RIGHT = {  # f, df, and the scales at which f has anything to say
    "inverse": (inv, lambda X, dX: -inv(X) @ dX @ inv(X)),
    "cube": (lambda X: X @ X @ X, lambda X, dX: dX @ X @ X + X @ dX @ X + X @ X @ dX),
    "gram": (lambda X: X.T @ X, lambda X, dX: dX.T @ X + X.T @ dX),
    "determinant": (det, lambda X, dX: det(X) * tr(la.solve(X, dX))),
    "log determinant": (lambda X: np.linalg.slogdet(X)[1], lambda X, dX: tr(la.solve(X, dX))),
    "norm": (np.linalg.norm, lambda X, dX: np.sum(X * dX) / np.linalg.norm(X)),
    "norm of the inverse": (
        lambda X: la.norm(inv(X)),
        lambda X, dX: -np.sum(inv(X) * (inv(X) @ dX @ inv(X))) / la.norm(inv(X)),
    ),
    "singular values": (la.svdvals, singular_value_slope),
}
SCALES = [1e-6, 1e-3, 1.0, 1e3, 1e6]


@pytest.mark.parametrize("condition", [1e1, 1e2, 1e4])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_derivative_is_accepted_at_every_size_scale_and_condition(name, condition):
    f, df = RIGHT[name]
    for n in (1, 2, 3, 5, 20):
        for scale in SCALES:
            report = mc.verify_derivative(f, df, generic(n, 0, condition, scale), rng=np.random.default_rng(n))
            assert report.evaluations <= 80


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_a_right_gradient_of_a_quadratic_is_accepted(n, scale):
    A, rng = generic(n, 1, 1e4), np.random.default_rng(n)
    report = mc.verify_gradient(lambda x: x @ A @ x, lambda x: (A + A.T) @ x, scale * rng.standard_normal(n))
    assert report.evaluations <= 80


@pytest.mark.parametrize("condition", [1e1, 1e4])
@pytest.mark.parametrize("n", [1, 3, 20])
def test_a_right_derivative_of_a_solution_is_accepted(n, condition):
    def df(X, dX):
        return la.solve(X[0], dX[1] - dX[0] @ la.solve(*X))

    X = generic(n, 2, condition), np.random.default_rng(n).standard_normal((n, 2))
    assert mc.verify_derivative(lambda X: la.solve(*X), df, X).evaluations <= 80


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 5.0])
@pytest.mark.parametrize("n", [1, 4, 20])
def test_right_derivatives_of_layers_are_accepted(n, scale, rng):
    x, X = scale * rng.standard_normal(n), scale * rng.standard_normal((n, n + 1))
    assert mc.verify_derivative(softmax, softmax_slope, x).evaluations <= 80
    assert mc.verify_derivative(np.tanh, lambda X, dX: dX / np.cosh(X) ** 2, X).evaluations <= 80
    assert mc.verify_gradient(lambda X: np.logaddexp(0, X).sum(), lambda X: 1 / (1 + np.exp(-X)), X).evaluations <= 80


@pytest.mark.parametrize("seed", range(40))
def test_a_right_derivative_close_to_a_singular_matrix_is_accepted(seed):
    """Cancellation, a pole nearby and rough values at once: where difference quotients are most easily deceived."""
    n = 2 + seed % 4
    mc.verify_derivative(*RIGHT["log determinant"], generic(n, seed, 1e4), rng=np.random.default_rng(seed))
    mc.verify_derivative(*RIGHT["norm of the inverse"], generic(n, seed, 1e4), rng=np.random.default_rng(seed))


def cofactors(X):
    index = np.arange(len(X))
    minors = [[det(np.delete(np.delete(X, i, 0), j, 1)) for j in index] for i in index]
    return (-1.0) ** np.add.outer(index, index) * np.array(minors)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_the_determinant_has_a_gradient_at_every_rank(rank, rng):
    turned = rng.standard_normal((4, rank)) @ rng.standard_normal((rank, 4))
    for X in (turned, np.diag([1.0, 2.0, -0.5, 3.0][:rank] + [0.0] * (4 - rank))):
        assert mc.verify_gradient(det, cofactors, X).evaluations <= 80


def test_complex_points_are_judged_along_all_real_directions(rng):
    Z = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    mc.verify_derivative(inv, lambda Z, dZ: -inv(Z) @ dZ @ inv(Z), Z)
    mc.verify_derivative(lambda Z: Z.conj().T @ Z, lambda Z, dZ: dZ.conj().T @ Z + Z.conj().T @ dZ, Z)
    mc.verify_gradient(lambda Z: np.sum(abs(Z) ** 2), lambda Z: 2 * Z, Z)
    with pytest.raises(mc.VerificationError):
        mc.verify_gradient(lambda Z: np.sum(abs(Z) ** 2), lambda Z: 2 * Z.conj(), Z)


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 6, 9])
@pytest.mark.parametrize("kind", [generic, symmetric], ids=["generic", "symmetric"])
def test_tuples_of_any_length_are_judged_within_the_budget(parts, kind):
    X = tuple((i + 1.0) * kind(3) for i in range(parts))
    f = lambda X: sum(np.sin(part).sum() for part in X)
    assert mc.verify_gradient(f, lambda X: tuple(np.cos(part) for part in X), X).evaluations <= 80
    for i in range(parts):
        wrong = lambda X, i=i: tuple(np.cos(part) * (1 + 1e-4 * (i == j)) for j, part in enumerate(X))
        with pytest.raises(mc.VerificationError):
            mc.verify_gradient(f, wrong, X)


@pytest.mark.parametrize("n", [5, 50, 100])
def test_the_number_of_values_does_not_grow_with_the_size(n):
    assert mc.verify_derivative(inv, RIGHT["inverse"][1], generic(n)).evaluations <= 50


def test_functions_that_change_their_arguments_do_no_harm():
    def f(X):
        X *= 2
        return (X * X).sum() / 4

    def df(X, dX):
        X *= 2
        dX *= X
        return dX.sum()

    for X in (generic(3), symmetric(3)):
        before = X.copy()
        mc.verify_derivative(f, df, X)
        assert np.array_equal(X, before)


# --- wrong derivatives: every one is refused --------------------------------------------------------


def bump(X, size=1e-3):
    """All ones but for one entry that is off by ``size``."""
    E = np.ones_like(X)
    E[-1, len(X) // 2] += size
    return E


A = generic(5, 7)
M = 12
FAULTS = {  # name: f, a wrong df
    "sign, inverse": (inv, lambda X, dX: inv(X) @ dX @ inv(X)),
    "sign of one term": (lambda X: X @ X, lambda X, dX: dX @ X - X @ dX),
    "transpose, inverse": (inv, lambda X, dX: -inv(X) @ dX.T @ inv(X)),
    "transpose, log determinant": (lambda X: np.linalg.slogdet(X)[1], lambda X, dX: tr(inv(X).T @ dX)),
    "transpose, gram": (lambda X: X.T @ X, lambda X, dX: dX.T @ X + dX.T @ X),
    "factor, squared norm": (lambda X: np.sum(X**2), lambda X, dX: np.sum(X * dX)),
    "factor, determinant": (det, lambda X, dX: tr(inv(X) @ dX)),
    "order, product": (lambda X: A @ X @ A, lambda X, dX: A @ A @ dX),
    "order, square": (lambda X: X @ X, lambda X, dX: 2 * X @ dX),
    "order, cube": (lambda X: X @ X @ X, lambda X, dX: dX @ X @ X + X @ X @ dX + X @ X @ dX),
    "missing term, cube": (lambda X: X @ X @ X, lambda X, dX: dX @ X @ X + X @ X @ dX),
    "missing term, quadratic form": (lambda X: tr(X @ A @ X.T), lambda X, dX: tr(dX @ A @ X.T)),
    "1/m dropped": (lambda X: np.sum(X**2) / M, lambda X, dX: 2 * np.sum(X * dX)),
    "1/(m − 1) for 1/m": (lambda X: np.sum(X**2) / M, lambda X, dX: 2 * np.sum(X * dX) / (M - 1)),
    "elementwise, inverse": (inv, lambda X, dX: -dX / X**2),
    "elementwise, square": (lambda X: X @ X, lambda X, dX: 2 * X * dX),
    "elementwise product for a matrix product": (lambda X: A @ X, lambda X, dX: A * dX),
    "1e-4 in one term": (lambda X: X @ X, lambda X, dX: dX @ X + (1 + 1e-4) * X @ dX),
    "1e-4 in one term of three": (
        lambda X: X @ X @ X,
        lambda X, dX: dX @ X @ X + (1 + 1e-4) * X @ dX @ X + X @ X @ dX,
    ),
    "one entry of the value": (inv, lambda X, dX: -bump(X) * (inv(X) @ dX @ inv(X))),
    "one entry of the tangent": (inv, lambda X, dX: -inv(X) @ (bump(X) * dX) @ inv(X)),
    "one entry of the inverse inside": (inv, lambda X, dX: -(bump(X) * inv(X)) @ dX @ inv(X)),
    "zero": (inv, lambda X, dX: np.zeros_like(X)),
    "the value itself": (inv, lambda X, dX: inv(X)),
    "a difference quotient with a poor step": (inv, lambda X, dX: (inv(X + 1e-3 * dX) - inv(X)) / 1e-3),
    "constant in dX": (lambda X: X, lambda X, dX: dX + 1e-3),
    "quadratic in dX": (lambda X: X, lambda X, dX: dX + 1e-3 * dX**2),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_derivative_is_refused(name, seed):
    f, df = FAULTS[name]
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(f, df, generic(5, seed), rng=np.random.default_rng(seed))
    assert not caught.value.report.check("difference").passed


@pytest.mark.parametrize("n", [5, 20, 50, 100])
@pytest.mark.parametrize("name", ["one entry of the value", "one entry of the tangent", "1e-4 in one term"])
def test_a_small_fault_is_refused_at_every_size(name, n):
    for seed in range(3):
        with pytest.raises(mc.VerificationError):
            mc.verify_derivative(*FAULTS[name], generic(n, seed), rng=np.random.default_rng(seed))


GRADIENT_FAULTS = {
    "transpose": (lambda X: tr(A @ X), lambda X: A),
    "factor": (lambda X: np.sum(X**2), lambda X: X),
    "log determinant without transpose": (lambda X: np.linalg.slogdet(X)[1], inv),
    "one entry, squared norm": (lambda X: np.sum(X**2), lambda X: 2 * bump(X) * X),
    "one entry, log determinant": (lambda X: np.linalg.slogdet(X)[1], lambda X: bump(X) * inv(X).T),
    "one entry, trace of the inverse": (lambda X: tr(inv(X)), lambda X: -bump(X) * (inv(X) @ inv(X)).T),
    "norm without its denominator": (np.linalg.norm, lambda X: X),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", GRADIENT_FAULTS)
def test_a_wrong_gradient_is_refused(name, seed):
    with pytest.raises(mc.VerificationError):
        mc.verify_gradient(*GRADIENT_FAULTS[name], generic(5, seed), rng=np.random.default_rng(seed))


def test_one_wrong_entry_of_a_jacobian_is_refused(rng):
    J, x = rng.standard_normal((7, 5)), rng.standard_normal(5)
    f = lambda x: J @ np.sin(x)
    mc.verify_derivative(f, lambda x, dx: J @ (np.cos(x) * dx), x)
    for i, j in np.ndindex(7, 5):
        wrong = J.copy()
        wrong[i, j] += 1e-3
        with pytest.raises(mc.VerificationError, match=rf"1 of 7 entries differ, most at entry \({i + 1}\)"):
            mc.verify_derivative(f, lambda x, dx, wrong=wrong: wrong @ (np.cos(x) * dx), x)


SYMMETRIC_ONLY = {  # right at every symmetric X, wrong elsewhere
    "log determinant": (lambda X: np.linalg.slogdet(X)[1], lambda X, dX: np.sum(inv(X) * dX)),
    "gram": (lambda X: X.T @ X, lambda X, dX: dX.T @ X + X @ dX),
    "trace of the square": (lambda X: tr(X @ X), lambda X, dX: 2 * np.sum(X * dX)),
    "inverse": (inv, lambda X, dX: -inv(X).T @ dX @ inv(X)),
}


@pytest.mark.parametrize("name", SYMMETRIC_ONLY)
def test_a_derivative_right_only_for_symmetric_matrices_is_refused_at_a_symmetric_one(name):
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(*SYMMETRIC_ONLY[name], symmetric(4))
    report = caught.value.report
    assert report.check("difference").passed
    assert not report.check("difference at a generic point").passed
    assert report.notes == ("X is symmetric: some mistakes cannot be seen there",)


def test_on_a_domain_of_symmetric_matrices_a_symmetric_point_is_nothing_special():
    f, df = SYMMETRIC_ONLY["trace of the square"]
    report = mc.verify_derivative(f, df, symmetric(4), domain=mc.domains.SYMMETRIC)
    assert report.notes == ()


def test_where_f_has_no_value_at_a_generic_point_the_report_says_so():
    def f(X):
        if not np.allclose(X, X.T, atol=1e-300):
            raise ValueError("symmetric matrices only")
        return tr(X @ X)

    domain = mc.domains.SYMMETRIC
    S = 2 * np.eye(3)
    report = mc.verify_derivative(f, lambda X, dX: 2 * tr(X @ dX), S, domain=domain)
    assert report.check("difference at a generic point").passed  # symmetric, but no multiple of I
    narrow = lambda X: tr(X @ X) if np.array_equal(X, np.diag(np.diag(X))) or norm(X - S) < 1 else np.nan
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(lambda X: narrow(X) if norm(X - S) < 1e-3 else np.nan, lambda X, dX: 0.0, S)
    assert "f has no value at generic points near X" in caught.value.report.notes[-1]


# --- kinks ---------------------------------------------------------------------------------------------

KINKS = {
    "|x| at 0": (abs, lambda x, dx: np.sign(x) * dx, 0.0),
    "|x| with one zero entry": (np.abs, lambda x, dx: np.sign(x) * dx, np.array([1.0, 0.0, -2.0])),
    "relu at 0, slope 0": (lambda x: np.maximum(x, 0), lambda x, dx: (x > 0) * dx, 0.0),
    "relu at 0, slope 1": (lambda x: np.maximum(x, 0), lambda x, dx: (x >= 0) * dx, 0.0),
    "relu at 0, slope 1/2": (lambda x: np.maximum(x, 0), lambda x, dx: np.heaviside(x, 0.5) * dx, 0.0),
    "relu with one zero entry": (lambda x: np.maximum(x, 0), lambda x, dx: (x > 0) * dx, np.array([[1.0, 0.0, -2.0]])),
    "norm at 0": (np.linalg.norm, lambda X, dX: 0.0, np.zeros((3, 2))),
    "largest of two equal entries": (np.max, lambda x, dx: dx[0], np.array([2.0, 2.0, 1.0])),
}


@pytest.mark.parametrize("name", KINKS)
def test_at_a_kink_the_report_says_that_f_is_not_differentiable(name):
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(*KINKS[name])
    assert "not differentiable" in caught.value.report.check("difference").message
    assert not caught.value.report.check("taylor").passed


def test_beside_a_kink_everything_is_fine():
    relu = KINKS["relu at 0, slope 0"]
    mc.verify_derivative(*relu[:2], np.array([1.0, 1e-3, -1e-5]))


@pytest.mark.parametrize("f", [np.sqrt, np.log, lambda x: 1 / x, lambda x: x * np.log(abs(x))])
def test_where_f_has_no_slope_at_all_nothing_is_accepted(f):
    with np.errstate(all="ignore"), pytest.raises((mc.VerificationError, ValueError)):
        mc.verify_derivative(f, lambda x, dx: dx, 0.0)


# --- bad input -----------------------------------------------------------------------------------------

X0 = np.random.default_rng(3).standard_normal((3, 4))
GRAM, GRAM_SLOPE = lambda X: X @ X.T, lambda X, dX: dX @ X.T + X @ dX.T
COUNTER, ONCE = iter(range(10**6)), iter([1.0, np.nan])

ERRORS = {  # f, df, X, the error, what it says
    "NaN": (GRAM, GRAM_SLOPE, X0 * np.nan, ValueError, "X: expected finite numbers, got 12 NaN among 12"),
    "inf": (GRAM, GRAM_SLOPE, X0 + np.inf, ValueError, "12 infinite among 12"),
    "integers": (GRAM, GRAM_SLOPE, np.ones((3, 4), int), TypeError, r"whole-number .*pass X.astype\(float\)"),
    "integers in a list": (GRAM, GRAM_SLOPE, [[1, 2], [3, 4]], TypeError, "whole-number entries"),
    "booleans": (GRAM, GRAM_SLOPE, np.ones((3, 4), bool), TypeError, "bool"),
    "empty": (GRAM, GRAM_SLOPE, np.ones((0, 3)), ValueError, "empty array of shape 0×3"),
    "text": (GRAM, GRAM_SLOPE, "X", TypeError, "expected an array of numbers, got str"),
    "None": (GRAM, GRAM_SLOPE, None, TypeError, "NoneType"),
    "arrays in a list": (GRAM, GRAM_SLOPE, [np.ones(2), np.ones((3, 3))], TypeError, "rows of different lengths"),
    "f no function": (3, GRAM_SLOPE, X0, TypeError, "f must be a function, got int"),
    "df no function": (GRAM, X0, X0, TypeError, "df must be a function, got ndarray"),
    "f of two arguments": (lambda A, B: A, GRAM_SLOPE, X0, TypeError, r"f\(X\): it takes \(A, B\)"),
    "df of one argument": (GRAM, lambda X: X, X0, TypeError, r"called as df\(X, dX\): it takes \(X\)"),
    "df of three arguments": (GRAM, lambda a, b, c: a, X0, TypeError, r"it takes \(a, b, c\)"),
    "f that returns None": (lambda X: None, GRAM_SLOPE, X0, TypeError, "no usable value at X .*NoneType"),
    "f that returns text": (lambda X: "Y", GRAM_SLOPE, X0, TypeError, "no usable value at X .*str"),
    "f that returns NaN": (lambda X: X * np.nan, GRAM_SLOPE, X0, ValueError, "no usable value at X .*12 NaN"),
    "f that fails": (inv, GRAM_SLOPE, np.ones((2, 2)), ValueError, "no usable value at X .*Singular"),
    "f that raises": (lambda X: 1 / 0, GRAM_SLOPE, X0, ZeroDivisionError, "division by zero"),
    "f that depends on chance": (lambda X: X + next(COUNTER), GRAM_SLOPE, X0, ValueError, "depend on chance"),
    "f that is no number the second time": (lambda X: X * next(ONCE), GRAM_SLOPE, X0, ValueError, "on chance"),
    "f that grows": (lambda X: np.ones(1 + next(COUNTER)), GRAM_SLOPE, X0, ValueError, "depend on chance"),
    "an empty tuple": (GRAM, GRAM_SLOPE, (), TypeError, "empty"),
    "f in single precision": (lambda X: X.astype(np.float32), lambda X, dX: dX, X0, TypeError, "single precision"),
    "f that is text nearby": (lambda X: X if (X == X0).all() else X.astype(str), lambda X, dX: dX, X0, TypeError,
                              "near X: .*dtype"),
    "f that changes its shape": (lambda X: X[X == X0], lambda X, dX: dX[X == X0], X0, TypeError, "from 12 to"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_input_that_cannot_be_judged_is_an_error_that_says_why(name):
    f, df, X, error, said = ERRORS[name]
    with pytest.raises(error, match=said) as caught:
        mc.verify_derivative(f, df, X)
    assert error is ZeroDivisionError or str(caught.value).startswith("verify_derivative: ")


VERDICTS = {  # df, the failed check, what it says
    "wrong shape": (lambda X, dX: dX, "shape", "df(X, dX) has shape 3×4; expected the shape of f(X), 3×3"),
    "a number": (lambda X, dX: 1.0, "shape", "df(X, dX) has shape a number"),
    "a tuple": (lambda X, dX: (dX, dX), "shape", "has shape (3×4, 3×4)"),
    "None": (lambda X, dX: None, "answer", "NoneType"),
    "the dots of the stub": (lambda X, dX: ..., "answer", "ellipsis"),
    "NaN": (lambda X, dX: np.nan * GRAM_SLOPE(X, dX), "answer", "9 NaN among 9 entries"),
    "an exception": (lambda X, dX: dX @ X, "answer", "ValueError: matmul"),
    "constant in dX": (lambda X, dX: GRAM(X), "linearity", "not linear in dX"),
    "quadratic in dX": (lambda X, dX: dX @ dX.T, "linearity", "not linear in dX"),
    "affine in dX": (lambda X, dX: GRAM_SLOPE(X, dX) + 1e-6, "linearity", "not linear in dX"),
    "complex": (lambda X, dX: GRAM_SLOPE(X, dX) + 1e-3j, "difference", "entries differ"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_claim_that_is_no_derivative_gets_a_verdict_that_says_why(name):
    df, check, said = VERDICTS[name]
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(GRAM, df, X0)
    failed = caught.value.report.check(check)
    assert not failed.passed
    assert said in failed.message


@pytest.mark.parametrize(
    ("f", "grad", "X", "said"),
    [
        (lambda X: np.sum(X**2), lambda X: 2 * X.T, X0, "grad(X) has shape 4×3; expected the shape of X, 3×4"),
        (lambda x: x @ x, lambda x: 2 * x[:, None], np.ones(3), "has shape 3×1; expected the shape of X, 3"),
        (lambda X: np.sum(X[0] * X[1]), lambda X: X[1], (X0, 2 * X0), "expected the shape of X, (3×4, 3×4)"),
    ],
)
def test_a_gradient_has_the_shape_of_the_point(f, grad, X, said):
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_gradient(f, grad, X)
    assert said in caught.value.report.check("shape").message


def test_a_gradient_belongs_to_a_function_with_one_value():
    with pytest.raises(TypeError, match=r"f\(X\) must be one number, got shape 3×3; for other .* verify_derivative"):
        mc.verify_gradient(GRAM, lambda X: X, X0)
    with pytest.raises(TypeError, match=r"grad cannot be called as grad\(X\): it takes \(X, dX\)"):
        mc.verify_gradient(np.sum, lambda X, dX: X, X0)


def test_a_point_outside_of_the_given_domain_is_refused():
    with pytest.raises(mc.DomainError, match="X does not belong to the invertible matrices: .*singular"):
        mc.verify_derivative(inv, RIGHT["inverse"][1], np.ones((3, 3)), domain=mc.domains.INVERTIBLE)


@pytest.mark.parametrize("x", [3, 3.0, np.float64(3), np.array(3.0), np.array([3.0]), np.array([[3.0]])])
def test_numbers_vectors_and_one_by_one_matrices_are_points(x):
    assert mc.verify_derivative(lambda x: x**3, lambda x, dx: 3 * x**2 * dx, x).passed
    assert mc.verify_gradient(lambda x: np.sum(x**3), lambda x: 3 * x**2, x).passed


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4)])
def test_arrays_of_any_dimension_are_points(shape, rng):
    assert mc.verify_derivative(np.sin, lambda X, dX: np.cos(X) * dX, gaussian(rng, np.ones(shape))).passed


def test_a_value_may_be_a_list_or_a_tuple(rng):
    x = rng.standard_normal(3)
    assert mc.verify_derivative(lambda x: [x[0] ** 2, 1.0], lambda x, dx: [2 * x[0] * dx[0], 0.0], x).passed
    assert mc.verify_derivative(lambda x: (x.sum(), x**2), lambda x, dx: (dx.sum(), 2 * x * dx), x).passed


def test_the_report_carries_the_name_of_the_function():
    assert mc.verify_derivative(np.sin, lambda x, dx: np.cos(x) * dx, 0.3).subject == "sin"
    assert mc.verify_derivative(lambda x: x, lambda x, dx: dx, 0.3).subject == "f"


# --- the cost is bounded, whatever f does ------------------------------------------------------------

PATHOLOGICAL = {
    "noise": lambda X: X * (1 + 1e-3 * np.sin(1e9 * X)),
    "fast waves": lambda X: np.sin(1e12 * X),
    "a singular slope": lambda X: np.cbrt(X),
    "nowhere smooth": lambda X: sum(0.7**k * np.cos(7.0**k * X) for k in range(18)),
    "nearly singular": lambda X: inv(X @ X + 1e-9 * np.eye(len(X))),
    "single precision": lambda X: (X.astype(np.float32) @ X.astype(np.float32)).astype(float),
}


@pytest.mark.parametrize("X", [np.eye(5), symmetric(5), generic(5), np.diag([1.0, 2, 3, 4, 0])], ids=str)
@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_no_function_is_asked_for_more_than_eighty_values(name, X):
    calls = []
    f = lambda X: calls.append(1) or PATHOLOGICAL[name](X)
    with pytest.raises(mc.VerificationError):
        mc.verify_derivative(f, lambda X, dX: dX, X)
    assert len(calls) <= 80


def test_many_parts_and_a_wild_function_stay_within_eighty_values():
    calls = []
    parts = tuple(symmetric(4) for _ in range(6))
    f = lambda P: calls.append(1) or np.sin(1e5 * np.linalg.multi_dot(P))
    with pytest.raises(mc.VerificationError):
        mc.verify_derivative(f, lambda P, dP: dP[0], parts)
    assert len(calls) <= 80


def test_a_right_claim_about_a_wild_function_still_passes():
    """Finding a step may cost so much that fewer directions are left; they are enough to judge by."""
    X = symmetric(5)
    report = mc.verify_derivative(lambda X: np.sin(1e6 * X), lambda X, dX: 1e6 * np.cos(1e6 * X) * dX, X)
    assert report.evaluations <= 80
    with pytest.raises(mc.VerificationError):
        mc.verify_derivative(lambda X: np.sin(1e6 * X), lambda X, dX: 1.001e6 * np.cos(1e6 * X) * dX, X)


def late(what):
    """A right differential of 2X that fails in its second call."""
    calls = []

    def df(X, dX):
        calls.append(0)
        return what(dX) if len(calls) == 2 else 2 * dX

    return df


@pytest.mark.parametrize(("what", "check", "said"), [
    (lambda dX: {}[0], "answer", "KeyError"), (lambda dX: None, "answer", "NoneType"),
    (lambda dX: dX[0], "shape", "has shape 4; expected the shape of f(X), 3×4"),
])  # fmt: skip
def test_a_claim_that_fails_later_gets_a_verdict_too(what, check, said):
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify_derivative(lambda X: 2 * X, late(what), X0)
    assert said in caught.value.report.check(check).message


def test_an_f_that_raises_near_the_point_gets_a_verdict():
    with pytest.raises(mc.VerificationError, match="difference"):
        mc.verify_derivative(lambda X: X if (X == X0).all() else {}[0], lambda X, dX: dX, X0)


def test_functions_that_use_one_array_again_are_judged_rightly():
    value, slope = np.zeros(3), np.zeros(3)

    def f(x):
        value[...] = np.sin(x.real)
        return value

    def df(x, dx):
        slope[...] = np.cos(x) * dx
        return slope

    x = np.array([0.3, 0.5, 0.7])
    assert mc.verify_derivative(f, df, x).passed
    with pytest.raises(mc.VerificationError):
        mc.verify_derivative(f, lambda x, dx: 1.001 * df(x, dx), x)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_values_of_any_size_are_judged(scale):
    X, f = generic(3), lambda X: scale * inv(X)
    right = lambda X, dX: -scale * inv(X) @ dX @ inv(X)
    assert mc.verify_derivative(f, right, X).passed
    with pytest.raises(mc.VerificationError):
        mc.verify_derivative(f, lambda X, dX: 1.001 * right(X, dX), X)


@pytest.mark.filterwarnings("error")
def test_points_of_any_size_are_judged_without_a_warning():
    assert mc.verify_derivative(lambda X: 2 * X, lambda X, dX: 2 * dX, 1e300 * generic(3)).passed
    with pytest.raises(ValueError, match="no usable value at X .*infinite"):
        mc.verify_gradient(lambda X: np.sum(X**2), lambda X: 2 * X, 1e300 * generic(3))


def test_a_tuple_is_no_number():
    with pytest.raises(TypeError, match="must be one number"):
        mc.verify_gradient(lambda X: (np.sum(X),), lambda X: np.ones(X.shape), X0)


def test_a_domain_is_a_domain_and_a_seed_will_do():
    with pytest.raises(TypeError, match="domain must be a Domain"):
        mc.verify_derivative(GRAM, GRAM_SLOPE, X0, domain="all")
    assert mc.verify_derivative(GRAM, GRAM_SLOPE, X0, rng=3).passed


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e308, -1.7e308])
def test_a_claim_beyond_floats_is_refused_in_words(size):
    with pytest.raises(mc.VerificationError, match="the claimed one inf"):
        mc.verify_derivative(lambda X: X, lambda X, dX: size * np.sign(dX), X0)
    with pytest.raises(mc.VerificationError, match="the claimed one inf"):
        mc.verify_gradient(np.sum, lambda X: np.full(X.shape, size), X0)


@pytest.mark.filterwarnings("error")
def test_a_value_whose_norm_is_beyond_floats_lets_nothing_pass():
    with pytest.raises(mc.VerificationError, match="no finite value"):
        mc.verify_derivative(lambda X: 1.7e308 * np.cos(1e-3 * X), lambda X, dX: 0 * dX + 5, X0)

"""Forms and losses of a vector against SymPy entry by entry, with every constant that could be lost."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc

A = np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 4.0], [2.0, -2.0, 0.5]])
DATA = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0], [-2.0, 0.5]])
b = np.array([1.0, 0.0, 2.0, -1.0])
LABELS = np.array([1.0, 0.0, 0.25, 1.0])


def entrywise(expression, letters, x):
    """Gradient and Hessian of an expression, one partial derivative at a time."""
    at = dict(zip(letters, x, strict=True))
    gradient = [float(expression.diff(u).subs(at)) for u in letters]
    return gradient, [[float(expression.diff(u, v).subs(at)) for v in letters] for u in letters]


def hessian(F, x):
    """The matrix of the second differential."""
    second, units = F.second(x), np.eye(len(x))
    return [[second(e, f) for f in units] for e in units]


def written_out(name, letters):
    """The four functions as sums of letters, with exact numbers."""
    x = sp.Matrix(letters)
    if name == "linear":
        return sum(sp.Rational(a) * u for a, u in zip((3, -1, 2), letters, strict=True))
    if name == "quadratic":
        return sum(sp.Rational(A[i, j]) * letters[i] * letters[j] for i in range(3) for j in range(3))
    z = sp.Matrix(DATA.tolist()).applyfunc(sp.nsimplify) * x
    if name == "squares":
        return sum((z[i] - sp.nsimplify(b[i])) ** 2 for i in range(4))
    p = [1 / (1 + sp.exp(-z[i])) for i in range(4)]
    y = [sp.nsimplify(t) for t in LABELS]
    return -sum(y[i] * sp.log(p[i]) + (1 - y[i]) * sp.log(1 - p[i]) for i in range(4)) / 4


@pytest.mark.parametrize(("name", "rule", "x"), [
    ("linear", mc.linear_form([3, -1, 2]), [0.3, -1.2, 2.0]),
    ("quadratic", mc.quadratic_form(A), [0.3, -1.2, 2.0]),
    ("squares", mc.least_squares_loss(DATA, b), [0.7, -1.1]),
    ("logistic", mc.logistic_loss(DATA, LABELS), [0.7, -1.1]),
])  # fmt: skip
def test_value_gradient_and_hessian_entry_by_entry(name, rule, x):
    letters = sp.symbols(f"x:{len(x)}")
    expression, x = written_out(name, letters), np.array(x)
    gradient, second = entrywise(expression, letters, x)
    assert rule(x) == pytest.approx(float(expression.subs(dict(zip(letters, x, strict=True)))), rel=1e-13)
    np.testing.assert_allclose(rule.gradient(x), gradient, rtol=1e-12)
    np.testing.assert_allclose(hessian(rule, x), second, rtol=1e-12, atol=1e-13)


def test_the_shapes_of_gradient_and_jacobian():
    x = np.array([1.0, -2.0])
    for rule in (mc.least_squares_loss(DATA, b), mc.logistic_loss(DATA, LABELS), mc.quadratic_form(A[:2, :2])):
        assert rule.gradient(x).shape == (2,)
        assert rule.at(x).matrix.shape == (1, 2)
        np.testing.assert_array_equal(rule.at(x).matrix[0], rule.gradient(x))


def test_a_quadratic_form_sees_the_symmetric_part_only(rng):
    x, K = rng.standard_normal(3), A - A.T
    form, part, none = mc.quadratic_form(A), mc.quadratic_form((A + A.T) / 2), mc.quadratic_form(K)
    assert form(x) == pytest.approx(part(x))
    np.testing.assert_allclose(form.gradient(x), part.gradient(x))
    np.testing.assert_allclose(part.gradient(x), (A + A.T) @ x)
    np.testing.assert_array_equal(none.gradient(x), 0)


def test_a_form_of_one_number():
    assert mc.quadratic_form([[3.0]]).gradient(np.array([2.0])) == pytest.approx(12)
    assert mc.linear_form([3.0]).gradient(np.array([2.0])) == pytest.approx(3)
    assert mc.verify(mc.quadratic_form([[3.0]]), np.array([2.0])).passed


@pytest.mark.parametrize("rule", [mc.quadratic_form(A), mc.linear_form([3, -1, 2])], ids=lambda rule: rule.name)
def test_forms_are_verified_at_zero_where_one_gradient_vanishes(rule):
    assert mc.verify(rule, np.zeros(3)).passed


def test_the_minimum_of_least_squares_solves_the_normal_equations():
    best = np.linalg.lstsq(DATA, b, rcond=None)[0]
    loss = mc.least_squares_loss(DATA, b)
    np.testing.assert_allclose(loss.gradient(best), 0, atol=1e-13)
    assert mc.verify(loss, best).passed
    assert loss(best + 0.01) > loss(best)


def test_wide_data_and_a_single_row():
    for data in (DATA.T, DATA[:1]):
        target = b[: len(data)]
        for rule in (mc.least_squares_loss(data, target), mc.logistic_loss(data, LABELS[: len(data)])):
            assert mc.verify(rule).passed


def test_logistic_loss_far_out_keeps_its_digits():
    """At z = ±800 e^z is no double; the loss and its gradient are plain numbers."""
    data, labels = np.array([[1.0], [-1.0], [2.0]]), np.array([0.0, 1.0, 1.0])
    rule, w = mc.logistic_loss(data, labels), np.array([800.0])
    with mp.workdps(60):
        z = [mp.mpf(800), mp.mpf(-800), mp.mpf(1600)]
        loss = sum(mp.log(1 + mp.exp(t)) - y * t for t, y in zip(z, (0, 1, 1), strict=True)) / 3
    value, df = rule.linearize(w)
    assert rule(w) == pytest.approx(float(loss), rel=1e-15)
    assert value == pytest.approx(float(loss), rel=1e-15)
    assert df.T(1.0) == pytest.approx([2 / 3])


def test_logistic_loss_is_a_mean_and_convex(rng):
    w, dw = rng.standard_normal((2, 2))
    rule, twice = mc.logistic_loss(DATA, LABELS), mc.logistic_loss(np.vstack([DATA, DATA]), np.r_[LABELS, LABELS])
    np.testing.assert_allclose(twice.gradient(w), rule.gradient(w))
    assert rule.second(w)(dw, dw) > 0


def test_newton_finds_the_minimum_of_the_logistic_loss():
    rule, w = mc.logistic_loss(DATA, np.array([1.0, 0, 0, 1])), np.zeros(2)
    for _ in range(12):
        w = w - np.linalg.solve(hessian(rule, w), rule.gradient(w))
    np.testing.assert_allclose(rule.gradient(w), 0, atol=1e-14)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: mc.linear_form(np.eye(2)), mc.ShapeError, "linear_form: a: expected a vector, got shape 2×2"),
    (lambda: mc.quadratic_form(np.ones(3)), mc.ShapeError, "quadratic_form: A: expected a matrix, got shape 3"),
    (lambda: mc.quadratic_form(DATA), mc.ShapeError, "expected a square matrix A, got 4×2"),
    (lambda: mc.least_squares_loss(DATA, b[:3]), mc.ShapeError, "expected as many numbers as rows, got 4×2 and 3"),
    (lambda: mc.least_squares_loss(DATA, b[:, None]), mc.ShapeError, "part 2: expected a vector, got shape 4×1"),
    (lambda: mc.logistic_loss(DATA, b), ValueError, "labels lie between 0 and 1, got -1 to 2"),
    (lambda: mc.logistic_loss(DATA, LABELS + 0.5), ValueError, "labels lie between 0 and 1, got 0.5 to 1.5"),
    (lambda: mc.quadratic_form(1j * A), TypeError, "expected real numbers"),
    (lambda: mc.linear_form([1.0, np.nan]), ValueError, "1 NaN among 2 entries"),
    (lambda: mc.quadratic_form(A)(b), mc.DomainError,
     "quadratic_form is defined on vectors of length 3; expected a vector of length 3, got a vector of length 4"),
    (lambda: mc.least_squares_loss(DATA, b).at(np.ones((2, 1))), mc.DomainError, "got a matrix of shape 2×1"),
])  # fmt: skip
def test_what_is_refused_and_in_which_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


quadratic, squares = mc.find("quadratic_form"), mc.find("least_squares_loss")
logistic, linear = mc.find("logistic_loss"), mc.find("linear_form")
Q, M = quadratic.formulas.constants["A"], squares.formulas.constants["A"]
r = lambda x: M @ x - squares.formulas.constants["b"]


@pytest.mark.parametrize(("twin", "line"), [
    (quadratic.but(differential=lambda x, dx: 2 * (Q @ x) @ dx), "difference"),
    (quadratic.but(differential=lambda x, dx: x @ Q @ dx), "difference"),
    (quadratic.but(differential=lambda x, dx: dx @ Q @ dx), "linearity"),
    (quadratic.but(adjoint=lambda x, ybar: 2 * ybar * (Q @ x)), "adjoint"),
    (quadratic.but(matrix=lambda x: 2 * (x @ Q)[None, :]), "matrix"),
    (quadratic.but(second_at=lambda x: lambda dx, dz: 2 * dx @ Q @ dz), "second differential"),
    (squares.but(differential=lambda x, dx: (M.T @ r(x)) @ dx), "difference"),
    (squares.but(f=lambda x: np.linalg.norm(r(x))), "value"),
    (squares.but(second_at=lambda x: lambda dx, dz: (M @ dx) @ (M @ dz)), "second differential"),
    (logistic.but(adjoint=lambda w, Lbar: 5 * Lbar * logistic.gradient(w)), "adjoint"),
    (linear.but(matrix=lambda x: linear.gradient(x)[:, None]), "matrix"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@pytest.mark.parametrize("rule", [linear, quadratic, squares, logistic], ids=lambda rule: rule.name)
def test_complex_tangents_and_cotangents(rule, rng):
    x = rule.domain.sample(rng, 3)
    df, dx, ybar = rule.at(x), rng.standard_normal(x.shape) + 1j * rng.standard_normal(x.shape), 0.3 - 2j
    assert df(dx) == pytest.approx(df(dx.real) + 1j * df(dx.imag))
    assert mc.inner(ybar, df(dx)) == pytest.approx(mc.inner(df.T(ybar), dx))

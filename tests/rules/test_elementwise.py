"""Entrywise maps against 40-digit derivatives of the function of one number, and against a full Jacobian."""

import mpmath as mp
import numpy as np
import pytest

import matcalc as mc

ONE_NUMBER = {
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "square": lambda x: x * x,
    "sin": mp.sin,
    "cos": mp.cos,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
}
POSITIVE = {"log", "sqrt"}

every_name = pytest.mark.parametrize("name", ONE_NUMBER)


def exactly(name, X, order):
    """The derivative of that order at every entry, from 40 digits."""
    with mp.workdps(40):
        values = [float(mp.diff(ONE_NUMBER[name], mp.mpf(float(x)), order)) for x in X.flat]
    return np.array(values).reshape(X.shape)


def points(name):
    X = np.array([[0.2, 1.7, 3.0], [0.9, 0.01, 6.0]])
    return X if name in POSITIVE else X * np.array([[1, -1, 1], [-1, 1, -1]])


@every_name
def test_value_slope_and_bend_of_every_entry(name):
    F, X = mc.elementwise(name), points(name)
    ones = np.ones_like(X)
    np.testing.assert_allclose(F(X), exactly(name, X, 0), rtol=1e-13)
    np.testing.assert_allclose(F.at(X)(ones), exactly(name, X, 1), rtol=1e-13)
    np.testing.assert_allclose(F.second(X)(ones, ones), exactly(name, X, 2), rtol=1e-12)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
@pytest.mark.parametrize("x", [-30.0, 18.0, 30.0, -200.0])
def test_slopes_far_out_keep_their_digits(name, x):
    """1 − tanh² and σ(1 − σ) as they are printed lose all of them."""
    X = np.array([x])
    with mp.workdps(250):
        phi, t = ONE_NUMBER[name], mp.mpf(x)
        sigma = ONE_NUMBER["sigmoid"](t)
        slope = {"tanh": 1 - phi(t) ** 2, "sigmoid": sigma * (1 - sigma), "softplus": sigma}[name]
    np.testing.assert_allclose(mc.elementwise(name).at(X)(np.ones(1)), [float(slope)], rtol=1e-13)


def test_nothing_overflows_on_the_way():
    X = np.array([-1e4, 1e4])
    for name, expected in (("tanh", [0, 0]), ("sigmoid", [0, 0]), ("softplus", [0, 1])):
        np.testing.assert_array_equal(mc.elementwise(name).at(X)(np.ones(2)), expected)


@every_name
def test_the_printed_formulas_are_those_of_the_code(name):
    report = mc.verify(mc.elementwise(name), points(name))
    assert {f"printed {part}" for part in ("value", "differential", "adjoint", "jacobian")} <= {
        check.name for check in report.checks
    }


@every_name
@pytest.mark.parametrize("shape", [(), (1,), (4,), (1, 1), (2, 3), (2, 3, 2)], ids=str)
def test_arrays_of_any_shape(name, shape, rng):
    F, X = mc.elementwise(name), rng.uniform(0.5, 2, shape)
    dX = rng.standard_normal(shape)
    dF = F.at(X)
    assert np.shape(F(X)) == np.shape(dF(dX)) == np.shape(dF.T(dX)) == shape
    np.testing.assert_allclose(mc.vec(dF(dX)), dF.columns() @ mc.vec(dX))
    np.testing.assert_allclose(dF.matrix, dF.columns())


def test_the_jacobian_is_diagonal_in_the_order_of_vec():
    X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(mc.elementwise("square").at(X).matrix, np.diag([2.0, 8, 4, 10, 6, 12]))


def test_the_map_is_its_own_adjoint(rng):
    X, dX = rng.standard_normal((2, 3, 4))
    dF = mc.elementwise("sigmoid").at(X)
    np.testing.assert_array_equal(dF(dX), dF.T(dX))


def test_a_function_of_ones_own(rng):
    cube = mc.elementwise(lambda X: X**3, lambda X: 3 * X**2, lambda X: 6 * X)
    assert cube.name == "elementwise(φ)"
    assert mc.verify(cube).passed
    assert mc.verify(mc.elementwise(np.arctan, lambda X: 1 / (1 + X * X))).passed
    assert mc.elementwise(np.arctan, lambda X: 1 / (1 + X * X)).name == "elementwise(arctan)"
    wrong = mc.examine(mc.elementwise(lambda X: X**3, lambda X: 2 * X**2))
    assert [check.name for check in wrong.failures][0] == "difference"


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: mc.elementwise("tan"), KeyError, "no function is called 'tan'; known are exp, log"),
    (lambda: mc.elementwise(np.sin), TypeError, "a function φ together with its derivative"),
    (lambda: mc.elementwise(3, np.sin), TypeError, "expected a name"),
    (lambda: mc.elementwise("log")(np.array([1.0, 0.0])), mc.DomainError,
     r"elementwise\(log\) is defined on arrays with positive entries; expected positive entries, got one that is 0"),
    (lambda: mc.elementwise("log").at(np.array([1.0, -2.5])), mc.DomainError, "got one that is -2.5"),
    (lambda: mc.elementwise("sqrt").at(np.array([0.0, 1.0])), mc.DomainError, "got one that is 0"),
    (lambda: mc.elementwise("sqrt").second(np.array([-1.0])), mc.DomainError, "got one that is -1"),
    (lambda: mc.elementwise("exp")((np.ones(2), np.ones(2))), mc.DomainError, "expected one array, got a tuple"),
    (lambda: mc.elementwise("exp")(np.array([1e3])), OverflowError, "too large"),
])  # fmt: skip
def test_what_is_refused_and_in_which_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


tanh, exp = mc.find("elementwise(tanh)"), mc.find("elementwise(exp)")


@pytest.mark.parametrize(("twin", "line"), [
    (tanh.but(differential=lambda X, dX: (1 - np.tanh(X)) * dX), "difference"),
    (exp.but(differential=lambda X, dX: np.exp(dX)), "linearity"),
    (tanh.but(adjoint=lambda X, Ybar: Ybar), "adjoint"),
    (tanh.but(matrix=lambda X: np.diag((np.cosh(X) ** -2.0).reshape(-1))), "matrix"),  # rows stacked, not columns
    (tanh.but(matrix=lambda X: np.outer(mc.vec(np.cosh(X) ** -2.0), np.ones(X.size))), "matrix"),
    (tanh.but(second_at=lambda X: lambda dX, dZ: -2 * np.tanh(X) * dX * dZ), "second differential"),
    (exp.but(f=lambda X: np.exp(X) + 1), "value"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@every_name
def test_complex_tangents_and_cotangents(name, rng):
    F, X = mc.elementwise(name), rng.uniform(0.5, 2, (2, 3))
    dX, Ybar = (rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3)) for _ in range(2))
    dF = F.at(X)
    np.testing.assert_allclose(dF(dX), dF(dX.real) + 1j * dF(dX.imag))
    assert mc.inner(Ybar, dF(dX)) == pytest.approx(mc.inner(dF.T(Ybar), dX))


def test_a_dense_layer_by_the_chain_rule(rng):
    """σ(WX + B): the differential is σ′ ⊙ (W dX), and the adjoint pulls through the same slopes."""
    W, X = rng.standard_normal((3, 2)), rng.standard_normal((2, 4))
    layer = mc.affine(W, np.eye(4), rng.standard_normal((3, 4)))
    Z, inner = layer.linearize(X)
    chain = mc.elementwise("sigmoid").at(Z) @ inner
    dX, Ybar = rng.standard_normal((2, 4)), rng.standard_normal((3, 4))
    S = 1 / (1 + np.exp(-Z))
    np.testing.assert_allclose(chain(dX), S * (1 - S) * (W @ dX))
    np.testing.assert_allclose(chain.T(Ybar), W.T @ (S * (1 - S) * Ybar))

"""Operators and functions of NumPy on traced values: what they mean, what their steps do backward, what is refused."""

import numpy as np
import pytest

import matcalc as mc
from matcalc import autodiff as ad
from matcalc.traced import RULES, STRUCTURE, entry, linear, stretch, value

A = np.array([[2.0, 0.3, -0.5], [0.4, 1.7, 0.2], [-0.6, 0.1, 2.4]])
X = np.array([[1.0, -0.4, 0.7, 0.3], [0.2, 1.9, -0.5, 0.8], [-0.6, 0.8, 1.1, -1.2]])
b = np.array([0.7, -1.2, 0.4])


def test_names_of_numpy_mean_what_numpy_means():
    rng = np.random.default_rng(8)
    rules = {function: rule for function, rule in RULES.items() if isinstance(rule, mc.Rule)}
    assert len(rules) > 15
    for function, rule in rules.items():
        point = rule.domain.sample(rng, 3)
        own = function(*point) if isinstance(point, tuple) else function(point)
        np.testing.assert_allclose(rule(point), own, rtol=1e-10, atol=1e-12, err_msg=rule.name)
    assert set(STRUCTURE) & set(RULES) == {np.multiply, np.matmul}  # these two also fit their shapes


@pytest.mark.parametrize(("function", "arguments"), [
    (np.power, (A, 3)), (np.trace, (X,)), (np.linalg.matrix_power, (A, -2)), (np.linalg.norm, (X,)),
    (np.linalg.norm, (b,)), (np.linalg.slogdet, (-A,)), (np.add, (X, b[:, None])), (np.subtract, (b, X.T)),
    (np.negative, (X,)), (np.sum, (X,)), (np.sum, (X, 1)), (np.mean, (X,)), (np.mean, (X, 0)),
    (np.multiply, (2.0, 3.0)), (np.multiply, (2.0, X)),
    (np.true_divide, (X, 2)), (np.true_divide, (X, A[:, :1])), (np.matmul, (A, b)), (np.matmul, (b, X)),
    (np.matmul, (b, b)), (np.matmul, (A, X)), (np.broadcast_to, (b, (2, 3))), (np.shape, (X,)), (np.ndim, (X,)),
    (np.less, (b, 0)), (np.equal, (b, b)),
], ids=lambda one: getattr(one, "__name__", ""))  # fmt: skip
def test_values_are_those_of_numpy(function, arguments):
    first, *rest = arguments
    found = function(ad.Dual(first, 0.0 * np.asarray(first)), *rest)
    found = tuple(map(value, found)) if isinstance(found, tuple) else value(found)
    np.testing.assert_allclose(mc.vec(found), mc.vec(tuple(function(*arguments)) if function is np.linalg.slogdet
                                                     else function(*arguments)))  # fmt: skip


def adjoint_gap(f, point, seed=1):
    rng = np.random.default_rng(seed)
    dX = rng.standard_normal(np.shape(point))
    Y, pull = ad.vjp(f, point)
    Ybar = rng.standard_normal(np.shape(Y))
    return mc.inner(Ybar, ad.jvp(f, point, dX)[1]) - mc.inner(pull(Ybar), dX)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 3), (5, 2, 3)])
def test_copies_add_up_on_the_way_back(shape):
    assert adjoint_gap(lambda x: stretch(x, shape), b) == pytest.approx(0, abs=1e-12)
    _, pull = ad.vjp(lambda x: stretch(x, shape), b)
    assert np.array_equal(pull(np.ones(shape)), np.full(3, np.prod(shape) / 3))


def test_a_mean_hands_each_entry_its_share():
    assert np.array_equal(ad.grad(lambda X: X.mean())(X), np.full((3, 4), 1 / 12))
    assert adjoint_gap(lambda X: np.mean(X, axis=1), X) == pytest.approx(0, abs=1e-12)
    mc.verify_gradient(lambda A: np.mean((A @ b) ** 2), ad.grad(lambda A: np.mean((A @ b) ** 2)), A)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_sums_and_means_may_keep_their_axes(axis):
    for way in (np.sum, np.mean):
        spread = lambda X, way=way: X / (2 + way(X * X, axis=axis, keepdims=True))
        assert adjoint_gap(spread, X) == pytest.approx(0, abs=1e-12)
        mc.verify_derivative(spread, lambda X, dX, f=spread: ad.jvp(f, X, dX)[1], X)


def test_a_program_that_overwrites_its_values_is_told_so():
    def program(X):
        X += X
        return X.sum()

    with pytest.raises(TypeError, match="must not overwrite its values"):
        ad.grad(program)(X)


def test_a_short_axis_keeps_its_place():
    _, pull = ad.vjp(lambda X: stretch(X, (4, 3, 5)), X[:, :1])
    assert np.array_equal(pull(np.ones((4, 3, 5))), np.full((3, 1), 20.0))


@pytest.mark.parametrize("key", [0, -1, (1, 2), slice(None, None, 2), (slice(None), None), [0, 0, 2], ([0, 0], [1, 1])])
def test_an_entry_goes_back_to_its_place(key):
    assert adjoint_gap(lambda V: entry(V, key), X) == pytest.approx(0, abs=1e-12)
    assert np.array_equal(ad.jvp(lambda V: V[key], X, X)[0], X[key])


@pytest.mark.parametrize("i", [0, 1, 2, -1])
def test_a_part_of_a_tuple_goes_back_to_its_place(i):
    dX = X[::-1]
    f = lambda X: ad.apply(mc.svd, X)[i]
    part, slope = ad.jvp(f, X, dX)
    _, pull = ad.vjp(f, X)
    assert mc.inner(part, slope) == pytest.approx(mc.inner(pull(part), dX), abs=1e-10)


def test_a_linear_step_is_its_own_map():
    _, slope = ad.jvp(lambda V: linear("flip", lambda V: V[::-1], lambda Y: Y[::-1], V), X, 2 * X)
    assert np.array_equal(slope, 2 * X[::-1])


def test_traced_values_look_like_arrays():
    V = ad.Tape().variable(X)
    assert (V.shape, V.ndim, len(V), V.T.shape, repr(V)) == ((3, 4), 2, 3, (4, 3), "Variable(3×4)")
    x = ad.Dual(b, b)
    assert x.T is x
    assert [float(e.value) for e in x] == list(b)
    assert bool(ad.Dual(0.0, 1.0)) is False
    assert (ad.Dual(2.0, 1.0) > 1, ad.Dual(2.0, 1.0) == 3) == (True, False)


@pytest.mark.parametrize(("call", "name"), [
    (lambda V: np.sinh(V), "sinh"), (lambda V: np.stack([V, V]), "stack"), (lambda V: np.add.reduce(V), "reduce"),
    (lambda V: V // 2, "floor_divide"),
], ids=lambda one: one if isinstance(one, str) else "")  # fmt: skip
def test_functions_without_a_rule_are_named(call, name):
    with pytest.raises(TypeError, match=f"no rule stands for NumPy's {name}"):
        call(ad.Dual(X, X))


@pytest.mark.parametrize("call", [mc.inverse, np.asarray, lambda V: mc.solve((V, b))])
def test_code_that_wants_an_array_is_told_of_apply(call):
    with pytest.raises(TypeError, match=r"Dual\(3×3\) met code that wants an array: a rule \(go through autodiff"):
        call(ad.Dual(A, A))

"""Normalization against SymPy and its own statistics; what it forgets, and constant rows."""

import numpy as np
import pytest
import sympy as sp

import matcalc as mc

RULES = [mc.layer_norm(), mc.batch_norm(), mc.layer_norm(0), mc.batch_norm(0)]
every_rule = pytest.mark.parametrize("F", RULES, ids=["layer", "batch", "layer, ε = 0", "batch, ε = 0"])


@every_rule
def test_every_kind_is_verified(F):
    assert mc.verify(F).passed


def test_a_row_letter_by_letter():
    x, at, eps = sp.symbols("x:3"), (0.3, -1.2, 2.0), sp.Rational(1, 10)
    mean = sum(x) / 3
    variance = sum((u - mean) ** 2 for u in x) / 3
    y = [(u - mean) / sp.sqrt(variance + eps) for u in x]
    J = [[float(sp.diff(v, u).subs(dict(zip(x, at, strict=True)))) for u in x] for v in y]
    np.testing.assert_allclose(mc.layer_norm(0.1).at(np.array([at])).matrix, J, rtol=1e-12)
    np.testing.assert_allclose(mc.batch_norm(0.1).at(np.array([at]).T).matrix, J, rtol=1e-12)


def test_mean_and_variance_of_the_result(rng):
    X = 5 + 3 * rng.standard_normal((4, 6))
    for F, axis in ((mc.layer_norm(0), 1), (mc.batch_norm(0), 0)):
        np.testing.assert_allclose(F(X).mean(axis=axis), 0, atol=1e-14)
        np.testing.assert_allclose(F(X).var(axis=axis), 1, rtol=1e-13)


def test_one_is_the_other_transposed(rng):
    X, dX = rng.standard_normal((2, 3, 5))
    np.testing.assert_array_equal(mc.batch_norm()(X), mc.layer_norm()(X.T).T)
    np.testing.assert_array_equal(mc.batch_norm().at(X)(dX), mc.layer_norm().at(X.T)(dX.T).T)


def test_shifts_and_stretches_are_forgotten(rng):
    X = rng.standard_normal((3, 5))
    rows, Y = np.outer(rng.standard_normal(3), np.ones(5)), mc.layer_norm(0)(X)
    assert np.allclose(mc.layer_norm(0).at(X)(rows), 0, atol=1e-14)
    assert np.allclose(mc.layer_norm(0).at(X)(Y), 0, atol=1e-14)
    assert not np.allclose(mc.layer_norm(0.5).at(X)(Y), 0)  # ε sees the scale
    bias = np.outer(np.ones(3), rng.standard_normal(5))
    assert np.allclose(mc.batch_norm().at(X)(bias), 0, atol=1e-14)  # so a bias before it is of no use


def test_examples_feel_each_other_in_a_batch_only(rng):
    X = rng.standard_normal((4, 3))
    one = np.zeros((4, 3))
    one[0] = [1, -2, 0.5]
    assert not mc.layer_norm().at(X)(one)[1:].any()
    assert abs(mc.batch_norm().at(X)(one)[1:]).min() > 1e-3


@every_rule
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5)])
def test_small_shapes(F, shape, rng):
    assert mc.verify(F, rng.standard_normal(shape)).passed


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_size_of_a_row_does_not_matter(scale, rng):
    X, dX = rng.standard_normal((2, 3, 5))
    (Y, dY), (Z, dZ) = mc.layer_norm(0).linearize(X), mc.layer_norm(0).linearize(scale * X)
    np.testing.assert_allclose(Z, Y, rtol=1e-13)
    np.testing.assert_allclose(mc.layer_norm(0)(scale * X), Y, rtol=1e-13)
    np.testing.assert_allclose(dZ(scale * dX), dY(dX), rtol=1e-11, atol=1e-14)


def test_two_entries_become_plus_and_minus_one_and_stay():
    Y, dY = mc.layer_norm(0).linearize(np.array([[3.0, 1.0], [-2.0, 5.0]]))
    np.testing.assert_allclose(Y, [[1, -1], [-1, 1]])
    np.testing.assert_allclose(dY.matrix, 0, atol=1e-15)


def test_one_entry_in_a_row_becomes_zero(rng):
    X = rng.standard_normal((3, 1))
    assert not mc.layer_norm()(X).any()
    assert not mc.layer_norm().at(X).matrix.any()


@pytest.mark.parametrize("c", [0.0, 0.1, 1e-200, 1e200])
def test_constant_rows_need_an_epsilon(c, rng):
    X = rng.standard_normal((3, 7))
    X[1] = c
    with pytest.raises(mc.DomainError, match="without a constant row; 1 of 3 have all entries equal: variance 0"):
        mc.layer_norm(0).at(X)
    with pytest.raises(mc.DomainError, match="without a constant column; 1 of 3 have"):
        mc.batch_norm(0)(X.T)
    if c < 1e100:
        np.testing.assert_allclose(mc.layer_norm()(X)[1], 0, atol=1e-13)


@pytest.mark.parametrize("eps", [-1e-5, np.inf, np.nan])
def test_epsilon_is_not_negative(eps):
    with pytest.raises(ValueError, match="layer_norm: expected ε ≥ 0"):
        mc.layer_norm(eps)


def test_vectors_are_refused():
    with pytest.raises(mc.DomainError, match="expected a matrix"):
        mc.batch_norm()(np.ones(3))


@every_rule
def test_the_map_is_its_own_adjoint(F, rng):
    X, dX = rng.standard_normal((2, 4, 3))
    dF = F.at(X)
    np.testing.assert_array_equal(dF(dX), dF.T(dX))
    np.testing.assert_allclose(dF.matrix, dF.matrix.T, atol=1e-15)
    np.testing.assert_allclose(dF(dX + 2j * X), dF(dX) + 2j * dF(X))


still = lambda X: 1 / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)
centered = lambda X: X - X.mean(axis=1, keepdims=True)


@pytest.mark.parametrize(("twin", "line"), [
    (mc.layer_norm().but(differential=lambda X, dX: still(X) * dX), "difference"),  # mean and scale held still
    (mc.layer_norm().but(differential=lambda X, dX: still(X) * centered(dX)), "difference"),  # the scale held still
    (mc.layer_norm().but(adjoint=lambda X, Ybar: still(X) * centered(Ybar)), "adjoint"),
    (mc.batch_norm().but(f=lambda X: mc.layer_norm()(X)), "value"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]

"""Layers against SymPy, 40-digit slopes and full Jacobians: shapes of biases, the kink, scores far out."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc
from matcalc.samples import gaussian
from matcalc.spaces import step

LETTERS = {"relu": lambda z: max(z, mp.mpf(0)), "tanh": mp.tanh, "sigmoid": lambda z: 1 / (1 + mp.exp(-z))}
ACTIVATIONS = [mc.relu, mc.sigmoid, mc.tanh]
every_activation = pytest.mark.parametrize("F", ACTIVATIONS, ids=lambda F: F.name)


def layer(rng, m, d, k):
    return rng.standard_normal((m, d)), rng.standard_normal((d, k)), rng.standard_normal(k)


def test_a_layer_on_paper():
    X, W, b = np.array([[1.0, 2], [0, -1], [3, 1]]), np.array([[2.0, -1], [1, 1]]), np.array([0.5, -2])
    Z, dZ = mc.dense.linearize((X, W, b))
    assert Z.tolist() == [[4.5, -1], [-0.5, -3], [7.5, -4]]
    Zbar = np.array([[1.0, 0], [2, -1], [0, 3]])
    Xbar, Wbar, bbar = dZ.T(Zbar)
    assert Xbar.tolist() == [[2, 1], [5, 1], [-3, 3]]
    assert Wbar.tolist() == [[1, 9], [0, 4]]
    assert bbar.tolist() == [3, 2]  # the sum over the three examples, not over the two outputs


def test_a_layer_letter_by_letter():
    """SymPy differentiates ⟨Z̄, XW + 1bᵀ⟩ by every single entry."""
    X, W = sp.Matrix(2, 3, sp.symbols("x:6")), sp.Matrix(3, 2, sp.symbols("w:6"))
    b, Zbar = sp.Matrix(1, 2, sp.symbols("b:2")), sp.Matrix([[3, -1], [2, 5]])
    pairing = sum((X * W + sp.ones(2, 1) * b).multiply_elementwise(Zbar))
    at = {u: sp.Rational(i * i % 7 - 3, 2) for i, u in enumerate((*X, *W, *b))}
    number = lambda M: np.array(M.subs(at).tolist(), dtype=float)
    found = mc.dense.at((number(X), number(W), number(b)[0])).T(np.array(Zbar.tolist(), dtype=float))
    for part, letters in zip(found, (X, W, b), strict=True):
        expected = number(letters.applyfunc(lambda u: sp.diff(pairing, u)))
        np.testing.assert_array_equal(np.atleast_2d(part), expected)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 3, 2), (4, 1, 2), (5, 3, 1), (3, 3, 3)])
def test_layers_of_every_shape(sizes, rng):
    assert mc.verify(mc.dense, layer(rng, *sizes)).passed


def test_the_increment_of_a_layer_is_exact(rng):
    point, d = layer(rng, 3, 4, 2), layer(rng, 3, 4, 2)
    Z, dZ = mc.dense.linearize(point)
    assert np.allclose(mc.dense(step(point, 1.0, d)), Z + dZ(d) + d[0] @ d[1])


@pytest.mark.parametrize("point", [
    (np.ones((2, 3)), np.ones((3, 4)), np.ones((1, 4))),
    (np.ones((2, 3)), np.ones((4, 3)), np.ones(3)),
    (np.ones((2, 3)), np.ones((3, 4)), np.ones(2)),
    (np.ones((2, 3)), np.ones((3, 4))),
    np.ones((2, 3)),
])  # fmt: skip
def test_parts_that_do_not_fit_are_refused(point):
    with pytest.raises(mc.DomainError, match=r"dense is defined on triples .* expected \(X, W, b\) of shapes m×d"):
        mc.dense(point)


@every_activation
def test_values_and_slopes_from_forty_digits(F):
    Z = np.array([[0.2, -1.7, 3.0], [-0.9, 0.01, 6.0]])
    ones = np.ones_like(Z)
    with mp.workdps(40):
        exact = [[float(mp.diff(LETTERS[F.name], mp.mpf(z), n)) for z in Z.flat] for n in (0, 1, 2)]
    np.testing.assert_allclose(mc.vec(F(Z).T), exact[0], rtol=1e-13)
    np.testing.assert_allclose(mc.vec(F.at(Z)(ones).T), exact[1], rtol=1e-13, atol=1e-30)
    np.testing.assert_allclose(mc.vec(F.second(Z)(ones, ones).T), exact[2], rtol=1e-12, atol=1e-30)


@every_activation
@pytest.mark.parametrize("shape", [(), (1,), (4,), (1, 1), (2, 3), (2, 3, 2)], ids=str)
def test_activations_of_arrays_of_any_shape(F, shape, rng):
    Z = rng.uniform(0.5, 2, shape)
    dF = F.at(Z)
    assert np.shape(F(Z)) == np.shape(dF(Z)) == np.shape(dF.T(Z)) == shape
    np.testing.assert_allclose(dF.matrix, dF.columns())


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_activations_agree_with_the_entrywise_rules(name, rng):
    Z, dZ = rng.standard_normal((2, 3, 4))
    one, other = getattr(mc, name), mc.elementwise(name)
    np.testing.assert_allclose(one.at(Z)(dZ), other.at(Z)(dZ), rtol=1e-14)
    np.testing.assert_allclose(one.second(Z)(dZ, dZ), other.second(Z)(dZ, dZ), rtol=1e-14)


def test_no_activation_overflows():
    Z = np.array([-800.0, 800.0])
    for F, slopes in ((mc.relu, [0, 1]), (mc.sigmoid, [0, 0]), (mc.tanh, [0, 0])):
        with np.errstate(over="raise", invalid="raise"):
            np.testing.assert_allclose(F.at(Z)(np.ones(2)), slopes, atol=1e-300)
            np.testing.assert_allclose(F.second(Z)(np.ones(2), np.ones(2)), 0, atol=1e-300)


def test_relu_at_its_kink_is_refused_in_words():
    Z = np.array([[1.0, 0.0], [-2.0, 0.0]])
    for call in (mc.relu, mc.relu.at, mc.relu.linearize):
        with pytest.raises(mc.DomainError, match="2 of 4 entries are exactly 0, where ReLU has a kink: slope 0 from"):
            call(Z)
    assert mc.relu.at(np.array([1e-300, -1e-300])).matrix.tolist() == [[1, 0], [0, 0]]  # beside it, all is well


def test_the_slope_of_relu_at_zero_is_not_one_number():
    for slope in (0.0, 0.5, 1.0):
        claim = lambda z, dz, slope=slope: slope * dz
        with pytest.raises(mc.VerificationError):
            mc.verify_derivative(lambda z: np.maximum(z, 0), claim, 0.0)


@every_activation
def test_two_arrays_are_not_one(F):
    with pytest.raises(mc.DomainError, match="expected one array, got a tuple"):
        F((np.ones(2), np.ones(2)))


def test_softmax_letter_by_letter():
    z, Z = sp.symbols("z:3"), np.array([[0.3, -1.2, 2.0], [1.0, 0.5, -0.25]])
    p = [sp.exp(u) / sum(map(sp.exp, z)) for u in z]
    blocks = [[[float(sp.diff(q, u).subs(dict(zip(z, row, strict=True)))) for u in z] for q in p] for row in Z]
    J = mc.softmax.at(Z).matrix
    for i, block in enumerate(blocks):
        np.testing.assert_allclose(J[i::2, i::2], block, rtol=1e-12)  # entries of row i, in the order of vec
        np.testing.assert_array_equal(J[i::2, 1 - i :: 2], 0)  # examples do not feel each other


def test_softmax_does_not_feel_what_all_scores_gain(rng):
    Z = rng.standard_normal((3, 4))
    dP, P = mc.softmax.at(Z), mc.softmax(Z)
    np.testing.assert_allclose(dP(np.ones((3, 1)) * np.ones(4)), 0, atol=1e-15)
    np.testing.assert_allclose(dP(rng.standard_normal((3, 4))).sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(dP.matrix, dP.matrix.T, atol=1e-16)
    np.testing.assert_allclose(mc.softmax(Z + 1000.0), P, rtol=1e-12)
    np.testing.assert_allclose(P.sum(axis=1), 1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 2)])
def test_softmax_of_every_shape(shape, rng):
    assert mc.verify(mc.softmax, rng.standard_normal(shape)).passed


def test_softmax_far_out():
    Z = np.array([[1000.0, 0.0], [-1000.0, 0.0]])
    P, dP = mc.softmax.linearize(Z)
    np.testing.assert_array_equal(P, [[1, 0], [0, 1]])
    np.testing.assert_array_equal(dP(np.ones((2, 2))), 0)


RULES = [mc.dense, *ACTIVATIONS, mc.softmax]


@pytest.mark.parametrize("F", RULES, ids=lambda F: F.name)
def test_complex_tangents_and_cotangents(F, rng):
    Z = F.domain.sample(rng, 3)
    Y, dF = F.linearize(Z)
    u, v = F.domain.tangent(rng, Z), F.domain.tangent(rng, Z)
    both = gaussian(rng, tuple(p + 0j for p in Z) if isinstance(Z, tuple) else Z + 0j)
    parts = lambda X, g: tuple(map(g, X)) if isinstance(X, tuple) else g(X)
    np.testing.assert_allclose(dF(both), dF(parts(both, np.real)) + 1j * dF(parts(both, np.imag)))
    Ybar = gaussian(rng, Y + 0j)
    assert mc.inner(Ybar, dF(both)) == pytest.approx(mc.inner(dF.T(Ybar), both))
    np.testing.assert_allclose(F.second(Z)(u, v), F.second(Z)(v, u), atol=1e-14)


over_outputs = lambda p, Zbar: (Zbar @ p[1].T, p[0].T @ Zbar, np.resize(Zbar.sum(axis=1), Zbar.shape[1]))
mean_bias = lambda p, Zbar: (Zbar @ p[1].T, p[0].T @ Zbar, Zbar.mean(axis=0))
every_scale = lambda Z, dZ: mc.softmax(Z) * dZ


@pytest.mark.parametrize(("twin", "line"), [
    (mc.dense.but(differential=lambda p, d: d[0] @ p[1] + p[0] @ d[1]), "difference"),
    (mc.dense.but(adjoint=over_outputs), "adjoint"),
    (mc.dense.but(adjoint=mean_bias), "adjoint"),
    (mc.dense.but(second_at=lambda p: lambda d, e: d[0] @ e[1]), "second differential"),
    (mc.relu.but(differential=lambda Z, dZ: np.where(Z > 0, dZ, 0.01 * dZ)), "difference"),
    (mc.relu.but(adjoint=lambda Z, Abar: Abar), "adjoint"),
    (mc.tanh.but(differential=lambda Z, dZ: (1 - Z**2) * dZ), "difference"),
    (mc.sigmoid.but(second_at=lambda Z: lambda dZ, dV: 0 * dZ), "second differential"),
    (mc.softmax.but(differential=every_scale), "difference"),
    (mc.softmax.but(adjoint=every_scale), "adjoint"),
    (mc.softmax.but(matrix=lambda Z: np.diag(mc.vec(mc.softmax(Z)))), "matrix"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@pytest.mark.parametrize("height", [0.0, 1e16, -1e17, 1.7e308])
def test_equal_scores_are_equally_probable_at_any_height(height):
    Z, dZ = np.full((2, 4), height), np.array([[1.0, 0, 0, 0], [0, 2, 0, 0]])
    np.testing.assert_allclose([mc.softmax(Z), mc.softmax.linearize(Z)[0]], 0.25)
    np.testing.assert_allclose(mc.softmax.second(Z)(dZ, dZ), mc.softmax.second(0 * Z)(dZ, dZ))

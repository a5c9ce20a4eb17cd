"""The loss of a network: every activation, loss and depth; against a hand-written two-layer gradient, and its edges."""

import numpy as np
import pytest

import matcalc as mc

X = np.array([[1.0, 0.4, -1.1], [0.2, 2.2, 0.9], [0.8, -0.5, 1.7], [-1.2, 0.6, 0.3], [0.7, 1.4, -2.0], [0.3, -1, 0.6]])
Y = np.eye(2)[[0, 1, 1, 0, 1, 0]]
ENTROPY, SQUARES = mc.cross_entropy(Y), mc.mse(X[:, :2])
ACTIVATIONS = [mc.relu, mc.tanh, mc.sigmoid, mc.elementwise("softplus")]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda F: F.name)
@pytest.mark.parametrize("loss", [ENTROPY, SQUARES, mc.frobenius_norm_squared], ids=lambda F: F.name)
@pytest.mark.parametrize(("widths", "decay"), [((2,), 0.2), ((4, 2), 0.0), ((4, 2), 0.2), ((5, 4, 2), 0.1)])
def test_every_network_is_verified(activation, loss, widths, decay):
    report = mc.verify(mc.mlp_loss(X, loss, widths, activation, decay))
    assert {"printed value", "printed differential", "printed adjoint"} <= {check.name for check in report.checks}


def by_hand(point, decay):
    """The two-layer gradient in matrix form, written out."""
    W1, b1, W2, b2 = point
    A = np.maximum(X @ W1 + b1, 0)
    P = np.exp(A @ W2 + b2)
    G2 = (P / P.sum(axis=1, keepdims=True) - Y) / len(Y)
    G1 = (G2 @ W2.T) * (A > 0)
    return X.T @ G1 + decay * W1, G1.sum(axis=0), A.T @ G2 + decay * W2, G2.sum(axis=0)


def test_two_layers_against_the_gradient_by_hand(rng):
    F = mc.mlp_loss(X, ENTROPY, (4, 2), mc.relu, 0.3)
    point = F.domain.sample(rng, 0)
    for found, expected in zip(F.gradient(point), by_hand(point, 0.3), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_a_chain_of_rules_gives_the_same(rng):
    F = mc.mlp_loss(X, ENTROPY, (4, 2), mc.tanh)
    W1, b1, W2, b2 = point = F.domain.sample(rng, 0)
    Z1, first = mc.dense.linearize((X, W1, b1))
    A, slopes = mc.tanh.linearize(Z1)
    Z2, second = mc.dense.linearize((A, W2, b2))
    Abar, *last = second.T(ENTROPY.gradient(Z2))
    for found, expected in zip(F.gradient(point), (*first.T(slopes.T(Abar))[1:], *last), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_one_layer_is_logistic_regression(rng):
    """With scores (z, 0) the weights of the first class are those of the logistic loss."""
    F, w = mc.mlp_loss(X, ENTROPY, (2,), mc.relu), rng.standard_normal(3)
    W = np.column_stack([w, np.zeros(3)])
    logistic = mc.logistic_loss(X, Y[:, 0])
    assert F((W, np.zeros(2))) == pytest.approx(logistic(w), rel=1e-14)
    np.testing.assert_allclose(F.gradient((W, np.zeros(2)))[0][:, 0], logistic.gradient(w), rtol=1e-13)


def test_decay_pulls_at_the_weights_and_not_at_the_biases(rng):
    plain, decayed = (mc.mlp_loss(X, ENTROPY, (4, 2), mc.tanh, decay) for decay in (0, 0.7))
    point = plain.domain.sample(rng, 0)
    more = [a - b for a, b in zip(decayed.gradient(point), plain.gradient(point), strict=True)]
    for part, gain in zip(point, more, strict=True):
        np.testing.assert_allclose(gain, 0.7 * part if part.ndim == 2 else 0 * part, atol=1e-15)


def test_gradient_steps_learn(rng):
    F = mc.mlp_loss(X, ENTROPY, (8, 2), mc.tanh)
    point = F.domain.sample(rng, 0)
    for _ in range(300):
        point = tuple(part - g for part, g in zip(point, F.gradient(point), strict=True))
    assert F(point) < 0.01


def test_a_unit_exactly_at_its_kink_is_refused():
    F = mc.mlp_loss(X, ENTROPY, (4, 2), mc.relu)
    point = np.ones((3, 4)), np.ones(4), np.ones((4, 2)), np.ones(2)
    point[0][:, 2], point[1][2] = 0.0, 0.0
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match="mlp_loss is defined on .* 6 of 24 entries are exactly 0, where ReLU"):
            call(point)
    assert mc.mlp_loss(X, ENTROPY, (4, 2), mc.tanh).gradient(point)[0].shape == (3, 4)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: mc.mlp_loss(X[0], ENTROPY, (2,), mc.tanh), mc.ShapeError, "expected a matrix X, one example a row"),
    (lambda: mc.mlp_loss(X, ENTROPY, (4, 3), mc.tanh), mc.ShapeError,
     "cross_entropy does not take scores of shape 6×3: expected a matrix of shape 6×2"),
    (lambda: mc.mlp_loss(X[:5], ENTROPY, (2,), mc.tanh), mc.ShapeError, "scores of shape 5×2"),
    (lambda: mc.mlp_loss(X, ENTROPY, (), mc.tanh), ValueError, "widths of one layer or more"),
    (lambda: mc.mlp_loss(X, ENTROPY, (0, 2), mc.tanh), ValueError, "each at least 1"),
    (lambda: mc.mlp_loss(X, ENTROPY, (2,), mc.tanh, -1), ValueError, "expected a decay λ ≥ 0, got -1"),
    (lambda: mc.mlp_loss(X, ENTROPY, (2,), mc.tanh)((np.ones((3, 2)),)), mc.DomainError,
     r"expected \(W_1, b_1, …\) of shapes \(3×2, 2\), got \(3×2\)"),
    (lambda: mc.mlp_loss(X, ENTROPY, (2,), mc.tanh)((np.ones((3, 2)), np.ones((1, 2)))), mc.DomainError, "1×2"),
])  # fmt: skip
def test_what_is_refused_and_in_which_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_activation_without_formulas_still_has_a_gradient():
    soft = mc.elementwise(np.arctan, lambda Z: 1 / (1 + Z * Z))
    F = mc.mlp_loss(X, ENTROPY, (4, 2), soft)
    assert F.formulas is None
    assert mc.verify(F).passed


def test_complex_tangents_and_cotangents(rng):
    F = mc.mlp_loss(X, ENTROPY, (4, 2), mc.relu, 0.1)
    point = F.domain.sample(rng, 0)
    d = [F.domain.tangent(rng, point) for _ in range(2)]
    both = tuple(a + 1j * b for a, b in zip(*d, strict=True))
    dF, Lbar = F.at(point), 0.3 - 2j
    assert dF(both) == pytest.approx(dF(d[0]) + 1j * dF(d[1]))
    assert mc.inner(Lbar, dF(both)) == pytest.approx(mc.inner(dF.T(Lbar), both))


NET = mc.mlp_loss(X, ENTROPY, (4, 2), mc.tanh, 0.1)


def altered(change):
    """The network with one part of its gradient changed."""
    return NET.but(adjoint=lambda point, Lbar: change(NET.at(point).T(Lbar), point))


@pytest.mark.parametrize("twin", [
    altered(lambda g, p: (g[0], g[1] / len(X), *g[2:])),  # a mean over the batch instead of a sum
    altered(lambda g, p: (g[0] - 0.1 * p[0], *g[1:])),  # the decay of the first layer forgotten
    altered(lambda g, p: (g[0], g[1] + 0.1 * p[1], *g[2:])),  # a bias that decays
    altered(lambda g, p: (*g[:3], len(X) * g[3])),
])  # fmt: skip
def test_wrong_twins_are_refused_by_the_adjoint_line(twin):
    assert [check.name for check in mc.examine(twin).failures] == ["adjoint", "printed adjoint"]

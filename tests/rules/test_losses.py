"""Losses against sums of letters and 50-digit logarithms; every constant that could be lost, scores far out."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc

TARGETS = np.array([[0.3, -1.2], [2.0, 0.7], [-0.4, 1.1]])
LABELS = np.array([[1.0, 0, 0], [0, 0, 1], [0.25, 0.5, 0.25], [0, 1, 0]])
squares, entropy = mc.mse(TARGETS), mc.cross_entropy(LABELS)


def written_out(Z, Y, kind):
    """The loss as a sum over entries of letters."""
    m, k = Y.shape
    if kind == "squares":
        return sum((Z[i, j] - sp.Rational(str(Y[i, j]))) ** 2 for i in range(m) for j in range(k)) / (m * k)
    log_p = lambda i, j: Z[i, j] - sp.log(sum(sp.exp(Z[i, n]) for n in range(k)))
    return -sum(sp.Rational(str(Y[i, j])) * log_p(i, j) for i in range(m) for j in range(k)) / m


@pytest.mark.parametrize(("kind", "rule", "Y"), [("squares", squares, TARGETS), ("entropy", entropy, LABELS)])
def test_value_gradient_and_second_differential_entry_by_entry(kind, rule, Y, rng):
    letters = sp.Matrix(*Y.shape, sp.symbols(f"z:{Y.size}"))
    loss, Z = written_out(letters, Y, kind), rng.standard_normal(Y.shape)
    at = dict(zip(letters, Z.reshape(-1), strict=True))
    gradient = np.array([[float(sp.diff(loss, u).subs(at)) for u in row] for row in letters.tolist()])
    assert rule(Z) == pytest.approx(float(loss.subs(at)), rel=1e-13)
    np.testing.assert_allclose(rule.gradient(Z), gradient, rtol=1e-12)
    u, v = letters[0, 1], letters[0, 0]
    E, F = np.zeros(Y.shape), np.zeros(Y.shape)
    E[0, 1] = F[0, 0] = 1
    mixed, pure = (float(sp.diff(loss, u, w).subs(at)) for w in (v, u))
    assert rule.second(Z)(E, F) == pytest.approx(mixed, rel=1e-12, abs=1e-15)
    assert rule.second(Z)(E, E) == pytest.approx(pure, rel=1e-12)


def test_the_mean_of_squares_divides_by_every_entry():
    Z = TARGETS + 1.0
    assert mc.mse(TARGETS)(Z) == pytest.approx(1.0)
    np.testing.assert_allclose(squares.gradient(Z), np.full((3, 2), 2 / 6))


def test_the_gradient_of_cross_entropy_is_p_minus_y_over_m(rng):
    Z = rng.standard_normal((4, 3))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(entropy.gradient(Z), (P - LABELS) / 4, rtol=1e-13)
    assert entropy.gradient(Z).sum(axis=1) == pytest.approx(0)  # what all scores of a row gain changes nothing


def test_cross_entropy_is_the_chain_of_softmax_and_logarithm(rng):
    Z = rng.standard_normal((4, 3))
    P, dP = mc.softmax.linearize(Z)
    chain = mc.trace_product(-LABELS.T / 4).at(np.log(P)) @ mc.elementwise("log").at(P) @ dP
    np.testing.assert_allclose(chain.T(1.0), entropy.gradient(Z), rtol=1e-12)


def test_two_classes_are_the_logistic_loss(rng):
    """Scores (z, 0) for classes (1, 0): the softmax is a sigmoid."""
    X, w = rng.standard_normal((5, 2)), rng.standard_normal(2)
    y = np.array([1.0, 0, 1, 1, 0])
    two = mc.cross_entropy(np.column_stack([y, 1 - y]))
    Z = np.column_stack([X @ w, np.zeros(5)])
    assert two(Z) == pytest.approx(mc.logistic_loss(X, y)(w), rel=1e-14)
    np.testing.assert_allclose(X.T @ two.gradient(Z)[:, 0], mc.logistic_loss(X, y).gradient(w), rtol=1e-13)


def test_scores_far_out_keep_their_digits():
    Z = np.array([[1000.0, 0, -1000], [1000, 0, -1000], [-40, 0, 2], [700, 710, 3]])
    with mp.workdps(50):
        logs = [mp.log(sum(mp.exp(mp.mpf(z)) for z in row)) for row in Z]
        exact = sum(y * (log - mp.mpf(z)) for Y, row, log in zip(LABELS, Z, logs, strict=True)
                    for y, z in zip(map(mp.mpf, Y), row, strict=True)) / 4  # fmt: skip
    value, dL = entropy.linearize(Z)
    assert value == pytest.approx(float(exact), rel=1e-14)
    assert entropy(Z) == pytest.approx(float(exact), rel=1e-14)
    assert np.isfinite(dL.T(1.0)).all()


def test_cross_entropy_is_convex_and_least_at_the_targets(rng):
    Z, dZ = rng.standard_normal((2, 4, 3))
    assert entropy.second(Z)(dZ, dZ) > 0
    soft = np.array([[0.2, 0.5, 0.3]])
    np.testing.assert_allclose(mc.cross_entropy(soft).gradient(np.log(soft)), 0, atol=1e-15)


@pytest.mark.parametrize("Y", [np.array([[1.0]]), np.array([[0.0, 1.0]]), np.array([[1.0], [1.0], [1.0]])])
def test_losses_of_one_example_or_one_class(Y, rng):
    for rule in (mc.mse(Y), mc.cross_entropy(Y)):
        assert mc.verify(rule, rng.standard_normal(Y.shape)).passed


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: mc.cross_entropy(np.array([0.0, 1.0])), mc.ShapeError, "cross_entropy: expected a matrix Y, one example"),
    (lambda: mc.mse(3.0), mc.ShapeError, "mse: expected a matrix Y, one example a row, got shape a number"),
    (lambda: mc.cross_entropy(TARGETS), ValueError, "each row of Y must hold probabilities: none negative, their sum"),
    (lambda: mc.cross_entropy(LABELS / 2), ValueError, "their sum 1"),
    (lambda: mc.mse(np.array([[np.nan]])), ValueError, "mse: Y: expected finite numbers"),
    (lambda: squares(TARGETS.T), mc.DomainError, "mse is defined on 3×2 matrices; expected a matrix of shape 3×2"),
    (lambda: entropy.at(np.ones(3)), mc.DomainError, "cross_entropy is defined on 4×3 matrices"),
])  # fmt: skip
def test_what_is_refused_and_in_which_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_targets_are_kept():
    Y = LABELS.copy()
    rule = mc.cross_entropy(Y)
    Y[:] = 1 / 3
    assert rule(np.zeros((4, 3))) == entropy(np.zeros((4, 3)))
    assert rule.gradient(np.zeros((4, 3)))[0, 0] == pytest.approx((1 / 3 - 1) / 4)


difference = lambda Z: mc.softmax(Z) - LABELS


@pytest.mark.parametrize(("twin", "line"), [
    (entropy.but(differential=lambda Z, dZ: (difference(Z) * dZ).sum()), "difference"),  # the 1/m forgotten
    (entropy.but(adjoint=lambda Z, Lbar: Lbar * difference(Z)), "adjoint"),
    (entropy.but(f=lambda Z: -(LABELS * np.log(mc.softmax(Z))).mean()), "value"),  # a mean over all entries
    (entropy.but(second_at=lambda Z: lambda u, v: (mc.softmax(Z) * u * v).sum() / 4), "second differential"),
    (squares.but(differential=lambda Z, dZ: ((Z - TARGETS) * dZ).sum() / 6), "difference"),
    (squares.but(matrix=lambda Z: 2 / 6 * (Z - TARGETS).reshape(1, -1)), "matrix"),  # rows stacked, not columns
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@pytest.mark.parametrize("height", [1e6, 1e12, -1e17])
def test_a_height_that_all_scores_share_changes_no_digit(height):
    Z = np.array([[1.0, -2, 3], [0, 0, 4], [-1, 1, 1], [2, 8, 8]]) * max(1.0, abs(height) / 2**40)
    lifted = Z + height
    Z = lifted - height  # what rounding has left of it
    np.testing.assert_allclose([entropy(lifted), entropy.linearize(lifted)[0]], entropy(Z), rtol=1e-13)
    assert np.allclose(entropy.gradient(lifted), entropy.gradient(Z), rtol=1e-13)

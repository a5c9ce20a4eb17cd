"""Both modes against values, each other and hand formulas; fan-out, tuples, branches, checkpoints, leaks by name."""

import gc
import re
import weakref
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

import matcalc as mc
from matcalc import autodiff as ad
from matcalc.spaces import shape_of

A = np.array([[2.0, 0.3, -0.5], [0.4, 1.7, 0.2], [-0.6, 0.1, 2.4]])
X = np.array([[1.0, -0.4, 0.7, 0.3], [0.2, 1.9, -0.5, 0.8], [-0.6, 0.8, 1.1, -1.2]])
b = np.array([0.7, -1.2, 0.4])
PROGRAMS = {
    "inverse": (lambda X: np.trace(np.linalg.inv(A @ X)), A),
    "a value used three times": (lambda X: (X @ X.T @ X).sum(), X),
    "the same value twice in one rule": (lambda X: np.trace(X @ X), A),
    "a pair": (lambda P: np.linalg.solve(P[0], P[1]) @ b, (A, b + 1)),
    "one part unused": (lambda P: P[0].sum() * 2, (A, b)),
    "vectors": (lambda x: x @ A @ x / (x @ x), b),
    "a number": (lambda x: x * x * x - 2 * x + np.exp(-x) / 3, 0.7),
    "powers and slices": (lambda x: (x**3).sum() + (x[::2] * 2).sum(), b),
    "an entry read twice": (lambda x: x[[0, 0, 1]].sum() * x[2], b),
    "a bias for every row": (lambda P: (np.tanh(X.T @ P[0] + P[1]) ** 2).sum(), (A, b)),
    "a column for every column": (lambda x: (X * x[:, None]).sum(axis=1) @ x, b),
    "sums along axes": (lambda X: (X.sum(0) * X.sum(1)[:1]).sum(), X),
    "quotients": (lambda X: (1 / X).sum() / 2 - (X / 4).sum(), X),
    "slogdet and norm": (lambda X: np.linalg.slogdet(X)[1] + np.linalg.norm(X) + np.linalg.norm(X[0]), A),
    "matrix power": (lambda X: np.trace(A @ np.linalg.matrix_power(X, 3)), A + 0.1),
    "cholesky": (lambda X: np.linalg.cholesky(X @ X.T).sum(), X),
    "eigenvalues": (lambda X: np.linalg.eigvalsh(X @ X.T) @ b, X),
    "kron, det, pinv": (lambda X: np.linalg.det(np.kron(X, A)[:3, :3]) + np.linalg.pinv(X).sum(), A),
    "a rule with three results": (lambda X: sum((V * V * V).sum() for V in ad.apply(mc.svd, X)), X),
    "a tuple as a point": (lambda X: ad.apply(mc.product, ad.apply(mc.lu_unpivoted, X))[0, 1], A),
    "a branch": (lambda x: x @ x if x[0] > 0 else x.sum(), b),
    "scipy's ufunc": (lambda x: expit(x @ A) @ x, b),
    "a checkpoint": (lambda X: ad.checkpoint(lambda Z: np.tanh(Z @ Z.T), X).sum(), X),
    "a checkpoint of a pair": (lambda P: ad.checkpoint(lambda Q: Q[0] @ Q[1], (P[0], P[1] * P[1])).sum(), (A, b)),
    "a checkpoint in a checkpoint": (
        lambda X: ad.checkpoint(lambda Y: ad.checkpoint(np.sin, Y @ Y).sum(), X) * X[0, 1], A),
}  # fmt: skip
each = pytest.mark.parametrize(("f", "point"), PROGRAMS.values(), ids=PROGRAMS)


def like(point, seed=3):
    rng = np.random.default_rng(seed)
    draw = lambda V: rng.standard_normal(np.shape(V))[()]
    return tuple(map(draw, point)) if isinstance(point, tuple) else draw(point)


@each
def test_the_tape_agrees_with_values(f, point):
    assert mc.verify_gradient(f, ad.grad(f), point).passed


@each
def test_push_and_pull_are_adjoint(f, point):
    dX = like(point)
    value, slope = ad.jvp(f, point, dX)
    same, gradient = ad.value_and_grad(f)(point)
    assert value == pytest.approx(f(point)) == pytest.approx(same)
    assert slope == pytest.approx(mc.inner(gradient, dX), rel=1e-9, abs=1e-12)
    assert shape_of(gradient) == shape_of(point)


@pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
def test_every_rule_of_the_catalog_is_a_primitive(F):
    X = F.domain.sample(np.random.default_rng(5), 3)
    dX, dF = F.domain.tangent(np.random.default_rng(6), X), F.at(X)
    Y, dY = ad.jvp(lambda X: ad.apply(F, X), X, dX)
    for one, other in ((Y, F(X)), (dY, dF(dX))):
        np.testing.assert_allclose(mc.vec(one), mc.vec(other), rtol=1e-7, atol=1e-9)
    Y, pull = ad.vjp(lambda X: ad.apply(F, X), X)
    np.testing.assert_allclose(mc.vec(pull(Y)), mc.vec(dF.T(Y)), rtol=1e-12, atol=1e-14)


def test_plain_arrays_pass_through():
    assert np.array_equal(ad.apply(mc.inverse, A), mc.inverse(A))
    assert np.array_equal(ad.checkpoint(np.sin, A), np.sin(A))


def test_cotangents_meet_by_adding():
    tape = ad.Tape()
    V = tape.variable(A)
    y = np.trace(V @ V)
    bars = tape.pull(y, 1.0)
    np.testing.assert_allclose(bars[V.place], 2 * A.T)
    assert sorted(bars) == list(range(len(tape.steps)))


def test_a_pull_can_be_repeated_and_changes_nothing():
    Y, pull = ad.vjp(lambda X: X + X + X, A)
    Ybar = np.ones_like(A)
    assert np.array_equal(pull(Ybar), pull(Ybar))
    assert np.array_equal(pull(Ybar), 3 * np.ones_like(A))
    assert np.array_equal(Ybar, np.ones_like(A))


def test_what_the_output_does_not_need_is_not_pulled():
    calls = []
    spy = mc.inverse.but(adjoint=lambda X, Ybar: calls.append(1) or Ybar)
    f = lambda X: (ad.apply(spy, X), X.sum())[1]
    assert np.array_equal(ad.grad(f)(A), np.ones_like(A))
    assert calls == []


def test_a_wrong_rule_gives_a_wrong_gradient():
    wrong = mc.inverse.but(adjoint=lambda X, Ybar: -np.linalg.inv(X) @ Ybar @ np.linalg.inv(X))
    f = lambda X: np.trace(A @ ad.apply(wrong, X) @ X.T)
    with pytest.raises(mc.VerificationError):
        mc.verify_gradient(lambda X: np.trace(A @ np.linalg.inv(X) @ X.T), ad.grad(f), A)


def test_an_adjoint_of_the_wrong_shape_is_named_before_it_spreads():
    wrong = mc.inverse.but(adjoint=lambda X, Ybar: Ybar[:1])
    with pytest.raises(mc.ShapeError, match=r"inverse \(altered\) gave a cotangent of shape 1×3 for 3×3"):
        ad.grad(lambda X: (ad.apply(wrong, X) + X).sum())(A)


def test_a_tape_is_freed_with_its_last_reader():
    V = ad.Tape().variable(A)
    tape, y = weakref.ref(V.run), (np.linalg.inv(V @ V.T)[0] * V.sum(axis=0)).sum() + ad.apply(mc.lu, V)[1][0, 0]
    V.run.pull(y, 1.0)
    gc.disable()  # what only the collector frees would pile up in the blocks of a checkpointed program
    del V, y
    gone = tape() is None
    gc.enable()
    assert gone


def test_a_dual_number_by_hand():
    x = ad.Dual(3.0, 1.0)
    y = x * x * x + 2
    assert (y.value, y.tangent) == (29.0, 27.0)
    Y = A @ ad.Dual(A, np.eye(3))
    np.testing.assert_allclose(Y.tangent, A)


def test_the_tape_can_be_read():
    tape = ad.Tape()
    V = tape.variable(X)
    np.trace(np.linalg.inv(2 * V @ V.T))
    lines = [line.split("  ") for line in repr(tape).splitlines()]
    assert lines[0][0].split() == ["0", "input"]
    assert any("hadamard" in line[0] and "(·, 0)" in " ".join(line) for line in lines)
    assert repr(tape).splitlines()[-1].endswith("a number")


def test_several_results_are_one_point():
    f = lambda X: (X.T, np.sin(X) @ b)
    Y, pull = ad.vjp(f, A)
    dX, Ybar = like(A), like(Y, 4)
    assert mc.inner(Ybar, ad.jvp(f, A, dX)[1]) == pytest.approx(mc.inner(pull(Ybar), dX))


def test_a_program_is_linearized_like_a_rule():
    f = lambda X: np.linalg.inv(X @ X)
    Y, dF = ad.linearize(f, A)
    np.testing.assert_allclose(Y, mc.power(-2)(A))
    np.testing.assert_allclose(dF.matrix, mc.power(-2).at(A).matrix, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(dF.T.matrix, dF.matrix.T, atol=1e-12)
    with pytest.raises(mc.ShapeError):
        dF(b)


def test_a_checkpoint_is_one_step_and_runs_again():
    runs = []
    block = lambda Z: runs.append(1) or np.tanh(Z @ Z) @ Z
    tape = ad.Tape()
    y = ad.checkpoint(block, tape.variable(A)).sum()
    assert [s.name for s in tape.steps] == ["input", "checkpoint", "sum"]
    assert len(runs) == 1
    assert tape.pull(y, 1.0)[0] == pytest.approx(ad.grad(lambda Z: block(Z).sum())(A))
    assert len(runs) == 3


def test_forward_over_a_reverse_pass_written_by_hand_is_a_hessian_vector_product():
    gradient = lambda X: -(mc.transpose(np.linalg.inv(X)) if isinstance(X, np.ndarray) else np.linalg.inv(X).T)
    dX = like(A)
    expected = mc.second_order.hessian_vector_product(mc.logabsdet, A, dX)
    np.testing.assert_allclose(-ad.jvp(gradient, A, dX)[1], expected, rtol=1e-8)


S = np.array([[2.0, 0.5], [0.5, 1.0]])
REFUSED = [
    (lambda: ad.grad(lambda X: X @ X.T)(X), TypeError, "a gradient belongs to a real number, but f(X) is of shape 3×3"),
    (lambda: ad.grad(lambda X: ad.apply(mc.eigvals, X)[0])(np.array([[0.0, 1], [-2, 0.1]])), TypeError, "is complex"),
    (lambda: ad.grad(lambda x: x)(1j), TypeError, "expected real numbers, got complex ones"),
    (lambda: ad.jvp(lambda x: x, 1.0, 1j), TypeError, "expected real numbers, got complex ones"),
    (lambda: ad.jvp(lambda X: X, A, b), mc.ShapeError, "expected a tangent of shape 3×3, got 3"),
    (lambda: ad.vjp(lambda X: X @ X, A)[1](b), mc.ShapeError, "expected a cotangent of shape 3×3, got 3"),
    (lambda: ad.grad(lambda X: 3.0)(A), TypeError, "it is constant, or it left the trace"),
    (lambda: ad.grad(lambda X: np.trace(X.value))(A), TypeError, "it left the trace"),
    (lambda: ad.grad(lambda X: mc.inverse(X).sum())(A), TypeError, "Variable(3×3) met code that wants an array"),
    (lambda: ad.jvp(ad.grad(lambda X: (X * X).sum()), A, A), TypeError, "Dual(3×3) met code that wants an array"),
    (lambda: ad.jvp(lambda V: ad.jvp(lambda W: W @ V, A, A)[1], A, A), TypeError, "two different derivatives meet"),
    (lambda: ad.grad(lambda X: np.linalg.inv(X).sum())(X), mc.DomainError, "inverse is defined on invertible"),
    (lambda: ad.grad(lambda X: (X @ X).sum())(X), mc.DomainError, "as many columns in A as rows in B"),
    (lambda: ad.grad(lambda W: ad.checkpoint(lambda h: W @ h, W @ b).sum())(A), TypeError, "not part of its point"),
    (lambda: ad.jvp(lambda X: ad.apply(mc.eigvalsh, X), S, np.triu(S)), ValueError, "not symmetric"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED, ids=[message for _, _, message in REFUSED])
def test_refused_in_words(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_a_leaked_value_of_an_earlier_tape_is_named():
    kept = []
    ad.grad(lambda X: kept.append(X) or X.sum())(A)
    with pytest.raises(TypeError, match="two different derivatives meet in product"):
        ad.grad(lambda X: (X @ kept[0]).sum())(A)
    with pytest.raises(TypeError, match="not traced"):
        ad.grad(lambda X: kept[0].sum())(A)


def test_the_two_modes_stay_short():
    assert len(Path(ad.__file__).read_text(encoding="utf-8").splitlines()) < 150

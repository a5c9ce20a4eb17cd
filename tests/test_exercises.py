"""A right answer is accepted in every form, and a wrong one is told what a tutor would say first."""

import numpy as np
import pytest

import matcalc as mc
from matcalc.mistakes import NOT_ANSWERED, Diagnosis
from matcalc.spaces import shape_of

inv = np.linalg.inv
every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)


@every_rule
def test_a_right_answer_of_every_kind_is_accepted(F):
    def gradient(X):
        return F.gradient(X)

    assert mc.check(lambda X, dX: F.at(X)(dX), F).passed
    assert mc.check(lambda X, Ybar: F.at(X).T(Ybar), F).passed
    scalar = shape_of(F(F.domain.sample(np.random.default_rng(0), 3))) == ()
    assert mc.check(gradient if scalar else lambda X: F.at(X).matrix, F).passed


@every_rule
@pytest.mark.parametrize("answer", [..., None, lambda X, dX: ..., lambda X, Ybar: None, lambda X: ...], ids=range(5))
def test_a_stub_is_not_answered_yet(F, answer):
    assert str(mc.check(answer, F)) == "· not answered yet"


WRONG = {  # the kind of verdict, an answer that earns it, and the rule
    "sign": (lambda X, dX: inv(X) @ dX @ inv(X), mc.inverse),
    "factor": (lambda X, dX: -2 * inv(X) @ dX @ inv(X), mc.inverse),
    "transposed": (lambda X, dX: -(inv(X) @ dX @ inv(X)).T, mc.inverse),
    "unknown": (lambda X, dX: np.tril(X) @ dX @ np.triu(X), mc.inverse),
    "order": (lambda X, dX: -inv(X) @ inv(X) @ dX, mc.inverse),
    "wrong_shape": (lambda X, dX: dX[:2], mc.inverse),
    "not_finite": (lambda X, dX: dX * np.nan, mc.inverse),
    "raises": (lambda X, dX: dX @ np.ones(7), mc.inverse),
    "wrong_type": (lambda X, dX: "-inv(X) @ dX @ inv(X)", mc.inverse),
    "not_answered": (lambda X, dX: ..., mc.inverse),
    "correct": (lambda X, dX: -inv(X) @ dX @ inv(X), mc.inverse),
}


@pytest.mark.parametrize("kind", WRONG)
def test_every_kind_of_verdict_is_given(kind):
    verdict = mc.check(*WRONG[kind])
    assert verdict.kind == kind
    assert verdict.passed == (kind == "correct")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("sign", "✗ right up to the sign"),
        ("factor", "✗ right up to a factor: yours is 2 times the right answer"),
        ("transposed", "✗ right up to a transpose of the result"),
        ("wrong_shape", "✗ your answer has shape 2×3; expected 3×3"),
        ("not_finite", "✗ your answer: expected finite numbers, got 9 NaN among 9 entries"),
        ("raises", "✗ your answer raises ValueError: matmul"),
        ("wrong_type", "✗ your answer: expected an array of numbers, got str"),
        ("correct", "✓ correct: relative difference"),
    ],
)
def test_the_verdict_is_one_plain_sentence(kind, said):
    assert str(mc.check(*WRONG[kind])).startswith(said)


def test_the_transpose_of_a_result_that_is_not_square_is_recognized_by_its_shape():
    F = mc.find("affine")
    verdict = mc.check(lambda X, dX: F.at(X)(dX).T, F)
    assert (verdict.kind, verdict.message) == ("transposed", "right up to a transpose of the result")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda X, dX: (0 * dX[1], dX[1]), "wrong_shape"),
        (lambda X, dX: (dX[0], 1.0), "wrong_shape"),
        (lambda X, Ybar: (Ybar, Ybar), "wrong_shape"),
        (lambda X, Ybar: (np.tril(Ybar @ X[1].T), Ybar), "unknown"),
        (lambda X, Ybar: tuple(-part for part in mc.solve.at(X).T(Ybar)), "sign"),
        (lambda X, Ybar: list(mc.solve.at(X).T(Ybar)), "wrong_type"),
        (lambda X, Ybar: Ybar, "wrong_shape"),
    ],
)
def test_tuples_are_judged_too(answer, kind):
    assert mc.check(answer, mc.solve).kind == kind


@pytest.mark.parametrize("answer", [lambda: 1, lambda X, dX, Z: dX])
def test_the_number_of_arguments_is_looked_at(answer):
    verdict = mc.check(answer, mc.inverse)
    assert verdict.kind == "wrong_type"
    assert "expected a function of one or two arguments" in verdict.message


def test_arguments_with_a_default_do_not_count():
    assert mc.check(lambda X, dX, sign=-1: sign * inv(X) @ dX @ inv(X), mc.inverse).passed
    assert mc.check(np.cos, lambda x: np.sum(np.sin(x)), np.array([0.1, 0.2, 0.3])).passed


@pytest.mark.parametrize("answer", [3.0, "X +", np.eye(3)])
def test_where_a_function_is_asked_for_nothing_else_will_do(answer):
    assert mc.check(answer, mc.inverse).kind == "wrong_type"


def test_an_answer_right_at_one_point_only_is_refused():
    right = iter([True, False, False])
    answer = lambda X, dX: (1 if next(right) else 2) * mc.inverse.at(X)(dX)
    assert not mc.check(answer, mc.inverse).passed


@pytest.mark.parametrize("off", [1e-6, 1e-4])
def test_a_small_error_is_seen(off):
    assert not mc.check(lambda X, dX: -inv(X) @ dX @ (inv(X) + off * np.eye(len(X))), mc.inverse).passed


# --- other targets ---------------------------------------------------------------------------------------


def test_an_answer_may_be_a_linear_map(rng):
    X = mc.inverse.domain.sample(rng, 4)
    dF = mc.inverse.at(X)
    assert mc.check(lambda dX: -inv(X) @ dX @ inv(X), dF).passed
    assert mc.check(lambda Ybar: -inv(X).T @ Ybar @ inv(X).T, dF.T).passed
    assert mc.check(lambda dX: inv(X) @ dX @ inv(X), dF).kind == "sign"
    assert mc.check(lambda X, dX: dX, dF).message == "expected a function of one argument, got one of 2"


@pytest.mark.parametrize(
    ("answer", "target", "kind"),
    [
        (6, 6.0, "correct"),
        ([[1, 2], [3, 4]], np.array([[1.0, 2], [3, 4]]), "correct"),
        ([[1, 3], [2, 4]], np.array([[1.0, 2], [3, 4]]), "transposed"),
        ([[1, 2, 3]], np.array([[1.0], [2], [3]]), "transposed"),
        ([-1, -2], np.array([1.0, 2]), "sign"),
        ([3, 6], np.array([1.0, 2]), "factor"),
        (-6, 6.0, "sign"),
        (7, 6.0, "unknown"),
        ([1, 2], 6.0, "wrong_shape"),
        ("6", 6.0, "wrong_type"),
        (np.inf, 6.0, "not_finite"),
        (0.0, 0.0, "correct"),
        (1e-3, 0.0, "unknown"),
        (..., 6.0, "not_answered"),
    ],
)
def test_an_answer_may_be_numbers(answer, target, kind):
    assert mc.check(answer, target).kind == kind


def test_an_answer_may_be_held_against_values_of_any_function(rng):
    x, f = rng.standard_normal(4), lambda x: np.sum(np.sin(x))
    assert mc.check(lambda x: np.cos(x), f, x).passed
    assert mc.check(lambda x, dx: np.cos(x) @ dx, f, x).passed
    assert mc.check(lambda x, dx: ..., f, x) is NOT_ANSWERED
    wrong = mc.check(lambda x: np.sin(x), f, x)
    assert wrong.kind == "unknown"
    assert wrong.message.startswith("not right: off by")


@pytest.mark.parametrize(
    ("holds", "kind"),
    [(lambda a: a @ a == 25, "correct"), (lambda a: a > 3, "unknown"), (lambda a: a.missing, "raises")],
)
def test_an_answer_may_have_to_meet_a_condition(holds, kind):
    assert mc.check(np.array([3.0, 4.0]), holds=holds).kind == kind
    assert mc.check(..., holds=holds) is NOT_ANSWERED


def test_a_verdict_is_shown_as_one_escaped_sentence_with_its_kind():
    verdict = Diagnosis("raises", "your answer raises KeyError: <X>")
    assert verdict._repr_html_() == '<p class="matcalc-verdict raises">✗ your answer raises KeyError: &lt;X&gt;</p>'
    assert repr(verdict) == str(verdict)


@pytest.mark.parametrize("said", [None, ..., np.nan, np.zeros(0, bool), "yes", 1.0])
def test_a_condition_that_says_neither_true_nor_false_accepts_nothing(said):
    verdict = mc.check(3, holds=lambda answer: said)
    assert not verdict.passed
    assert "true or false" in verdict.message


def test_an_answer_cannot_change_the_direction_of_a_map():
    def twice(dX):
        dX *= 2
        return dX

    assert mc.check(twice, mc.power(1).at(np.eye(3))).kind == "factor"


@pytest.mark.parametrize(("given", "right"), [
    ([1e200, 2e200], [1e200, 3e200]), ([1e-200, 2e-200], [1e-200, 3e-200]), ([1e-310, 2e-310], [1e-310, 3e-310]),
])  # fmt: skip
def test_wrong_numbers_of_any_size_are_refused(given, right):
    verdict = mc.check(np.array(given), np.array(right))
    assert not verdict.passed
    assert "generic point" not in verdict.message


def test_a_map_without_shapes_cannot_be_asked():
    with pytest.raises(mc.ShapeError, match="input_shape and output_shape"):
        mc.check(lambda x: x, mc.LinearMap(lambda x: x, lambda x: x))


def test_a_function_without_a_value_is_refused_by_name():
    with pytest.raises(ValueError, match="^check: f has no usable value at X .*Singular"):
        mc.check(lambda X: X, inv, np.ones((2, 2)))


BIG = np.random.default_rng(2).standard_normal((12, 11))


@pytest.mark.parametrize(("answer", "f", "X", "passed", "said"), [
    (lambda X: np.eye(X.size), lambda X: X, BIG, True, "correct"),
    (lambda X: 2 * np.eye(X.size), lambda X: X, BIG, False, "2 times the measured one"),
    (lambda X: np.eye(3), lambda X: X, BIG, False, "your answer has shape 3×3; expected 132×132"),
    (lambda X: 2 * X.T, lambda X: np.sum(X**2), BIG, False, "your answer has shape 11×12; expected 12×11"),
    (lambda X: (2 * X[0],), lambda X: np.sum(X[0] ** 2), (BIG, BIG), False, "expected (12×11, 12×11)"),
    (lambda X: np.eye(9), lambda X: X[0], (BIG[:3, :3], BIG[:3, :3]), False, "shape 9×9; expected 9×18"),
])  # fmt: skip
def test_gradients_and_jacobians_of_any_size_get_a_verdict(answer, f, X, passed, said):
    verdict = mc.check(answer, f, X)
    assert verdict.passed is passed
    assert said in verdict.message


def test_a_seed_will_do():
    assert mc.check(lambda X, dX: -inv(X) @ dX @ inv(X), mc.inverse, rng=3).passed


def test_numbers_whose_norm_is_beyond_floats_are_compared():
    right = np.array([1.5e308, 1.6e308])
    assert mc.check(right, right).passed
    assert mc.check(np.array([1.5e308, 1.3e308]), right).kind == "unknown"


def test_values_in_single_precision_are_no_truth():
    with pytest.raises(TypeError, match="^check: f has no usable value at X .*single precision"):
        mc.check(lambda x, dx: np.cos(x) * dx, lambda x: np.sin(x).astype(np.float32), np.array([0.3, 0.5]))


@pytest.mark.parametrize(("sign", "kind"), [(1, "correct"), (-1, "sign")])
def test_an_adjoint_is_held_against_values_of_a_function_of_matrices(sign, kind):
    A, B = BIG[:3, :2], BIG[:4, 5:9]
    product = lambda X: X[0] @ X[1]
    assert mc.check(lambda X, Ybar: sign * A.T @ Ybar @ B.T, lambda X: A @ X @ B, BIG[:2, :4]).kind == kind
    pulled = lambda X, Ybar: (sign * Ybar @ X[1].T, sign * X[0].T @ Ybar)
    assert mc.check(pulled, product, (BIG[:3, :4], BIG[:4, 5:7])).kind == kind
    with pytest.raises(ValueError, match="at points of at most 100 entries, not of 132"):
        mc.check(lambda X, Ybar: 2 * Ybar, lambda X: 2 * X, BIG)

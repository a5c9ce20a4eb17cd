"""Is this true? Claims whose classes are known by heart, and the words that go with them."""

import numpy as np
import pytest

import matcalc as mc
from matcalc.expressions import ExpressionError
from matcalc.truth import Case, Truth, is_true
from matcalc.truth.data import CLASSES, structured

TRUE = [
    ("tr(A*X*B*X')", {"gradient": "A*X*B+A'*X*B'"}),
    ("tr(A*X)", {"gradient": "A'"}),
    ("inv(X)", {"differential": "-inv(X)*dX*inv(X)"}),
    ("inv(X)", {"jacobian": "-kron(inv(X)',inv(X))"}),
    ("A*X*B", {"jacobian": "kron(B',A)"}),
    ("x'*A*x", {"gradient": "(A+A')*x"}),
    ("norm(x)", {"gradient": "x/norm(x)"}),
    ("logdet(X)", {"gradient": "inv(X)'"}),
    ("logdet(X)", {"gradient": "inv(X)", "positive_definite": "X"}),
    ("tr(X^k)", {"gradient": "k*(X^(k-1))'"}),
    ("tr(A*B)", {"equals": "tr(B*A)"}),
    ("tr(A*X*B*X')", {"gradient": "2*A*X*B", "symmetric": "A B"}),
    ("sum(log(X))", {"gradient": "1 ./ X"}),
    ("logdet(X'*X)", {"gradient": "2*X*inv(X'*X)"}),
    ("logdet(X*X')", {"gradient": "2*inv(X*X')*X"}),
]
# text, claim, the classes in which it holds
PARTLY = [
    ("tr(A*X*B*X')", {"gradient": "2*A*X*B"}, {"symmetric constants", "all symmetric", "1×1"}),
    ("x'*A*x", {"gradient": "2*A*x"}, {"symmetric constants", "all symmetric", "1×1"}),
    ("tr(A*X)", {"gradient": "A"}, {"symmetric constants", "all symmetric", "1×1"}),
    ("inv(X)", {"jacobian": "-kron(inv(X),inv(X))"}, {"symmetric variable", "1×1"}),
    ("X^2", {"differential": "2*X*dX"}, {"commuting", "1×1"}),
    ("inv(X)", {"differential": "-dX*inv(X)^2"}, {"commuting", "1×1"}),
    ("A*B", {"equals": "B*A"}, {"commuting", "1×1"}),
    ("inv(X)", {"equals": "X'"}, {"orthogonal"}),
    ("det(X)", {"gradient": "det(X)*inv(X)"}, {"symmetric variable", "1×1"}),
    ("tr(X'*X)", {"gradient": "X"}, set()),
    # A tall X alone tells: for a wide one XᵀAX is singular, for a square one A cancels.
    ("logdet(X'*A*X)", {"gradient": "2*A*X*inv(X'*A*X)"}, set(CLASSES) - {"generic"}),
    ("det(X'*A*X)", {"gradient": "2*det(X'*A*X)*A*X*inv(X'*A*X)"}, set(CLASSES) - {"generic"}),
]


@pytest.mark.parametrize(("text", "claim"), TRUE)
def test_what_is_true(text, claim):
    found = is_true(text, **claim)
    assert found, found
    assert found.counterexample == ""
    assert found.headline.endswith(": true")


@pytest.mark.parametrize(("text", "claim", "classes"), PARTLY)
def test_where_it_holds(text, claim, classes):
    found = is_true(text, **claim)
    assert not found
    assert set(found.holds_for) == classes
    assert "the claim says" in found.counterexample
    assert "not true in general" in found.headline


@pytest.mark.parametrize("seed", range(5))
def test_the_verdict_does_not_depend_on_chance(seed):
    found = is_true("tr(A*X*B*X')", gradient="2*A*X*B", wrt="X", rng=np.random.default_rng(seed))
    assert set(found.holds_for) == {"symmetric constants", "all symmetric", "1×1"}


def test_the_counterexample_is_one():
    found = is_true("x'*A*x", gradient="2*A*x")
    letters = dict(part.split(" = ") for part in found.counterexample.split(": ")[0].replace("]], ", "]];").split(";"))
    A, x = (np.array(eval(letters[name])) for name in "Ax")
    place = int(found.counterexample.split("entry (")[1].split(",")[0]) - 1
    measured = float(found.counterexample.split(" is ")[1].split(",")[0])
    assert measured == pytest.approx((A + A.T)[place] @ x[:, 0])


def test_sizes_that_fit_only_squares_are_said():
    found = is_true("tr(X'*A)", gradient="A*X")
    assert found.cases[0].holds is False
    assert "do not fit" in found.cases[0].message
    found = is_true("tr(A*X)", gradient="A", shapes={"A": "n×m", "X": "m×n"})
    assert found.cases[0].message == "the claim is 3×2, X is 2×3"


def test_shapes_and_the_moving_letter_can_be_named():
    assert is_true("a'*x", gradient="x", wrt="a")
    found = is_true("A*X", jacobian="kron(I,A)", shapes={"A": (2, 3), "X": (3, 2)})
    assert [case.name for case in found.cases] == ["generic"]


def test_only_classes_that_differ_are_tried():
    names = [case.name for case in is_true("norm(x)", gradient="x/norm(x)").cases]
    assert names == ["generic", "1×1"]
    assert "symmetric constants" not in [case.name for case in is_true("det(X)", gradient="det(X)*inv(X)'").cases]


def test_where_there_are_no_data_it_says_so():
    found = is_true("log(0-norm(x))", gradient="x")
    assert not found
    assert all(case.holds is None and "no data" in case.message for case in found.cases)


def test_it_is_shown_as_text_and_as_a_table():
    found = mc.is_true("tr(A*X)", gradient="A", wrt="X")
    assert "✓ symmetric constants" in repr(found)
    assert "for example" in repr(found)
    html = found._repr_html_()
    assert html.count("<tr") == len(found.cases) + 1
    assert "matcalc-report failed" in html
    assert "<caption>tr(A*X), gradient A: not true in general" in html


def test_questions_that_cannot_be_asked():
    with pytest.raises(TypeError, match="give one claim"):
        is_true("tr(X)")
    with pytest.raises(TypeError, match="give one claim"):
        is_true("tr(X)", gradient="X", equals="X")
    with pytest.raises(TypeError, match="has no letter 'Y'"):
        is_true("tr(X)", gradient="X", wrt="Y")
    with pytest.raises(TypeError, match="a gradient belongs to a number"):
        is_true("X^2", gradient="X")
    with pytest.raises(ExpressionError):
        is_true("tr(X", gradient="X")


def test_structures_are_what_they_say(rng):
    A = rng.standard_normal((3, 3))
    assert np.array_equal(structured(A, "symmetric"), structured(A, "symmetric").T)
    assert np.linalg.eigvalsh(structured(A, "positive definite")).min() > 0
    np.testing.assert_allclose(structured(A, "orthogonal").T @ structured(A, "orthogonal"), np.eye(3), atol=1e-12)
    assert np.count_nonzero(structured(A, "diagonal")) == 3


def test_verdicts_are_data():
    truth = Truth("f", "equals", "g", "X", (Case("generic", True, 0.0, "agrees"), Case("1×1", None, np.nan, "no data")))
    assert truth
    assert truth.holds_for == ("generic",)
    assert truth.headline == "f, = g: true"
    cases = Case("generic", None, np.nan, "no data"), Case("square", True, 0.0, "agrees")
    bare = Truth("f", "equals", "g", "X", cases)
    assert bare.headline.endswith("true where there are data, but there are none of general sizes")
    assert list(CLASSES)[0] == "generic"


@pytest.mark.parametrize(("text", "claim"), [
    ("tr(X)", {"gradient": "I"}), ("2*tr(X)", {"gradient": "2*I"}),
    ("X*inv(X)", {"equals": "I"}), ("sum(X)", {"gradient": "ones"}),
])  # fmt: skip
def test_an_identity_alone_takes_the_shape_of_what_it_is_said_to_be(text, claim):
    assert is_true(text, **claim)


@pytest.mark.parametrize("scale", ["1e-20", "1e-300", "1e300"])
def test_small_and_large_claims_are_judged_like_others(scale):
    assert is_true(f"{scale}*tr(A*X)", gradient=f"{scale}*A'")
    assert not is_true(f"{scale}*tr(A*X)", gradient=f"{scale}*A'/2")


def test_a_claim_without_data_is_not_decided():
    truth = is_true("log(-norm(X))", gradient="X")
    assert not truth
    assert "not decided" in truth.headline


def test_a_slope_beyond_floats_makes_no_claim_true():
    truth = is_true("1e308*tr(A*X)*10", gradient="A'")
    assert not truth
    assert truth.holds_for == ()

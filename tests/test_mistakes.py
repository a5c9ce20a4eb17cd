"""The pieces of the engine, each on its own: terms, mutations, numbers, layouts, words."""

import numpy as np
import pytest

import matcalc as mc
from matcalc.latex import parse
from matcalc.mistakes import NOT_ANSWERED, Diagnosis
from matcalc.mistakes.answer import arguments, backwards, numbers
from matcalc.mistakes.case import multiple
from matcalc.mistakes.entries import pattern
from matcalc.mistakes.layouts import layouts
from matcalc.mistakes.mutations import changed, everywhere, mutants
from matcalc.mistakes.numbers import named, spelled
from matcalc.mistakes.points import places
from matcalc.mistakes.terms import clean, expanded, lines
from matcalc.mistakes.values import Values
from matcalc.mistakes.words import plain
from matcalc.spaces import shape_of, vec


def test_a_diagnosis_has_a_kind_of_the_closed_list():
    with pytest.raises(ValueError, match="no kind of diagnosis"):
        Diagnosis("bad", "…")
    two = Diagnosis("sign", "minus", others=(Diagnosis("factor", "2"),))
    assert two.kinds == ("sign", "factor")
    assert str(two) == "✗ minus"
    assert Diagnosis("correct_other_layout", "so").passed
    assert 'class="matcalc-verdict correct correct_other_layout"' in Diagnosis("correct_other_layout", "")._repr_html_()
    assert (NOT_ANSWERED.passed, str(NOT_ANSWERED)) == (False, "· not answered yet")


# --- formulas taken apart ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "terms"),
    [
        (r"A (B + C)", ["A B", "A C"]),
        (r"A^{-1}(\mathrm dB - \mathrm dA\,Y)", ["A⁻¹ dB", "−A⁻¹ dA Y"]),
        (r"-(A - B)", ["−A", "B"]),
        (r"\operatorname{tr}(A - B)", ["tr(A)", "−tr(B)"]),
        (r"\operatorname{sym}(A B)", ["½ A B", "½ Bᵀ Aᵀ"]),
        (r"(A + B)^{\top}", ["Aᵀ", "Bᵀ"]),
    ],
)
def test_products_of_sums_are_multiplied_out(printed, terms):
    assert [plain(clean(term)) for term in expanded(parse(printed))] == terms


def test_sums_and_exponents_are_written_out():
    [(_, (form, *_))] = lines(mc.power(3).formulas, "differential")
    assert [plain(term) for term in form] == ["dX X²", "X dX X", "X² dX"]
    assert lines(mc.expm.formulas, "differential") == []


def test_definitions_are_put_in():
    [(tree, _)] = lines(mc.find("elementwise(tanh)").formulas, "differential")
    assert "tanh(X)" in plain(tree)


@pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
@pytest.mark.parametrize("part", ["differential", "adjoint"])
def test_the_terms_add_up_to_the_truth(F, part):
    if F.formulas is None or F.formulas.is_equation(part):
        return
    at, pulled = places(F)[0], part == "adjoint"
    if np.ndim(at.X if not isinstance(at.X, tuple) else at.X[0]) > 2:
        pytest.skip("the formula is one of stacked images")
    z = (at.cotangents if pulled else at.tangents)[0]
    right = at.dF.pull(z) if pulled else at.dF.push(z)
    values = Values(at.letters | at.moved(z, pulled), F.formulas.where)
    rights = right if isinstance(right, tuple) else (right,)
    for (_, found), expected in zip(lines(F.formulas, part), rights, strict=True):
        for terms in found:
            total = sum(values(term) for term in terms)
            assert np.allclose(vec(total), vec(expected), rtol=1e-9, atol=1e-12)


# --- small mistakes ----------------------------------------------------------------------------------------


def test_small_mistakes_are_made_at_every_place():
    made = {(kind, plain(new)) for kind, _, new in mutants(parse(r"X^{-1}\,\mathrm dX\,A"))}
    assert {
        ("argument_transposed", "X⁻ᵀ dX A"), ("argument_transposed", "X⁻¹ dX Aᵀ"),
        ("tangent_transposed", "X⁻¹ dXᵀ A"), ("inverse_missing", "X dX A"), ("factor_missing", "X⁻¹ dX"),
        ("factor_missing", "dX A"), ("order", "dX X⁻¹ A"), ("order", "X⁻¹ A dX"),
    } <= made  # fmt: skip
    assert not any("dX" not in text for _, text in made)


def test_mistakes_are_made_everywhere_at_once():
    made = {(kind, plain(new)) for kind, _, new in everywhere(parse(r"X^{-1}\,\mathrm dX\,X^{-1}"))}
    assert ("inverse_missing", "X dX X") in made
    assert ("elementwise_for_matrix", "X⁻¹ ⊙ dX ⊙ X⁻¹") in made


def test_the_smallest_change_is_shown():
    old, new = parse(r"A B^{\top} C + D"), parse(r"A B C + D")
    assert tuple(map(plain, changed(old, new))) == ("Bᵀ", "B")


def test_a_tree_without_a_value_is_none():
    values = Values({"A": np.ones((2, 3)), "B": np.ones((2, 3))})
    assert values(parse("A B")) is None
    assert values(parse(r"A B^{\top}")).shape == (2, 2)


# --- numbers, layouts, answers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("c", "text"), [(2.0, "2"), (-0.5, "−½"), (np.sqrt(2), "√2"), (0.2, "1/5"), (1.2345678, None), (2 * np.pi, "2π")]
)
def test_simple_numbers_have_names(c, text):
    assert spelled(c) == text


def test_a_number_of_the_point_is_named_only_if_it_is_that_everywhere():
    at = places(mc.det)
    values = [float(np.linalg.det(place.X)) for place in at]
    assert named([1 / v for v in values], at) == ("1/det X", None)
    assert named([2 * len(place.X) for place in at], at) == ("2 · n", None)
    assert named([*values[:-1], 1.1 * values[-1]], at) == (None, None)


def test_multiples_of_a_single_number_say_nothing():
    assert multiple(np.array([2.0]), np.array([4.0])) is None
    assert multiple(np.array([2.0, 1.0]), np.array([4.0, 2.0])) == pytest.approx(2.0)
    assert multiple(np.array([2.0, 1.0]), np.array([4.0, 2.1])) is None


def test_layouts_bring_an_answer_back(rng):
    at = places(mc.affine(np.ones((2, 3)), np.ones((4, 5)), np.zeros((2, 5))))[0]
    J = rng.standard_normal((10, 12))
    found = dict(layouts("jacobian", at, J.T))
    assert np.array_equal(found["denominator"], J)
    assert layouts("jacobian", at, J[:3]) == []


def test_points_are_of_several_sizes_and_signs():
    at = places(mc.det)
    assert {len(place.X) for place in at} == {2, 3, 4}
    assert {np.sign(place.Y) for place in at} == {-1.0, 1.0}
    assert places(mc.det) is at
    assert all(len(places(F)) >= 3 for F in mc.RULES)


def test_arguments_and_their_roles():
    assert arguments(lambda X, dX, c=2: X) == ["X", "dX"]
    assert arguments(np.cos) == ["X"] or len(arguments(np.cos)) == 1
    assert [backwards(name) for name in ("Ybar", "dX", "y_bar")] == [True, False, True]


@pytest.mark.parametrize(
    ("given", "kind"),
    [(None, "not_answered"), ("X", "wrong_type"), ([np.nan], "not_finite"), ([], "wrong_shape"),
     (((1, 2), 3), "wrong_type")],
)  # fmt: skip
def test_what_is_no_answer_is_told(given, kind):
    assert numbers(given).kind == kind


def test_patterns_of_entries_have_names():
    assert pattern(np.eye(3, dtype=bool)) == "the diagonal"
    assert pattern(np.array([[0, 0], [1, 1]]) > 0) == "row 2"
    assert pattern(np.array([[1, 0], [1, 0]]) > 0) == "column 1"
    assert pattern(np.array([[1, 0], [0, 0], [0, 0]]) > 0) is None


def test_shapes_of_places_are_generic():
    at = places(mc.product)[0]
    assert len({k for shape in shape_of(at.X) for k in shape}) == 3

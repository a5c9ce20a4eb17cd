"""Every exercise of every chapter has variants: their solutions pass, tempting answers do not, numbers are generic."""

import json
import re
from pathlib import Path

import notebook_rules
import numpy as np
import pytest

import matcalc as mc
from matcalc.session import forget
from matcalc.variants import CHAPTERS, chapter_of, tasks
from matcalc.variants.draw import Draw, generic
from matcalc.variants.variant import run
from matcalc.variants.words import PLACE, filled, latex, plain

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(ROOT.glob("chapters/*.ipynb"))
SEEDS = (0, 1, 2, "ada", "s10234")
PLACES = [(chapter, number) for chapter in CHAPTERS for number in range(1, len(tasks(chapter)) + 1)]
every_task = pytest.mark.parametrize(("chapter", "number"), PLACES, ids=lambda part: str(part))


@pytest.fixture(autouse=True)
def _fresh():
    forget()
    yield
    forget()


def variants(chapter, number):
    return [mc.exercise(chapter, number, seed) for seed in SEEDS]


def arrays(exercise):
    for value in exercise.data.values():
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, np.ndarray))


# --- the definitions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_exercise_of_a_chapter_has_an_entry_in_the_order_of_the_book(path):
    prose = notebook_rules.prose(json.loads(path.read_text(encoding="utf-8")))
    assert [task.label for task in tasks(path.stem)] == notebook_rules.LABEL.findall(prose)
    titles = re.findall(r":::+\{exercise\} (.+)", prose)
    assert [task.title for task in tasks(path.stem)] == titles


def test_every_definition_belongs_to_a_chapter():
    assert set(CHAPTERS) <= {path.stem for path in NOTEBOOKS}


@every_task
def test_the_stored_solution_passes_its_own_check(chapter, number):
    for exercise in variants(chapter, number):
        if exercise.task.is_proof:
            assert exercise.check("a proof").kind == "not_answered"
            continue
        right = exercise.value if exercise.task.at else exercise.right
        assert exercise.check(right).passed
        assert exercise.solution()
    if exercise.task.at:
        assert exercise.check(exercise.right).passed


@every_task
def test_no_student_of_a_class_draws_numbers_that_are_special(chapter, number):
    if tasks(chapter)[number - 1].is_proof:
        return
    for seed in range(100):
        exercise = mc.exercise(chapter, number, seed)
        assert exercise.check(exercise.value if exercise.task.at else exercise.right).passed, f"seed {seed}"


@every_task
def test_tempting_wrong_answers_are_refused(chapter, number):
    task = tasks(chapter)[number - 1]
    assert task.is_proof or task.wrong
    for exercise in variants(chapter, number)[:3]:
        for wrong in task.wrong:
            verdict = exercise.check(exercise.at_data(run(wrong, exercise.names)))
            assert not verdict.passed
            assert verdict.kind not in ("raises", "wrong_type") or task.holds
    for wrong in task.wrong if task.at else ():
        assert not exercise.check(run(wrong, exercise.names)).passed


@every_task
def test_each_seed_has_its_own_numbers_and_keeps_them(chapter, number):
    task = tasks(chapter)[number - 1]
    said = [repr(exercise) for exercise in variants(chapter, number)]
    assert said == [repr(exercise) for exercise in variants(chapter, number)]
    assert task.is_proof or len(set(said)) >= 4


@every_task
def test_numbers_are_small_and_square_matrices_generic(chapter, number):
    for exercise in variants(chapter, number):
        assert not set(exercise.data) & set(dir(type(exercise)))
        on_purpose = {id(array) for array in exercise.draw.on_purpose}
        for array in arrays(exercise):
            assert np.isfinite(array).all()
            assert abs(array).max() < 70
            if array.ndim == 2 and array.shape[0] == array.shape[1] > 1 and id(array) not in on_purpose:
                assert not np.allclose(array, array.T)
                assert not np.allclose(array, np.diag(np.diag(array)))


@every_task
def test_the_statement_is_whole(chapter, number):
    exercise = mc.exercise(chapter, number)
    text = exercise._repr_markdown_() + str(exercise.solution())
    assert not PLACE.search(text)
    assert text.count("$") % 2 == 0
    assert "\t" not in text
    assert exercise.task.hints
    hints = [exercise.hint() for _ in (*exercise.task.hints, "one more")]
    assert hints[0].startswith("Hint 1 of")
    assert "No hint is left" in hints[-1]
    assert all(hint.count("$") % 2 == 0 and "\t" not in hint for hint in hints)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_stub_says_which_exercise_it_is(path):
    notebook, label = json.loads(path.read_text(encoding="utf-8")), None
    for cell in notebook["cells"]:
        source = notebook_rules.text(cell)
        label = (notebook_rules.LABEL.findall(source) or [label])[-1]
        if "exercise" in notebook_rules.tags(cell):
            assert re.findall(r'label="([\w-]+)"', source) == [label]
        else:
            assert 'label="ex-' not in source


# --- the parts ---------------------------------------------------------------------------------------------


def test_a_chapter_or_number_that_is_not_there():
    with pytest.raises(KeyError, match="inverse"):
        mc.exercise("invers", 1)
    with pytest.raises(IndexError, match="exercises 1 to 8"):
        mc.exercise("inverse", 9)
    assert chapter_of("ex-inverse-square") == ("inverse", 2)
    assert chapter_of("ex-unknown") is None


def test_the_numbers_are_attributes():
    exercise = mc.exercise("inverse", 1, seed=4)
    assert np.allclose(exercise.X @ exercise.Y, np.eye(2))
    with pytest.raises(AttributeError, match="its data are X, dX, Y"):
        exercise.Z  # noqa: B018


def test_an_answer_is_a_function_or_its_value_and_the_mistake_is_named():
    exercise = mc.exercise("inverse", 2, seed="ada")
    assert exercise.check(...).kind == "not_answered"
    assert exercise.check(exercise.right).passed
    assert exercise.check(lambda X, dX: -exercise.right(X, dX)).kind == "sign"
    assert exercise.check(-exercise.value).kind == "sign"


def test_the_shape_may_be_said_first():
    exercise = mc.exercise("affine_and_product", 2)
    assert exercise.predict((3, 3)).passed
    assert exercise.predict((2, 3)).kind == "wrong_shape"
    assert "3×3" not in str(exercise.predict((2, 3)))
    assert mc.exercise("finite_differences", 5).predict(()).passed
    assert mc.exercise("vec_kronecker", 1).predict(8).passed
    assert mc.exercise("inverse", 7).predict((2, 2)).kind == "not_answered"


def test_samples_are_what_they_say():
    for seed in range(30):
        draw = Draw("test", seed)
        X = draw.unimodular(3)
        assert np.isclose(np.linalg.det(X), 1)
        assert generic(X)
        assert generic(draw.matrix(2, 3))
        S, L, Q = draw.spd(3), draw.lower(3), draw.rotation()
        assert np.allclose(S, S.T)
        assert np.linalg.eigvalsh(S)[0] > 0
        assert np.allclose(L, np.tril(L))
        assert np.allclose(Q.T @ Q, np.eye(2))
        assert np.isclose(np.linalg.det(draw.reflection()), -1)
        assert draw.unit(2, 3).sum() == 1
        assert np.allclose(draw.skew(3), -draw.on_purpose[-1].T)


@pytest.mark.parametrize("X", [np.eye(2), np.ones((2, 2)), np.array([[1.0, 2], [2, 5]]), np.array([[0.0, 2], [-2, 0]])])
def test_special_matrices_are_not_generic(X):
    assert not generic(X)


def test_numbers_in_words():
    assert latex(np.array([[1.0, 0.2], [3 / 5, -2]])) == r"\begin{bmatrix} 1 & 0.2 \\ 0.6 & -2 \end{bmatrix}"
    assert latex((np.array([1.0, 2]), 5 / 13)) == r"\Bigl((1,\, 2),\; 5/13\Bigr)"
    assert plain(np.array([[1.0, 2]])) == "[[1, 2]]"
    assert filled("$A = <A>$", {"A": 3}) == "$A = 3$"


def test_the_code_of_the_teaching_page_runs():
    page, names = (ROOT / "appendix" / "teaching.md").read_text(encoding="utf-8"), {}
    for block in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(block, names)


# --- progress ----------------------------------------------------------------------------------------------


def test_progress_of_an_empty_session():
    assert "Nothing was tried" in repr(mc.progress())
    assert mc.progress()._repr_html_().startswith("<p>")


def test_progress_counts_stubs_answers_and_variants():
    mc.check(..., mc.power(-2), label="ex-inverse-square")
    mc.check(lambda X: X, mc.inverse, label="ex-inverse-kron")
    exercise = mc.exercise("inverse", 5, seed="<ada>")
    exercise.check(exercise.right)
    shown = mc.progress()
    assert shown.counted == (1, 7)
    assert "✓ inverse 5: A system with two moving sides (seed <ada>) – right, 1 try" in repr(shown)
    assert "✗ inverse 4: The big matrix – tried, 1 try" in repr(shown)
    assert "· inverse 2: The other product – untouched" in repr(shown)
    assert "inverse 7: The worst direction (proof) – on paper" in repr(shown)
    table = shown._repr_html_()
    assert "<caption>1 of 7 exercises right</caption>" in table
    assert '<th scope="row">inverse 5</th>' in table
    assert "&lt;ada&gt;" in table


def test_progress_of_a_chapter_that_was_not_touched():
    assert mc.progress("trace").counted == (0, 7)


@pytest.mark.parametrize("number", [0, -1, 99, "1", 1.5, None])
def test_only_numbers_of_exercises_are_exercises(number):
    with pytest.raises(IndexError, match="has the exercises 1 to"):
        mc.exercise("inverse", number)


def test_a_shape_may_be_said_as_a_list_or_an_array():
    ex = next(ex for ex in (mc.exercise("inverse", k) for k in range(1, 9)) if ex.task.target and np.ndim(ex.value))
    for shape in (list(np.shape(ex.value)), np.array(np.shape(ex.value))):
        assert ex.predict(shape).passed

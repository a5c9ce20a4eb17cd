"""Every kind of mistake is named where it is made, nothing is named that is not there, and right answers pass."""

import subprocess
import sys
from time import process_time

import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.mistakes import KINDS
from matcalc.spaces import shape_of, size, unvec, vec

inv, det, tr, kron = np.linalg.inv, np.linalg.det, np.trace, np.kron
quadratic, squares, affine = (mc.find(name) for name in ("quadratic_form", "least_squares_loss", "affine"))
A = quadratic.formulas.constants["A"]
D, d = squares.formulas.constants["A"], squares.formulas.constants["b"]
every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)


def spoiled(Y, place, value):
    Y = np.array(Y, dtype=float)
    Y[place] = value
    return Y


# the kind, an answer that earns it, and the rule
NAMED = [
    ("correct", lambda X, dX: -inv(X) @ dX @ inv(X), mc.inverse),
    ("correct_other_layout", lambda X: det(X) * inv(X), mc.det),
    ("not_answered", lambda X, dX: ..., mc.inverse),
    ("wrong_shape", lambda X, dX: dX[:, :1], mc.inverse),
    ("wrong_type", lambda X, dX: {"dX": dX}, mc.inverse),
    ("raises", lambda X, dX: 1 / 0, mc.inverse),
    ("not_finite", lambda X, dX: dX * np.inf, mc.inverse),
    ("not_linear", lambda X, dX: dX @ dX, mc.power(2)),
    ("sign", lambda X, dX: inv(X) @ dX @ inv(X), mc.inverse),
    ("factor", lambda x: D.T @ (D @ x - d), squares),
    ("transposed", lambda X, dX: -(inv(X) @ dX @ inv(X)).T, mc.inverse),
    ("argument_transposed", lambda X, dX: -inv(X).T @ dX @ inv(X), mc.inverse),
    ("tangent_transposed", lambda X, dX: -inv(X) @ dX.T @ inv(X), mc.inverse),
    ("order", lambda X, dX: -inv(X) @ inv(X) @ dX, mc.inverse),
    ("term_missing", lambda X, dX: X @ dX, mc.power(2)),
    ("term_extra", lambda X, dX: X @ dX + dX @ X + dX, mc.power(2)),
    ("term_wrong", lambda X, dX: X @ dX - dX @ X, mc.power(2)),
    ("inverse_missing", lambda X, dX: -X @ dX @ inv(X), mc.inverse),
    ("factor_missing", lambda X, dX: -dX @ inv(X), mc.inverse),
    ("symmetrised", lambda X: 2 * inv(X) - np.diag(np.diag(inv(X))), mc.logdet_spd),
    ("symmetric_only", lambda x: 2 * A @ x, quadratic),
    ("commuting_only", lambda X, dX: 3 * X @ dX @ X, mc.power(3)),
    ("scalar_rule", lambda X, dX: 3 * X @ X @ dX, mc.power(3)),
    ("diagonal_only", lambda X: det(X) * np.diag(1 / np.diag(X)), mc.det),
    ("elementwise_for_matrix", lambda X, dX: X * dX + dX * X, mc.power(2)),
    ("entries", lambda X: spoiled(inv(X).T, (0, 1), 7.0), mc.logabsdet),
    ("other_function", lambda X: 2 * X, mc.frobenius_norm),
    ("adjoint_for_differential", lambda X, dX: -inv(X).T @ dX @ inv(X).T, mc.inverse),
    ("small_error", lambda X, dX: 1.0001 * mc.inverse.at(X)(dX), mc.inverse),
    ("unknown", lambda X, dX: np.tril(X) @ dX @ np.triu(X), mc.inverse),
]


@pytest.mark.parametrize(("kind", "answer", "F"), NAMED, ids=[kind for kind, *_ in NAMED])
def test_every_kind_is_named(kind, answer, F):
    found = mc.diagnose(answer, F)
    assert found.kind == kind
    assert found.passed == kind.startswith("correct")
    assert found.message
    assert found.passed or found.hint


def test_no_kind_is_left_out():
    assert [kind for kind, *_ in NAMED] == list(KINDS)


@pytest.mark.parametrize(
    ("answer", "F", "kinds"),
    [
        (lambda X, dX: inv(X) @ dX.T @ inv(X), mc.inverse, {"tangent_transposed", "sign"}),
        (lambda X, dX: inv(X) @ inv(X) @ dX, mc.inverse, {"order", "sign"}),
        (lambda X, dX: -2 * dX @ inv(X) @ inv(X), mc.inverse, {"order", "factor"}),
        (lambda X, dX: -X @ dX, mc.power(2), {"term_missing", "term_wrong"}),
        (lambda X, dX: X.T @ dX - dX @ X, mc.power(2), {"argument_transposed", "term_wrong"}),
        (lambda X, dX: X.T @ dX @ X + dX @ X @ X, mc.power(3), {"argument_transposed", "term_missing"}),
        (lambda x: D.T @ (d - D @ x) / 2, squares, {"factor", "sign"}),
    ],
)
def test_two_mistakes_are_told_as_two(answer, F, kinds):
    found = mc.diagnose(answer, F)
    assert set(found.kinds) == kinds
    assert len(found.others) == 1


@pytest.mark.parametrize(
    ("answer", "F", "key", "value"),
    [
        (lambda x: D.T @ (D @ x - d), squares, "name", "½"),
        (lambda x: 2 * D.T @ (D @ x - d) / 5, squares, "size", "1/m"),
        (lambda X: inv(X).T, mc.det, "name", "1/det X"),
        (lambda X: X, mc.frobenius_norm, "name", "‖X‖"),
        (lambda X, dX: -len(X) * inv(X) @ dX @ inv(X), mc.inverse, "name", "n"),
        (lambda X, dX: -inv(X) @ dX @ inv(X) * tr(X), mc.inverse, "name", "tr X"),
        (lambda X, dX: X @ dX, mc.power(2), "term", "dX X"),
        (lambda X, dX: -inv(X).T @ dX @ inv(X), mc.inverse, "theirs", "X⁻ᵀ"),
        (lambda X, dX: dX @ dX, mc.power(2), "how", "quadratic"),
        (lambda X, dX: X, mc.power(2), "how", "constant"),
        (lambda X, dX: inv(X + dX) - inv(X), mc.inverse, "how", "increment"),
        (lambda X: X.T @ X, mc.trace_power(2), "function", "nothing"),
        (lambda X: 2 * X.T, mc.find("trace_power(3)"), "function", "trace_power(2)"),
    ],
)
def test_details_are_data(answer, F, key, value):
    assert mc.diagnose(answer, F).detail.get(key, "nothing") == value


def test_single_entries_of_the_direction_are_found_by_halving():
    F, wrong = mc.logabsdet, []

    def answer(X, dX):
        wrong.append(1)
        return float(np.sum(inv(X).T * dX) + 0.3 * dX[0, 1])

    found = mc.diagnose(answer, F)
    assert (found.kind, found.detail["entries"]) == ("entries", [(0, 1)])
    assert found.detail["values"] <= 2 * np.ceil(np.log2(9)) + 1


# --- nothing is named that is not there, and right answers pass --------------------------------------------


def unrelated(shape, v):
    """A linear map of v that has to do with sizes only."""
    M = np.random.default_rng(size(shape) * 1000 + len(v)).standard_normal((size(shape), len(v)))
    return unvec(M @ np.real(v), shape) if shape else float((M @ np.real(v))[0])


@every_rule
def test_an_unrelated_answer_gets_no_name_in_good_time(F):
    answers = (
        lambda X, dX: unrelated(shape_of(F(X)), vec(dX)),
        lambda X, dX: unrelated(shape_of(F(X)), vec(dX) * np.cos(vec(X))),
        lambda X, Ybar: unrelated(shape_of(X), vec(Ybar)),
    )
    for answer in answers:
        assert mc.diagnose(answer, F).kind == "unknown"
    seconds = []
    for _ in range(3):  # a collection of garbage in between, or a neighbor on the processor, only adds
        start = process_time()
        mc.diagnose(answers[0], F)
        seconds.append(process_time() - start)
    assert min(seconds) < 0.2


def by_rows(shape):
    """The numbers of vec in the order in which rows are stacked."""
    if shape and isinstance(shape[0], tuple):
        starts = np.cumsum([0, *map(size, shape)])
        return np.concatenate([start + by_rows(part) for start, part in zip(starts, shape, strict=False)])
    return unvec(np.arange(size(shape)), shape).reshape(-1)


@every_rule
@pytest.mark.parametrize("seed", range(3))
def test_a_right_answer_is_right_in_every_layout(F, seed):
    rows = lambda X: np.ix_(by_rows(shape_of(F(X))), by_rows(shape_of(X)))
    forms = {
        "correct": [lambda X, dX: F.at(X)(dX), lambda X, Ybar: F.at(X).T(Ybar)],
        "other": [lambda X: F.at(X).matrix, lambda X: F.at(X).matrix.T,
                  lambda X: F.at(X).matrix[rows(X)], lambda X: F.at(X).matrix[rows(X)].T],
    }  # fmt: skip
    if shape_of(F(F.domain.sample(np.random.default_rng(0), 3))) == ():
        turned = lambda G: tuple(np.transpose(part) for part in G) if isinstance(G, tuple) else np.transpose(G)
        forms["correct"].append(lambda X: F.gradient(X))
        forms["other"] += [lambda X: turned(F.gradient(X)), lambda X: vec(F.gradient(X))]
    for kind, answers in forms.items():
        for answer in answers:
            found = mc.diagnose(answer, F, rng=np.random.default_rng(seed))
            assert found.kind == "correct" if kind == "correct" else found.passed


@pytest.mark.parametrize(
    ("answer", "F", "layout"),
    [
        (lambda X: inv(X), mc.logabsdet, "numerator"),
        (lambda x: ((A + A.T) @ x)[None, :], quadratic, "row"),
        (lambda X: vec(inv(X).T)[None, :], mc.logabsdet, "a row, stacked by columns"),
        (lambda X: -kron(inv(X), inv(X).T), mc.inverse, "row-stacked"),
        (lambda X: affine.at(X).matrix.T, affine, "denominator"),
        (lambda X: np.einsum("ik,lj->ijkl", -inv(X), inv(X)), mc.inverse, "table"),
        (lambda X: (kron(X[1].T, np.eye(len(X[0]))), kron(np.eye(X[1].shape[1]), X[0])), mc.product, "blocks"),
    ],
)
def test_a_layout_is_told(answer, F, layout):
    found = mc.diagnose(answer, F)
    assert (found.kind, found.detail["layout"]) == ("correct_other_layout", layout)


@pytest.mark.parametrize("answer", [
    lambda X, dX: -inv(X) @ dX @ inv(X) if len(X) != 4 else 0 * X,
    lambda X, dX: -inv(X) @ dX @ inv(X) * np.sign(det(X)),
    lambda X, dX: -inv(X + 1e-6 * np.eye(len(X))) @ dX @ inv(X),
    lambda X, dX: -inv(X) @ dX @ inv(X) + 1e-6,
])  # fmt: skip
def test_what_is_right_at_some_points_only_is_refused(answer):
    assert not mc.diagnose(answer, mc.inverse).passed


# --- forms of answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "F", "kind"),
    [
        (lambda A, B, dA, dB: np.linalg.solve(A, dB - dA @ np.linalg.solve(A, B)), mc.solve, "correct"),
        (lambda A, B, Ybar: (-inv(A).T @ Ybar @ (inv(A) @ B).T, inv(A).T @ Ybar), mc.solve, "correct"),
        (lambda A, x, dx: x @ (A + A.T) @ dx, quadratic, "correct"),
        (lambda A, x: A @ x, quadratic, "term_missing"),
        (lambda X, Lbar, Ubar: mc.lu_unpivoted.at(X).T((Lbar, Ubar)), mc.lu_unpivoted, "correct"),
        ("-inv(X)*dX*inv(X)", mc.inverse, "correct"),
        ("inv(X)*dX*inv(X)", mc.inverse, "sign"),
        ("2*A*x", quadratic, "symmetric_only"),
        (("Ybar*B'", "A'*Ybar"), mc.product, "correct"),
        ("inv(Z)", mc.inverse, "wrong_type"),
        ("inv(X", mc.inverse, "wrong_type"),
    ],
)
def test_answers_in_the_letters_of_the_formulas(answer, F, kind):
    assert mc.diagnose(answer, F).kind == kind


def test_a_sympy_expression_is_an_answer():
    sympy = pytest.importorskip("sympy")
    n = sympy.Symbol("n")
    X, dX = sympy.MatrixSymbol("X", n, n), sympy.MatrixSymbol("dX", n, n)
    assert mc.diagnose(-X.I * dX * X.I, mc.inverse).kind == "correct"
    assert mc.diagnose(-X.I * X.I * dX, mc.inverse).kind == "order"


def test_an_array_is_an_answer_at_a_point():
    assert mc.diagnose(-kron(inv(A).T, inv(A)), mc.inverse, A).kind == "correct"
    assert mc.diagnose(-inv(A).T, mc.logabsdet, A).kind == "sign"
    assert mc.diagnose(inv(A), mc.logabsdet, A).kind == "correct_other_layout"
    assert mc.diagnose(inv(A), mc.logabsdet).kind == "wrong_type"


def test_the_verdict_is_the_same_every_time():
    answer = lambda X, dX: la.expm(X) @ dX
    first, second = (mc.diagnose(answer, mc.expm) for _ in range(2))
    assert first == second


def test_without_a_printed_formula_the_whole_map_still_speaks(rng):
    F = mc.elementwise(lambda X: X**3, lambda X: 3 * X**2)
    assert F.formulas is None
    assert mc.diagnose(lambda X, dX: 3 * X**2 * dX, F).kind == "correct"
    assert mc.diagnose(lambda X, dX: X**2 * dX, F).kind == "factor"


def test_the_engine_needs_numpy_and_scipy_only():
    code = "import sys, matcalc as mc; mc.diagnose('X', mc.transpose); print(*{n.split('.')[0] for n in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "sympy" not in loaded


def test_a_derivative_by_independent_entries_is_told_as_that():
    inv = np.linalg.inv
    found = mc.diagnose(lambda X: 2 * inv(X) - np.diag(np.diag(inv(X))), mc.logdet_spd)
    assert found.kind == "symmetrised"
    assert "independent entries" in found.message

"""Printed formulas, evaluated: against NumPy, against themselves printed again, and mutated."""

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.formula import FUNCTIONS, FormulaError, Formulas, evaluate
from matcalc.latex import Name, Number, Term, latex, parse, rewrites
from matcalc.spaces import commutation, duplication, vec

inv, norm, kron = np.linalg.inv, np.linalg.norm, np.kron


def draw(shapes, sizes, rng=None):
    """Generic values: {"X": "mn"} and {"m": 3, "n": 4} give a 3×4 matrix X; "" is a number."""
    rng = rng or np.random.default_rng(7)
    arrays = {
        name: rng.standard_normal([sizes[k] for k in letters]) for name, letters in shapes.items()
    }
    return {name: array if array.ndim else array.item() for name, array in arrays.items()} | sizes


V = draw(
    {"A": "mn", "B": "nq", "C": "mn", "S": "nn", "T_1": "nn", "x": "n", "y": "n", "s": "",
     "dS": "nn", "Sbar": "nn", r"\lambda": "", "c": "n"},
    {"m": 3, "n": 4, "q": 2, "k": 3},
)  # fmt: skip
A, B, C, S, T_1, dS, Sbar = (V[name] for name in ("A", "B", "C", "S", "T_1", "dS", "Sbar"))
x, y, c, s, t = (V[name] for name in ("x", "y", "c", "s", r"\lambda"))
SPD = S @ S.T
names = V | {"Q": SPD}
I4, one = np.eye(4), np.ones((4, 1))
Xc, Yc = x[:, None], y[:, None]

CONSTRUCTS = [
    ("A B", A @ B),
    ("A x", A @ Xc),
    (r"2 A \cdot B", 2 * A @ B),
    ("A - C + 2 C", A + C),
    ("-A", -A),
    (r"s A B \lambda", s * t * A @ B),
    (r"x^{\top} y", x @ y),
    (r"x y^{\top}", np.outer(x, y)),
    (r"x^{\top} S y\, A", (x @ S @ y) * A),
    (r"A x^{\top} S y\, B", (x @ S @ y) * A @ B),
    (r"A \otimes B", kron(A, B)),
    (r"A \otimes B \otimes x", kron(kron(A, B), Xc)),
    (r"A \odot C", A * C),
    (r"A \oslash C", A / C),
    (r"2 \times k", 6),
    ("1/2", 0.5),
    ("A / (2 s)", A / (2 * s)),
    (r"\frac12 A", A / 2),
    (r"\tfrac{s}{k} A", s / 3 * A),
    (r"A^{\top}", A.T),
    ("A^T C", A.T @ C),
    ("A' C", A.T @ C),
    (r"\mathrm dS^{\top}", dS.T),
    ("dS", dS),
    (r"\bar S^{H}", Sbar.T),
    ("S^{-1}", inv(S)),
    (r"S^{-\top}", inv(S).T),
    ("A^{+}", np.linalg.pinv(A)),
    (r"A^{+\top}", np.linalg.pinv(A).T),
    (r"A^\dagger", np.linalg.pinv(A)),
    ("S^k", S @ S @ S),
    ("S^0", I4),
    ("S^{k-1}", S @ S),
    ("S^{-2}", inv(S @ S)),
    (r"(S^{\top})^{2}", (S @ S).T),
    ("Q^{1/2}", la.sqrtm(SPD)),
    ("Q^{-1/2}", inv(la.sqrtm(SPD))),
    (r"\lambda^2", t * t),
    ("T_1 S", T_1 @ S),
    ("T_{1} S", T_1 @ S),
    (r"[A - \{C\}]", A - C),
    (r"\operatorname{tr}(S) A", np.trace(S) * A),
    (r"\operatorname{tr} S^{-1}", np.trace(inv(S))),
    (r"\det S", np.linalg.det(S)),
    (r"\det(S)^2", np.linalg.det(S) ** 2),
    (r"\log|\det S|", np.log(abs(np.linalg.det(S)))),
    (r"\exp(x)", np.exp(Xc)),
    (r"\sin(A) + \cos(A)", np.sin(A) + np.cos(A)),
    (r"\tanh A", np.tanh(A)),
    (r"\sqrt{k}", np.sqrt(3)),
    (r"\sqrt 2", np.sqrt(2)),
    (r"|s|", abs(s)),
    (r"\lvert s \rvert A", abs(s) * A),
    (r"\|A\|_F", norm(A)),
    (r"\|A\|_F^2", norm(A) ** 2),
    (r"\lVert A \rVert_2", norm(A, 2)),
    (r"\lVert A \rVert_*", norm(A, "nuc")),
    (r"\|x\|", norm(x)),
    (r"\langle A, C \rangle", np.sum(A * C)),
    (r"\operatorname{vec}(A)", vec(A)[:, None]),
    (r"\operatorname{diag}(x)", np.diag(x)),
    (r"\operatorname{diag}(S)", np.diag(np.diag(S))),
    (r"\operatorname{tril}(S)", np.tril(S)),
    (r"\operatorname{tril}_{-1}(A)", np.tril(A, -1)),
    (r"\operatorname{triu} A", np.triu(A)),
    (r"\operatorname{sym}(S)", (S + S.T) / 2),
    (r"\operatorname{skew}(S)", (S - S.T) / 2),
    (r"\operatorname{adj}(S)", np.linalg.det(S) * inv(S)),
    (r"\operatorname{sum}(A)", A.sum()),
    (r"\sum_{i=0}^{k-1} S^{i} dS S^{k-1-i}", dS @ S @ S + S @ dS @ S + S @ S @ dS),
    (r"A + \sum_{i=1}^{2} i A - C", 4 * A - C),
    (r"2\sum_{i=0}^{1} S^i \otimes A", 2 * kron(I4 + S, A)),
    (r"\sum_{j=1}^{3} c_j \sum_{i=0}^{j-1} S^{i}", sum(
        c[j] * np.linalg.matrix_power(S, i) for j in range(1, 4) for i in range(j))),
    (r"A + \sum_{i=1}^{0} S^{i}", A),
    (r"c_0 + c_{k}", c[0] + c[3]),
    (r"\begin{bmatrix} S & x \\ y^{\top} & 0 \end{bmatrix}", np.block([[S, Xc], [Yc.T, 0]])),
    (r"\begin{bmatrix} I & A \\ 0 & -2I \end{bmatrix}",
     np.block([[np.eye(3), A], [np.zeros((4, 3)), -2 * I4]])),
    (r"\begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}", np.eye(2, k=1)),
    ("I_n - S", I4 - S),
    (r"I_{mn}", np.eye(12)),
    (r"S + \lambda I", S + t * I4),
    ("(I - S)^{-1}", inv(I4 - S)),
    (r"I - \frac{I}{2} + S", I4 / 2 + S),
    (r"K_{mn} \operatorname{vec}(A)", vec(A.T)[:, None]),
    (r"K_{n,m} K_{mn}", np.eye(12)),
    ("D_n", duplication(4)),
    (r"\mathbf 1_n^{\top} x", x.sum()),
    (r"A \mathbf{1}_{n}", A @ one),
    (r"2\pi", 2 * np.pi),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), CONSTRUCTS)
def test_a_construct_against_numpy(formula, expected):
    np.testing.assert_allclose(evaluate(formula, names), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(evaluate(latex(parse(formula)), names), expected, 1e-10, 1e-12)


def test_complex_values_and_the_conjugate_transpose():
    Z = A + 1j * C
    np.testing.assert_allclose(evaluate("Z^{H} Z", {"Z": Z}), Z.conj().T @ Z)
    np.testing.assert_allclose(evaluate(r"\operatorname{Re}(Z)", {"Z": Z}), A)


def test_the_adjugate_does_not_need_an_inverse():
    rank_one = evaluate(r"\operatorname{adj}(X)", {"X": np.diag([2.0, 3, 0])})
    np.testing.assert_allclose(rank_one, np.diag([0, 0, 6.0]), atol=1e-14)


def test_a_dict_or_a_tuple_decides_where_indices_begin():
    assert evaluate(r"\sum_{j=1}^{2} w_j", {"w": {1: 10.0, 2: 5.0}}) == 15
    twice = evaluate(r"\sum_{l=0}^{1} W_l A", {"W": (np.eye(3), np.eye(3)), "A": A})
    np.testing.assert_allclose(twice, 2 * A)


def test_local_definitions_are_used_when_needed_and_may_use_each_other():
    where = (("M", "N - C"), ("N", "2 A"), ("broken", "no such name"))
    np.testing.assert_allclose(evaluate("M", {"A": A, "C": C}, where), 2 * A - C)


def test_shapes_give_letters_their_values():
    value = evaluate(r"n I_m", {"A": A}, shapes={"A": "m×n"})
    np.testing.assert_allclose(value, 4 * np.eye(3))


def test_a_family_can_add_a_function(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, "relu", lambda Z: np.maximum(Z, 0))
    np.testing.assert_allclose(evaluate(r"\operatorname{relu}(A)", names), np.maximum(A, 0))


NO_VALUE = [
    ("A C", ["cannot multiply 3×4 by 3×4", "A is 3×4", "C is 3×4"]),
    ("A B + C", ["cannot add 3×2 and 3×4", "A B is 3×2", "C is 3×4"]),
    ("A + s", ["cannot add 3×4 and 1×1"]),
    (r"A \odot B", ["needs equal sizes", "A is 3×4", "B is 4×2"]),
    ("A/S", ["division by a matrix"]),
    (r"A \times B", ["numbers only"]),
    ("A Z", ["unknown name Z", "known are", "A, B, C"]),
    (r"\operatorname{tr}(A)", ["needs a square matrix", "A is 3×4"]),
    (r"\operatorname{foo}(A)", ["unknown function foo", "known are tr"]),
    (r"\operatorname{tr}(S, S)", ["no value for"]),
    ("A^{-1}", ["no value for A^{-1}", "A is 3×4"]),
    ("A^2", ["no value for A^{2}", "A is 3×4"]),
    ("S^A", ["exponent must be a number"]),
    (r"\exp(S)", ["two meanings"]),
    (r"|S|", ["numbers only"]),
    (r"\|A\|", ["two meanings"]),
    (r"\langle A, B \rangle", ["A is 3×4", "B is 4×2"]),
    (r"\log(0)", ["no value for"]),
    (r"A \otimes I", ["needs its size", "I_n"]),
    ("s + I", ["I has no size"]),
    ("K_m", ["needs its size", "K_{mn}"]),
    ("K_{m-1}", ["needs its size"]),
    ("c_4", ["no entry c_{4}"]),
    ("c_{mn}", ["no entry"]),
    ("I_s", ["s must be a whole number"]),
    (r"\sum_{k=0}^{2} A", ["k of a sum has a value already"]),
    (r"\begin{bmatrix} A & S \\ 0 & A \end{bmatrix}", ["S is 4×4", "3×4"]),
    (r"\begin{bmatrix} A & 0 \end{bmatrix}", ["nothing that tells its size"]),
    (r"\begin{bmatrix} A & S \\ A \end{bmatrix}", ["different lengths"]),
    ("(A", ["expected )", "position 2"]),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "words"), NO_VALUE)
def test_what_has_no_value_is_said_with_its_parts(formula, words):
    with pytest.raises(FormulaError) as caught:
        evaluate(formula, names)
    message = str(caught.value)
    assert formula in message
    assert [word for word in words if word not in message] == []


def test_singular_matrices_and_wrong_values_are_refused():
    with pytest.raises(FormulaError, match="Singular"):
        evaluate("X^{-1}", {"X": np.zeros((2, 2))})
    with pytest.raises(FormulaError, match="two dimensions"):
        evaluate("X", {"X": np.zeros((2, 2, 2))})


def test_shapes_that_disagree_are_refused():
    with pytest.raises(FormulaError, match="S is 4×4, expected m×n with m = 3"):
        evaluate("A", {"A": A, "S": S}, shapes={"A": "m×n", "S": "m×n"})
    with pytest.raises(FormulaError, match="expected n×n with n = 3"):
        evaluate("A", {"A": A}, shapes={"A": "n×n"})


def test_a_definition_cannot_use_itself():
    with pytest.raises(FormulaError, match="unknown name M"):
        evaluate("M", {}, where=(("M", "2 N"), ("N", "M")))


# --- the formulas of a rule ----------------------------------------------------------------------


def value_of(formulas, part, **point):
    return np.asarray(formulas.evaluate(part, **point))


def test_the_inverse(rng):
    F = Formulas(
        value="X^{-1}",
        differential=r"-X^{-1}\,\mathrm dX\,X^{-1}",
        adjoint=r"-X^{-\top}\,\bar Y\,X^{-\top}",
        jacobian=r"-X^{-\top} \otimes X^{-1}",
    )
    X, dX, Ybar = rng.standard_normal((3, 4, 4))
    Y = inv(X)
    np.testing.assert_allclose(value_of(F, "value", X=X, Y=Y), Y)
    np.testing.assert_allclose(value_of(F, "differential", X=X, Y=Y, dX=dX), -Y @ dX @ Y)
    np.testing.assert_allclose(value_of(F, "adjoint", X=X, Y=Y, Ybar=Ybar), -Y.T @ Ybar @ Y.T)
    np.testing.assert_allclose(value_of(F, "jacobian", X=X, Y=Y), -kron(Y.T, Y))
    assert F.lines() == [
        "Y = X^{-1}",
        r"\mathrm dY = -X^{-1}\,\mathrm dX\,X^{-1}",
        r"\bar X = -X^{-\top}\,\bar Y\,X^{-\top}",
        r"\operatorname{vec}(\mathrm dY) = "
        r"\left(-X^{-\top} \otimes X^{-1}\right)\,\operatorname{vec}(\mathrm dX)",
    ]
    shown = F._repr_latex_()
    assert shown.startswith(r"$$\begin{aligned}Y &= X^{-1} \\ \mathrm dY &= ")
    assert shown.endswith(r"\end{aligned}$$")


def test_a_family_with_constants_and_shapes(rng):
    A, X, B, C = (rng.standard_normal(shape) for shape in ((2, 3), (3, 4), (4, 5), (2, 5)))
    F = Formulas(
        value="A X B + C",
        differential=r"A\,\mathrm dX\,B",
        adjoint=r"A^{\top}\,\bar Y\,B^{\top}",
        jacobian=r"(B^{\top} \otimes I_p)(I_n \otimes A)",
        constants={"A": A, "B": B, "C": C},
        shapes={"A": "p×m", "X": "m×n"},
    )
    np.testing.assert_allclose(value_of(F, "value", X=X, Y=None), A @ X @ B + C)
    np.testing.assert_allclose(value_of(F, "jacobian", X=X, Y=None), kron(B.T, A))


def test_transposing_is_a_commutation():
    F = Formulas(r"X^{\top}", r"\mathrm dX^{\top}", r"\bar Y^{\top}", "K_{mn}", shapes={"X": "m×n"})
    np.testing.assert_allclose(F.evaluate("jacobian", A, A.T), commutation(3, 4))


SOLVE = Formulas(
    value="A^{-1} B",
    differential=r"A^{-1}(\mathrm dB - \mathrm dA\,Y)",
    adjoint=(r"-\bar B\,Y^{\top}", r"A^{-\top}\,\bar Y"),
    jacobian=(r"-Y^{\top} \otimes A^{-1}", r"I_q \otimes A^{-1}"),
    point=("A", "B"),
    shapes={"A": "n×n", "B": "n×q"},
)


@pytest.mark.parametrize("shape", [(4, 2), (4,)], ids=["matrix", "vector"])
def test_solve_at_a_tuple_where_one_part_uses_the_other(shape, rng):
    A, B = rng.standard_normal((4, 4)), rng.standard_normal(shape)
    Y, Ybar = np.linalg.solve(A, B), rng.standard_normal(shape)
    Bbar = np.linalg.solve(A.T, Ybar)
    Abar = -np.outer(Bbar, Y) if B.ndim == 1 else -Bbar @ Y.T
    found = SOLVE.evaluate("adjoint", (A, B), Y, Ybar=Ybar)
    np.testing.assert_allclose(vec(found), vec((Abar, Bbar)))
    J = SOLVE.evaluate("jacobian", (A, B), Y)
    dX = rng.standard_normal((4, 4)), rng.standard_normal(shape)
    np.testing.assert_allclose(J @ vec(dX), vec(SOLVE.evaluate("differential", (A, B), Y, dX=dX)))


def test_a_tuple_of_jacobians_is_printed_as_a_sum():
    assert SOLVE.lines()[-1] == (
        r"\operatorname{vec}(\mathrm dY) = "
        r"\left(-Y^{\top} \otimes A^{-1}\right)\,\operatorname{vec}(\mathrm dA) + "
        r"\left(I_q \otimes A^{-1}\right)\,\operatorname{vec}(\mathrm dB)"
    )


LU = Formulas(
    value="P L U = X",
    differential=(r"L\operatorname{tril}_{-1}(M)", r"\operatorname{triu}(M)\,U"),
    adjoint=r"P L^{-\top} (\operatorname{tril}_{-1}(L^{\top} \bar L)"
    r" + \operatorname{triu}(\bar U U^{\top})) U^{-\top}",
    result=("L", "U"),
    where=(("M", r"L^{-1} P^{\top}\,\mathrm dX\,U^{-1}"),),
    constants={},
)


def test_lu_with_a_definition_and_an_equation(rng):
    X, dX, Lbar, Ubar = rng.standard_normal((4, 4, 4))
    P, L, U = la.lu(X)
    F = Formulas(**{key: getattr(LU, key) for key in LU.__dataclass_fields__} | {
        "constants": {"P": P}})  # fmt: skip
    left, right = F.evaluate("value", X, (L, U))
    np.testing.assert_allclose(left, right)
    dL, dU = F.evaluate("differential", X, (L, U), dX=dX)
    np.testing.assert_allclose(P @ (dL @ U + L @ dU), dX)
    Xbar = F.evaluate("adjoint", X, (L, U), Ybar=(Lbar, Ubar))
    assert np.sum(Xbar * dX) == pytest.approx(np.sum(Lbar * dL) + np.sum(Ubar * dU))
    assert F.lines()[0] == "P L U = X"
    assert F.lines()[-1] == r"M = L^{-1} P^{\top}\,\mathrm dX\,U^{-1}"


def test_a_scalar_rule(rng):
    F = Formulas(r"\operatorname{tr}(A X)", r"\operatorname{tr}(A\,\mathrm dX)",
                 r"\bar f\,A^{\top}", result="f", constants={"A": A})  # fmt: skip
    X = rng.standard_normal((4, 3))
    assert F.evaluate("value", X, None) == pytest.approx(np.trace(A @ X))
    np.testing.assert_allclose(F.evaluate("adjoint", X, 1.0, Ybar=2.0), 2 * A.T)
    assert F.lines()[2] == r"\bar X = \bar f\,A^{\top}"


def test_formulas_that_say_nothing_are_refused():
    def printed(value):
        return Formulas(value, r"\mathrm dX", r"\bar Y")

    with pytest.raises(FormulaError, match="unknown name Y"):
        printed("Y").evaluate("value", S, S)
    with pytest.raises(FormulaError, match="says nothing about Y"):
        printed("X = X").evaluate("value", S, S)
    with pytest.raises(FormulaError, match="says nothing about everything else"):
        printed("Y = Y").evaluate("value", S, S)
    with pytest.raises(FormulaError, match="no jacobian is printed"):
        printed("X").evaluate("jacobian", S, S)
    with pytest.raises(FormulaError, match="one part for each of L, U"):
        LU.evaluate("value", S, S)


# --- printing and reading are inverse ------------------------------------------------------------


def trees(m, n, depth):
    """Random trees whose value is m×n, with matrices P (2×3), R (3×2), Q (3×3), G (2×2)."""
    name = Name({(2, 3): "P", (3, 2): "R", (3, 3): "Q", (2, 2): r"\Gamma_1"}[m, n])
    if depth == 0:
        return st.just(name)
    same, turned = trees(m, n, depth - 1), trees(n, m, depth - 1)
    number = st.sampled_from([Number("2"), Number("0.5"), Term("/", (Number("1"), Number("3")))])
    middle = st.sampled_from([2, 3]).flatmap(
        lambda k: st.tuples(trees(m, k, depth - 1), trees(k, n, depth - 1))
    )
    options = [
        st.just(name),
        middle.map(lambda pair: Term("", pair)),
        st.tuples(number, same).map(lambda pair: Term("", pair)),
        st.tuples(same, number).map(lambda pair: Term("", pair)),
        st.tuples(same, same).map(lambda pair: Term("+", pair)),
        st.tuples(same, same).map(lambda pair: Term(r"\odot", pair)),
        same.map(lambda tree: Term("-", (tree,))),
        st.tuples(same, number).map(lambda pair: Term("/", pair)),
        turned.map(lambda tree: Term(r"^\top", (tree,))),
        same.map(lambda tree: Term("tril_-1", (tree,))),
        same.map(lambda tree: Term("", (Term("norm_F", (tree,)), tree))),
        same.map(lambda tree: Term(r"\sum", (Name(f"j_{depth}"), Number("0"), Name("k"), tree))),
    ]
    if m == n:
        options.append(same.map(lambda tree: Term("^", (tree, Number("2")))))
        options.append(same.map(lambda tree: Term("", (Term("tr", (tree,)), tree))))
    return st.one_of(options)


ROUND = draw({"P": "ab", "R": "ba", "Q": "bb", r"\Gamma_1": "aa"}, {"a": 2, "b": 3, "k": 1})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([(2, 3), (3, 3)]).flatmap(lambda size: trees(*size, depth=3)))
def test_a_printed_tree_is_read_back_as_itself(tree):
    assert parse(latex(tree)) == tree
    np.testing.assert_array_equal(evaluate(latex(tree), ROUND), evaluate(tree, ROUND))


# --- the reader bites: a formula with one mistake has another value -------------------------------

ONE = {"m": 4, "n": 4, "p": 4, "q": 4, "r": 6, "k": 3}
ALL = {"m": 3, "n": 4, "p": 2, "q": 5, "r": 6, "k": 3}
SHAPES = {
    "A": "pm", "X": "mn", "B": "nq", "C": "pq", "dX": "mn", "dB": "nq", "Xbar": "mn", "Ybar": "pq",
    "G": "nn", "H": "nn", "Z": "nn", "dZ": "nn", "Zbar": "nn", "W": "qn", "b": "p", "v": "m",
    "y": "n", "L": "nn", "U": "nn", "Lbar": "nn", "Ubar": "nn", "E": "mn", "dE": "mn",
    "T": "rn", "dT": "rn",
}  # fmt: skip
RIGHT = {
    "inverse": r"-Z^{-1}\,\mathrm dZ\,Z^{-1}",
    "inverse, adjoint": r"-Z^{-\top}\,\bar Z\,Z^{-\top}",
    "inverse, matrix": r"-Z^{-\top} \otimes Z^{-1}",
    "power": r"\sum_{i=0}^{k-1} Z^{i}\,\mathrm dZ\,Z^{k-1-i}",
    "power, adjoint": r"\sum_{i=0}^{k-1} (Z^{\top})^{i}\,\bar Z\,(Z^{\top})^{k-1-i}",
    "solve": r"Z^{-1} (\mathrm dB - \mathrm dZ\,B)",
    "solve, adjoint": r"-Z^{-\top} B W",
    "affine": "A X B + C",
    "affine, adjoint": r"A^{\top}\,\bar Y\,B^{\top}",
    "affine, matrix": r"B^{\top} \otimes A",
    "quadratic trace": r"H Z G + H^{\top} Z G^{\top}",
    "lu, adjoint": r"L^{-\top} (\operatorname{tril}_{-1}(L^{\top} \bar L)"
    r" + \operatorname{triu}(\bar U U^{\top})) U^{-\top}",
    "gram, matrix": r"(I_{nn} + K_{nn}) (I_n \otimes X^{\top})",
    "log det, second": r"-\operatorname{tr}(Z^{-1} G Z^{-1} H)",
    "pseudo-inverse": r"-T^{+}\,\mathrm dT\,T^{+}"
    r" + T^{+} T^{+\top} \mathrm dT^{\top} (I - T T^{+})",
    "least squares": r"2 A^{\top} (A v - b)",
    "gaussian": r"\frac12 (Z^{-1} y y^{\top} Z^{-1} - Z^{-1})",
    "hadamard": r"\mathrm dX \odot E + X \odot \mathrm dE",
    "frobenius": r"\frac{X}{\|X\|_F}",
    "schur": r"\begin{bmatrix} Z^{-1} & G \\ 0 & -2 H^{\top} \end{bmatrix}",
}
# Mutations that are no mistakes, all of them: the mutated formula is the same function.
HARMLESS = {
    # a number commutes with every matrix
    "least squares": [r"A^{\top} (2) (A v - b)"],
    "gaussian": [r"(Z^{-1} y y^{\top} Z^{-1} - Z^{-1}) \frac{1}{2}"],
    "schur": [r"\begin{bmatrix} Z^{-1} & G \\ 0 & -H^{\top} (2) \end{bmatrix}"],
    # a matrix has the norm of its transpose
    "frobenius": [r"\frac{X}{\lVert X^{\top} \rVert_{F}}"],
}


def mistakes(node):
    """What a tired author does: drop or swap something, turn a sign, change a number, transpose."""
    match node:
        case Term(r"^\top" | "^-1", (base,)):
            yield base
        case Term(r"^-\top", (base,)):
            yield from (Term("^-1", (base,)), Term(r"^\top", (base,)))
        case Term("^+", (base,)):
            yield Term(r"^\top", (base,))
        case Term("-", (term,)):
            yield term
        case Term("+", terms):
            for i, term in enumerate(terms):
                rest = terms[:i] + terms[i + 1 :]
                yield rest[0] if len(rest) == 1 else Term("+", rest)
                if not isinstance(term, Term) or term.head != "-":
                    yield Term("+", (*terms[:i], Term("-", (term,)), *terms[i + 1 :]))
        case Term("" | r"\otimes", factors):
            for i in range(len(factors) - 1):
                swapped = (factors[i + 1], factors[i])
                yield Term(node.head, factors[:i] + swapped + factors[i + 2 :])
        case Number("2"):
            yield from (Number("3"), Term("/", (Number("1"), Number("2"))))
        case Name(key) if len(SHAPES.get(key, "")) == 2:
            yield Term(r"^\top", (node,))


def differs(tree, right, values):
    try:
        value = evaluate(tree, values)
    except FormulaError:
        return True
    return np.shape(value) != np.shape(right) or norm(value - right) > 1e-6 * norm(right)


@pytest.mark.parametrize("size", [ONE, ALL], ids=["square", "rectangular"])
@pytest.mark.parametrize("name", RIGHT)
def test_every_mistake_changes_the_value(name, size):
    values = draw(SHAPES, size)
    tree = parse(RIGHT[name])
    right = evaluate(tree, values)
    wrong = [Term("-", (tree,)), *rewrites(tree, mistakes)]
    assert len(wrong) >= 3
    unseen = [latex(mutant) for mutant in wrong if not differs(mutant, right, values)]
    assert unseen == HARMLESS.get(name, [])


def test_a_number_too_large_is_no_value():
    with pytest.raises(FormulaError, match="overflow"):
        evaluate("10^{400}", {})

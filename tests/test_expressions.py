"""The text form, its values, its shapes, its errors; and SymPy's expressions read without being believed."""

import numpy as np
import pytest

from matcalc.expressions import ExpressionError, latex, read, read_all, spell, symbols, value, words
from matcalc.formula import evaluate

SHAPES = {"A": "m×m", "B": "n×n", "X": "m×n", "a": "m", "b": "n", "x": "n", "y": "m"}


@pytest.fixture
def given(rng):
    letters = {"A": (3, 3), "B": (4, 4), "X": (3, 4), "a": 3, "b": 4, "x": 4, "y": 3}
    return {name: rng.uniform(0.3, 1.4, shape) for name, shape in letters.items()} | {"t": 0.7, "k": 3}


SAME = {
    "tr(A*X*B*X')": lambda A, B, X, **_: np.trace(A @ X @ B @ X.T),
    "logdet(A*A')": lambda A, **_: np.log(np.linalg.det(A @ A.T)),
    "norm(A*X - X*B)^2": lambda A, B, X, **_: np.sum((A @ X - X @ B) ** 2),
    "a'*X*b/(b'*b)": lambda X, a, b, **_: a @ X @ b / (b @ b),
    "-X^T*A^-1 + 2*B*X'": lambda A, B, X, **_: -X.T @ np.linalg.inv(A) + 2 * B @ X.T,
    "A^-T*X": lambda A, X, **_: np.linalg.inv(A).T @ X,
    "X.*X ./ (X .^ t)": lambda X, t, **_: X * X / X**t,
    "exp(-x)./(ones + exp(-x)).^2": lambda x, **_: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    "sum(sigmoid(X*x) - tanh(y))": lambda X, x, y, **_: np.sum(1 / (1 + np.exp(-X @ x)) - np.tanh(y)),
    "kron(a, X)": lambda a, X, **_: np.kron(a[:, None], X),
    "diag(a)*X + A*diag(diag(A))*b'*b*X[2,3] .* 0": None,
    "tr(diag(x)*B) + diag(B)'*x": lambda B, x, **_: np.sum(np.diag(B) * x) + np.diag(B) @ x,
    "A + t*I": lambda A, t, **_: A + t * np.eye(3),
    "a*a'*a": lambda a, **_: a * (a @ a),
    "A^k": lambda A, k, **_: np.linalg.matrix_power(A, k),
    "2*t^2 - 3/4": lambda t, **_: 2 * t**2 - 0.75,
    "2^-1*t": lambda t, **_: t / 2,
    "-t^2": lambda t, **_: -(t**2),
    "t - (2 - 3) - 1": lambda t, **_: t,
    "t/2/4*8": lambda t, **_: t,
    "pinv(X)*X": lambda X, **_: np.linalg.pinv(X) @ X,
    "vec(X)'*vec(X)": lambda X, **_: np.sum(X * X),
    "inner(X, X) + X[2,3] + x[2]": lambda X, x, **_: np.sum(X * X) + X[1, 2] + x[1],
    "abs(-t) + relu(t - 9) + sqrt(t)": lambda t, **_: t + np.sqrt(t),
    "norm2(X)": lambda X, **_: np.linalg.norm(X, 2),
    "log(det(A*A'))/log(2*pi)": lambda A, **_: np.log(np.linalg.det(A) ** 2) / np.log(2 * np.pi),
}  # fmt: skip


@pytest.mark.parametrize("text", [text for text, f in SAME.items() if f])
def test_a_text_means_what_numpy_says(text, given):
    expr = read(text, SHAPES)
    expected = SAME[text](**given)
    assert np.allclose(value(expr, given), expected, rtol=1e-12)
    again = read(spell(expr), SHAPES)
    assert np.allclose(value(again, given), expected, rtol=1e-12), spell(expr)


LATEX = [
    "tr(A*X*B*X')", "-X^T*A^-1 + 2*B*X'", "a'*X*b/(b'*b)", "norm(A*X - X*B)^2", "A^-T*X", "kron(A, X + X)",
    "2*t^2 - 3/4", "X.*X*B", "(A*X - 2*X*B)*(t - 1)/t", "logdet(A*A')^2*X + t*logdet(A*A')*X",
    "X/t/2 - (X - 2*X)/t", "diag(A) + diag(y)*a", "(x - b)/norm(x)", "x'*(b - x)*(x - b)",
]  # fmt: skip


@pytest.mark.parametrize("text", LATEX)
def test_the_latex_means_the_same_to_the_reader_of_formulas(text, given):
    expr = read(text, SHAPES)
    printed = evaluate(latex(expr), given | {"m": 3, "n": 4})  # a column is 1-D here, a matrix there
    assert np.allclose(np.squeeze(printed), value(expr, given), rtol=1e-12)


def test_shapes_are_inferred_and_told():
    expr = read("logdet(X'*A*X)")
    assert {name: words(leaf.shape) for name, leaf in symbols(expr).items()} == {"X": "m×n", "A": "m×m"}
    assert words(read("kron(A, X)*B").shape) == "m·p×r"
    f, g = read_all(["tr(A*X)", "A'"])
    assert symbols(f)["A"].shape == g.shape[::-1]


def test_structure_is_declared():
    assert symbols(read("tr(A*X)", symmetric="A X"))["A"].parts == ("A", "symmetric")
    with pytest.raises(ExpressionError, match="unknown assumption 'symetric'"):
        read("A", symetric="A")
    with pytest.raises(ExpressionError, match="must be square"):
        read("A*x", shapes={"A": (3, 4)}, symmetric="A")


POINTS = {
    "A*X*": (4, "expected a letter"),
    "tr(AXB)": (3, r"put \* between"),
    "A X": (2, "expected an operator"),
    "A + 1": (2, r"t\*I"),
    "A/B": (1, "inv"),
    "trac(A)": (0, "near: trace"),
    "tr(a)": (0, "square"),
    "a*b": (1, "cannot multiply"),
    "log": (0, r"write log\("),
    "A*(X+B": (6, r"expected \)"),
    "A ? B": (2, "expected an operator"),
    "norm(A, B)": (0, "takes 1 argument"),
    "X[0,1]": (2, "from 1"),
    "": (0, "nothing"),
    "2X": (1, "expected an operator"),
    "A(X)": (1, "expected an operator"),
    "1e400*X": (0, "too large for a float"),
}


@pytest.mark.parametrize("text", POINTS)
def test_an_error_points_at_the_place(text):
    place, message = POINTS[text]
    with pytest.raises(ExpressionError, match=message) as caught:
        read(text)
    assert str(caught.value).splitlines()[-1] == "    " + " " * place + "^"


def test_values_are_refused_by_name(rng):
    expr = read("tr(A*X)")
    with pytest.raises(ExpressionError, match="no value for X"):
        value(expr, {"A": np.eye(2)})
    with pytest.raises(ExpressionError, match="X is 3×3, expected n×m"):
        value(expr, {"A": rng.random((2, 3)), "X": np.eye(3)})
    for text, why in {"inv(A)": "singular", "logdet(A)": "singular", "log(t)": "positive", "1/t": "zero",
                      "A^t": "whole"}.items():  # fmt: skip
        numbers = {"A": np.ones((2, 2)), "t": -0.5 if text == "A^t" else 0.0}
        with pytest.raises(ExpressionError, match=why):
            value(read(text), numbers)


@pytest.mark.parametrize(("text", "why"), [
    ("(" * 290 + "X" + ")" * 290, "nested too deeply"), ("+".join("X" * 400), "799 letters and signs are too many"),
    (3, "expected a text"),
])  # fmt: skip
def test_what_is_too_long_too_deep_or_no_text_is_refused(text, why):
    with pytest.raises(ExpressionError, match=why):
        read_all([text])


@pytest.mark.parametrize(("given", "why"), [
    ({"A": "abc"}, "A: .*str"), ({"A": [[1], [2, 3]]}, "A: .*different lengths"), ({"A": np.ones((2, 2, 2))}, "2×2×2"),
    ({"A": np.ma.masked_less(np.eye(2), 0.5)}, "A: .*masked"), (None, "dict of arrays"),
    ({"A": np.eye(2)}, r"A\[3,1\]: A is only 2×2 here"),
])  # fmt: skip
def test_arrays_that_stand_for_no_letter_are_refused(given, why):
    with pytest.raises(ExpressionError, match=why):
        value(read("A[3,1]"), given)


@pytest.mark.parametrize(("declared", "why"), [
    ({"shapes": {"A": (0, 3)}}, "from 1 on"), ({"shapes": {"A": (-1, 3)}}, "from 1 on"),
    ({"shapes": {"A": (2.5, 3)}}, "from 1 on"), ({"shapes": {"A": None}}, "from 1 on"),
    ({"shapes": "A"}, "shapes is a dict"), ({"symmetric": 3}, "expected letters"),
])  # fmt: skip
def test_declarations_that_say_nothing_are_refused(declared, why):
    with pytest.raises(ExpressionError, match=why):
        read("tr(A*X)", **declared)


def test_columns_come_back_as_they_were_given(rng):
    A, x = rng.random((3, 2)), rng.random(2)
    assert value(read("A*x"), {"A": A, "x": x}).shape == (3,)
    assert value(read("A*x"), {"A": A, "x": x[:, None]}).shape == (3, 1)
    assert isinstance(value(read("x'*x"), {"x": x}), float)


# SymPy


@pytest.fixture
def sp():
    return pytest.importorskip("sympy")


def sympy_letters(sp):
    m, n = sp.symbols("m n", integer=True, positive=True)
    names = {"A": (m, m), "B": (n, n), "X": (m, n), "a": (m, 1), "b": (n, 1), "x": (n, 1)}
    return {k: sp.MatrixSymbol(k, *shape) for k, shape in names.items()} | {"m": m, "n": n, "t": sp.Symbol("t")}


FROM_SYMPY = {
    "log(Determinant(A.T*A))": "log(det(A'*A))",
    "(x.T*B*x)[0, 0]": "x'*B*x",
    "Trace(A*X*B*X.T)": "tr(A*X*B*X')",
    "X*(x.T*x)*t + X": "X*(x'*x)*t + X",
    "x.T*x*X": "(x'*x)*X",
    "X.applyfunc(lambda d: 1/(1 + exp(-d)))": "sigmoid(X)",
    "X.applyfunc(lambda d: Max(0, d)**2 + d)": "relu(X).^2 + X",
    "HadamardProduct(X, A*X)": "X .* (A*X)",
    "KroneckerProduct(A, X)": "kron(A, X)",
    "sqrt(Trace(X*X.T))/2": "norm(X)/2",
    "(A**3).T*Inverse(A)": "(A^3)'*inv(A)",
    "DiagMatrix(x)*B": "diag(x)*B",
    "exp(A)": "expm(A)",
    "OneMatrix(1, m)*X*x": "sum(X*x)",
    "A + t*Identity(m)": "A + t*I",
    "X[0, 1]*Trace(A)": "X[1,2]*tr(A)",
}  # fmt: skip


@pytest.mark.parametrize("text", FROM_SYMPY)
def test_sympy_means_the_same(text, sp, given):
    letters = sympy_letters(sp)
    expr = eval(text, vars(sp) | letters)
    expected = value(read(FROM_SYMPY[text], SHAPES), given)
    assert np.allclose(value(read(expr), given), expected, rtol=1e-12)


def test_back_to_sympy(sp, given):
    letters = sympy_letters(sp)
    expr = read(letters["A"] * letters["X"] * letters["B"] * 2)
    assert expr == 2 * letters["A"] * letters["X"] * letters["B"] == expr
    assert np.allclose(value(read(sp.sympify(expr)), given), value(expr, given))


def test_what_sympy_may_mean_twice_is_refused(sp):
    letters = sympy_letters(sp)
    A, X, t = letters["A"], letters["X"], letters["t"]
    wrong = [sp.log(A), sp.Adjoint(X), sp.BlockMatrix([[A, X]]), sp.Derivative(sp.Trace(A), t), sp.gamma(t) * A,
             sp.MatrixSymbol("t", 2, 2) * t, A**sp.Rational(1, 2), sp.Matrix([[1, 2]]), sp.oo, sp.I * A]  # fmt: skip
    for expr in wrong:
        with pytest.raises(ExpressionError):
            read(expr)

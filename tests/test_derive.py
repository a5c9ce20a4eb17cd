"""Derivations: right at random, collected as a person would, checked so that a wrong rule cannot print a line."""

import time

import numpy as np
import pytest

import matcalc as mc
from matcalc.derive import CannotDerive, ExpressionError, FalseLine, collecting, differentials, jacobian, moves, turn
from matcalc.derive.points import direction, point
from matcalc.differences import derivative
from matcalc.expressions import read, spell, symbols, value
from matcalc.expressions import tree as t

# What a person would write. The text is the whole gradient, so that like terms must have been collected.
GRADIENTS = [
    ("tr(A*X)", "X", {}, "A'"),
    ("tr(A*X*B*X')", "X", {}, "A'*X*B' + A*X*B"),
    ("tr(A*X*B*X')", "X", {"symmetric": "A B"}, "2*A*X*B"),
    ("tr((A*X*B + C)*(A*X*B + C)')", "X", {}, "2*A'*(A*X*B + C)*B'"),
    ("tr(X^3)", "X", {}, "3*(X')^2"),
    ("tr(X^k)", "X", {}, "k*(X')^(k - 1)"),
    ("tr(A*inv(X)*B)", "X", {}, "-inv(X')*A'*B'*inv(X')"),
    ("tr(kron(A, X))", "X", {}, "tr(A)*I"),
    ("det(X)", "X", {}, "det(X)*inv(X')"),
    ("det(X'*A*X)", "X", {"symmetric": "A"}, "2*det(X'*A*X)*A*X*inv(X'*A*X)"),
    ("logdet(X'*A*X)", "X", {"symmetric": "A"}, "2*A*X*inv(X'*A*X)"),
    ("log(det(X'*A*X))", "X", {"symmetric": "A"}, "2*A*X*inv(X'*A*X)"),
    ("log(tr(A*X))", "X", {}, "A'/tr(A*X)"),
    ("log(abs(det(X)))", "X", {}, "inv(X')"),
    ("det(X^k)", "X", {}, "det(X^k)*k*inv(X')"),
    ("x'*A*x", "x", {"symmetric": "A"}, "2*A*x"),
    ("norm(A*x - b)^2", "x", {}, "2*A'*(A*x - b)"),
    ("norm(x - a)", "x", {}, "(x - a)/norm(x - a)"),
    ("sum(exp(A*x))", "x", {}, "A'*exp(A*x)"),
    ("a'*inv(X)*b", "X", {}, "-inv(X')*a*b'*inv(X')"),
    ("tr(expm(X))", "X", {}, "expm(X')"),
    ("tr(expm(t*A))", "t", {}, "tr(A*expm(t*A))"),
    ("logdet(X)", "X", {"symmetric": "X"}, "inv(X)"),
    ("tr(A*X)", "X", {"symmetric": "X"}, "(1/2)*(A' + A)"),
    ("tr(A*X)", "X", {"diagonal": "X"}, "I .* A'"),
    ("X[1,2]^2", "X", {}, "2*X[1,2]*e1*e2'"),
    ("tr(X - X)", "X", {}, "0"),
]


@pytest.mark.parametrize(("text", "x", "structure", "gradient"), GRADIENTS)
def test_gradients_as_a_person_writes_them(text, x, structure, gradient):
    assert spell(mc.derive(text, x, **structure).gradient) == gradient


@pytest.mark.parametrize(("text", "x", "jacobian", "adjoint"), [
    ("A*X*B", "X", "kron(B', A)", "A'*Ybar*B'"),
    ("A*X'*B", "X", "kron(B', A)*commutation(p, n)", "B*Ybar'*A"),
    ("inv(X)", "X", "-kron(inv(X'), inv(X))", "-inv(X')*Ybar*inv(X')"),
    ("X'*X", "X", "kron(X', I)*commutation(m, n) + kron(I, X')", "X*Ybar' + X*Ybar"),
    ("A*x", "x", "A", "A'*Ybar"),
    ("X.*A", "X", "diag(vec(A))", "A .* Ybar"),
    ("expm(X)", "X", "frechet_matrix(X)", "frechet(X', Ybar)"),
])  # fmt: skip
def test_matrices_have_a_jacobian_and_an_adjoint(text, x, jacobian, adjoint):
    D = mc.derive(text, x)
    assert (spell(D.jacobian), spell(D.adjoint)) == (jacobian, adjoint)
    with pytest.raises(CannotDerive, match=r"\.adjoint"):
        _ = D.gradient


def test_the_steps_are_those_of_the_blackboard():
    D = mc.derive("tr(A*X*B*X')", "X")
    assert [step.rule for step in D.steps if step.of == "df"] == [
        "the trace is linear",
        "product rule, order kept",
        "multiplied out, like terms collected",
        "a number and a trace stay the same when transposed",
        "cyclic: tr(AB) = tr(BA)",
        "written as inner products",
        "collected",
    ]
    for before, after in zip(D.steps[2:8], D.steps[3:8], strict=False):
        assert after.before == before.after  # no line is left out
    assert D.steps[-1].latex == r"A^{\top}\,X\,B^{\top} + A\,X\,B"
    page = D._repr_latex_()
    assert page.startswith(r"$$\begin{aligned}")
    assert page.count(r"\text{") == len(D.steps) - 1  # each line but the first names its rule
    assert str(D).splitlines()[-1].startswith("∇f = A'*X*B' + A*X*B    [")


def test_second_differentials_and_hessians():
    D = mc.derive("log(abs(det(X)))", "X")
    assert spell(D.second) == "-tr(inv(X)*dX*inv(X)*dX)"
    assert spell(D.hessian) == "-kron(inv(X), inv(X'))*commutation(m, m)"
    assert spell(mc.derive("x'*A*x", "x", symmetric="A").hessian) == "2*A"
    assert spell(mc.derive("tr(A*X)", "X").second) == "0"
    with pytest.raises(CannotDerive, match="one variable without structure"):
        _ = mc.derive("logdet(X)", "X", symmetric="X").hessian


def test_several_variables():
    D = mc.derive("norm(A*X - B)^2", "A", "X")
    assert {name: spell(G) for name, G in D.gradient.items()} == {"A": "2*(A*X - B)*X'", "X": "2*A'*(A*X - B)"}
    assert set(mc.derive("A*X", ["A", "X"]).jacobian) == {"A", "X"}
    assert "∇f_" not in str(D)
    assert r"\nabla f_{A}" in D._repr_latex_()


def test_structure_is_said():
    D = mc.derive("tr(A*X*B*X')", "X", orthogonal="X")
    assert "along X Ω" in D.steps[-1].rule
    assert "diagonal part" in mc.derive("tr(A*X)", "X", diagonal="X").steps[-1].rule
    rng = np.random.default_rng(0)
    Q, _ = np.linalg.qr(rng.standard_normal((4, 4)))
    G = D.evaluate({"A": rng.random((4, 4)), "B": rng.random((4, 4)), "X": Q})
    assert np.allclose(Q.T @ G, -(Q.T @ G).T)


# SymPy in, numbers out


def test_sympy_in():
    sp = pytest.importorskip("sympy")
    m, n = sp.symbols("m n", integer=True, positive=True)
    X, A, x = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("A", m, m), sp.MatrixSymbol("x", m, 1)
    D = mc.derive(sp.log(sp.Determinant(X.T * A * X)), X, symmetric={"A"})
    assert spell(D.gradient) == "2*A*X*inv(X'*A*X)"
    assert D.gradient == 2 * A * X * (X.T * A * X).inverse()
    assert spell(mc.derive(sp.log(sp.Trace(A * A)), A).gradient) == "2*A'/tr(A^2)"
    assert spell(mc.derive((x.T * A * x)[0, 0], x).gradient) == "A*x + A'*x"
    assert mc.derive(sp.Trace(A * X * X.T), X).evaluate({A: np.eye(3), X: np.ones((3, 2))}).tolist() == [[2, 2]] * 3


def test_sympy_with_numbers_as_sizes():
    sp = pytest.importorskip("sympy")
    A, x = sp.MatrixSymbol("A", 3, 3), sp.MatrixSymbol("x", 3, 1)
    rng = np.random.default_rng(1)
    numbers = {A: rng.random((3, 3)), x: rng.random(3)}
    D = mc.derive((x.T * A * x)[0], x)
    assert np.allclose(D.evaluate(numbers), (numbers[A] + numbers[A].T) @ numbers[x])


def test_evaluate(rng):
    X, A, x = rng.random((3, 4)), rng.random((3, 3)), rng.random(3)
    assert np.allclose(mc.derive("tr(X'*A*X)", "X").evaluate({"A": A, "X": X}), (A + A.T) @ X)
    assert mc.derive("x'*A*x", "x").evaluate({"A": A, "x": x}).shape == (3,)
    assert np.allclose(mc.derive("A*X", "X").evaluate({"A": A, "X": X}), np.kron(np.eye(4), A))
    assert mc.derive("t^3", "t").evaluate({"t": 2.0}) == 12.0
    with pytest.raises(ExpressionError, match="no value for A"):
        mc.derive("x'*A*x", "x").evaluate({"x": x})


@pytest.mark.parametrize(("text", "names", "structure"), [
    ("tr(A*X*B*X')", ["X"], {}), ("logdet(X'*A*X)", ["X"], {}), ("inv(X)", ["X"], {}), ("x'*A*x/(x'*x)", ["x"], {}),
    ("A*X", ["A", "X"], {}), ("sum(exp(A*x))", ["x"], {}), ("logdet(X)", ["X"], {"symmetric": "X"}),
    ("exp(x)/sum(exp(x))", ["x"], {}), ("t^2*x'*x", ["t"], {}), ("tr(A*X)", ["X"], {"orthogonal": "X"}),
])  # fmt: skip
def test_a_derivation_is_a_rule(text, names, structure):
    F = mc.derive(text, *names, **structure).rule()
    assert mc.verify(F).passed


def test_rules_take_constants_and_know_their_formulas(rng):
    A = rng.random((3, 3))
    F = mc.derive("tr(X'*A*X)", "X").rule({"A": A, "X": rng.random((3, 2))})
    X = rng.random((3, 2))
    assert np.allclose(F.gradient(X), (A + A.T) @ X)
    assert F.formulas is not None
    assert mc.check(lambda X, dX: 2 * np.trace(X.T @ A @ dX), F).passed is False
    with pytest.raises(mc.DomainError):
        F(np.ones((9, 9)))


# What it does not do, it says


@pytest.mark.parametrize(("text", "x", "why"), [
    ("tr(A*B)", "X", "X does not occur"),
    ("norm2(X)", "X", "Frobenius"),
    ("sign(t)*t", "t", "abs"),
    ("t^X", "X", None),
    ("tr(A*dX*X)", "X", "another name"),
    ("log(-norm(X)^2)", "X", "no point was found"),
    ("A^t", "t", "expm"),
])  # fmt: skip
def test_refused_by_name(text, x, why):
    with pytest.raises((CannotDerive, ExpressionError), match=why):
        mc.derive(text, x)


def test_refused_later():
    with pytest.raises(CannotDerive, match="relu"):
        _ = mc.derive("sum(relu(A*x))", "x").second
    with pytest.raises(CannotDerive, match="with respect to what"):
        mc.derive("tr(X)")


# Random expressions against differences of values: the first derivative, and by examine() the second and J.

SHAPES = {"A": ("m", "m"), "B": ("n", "n"), "C": ("m", "n"), "X": ("m", "n"), "S": ("m", "m"), "a": ("m", 1),
          "b": ("n", 1), "x": ("n", 1)}  # fmt: skip


class Generator:
    """Random texts of the language, well shaped."""

    def __init__(self, rng):
        self.rng = rng

    def any(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def leaf(self, r, c):
        fit = [k for k, s in SHAPES.items() if s == (r, c)] + [k + "'" for k, s in SHAPES.items() if s == (c, r)]
        favourite = [k for k in fit if k[0] in "Xx"]
        return self.any(*(favourite if favourite and self.rng.random() < 0.7 else fit))

    def matrix(self, r, c, depth):
        if depth <= 0 or self.rng.random() < 0.15:
            return self.leaf(r, c)
        M, j = (lambda p, q: self.matrix(p, q, depth - 1)), self.any("m", "n")
        kinds = [lambda: f"{M(r, j)}*{M(j, c)}"] * 4 + [
            lambda: f"({M(r, c)} {self.any('+', '-')} {M(r, c)})", lambda: f"({M(c, r)})'",
            lambda: f"(({M(r, c)}) .* ({M(r, c)}))", lambda: f"({self.number(depth - 1)})*({M(r, c)})",
            lambda: f"{self.any('exp', 'sin', 'tanh', 'sigmoid', 'cos', 'softplus', 'relu')}({M(r, c)})",
        ]  # fmt: skip
        if r == c:
            kinds += [lambda: f"inv({M(r, c)})", lambda: f"({M(r, c)})^{self.any(2, 3, -2)}",
                      lambda: f"diag({M(r, 1)})", lambda: f"expm({M(r, c)})"]  # fmt: skip
        if c == 1:
            kinds += [lambda: f"diag({M(r, r)})", lambda: f"diag({M(r, 1)})*{M(r, 1)}"]
        return self.any(*kinds)()

    def number(self, depth):
        if depth <= 0:
            return self.any("t", "2", "3", "tr(A)", "s")
        i, j = self.any("m", "n"), self.any("m", "n")
        M, s = (lambda p, q: self.matrix(p, q, depth - 1)), (lambda: self.number(depth - 1))
        return self.any(
            lambda: f"tr({M(j, j)})", lambda: f"det({M(j, j)})", lambda: f"logdet({M(j, j)})",
            lambda: f"norm({M(i, j)}){self.any('', '^2', '^3')}", lambda: f"sum({M(i, j)})",
            lambda: f"({M(j, 1)})'*({M(j, 1)})", lambda: f"({s()}){self.any('*', '/', '+', '-')}({s()})",
            lambda: f"{self.any('exp', 'log', 'sin', 'sqrt', 'tanh')}({s()})",
            lambda: f"tr(({M(i, j)})'*({M(i, j)}))", lambda: f"({M(i, 1)})'*({M(i, j)})*({M(j, 1)})",
            lambda: f"({M(i, j)})[1,2]", lambda: f"tr(kron({M(i, i)}, {M(j, j)}))",
        )()  # fmt: skip


def random_expressions(rng, count):
    """(expression, letter) in which the letter occurs."""
    make = Generator(rng)
    while count:
        text = make.number(3) if rng.random() < 0.75 else make.matrix(make.any("m", "n"), make.any("m", "n", 1), 2)
        f = read(text, SHAPES, symmetric=make.any("", "S"))
        if letters := [name for name in ("X", "x", "t", "S") if name in symbols(f)]:
            count -= 1
            yield f, make.any(*letters)


def assert_right(f, x, rng):
    """The derived gradient or Jacobian against differences of NumPy's values; False where nothing can be compared."""
    try:
        D = mc.derive(f, x)
        given = point(f, rng)
        dX = direction(symbols(f)[x], given[x], rng)
        slope = derivative(lambda Z: value(f, given | {x: Z}), given[x], dX)
        found = D.evaluate(given)
    except CannotDerive:
        return False
    except (ExpressionError, ArithmeticError):
        return False
    got = np.sum(found * dX) if D.scalar else found @ mc.vec(dX)
    want = slope.value if D.scalar else mc.vec(slope.value)
    size = np.max(np.abs(want)) + np.max(np.abs(found)) * np.max(np.abs(dX)) + 1e-9
    assert np.max(np.abs(got - want)) <= 1e-5 * size + 10 * np.max(slope.error), f"{f} by {x}"
    return True


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_against_differences(seed):
    rng = np.random.default_rng(seed)
    compared = [assert_right(f, x, rng) for f, x in random_expressions(rng, 75)]
    assert sum(compared) > 0.8 * len(compared)


def test_second_differentials_of_random_expressions():
    rng, count = np.random.default_rng(77), 0
    for f, x in random_expressions(rng, 60):
        if f.is_scalar:
            try:
                D = mc.derive(f, x)
                _ = D.second  # compared with differences of the first; FalseLine else
                _ = D.hessian
                count += 1
            except CannotDerive:
                continue
    assert count > 20


# The testers are tested: a wrong rule must not print a line.

WRONG = [
    (differentials.RULES, "det", lambda D, Y: t.scalar("tr", t.multiply(t.inverse(Y.parts[0]), D.soon(Y.parts[0]))),
     "det(X)"),
    (differentials.RULES, "tr", lambda D, Y: t.multiply("1.000001", t.scalar("tr", D.soon(Y.parts[0]))), "tr(A*X*X)"),
    (differentials.RULES, "norm", lambda D, Y: t.zero((1, 1)), "norm(A*X)"),
    (differentials.RULES, "'", lambda D, Y: D.soon(Y.parts[0]), "tr(A*X'*X')"),
    (differentials.SLOPES, "tanh", (lambda X, Y, one: t.add(one, t.entrywise_power(Y, 2)), "tanh"), "sum(tanh(A*X))"),
    (differentials.RULES, "expm", lambda D, Y: t.multiply(Y, D.soon(Y.parts[0])), "sum(expm(X))"),
    (turn.RULES, "*", lambda e: t.Expr("*", [turn.turn(p) for p in e.parts], e.shape[::-1]), "a'*X*A*X*b"),
    (moves.ACROSS, ".*", lambda G, Z, i: moves.inner(G, Z.parts[i]), "sum(A.*X)"),
    (moves.ACROSS, "*", lambda G, Z, i: moves.inner(G, Z.parts[i]), "sum(A*(X.*X))"),
    (jacobian.RULES, "'", lambda Z, i: t.identity(t.times(*Z.shape)), "A*X'"),
    (jacobian.RULES, "kron", lambda Z, i: jacobian._kron(t.vec(Z.parts[0]), t.identity(t.times(*Z.parts[1].shape))),
     "kron(A, X)"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "head", "wrong", "text"), WRONG)
def test_a_wrong_rule_prints_nothing(monkeypatch, table, head, wrong, text):
    from matcalc.derive.normal import tidy
    from matcalc.derive.normal_heads import code

    tidy.cache_clear(), code.cache_clear()
    monkeypatch.setitem(table, head, wrong)
    try:
        f = read(text, SHAPES | {"A": ("m", "m"), "X": ("m", "m"), "b": ("m", 1)})
        with pytest.raises((FalseLine, ExpressionError, AssertionError)) as caught:
            _ = mc.derive(f, "X").jacobian
        if caught.type is FalseLine:
            assert caught.value.report.failures
    finally:
        tidy.cache_clear(), code.cache_clear()


def test_a_wrong_projection_is_seen(monkeypatch):
    monkeypatch.setattr(collecting, "_shortest", lambda half: t.multiply(2, half))
    with pytest.raises(FalseLine):
        mc.derive("tr(A*X)", "X", symmetric="X")


def test_time():
    mc.derive("tr(A*X)", "X")
    start = time.perf_counter()
    for text in ("logdet(X'*A*X)", "tr(inv(A + X'*C*X)*X'*B*X)", "log(sum(exp(A*X*b)))", "det(X^3)"):
        mc.derive(text, "X")
    assert (time.perf_counter() - start) / 4 < 0.3


def test_the_latex_is_checked_too(monkeypatch):
    from matcalc.expressions import printing

    assert any(check.name.startswith("printed") for check in mc.derive("tr(A*X*B*X')", "X").report.checks)
    monkeypatch.setitem(printing.RULES, "'", lambda e: printing.latex(e.parts[0]))
    with pytest.raises(FalseLine, match="printed"):
        mc.derive("tr(A*A*X'*X')", "X")


def test_the_live_field():
    widgets = pytest.importorskip("ipywidgets")
    from matcalc.derive.live import EXAMPLES, field

    box = field()
    expression, by, symmetric, menu, shown = box.children
    assert r"\nabla f" in shown.value
    expression.value = "tr(AXB)"
    assert "put * between" in shown.value
    for name in EXAMPLES:
        menu.value = name
        assert r"\begin{aligned}" in shown.value, name
    assert (by.value, symmetric.value) == ("X", "")
    assert isinstance(box, widgets.VBox)


@pytest.mark.parametrize(("text", "why"), [
    ("X^(1/2)", "whole exponents up to 100, not for 1/2"), ("X^1000000", "not for 1000000"),
    ("X^-1000", "not for -1000"), ("X[99,1]", "X is only"), ("1e308*1e308*tr(X)", "too large"),
])  # fmt: skip
def test_what_cannot_be_checked_is_not_derived(text, why):
    with pytest.raises(CannotDerive, match=why):
        mc.derive(text, "X")


def test_an_entry_of_a_larger_matrix_is_derived():
    assert spell(mc.derive("X[5,6]^2", "X").differential) == "2*X[5,6]*dX[5,6]"


@pytest.mark.parametrize(("given", "why"), [("A", "a dict"), ({"Q": 1.0}, "Q does not occur")])
def test_constants_of_a_rule_are_letters_of_it(given, why):
    with pytest.raises(CannotDerive, match=why):
        mc.derive("tr(A*X)", "X").rule(given)

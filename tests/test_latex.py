"""LaTeX in, a tree out, and back: what is read, what is refused, and where the message points."""

import pytest

from matcalc.latex import FormulaError, Name, Number, Term, latex, parse, rewrites

A, B, C, X = map(Name, "ABCX")

READ = [
    ("A B C", Term("", (A, B, C))),
    ("(A B) C", Term("", (Term("", (A, B)), C))),
    ("A - B + C", Term("+", (A, Term("-", (B,)), C))),
    ("-A B", Term("-", (Term("", (A, B)),))),
    (r"A B \otimes C", Term(r"\otimes", (Term("", (A, B)), C))),
    (r"A \odot B \odot C", Term(r"\odot", (A, B, C))),
    (r"X'", Term(r"^\top", (X,))),
    ("X^T", Term(r"^\top", (X,))),
    (r"X^{\dagger}", Term("^+", (X,))),
    (r"X^{-\top}", Term(r"^-\top", (X,))),
    ("X^{23}", Term("^", (X, Number("23")))),
    (r"\frac12 X", Term("", (Term("/", (Number("1"), Number("2"))), X))),
    (r"\tfrac \lambda 2", Term("/", (Name(r"\lambda"), Number("2")))),
    (r"0.5\,X", Term("", (Number("0.5"), X))),
    (r"\operatorname{tril}_{-1}[A]", Term("tril_-1", (A,))),
    (r"\operatorname{tr} A^{\top}", Term("tr", (Term(r"^\top", (A,)),))),
    (r"\operatorname{tr}(A)^2", Term("^", (Term("tr", (A,)), Number("2")))),
    (r"\log|\det X|", Term("log", (Term("abs", (Term("det", (X,)),)),))),
    (r"|A||B|", Term("", (Term("abs", (A,)), Term("abs", (B,))))),
    (r"\left\|X\right\|_F", Term("norm_F", (X,))),
    (r"\langle A, B\rangle", Term("inner", (A, B))),
    (r"\sum_{i=0}^k A \otimes B + C", Term("+", (Term(r"\sum", (
        Name("i"), Number("0"), Name("k"), Term(r"\otimes", (A, B)))), C))),
    (r"\begin{bmatrix} A & B \\ C & X \end{bmatrix}",
     Term(r"\begin", (Term("&", (A, B)), Term("&", (C, X))))),
    ("A B = C", Term("=", (Term("", (A, B)), C))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), READ)
def test_the_tree_of_a_formula(text, tree):
    assert parse(text) == tree
    assert parse(latex(tree)) == tree


NAMES = [
    ("X", "X"),
    (r"\mathrm dX", "dX"),
    (r"\mathrm{d} X_1", "dX_1"),
    ("dX", "dX"),
    (r"d\lambda_i", r"d\lambda_i"),
    ("d", "d"),
    (r"\bar Y", "Ybar"),
    (r"\bar{Y}_{12}", "Ybar_12"),
    (r"\bar{U_1}", "Ubar_1"),
    (r"\bar{\hat y}", "yhatbar"),
    (r"\mathbf 1_n", r"\mathbf{1}_n"),
    (r"\mathbf{w}", r"\mathbf{w}"),
    (r"U_{k-1}", "U_k-1"),
]


@pytest.mark.parametrize(("text", "key"), NAMES)
def test_names_in_print_and_in_code(text, key):
    assert parse(text) == Name(key)
    assert parse(latex(Name(key))) == Name(key)


def test_spaces_and_sizes_of_brackets_mean_nothing():
    assert parse(r"\Bigl(\,A\;B \quad C~\! \Bigr)") == parse("A B C")


def test_a_differential_takes_its_name_before_the_transpose():
    assert parse(r"\mathrm dX^{\top}") == Term(r"^\top", (Name("dX"),))
    assert parse(r"A\mathrm dX B") == Term("", (A, Name("dX"), B))
    assert parse(r"d^{\top} d") == Term("", (Term(r"^\top", (Name("d"),)), Name("d")))


REFUSED = [
    ("a/b c", "two ways", 4),
    ("a/b/c", "two ways", 3),
    (r"\operatorname{tr} A B", "in parentheses", 20),
    (r"\log\det(X) Y", "in parentheses", 12),
    (r"\log 2\pi", "in parentheses", 6),
    (r"A \otimes B \odot C", "two ways", 12),
    (r"A \oslash B \oslash C", "two ways", 21),
    ("X 2", "in front", 2),
    ("2 3", "in front", 2),
    ("X^23", "in front", 3),
    ("X^{2}^{3}", "expected the end", 5),
    ("X^{(l)}", "label", 2),
    ("(X", "expected )", 2),
    ("X)", "expected the end", 1),
    ("|X", "expected |", 2),
    ("X^{-1", "the end of a script", 5),
    ("X^", "the end of a script", 2),
    ("X +", "expected a factor", 3),
    ("", "expected a factor", 0),
    ("A = B = C", "expected the end", 9),
    (r"A \pm B", r"found \pm", 2),
    (r"\sum_i X", "expected {", 5),
    (r"\sum_{i} X", "expected =", 7),
    (r"\bar{X^{\top}}", "expected }", 6),
    (r"\mathrm d(X)", "a letter", 9),
    (r"\sqrt[3]{x}", "a letter", 5),
    (r"\begin{bmatrix} A & B", r"\end{bmatrix}", 21),
]  # fmt: skip


@pytest.mark.parametrize(("text", "complaint", "position"), REFUSED)
def test_what_is_unclear_is_refused_at_its_place(text, complaint, position):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    message = str(caught.value)
    assert complaint in message
    assert f"at position {position}," in message
    assert message.endswith("\n    " + " " * position + "^")


def test_rewrites_change_one_place_at_a_time():
    def to_c(node):
        return [C] if node == A else []

    found = {latex(tree) for tree in rewrites(parse(r"A B + A^{\top}"), to_c)}
    assert found == {r"C B + A^{\top}", r"A B + C^{\top}"}


def test_a_name_that_cannot_be_printed_is_refused():
    with pytest.raises(FormulaError, match="no printed name"):
        latex(Name("XY"))


def test_a_formula_that_is_nested_too_deeply_is_refused():
    with pytest.raises(FormulaError, match="too deeply"):
        parse("(" * 3000 + "X" + ")" * 3000)

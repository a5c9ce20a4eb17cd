r"""An expression as LaTeX, in the notation of the book: X^{-\top}, \operatorname{tr}(…), \mathrm dX, ⊙, ⊗, ‖·‖_F."""

from __future__ import annotations

import re

from .language import GREEK
from .spelling import split_sign
from .tree import Expr

SUM, CHAIN, PRODUCT, POWER, ATOM = range(5)  # how tightly a text holds together; a chain is A ⊙ B or A ⊗ B
LOOSE = {"+": SUM, "sigma": SUM, ".*": CHAIN, "kron": CHAIN, "*": PRODUCT}
WORDS = {"det", "log", "exp", "sin", "cos", "tanh"}
NAMES = {"logdet": r"\log\det"}


def latex(expr):
    """The LaTeX of an expression."""
    return _text(expr)[0]


def _text(expr):
    if expr.head == "number":
        return _number(expr.parts[0])
    rule = RULES.get(expr.head)
    if rule is None:
        return _call(expr), POWER if expr.head == "logdet" else ATOM  # log det(S)² would be the log of a square
    text = rule(expr)
    return text if isinstance(text, tuple) else (text, LOOSE.get(expr.head, ATOM))


def _number(number):
    sign = "-" if number < 0 else ""
    n, d = abs(number.numerator), number.denominator
    text = str(n) if d == 1 else rf"\frac{{{n}}}{{{d}}}"
    return sign + text, CHAIN if sign else ATOM


def bracket(expr, least):
    text, level = _text(expr)
    return text if level >= least else rf"\left({text}\right)"


def letter(name):
    r"""alpha → \alpha, dX → \mathrm dX, Ybar → \bar Y, x1 → x_{1}, Sigma_k → \Sigma_{k}."""
    if match := re.fullmatch(r"d([^\W\d_].*)", name):
        return rf"\mathrm d{letter(match[1])}"
    if match := re.fullmatch(r"(.+)bar((?:_\w+|\d+)?)", name):
        return rf"\bar {letter(match[1])}" + _subscript(match[2])
    core, sub = re.fullmatch(r"([^\W\d_]+)(.*)", name).groups()
    core = "\\" + core if core.lower() in GREEK else core if len(core) == 1 else rf"\mathit{{{core}}}"
    return core + _subscript(sub)


def _subscript(text):
    text = text.strip("_").replace("_", ",")
    if text.lower() in GREEK:
        text = "\\" + text
    return f"_{{{text}}}" if text else ""


def _call(expr):
    """A function with its arguments in brackets."""
    arguments = ", ".join(latex(part) for part in expr.children)
    name = NAMES.get(expr.head) or ("\\" + expr.head if expr.head in WORDS else rf"\operatorname{{{expr.head}}}")
    return rf"{name}\left({arguments}\right)"


def _sum(expr):
    text = ""
    for i, term in enumerate(expr.parts):
        minus, rest = split_sign(term)
        text += ("-" if minus else "") if i == 0 else (" - " if minus else " + ")
        text += bracket(rest, CHAIN)
    return text


def _product(expr):
    minus, rest = split_sign(expr)
    if minus:
        return "-" + bracket(rest, PRODUCT), CHAIN
    over = [p for p in expr.parts if not _is_under(p)]
    under = [_flip(p) for p in expr.parts if _is_under(p)]
    if under:
        scalars = [p for p in over if p.is_scalar]
        top = _factors(scalars) if scalars else "1"
        text = rf"\frac{{{top}}}{{{_factors(under)}}}"
        matrices = [p for p in over if not p.is_scalar]
        if not matrices:
            return text
        return text + r"\," + (_factors(matrices) if len(matrices) > 1 else bracket(matrices[0], POWER))
    return _factors(expr.parts)


def _is_under(part):
    """Whether a factor is printed below a fraction line."""
    if not (part.is_scalar and part.head == "^" and part.parts[1].head == "number"):
        return False
    return part.parts[1].parts[0] < 0


def _flip(part):
    base, exponent = part.parts
    exponent = Expr("number", (-exponent.parts[0],), exponent.shape)
    return base if exponent.parts[0] == 1 else Expr("^", (base, exponent), part.shape)


def _factors(factors):
    """Factors side by side; a sum in brackets, a product that is a number too where others follow."""
    if len(factors) == 1:
        return latex(factors[0])
    texts = [bracket(part, ATOM if part.head == "logdet" else POWER) for part in factors[:-1]]
    texts.append(bracket(factors[-1], POWER))
    joined = texts[0]
    for before, text in zip(texts, texts[1:], strict=False):
        tight = re.fullmatch(r"-?[\d.]+|\\frac\{\d+\}\{\d+\}", before) is None and not before.endswith(r"\right)")
        digit = text[:1].isdigit() or text.startswith(r"\frac")
        joined += (r" \cdot " if digit else r"\," if tight or len(text) > 1 else " ") + text
    return joined


def _power(expr):
    base, exponent = expr.parts
    number = exponent.parts[0] if exponent.head == "number" else None
    if expr.is_scalar and number is not None and number < 0:
        return rf"\frac{{1}}{{{latex(_flip(expr))}}}"
    if expr.is_scalar and number is not None and number == 0.5:
        return rf"\sqrt{{{latex(base)}}}"
    if base.head == "'" and number == -1:
        return rf"{bracket(base.parts[0], ATOM)}^{{-\top}}", POWER
    return rf"{bracket(base, ATOM)}^{{{_exponent(exponent)}}}", POWER


def _exponent(exponent):
    if exponent.head == "number" and exponent.parts[0].denominator != 1:
        return f"{exponent.parts[0]}"
    return latex(exponent)


def _transpose(expr):
    inner = expr.parts[0]
    if inner.head == "^" and inner.parts[1].head == "number" and inner.parts[1].parts[0] == -1:
        return rf"{bracket(inner.parts[0], ATOM)}^{{-\top}}", POWER
    if inner.head == "pinv":
        return rf"{bracket(inner.parts[0], ATOM)}^{{+\top}}", POWER
    return rf"{bracket(inner, ATOM)}^{{\top}}", POWER


def _differential(expr):
    inner = expr.parts[0]
    text = latex(inner)
    return rf"\mathrm d\left({text}\right)", ATOM


def _diag(expr):
    """diag(x) is a matrix; of a matrix, diag is its diagonal part in this book, and that times 1 the column."""
    inner = expr.parts[0]
    text = rf"\operatorname{{diag}}\left({latex(inner)}\right)"
    return (text, ATOM) if inner.shape[1] == 1 else (rf"{text}\,\mathbf{{1}}_{{{_dim(inner.shape[0])}}}", PRODUCT)


def _dot_power(expr):
    base, exponent = expr.parts
    return rf"{bracket(base, ATOM)}^{{\odot {_exponent(exponent)}}}", POWER


def _hadamard(expr):
    return r" \odot ".join(bracket(p, PRODUCT) for p in expr.parts)


def _sigma(expr):
    index, first, last, body = expr.parts
    return rf"\sum_{{{latex(index)}={latex(first)}}}^{{{latex(last)}}} {bracket(body, PRODUCT)}"


def _ones(expr):
    columns = "" if expr.shape[1] == 1 else rf" \times {_dim(expr.shape[1])}"
    return rf"\mathbf{{1}}_{{{_dim(expr.shape[0])}{columns}}}"


def _blocks(expr):
    return rf"\left\langle {latex(expr.parts[0])},\, {latex(expr.parts[1])} \right\rangle"


def _dim(dim):
    return "".join(map(str, dim)) if isinstance(dim, tuple) else str(dim)


RULES = {
    "symbol": lambda e: letter(e.parts[0]),
    "pi": lambda e: r"\pi",
    "size": lambda e: _dim(e.parts[0]),
    "I": lambda e: f"I_{{{_dim(e.shape[0])}}}",
    "ones": _ones,
    "zero": lambda e: "0",
    "unit": lambda e: f"e_{{{e.parts[0]}}}",
    "entry": lambda e: (f"{bracket(e.parts[0], ATOM)}_{{{e.parts[1]},{e.parts[2]}}}"
                        if e.parts[0].head != "symbol" or "_" not in letter(e.parts[0].parts[0])
                        else rf"\left({latex(e.parts[0])}\right)_{{{e.parts[1]},{e.parts[2]}}}"),
    "commutation": lambda e: f"K_{{{_dim(e.parts[0])},{_dim(e.parts[1])}}}",
    "+": _sum, "*": _product, "^": _power, "'": _transpose, "d": _differential, ".^": _dot_power, ".*": _hadamard,
    "kron": lambda e: rf"{bracket(e.parts[0], PRODUCT)} \otimes {bracket(e.parts[1], PRODUCT)}",
    "sigma": _sigma,
    "inner": lambda e: rf"\left\langle {latex(e.parts[0])},\, {latex(e.parts[1])} \right\rangle",
    "norm": lambda e: rf"\left\|{latex(e.parts[0])}\right\|" + ("" if e.parts[0].shape[1] == 1 else "_F"),
    "norm2": lambda e: rf"\left\|{latex(e.parts[0])}\right\|_2",
    "expm": lambda e: (rf"e^{{{latex(e.parts[0])}}}", POWER),
    "frechet": lambda e: rf"L_{{\exp}}\left({latex(e.parts[0])},\, {latex(e.parts[1])}\right)",
    "pinv": lambda e: (rf"{bracket(e.parts[0], ATOM)}^{{+}}", POWER),
    "abs": lambda e: rf"\left|{latex(e.parts[0])}\right|",
    "sqrt": lambda e: rf"\sqrt{{{latex(e.parts[0])}}}",
    "blocksum": lambda e: rf"{_blocks(e)}_{{1}}", "blockinner": lambda e: rf"{_blocks(e)}_{{2}}",
    "diag": _diag,
    "selection": lambda e: f"E_{{{_dim(e.parts[0])}}}",
    "frechet_matrix": lambda e: rf"K_{{\exp}}\left({latex(e.parts[0])}\right)",
    "unvec": lambda e: rf"\operatorname{{vec}}^{{-1}}\left({latex(e.parts[0])}\right)",
    "sigmoid": lambda e: rf"\sigma\left({latex(e.parts[0])}\right)",
}  # fmt: skip

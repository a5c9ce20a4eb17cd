"""The syntax tree of a printed formula, its printer, and the places where it can be changed."""

import re
from dataclasses import dataclass
from functools import reduce

GREEK = (
    r"\\(?:alpha|beta|gamma|delta|(?:var)?epsilon|zeta|eta|(?:var)?theta|iota|kappa|lambda|mu|nu|xi"
    r"|pi|rho|sigma|tau|upsilon|(?:var)?phi|chi|psi|omega|ell|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma"
    r"|Upsilon|Phi|Psi|Omega)"
)
ACCENT, FONT = "bar|hat|tilde|dot", r"\\(?:mathbf|mathcal|mathbb|boldsymbol)"
PRINTED = re.compile(rf"(d?)({GREEK}|{FONT}\{{.+\}}|[A-Za-z])((?:{ACCENT})*)")
INFIX = (r"\otimes", r"\odot", r"\oslash", r"\times")
FENCES = {r"\lvert": (r"\rvert", "abs"), r"\lVert": (r"\rVert", "norm")}
FENCES |= {r"\langle": (r"\rangle", "inner"), "|": ("|", "abs"), r"\|": (r"\|", "norm")}
# How tightly a head binds; a part of a term that binds less than it must stands in brackets.
LEVELS = {"=": 0, "+": 1, "-": 1, r"\sum": 2, **dict.fromkeys(INFIX, 2), "": 3, "/": 4}


class FormulaError(ValueError):
    """A printed formula that cannot be read, or that has no value at the given point."""


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Name:
    r"""A name as it is written in code: X, dX, Ybar, U_1, \lambda_i."""

    key: str

    symbol = property(lambda self: self.key.partition("_")[0])
    subscript = property(lambda self: self.key.partition("_")[2])


@dataclass(frozen=True)
class Term:
    r"""A head and what it acts on.

    Heads: the signs = + - / \otimes \odot \oslash \times; empty for a product; ^ for a power, ^\top
    ^-1 ^+ … for marks; \sum (index, first, last, body); \begin and & for blocks and their rows; and
    the names of functions, tr, tril_-1, norm_F.
    """

    head: str
    parts: tuple["Node", ...]


Node = Number | Name | Term


def rewrites(node, rule):
    """Every tree that one use of `rule` at one place makes of `node`; rule(subtree) gives trees."""
    yield from rule(node)
    for i, part in enumerate(node.parts if isinstance(node, Term) else ()):
        for new in rewrites(part, rule):
            yield Term(node.head, (*node.parts[:i], new, *node.parts[i + 1 :]))


def latex(node, level=0):
    """Prints a tree so that `parse` reads it back; in brackets if it binds less than `level`."""
    if isinstance(node, Name):
        return _print_name(node)
    if isinstance(node, Number):
        own, text = 4, node.text
    else:
        own = LEVELS.get(node.head, 4 if node.head.startswith("^") else 5)
        text = _print_term(node.head, node.parts)
    return text if own >= level else f"({text})"


def _print_name(name):
    if not (found := PRINTED.fullmatch(name.symbol)):
        raise FormulaError(rf"{name.key!r} is no printed name, as X, dX, Ybar, U_1 and \mu are")
    d, text, accents = found.groups()
    for accent in re.findall(ACCENT, accents):
        text = rf"\{accent}{{{text}}}" if text[1:] else rf"\{accent} {text}"
    return (r"\mathrm d" if d else "") + text + (f"_{{{name.subscript}}}" if name.subscript else "")


def _print_term(head, parts):
    if head in ("+", "-", "", "=", *INFIX):
        return _print_infix(head, parts)
    texts = [latex(part) for part in parts]
    match head:
        case "/":
            return r"\frac{{{}}}{{{}}}".format(*texts)
        case r"\sum":
            return r"\sum_{{{}={}}}^{{{}}} ".format(*texts) + latex(parts[3], 2)
        case r"\begin":
            return r"\begin{bmatrix} " + r" \\ ".join(texts) + r" \end{bmatrix}"
        case "&":
            return " & ".join(texts)
        case "sqrt":
            return rf"\sqrt{{{texts[0]}}}"
        case "^":
            return f"{latex(parts[0], 5)}^{{{texts[1]}}}"
    if head[0] == "^":
        return f"{latex(parts[0], 5)}^{{{head[1:]}}}"
    return _print_function(head, ", ".join(texts))


def _print_infix(head, parts):
    level = LEVELS[head] + 1
    if head == "":
        first, *rest = parts
        rest = [latex(part, 5 if isinstance(part, Number) else 4) for part in rest]
        return reduce(_juxtapose, rest, latex(first, 4))
    if head == "-":
        return "-" + latex(parts[0], level)
    minus = [isinstance(part, Term) and head == "+" and part.head == "-" for part in parts]
    texts = [latex(part, 1 if m else level) for part, m in zip(parts, minus, strict=True)]
    return f" {head} ".join(texts).replace("+ -", "- ")


def _juxtapose(left, right):
    """A thin space sets differentials off."""
    return left + (r"\," if r"\mathrm d" in left + right else " ") + right


def _print_function(head, arguments):
    name, _, subscript = head.partition("_")
    script = f"_{{{subscript}}}" if subscript else ""
    for opening, (closing, function) in FENCES.items():
        if function == name:
            return f"{opening} {arguments} {closing}{script}"
    return rf"\operatorname{{{name}}}{script}({arguments})"

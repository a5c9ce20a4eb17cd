"""What a tutor would say: a sentence and a hint for every kind, with the data of the case put in."""

from __future__ import annotations

from ..latex import FormulaError, Name, Number, Term, latex
from ..spaces import shape_of, text
from .diagnosis import Diagnosis
from .mutations import changed
from .numbers import spelled

HINTS = {
    "wrong_shape": "What shape must the result have? Go through the shapes of the factors from left to right.",
    "not_linear": "A derivative is linear in the direction: twice the direction gives twice the change.",
    "sign": "Follow the minus signs: at which step does one come in or go out?",
    "factor": "Try the formula where everything is a 1×1 matrix: which number is too many or missing?",
    "transposed": "Compare the entry in row 1, column 2 with a difference quotient.",
    "argument_transposed": "When a factor moves to the other side of an inner product, what happens to it?",
    "tangent_transposed": "Change a single entry of X off the diagonal: which entry of the result must move?",
    "order": "Matrices do not commute: put the change exactly where the factor stood that changes.",
    "term_missing": "Each place where the variable stands gives one term. Count the places.",
    "term_extra": "Each place where the variable stands gives one term. Count the places.",
    "term_wrong": "Look at the terms one by one: keep one place moving and all others still.",
    "inverse_missing": "Check the units: if X is measured in meters, in what is each term measured?",
    "factor_missing": "Write the product in full before you differentiate, and copy every factor that stands still.",
    "symmetrised": "Do not assume symmetry that is not given: try a matrix that is not symmetric.",
    "symmetric_only": "Try a matrix that is not symmetric.",
    "commuting_only": "Try two matrices that do not commute.",
    "scalar_rule": "The rule of numbers lets factors pass each other. Do matrices?",
    "diagonal_only": "Try a matrix that is not diagonal.",
    "elementwise_for_matrix": "In NumPy * and ** act on entries, @ is the product of matrices.",
    "entries": "Look at how the entries named are computed: a border, a diagonal, an index off by one?",
    "other_function": "Read again which function is to be differentiated.",
    "adjoint_for_differential": "Which of the two maps takes a change of X, and which takes a change of the result?",
    "small_error": "An exact formula agrees to about fifteen digits. Where does a small number come in?",
    "unknown": "Take the smallest case, write out one entry, and compare with a difference quotient.",
}


def say(kind, message, detail=None, evidence=None):
    """A diagnosis with the hint of its kind."""
    return Diagnosis(kind, message, detail or {}, evidence or {}, HINTS.get(kind, ""))


def both(found):
    """One diagnosis, or the first of two that carries the second."""
    first, *rest = (one.but(hint=one.hint or HINTS.get(one.kind, "")) for one in found)
    if not rest:
        return first
    message = "two mistakes: " + "; ".join(one.message for one in (first, *rest))
    return first.but(message=message, others=tuple(rest))


SUPERSCRIPTS = {r"^\top": "ᵀ", "^-1": "⁻¹", r"^-\top": "⁻ᵀ", "^+": "⁺", r"^+\top": "⁺ᵀ", "^H": "ᴴ", "^-H": "⁻ᴴ"}
DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
GREEK = {r"\lambda": "λ", r"\Sigma": "Σ", r"\Omega": "Ω", r"\mu": "μ", r"\sigma": "σ", r"\mathbf{1}": "𝟏"}


def plain(tree, level=0):
    """A tree as plain text that can be read in a sentence: −X⁻¹ dX X⁻¹."""
    if isinstance(tree, Number):
        return "½" if tree.text == "0.5" else tree.text
    if isinstance(tree, Name):
        return _name(tree)
    head, kids = tree.head, tree.parts
    if head in SUPERSCRIPTS:
        return plain(kids[0], 5) + SUPERSCRIPTS[head]
    if head == "-":
        return "−" + plain(kids[0], 2)
    if head == "+":
        sum_ = plain(kids[0]) + "".join(_signed(kid) for kid in kids[1:])
        return f"({sum_})" if level > 0 else sum_
    if head in ("", r"\odot", r"\otimes", r"\oslash"):
        sign = {"": " ", r"\odot": " ⊙ ", r"\otimes": " ⊗ ", r"\oslash": " ⊘ "}[head]
        product = sign.join(plain(kid, 3) for kid in kids)
        return f"({product})" if level > (2 if head == "" else 1) else product
    return _other(tree)


def _other(tree):
    head, kids = tree.head, tree.parts
    if head == "^":
        exponent = plain(kids[1]).replace("−", "-")
        plainly = exponent.lstrip("-").isdigit()
        return plain(kids[0], 5) + (exponent.translate(DIGITS) if plainly else f"^({exponent})")
    if head == "/":
        return f"{plain(kids[0], 3)}/{plain(kids[1], 5)}"
    if head.startswith("by entries"):
        return f"[{plain(kids[0])} by entries]"
    if head.startswith("norm"):
        return f"‖{plain(kids[0])}‖"
    try:
        inside = ", ".join(map(plain, kids))
        return f"{head.replace(chr(92), '').replace('_odot', '')}({inside})"
    except (FormulaError, KeyError):
        return latex(tree)


def _signed(tree):
    if isinstance(tree, Term) and tree.head == "-":
        return " − " + plain(tree.parts[0], 2)
    return " + " + plain(tree)


def _name(name):
    symbol, subscript = name.symbol, name.subscript
    d = "d" if symbol[:1] == "d" and len(symbol) > 1 else ""
    symbol = symbol[len(d) :]
    bar = "\u0304" if symbol.endswith("bar") else ""
    symbol = symbol.removesuffix("bar")
    return d + GREEK.get(symbol, symbol.replace("\\", "")) + bar + (f"_{subscript}" if subscript else "")


def about_term(terms, j, c):
    """What is wrong with one term of a sum: it is missing, has the wrong sign or a factor too many."""
    term = plain(terms[j][1])
    detail = {"term": term, "latex": latex(terms[j][1]), "value": c}
    if abs(c) < 1e-9:
        return say("term_missing", f"a term is missing: {term}", detail | {"how": "missing"})
    if abs(c + 1) < 1e-6:
        return say("term_wrong", f"one term has the wrong sign: {term}", detail | {"how": "sign"})
    return say("term_wrong", f"one term has a factor {spelled(c)} too much: {term}",
               detail | {"how": "factor"} | ({"also": ["term_extra"]} if abs(c - 2) < 1e-6 else {}))


SENTENCES = {
    "argument_transposed": "a factor is transposed that should not be, or the reverse: {theirs} where {ours} belongs",
    "tangent_transposed": "the direction is transposed: {theirs} where {ours} belongs",
    "inverse_missing": "an inverse is missing: {theirs} where {ours} belongs",
    "factor_missing": "a factor is missing: {theirs} where {ours} belongs",
    "order": "the order of the factors is not right: {theirs} where {ours} belongs",
    "elementwise_for_matrix": "entries are combined one by one where matrices are meant, or the reverse: "
                              "{theirs} where {ours} belongs",
    "term_missing": "a term is missing: {theirs} where {ours} belongs",
    "term_wrong": "one term is not right ({how}): {theirs} where {ours} belongs",
    "scalar_rule": "this is the rule of numbers, applied to every entry: {theirs} where {ours} belongs",
}


def about_step(step, entry):
    """What one mistake in a formula is."""
    kind, how, old, new = step
    if isinstance(new, Term) and new.parts[:1] == (Number("0"),):
        return say(kind, f"a term is missing: {plain(old)}", {"how": "missing", "term": plain(old)})
    old, new = changed(old, new)
    detail = {"how": how, "ours": plain(old), "theirs": plain(new), "term": plain(entry.term)}
    if kind in ("argument_transposed", "factor_missing", "inverse_missing"):
        detail["factor"] = plain(_difference(old, new))
    return say(kind, SENTENCES[kind].format(**detail), detail)


def about_symmetric(entry):
    """A transpose was taken to be the same as the matrix itself."""
    factors = sorted({plain(_letter(changed(old, new)[0])) for _, _, old, new in entry.steps})
    factor = " and ".join(factors)
    are = "are" if len(factors) > 1 else "is"
    detail = {"factor": factor, "ours": plain(entry.term), "theirs": plain(entry.tree)}
    message = "right only if {factor} {are} symmetric: you have {theirs} where {ours} belongs"
    return say("symmetric_only", message.format(are=are, **detail), detail | {"also": ["argument_transposed"]})


def _letter(tree):
    return _letter(tree.parts[0]) if isinstance(tree, Term) else tree


def _difference(old, new):
    """What an old tree has that the new one has not: a factor of a product, or all of it."""
    if isinstance(old, Term) and old.head in ("", r"\odot"):
        kept = new.parts if isinstance(new, Term) and new.head == old.head else (new,)
        lost = [part for part in old.parts if part not in kept]
        return lost[0] if lost else old
    return old


def shapes(given, right):
    """The sentence on a wrong shape."""
    return f"your answer has shape {text(shape_of(given))}; expected {text(shape_of(right))}"

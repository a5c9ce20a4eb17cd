"""A printed formula taken apart into its terms: sums written out, definitions put in, products multiplied out."""

from __future__ import annotations

from ..formula import cotangent, tangent
from ..latex import FormulaError, Name, Number, Term, parse
from .points import several

MOST = 14  # terms: a formula with more of them is mutated as it is printed
LONG = 70  # signs and letters
TURNED = {r"^\top": None, "^-1": r"^-\top", r"^-\top": "^-1", "^+": r"^+\top", r"^+\top": "^+"}
SELF_ADJOINT = ("sym", "diag", "tr", "det", "norm", "norm_F", "norm_2", "abs", "inner", "sum")


def lines(formulas, part, without=()):
    """For each printed line of a part its formula in two forms, each a list of terms; [] for equations.

    ``without`` are names that stand for the number one and are left out, such as a cotangent that is 1.
    """
    printed = getattr(formulas, part) if formulas else None
    if printed is None or formulas.is_equation(part):
        return []
    where, found = dict(formulas.where) | _value(formulas), []
    targets, rename = (formulas.point, cotangent) if part == "adjoint" else (formulas.result, tangent)
    for i, line in enumerate(several(printed)):
        others = zip(several(targets), several(printed), strict=True) if isinstance(printed, tuple) else ()
        where |= {rename(name): text for j, (name, text) in enumerate(others) if j != i}  # lines may use each other
        tree = written_out(parse(line), where, formulas.constants, frozenset(without))
        if nodes(tree) > LONG:  # long definitions stay names
            tree = written_out(parse(line), {}, formulas.constants, frozenset(without))
        tree = clean(_with_numbers(tree, formulas.constants))
        found.append((tree, forms(tree)))
    return found


def _value(formulas):
    """A short printed value stands for its name: Y is A⁻¹ B in the formulas of solve."""
    value = formulas.value
    if not isinstance(value, str) or isinstance(formulas.result, tuple) or formulas.is_equation("value"):
        return {}
    return {formulas.result: value} if nodes(parse(value)) <= 6 else {}


def nodes(tree):
    """How many letters, numbers and signs a tree has."""
    return 1 + sum(map(nodes, tree.parts)) if isinstance(tree, Term) else 1


def forms(tree):
    """The printed sum and, where that is another one, the sum with all products multiplied out."""
    printed = tuple(top_terms(tree))
    try:
        multiplied = tuple(map(clean, expanded(tree)))
    except OverflowError:
        return [printed]
    return [printed] if multiplied == printed else [printed, multiplied]


def top_terms(tree):
    """The terms of the outermost sum."""
    if isinstance(tree, Term) and tree.head == "+":
        return [term for part in tree.parts for term in top_terms(part)]
    if isinstance(tree, Term) and tree.head == "-" and len(inner := top_terms(tree.parts[0])) > 1:
        return [negative(term) for term in inner]
    return [tree]


def written_out(tree, where, constants, ones):
    """Local definitions and the terms of Σ put in their places; names that are one become the number."""
    if isinstance(tree, Name):
        if tree.key in ones:
            return Number("1")
        if tree.key in where:
            rest = {key: text for key, text in where.items() if key != tree.key}
            return written_out(parse(where[tree.key]), rest, constants, ones)
        return tree
    if isinstance(tree, Number):
        return tree
    if tree.head == "adj":  # det times inverse, at generic points
        inside = tuple(written_out(part, where, constants, ones) for part in tree.parts)
        return Term("", (Term("det", inside), Term("^-1", inside)))
    if tree.head == r"\sum":
        return _sum_written_out(tree, where, constants, ones)
    return Term(tree.head, tuple(written_out(part, where, constants, ones) for part in tree.parts))


def _sum_written_out(tree, where, constants, ones):
    index, first, last, body = tree.parts
    try:
        steps = range(whole(first, constants), whole(last, constants) + 1)
        terms = tuple(written_out(body, where, constants | {index.key: i}, ones) for i in steps)
    except FormulaError:
        return tree
    terms = tuple(_with_numbers(term, constants | {index.key: i}) for term, i in zip(terms, steps, strict=True))
    return terms[0] if len(terms) == 1 else Term("+", terms)


def _with_numbers(tree, constants):
    """Exponents and indices worked out: X^{k-1-i} is X^{1}, c_j is c_2."""
    if isinstance(tree, Name) and isinstance(constants.get(tree.subscript), int):
        return Name(f"{tree.symbol}_{constants[tree.subscript]}")
    if not isinstance(tree, Term):
        return tree
    if tree.head == "^":
        try:
            return Term("^", (_with_numbers(tree.parts[0], constants), _number(whole(tree.parts[1], constants))))
        except FormulaError:
            return tree
    return Term(tree.head, tuple(_with_numbers(part, constants) for part in tree.parts))


def _number(k):
    return Number(str(k)) if k >= 0 else Term("-", (Number(str(-k)),))


def whole(tree, constants):
    """The whole number that a formula of whole numbers is; FormulaError for any other."""
    match tree:
        case Number(text) if text.isdigit():
            return int(text)
        case Name(key) if isinstance(constants.get(key), int):
            return constants[key]
        case Term("+", parts):
            return sum(whole(part, constants) for part in parts)
        case Term("-", (part,)):
            return -whole(part, constants)
    raise FormulaError("not a whole number")


def clean(tree):
    """The same formula without factors 1, powers X⁰ and X¹, and products of products."""
    if not isinstance(tree, Term):
        return tree
    kids = tuple(map(clean, tree.parts))
    if tree.head == "^" and kids[1] == Number("1"):
        return kids[0]
    if tree.head == "^" and kids[1] == Number("0"):
        return Number("1")
    if tree.head == "^" and kids[1] == Term("-", (Number("1"),)):
        return clean(Term("^-1", kids[:1]))
    if tree.head == "^-1" and kids[0] == Term(r"^\top", kids[0].parts if isinstance(kids[0], Term) else ()):
        return Term(r"^-\top", kids[0].parts)
    if tree.head == "-" and isinstance(kids[0], Term) and kids[0].head == "-":
        return kids[0].parts[0]
    if tree.head == "":
        return _product(kids)
    return Term(tree.head, kids)


def _product(kids):
    """Flat, its sign in front, without ones."""
    flat, minus = [], False
    for kid in kids:
        if isinstance(kid, Term) and kid.head == "-":
            minus, kid = not minus, kid.parts[0]
        flat.extend(kid.parts if isinstance(kid, Term) and kid.head == "" else (kid,))
    flat = [kid for kid in flat if kid != Number("1")] or [Number("1")]
    flat = [kid for kid in flat if kid != Name("I")] or [Name("I")]  # an I without a size stands alone only
    tree = flat[0] if len(flat) == 1 else Term("", tuple(flat))
    return negative(tree) if minus else tree


def negative(tree):
    return tree.parts[0] if isinstance(tree, Term) and tree.head == "-" else Term("-", (tree,))


def expanded(tree):
    """The terms that are left when every product of sums is multiplied out."""
    match tree:
        case Term("+", kids):
            found = [term for kid in kids for term in expanded(kid)]
        case Term("-", (kid,)):
            found = [negative(term) for term in expanded(kid)]
        case Term("", kids):
            found = _multiplied(kids)
        case Term(r"^\top", (Term("+", kids),)):
            found = [term for kid in kids for term in expanded(turned(kid))]
        case Term("sym" | "skew", (kid,)):
            found = _halves(tree.head, kid)
        case Term("tr", (kid,)):
            found = [_pulled("tr", term) for term in expanded(kid)]
        case Term(r"\odot" | r"\otimes", (left, right)):
            found = [_pulled(tree.head, a, b) for a in expanded(left) for b in expanded(right)]
        case _:
            found = [tree]
    return _few(found)


def _multiplied(kids):
    found = [()]
    for kid in kids:
        found = _few([(*term, new) for term in found for new in expanded(kid)])
    return [clean(Term("", term)) for term in found]


def _halves(head, kid):
    """sym Z is ½ Z + ½ Zᵀ, skew Z has a minus."""
    sign = negative if head == "skew" else lambda term: term
    pairs = [(term, sign(turned(term))) for term in expanded(kid)]
    return [clean(Term("", (Number("0.5"), term))) for pair in pairs for term in pair]


def _pulled(head, *kids):
    """A product or a trace with the signs of its parts in front: tr(−Z) is −tr(Z)."""
    minus = sum(isinstance(kid, Term) and kid.head == "-" for kid in kids) % 2
    kids = tuple(kid.parts[0] if isinstance(kid, Term) and kid.head == "-" else kid for kid in kids)
    return negative(Term(head, kids)) if minus else Term(head, kids)


def _few(found):
    if len(found) > MOST:
        raise OverflowError("too many terms")
    return found


def turned(tree):
    """The transpose of a tree, moved inwards to its names."""
    if isinstance(tree, Number):
        return tree
    if isinstance(tree, Name):
        return tree if tree.symbol == "I" else Term(r"^\top", (tree,))
    if tree.head == r"^\top":
        return tree.parts[0]
    if tree.head in TURNED:
        return Term(TURNED[tree.head], tree.parts)
    if tree.head in SELF_ADJOINT:
        return tree
    if tree.head == "":
        return Term("", tuple(turned(part) for part in reversed(tree.parts)))
    if tree.head in ("+", "-", r"\odot", r"\oslash", r"\otimes"):
        return Term(tree.head, tuple(map(turned, tree.parts)))
    return Term(r"^\top", (tree,))

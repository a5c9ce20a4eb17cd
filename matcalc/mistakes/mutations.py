"""Small mistakes in a formula: a factor transposed, dropped or on the wrong side, an inverse forgotten."""

from __future__ import annotations

from itertools import pairwise

from ..latex import LEVELS, Name, Number, Term, rewrites

MATRIX_SIGNS = ("^-1", r"^-\top", "^+", r"^+\top", r"^\top")


def moving(tree):
    """Whether a tree is a tangent or a cotangent, perhaps transposed."""
    if isinstance(tree, Term):
        return tree.head == r"^\top" and moving(tree.parts[0])
    return isinstance(tree, Name) and (tree.key[:1] == "d" and len(tree.key) > 1 or "bar" in tree.key)


def has_moving(tree):
    return moving(tree) or (isinstance(tree, Term) and any(map(has_moving, tree.parts)))


def _scalar(tree):
    """What is a number by its form."""
    if isinstance(tree, Term):
        return tree.head in ("tr", "det", "norm", "norm_F", "norm_2", "norm_*", "abs", "inner", "sum") or (
            tree.head in ("/", "^", "", "-", "+") and all(map(_scalar, tree.parts)))
    return isinstance(tree, Number)


def transposed(node):
    """X for Xᵀ, X⁻ᵀ for X⁻¹; not the tangent."""
    swap = {"^-1": r"^-\top", r"^-\top": "^-1", "^+": r"^+\top", r"^+\top": "^+"}
    if isinstance(node, Term) and node.head in swap and not moving(node.parts[0]):
        yield Term(swap[node.head], node.parts)
    elif isinstance(node, Term) and node.head == r"^\top" and not has_moving(node):
        yield node.parts[0]
    elif not has_moving(node) and not _scalar(node) and (isinstance(node, Name) or node.head in ("^", "+", "expm")):
        yield Term(r"^\top", (node,))


def tangent_transposed(node):
    """dXᵀ for dX."""
    if isinstance(node, Term) and node.head == r"^\top" and moving(node.parts[0]):
        yield node.parts[0]
    elif isinstance(node, Name) and moving(node):
        yield Term(r"^\top", (node,))


def reordered(node):
    """A factor moved to another place of its product."""
    if isinstance(node, Term) and node.head in ("", r"\otimes"):
        kids = node.parts
        for i, kid in enumerate(kids):
            if _scalar(kid):
                continue
            rest = kids[:i] + kids[i + 1 :]
            for j in range(len(kids)):
                if j != i and (new := (*rest[:j], kid, *rest[j:])) != kids:
                    yield Term(node.head, new)


def factor_dropped(node):
    """A product without one of its factors."""
    if isinstance(node, Term) and node.head in ("", r"\odot", r"\oslash"):
        for i, kid in enumerate(node.parts):
            if not has_moving(kid) and not isinstance(kid, Number):
                rest = node.parts[:i] + node.parts[i + 1 :]
                yield rest[0] if len(rest) == 1 else Term(node.head, rest)
    elif isinstance(node, Term) and node.head == "/" and not isinstance(node.parts[1], Number):
        yield node.parts[0]


def inverse_dropped(node):
    """X for X⁻¹."""
    if isinstance(node, Term) and node.head in ("^-1", "^+"):
        yield node.parts[0]
    elif isinstance(node, Term) and node.head in (r"^-\top", r"^+\top"):
        yield Term(r"^\top", node.parts)
        yield node.parts[0]
    elif isinstance(node, Term) and node.head == "^" and isinstance(node.parts[1], Term) and node.parts[1].head == "-":
        yield Term("^", (node.parts[0], node.parts[1].parts[0]))


def inverse_added(node):
    """X⁻¹ for X."""
    if isinstance(node, Name) and not moving(node):
        yield Term("^-1", (node,))
    elif isinstance(node, Term) and node.head == r"^\top" and isinstance(node.parts[0], Name) and not moving(node):
        yield Term(r"^-\top", node.parts)


def by_entries(node):
    """* for @, 1/X for an inverse, X**k for a power; and the reverse."""
    if not isinstance(node, Term):
        return
    if node.head == "":
        kids = node.parts
        matrices = [i for i, kid in enumerate(kids) if not _scalar(kid)]
        for i, j in pairwise(matrices):
            if j == i + 1:
                both = Term(r"\odot", (kids[i], kids[j]))
                yield both if len(kids) == 2 else Term("", (*kids[:i], both, *kids[j + 1 :]))
        if len(matrices) > 2:
            numbers = tuple(kid for kid in kids if _scalar(kid))
            yield Term("", (*numbers, Term(r"\odot", tuple(kids[i] for i in matrices))))
    elif node.head == r"\odot":
        yield Term("", node.parts)
    elif node.head in ("^-1", r"^-\top"):
        inverse = Term("by entries ^-1", node.parts)
        yield inverse if node.head == "^-1" else Term(r"^\top", (inverse,))
        if node.head == r"^-\top":
            yield inverse
    elif node.head == "^" and not _scalar(node.parts[0]):
        yield Term("by entries ^", node.parts)


def exponent_off(node):
    """A power that is one too high or too low."""
    power = isinstance(node, Term) and node.head == "^" and isinstance(node.parts[1], Number)
    if power and node.parts[1].text.isdigit():
        k = int(node.parts[1].text)
        yield from (Term("^", (node.parts[0], Number(str(j)))) for j in (k - 1, k + 1) if j > 0)


def term_dropped(node):
    """A sum inside of a factor without one of its terms."""
    if isinstance(node, Term) and node.head == "+":
        for i in range(len(node.parts)):
            rest = node.parts[:i] + node.parts[i + 1 :]
            yield rest[0] if len(rest) == 1 else Term("+", rest)


def sign_turned(node):
    """A sum with the sign of one term turned."""
    if isinstance(node, Term) and node.head == "+":
        for i, kid in enumerate(node.parts):
            new = kid.parts[0] if isinstance(kid, Term) and kid.head == "-" else Term("-", (kid,))
            yield Term("+", (*node.parts[:i], new, *node.parts[i + 1 :]))


OPERATORS = {r"\Phi", "tril", "triu", "tril_-1", "triu_1", "diag", "sym", "skew"}


def operator_off(node):
    """An operator or a function that is left out, or another of its kind."""
    if isinstance(node, Term) and node.head in OPERATORS:
        yield node.parts[0]
        yield from (Term(head, node.parts) for head in sorted(OPERATORS - {node.head}))
    elif (inside := _function_dropped(node)) is not node:
        yield inside


BY_ENTRIES = "by entries instead of as a matrix, or the reverse"
# The kind that a mutation earns, its rule, and how it is told; in the order in which a tutor would think of them.
MUTATIONS = (
    ("term_missing", term_dropped, "a term is missing"),
    ("term_wrong", sign_turned, "the sign of a term"),
    ("argument_transposed", transposed, "transposed"),
    ("tangent_transposed", tangent_transposed, "transposed"),
    ("inverse_missing", inverse_dropped, "the inverse is missing"),
    ("factor_missing", factor_dropped, "a factor is missing"),
    ("order", reordered, "the order of the factors"),
    ("elementwise_for_matrix", by_entries, BY_ENTRIES),
    ("term_wrong", inverse_added, "an inverse too many"),
    ("term_wrong", exponent_off, "a wrong exponent"),
    ("term_wrong", operator_off, "a function is left out, or is another one"),
)


def mutants(tree):
    """(kind, how, new tree) for every small mistake at one place."""
    for kind, rule, how in MUTATIONS:
        for new in rewrites(tree, rule):
            yield kind, how, new


def everywhere(tree):
    """(kind, how, new tree) for the mistakes that are made at every place alike."""
    for name in sorted(_letters(tree), key=lambda name: name.key):
        kind = "tangent_transposed" if moving(name) else "argument_transposed"
        turned = Term(r"^\top", (name,))
        yield kind, "transposed", _replaced(tree, lambda node, name=name, new=turned: new if node == name else node)
    yield "inverse_missing", "the inverse is missing", _replaced(tree, lambda node: next(inverse_dropped(node), node))
    yield "term_wrong", "a function is left out", _replaced(tree, _function_dropped)
    yield "elementwise_for_matrix", BY_ENTRIES, _replaced(tree, _products_by_entries)
    inverses = _replaced(tree, _inverses_by_entries)
    if inverses != tree:  # 1/X and −dX/X²: numbers all through
        plain = lambda node: node.parts[0] if isinstance(node, Term) and node.head == r"^\top" else node
        yield "scalar_rule", BY_ENTRIES, _replaced(_replaced(inverses, plain), _products_by_entries)
        yield "elementwise_for_matrix", BY_ENTRIES, _replaced(inverses, _products_by_entries)
        yield "elementwise_for_matrix", BY_ENTRIES, inverses


def _function_dropped(node):
    plain = isinstance(node, Term) and node.head.endswith(r"_\odot") and not has_moving(node)
    return node.parts[0] if plain else node


def _letters(tree):
    if isinstance(tree, Name):
        return {tree} if "_" not in tree.key or moving(tree) else set()
    return set().union(*map(_letters, tree.parts)) if isinstance(tree, Term) else set()


def _replaced(tree, new):
    """The tree with every node replaced, the parts before the whole."""
    if isinstance(tree, Term):
        tree = Term(tree.head, tuple(_replaced(part, new) for part in tree.parts))
    return new(tree)


def _products_by_entries(node):
    """All factors of a product multiplied entry by entry."""
    if not isinstance(node, Term) or node.head != "":
        return node
    matrices = tuple(kid for kid in node.parts if not _scalar(kid))
    numbers = tuple(kid for kid in node.parts if _scalar(kid))
    if len(matrices) < 2:
        return node
    product = Term(r"\odot", matrices)
    return Term("", (*numbers, product)) if numbers else product


def _inverses_by_entries(node):
    heads = ("^-1", r"^-\top", "^")
    return next(by_entries(node), node) if isinstance(node, Term) and node.head in heads else node


def changed(old, new):
    """The smallest part in which two trees differ, as a pair."""
    if isinstance(old, Term) and isinstance(new, Term) and old.head == new.head and len(old.parts) == len(new.parts):
        differing = [(a, b) for a, b in zip(old.parts, new.parts, strict=True) if a != b]
        if len(differing) == 1 and not (old.head in MATRIX_SIGNS or LEVELS.get(old.head) is None):
            return changed(*differing[0])
    return old, new

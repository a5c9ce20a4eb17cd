"""Matrix expressions as people write them: ``read`` a text, ``value`` at numbers, ``spell`` it again.

    f = read("tr(A*X*B*X')")                    a tree; f.shape, symbols(f), latex(f), f._repr_latex_()
    value(f, {"A": A, "B": B, "X": X})          a float or an array
    spell(f)                                    "tr(A*X*B*X')"

``'`` transposes; ``* .* ./ ^ .^``; tr det logdet inv norm (Frobenius) norm2 sum diag kron expm pinv vec inner;
exp log sin cos tanh sigmoid relu sqrt … act on entries; ``I`` and ``ones`` take the size of their place;
``X[1,2]`` is an entry. Capitals are matrices, a b c u v w x y z columns, other small letters numbers; say otherwise
with ``shapes={"A": (3, 4), "d": "vector", "B": "m×n"}``, ``vectors="d mu"``, ``scalars="a"``, and structure with
``symmetric="A B"``, ``positive_definite=``, ``diagonal=``, ``orthogonal=``.
"""

from .dims import words
from .language import Letters
from .reader import Reader
from .spelling import spell
from .tree import Expr, ExpressionError, symbols
from .values import value

__all__ = ["Expr", "ExpressionError", "latex", "read", "spell", "symbols", "value", "words"]


def read(text, shapes=None, **assumptions):
    """The expression that a text says; ExpressionError points at what cannot be read.

    SymPy expressions are taken too, and a tree is returned as it is.
    """
    if isinstance(text, Expr):
        return text
    if not isinstance(text, str):
        from .bridge import from_sympy

        return from_sympy(text, Letters(shapes, **assumptions).kinds)
    return read_all([text], shapes, **assumptions)[0]


def read_all(texts, shapes=None, alike=None, **assumptions):
    """Several texts that share their letters: what one says about the shape of X holds in all.

    ``alike=(i, k)`` says that text i has the shape of text k, for an I or ones alone, which has no shape of its own.
    """
    letters = Letters(shapes, **assumptions)
    if strangers := [text for text in texts if not isinstance(text, str)]:
        raise ExpressionError(f"expected a text such as \"tr(A*X)\", got {type(strangers[0]).__name__}")
    try:
        trees = [Reader(text, letters).whole() for text in texts]
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply: give an inner part a letter of its own") from None
    if alike:
        one, other = (letters.dims.shape(trees[i]) for i in alike)
        for a, b in zip(one, other, strict=True):
            if a in letters.dims.loose:
                letters.dims.equal(a, b)
    taken = {*letters.found, *letters.sizes}
    for tree in trees:
        letters.dims.name(tree, taken | {d for d in letters.dims.bound.values() if isinstance(d, str)})
    return [letters.dims.settle(tree) for tree in trees]


def latex(expr):
    """The expression as LaTeX."""
    from .printing import latex

    return latex(expr)

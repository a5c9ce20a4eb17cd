"""``(x.T*A*x)[0, 0]`` is a sum over indices for SymPy: read it back as a product, and check that it is one."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr

from .tree import ExpressionError


def from_sum(expr):
    """The matrix expression whose entry or trace this sum is; compared at whole numbers before it is believed."""
    try:
        found = MatrixExpr.from_index_summation(expr)
    except Exception as error:  # SymPy raises what it likes here
        raise ExpressionError(f"{expr}: SymPy cannot read this sum over indices as a product ({error})") from None
    if getattr(found, "shape", (1, 1)) != (1, 1) or not _agree(expr, found):
        raise ExpressionError(f"{expr}: this sum over indices is not a product of matrices")
    return found


def _agree(expr, found):
    """Both are the same number for small matrices of whole numbers, all dimensions different."""
    letters = sorted(set().union(*(s.shape[0].free_symbols | s.shape[1].free_symbols
                                   for s in expr.atoms(sp.MatrixSymbol))), key=str)  # fmt: skip
    sizes = {letter: k for k, letter in enumerate(letters, start=2)}
    small = expr.subs(sizes).doit()
    given = {e: sp.Integer(_entry(*e.args)) for e in small.atoms(MatrixElement)}
    letters = expr.atoms(sp.MatrixSymbol)
    explicit = {s: sp.Matrix(*s.subs(sizes).shape, lambda i, j, s=s: _entry(s, i, j)) for s in letters}
    number = found.subs(sizes).xreplace({s.subs(sizes): M.as_immutable() for s, M in explicit.items()}).doit()
    number = number[0, 0] if hasattr(number, "shape") else number
    return sp.simplify(small.xreplace(given) - number) == 0


def _entry(X, i, j):
    """A whole number that depends on the letter and the place, and on nothing else."""
    seed = sum(map(ord, str(getattr(X, "name", X))))
    return (seed * 7 + 11 * int(i) ** 2 + 5 * int(i) * int(j) + 3 * int(j)) % 17 - 6

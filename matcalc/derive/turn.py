"""Transposition in normal form: (AB)ᵀ = BᵀAᵀ, symmetric letters stay, (XᵀAX)⁻ᵀ keeps its name."""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import ENTRYWISE, Expr

EVEN = ("symmetric", "positive definite", "diagonal")


def turn(expr):
    """The transpose of a tidy expression, tidy."""
    if expr.is_scalar:
        return expr
    rule = RULES.get(expr.head, _mark)
    return rule(expr)


def turned_run(run):
    """A product of matrices that is a number, with its factors transposed: the same number."""
    return Expr("*", [turn(part) for part in run.parts][::-1], run.shape)


def _mark(expr):
    return Expr("'", (expr,), expr.shape[::-1])


def _symbol(expr):
    return expr if expr.parts[1] in EVEN else _mark(expr)


def _each(expr):
    """Transposed part by part, numbers left alone."""
    parts = tuple(turn(part) if isinstance(part, Expr) else part for part in expr.parts)
    return Expr(expr.head, parts, expr.shape[::-1])


def _sum(expr):
    """(A + B)ᵀ keeps its name too, unless it is A + B again."""
    from .normal_heads import code

    return expr if code(_each(expr)) == code(expr) else _mark(expr)


def _product(expr):
    """Numbers stay in front, matrices change places."""
    numbers = [part for part in expr.parts if part.is_scalar]
    matrices = [turn(part) for part in expr.parts if not part.is_scalar][::-1]
    return Expr("*", (*numbers, *matrices), expr.shape[::-1])


def _power(expr):
    """(Yᵏ)ᵀ = (Yᵀ)ᵏ; where Y is not symmetric the mark stays outside of Y, as in (XᵀAX)⁻ᵀ."""
    base, exponent = expr.parts
    if base.head == "'":
        return Expr("^", (base.parts[0], exponent), expr.shape)
    turned = turn(base)
    return expr if turned == base else Expr("^", (_mark(base), exponent), expr.shape)


def _function(expr):
    """f(Y)ᵀ: the mark stays outside, unless Y is symmetric."""
    return expr if turn(expr.parts[0]) == expr.parts[0] else _mark(expr)


RULES = {
    "symbol": _symbol,
    "'": lambda e: e.parts[0],
    "+": _sum, ".*": _each, "kron": _each, "frechet": _each,
    "*": _product, "^": _power,
    ".^": lambda e: Expr(".^", (turn(e.parts[0]), e.parts[1]), e.shape[::-1]),
    "I": lambda e: e,
    "ones": lambda e: t.ones(e.shape[::-1]),
    "zero": lambda e: t.zero(e.shape[::-1]),
    "diag": lambda e: e if e.shape[0] == e.shape[1] else _mark(e),
    "commutation": lambda e: Expr("commutation", e.parts[::-1], e.shape),
    "sigma": lambda e: Expr("sigma", (*e.parts[:3], turn(e.parts[3])), e.shape[::-1]),
    "expm": _function, "pinv": _function,
}  # fmt: skip
RULES |= dict.fromkeys(ENTRYWISE, _function)

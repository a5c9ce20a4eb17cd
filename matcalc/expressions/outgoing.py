"""Trees as SymPy's expressions, with the symbols that came in."""

from __future__ import annotations

import sympy as sp

from . import tree as t
from .dims import SCALAR
from .tree import Expr, ExpressionError


def to_sympy(expr, seen):
    """The SymPy expression of a tree; ExpressionError where SymPy has no word."""
    if expr.head == "symbol":
        name = expr.parts[0]
        return seen.get((name, expr.shape)) or (
            sp.Symbol(name) if expr.shape == SCALAR else sp.MatrixSymbol(name, *_shape(expr, seen)))  # fmt: skip
    parts = [to_sympy(part, seen) if isinstance(part, Expr) else part for part in expr.parts]
    if expr.head in t.ENTRYWISE:
        return _entrywise(expr, parts[0])
    if expr.head not in MAKE:
        raise ExpressionError(f"SymPy has no word for {expr.head}")
    return MAKE[expr.head](expr, parts, seen)


def size(dim, seen):
    """A dimension as SymPy counts it."""
    if isinstance(dim, tuple):
        return sp.Mul(*(size(factor, seen) for factor in dim))
    if isinstance(dim, int):
        return sp.Integer(dim)
    return seen.get(("size", dim), sp.Symbol(dim, integer=True, positive=True))


def _shape(expr, seen):
    return [size(dim, seen) for dim in expr.shape]


def _entrywise(expr, X):
    special = {
        "sigmoid": lambda d: 1 / (1 + sp.exp(-d)), "softplus": lambda d: sp.log(1 + sp.exp(d)), "abs": sp.Abs,
        "relu": lambda d: sp.Max(0, d), "step": sp.Heaviside,
    }  # fmt: skip
    function = special.get(expr.head) or getattr(sp, expr.head)
    return function(_number(X)) if expr.is_scalar else X.applyfunc(function)


def _number(X):
    """A 1×1 matrix expression as a number: its trace."""
    return sp.Trace(X) if isinstance(X, sp.MatrixExpr) else X


def _times(expr, parts, seen):
    if not expr.is_scalar:
        return sp.MatMul(*map(_number_if_scalar, expr.parts, parts)).doit(deep=False)
    if all(part.is_scalar for part in expr.parts):
        return sp.Mul(*map(_number, parts))
    return sp.MatMul(*parts)


def _number_if_scalar(part, made):
    return _number(made) if part.is_scalar else made


def _add(expr, parts, seen):
    return sp.Add(*map(_number, parts)) if expr.is_scalar else sp.MatAdd(*parts).doit(deep=False)


def _power(expr, parts, seen):
    base, exponent = parts
    return _number(base) ** exponent if expr.is_scalar else base**exponent


def _hadamard(expr, parts, seen):
    pairs = list(zip(expr.parts, parts, strict=True))
    scalars = [_number(made) for part, made in pairs if part.is_scalar]
    return sp.Mul(*scalars) * sp.HadamardProduct(*(made for part, made in pairs if not part.is_scalar))


def _total(expr, parts, seen):
    m, n = _shape(expr.parts[0], seen)
    return sp.Trace(sp.OneMatrix(n, m) * parts[0])


MAKE = {
    "number": lambda e, p, s: sp.Rational(p[0].numerator, p[0].denominator),
    "pi": lambda e, p, s: sp.pi,
    "size": lambda e, p, s: size(p[0], s),
    "I": lambda e, p, s: sp.Identity(size(e.shape[0], s)),
    "ones": lambda e, p, s: sp.OneMatrix(*_shape(e, s)),
    "zero": lambda e, p, s: sp.ZeroMatrix(*_shape(e, s)),
    "+": _add, "*": _times, "^": _power, ".*": _hadamard, "sum": _total,
    "'": lambda e, p, s: sp.Transpose(p[0]).doit(deep=False),
    ".^": lambda e, p, s: sp.HadamardPower(*p),
    "kron": lambda e, p, s: sp.KroneckerProduct(*p),
    "diag": lambda e, p, s: (sp.DiagMatrix if e.parts[0].shape[1] == 1 else sp.matrices.expressions.DiagonalOf)(p[0]),
    "tr": lambda e, p, s: sp.Trace(p[0]) if isinstance(p[0], sp.MatrixExpr) else p[0],
    "det": lambda e, p, s: sp.Determinant(p[0]),
    "logdet": lambda e, p, s: sp.log(sp.Determinant(p[0])),
    "norm": lambda e, p, s: sp.sqrt(sp.Trace(p[0].T * p[0])),
    "inner": lambda e, p, s: sp.Trace(p[0].T * p[1]),
    "expm": lambda e, p, s: sp.exp(p[0]),
    "entry": lambda e, p, s: p[0][p[1] - 1, p[2] - 1],
}  # fmt: skip

"""How trees are built: shapes are checked, nothing is simplified."""

from __future__ import annotations

from fractions import Fraction

from .dims import SCALAR, times, words
from .node import ENTRYWISE, KINDS, Expr, ExpressionError, bound, rebuild, substitute, symbols

__all__ = [
    "ENTRYWISE", "KINDS", "MINUS", "ONE", "SCALAR", "ZERO", "Expr", "ExpressionError", "add", "apply", "bound", "diag",
    "entry", "entrywise_power", "hadamard", "identity", "inverse", "kron", "matrix_function", "multiply", "negative",
    "node", "ones", "power", "rebuild", "scalar", "square", "substitute", "symbol", "symbols", "times", "transpose",
    "vec", "words", "zero",
]  # fmt: skip


def node(value):
    """A number or an expression, as an expression."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, float):
        value = str(value)  # 0.1 is one tenth
    return Expr("number", (Fraction(value),), SCALAR)


ZERO, ONE, MINUS = node(0), node(1), node(-1)


def symbol(name, shape=SCALAR, kind=""):
    """A letter. ``kind`` is one of KINDS; a structured matrix must be square."""
    if kind not in KINDS:
        raise ExpressionError(f"{name}: unknown structure {kind!r}; known are {', '.join(KINDS[1:])}")
    if kind and shape[0] != shape[1]:
        raise ExpressionError(f"{name} is called {kind}, but it is {words(shape)}: it must be square")
    return Expr("symbol", (name, kind), shape)


def identity(n):
    return ONE if n == 1 else Expr("I", (), (n, n))


def zero(shape):
    return ZERO if shape == SCALAR else Expr("zero", (), shape)


def ones(shape):
    return ONE if shape == SCALAR else Expr("ones", (), shape)


def add(*terms):
    """A sum of one shape."""
    terms = [node(term) for term in terms]
    shapes = {term.shape for term in terms}
    if len(shapes) > 1:
        raise ExpressionError("cannot add " + " and ".join(f"{t} ({words(t.shape)})" for t in terms))
    return terms[0] if len(terms) == 1 else Expr("+", terms, terms[0].shape)


def negative(expr):
    expr = node(expr)
    return node(-expr.parts[0]) if expr.head == "number" else multiply(MINUS, expr)


def multiply(*factors):
    """A product in the given order, from left to right; what has become 1×1 is a number and scales the rest."""
    factors = [node(factor) for factor in factors]
    if len(factors) == 1:
        return factors[0]
    shape, groups = SCALAR, [[]]  # a group is a run of factors; it ends where its shape becomes 1×1
    for factor in factors:
        if factor.is_scalar or shape == SCALAR:
            shape = factor.shape if shape == SCALAR else shape
        elif shape[1] == factor.shape[0]:
            shape = (shape[0], factor.shape[1])
        else:
            raise ExpressionError(f"cannot multiply {words(shape)} by {words(factor.shape)}: … * {factor}")
        groups[-1].append(factor)
        if shape == SCALAR and not factor.is_scalar:
            groups.append([])
    groups = [_run(group) for group in groups if group]
    return groups[0] if len(groups) == 1 else Expr("*", groups, shape)


def _run(factors):
    shapes = [factor.shape for factor in factors if not factor.is_scalar]
    shape = (shapes[0][0], shapes[-1][1]) if shapes else SCALAR
    return factors[0] if len(factors) == 1 else Expr("*", factors, shape)


def transpose(expr):
    return expr if expr.is_scalar else Expr("'", (expr,), expr.shape[::-1])


def power(base, exponent):
    """base^exponent: of a number, or of a square matrix with a whole exponent."""
    base, exponent = node(base), node(exponent)
    if not exponent.is_scalar:
        raise ExpressionError(f"the exponent {exponent} is {words(exponent.shape)}; it must be a number")
    return Expr("^", (base, exponent), square(base, "a power").shape)


def inverse(expr):
    return power(expr, -1)


def hadamard(*factors):
    """The product entry by entry; numbers may stand in it."""
    shapes = {f.shape for f in factors if not f.is_scalar} or {SCALAR}
    if len(shapes) > 1:
        raise ExpressionError("the entrywise product needs equal shapes: "
                              + " and ".join(f"{f} is {words(f.shape)}" for f in factors))  # fmt: skip
    return multiply(*factors) if shapes == {SCALAR} else Expr(".*", factors, shapes.pop())


def entrywise_power(base, exponent):
    """Each entry to a power that is a number."""
    exponent = node(exponent)
    return power(base, exponent) if base.is_scalar else Expr(".^", (base, exponent), base.shape)


def kron(A, B):
    return Expr("kron", (A, B), tuple(times(a, b) for a, b in zip(A.shape, B.shape, strict=True)))


def diag(X):
    """The diagonal matrix of a column; the column of the diagonal of a square matrix."""
    if X.shape[1] == 1:
        return Expr("diag", (X,), (X.shape[0], X.shape[0]))
    return Expr("diag", (square(X, "diag"),), (X.shape[0], 1))


def scalar(head, X):
    """tr, det, logdet (of square matrices), sum, norm, norm2."""
    if head in ("tr", "det", "logdet"):
        square(X, head)
    return Expr(head, (X,), SCALAR)


def apply(head, X):
    """A function of ENTRYWISE, on each entry."""
    return Expr(head, (X,), X.shape)


def matrix_function(head, *parts):
    """expm(X), pinv(X), frechet(X, dX) = the derivative of expm at X along dX."""
    shape = parts[-1].shape
    return Expr(head, parts, shape[::-1] if head == "pinv" else square(parts[0], head).shape)


def vec(X):
    return Expr("vec", (X,), (times(*X.shape), 1))


def entry(X, i, j):
    """The number in row i and column j of X, counted from 1."""
    return X if X.is_scalar else Expr("entry", (X, i, j), SCALAR)


def square(X, what):
    if X.shape[0] != X.shape[1]:
        raise ExpressionError(f"{what} needs a square matrix; {X} is {words(X.shape)}")
    return X

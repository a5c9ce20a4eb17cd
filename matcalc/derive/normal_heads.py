"""Normal forms head by head, and the code by which like terms are known."""

from __future__ import annotations

from functools import lru_cache

from ..expressions import tree as t
from ..expressions.tree import ENTRYWISE, ONE, ZERO, Expr, node
from . import normal as n
from .turn import turn, turned_run


def _linear(expr):
    """head(c Y) = c head(Y), head(0) = 0."""
    (Y,) = expr.children
    if n.is_zero(Y):
        return t.zero(expr.shape)
    numbers, rest = numbers_of(Y)
    return n.tidy(t.multiply(*numbers, Expr(expr.head, tuple(rest if p is Y else p for p in expr.parts), expr.shape)))\
        if numbers else expr  # fmt: skip


def numbers_of(Y):
    """(the scalar factors of a tidy matrix, the rest)."""
    if Y.head != "*" or Y.is_scalar:
        return [], Y
    numbers = [part for part in Y.parts if part.is_scalar]
    rest = [part for part in Y.parts if not part.is_scalar]
    return numbers, (rest[0] if len(rest) == 1 else Expr("*", rest, Y.shape))


def _trace(expr):
    (Y,) = expr.parts
    if Y.is_scalar:
        return Y
    return _linear(expr)


def _total(expr):
    return expr.parts[0] if expr.parts[0].is_scalar else _linear(expr)


def _bilinear(expr):
    """Numbers in front of either argument come out of kron and ⟨,⟩; of frechet(X, dX) only the second's."""
    fixed = 1 if expr.head in ("frechet", "blocksum", "blockinner") else 0
    if any(n.is_zero(part) for part in expr.parts[fixed:]):
        return t.zero(expr.shape)
    if expr.head == "inner" and expr.parts[0].is_scalar:
        return n.tidy(t.multiply(*expr.parts))
    if expr.head == "frechet" and (known := _commuting(*expr.parts)) is not None:
        return known
    numbers, parts = [], list(expr.parts)
    for i in range(fixed, len(parts)):
        found, parts[i] = numbers_of(parts[i])
        numbers += found
    core = Expr(expr.head, parts, expr.shape)
    if expr.head in ("blocksum", "blockinner") and parts[1].head in ("kron", "I"):
        core = _block(core) or core
    return n.tidy(t.multiply(*numbers, core)) if numbers else core


def _commuting(Y, E):
    """L(Y, E) = E e^Y where E commutes with Y: E is a multiple of Y or of I."""
    (_, y), (_, e) = numbers_of(Y), numbers_of(E)
    return n.tidy(t.multiply(E, t.matrix_function("expm", Y))) if e == y or e.head == "I" else None


def _block(expr):
    """The adjoint of ⊗ at a Kronecker product: Σ A_ij C_ij D = ⟨A, C⟩ D."""
    A, G = expr.parts
    if G.head == "I":
        square = A.shape[0] == A.shape[1] and expr.shape[0] == expr.shape[1]
        return n.tidy(t.multiply(t.scalar("tr", A), t.identity(expr.shape[0]))) if square else None
    C, D = G.parts if expr.head == "blocksum" else G.parts[::-1]
    return n.tidy(t.multiply(Expr("inner", (A, C), (1, 1)), D)) if A.shape == C.shape else None


def _sigma(expr):
    """Σ_r of what does not mention r is a multiple."""
    index, first, last, body = expr.parts
    if n.is_zero(body):
        return t.zero(expr.shape)
    if index not in t.symbols(body).values():
        count = n.tidy(t.add(last, t.negative(first), ONE))
        return n.tidy(t.multiply(count, body))
    parts = body.parts if body.head == "*" and not n.is_run(body) else (body,)
    free = [p for p in parts if p.is_scalar and index.parts[0] not in t.symbols(p)]
    if not free:
        return expr
    rest = [p for p in parts if p not in free]
    inner = rest[0] if len(rest) == 1 else Expr("*", rest, body.shape)
    return n.tidy(t.multiply(*free, Expr("sigma", (index, first, last, inner), expr.shape)))


def _entrywise(expr):
    (Y,) = expr.parts
    if expr.head == "exp" and Y == ZERO:
        return ONE
    if expr.head == "log" and Y == ONE:
        return ZERO
    if expr.head == "sqrt":
        half = node("1/2")
        return n.raised(Y, half) if Y.is_scalar else n.entrywise_raised(Y, half)
    return expr


def _of_number(expr):
    """det, logdet and norm of a number."""
    (Y,) = expr.parts
    if not Y.is_scalar:
        return expr
    return {"det": Y, "logdet": t.apply("log", Y), "norm": t.apply("abs", Y), "norm2": t.apply("abs", Y)}[expr.head]


RULES = {
    "+": n._sum, "*": n._product, ".*": n._hadamard,
    "'": lambda e: turn(e.parts[0]) if e.parts[0].head != "d" else e,
    "^": lambda e: n.raised(*e.parts),
    ".^": lambda e: n.entrywise_raised(*e.parts),
    "tr": _trace, "sum": _total, "diag": _linear,
    "vec": lambda e: e.parts[0] if e.shape == e.parts[0].shape else _linear(e),
    "entry": lambda e: e.parts[0] if e.parts[0].is_scalar else _linear(e),
    "unvec": lambda e: t.zero(e.shape) if n.is_zero(e.parts[0]) else e,
    "kron": _bilinear, "inner": _bilinear, "frechet": _bilinear, "blocksum": _bilinear, "blockinner": _bilinear,
    "sigma": _sigma, "det": _of_number, "logdet": _of_number, "norm": _of_number, "norm2": _of_number,
    "pinv": lambda e: n.raised(e.parts[0], t.MINUS) if e.is_scalar else e,
}  # fmt: skip
RULES |= dict.fromkeys(ENTRYWISE, _entrywise)


@lru_cache(maxsize=20_000)
def code(expr):
    """A text that equal things share: a number and its transpose, a trace and its rotations, A ⊙ B and B ⊙ A."""
    if n.is_run(expr):
        return min(_word(expr.parts), _word(turned_run(expr).parts))
    if expr.head == "tr":
        factors = expr.parts[0].parts if expr.parts[0].head == "*" else expr.parts
        turned = turn(expr.parts[0])
        other = turned.parts if turned.head == "*" else (turned,)
        turns = [[*f[i:], *f[:i]] for f in (factors, other) for i in range(len(f))]
        return "tr" + min(map(_word, turns))
    if expr.head == "'" and expr.parts[0].head == "+":
        return code(Expr("+", [turn(part) for part in expr.parts[0].parts], expr.shape))
    words = [code(part) if isinstance(part, Expr) else str(part) for part in expr.parts]
    if expr.head in (".*", "+", "inner") or (expr.head == "*" and all(p.is_scalar for p in expr.parts)):
        words.sort()
    if expr.head == "*":
        numbers = sorted(code(p) for p in expr.parts if p.is_scalar)
        words = numbers + [code(p) for p in expr.parts if not p.is_scalar]
    return f"{expr.head}({','.join(words)}){expr.shape if not expr.children else ''}"


def _word(factors):
    return "*(" + ",".join(map(code, factors)) + ")"

"""vec(dF) = J vec(dX): ⊗ for factors on both sides, K where dXᵀ occurs, diag(vec H) for H ⊙ dX."""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import ONE, Expr
from .normal import is_run, tidy
from .turn import turn


def jacobian(line, finder, leaf):
    """The matrix J of one tangent for a line that is linear in the tangents."""
    size = t.times(*leaf.shape)
    terms = [term for term in finder.terms(line) if finder.moves(term)]
    found = [_of(term, finder, leaf) for term in terms if leaf.parts[0] in t.symbols(term)]
    rows = t.times(*line.shape)
    return tidy(t.add(*found)) if found else t.zero((rows, size))


def _of(Z, finder, leaf):
    """M with vec(Z) = M vec(dX)."""
    if Z.head == "symbol":
        return t.identity(t.times(*Z.shape))
    i = finder.place(Z)
    J = _of(Z.parts[i], finder, leaf)
    return tidy(t.multiply(RULES[Z.head](Z, i), J)) if Z.head != "sigma" else _sigma(Z, J)


def _sigma(Z, J):
    return tidy(Expr("sigma", (*Z.parts[:3], J), J.shape))


def column(X):
    """vec X as an expression; a column is its own vec."""
    return X if X.shape[1] == 1 else t.vec(X)


def _product(Z, i):
    """vec(L Z R) = (Rᵀ ⊗ L) vec Z; a number that moves scales vec of the rest."""
    others = Z.parts[:i] + Z.parts[i + 1 :]
    if Z.parts[i].is_scalar:
        return column(tidy(t.multiply(*others)))
    numbers = [p for p in others if p.is_scalar]
    left = [p for p in Z.parts[:i] if not p.is_scalar]
    right = [p for p in Z.parts[i + 1 :] if not p.is_scalar]
    rows, columns = Z.parts[i].shape
    L = tidy(t.multiply(*left)) if left else t.identity(rows)
    R = turn(tidy(t.multiply(*right))) if right else t.identity(columns)
    return t.multiply(*numbers, _kron(R, L))


def _kron(R, L):
    if ONE in (R, L):
        return L if R == ONE else R
    return t.identity(t.times(R.shape[0], L.shape[0])) if R.head == L.head == "I" else t.kron(R, L)


def _transpose(Z, i):
    m, n = Z.parts[0].shape
    return t.identity(t.times(m, n)) if 1 in (m, n) else Expr("commutation", (m, n), (t.times(m, n),) * 2)


def _hadamard(Z, i):
    others = Z.parts[:i] + Z.parts[i + 1 :]
    return t.diag(column(tidy(t.hadamard(*others))))


def _kronecker(Z, i):
    """vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec A ⊗ vec B), A of size m×n, B of size p×q."""
    (m, n), (p, q) = Z.parts[0].shape, Z.parts[1].shape
    shuffle = _kron(t.identity(n), _kron(_commutation(q, m), t.identity(p)))
    fixed = t.vec(Z.parts[1 - i]) if Z.parts[1 - i].shape[1] != 1 else Z.parts[1 - i]
    moving = t.identity(t.times(*Z.parts[i].shape))
    return t.multiply(shuffle, _kron(fixed, moving) if i else _kron(moving, fixed))


def _commutation(m, n):
    return t.identity(t.times(m, n)) if 1 in (m, n) else Expr("commutation", (m, n), (t.times(m, n),) * 2)


def _diag(Z, i):
    """The matrix E that puts a column on the diagonal, and its transpose that reads it off."""
    n = max(Z.parts[0].shape, key=lambda d: d != 1)
    E = Expr("selection", (n,), (t.times(n, n), n))
    return E if Z.parts[0].shape[1] == 1 else t.transpose(E)


def _frechet(Z, i):
    n = t.times(*Z.shape)
    return Expr("frechet_matrix", (Z.parts[0],), (n, n))


def _row(X):
    return t.transpose(column(X))


def _entry(Z, i):
    from .moves import unit

    row, col = (unit(k, n) for k, n in zip(Z.parts[1:], Z.parts[0].shape, strict=True))
    return t.transpose(_kron(col, row))


RULES = {
    "*": lambda Z, i: _run(Z, i) if is_run(Z) else _product(Z, i),
    "'": _transpose, ".*": _hadamard, "kron": _kronecker, "diag": _diag, "frechet": _frechet, "entry": _entry,
    "vec": lambda Z, i: t.identity(Z.shape[0]),
    "unvec": lambda Z, i: t.identity(Z.parts[0].shape[0]),
    "tr": lambda Z, i: _row(t.identity(Z.parts[0].shape[0])),
    "sum": lambda Z, i: _row(t.ones(Z.parts[0].shape)),
    "inner": lambda Z, i: _row(Z.parts[1 - i]),
}  # fmt: skip


def _run(Z, i):
    """A product that is a number: aᵀ dX b = (b ⊗ a)ᵀ vec dX."""
    left, right = Z.parts[:i], Z.parts[i + 1 :]
    L = tidy(t.multiply(*left)) if left else ONE
    R = turn(tidy(t.multiply(*right))) if right else ONE
    return _kron(R, L)

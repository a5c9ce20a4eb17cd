"""The number or the array that an expression is, when its letters are given: NumPy and SciPy only.

Everything is analytic where the mathematics is, so that a complex step goes through: norms are √Σx², a modulus
is ±x. Where the real function stops (a singular inverse, the logarithm of a negative number) it raises.
"""

from __future__ import annotations

import numpy as np

from ..spaces import unvec, vec
from . import operators
from .arrays import as_array, as_matrix
from .dims import SCALAR, letters, words, worth
from .tree import Expr, ExpressionError, bound, symbols

FLAT = 1e-13  # a reciprocal condition number below this is called singular


def value(expr, given, also=()):
    """The value of ``expr`` for ``{"X": array, …}``: a float for 1×1, else an array.

    Keys are names or symbols. Vectors may be 1-D: then columns come back 1-D. ExpressionError says which
    letter is missing or has the wrong shape, and where the function has no value. ``also`` are expressions in the
    same letters, whose shapes tell the size of an I or of ones.
    """
    if not isinstance(expr, Expr) or not isinstance(given, dict):
        raise ExpressionError("value: expected an expression that was read, and a dict of arrays")
    given = {getattr(key, "name", None) or str(key): array for key, array in given.items()}
    given = {name: as_array(name, array) for name, array in given.items()}
    flat = any(array.ndim == 1 for array in given.values())
    found = Evaluation.of(expr, given, None, also)(expr)
    if expr.is_scalar:
        return found.item()
    return found[:, 0] if flat and expr.shape[1] == 1 else found


def dimensions(leaves):
    """What the letters of all shapes are worth, from {letter: matrix}; ExpressionError names what does not fit."""
    known = {}
    pairs = [(leaf, X, k) for leaf, X in leaves.items() for k in (0, 1)]
    for leaf, X, k in sorted(pairs, key=lambda pair: len(letters(pair[0].shape[pair[2]]))):  # plain letters first
        dim = leaf.shape[k]
        if isinstance(dim, str):
            known.setdefault(dim, X.shape[k])
        if worth(dim, known) not in (X.shape[k], None):
            told = ", ".join(f"{d} = {worth(d, known)}" for d in dict.fromkeys(leaf.shape) if letters(d))
            message = f"{leaf} is {words(X.shape)}, expected {words(leaf.shape)}"
            raise ExpressionError(message + (f" with {told}" if told else ""))
    return known


class Evaluation:
    """A memo of the values of subtrees at one point; ``tangents`` says what X moves along, {"X": dX}."""

    def __init__(self, known, leaves, tangents=None):
        self.known, self.memo, self.leaves, self.tangents, self.ahead = known, dict(leaves), leaves, tangents, None

    @classmethod
    def of(cls, expr, given, tangents=None, also=()):
        """At the point where the letters are what ``given`` says; ``also`` are expressions that tell sizes too."""
        wanted = symbols(expr)
        for index in bound(expr):
            wanted.pop(index, None)
        if missing := [name for name in wanted if name not in given]:
            raise ExpressionError(f"no value for {', '.join(missing)} in {expr}")
        for other in also:
            wanted = {name: leaf for name, leaf in symbols(other).items() if name in given} | wanted
        leaves = {leaf: as_matrix(name, given[name], leaf.shape) for name, leaf in wanted.items()}
        return cls(dimensions(leaves), leaves, tangents)

    def moved(self, h):
        """The same letters at X + i h dX."""
        along = self.tangents or {}
        return Evaluation(self.known, {leaf: X + 1j * h * along[leaf.parts[0]] if leaf.parts[0] in along else X
                                       for leaf, X in self.leaves.items()})  # fmt: skip

    def inside(self, index, number):
        """The same point, with an index of summation."""
        return Evaluation(self.known, self.leaves | {index: np.array([[float(number)]])}, self.tangents)

    def __call__(self, expr):
        found = self.memo.get(expr)
        if found is None:
            rule = RULES.get(expr.head)
            if rule is None:
                raise ExpressionError(f"{expr.head}: there is no way to evaluate this")
            with np.errstate(all="ignore"):
                found = np.asarray(rule(self, expr))
            found = self.memo[expr] = found.reshape(1, 1) if found.ndim == 0 else found
            if not np.isfinite(found).all():
                raise ExpressionError(f"{expr} has no finite value here")
        return found

    def size(self, dim):
        number = worth(dim, self.known)
        if number is None:
            raise ExpressionError(f"the size {words((dim, dim))} is not known from the given arrays")
        return number

    def shape(self, expr):
        return tuple(map(self.size, expr.shape))


def _number(at, expr):
    try:
        return float(expr.parts[0])
    except OverflowError:
        raise ExpressionError("a number of this expression is too large for a float") from None


def _product(at, expr):
    scale, run = 1.0, None
    for factor in map(at, expr.parts):
        if factor.shape == SCALAR:
            scale = scale * factor[0, 0]
        elif run is None:
            run = factor
        else:
            run = run @ factor
            if run.shape == SCALAR:
                scale, run = scale * run[0, 0], None
    return scale if run is None else scale * run


def _power(at, expr):
    base, exponent = at(expr.parts[0]), at(expr.parts[1])[0, 0]
    if base.shape == SCALAR and expr.is_scalar:
        return _number_power(base[0, 0], exponent, expr)
    k = round(np.real(exponent))
    if exponent != k:
        raise ExpressionError(f"{expr}: the power of a matrix needs a whole exponent, got {exponent}")
    return np.linalg.matrix_power(base if k >= 0 else _inverse(base, expr), abs(k))


def _number_power(base, exponent, expr):
    if np.isrealobj(exponent) and exponent == round(exponent):
        if base == 0 and exponent < 0:
            raise ExpressionError(f"{expr}: division by zero")
        return base ** int(exponent)
    return _positive(base, expr) ** exponent


def _positive(array, expr, least=0.0):
    if np.min(np.real(array)) <= least:
        raise ExpressionError(f"{expr} needs positive entries here")
    return array


def _inverse(X, expr):
    """X⁻¹; what is singular to working precision has none."""
    try:
        inverse = np.linalg.inv(X)
    except np.linalg.LinAlgError:
        raise ExpressionError(f"{expr}: this matrix is singular") from None
    if np.linalg.norm(X, 1) * np.linalg.norm(inverse, 1) * FLAT > 1:
        raise ExpressionError(f"{expr}: this matrix is singular to working precision")
    return inverse


def _logdet(at, expr):
    X = at(expr.parts[0])
    _inverse(X, expr)
    det = np.linalg.det(X)
    if np.real(det) <= 0:
        raise ExpressionError(f"{expr} needs a positive determinant; it is {np.real(det):.3g}")
    return np.log(det)


def _diag(at, expr):
    X = at(expr.parts[0])
    return np.diag(X[:, 0]) if X.shape[1] == 1 else np.diag(X)[:, None]


def _entry(at, expr):
    X, (i, j) = at(expr.parts[0]), expr.parts[1:]
    if i > X.shape[0] or j > X.shape[1]:
        raise ExpressionError(f"{expr}: {expr.parts[0]} is only {words(X.shape)} here")
    return X[i - 1, j - 1]


def _entrywise(function, positive=False):
    def rule(at, expr):
        X = at(expr.parts[0])
        return function(_positive(X, expr) if positive else X)

    return rule


def _entrywise_power(at, expr):
    base, exponent = at(expr.parts[0]), at(expr.parts[1])[0, 0]
    whole = np.isrealobj(exponent) and exponent == round(exponent)
    return base ** int(exponent) if whole else _positive(base, expr) ** exponent


def _pinv(at, expr):
    """The pseudo-inverse of a matrix of full rank, by the normal equations: analytic, unlike the SVD."""
    X = at(expr.parts[0])
    tall = X.shape[0] >= X.shape[1]
    return _inverse(X.T @ X, expr) @ X.T if tall else X.T @ _inverse(X @ X.T, expr)


RULES = {
    "number": _number,
    "pi": lambda at, e: np.pi,
    "size": lambda at, e: float(at.size(e.parts[0])),
    "I": lambda at, e: np.eye(at.shape(e)[0]),
    "ones": lambda at, e: np.ones(at.shape(e)),
    "zero": lambda at, e: np.zeros(at.shape(e)),
    "+": lambda at, e: sum(at(part) for part in e.parts[1:]) + at(e.parts[0]),
    "*": _product,
    "'": lambda at, e: at(e.parts[0]).T,
    "^": _power,
    ".*": lambda at, e: np.prod(np.stack(np.broadcast_arrays(*map(at, e.parts))), axis=0),
    ".^": _entrywise_power,
    "kron": lambda at, e: np.kron(at(e.parts[0]), at(e.parts[1])),
    "diag": _diag,
    "tr": lambda at, e: np.trace(at(e.parts[0])),
    "det": lambda at, e: np.linalg.det(at(e.parts[0])),
    "logdet": _logdet,
    "sum": lambda at, e: np.sum(at(e.parts[0])),
    "norm": lambda at, e: np.sqrt(np.sum(at(e.parts[0]) ** 2)),
    "norm2": lambda at, e: np.linalg.norm(at(e.parts[0]), 2),
    "vec": lambda at, e: vec(at(e.parts[0]))[:, None],
    "unvec": lambda at, e: unvec(at(e.parts[0])[:, 0], at.shape(e)),
    "entry": _entry,
    "unit": lambda at, e: np.eye(at.shape(e)[0])[:, [e.parts[0] - 1]],
    "inner": lambda at, e: np.sum(at(e.parts[0]) * at(e.parts[1])),
    "pinv": _pinv,
    "exp": _entrywise(np.exp), "log": _entrywise(np.log, True), "sqrt": _entrywise(np.sqrt, True),
    "sin": _entrywise(np.sin), "cos": _entrywise(np.cos), "tan": _entrywise(np.tan),
    "sinh": _entrywise(np.sinh), "cosh": _entrywise(np.cosh), "tanh": _entrywise(np.tanh),
    "abs": _entrywise(lambda X: X * np.sign(np.real(X))), "sign": _entrywise(lambda X: np.sign(np.real(X))),
    "sigmoid": _entrywise(lambda X: 1 / (1 + np.exp(-X))), "softplus": _entrywise(lambda X: np.log(1 + np.exp(X))),
    "relu": _entrywise(lambda X: X * (np.real(X) > 0)), "step": _entrywise(lambda X: 1.0 * (np.real(X) > 0)),
}  # fmt: skip
RULES |= operators.RULES

"""Which entry of a derivative is wrong, found from some twenty to fifty values of f, whatever the size of X."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .differences import Counted, complex_step, derivative, richardson
from .directions import sized
from .evidence import ROUNDING, Slope
from .samples import gaussian
from .spaces import ShapeError, as_point, copy, norm, shape_of, text, vec

WHOLE = 0.01  # a place this far from a whole number is none


@dataclass(frozen=True)
class Located:
    """The entries that a claimed differential treats wrongly, counted from zero.

    ``entry`` is the entry of dX, with None for an axis along which several are wrong (``(2, None)`` is row 3);
    None if no entry is wrong or no one place explains the error. ``of_value`` is the entry of f(X) that is most off,
    ``claimed`` and ``measured`` the entry of the Jacobian where both places are known, ``evaluations`` the values of f.
    """

    entry: tuple | None
    of_value: tuple | None
    claimed: float | None
    measured: float | None
    evaluations: int
    message: str

    def __repr__(self):
        return f"{self.message} ({self.evaluations} values of f)"


def locate(f, df, X, *, rng=None):
    """Find the one entry, row or column of dX that ``df(X, dX)`` treats wrongly, for f at the array X.

    If the claim is wrong at entry (i, j) alone, its error along dX is e = c dXᵢⱼ. Multiply the entries of dX by
    their row numbers and e is multiplied by i; by their column numbers, by j. So three slopes find it, and a fourth
    confirms it, where a Jacobian from differences takes one or two values of f for every entry of X.
    TypeError, ShapeError, ValueError for a claim that gives no such slope, ArithmeticError where f has none.
    """
    X, rng = as_point(X, "locate: X"), np.random.default_rng(2026 if rng is None else rng)
    if isinstance(X, tuple):
        raise TypeError("locate: X is one array; of a tuple, locate in one part and keep the others")
    if not callable(f) or not callable(df):
        raise TypeError(f"locate: f and df must be functions, got {type(f).__name__} and {type(df).__name__}")
    f, dX = Counted(f), sized(gaussian(rng, X), X)
    slope = _slope(f, X, dX)
    claimed = _claimed(df, X, shape_of(slope.value))
    given = claimed(dX)
    if not Slope("a generic direction", slope, given).settled:
        raise ArithmeticError("locate: f is not differentiable near X, or its values are too rough: the difference "
                              "quotients do not settle")
    error = given - vec(slope.value)
    allowed = 3 * slope.error + ROUNDING * max(norm(slope.value), slope.scale)
    wrong = np.flatnonzero(abs(error) > np.maximum(allowed, WHOLE * abs(error).max()))
    if not wrong.size:
        return Located(None, None, None, None, f.count, "no entry is wrong along a generic direction")
    sound = slope.method == "complex step"  # then one value is a slope
    measured = lambda dX: complex_step(f, X, dX) if sound else richardson(f, X, dX, slope.step)
    off = lambda dX: (claimed(dX) - vec(measured(dX)))[wrong]
    entry = tuple(_place(off, dX, axis, error[wrong]) for axis in range(X.ndim))
    entry = _confirmed(off, dX, entry, WHOLE * norm(error[wrong]))
    return _located(claimed, X, dX, entry, error, wrong, shape_of(slope.value), f.count)


def _slope(f, X, dX):
    """The slope that values of f give; ArithmeticError where there are none."""
    try:
        return derivative(f, X, dX)
    except ArithmeticError as error:
        raise ArithmeticError(f"locate: no finite values of f near X: {error}") from error


def _claimed(df, X, shape):
    """dX ↦ vec df(X, dX), finite and of the shape of f(X)."""
    def claimed(dX):
        answer = as_point(df(copy(X), copy(dX)), "locate: df(X, dX)", real=False)
        if shape_of(answer) != shape:
            given = text(shape_of(answer))
            raise ShapeError(f"locate: df(X, dX) has shape {given}; expected the shape of f(X), {text(shape)}")
        return vec(copy(answer))

    return claimed


def _place(off, dX, axis, error):
    """The one place along an axis that explains the error, or None: how much it grows when dX is multiplied by it."""
    length = dX.shape[axis]
    weights = np.arange(1.0, length + 1).reshape([-1 if k == axis else 1 for k in range(dX.ndim)])
    grown = off(sized(dX * weights, dX)) * (norm(dX * weights) / norm(dX))
    unit = error / norm(error)  # products of small errors would not be floats
    place = round(float(np.vdot(unit, grown / norm(error)).real))
    fits = norm(grown - place * error) <= WHOLE * norm(error)
    return place - 1 if fits and 1 <= place <= length else None


def _confirmed(off, dX, entry, small):
    """The entry, or one axis of it, without which the claim is right; a place along one axis may be hit by chance."""
    alone = [tuple(place if k == axis else None for k, place in enumerate(entry)) for axis in range(len(entry))]
    for tried in dict.fromkeys([entry, *alone]):
        if any(place is not None for place in tried):
            others = dX.copy()
            others[tuple(slice(None) if place is None else place for place in tried)] = 0
            if norm(off(others)) <= small:
                return tried
    return (None,) * len(entry)


def _located(claimed, X, dX, entry, error, wrong, shape, count):
    """The finding in words, and the entry of the Jacobian in numbers where one is meant."""
    k = int(np.argmax(abs(error)))
    several = len(shape) > 0 and isinstance(shape[0], tuple)
    worst = None if several else tuple(int(place) for place in np.unravel_index(k, shape, order="F"))
    entries = f"{wrong.size} of {error.size} entries of the value are off"
    if entry and all(place is None for place in entry):
        return Located(None, worst, None, None, count, f"{entries}, from more than one place of dX")
    said = ", ".join("·" if place is None else str(place + 1) for place in entry)
    message = f"only entry ({said}) of dX is treated wrongly: {entries}" if entry else entries
    if None in entry:
        return Located(entry, worst, None, None, count, message)
    unit = np.zeros(X.shape)
    unit[entry] = 1.0
    said = float(np.real(claimed(unit)[k]))
    measured = said - float(np.real(error[k] / dX[entry]))
    at = f"{k + 1} of the vec" if several else f"({', '.join(str(place + 1) for place in worst) or text(shape)})"
    message += f"; the derivative of entry {at} by it is claimed {said:.6g}, measured {measured:.6g}"
    return Located(entry, worst, said, measured, count, message)

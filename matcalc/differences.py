"""Derivatives from values alone: the truth that every formula of the book is held against."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from .spaces import ShapeError, as_point, as_value, copy, norm, quiet, relative, shape_of, step, text, unvec, vec

EPS = np.finfo(float).eps
LINE = 11  # values that a slope takes at least: the tableau's 8, two far closer, the origin or a complex step
SHARP = 1e-12  # a complex step that carries more rounding, like that of a matrix square root, is no better
FAR = 1000  # a quotient at a step so much smaller, no power of two, shows a trouble nearby and how rough f is


def forward(f, X, dX, h):
    """(f(X + h dX) − f(X)) / h: error about h‖f″‖/2 + 2ε‖f‖/h."""
    X, dX = _along(X, dX, h)
    return _combine(lambda a, b: (a - b) / h, as_value(f(step(X, h, dX))), as_value(f(X)))


def central(f, X, dX, h):
    """(f(X + h dX) − f(X − h dX)) / 2h: error about h²‖f‴‖/6 + ε‖f‖/h."""
    X, dX = _along(X, dX, h)
    return _combine(lambda a, b: (a - b) / (2 * h), as_value(f(step(X, h, dX))), as_value(f(step(X, -h, dX))))


def richardson(f, X, dX, h, levels=4):
    """Central differences at h, h/2, …, combined so that the errors h², h⁴, … cancel: order 2·levels in h."""
    line = Line(f, *_along(X, dX, h))
    return unvec(_tableau(line, h, levels)[0], line.shape)


def complex_step(f, X, dX, h=2.0**-100):
    """Im f(X + i h dX) / h: no subtraction, so no cancellation, and h may be tiny.

    Right only where f is analytic and its code treats complex numbers as such. Code that takes a
    modulus, conjugates or drops an imaginary part gives a wrong number without a word:
    ``derivative`` finds that out, this function does not.
    """
    X, dX = _along(X, dX, h)
    return _combine(lambda a, _: np.imag(a) / h, *[as_value(f(step(X, 1j * h, dX)))] * 2)


@dataclass(frozen=True)
class Difference:
    """A derivative from values: ``value`` the shape of f(X), ``error`` the vec of the estimated absolute errors.

    ``scale`` is the size of the values of f seen, ``step`` the largest step used (inf: none at which quotients settle).
    """

    value: object
    error: np.ndarray
    method: str
    step: float
    scale: float

    def __repr__(self):
        return f"Difference({self.method}, a slope of norm {norm(self.value):.6g} ± {norm(self.error):.1e})"


class Counted:
    """A function that counts how often it is called, and how many of ``most`` calls are left."""

    def __init__(self, f, most=np.inf):
        self.f, self.count, self.most = f, 0, most

    left = property(lambda self: self.most - self.count)

    def __call__(self, X):
        self.count += 1
        return self.f(X)


class Line:
    """f along the line X + t dX. Every value is computed once, and stacked by vec.

    ``scale`` is the largest norm among the values seen, what rounding errors are measured against, ``rounding`` what a
    complex step carries, relative (None: not known). Both, and f(X), come from a line ``before`` through the same X.
    No search is begun beyond ``most`` values.
    """

    def __init__(self, f, X, dX, before=None, most=np.inf):
        self.f, self.X, self.dX, self.left = f, X, dX, most
        self.scale, self.rounding = (before.scale, before.rounding) if before else (0.0, None)
        self.values, self.shape = ({0.0: before.values[0.0]}, before.shape) if before else ({}, None)

    def stacked(self, t):
        """vec f(X + t dX), finite or not; ``shape`` is that of the values."""
        if t not in self.values:
            self.left -= 1
            value = as_value(self.f(step(self.X, t, self.dX)))
            self.values[t], self.shape = vec(value), shape_of(value)
            if np.isfinite(size_ := norm(value)):
                self.scale = max(self.scale, size_)
        return self.values[t]

    def __call__(self, t):
        """vec f(X + t dX); ArithmeticError where f has no finite value."""
        try:
            with np.errstate(all="ignore"):
                value = self.stacked(t)
        except (np.linalg.LinAlgError, ValueError) as error:  # left the domain of f
            raise ArithmeticError(str(error)) from error
        if not np.isfinite(norm(value)):  # which may be too large where no entry is
            raise ArithmeticError(f"f has no finite value at X + {t:g} dX")
        return value

    def quotient(self, h):
        """The central difference quotient at h."""
        return (self(h) - self(-h)) / (2 * h)


@quiet()
def derivative(f, X, dX, h=None, line=None):
    """The derivative of f at X along dX, as accurately as values of f allow, with its error estimate.

    Richardson extrapolation from a step at which the difference quotients have begun to settle (``h`` is a first guess,
    no more). Then a complex step: it is kept only where it agrees with Richardson in every entry and is sharp, so
    a routine that mishandles complex numbers cannot slip through.
    """
    line = line or Line(f, *_along(X, dX, h))
    h = _settle(line, 0.125 if h is None else h)
    best, error, h = _extrapolate(line, h)
    line.stacked(0.0)  # part of the scale
    known = norm(error) <= 1e-6 * norm(best) + 1e-9 * line.scale  # too rough a reference shows nothing sound
    exact = known and not np.iscomplexobj(vec(X)) and _sound_complex_step(line, best, error)
    value, error, method = exact or (best, error, "Richardson")
    return Difference(unvec(value, line.shape), error, method, h, line.scale)


def fitted_order(steps, remainders, rounding):
    """The order at which remainders fall: inf where they are no more than rounding, 0 where one is too large."""
    if not np.isfinite(remainders).all():
        return 0.0
    clear = remainders > rounding
    return float(np.polyfit(np.log(steps[clear]), np.log(remainders[clear]), 1)[0]) if clear.sum() > 1 else np.inf


def _along(X, dX, h):
    """X and dX as floats of one shape in memory of their own, for f may change them; h must be a step."""
    X, dX = (copy(as_point(Z, f"differences: {name}", real=False)) for Z, name in ((X, "X"), (dX, "dX")))
    if shape_of(X) != shape_of(dX):
        raise ShapeError(f"differences: X has shape {text(shape_of(X))}, dX {text(shape_of(dX))}; expected one shape")
    if h is not None and not (np.isfinite(h) and h != 0):
        raise ValueError(f"differences: the step must be a finite number other than zero, got {h}")
    return X, dX


def _combine(operation, Y, Z):
    """operation(Y, Z) part by part."""
    if isinstance(Y, tuple):
        return tuple(operation(y, z) for y, z in zip(Y, Z, strict=True))
    return operation(Y, Z)


def _settle(line, h, tries=16):
    """A step at which halving changes the quotient by less than a percent, or fourfold where the slope is zero.

    A quotient at a far smaller step must agree: the first ones may agree with each other beyond a trouble, like
    a singular matrix within |t| < h.
    """
    first = None
    for _ in range(tries):
        if line.left < LINE + (6 if h >= 1e-3 else 8):  # what a vain try takes
            break
        try:
            fine = line.quotient(h / 2)
            change, noise = norm(line.quotient(h) - fine), 100 * EPS * line.scale / h
            vanishing = h < 1e-3 and change > 2 * norm(fine) and norm(fine - line.quotient(h / 4)) <= 0.27 * change
        except ArithmeticError:
            h /= 16
            continue
        if change <= 0.01 * norm(fine) + noise or vanishing:
            if norm(line.quotient(h / FAR) - fine) <= 0.05 * norm(fine) + 0.5 * change + FAR * noise:
                return h
            first, h = first or h, h / 64
            continue
        ratio = change / max(norm(fine), noise)  # about (h/R)² once R, the distance of the trouble, is far
        h *= min(1 / 3, max(1 / 64, np.sqrt(0.003 / ratio)))
    return first or h


def _extrapolate(line, h, levels=4, tries=4):
    """The best tableau over a few starting steps, and its step; more than one only where the first is poor.

    What a far smaller step tells of the roughness of f, scaled to the least step of the tableau, is part of the error.
    """
    probe, found = h / FAR, None
    for _ in range(tries):
        value, error = _tableau(line, h, levels)
        rough = 2 * abs(line.quotient(probe) - value) * probe / (h / 2 ** (levels - 1))
        if found is None or norm(error + rough) < norm(found[1]):
            found = value, error + rough, h
        if norm(error) <= 1e-7 * norm(value) + (1e4 + 100 / h) * EPS * line.scale + norm(rough) or line.left < 9:
            break  # smaller steps would not help, or cost too much
        h /= 8
    if not np.isfinite(norm(found[1])):
        raise ArithmeticError("the difference quotients are too large for floating-point numbers")
    return found


def _tableau(line, h, levels):
    """Neville's scheme on the quotients at h, h/2, …: the entry with the least estimated error.

    The estimate is Ridders': how far an entry lies from its two parents; never below rounding, nor below the
    distance to the last entry, for two parents may agree with it by chance.
    """
    rows = [[line.quotient(h)]]
    best, error = rows[0][0], np.full(rows[0][0].shape, np.inf)
    for j in range(1, levels):
        row = [line.quotient(h / 2**j)]
        for k in range(1, j + 1):
            left, above = row[k - 1], rows[-1][k - 1]
            row.append(left + (left - above) / (4.0**k - 1))
            estimate = np.maximum(abs(row[k] - left), abs(row[k] - above))
            if norm(estimate) < norm(error):
                best, error = row[k], estimate
        rows.append(row)
    rounding = 2 * EPS * line.scale / h
    return best, error + abs(best - rows[-1][-1]) + rounding


def _sound_complex_step(line, best, error):
    """The complex step with its error, where it is shown to agree with Richardson and to be sharp; else None.

    A second one, on the first line through X, tells the rounding: no power of two apart, for then both round alike.
    """
    steps = [2.0**-100, 1.3 * 2.0**-97][: 2 if line.rounding is None else 1]
    if line.left < len(steps):
        return None
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # a dropped imaginary part
            values = [vec(complex_step(line.f, line.X, line.dX, h)) for h in steps]
    except Exception:  # whatever f does with complex numbers, it is no use here
        return None
    if any(value.shape != best.shape or not np.isfinite(norm(value)) for value in values):
        return None
    value = values[0]
    line.rounding = max(8 * EPS, 10 * relative(norm(values[-1] - value), norm(value)), line.rounding or 0)
    agrees = (abs(value - best) <= 100 * error + 1e-9 * abs(best)).all()
    if np.iscomplexobj(best) or not agrees or line.rounding > SHARP:
        return None
    return value, np.minimum(error, line.rounding * norm(value)), "complex step"

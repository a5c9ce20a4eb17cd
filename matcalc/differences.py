"""Derivatives from values alone: the truth that every formula of the book is held against."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from .spaces import norm, shape_of, step, unvec, vec

EPS = np.finfo(float).eps
FAR = 1000  # a quotient at a step so much smaller, no power of two, shows a trouble nearby and how rough f is


def forward(f, X, dX, h):
    """(f(X + h dX) − f(X)) / h: error about h|f″|/2 + 2ε|f|/h."""
    return _combine(lambda a, b: (a - b) / h, f(step(X, h, dX)), f(X))


def central(f, X, dX, h):
    """(f(X + h dX) − f(X − h dX)) / 2h: error about h²|f‴|/6 + ε|f|/h."""
    return _combine(lambda a, b: (a - b) / (2 * h), f(step(X, h, dX)), f(step(X, -h, dX)))


def richardson(f, X, dX, h, levels=4):
    """Central differences at h, h/2, …, combined so that the errors h², h⁴, … cancel.

    With ``levels`` steps the error is of order h^(2·levels); 2·levels values of f.
    """
    line = Line(f, X, dX)
    return unvec(_tableau(line, h, levels)[0], shape_of(line.point_value(h)))


def complex_step(f, X, dX, h=2.0**-100):
    """Im f(X + i h dX) / h: no subtraction, so no cancellation, and h may be tiny.

    Right only where f is analytic and its code treats complex numbers as such. Code that takes a
    modulus, conjugates or drops an imaginary part gives a wrong number without a word:
    ``derivative`` finds that out, this function does not.
    """
    return _combine(lambda a, _: np.imag(a) / h, *[f(step(X, 1j * h, dX))] * 2)


def directions(rng, X, tangent, count):
    """Generic directions of the size of X; for a tuple also directions that move one part alone.

    More than four parts are moved in four groups, so that the number of values of f stays bounded.
    """
    found = [(f"direction {i}", sized(tangent(rng, X), X)) for i in range(1, count + 1)]
    if isinstance(X, tuple):
        for group in np.array_split(np.arange(len(X)), min(len(X), 4)):
            dX = sized(tangent(rng, X), X)
            alone = tuple(part if i in group else 0 * part for i, part in enumerate(dX))
            found.append((f"part {', '.join(str(i + 1) for i in group)} alone", alone))
    return found


def sized(dX, X):
    """dX with about the norm of X, part by part, so that a step t is a relative change t.

    The parts of a tuple get uneven weights: with even ones, 1×1 parts can cancel each other's effect.
    """
    if isinstance(X, tuple):
        pairs = zip(dX, X, strict=True)
        return tuple(sized(d, part) / (1 + 0.37 * i) for i, (d, part) in enumerate(pairs))
    return dX * ((norm(X) or 1.0) / (norm(dX) or 1.0))


@dataclass(frozen=True)
class Difference:
    """A derivative from values: ``value`` the shape of f(X), ``error`` an estimate for each entry.

    ``error`` is the vec of the estimated absolute errors, ``scale`` the size of the values of f seen,
    ``step`` the largest step used (inf where no step was found at which the quotients settle).
    """

    value: object
    error: np.ndarray
    method: str
    step: float
    scale: float

    def __repr__(self):
        return f"Difference({self.method}, a slope of norm {norm(self.value):.6g} ± {norm(self.error):.1e})"


class Counted:
    """A function that counts how often it is called."""

    def __init__(self, f):
        self.f, self.count = f, 0

    def __call__(self, X):
        self.count += 1
        return self.f(X)


class Line:
    """f along the line X + t dX. Every value is computed once, and stacked by vec.

    ``seen`` is the size of values of f met on other lines through X.
    """

    def __init__(self, f, X, dX, origin=None, seen=0.0):
        self.f, self.X, self.dX, self.seen = f, X, dX, seen
        self.values = {} if origin is None else {0.0: origin}

    def point_value(self, t):
        """f(X + t dX)."""
        if t not in self.values:
            self.values[t] = self.f(step(self.X, t, self.dX))
        return self.values[t]

    def __call__(self, t):
        """vec f(X + t dX); ArithmeticError where f has no finite value."""
        try:
            with np.errstate(all="ignore"):
                value = vec(self.point_value(t))
        except (np.linalg.LinAlgError, ValueError) as error:  # left the domain of f
            raise ArithmeticError(str(error)) from error
        if not np.isfinite(value).all():
            raise ArithmeticError(f"f has no finite value at X + {t:g} dX")
        return value

    def quotient(self, h):
        """The central difference quotient at h."""
        return (self(h) - self(-h)) / (2 * h)

    @property
    def scale(self):
        """The largest norm among the values seen: what rounding errors are measured against."""
        return max([self.seen, *(norm(v) for v in self.values.values() if np.isfinite(vec(v)).all())])


def derivative(f, X, dX, h=None, line=None):
    """The derivative of f at X along dX, as accurately as values of f allow, with its error estimate.

    Richardson extrapolation from a step at which the difference quotients have begun to settle
    (``h`` is a first guess, no more). Then one complex step: it is kept only where it agrees
    with Richardson in every entry, so a routine that mishandles complex numbers cannot slip through.
    """
    line = line or Line(f, X, dX)
    h = _settle(line, 0.125 if h is None else h)
    best, error, h = _extrapolate(line, h)
    shape = shape_of(line.point_value(0.0))
    known = norm(error) <= 1e-6 * norm(best) + 1e-9 * line.scale  # too rough a reference shows nothing sound
    exact = _sound_complex_step(f, X, dX, best, error) if known and not np.iscomplexobj(vec(X)) else None
    if exact is not None:
        rounding = np.full(error.shape, 8 * EPS * norm(exact))
        return Difference(unvec(exact, shape), np.minimum(error, rounding), "complex step", h, line.scale)
    return Difference(unvec(best, shape), error, "Richardson", h, line.scale)


def _combine(operation, Y, Z):
    """operation(Y, Z) part by part."""
    if isinstance(Y, tuple):
        return tuple(_combine(operation, y, z) for y, z in zip(Y, Z, strict=True))
    return operation(np.asarray(Y), np.asarray(Z))


def _settle(line, h, tries=16):
    """A step at which halving changes the quotient by less than a percent, or fourfold where the slope is zero.

    A quotient at a far smaller step must agree: the first ones may agree with each other beyond
    a trouble, like a singular matrix within |t| < h.
    """
    first = None
    for _ in range(tries):
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
    probe, found = h / FAR, (None, np.inf, h)
    for _ in range(tries):
        value, error = _tableau(line, h, levels)
        rough = 2 * abs(line.quotient(probe) - value) * probe / (h / 2 ** (levels - 1))
        if norm(error + rough) < norm(found[1]):
            found = value, error + rough, h
        if norm(error) <= 1e-7 * norm(value) + (1e4 + 100 / h) * EPS * line.scale + norm(rough):
            break  # smaller steps would not help
        h /= 8
    return found


def _tableau(line, h, levels):
    """Neville's scheme on the quotients at h, h/2, …: the entry with the least estimated error.

    The estimate is Ridders': how far an entry lies from its two parents; never below rounding, nor
    below the distance to the last entry, for two parents may agree with it by chance.
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


def _sound_complex_step(f, X, dX, best, error):
    """The complex step where it is shown to agree with Richardson at this f, else None."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # a dropped imaginary part
            value = vec(complex_step(f, X, dX))
    except Exception:  # whatever f does with complex numbers, it is no use here
        return None
    if value.shape != best.shape or not np.isfinite(value).all() or np.iscomplexobj(best):
        return None
    agrees = abs(value - best) <= 100 * error + 1e-9 * abs(best)
    return value if agrees.all() else None

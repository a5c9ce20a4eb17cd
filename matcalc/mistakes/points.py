"""Generic points at which answers are tried: several sizes, scales and signs, nothing special by accident."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from ..formula import FormulaError, cotangent, sizes, tangent
from ..samples import gaussian
from ..spaces import ShapeError, shape_of

# Size and scale. A negative scale turns the sign of a determinant of odd size, which random points may not do.
PLAN = ((3, 1.0), (4, 0.6), (3, -1.7), (2, 1.0), (3, 0.4))
DIRECTIONS = 3
_KNOWN = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Place:
    """A point of a rule with everything that answers are held against there."""

    rule: object
    X: object
    Y: object
    dF: object
    tangents: tuple
    cotangents: tuple

    @cached_property
    def letters(self):
        """The letters of the printed formulas that have values here, tangents left out."""
        formulas = self.rule.formulas if self.rule is not None else None
        if not formulas:
            return {"X": self.X}
        names = dict(formulas.constants)
        names |= dict(zip(several(formulas.point), parts(self.X, formulas.point), strict=True))
        names |= dict(zip(several(formulas.result), parts(self.Y, formulas.result), strict=True))
        try:
            return names | sizes(formulas.shapes, names)
        except FormulaError:
            return names

    def moved(self, z, pulled):
        """The letters of a tangent, or where ``pulled`` those of a cotangent."""
        formulas = self.rule.formulas
        letters, name = (formulas.result, cotangent) if pulled else (formulas.point, tangent)
        return dict(zip(map(name, several(letters)), parts(z, letters), strict=True))


def several(names):
    return names if isinstance(names, tuple) else (names,)


def parts(value, names):
    """The parts of a point, one for each of its names."""
    return value if isinstance(names, tuple) else (value,)


def place(rule, X, rng):
    """The rule at X, with directions to try."""
    Y, dF = rule.linearize(X)
    count = DIRECTIONS + 2 if shape_of(Y) == () else DIRECTIONS  # a number says little for each direction
    tangents = tuple(rule.domain.tangent(rng, X) for _ in range(count))
    return Place(rule, X, Y, dF, tangents, tuple(gaussian(rng, Y) for _ in range(DIRECTIONS)))


def places(rule, seed=7):
    """Generic points of the rule, the same for the same seed; made once for each rule."""
    known = _KNOWN.setdefault(rule, {})
    if seed not in known:
        known[seed] = tuple(_made(rule, np.random.default_rng(seed)))
    return known[seed]


def _made(rule, rng):
    for n, scale in PLAN:
        try:
            X = rule.domain.sample(rng, n)
            if scale != 1.0 and rule.domain.contains(scaled := times(scale, X)):
                X = scaled
            yield place(rule, X, rng)
        except (ValueError, IndexError, ArithmeticError):  # some families need a least size
            continue


def times(c, X):
    """c X, part by part."""
    return tuple(times(c, part) for part in X) if isinstance(X, tuple) else c * X


def at_map(dF, rng):
    """A place that knows only a linear map."""
    if dF.input_shape is None or dF.output_shape is None:
        raise ShapeError(f"check: {dF!r} has no input_shape and output_shape, which are needed to try an answer")
    zero_in, zero_out = (_zeros(shape) for shape in (dF.input_shape, dF.output_shape))
    return Place(None, zero_in, zero_out, dF,
                 tuple(gaussian(rng, zero_in) for _ in range(5)), tuple(gaussian(rng, zero_out) for _ in range(5)))


def _zeros(shape):
    return tuple(np.zeros(part) for part in shape) if shape and isinstance(shape[0], tuple) else np.zeros(shape)

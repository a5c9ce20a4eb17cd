"""An answer beside the truth at several places, and the one question that all hypotheses ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..spaces import norm, quiet, relative, shape_of, size, unvec, vec
from .values import Values

CLOSE = 1e-8  # an answer that agrees to this relative distance is right


@dataclass(frozen=True, eq=False)
class Trial:
    """One direction at one place: ``z`` goes in, ``right`` should come out and ``given`` did."""

    place: object
    z: object
    right: object
    given: object
    call: object = None


@dataclass(eq=False)
class Case:
    """What an answer gave at several places, in the layout of the right answer.

    ``view``: "differential", "adjoint", "gradient", "jacobian" or "array". ``rows`` holds for each place its
    trials. ``part`` is the one part of a tuple in which the answer is wrong, where all others are right.
    """

    view: str
    rows: list
    calls: int = 0
    part: int | None = None
    tried: list = field(default_factory=list)

    @property
    def pulled(self):
        """Whether directions are cotangents."""
        return self.view in ("adjoint", "gradient")

    @cached_property
    def given(self):
        """For each place one long vector of everything that the answer gave there."""
        return [self._stacked([t.given for t in row]) for row in self.rows]

    @cached_property
    def right(self):
        return [self._stacked([t.right for t in row]) for row in self.rows]

    def _stacked(self, values):
        return np.concatenate([vec(self.part_of(value)) for value in values])

    def part_of(self, value):
        """The part of a tuple that is looked at, or all of it."""
        return value if self.part is None else value[self.part]

    @cached_property
    def gap(self):
        """The largest relative difference at any place."""
        return max(distance(g, e) for g, e in zip(self.given, self.right, strict=True))

    @cached_property
    def off(self):
        """The largest difference, relative to the right answer."""
        with quiet():
            return max(relative(norm(g - e), norm(e)) for g, e in zip(self.given, self.right, strict=True))

    def ratios(self, hypothesis):
        """The factors c with answer = c · hypothesis, one for each place; None if there are none.

        ``hypothesis(trial)`` is what the mistaken answer would be, a point of the same size.
        """
        found = []
        for row, g in zip(self.rows, self.given, strict=True):
            values = []
            for trial in row:
                value = hypothesis(trial)
                if value is None:
                    return None
                values.append(vec(value if self.part is None or not isinstance(value, tuple) else value[self.part]))
            c = multiple(np.concatenate(values), g)
            if c is None:
                return None
            found.append(c)
        return found

    def only(self, part):
        """The same case with one part of its tuple looked at."""
        return Case(self.view, self.rows, self.calls, part)

    def wrong_parts(self):
        """The numbers of the parts of a tuple that are wrong."""
        several = isinstance(self.rows[0][0].right, tuple)
        if not several or self.part is not None:
            return []
        count = len(self.rows[0][0].right)
        return [j for j in range(count) if self.only(j).gap > CLOSE]

    def values(self, trial):
        """The values of formulas at this trial."""
        return values_of(trial.place, trial.z, self.view)


def distance(A, B):
    """The relative distance of two vectors."""
    with quiet():
        return relative(norm(A - B), norm(A), norm(B))


def multiple(h, g):
    """The c with g = c h, or None: not where there is but one number, for then there always is one."""
    if h.shape != g.shape or h.size < 2 or not np.isfinite(h).all():
        return None
    size_ = norm(h)
    if not 0 < size_ < np.inf:
        return None
    c = np.vdot(h / size_, g) / size_  # no square, which could be too large or too small for a float
    if not np.isfinite(c):
        return None
    c = c.real if abs(np.imag(c)) <= CLOSE * abs(c) else c
    if norm(g) == 0:
        return 0.0
    return c if norm(g - c * h) <= CLOSE * norm(g) else None


_VALUES = {}


def values_of(place, z, view):
    """One memo of formula values for each direction at each place."""
    key = (id(place), id(z), view)
    if key not in _VALUES:
        if len(_VALUES) > 600:
            _VALUES.clear()
        names = place.letters | place.moved(z, view in ("adjoint", "gradient"))
        _VALUES[key] = place, z, Values(names, place.rule.formulas.where)
    return _VALUES[key][2]


def turn(X):
    """The transpose of a matrix, of each matrix of a tuple; None for others."""
    if isinstance(X, tuple):
        return tuple(part.T if np.ndim(part) == 2 else part for part in X)
    return X.T if np.ndim(X) == 2 else None


def as_map(J, place):
    """The map dX ↦ dY that a Jacobian matrix is."""
    return lambda dX: unvec(J @ vec(dX), shape_of(place.Y)) if J.shape[1] == size(shape_of(dX)) else None

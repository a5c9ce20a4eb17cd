"""A factor as a tutor would name it: 2, ½, n, 1/m, det X, ‖X‖: by its values at several points."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sqrt

import numpy as np

from .points import parts, several

SAME = 1e-8
GLYPHS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
POWERS = {1: "{}", 2: "{}²", 0.5: "√{}", -1: "1/{}", -2: "1/{}²", -0.5: "1/√{}"}


def constant(values):
    """The one number that all values are, or None."""
    first = values[0]
    return first if all(abs(v - first) <= SAME * abs(first) for v in values) else None


def spelled(c):
    """A simple number as text, or None: fractions with small denominators, and roots and multiples of π."""
    if abs(c) > 1e6 or abs(c) < 1e-6:
        return None
    for unit, name in ((1.0, ""), (sqrt(2), "√2"), (pi, "π"), (sqrt(pi), "√π")):
        share = Fraction(float(c / unit)).limit_denominator(60)
        if share and abs(c / unit - float(share)) <= SAME * abs(c / unit):
            text = GLYPHS.get(str(abs(share)), str(abs(share)))
            text = ("−" if share < 0 else "") + (name if name and text == "1" else text + name)
            return text if abs(share.numerator) <= 1000 else None
    return None


def named(values, places):
    """The name of a factor with these values at these places, and its constant value if it has one.

    A constant is named by itself, a changing one only if it is a simple multiple of a quantity of the point
    at every place: a chance number gets no name.
    """
    if (c := constant(values)) is not None:
        return spelled(c), float(np.real(c))
    names = [quantities(place) for place in places]
    for key in names[0]:
        for power, text in POWERS.items():
            if (name := _multiple(key, power, text, values, names)) is not None:
                return name, None
    return None, None


def _multiple(key, power, text, values, names):
    at = [known.get(key, 0.0) for known in names]
    if min(map(abs, at)) < 1e-12 or (min(at) < 0 and power != int(power)) or constant(at) is not None:
        return None
    share = constant([v / a**power for v, a in zip(values, at, strict=True)])
    if share is None or (number := spelled(share)) is None:
        return None
    name = text.format(key)
    return name if number == "1" else f"−{name}" if number == "−1" else f"{number} · {name}"


def quantities(place):
    """Numbers that belong to a point, by name: sizes first, then determinants, traces and norms."""
    if place.rule is None or place.rule.formulas is None:
        return {}
    formulas, found = place.rule.formulas, {}
    found |= {key: float(v) for key, v in place.letters.items() if isinstance(v, int | np.integer) and len(key) == 1}
    for name, X in zip(several(formulas.point), parts(place.X, formulas.point), strict=True):
        found |= _of_matrix(name, np.asarray(X))
    if np.ndim(place.Y) == 0 and not isinstance(place.Y, tuple):
        found["f(X)"] = float(place.Y)
        found["exp f(X)"] = float(np.exp(np.clip(place.Y, -50, 50)))
    return found


def _of_matrix(name, X):
    if X.ndim == 0:
        return {name: float(X)}
    found = {f"‖{name}‖": float(np.linalg.norm(X)), f"the number of entries of {name}": float(X.size),
             f"the number of rows of {name}": float(len(X)), f"sum {name}": float(X.sum())}
    if X.ndim == 2:
        found[f"the number of columns of {name}"] = float(X.shape[1])
    if X.ndim == 2 and X.shape[0] == X.shape[1]:
        found = {f"det {name}": float(np.linalg.det(X)), f"tr {name}": float(np.trace(X)),
                 f"|det {name}|": abs(float(np.linalg.det(X))), f"‖{name}‖₂": float(np.linalg.norm(X, 2))} | found
    return found


def of_size(c, place):
    """For a constant that may be a size of this rule's own constants, the letter of that size."""
    if place.rule is None or place.rule.formulas is None or round(abs(c), 9) in (0.25, 0.5, 2.0, 4.0):
        return None
    for key, v in place.letters.items():
        if isinstance(v, int | np.integer) and len(key) == 1 and v > 2:
            for value, text in ((v, key), (1 / v, f"1/{key}"), (2 / v, f"2/{key}"), (v / 2, f"{key}/2")):
                if abs(c - value) <= SAME * value:
                    return text
    return None

"""Statements and numbers as Markdown for notebooks, and as plain text."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

PLACE = re.compile(r"<([A-Za-z]\w*)>")


def number(x):
    """3, -0.25, or a fraction such as 3/5 where that is shorter."""
    if np.iscomplexobj(x):
        return f"{x:.4g}"
    x = float(x) + 0.0  # no minus before zero
    near = Fraction(x).limit_denominator(200)
    if near.denominator > 1 and abs(float(near) - x) < 1e-12 and len(f"{abs(x):.6g}") > 4:
        return f"{near.numerator}/{near.denominator}"
    return f"{x:.4g}"


def latex(value):
    """A number, a vector (1, 2), a matrix in brackets, a tuple of these; whole numbers and words as they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return r"\Bigl(" + r",\; ".join(map(latex, value)) + r"\Bigr)"
    value = np.asarray(value)
    if value.ndim == 0:
        return number(value)
    if value.ndim == 1:
        return "(" + r",\, ".join(map(number, value)) + ")"
    if value.ndim > 2:
        return r",\; ".join(map(latex, value))
    rows = r" \\ ".join(" & ".join(map(number, row)) for row in value)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def plain(value):
    """The same for a terminal: [[1, 2], [3, 4]]."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "(" + ", ".join(map(plain, value)) + ")"
    value = np.asarray(value)
    return number(value) if value.ndim == 0 else "[" + ", ".join(map(plain, value)) + "]"


def filled(text, data, show=latex):
    """The statement with the drawn numbers at their places."""
    return PLACE.sub(lambda place: show(data[place[1]]), text.strip())

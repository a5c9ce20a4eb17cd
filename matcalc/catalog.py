"""All rules, in the order of the chapters."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np

from .rules.determinant import charpoly, det, logabsdet, logdet_spd
from .rules.inverse import inverse, solve
from .rules.lu import lu, lu_unpivoted
from .rules.power import polynomial, power
from .rules.product import affine, hadamard, product, transpose


def _example_affine():
    """A member of the affine family: every dimension different, no entry special."""
    A = np.array([[2.0, -1.0, 0.5], [0.3, 1.5, -2.0]])
    B = np.array([
        [1.0, 0.4, -1.1, 2.0, 0.7],
        [-0.6, 2.2, 0.9, -1.3, 0.1],
        [0.8, -0.5, 1.7, 0.2, -2.1],
        [1.2, 0.6, -0.9, 1.4, 0.3],
    ])
    C = np.array([[0.5, -1.0, 2.0, 0.1, 1.3], [1.1, 0.7, -0.4, -1.6, 0.9]])
    return affine(A, B, C)


CHAPTERS = {
    "affine_and_product": (_example_affine(), product, hadamard, transpose),
    "power": (power(2), power(3), power(5), power(-2), polynomial([1.0, -2.0, 0.5, 3.0])),
    "inverse": (inverse, solve),
    "lu": (lu, lu_unpivoted),
    "jacobi": (det, logabsdet, logdet_spd, charpoly),
}

RULES = tuple(rule for rules in CHAPTERS.values() for rule in rules)


def find(name):
    """The rule of that name; KeyError lists the names that come close."""
    by_name = {rule.name: rule for rule in RULES}
    if name in by_name:
        return by_name[name]
    near = get_close_matches(str(name), by_name, n=3, cutoff=0.4) or list(by_name)
    raise KeyError(f"no rule is called {name!r}; near misses: {', '.join(near)}")


def chapter_of(rule):
    """The chapter that derives the rule: its file name without ending."""
    for chapter, rules in CHAPTERS.items():
        if rule.name in {member.name for member in rules}:
            return chapter
    raise KeyError(f"{rule.name} is in no chapter")

"""Generic directions along which slopes are taken."""

from __future__ import annotations

from functools import reduce

import numpy as np

from .spaces import norm, step


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


def fewer(found, count):
    """At most ``count`` of the directions found: neighbours are added, so that their parts move together."""
    groups = np.array_split(np.arange(len(found)), max(1, min(count, len(found))))
    added = lambda points: reduce(lambda dX, dZ: step(dX, 1.0, dZ), points)
    return [(" and ".join(found[i][0] for i in group), added([found[i][1] for i in group])) for group in groups]

"""Dimensions: whole numbers, letters, and products of both; what they are worth when arrays are given."""

from __future__ import annotations

SCALAR = (1, 1)


def times(*dims):
    """The product of dimensions: numbers multiplied, letters sorted."""
    factors = [f for dim in dims for f in (dim if isinstance(dim, tuple) else (dim,))]
    number = 1
    for f in factors:
        number *= f if isinstance(f, int) else 1
    letters = sorted(f for f in factors if not isinstance(f, int))
    found = [number] * (number != 1 or not letters) + letters
    return found[0] if len(found) == 1 else tuple(found)


def words(shape):
    """A shape for people: m×n, mp×nq, 3×4, a number."""
    if shape == SCALAR:
        return "a number"
    return "×".join("·".join(map(str, d)) if isinstance(d, tuple) else str(d) for d in shape)


def letters(dim):
    """The letters in a dimension."""
    return [f for f in (dim if isinstance(dim, tuple) else (dim,)) if not isinstance(f, int)]


def worth(dim, known):
    """The number that a dimension is, or None while one of its letters is unknown."""
    number = 1
    for factor in dim if isinstance(dim, tuple) else (dim,):
        factor = factor if isinstance(factor, int) else known.get(factor)
        if factor is None:
            return None
        number *= factor
    return number

"""Products and solves with a triangle: every layout and option against NumPy, and only the named triangle is read."""

from itertools import product

import numpy as np
import pytest

from matcalc import triangular

OPTIONS = list(product((True, False), repeat=3))


def triangle(T, lower, transposed, unit):
    """What is meant, written with whole matrices."""
    M = np.tril(T) if lower else np.triu(T)
    if unit:
        np.fill_diagonal(M, 1)
    return M.T if transposed else M


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize(("lower", "transposed", "unit"), OPTIONS)
def test_every_layout_and_option(lower, transposed, unit, kind, rng):
    T, B = rng.standard_normal((4, 4)) + 3 * np.eye(4), rng.standard_normal((4, 3)).astype(kind)
    if kind is complex:
        B += 1j * rng.standard_normal((4, 3))
    M = triangle(T, lower, transposed, unit)
    for left, right in product((np.ascontiguousarray, np.asfortranarray), repeat=2):
        before, options = (T.copy(), B.copy()), {"lower": lower, "transposed": transposed, "unit": unit}
        found = [f(left(T), right(B), **options) for f in (triangular.times, triangular.solve)]
        assert np.allclose(found[0], M @ B)
        assert np.allclose(M @ found[1], B)
        assert np.array_equal(T, before[0])
        assert np.array_equal(B, before[1])


def test_the_other_triangle_may_hold_anything(rng):
    T, B = rng.standard_normal((4, 4)) + 3 * np.eye(4), rng.standard_normal((4, 3))
    spoilt = T + np.triu(np.full((4, 4), np.nan), 1)
    assert np.array_equal(triangular.times(spoilt, B), triangular.times(T, B))
    assert np.array_equal(triangular.solve(spoilt, B), triangular.solve(T, B))


def test_columns_of_a_larger_matrix_and_rows_in_another_order(rng):
    T, B = (rng.standard_normal((6, 6)) + 3 * np.eye(6))[:4, :4], rng.standard_normal((8, 5))[::2, 1:4]
    assert np.allclose(triangular.times(T, B), np.tril(T) @ B)
    assert np.allclose(np.tril(T) @ triangular.solve(T, B), B)


def test_a_symmetric_matrix_between_two_inverses_is_symmetric_to_the_last_bit(rng):
    L, S = np.tril(rng.standard_normal((5, 5))) + 3 * np.eye(5), rng.standard_normal((5, 5))
    whole = np.tril(S) + np.tril(S, -1).T
    for order in (np.ascontiguousarray, np.asfortranarray):
        found = triangular.congruent(order(L), order(S))
        assert np.array_equal(found, found.T)
        assert np.allclose(L.T @ found @ L, whole)

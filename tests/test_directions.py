"""Directions are generic, of the size of the point, and move the parts of a tuple alone."""

import numpy as np
import pytest

from matcalc.directions import directions, fewer
from matcalc.samples import gaussian
from matcalc.spaces import norm, shape_of


def test_directions_have_the_size_of_the_point_and_are_generic(rng):
    X = 1e-6 * rng.standard_normal((4, 4))
    for label, dX in directions(rng, X, gaussian, 3):
        assert label.startswith("direction")
        assert norm(dX) == pytest.approx(norm(X))
        assert norm(dX - dX.T) > 0.1 * norm(dX)


@pytest.mark.parametrize("parts", [1, 2, 4, 7])
def test_each_part_of_a_tuple_moves_alone_in_at_most_four_groups(parts, rng):
    X = tuple(rng.standard_normal((2, 2)) for _ in range(parts))
    found = directions(rng, X, gaussian, 1)[1:]
    assert len(found) == min(parts, 4)
    moved = np.array([[norm(part) > 0 for part in dX] for _, dX in found])
    assert moved.sum(axis=0).tolist() == [1] * parts
    assert all(shape_of(dX) == shape_of(X) for _, dX in found)


def test_a_point_at_zero_still_has_directions(rng):
    assert all(norm(dX) == pytest.approx(1) for _, dX in directions(rng, np.zeros((2, 3)), gaussian, 2))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
def test_fewer_directions_still_move_every_part_once(count, rng):
    X = tuple(rng.standard_normal((2, 2)) for _ in range(4))
    found = fewer(directions(rng, X, gaussian, 0), count)
    assert len(found) == min(max(count, 1), 4)
    moved = np.array([[norm(part) > 0 for part in dX] for _, dX in found])
    assert moved.sum(axis=0).tolist() == [1] * 4
    assert all(f"part {i + 1} alone" in " ".join(label for label, _ in found) for i in range(4))

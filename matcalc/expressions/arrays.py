"""Given arrays as the matrices that letters stand for."""

from __future__ import annotations

from ..spaces import as_point, shape_of, text
from .tree import ExpressionError


def as_matrix(name, array, shape):
    """The given array as a matrix: a number is 1×1, a 1-D array a column, or a row where a row is wanted."""
    array = as_array(name, array)
    if array.ndim == 2:
        return array
    return array.reshape(1, -1) if shape[0] == 1 and shape[1] != 1 else array.reshape(-1, 1)


def as_array(name, array):
    """Finite or not, but numbers in at most two dimensions."""
    try:
        array = as_point(array, name, real=False, finite=False)
    except (TypeError, ValueError) as error:
        raise ExpressionError(str(error)) from None
    if isinstance(array, tuple) or array.ndim > 2:
        raise ExpressionError(f"{name}: expected numbers in at most two dimensions, got shape {text(shape_of(array))}")
    return array

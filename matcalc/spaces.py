"""Points, tangents and the inner product: the only place that knows about tuples.

A *point* is an array, or a tuple of arrays (``solve`` acts on ``(A, B)``). A *tangent* at a point has
the shape of the point. ``vec`` is the only flattening in the package.
"""

from __future__ import annotations

import numpy as np

TINY = np.finfo(float).tiny  # numbers below have few digits: nothing is judged relative to a smaller size


class ShapeError(ValueError):
    """An array that does not have the shape that the mathematics asks for."""


def vec(X):
    """vec X: the columns of X stacked into one new vector; the parts of a tuple one after the other.

    A vector is its own vec, a number becomes a vector of length one.

    >>> vec(np.array([[1, 2], [3, 4]]))
    array([1, 3, 2, 4])
    """
    if isinstance(X, tuple):
        return np.concatenate([vec(part) for part in X])
    return np.asarray(X).flatten(order="F")


def unvec(v, shape):
    """The X of the given shape with vec(X) = v; for a tuple of shapes, the tuple of its parts.

    >>> unvec(np.array([1, 3, 2, 4]), (2, 2))
    array([[1, 2],
           [3, 4]])

    ShapeError if v does not have as many entries as the shape.
    """
    v = np.array(v)
    if not _is_shape(shape):
        raise ShapeError(f"unvec: a shape is a tuple such as (2, 3), or a tuple of shapes; got {shape!r}")
    if v.shape != (size(shape),):
        raise ShapeError(f"unvec: the shape {text(shape)} needs a vector of length {size(shape)}, got {text(v.shape)}")
    if not _several(shape):
        return v.reshape(shape, order="F")
    ends = np.cumsum([size(part) for part in shape])
    return tuple(piece.reshape(part, order="F") for piece, part in zip(np.split(v, ends[:-1]), shape, strict=True))


def shape_of(X):
    """The shape of a point: ``(3, 4)``, or one shape for each part of a tuple."""
    return tuple(np.shape(part) for part in X) if isinstance(X, tuple) else np.shape(X)


def size(shape):
    """How many numbers a point of this shape holds."""
    return sum(size(part) for part in shape) if _several(shape) else int(np.prod(shape))


def text(shape):
    """The shape in words: ``3×4``, ``5`` for a vector, ``a number``, ``(3×3, 3)`` for a tuple."""
    if _several(shape):
        return "(" + ", ".join(text(part) for part in shape) + ")"
    return "×".join(str(k) for k in shape) or "a number"


def _is_shape(shape):
    """Whether a tuple holds lengths, or shapes."""
    if not isinstance(shape, tuple | list):
        return False
    return all(isinstance(k, int | np.integer) and k >= 0 for k in shape) or (
        _several(shape) and all(_is_shape(part) and not _several(part) for part in shape))


def _several(shape):
    """True for the shape of a tuple: a tuple of shapes, not of lengths."""
    return len(shape) > 0 and isinstance(shape[0], tuple)


def as_point(X, where="matcalc", real=True, finite=True):
    """X as floating-point arrays, or an error that says what was given and what was expected.

    Integers become floats. TypeError: not numbers, masked, or complex where ``real``. ValueError: empty,
    NaN, infinite (unless not ``finite``). The arrays are not copied when they are floats already.
    """
    if isinstance(X, tuple):
        if not X or any(isinstance(part, tuple) for part in X):
            raise TypeError(f"{where}: expected an array or a tuple of arrays; this tuple is empty or holds tuples")
        return tuple(as_point(part, f"{where}, part {i}", real, finite) for i, part in enumerate(X, start=1))
    if np.ma.is_masked(X):
        raise TypeError(f"{where}: expected an array of numbers, got a masked array with entries left out")
    try:
        A = np.asarray(X)
    except ValueError:
        raise TypeError(f"{where}: expected an array of numbers, got rows of different lengths") from None
    if A.dtype.kind not in "fciu":
        raise TypeError(f"{where}: expected an array of numbers, got {type(X).__name__} of dtype {A.dtype}")
    if real and A.dtype.kind == "c":
        raise TypeError(f"{where}: expected real numbers, got complex ones (dtype {A.dtype})")
    if A.size == 0:
        raise ShapeError(f"{where}: expected at least one number, got an empty array of shape {text(A.shape)}")
    with np.errstate(over="ignore"):  # a longdouble beyond floats becomes infinite, which is refused below
        A = np.asarray(A, dtype=complex if A.dtype.kind == "c" else float)
    if finite and not np.isfinite(A).all():
        raise ValueError(f"{where}: expected finite numbers, got {count_bad(A)}")
    return A


def as_value(Y, where="differences: f(X)"):
    """A value of f as floats, finite or not, in memory of their own, for f may use its array again.

    TypeError where they are no numbers, or in single precision: half of the digits are missing.
    """
    for part in Y if isinstance(Y, tuple) else (Y,):
        if getattr(part, "dtype", None) in ("float32", "float16", "complex64"):
            raise TypeError(f"{where} is in single precision ({part.dtype}); small steps need float64")
    return copy(as_point(Y, where, real=False, finite=False))


def as_result(Y, name):
    """Y as ``name`` hands it out: floats, a number as Python's own. OverflowError where it is not finite."""
    Y = as_point(Y, f"{name}: the result", real=False, finite=False)
    if not is_finite(Y):
        raise OverflowError(f"{name}: the result is too large for floating-point numbers, {count_bad(vec(Y))}")
    return plain(Y)


def quiet():
    """What is not finite is refused afterwards, in words: NumPy need not warn of it too."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def is_finite(X):
    """Whether all numbers of a point are finite."""
    return all(map(is_finite, X)) if isinstance(X, tuple) else bool(np.isfinite(X).all())


def count_bad(A):
    """How many entries are NaN or infinite, in words, for error messages."""
    nan, inf = int(np.isnan(A).sum()), int(np.isinf(A).sum())
    found = [f"{nan} NaN"] * (nan > 0) + [f"{inf} infinite"] * (inf > 0)
    return f"{' and '.join(found)} among {np.size(A)} entries"


def step(X, t, dX):
    """X + t dX, part by part."""
    if isinstance(X, tuple):
        return tuple(step(part, t, d) for part, d in zip(X, dX, strict=True))
    return X + t * dX


def copy(X):
    """X in memory of its own, so that nobody else can change it."""
    return tuple(copy(part) for part in X) if isinstance(X, tuple) else np.array(X)[()]


def apart(Y, X):
    """Y, in memory of its own where it shares some with X."""
    parts, others = ([*Z] if isinstance(Z, tuple) else [Z] for Z in (Y, X))
    return copy(Y) if any(np.may_share_memory(y, x) for y in parts for x in others) else Y


def plain(X):
    """X with numbers as Python's own, part by part: what a reader wants to see. Arrays stay as they are."""
    if isinstance(X, tuple):
        return tuple(plain(part) for part in X)
    return X if np.ndim(X) else np.asarray(X).item()


def inner(A, B):
    """⟨A, B⟩ = Re tr(Aᴴ B), for real matrices tr(Aᵀ B): the sum of the products of entries.

    For complex matrices the real part is taken: that makes ℂᵐˣⁿ a real inner-product space, in which
    every ℝ-linear map has an adjoint. ShapeError if the shapes differ, TypeError for what is no numbers.
    """
    if shape_of(A) != shape_of(B):
        raise ShapeError(f"inner: expected two points of one shape, got {text(shape_of(A))} and {text(shape_of(B))}")
    return float(np.vdot(_floats(A, "inner"), _floats(B, "inner")).real)


def normal_part(Q, G):
    """(I − QQᵀ) G, the part of G at right angles to the orthonormal columns of Q: exactly zero for a square Q."""
    return np.zeros_like(G) if Q.shape[0] == Q.shape[1] else G - Q @ (Q.T @ G)


def _floats(X, where):
    """vec X as floats: products of small whole numbers would leave their range without a word."""
    v = vec(X)
    if v.dtype.kind not in "biufc" or any(map(np.ma.is_masked, X if isinstance(X, tuple) else (X,))):
        raise TypeError(f"{where}: expected arrays of numbers, none masked, got dtype {v.dtype}")
    with quiet():  # longdoubles may be too large
        return v.astype(complex if v.dtype.kind == "c" else float, copy=False)


def norm(X):
    """‖X‖ = √⟨X, X⟩, the Frobenius norm; of a tuple, of all its entries together. TypeError for no numbers."""
    v = _floats(X, "norm")
    square, largest = np.vdot(v, v).real, 1.0
    if not 1e-200 < square < 1e200 and 0 < (largest := float(abs(v).max(initial=0.0))) < np.inf:
        square = np.vdot(v / largest, v / largest).real  # 1e-170 is not squared away
    return largest * float(np.sqrt(square))


def relative(off, *sizes, rounding=0.0):
    """A difference over the largest of the sizes; zero where these are no more than rounding.

    Where one of them is not finite it is inf, which no limit lets pass: neither a NaN nor a size beyond floats may.
    """
    largest = float(np.max([*sizes, TINY]))  # Python's max passes over a NaN, unless it comes first
    if off == 0 or largest <= rounding:
        return 0.0
    return float(off) / largest if off < np.inf and largest < np.inf else np.inf


def excess(off, allowed):
    """The largest |off| / allowed of any entry; inf where one of the two is not finite."""
    known = np.isfinite(off) & np.isfinite(allowed)
    with quiet():
        return float(np.max(np.where(known, abs(off) / np.maximum(allowed, TINY), np.inf)))


def _count(where, *sizes):
    if not all(isinstance(n, int | np.integer) and n > 0 for n in sizes):
        raise ShapeError(f"{where}: expected whole numbers from 1 on, got {', '.join(map(repr, sizes))}")


def commutation(m, n):
    """K with K vec(X) = vec(Xᵀ) for X of size m×n: a permutation matrix of size mn×mn.

    Kᵀ = K⁻¹ is the commutation matrix of n×m. ShapeError unless m and n are whole numbers from 1 on.
    """
    _count("commutation", m, n)
    source = np.arange(m * n).reshape(m, n, order="F")  # the place of X[i, j] in vec X
    return np.eye(m * n)[vec(source.T)]


def duplication(n):
    """D with D vech(S) = vec(S) for symmetric S: size n² × n(n+1)/2.

    vech stacks the columns of the lower triangle, the diagonal included. ShapeError unless n is a
    whole number from 1 on.
    """
    _count("duplication", n)
    place = np.zeros((n, n), dtype=int)
    columns, rows = np.triu_indices(n)  # the lower triangle, column by column
    place[rows, columns] = place[columns, rows] = np.arange(n * (n + 1) // 2)
    return np.eye(n * (n + 1) // 2)[vec(place)]

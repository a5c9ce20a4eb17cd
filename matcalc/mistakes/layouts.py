"""Layouts: the same numbers in another arrangement, and how each one is brought back to the book's own."""

from __future__ import annotations

import numpy as np

from ..spaces import duplication, shape_of, size, unvec

OWN = "own"
TURNED = "transposed"  # no layout but a mistake: a differential has the shape of the value


def layouts(view, place, raw):
    """(name, the answer in the book's layout) for every layout whose shape fits; the book's own first."""
    if view == "jacobian":
        return list(_jacobians(place, raw))
    shape = shape_of(place.X) if view in ("gradient", "adjoint") else shape_of(place.Y)
    return list(_points(view, shape, raw))


def _points(view, shape, raw):
    """Layouts of a point: a gradient may lie transposed or be stacked."""
    given = shape_of(raw)
    if given == shape:
        yield OWN, raw
    if isinstance(raw, tuple):
        if view == "gradient" and not isinstance(shape[0] if shape else 0, int) and given == _turned(shape):
            yield "numerator", tuple(np.transpose(part) for part in raw)
        return
    if shape and isinstance(shape[0], tuple):
        if raw.size == size(shape) and raw.size in raw.shape:
            flat = raw.reshape(-1)
            yield "stacked by columns", unvec(flat, shape)
            yield "stacked by rows", unvec(_from_rows(flat[:, None], shape, ())[:, 0], shape)
        return
    if len(shape) == 2 and given == shape[::-1]:
        yield ("numerator" if view == "gradient" else TURNED), raw.T
    if len(shape) < 2 and given != shape and raw.size == size(shape) and raw.ndim <= 2:
        names = {(): "1×1", (1, raw.size): "row", (raw.size, 1): "column"}
        yield names.get(given if shape else (), "row"), raw.reshape(shape)
    if len(shape) == 2 and raw.size == size(shape) and raw.size in given and given != shape:
        flat = raw.reshape(-1)
        row = "a row, " if given == (1, raw.size) and raw.size > 1 else ""
        yield row + "stacked by columns", unvec(flat, shape)
        yield row + "stacked by rows", flat.reshape(shape)


def _turned(shape):
    return tuple(part[::-1] for part in shape)


def _jacobians(place, raw):
    """Layouts of a Jacobian: transposed, of row-stacked vectors, as a table with four indices, in blocks."""
    out, into = shape_of(place.Y), shape_of(place.X)
    P, N = size(out), size(into)
    if isinstance(raw, tuple):
        widths = [size(part) for part in into] if into and isinstance(into[0], tuple) else []
        if [np.shape(block) for block in raw] == [(P, w) for w in widths]:
            yield "blocks", np.hstack(raw)
        return
    if raw.shape == (P, N):
        yield OWN, raw
        yield "row-stacked", _from_rows(raw, out, into)
    if raw.shape == (N, P):
        yield "denominator", raw.T
        yield "denominator, row-stacked", _from_rows(raw.T, out, into)
    if not _tuples(out, into):
        yield from _tables(raw, out, into)
        n = into[0] if len(into) == 2 and into[0] == into[1] else 0
        if n > 1 and raw.shape == (P, n * (n + 1) // 2) and place.rule.domain.shape(np.triu(np.ones(into))):
            yield "vech", raw @ np.linalg.pinv(duplication(n))


def _tables(raw, out, into):
    if raw.ndim > 2 or (raw.ndim == 1 and (out == () or into == ())):
        if raw.shape == (*out, *into):
            yield "table", _from_rows(raw.reshape(size(out), size(into)), out, into)
        if raw.shape == (*into, *out):
            yield "table, transposed", _from_rows(raw.reshape(size(into), size(out)).T, out, into)


def _tuples(*shapes):
    return any(shape and isinstance(shape[0], tuple) for shape in shapes)


def _from_rows(J, out, into):
    """The Jacobian for stacked columns from the one for stacked rows: the same entries, other numbers."""
    K = np.empty_like(J)
    K[np.ix_(_by_rows(out), _by_rows(into))] = J
    return K


def _by_rows(shape):
    """For each number in the stacked rows its place in vec."""
    if shape and isinstance(shape[0], tuple):
        starts = np.cumsum([0, *(size(part) for part in shape)])
        return np.concatenate([start + _by_rows(part) for start, part in zip(starts, shape, strict=False)])
    return unvec(np.arange(size(shape)), shape).reshape(-1)


WORDS = {
    "numerator": "numerator layout, (∇f)ᵀ",
    "row": "a row",
    "column": "a column",
    "1×1": "a 1×1 matrix",
    "stacked by columns": "stacked into one vector, column by column",
    "stacked by rows": "stacked into one vector, row by row",
    "a row, stacked by columns": "the 1×n Jacobian, (vec ∇f)ᵀ, columns stacked",
    "a row, stacked by rows": "the 1×n Jacobian with the rows stacked",
    "row-stacked": "for vectors that stack rows",
    "denominator": "denominator layout, Jᵀ",
    "denominator, row-stacked": "denominator layout, Jᵀ, for vectors that stack rows",
    "table": "a table with the indices of Y, then those of X",
    "table, transposed": "a table with the indices of X, then those of Y",
    "blocks": "in blocks, one for each part",
    "vech": "for half-vectors vech X",
}


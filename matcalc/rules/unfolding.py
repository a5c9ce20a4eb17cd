"""im2col: an image as a matrix with one row for each window. Its adjoint, col2im, adds; it does not undo."""

from __future__ import annotations

import numpy as np

from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import unvec, vec
from ..windows import PARAMETERS, Unfolded, Windows, as_batch, images, named, pair


def im2col(size, *, stride=1, padding=0, dilation=1):
    """X ↦ X_col: one row for each window of an image, one column for each place in a window.

    X is an image (H, W) or a batch (N, C, H, W). The rows run through the images, and in each one through the
    windows from left to right, then down; the columns run through the channels, and in each one through the
    window's rows. X_col has N·Ho·Wo rows and C·kh·kw columns.

    Every window gets a copy of the pixels that it sees, so the adjoint, col2im, *adds* what the copies bring back.
    It is no inverse: col2im(im2col(X)) is X times the number of windows that see each pixel.
    """
    parts = [
        pair("im2col", what, v, least)
        for (what, least, _), v in zip(PARAMETERS, (stride, padding, dilation), strict=True)
    ]
    windows = Windows(pair("im2col", "size", size, 1), *parts)

    def im2col_at(X):
        batch = as_batch(X)
        return windows.rows(batch), LinearMap(
            push=lambda dX: windows.rows(as_batch(dX)),
            pull=lambda Ybar: windows.image(Ybar, batch.shape).reshape(X.shape),
            matrix=lambda: _selection(windows, X),
        )

    return Rule(
        name=named("im2col", parts, windows.size),
        f=lambda X: _window_by_window(windows, as_batch(X)),
        linearize=im2col_at,
        domain=images(windows),
        formulas=_printed(windows),
        source="chellapilla2006, sec. 2",
        second_at=lambda X: lambda dX, dZ: np.zeros_like(windows.rows(as_batch(X))),
    )


def _window_by_window(windows, x):
    """X_col row by row: stand where a window stands and read its pixels. Slow, and nothing to go wrong."""
    around = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in windows.padding)))
    (sh, sw), (dh, dw), (h, w) = windows.stride, windows.dilation, windows.span()
    corners = np.ndindex(len(x), *windows.count(*x.shape[2:]))
    seen = [around[n, :, i * sh : i * sh + h : dh, j * sw : j * sw + w : dw] for n, i, j in corners]
    return np.array([patch.reshape(-1) for patch in seen])


def _selection(windows, X):
    """S with vec(X_col) = S vec(X): each row has a single one, at the pixel that is copied, or none for padding."""
    numbered = unvec(np.arange(1.0, X.size + 1), X.shape)  # zero is left for the padding
    copied = vec(_window_by_window(windows, as_batch(numbered)))
    return (copied[:, None] == np.arange(1, X.size + 1)).astype(float)


def _printed(windows):
    """With x = vec(X) and y = vec(X_col) the whole map is one matrix S of zeros and ones."""
    return Unfolded(
        value="S x",
        differential=r"S\,\mathrm dx",
        adjoint=r"S^{\top}\,\bar y",
        jacobian="S",
        point="x",
        result="y",
        enter=lambda dX, X: vec(dX),
        leave=lambda v, X: unvec(vec(v), X.shape),
        rows=vec,
        images=lambda v, Y: unvec(vec(v), Y.shape),
        given=lambda X: {"S": _selection(windows, X)},
    )

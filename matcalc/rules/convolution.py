"""Convolutions, as networks mean the word: one small kernel slid over an image, a matrix product after im2col."""

from __future__ import annotations

import numpy as np

from ..domains import Domain
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import shape_of, text, vec
from ..windows import PARAMETERS, Shifted, Unfolded, Windows, named, pair


def conv2d(*, stride=1, padding=0, dilation=1):
    """(x, k, b) ↦ y with y[n, o, i, j] = b[o] + Σ k[o, c, a, e] x[n, c, s i + d a − p, s j + d e − p].

    x is N×C×H×W, k is O×C×kh×kw, b has length O, y is N×O×Ho×Wo with Ho = ⌊(H + 2p − d(kh−1) − 1)/s⌋ + 1; outside
    of the image x counts as zero. This is a cross-correlation: the kernel is not turned around. Each parameter is
    a whole number or a pair, for rows and columns.

    With one row for each window, y = X_col Kᵀ + 1 bᵀ. So the kernel's gradient is one sum over all windows, and
    the image's is col2im of Ȳ K.
    """
    windows_of, name = _family("conv2d", stride, padding, dilation)
    return Rule(
        name=name,
        f=lambda X: _offset_by_offset(windows_of(X[1]), *X),
        linearize=lambda X: _convolution(windows_of(X[1]), *X),
        domain=_triples(windows_of, 2),
        formulas=_printed(windows_of),
        source="dumoulin2016, ch. 2",
        second_at=lambda X: lambda dX, dZ: _bent(windows_of(X[1]), dX, dZ),
    )


def conv1d(*, stride=1, padding=0, dilation=1):
    """(x, k, b) ↦ y with y[n, o, i] = b[o] + Σ k[o, c, a] x[n, c, s i + d a − p]: ``conv2d`` on images of one row.

    x is N×C×L, k is O×C×kl, b has length O, y is N×O×Lo with Lo = ⌊(L + 2p − d(kl−1) − 1)/s⌋ + 1.
    """
    given = zip(PARAMETERS, (stride, padding, dilation), strict=True)
    parts = [pair("conv1d", what, (v, v), least) for (what, least, _), v in given]
    idle = [idle for _, _, idle in PARAMETERS]  # what happens across the one row
    windows_of, _ = _family("conv2d", *((across, along) for across, (_, along) in zip(idle, parts, strict=True)))
    up = lambda X: (_plane(X[0]), _plane(X[1]), X[2])
    down = lambda X: (*(part[:, :, 0] for part in X[:2]), X[2])

    def conv1d_at(X):
        Y, dF = _convolution(windows_of(up(X)[1]), *up(X))
        return Y[:, :, 0], LinearMap(
            push=lambda dX: dF.push(up(dX))[:, :, 0],
            pull=lambda Ybar: down(dF.pull(Ybar[:, :, None])),
        )

    return Rule(
        name=named("conv1d", parts),
        f=lambda X: _offset_by_offset(windows_of(up(X)[1]), *up(X))[:, :, 0],
        linearize=conv1d_at,
        domain=_triples(windows_of, 1),
        formulas=_printed(windows_of, _plane, lambda x: x[:, :, 0]),
        source="dumoulin2016, ch. 2",
        second_at=lambda X: lambda dX, dZ: _bent(windows_of(up(X)[1]), up(dX), up(dZ))[:, :, 0],
    )


def _family(family, *parameters):
    """(windows, name) of a member; the first is a function of the kernel, whose size is the windows'."""
    parts = [pair(family, what, v, least) for (what, least, _), v in zip(PARAMETERS, parameters, strict=True)]
    return lambda k: Windows(k.shape[2:], *parts), named(family, parts)


def _offset_by_offset(windows, x, k, b):
    """The definition: for each place in the kernel, that number times the image, shifted; and add them up."""
    weights = k.reshape(*k.shape[:2], -1).transpose(2, 0, 1)
    terms = (K @ seen.reshape(*seen.shape[:2], -1) for K, seen in zip(weights, windows.views(x), strict=True))
    return sum(terms).reshape(len(x), len(k), *windows.count(*x.shape[2:])) + b[:, None, None]


def _convolution(windows, x, k, b):
    """The value and its map. X_col is unfolded some images at a time, and never stands in memory as a whole."""
    image, K = Shifted.of(windows, x), k.reshape(len(k), -1)

    def push(dX):
        dx, dk, db = dX
        moved = _times(Shifted.of(windows, dx), K)
        return moved + _times(image, dk.reshape(K.shape)) + db[:, None, None]

    def pull(Ybar):
        back, Kbar = Shifted(windows, x.shape, Ybar.dtype), np.zeros(K.shape, Ybar.dtype)
        for block in image.blocks():
            G = image.spread(Ybar[block])
            Kbar += (G @ image.unfold(block).swapaxes(1, 2)).sum(axis=0)  # the weight is shared: its gradients add
            back.add(block, K.T @ G)
        return back.image(), Kbar.reshape(k.shape), Ybar.sum(axis=(0, 2, 3))

    return _times(image, K, b), LinearMap(push, pull)


def _times(image, K, b=0.0):
    """K X_col + b, for one block of images after another."""
    b = np.reshape(b, (-1, 1, 1))
    Y = np.empty((image.shape[0], len(K), image.rows, image.columns), np.result_type(image.flat, K, b))
    for block in image.blocks():
        np.add(image.output(K @ image.unfold(block)), b, out=Y[block])
    return Y


def _bent(windows, dX, dZ):
    """The map is linear in x and in k, so d² is the convolution of either tangent with the other one."""
    none = np.zeros(len(dX[2]))
    return _offset_by_offset(windows, dX[0], dZ[1], none) + _offset_by_offset(windows, dZ[0], dX[1], none)


def _printed(windows_of, up=lambda x: x, down=lambda x: x):
    """The formulas of a convolution, with one row for each window and one column for each output channel."""

    def enter(dX, X):
        return windows_of(up(X[1])).rows(up(dX[0])), dX[1].reshape(len(dX[1]), -1), dX[2]

    def leave(bars, X):
        Xbar, Kbar, bbar = bars
        return down(windows_of(up(X[1])).image(Xbar, up(X[0]).shape)), np.reshape(Kbar, X[1].shape), vec(bbar)

    def pixels(M, Y):
        return np.moveaxis(M.reshape(len(Y), *Y.shape[2:], Y.shape[1]), -1, 1)

    return Unfolded(
        value=r"X_{col} K^{\top} + \mathbf 1_p b^{\top}",
        differential=r"\mathrm dX_{col}\,K^{\top} + X_{col}\,\mathrm dK^{\top} + \mathbf 1_p\,\mathrm db^{\top}",
        adjoint=(r"\bar Y K", r"\bar Y^{\top} X_{col}", r"\bar Y^{\top} \mathbf 1_p"),
        point=("X_col", "K", "b"),
        shapes={"X_col": "p×q", "K": "o×q", "b": "o"},
        enter=enter,
        leave=leave,
        rows=lambda Y: np.moveaxis(Y, 1, -1).reshape(-1, Y.shape[1]),
        images=pixels,
    )


def _triples(windows_of, axes):
    """Triples (x, k, b) that fit one another, with images of one or of two axes."""
    shapes = ("N×C×L", "O×C×kl") if axes == 1 else ("N×C×H×W", "O×C×kh×kw")
    expected = "x of shape {}, k of {} and b of length O".format(*shapes)

    def shape(X):
        if not isinstance(X, tuple) or [np.ndim(part) for part in X] != [axes + 2, axes + 2, 1]:
            given = f"shapes {text(shape_of(X))}" if isinstance(X, tuple) else f"one array of shape {text(np.shape(X))}"
            return f"expected a triple (x, k, b), {expected}; got {given}"
        x, k, b = X
        if x.shape[1] != k.shape[1] or len(k) != len(b):
            return f"expected {expected}; got shapes {text(shape_of(X))}"
        return windows_of(_plane(k)).complaint(_plane(x).shape)

    return Domain(
        name="triples (x, k, b) of images, kernels and biases that fit",
        shape=shape,
        sample=lambda rng, n: _fitting(rng, n, windows_of, axes),
        outside=lambda rng, n: (rng.standard_normal((2, 2) + (n + 9,) * axes), *_fitting(rng, n, windows_of, axes)[1:]),
    )


def _fitting(rng, n, windows_of, axes):
    """Two images of three channels and four kernels, all lengths different."""
    k = rng.standard_normal((4, 3, *(2, 3)[2 - axes :]))
    windows = windows_of(_plane(k))
    least = [span - 2 * p for span, p in zip(windows.span(), windows.padding, strict=True)]
    pixels = [max(n + i, m + i) for i, m in enumerate(least[2 - axes :])]
    return rng.standard_normal((2, 3, *pixels)), k, rng.standard_normal(4)


def _plane(x):
    """An array of lines as one of images with one row."""
    return x[:, :, None] if x.ndim == 3 else x

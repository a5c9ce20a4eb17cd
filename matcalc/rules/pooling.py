"""Pooling: each window of each channel gives one number, its largest or its mean."""

from __future__ import annotations

import numpy as np

from ..domains import DomainError, refusal_of
from ..formula import FUNCTIONS
from ..linear_map import LinearMap
from ..rule import Rule
from ..windows import Unfolded, Windows, as_batch, images, pair

FUNCTIONS["rowmax"] = lambda X: X.max(axis=1)
FUNCTIONS["onehot"] = lambda X: np.eye(X.shape[1])[X.argmax(axis=1)]  # a one at the largest entry of each row


_LARGEST = {
    "value": r"\operatorname{rowmax}(X_{col})",
    "differential": r"(M \odot \mathrm dX_{col}) \mathbf 1_k",
    "adjoint": r"M \odot \bar y\,\mathbf 1_k^{\top}",
    "where": (("M", r"\operatorname{onehot}(X_{col})"),),
}
_MEAN = {
    "value": r"\frac{1}{k} X_{col} \mathbf 1_k",
    "differential": r"\frac{1}{k}\,\mathrm dX_{col}\,\mathbf 1_k",
    "adjoint": r"\frac{1}{k}\,\bar y\,\mathbf 1_k^{\top}",
}


def max_pool(size, *, stride=None):
    """The largest number of each window: y = Σ m x over the window, with m = 1 at the largest pixel and 0 elsewhere.

    Images are (H, W) or (N, C, H, W), every channel is pooled alone, and windows stand ``stride`` apart, by default
    side by side; pixels that fill no window are left out. The gradient goes to the largest pixel and to no other.
    Where two pixels of a window tie there is a kink: DomainError.
    """
    windows, name = _family("max_pool", size, stride)

    def max_pool_at(X):
        top, m = _largest(windows, X)
        return _like(X, top), LinearMap(
            push=lambda dX: _like(X, (m * windows.gather(as_batch(dX))).sum(axis=2)),
            pull=lambda Ybar: windows.scatter(m * as_batch(Ybar)[:, :, None], as_batch(X).shape).reshape(X.shape),
        )

    return Rule(
        name=name,
        f=lambda X: _sliding(windows, X).max(axis=(-2, -1)),
        linearize=max_pool_at,
        domain=_without_ties(windows),
        formulas=_printed(windows, **_LARGEST),
        source="goodfellow2016, sec. 9.3",
        second_at=lambda X: lambda dX, dZ: np.zeros(_sliding(windows, X).shape[:-2]),
    )


def avg_pool(size, *, stride=None):
    """The mean of each window: a convolution whose kernel is fixed, each entry 1/k for k pixels in a window.

    Images are (H, W) or (N, C, H, W), and every channel is pooled alone. The map is linear. Backward, each pixel of a
    window gets the same k-th part of what the window brings, and windows that overlap add.
    """
    windows, name = _family("avg_pool", size, stride)
    k = windows.size[0] * windows.size[1]
    mean = lambda X: _like(X, windows.gather(as_batch(X)).mean(axis=2))

    def pull(X, Ybar):
        share = np.repeat(as_batch(Ybar)[:, :, None] / k, k, axis=2)
        return windows.scatter(share, as_batch(X).shape).reshape(X.shape)

    return Rule(
        name=name,
        f=lambda X: _sliding(windows, X).mean(axis=(-2, -1)),
        linearize=lambda X: (mean(X), LinearMap(push=mean, pull=lambda Ybar: pull(X, Ybar))),
        domain=images(windows),
        formulas=_printed(windows, **_MEAN),
        source="goodfellow2016, sec. 9.3",
        second_at=lambda X: lambda dX, dZ: np.zeros(_sliding(windows, X).shape[:-2]),
    )


def _family(family, size, stride):
    size = pair(family, "size", size, 1)
    stride = size if stride is None else pair(family, "stride", stride, 1)
    name = f"{family}({_short(size)})" if stride == size else f"{family}({_short(size)}, stride={_short(stride)})"
    return Windows(size, stride), name


def _short(size):
    return size[0] if size[0] == size[1] else size


def _sliding(windows, X):
    """Every window as a view of the image, without a copy: shape (…, Ho, Wo, kh, kw)."""
    (sh, sw), every = windows.stride, np.lib.stride_tricks.sliding_window_view
    return every(X, windows.size, axis=(-2, -1))[..., ::sh, ::sw, :, :]


def _largest(windows, X):
    """The largest number of each window, and M, a one at its pixel; DomainError where two pixels share that place."""
    seen = windows.gather(as_batch(X))
    top = seen.max(axis=2)
    m = seen == top[:, :, None]
    if (tied := m.sum(axis=2) > 1).any():
        n, c, i, j = (int(place) + 1 for place in np.argwhere(tied)[0])
        where = f"window ({i}, {j})" + (f" of channel {c} of image {n}" if np.ndim(X) == 4 else "")
        raise DomainError(f"{where} has its largest pixel more than once; {int(tied.sum())} of {tied.size} windows tie")
    return top, m.astype(float)


def _without_ties(windows):
    """The largest honest domain of a maximum: outside of it, it has a kink."""
    return images(
        windows,
        refusal_of(lambda X: _largest(windows, X)),
        sample=lambda rng, n: _spread(rng, _shape(windows, n)),
        outside=lambda rng, n: np.zeros(_shape(windows, n) if max(windows.size) > 1 else n),  # one pixel cannot tie
        name="images in which no window has two largest pixels",
    )


def _like(X, Y):
    """The result as an image where X is one."""
    return Y[0, 0] if np.ndim(X) == 2 else Y


def _shape(windows, n):
    h, w = windows.size
    return 2, 3, max(n, h), max(n + 1, w + 1)


def _spread(rng, shape):
    """Pixels no two of which are near one another."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) + rng.uniform(0.3, 0.7, count)) / count - 0.5).reshape(shape)


def _printed(windows, **formulas):
    """The formulas with one row for each window of each channel; y is the column of what they give."""
    alone = lambda X: as_batch(X).reshape(-1, 1, *X.shape[-2:])
    return Unfolded(
        point="X_col",
        result="y",
        shapes={"X_col": "p×k"},
        enter=lambda dX, X: windows.rows(alone(dX)),
        leave=lambda Xbar, X: windows.image(Xbar, alone(X).shape).reshape(X.shape),
        rows=lambda Y: Y.reshape(-1),
        images=lambda y, Y: y.reshape(Y.shape),
        **formulas,
    )

"""A kernel over an image: the reader changes the kernel and moves its window, and sees the way there and back."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from ..plots import matrix
from ..rules.unfolding import im2col
from .frames import still, studio
from .palette import BLUE
from .widget import InteractiveFigure, script

_IMAGE = [
    [0, 0, 0, 0, 3, 3], [0, 0, 0, 3, 3, 0], [0, 0, 3, 3, 0, 0], [0, 3, 3, 0, 0, 0], [3, 3, 0, 0, 0, 1],
    [3, 0, 0, 0, 1, 2],
]  # fmt: skip
_KERNEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
MOST = 8  # pixels of a side: the numbers must be read


class KernelExplorer(InteractiveFigure):
    """The kernel is changed, the window moved; X_col, the result and both gradients follow."""

    _esm = script("entries.js", "kernel.js")
    room = (572, 995)
    image = traitlets.List().tag(sync=True)
    kernel = traitlets.List().tag(sync=True)
    window = traitlets.Int(0).tag(sync=True)
    every = traitlets.Bool(False).tag(sync=True)

    def still(self):
        """The image, its matrix of windows, the result, and what one window sends back to the image."""
        X, K = np.array(self.image), np.array(self.kernel)
        rows, unfold = im2col(K.shape).linearize(X)
        height, width = np.subtract(X.shape, K.shape) + 1
        i, j = divmod(self.window, width)
        back = unfold.T(np.outer(np.arange(height * width) == self.window, K))
        result = (rows @ K.reshape(-1)).reshape(height, width)
        panels = (("image", X, (j, i), K.shape), ("a row for each window", rows, (0, self.window), (1, K.size)),
                  ("result", result, (j, i), (1, 1)), ("gradient of the image", back, (j, i), K.shape))  # fmt: skip
        with studio():
            fig, axes = plt.subplots(1, 4, figsize=(8, 2.7), layout="constrained")
            plt.close(fig)
            for ax, (title, A, (x, y), (h, w)) in zip(axes, panels, strict=True):
                matrix(A, ax=ax, title=title)
                ax.add_patch(plt.Rectangle((x - 0.5, y - 0.5), w, h, fill=False, linewidth=2.5, edgecolor=BLUE))
                ax.set_axis_off()
            return still(fig)


def kernel_explorer(image=None, kernel=None, *, window=5, caption=""):
    """One kernel at every window of an image: its row of im2col, its pixel of the result, its gradients back.

    The result is that of ``conv2d`` without stride or padding, a cross-correlation. ``window`` counts from zero,
    from left to right, then down. In a live notebook ``.kernel`` and ``.window`` are what the reader has set.
    """
    image, kernel = (
        np.asarray(default if given is None else given, float)
        for given, default in ((image, _IMAGE), (kernel, _KERNEL))
    )
    if image.ndim != 2 or kernel.ndim != 2 or max(image.shape) > MOST or np.any(kernel.shape > np.array(image.shape)):
        raise ValueError(
            f"kernel_explorer: expected an image of at most {MOST}×{MOST} pixels and a kernel that fits into it, "
            f"got shapes {image.shape} and {kernel.shape}"
        )
    count = int(np.prod(np.subtract(image.shape, kernel.shape) + 1))
    if not 0 <= window < count:
        raise ValueError(f"kernel_explorer: window must be one of 0 … {count - 1}, got {window}")
    alt = (
        "An image, the matrix that has one row for each window of it, a kernel and the result, with one window lit in "
        "each of them; below, the gradients of the image, the kernel and the result."
    )
    return KernelExplorer(image=image.tolist(), kernel=kernel.tolist(), window=int(window), alt=alt, caption=caption)

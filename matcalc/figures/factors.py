"""A matrix and its LU factors: the reader changes entries of X and dX, and sees L, U, dL and dU follow."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from ..rules.lu import lu_unpivoted
from .frames import still, studio
from .ready import heat
from .widget import InteractiveFigure, script

_X = [[2, 1, -1], [4, 3, 0], [-2, 2, 10]]  # whole numbers all the way: pivots 2, 1, 3
_dX = [[2, 3, 3], [8, 7, 5], [12, 4, 5]]


class LUExplorer(InteractiveFigure):
    """X and dX are changed entry by entry; elimination of both at once is JavaScript."""

    _esm = script("entries.js", "lu.js")
    room = (400, 455)
    X = traitlets.List().tag(sync=True)
    dX = traitlets.List().tag(sync=True)

    def still(self):
        """X, L, U and, below, dX, dL, dU, by the rule."""
        X, dX = np.array(self.X), np.array(self.dX)
        (L, U), dF = lu_unpivoted.linearize(X)
        matrices = dict(zip(("X", "L", "U", "dX", "dL", "dU"), (X, L, U, dX, *dF(dX)), strict=True))
        with studio():
            fig, axes = plt.subplots(2, 3, figsize=(5.8, 4), layout="constrained")
            plt.close(fig)
            for ax, (name, A) in zip(axes.flat, matrices.items(), strict=True):
                heat(ax, A, np.abs(X).max(), name)
            return still(fig)


def lu_explorer(X=None, dX=None, *, caption=""):
    """X = LU and its derivative, for 2×2 or 3×3 matrices whose entries are dragged, typed or moved by keys.

    In a live notebook ``.X`` and ``.dX`` of the figure are what the reader has set.
    """
    X, dX = (np.asarray(default if given is None else given, float) for given, default in ((X, _X), (dX, _dX)))
    if X.shape not in {(2, 2), (3, 3)} or dX.shape != X.shape:
        raise ValueError(f"lu_explorer: X and dX must both be 2×2 or both 3×3, got shapes {X.shape} and {dX.shape}")
    lu_unpivoted.at(X)  # the first picture needs its factors
    alt = (
        "Six matrices of numbers. Above, a matrix X and its factors L, lower triangular with ones, and U, upper "
        "triangular; below, a direction dX and the changes dL and dU that it makes."
    )
    return LUExplorer(X=X.tolist(), dX=dX.tolist(), alt=alt, caption=caption)

"""The gap between two eigenvalues: the reader drags a symmetric 2×2 matrix and a direction."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from ..rules.eigen import eigvalsh
from .frames import still, studio
from .palette import BLUE, COLORS, GREEN
from .widget import InteractiveFigure, script

_A = [[2.6, 0.25], [0.25, 1.4]]
_dA = [[-0.9, 0.1], [0.1, 0.9]]


class GapExplorer(InteractiveFigure):
    """A and dA are dragged; eigenvalues and eigenvectors of A + t dA are seen beside their linear guesses."""

    _esm = script("plane.js", "gap.js")
    room = (625, 545)
    A = traitlets.List().tag(sync=True)
    dA = traitlets.List().tag(sync=True)
    t = traitlets.Float(min=0, max=1).tag(sync=True)

    def still(self):
        """Left the plane of A and dA, right the eigenvectors of A + t dA and their linear guesses."""
        A, dA = np.array(self.A), np.array(self.dA)
        with studio():
            fig, (plane, circle) = plt.subplots(1, 2, figsize=(6.2, 3.3), layout="constrained")
            plt.close(fig)
            _matrices(plane, _point(A), _point(dA), self.t)
            _vectors(circle, A, dA, self.t)
            return still(fig)


def gap_explorer(A=None, dA=None, *, t=0.3, caption=""):
    """Eigenvalues move like vᵀ dA v, eigenvectors turn like 1/gap, for a symmetric 2×2 matrix that is dragged.

    The plane of the figure has half the difference of the diagonal entries across and the entry beside the
    diagonal up; their traces stay as given. In a live notebook ``.A``, ``.dA`` and ``.t`` of the figure are what the
    reader has set.
    """
    A, dA = (np.asarray(default if given is None else given, float) for given, default in ((A, _A), (dA, _dA)))
    for name, value in (("A", A), ("dA", dA)):
        if value.shape != (2, 2) or not np.array_equal(value, value.T):
            raise ValueError(f"gap_explorer: {name} must be a symmetric 2×2 matrix, got {value.tolist()}")
    alt = (
        "Left, a plane of symmetric matrices with a point A, a dotted circle of all matrices with its gap, "
        "and an arrow dA. Right, the two eigenvectors of A, those of A + t dA, and, dashed, their linear guesses."
    )
    return GapExplorer(A=A.tolist(), dA=dA.tolist(), t=float(t), alt=alt, caption=caption)


def _point(A):
    return np.array([(A[0, 0] - A[1, 1]) / 2, A[0, 1]])


def _round(radius):
    angle = np.linspace(0, 2 * np.pi, 97)
    return radius * np.cos(angle), radius * np.sin(angle)


def _matrices(ax, p, h, t):
    ax.plot(*_round(np.hypot(*p)), ":", color="0.4")
    ax.plot(*np.transpose([p, p + h]), color=COLORS["dX"], linewidth=3)
    ax.plot(*p, "o", color=BLUE, label="A")
    ax.plot(*(p + h), "o", color=COLORS["dX"], label="A + dA")
    ax.plot(*(p + t * h), "s", color=BLUE, label=f"t = {t:.2f}")
    ax.set_aspect("equal", "datalim")
    ax.grid(alpha=0.2)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3, handlelength=1, columnspacing=1)


def _vectors(ax, A, dA, t):
    """Unit eigenvectors as arms, each with the sign that continues the one at A."""
    V, (values, slopes) = np.linalg.eigh(A)[1], (eigvalsh(A), eigvalsh.at(A)(dA))
    V = V * np.where(V[1] < 0, -1, 1)  # both point up
    turn = V[:, 1] @ dA @ V[:, 0] / (values[0] - values[1])
    W = np.linalg.eigh(A + t * dA)[1]
    W = W * np.sign(np.sum(V * W, axis=0))
    guess = V + t * turn * V[:, ::-1] * [1, -1]
    ax.plot(*_round(1), color="0.7", linewidth=1)
    for arms, style, label in ((V, {"color": "0.4", "linestyle": ":"}, "t = 0"), (W, {"color": BLUE}, "true"),
                               (guess, {"color": GREEN, "linestyle": "--"}, "linear guess")):  # fmt: skip
        for k, arm in enumerate(arms.T):
            ax.plot([0, arm[0]], [0, arm[1]], label=None if k else label, **style)
    ax.set(aspect="equal", title=f"slopes {slopes[0]:.2f} and {slopes[1]:.2f}", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
    ax.legend(loc="lower center", ncols=3, fontsize=8, handlelength=1.2, columnspacing=1)

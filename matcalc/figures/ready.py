"""Ready-made players for chapters: each makes one claim visible."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from ..domains import DomainError
from ..plots import matrix
from ..rules.inverse import inverse
from ..rules.power import power
from ..spaces import norm
from .palette import BLUE, VERMILION
from .play import player

_X3 = np.array([[0.9, 0.5, -0.3], [-0.2, 0.7, 0.6], [0.4, -0.5, 0.8]])
_dX3 = np.array([[0.5, -0.8, 0.3], [0.9, 0.2, -0.6], [-0.4, 0.7, 0.6]])

# Where the axes of each figure stand: fixed, so that nothing but the subject moves.
_THREE_MAPS = {"left": 0.02, "right": 0.98, "wspace": 0.12}
_TWO_PANELS = {"left": 0.06, "right": 0.98, "bottom": 0.17, "top": 0.88, "wspace": 0.24}


def heat(ax, A, limit, title=""):
    """A small matrix as a heat map with its numbers; colors are full at ±limit."""
    matrix(A, ax=ax, title=title, top=limit)
    whole = np.array_equal(A, np.round(A))
    for (i, j), a in np.ndenumerate(A):
        ink = "#ffffff" if abs(a) > 0.6 * limit else "#1a1a1a"  # not black: black turns white on a dark page
        ax.text(j, i, _short(a, whole), ha="center", va="center", color=ink, fontsize=9)
    ax.set_axis_off()


def _short(a, whole=False):
    """A number in a cell: two figures, never an exponent; no point among whole numbers."""
    a = round(a, 1) + 0.0  # no minus before zero
    return f"{a:.{0 if whole or abs(a) >= 10 or a == 0 else 1}f}".replace("-", "−")


def insertion_terms(k=4, X=None, dX=None, *, caption=""):
    """The k terms Xⁱ dX Xᵏ⁻¹⁻ⁱ one by one, their running sum, and the derivative of Xᵏ that they reach."""
    if k < 2:
        raise ValueError(f"insertion_terms: k must be at least 2, got {k}")
    X, dX = (_X3 if X is None else X), (_dX3 if dX is None else dX)
    P = np.linalg.matrix_power
    terms = [P(X, i) @ dX @ P(X, k - 1 - i) for i in range(k)]
    sums = np.cumsum(terms, axis=0)
    true = power(k).at(X)(dX)
    limit = np.abs([*terms, *sums]).max()

    def draw(i):
        fig, axes = plt.subplots(1, 3, figsize=(5.8, 2.25), gridspec_kw=_THREE_MAPS)
        heat(axes[0], terms[i], limit, _insertion(i, k))
        heat(axes[1], sums[i], limit, f"sum of {i + 1} of {k}")
        heat(axes[2], true, limit, f"$F'(X)[dX]$,  $F = X^{{{k}}}$")
        return fig

    def say(i):
        rest = norm(true - sums[i])
        done = "the sum is the derivative" if i == k - 1 else f"what is missing has norm {rest:.2f}"
        return f"Term {i + 1} of {k}: dX with {i} factors X before it and {k - 1 - i} behind; {done}."

    alt = f"Three heat maps: one insertion term of X to the power {k}, the sum of the terms so far, the derivative."
    return player(draw, i=range(k), say=say, alt=alt, caption=caption, still=k - 1)


def _insertion(i, k):
    """The i-th insertion term in LaTeX, without powers 0 and 1."""
    factor = lambda p: "" if p == 0 else "X" if p == 1 else f"X^{{{p}}}"
    return rf"${factor(i)}\,dX\,{factor(k - 1 - i)}$"


def near_singular(*, frames=31, caption=""):
    """Along a line through a singular matrix ‖X⁻¹‖ grows like 1/σ, but ‖F′(X)‖ like 1/σ².

    X(t) = U diag(1.2, 1 − 2t) Vᵀ has the least singular value σ = |1 − 2t|: it vanishes at t = ½, where
    ``inverse`` refuses X.
    """
    away = np.geomspace(0.5, 0.002, 40)  # distances from the pole
    line = np.concatenate([0.5 - away, 0.5 + away[::-1]])
    heights = np.array([_sizes(t) for t in line])

    def draw(t):
        fig, (plane, chart) = plt.subplots(1, 2, figsize=(5.8, 2.9), gridspec_kw=_TWO_PANELS)
        _image_of_circle(plane, _path(t))
        _growth(chart, line, heights, t)
        return fig

    alt = (
        "Left: the unit circle under the inverse of X(t), an ellipse that grows without bound as t nears one half. "
        "Right: the norms of the inverse and of its derivative against t, logarithmic, with a pole at one half."
    )
    return player(draw, t=np.linspace(0, 1, frames), say=_say_sizes, alt=alt, caption=caption, still=0.4)


def _path(t):
    return _turn(0.6) @ np.diag([1.2, 1 - 2 * t]) @ _turn(-0.35).T


def _sizes(t):
    """‖X⁻¹‖ and ‖F′(X)‖ on the path, None where the inverse refuses X."""
    try:
        Y, dF = inverse.linearize(_path(t))
    except DomainError:
        return None
    return np.linalg.norm(Y, 2), np.linalg.norm(dF.matrix, 2)


def _say_sizes(t):
    if _sizes(t) is None:
        return f"At t = {t:.3g} the matrix is singular: the circle has no image, and the inverse refuses X."
    value, slope = _sizes(t)
    return (
        f"At t = {t:.3g} the least singular value is {1 / value:.3g}: the inverse has norm {value:.3g}, "
        f"its derivative {slope:.3g}, the square."
    )


def _turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _image_of_circle(ax, X):
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.array([np.cos(angle), np.sin(angle)])
    ax.plot(*circle, color="0.5", linestyle=":")
    if inverse.domain.contains(X):
        ellipse = inverse(X) @ circle
        ax.fill(*ellipse, color=BLUE, alpha=0.2)
        ax.plot(*ellipse, color=BLUE)
    ax.set(xlim=(-5, 5), ylim=(-5, 5), aspect="equal", xticks=[-4, 0, 4], yticks=[-4, 0, 4])
    ax.set_title("the unit circle under $X^{-1}$")


def _growth(ax, line, heights, t):
    names = (r"$\|X^{-1}\| = 1/\sigma$", r"$\|F'(X)\| = 1/\sigma^2$")
    for y, color, name in zip(heights.T, (BLUE, VERMILION), names, strict=True):
        for side in (line < 0.5, line > 0.5):
            ax.semilogy(line[side], y[side], color=color, label=name if side[0] else None)
    ax.axvline(t, color="0.5", linewidth=1)
    if now := _sizes(t):
        ax.scatter([t, t], now, s=36, color=(BLUE, VERMILION), zorder=3)
    ax.set(xlabel="t", ylim=(0.5, 3e4), xlim=(0, 1), xticks=[0, 0.5, 1], yticks=[1, 100, 1e4])
    ax.minorticks_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2, handlelength=1, columnspacing=1)

"""The figures in which the reader drags things: a few lines of their own JavaScript, the same numbers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from .. import differences
from ..catalog import find
from ..spaces import norm
from .frames import still, studio
from .palette import BLUE, COLORS, GREEN, ORANGE, VERMILION
from .widget import InteractiveFigure, script

# A letter without any symmetry: turns, mirrors and shears of it can be told apart.
LETTER = np.array([
    (0.15, 0.08), (0.15, 0.92), (0.85, 0.92), (0.85, 0.74), (0.36, 0.74), (0.36, 0.58), (0.68, 0.58),
    (0.68, 0.40), (0.36, 0.40), (0.36, 0.08), (0.15, 0.08),
]).T  # fmt: skip

MAPS = ("power(2)", "power(3)", "inverse", "XᵀX")

METHODS = (  # name, color, order of the truncation, power of 1/h in the rounding, the quotient
    ("forward", "blue", 1, 1, differences.forward),
    ("central", "orange", 2, 1, differences.central),
    ("Richardson", "green", 4, 1, lambda f, X, dX, h: differences.richardson(f, X, dX, h, levels=2)),
    ("complex step", "vermilion", 2, 0, differences.complex_step),
)


class LinearMapExplorer(InteractiveFigure):
    """X and dX are dragged; F(X + t dX) is seen beside F(X) + t F′(X)[dX]."""

    _esm = script("plane.js", "linear_map.js")
    rule = traitlets.Enum(MAPS).tag(sync=True)
    X = traitlets.List().tag(sync=True)
    dX = traitlets.List().tag(sync=True)
    t = traitlets.Float(min=0, max=1).tag(sync=True)

    def still(self):
        """Both letters for the present X, dX and t, computed by the rule."""
        X, dX = np.array(self.X), np.array(self.dX)
        Y, change = linearized(self.rule, X, dX)
        exact, _ = linearized(self.rule, X + self.t * dX, dX)
        with studio():
            fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.4), layout="constrained")
            plt.close(fig)
            letter(axes[0], X, "", color="0.4", linestyle=":")
            letter(axes[0], X + self.t * dX, f"X + t dX,  t = {self.t:.2f}", color=BLUE)
            columns(axes[0], X, dX)
            letter(axes[1], exact, "F(X + t dX)", color=BLUE)
            letter(axes[1], Y + self.t * change, "linearization", color=GREEN, linestyle="--")
            for ax in axes:
                ax.set_aspect("equal", "datalim")
                ax.grid(alpha=0.2)
                ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
            return still(fig)


def letter(ax, A, label, **style):
    """The letter F under the matrix A."""
    x, y = A @ LETTER
    if style.get("linestyle", "-") == "-":
        ax.fill(x, y, alpha=0.2, color=style["color"])
    ax.plot(x, y, label=label or None, **style)


def columns(ax, X, dX):
    """The columns of X as arms from the origin, and those of dX from their tips."""
    for x, dx in zip(X.T, dX.T, strict=True):
        ax.plot(*np.transpose([(0, 0), x]), color=COLORS["X"])
        ax.plot(*np.transpose([x, x + dx]), color=COLORS["dX"], linewidth=3, marker="o", markevery=[1])


def linearized(rule, X, dX):
    """F(X) and F′(X)[dX] of one of the explorer's maps."""
    if rule == "XᵀX":
        return X.T @ X, dX.T @ X + X.T @ dX
    Y, dF = find(rule).linearize(X)
    return Y, dF(dX)


def linear_map_explorer(rule_name="inverse", *, X=None, dX=None, t=0.6, caption=""):
    """F(X + t dX) against F(X) + t F′(X)[dX] on a letter, for 2×2 matrices: the columns are dragged.

    ``rule_name``: "inverse", "power(2)", "power(3)" or "XᵀX". In a live notebook ``.X``, ``.dX`` and
    ``.t`` of the figure are what the reader has set.
    """
    if rule_name not in MAPS:
        raise ValueError(f"linear_map_explorer: {rule_name!r} is not among {', '.join(MAPS)}")
    start = [[0.9, -0.3], [0.4, 0.8]] if X is None else X
    way = [[0.3, 0.4], [-0.5, 0.2]] if dX is None else dX
    for name, value in (("X", start), ("dX", way)):
        if np.shape(value) != (2, 2):
            raise ValueError(f"linear_map_explorer: {name} must be 2×2, got shape {np.shape(value)}")
    alt = (
        f"Two planes. Left: the letter F under a 2 by 2 matrix X and under X + t dX. Right: the letter under "
        f"the true value of {rule_name} at X + t dX, and, dashed, under its linearization at X."
    )
    X, dX = (np.asarray(value, dtype=float).tolist() for value in (start, way))
    return LinearMapExplorer(rule=rule_name, X=X, dX=dX, t=float(t), alt=alt, caption=caption)


class StepSizeCurve(InteractiveFigure):
    """Error against step size; h is moved, and its two parts are said."""

    _esm = script("step_size.js")
    room = (545, 415)
    data = traitlets.Dict().tag(sync=True)
    index = traitlets.Int().tag(sync=True)
    method = traitlets.Int(0).tag(sync=True)

    def still(self):
        """The four curves."""
        with studio():
            fig, ax = plt.subplots(layout="constrained")
            plt.close(fig)
            for curve, color in zip(self.data["curves"], (BLUE, ORANGE, GREEN, VERMILION), strict=True):
                ax.loglog(self.data["h"], curve["error"], color=color, label=curve["name"])
            ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-17, 10))
            ax.grid(alpha=0.2)
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, fontsize=9)
            return still(fig)


def step_size_curve(F="inverse", X=None, dX=None, *, h=None, caption=""):
    """The V of the error against h: forward, central, Richardson (one step) and complex step.

    ``F`` is a rule or its name; its own differential is the truth that the quotients are held
    against. X and dX default to a sample of its domain. The two parts, C hᵖ and c/h, are fitted to
    the measured errors. ``h`` is the row of steps, by default 1e-17 … 1.
    """
    rule = find(F) if isinstance(F, str) else F
    rng = np.random.default_rng(1)
    X = rule.domain.sample(rng, 3) if X is None else X
    dX = rule.domain.tangent(rng, X) if dX is None else dX
    h = np.logspace(-17, 0, 86) if h is None else np.asarray(h, dtype=float)
    truth = rule.at(X)(dX)
    curves = [
        error_curve(name, color, p, q, [method(rule.f, X, dX, s) for s in h], truth, h)
        for name, color, p, q, method in METHODS
    ]
    alt = (
        f"Relative error of four difference quotients for {rule.name} against the step h, both axes logarithmic. "
        "Forward, central and Richardson make a V, each deeper than the one before; "
        "the complex step falls to 1e-16 and stays."
    )
    start = int(np.argmin(abs(np.log(h / 1e-4))))
    return StepSizeCurve(data={"h": h.tolist(), "curves": curves}, index=start, alt=alt, caption=caption)


def error_curve(name, color, order, noise, values, truth, h):
    """The relative errors, and the constants of C h^order + c h^(−noise) seen on either side of the least.

    The medians are taken a decade away from the least error, where one part alone is at work.
    """
    error = np.array([norm(value - truth) for value in values]) / norm(truth)
    error = np.maximum(error, 1e-17)  # an error of zero has no place on a logarithmic axis
    falling, rising = _sides(h, error, noise)
    return {
        "name": name,
        "color": color,
        "order": order,
        "noise": noise,
        "error": error.tolist(),
        "truncation": float(np.median(error[falling] / h[falling] ** order)),
        "rounding": float(np.median(error[rising] * h[rising] ** noise)),
    }


def _sides(h, error, noise):
    """Where truncation alone is seen, and where rounding alone."""
    if not noise:  # nothing is subtracted: no V, the error falls to a floor
        return (error > 1e-13) & (h < 0.05), error < 1e-14
    least = h[np.argmin(error)]
    return (h > 10 * least) & (h < 0.2), (h < least / 10) & (error < 0.1)

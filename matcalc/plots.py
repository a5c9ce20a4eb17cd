"""Pictures of reports and arrays: the remainder falling like t², and where two maps disagree."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np

from .spaces import norm, step, vec

# Okabe and Ito's palette, told apart by readers who do not see all colors
BLUE, ORANGE, GREEN, VERMILION, GRAY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#767676"
COLORS = (BLUE, VERMILION, GREEN, ORANGE, GRAY)


def remainder(f, X, dX, claims, *, steps=None, ax=None):
    """‖f(X + t dX) − f(X) − t dY‖ against t, log–log, for each claimed slope dY in ``claims``.

    ``claims`` maps a label to the slope claimed at X along dX. The remainder of the right one runs
    parallel to the dashed line of slope two until rounding flattens it; a wrong one has slope one.
    """
    steps = np.logspace(-8, 0, 41) if steps is None else np.asarray(steps)
    origin, values = vec(f(X)), [vec(f(step(X, t, dX))) for t in steps]
    ax = ax or plt.subplots(figsize=(6, 3.6), layout="constrained")[1]
    for (label, slope), color, mark in zip(claims.items(), COLORS, "osD^v", strict=False):
        sizes = [norm(value - origin - t * vec(slope)) for t, value in zip(steps, values, strict=True)]
        ax.loglog(steps, sizes, mark, ms=4, color=color, label=label)
    top = norm(values[-1] - origin - steps[-1] * vec(next(iter(claims.values()))))
    upper = steps[steps > 1e-5]
    ax.loglog(upper, (top or 1.0) * (upper / steps[-1]) ** 2, "--", color=GRAY, label="slope 2")
    ax.set(xlabel="step t", ylabel="size of the remainder")
    ax.legend()
    return ax.figure


def slopes(report, *, ax=None):
    """The remainders that a report was judged by, against the step, log–log: one mark for each direction.

    A right derivative runs parallel to the dashed line of slope two, a wrong one to slope one.
    ValueError if the report holds no slopes: a claim of the wrong shape, say, is never measured.
    """
    if not report.slopes:
        raise ValueError(f"plots.slopes: the report on {report.subject} holds no measured slopes")
    ax = ax or plt.subplots(figsize=(6, 3.6), layout="constrained")[1]
    for slope, mark in zip(report.slopes, cycle("osD^v"), strict=False):
        ax.loglog(slope.steps, slope.remainders, mark, color=BLUE if report.passed else VERMILION, label=slope.label)
        ax.loglog(slope.steps, slope.remainders[0] * (slope.steps / slope.steps[0]) ** 2, "--", color=GRAY)
    verdict = "verified" if report.passed else "refused"
    ax.set(xlabel="step t", ylabel="size of the remainder", title=f"{report.subject}: {verdict}")
    ax.legend()
    return ax.figure


def heatmap(given, expected, *, titles=("given", "expected", "difference")):
    """Two matrices and their difference, entry by entry, on one symmetric color scale each."""
    given, expected = np.atleast_2d(given), np.atleast_2d(expected)
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
    top = max(np.abs(given).max(), np.abs(expected).max(), 1e-300)
    for ax, A, title in zip(axes, (given, expected, given - expected), titles, strict=True):
        matrix(A, ax=ax, title=title, top=top)
    return figure


def matrix(A, *, ax=None, title="", top=None, digits=None):
    """One matrix as a heat map: purple for negative, orange for positive entries; numbers if ``digits`` is given."""
    A = np.atleast_2d(A)
    ax = ax or plt.subplots(figsize=(3, 3))[1]
    top = np.abs(A).max() or 1.0 if top is None else top
    ax.imshow(A, cmap="PuOr_r", vmin=-top, vmax=top)
    ax.set(title=title, xticks=[], yticks=[])
    if digits is not None:
        for (i, j), a in np.ndenumerate(A):
            ink = "white" if abs(a) > 0.6 * top else "#1a1a1a"
            ax.text(j, i, f"{a:.{digits}f}".replace("-", "−"), ha="center", va="center", color=ink)
    return ax.figure

"""The reference slope: how many digits it has, by which method, and that no complex step is silently wrong.

    python benchmarks/reference.py [--quick]

For 31 routines of NumPy and SciPy the slope from values is set beside that of the same function in mpmath.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from statistics import median

from measure import HERE, Run

sys.path.append(str(HERE / "data"))

import numpy as np  # noqa: E402
from routines import ROUTINES, sample, true_slope  # noqa: E402

from matcalc import differences as diff  # noqa: E402
from matcalc.spaces import norm, vec  # noqa: E402


def digits(found, truth):
    """How many digits of a slope are right, relative to its norm; 16 is all that a double has."""
    return float(-np.log10(max(norm(vec(found) - vec(truth)) / norm(truth), 1e-16)))


def plain_complex_step(f, X, dX, truth):
    """What a complex step gives by itself: its digits, or None where the routine refuses complex numbers."""
    try:
        with warnings.catch_warnings(record=True) as said, np.errstate(all="ignore"):
            warnings.simplefilter("always", np.exceptions.ComplexWarning)
            found = diff.complex_step(f, X, dX)
    except Exception:
        return None
    if said or np.shape(vec(found)) != np.shape(vec(truth)) or not np.isfinite(vec(found)).all():
        return None
    return digits(found, truth)


def tried(name, seeds):
    """One routine at several points: digits of the reference and of the other ways, and the methods it chose."""
    f, twin, kind = ROUTINES[name]
    found = {"reference": [], "forward": [], "central": [], "Richardson": [], "complex step": []}
    methods, estimates = Counter(), []
    for seed in range(seeds):
        X, dX = sample(kind, np.random.default_rng([3, seed]))
        truth = np.asarray(true_slope(twin, X, dX))
        shaped = lambda value, truth=truth: np.reshape(value, truth.shape)
        g = lambda X, f=f, shape=truth.shape: np.reshape(f(X), shape)
        slope = diff.derivative(g, X, dX)
        methods[slope.method] += 1
        found["reference"].append(digits(shaped(slope.value), truth))
        estimates.append(norm(vec(slope.value) - vec(truth)) <= 10 * norm(slope.error) + 1e-15 * norm(truth))
        found["forward"].append(digits(diff.forward(g, X, dX, 1e-8), truth))
        found["central"].append(digits(diff.central(g, X, dX, 6e-6), truth))
        found["Richardson"].append(digits(diff.richardson(g, X, dX, 0.04), truth))
        found["complex step"].append(plain_complex_step(g, X, dX, truth))
    return found, methods.most_common(1)[0][0], all(estimates)


def row(name, seeds):
    found, method, honest = tried(name, seeds)
    alone = found.pop("complex step")
    usable = [one for one in alone if one is not None]
    word = "refused or warned" if not usable else median(usable)
    silent = bool(usable) and median(usable) < 6
    return [name, method, *(median(each) for each in found.values()), word,
            "silently wrong" if silent else "", "yes" if honest else "no"]  # fmt: skip


def main(quick=False):
    warnings.simplefilter("ignore", RuntimeWarning)
    run = Run("reference", "The reference slope", (
        "Digits of the slope along a random direction at well-conditioned 4×4 points (5×4 where the routine wants more "
        "rows), the median over points; the truth is a central difference in 60-digit arithmetic, by mpmath. A routine "
        "is silently wrong if a complex step through it gives a number, no error and no warning, and fewer than six "
        "digits. The steps of the plain formulas: 1e-8 forward, 6e-6 central, 0.04 for four levels of Richardson."))
    rows = [row(name, 2 if quick else 15) for name in ROUTINES]
    run.table("Digits of the slope, by routine", [
        "routine", "method used", "reference", "forward", "central", "Richardson", "complex step alone",
        "verdict on it", "error estimate holds"], rows)  # fmt: skip
    silent = [r for r in rows if r[7]]
    sound = [r[2] for r in rows if r[1] == "complex step"]
    other = [r[2] for r in rows if r[1] != "complex step"]
    run.note(f"A plain complex step is silently wrong through {len(silent)} of {len(rows)} routines.")
    run.note(f"The complex step was used for {len(sound)} routines, Richardson for {len(other)}.")
    run.bar("fewest digits where the complex step is used", min(sound), 15, most=False)
    run.bar("fewest digits elsewhere", min(other), 11, most=False)
    used = sum(r[1] == "complex step" for r in silent)
    run.bar("silently wrong complex steps that were used", used, 0, unit=f"of {len(silent)}")
    return run.publish()


if __name__ == "__main__":
    main("--quick" in sys.argv)

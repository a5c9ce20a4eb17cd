"""The single pieces of evidence: each compares two things that ought to be equal and gives one ``Check``.

Every limit of a verification stands here, once. None is loosened for one rule: a rule that needs that has
ill-conditioned samples, and its domain is what to mend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .differences import EPS, LINE, Difference, Line, derivative, fitted_order
from .directions import fewer, sized
from .domains import DomainError
from .report import Check
from .samples import gaussian
from .spaces import excess, inner, norm, relative, shape_of, size, step, text, vec

EXACT = 1e-10  # two ways to compute one thing, relative to its size
ENTRY = 1e-9  # an entry of a slope, relative to itself
VALUES = 80  # of f, for one verification of whatever size
ORDER, THIRD = 1.8, 2.8  # the least Taylor orders that count as two and as three
BENT = 1e-6  # a second slope, relative to itself: rounding is divided by t², so it is rougher
ROUNDING = 1e-13  # what values of f may leave in a slope, relative to their size
SETTLED = 1e-5  # a reference slope with a larger estimated error, relative, decides nothing


@dataclass(frozen=True)
class Slope:
    """A slope measured along one direction beside the one that was claimed.

    ``given`` is vec of the claimed slope, ``order`` the fitted order of the Taylor remainder (inf if rounding
    only), ``steps`` and ``remainders`` what it was fitted to, ``kink`` whether f has two one-sided slopes.
    """

    label: str
    difference: Difference
    given: np.ndarray
    order: float = np.inf
    steps: np.ndarray = ()
    remainders: np.ndarray = ()
    kink: bool = False

    @property
    def measured(self):
        """vec of the slope that values of f give."""
        return vec(self.difference.value)

    @property
    def excess(self):
        """How far the worst entry is beyond what is allowed: at most one if the claim stands."""
        D, by = self.measured, self.difference
        return excess(D - self.given, 3 * by.error + ENTRY * abs(D) + EXACT * norm(D) + ROUNDING * by.scale)

    @property
    def gap(self):
        """‖measured − given‖ over the larger of the two norms; zero where both are no more than rounding."""
        D, by = self.measured, self.difference
        return relative(norm(D - self.given), norm(D), norm(self.given), rounding=norm(by.error) + ROUNDING * by.scale)

    @property
    def settled(self):
        """Whether the values of f determine the slope well enough to judge by."""
        error, D = norm(self.difference.error), self.difference
        return error <= SETTLED * max(norm(self.measured), norm(self.given)) or error <= ENTRY * D.scale


def measure(f, push, X, found, first_step=None, later=0):
    """The slopes of f at X along the directions found, each beside push(dX); ``later`` values of f are left over.

    Where the first slopes cost much, further directions are left out; those that move a part alone are put together.
    """
    slopes, line, parts = [], None, isinstance(X, tuple)
    while found:
        left = getattr(f, "left", np.inf) - later
        if slopes and left < LINE * len(found):
            found = fewer(found, int(left // LINE)) if parts else found[: int(left // LINE)]
        if not found:
            break
        (label, dX), *found = found
        line = Line(f, X, dX, line, left - LINE * (parts and len(found) > 0))
        try:
            difference = derivative(f, X, dX, first_step, line)
        except ArithmeticError as error:
            raise ArithmeticError(f"no finite values of f near this point: {error}") from None
        first_step = difference.step
        slopes.append(_slope(label, line, difference, vec(push(dX))))
    return slopes


def _slope(label, line, difference, given):
    """Fit the order of the remainder f(X + t dX) − f(X) − t·given over the steps already paid for.

    Both sides count, so that the even and the odd part of the remainder cannot cancel.
    """
    steps = difference.step / 2.0 ** np.arange(4)
    sides = [(t, line(t) - line(0.0), line(-t) - line(0.0)) for t in steps]
    remainders = np.array([np.hypot(norm(ahead - t * given), norm(behind + t * given)) for t, ahead, behind in sides])
    order = fitted_order(steps, remainders, 200 * EPS * line.scale)
    first, *_, last = (norm(ahead + behind) for _, ahead, behind in sides)  # falls like t at a kink, like t² elsewhere
    kink = last > max(200 * EPS * line.scale, 0.5 * first * steps[-1] / steps[0])
    return Slope(label, difference, given, order, steps, remainders, kink)


def difference_check(slopes, name="difference"):
    """The claimed slope equals the slope measured from values of f, entry by entry."""
    for slope in slopes:
        if slope.kink:
            return Check(name, False, f"f is not differentiable: forward and backward slope differ along {slope.label}")
        if not slope.settled:
            return Check(name, False, "f is not differentiable here, or its values are too rough: the difference "
                         f"quotients along {slope.label} do not settle")
    worst = max(slopes, key=lambda slope: slope.excess)
    message = f"slope from values of f: relative difference {worst.gap:.1e} over {len(slopes)} directions"
    return Check(name, worst.excess <= 1, message if worst.excess <= 1 else describe(worst, slopes), worst.gap, ENTRY)


def describe(slope, slopes=()):
    """What is wrong with a slope, in numbers: a factor common to all slopes, or how far off and where."""
    D, given = slope.measured, slope.given
    if norm(D) == 0 or not np.isfinite(norm(given)):
        return f"along {slope.label} the slope is {norm(D):.3g} in norm, the claimed one {norm(given):.3g}"
    off = f"off by {100 * slope.gap:.3g} % along {slope.label}"
    if (factor := common_factor(slopes) or common_factor([slope])) is not None:
        return f"{off}: the claimed slope is {factor:.6g} times the measured one"
    if D.size == 1:
        return f"{off}: claimed {given[0]:.8g}, measured {D[0]:.8g}"
    wrong = int((abs(D - given) > 1e-6 * norm(D) / np.sqrt(D.size)).sum())
    return f"{off}: {wrong} of {D.size} entries differ, most at {place(slope)}"


def common_factor(slopes):
    """The one number by which all claimed slopes differ from the measured ones, or None."""
    D = np.concatenate([slope.measured for slope in slopes] or [[]])
    given = np.concatenate([slope.given for slope in slopes] or [[]])
    size_ = norm(D)
    if D.size < 2 or size_ == 0:
        return None
    factor = float(np.vdot(D / size_, given / size_).real)
    return factor if norm(given - factor * D) <= 1e-6 * size_ else None


def place(slope):
    """The entry that is furthest off, counted from one as in the text."""
    value, k = slope.difference.value, int(np.argmax(abs(slope.measured - slope.given)))
    for i, part in enumerate(value if isinstance(value, tuple) else (value,), start=1):
        if k < np.size(part):
            index = np.unravel_index(k, np.shape(part), order="F")
            of = f" of part {i}" if isinstance(value, tuple) else ""
            return f"entry ({', '.join(str(j + 1) for j in index)}){of}"
        k -= np.size(part)


def taylor_check(slopes):
    """The remainder after the linear term falls like t²: its order and its linear part."""
    worst = min(slopes, key=lambda slope: slope.order)
    share = max(slope.gap for slope in slopes)
    order = "exact, no remainder" if worst.order == np.inf else f"order {worst.order:.2f}"
    passed = worst.order >= ORDER and all(slope.excess <= 1 for slope in slopes if slope.settled)
    linear = f"linear part left over {100 * share:.3g} %" if not passed or share > 1e-6 else "no linear part left over"
    return Check("taylor", passed, f"remainder: {order}, {linear}", worst.order, ORDER)


def linearity_check(push, X, rng, tangent):
    """push(a dX + b dZ) = a push(dX) + b push(dZ)."""
    dX, dZ = (sized(tangent(rng, X), X) for _ in range(2))
    a, b = 1.75, -0.5
    left = vec(push(step(step(dX, a - 1, dX), b, dZ)))
    first, second = a * vec(push(dX)), b * vec(push(dZ))
    gap = relative(norm(left - first - second), norm(left), norm(first) + norm(second))
    said = "linear in dX" if gap <= EXACT else "not linear in dX"
    return Check("linearity", gap <= EXACT, f"{said}: relative difference {gap:.1e}", gap, EXACT)


def adjoint_check(maps, rng, tangent):
    """⟨Ȳ, F'(X)[dX]⟩ = ⟨F'(X)*[Ȳ], dX⟩ for generic pairs."""
    gaps = []
    for X, Y, dF in maps:
        for _ in range(2):
            dX, Ybar = tangent(rng, X), gaussian(rng, Y)
            dY, Xbar = dF(dX), dF.T(Ybar)
            sizes = norm(Ybar) * norm(dY), norm(Xbar) * norm(dX)
            gaps.append(relative(abs(inner(Ybar, dY) - inner(Xbar, dX)), *sizes))
    gap = max(gaps)
    return Check("adjoint", gap <= EXACT, f"⟨Ȳ, F′[dX]⟩ = ⟨F′*[Ȳ], dX⟩: relative difference {gap:.1e}", gap, EXACT)


def too_large(dF):
    """Whether the matrix of the map has too many entries to be built for a check."""
    return size(dF.input_shape) * size(dF.output_shape) > 100_000


def matrix_check(dF):
    """The printed Jacobian equals the one collected column by column; None if too large to build."""
    if dF.formula is None or too_large(dF):
        return None
    return same("matrix", "J vec(dX) = vec(dY)", dF.matrix, dF.columns())


def second_check(F, X, rng):
    """The stated second differential equals the slope of the first, which earlier lines hold against f."""
    dX, dZ = (sized(F.domain.tangent(rng, X), X) for _ in range(2))
    slope = derivative(lambda Z: F.at(Z)(dX), X, dZ)
    given, backward = F.second(X)(dX, dZ), F.second(X)(dZ, dX)
    if shape_of(given) != shape_of(slope.value):
        return same("second differential", "shape", given, slope.value)
    found = Slope("a second direction", slope, vec(given))
    symmetric = relative(norm(vec(given) - vec(backward)), norm(given)) <= EXACT
    message = f"slope of F′(X)[dX] along dZ: relative difference {found.gap:.1e}"
    return Check("second differential", found.excess <= 1 and symmetric, message, found.gap, ENTRY)


def same(name, what, given, expected):
    """Two points that ought to be equal, relative to their size."""
    if shape_of(given) != shape_of(expected):
        return Check(name, False, f"{what}: shape {text(shape_of(given))}, expected {text(shape_of(expected))}")
    gap = relative(norm(vec(given) - vec(expected)), norm(expected), norm(given))
    return Check(name, gap <= EXACT, f"{what}: relative difference {gap:.1e}", gap, EXACT)


def domain_check(F, X, outside):
    """A sample belongs to the domain; a point outside is refused by F(X) and by F.at(X), in words."""
    if complaint := F.domain.complaint(X):
        return Check("domain", False, f"a sample of the domain is refused: {complaint}")
    for call, name in ((F, "F(X)"), (F.at, "F.at(X)")):
        try:
            call(outside)
        except DomainError as error:
            said = error.reason
        else:
            return Check("domain", False, f"{name} answers at a point outside of {F.domain.name}")
    return Check("domain", True, f"outside it is refused: {said}")


def guard(name, make):
    """Run one check; an exception of the derivative under test is a failed check, not a crash."""
    try:
        return make()
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}")


def method(slopes):
    """How the reference slopes were found, in words."""
    return " and ".join(sorted({slope.difference.method for slope in slopes}))

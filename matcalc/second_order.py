"""The second differential: how the derivative itself changes, as a bilinear map and, for numbers, as a Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from .differences import EPS, Counted, Line, derivative, fitted_order
from .directions import directions
from .domains import DomainError
from .evidence import BENT, EXACT, THIRD, difference_check, guard, measure, method, taylor_check
from .linear_map import LinearMap
from .report import Check, Report, refuse
from .samples import gaussian
from .spaces import ShapeError, as_point, excess, norm, relative, shape_of, size, step, text, unvec, vec
from .special import generic_near, remarks

FEW = 1000  # entries: beyond, reading an image off entry by entry costs more than a dozen gradients


class Second:
    """F''(X): a function (dX, dZ) ↦ d²F, linear in each tangent and symmetric in the two.

    ``stated`` tells where it comes from: the formula of the rule, exact to rounding; or else
    differences of the verified first derivative F′(·)[dX] along dZ, good to about ten digits.
    ``measured(dX, dZ)`` is always the latter, a ``Difference`` with its own error estimate.
    """

    def __init__(self, F, X):
        self.rule, self.X = F, as_point(X, F.name)
        F.at(self.X)  # a point outside the domain is refused here
        self.stated = F.second_at is not None
        self._formula = F.second(self.X) if self.stated else None

    def __call__(self, dX, dZ):
        """d²F along dX and dZ. ValueError if the point cannot move along one of them."""
        if not self.stated:
            return self.measured(dX, dZ).value
        return self._formula(*(_admit(self.rule, self.X, tangent) for tangent in (dX, dZ)))

    def measured(self, dX, dZ):
        """The slope of Z ↦ F′(Z)[dX] along dZ, from values of the first derivative."""
        dX, dZ = (_admit(self.rule, self.X, tangent) for tangent in (dX, dZ))
        return derivative(lambda Z: self.rule.at(Z)(dX), self.X, dZ)

    def __repr__(self):
        how = "stated by the rule" if self.stated else "from differences of F′"
        return f"Second({self.rule.name}″ at a point of shape {text(shape_of(self.X))}, {how})"


def _admit(F, X, dX):
    """dX as floats, if X can move along it."""
    dX = F.admit(X, dX)
    if complaint := F.domain.direction(X, dX):
        raise ValueError(f"{F.name}″: {complaint}")
    return dX


def second(F, X):
    """F''(X), a ``Second``: the second differential that F states, or one from differences of F′."""
    return Second(F, X)


def hessian(F, X):
    """∇²f(X), the self-adjoint ``LinearMap`` dX ↦ ∇²f(X)[dX] of a scalar-valued rule: ⟨∇²f[dX], dZ⟩ = d²f(dX, dZ).

    Where F states d²f and X has few entries, the image of dX is read off by Riesz: one value of d²f for
    each entry. Else it is the slope of the gradient along dX, at a dozen gradients. ``.matrix`` is the
    symmetric N×N matrix, N the entries of X: for looking, and for small X. On symmetric matrices it takes
    the symmetric part of its argument. TypeError for a rule that is not scalar-valued, DomainError outside.
    """
    X = as_point(X, F.name)
    F.gradient(X)  # refuses points outside the domain, and rules that are not scalar-valued
    shape, d2f = shape_of(X), Second(F, X)
    if d2f.stated and size(shape) <= FEW:
        formula, units = F.second(X), [_fit(F, X, unvec(unit, shape)) for unit in np.eye(size(shape))]
        read = lambda dX: unvec(np.array([float(formula(dX, unit)) for unit in units]), shape)
    else:
        read = partial(_slope_of_gradient, F, X)
    push = lambda dX: read(_fit(F, X, dX))
    bent = LinearMap(push, push, input_shape=shape, output_shape=shape)

    def matrix():
        H = bent.columns()
        return (H + H.T) / 2

    return bent.replace(matrix=matrix, direction=partial(F.domain.direction, X), name=f"∇²{F.name}")


def hessian_vector_product(F, X, dX):
    """∇²f(X)[dX] as the slope of the gradient along dX: about a dozen gradients, however many entries X has."""
    X = as_point(X, F.name)
    F.gradient(X)
    return _slope_of_gradient(F, X, _admit(F, X, dX))


def _slope_of_gradient(F, X, dX):
    return derivative(F.gradient, X, dX).value


def _fit(F, X, dX):
    """dX, or its symmetric part where X is symmetric and can move along symmetric tangents only."""
    if F.domain.direction(X, dX) is None:
        return dX
    return _admit(F, X, tuple(map(_even, X, dX)) if isinstance(X, tuple) else _even(X, dX))


def _even(A, dA):
    return (dA + dA.T) / 2 if np.shape(A) == np.shape(A)[::-1] and np.allclose(A, A.T, rtol=1e-12, atol=0) else dA


def verify_second(f, df, d2f, X, *, domain=None, rng=None):
    """Verify your own second differential ``d2f(X, dX, dZ)`` of your own ``f``, with ``df(X, dX)`` given too.

    Truth comes from values of f: f(X + t dX) − f − t df − ½t² d²f must fall like t³ with no quadratic
    part left over. Along single directions that fixes only d²f(dX, dX); a bilinear, symmetric form is
    fixed by it, so both are checked. Otherwise as ``verify_derivative``.
    """
    return refuse(examine_second(f, df, d2f, X, domain=domain, rng=rng))


def examine_second(f, df, d2f, X, *, domain=None, rng=None):
    """The report of ``verify_second``, failed checks and all; raises only for input that cannot be judged."""
    rng = np.random.default_rng(2026 if rng is None else rng)
    X = as_point(X, "verify_second: X")
    for function, name in ((f, "f"), (df, "df"), (d2f, "d2f")):
        if not callable(function):
            raise TypeError(f"verify_second: {name} must be a function, got {type(function).__name__}")
    if domain and (complaint := domain.complaint(X)):
        raise DomainError(complaint, "verify_second", domain.name)
    tangent, counted = domain.tangent if domain else gaussian, Counted(f)
    notes = remarks(X, domain.sample(rng, 4) if domain else None)
    checks, slopes = _judge(counted, df, d2f, X, tangent, rng)
    if notes and (near := generic_near(f, X, rng, tangent, domain)) is not None:
        more, found = _judge(counted, df, d2f, near, tangent, rng, " at a generic point")
        checks, slopes = checks + more, slopes + found
    name = getattr(f, "name", getattr(f, "__name__", "f")).replace("<lambda>", "f")
    return Report(name, tuple(checks), counted.count, method(slopes), notes, tuple(slopes))


def _judge(f, df, d2f, X, tangent, rng, where=""):
    """The checks of first and second differential at one point."""
    found = directions(rng, X, tangent, 2)
    try:
        slopes = measure(f, lambda dX: df(X, dX), X, found)
    except Exception as error:
        return [Check(f"first differential{where}", False, f"{type(error).__name__}: {error}")], []
    bends = lambda: [_bend(f, X, dX, slope, d2f) for (_, dX), slope in zip(found, slopes, strict=True)]
    dX, dZ = (dX for _, dX in found[:2])
    checks = [difference_check(slopes, "first differential"), taylor_check(slopes)]
    checks += [
        guard("third order", lambda: _third_order_check(bends())),
        guard("bilinear", lambda: _bilinear_check(partial(d2f, X), dX, dZ, tangent(rng, X))),
        guard("symmetric", lambda: _symmetric_check(partial(d2f, X), dX, dZ)),
    ]
    return [Check(c.name + where, c.passed, c.message, c.number, c.limit) for c in checks], slopes


@dataclass(frozen=True)
class Bend:
    """What is left of f(X + t dX) − f − t df − ½t² d²f along one direction.

    ``order`` is the order at which it falls, ``gap`` its quadratic part relative to d²f, ``excess`` the same
    relative to what is allowed, ``kink`` whether f bends differently forward and backward.
    """

    order: float
    gap: float
    excess: float
    kink: bool


def _bend(f, X, dX, slope, d2f):
    """Look at the remainder over the steps at which the slope settled."""
    line, given = Line(f, X, dX), vec(d2f(X, dX, dX))
    if given.shape != line(0.0).shape:
        raise ShapeError(f"d2f(X, dX, dX) holds {given.size} numbers, f(X) holds {line(0.0).size}")
    steps = slope.difference.step / 2.0 ** np.arange(4)
    left = lambda t: line(t) - line(0.0) - t * slope.given - t**2 / 2 * given
    sizes = np.array([np.hypot(norm(left(t)), norm(left(-t))) for t in steps])  # so that no part cancels
    order = fitted_order(steps, sizes, 200 * EPS * line.scale)
    measured, error = _second_slope(line, steps[0])
    off = measured - given
    allowed = 3 * error + BENT * abs(measured) + EXACT * (norm(measured) + line.scale)
    gap = relative(norm(off), norm(measured), norm(given), rounding=norm(error) + EXACT * line.scale)
    first, last = (norm(left(t) - left(-t)) for t in steps[[0, -1]])  # falls to 1/512, at a kink to 1/64
    kink = last > max(200 * EPS * line.scale, first / 128)
    return Bend(order, gap, excess(off, allowed), bool(kink))


def _second_slope(line, h, levels=4):
    """d²/dt² f(X + t dX) from second difference quotients at h, h/2, …, and its error: Neville in h², Ridders."""
    quotient = lambda t: (line(t) - 2 * line(0.0) + line(-t)) / t**2
    rows = [[quotient(h)]]
    best, error = rows[0][0], np.full(rows[0][0].shape, np.inf)
    for j in range(1, levels):
        t = h / 2**j
        row = [quotient(t)]
        for k in range(1, j + 1):
            row.append(row[-1] + (row[-1] - rows[-1][k - 1]) / (4.0**k - 1))
            estimate = np.maximum(abs(row[k] - row[k - 1]), abs(row[k] - rows[-1][k - 1]))
            estimate = estimate + 4 * EPS * line.scale / t**2
            if norm(estimate) < norm(error):
                best, error = row[k], estimate
        rows.append(row)
    return best, error


def _third_order_check(bends):
    """The remainder after the quadratic term falls like t³, and no quadratic part is left over."""
    order, share = min(bend.order for bend in bends), max(bend.gap for bend in bends)
    if order < THIRD and any(bend.kink for bend in bends):
        message = "f is not twice differentiable: it bends differently forward and backward"
        return Check("third order", False, message, order, THIRD)
    passed = order >= THIRD and all(bend.excess <= 1 for bend in bends)
    said = "exact, no remainder" if order == np.inf else f"order {order:.2f}"
    left = f"quadratic part left over {100 * share:.3g} %" if not passed else "no quadratic part left over"
    return Check("third order", passed, f"remainder after ½t² d²f: {said}, {left}", order, THIRD)


def _bilinear_check(d2f, dX, dZ, dV):
    """d²f is linear in each of its two tangents."""
    a, b = 1.75, -0.5
    mix = step(step(dX, a - 1, dX), b, dZ)
    gap = max(
        _gap(vec(d2f(mix, dV)), a * vec(d2f(dX, dV)), b * vec(d2f(dZ, dV))),
        _gap(vec(d2f(dV, mix)), a * vec(d2f(dV, dX)), b * vec(d2f(dV, dZ))),
    )
    said = "linear in each tangent" if gap <= EXACT else "not linear in each tangent"
    return Check("bilinear", gap <= EXACT, f"{said}: relative difference {gap:.1e}", gap, EXACT)


def _symmetric_check(d2f, dX, dZ):
    """d²f(dX, dZ) = d²f(dZ, dX)."""
    gap = _gap(vec(d2f(dX, dZ)), vec(d2f(dZ, dX)))
    return Check("symmetric", gap <= EXACT, f"d²f(dX, dZ) = d²f(dZ, dX): relative difference {gap:.1e}", gap, EXACT)


def _gap(whole, *parts):
    """How far a vector is from the sum of its parts, relative to their sizes."""
    return relative(norm(whole - sum(parts)), norm(whole), sum(norm(part) for part in parts))

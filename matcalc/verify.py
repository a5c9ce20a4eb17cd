"""The chain of evidence: values of f ─▶ differential ─▶ adjoint, matrix, printed formula, domain."""

from __future__ import annotations

import numpy as np

from .differences import LINE, Counted
from .directions import directions
from .evidence import (
    VALUES,
    adjoint_check,
    difference_check,
    domain_check,
    guard,
    linearity_check,
    matrix_check,
    measure,
    method,
    same,
    second_check,
    taylor_check,
    too_large,
)
from .report import Report, refuse
from .rule import Rule
from .samples import gaussian
from .spaces import as_point, vec
from .special import remarks


def verify(F, X=None, *, n=4, rng=None):
    """Examine the rule F and raise ``VerificationError`` if any check fails; the report otherwise.

    Without X the rule is examined at generic points of its domain, of sizes n and n+1. With X it is
    examined there and at a generic point. At most 80 values of f, whatever the size of X. TypeError
    unless F is a rule; a function of your own goes to ``verify_derivative``.
    """
    return refuse(examine(F, X, n=n, rng=rng))


def examine(F, X=None, *, n=4, rng=None):
    """The report of ``verify``, failed checks and all; raises only if F is no rule or X outside its domain."""
    if not isinstance(F, Rule):
        raise TypeError(f"verify: expected a rule, got {type(F).__name__}; see verify_derivative for a function")
    rng = np.random.default_rng(2026 if rng is None else rng)
    points = [F.domain.sample(rng, n) if X is None else as_point(X, F.name), F.domain.sample(rng, n + 1)]
    maps = [(X, *F.linearize(X)) for X in points]
    f, slopes = Counted(F.f, VALUES), []
    checks = [
        guard("value", lambda: _value_check(F, maps)),
        guard("difference", lambda: _measured(F, f, maps, slopes, rng)),
        guard("taylor", lambda: taylor_check(slopes)),
        *_exact_checks(F, maps, rng),
        guard("domain", lambda: domain_check(F, points[1], F.domain.outside(rng, n))),
    ]
    return Report(F.name, tuple(checks), f.count, method(slopes), remarks(*points), tuple(slopes))


def _measured(F, f, maps, slopes, rng):
    """Collect the slopes of f at every point, then judge the differential by them."""
    for i, (X, _, dF) in enumerate(maps):
        found = directions(rng, X, F.domain.tangent, 1 if isinstance(X, tuple) else 2)
        first_step = slopes[-1].difference.step if slopes else None
        later = 2 * LINE * (len(maps) - 1 - i)  # room to look for a step there
        slopes.extend(measure(f, dF, X, found if i == 0 else found[:1], first_step, later))
    return difference_check(slopes)


def _exact_checks(F, maps, rng):
    """What follows from the differential, exact to rounding."""
    (X, _, dF), tangent = maps[0], F.domain.tangent
    checks = [
        guard("linearity", lambda: linearity_check(dF, X, rng, tangent)),
        guard("adjoint", lambda: adjoint_check(maps, rng, tangent)),
        guard("matrix", lambda: matrix_check(dF)),
        *_formula_checks(F, maps[-1], rng),
        guard("second differential", lambda: second_check(F, X, rng) if F.second_at else None),
    ]
    return [check for check in checks if check]


def _value_check(F, maps):
    """f(X), written without the derivative, equals the value that comes with the linear map."""
    checks = [same("value", "F(X) computed twice", Y, F.f(X)) for X, Y, _ in maps]
    return max(checks, key=lambda check: (not check.passed, check.number or 0))


def _formula_checks(F, at, rng):
    """Each printed formula, read from its LaTeX, equals what the code computes."""
    parts = ("value", "differential", "adjoint", "jacobian") if F.formulas else ()
    printed = [part for part in parts if getattr(F.formulas, part) is not None]
    if too_large(at[2]):
        printed = [part for part in printed if part != "jacobian"]
    return [guard(f"printed {part}", lambda part=part: _printed_check(F, part, at, rng)) for part in printed]


def _printed_check(F, part, at, rng):
    X, Y, dF = at
    letters = {}
    if part == "differential":
        dX = F.domain.tangent(rng, X)
        computed = dF(dX)
        letters = {"dX": dX, "dY": computed}
    elif part == "adjoint":
        Ybar = gaussian(rng, Y)
        computed = dF.T(Ybar)
        letters = {"Ybar": Ybar, "Xbar": computed}
    else:
        computed = Y if part == "value" else dF.matrix
    printed = F.formulas.evaluate(part, X, Y, **letters)
    if F.formulas.is_equation(part):  # the two sides of what is printed, beside one another
        pairs = printed if isinstance(getattr(F.formulas, part), tuple) else (printed,)
        printed, computed = (tuple(sides) for sides in zip(*pairs, strict=True))
    return same(f"printed {part}", "the LaTeX, evaluated", _in_print(printed), _in_print(computed))


def _in_print(value):
    """A point as formulas show it: a vector is a column, a 1×1 matrix a number, a stack of matrices is stacked."""
    if isinstance(value, tuple):
        return tuple(map(_in_print, value))
    array = np.asarray(value)
    if array.size == 1:
        return array.item()
    return array if array.ndim == 2 else vec(array)[:, None]

"""Hypotheses about the whole map: sign, factor, transposes, symmetry, diagonal, the adjoint, the rule of numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..spaces import shape_of, unvec
from .case import turn
from .points import several


def hypotheses(case):
    """(kind, detail, hypothesis) in the order in which a tutor would try them."""
    place = case.rows[0][0].place
    if not isinstance(case.rows[0][0].right, tuple):
        yield "transposed", {}, lambda t: _alike(turn(t.right), t.right)
        yield from _symmetries()
    if case.view == "array" or place.dF is None:
        return
    forward = pushed(case)
    if case.view != "gradient":
        yield "tangent_transposed", {}, lambda t: _through(forward, t, turn(t.z))
    other = [("adjoint_for_differential", {}, lambda t: _through(_backward(case), t, t.z))]
    turned = list(_turned_points(case, place.rule)) if place.rule is not None else []
    # a differential that is the adjoint was taken for it; in an adjoint the transposes were forgotten
    yield from [*turned, *other] if case.view == "adjoint" else [*other, *turned]
    if place.rule is not None:
        yield from _numbers_rule(case)
    if case.view != "gradient":
        yield "symmetrised", {"of": "tangent"}, lambda t: _through(forward, t, symmetric(t.z))
        yield "diagonal_only", {"of": "tangent"}, lambda t: _through(forward, t, diagonal(t.z))
        yield "diagonal_only", {"of": "Jacobian"}, _own_entry_only


def _symmetries():
    yield "symmetrised", {"of": "result"}, lambda t: symmetric(t.right)
    yield "symmetrised", {"of": "result", "formula": "G + Gᵀ − diag G"}, lambda t: _folded(t.right)
    yield "diagonal_only", {"of": "result"}, lambda t: diagonal(t.right)


def pushed(case):
    """The true map of a case: forwards for differentials, backwards for adjoints."""
    return (lambda place: place.dF.pull) if case.pulled else (lambda place: place.dF.push)


def _backward(case):
    return (lambda place: place.dF.push) if case.pulled else (lambda place: place.dF.pull)


def _through(map_at, trial, z):
    """The true map after a change of what goes in; None where that does not fit."""
    if z is None:
        return None
    shape = shape_of(z)
    try:
        value = map_at(trial.place)(z)
    except Exception:  # whatever the linear algebra says: this does not fit
        return None
    return value if shape_of(value) == shape_of(trial.right) and shape == shape_of(z) else None


def _alike(value, right):
    return value if value is not None and np.shape(value) == np.shape(right) else None


def square(X):
    return not isinstance(X, tuple) and np.ndim(X) == 2 and X.shape[0] == X.shape[1] > 1


def symmetric(X):
    return (X + X.T) / 2 if square(X) else None


def _folded(X):
    return X + X.T - np.diag(np.diag(X)) if square(X) else None


def diagonal(X):
    return np.diag(np.diag(X)) if square(X) else None


def _own_entry_only(trial):
    """Every entry of the direction acts on its own entry of the result only."""
    if shape_of(trial.z) != shape_of(trial.right) or isinstance(trial.z, tuple) or np.size(trial.z) > 64:
        return None
    return _jacobian_diagonal(trial.place) * trial.z


@lru_cache(maxsize=256)
def _jacobian_diagonal(place):
    return unvec(np.diag(place.dF.columns()), shape_of(place.Y))


def _turned_points(case, rule):
    """The map at Xᵀ, or with one part of a tuple transposed."""
    names = several(rule.formulas.point) if rule.formulas else ("X",)
    for j, name in enumerate(names):
        def hypothesis(trial, j=j):
            dF = _at_turned(trial.place, j)
            return None if dF is None else _through(lambda _: dF.pull if case.pulled else dF.push, trial, trial.z)

        yield "argument_transposed", {"factor": name}, hypothesis


@lru_cache(maxsize=256)
def _at_turned(place, j):
    """F′ at the point with part j transposed, or None."""
    X = place.X
    part = X[j] if isinstance(X, tuple) else X
    if not square(part):
        return None
    turned = (*X[:j], part.T.copy(), *X[j + 1 :]) if isinstance(X, tuple) else part.T.copy()
    try:
        return place.rule.at(turned)
    except Exception:  # whatever the linear algebra says: this does not fit
        return None


def _numbers_rule(case):
    """F′(X)[I] is the derivative of the function as one of numbers; times dX, it is right for numbers only."""
    if not all(square(t.place.X) and square(t.z) and square(t.right) for t in case.rows[0]):
        return
    for side in ("left", "right", "both"):
        def hypothesis(trial, side=side):
            P = _at_identity(trial.place)
            if P is None:
                return None
            P = P.T if case.pulled else P
            before, after = P @ trial.z, trial.z @ P
            return {"left": before, "right": after, "both": (before + after) / 2}[side]

        yield ("commuting_only" if side == "both" else "scalar_rule"), {"side": side}, hypothesis


@lru_cache(maxsize=256)
def _at_identity(place):
    try:
        return place.dF.push(np.eye(len(place.X)))
    except Exception:  # whatever the linear algebra says: this does not fit
        return None


def relatives(case, functions):
    """The derivatives of other functions of the same shape, at the same points: (name, rule, hypothesis)."""
    place = case.rows[0][0].place
    for name, rule in functions.items():
        if place.rule is None or rule.name == place.rule.name:
            continue

        def hypothesis(trial, rule=rule):
            dF = _of_relative(rule, trial.place)
            return None if dF is None else _through(lambda _: dF.pull if case.pulled else dF.push, trial, trial.z)

        if hypothesis(case.rows[0][0]) is not None:
            yield name, rule, hypothesis


@lru_cache(maxsize=4096)
def _of_relative(rule, place):
    try:
        dF = rule.at(place.X)
    except Exception:  # whatever the linear algebra says: this does not fit
        return None
    return dF if dF.output_shape == shape_of(place.Y) else None


"""A derivative of a function that is no rule: held against values of the function, then named where it can be."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..differences import derivative
from ..directions import directions, sized
from ..evidence import difference_check, linearity_check, measure
from ..linear_map import LinearMap
from ..samples import gaussian
from ..spaces import as_point, copy, inner, shape_of, size, unvec
from ..special import generic_near, remarks
from .answer import Answer, arguments, backwards
from .diagnosis import Diagnosis
from .engine import judge
from .points import Place

MOST = 100  # entries of X: a gradient from values needs a difference for each


def against_values(answer, f, X, seed=7):
    """The diagnosis of a gradient or differential of ``f`` at X; where X is special, at a generic point nearby too."""
    rng = np.random.default_rng(seed)
    X = as_point(X, "check: X", real=False)
    values = lambda X: as_point(f(copy(X)), "f(X)", real=False)
    points = [_place(values, X, rng)]
    # where X is generic itself, a point nearby tells nothing new, and f may be another function there
    if remarks(X, None) and (near := generic_near(values, X, rng, gaussian, None)) is not None:
        points.append(_place(values, near, rng))
    found = _read(answer, points[0])
    if isinstance(found, Diagnosis):
        return found
    first = found.run(points[0], (points[0].cotangents if found.view == "adjoint" else points[0].tangents)[0])
    if isinstance(first, Diagnosis):
        return first
    said = _measured(found, values, points, first, rng)
    if said is not None and said.passed:
        return said
    verdict = judge(found, points) if size(shape_of(X)) <= MOST or found.view == "differential" else said
    if verdict.kind != "unknown" or said is None:
        return verdict
    return verdict.but(message=said.message)


def _place(f, X, rng):
    """A place whose derivative is taken from values of f."""
    Y = f(X)

    @cache
    def gradient():
        units = np.eye(size(shape_of(X)))
        return np.array([push(unvec(unit, shape_of(X))) for unit in units])

    def push(dX):
        value = derivative(f, X, dX).value
        return value.item() if np.size(value) == 1 and not isinstance(value, tuple) else value

    def pull(Ybar):
        if np.shape(Y) != () or isinstance(Y, tuple):
            raise ValueError("an adjoint from values is not taken")
        return unvec(Ybar * gradient(), shape_of(X))

    dF = LinearMap(push, pull, input_shape=shape_of(X), output_shape=shape_of(Y))
    tangents = tuple(sized(gaussian(rng, X), X) for _ in range(4))
    return Place(None, X, Y, dF, tangents, tuple(gaussian(rng, Y) for _ in range(3)))


def _read(answer, at):
    names = arguments(answer)
    if len(names) == 1:
        view = "gradient" if not isinstance(at.Y, tuple) and np.size(at.Y) == 1 else "jacobian"
        return Answer(view, lambda place, z: answer(copy(place.X)))
    if len(names) == 2:
        view = "adjoint" if backwards(names[1]) and np.shape(at.Y) == () else "differential"
        return Answer(view, lambda place, z: answer(copy(place.X), copy(z)))
    return Diagnosis("wrong_type", f"expected a function of one or two arguments, got one of {len(names)}")


def _measured(answer, f, points, first, rng):
    """The verdict by values alone, with their own error estimate; None where the shape is another one."""
    at = points[0]
    if answer.view not in ("gradient", "differential"):
        return None
    if shape_of(first) != (shape_of(at.X) if answer.view == "gradient" else shape_of(at.Y)):
        return None
    for at in points:
        found = directions(rng, at.X, lambda rng, X: gaussian(rng, X), 2)
        try:
            slopes = measure(f, push := _push(answer, at), at.X, found)
            check = difference_check(slopes)
            linear = linearity_check(push, at.X, rng, gaussian) if answer.view == "differential" else check
        except (ArithmeticError, ValueError, TypeError) as error:
            return Diagnosis("unknown", f"not right: {error}")
        if not check.passed:
            return Diagnosis("unknown", f"not right: {check.message}", {}, {"gap": check.number})
        if not linear.passed:
            return Diagnosis("not_linear", f"not right: {linear.message}", {"how": "other"}, {"gap": linear.number})
    return Diagnosis("correct", "correct: " + check.message, {}, {"gap": check.number, "points": len(points)})


def _push(answer, at):
    """The answer as a map of the direction; ValueError where it stops."""
    def push(dX):
        given = answer.run(at, 1.0 if answer.view == "gradient" else dX)
        if isinstance(given, Diagnosis):
            raise ValueError(given.message)
        return inner(given, dX) if answer.view == "gradient" else given

    return push

"""A derivative of a function that is no rule: held against values of the function, then named where it can be."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..differences import derivative
from ..directions import directions, sized
from ..evidence import difference_check, linearity_check, measure
from ..linear_map import LinearMap
from ..samples import gaussian
from ..spaces import as_point, as_value, copy, inner, shape_of, size, text, unvec, vec
from ..special import generic_near, remarks
from .answer import Answer, arguments, backwards
from .diagnosis import Diagnosis
from .engine import judge
from .points import Place
from .words import say

MOST = 100  # entries of X: a gradient from values needs a difference for each


def against_values(answer, f, X, seed=7):
    """The diagnosis of a gradient or differential of ``f`` at X; where X is special, at a generic point nearby too."""
    rng = np.random.default_rng(seed)
    X = as_point(X, "check: X", real=False)
    values = lambda X: as_value(f(copy(X)), "f(X)")
    points = _places(values, X, rng)
    found = _read(answer, points[0])
    if isinstance(found, Diagnosis):
        return found
    first = found.run(points[0], (points[0].cotangents if found.view == "adjoint" else points[0].tangents)[0])
    if isinstance(first, Diagnosis):
        return first
    said = _measured(found, values, points, first, rng)
    if said is not None and said.passed:
        return said
    if size(shape_of(X)) > MOST and found.view not in ("differential", "adjoint"):
        wanted = text(_expected(found.view, points[0]))
        return said or say("wrong_shape", f"your answer has shape {text(shape_of(first))}; expected {wanted}")
    verdict = judge(found, points)
    return verdict.but(message=said.message) if verdict.kind == "unknown" and said else verdict


def _places(f, X, rng):
    """The place X, and where it is special a generic one nearby: at another f may be another function."""
    try:
        as_point(f(X), "f(X)", real=False)  # finite
    except (TypeError, ValueError) as error:
        raise type(error)(f"check: f has no usable value at X ({error})") from error
    special = remarks(X, None)
    near = generic_near(f, X, rng, gaussian, None) if special else None
    return [_place(f, point, rng) for point in (X, near) if point is not None]


def _place(f, X, rng):
    """A place whose derivative is taken from values of f."""
    Y = f(X)

    @cache
    def columns():
        return [vec(push(unvec(unit, shape_of(X)))) for unit in np.eye(size(shape_of(X)))]

    def push(dX):
        value = derivative(f, X, dX).value
        return value.item() if np.size(value) == 1 and not isinstance(value, tuple) else value

    def pull(Ybar):
        if size(shape_of(X)) > MOST and size(shape_of(Y)) > 1:
            raise ValueError(f"check: an adjoint from values is taken at points of at most {MOST} entries, not of "
                             f"{size(shape_of(X))}")
        return unvec(np.array([inner(column, vec(Ybar)) for column in columns()]), shape_of(X))

    dF = LinearMap(push, pull, input_shape=shape_of(X), output_shape=shape_of(Y))
    tangents = tuple(sized(gaussian(rng, X), X) for _ in range(4))
    return Place(None, X, Y, dF, tangents, tuple(gaussian(rng, Y) for _ in range(3)))


def _read(answer, at):
    names = arguments(answer)
    if len(names) == 1:
        view = "gradient" if not isinstance(at.Y, tuple) and np.size(at.Y) == 1 else "jacobian"
        return Answer(view, lambda place, z: answer(copy(place.X)))
    if len(names) == 2:
        view = "adjoint" if backwards(names[1]) else "differential"
        return Answer(view, lambda place, z: answer(copy(place.X), copy(z)))
    return Diagnosis("wrong_type", f"expected a function of one or two arguments, got one of {len(names)}")


def _measured(answer, f, points, first, rng):
    """The verdict by values alone, with their own error estimate; None where the shape is another one."""
    if answer.view == "adjoint" or shape_of(first) != _expected(answer.view, points[0]):
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


def _expected(view, at):
    """The shape of a gradient, a Jacobian or a differential there."""
    if view == "jacobian":
        return size(shape_of(at.Y)), size(shape_of(at.X))
    return shape_of(at.X if view == "gradient" else at.Y)


def _push(answer, at):
    """The answer as a map of the direction; ValueError where it stops."""
    def push(dX):
        given = answer.run(at, 1.0 if answer.view == "gradient" else dX)
        if isinstance(given, Diagnosis):
            raise ValueError(given.message)
        if answer.view == "jacobian":
            return unvec(given @ vec(dX), shape_of(at.Y))
        return inner(given, dX) if answer.view == "gradient" else given

    return push

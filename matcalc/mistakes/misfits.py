"""Answers of a wrong shape: what they are instead, and whether they are the adjoint."""

from __future__ import annotations

import numpy as np

from ..spaces import norm, shape_of, size, vec
from .answer import Answer
from .case import CLOSE
from .diagnosis import Diagnosis
from .layouts import OWN, layouts
from .runs import arranged, collected, directions
from .words import say, shapes


def wrong_shape(answer, places, runs):
    """An answer of a wrong shape, told at the first point that shows it, and what it is, where that is seen."""
    pairs = list(zip(places, runs, strict=True))
    at, row = next(((at, row) for at, row in pairs if not layouts(answer.view, at, row[0])), pairs[0])
    z = directions(answer.view, at)[0]
    right = at.dF.pull(z) if answer.view in ("adjoint", "gradient") else at.dF.push(z)
    if answer.view == "jacobian":
        right = np.empty((size(shape_of(at.Y)), size(shape_of(at.X))))
    detail = {"given": shape_of(row[0]), "expected": shape_of(right)}
    is_, told = recognized(answer.view, at, row[0])
    if is_ == "the derivative of the trace":
        message = "this is the derivative of the trace of the function"
        return say("other_function", message, detail | {"function": "trace"})
    return say("wrong_shape", shapes(row[0], right) + told, detail | ({"is": is_} if is_ else {}))


def recognized(view, at, given):
    """What an answer of another shape is: the value, the gradient, or the derivative of the trace."""
    same = lambda A: shape_of(A) == shape_of(given) and norm(vec(A) - vec(given)) <= CLOSE * norm(vec(A))
    if shape_of(at.Y) == () and view == "differential" and same(at.dF.pull(1.0)):
        return "the gradient", ": this is the gradient ∇f, and the differential is the number ⟨∇f, dX⟩"
    if same(at.Y):
        return "the value", ": this is the value of the function, not its derivative"
    if not isinstance(at.Y, tuple) and np.ndim(at.Y) == 2 and len(at.Y) == len(at.Y.T) and view != "adjoint":
        traced = at.dF.pull(np.eye(len(at.Y))) if view == "jacobian" else np.trace(at.dF.push(directions(view, at)[0]))
        if same(traced):
            return "the derivative of the trace", ""
    return None, ""


def swapped(answer, places):
    """Whether the answer is right as the other of differential and adjoint: a diagnosis or None."""
    other = {"differential": "adjoint", "adjoint": "differential"}.get(answer.view)
    if other is None:
        return None
    turned = Answer(other, answer.call)
    runs = collected(turned, places)
    if isinstance(runs, Diagnosis):
        return None
    case = arranged(turned, places, runs).get(OWN)
    if case is None or case.gap > CLOSE:
        return None
    message = f"your answer is the {other} where the {answer.view} is asked for: it takes {{}}"
    takes = "a change of the result" if other == "adjoint" else "a change of the point"
    return say("adjoint_for_differential", message.format(takes), {"is": other}, {"gap": case.gap})

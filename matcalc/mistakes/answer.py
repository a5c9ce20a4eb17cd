"""What the learner handed in: which derivative it is, told by its arguments, and what it gives or why it does not."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import numpy as np

from ..formula import cotangent, tangent
from ..spaces import ShapeError, as_point, copy
from .diagnosis import NOT_ANSWERED, Diagnosis
from .points import several


@dataclass(frozen=True)
class Answer:
    """A derivative as the learner wrote it: its view, and ``call(place, z)`` to run it."""

    view: str
    call: object

    def run(self, place, z):
        """What the answer gives, as floats; a Diagnosis if that cannot be judged."""
        try:
            given = self.call(place, z)
        except Exception as error:
            return raised(error)
        return numbers(given)


def raised(error):
    """The verdict on an answer that stops with an error."""
    hint = "Run it at a small X of your own, and look at the shapes of the factors one after the other."
    return Diagnosis("raises", f"your answer raises {type(error).__name__}: {error}",
                     {"error": type(error).__name__}, hint=hint)


def numbers(given):
    """A point of floats; a Diagnosis for what is none."""
    if given is ... or given is None:
        return NOT_ANSWERED
    try:
        return as_point(given, "your answer", real=False)
    except TypeError as error:
        return Diagnosis("wrong_type", str(error), {"type": type(given).__name__}, hint=NUMBERS)
    except ShapeError as error:
        return Diagnosis("wrong_shape", str(error), hint="An empty array comes from a slice that takes nothing.")
    except ValueError as error:
        return Diagnosis("not_finite", str(error), hint="Which step can divide by zero, or take a log of a negative?")


NUMBERS = "An answer is an array of numbers, or a tuple of arrays where the point or the value is a tuple."


def arguments(answer):
    """The names of the arguments that a function must be given; one where a builtin does not tell."""
    try:
        found = inspect.signature(answer).parameters.values()
    except ValueError:
        return ["X"]
    skipped = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [one.name for one in found if one.default is one.empty and one.kind not in skipped] or (
        ["X"] if any(one.kind is one.VAR_POSITIONAL for one in found) else [])


def backwards(name):
    """Whether an argument is a cotangent, by its name."""
    return "bar" in name.lower() or "cotangent" in name.lower() or "\u0304" in name or "Ȳ" in name or "ȳ" in name


def read(answer, rule, place):
    """The Answer that a function is, or a Diagnosis that says why it cannot be one.

    Forms: answer(X), answer(X, dX), answer(X, Ybar), the same with the parts of a tuple as arguments of
    their own, and answers whose arguments are letters of the printed formulas.
    """
    names = arguments(answer)
    letters = _letters(rule, place)
    if len(names) > 1 and _by_name(names, letters):
        return _with_letters(answer, names, letters, place)
    point, width = rule.formulas.point if rule.formulas else "X", len(place.X) if isinstance(place.X, tuple) else 1
    results = len(place.Y) if isinstance(place.Y, tuple) else 1
    whole = lambda place: (copy(place.X),)
    apart = lambda place: tuple(copy(place.X))
    if len(names) == 1:
        return Answer(value_view(place), lambda place, z: answer(*whole(place)))
    if len(names) == 2 and not (width == 2 and names == list(several(point))):
        view = "adjoint" if backwards(names[1]) else "differential"
        return Answer(view, lambda place, z: answer(*whole(place), copy(z)))
    if width > 1 and len(names) == width:
        return Answer(value_view(place), lambda place, z: answer(*apart(place)))
    if width > 1 and len(names) == 2 * width:
        return Answer("differential", lambda place, z: answer(*apart(place), *copy(z)))
    if width > 1 and len(names) == width + 1 and backwards(names[-1]):
        return Answer("adjoint", lambda place, z: answer(*apart(place), copy(z)))
    if results > 1 and len(names) == 1 + results and all(map(backwards, names[1:])):
        return Answer("adjoint", lambda place, z: answer(*whole(place), *copy(z)))
    return Diagnosis("wrong_type", f"expected a function of one or two arguments, got one of {len(names)}",
                     {"arguments": names}, hint="Write lambda X, dX: … for a differential, lambda X: … for a gradient.")


def value_view(place):
    return "gradient" if not isinstance(place.Y, tuple) and np.shape(place.Y) == () else "jacobian"


def _letters(rule, place):
    """For each name that a formula knows, where its value stands."""
    if not rule.formulas:
        return {}
    formulas, found = rule.formulas, dict.fromkeys(rule.formulas.constants, "constant")
    found |= {cotangent(key): "cotangent" for key in several(formulas.result)}
    found |= {tangent(key): "tangent" for key in several(formulas.point)}
    return found | dict.fromkeys(several(formulas.point), "point")


def _by_name(names, letters):
    """Whether all arguments are letters of the formulas; (X, dX) are always the whole point and its direction."""
    kinds = [letters.get(name) for name in names]
    return None not in kinds and "point" in kinds and (len(names) > 2 or not {"tangent", "cotangent"} & set(kinds))


def _with_letters(answer, names, letters, place):
    """An answer in the letters of the printed formulas, such as (A, x, dx) or (A, B, dA, dB)."""
    kinds = [letters[name] for name in names]
    pulled, moves = "cotangent" in kinds, "cotangent" in kinds or "tangent" in kinds
    view = "adjoint" if pulled else "differential" if moves else value_view(place)

    def call(place, z):
        values = place.letters | (place.moved(z, pulled) if moves else {})
        return answer(*(copy(values[name]) for name in names))

    return Answer(view, call)

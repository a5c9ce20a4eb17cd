"""Which truth an answer is held against: a rule, a linear map, values of a function, or numbers."""

from __future__ import annotations

import numpy as np

from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import as_point, copy, shape_of, vec
from .against_values import against_values
from .answer import Answer, arguments, numbers, read, value_view
from .case import CLOSE, Case, Trial, distance
from .diagnosis import NOT_ANSWERED, Diagnosis
from .engine import judge, small_or_unknown
from .entries import by_output
from .formal import is_formula, read_formula
from .points import Place, at_map, place, places
from .relations import by_whole, scaled
from .words import say, shapes

RELATIVES = {}  # functions whose derivatives are taken for one another: rules by what is printed for them


def diagnosis_of(answer, target, X=None, rng=None):
    """The diagnosis of an answer; what the targets may be is said by ``matcalc.diagnose``."""
    if answer is ... or answer is None:
        return NOT_ANSWERED
    seed = 7 if rng is None else int(np.random.default_rng(rng).integers(2**31))
    if isinstance(target, Rule):
        return _beside_rule(answer, target, X, seed)
    if not callable(target):
        return beside_numbers(answer, target)
    if not callable(answer):
        return _no_function(answer)
    if isinstance(target, LinearMap):
        return _beside_map(answer, target, seed)
    return against_values(answer, target, X, seed)


def _beside_rule(answer, rule, X, seed):
    """An answer beside a rule, at generic points, or at the one point given."""
    points = places(rule, seed) if X is None else (place(rule, X, np.random.default_rng(seed)),)
    first = points[0]
    if is_formula(answer) and rule.formulas:
        found = read_formula(answer, rule, first)
    elif callable(answer):
        found = read(answer, rule, first)
    elif X is None:
        return _no_function(answer)
    else:
        found = Answer(value_view(first), lambda place, z: answer)
    return found if isinstance(found, Diagnosis) else judge(found, points, RELATIVES)


def _beside_map(answer, dF, seed):
    """A function of the tangent beside a linear map."""
    names = arguments(answer)
    if len(names) != 1:
        message = f"expected a function of one argument, got one of {len(names)}"
        return Diagnosis("wrong_type", message, {"arguments": names}, hint="Write lambda dX: …")
    return judge(Answer("differential", lambda place, z: answer(copy(z))), (at_map(dF, np.random.default_rng(seed)),))


def _no_function(answer):
    message = f"expected a function, got {type(answer).__name__}"
    return Diagnosis("wrong_type", message, {"type": type(answer).__name__}, hint="Write lambda X, dX: … first.")


def beside_numbers(answer, target):
    """Numbers beside the right numbers."""
    given = numbers(answer)
    if isinstance(given, Diagnosis):
        return given
    right = as_point(target, "check: the right answer", real=False)
    layout = None
    if shape_of(given) != shape_of(right):
        if isinstance(given, tuple) or isinstance(right, tuple):
            return say("wrong_shape", shapes(given, right))
        arranged = _arranged(given, np.shape(right))
        if arranged is None:
            return _another_shape(given, right)
        given, layout = arranged, "row or column"
    return _number_verdict(given, right, layout)


def _arranged(given, shape):
    """A vector as a row, a column or a plain list: the same numbers."""
    plain = {1: (given.size,)}.get(len(shape))
    lines = ((given.size,), (1, given.size), (given.size, 1))
    if given.shape in lines and shape in lines and (given.ndim == 1 or plain):
        return given.reshape(shape)
    return None


def _another_shape(given, right):
    if np.ndim(right) == 2 and given.shape == right.shape[::-1] and distance(vec(given.T), vec(right)) <= CLOSE:
        return say("transposed", f"right up to a transpose: the shape asked for is {shapes(given, right).split()[-1]}")
    return say("wrong_shape", shapes(given, right), {"given": shape_of(given), "expected": shape_of(right)})


def _number_verdict(given, right, layout):
    place = Place(None, None, right, None, (), ())
    case = Case("array", [[Trial(place, None, right, given)]])
    evidence = {"gap": case.gap}
    if case.gap <= CLOSE:
        if layout:
            return Diagnosis("correct_other_layout", f"correct, as a {layout}", {"layout": layout}, evidence)
        return Diagnosis("correct", f"correct: relative difference {case.gap:.0e}", {}, evidence)
    if distance(case.given[0], -case.right[0]) <= CLOSE:
        return say("sign", "right up to the sign", {"value": -1.0}, evidence)
    found = scaled(case) or by_whole(case, None) or by_output(case) or small_or_unknown(case)
    return found.but(evidence=evidence | found.evidence)

"""Answers as formulas: a SymPy expression or a text, evaluated with the letters of the rule."""

from __future__ import annotations

import numpy as np

from ..formula import cotangent, tangent
from .answer import Answer, value_view
from .diagnosis import Diagnosis
from .points import several


def is_formula(answer):
    """Whether an answer is a formula, or a tuple of formulas; a text counts, a number does not."""
    if isinstance(answer, tuple | list):
        return len(answer) > 0 and all(map(is_formula, answer))
    return isinstance(answer, str) or (hasattr(answer, "free_symbols") and not isinstance(answer, float | int))


def read_formula(answer, rule, place):
    """The Answer that a formula is; a Diagnosis if it cannot be read or uses letters that the rule has not."""
    from ..expressions import ExpressionError, read, symbols

    if not rule.formulas:
        return Diagnosis("wrong_type", f"{rule.name} has no letters for a formula: write a function instead")
    try:
        trees = [read(one, _shapes(rule, place)) for one in several(tuple(answer) if _many(answer) else answer)]
    except (ExpressionError, ValueError, TypeError) as error:
        return Diagnosis("wrong_type", f"your formula cannot be read: {error}", {"error": str(error)})
    names = {name for tree in trees for name in symbols(tree)}
    view = _view(names, rule, place)
    known = {*place.letters, *place.moved(place.tangents[0], False), *place.moved(place.cotangents[0], True)}
    if unknown := sorted(names - known):
        letters = ", ".join(sorted(name for name in known if len(name) < 5))
        message = f"your formula has letters that {rule.name} has not: {', '.join(unknown)}; known are {letters}"
        return Diagnosis("wrong_type", message, {"letters": unknown})
    return Answer(view, _caller(trees, names, view, _many(answer)))


def _many(answer):
    return isinstance(answer, tuple | list)


def _view(names, rule, place):
    if names & {cotangent(name) for name in several(rule.formulas.result)}:
        return "adjoint"
    return "differential" if names & {tangent(name) for name in several(rule.formulas.point)} else value_view(place)


def _caller(trees, names, view, many):
    from ..expressions import value

    def call(place, z):
        letters = place.letters | (place.moved(z, view == "adjoint") if view in ("adjoint", "differential") else {})
        given = {name: letters[name] for name in names}
        values = tuple(value(tree, given) for tree in trees)
        return values if many else values[0]

    return call


def _shapes(rule, place):
    """The shapes of all letters, by the letters that the rule itself uses where it does."""
    formulas, found = rule.formulas, {}
    printed = "".join(formulas.shapes.values())
    sizes = {value: key for key, value in place.letters.items() if key in printed and isinstance(value, int)}
    groups = [(place.letters, lambda name: name)]
    groups.append((dict(zip(several(formulas.point), _parts(place.X), strict=False)), tangent))
    groups.append((dict(zip(several(formulas.result), _parts(place.Y), strict=False)), cotangent))
    for letters, rename in groups:
        for name, array in letters.items():
            if np.ndim(array) < 3 and not callable(array):
                found[rename(name)] = _shape(array, sizes)
    return found


def _parts(X):
    return X if isinstance(X, tuple) else (X,)


def _shape(array, sizes):
    """A shape in the letters of the rule where these have its numbers: all sizes of a sample are different."""
    if np.ndim(array) < 2:
        return ("scalar", "vector")[np.ndim(array)]
    return "×".join(sizes.get(k, str(k)) for k in np.shape(array))

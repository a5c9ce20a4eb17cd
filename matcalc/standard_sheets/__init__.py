"""Formulas of the field's standard sheets, as data, and the numbers that say which are right.

An entry names a function, the letters that move, and a claim about the slope; ``gap`` draws generic letters and
measures. Entries are texts of ``matcalc.expressions`` or, where these do not reach, plain expressions of Python.
"""

from __future__ import annotations

import numpy as np

from ..spaces import inner, vec
from .letters import PythonLetters, TextLetters, off
from .words import WORDS, bend, slope

__all__ = ["evidence", "gap"]


def gap(entry, seed=7):
    """How far the claim of an entry is from what values say, relative: rounding for a right one, large for a wrong."""
    rng = np.random.default_rng(seed)
    sheet = (TextLetters if entry["language"] == "text" else PythonLetters)(entry, rng)
    function, moving = sheet.function, entry["wrt"].split()
    X = tuple(sheet.letters[name] for name in moving)
    dX = tuple(sheet.direction(name) for name in moving)
    at = (lambda Z: function(dict(zip(moving, Z, strict=True)))) if len(X) > 1 else lambda Z: function({moving[0]: Z})
    X, dX = (X, dX) if len(X) > 1 else (X[0], dX[0])
    tangents = {f"d{name}": part for name, part in zip(moving, dX if isinstance(dX, tuple) else (dX,), strict=True)}
    if entry["claim_kind"] == "value":
        return off(at(X), sheet.claim({}))
    measured = (bend if entry["claim_kind"] == "second" else slope)(at, X, dX)
    claimed = sheet.claim(tangents)
    if entry["claim_kind"] == "gradient":
        if np.shape(claimed) != np.shape(dX):
            return np.inf
        claimed = inner(np.asarray(claimed), dX)
    elif entry["claim_kind"] == "jacobian":
        measured, claimed = vec(measured), claimed @ vec(dX)
    return max(off(measured, claimed), sheet.adjoint_gap(measured, tangents))


def evidence(example):
    """The two values of a counterexample: as printed, and as measured."""
    names = dict(WORDS)
    for name, text in example["given"].items():
        names[name] = eval(text, names)
    return [np.asarray(value) for value in eval(example["evidence"], names)]

"""Exercises: a reader's answer in, a verdict out that says what a tutor would say first."""

from __future__ import annotations

import numpy as np

from .mistakes import NOT_ANSWERED, Diagnosis, diagnosis_of
from .session import record


def check(answer, target=None, X=None, *, holds=None, label=None, rng=None):
    """The verdict on an answer, a ``Diagnosis``: right, or the mistake by its name.

    - ``check(answer, rule)``: the answer is a differential ``answer(X, dX)``, an adjoint
      ``answer(X, Ybar)`` (the name of the second argument tells), or ``answer(X)``, the gradient of a
      scalar-valued rule and the Jacobian matrix of any other; or a formula, SymPy's or a text. It is tried at
      generic points of several sizes. A right answer in another layout is right, and is told which one it is.
    - ``check(array, rule, X)``: the gradient or the Jacobian at X, written down.
    - ``check(answer, linear_map)``: a function of the tangent.
    - ``check(answer, f, X)``: ``f`` is any function, the answer its gradient or Jacobian ``answer(X)``, its
      differential ``answer(X, dX)`` or its adjoint ``answer(X, Ybar)``; it is held against values of f near X.
    - ``check(answer, array)``: an array or a number of the same shape.
    - ``check(answer, holds=condition)``: anything for which ``condition(answer)`` is true.

    With the ``label`` of an exercise the verdict is counted by ``mc.progress``. What is wrong with an answer is a
    verdict; TypeError, ValueError and ShapeError are for a target that no answer can be held against.
    """
    if answer is ... or answer is None:
        verdict = NOT_ANSWERED
    elif holds is not None:
        verdict = _condition(answer, holds)
    else:
        verdict = diagnosis_of(answer, target, X, rng)
    return record(label, verdict) if label else verdict


def _condition(answer, holds):
    """Whether the answer meets a condition; an error inside counts as no."""
    try:
        met = np.asarray(holds(answer))
        if met.dtype != bool or not met.size:
            raise TypeError(f"the condition must say true or false, not {met}")
    except Exception as error:
        return Diagnosis("raises", f"your answer cannot be tested: {type(error).__name__}: {error}")
    if not met.all():
        hint = "Read the condition part by part: which part fails?"
        return Diagnosis("unknown", "the condition does not hold", hint=hint)
    return Diagnosis("correct", "correct: the condition holds")

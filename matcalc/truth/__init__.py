"""Is this formula true? A claim about a derivative, tried on data of several classes and judged by values alone."""

import numpy as np

from .question import KINDS, Question
from .verdict import Case, Truth

__all__ = ["Case", "Truth", "is_true"]


def is_true(text, *, wrt=None, shapes=None, rng=None, **given):
    """Try a claim: ``is_true("tr(A*X*B*X')", gradient="2*A*X*B", wrt="X")``. A ``Truth``, true if it holds in general.

    The claim is one of ``gradient=``, ``differential=`` (in X and dX), ``jacobian=`` (on vec dX, columns stacked) or
    ``equals=`` (no derivative). The language is that of ``matcalc.expressions``: ``shapes={"A": (3, 4)}`` and
    structure, ``symmetric="A B"``, go there. Where X itself is declared symmetric, it moves along symmetric
    directions only. Truth is the slope of the values of the text; nothing is derived. ExpressionError and TypeError
    say what cannot be read.
    """
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise TypeError(f"is_true: give one claim: {', '.join(f'{kind}=' for kind in KINDS)}; got {kinds or 'none'}")
    claim = given.pop(kinds[0])
    question = Question(text, kinds[0], claim, wrt, shapes, given)
    rng = np.random.default_rng(2026 if rng is None else rng)
    cases = tuple(question.case(name, rng) for name in question.letters.classes())
    return Truth(text, question.kind, claim, question.wrt, cases, question.counterexample(cases, rng))

"""Exercises: a reader's answer in, a verdict out that says what a tutor would say first."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from html import escape

import numpy as np

from .claims import verify_derivative, verify_gradient
from .linear_map import LinearMap
from .report import VerificationError
from .rule import Rule
from .samples import gaussian
from .spaces import as_point, norm, shape_of, size, text, unvec, vec

CLOSE = 1e-8  # an answer that agrees to this relative distance is right


@dataclass(frozen=True)
class Verdict:
    """What is to be said about an answer: its ``kind``, one plain sentence, and the number behind it.

    Kinds: correct, not_answered, wrong_type, raises, wrong_shape, not_finite, sign, factor, transposed, unknown.
    """

    kind: str
    message: str
    gap: float | None = None

    @property
    def passed(self):
        """True for a right answer."""
        return self.kind == "correct"

    def __str__(self):
        mark = {"correct": "✓", "not_answered": "·"}.get(self.kind, "✗")
        return f"{mark} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        return f'<p class="matcalc-verdict {self.kind}">{escape(str(self))}</p>'


NOT_ANSWERED = Verdict("not_answered", "not answered yet")


def check(answer, target=None, X=None, *, holds=None, rng=None):
    """The verdict on an answer.

    - ``check(answer, rule)``: the answer is a differential ``answer(X, dX)``, an adjoint
      ``answer(X, Ybar)`` (the name of the second argument tells), or ``answer(X)``, the gradient of a
      scalar-valued rule and the Jacobian matrix of any other. It is tried at three generic points.
    - ``check(answer, linear_map)``: a function of the tangent.
    - ``check(answer, f, X)``: ``f`` is any function, the answer its gradient ``answer(X)`` or its
      differential ``answer(X, dX)``; it is held against values of f near X.
    - ``check(answer, array)``: an array or a number of the same shape.
    - ``check(answer, holds=condition)``: anything for which ``condition(answer)`` is true.
    """
    if answer is ... or answer is None:
        return NOT_ANSWERED
    rng = rng or np.random.default_rng(7)
    if holds is not None:
        return _condition(answer, holds)
    if callable(target) or isinstance(target, LinearMap):
        if not callable(answer):
            return Verdict("wrong_type", f"expected a function, got {type(answer).__name__}")
        given, most = len(_arguments(answer)), 1 if isinstance(target, LinearMap) else 2
        if not 1 <= given <= most:
            wanted = "one argument" if most == 1 else "one or two arguments"
            return Verdict("wrong_type", f"expected a function of {wanted}, got one of {given}")
        if not isinstance(target, Rule | LinearMap):
            return _against_values(answer, target, X, rng)
        trials = (_trial(answer, target, rng) for _ in range(3))
    else:
        trials = [(lambda: answer, target)]
    verdict = NOT_ANSWERED
    for give, expected in trials:
        verdict = _judge(give, expected)
        if not verdict.passed:
            break
    return verdict


def _arguments(answer):
    """The names of the arguments that a function must be given."""
    found = inspect.signature(answer).parameters.values()
    return [one.name for one in found if one.default is one.empty and one.kind is not one.VAR_KEYWORD]


def _condition(answer, holds):
    """Whether the answer meets a condition; an error inside counts as no."""
    try:
        met = bool(np.all(holds(answer)))
    except Exception as error:
        return Verdict("raises", f"your answer cannot be tested: {type(error).__name__}: {error}")
    if not met:
        return Verdict("unknown", "the condition does not hold")
    return Verdict("correct", "correct: the condition holds")


def _against_values(answer, f, X, rng):
    """A reader's derivative of a function that is no rule, held against values of the function."""
    names = _arguments(answer)
    dX = gaussian(rng, as_point(X, "check: X", real=False))
    if _run(lambda: answer(X, dX) if len(names) == 2 else answer(X)) is ...:
        return NOT_ANSWERED
    judge = verify_derivative if len(names) == 2 else verify_gradient
    try:
        report = judge(f, answer, X, rng=rng)
    except VerificationError as error:
        first = error.report.failures[0]
        return Verdict("unknown", f"not right: {first.message}", first.number)
    return Verdict("correct", "correct: " + report.checks[0].message, report.checks[0].number)


def _run(give):
    """What an answer gives, or the exception that it raises."""
    try:
        return give()
    except Exception as error:
        return error


def _trial(answer, target, rng):
    """One run of the answer, and what it should give, at a generic point."""
    if isinstance(target, LinearMap):
        dX = gaussian(rng, unvec(np.zeros(size(target.input_shape)), target.input_shape))
        return lambda: answer(dX), target(dX)
    X = target.domain.sample(rng, 3)
    Y, dF = target.linearize(X)
    names = _arguments(answer)
    if len(names) == 1:
        return lambda: answer(X), dF.T(1.0) if shape_of(Y) == () else dF.matrix
    if names[1].endswith("bar"):
        Ybar = gaussian(rng, Y)
        return lambda: answer(X, Ybar), dF.T(Ybar)
    dX = target.domain.tangent(rng, X)
    return lambda: answer(X, dX), dF(dX)


def _judge(give, expected):
    """Compare one answer with what it should be."""
    given = _run(give)
    if isinstance(given, Exception):
        return Verdict("raises", f"your answer raises {type(given).__name__}: {given}")
    if given is ... or given is None:
        return NOT_ANSWERED
    try:
        given = as_point(given, "your answer", real=False)
    except TypeError as error:
        return Verdict("wrong_type", str(error))
    except ValueError as error:
        return Verdict("not_finite", str(error))
    if shape_of(given) != shape_of(expected):
        return _wrong_shape(given, expected)
    return _clue(given, expected)


def _wrong_shape(given, expected):
    if _flipped(given, expected):
        return Verdict("transposed", "right up to a transpose: the shape asked for is " + text(np.shape(expected)))
    return Verdict("wrong_shape", f"your answer has shape {text(shape_of(given))}; expected {text(shape_of(expected))}")


def _clue(given, expected):
    """Right, or the simplest relation in which a wrong answer stands to the right one."""
    gap = norm(vec(given) - vec(expected)) / max(norm(expected), norm(given), 1e-300)
    if gap <= CLOSE:
        return Verdict("correct", f"correct: relative difference {gap:.0e}", gap)
    if _near(vec(given), -vec(expected)):
        return Verdict("sign", "right up to the sign", gap)
    if _flipped(given, expected):
        return Verdict("transposed", "right up to a transpose of the result", gap)
    factor = np.vdot(vec(expected), vec(given)).real / norm(expected) ** 2 if norm(expected) else 0.0
    if np.size(vec(expected)) > 1 and factor and _near(vec(given), factor * vec(expected)):
        return Verdict("factor", f"right up to a factor: yours is {factor:.6g} times the right answer", gap)
    return Verdict("unknown", f"not equal: off by {100 * gap:.3g} % of its size at a generic point", gap)


def _flipped(given, expected):
    """Whether the answer is the transpose of a matrix that was asked for."""
    matrices = not isinstance(given, tuple) and not isinstance(expected, tuple) and np.ndim(expected) == 2
    return matrices and np.shape(given) == np.shape(expected)[::-1] and _near(given.T, expected)


def _near(A, B):
    return norm(vec(A) - vec(B)) <= CLOSE * max(norm(A), norm(B))

"""One exercise with the numbers of one seed: statement, verdict, hints, solution."""

from __future__ import annotations

import ast
from functools import cached_property
from importlib import import_module

import numpy as np
import scipy.linalg

from ..exercises import check
from ..mistakes import NOT_ANSWERED, Diagnosis
from ..session import record
from ..spaces import shape_of
from .draw import Draw
from .tasks import tasks
from .words import filled, plain

REDRAWS = 20  # a few in a hundred draws let a wrong answer pass by accident


def exercise(chapter, number, seed=0):
    """Exercise ``number`` of a chapter with other numbers, the same for the same seed (a number or a name).

    An ``Exercise``: ``ex.check(answer)`` gives the verdict, ``ex.hint()`` the next hint; the drawn arrays are its
    attributes. KeyError lists chapters whose names come close, IndexError says how many exercises there are.
    """
    found = tasks(chapter)
    if number not in range(1, len(found) + 1):
        raise IndexError(f"the chapter {chapter} has the exercises 1 to {len(found)}, there is no {number!r}")
    return Exercise(found[int(number) - 1], chapter, int(number), seed)


class Exercise:
    """What ``exercise`` returns. The drawn numbers are attributes: ``ex.X``, ``ex.dX``."""

    def __init__(self, task, chapter, number, seed):
        self.task, self.chapter, self.number, self.seed = task, chapter, number, seed
        self.label, self.title, self.draw = task.label, task.title, Draw(task.label, seed)
        self._given = 0
        for _ in range(REDRAWS):
            self._draw()
            if not self._lucky():
                break

    def _draw(self):
        """Draw the numbers anew."""
        tools = toolbox() | self.draw.names()
        self.names = dict(tools)
        exec(self.task.data, self.names)
        drawn = {name: value for name, value in self.names.items() if name not in tools and name[0] != "_"}
        self.data = {name: value for name, value in drawn.items() if not callable(value)}
        self.__dict__.pop("right", None)
        self.__dict__.pop("value", None)

    def _lucky(self):
        """Whether a tempting wrong answer is right for these numbers, by accident."""
        return any(self._verdict(self.at_data(run(wrong, self.names))).passed for wrong in self.task.wrong)

    def at_data(self, answer):
        """What an answer gives for the numbers of this seed."""
        return answer(*(self.names[name] for name in self.task.at)) if self.task.at else answer

    def __getattr__(self, name):
        if name in self.__dict__.get("data", {}):
            return self.data[name]
        raise AttributeError(f"this exercise has no {name!r}; its data are {', '.join(self.__dict__.get('data', {}))}")

    @property
    def text(self):
        """The statement in Markdown, with the numbers of this seed."""
        return f"{filled(self.task.text, self.data)}\n\n{self._wish()}"

    def _wish(self):
        """What may be handed in."""
        if self.task.is_proof:
            return "*A proof: it has no verdict. Its solution is folded below the exercise in the chapter.*"
        if self.task.holds or not self.task.at:
            return "*Hand in with* `.check(answer)`."
        return f"*Hand in a function of* `{', '.join(self.task.at)}`*, or its value for these numbers.*"

    @cached_property
    def right(self):
        """The stored answer; it passes its own check."""
        return run(self.task.answer, self.names)

    @cached_property
    def value(self):
        """The right answer as numbers, for the data of this seed."""
        return self.at_data(self.right)

    def predict(self, shape):
        """First step: say the shape of the answer, such as ``(3, 2)``; ``()`` is a number."""
        if self.task.is_proof or self.task.holds:
            return Diagnosis("not_answered", "this exercise has no shape to predict")
        shape = tuple(shape) if isinstance(shape, tuple | list | np.ndarray) else (shape,)
        if shape == shape_of(self.value):
            return Diagnosis("correct", "correct: this is its shape. Now the formula, with check")
        hint = "A differential has the shape of the value. A gradient and an adjoint have the shape of the point."
        return Diagnosis("wrong_shape", "the answer has another shape", hint=hint)

    def check(self, answer):
        """The verdict on an answer, and a line in ``progress``."""
        return record(self.label, self._verdict(answer), str(self.seed))

    def _verdict(self, answer):
        if answer is ... or answer is None:
            return NOT_ANSWERED
        if self.task.is_proof:
            return Diagnosis("not_answered", "a proof is read by a person: compare it with the folded solution")
        if self.task.holds:
            return check(answer, holds=run(self.task.holds, self.names))
        if not self.task.at:
            return check(answer, self.value)
        if not callable(answer) and not isinstance(answer, str):
            return check(answer, self.value)
        target = run(self.task.target, self.names)
        return check(answer, target, *self._point(target))

    def _point(self, target):
        """Where a plain function is compared; rules and linear maps bring their own points."""
        plain_function = callable(target) and not hasattr(target, "domain") and not hasattr(target, "push")
        return (self.names[self.task.at[0]],) if plain_function else ()

    def hint(self):
        """The next hint; after the last one comes the solution."""
        if self._given < len(self.task.hints):
            self._given += 1
            return Text(f"Hint {self._given} of {len(self.task.hints)}: {self.task.hints[self._given - 1]}")
        return Text("No hint is left: next comes `.solution()`.")

    def solution(self):
        """Why, the code, and the numbers of this seed."""
        if self.task.is_proof:
            return Text("The proof is folded below the exercise in the chapter.")
        shown = f"{filled(self.task.why, self.data)}\n\n```python\n{self.task.answer.strip()}\n```"
        return Text(shown if callable(self.value) else f"{shown}\n\n{plain(self.value)}")

    def _repr_markdown_(self):
        return f"**{self.title}** (seed {self.seed})\n\n{self.text}"

    def __repr__(self):
        return f"{self.title} (seed {self.seed})\n{filled(self.task.text, self.data, plain)}\n{self._wish()}"


class Text(str):
    """Words that a notebook shows as Markdown."""

    __repr__ = str.__str__
    _repr_markdown_ = str.__str__


def toolbox():
    """The names that every chapter uses."""
    linalg = np.linalg
    return {"np": np, "la": scipy.linalg, "mc": import_module("matcalc"), "inv": linalg.inv, "solve": linalg.solve,
            "kron": np.kron, "tr": np.trace}  # fmt: skip


def run(code, names):
    """The value of an expression, or the name ``answer`` that a few lines define."""
    names = dict(names)
    if len(body := ast.parse(code.strip()).body) == 1 and isinstance(body[0], ast.Expr):
        return eval(code.strip(), names)
    exec(code, names)
    return names["answer"]

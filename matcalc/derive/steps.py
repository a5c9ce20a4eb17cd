"""The lines of a derivation: from the function to dF, from dF to the gradient or the adjoint."""

from __future__ import annotations

from dataclasses import dataclass

from ..expressions import latex
from ..expressions.tree import Expr
from .collecting import gradients
from .differentials import Differential, d, tangent
from .forms import Finder
from .moves import Moves, inner
from .normal import is_zero, tidy
from .show import left, reason

LONGEST = 40  # passes; a derivation that needs more is going in circles


@dataclass(frozen=True)
class Step:
    """One line: the rule that made it, what stood there before and what stands there now.

    ``of`` is the name of the left-hand side: f, df, ⟨Ȳ, dF⟩, ∇f, X̄, J.
    """

    rule: str
    before: Expr
    after: Expr
    of: str

    @property
    def latex(self):
        """The right-hand side."""
        return latex(self.after)

    def __str__(self):
        return f"{self.of} = {self.after}   [{self.rule}]"

    __repr__ = __str__

    def _repr_latex_(self):
        return rf"$\displaystyle {left(self.of)} = {self.latex} \qquad {reason(self.rule)}$"


def differentiate(function, variables, of="df"):
    """(the steps from d(function) to an expression in the tangents, the finder of tangents)."""
    rules, finder = Differential(variables), Finder(tuple(map(tangent, variables)))
    steps, line = [], d(function)
    for _ in range(LONGEST):
        if not _waiting(line):
            break
        after, names = rules.push(line)
        steps.append(Step("; ".join(names) or ("a constant" if is_zero(after) else "d of a letter"), line, after, of))
        line = after
    spread = finder.spread(line)
    if spread != line:
        steps.append(Step("multiplied out, like terms collected", line, spread, of))
    return steps, finder


def _waiting(expr):
    return expr.head == "d" or any(map(_waiting, expr.children))


def move(line, finder, of):
    """The steps that bring a number, linear in the tangents, to inner products with the tangents themselves."""
    steps, moves = [], Moves(finder)
    for _ in range(LONGEST):
        start = line
        for rule, one in moves.passes():
            after = moves.apply(one, line)
            if after != line:
                steps.append(Step(rule, line, after, of))
            line = after
        if line == start:
            return steps
    raise AssertionError(f"the moves do not end: {line}")


def to_gradients(line, finder, tangents, of):
    """(the steps from a linear number to Σ⟨G, dX⟩, {dX: G})."""
    steps = move(line, finder, of)
    last = steps[-1].after if steps else line
    found = gradients(last, finder, tangents)
    parts = [inner(G, dX) for dX, G in found.items()]
    collected = parts[0] if len(parts) == 1 else Expr("+", parts, (1, 1))
    if tidy(collected) != last:
        steps.append(Step("collected", last, collected, of))
    return _shorter(steps), found


def _shorter(steps):
    """Two lines for one thought are one: writing ⟨G, Z⟩ and moving the rest of Z across."""
    found = []
    for step in steps:
        if found and found[-1].rule.startswith("factors cross") and step.rule == found[-1].rule:
            step = Step(step.rule, found.pop().before, step.after, step.of)
        found.append(step)
    return found

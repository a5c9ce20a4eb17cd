"""Where dX stands in a term, and sums multiplied out just far enough that it stands in one place."""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import Expr
from .normal import is_run, tidy


class Finder:
    """Knows the tangents: tells which parts of an expression move."""

    def __init__(self, tangents):
        self.names = frozenset(leaf.parts[0] for leaf in tangents)
        self.memo = {}

    def moves(self, expr):
        """Whether a tangent, or a d not worked out, stands in the expression."""
        found = self.memo.get(expr)
        if found is None:
            if expr.head == "symbol":
                found = expr.parts[0] in self.names
            else:
                found = expr.head == "d" or any(map(self.moves, expr.children))
            self.memo[expr] = found
        return found

    def is_tangent(self, expr):
        return expr.head == "symbol" and expr.parts[0] in self.names

    def place(self, term):
        """The index of the one part that moves."""
        (i,) = (i for i, part in enumerate(term.parts) if isinstance(part, Expr) and self.moves(part))
        return i

    def terms(self, line):
        """The terms of a line."""
        return line.parts if line.head == "+" else (line,)

    def spread(self, expr):
        """The same, a sum of terms in each of which one tangent stands once."""
        return tidy(t.add(*self._spread(tidy(expr))))

    def _spread(self, expr):
        """The terms of an expression, sums around tangents multiplied out."""
        if not self.moves(expr) or self.is_tangent(expr) or expr.head == "d":
            return [expr]
        if expr.head == "+":
            return [term for part in expr.parts for term in self._spread(part)]
        i = self.place(expr)
        found = []
        for term in self._spread(expr.parts[i]):
            made = tidy(Expr(expr.head, (*expr.parts[:i], term, *expr.parts[i + 1 :]), expr.shape))
            again = made.head == "+" or (made.head == "'" and made.parts[0].head == "+")
            found += self._spread(made) if again else [made]
        return found

    def atom(self, term):
        """(the numbers in front, the factor that moves) of a term that is a number."""
        if term.head == "*" and not is_run(term):
            i = self.place(term)
            rest = term.parts[:i] + term.parts[i + 1 :]
            return rest, term.parts[i]
        return (), term

"""Values of the trees of printed formulas at one place; what many mutants share is computed once."""

from __future__ import annotations

import numpy as np

from ..formula import FUNCTIONS, FormulaError, evaluate
from ..formula.operations import SIGNS
from ..latex import Name, Number, Term

# What code does instead of what was meant: 1/X for an inverse, X**k for a power.
BY_ENTRIES = {
    "by entries ^-1": lambda X: 1 / X,
    "by entries ^": lambda X, k: X ** k.item(),
}


class Values:
    """``values(tree)``: a matrix, or None where the tree has no value (its sizes do not fit).

    Trees that are kept are known by identity: mutants share the parts that they do not touch, and to compare
    whole trees would cost more than to multiply small matrices.
    """

    def __init__(self, names, where=()):
        self.names, self.where, self.kept = names, where, {}
        self.letters = {key: as_matrix(value) for key, value in names.items() if np.ndim(value) <= 2}

    def __call__(self, tree, keep=False):
        known = self.kept.get(id(tree))
        if known is not None:
            return known[1]
        try:
            value = self._value(tree, keep)
        except (FormulaError, ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError):
            value = None
        if keep:
            self.kept[id(tree)] = tree, value  # the tree itself, so that its number is not given to another
        return value

    def _value(self, tree, keep):
        if isinstance(tree, Number):
            return as_matrix(float(tree.text))
        if isinstance(tree, Name):
            if tree.key not in self.letters:
                self.letters[tree.key] = as_matrix(evaluate(tree, self.names, self.where))
            return self.letters[tree.key]
        if (operation := self._operation(tree)) is None:
            return as_matrix(evaluate(tree, self.names, self.where))
        values = []
        for part in tree.parts:
            values.append(self(part, keep))
            if values[-1] is None:
                return None
        return as_matrix(operation(*values))

    def _operation(self, tree):
        """The function of a head, or None where the meaning depends on more than the values of the parts."""
        if not isinstance(tree, Term) or tree.head in (r"\sum", r"\begin"):
            return None
        if tree.head == "+":
            return None if any(_bare(part) for part in tree.parts) else _add
        return SIGNS.get(tree.head) or FUNCTIONS.get(tree.head) or BY_ENTRIES.get(tree.head)


def as_matrix(value):
    """A number is 1×1 and a vector is a column, as everywhere in printed formulas."""
    array = np.asarray(value)
    array = array if array.dtype.kind in "fc" else array.astype(float)
    return array if array.ndim == 2 else np.atleast_2d(array).T


def _bare(tree):
    """Whether an I without a size stands in a term: its size comes from its neighbors."""
    return tree == Name("I") or (isinstance(tree, Term) and tree.head in ("-", "", "/") and any(map(_bare, tree.parts)))


def _add(*values):
    if len({value.shape for value in values if value.size > 1 or value.any()}) > 1:
        raise FormulaError("sizes differ")
    return sum(values)

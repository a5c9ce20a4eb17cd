"""All small mistakes in a printed formula, with what each would change: made once for each rule and view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np

from ..formula import cotangent
from ..latex import Term
from ..spaces import norm, vec
from .case import CLOSE, values_of
from .mutations import everywhere, mutants
from .points import several
from .terms import clean, lines, nodes

MOST, MOST_DOUBLES = 10_000, 7_000  # letters and signs to evaluate for a table: what a verdict has time for
_TABLES = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Entry:
    """Mistakes in one term: ``steps`` holds (kind, how, what stands there, what should) for each of them."""

    line: int
    term: object  # the term, or the whole line where that is changed
    steps: tuple
    tree: object  # what stands there instead
    delta: np.ndarray  # what that changes in the first trials

    def change(self, row, view):
        """What the mistake changes at another place; None where it has no value."""
        new, old = placed(row, view, self.line, self.tree), placed(row, view, self.line, self.term)
        return None if new is None or old is None else new - old


@dataclass(eq=False)
class Table:
    """Terms and changed terms of one form of a printed formula, evaluated at the first place."""

    terms: list  # (line, tree)
    values: np.ndarray  # a column for each term
    entries: list
    row: list
    view: str

    @cached_property
    def deltas(self):
        """What each entry changes, a row for each."""
        return self._stack(self.entries)

    @cached_property
    def doubles(self):
        """Entries with two mistakes in one term: made when they are first asked for."""
        return list(_doubles(self))

    @cached_property
    def double_deltas(self):
        return self._stack(self.doubles)

    def _stack(self, entries):
        return np.array([entry.delta for entry in entries]).reshape(len(entries), len(self.values))


def tables(case, rule):
    """The tables of the rule in this view: one for the printed form, one multiplied out."""
    if rule is None or not rule.formulas:
        return []
    key = case.view
    known = _TABLES.setdefault(rule, {})
    if key not in known:
        known[key] = _tables(case, rule.formulas)
    return known[key]


def _tables(case, formulas):
    part = "adjoint" if case.pulled else "differential"
    ones = tuple(map(cotangent, several(formulas.result))) if case.view == "gradient" else ()
    found = lines(formulas, part, ones)
    made = []
    for form in range(2):
        choice = [(tree, forms[min(form, len(forms) - 1)]) for tree, forms in found]
        if form == 0 or any(len(forms) > 1 for _, forms in found):
            table = _table(case, choice)
            made += [table] if table is not None else []
    return made


def _table(case, choice):
    row = first_trials(case)
    terms = [(i, term) for i, (_, parts) in enumerate(choice) for term in parts]
    columns = [placed(row, case.view, i, term, keep=True) for i, term in terms]
    right = np.concatenate([vec(t.right) for t in row])
    if not terms or any(c is None for c in columns) or norm(sum(columns) - right) > CLOSE * norm(right):
        return None  # the printed formula is of another layout: nothing can be said by its terms
    entries = list(_entries(row, case.view, choice, terms, columns))
    return Table(terms, np.array(columns).T, entries, row, case.view)


def _entries(row, view, choice, terms, columns):
    for i, (_, parts) in enumerate(choice):
        yield from _whole_line(row, view, i, parts, sum(c for (j, _), c in zip(terms, columns, strict=True) if i == j))
    share = MOST / len(terms)
    for (i, term), column in zip(terms, columns, strict=True):
        few = islice(mutants(term), int(share / nodes(term)) + 1)
        yield from _found(
            _entry(row, view, i, term, column, ((kind, how, term, new),), new) for kind, how, new in few)


def _found(entries):
    return (entry for entry in entries if entry is not None)


def _entry(row, view, line, term, column, steps, tree):
    value = placed(row, view, line, tree)
    if value is None or not np.isfinite(value).all():
        return None
    delta = value - column
    return Entry(line, term, steps, tree, delta) if norm(delta) > CLOSE * norm(column) else None


def _doubles(table):
    """A second mistake put on top of each single one, term by term."""
    columns = dict(zip(table.terms, table.values.T, strict=True))
    tried = 0
    for first in table.entries:
        column = columns.get((first.line, first.term))
        if column is None or first.steps[0][0] == "term_wrong":
            continue
        for kind, how, new in mutants(first.tree):
            tried += nodes(new)
            if tried > MOST_DOUBLES:
                return
            steps = (*first.steps, (kind, how, first.tree, new))
            entry = _entry(table.row, table.view, first.line, first.term, column, steps, new)
            if entry is not None:
                yield entry


def _whole_line(row, view, line, parts, column):
    """Mistakes made everywhere in a line at once."""
    whole = parts[0] if len(parts) == 1 else Term("+", tuple(parts))
    for kind, how, new in everywhere(whole):
        entry = _entry(row, view, line, whole, column, ((kind, how, whole, new),), clean(new))
        if entry is not None:
            yield entry


def placed(row, view, line, tree, keep=False):
    """The values of a tree in the trials of one place, zero outside of its line of a tuple; None if it has none."""
    found = []
    for trial in row:
        value = values_of(trial.place, trial.z, view)(tree, keep)
        if value is None:
            return None
        if isinstance(trial.right, tuple):
            pieces = [np.zeros(np.size(part)) for part in trial.right]
            if pieces[line].size != value.size:
                return None
            pieces[line] = vec(value)
            value = np.concatenate(pieces)
        elif value.size != np.size(trial.right) or not _same_shape(value, trial.right):
            return None
        found.append(vec(value))
    return np.concatenate(found)


def _same_shape(value, right):
    """A printed vector is a column; anything else must have the shape of the answer."""
    return np.ndim(right) < 2 or value.shape == np.shape(right)


def first_trials(case):
    """As many trials of the first place as make a vector that chance cannot meet."""
    row = case.rows[0]
    return row[:1] if np.size(vec(row[0].right)) > 3 else row

"""Which changes of a formula give the answer: one term wrong, a mistake or two inside a term, or in two terms."""

from __future__ import annotations

import numpy as np

from ..latex import Number, Term
from ..spaces import norm, vec
from .case import CLOSE, distance
from .diagnosis import Diagnosis
from .numbers import constant, spelled
from .table import Entry, first_trials, placed, tables
from .words import about_step, about_symmetric, about_term, both

PAIRS = 260  # single mistakes: a table with more is not searched for pairs


def by_terms(case, rule, most=1):
    """Answer = Σ cᵢ Tᵢ over the terms of the formula, with the same simple cᵢ everywhere; a Diagnosis or None.

    At most two terms may be wrong, and one must be right; with ``most`` = 2 one missing, the other of wrong sign.
    """
    for table in tables(case, rule):
        k, columns = len(table.terms), _columns(case, table)
        if k < 2 or columns is None or np.linalg.matrix_rank(columns, tol=1e-9 * norm(columns)) < k:
            continue
        g = np.concatenate(case.given)
        c = np.real(np.linalg.lstsq(columns, g, rcond=None)[0])
        c = np.where(abs(c - np.round(c)) < 1e-8, np.round(c), c)
        wrong = [j for j in range(k) if c[j] != 1.0]
        few = 0 < len(wrong) <= 2 and (len(wrong) < k or (most == 2 and sorted(c) == [-1.0, 0.0]))
        if few and all(_simple(c[j]) for j in wrong) and distance(columns @ c, g) <= CLOSE:
            return both([about_term(table.terms, j, float(c[j])) for j in wrong])
    return None


def _simple(c):
    return c == 0 or spelled(c) is not None


def _columns(case, table):
    """The values of every term in all trials at all places, a column for each; None if one has none."""
    columns = [[placed(row, case.view, line, term) for row in case.rows] for line, term in table.terms]
    if any(part is None for column in columns for part in column):
        return None
    return np.array([np.concatenate(column) for column in columns]).T


def single(case, rule, most=1):
    """One entry of a table that gives the answer; with ``most`` = 2 also two in one term, or one and a factor."""
    found = []
    g, e = _first(case)
    for table in tables(case, rule):
        entries, deltas = (table.entries, table.deltas) if most == 1 else (
            [*table.entries, *table.doubles], np.vstack([table.deltas, table.double_deltas]))
        for j in np.flatnonzero(_parallel(e + deltas, g)):
            entry = entries[j]
            if (ratio := _verified(case, [entry])) is not None:
                found.append((len(entry.steps) + (ratio != 1.0), len(found), entry, ratio, table))
    found = [one for one in found if one[0] <= most]
    if not found:
        return None
    found.sort(key=lambda one: (one[0], one[2].steps[0][0] != "scalar_rule", one[1]))
    cost, _, entry, ratio, _ = found[0]
    for n, _, other, share, table in found:
        if n == cost and share == 1.0 and _collapsed(table, other):
            return about_symmetric(other)
    steps = [about_step(step, entry) for step in entry.steps]
    also = sorted({other.steps[0][0] for n, _, other, _, _ in found if n == cost and len(other.steps) == 1})
    verdict = both(steps if ratio == 1.0 else [*steps, about_factor_beside(ratio)])
    extra = [kind for kind in also if kind != verdict.kind]
    return verdict.but(detail=verdict.detail | {"also": extra}) if extra else verdict


def _collapsed(table, entry):
    """Whether transposing made one term of the formula into another: then it is right for symmetric factors."""
    columns = dict(zip(table.terms, table.values.T, strict=True))
    own = columns.pop((entry.line, entry.term), None)
    if own is None or any(kind != "argument_transposed" for kind, *_ in entry.steps):
        return False
    return any(distance(own + entry.delta, other) <= CLOSE for other in columns.values())


def _first(case):
    """The answer and the truth in the first trials, as long as the rows of a table."""
    row = first_trials(case)
    return (np.concatenate([vec(t.given) for t in row]), np.concatenate([vec(t.right) for t in row]))


def _parallel(rows, g):
    """Which rows are multiples of g."""
    lengths = np.linalg.norm(rows, axis=1)
    with np.errstate(all="ignore"):
        c = (rows.conj() @ g) / lengths**2
        return np.linalg.norm(rows * c[:, None] - g, axis=1) <= CLOSE * norm(g)


def _verified(case, entries):
    """The constant c with answer = c · (truth + changes) at every place, or None."""
    ratios = []
    for row, g, e in zip(case.rows, case.given, case.right, strict=True):
        changes = [entry.change(row, case.view) for entry in entries]
        if any(change is None for change in changes):
            return None
        h = e + sum(changes)
        c = np.real(np.vdot(h, g)) / (norm(h) ** 2 or 1.0)
        if distance(c * h, g) > CLOSE:
            return None
        ratios.append(c)
    c = constant(ratios)
    if c is None or spelled(c) is None:
        return None
    return 1.0 if abs(c - 1) <= CLOSE else float(c)


def about_factor_beside(c):
    """The second mistake, a factor beside a first one."""
    if abs(c + 1) <= CLOSE:
        return Diagnosis("sign", "the sign is wrong", {"value": -1.0})
    return Diagnosis("factor", f"there is a factor {spelled(c)} too much", {"value": c, "name": spelled(c)})


def pairs(case, rule):
    """Two single mistakes in two terms: two rows of a table that add up to the difference; a Diagnosis or None."""
    for table in tables(case, rule):
        chosen = [j for j, entry in enumerate(table.entries) if len(entry.steps) == 1][:PAIRS]
        extra, deltas = _dropped(case, table)
        entries = [table.entries[j] for j in chosen] + extra
        deltas = np.vstack([table.deltas[chosen], *deltas])
        if len(deltas) < 2:
            continue
        g, e = _first(case)
        for i, j in _sums(deltas, g - e):
            one, two = entries[i], entries[j]
            apart = (one.line, one.term) != (two.line, two.term)
            if apart and _verified(case, [one, two]) == 1.0:
                return both([about_step(entry.steps[0], entry) for entry in (one, two)])
    return None


def _dropped(case, table):
    """Entries for a term that is missing or has the wrong sign, to be paired with others."""
    if len(table.terms) < 2:
        return [], []
    entries, deltas = [], []
    for (line, term), column in zip(table.terms, table.values.T, strict=True):
        for kind, how, tree, factor in (
            ("term_missing", "a term is missing", Term("", (Number("0"), term)), -1),
            ("term_wrong", "the sign of a term", Term("-", (term,)), -2),
        ):
            delta = factor * column
            entries.append(Entry(line, term, ((kind, how, term, tree),), tree, delta))
            deltas.append(delta)
    return entries, deltas


def _sums(deltas, wanted):
    """Pairs of rows with the wanted sum, found by one number each: sorted, then looked up."""
    probe = np.random.default_rng(0).standard_normal(deltas.shape[1])
    keys = np.real(deltas @ probe)
    order = np.argsort(keys)
    target, slack = np.real(wanted @ probe), 1e-7 * (norm(wanted) + 1)
    for i in range(len(keys)):
        low, high = np.searchsorted(keys[order], [target - keys[i] - slack, target - keys[i] + slack])
        for j in order[low:high]:
            if j > i and norm(deltas[i] + deltas[j] - wanted) <= 1e-7 * norm(wanted):
                yield i, j


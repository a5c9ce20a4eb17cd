"""Answers that are right but for a few entries, and where those are: seen, or found by halving directions."""

from __future__ import annotations

import numpy as np

from ..spaces import norm, shape_of, size, unvec, vec
from .case import CLOSE
from .diagnosis import Diagnosis
from .words import say

SHARE = 0.34  # of the entries may be wrong: beyond that an answer is wrong, not right but for entries
MOST = 4


def by_output(case):
    """Entries of the result that are wrong at every place of one size, while all others are right."""
    seen = {}
    for row in case.rows:
        if isinstance(case.part_of(row[0].right), tuple) or np.size(case.part_of(row[0].right)) < 2:
            return None
        shape = np.shape(case.part_of(row[0].right))
        wrong = np.any([_wrong(case.part_of(t.given), case.part_of(t.right)) for t in row], axis=0)
        if not wrong.any() or wrong.sum() > (0.5 if seen else SHARE) * wrong.size:
            return None  # at small sizes few entries are many
        seen.setdefault(shape, []).append(wrong)
    if any(not (first == other).all() for first, *rest in seen.values() for other in rest):
        return None
    shape, (first, *_) = next(iter(seen.items()))
    places = [tuple(int(k) for k in index) for index in np.argwhere(first)]
    return _said(places, "the result", {"values": 1, "shape": shape}, first)


def _wrong(given, right):
    return abs(np.asarray(given) - right) > CLOSE * np.abs(right).max()


def by_input(answer, case):
    """Entries of the direction that are handled wrongly, found by halving: O(log n) values for each."""
    row = case.rows[0]
    at, z = row[0].place, row[0].z
    if answer.view != "differential" or isinstance(z, tuple) or np.ndim(z) == 0 or size(np.shape(z)) < 4:
        return None
    if at.rule is not None and at.rule.domain.shape(np.triu(np.ones(np.shape(z)))):
        return None  # a symmetric direction has no entry that moves alone
    probe = _Probe(answer, at, z)
    found = probe.search(np.arange(np.size(z)))
    if found is None or not 0 < len(found) <= min(MOST, SHARE * np.size(z)):
        return None
    marks = np.zeros(np.size(z))
    marks[found] = 1
    wrong = unvec(marks, np.shape(z)) > 0
    if not all(_confirmed(answer, row[0].place, t.z, wrong) for row in case.rows for t in row
               if np.shape(t.z) == np.shape(z)):
        return None
    places = [tuple(int(k) for k in index) for index in np.argwhere(wrong)]
    return _said(places, "the direction", {"values": probe.values, "shape": np.shape(z)}, wrong)


class _Probe:
    """The error of an answer along parts of one direction, with a count of the values asked for."""

    def __init__(self, answer, at, z):
        self.answer, self.at, self.z, self.values = answer, at, vec(z), 0
        self.scale = norm(at.dF.push(z))

    def wrong(self, indices):
        part = np.zeros_like(self.z)
        part[indices] = self.z[indices]
        part = unvec(part, self.at.dF.input_shape)
        self.values += 1
        given, right = self.answer.run(self.at, part), self.at.dF.push(part)
        if isinstance(given, Diagnosis) or shape_of(given) != shape_of(right):
            return None
        return norm(vec(given) - vec(right)) > CLOSE * self.scale

    def search(self, indices):
        """The wrong indices, or None if there are too many of them to be found by halving."""
        bad, stack = [], [indices]
        while stack:
            block = stack.pop()
            wrong = self.wrong(block)
            if wrong is None or len(bad) > MOST or self.values > 2 * (MOST + 1) * np.log2(2 * len(self.z)):
                return None
            if wrong and len(block) == 1:
                bad.append(int(block[0]))
            elif wrong:
                stack += [block[: len(block) // 2], block[len(block) // 2 :]]
        return bad


def _confirmed(answer, at, z, wrong):
    """At another place: right without those entries."""
    part = np.where(wrong, 0.0, z)
    given, right = answer.run(at, part), at.dF.push(part)
    if isinstance(given, Diagnosis) or shape_of(given) != shape_of(right):
        return False
    return norm(vec(given) - vec(right)) <= CLOSE * max(norm(right), norm(z))


def _said(places, of, detail, wrong):
    names = pattern(wrong) or ", ".join("(" + ", ".join(str(k + 1) for k in index) + ")" for index in places)
    message = f"right but for entries of {of}: {names}"
    return say("entries", message, detail | {"entries": places, "of": of})


def pattern(wrong):
    """The name of a pattern of entries, or None."""
    if wrong.ndim != 2 or min(wrong.shape) < 2:
        return None
    m, n = wrong.shape
    rows, columns = wrong.any(axis=1), wrong.any(axis=0)
    if m == n and (wrong == np.eye(n, dtype=bool)).all():
        return "the diagonal"
    if rows.sum() == 1 and wrong[rows].all():
        return f"row {int(np.flatnonzero(rows)[0]) + 1}"
    if columns.sum() == 1 and wrong[:, columns].all():
        return f"column {int(np.flatnonzero(columns)[0]) + 1}"
    return None

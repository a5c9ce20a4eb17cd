"""Something is added that does not belong: the difference from the truth is a short product of known letters."""

from __future__ import annotations

import numpy as np

from ..latex import Name, Term
from ..spaces import norm, vec
from .case import CLOSE, values_of
from .mutations import moving
from .numbers import constant, spelled
from .words import plain, say

LETTERS, LENGTH = 6, 3


def by_extra(case):
    """Answer = truth + c · (a product of at most three letters), c a simple number, everywhere; or None."""
    first = case.rows[0][0]
    rule = first.place.rule
    if rule is None or not rule.formulas or isinstance(first.right, tuple):
        return None
    extra = vec(first.given) - vec(first.right)
    for tree, h in _words(case, first):
        c = np.vdot(h, extra) / (norm(h) ** 2 or 1.0)
        if norm(extra - c * h) <= CLOSE * norm(extra) and (found := _everywhere(case, tree)):
            word = plain(tree)
            return say("term_extra", f"there is a term too many: {_times(found)}{word}", {"term": word, "value": found})
    return None


def _times(c):
    text = spelled(c)
    return {"1": "", "−1": "−"}.get(text, f"{text} ")


def _everywhere(case, tree):
    """The simple number c with answer − truth = c · tree in all trials, or None."""
    ratios = []
    for trial in (t for row in case.rows for t in row):
        value, extra = values_of(trial.place, trial.z, case.view)(tree), vec(trial.given) - vec(trial.right)
        if value is None or value.size != extra.size or not value.any():
            return None
        h = vec(value)
        ratios.append(float(np.real(np.vdot(h, extra))) / norm(h) ** 2)
        apart = abs(ratios[-1] - ratios[0]) > 1e-6 * abs(ratios[0])
        if apart or norm(extra - ratios[-1] * h) > 10 * CLOSE * max(norm(extra), CLOSE * norm(vec(trial.right))):
            return None
    c = constant([round(ratio, 9) for ratio in ratios])
    return c if c and spelled(c) else None


def _words(case, trial):
    """Products of one, two, three letters with their values; exactly one moves, unless the answer is a gradient."""
    values = values_of(trial.place, trial.z, case.view)
    letters = list(_letters(values))
    wanted = np.shape(trial.right) if np.ndim(trial.right) == 2 else (np.size(trial.right), 1)
    number, moves = np.ndim(trial.right) == 0, case.view != "gradient"
    words = [((tree,), value, moving(tree)) for tree, value in letters]
    for length in range(1, LENGTH + 1):
        for trees, value, moved in words:
            tree = trees[0] if length == 1 else Term("", trees)
            if moved == moves and number and value.shape[0] == value.shape[1]:
                yield Term("tr", (tree,)), np.array([np.trace(value)])
            elif moved == moves and not number and value.shape == wanted:
                yield tree, vec(value)
        if length < LENGTH:
            words = [
                ((*trees, tree), value @ other, moved or moving(tree))
                for trees, value, moved in words for tree, other in letters
                if value.shape[1] == other.shape[0] and not (moved and moving(tree))
            ]


def _letters(values):
    """Each matrix or vector that has a name, its transpose and, where it is square, its inverse."""
    names = [Name(key) for key, array in values.names.items() if np.ndim(array) in (1, 2)]
    still = [name for name in names if not moving(name)][:LETTERS]
    for name in [*still, *(name for name in names if moving(name))]:
        forms = [name, Term(r"^\top", (name,)), *([Term("^-1", (name,))] if not moving(name) else [])]
        for tree in forms:
            value = values(tree)
            if value is not None and np.isfinite(value).all():
                yield tree, value
    for key in ("m", "n", "p", "q"):
        if key in values.names:
            yield Name(f"I_{key}"), np.eye(int(values.names[key]))

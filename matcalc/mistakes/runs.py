"""An answer run at every place along every direction, and laid out as the right answer is."""

from __future__ import annotations

from ..spaces import shape_of, text, unvec, vec
from .case import Case, Trial
from .diagnosis import Diagnosis
from .layouts import layouts


def collected(answer, places):
    """What the answer gives in every trial; a Diagnosis if some of it cannot be judged."""
    runs = []
    for i, at in enumerate(places):
        zs = directions(answer.view, at)
        once = answer.view in ("gradient", "jacobian")
        row = [answer.run(at, z) for z in (zs[:1] if once else zs)]
        failed = next((given for given in row if isinstance(given, Diagnosis)), None)
        if failed is not None:
            return failed if i == 0 else _elsewhere(failed, at)
        runs.append(row * len(zs) if once else row)
    return runs


def _elsewhere(failed, at):
    """An answer that runs at the first point only."""
    if failed.kind == "not_answered" or at.X is None:
        return failed
    return failed.but(message=f"{failed.message} (at a point of shape {text(shape_of(at.X))})")


def directions(view, at):
    if view == "gradient":
        return (1.0,)
    return at.cotangents if view == "adjoint" else at.tangents


def arranged(answer, places, runs):
    """A case for every layout whose shape fits at all places, the book's own first."""
    found = {}
    for i, (at, row) in enumerate(zip(places, runs, strict=True)):
        here = [dict(layouts(answer.view, at, raw)) for raw in row[:1]] if _once(answer) else None
        here = here * len(row) if here else [dict(layouts(answer.view, at, raw)) for raw in row]
        names = [name for name in here[0] if all(name in one for one in here)]
        found = {name: found.get(name, []) for name in names if i == 0 or name in found}
        for name in found:
            found[name].append(_trials(answer.view, at, [one[name] for one in here]))
    return {name: Case(answer.view, rows) for name, rows in found.items()}


def _once(answer):
    return answer.view in ("gradient", "jacobian")


def _trials(view, at, values):
    """One trial for each direction; a Jacobian is looked at along directions too."""
    trials = []
    for z, value in zip(directions(view, at), values, strict=True):
        right = at.dF.pull(z) if view in ("adjoint", "gradient") else at.dF.push(z)
        given = unvec(value @ vec(z), shape_of(at.Y)) if view == "jacobian" else value
        trials.append(Trial(at, z, right, given))
    return trials

"""Relations of a whole answer to the truth: a factor, a transpose, the derivative of another function."""

from __future__ import annotations

import numpy as np

from ..spaces import shape_of
from .case import CLOSE
from .numbers import constant, named, of_size, spelled
from .points import several
from .search import about_factor_beside
from .whole import hypotheses, relatives
from .words import both, say

SENTENCES = {
    "transposed": "right up to a transpose of the result",
    "argument_transposed": "right up to a transpose of {factor}: you have {factor} where its transpose belongs, "
                           "or the reverse",
    "tangent_transposed": "right up to a transpose of the direction",
    "adjoint_for_differential": "your answer is the adjoint where the differential is asked for, or the reverse",
    "symmetrised": "you made the {of} symmetric: nothing says that it is",
    "diagonal_only": "only the diagonal of the {of} is right: the entries off the diagonal are left out",
    "commuting_only": "right only if X and dX commute: half of the change on either side is not enough",
    "scalar_rule": "this is the rule of numbers: F′(X) times dX is right only if X and dX commute",
}
FOLDED = (
    "you counted each entry off the diagonal twice, as a derivative by independent entries does; the gradient is the "
    "matrix with df = ⟨∇f, dX⟩"
)
UNDER_ONE = 0.0101  # a nameless factor that close to one is a small error


def scaled(case):
    """Answer = c · truth at every place: a sign or a factor."""
    ratios = case.ratios(lambda t: t.right)
    if ratios is None or any(np.imag(c) for c in ratios):
        return None
    places = [row[0].place for row in case.rows]
    where = {} if case.part is None else {"part": _part(case)}
    tail = f" in the part of {where['part']}" if where else ""
    c = constant(ratios)
    if c is not None and abs(c + 1) <= CLOSE:
        return say("sign", f"right up to the sign{tail}", {"value": -1.0} | where)
    name, value = named(ratios, places)
    if value == 0:
        return say("factor", "your answer is zero: nothing is left of the derivative", {"value": 0.0} | where)
    if name is None and (c is None or abs(c - 1) < UNDER_ONE):
        return _changing(ratios, where) if c is None else None
    return _factor(c, name, value, places, where, tail)


def _part(case):
    place = case.rows[0][0].place
    formulas = place.rule.formulas if place.rule else None
    names = several(formulas.point if case.pulled else formulas.result) if formulas else ()
    return names[case.part] if case.part < len(names) else str(case.part + 1)


def _changing(ratios, where):
    if max(abs(c - 1) for c in ratios) < UNDER_ONE:
        return None
    message = "right up to a factor that changes from point to point: here " + ", ".join(f"{c:.4g}" for c in ratios[:3])
    return say("factor", message, {"value": None, "name": None} | where)


def _factor(c, name, value, places, where, tail):
    detail = {"value": value, "name": name} | where
    if c is not None:
        told = f"{c:.6g}" if name in (None, f"{c:g}") else f"{c:.6g} ({name})" if len(name) > 1 else name
        size_ = of_size(c, places[0]) if len({shape_of(at.X) for at in places}) == 1 else None
        told += f", which may be {size_}" if size_ else ""
        detail |= {"size": size_} if size_ else {}
    else:
        told, other = name, _other_function(name)
        detail |= {"also": ["other_function", "factor_missing"] if other else ["factor_missing"]}
        if other in ("the square", "the root"):
            message = f"this is the derivative of {other} of the function: {name} times the right answer"
            return say("other_function", message, detail | {"function": other, "also": ["factor"]})
    found = say("factor", f"right up to a factor: yours is {told} times the right answer{tail}", detail)
    if c is not None and c < 0:
        return found.but(others=(say("sign", "the sign is wrong", {"value": -1.0}),))
    return found


def _other_function(name):
    """The function of f whose derivative has this factor."""
    return {"2 · f(X)": "the square", "2 · ‖X‖": "the square", "1/f(X)": "the logarithm", "½ · 1/√f(X)": "the root",
            "½ · 1/‖X‖": "the root", "1/det X": "the logarithm", "exp f(X)": "the exponential"}.get(name)


def by_whole(case, rule, with_factor=False):
    """Answer = c · (the truth after a change of the whole map): c is 1, or with a factor a simple number."""
    exact, beside = [], []
    for kind, detail, hypothesis in hypotheses(case):
        ratios = case.ratios(hypothesis)
        if ratios is None or any(np.imag(c) for c in ratios) or (c := constant(ratios)) is None or not spelled(c):
            continue
        if kind in ("scalar_rule", "commuting_only") and _one_term(rule):
            continue  # a single term in a wrong order is told as that
        single = abs(c - 1) <= CLOSE or (kind == "symmetrised" and abs(c - 2) <= CLOSE)  # G + Gᵀ, or its half
        (exact if single else beside).append((kind, detail, c))
    if not (chosen := exact or (beside if with_factor else [])):
        return None
    kind, detail, c = chosen[0]
    message = FOLDED if "formula" in detail else SENTENCES[kind].format(**detail)
    also = {other for other, _, _ in exact[1:]} | ({"commuting_only"} if kind == "scalar_rule" else set())
    also = sorted(also - {kind})
    found = say(kind, message, detail | ({"also": also} if also else {}))
    return found if exact else both([found, about_factor_beside(c)])


def _one_term(rule):
    formula = rule.formulas.differential if rule is not None and rule.formulas else ""
    many = ("+", r"\sum", "=", " - ")
    return isinstance(formula, str) and formula != "" and not any(sign in formula for sign in many)


def by_relatives(case, functions):
    """The derivative of another function; ``functions`` are rules by what is printed for them."""
    own = case.rows[0][0].place.rule
    for name, rule, hypothesis in relatives(case, functions):
        ratios = case.ratios(hypothesis)
        if ratios is None or any(np.imag(c) or abs(c - 1) > CLOSE for c in ratios):
            continue
        if _by_entries(rule) != _by_entries(own):
            message = f"this is the derivative of {name}: entry by entry where a matrix is meant, or the reverse"
            return say("elementwise_for_matrix", message, {"function": rule.name, "also": ["other_function"]})
        return say("other_function", f"this is the derivative of another function, {name}", {"function": rule.name})
    return None


def _by_entries(rule):
    return rule is not None and rule.name.startswith("elementwise")

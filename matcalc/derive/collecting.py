"""⟨G₁, dX⟩ + ⟨G₂, dX⟩ = ⟨G₁ + G₂, dX⟩, common numbers in front; and the projection for structured variables."""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import ONE, Expr, node
from .normal import split, tidy
from .normal_heads import code
from .turn import turn


def gradients(line, finder, tangents):
    """{name of X: G} from a line in which every term is numbers · ⟨G, dX⟩ or numbers · dt."""
    found = {leaf: [] for leaf in tangents}
    for term in finder.terms(line):
        if not finder.moves(term):
            continue  # the zero
        numbers, atom = finder.atom(term)
        G, leaf = _coefficient(atom)
        found[leaf].append(t.multiply(*numbers, G))
    return {leaf: factored(tidy(t.add(*terms))) if terms else t.zero(leaf.shape) for leaf, terms in found.items()}


def _coefficient(atom):
    """(G, dX) of ⟨G, dX⟩, of Σ ⟨G_r, dX⟩ and of dt."""
    if atom.head == "sigma":
        G, leaf = _coefficient(atom.parts[3])
        return Expr("sigma", (*atom.parts[:3], G), G.shape), leaf
    return (ONE, atom) if atom.head == "symbol" else atom.parts


def factored(G):
    """A number that all terms share stands in front, once: 2 det(X) (P + Q)."""
    if G.head != "+":
        return G
    shared = set.intersection(*({code(p) for p in _numbers(term)} for term in G.parts))
    parts = [split(term)[0] for term in G.parts]
    c = parts[0] if len(set(map(abs, parts))) == 1 and abs(parts[0]) != 1 else 1
    if not shared and c == 1:
        return G
    front = [p for p in _numbers(G.parts[0]) if code(p) in shared]
    under = [t.power(p, -1) for p in front]
    rest = [tidy(t.multiply(node(1 / c) if c != 1 else ONE, *under, term)) for term in G.parts]
    body = tidy(t.add(*rest))
    numbers = ([node(c)] if c != 1 else []) + front
    if body.head != "+":
        return tidy(t.multiply(*numbers, body))
    return Expr("*", (*numbers, body), G.shape)


def _numbers(term):
    """The factors of a term that are numbers, none of them a plain number."""
    _, rest = split(term)
    parts = rest.parts if rest.head == "*" and not all(not p.is_scalar for p in rest.parts) else (rest,)
    return [p for p in parts if p.is_scalar and p != ONE]


def projected(G, leaf):
    """(the gradient on the tangent space, what was done) for a structured X; None where nothing is asked."""
    name, kind = leaf.parts
    if kind in ("symmetric", "positive definite"):
        if code(turn(G)) == code(G):
            return G, f"{name} is symmetric: this is symmetric already"
        half = tidy(t.multiply("1/2", t.add(G, turn(G))))
        return _shortest(half), f"{name} is symmetric: the symmetric part"
    if kind == "diagonal":
        return tidy(t.hadamard(t.identity(leaf.shape[0]), G)), f"{name} is diagonal: the diagonal part"
    if kind == "orthogonal":
        half = t.multiply("1/2", leaf, t.add(t.multiply(leaf.T, G), t.multiply(turn(G), leaf)))
        done = f"{name} is orthogonal: G − {name} sym({name}ᵀG), along {name} Ω with Ω skew"
        return tidy(t.add(G, t.negative(half))), done
    return None


def _shortest(half):
    """½(2A) is A; a sum keeps its half in front."""
    return factored(tidy(t.add(*(tidy(t.multiply(half.parts[0], p)) for p in half.parts[-1].parts)))) \
        if half.head == "*" and half.parts[-1].head == "+" else half  # fmt: skip

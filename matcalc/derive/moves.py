"""From a line in dX to ⟨G, dX⟩: trace trick, transposition, cyclic moves, then factor after factor across ⟨,⟩.

Each move looks at one term, ``numbers · atom`` with one tangent, and returns the moved term, or None where it has
nothing to do. A pass applies one move to all terms of a line: that is one line of the derivation.
"""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import ONE, SCALAR, Expr
from .normal import is_run, tidy
from .turn import turn, turned_run


def inner(G, Z):
    return Expr("inner", (G, Z), SCALAR)


class Moves:
    """The moves for given tangents (a ``Finder``)."""

    def __init__(self, finder):
        self.at = finder

    def passes(self):
        """(name of the rule, move), in the order in which a person makes them."""
        return (
            ("a number is its own trace, and tr(AB) = tr(BA)", self.trace_trick),
            ("a number and a trace stay the same when transposed", self.transposed),
            ("cyclic: tr(AB) = tr(BA)", self.cyclic),
            ("written as inner products", self.as_inner),
            ("factors cross the inner product, transposed", self.across),
        )

    def apply(self, move, line):
        """The line after the move, tidy and multiplied out; the same line where nothing moved."""
        return self.at.spread(t.add(*(self._term(move, term) for term in self.at.terms(line))))

    def _term(self, move, term):
        numbers, atom = self.at.atom(term)
        if atom.head == "sigma":
            return t.multiply(*numbers, Expr("sigma", (*atom.parts[:3], self._term(move, atom.parts[3])), SCALAR))
        moved = move(atom)
        return term if moved is None else t.multiply(*numbers, moved)

    def trace_trick(self, atom):
        """aᵀ dX b = tr(b aᵀ dX), where dX stands inside; dx at the end or in front needs no trace."""
        if not is_run(atom):
            return None
        i = self.at.place(atom) + 1
        if i in (1, len(atom.parts)):
            return None
        return t.scalar("tr", t.multiply(*atom.parts[i:], *atom.parts[:i]))

    def transposed(self, atom):
        """tr(L dXᵀ R) = tr(Rᵀ dX Lᵀ), and dxᵀ a = aᵀ dx."""
        body = atom.parts[0] if atom.head == "tr" else atom
        if atom.head != "tr" and not is_run(atom):
            return None
        if body.head == "'":
            return t.scalar("tr", body.parts[0])
        if atom.head != "tr":
            return turned_run(body) if self.at.place(body) == 0 else None
        if body.head != "*" or body.parts[self.at.place(body)].head != "'":
            return None
        return t.scalar("tr", turn(body))

    def cyclic(self, atom):
        """tr(L dX R) = tr(R L dX)."""
        if atom.head != "tr" or atom.parts[0].head != "*":
            return None
        factors = atom.parts[0].parts
        i = self.at.place(atom.parts[0]) + 1
        return t.scalar("tr", t.multiply(*factors[i:], *factors[:i])) if i < len(factors) else None

    def as_inner(self, atom):
        """tr(M Z) = ⟨Mᵀ, Z⟩, aᵀ z = ⟨a, z⟩, sum Z = ⟨1, Z⟩, Z_ij = ⟨e_i e_jᵀ, Z⟩."""
        if atom.head not in ("tr", "*", "sum", "entry", "inner"):
            return None  # a number's own tangent dt
        Z = atom.parts[0]
        if atom.head == "tr":
            moving = Z.head == "*"
            return inner(turn(_all_but_last(Z)), Z.parts[-1]) if moving else inner(t.identity(Z.shape[0]), Z)
        if is_run(atom):
            last = self.at.place(atom) == len(atom.parts) - 1
            return inner(turn(_all_but_last(atom)), atom.parts[-1]) if last else None
        if atom.head == "sum":
            return inner(t.ones(Z.shape), Z)
        if atom.head == "entry":
            row, column = (unit(k, n) for k, n in zip(atom.parts[1:], Z.shape, strict=True))
            return inner(t.multiply(row, t.transpose(column)), Z)
        if atom.head == "inner" and self.at.moves(atom.parts[0]):
            return inner(atom.parts[1], atom.parts[0])
        return None

    def across(self, atom):
        """⟨G, A Z B⟩ = ⟨Aᵀ G Bᵀ, Z⟩, and its like for every linear head."""
        if atom.head != "inner" or self.at.is_tangent(atom.parts[1]):
            return None
        G, Z = atom.parts
        i = self.at.place(Z)
        return ACROSS[Z.head](G, Z, i) if not Z.is_scalar else t.multiply(G, Z)


def unit(k, n):
    """The k-th column of the identity of size n, k from 1."""
    return ONE if n == 1 else Expr("unit", (k,), (n, 1))


def _all_but_last(product):
    rest = product.parts[:-1]
    return rest[0] if len(rest) == 1 else tidy(t.multiply(*rest))


def _product(G, Z, i):
    """One of the factors moves: a number, or a matrix with others on its left and right."""
    factor = Z.parts[i]
    others = Z.parts[:i] + Z.parts[i + 1 :]
    if factor.is_scalar:
        return t.multiply(inner(G, t.multiply(*others)), factor)
    numbers = [part for part in Z.parts if part.is_scalar]
    left = [turn(part) for part in Z.parts[:i] if not part.is_scalar][::-1]
    right = [turn(part) for part in Z.parts[i + 1 :]][::-1]
    return t.multiply(*numbers, inner(tidy(t.multiply(*left, G, *right)), factor))


def _hadamard(G, Z, i):
    others = [part for k, part in enumerate(Z.parts) if k != i]
    return inner(tidy(t.hadamard(*others, G)), Z.parts[i])


def _kron(G, Z, i):
    """⟨G, A ⊗ Z⟩ = ⟨Σ A_ij G_ij, Z⟩ over the blocks of G; ⟨G, Z ⊗ B⟩ = ⟨[⟨B, G_ij⟩]_ij, Z⟩."""
    other, moving = Z.parts[1 - i], Z.parts[i]
    return inner(tidy(Expr("blocksum" if i else "blockinner", (other, G), moving.shape)), moving)


def _diag(G, Z, i):
    """diag of a column and diag of a matrix are each other's adjoint."""
    return inner(tidy(t.diag(G)), Z.parts[0])


def _frechet(G, Z, i):
    return inner(tidy(t.matrix_function("frechet", turn(Z.parts[0]), G)), Z.parts[1])


def _sigma(G, Z, i):
    return Expr("sigma", (*Z.parts[:3], inner(G, Z.parts[3])), SCALAR)


ACROSS = {
    "*": _product, ".*": _hadamard, "kron": _kron, "diag": _diag, "frechet": _frechet, "sigma": _sigma,
    "'": lambda G, Z, i: inner(turn(G), Z.parts[0]),
    "vec": lambda G, Z, i: inner(tidy(Expr("unvec", (G,), Z.parts[0].shape)), Z.parts[0]),
    "unvec": lambda G, Z, i: inner(tidy(t.vec(G)), Z.parts[0]),
}  # fmt: skip

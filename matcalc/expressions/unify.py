"""Which dimensions must be equal: unknown ones (``?1``) are bound as the text is read."""

from __future__ import annotations

from .dims import SCALAR, letters, times
from .tree import Expr

NAMES = "mnpqrkl"


class Dimensions:
    """Unknown dimensions and what has been learned about them."""

    def __init__(self):
        self.bound, self.count, self.loose = {}, 0, set()

    def fresh(self, loose=False):
        """An unknown dimension. Only a loose one may turn out to be 1: a vector is not a number by accident."""
        self.count += 1
        name = f"?{self.count}"
        self.loose |= {name} if loose else set()
        return name

    def resolve(self, dim):
        """The dimension with everything known put in."""
        if isinstance(dim, int):
            return dim
        parts = [self.bound.get(f, f) for f in letters(dim)]
        number = [f for f in (dim if isinstance(dim, tuple) else ()) if isinstance(f, int)]
        found = times(*number, *parts)
        return found if found == dim else self.resolve(found)

    def shape(self, expr):
        return tuple(map(self.resolve, expr.shape))

    def equal(self, a, b):
        """Make two dimensions equal; False if they cannot be."""
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return True
        for one, other in ((a, b), (b, a)):
            if isinstance(one, str) and one.startswith("?") and one not in letters(other):
                if one in self.loose and isinstance(other, str):
                    one, other = (other, one) if other.startswith("?") and other not in self.loose else (one, other)
                if other != 1 or one in self.loose:
                    self.bound[one] = other
                    return True
        return self._factors_equal(a, b)

    def _factors_equal(self, a, b):
        """mp = ?1·p gives ?1 = m; more than one unknown is not guessed."""
        a, b = ([*d] if isinstance(d, tuple) else [d] for d in (a, b))
        for factor in list(a):
            if factor in b:
                a.remove(factor), b.remove(factor)
        for one, other in ((a, b), (b, a)):
            if len(one) == 1 and one[0] in self.unknown(one) and one[0] not in other and times(1, *other) != 1:
                self.bound[one[0]] = times(1, *other)
                return True
        return False

    @staticmethod
    def unknown(factors):
        return [f for f in factors if isinstance(f, str) and f.startswith("?")]

    def settle(self, expr):
        """The tree with every dimension resolved."""
        return renamed(expr, self.resolve)

    def name(self, expr, taken):
        """The tree with letters for what is still unknown, in the order in which it appears."""
        free = [letter for letter in NAMES if letter not in taken]
        free += [f"n{i}" for i in range(1, self.count + 1)]
        for dim in dims_in(self.settle(expr)):
            for factor in letters(self.resolve(dim)):
                if factor.startswith("?"):
                    self.bound[factor] = free.pop(0)
        return self.settle(expr)


def dims_in(expr):
    """All dimensions of a tree, leaves first come first."""
    yield from expr.shape if expr.head == "symbol" else ()
    for part in expr.parts:
        if isinstance(part, Expr):
            yield from dims_in(part)
    yield from expr.shape


def renamed(expr, change):
    """The tree with ``change`` applied to every dimension."""
    if expr.shape == SCALAR and not expr.parts:
        return expr
    parts = tuple(renamed(part, change) if isinstance(part, Expr) else part for part in expr.parts)
    if expr.head in ("size", "commutation"):
        parts = tuple(map(change, expr.parts))
    return Expr(expr.head, parts, tuple(map(change, expr.shape)))

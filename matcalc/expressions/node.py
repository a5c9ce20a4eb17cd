"""Matrix expressions as trees: a head, its parts and its shape. What is known about every node.

    symbol (name, kind)   number (Fraction)   pi   size (dim)   I   ones   zero   unit (index)   entry (X, i, j)
    + * ' ^ .* .^ kron diag tr det logdet sum norm norm2 vec expm pinv frechet …   and the functions of ENTRYWISE

A 1×1 expression is a number. A dimension is a whole number, a letter, or a sorted tuple of both: a product.
"""

from __future__ import annotations

from .dims import SCALAR

KINDS = ("", "symmetric", "positive definite", "diagonal", "orthogonal")
ENTRYWISE = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "abs", "sign",
             "sigmoid", "softplus", "relu", "step")  # fmt: skip


class ExpressionError(ValueError):
    """An expression that cannot be read, built or evaluated; says where and what was expected."""


class Expr:
    """A node. Equal trees are equal; ``.T`` is the transpose."""

    __slots__ = ("_hash", "head", "parts", "shape")
    __array_ufunc__ = None  # an array does not multiply an expression

    def __init__(self, head, parts, shape):
        self.head, self.parts, self.shape = head, tuple(parts), shape
        self._hash = hash((head, self.parts, shape))

    def __hash__(self):
        return self._hash

    def __eq__(self, other):
        if self is other:
            return True
        if isinstance(other, Expr):
            return self._hash == other._hash and (self.head, self.parts, self.shape) == (
                other.head, other.parts, other.shape)  # fmt: skip
        if type(other).__module__.startswith("sympy"):
            from .bridge import from_sympy

            kinds = {name: leaf.parts[1] for name, leaf in symbols(self).items()}
            return self == from_sympy(other, kinds)
        return NotImplemented

    @property
    def is_scalar(self):
        return self.shape == SCALAR

    @property
    def children(self):
        """The parts that are expressions."""
        return tuple(part for part in self.parts if isinstance(part, Expr))

    @property
    def T(self):
        """The transpose, not simplified."""
        return self if self.is_scalar else Expr("'", (self,), self.shape[::-1])

    def __str__(self):
        from .spelling import spell

        return spell(self)

    __repr__ = __str__

    def _repr_latex_(self):
        from .printing import latex

        return rf"$\displaystyle {latex(self)}$"

    def _sympy_(self):
        from .bridge import SEEN
        from .outgoing import to_sympy

        return to_sympy(self, SEEN)


def symbols(expr):
    """The letters of an expression, by name, in the order in which they stand there."""
    found, stack = {}, [expr]
    while stack:
        item = stack.pop()
        if item.head == "symbol":
            found.setdefault(item.parts[0], item)
        stack.extend(reversed(item.children))
    return found


def rebuild(expr, change):
    """The tree with ``change`` applied to its children."""
    parts = tuple(change(part) if isinstance(part, Expr) else part for part in expr.parts)
    return expr if parts == expr.parts else Expr(expr.head, parts, expr.shape)


def substitute(expr, old, new):
    """The tree with one subtree replaced wherever it stands."""
    return new if expr == old else rebuild(expr, lambda part: substitute(part, old, new))


def bound(expr):
    """The letters that are indices of sums."""
    own = {expr.parts[0].parts[0]} if expr.head == "sigma" else set()
    return own.union(*map(bound, expr.children))

"""SymPy's matrix expressions as trees, and back. SymPy is imported only here; what is not known is refused by name."""

from __future__ import annotations

import sympy as sp

from . import tree as t
from .dims import SCALAR, times, words
from .index_form import from_sum
from .tree import ExpressionError

SCALAR_FUNCTIONS = {"log": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh",
                    "cosh": "cosh", "tanh": "tanh", "Abs": "abs", "sign": "sign", "Heaviside": "step"}  # fmt: skip
KNOWN = ("sums, products, transposes, inverses, powers, Trace, Determinant, HadamardProduct, HadamardPower, "
         "KroneckerProduct, DiagMatrix, applyfunc, and functions of numbers")  # fmt: skip
SEEN = {}  # SymPy's own symbols, with their assumptions, for the way back


def from_sympy(expr, kinds=None):
    """The tree of a SymPy expression; ``kinds`` says which names are symmetric, diagonal or orthogonal."""
    try:
        expr = sp.sympify(expr)
    except sp.SympifyError:
        raise ExpressionError(f"expected a SymPy expression or a text, got {type(expr).__name__}") from None
    return _Converter(kinds or {}).read(expr)


class _Converter:
    def __init__(self, kinds):
        self.kinds, self.names = kinds, {}

    def read(self, expr):
        """The tree of one node, by the name of its class."""
        if not isinstance(expr, sp.Basic) or isinstance(expr, sp.matrices.MatrixBase):
            raise ExpressionError(f"{type(expr).__name__}: explicit matrices are not derived; use MatrixSymbol")
        if expr.is_Number or isinstance(expr, sp.core.numbers.Pi | sp.core.numbers.Exp1):
            return _number(expr)
        for kind in type(expr).__mro__:
            if kind.__name__ in NODES:
                return NODES[kind.__name__](self, expr)
        if isinstance(expr, sp.Function) and type(expr).__name__ in SCALAR_FUNCTIONS:
            return self.function(expr)
        raise ExpressionError(f"SymPy's {type(expr).__name__} is not in the language; known are {KNOWN}")

    def all(self, args):
        return [self.read(arg) for arg in args]

    def shape(self, expr):
        return tuple(dimension(dim) for dim in expr.shape)

    def matrix_symbol(self, expr):
        name = expr.name
        return self.remember(name, expr, t.symbol(name, self.shape(expr), self.kinds.get(name, "")))

    def remember(self, name, expr, leaf):
        """One name, one meaning."""
        if self.names.setdefault(name, expr) != expr:
            raise ExpressionError(f"two different things are called {name}: {sp.srepr(expr)} "
                                  f"and {sp.srepr(self.names[name])}")  # fmt: skip
        SEEN[name, leaf.shape] = expr
        return leaf

    def scalar_symbol(self, expr):
        if ("size", expr.name) in SEEN and SEEN["size", expr.name] == expr:
            return t.Expr("size", (expr.name,), SCALAR)  # n may stand in shapes and among the numbers
        return self.remember(expr.name, expr, t.symbol(expr.name))

    def product(self, expr):
        """Factors in their order; a run that has become 1×1 is a number, wherever it stands."""
        runs = []
        for factor in self.all(expr.args):
            runs.append(factor)
            while len(runs) > 1 and not runs[-1].is_scalar and not runs[-2].is_scalar:
                if runs[-2].shape[1] != runs[-1].shape[0]:
                    break
                runs[-2:] = [t.multiply(*(runs[-2].parts if runs[-2].head == "*" else runs[-2:-1]), runs[-1])]
        matrices = [run for run in runs if not run.is_scalar]
        if len(matrices) > 1:
            raise ExpressionError("cannot multiply " + " by ".join(words(m.shape) for m in matrices) + f" in {expr}")
        scalars = [run for run in runs if run.is_scalar]
        flat = matrices[0].parts if matrices and matrices[0].head == "*" else matrices
        return t.multiply(*scalars, *flat)

    def power(self, expr):
        base, exponent = self.all(expr.args[:2])
        if not base.is_scalar and exponent.head == "number" and exponent.parts[0].denominator != 1:
            raise ExpressionError(f"{expr}: a matrix to the power {exponent}; only whole powers are derived")
        return t.power(base, exponent)

    def function(self, expr):
        name, argument = type(expr).__name__, self.read(expr.args[0])
        if argument.is_scalar:
            return t.apply(SCALAR_FUNCTIONS[name], argument)
        if name == "exp":
            return t.matrix_function("expm", argument)  # as SymPy means it for explicit matrices
        raise ExpressionError(f"{name} of a matrix has two meanings; for its entries write X.applyfunc({name})")

    def entrywise(self, expr):
        """X.applyfunc(f): the body of f, its variable read as the matrix X."""
        variable, body = expr.function.variables[0], expr.function.expr
        return self.body(body, variable, self.read(expr.expr))

    def body(self, body, d, X):
        if not body.has(d):
            return t.multiply(self.read(body), t.ones(X.shape))
        if body == d:
            return X
        parts = [self.body(arg, d, X) if arg.has(d) else self.read(arg) for arg in body.args]
        if body.is_Add:
            return t.add(*(part if part.shape == X.shape else t.multiply(part, t.ones(X.shape)) for part in parts))
        if body.is_Mul:
            return t.hadamard(*parts)
        if body.is_Pow and parts[1].is_scalar:
            return t.entrywise_power(*parts)
        if type(body).__name__ == "Max" and t.ZERO in parts and len(parts) == 2:
            return t.apply("relu", next(part for part in parts if part != t.ZERO))
        if type(body).__name__ in SCALAR_FUNCTIONS:
            return t.apply(SCALAR_FUNCTIONS[type(body).__name__], parts[0])
        raise ExpressionError(f"applyfunc with {body}: this function of the entries is not in the language")


def dimension(dim):
    """A whole number, a letter or a product; any other SymPy size is one letter, its text."""
    if dim.is_Integer:
        return int(dim)
    if dim.is_Mul and all(f.is_Integer or f.is_Symbol for f in dim.args):
        return times(*map(dimension, dim.args))
    SEEN["size", str(dim)] = dim
    return str(dim)


def _number(expr):
    if expr.is_Rational:
        return t.node(sp.Rational(expr).p) if expr.q == 1 else t.node(f"{expr.p}/{expr.q}")
    if expr.is_Float:
        return t.node(str(float(expr)))
    if expr == sp.pi:
        return t.Expr("pi", (), SCALAR)
    if expr == sp.E:
        return t.apply("exp", t.ONE)
    raise ExpressionError(f"{expr} is not a finite real number")


def _element(self, expr):
    X, i, j = expr.args
    if not (i.is_Integer and j.is_Integer):
        raise ExpressionError(f"{expr}: entries are derived for indices that are numbers")
    return t.entry(self.read(X), int(i) + 1, int(j) + 1)


NODES = {
    "MatrixSymbol": _Converter.matrix_symbol,
    "Symbol": _Converter.scalar_symbol,
    "Add": lambda self, e: t.add(*self.all(e.args)),
    "MatAdd": lambda self, e: t.add(*self.all(e.args)),
    "Mul": _Converter.product,
    "MatMul": _Converter.product,
    "Pow": _Converter.power,
    "MatPow": _Converter.power,
    "exp": _Converter.function,
    "Inverse": lambda self, e: t.power(self.read(e.args[0]), -1),
    "Transpose": lambda self, e: t.transpose(self.read(e.args[0])),
    "Trace": lambda self, e: t.scalar("tr", self.read(e.args[0])),
    "Determinant": lambda self, e: t.scalar("det", self.read(e.args[0])),
    "HadamardProduct": lambda self, e: t.hadamard(*self.all(e.args)),
    "HadamardPower": lambda self, e: t.entrywise_power(*self.all(e.args)),
    "KroneckerProduct": lambda self, e: _fold(t.kron, self.all(e.args)),
    "DiagMatrix": lambda self, e: t.diag(self.read(e.args[0])),
    "DiagonalOf": lambda self, e: t.diag(self.read(e.args[0])),
    "Identity": lambda self, e: t.identity(self.shape(e)[0]),
    "ZeroMatrix": lambda self, e: t.zero(self.shape(e)),
    "OneMatrix": lambda self, e: t.ones(self.shape(e)),
    "ElementwiseApplyFunction": _Converter.entrywise,
    "MatrixElement": _element,
    "Sum": lambda self, e: self.read(from_sum(e)),
}


def _fold(make, parts):
    first, *rest = parts
    for part in rest:
        first = make(first, part)
    return first

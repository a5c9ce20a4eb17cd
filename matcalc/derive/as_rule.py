"""A derivation as a rule of the catalog: the other letters become constants, everything else is kept."""

from __future__ import annotations

import numpy as np

from ..domains import Domain
from ..expressions import latex
from ..expressions.arrays import as_matrix
from ..expressions.tree import ExpressionError, symbols
from ..expressions.values import Evaluation
from ..formula import FormulaError, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import shape_of, text, vec
from .checking import Bench
from .errors import CannotDerive
from .points import direction


def as_rule(D, given, rng):
    """A Rule in the variables of D, a tuple of arrays where there are several."""
    if not isinstance(given or {}, dict):
        raise CannotDerive(f'the constants of a rule are a dict such as {{"A": array}}, got {type(given).__name__}')
    given = {getattr(key, "name", None) or str(key): value for key, value in (given or {}).items()}
    if strangers := [name for name in given if name not in symbols(D.function)]:
        raise CannotDerive(f"{', '.join(strangers)} does not occur in {D.function}")
    world = _World(D, given, rng)
    return Rule(f"d({D.function})", world.value, world.linearize, world.domain(), world.formulas(), "derived here")


class _World:
    """The constants of the rule and a point where everything has a value."""

    def __init__(self, D, given, rng):
        self.D, self.names = D, [x.parts[0] for x in D.variables]
        start = Bench(D.function, D.variables, rng, [("d", D.differential)]).given
        letters = symbols(D.function)
        self.constants = {name: as_matrix(name, given.get(name, start[name]), leaf.shape)
                          for name, leaf in letters.items() if name not in self.names}  # fmt: skip
        self.start = {name: as_matrix(name, given.get(name, start[name]), letters[name].shape) for name in self.names}
        try:
            Evaluation.of(D.function, self.constants | self.start)(D.function)
        except ExpressionError as error:
            raise CannotDerive(f"no rule with these constants: {error}; give all letters, also {self.names}") from None

    def pack(self, matrices):
        """Matrices as a point: columns 1-D, numbers plain, several as a tuple."""
        parts = tuple(M.item() if M.size == 1 and x.is_scalar else M[:, 0] if x.shape[1] == 1 else M
                      for x, M in zip(self.D.variables, matrices, strict=True))  # fmt: skip
        return parts if len(parts) > 1 else parts[0]

    def unpack(self, X):
        parts = X if isinstance(X, tuple) else (X,)
        return {x.parts[0]: as_matrix(x.parts[0], P, x.shape) for x, P in zip(self.D.variables, parts, strict=True)}

    def result(self, Y):
        """A value as the package has it: a float, a 1-D column, a matrix."""
        return Y.item() if self.D.scalar else Y[:, 0] if self.D.function.shape[1] == 1 else Y

    def at(self, expr, names):
        try:
            return self.D.at(expr, self.constants | names)
        except ExpressionError as error:
            raise np.linalg.LinAlgError(str(error)) from None

    def value(self, X):
        return self.result(self.at(self.D.function, self.unpack(X)))

    def linearize(self, X):
        D, point = self.D, self.unpack(X)

        def push(dX):
            tangents = {f"d{name}": dP for name, dP in self.unpack(dX).items()}
            return self.result(self.at(D.differential, point | tangents))

        def pull(Ybar):
            names = point | {"Ybar": as_matrix("Ybar", Ybar, D.function.shape)}
            found = D.adjoint if len(self.names) > 1 else {self.names[0]: D.adjoint}
            return self.pack([self.at(found[name], names) for name in self.names])

        def matrix():
            return np.hstack([self.at(J, point) for J in D._jacobians.values()])

        return self.result(self.at(D.function, point)), LinearMap(push, pull, matrix)

    def domain(self):
        shape = shape_of(self.pack(self.start.values()))
        wrong = lambda X: None if shape_of(X) == shape else f"expected {text(shape)}, got {text(shape_of(X))}"
        return Domain(
            name=f"points of shape {text(shape)}", shape=wrong, sample=lambda rng, n: self.near(rng),
            outside=lambda rng, n: np.ones((9, 8, 7)[: 3 if len(shape) < 2 else 2]),
            tangent=lambda rng, X: self.tangent(rng, X), interior=self.stops,
        )  # fmt: skip

    def near(self, rng):
        """A point near the one that is known to be good."""
        return self.pack([X + 0.02 * direction(x, X, rng) if x.parts[1] != "orthogonal" else X
                          for x, X in zip(self.D.variables, self.start.values(), strict=True)])  # fmt: skip

    def tangent(self, rng, X):
        points = self.unpack(X)
        return self.pack([direction(x, points[x.parts[0]], rng) for x in self.D.variables])

    def stops(self, X):
        """Why the function has no value at X, or None."""
        try:
            self.D.at(self.D.function, self.constants | self.unpack(X))
        except ExpressionError as error:
            return str(error)
        return None

    def formulas(self):
        """What is printed, if the book's reader of formulas understands all of it; else None."""
        D, adjoint = self.D, self.D.adjoint
        several = len(self.names) > 1
        printed = Formulas(
            value=latex(D.function), differential=latex(D.differential),
            adjoint=tuple(latex(adjoint[name]) for name in self.names) if several else latex(adjoint),
            point=tuple(self.names) if several else self.names[0], result="Y",
            constants={name: self.pack_constant(name) for name in self.constants},
        )  # fmt: skip
        return printed if self.understood(printed) else None

    def understood(self, printed):
        """Whether the book's reader gives every printed formula the value that it has here."""
        rng, X = np.random.default_rng(1), self.pack(self.start.values())
        Y, dF = self.linearize(X)
        dX, Ybar = self.tangent(rng, X), rng.standard_normal(np.shape(Y))
        try:
            found = [printed.evaluate("value", X, Y), printed.evaluate("differential", X, Y, dX=dX),
                     printed.evaluate("adjoint", X, Y, Ybar=Ybar)]  # fmt: skip
        except FormulaError:
            return False
        pairs = zip(found, (Y, dF.push(dX), dF.pull(Ybar)), strict=True)
        return all(np.size(vec(a)) == np.size(vec(b)) and np.allclose(vec(a), vec(b), rtol=1e-9) for a, b in pairs)

    def pack_constant(self, name):
        X = self.constants[name]
        return X.item() if X.size == 1 else X

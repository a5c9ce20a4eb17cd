"""A derivation: its lines, and what they end in; nothing in it has not been compared with numbers."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..expressions import tree as t
from ..expressions.values import Evaluation
from ..report import Report
from .checking import examine, paired_with, vec_lines
from .collecting import projected
from .differentials import d, paired, tangent
from .errors import CannotDerive, FalseLine
from .jacobian import jacobian
from .moves import inner
from .normal import tidy
from .show import aligned
from .steps import Step, differentiate, to_gradients

YBAR = "Ybar"


class Derivation:
    """The derivation of dF for a function F of one or several letters, line by line.

    ``steps`` are its lines; ``differential``, ``gradient`` (numbers), ``adjoint`` and ``jacobian`` (matrices),
    ``second`` and ``hessian`` its results, which are expressions. With several variables the last ones are
    dicts by name. What is computed on demand is checked then, by the same rules: a false line raises.
    """

    def __init__(self, function, variables, rng=None):
        self.function, self.variables = function, tuple(variables)
        self.tangents = tuple(map(tangent, variables))
        self.scalar = function.is_scalar
        self._seed = rng
        self._d_steps, self._finder = differentiate(function, self.variables, "df" if self.scalar else "dF")
        self.differential = self._d_steps[-1].after
        start = self.differential
        if not self.scalar:
            self._ybar = t.symbol(YBAR, function.shape)
            start = self._finder.spread(inner(self._ybar, start))
        self._moves, self._found = to_gradients(start, self._finder, self.tangents, "df" if self.scalar else "⟨Ȳ, dF⟩")
        self._results = self._project()
        self.report = self.verify()

    def _project(self):
        """{name: the gradient or adjoint, on the tangent space of a structured variable}."""
        found, self._last = {}, []
        for x, dX in zip(self.variables, self.tangents, strict=True):
            name, G = x.parts[0], self._found[dX]
            side = ("∇f" + f" by {name}" * (len(self.variables) > 1)) if self.scalar else f"bar by {name}"
            self._last.append(Step("what stands beside dX in ⟨ , dX⟩".replace("dX", dX.parts[0]), G, G, side))
            if (done := projected(G, x)) is not None:
                self._last.append(Step(done[1], G, done[0], side))
                G = done[0]
            found[name] = G
        return found

    @property
    def steps(self):
        """All lines, in order: the function, its differential, the way to the gradient or to adjoint and Jacobian."""
        head = Step("", self.function, self.function, "f" if self.scalar else "F")
        lines = [head, *self._d_steps]
        if not self.scalar:
            start = self._finder.spread(inner(self._ybar, self.differential))
            lines.append(Step("paired with a cotangent Ȳ", self.differential, start, "⟨Ȳ, dF⟩"))
        lines += [*self._moves, *self._last]
        return tuple(lines) if self.scalar else (*lines, *self._jacobian_steps)

    @cached_property
    def _jacobian_steps(self):
        several = len(self.variables) > 1
        return tuple(Step("vec(LZR) = (Rᵀ ⊗ L) vec Z", self.differential, J, f"J by {name}" if several else "J")
                     for name, J in self._jacobians.items())  # fmt: skip

    def verify(self, rng=None):
        """Every line against every other at random points, the last against values of F; FalseLine if one fails."""
        rng = rng or np.random.default_rng(self._seed if self._seed is not None else 2026)
        lines = [("line 0: d of the function", d(self.function))]
        lines += [(f"line {i}: {step.rule}", step.after) for i, step in enumerate(self._d_steps, 1)]
        projections = {dX: self._results[x.parts[0]] for x, dX in zip(self.variables, self.tangents, strict=True)}
        if self.scalar:
            lines += [(f"line {i}: {step.rule}", step.after) for i, step in enumerate(self._moves, len(lines))]
            lines.append(("gradient", paired_with(projections)))
            report = examine(self.function, self.variables, lines, str(self.function), rng)
        else:
            report = examine(self.function, self.variables, lines, str(self.function), rng)
            pairs = [(f"line {i}: {step.rule}", step.after) for i, step in enumerate(self._moves, len(lines))]
            pairs = [("⟨Ȳ, dF⟩", inner(self._ybar, self.differential)), *pairs, ("adjoint", paired_with(projections))]
            more = examine(self.function, self.variables, pairs, "adjoint", rng, truths=False)
            checks = report.checks + more.checks
            report = Report(report.subject, checks, report.evaluations, report.method)
        return _believed(report)

    def _one(self, found):
        return found[self.variables[0].parts[0]] if len(self.variables) == 1 else dict(found)

    @property
    def gradient(self):
        """∇f of a function that is a number; a dict by name for several variables."""
        if not self.scalar:
            raise CannotDerive(f"a gradient belongs to a number; {self.function} is a matrix: .adjoint or .jacobian")
        return self._one(self._results)

    @property
    def adjoint(self):
        """X̄ in terms of Ȳ; of a number ȳ ∇f."""
        if not self.scalar:
            return self._one(self._results)
        ybar = t.symbol(YBAR)
        return self._one({name: tidy(t.multiply(ybar, G)) for name, G in self._results.items()})

    @property
    def jacobian(self):
        """J with vec dF = J vec dX, in Kronecker form; K where dXᵀ occurs."""
        return self._one(self._jacobians)

    @cached_property
    def _jacobians(self):
        found = {x.parts[0]: jacobian(self.differential, self._finder, dX)
                 for x, dX in zip(self.variables, self.tangents, strict=True)}  # fmt: skip
        by_tangent = dict(zip(self.tangents, found.values(), strict=True))
        _believed(vec_lines(self.function, self.variables, self.differential, by_tangent, np.random.default_rng(7)))
        return found

    @cached_property
    def _second(self):
        """({dX: d of its gradient}, d²f): the first line differentiated once more, the tangents held."""
        if not self.scalar:
            raise CannotDerive("second differentials are derived for numbers; for a matrix use mc.second_order.second")
        if any(x.parts[1] == "orthogonal" for x in self.variables):
            raise CannotDerive("on orthogonal matrices the second differential needs the curvature of the manifold")
        bent = {}
        for dX in self.tangents:
            G = self._found[dX]
            steps, finder = differentiate(G, self.variables) if _varies(G, self.variables) else ([], self._finder)
            bent[dX] = steps[-1].after if steps else t.zero(dX.shape)
        total = self._finder_of_two(bent)
        gradient = paired_with(self._found)
        _believed(examine(gradient, self.variables, [("d²f", total)], "d²f", np.random.default_rng(5)))
        return bent, total

    def _finder_of_two(self, bent):
        terms = [tidy(paired(dG, dX)) if dG.head != "+" else
                 t.add(*(tidy(paired(term, dX)) for term in dG.parts)) for dX, dG in bent.items()]  # fmt: skip
        return tidy(t.add(*terms))

    @property
    def second(self):
        """d²f along dX: a number, quadratic in the tangents."""
        return self._second[1]

    @cached_property
    def hessian(self):
        """The matrix H with vec(d∇f) = H vec(dX), in Kronecker form, for one variable without structure."""
        self._single()
        (dX,) = self.tangents
        bent = self._second[0][dX]
        H = jacobian(bent, self._finder, dX)
        _believed(vec_lines(self.function, self.variables, bent, {dX: H}, np.random.default_rng(7)))
        return H

    def _single(self):
        if len(self.variables) > 1 or self.variables[0].parts[1]:
            raise CannotDerive("a Hessian matrix is written for one variable without structure; .second has all of it")

    def evaluate(self, given):
        """The gradient, or the Jacobian of a matrix, as numbers: ``{"A": array, X: array, …}`` by name or symbol."""
        given = {getattr(key, "name", None) or str(key): np.asarray(value) for key, value in given.items()}
        found = {name: self.at(G, given) for name, G in (self._results if self.scalar else self._jacobians).items()}
        if self.scalar:
            found = {name: G.reshape(np.shape(given[name])) if name in given else G for name, G in found.items()}
        found = {name: G.item() if G.ndim == 0 else G for name, G in found.items()}
        return self._one(found)

    def at(self, expr, given):
        """One of the expressions as a matrix of numbers; the sizes come from all letters of the function."""
        return np.asarray(Evaluation.of(expr, given, None, (self.function,))(expr))

    def rule(self, given=None, rng=None):
        """A ``Rule`` like those of the catalog, for numbers ``given`` for the other letters (or random ones)."""
        from .as_rule import as_rule

        return as_rule(self, given, np.random.default_rng(2026 if rng is None else rng))

    def _repr_latex_(self):
        return f"$${aligned(self.steps)}$$"

    def __str__(self):
        return "\n".join(f"{step.of} = {step.after}" + f"    [{step.rule}]" * bool(step.rule) for step in self.steps)

    __repr__ = __str__


def _varies(expr, variables):
    return not {x.parts[0] for x in variables}.isdisjoint(t.symbols(expr))


def _believed(report):
    """A report without a failure, or FalseLine."""
    if not report.passed:
        raise FalseLine(report)
    return report

"""Every line against every other at random points, the last against differences of values of the function."""

from __future__ import annotations

import numpy as np

from ..differences import derivative
from ..expressions import latex
from ..expressions import tree as t
from ..expressions.tree import Expr, ExpressionError
from ..expressions.values import Evaluation
from ..formula import FormulaError, evaluate
from ..report import Check, Report
from ..spaces import norm, vec
from .points import direction, point

EXACT = 1e-8  # lines are the same number up to rounding; a complex step adds none
ENTRY = 1e-8  # beyond what differences of values say about their own error
COUNT = 2  # points


class Bench:
    """A point, a tangent for each variable, a cotangent for the value: where lines are evaluated."""

    def __init__(self, function, variables, rng, lines=()):
        self.function, self.variables, self.rng, self.lines = function, variables, rng, lines
        self.also, self.largest, self.count = (function, *variables), 0.0, 0
        point(function, rng, self._stand, variables)

    def _stand(self, given):
        """Take the point; ExpressionError where a line has no value at it."""
        self.given = given
        self.tangents = {x.parts[0]: direction(x, given[x.parts[0]], self.rng) for x in self.variables}
        self.names = given | {f"d{name}": dX for name, dX in self.tangents.items()}
        value = Evaluation.of(self.function, given, None, self.variables)(self.function)
        self.names["Ybar"] = self.rng.standard_normal(value.shape)
        self.values = [(name, self(line)) for name, line in self.lines]

    def __call__(self, expr):
        """The value of a line here; d of anything is the slope of its values."""
        evaluation = Evaluation.of(expr, self.names, self.tangents, self.also)
        found = evaluation(expr)
        self.largest = max(self.largest, *map(norm, evaluation.memo.values()))
        return found

    @property
    def rounding(self):
        """What rounding may leave where large things cancel: every intermediate value counts."""
        return 1e-14 * self.largest * (1 + max(map(norm, self.tangents.values())))

    def truth(self, function=None):
        """The slope of the function along the tangents, from its values: Richardson, or a complex step that agrees."""
        function = function or self.function
        names = list(self.tangents)

        def f(point_):
            self.count += 1
            moved = dict(zip(names, point_, strict=True))
            try:
                return Evaluation.of(function, self.names | moved, None, self.also)(function)
            except ExpressionError as error:
                raise ArithmeticError(str(error)) from None

        X = tuple(self.given[name] for name in names)
        return derivative(f, X, tuple(self.tangents[name] for name in names))


def examine(function, variables, lines, subject, rng, truths=True):
    """The report on lines [(name, expr)] that must all be d of the function; raises nothing."""
    checks, count = [], 0
    for k in range(1, COUNT + 1):
        bench = Bench(function, variables, rng, lines)
        values = bench.values
        scale = max(norm(v) for _, v in values) + bench.rounding / EXACT
        checks += [_same(name, value, values[-1], scale, k) for name, value in values[:-1]]
        checks += printed(bench, lines) if k == 1 else []
        if truths:
            checks.append(_true(values[-1], bench.truth(), scale, k))
            count += bench.count
    return Report(subject, tuple(checks), count, "complex steps and Richardson")


def printed(bench, lines):
    """The LaTeX of each line, read by the book's own reader of formulas where it knows all the words."""
    names = bench.names | Evaluation.of(bench.function, bench.given, None, bench.also).known
    names = {name: np.asarray(X).item() if np.size(X) == 1 else X for name, X in names.items()}
    for (name, line), (_, computed) in zip(lines, bench.values, strict=True):
        try:
            found = vec(evaluate(latex(line), names))
        except FormulaError:
            continue
        if found.shape == vec(computed).shape:
            gap = norm(found - vec(computed))
            allowed = EXACT * norm(computed) + bench.rounding
            message = f"its LaTeX, evaluated: difference {gap:.1e}"
            yield Check(f"printed {name}", bool(gap <= allowed), message, gap, allowed)


def _same(name, value, last, scale, k):
    if value.shape != last[1].shape:
        return Check(name, False, f"shape {value.shape}, but {last[0]} has {last[1].shape}")
    gap = norm(value - last[1]) / scale
    return Check(name, gap <= EXACT, f"against “{last[0]}”, point {k}: relative difference {gap:.1e}", gap, EXACT)


def _true(last, slope, scale, k):
    """The last line against values; rounding of the values and their error estimate are allowed for."""
    off = norm(last[1] - slope.value)
    allowed = ENTRY * scale + 3 * norm(slope.error) + 1e-11 * slope.scale
    settled = norm(slope.error) <= 1e-3 * scale + 1e-6 * slope.scale
    message = f"“{last[0]}” against {slope.method} of values, point {k}: relative difference {off / scale:.1e}"
    return Check("values", bool(off <= allowed and settled), message, off / scale, ENTRY)


def paired_with(gradients):
    """Σ ⟨G, dX⟩ as a line: what a gradient says about the differential."""
    return t.add(*(Expr("inner", (G, dX), (1, 1)) for dX, G in gradients.items()))


def vec_lines(function, variables, differential, jacobians, rng):
    """J vec(dX) against vec(dF), summed over the variables."""
    total = t.add(*(t.multiply(J, t.vec(dX) if dX.shape[1] != 1 else dX) for dX, J in jacobians.items()))
    flat = t.vec(differential) if differential.shape[1] != 1 else differential
    return examine(function, variables, [("differential", flat), ("Jacobian", total)], "Jacobian", rng, truths=False)



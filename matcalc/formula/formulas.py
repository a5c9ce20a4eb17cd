"""The printed formulas of a rule: evaluated for `verify`, shown in a notebook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..latex import LEVELS, FormulaError, Name, Term, latex, parse
from .evaluation import evaluate, head_of, sizes


def tangent(name):
    """The name of a tangent: dX, dU_1."""
    return f"d{name}"


def cotangent(name):
    """The name of a cotangent: Xbar, Ubar_1."""
    symbol, line, subscript = name.partition("_")
    return f"{symbol}bar{line}{subscript}"


def _several(part):
    return part if isinstance(part, tuple) else (part,)


def _pair(keys, values):
    if len(keys) != len(values := _several(values)):
        raise FormulaError(f"expected one part for each of {', '.join(keys)}, got {len(values)}")
    return dict(zip(keys, values, strict=True))


@dataclass(frozen=True, eq=False)
class Formulas:
    r"""The printed formulas of a rule, as right-hand sides or, with a = in them, as equations.

    A part is a string, or a tuple of them where the object is a tuple; these may use each other.
    `where` are local definitions, `constants` the values of the letters of a family, and `shapes`,
    {"X": "m×n"}, gives m and n their values. A notebook shows all of it.
    """

    value: str | tuple | None
    differential: str | tuple
    adjoint: str | tuple
    jacobian: str | tuple | None = None
    point: str | tuple = "X"
    result: str | tuple = "Y"
    where: tuple = ()
    constants: Mapping = field(default_factory=dict)
    shapes: Mapping = field(default_factory=dict)

    def evaluate(self, part, X, Y, dX=None, dY=None, Xbar=None, Ybar=None):
        """The printed "value", "differential", "adjoint" or "jacobian" at X, where F(X) = Y.

        A right-hand side cannot see what it defines: a value that mentions Y is refused. An
        equation sees everything, gives the pair of its sides and must mention what it defines.
        """
        printed, targets = getattr(self, part), self._targets().get(part, ())
        if printed is None:
            raise FormulaError(f"no {part} is printed")
        names = self._names(X, Y, dX=dX, dY=dY, Xbar=Xbar, Ybar=Ybar)
        if self.is_equation(part):
            return self._equations(part, names)
        if part == "jacobian":
            return np.hstack([evaluate(block, names, self.where) for block in _several(printed)])
        lines = _pair(targets, printed)
        known = {key: value for key, value in names.items() if key not in targets}
        values = []
        for target, line in lines.items():
            others = ((key, text) for key, text in lines.items() if key != target)
            values.append(evaluate(line, known, (*self.where, *others)))
        return tuple(values) if isinstance(printed, tuple) else values[0]

    def is_equation(self, part):
        """Whether the part is printed as an equation, such as P L U = X."""
        printed = getattr(self, part)
        return printed is not None and any(
            head_of(parse(line)) == "=" for line in _several(printed)
        )

    def _equations(self, part, names):
        printed = getattr(self, part)
        mentioned = set().union(*(_names_in(parse(line)) for line in _several(printed)))
        targets = set(self._targets().get(part, ()))
        if not targets < mentioned:
            missing = ", ".join(targets - mentioned) or "everything else"
            raise FormulaError(f"the {part}, {printed}, says nothing about {missing}")
        pairs = tuple(evaluate(line, names, self.where) for line in _several(printed))
        return pairs if isinstance(printed, tuple) else pairs[0]

    def _targets(self):
        """The names that each part defines."""
        point, result = _several(self.point), _several(self.result)
        return {
            "value": result,
            "differential": tuple(map(tangent, result)),
            "adjoint": tuple(map(cotangent, point)),
        }

    def _names(self, X, Y, **directions):
        """Every letter of the formulas with its value."""
        point, result = _several(self.point), _several(self.result)
        groups = [(point, X), (result, Y)]
        for key, value in directions.items():
            own = point if "X" in key else result
            groups.append((tuple(map(tangent if key[0] == "d" else cotangent, own)), value))
        names = dict(self.constants)
        for keys, value in groups:
            if value is not None:
                names |= _pair(keys, value)
        return names | sizes(self.shapes, names)

    def letters(self, X, Y, **directions):
        """Every letter with its value, where F(X) = Y; directions are dX, dY, Xbar, Ybar."""
        return self._names(X, Y, **directions)

    def read(self, line, X, Y, where=(), **directions):
        """The value of any formula in these letters; ``where`` are local definitions beside the own ones."""
        return evaluate(line, self.letters(X, Y, **directions), (*self.where, *where))

    def _sides(self):
        """Part, left and right side of everything that is printed, in LaTeX."""
        for part, targets in self._targets().items():
            printed = getattr(self, part)
            lines = () if printed is None else _several(printed)
            for i, line in enumerate(lines):
                tree = parse(line)
                equal = head_of(tree) == "="
                yield part, *(map(latex, tree.parts) if equal else (latex(Name(targets[i])), line))
        if self.jacobian is not None:
            yield "jacobian", _vec(self.result), self._jacobian_times()
        yield from (("where", latex(Name(key)), line) for key, line in self.where)

    def _jacobian_times(self):
        if not isinstance(self.jacobian, tuple):
            return rf"{_bracketed(self.jacobian)}\,{_vec(self.point)}"
        pairs = zip(self.jacobian, _several(self.point), strict=True)
        return " + ".join(rf"{_bracketed(block)}\,{_vec(name)}" for block, name in pairs)

    def lines(self, part=None):
        """Everything that is printed, or one part of it, as equations in LaTeX."""
        return [f"{left} = {right}" for name, left, right in self._sides() if part in (None, name)]

    def _repr_latex_(self):
        rows = r" \\ ".join(f"{left} &= {right}" for _, left, right in self._sides())
        return rf"$$\begin{{aligned}}{rows}\end{{aligned}}$$"


def _names_in(node):
    if isinstance(node, Name):
        return {node.key}
    return set().union(*map(_names_in, node.parts)) if isinstance(node, Term) else set()


def _vec(names):
    """vec of the tangents that belong to the names, stacked."""
    texts = [rf"\operatorname{{vec}}({latex(Name(tangent(name)))})" for name in _several(names)]
    stack = r" \\ ".join(texts)
    return stack if len(texts) == 1 else rf"\begin{{bmatrix}}{stack}\end{{bmatrix}}"


def _bracketed(formula):
    loose = LEVELS.get(head_of(parse(formula)), 3) < 3
    return rf"\left({formula}\right)" if loose else formula

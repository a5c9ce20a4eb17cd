"""A claim about an expression, measured: the slope of its values beside the claimed one."""

from __future__ import annotations

import numpy as np

from ..differences import derivative
from ..expressions import ExpressionError, read, read_all, symbols, value, words
from ..spaces import inner, norm, relative, vec
from .data import CLASSES, Letters, sampler
from .verdict import Case

CLOSE = 1e-6  # relative; a wrong formula misses by a part of itself, differences by far less than this
KINDS = ("gradient", "differential", "jacobian", "equals")


class Question:
    """A function and a claim about it, with data of their shapes."""

    def __init__(self, text, kind, claim, wrt, shapes, structure):
        self.kind, self.f = kind, read(text, shapes, **structure)
        self.wrt = wrt or next((name for name in ("X", "x", *symbols(self.f)) if name in symbols(self.f)), None)
        if kind != "equals" and self.wrt not in symbols(self.f):
            raise TypeError(f"is_true: {text} has no letter {self.wrt!r}; it has {', '.join(symbols(self.f))}")
        if kind == "gradient" and not self.f.is_scalar:
            raise TypeError(f"is_true: a gradient belongs to a number; {text} is {words(self.f.shape)}")
        alone = self._sizes()
        texts, alike = [text, claim], {"equals": (1, 0), "differential": (1, 0), "gradient": (1, 2)}.get(kind)
        texts += [self.wrt] * (kind == "gradient")
        try:
            self.f, self.claim, *_ = read_all(texts, shapes, alike, **structure)
        except ExpressionError:  # sizes that only a square can have
            square = {key: tuple("n" if isinstance(d, str) else d for d in leaf.shape) for key, leaf in self._leaves()}
            self.f, self.claim, *_ = read_all(texts, square | (shapes or {}), alike, **structure)
        self.misfit = self._sizes() < alone  # the claim asks for equal sizes where the function does not
        letters = symbols(self.f) | symbols(self.claim)
        letters.pop(self.direction, None)
        self.letters = Letters(letters, self.wrt, self.misfit)

    @property
    def direction(self):
        return f"d{self.wrt}"

    def _leaves(self):
        return symbols(self.f).items()

    def _sizes(self):
        """How many sizes the letters of the function can have."""
        return len({d for _, leaf in self._leaves() for d in leaf.shape if isinstance(d, str)})

    def sides(self, data, dX):
        """The slope measured along dX, the claimed one, the size of the values; for ``equals`` the two values."""
        also = self.f, self.claim
        if self.kind == "equals":
            return value(self.f, data, also), value(self.claim, data, also), 1.0
        found = derivative(lambda X: value(self.f, data | {self.wrt: X}), data[self.wrt], dX)
        slope = found.value
        claimed = value(self.claim, data | ({self.direction: dX} if self.kind == "differential" else {}), also)
        if self.kind == "gradient":
            if np.shape(claimed) != np.shape(dX):
                given, wanted = words(np.shape(claimed)), words(np.shape(dX))
                raise ExpressionError(f"the claim is {given}, {self.wrt} is {wanted}")
            return slope, inner(claimed, dX), found.scale
        return vec(slope), vec(claimed) if self.kind == "differential" else claimed @ vec(dX), found.scale

    def case(self, name, rng, tries=12):
        """Try one class: two points, a direction at each. Generic sizes grow at one point and fall at the other."""
        said, found = "", []
        if name == "generic" and self.misfit:
            return Case(name, False, np.inf, "the sizes of the claim do not fit together")
        for attempt in range(tries):
            sample, base = sampler(rng, attempt), {}
            try:
                data = self.letters.data(name, sample, base, turned=attempt % 2)
                dX = self.letters.tangent(data[self.wrt], name, sample, base) if self.kind != "equals" else None
                found.append(_gap(*self.sides(data, dX)))
            except (ExpressionError, ArithmeticError, ValueError) as error:
                said = str(error).splitlines()[0]
                if "the claim is" in said:
                    return Case(name, False, np.inf, said)
            if len(found) == 2:
                break
        if not found:
            return Case(name, None, np.nan, f"no data: {said}")
        gap = max(found)
        message = f"{CLASSES[name]}: " + ("agrees" if gap <= CLOSE else f"off by {100 * min(gap, 1):.0f} %")
        return Case(name, gap <= CLOSE, gap, message)

    def counterexample(self, cases, rng):
        """Small whole numbers at which the claim fails, for the first class where it does; empty if none is found."""
        failing = [case.name for case in cases if case.holds is False and np.isfinite(case.gap)]
        whole = lambda shape: rng.integers(-2, 4, shape).astype(float)
        for attempt, name in enumerate(failing[:1] * 40):
            try:
                data = self.letters.data(name, whole, {}, turned=attempt % 2)
                dX = np.zeros_like(data[self.wrt]) if self.kind != "equals" else np.zeros(1)
                dX.flat[rng.integers(dX.size)] = 1.0
                measured, claimed, scale = self.sides(data, dX)
                if _gap(measured, claimed, scale) > 1e-3:
                    return self._told(data, dX, measured, claimed)
            except (ExpressionError, ArithmeticError, ValueError):
                continue
        return ""

    def _told(self, data, dX, measured, claimed):
        letters = ", ".join(f"{key} = {_plain(array)}" for key, array in data.items())
        place = ", ".join(str(i + 1) for i in np.argwhere(dX)[0]) if np.ndim(dX) else "1"
        what = "the value" if self.kind == "equals" else f"the slope in entry ({place})"
        return f"{letters}: {what} is {_plain(measured)}, the claim says {_plain(claimed)}"


def _gap(measured, claimed, scale):
    """The relative difference; none between two things that are rounding beside the values they come from."""
    if np.shape(measured) != np.shape(claimed):
        raise ExpressionError(f"the claim is {words(np.shape(claimed))}, expected {words(np.shape(measured))}")
    return relative(norm(vec(measured) - vec(claimed)), norm(measured), norm(claimed), rounding=1e-12 * scale)


def _plain(array):
    """Numbers as people write them."""
    rounded = np.round(np.asarray(array, dtype=float), 4) + 0.0
    return str(rounded.tolist()).replace(".0,", ",").replace(".0]", "]").removesuffix(".0")

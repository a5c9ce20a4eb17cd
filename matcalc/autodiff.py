"""Automatic differentiation: each step of a program is a rule, its map pushed at once or pulled later from a tape.

A program is a function written with NumPy's operators and functions; ``apply(rule, X)`` is any other rule in it.
"""

from collections import namedtuple

import numpy as np

from .linear_map import LinearMap
from .spaces import ShapeError, as_point, plain, shape_of, step, text
from .traced import Traced, apply, carry, parts, together, traced

__all__ = ["Dual", "Variable", "Tape", "apply", "linearize", "checkpoint", "jvp", "vjp", "value_and_grad", "grad"]

Step = namedtuple("Step", "name map reads shape")  # a line of a tape; ``reads`` are places, None for a constant


class Dual(Traced):
    """Forward mode: a value with its tangent, which each step pushes through its map at once."""

    def __init__(self, value, tangent, run=None):
        self.value, self.tangent, self.run = value, tangent, run

    def onward(self, name, Y, dF, read, join):
        return Dual(Y, dF(join([p.tangent if isinstance(p, Dual) else np.zeros(np.shape(p)) for p in read])), self.run)


class Variable(Traced):
    """Reverse mode: a value with its place on a tape, where each step writes down its map."""

    def __init__(self, value, tape, name="input", dF=None, reads=()):
        self.value, self.run, self.place = value, tape, len(tape.steps)
        tape.steps.append(Step(name, dF, reads, self.shape))

    def onward(self, name, Y, dF, read, join):
        return Variable(Y, self.run, name, dF, join([getattr(part, "place", None) for part in read]))


class Tape:
    """What a program computed: ``variable(X)`` puts an input on it, ``pull(y, Ybar)`` reads it backward."""

    def __init__(self):
        self.steps = []

    def variable(self, X):
        """X as a value to compute with; of a tuple, each part."""
        X = as_point(X, "autodiff: the point")
        return tuple(map(self.variable, X)) if isinstance(X, tuple) else Variable(plain(X), self)

    def pull(self, output, Ybar):
        """The cotangents by place, from the output back to the inputs. A value that is read twice gets the sum."""
        if shape_of(Ybar) != output.shape:
            raise ShapeError(f"pull: expected a cotangent of shape {text(output.shape)}, got {text(shape_of(Ybar))}")
        bars = {output.place: Ybar}
        for place in range(output.place, -1, -1):
            name, dF, reads, _ = self.steps[place]
            if dF is not None and place in bars:  # not an input, and of use to the output
                back = dF.pull(bars[place])
                for source, bar in zip(reads, back, strict=True) if isinstance(reads, tuple) else [(reads, back)]:
                    if source is not None:
                        self._fits(name, source, bar)
                        bars[source] = step(bars[source], 1.0, bar) if source in bars else bar
        return bars

    def _fits(self, name, source, bar):
        if shape_of(bar) != (wanted := self.steps[source].shape):  # or adding would spread it over the shape in silence
            raise ShapeError(f"pull: {name} gave a cotangent of shape {text(shape_of(bar))} for {text(wanted)}")

    def __repr__(self):
        reads = [str(s.reads).replace("None", "·") if s.reads != () else "" for s in self.steps]
        wide = max((len(s.name) for s in self.steps), default=0)
        rows = enumerate(zip(self.steps, reads, strict=True))
        return "\n".join(f"{i:2} {s.name:{wide}}  {read:8}  {text(s.shape)}" for i, (s, read) in rows)


def linearize(f, X):
    """(f(X), f′(X)) of a program f. The map keeps X alone, and runs f again whenever it is pushed or pulled."""
    Y = f(X)
    if traced(Y):
        raise TypeError("linearize: f uses a traced value that is not part of its point X; put it there")
    push, pull = lambda dX: jvp(f, X, dX)[1], lambda Ybar: vjp(f, X)[1](Ybar)
    return Y, LinearMap(push, pull, input_shape=shape_of(X), output_shape=shape_of(Y), name="program′")


def checkpoint(f, X):
    """f(X) as one step of the tape: what f computes on its way is forgotten, and computed again on the way back."""
    return carry("checkpoint", lambda V: linearize(f, V), X) if traced(X) else f(X)


def jvp(f, X, dX):
    """(f(X), f′(X)[dX]) from one run of f on dual numbers; f is a program of NumPy functions and ``apply``."""
    X, dX, run = as_point(X, "jvp: X"), as_point(dX, "jvp: dX"), object()
    if shape_of(X) != shape_of(dX):
        raise ShapeError(f"jvp: expected a tangent of shape {text(shape_of(X))}, got {text(shape_of(dX))}")
    duals = tuple(Dual(plain(V), plain(dV), run) for V, dV in zip(parts(X), parts(dX), strict=True))
    Y = _output("jvp", f(duals if isinstance(X, tuple) else duals[0]), run)
    return Y.value, Y.tangent


def vjp(f, X):
    """(f(X), pull) with pull(Ybar) = f′(X)*[Ybar]: f runs once, and its tape is read for every Ybar."""
    tape = Tape()
    inputs = tape.variable(X)
    Y = _output("vjp", f(inputs), tape)

    def pull(Ybar):
        bars = tape.pull(Y, Ybar)
        found = tuple(bars.get(part.place, np.zeros(part.shape)) for part in parts(inputs))
        return found if isinstance(inputs, tuple) else found[0]

    return Y.value, pull


def value_and_grad(f):
    """The function X ↦ (f(X), ∇f(X)) of a real-valued program f; the gradient has the shape of X."""

    def both(X):
        y, pull = vjp(f, X)
        if shape_of(y) != () or isinstance(y, complex):
            given = "complex" if shape_of(y) == () else f"of shape {text(shape_of(y))}"
            raise TypeError(f"grad: a gradient belongs to a real number, but f(X) is {given}; use autodiff.vjp")
        return y, pull(1.0)

    return both


def grad(f):
    """The function X ↦ ∇f(X) of a real-valued program f."""
    return lambda X: value_and_grad(f)(X)[1]


def _output(who, Y, run):
    Y = together(Y) if isinstance(Y, tuple) and traced(Y) else Y
    if not isinstance(Y, Traced) or Y.run is not run:
        raise TypeError(f"{who}: the result of f is not traced: it is constant, or it left the trace on its way")
    return Y

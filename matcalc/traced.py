"""Traced values: stand-ins that run through a program of NumPy in place of arrays and meet a rule at every step."""

from importlib import import_module

import numpy as np

from .linear_map import LinearMap
from .spaces import plain, shape_of, text

RULES = {}  # which rule, or program of rules, stands for a function of NumPy: the catalog fills it


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A value on its way through a program. NumPy hands over its operators and functions when they meet one."""

    shape = property(lambda self: shape_of(self.value))
    ndim = property(lambda self: np.ndim(self.value))
    T = property(lambda self: self if self.ndim < 2 else np.transpose(self))
    sum = lambda self, axis=None, keepdims=False: np.sum(self, axis, keepdims=keepdims)
    mean = lambda self, axis=None, keepdims=False: np.mean(self, axis, keepdims=keepdims)
    __getitem__ = lambda self, key: entry(self, key)
    __len__ = lambda self: len(self.value)
    __bool__ = lambda self: bool(self.value)  # a branch is taken by its value
    __repr__ = lambda self: f"{type(self).__name__}({text(self.shape)})"

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if "out" in options:  # X += Y: the value that would be lost is one that the way back may need
            raise TypeError("autodiff: a program must not overwrite its values; write X = X + Y in place of X += Y")
        return self.__array_function__(ufunc if method == "__call__" else method, (), inputs, options)

    def __array_function__(self, function, _, inputs, options):
        if not RULES:
            import_module(f"{__package__}.catalog")  # which fills the table
        meaning = STRUCTURE.get(function) or RULES.get(function)
        if meaning is None:
            raise TypeError(f"autodiff: no rule stands for NumPy's {getattr(function, '__name__', function)}")
        if hasattr(meaning, "linearize"):
            return apply(meaning, inputs if len(inputs) > 1 else inputs[0], **options)
        return meaning(*inputs, **options)

    def __array__(self, *_, **__):
        wanted = "a rule (go through autodiff.apply), SciPy, or a derivative inside a derivative"
        raise TypeError(f"autodiff: {self!r} met code that wants an array: {wanted}")


def apply(rule, X):
    """rule(X), where X, or parts of a tuple X, may be traced."""
    return carry(rule.name, rule.linearize, X) if traced(X) else rule(X)


def carry(name, linearize, X):
    """One step: its value and map from plain arrays, then on as the traced parts of X do."""
    (lead, *others), join = traced(X), tuple if isinstance(X, tuple) else lambda one: one[0]
    if any(other.run is not lead.run for other in others):
        raise TypeError(f"autodiff: values of two different derivatives meet in {name}")
    Y, dF = linearize(join([value(part) for part in parts(X)]))
    return lead.onward(name, plain(Y), dF, parts(X), join)


def parts(X):
    """The parts of a point: of an array, itself alone."""
    return X if isinstance(X, tuple) else (X,)


def traced(X):
    """The parts of a point that are traced."""
    return [part for part in parts(X) if isinstance(part, Traced)]


def value(X):
    """What a traced value stands for; a constant stands for itself."""
    return X.value if isinstance(X, Traced) else X


def linear(name, push, pull, X):
    """A step that only moves numbers about and adds them: its map is itself, so it needs no rule."""

    def at(V):
        Y = push(V)
        return Y, LinearMap(push, pull, input_shape=shape_of(V), output_shape=shape_of(Y), name=name)

    return carry(name, at, X)


def together(Y):
    """Several results as one value, a tuple."""
    return linear("tuple", lambda P: P, lambda Ybar: Ybar, Y)


def entry(X, key):
    """X[key], of an array or a tuple: back, the cotangent goes to its place among zeros."""
    shape, several = X.shape, isinstance(X.value, tuple)  # pull must not hold X: X holds its tape, and that holds pull

    def pull(Ybar):
        if several:
            chosen = range(len(shape))[key]
            return tuple(Ybar if i == chosen else np.zeros(part) for i, part in enumerate(shape))
        G = np.zeros(shape)
        np.add.at(G, key, Ybar)  # a place that is read twice gets the sum
        return G

    return linear("entry", lambda V: (V if isinstance(V, tuple) else np.asarray(V))[key], pull, X)


def stretch(X, shape):
    """X copied along new or short axes, as NumPy does before + and *: back, the copies add up."""
    own = np.shape(value(X))
    if own == shape or not isinstance(X, Traced):
        return X if own == shape else np.broadcast_to(X, shape)
    new = len(shape) - len(own)
    axes = tuple(i for i in range(len(shape)) if i < new or own[i - new] < shape[i])
    pull = lambda Ybar: np.sum(Ybar, axis=axes, keepdims=True)[(0,) * new]
    return linear("stretch", lambda V: np.broadcast_to(V, shape), pull, X)


def _alike(A, B, least=()):
    shape = np.broadcast_shapes(np.shape(value(A)), np.shape(value(B)), least)
    return stretch(A, shape), stretch(B, shape)


def _plus(A, B):
    return linear("plus", lambda P: P[0] + P[1], lambda Ybar: (Ybar, Ybar), _alike(A, B))


def _minus(A, B):
    return linear("minus", lambda P: P[0] - P[1], lambda Ybar: (Ybar, -Ybar), _alike(A, B))


def _negative(A):
    return linear("negative", np.negative, np.negative, A)


def _sum(X, axis=None, keepdims=False):
    shape, whole = X.shape, keepdims or axis is None
    back = lambda Ybar: np.broadcast_to(Ybar if whole else np.expand_dims(Ybar, axis), shape)
    return linear("sum", lambda V: np.sum(V, axis, keepdims=keepdims), back, X)


def _mean(X, axis=None, keepdims=False):
    Y = _sum(X, axis, keepdims)
    return _over(Y, np.size(X.value) / np.size(Y.value))


def _times(A, B):
    """A ⊙ B by the rule of arrays: two numbers are, for a moment, arrays of length one."""
    Y = apply(RULES[np.multiply], _alike(A, B, (1,)))
    return Y if np.ndim(value(A)) or np.ndim(value(B)) else Y[0]


def _over(A, B):
    return _times(A, np.reciprocal(B) if isinstance(B, Traced) else 1 / np.asarray(B))


def _matmul(A, B):
    """A @ B by the rule of matrices: a vector on the left is a row, one on the right a column."""
    row, column = np.ndim(value(A)) == 1, np.ndim(value(B)) == 1
    Y = apply(RULES[np.matmul], (A[None, :] if row else A, B[:, None] if column else B))
    key = (0 if row else slice(None), 0 if column else slice(None))
    return Y[key] if row or column else Y


def _compared(comparison):
    return lambda A, B: comparison(value(A), value(B))


STRUCTURE = {
    np.add: _plus, np.subtract: _minus, np.negative: _negative, np.sum: _sum, np.mean: _mean,
    np.broadcast_to: stretch, np.multiply: _times, np.true_divide: _over, np.matmul: _matmul,
    np.shape: lambda X: X.shape, np.ndim: lambda X: X.ndim,
    **{ufunc: _compared(ufunc) for ufunc in (
        np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)},
}  # fmt: skip

"""Data for a claim: values of its letters, of several classes from general to special."""

from __future__ import annotations

import numpy as np

from ..spaces import shape_of

WHOLE = set("hijklmnpqrKN")  # letters of numbers that count something
# The classes of data, from general to special: what is done to the square matrices; the first two name their sizes.
CLASSES = {
    "generic": "all sizes different, no structure",
    "square": "all sizes equal, no structure",
    "symmetric constants": "square, every matrix symmetric but the variable",
    "symmetric variable": "square, the variable symmetric",
    "all symmetric": "square, every matrix symmetric",
    "commuting": "square, all matrices and the direction commute",
    "orthogonal": "square, every matrix orthogonal",
    "1×1": "every matrix a number",
}


class Letters:
    """The letters of a claim, each with its shape and structure; ``wrt`` is the one that moves."""

    def __init__(self, letters, wrt, misfit=False):
        self.letters, self.wrt, self.misfit = letters, wrt, misfit

    @property
    def dims(self):
        return sorted({d for leaf in self.letters.values() for d in leaf.shape if isinstance(d, str)})

    def classes(self):
        """The classes that differ for these letters: without constants, say, there are no symmetric ones."""
        matrices = [key for key, leaf in self.letters.items() if leaf.shape[1] != 1]
        left_out = set() if matrices else {"all symmetric", "commuting", "orthogonal"}
        left_out |= set() if set(matrices) - {self.wrt} else {"symmetric constants", "all symmetric"}
        left_out |= set() if self.wrt in matrices else {"symmetric variable"}
        left_out |= set() if len(self.dims) > 1 or self.misfit else {"square"}
        return tuple(name for name in CLASSES if name not in left_out and (self.dims or name == "generic"))

    def data(self, name, sample, base, turned=False):
        """Values of all letters, of one class; ``base`` is what commuting matrices are made of.

        ``turned`` sizes fall where the others grow: what is wide becomes tall, and XᵀX invertible.
        """
        size = {"generic": lambda i: 2 + i, "1×1": lambda i: 1}.get(name, lambda i: 3)
        sizes = {d: size(i) for i, d in enumerate(self.dims[::-1] if turned else self.dims)}
        shapes = {key: tuple(_worth(d, sizes) for d in leaf.shape) for key, leaf in self.letters.items()}
        return {key: self._letter(key, name, shapes[key], sample, base) for key in self.letters}

    def _letter(self, key, name, shape, sample, base):
        if self.letters[key].is_scalar:
            return np.array(3.0) if key in WHOLE else np.abs(sample(())) + 0.5
        A, kind = sample(shape), self.letters[key].parts[1]
        if shape[0] != shape[1]:
            return A
        if kind:
            return structured(A, kind)
        if name == "commuting":
            return polynomial(A, base)
        chosen = {"all symmetric": True, "symmetric variable": key == self.wrt, "symmetric constants": key != self.wrt}
        return structured(A, "orthogonal" if name == "orthogonal" else "symmetric" if chosen.get(name) else "")

    def tangent(self, X, name, sample, base):
        """A direction at X: of the structure that X is declared to have, or one that commutes."""
        dX, kind = sample(shape_of(X)), self.letters[self.wrt].parts[1]
        if kind:
            return structured(dX, {"positive definite": "symmetric"}.get(kind, kind))
        square = np.ndim(X) == 2 and dX.shape[0] == dX.shape[1]
        return polynomial(dX, base) if name == "commuting" and square else dX


def structured(A, kind):
    """A matrix of that structure, made from A."""
    match kind:
        case "symmetric":
            return A + A.T
        case "positive definite":
            return A @ A.T + np.eye(len(A))
        case "diagonal":
            return np.diag(np.diag(A))
        case "orthogonal":
            return np.linalg.qr(A)[0]
    return A


def _worth(d, sizes):
    if isinstance(d, tuple):
        return int(np.prod([_worth(part, sizes) for part in d]))
    return sizes[d] if isinstance(d, str) else d


def polynomial(A, base):
    """A polynomial with coefficients from A, in one matrix for all of that size."""
    first = base.setdefault(A.shape, A)
    return A[0, 0] * np.eye(len(A)) + A[-1, 0] * first + first @ first


def sampler(rng, attempt):
    """Generic arrays; later attempts are kinder: near a multiple of the identity, then positive."""

    def sample(shape):
        A = rng.standard_normal(shape)
        square = len(shape) == 2 and shape[0] == shape[1]
        return A if attempt < 4 else (A / 2 + 3 * np.eye(*shape) if square and attempt < 8 else np.abs(A) + 0.1)

    return sample

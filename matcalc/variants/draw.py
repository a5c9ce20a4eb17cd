"""Numbers for exercises: small, whole, fit for paper, and generic unless their structure is asked for."""

from __future__ import annotations

from functools import partial
from zlib import crc32

import numpy as np

TRIES = 1000


class Draw:
    """A sampler for one exercise and one seed; a seed is a number or a name."""

    def __init__(self, label, seed):
        self.rng = np.random.default_rng(crc32(f"{label}/{seed}".encode()))
        self.on_purpose = []  # arrays that are symmetric, diagonal … on purpose

    def whole(self, low=-4, high=5):
        """A whole number, not zero, from low to high."""
        return int(self.choose([k for k in range(low, high + 1) if k]))

    def choose(self, options):
        """One of several."""
        return options[int(self.rng.integers(len(options)))]

    def vector(self, n, low=-3, high=4):
        """Whole entries, none zero, not all alike."""
        return self._until(lambda x: x.all() and (n == 1 or len(set(abs(x))) > 1), n, low, high)

    def matrix(self, m, n, low=-2, high=4):
        """Whole entries, of full rank; a square one is far from symmetric, diagonal and singular."""
        return self._until(generic, (m, n), low, high)

    invertible = lambda self, n, low=-2, high=4: self.matrix(n, n, low, high)

    def unimodular(self, n, high=5):
        """Determinant one, so that the inverse is whole; generic, and so is the inverse."""
        fits = lambda X: abs(np.linalg.det(X) - 1) < 1e-9 and generic(X) and abs(np.linalg.inv(X)).max() <= high
        return self._until(fits, (n, n), -2 if n > 2 else -3, 3 if n > 2 else high)

    def unit(self, m, n):
        """A tangent with a single one, off the diagonal."""
        i, j = self.choose([(i, j) for i in range(m) for j in range(n) if i != j])
        return self.structured(np.eye(m)[:, [i]] @ np.eye(n)[[j]])

    def symmetric(self, n, low=-3, high=4):
        """Whole, invertible, not diagonal."""
        fits = lambda S: mixed(S) and abs(np.linalg.det(S)) > 0.5
        return self.structured(self._until(fits, (n, n), low, high, lambda A: np.tril(A) + np.tril(A, -1).T))

    def spd(self, n):
        """L Lᵀ with a whole lower L: its Cholesky factor is whole."""
        L = self.lower(n)
        return self.structured(L @ L.T)

    def lower(self, n):
        """Positive diagonal, nonzero entries below."""
        L = np.tril(self._until(lambda A: np.tril(A, -1).any(1)[1:].all(), (n, n), -2, 2))
        return self.structured(L - np.diag(np.diag(L)) + np.diag(self.rng.permutation(np.arange(1.0, n + 1))))

    def skew(self, n):
        """Minus its own transpose."""
        return self.structured(self._until(mixed, (n, n), -3, 3, lambda A: np.tril(A, -1) - np.tril(A, -1).T))

    def diagonal(self, n, low=1, high=6):
        """Different entries on the diagonal."""
        return self.structured(np.diag(self.rng.permutation(np.arange(low, high + 1.0))[:n]))

    def rotation(self):
        """A 2×2 rotation with entries such as 3/5 and 4/5."""
        a, b, c = self.choose([(3, 4, 5), (4, 3, 5), (5, 12, 13), (12, 5, 13), (8, 15, 17), (15, 8, 17)])
        sign = self.choose([1, -1])
        return self.structured(np.array([[a, -sign * b], [sign * b, a]]) / c)

    def reflection(self):
        """A rotation after the second axis is turned over: determinant −1."""
        return self.structured(self.rotation() * [1.0, -1.0])

    def names(self):
        """What the definitions may call."""
        return {name: partial(getattr(Draw, name), self) for name in SAMPLERS}

    def _until(self, fits, shape, low, high, make=lambda A: A):
        for _ in range(TRIES):
            X = make(self.rng.integers(low, high + 1, shape).astype(float))
            if fits(X):
                return X
        raise RuntimeError(f"no array of shape {shape} fits after {TRIES} draws")

    def structured(self, X):
        """Say that an array is symmetric, diagonal … on purpose."""
        self.on_purpose.append(X)
        return X


SAMPLERS = ("whole", "choose", "vector", "matrix", "invertible", "unimodular", "unit", "symmetric", "spd", "lower",
            "skew", "diagonal", "rotation", "reflection", "structured")  # fmt: skip


def mixed(X):
    """Whether something stands off the diagonal, in every row."""
    return (X - np.diag(np.diag(X))).any(1).all()


def generic(X):
    """Full rank, few zeros; if square, not nearly symmetric, skew, diagonal or normal."""
    m, n = X.shape
    if np.linalg.matrix_rank(X) < min(m, n) or np.count_nonzero(X == 0) > X.size // 4:
        return False
    if m != n or m == 1:
        return (len(set(abs(X).flat)) > 1 or X.size == 1) and X.any(0).all() and X.any(1).all()
    apart = [X - X.T, X + X.T, X @ X.T - X.T @ X]
    return mixed(X) and mixed(X.T) and all(abs(gap).max() > 0.5 for gap in apart)

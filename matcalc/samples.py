"""Generic random matrices: well conditioned, nothing special by accident."""

from __future__ import annotations

import numpy as np


def gaussian(rng, X):
    """A direction with independent standard normal entries, the shape of X; complex where X is."""
    if isinstance(X, tuple):
        return tuple(gaussian(rng, part) for part in X)
    real = rng.standard_normal(np.shape(X))
    return real + 1j * rng.standard_normal(np.shape(X)) if np.iscomplexobj(X) else real


def with_singular_values(rng, s, m, n):
    """A generic m×n matrix with the singular values s and, apart from rounding, no others."""
    U, V = (np.linalg.qr(rng.standard_normal((rows, len(s))))[0] for rows in (m, n))
    return (U * s) @ V.T


def spread(rng, n):
    """A generic matrix whose singular values, between ½ and 2, are well apart: tall for odd n, wide for even n."""
    s = 2.0 ** (np.linspace(1, -1, n) + rng.uniform(-0.2, 0.2, n) / n)
    return with_singular_values(rng, s, n + 2 * (n % 2), n + 2 * (1 - n % 2))


def tied(rng, n):
    """A tall matrix whose two largest singular values are equal."""
    n = max(n, 2)
    return with_singular_values(rng, np.r_[2.0, 2.0, np.linspace(1.5, 1, n - 2)], n + 2, n)


def well_conditioned(rng, n):
    """A generic n×n matrix with singular values between ½ and 2."""
    left, _ = np.linalg.qr(rng.standard_normal((n, n)))
    right, _ = np.linalg.qr(rng.standard_normal((n, n)))
    return (left * 2 ** rng.uniform(-1, 1, n)) @ right


def rank_deficient(rng, n):
    """An n×n matrix of rank n−1 with whole-number entries: singular exactly, not by rounding."""
    X = rng.integers(-3, 4, (n, n)).astype(float)
    X[:, -1] = X[:, 0] if n > 1 else 0
    return X


def symmetric(rng, n):
    """A generic symmetric matrix with eigenvalues of both signs, simple, of size ½ to 2."""
    values = 2.0 ** np.linspace(-1, 1, n) * np.resize([1.0, -1.0], n)
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    S = (Q * (values * rng.uniform(0.97, 1.03, n))) @ Q.T
    return (S + S.T) / 2


def positive_definite(rng, n):
    """A generic symmetric matrix with simple eigenvalues between ½ and 2."""
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    S = (Q * (2.0 ** np.linspace(-1, 1, n) * rng.uniform(0.97, 1.03, n))) @ Q.T
    return (S + S.T) / 2


def symmetric_gaussian(rng, X):
    """A symmetric direction with independent entries on and below the diagonal."""
    dX = rng.standard_normal(np.shape(X))
    return (dX + dX.T) / 2

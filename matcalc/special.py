"""Special points, at which some mistakes cannot be seen, and a generic point nearby."""

from __future__ import annotations

import numpy as np

from .spaces import norm, step, vec


def remarks(X, generic):
    """What is special at X and not at a generic point of the domain, and why that matters."""
    usual = _special(generic) if generic is not None else ()
    return tuple(f"X is {word}: some mistakes cannot be seen there" for word in _special(X) if word not in usual)


def _special(X):
    """The ways in which a point is special: words, the strongest first."""
    if isinstance(X, tuple):
        return tuple(f"special in part {i} ({word})" for i, part in enumerate(X, 1) for word in _special(part))
    X = np.asarray(X)
    if not X.any():
        return ("zero",)
    if X.ndim != 2 or X.shape[0] != X.shape[1]:
        return ()
    n, X = len(X), X / np.abs(X).max()  # squares of entries stay within floats
    X = X / norm(X)
    close = lambda A, B: np.allclose(A, B, rtol=0, atol=1e-12)
    tests = {
        "a 1×1 matrix": n == 1,
        "a multiple of the identity": close(X, X[0, 0] * np.eye(n)),
        "diagonal": close(X, np.diag(np.diag(X))),
        "symmetric": close(X, X.T),
        "antisymmetric": close(X, -X.T),
        "orthogonal up to a factor": close(n * X @ X.T, np.eye(n)),
    }
    return tuple([word for word, holds in tests.items() if holds][:1])


def generic_near(f, X, rng, tangent, domain):
    """A point near X without its special structure at which f has a value; None if there is none."""
    size_ = norm(X) or 1.0
    for share in (0.3, 0.1, 0.03, 0.01):
        dX = tangent(rng, X)
        near = step(X, share * size_ / norm(dX), dX)
        if domain and not domain.contains(near):
            continue
        try:
            value = vec(f(near))
        except Exception:  # f may refuse such a point in its own way
            continue
        if np.isfinite(value).all():
            return near
    return None

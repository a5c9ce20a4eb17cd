"""What the likelihoods of matrices share: their points, the whitened residual, and gradients by triangular solves.

With U = L Lᵀ and V = K Kᵀ a residual E is whitened to A = L⁻¹ E K⁻ᵀ. The densities of ``rules.matrix_normal`` are a
function of A over the volumes of L and K, so all their gradients come from the one in A.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.linalg import lapack, solve_triangular

from .domains import Domain, DomainError, not_symmetric, refusal_of
from .linear_map import LinearMap
from .samples import gaussian, positive_definite, symmetric_gaussian
from .spaces import shape_of, text, vec

LOG_TAU = np.log(2 * np.pi)


def lower(name, S):
    """The lower L of S = L Lᵀ; DomainError at the first minor that is not positive."""
    L, info = lapack.dpotrf(S, lower=1, clean=1)
    if info:
        raise DomainError(f"{name} is not positive definite: its leading minor of order {info} is not positive")
    return L


def positive(name, number):
    """DomainError unless the number is positive."""
    if not number > 0:
        raise DomainError(f"{name} must be positive, got {number:g}")


def points(name, **letters):
    """Points by the letters of their shapes: "np" is n×p, "nn" and "pp" are covariances, "" is a positive number."""
    covariances = {i: part for i, (part, key) in enumerate(letters.items()) if key in ("nn", "pp")}
    numbers = {i: part for i, (part, key) in enumerate(letters.items()) if not key}
    wanted = ", ".join(f"{part} {'×'.join(key) or 'a number'}" for part, key in letters.items())

    def not_symmetric_in(X, what=""):
        found = ((part, not_symmetric(X[i])) for i, part in covariances.items())
        return next((f"{what}{part}: {why}" for part, why in found if why), None)

    def shape(X):
        if not isinstance(X, tuple) or not _fits(letters.values(), X):
            return f"expected a tuple of {wanted}; got {text(shape_of(X))}"
        return not_symmetric_in(X)

    def factor(X):
        return [lower(part, X[i]) for i, part in covariances.items()] + [positive(numbers[i], X[i]) for i in numbers]

    return Domain(
        name=name, shape=shape, interior=refusal_of(factor), sample=lambda rng, n: _sample(rng, letters.values(), n),
        outside=lambda rng, n: (*(X := _sample(rng, letters.values(), n))[:-1], -X[-1]),
        tangent=lambda rng, X: tuple((symmetric_gaussian if i in covariances else gaussian)(rng, part)
                                     for i, part in enumerate(X)),
        direction=lambda X, dX: not_symmetric_in(dX, "the tangent does not fit: "),
    )  # fmt: skip


def _fits(letters, X):
    """Whether every letter stands for one size."""
    sizes = {}
    return len(letters) == len(X) and all(
        np.ndim(part) == len(key) and all(sizes.setdefault(c, k) == k for c, k in zip(key, np.shape(part), strict=True))
        for key, part in zip(letters, X, strict=True)
    )


def _sample(rng, letters, n):
    """A generic point, its dimensions all different."""
    sizes = {"n": n, "p": n + 1, "k": max(n - 1, 1)}

    def draw(key):
        if key in ("nn", "pp"):
            return positive_definite(rng, sizes[key[0]])
        return rng.standard_normal([sizes[letter] for letter in key]) if key else rng.uniform(1, 3)

    return tuple(map(draw, letters))


def functional(*gradients):
    """dX ↦ Σ ⟨Gᵢ, dXᵢ⟩, the derivative of a number that depends on several parts."""
    if not np.isfinite(vec(gradients)).all():
        raise OverflowError("the gradient is too large for floating-point numbers")
    return LinearMap(
        push=lambda dX: sum(np.sum(G * part) for G, part in zip(gradients, dX, strict=True)),
        pull=lambda ybar: tuple(ybar * G for G in gradients),
        matrix=lambda: vec(gradients)[None, :].copy(),
    )


def sandwich(L, P, K, trans=0):
    """L⁻¹ P K⁻ᵀ, which whitens; with ``trans=1`` its adjoint L⁻ᵀ P K⁻¹."""
    solve = partial(solve_triangular, lower=True, trans=trans, check_finite=False)
    return solve(K, solve(L, P).T).T


def score(A, P, L, K):
    """The gradients in X, M, U, V of a density with gradient −P in A: Aᵀ P and P Aᵀ are symmetric for all of ours."""
    n, p = A.shape
    R = sandwich(L, P, K, 1)
    GU, GV = (P @ A.T - p * np.eye(n)) / 2, (A.T @ P - n * np.eye(p)) / 2
    return -R, R, _even(sandwich(L, GU, L, 1)), _even(sandwich(K, GV, K, 1))


def _even(S):
    """S without what rounding made of its symmetry."""
    return (S + S.T) / 2


def log_volume(L, K):
    """½ (p log|U| + n log|V|)."""
    return len(K) * np.log(np.diag(L)).sum() + len(L) * np.log(np.diag(K)).sum()


def normal(E, L, K):
    """The value, and the gradients: here P is A itself."""
    A = sandwich(L, E, K)
    return -(A.size * LOG_TAU + np.sum(A * A)) / 2 - log_volume(L, K), score(A, A, L, K)

"""The words of entries in Python: slopes from values, structured matrices, factorizations with fixed signs."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from .. import spaces
from ..differences import derivative
from ..rules.factorizations import qr
from ..rules.lu import lu_unpivoted
from ..spaces import unvec, vec


def slope(f, X, dX):
    """The derivative of f at X along dX, from values of f."""
    return derivative(f, X, dX).value


def bend(f, X, dX):
    """The second derivative of f at X along dX, from values of f."""
    return slope(lambda Z: slope(f, Z, dX), X, dX)


def by_entries(f, X):
    """f of each unit matrix, arranged like X: a linear function as its gradient."""
    return unvec(np.array([f(unvec(unit, np.shape(X))) for unit in np.eye(np.size(X))]), np.shape(X))


def grad(f, X):
    """The gradient of f at X, entry by entry from values."""
    return by_entries(lambda unit: slope(f, X, unit), X)


def adj(X):
    """The adjugate from minors: no division, so singular matrices too."""
    minor = lambda i, j: np.linalg.det(np.delete(np.delete(X, j, 0), i, 1))
    return np.array([[(-1) ** (i + j) * minor(i, j) for j in range(len(X))] for i in range(len(X))])


def unit(i, j, n):
    """J with a one at (i, j)."""
    return np.outer(np.eye(n)[i], np.eye(n)[j])


def structure(i, j, n):
    """How a symmetric matrix moves with its entry (i, j)."""
    return unit(i, j, n) + unit(j, i, n) - unit(i, j, n) @ unit(i, j, n)


def half(n):
    """The places on and below the diagonal, column by column."""
    return [(i, j) for j in range(n) for i in range(j, n)]


def from_half(v, n):
    """The symmetric matrix with these entries on and below the diagonal."""
    return sum(v[k] * structure(i, j, n) for k, (i, j) in enumerate(half(n)))


def half_of(A):
    """The entries of A at those places."""
    return np.array([A[place] for place in half(len(A))])


def toeplitz(t):
    """The Toeplitz matrix whose diagonal i − j = d holds t[d + n − 1]."""
    n = (len(t) + 1) // 2
    return np.array([[t[i - j + n - 1] for j in range(n)] for i in range(n)])


def gaps(e):
    """F with 1/(eⱼ − eᵢ) off the diagonal."""
    differences = e[None, :] - e[:, None] + np.eye(len(e))
    return (1 - np.eye(len(e))) / differences


def divided(f, e):
    """First divided differences of f = exp; on the diagonal its derivative."""
    return -(f(e)[:, None] - f(e)[None, :]) * gaps(e) + np.diag(f(e))


def phi(X):
    """The lower triangle with its diagonal halved."""
    return np.tril(X) - np.diag(np.diag(X)) / 2


def towards(V, W):
    """V with the signs of its columns such that they point towards those of W."""
    return V * np.sign((V * W).sum(axis=0))


def svd_near(A, U, V):
    """(U, s, V) with signs like those given."""
    left, s, right = np.linalg.svd(A, full_matrices=False)
    return towards(left, U), s, towards(right.T, V)


def full_svd_near(A, U, V):
    """Both factors of a wide matrix, the second cut to the columns that belong to singular values."""
    left, _, right = svd_near(A, U, V)
    return left, right


def eig_near(A, U):
    """Eigenvalues and eigenvectors, these scaled so that U⁻¹V has a diagonal of ones."""
    e, V = np.linalg.eig(A)
    order = np.argsort(e.real)
    V = V[:, order].real
    return e[order].real, V / np.diag(np.linalg.inv(U) @ V)


def horner(c, A):
    """All values of Horner's scheme, C₀ first: Cₙ = A Cₙ₊₁ + cₙ I."""
    C = [c[-1] * np.eye(len(A))]
    for coefficient in c[-2::-1]:
        C.insert(0, A @ C[0] + coefficient * np.eye(len(A)))
    return C


def horner_forward(c, A, dA):
    C, dC = horner(c, A), np.zeros_like(A)
    for n in range(len(c) - 2, -1, -1):
        dC = dA @ C[n + 1] + A @ dC
    return dC


def horner_reverse(c, A, Cbar):
    C, Abar = horner(c, A), np.zeros_like(A)
    for n in range(len(c) - 1):
        Abar, Cbar = Abar + Cbar @ C[n + 1].T, A.T @ Cbar
    return Abar


def normal(x, mean, S):
    """The density of a Gaussian; S need not be symmetric for the formula to have a value."""
    return np.exp(-(x - mean) @ np.linalg.inv(S) @ (x - mean) / 2) / np.sqrt(np.linalg.det(2 * np.pi * S))


class Names:
    """What ``mc`` means in an entry: the few functions of the package that an entry may call."""

    commutation, vec, qr, lu_unpivoted = map(staticmethod, (spaces.commutation, vec, qr, lu_unpivoted))


# What an expression of Python may say besides its letters.
FUNCTIONS = (
    adj, by_entries, divided, eig_near, from_half, full_svd_near, gaps, grad, half, horner, horner_forward,
    horner_reverse, normal, phi, slope, svd_near, toeplitz, towards,
)  # fmt: skip
WORDS = {f.__name__: f for f in FUNCTIONS} | {
    "np": np, "la": la, "mc": Names, "inv": np.linalg.inv, "det": np.linalg.det, "tr": np.trace, "kron": np.kron,
    "mp": np.linalg.matrix_power, "J": unit, "S": structure, "half_of": half_of,
    "sym": lambda X: (X + X.T) / 2, "copyltu": lambda X: np.tril(X) + np.tril(X, -1).T,
}  # fmt: skip

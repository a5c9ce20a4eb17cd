"""Letters and words in which the statements of the documents are checked, generic and the same in every run."""

import math  # noqa: F401

import numpy as np
import scipy.linalg as la

import matcalc as mc  # noqa: F401
from matcalc.spaces import vec
from matcalc.standard_sheets.words import adj, grad, normal, slope, towards  # noqa: F401

expm, kron, mp, tr = la.expm, np.kron, np.linalg.matrix_power, np.trace
det, inv, norm, pinv = np.linalg.det, np.linalg.inv, np.linalg.norm, np.linalg.pinv

rng = np.random.default_rng(1913)
A, B, C, G, H, X, Y, W = rng.standard_normal((8, 3, 3))  # generic, square
R, dR = rng.standard_normal((2, 4, 3))  # rectangular
x, y, a, b, v, w = rng.standard_normal((6, 3))
y4, b4, x5 = rng.standard_normal(4), rng.standard_normal(4), rng.standard_normal(5)
l4 = np.array([1.0, 0, 0, 1])  # labels of four examples
S, T = (M @ M.T + np.eye(3) for M in rng.standard_normal((2, 3, 3)))  # symmetric positive definite
S4 = (lambda M: M @ M.T + np.eye(4))(rng.standard_normal((4, 4)))
Q = np.linalg.qr(rng.standard_normal((3, 3)))[0]  # orthogonal
e, E = np.linalg.eigh(S)
# L, U, dL, dU of size 2
LU2 = tuple(map(np.array, ([[1, 0], [0.5, 1]], [[2, 3], [0, -1.0]], [[0, 0], [0.7, 0]], [[4, 5], [0, 6.0]])))


def D(f):
    """The derivative of f(t) at t = 0, from values."""
    return slope(f, 0.0, 1.0)


def jac(f, X):
    """The Jacobian of f at X, column by column from values."""
    units = [unit.reshape(np.shape(X), order="F") for unit in np.eye(np.size(X))]
    return np.array([vec(slope(f, X, unit)) for unit in units]).T


def norm2(Z):
    """The sum of the squares."""
    return (Z**2).sum()


def logistic(z, label):
    """The logistic loss of a score."""
    return np.log1p(np.exp(-z)) + (1 - label) * z


def sides(check):
    """The two sides of a statement as lists of arrays."""
    values = [eval(check[side], globals()) for side in ("left", "right")]
    return [[np.asarray(part) for part in (value if isinstance(value, tuple) else (value,))] for value in values]

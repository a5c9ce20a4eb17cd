"""What symmetric and general eigenvalue problems share: phases of eigenvectors, gaps between eigenvalues."""

from __future__ import annotations

import numpy as np
from scipy.linalg import khatri_rao

from .formula import FUNCTIONS
from .spaces import vec

GAP = 1e-10  # eigenvalues nearer than this, relative to the largest, count as equal
TIE = 1e-10  # numbers that a rule of sign, phase or order compares, and that agree to this, count as tied


def gaps(values):
    """F with Fᵢⱼ = 1/(λⱼ − λᵢ) off the diagonal, zero on it."""
    values = vec(values)
    table = values - values[:, None]
    return np.divide(1.0, table, out=np.zeros_like(table), where=~np.eye(len(values), dtype=bool))


def in_order(values):
    """The order of the eigenvalues: by real part, then by imaginary part."""
    return np.lexsort((values.imag, values.real))


def turned(V):
    """V with each column divided by its phase, so that its entry of largest modulus is real and positive."""
    top = V[np.abs(V).argmax(axis=0), np.arange(V.shape[1])]
    return V * (np.abs(top) / top)


def eigenvectors(X):
    """Eigenvectors in the columns, in the order of the eigenvalues, turned."""
    values, V = np.linalg.eigh(X) if np.array_equal(X, X.T) else np.linalg.eig(X)
    return turned(V[:, in_order(values)])


FUNCTIONS |= {"eigenvectors": eigenvectors, "gaps": gaps, "khatrirao": khatri_rao}  # aⱼ ⊗ bⱼ, side by side

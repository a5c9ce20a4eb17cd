"""The inverse, and the solution of a linear system, which is how an inverse is used."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack, lu_solve

from ..domains import INVERTIBLE, LINEAR_SYSTEMS, DomainError, near_singular
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule

ROOM = 64  # columns of workspace that let LAPACK invert by blocks: with its default it is five times slower


def _inverse(X):
    """X⁻¹ from LU factors, 2n³ operations, and 1/(‖X‖ ‖X⁻¹‖), which is zero if there is no inverse."""
    factors, pivots, info = lapack.dgetrf(X.T)  # LAPACK reads columns: what it is given as Xᵀ it need not rearrange
    if info > 0:
        return X, 0.0
    Y = lapack.dgetri(factors, pivots, lwork=ROOM * len(X))[0].T
    return Y, 1 / (np.linalg.norm(X, 1) * np.linalg.norm(Y, 1))


def inverse_at(X):
    """Differentiate X X⁻¹ = I and solve for the unknown: dY = −Y dX Y."""
    Y, rcond = _inverse(X)
    if complaint := near_singular(rcond):
        raise DomainError(complaint)
    return Y, LinearMap(
        push=lambda dX: -Y @ dX @ Y,
        pull=lambda Ybar: -Y.T @ Ybar @ Y.T,  # both factors move across the inner product
        matrix=lambda: -np.kron(Y.T, Y),
    )


def second_inverse_at(X):
    """d² of −Y dX Y: only the two Y move, each by −Y dZ Y, so d²Y = Y dX Y dZ Y + Y dZ Y dX Y."""
    Y, _ = inverse_at(X)

    def second(dX, dZ):
        H, K = Y @ dX, Y @ dZ
        return (H @ K + K @ H) @ Y

    return second


inverse = Rule(
    name="inverse",
    f=np.linalg.inv,
    linearize=inverse_at,
    domain=INVERTIBLE,
    formulas=Formulas(
        value="X^{-1}",
        differential=r"-X^{-1}\,\mathrm dX\,X^{-1}",
        adjoint=r"-X^{-\top}\,\bar Y\,X^{-\top}",
        jacobian=r"-X^{-\top} \otimes X^{-1}",
        shapes={"X": "n×n"},
    ),
    source="petersen2012, eq. 59",
    second_at=second_inverse_at,
)


def solve_at(X):
    """Differentiate A Y = B: dA Y + A dY = dB, so dY solves a system with the same A.

    A is factored once; the value, every direction and every adjoint solve with that factorization.
    """
    A, B = X
    factors, pivots, info = lapack.dgetrf(A)
    rcond = 0.0 if info > 0 else lapack.dgecon(factors, np.linalg.norm(A, 1))[0]
    if complaint := near_singular(rcond):
        raise DomainError(complaint)

    def solve(B, transposed=False):
        return lu_solve((factors, pivots), B, trans=int(transposed), check_finite=False)

    Y = solve(B)

    def pull(Ybar):
        Bbar = solve(Ybar, transposed=True)
        return -(np.outer(Bbar, Y) if B.ndim == 1 else Bbar @ Y.T), Bbar

    def matrix():
        Ainv, width = solve(np.eye(len(A))), 1 if B.ndim == 1 else B.shape[1]
        Yt = Y[None, :] if B.ndim == 1 else Y.T
        return np.hstack([-np.kron(Yt, Ainv), np.kron(np.eye(width), Ainv)])

    return Y, LinearMap(push=lambda dX: solve(dX[1] - dX[0] @ Y), pull=pull, matrix=matrix)


def second_solve_at(X):
    """Differentiate dA Y + A dY = dB once more: A d²Y = −(dA₁ dY₂ + dA₂ dY₁), a third system with the same A."""
    _, dF = solve_at(X)

    def second(dX, dZ):
        bend = dX[0] @ dF.push(dZ) + dZ[0] @ dF.push(dX)
        return dF.push((np.zeros_like(X[0]), -bend))

    return second


solve = Rule(
    name="solve",
    f=lambda X: np.linalg.solve(*X),
    linearize=solve_at,
    domain=LINEAR_SYSTEMS,
    formulas=Formulas(
        value="A^{-1} B",
        differential=r"A^{-1}(\mathrm dB - \mathrm dA\,Y)",
        adjoint=(r"-A^{-\top}\,\bar Y\,Y^{\top}", r"A^{-\top}\,\bar Y"),
        jacobian=r"\begin{bmatrix} -Y^{\top} \otimes A^{-1} & I_q \otimes A^{-1} \end{bmatrix}",
        point=("A", "B"),
        shapes={"A": "n×n", "B": "n×q"},
    ),
    source="giles2008, sec. 2.3.1",
    second_at=second_solve_at,
)

"""The Sylvester equation A X + X B = C: linear in X, so its derivative is the same equation again."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from ..domains import Domain, DomainError
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import well_conditioned
from ..spaces import shape_of, text

NEAR = 1e-13  # a sum of two eigenvalues below this share of ‖A‖ + ‖B‖ counts as zero


def _not_sylvester(X):
    shapes = shape_of(X)
    if isinstance(X, tuple) and len(X) == 3 and all(len(shape) == 2 for shape in shapes):
        (m, m2), (n, n2), size = shapes
        if m == m2 and n == n2 and size == (m, n):
            return None
    return f"expected A of size m×m, B of size n×n and C of size m×n, got shapes {text(shapes)}"


def in_units(X):
    """(A/u, B/u, u) for the largest entry u: near the ends of floats LAPACK moves eigenvalues away from zero."""
    unit = max(np.abs(X[0]).max(), np.abs(X[1]).max()) or 1.0
    return X[0] / unit, X[1] / unit, unit


def meeting(A, B, unit=1.0):
    """Why A X + X B = C has no unique solution X, or None: an eigenvalue of A is minus one of B."""
    of_A, of_B = la.eigvals(A), la.eigvals(B)
    sums = np.abs(of_A[:, None] + of_B)
    i, j = np.unravel_index(sums.argmin(), sums.shape)
    if sums[i, j] > NEAR * (np.linalg.norm(A) + np.linalg.norm(B)):
        return None
    found = unit * of_A[i], unit * of_B[j]
    pair = ", ".join(f"{z.real:.6g}" if abs(z.imag) <= NEAR * abs(z) else f"{z:.6g}" for z in found)
    return f"an eigenvalue of A and one of B are opposite ({pair}): their sum is {unit * sums[i, j]:.1e} in size"


def sylvester_at(X):
    """A dX + dX B = dC − dA X − X dB: each direction is the same equation with another right-hand side.

    One Schur form of A and one of B serve the value, every direction and, transposed, every adjoint.
    """
    A, B, unit = in_units(X)
    (S, U), (T, V) = la.schur(A), la.schur(B)
    if complaint := meeting(S, T, unit):
        raise DomainError(complaint)

    def solve(M, trans="N"):
        if np.iscomplexobj(M):
            return solve(M.real, trans) + 1j * solve(M.imag, trans)
        Z, scale, _ = la.lapack.dtrsyl(S, T, U.T @ (M / unit) @ V, trana=trans, tranb=trans)
        return U @ (Z / scale) @ V.T

    Y = solve(X[2])

    def pull(Ybar):
        Cbar = solve(Ybar, "T")
        return -Cbar @ Y.T, -Y.T @ Cbar, Cbar

    return Y, LinearMap(push=lambda d: solve(d[2] - d[0] @ Y - Y @ d[1]), pull=pull)


def by_columns(X):
    """With A = U S Uᴴ and B = V T Vᴴ, column j solves (S + Tⱼⱼ I) yⱼ = cⱼ − what the columns before it contribute.

    ``scipy.linalg.solve_sylvester`` (1.17) is not used: it multiplies by LAPACK's scale instead of dividing.
    """
    A, B, unit = in_units(X)
    (S, U), (T, V) = la.schur(A, output="complex"), la.schur(B, output="complex")
    C, Y, eye = U.conj().T @ (X[2] / unit) @ V, np.zeros(X[2].shape, complex), np.eye(len(A))
    for j in range(len(T)):
        Y[:, j] = la.solve_triangular(S + T[j, j] * eye, C[:, j] - Y[:, :j] @ T[:j, j], check_finite=False)
    return (U @ Y @ V.conj().T).real


def sylvester_second_at(X):
    """Differentiate A X + X B = C twice: d²X solves it with −(dA₁ dX₂ + dA₂ dX₁ + dX₁ dB₂ + dX₂ dB₁)."""
    A, B, _ = X
    push = sylvester_at(X)[1].push

    def second(d, e):
        dY, eY = push(d), push(e)
        return push((0 * A, 0 * B, -(d[0] @ eY + e[0] @ dY + dY @ e[1] + eY @ d[1])))

    return second


def _apart(rng, n):
    """A of size n, B of size n+1 with eigenvalues in the right half-plane, and a generic C."""
    A, B = well_conditioned(rng, n) + 2 * np.eye(n), well_conditioned(rng, n + 1) + 2.5 * np.eye(n + 1)
    return A, B, rng.standard_normal((n, n + 1))


def _opposite(rng, n):
    """The same with B moved until one real eigenvalue of it is minus one of A."""
    (A, B, C), shear = _apart(rng, n), np.triu(rng.standard_normal((n + 1, n + 1)), 1)
    A[0], B = np.eye(n)[0], shear - np.diag(np.arange(1.0, n + 2))  # eigenvalues 1 of A, −1 of B
    return A, B, C


SYLVESTER = Domain(
    name="triples (A, B, C) with no eigenvalue of A opposite to one of B",
    shape=_not_sylvester,
    interior=lambda X: meeting(*in_units(X)),
    sample=_apart,
    outside=_opposite,
)


sylvester = Rule(
    name="sylvester",
    f=by_columns,
    linearize=sylvester_at,
    domain=SYLVESTER,
    formulas=Formulas(
        value="A X + X B = C",
        differential=r"A\,\mathrm dX + \mathrm dX\,B = \mathrm dC - \mathrm dA\,X - X\,\mathrm dB",
        adjoint=(
            r"-\bar C\,X^{\top}",
            r"-X^{\top}\,\bar C",
            r"\operatorname{sylvester}(A^{\top}, B^{\top}, \bar X)",
        ),
        jacobian=r"M^{-1} \begin{bmatrix} -X^{\top} \otimes I_m & -I_n \otimes X & I \end{bmatrix}",
        point=("A", "B", "C"),
        result="X",
        where=(("M", r"I_n \otimes A + B^{\top} \otimes I_m"),),
        shapes={"A": "m×m", "B": "n×n"},
    ),
    source="higham2002, ch. 16",
    second_at=sylvester_second_at,
)

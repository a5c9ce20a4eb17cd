"""The Kronecker product: bilinear, so each factor moves in turn; its adjoint sums over blocks."""

from __future__ import annotations

import numpy as np

from ..domains import Domain, a_matrix
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import unvec, vec

# A ⊗ B holds the numbers A[i, j] B[r, s] in row (i, r) and column (j, s). In this module an index pair
# is merged or split by a reshape between (m, p, n, q) and (mp, nq): it is the definition of the
# product, row by row in NumPy's own order, not a flattening to a vector, and costs no copy there.


def kron_at(X):
    """(A + dA) ⊗ (B + dB) − A ⊗ B = dA ⊗ B + A ⊗ dB + dA ⊗ dB: as for every product, in its order."""
    A, B = X
    (m, n), (p, q) = A.shape, B.shape

    def pull(Ybar):
        blocks = Ybar.reshape(m, p, n, q)  # blocks[i, :, j, :] is the block that A[i, j] multiplies
        return np.einsum("irjs,rs->ij", blocks, B), np.einsum("irjs,ij->rs", blocks, A)

    return _merged(_entries(A, B)), LinearMap(
        push=lambda dX: _merged(_entries(dX[0], B) + _entries(A, dX[1])),
        pull=pull,
        matrix=lambda: _jacobian(A, B),
    )


def _entries(A, B):
    """All products A[i, j] B[r, s], at the place [i, r, j, s]."""
    return np.multiply(A[:, None, :, None], B[None, :, None, :], order="C")  # so that merging makes no copy


def _merged(entries):
    """The index pairs (i, r) and (j, s) become one row and one column number."""
    m, p, n, q = entries.shape
    return entries.reshape(m * p, n * q)


def _jacobian(A, B):
    """[I ⊗ vec B, vec A ⊗ I] with the rows of vec A ⊗ vec B in the order of vec(A ⊗ B).

    That order is the permutation I_n ⊗ K_qm ⊗ I_p. As a matrix it would be far larger than the
    Jacobian itself, so the rows are picked by their numbers.
    """
    place_A, place_B = (unvec(np.arange(part.size), part.shape) for part in (A, B))
    order = vec(np.kron(place_A * B.size, np.ones_like(place_B)) + np.kron(np.ones_like(place_A), place_B))
    a, b = vec(A)[:, None], vec(B)[:, None]
    return np.hstack([np.kron(np.eye(A.size), b), np.kron(a, np.eye(B.size))])[order]


def kron_second_at(X):
    """Each of the two tangents moves one factor, in either way: d²F = dA ⊗ dC + dD ⊗ dB, whatever the point."""
    return lambda dX, dZ: np.kron(dX[0], dZ[1]) + np.kron(dZ[0], dX[1])


def _two_matrices(X):
    """The complaint about anything but a pair of matrices: a vector would have to be a row or a column."""
    if not isinstance(X, tuple) or len(X) != 2:
        return "expected a pair (A, B) of matrices, got no pair"
    named = ((name, a_matrix(part)) for name, part in zip("AB", X, strict=True))
    return next((f"{name}: {complaint}" for name, complaint in named if complaint), None)


MATRIX_PAIRS = Domain(
    name="pairs of matrices of any shapes",
    shape=_two_matrices,
    sample=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal((max(n - 1, 1), n + 2))),
    outside=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal(n)),
)

kron = Rule(
    name="kron",
    f=lambda X: np.kron(*X),
    linearize=kron_at,
    second_at=kron_second_at,
    domain=MATRIX_PAIRS,
    formulas=Formulas(
        value=r"A \otimes B",
        differential=r"\mathrm dA \otimes B + A \otimes \mathrm dB",
        adjoint=(  # entrywise products, added up block by block: Ā_ij = ⟨Ȳ_ij, B⟩ and B̄ = Σ A_ij Ȳ_ij
            r"(I_m \otimes \mathbf 1_p^{\top})(\bar Y \odot (\mathbf 1_m \mathbf 1_n^{\top} \otimes B))"
            r"(I_n \otimes \mathbf 1_q)",
            r"(\mathbf 1_m^{\top} \otimes I_p)(\bar Y \odot (A \otimes \mathbf 1_p \mathbf 1_q^{\top}))"
            r"(\mathbf 1_n \otimes I_q)",
        ),
        jacobian=(r"P (I_{mn} \otimes \operatorname{vec}(B))", r"P (\operatorname{vec}(A) \otimes I_{pq})"),
        point=("A", "B"),
        where=(("P", r"I_n \otimes K_{qm} \otimes I_p"),),
        shapes={"A": "m×n", "B": "p×q"},
    ),
    source="petersen2012, eq. 39; magnus2019, ch. 3, sec. 7",
)

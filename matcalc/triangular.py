"""Products and solves with a triangle, at half the price of a full matrix: BLAS's trmm and trsm, without copies.

Only the triangle that is named is read. Nothing is checked: whoever has factored a point knows that its factors are
finite and, for a solve, that no diagonal entry is zero.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import get_blas_funcs
from scipy.linalg.lapack import dsygst


def times(T, B, *, lower=True, transposed=False, unit=False):
    """T B, or Tᵀ B; with ``unit`` the diagonal of T counts as ones."""
    return _blas("trmm", T, B, lower, transposed, unit)


def solve(T, B, *, lower=True, transposed=False, unit=False):
    """T⁻¹ B, or T⁻ᵀ B; with ``unit`` the diagonal of T counts as ones."""
    return _blas("trsm", T, B, lower, transposed, unit)


def congruent(L, S):
    """L⁻ᵀ S L⁻¹ for a lower L and the real symmetric S whose lower triangle is given: two solves at the price of one.

    LAPACK has it for U⁻ᵀ S U⁻¹ with an upper U; counted from the other end, a lower L is one.
    """
    found, _ = dsygst(S[::-1, ::-1], L[::-1, ::-1], itype=1, lower=0)
    half = np.tril(found[::-1, ::-1])
    return half + np.tril(half, -1).T


def _blas(name, T, B, lower, transposed, unit):
    """BLAS reads columns. What is stored by rows is handed over as its transpose, which costs nothing."""
    function = get_blas_funcs(name, (T, B))
    if T.flags.c_contiguous:
        T, lower, transposed = T.T, not lower, not transposed
    if B.flags.c_contiguous:  # T B is the transpose of Bᵀ Tᵀ, where the triangle stands on the right
        return function(1.0, T, B.T, side=1, lower=lower, trans_a=not transposed, diag=unit).T
    return function(1.0, T, B, lower=lower, trans_a=transposed, diag=unit)

"""The singular value decomposition: the values alone, and the values with their vectors."""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy.linalg as la

from ..domains import Domain, DomainError, a_matrix, refusal_of
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import spread, tied
from ..spaces import normal_part

TIE = 1e-10  # singular values closer than this, relative to the largest, count as equal; so do the two
# largest entries of a column of U that compete for its sign


def decompose(X):
    """(U, s, V) with X = U diag(s) Vᵀ, thin; DomainError where singular values are zero or equal."""
    U, s, Vt = la.svd(X, full_matrices=False, check_finite=False)
    if s[-1] <= max(X.shape) * np.finfo(float).eps * s[0]:
        raise DomainError(f"singular value {len(s)} is zero to working precision: {s[-1]:.1e} beside {s[0]:.1e}")
    gaps = (s[:-1] - s[1:]) / s[0]
    if len(gaps) and gaps.min() <= TIE:
        i = int(gaps.argmin())
        raise DomainError(
            f"singular values {i + 1} and {i + 2} coincide at {s[i]:.3g}: their gap is {gaps[i]:.1e} of the largest"
        )
    return U, s, Vt.T


def signs(U):
    """±1 for each column of U: what makes its entry of largest modulus positive."""
    return np.where(U.max(axis=0) + U.min(axis=0) < 0, -1.0, 1.0)


def signed(X):
    """(U, s, V) by the sign rule; DomainError where an entry of U and an opposite one tie for the largest."""
    U, s, V = decompose(X)
    lead = np.abs(U.max(axis=0) + U.min(axis=0)) / np.abs(U).max(axis=0)
    if lead.min() <= TIE:
        i = int(lead.argmin())
        raise DomainError(f"the sign of column {i + 1} of U is undecided: its largest entries are ±{U[:, i].max():.3g}")
    return U * signs(U), s, V * signs(U)


def iterated(X):
    """(U, s, Vt) by QR iteration, where ``decompose`` divides and conquers; the sign rule is the same."""
    U, s, Vt = la.svd(X, full_matrices=False, lapack_driver="gesvd")
    return U * signs(U), s, signs(U)[:, None] * Vt


def by_eigenvalues(X):
    """σ, descending: the largest eigenvalues of the symmetric matrix [[0, X], [Xᵀ, 0]], which are ±σᵢ and zeros."""
    m, n = X.shape
    return la.eigvalsh(np.block([[np.zeros((m, m)), X], [X.T, np.zeros((n, n))]]))[: -min(m, n) - 1 : -1]


def svdvals_at(X):
    """dσᵢ = uᵢᵀ dX vᵢ: the vectors turn, too, but a unit vector turns at right angles to itself."""
    U, s, V = decompose(X)
    return s, LinearMap(
        push=lambda dX: np.sum(U * (dX @ V), axis=0),
        pull=lambda sbar: (U * sbar) @ V.T,
        matrix=lambda: la.khatri_rao(V, U).T,
    )


def svd_at(X):
    """P = Uᵀ dX V: its diagonal is ds, its off-diagonal pairs (Pᵢⱼ, Pⱼᵢ) turn uᵢ and vᵢ toward uⱼ and vⱼ."""
    U, s, V = signed(X)
    unit, t = s[0], s / s[0]  # singular values in units of the largest: squares neither over- nor underflow
    F = _gaps(t)

    def push(dX):
        GV, GtU = dX @ V / unit, dX.T @ U / unit
        P = U.T @ GV
        dU = U @ (F * (P * t + t[:, None] * P.T)) + normal_part(U, GV) / t
        dV = V @ (F * (t[:, None] * P + P.T * t)) + normal_part(V, GtU) / t
        return dU, unit * np.diag(P), dV.T

    return (U, s, V.T), LinearMap(push, partial(_pull_svd, U, t, V, F, unit))


def _pull_svd(U, t, V, F, unit, Ybar):
    Ubar, sbar, Vbar = Ybar[0], Ybar[1], Ybar[2].T
    A, B = U.T @ Ubar, V.T @ Vbar
    core = F * ((A - A.T) * t + t[:, None] * (B - B.T))
    np.fill_diagonal(core, unit * sbar)  # F is zero there
    half = U @ core
    if len(U) > len(t):  # something is normal to the columns of U
        half += normal_part(U, Ubar) / t
    Xbar = half @ V.T
    if len(V) > len(t):
        Xbar += U @ (normal_part(V, Vbar) / t).T
    return Xbar / unit


def _gaps(s):
    """Fᵢⱼ = 1/(sⱼ² − sᵢ²) off the diagonal, 0 on it."""
    F = (s - s[:, None]) * (s + s[:, None]) + np.eye(len(s))
    return (1 - np.eye(len(s))) / F


svdvals = Rule(
    name="svdvals",
    f=by_eigenvalues,
    linearize=svdvals_at,
    domain=Domain(
        name="matrices whose singular values are distinct and not zero",
        shape=a_matrix,
        interior=refusal_of(decompose),
        sample=spread,
        outside=tied,
    ),
    formulas=Formulas(
        value=r"U \operatorname{diag}(s) V^{\top} = X",
        differential=r"\operatorname{diag}(U^{\top}\,\mathrm dX\,V)\,\mathbf 1_k",
        adjoint=r"U \operatorname{diag}(\bar s) V^{\top}",
        jacobian=None,
        result="s",
        where=(("U", r"\operatorname{left}(X)"), ("V", r"\operatorname{right}(X)")),
        shapes={"X": "m×n", "s": "k"},
    ),
    source="giles2008extended",
)

svd = Rule(
    name="svd",
    f=iterated,
    linearize=svd_at,
    domain=Domain(
        name="matrices whose singular values are distinct and not zero "
        "(each column of U has its entry of largest modulus positive)",
        shape=a_matrix,
        interior=refusal_of(signed),
        sample=spread,
        outside=tied,
    ),
    formulas=Formulas(
        value=r"U \operatorname{diag}(s)\,W = X",
        differential=(
            r"U (F \odot (P S + S P^{\top})) + (I - U U^{\top})\,\mathrm dX\,V S^{-1}",
            r"\operatorname{diag}(P)\,\mathbf 1_k",
            r"(V (F \odot (S P + P^{\top} S)) + (I - V V^{\top})\,\mathrm dX^{\top}\,U S^{-1})^{\top}",
        ),
        adjoint=r"U \bar P V^{\top} + (I - U U^{\top}) \bar U S^{-1} V^{\top} + U S^{-1} \bar W (I - V V^{\top})",
        jacobian=None,
        result=("U", "s", "W"),
        where=(
            ("V", r"W^{\top}"),
            ("S", r"\operatorname{diag}(s)"),
            ("P", r"U^{\top}\,\mathrm dX\,V"),
            ("F", r"(\mathbf 1_k \mathbf 1_k^{\top} - I_k) \oslash (\mathbf 1_k (s \odot s)^{\top}"
             r" - (s \odot s) \mathbf 1_k^{\top} + I_k)"),
            ("Pbar", r"(F \odot (U^{\top} \bar U - \bar U^{\top} U)) S + \operatorname{diag}(\bar s)"
             r" + S (F \odot (V^{\top} \bar W^{\top} - \bar W V))"),
        ),
        shapes={"X": "m×n", "s": "k"},
    ),
    source="townsend2016",
)  # fmt: skip

"""The singular value decomposition: the values alone, and the values with their vectors."""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy.linalg as la

from ..domains import Domain, DomainError, a_matrix, refusal_of
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import with_singular_values

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


def paired(X):
    """(U, s, Vt) from the symmetric matrix [[0, X], [Xᵀ, 0]], whose eigenpairs are ±σᵢ and (uᵢ, ±vᵢ)/√2."""
    m, k = X.shape[0], min(X.shape)
    values, Z = la.eigh(_wielandt(X))
    U, V = np.sqrt(2) * Z[:m, : -k - 1 : -1], np.sqrt(2) * Z[m:, : -k - 1 : -1]
    return U * signs(U), values[: -k - 1 : -1], (V * signs(U)).T


def _wielandt(X):
    m, n = X.shape
    return np.block([[np.zeros((m, m)), X], [X.T, np.zeros((n, n))]])


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
        dU = U @ (F * (P * t + t[:, None] * P.T)) + _normal(U, GV) / t
        dV = V @ (F * (t[:, None] * P + P.T * t)) + _normal(V, GtU) / t
        return dU, unit * np.diag(P), dV.T

    return (U, s, V.T), LinearMap(push, partial(_pull_svd, U, t, V, F, unit))


def _pull_svd(U, t, V, F, unit, Ybar):
    Ubar, sbar, Vbar = Ybar[0], Ybar[1], Ybar[2].T
    A, B = U.T @ Ubar, V.T @ Vbar
    core = F * ((A - A.T) * t + t[:, None] * (B - B.T))
    np.fill_diagonal(core, unit * sbar)  # F is zero there
    half = U @ core
    if len(U) > len(t):  # something is normal to the columns of U
        half += _normal(U, Ubar) / t
    Xbar = half @ V.T
    if len(V) > len(t):
        Xbar += U @ (_normal(V, Vbar) / t).T
    return Xbar / unit


def _gaps(s):
    """Fᵢⱼ = 1/(sⱼ² − sᵢ²) off the diagonal, 0 on it."""
    F = (s - s[:, None]) * (s + s[:, None]) + np.eye(len(s))
    return (1 - np.eye(len(s))) / F


def _normal(Q, G):
    """(I − QQᵀ) G; for a square Q nothing is normal to its columns, and the difference would be rounding."""
    return np.zeros_like(G) if Q.shape[0] == Q.shape[1] else G - Q @ (Q.T @ G)


def _spread(rng, n):
    """Singular values between ½ and 2, no two near each other; tall for odd n, wide for even n."""
    s = 2.0 ** (np.linspace(1, -1, n) + rng.uniform(-0.3, 0.3, n) / n)
    return with_singular_values(rng, s, n + 2 * (n % 2), n + 2 * (1 - n % 2))


def _with_tie(rng, n):
    n = max(n, 2)
    return with_singular_values(rng, np.r_[2.0, 2.0, np.linspace(1.5, 1, n - 2)], n + 2, n)


svdvals = Rule(
    name="svdvals",
    f=lambda X: la.eigvalsh(_wielandt(X))[: -min(X.shape) - 1 : -1],
    linearize=svdvals_at,
    domain=Domain(
        name="matrices whose singular values are distinct and not zero",
        shape=a_matrix,
        interior=refusal_of(decompose),
        sample=_spread,
        outside=_with_tie,
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
    f=paired,
    linearize=svd_at,
    domain=Domain(
        name="matrices whose singular values are distinct and not zero "
        "(each column of U has its entry of largest modulus positive)",
        shape=a_matrix,
        interior=refusal_of(signed),
        sample=_spread,
        outside=_with_tie,
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

"""Norms of the singular values, and the largest column or row sum: a gradient where the norm has no kink."""

from __future__ import annotations

from numbers import Real

import numpy as np
import scipy.linalg as la

from ..domains import Domain, DomainError, a_matrix, refusal_of
from ..formula import FUNCTIONS, Formulas
from ..linear_map import functional
from ..rule import Rule
from ..samples import rank_deficient, spread, tied

# Every norm is a largest slope, ‖X‖ = max ⟨G, X⟩ over a ball of matrices G. Where just one G is largest it is the
# gradient: the others stay below, so only ⟨G, dX⟩ counts to first order. Where several are, the norm has a kink.
# Each function below finds (‖X‖, G), or says in a DomainError why there are several.
TIE = 1e-10  # two candidates for the largest that agree to this relative distance count as tied
EPS = np.finfo(float).eps


def _thin(X):
    """(U, s, Vᵀ) of a matrix other than zero."""
    if not X.any():
        raise DomainError("X is the zero matrix, where the slope along dX is ‖dX‖, and that is not linear in dX")
    return la.svd(X, full_matrices=False, check_finite=False)


def _leading(X):
    """The thin SVD of X; DomainError where the two largest singular values tie."""
    U, s, Vt = _thin(X)
    if len(s) > 1 and (gap := 1 - s[1] / s[0]) <= TIE:
        raise DomainError(
            f"singular values 1 and 2 tie: they are {s[0]:.6g} and {s[1]:.6g}, their gap is {gap:.1e} of the largest"
        )
    return U, s, Vt


def spectral(X):
    """σ₁ = u₁ᵀ X v₁. The unit vectors turn, too, but at right angles to themselves: dσ₁ = u₁ᵀ dX v₁."""
    U, s, Vt = _leading(X)
    return s[0], np.outer(U[:, 0], Vt[0])


def second_of_spectral(X):
    """What dX and dZ do to u₁ and v₁, over the gaps σ₁² − σᵢ²; parts outside of all uᵢ or vᵢ meet σ = 0."""
    U, s, Vt = _leading(X)
    u, v, top, rest = U[:, 0], Vt[0], s[0], s[1:]
    share = rest / top  # and not σ², which under- and overflows

    def parts(dX):
        p, q = dX @ v, dX.T @ u
        return U[:, 1:].T @ p, Vt[1:] @ q, p - U @ (U.T @ p), q - Vt.T @ (Vt @ q)

    def second(dX, dZ):
        (p, q, *free), (a, b, *other) = parts(dX), parts(dZ)
        bend = (p * a + q * b + share * (p * b + q * a)) / ((top - rest) * (1 + share))
        return bend.sum() + (free[0] @ other[0] + free[1] @ other[1]) / top

    return second


def nuclear(X):
    """Σ σᵢ moves by Σ uᵢᵀ dX vᵢ = ⟨U Vᵀ, dX⟩: the singular values all set to one. Ties among them do no harm."""
    U, s, Vt = _thin(X)
    rank = int((s > max(X.shape) * EPS * s[0]).sum())
    if rank < len(s):
        raise DomainError(
            f"the rank is {rank}, and {len(s)} would be full: singular value {rank + 1} is {s[rank]:.1e}, "
            f"beside {s[0]:.3g} for the largest"
        )
    return s.sum(), U @ Vt


def largest_sum(X, line="column"):
    """The largest Σ |xᵢⱼ| over a column, and its signs in its place; DomainError at a tie or a zero entry."""
    sums = np.abs(X).sum(axis=0)
    j, other = np.argsort(-sums, kind="stable")[[0, min(1, len(sums) - 1)]]
    x, gap = X[:, j], sums[j] - sums[other]
    if j != other and gap <= TIE * sums[j]:
        i, k = sorted((j + 1, other + 1))
        raise DomainError(f"{line}s {i} and {k} tie for the largest sum, {sums[j]:.6g}: their sums differ by {gap:.1e}")
    if np.abs(x).min() <= EPS * sums[j]:
        i = int(np.abs(x).argmin())
        raise DomainError(
            f"{line} {j + 1} has the largest sum, and its entry {i + 1} is {x[i]:.1e}: |x| has a kink at zero"
        )
    G = np.zeros(X.shape)
    G[:, j] = np.sign(x)
    return sums[j], G


def largest_row(X):
    """‖X‖_∞ = ‖Xᵀ‖₁: rows in place of columns."""
    y, G = largest_sum(X.T, "row")
    return y, G.T


def _one_column(rng, n):
    """No entry near zero, and one column well above the others."""
    X = rng.uniform(0.5, 1, (n, n + 1)) * rng.choice([-1, 1], (n, n + 1))
    X[:, rng.integers(n + 1)] *= 3
    return X


def _two_columns(rng, n):
    X = _one_column(rng, n)
    j = np.abs(X).sum(axis=0).argmax()
    X[:, j - 1] = -X[:, j]
    return X


def _norm(name, f, at, members, sample, outside, formulas, second_at=None):
    """The rule of a norm f whose value and gradient are ``at(X)``."""

    def linearize(X):
        y, G = at(X)
        return y, functional(G)

    domain = Domain(name=members, shape=a_matrix, interior=refusal_of(at), sample=sample, outside=outside)
    return Rule(name, f, linearize, domain, formulas, source="watson1992", second_at=second_at)


def _printed(value, G, *where, differential=r"\operatorname{tr}(G^{\top}\,\mathrm dX)", **constants):
    return Formulas(
        value=value,
        differential=differential,
        adjoint=rf"\bar y\,{G}",
        jacobian=rf"\operatorname{{vec}}({G})^{{\top}}",
        result="y",
        where=where,
        constants=constants,
        shapes={"X": "m×n"},
    )


def _rank_one(a, b, a_is, b_is):
    """The formulas of y = aᵀXb with the gradient a bᵀ; a and b turn with X, and do not count."""
    forms = (rf"{a}^{{\top}} {X} {b}" for X in ("X", r"\,\mathrm dX\,"))
    return _printed(next(forms), rf"{a} {b}^{{\top}}", (a, a_is), (b, b_is), differential=next(forms))


def _maximal(X):
    """The unit vector e for which X e is the column with the largest sum of moduli."""
    return np.eye(X.shape[1])[:, np.abs(X).sum(axis=0).argmax()]


FUNCTIONS |= {
    "left_1": lambda X: la.svd(X, full_matrices=False)[0][:, 0],
    "right_1": lambda X: la.svd(X, full_matrices=False)[2][0],
    "sign": np.sign,
    "maxcolumn": _maximal,
    "maxrow": lambda X: _maximal(X.T),
}
VECTORS = ("U", r"\operatorname{left}(X)"), ("V", r"\operatorname{right}(X)")

spectral_norm = _norm(
    "spectral_norm", lambda X: np.linalg.norm(X, 2), spectral,
    "matrices whose largest singular value is simple", spread, tied,
    _rank_one("u_1", "v_1", r"\operatorname{left}_1(X)", r"\operatorname{right}_1(X)"), second_of_spectral,
)  # fmt: skip

nuclear_norm = _norm(
    "nuclear_norm", lambda X: np.linalg.norm(X, "nuc"), nuclear, "matrices of full rank", spread, rank_deficient,
    _printed(
        r"\operatorname{tr}(V U^{\top} X)", r"U V^{\top}", *VECTORS,
        differential=r"\operatorname{tr}(V U^{\top}\,\mathrm dX)",
    ),
)  # fmt: skip


def schatten(p):
    """The Schatten norm (Σ σᵢᵖ)^(1/p), 1 < p < ∞: the p-norm of the singular values.

    Its gradient U (Σ/y)ᵖ⁻¹ Vᵀ, y = ‖X‖ₚ, is continuous up to σᵢ = 0, since p − 1 > 0: only zero is left out.
    ValueError for other p; p = 1 is ``nuclear_norm``, p = ∞ is ``spectral_norm``.
    """
    if isinstance(p, bool) or not isinstance(p, Real) or not 1 < p < np.inf:
        raise ValueError(f"schatten: expected a number p with 1 < p < ∞, got {p!r}; see nuclear_norm and spectral_norm")

    def value(X):
        size = np.abs(X).max() or 1.0
        return size * np.linalg.norm(np.linalg.svd(X / size, compute_uv=False), p)

    def at(X):
        U, s, Vt = _thin(X)
        t = s / s[0]  # powers of numbers up to one do not overflow
        length = np.linalg.norm(t, p)
        return s[0] * length, (U * (t / length) ** (p - 1)) @ Vt

    G, sigma = ("G", r"U (\Sigma / y)^{p-1} V^{\top}"), (r"\Sigma", r"\operatorname{diag}(U^{\top} X V)")
    return _norm(
        f"schatten({p:g})", value, at,
        "matrices other than zero", spread, lambda rng, n: np.zeros((n, n + 1)),
        _printed(r"\operatorname{tr}(\Sigma^{p})^{1/p}", "G", G, sigma, *VECTORS, p=p),
    )  # fmt: skip


induced_one = _norm(
    "induced_one", lambda X: np.linalg.norm(X, 1), largest_sum,
    "matrices whose column of largest sum is unique and has no zero", _one_column, _two_columns,
    _rank_one("s", "e", r"\operatorname{sign}(X e)", r"\operatorname{maxcolumn}(X)"),
)  # fmt: skip

induced_inf = _norm(
    "induced_inf", lambda X: np.linalg.norm(X, np.inf), largest_row,
    "matrices whose row of largest sum is unique and has no zero",
    lambda rng, n: _one_column(rng, n).T, lambda rng, n: _two_columns(rng, n).T,
    _rank_one("e", "s", r"\operatorname{maxrow}(X)", r"\operatorname{sign}(X^{\top} e)"),
)  # fmt: skip

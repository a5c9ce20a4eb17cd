"""Symmetric eigenvalues, eigenvectors, spectral projectors: differentiate X V = V Λ, then look from the basis V."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from ..domains import SYMMETRIC, Domain, DomainError, not_symmetric, refusal_of
from ..eigenbasis import GAP, TIE, gaps, turned
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import symmetric
from ..spaces import commutation, vec

# With dV = V C and M = Vᵀ dX V the differential of X V = V Λ says M = dΛ + C Λ − Λ C: the diagonal of M is dλ, and
# off it Cᵢⱼ = Mᵢⱼ / (λⱼ − λᵢ). C is skew, so its diagonal is zero.


def step_gaps(values, k):
    """G with Gᵢⱼ = −1/|λⱼ − λᵢ| where just one of i, j is among the first k, zero elsewhere.

    These are the divided differences (s(λⱼ) − s(λᵢ))/(λⱼ − λᵢ) of a step s, 1 on the first k values and 0 behind.
    """
    values, low = vec(values), np.arange(np.size(values)) < np.asarray(k).item()
    table = -np.abs(values - values[:, None])
    return np.divide(1.0, table, out=np.zeros_like(table), where=low != low[:, None])


_sym = FUNCTIONS["sym"]
FUNCTIONS |= {"stepgaps": step_gaps, "columns": lambda V, i, j: V[:, int(i.item()) - 1 : int(j.item())]}


def spectrum(X):
    """(λ, V) of a symmetric X, ascending; DomainError where two eigenvalues coincide."""
    values, V = la.eigh(X, driver="evd", check_finite=False)
    _refuse_narrow(values, range(1, len(values)))
    return values, V


def _refuse_narrow(values, places):
    """DomainError where the gap below one of the places (λ₁ is place 0) counts as closed."""
    scale = np.abs(values).max()
    for i in places:
        gap = values[i] - values[i - 1]
        if gap <= GAP * scale:
            raise DomainError(
                f"eigenvalues {i} and {i + 1} coincide: both are {values[i]:.6g}, their gap is {gap:.1e}, "
                f"at most {GAP:.0e} of the largest"
            )


def signed_spectrum(X):
    """(λ, V), the largest entry of each eigenvector positive; DomainError at a tie of that rule."""
    values, V = spectrum(X)
    V = turned(V)
    low, high = V.min(axis=0), V.max(axis=0)
    if (tied := -low >= (1 - TIE) * high).any():
        i = int(tied.argmax())
        raise DomainError(
            f"the sign of eigenvector {i + 1} is not determined: its entries {high[i]:.6g} and {low[i]:.6g} tie"
        )
    return values, V


def eigvalsh_at(X):
    """dλᵢ = vᵢᵀ dX vᵢ: the diagonal of Vᵀ dX V, without the rest of it."""
    values, V = spectrum(X)
    return values, LinearMap(
        push=lambda dX: (V * (dX @ V)).sum(axis=0),
        pull=lambda bar: (V * bar) @ V.T,
        matrix=lambda: la.khatri_rao(V, V).T,
    )


def second_of_eigvalsh(X):
    """d²λᵢ = 2 Σ over j ≠ i of (vⱼᵀ H vᵢ)(vⱼᵀ K vᵢ) / (λᵢ − λⱼ)."""
    values, V = spectrum(X)
    F = gaps(values)
    return lambda H, K: 2 * (F * (V.T @ _sym(H) @ V) * (V.T @ _sym(K) @ V)).sum(axis=0)


def eigh_at(X):
    """dV = V (F ∘ VᵀdXV): V stays orthogonal, so Vᵀ dV is skew and its diagonal is zero."""
    values, V = signed_spectrum(X)
    F = gaps(values)

    def push(dX):
        M = V.T @ _sym(dX) @ V
        return np.diag(M).copy(), V @ (F * M)

    return (values, V), LinearMap(push, lambda bar: _sym(V @ (np.diag(bar[0]) + F * (V.T @ bar[1])) @ V.T))


def _eigh(X):
    values, V = np.linalg.eigh(X)
    return values, turned(V)


def _repeated(rng, n, k):
    """A symmetric matrix whose eigenvalues k and k+1 are equal."""
    values = np.arange(1.0, max(n, k + 1) + 1)
    values[k] = values[k - 1]
    Q, _ = np.linalg.qr(rng.standard_normal((len(values), len(values))))
    return _sym((Q * values) @ Q.T)


def _symmetric_domain(name, factor, shape=not_symmetric, k=1):
    return Domain(
        name, shape, interior=refusal_of(factor), tangent=SYMMETRIC.tangent, direction=SYMMETRIC.direction,
        sample=lambda rng, n: symmetric(rng, max(n, k)), outside=lambda rng, n: _repeated(rng, n, k),
    )  # fmt: skip


eigvalsh = Rule(
    name="eigvalsh",
    f=np.linalg.eigvalsh,
    linearize=eigvalsh_at,
    domain=_symmetric_domain("symmetric matrices with simple eigenvalues", spectrum),
    formulas=Formulas(
        value=r"X V = V \operatorname{diag}(\lambda)",
        differential=r"\operatorname{diag}(V^{\top}\,\mathrm dX\,V)\,\mathbf 1_n",
        adjoint=r"V \operatorname{diag}(\bar\lambda)\,V^{\top}",
        jacobian=r"\operatorname{khatrirao}(V, V)^{\top}",
        result=r"\lambda",
        where=(("V", r"\operatorname{eigenvectors}(X)"),),
        shapes={"X": "n×n"},
    ),
    source="magnus2019, ch. 8, sec. 9",
    second_at=second_of_eigvalsh,
)

eigh = Rule(
    name="eigh",
    f=_eigh,
    linearize=eigh_at,
    domain=_symmetric_domain(
        "symmetric matrices with simple eigenvalues, no eigenvector having largest entries ±a", signed_spectrum
    ),
    formulas=Formulas(
        value=r"V \operatorname{diag}(\lambda)\,V^{\top} = X",
        differential=(r"\operatorname{diag}(M)\,\mathbf 1_n", r"V (F \odot M)"),
        adjoint=r"\operatorname{sym}(V (\operatorname{diag}(\bar\lambda) + F \odot (V^{\top} \bar V)) V^{\top})",
        result=(r"\lambda", "V"),
        where=(("M", r"V^{\top}\,\mathrm dX\,V"), ("F", r"\operatorname{gaps}(\lambda)")),
        shapes={"X": "n×n"},
    ),
    source="giles2008extended, sec. 3.1",
)


def _split(X, k):
    values, V = la.eigh(X, driver="evd", check_finite=False)
    _refuse_narrow(values, [k] if k < len(X) else [])
    return values, V


def projector_at(X, k):
    """dP turns the first k eigenvectors into the others, by vⱼᵀ dX vᵢ / (λᵢ − λⱼ), and back: a self-adjoint map."""
    values, V = _split(X, k)
    low, high, over = V[:, :k], V[:, k:], values[:k] - values[k:, None]  # λᵢ − λⱼ < 0, row j, column i

    def turn(S):
        half = high @ ((high.T @ _sym(S) @ low) / over) @ low.T
        return half + half.T

    def matrix():
        B = np.kron(V, V)
        return (B * vec(step_gaps(values, k))) @ B.T @ (np.eye(X.size) + commutation(*X.shape)) / 2

    return low @ low.T, LinearMap(turn, turn, matrix)


def spectral_projector(k):
    """The orthogonal projector on the eigenvectors of the k lowest eigenvalues of a symmetric X, size n ≥ k.

    Only the gap between λₖ and λₖ₊₁ must be open; ties on either side of it do no harm.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"spectral_projector: expected a whole number k of at least 1, got {k!r}")
    short = lambda X: None if len(X) >= k else f"expected at least {k} rows, got {len(X)}"
    return Rule(
        name=f"spectral_projector({k})",
        f=lambda X: (lambda W: W @ W.T)(np.linalg.eigh(X)[1][:, :k]),
        linearize=lambda X: projector_at(X, k),
        domain=_symmetric_domain(
            f"symmetric matrices with a gap between eigenvalues {k} and {k + 1}",
            lambda X: _split(X, k), lambda X: not_symmetric(X) or short(X), k,
        ),  # fmt: skip
        formulas=_printed_projector(k),
        source="kato1995, ch. II, sec. 2",
    )


def _printed_projector(k):
    return Formulas(
        value=r"W W^{\top}",
        differential=r"V (G \odot (V^{\top}\,\mathrm dX\,V)) V^{\top}",
        adjoint=r"V (G \odot (V^{\top} \operatorname{sym}(\bar Y)\,V)) V^{\top}",
        jacobian=r"\frac{1}{2} B \operatorname{diag}(\operatorname{vec}(G))\,B^{\top} (I + K_{nn})",
        where=(
            ("V", r"\operatorname{eigenvectors}(X)"),
            (r"\lambda", r"\operatorname{diag}(V^{\top} X V)\,\mathbf 1_n"),
            ("W", r"\operatorname{columns}(V, 1, k)"),
            ("G", r"\operatorname{stepgaps}(\lambda, k)"),
            ("B", r"V \otimes V"),
        ),
        constants={"k": k},
        shapes={"X": "n×n"},
    )

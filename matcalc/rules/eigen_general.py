"""Eigenvalues and eigenvectors of a general square matrix: left and right vectors, and a phase to choose."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from ..domains import Domain, DomainError, a_square_matrix, refusal_of
from ..eigenbasis import GAP, TIE, gaps, in_order, turned
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import well_conditioned

# With dV = V C and K = V⁻¹ dX V the differential of X V = V Λ says K = dΛ + C Λ − Λ C: the diagonal of K is dλ, and
# off it Cᵢⱼ = Kᵢⱼ / (λⱼ − λᵢ). The diagonal of C is free: the norm fixes its real part, the phase its imaginary one.
BLUR = 100 * np.finfo(float).eps  # rounding moves an eigenvalue by about BLUR ‖X‖ / |wᴴv|


def largest(V):
    """P with 1/v at the place of the largest entry v of each column of V, and zeros elsewhere."""
    places = np.abs(V).argmax(axis=0), np.arange(V.shape[1])
    P = np.zeros_like(V)
    P[places] = 1 / V[places]
    return P


FUNCTIONS |= {"largest": largest, "Im": np.imag}


def simple_spectrum(X):
    """(λ, V, W): eigenvalues in order, right unit eigenvectors V, and W with Wᴴ V = I, the scaled left ones.

    DomainError where two eigenvalues cannot be told apart, or where the order between two is a tie.
    """
    size = 2.0 ** (np.frexp(np.abs(X).max())[1] - 1)  # SciPy forgets to scale back beyond about 1e±138
    values, left, V = la.eig(X / size, left=True, right=True)
    values = size * values
    order = in_order(values)
    values, left, V = values[order].astype(complex), left[:, order].astype(complex), V[:, order].astype(complex)
    overlaps = (left.conj() * V).sum(axis=0)
    _refuse_near(values, np.abs(overlaps), la.norm(X, 2))
    return values, turned(V), left


def _refuse_near(values, overlaps, size):
    """DomainError for two eigenvalues that rounding may join, or whose order may flip."""
    top = np.abs(values).max()
    blur = np.maximum(GAP * top, BLUR * size / np.maximum(overlaps, np.finfo(float).tiny))
    apart = np.abs(values[:, None] - values)
    for i, j in np.argwhere(np.triu(apart <= np.maximum(blur[:, None], blur), 1)):
        raise DomainError(
            f"eigenvalues {i + 1} and {j + 1} coincide to working precision: both are about {values[i]:.6g}, their "
            f"distance is {apart[i, j]:.1e}, and |wᴴv| = {min(overlaps[i], overlaps[j]):.1e}"
        )
    tied = np.abs(values.real[:, None] - values.real) <= TIE * top
    for i, j in np.argwhere(np.triu(tied & (np.abs(values[:, None] - values.conj()) > TIE * top), 1)):
        raise DomainError(
            f"the order of eigenvalues {i + 1} and {j + 1} is a tie: {values[i]:.6g} and {values[j]:.6g} share "
            "a real part"
        )


def phased_spectrum(X):
    """The simple spectrum; DomainError where two entries of an eigenvector tie for the one made positive."""
    values, V, W = simple_spectrum(X)
    for i, (value, v) in enumerate(zip(values, V.T, strict=True), start=1):
        top = np.abs(v).argmax()
        rivals = np.abs(v) >= (1 - TIE) * np.abs(v[top])
        rivals[top] = False
        if value.imag == 0:  # then v stays real, and rivals of one sign ask for the same sign
            rivals &= v.real < 0
        if rivals.any():
            raise DomainError(
                f"the phase of eigenvector {i} is not determined: its entries {top + 1} and "
                f"{rivals.argmax() + 1} tie for the largest, |v| = {np.abs(v[top]):.6g}"
            )
    return values, V, W


def _scaled(V, W):
    """Wᴴ with Wᴴ V = I: each left vector divided by its overlap with the right one. No inverse is needed."""
    return (W / (V.conj() * W).sum(axis=0)).conj().T


def eigvals_at(X):
    """dλᵢ = wᵢᴴ dX vᵢ / (wᵢᴴ vᵢ); the adjoint in ⟨A, B⟩ = Re tr(Aᴴ B).

    A complex dX is welcome, for each λᵢ is analytic; only their order may change, where a conjugate pair ties.
    The adjoint is that of the map on real dX.
    """
    values, V, W = simple_spectrum(X)
    L = _scaled(V, W)
    return values, LinearMap(
        push=lambda dX: ((L @ dX) * V.T).sum(axis=1),
        pull=lambda bar: ((L.conj().T * bar) @ V.conj().T).real,
        matrix=lambda: la.khatri_rao(V, L.T).T,
    )


def second_of_eigvals(X):
    """d²λᵢ = Σ over j ≠ i of (Hᵢⱼ Kⱼᵢ + Kᵢⱼ Hⱼᵢ)/(λᵢ − λⱼ), H and K in the basis of eigenvectors."""
    values, V, W = simple_spectrum(X)
    L, F = _scaled(V, W), gaps(values)

    def second(H, K):
        H, K = L @ H @ V, L @ K @ V
        return -(F * (H * K.T + K * H.T)).sum(axis=1)

    return second


def eig_at(X):
    """dv = z − v (Re vᴴz + i Im zₖ/vₖ) with z = V C: the norm takes the real part, the phase rule the other.

    A complex dX is welcome, but in it the map is ℝ-linear only, as norm and phase are: dv along i dX is not i dv.
    The adjoint is that of the map on real dX.
    """
    values, V, W = phased_spectrum(X)
    L, F, P = _scaled(V, W), gaps(values), largest(V)

    def push(dX):
        K = L @ dX @ V
        Z = V @ (F * K)
        turn = (V.conj() * Z).sum(axis=0).real + 1j * (P * Z).sum(axis=0).imag
        return np.diag(K).copy(), Z - V * turn

    def pull(bar):
        overlap = (bar[1].conj() * V).sum(axis=0)
        Zbar = bar[1] - V * overlap.real + 1j * P * overlap.imag
        return (L.conj().T @ (np.diag(bar[0]) + F.conj() * (V.conj().T @ Zbar)) @ V.conj().T).real

    return (values, V), LinearMap(push, pull)


def _eigvals(X):
    values = np.linalg.eigvals(X).astype(complex)
    return values[in_order(values)]


def _eig(X):
    values, V = np.linalg.eig(X)
    order = in_order(values)
    return values[order].astype(complex), turned(V[:, order].astype(complex))


def _with_pair(rng, n):
    """A generic matrix with one complex pair of eigenvalues (n > 1) and otherwise real ones, none close."""
    X = np.diag(np.linspace(-2, 2, n) + rng.uniform(-0.1, 0.1, n))
    X[:2, :2] = [[-0.6, 1.1], [-0.9, -0.4]] if n > 1 else X[:2, :2]
    S = well_conditioned(rng, n)
    return S @ X @ la.inv(S)


def _jordan(rng, n):
    """A defective matrix: an eigenvalue that is double, with one eigenvector."""
    X = np.diag(np.arange(1.0, max(n, 2) + 1))
    X[:2, :2] = [[1.0, 1.0], [0.0, 1.0]]
    S = well_conditioned(rng, len(X))
    return S @ X @ la.inv(S)


def _general(name, factor):
    return Domain(name, shape=a_square_matrix, interior=refusal_of(factor), sample=_with_pair, outside=_jordan)


eigvals = Rule(
    name="eigvals",
    f=_eigvals,
    linearize=eigvals_at,
    domain=_general(
        "square matrices with simple eigenvalues whose real parts tie in conjugate pairs only", simple_spectrum
    ),
    formulas=Formulas(
        value=r"X V = V \operatorname{diag}(\lambda)",
        differential=r"\operatorname{diag}(V^{-1}\,\mathrm dX\,V)\,\mathbf 1_n",
        adjoint=r"\operatorname{Re}(V^{-H} \operatorname{diag}(\bar\lambda)\,V^{H})",
        jacobian=r"\operatorname{khatrirao}(V, V^{-\top})^{\top}",
        result=r"\lambda",
        where=(("V", r"\operatorname{eigenvectors}(X)"),),
        shapes={"X": "n×n"},
    ),
    source="horn2013, thm. 6.3.12",
    second_at=second_of_eigvals,
)

eig = Rule(
    name="eig",
    f=_eig,
    linearize=eig_at,
    domain=_general(
        "square matrices with simple eigenvalues whose real parts tie in conjugate pairs only, "
        "and eigenvectors with one largest entry",
        phased_spectrum,
    ),
    formulas=Formulas(
        value=r"X V = V \operatorname{diag}(\lambda)",
        differential=(
            r"\operatorname{diag}(K)\,\mathbf 1_n",
            r"Z - V (\operatorname{Re}(D) + i \operatorname{Im}(E))",
        ),
        adjoint=r"\operatorname{Re}(V^{-H} (\operatorname{diag}(\bar\lambda) - F^{H} \odot (V^{H} B)) V^{H})",
        result=(r"\lambda", "V"),
        where=(
            ("K", r"V^{-1}\,\mathrm dX\,V"),
            ("F", r"\operatorname{gaps}(\lambda)"),
            ("Z", r"V (F \odot K)"),
            ("P", r"\operatorname{largest}(V)"),
            ("D", r"\operatorname{diag}(V^{H} Z)"),
            ("E", r"\operatorname{diag}(P^{\top} Z)"),
            ("S", r"\operatorname{diag}(\bar V^{H} V)"),
            ("B", r"\bar V - V \operatorname{Re}(S) + i P \operatorname{Im}(S)"),
        ),
        constants={"i": 1j},
        shapes={"X": "n×n"},
    ),
    source="magnus1985",
)

"""Functions of a matrix: the exponential of any square one, root and logarithm of a positive definite one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.linalg as la

from ..domains import POSITIVE_DEFINITE, SQUARE, DomainError
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import commutation, vec

EPS = np.finfo(float).eps
# Numerator of the [13/13] Padé approximant of eˣ; it and its derivative are exact to rounding if ‖X‖₁ ≤ REACH.
PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip
REACH = 4.74


# --- the exponential: halve X until a rational function is enough, then square ----------------------------------


def expm_at(X):
    """e^X = (e^(X/2ˢ))^(2ˢ): the derivative of the rational function, then the product rule at each squaring.

    Powers, LU factors and squares depend on X alone; a direction costs products and one solve.
    """
    halvings = max(0, int(np.ceil(np.log2(max(np.linalg.norm(X, 1), 1.0) / REACH))))
    R, pade_push = pade_at(X / 2.0**halvings)
    squares = [R]
    for _ in range(halvings):
        squares.append(squares[-1] @ squares[-1])

    def push(dX):
        dR = pade_push(dX / 2.0**halvings)
        for R in squares[:-1]:
            dR = dR @ R + R @ dR
        return dR

    # the adjoint is the derivative at Xᵀ, and that is this one between two transposes
    return squares[-1], LinearMap(push, pull=lambda Ybar: push(Ybar.T).T)


def pade_at(X):
    """(R, dX ↦ dR) for (V − U) R = V + U: U and V are the odd and the even part of the numerator."""
    X2 = X @ X
    X4 = X2 @ X2
    X6 = X4 @ X2
    evens, eye = (X2, X4, X6), np.eye(len(X))
    odd_top, even_top = _mix(PADE[9::2], evens), _mix(PADE[8::2], evens)
    odd = X6 @ odd_top + _mix(PADE[3:8:2], evens) + PADE[1] * eye
    U, V = X @ odd, X6 @ even_top + _mix(PADE[2:7:2], evens) + PADE[0] * eye
    factors = la.lu_factor(V - U)
    R = la.lu_solve(factors, V + U)

    def push(dX):
        d2 = X @ dX + dX @ X
        d4 = X2 @ d2 + d2 @ X2
        d6 = X4 @ d2 + d4 @ X2
        moves = d2, d4, d6
        dodd = X6 @ _mix(PADE[9::2], moves) + d6 @ odd_top + _mix(PADE[3:8:2], moves)
        dU = X @ dodd + dX @ odd
        dV = X6 @ _mix(PADE[8::2], moves) + d6 @ even_top + _mix(PADE[2:7:2], moves)
        return la.lu_solve(factors, dU + dV + (dU - dV) @ R)

    return R, push


def _mix(coefficients, matrices):
    return sum(c * M for c, M in zip(coefficients, matrices, strict=True))


def expm_second_at(X):
    """d² of e^X is the far corner of one exponential: X moved by H in a 2×2 block, and that block moved by K."""

    def second(H, K):
        zero, n = np.zeros_like(X), len(X)
        blocks = [[X, H, K, zero], [zero, X, zero, K], [zero, zero, X, H], [zero, zero, zero, X]]
        return la.expm(np.block(blocks))[:n, -n:]

    return second


def phi(Z):
    """φ(Z) for φ(z) = (eᶻ − 1)/z, singular Z included: a corner of e to [Z I; 0 0]."""
    n = len(Z)
    return la.expm(np.block([[Z, np.eye(n)], [np.zeros((n, 2 * n))]]))[:n, n:]


FUNCTIONS |= {"expm": la.expm, r"\varphi": phi}

expm = Rule(
    name="expm",
    f=la.expm,
    linearize=expm_at,
    domain=SQUARE,
    formulas=Formulas(
        value=r"\operatorname{expm}(X)",
        differential=r"\begin{bmatrix} Y & \mathrm dY \\ 0 & Y \end{bmatrix}"
        r" = \operatorname{expm} \begin{bmatrix} X & \mathrm dX \\ 0 & X \end{bmatrix}",
        adjoint=r"\begin{bmatrix} Y^{\top} & \bar X \\ 0 & Y^{\top} \end{bmatrix}"
        r" = \operatorname{expm} \begin{bmatrix} X^{\top} & \bar Y \\ 0 & X^{\top} \end{bmatrix}",
        jacobian=r"(I_n \otimes Y)\,\operatorname{\varphi}(X^{\top} \otimes I_n - I_n \otimes X)",
        shapes={"X": "n×n"},
    ),
    source="almohy2009, alg. 6.4",
    second_at=expm_second_at,
)


# --- functions of a positive definite matrix: one eigh, then divided differences --------------------------------


def _spectrum_complaint(values):
    """Why ascending eigenvalues do not belong to a positive definite matrix, or None."""
    if values[0] > EPS * values[-1]:
        return None
    given = f"its eigenvalues run from {values[0]:.1e} to {values[-1]:.1e}"
    return f"this matrix is not positive definite{' to working precision' if values[0] > 0 else ''}: {given}"


POSITIVE = replace(POSITIVE_DEFINITE, interior=lambda X: _spectrum_complaint(la.eigvalsh(X)))


def root_differences(values):
    """(√λᵢ − √λⱼ)/(λᵢ − λⱼ) = 1/(√λᵢ + √λⱼ): nothing is subtracted, so close eigenvalues do no harm."""
    roots = np.sqrt(values)
    return 1 / (roots[:, None] + roots)


def log_differences(values):
    """(log λᵢ − log λⱼ)/(λᵢ − λⱼ) = log1p(r)/(r λ) for the smaller λ of the two and the other (1 + r) λ."""
    low = np.minimum(values[:, None], values)
    r = np.maximum(values[:, None], values) / low - 1
    return np.divide(np.log1p(r), r, out=np.ones_like(r), where=r > 0) / low


def spectral(function, differences):
    """The linearize of f(X) = Q f(Λ) Qᵀ: in the basis Q the derivative multiplies entry by entry."""

    def at(X):
        values, Q = la.eigh(X)
        if complaint := _spectrum_complaint(values):
            raise DomainError(complaint)
        table = differences(values)

        def move(S):
            M = Q @ (table * (Q.T @ (S + S.T) @ Q)) @ Q.T / 2
            return (M + M.T) / 2

        def matrix():
            B, n = np.kron(Q, Q), len(X)
            return (B * vec(table)) @ B.T @ (np.eye(n * n) + commutation(n, n)) / 2

        return (Q * function(values)) @ Q.T, LinearMap(move, move, matrix)  # self-adjoint

    return at


sqrtm_at, logm_at = spectral(np.sqrt, root_differences), spectral(np.log, log_differences)


def sqrtm_second_at(X):
    """Differentiate S dS + dS S = dX once more: d²S solves the same equation with −(dS₁ dS₂ + dS₂ dS₁)."""
    dF = sqrtm_at(X)[1]

    def second(dX, dZ):
        dS, dT = dF.push(dX), dF.push(dZ)
        return dF.push(-dS @ dT - dT @ dS)

    return second


def logm_second_at(X):
    """Differentiate e^Y = X twice: d²Y answers the bend of the exponential at Y."""
    Y, dF = logm_at(X)
    bend = expm_second_at(Y)
    return lambda dX, dZ: -dF.push(bend(dF.push(dX), dF.push(dZ)))


sqrtm_spd = Rule(
    name="sqrtm_spd",
    f=lambda X: np.real(la.sqrtm(X)),
    linearize=sqrtm_at,
    domain=POSITIVE,
    formulas=Formulas(
        value="S S = X",
        differential=r"S\,\mathrm dS + \mathrm dS\,S = \mathrm dX",
        adjoint=r"S\,\bar X + \bar X\,S = \operatorname{sym}(\bar S)",
        jacobian=r"\frac{1}{2} (I_n \otimes S + S \otimes I_n)^{-1} (I + K_{nn})",
        result="S",
        shapes={"X": "n×n"},
    ),
    source="higham2008, ch. 6",
    second_at=sqrtm_second_at,
)

def log_by_size(X):
    """log X = log(X/t) + log(t) I: with the largest entry for t the first logarithm is one of moderate numbers."""
    size = np.abs(X).max()
    return np.real(la.logm(X / size)) + np.log(size) * np.eye(len(X))


logm_spd = Rule(
    name="logm_spd",
    f=log_by_size,
    linearize=logm_at,
    domain=POSITIVE,
    formulas=Formulas(
        value=r"\operatorname{expm}(Y) = X",
        differential=r"\operatorname{expm} \begin{bmatrix} Y & \mathrm dY \\ 0 & Y \end{bmatrix}"
        r" = \begin{bmatrix} X & \mathrm dX \\ 0 & X \end{bmatrix}",
        adjoint=r"\operatorname{expm} \begin{bmatrix} Y & \bar X \\ 0 & Y \end{bmatrix}"
        r" = \begin{bmatrix} X & \operatorname{sym}(\bar Y) \\ 0 & X \end{bmatrix}",
        jacobian=r"\frac{1}{2} J^{-1} (I + K_{nn})",
        where=(("J", r"(I_n \otimes X)\,\operatorname{\varphi}(Y \otimes I_n - I_n \otimes Y)"),),
        shapes={"X": "n×n"},
    ),
    source="higham2008, ch. 11",
    second_at=logm_second_at,
)

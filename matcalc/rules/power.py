"""Powers and polynomials of a square matrix: one term for each place where dX can stand."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..domains import INVERTIBLE, SQUARE, DomainError, near_singular
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import as_point


def power(k):
    """F(X) = Xᵏ for a whole number k of either sign; X is n×n, invertible if k < 0.

    d(Xᵏ) = Σ Xⁱ dX Xᵏ⁻¹⁻ⁱ over i = 0 … k−1, in that order: dX stands once in each place.
    TypeError if k is not a whole number.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise TypeError(f"power: expected a whole number k, got {k!r}")
    k = int(k)
    return Rule(
        name=f"power({k})",
        f=lambda X: np.linalg.matrix_power(X, k),
        linearize=_nonnegative(k) if k >= 0 else _negative(-k),
        domain=SQUARE if k >= 0 else INVERTIBLE,
        formulas=_printed(k),
        source="higham2008, sec. 3.2",
        second_at=_second_power(k),
    )


def _nonnegative(k):
    """Binary powering X → X² → X⁴·X …, and the product rule at each of its few steps."""
    if k == 0:
        return lambda X: (np.eye(len(X)), LinearMap(np.zeros_like, np.zeros_like, lambda: np.zeros((X.size, X.size))))

    def power_at(X):
        chain, P = _binary_chain(X, k)
        return P, LinearMap(
            push=lambda dX: _forward(chain, X, dX),
            pull=lambda Ybar: _backward(chain, X, Ybar),
            matrix=lambda: _insertions(X, range(k)),
        )

    return power_at


def _binary_chain(X, k):
    """The links (P, P², times X?) of the powering chain of k, from the leading binary digit on, and Xᵏ."""
    chain, P = [], X
    for digit in f"{k:b}"[1:]:
        chain.append((P, P @ P, digit == "1"))
        P = chain[-1][1] @ X if digit == "1" else chain[-1][1]
    return chain, P


def _forward(chain, X, dX):
    dP = dX
    for P, square, times_X in chain:
        dP = dP @ P + P @ dP
        if times_X:
            dP = dP @ X + square @ dX
    return dP


def _backward(chain, X, Ybar):
    Pbar, Xbar = Ybar, np.zeros_like(Ybar)
    for P, square, times_X in reversed(chain):
        if times_X:
            Xbar = Xbar + square.T @ Pbar
            Pbar = Pbar @ X.T
        Pbar = Pbar @ P.T + P.T @ Pbar
    return Pbar + Xbar


def _negative(k):
    """X⁻ᵏ = (X⁻¹)ᵏ: the derivative of a power after that of the inverse."""
    outer_at = _nonnegative(k)

    def power_at(X):
        Y = _inverse(X)
        Z, outer = outer_at(Y)
        return Z, LinearMap(
            push=lambda dX: outer.push(-Y @ dX @ Y),
            pull=lambda Ybar: -Y.T @ outer.pull(Ybar) @ Y.T,
            matrix=lambda: outer.matrix @ -np.kron(Y.T, Y),
        )

    return power_at


def _inverse(X):
    Y = np.linalg.inv(X)
    if complaint := near_singular(1 / (np.linalg.norm(X, 1) * np.linalg.norm(Y, 1))):
        raise DomainError(complaint)
    return Y


def _second_power(k):
    """Xᵏ as a Horner scheme with the steps I, X, X², …; a negative power is one in Y = X⁻¹, which bends too."""

    def second_at(X):
        Y = X if k >= 0 else _inverse(X)
        steps = [np.linalg.matrix_power(Y, j) for j in range(abs(k))]
        if k >= 0:
            return partial(_twice, steps, X, bend=np.zeros_like(X))
        moved = lambda H: -Y @ H @ Y
        return lambda H, K: _twice(steps, Y, moved(H), moved(K), -moved(H) @ K @ Y - moved(K) @ H @ Y)

    return second_at


def _twice(steps, X, H, K, bend):
    """d² of the products P X, one step after the other: each of P and X moves once, or one of them bends."""
    dH = dK = S = np.zeros_like(bend)
    for P in steps:
        S = S @ X + dH @ K + dK @ H + P @ bend
        dH, dK = dH @ X + P @ H, dK @ X + P @ K
    return S


def _insertions(X, places):
    """Σ (Xᵀ)ᵏ⁻¹⁻ⁱ ⊗ Xⁱ: the matrix of dX ↦ Σ Xⁱ dX Xᵏ⁻¹⁻ⁱ."""
    powers = [np.linalg.matrix_power(X, i) for i in places]
    return sum(np.kron(after.T, before) for before, after in zip(powers, reversed(powers), strict=True))


def _printed(k):
    if k == 0:
        return Formulas(
            value="I_n",
            differential=r"0\,\mathrm dX",
            adjoint=r"0\,\bar Y",
            jacobian=r"0\,I_n \otimes I_n",
            shapes={"X": "n×n"},
        )
    return _printed_positive(k) if k > 0 else _printed_negative(-k)


def _printed_positive(k):
    return Formulas(
        value="X^{k}",
        differential=r"\sum_{i=0}^{k-1} X^{i}\,\mathrm dX\,X^{k-1-i}",
        adjoint=r"\sum_{i=0}^{k-1} (X^{\top})^{i}\,\bar Y\,(X^{\top})^{k-1-i}",
        jacobian=r"\sum_{i=0}^{k-1} (X^{\top})^{k-1-i} \otimes X^{i}",
        constants={"k": k},
        shapes={"X": "n×n"},
    )


def _printed_negative(k):
    return Formulas(
        value="X^{-k}",
        differential=r"-\sum_{i=1}^{k} X^{-i}\,\mathrm dX\,X^{-(k+1-i)}",
        adjoint=r"-\sum_{i=1}^{k} (X^{\top})^{-i}\,\bar Y\,(X^{\top})^{-(k+1-i)}",
        jacobian=r"-\sum_{i=1}^{k} (X^{\top})^{-(k+1-i)} \otimes X^{-i}",
        constants={"k": k},
        shapes={"X": "n×n"},
    )


def polynomial(c):
    """p(X) = c₀ I + c₁ X + … + c_d Xᵈ for a square X: the powers, added up.

    c is a sequence of d+1 numbers, c[j] the coefficient of Xʲ; d ≥ 1.
    """
    c = as_point(c, "polynomial: the coefficients")
    if c.ndim != 1 or len(c) < 2:
        raise ValueError("polynomial: expected at least two coefficients c₀, c₁, … in a row")
    return Rule(
        name="polynomial",
        f=lambda X: sum(cj * np.linalg.matrix_power(X, j) for j, cj in enumerate(c)),
        linearize=_horner(c),
        domain=SQUARE,
        formulas=Formulas(
            value=r"\sum_{j=0}^{d} c_j X^{j}",
            differential=r"\sum_{j=1}^{d} c_j \sum_{i=0}^{j-1} X^{i}\,\mathrm dX\,X^{j-1-i}",
            adjoint=r"\sum_{j=1}^{d} c_j \sum_{i=0}^{j-1} (X^{\top})^{i}\,\bar Y\,(X^{\top})^{j-1-i}",
            jacobian=r"\sum_{j=1}^{d} c_j \sum_{i=0}^{j-1} (X^{\top})^{j-1-i} \otimes X^{i}",
            constants={"c": c, "d": len(c) - 1},
            shapes={"X": "n×n"},
        ),
        source="higham2008, sec. 3.2",
        second_at=lambda X: partial(_twice, _horner_steps(c, X)[:-1], X, bend=np.zeros_like(X)),
    )


def _horner_steps(c, X):
    """The steps P ← P X + c_j I, from the highest coefficient down."""
    steps = [c[-1] * np.eye(len(X))]
    for coefficient in c[-2::-1]:
        steps.append(steps[-1] @ X + coefficient * np.eye(len(X)))
    return steps


def _horner(c):
    """The product rule at each step of Horner's scheme."""

    def polynomial_at(X):
        steps = _horner_steps(c, X)

        def push(dX):
            dP = np.zeros_like(dX)
            for P in steps[:-1]:
                dP = dP @ X + P @ dX
            return dP

        def pull(Ybar):
            Pbar, Xbar = Ybar, np.zeros_like(Ybar)
            for P in reversed(steps[:-1]):
                Pbar, Xbar = Pbar @ X.T, Xbar + P.T @ Pbar
            return Xbar

        matrix = lambda: sum(c[j] * _insertions(X, range(j)) for j in range(1, len(c)))
        return steps[-1], LinearMap(push, pull, matrix)

    return polynomial_at

"""Losses of m predictions in rows, each a mean with its constant: squares over m·k, cross-entropy over m."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, logsumexp

from ..domains import matrices_of_shape
from ..formula import FUNCTIONS, Formulas
from ..linear_map import functional
from ..rule import Rule
from ..spaces import ShapeError, as_point, copy, inner, shape_of, text

FUNCTIONS["softmax"] = lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)  # of every row
FUNCTIONS["logsumexp"] = lambda Z: logsumexp(Z, axis=1)


def mse(Y):
    """L(Z) = ‖Z − Y‖²/(mk): the mean over all mk entries, so ∇L = 2(Z − Y)/(mk). Y is m×k.

    Other texts divide by 2m, or by 2: then the gradient is (Z − Y)/m, or Z − Y. Each gradient belongs to its own loss.
    """
    Y = _targets("mse", Y)

    def mse_at(Z):
        E = Z - Y
        return (E * E).mean(), functional(2 / Y.size * E)

    return Rule(
        name="mse",
        f=lambda Z: ((Z - Y) ** 2).sum() / Y.size,
        linearize=mse_at,
        domain=matrices_of_shape(*Y.shape),
        formulas=Formulas(
            value=r"\frac{1}{m k} \operatorname{tr}((Z - Y)^{\top}(Z - Y))",
            differential=r"\frac{2}{m k} \operatorname{tr}((Z - Y)^{\top}\,\mathrm dZ)",
            adjoint=r"\frac{2 \bar L}{m k} (Z - Y)",
            jacobian=r"\frac{2}{m k} \operatorname{vec}(Z - Y)^{\top}",
            point="Z", result="L", constants={"Y": Y}, shapes={"Z": "m×k", "Y": "m×k"},
        ),  # fmt: skip
        source="goodfellow2016, sec. 5.1.4",
        second_at=lambda Z: lambda dZ, dV: 2 / Y.size * inner(dZ, dV),
    )


def cross_entropy(Y):
    """L(Z) = −(1/m) Σ Y_ij log P_ij, where row i of P is the softmax of row i of Z: ∇L = (P − Y)/m.

    Z holds scores, any real numbers; each row of the m×k matrix Y holds probabilities, such as a single one. As
    log P_ij = Z_ij − log Σ_l exp Z_il, nothing is divided and no logarithm of zero is taken, however large the scores.
    ValueError unless the rows of Y are probabilities.
    """
    Y = _targets("cross_entropy", Y)
    if Y.min() < 0 or not np.allclose(Y.sum(axis=1), 1, rtol=0, atol=1e-12):
        raise ValueError("cross_entropy: each row of Y must hold probabilities: none negative, their sum 1")
    m = len(Y)

    def cross_entropy_at(Z):
        below, total, P = _below_the_largest(Z)
        return (np.log(total).sum() - (Y * below).sum()) / m, functional((P - Y) / m)

    def second_at(Z):
        P = _below_the_largest(Z)[-1]
        mean = lambda dZ: (P * dZ).sum(axis=1, keepdims=True)
        return lambda dZ, dV: (P * (dZ - mean(dZ)) * dV).sum() / m  # a covariance under P, so convex

    return Rule(
        name="cross_entropy",
        f=lambda Z: -(Y * log_softmax(Z, axis=1)).sum() / m,
        linearize=cross_entropy_at,
        domain=matrices_of_shape(*Y.shape),
        formulas=_cross_entropy_formulas(Y),
        source="bishop2006, eq. 4.109",
        second_at=second_at,
    )


def _below_the_largest(Z):
    """In each row the scores less their largest, the sum of their exponentials, softmax: what they share cancels."""
    below = Z - Z.max(axis=1, keepdims=True)
    E = np.exp(below)
    total = E.sum(axis=1, keepdims=True)
    return below, total, E / total


def _cross_entropy_formulas(Y):
    return Formulas(
        value=r"\frac{1}{m}(\mathbf 1_m^{\top} \operatorname{logsumexp}(Z) - \operatorname{tr}(Y^{\top} Z))",
        differential=r"\frac{1}{m} \operatorname{tr}((P - Y)^{\top}\,\mathrm dZ)",
        adjoint=r"\frac{\bar L}{m} (P - Y)",
        jacobian=r"\frac{1}{m} \operatorname{vec}(P - Y)^{\top}",
        point="Z", result="L", where=(("P", r"\operatorname{softmax}(Z)"),), constants={"Y": Y},
        shapes={"Z": "m×k", "Y": "m×k"},
    )  # fmt: skip


def _targets(where, Y):
    Y = copy(as_point(Y, f"{where}: Y"))
    if np.ndim(Y) != 2:
        raise ShapeError(f"{where}: expected a matrix Y, one example a row, got shape {text(shape_of(Y))}")
    return Y

"""Numbers made from a vector: linear and quadratic forms, least squares, logistic loss. Each has one gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit, log1p

from ..domains import vectors_of_length
from ..formula import FUNCTIONS, Formulas
from ..linear_map import functional
from ..rule import Rule
from ..spaces import ShapeError, as_point, shape_of, text

# Printed with ⊙ below the name: of every entry, not of a matrix.
FUNCTIONS.update({r"sigmoid_\odot": expit, r"softplus_\odot": lambda z: np.logaddexp(0, z)})


_LINEAR = Formulas(
    value=r"a^{\top} x",
    differential=r"a^{\top}\,\mathrm dx",
    adjoint=r"\bar y\,a",
    jacobian=r"a^{\top}",
    point="x",
    result="y",
    shapes={"a": "n", "x": "n"},
)


def linear_form(a):
    """f(x) = aᵀx for a fixed vector a of length n: df = aᵀdx, ∇f = a at every x."""
    a = _constant("linear_form: a", a, 1)
    return Rule(
        name="linear_form",
        f=lambda x: (a * x).sum(),
        linearize=lambda x: (a @ x, functional(a)),
        domain=vectors_of_length(len(a)),
        formulas=replace(_LINEAR, constants={"a": a}),
        source="petersen2012, eq. 69",
        second_at=lambda x: lambda dx, dz: 0.0,
    )


_QUADRATIC = Formulas(
    value=r"x^{\top} A x",
    differential=r"x^{\top}(A + A^{\top})\,\mathrm dx",
    adjoint=r"\bar y\,(A + A^{\top}) x",
    jacobian=r"x^{\top}(A + A^{\top})",
    point="x",
    result="y",
    shapes={"A": "n×n", "x": "n"},
)


def quadratic_form(A):
    """f(x) = xᵀAx for a fixed n×n matrix A, symmetric or not: df = xᵀ(A + Aᵀ)dx.

    x stands in two places, and each gives a term; 2Ax is their sum only if A is symmetric.
    """
    A = _constant("quadratic_form: A", A, 2)
    if A.shape[0] != A.shape[1]:
        raise ShapeError(f"quadratic_form: expected a square matrix A, got {text(A.shape)}")
    S = A + A.T

    def quadratic_form_at(x):
        g = S @ x
        return g @ x / 2, functional(g)  # Euler: 2f = ⟨∇f, x⟩ for a function of degree two

    return Rule(
        name="quadratic_form",
        f=lambda x: x @ A @ x,
        linearize=quadratic_form_at,
        domain=vectors_of_length(len(A)),
        formulas=replace(_QUADRATIC, constants={"A": A}),
        source="petersen2012, eq. 81",
        second_at=lambda x: lambda dx, dz: dx @ S @ dz,
    )


_SQUARES = Formulas(
    value=r"\| A x - b \|^{2}",
    differential=r"2 (A x - b)^{\top} A\,\mathrm dx",
    adjoint=r"2\,\bar y\,A^{\top}(A x - b)",
    jacobian=r"2 (A x - b)^{\top} A",
    point="x",
    result="y",
    shapes={"A": "m×n", "x": "n", "b": "m"},
)


def least_squares_loss(A, b):
    """f(x) = ‖Ax − b‖², without a factor ½ or 1/m: ∇f = 2Aᵀ(Ax − b). A is m×n, b has length m."""
    A, b = _data("least_squares_loss", A, b)

    def least_squares_at(x):
        r = A @ x - b
        return r @ r, functional(2 * (A.T @ r))

    return Rule(
        name="least_squares_loss",
        f=lambda x: ((A @ x - b) ** 2).sum(),
        linearize=least_squares_at,
        domain=vectors_of_length(A.shape[1]),
        formulas=replace(_SQUARES, constants={"A": A, "b": b}),
        source="petersen2012, eq. 84",
        second_at=lambda x: lambda dx, dz: 2 * (A @ dx) @ (A @ dz),
    )


_LOGISTIC = Formulas(
    value=r"\frac{1}{m}(\mathbf 1_m^{\top} \operatorname{softplus}_{\odot}(X w) - y^{\top} X w)",
    differential=r"\frac{1}{m}(p - y)^{\top} X\,\mathrm dw",
    adjoint=r"\frac{\bar L}{m} X^{\top}(p - y)",
    jacobian=r"\frac{1}{m}(p - y)^{\top} X",
    point="w",
    result="L",
    where=(("p", r"\operatorname{sigmoid}_{\odot}(X w)"),),
    shapes={"X": "m×n", "w": "n", "y": "m"},
)


def logistic_loss(X, y):
    """L(w) = (1/m) Σ log(1 + e^{zᵢ}) − yᵢzᵢ with z = Xw: the *mean* cross-entropy of σ(z) against y.

    X is m×n, one example a row; y has m labels between 0 and 1. With p = σ(Xw): ∇L = Xᵀ(p − y)/m, and the
    second differential is (X dw)ᵀ diag(p ⊙ (1 − p)) (X dv)/m, never negative for dv = dw.
    """
    X, y = _data("logistic_loss", X, y)
    if y.min() < 0 or y.max() > 1:
        raise ValueError(f"logistic_loss: labels lie between 0 and 1, got {y.min():g} to {y.max():g}")
    m = len(y)

    def logistic_at(w):
        z = X @ w
        value = (np.maximum(z, 0) + log1p(np.exp(-abs(z))) - y * z).sum() / m
        return value, functional(X.T @ (expit(z) - y) / m)

    def second_at(w):
        weights = expit(X @ w) * expit(-X @ w) / m
        return lambda dw, dv: (weights * (X @ dw)) @ (X @ dv)

    return Rule(
        name="logistic_loss",
        f=lambda w: (np.logaddexp(0, X @ w) - y * (X @ w)).mean(),
        linearize=logistic_at,
        domain=vectors_of_length(X.shape[1]),
        formulas=replace(_LOGISTIC, constants={"X": X, "y": y}),
        source="bishop2006, eq. 4.91",
        second_at=second_at,
    )


def _constant(where, A, ndim):
    """A fixed vector or matrix of a family, as floats."""
    A = as_point(A, where)
    if np.ndim(A) != ndim:
        raise ShapeError(f"{where}: expected a {'vector' if ndim == 1 else 'matrix'}, got shape {text(shape_of(A))}")
    return A


def _data(where, A, b):
    """A matrix and a vector with one entry for each of its rows."""
    A, b = _constant(f"{where}, part 1", A, 2), _constant(f"{where}, part 2", b, 1)
    if len(A) != len(b):
        raise ShapeError(f"{where}: expected as many numbers as rows, got {text(A.shape)} and {text(b.shape)}")
    return A, b

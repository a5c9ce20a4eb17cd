"""Affine maps, products, entrywise products and transposes: where the order of factors is the whole story."""

from __future__ import annotations

import numpy as np

from ..domains import EQUAL_SHAPES, MATRICES, PRODUCTS, matrices_of_shape
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import ShapeError, as_point, commutation, copy, shape_of, text, vec


def affine(A, B, C):
    """F(X) = A X B + C. The increment A dX B is exact: no remainder, the same map at every X.

    A is p×m, X is m×n, B is n×q, C is p×q. ShapeError if C does not fit A and B.
    """
    A, B, C = (copy(as_point(part, f"affine: {name}")) for part, name in ((A, "A"), (B, "B"), (C, "C")))
    if not A.ndim == B.ndim == 2 or C.shape != (A.shape[0], B.shape[1]):
        given = text(shape_of((A, B, C)))
        raise ShapeError(f"affine: expected A of shape p×m, B of n×q and C of p×q, got {given}")

    return Rule(
        name="affine",
        f=lambda X: A @ X @ B + C,
        linearize=_sandwich(A, B, C),
        domain=matrices_of_shape(A.shape[1], B.shape[0]),
        formulas=Formulas(
            value=r"A X B + C",
            differential=r"A\,\mathrm dX\,B",
            adjoint=r"A^{\top}\,\bar Y\,B^{\top}",
            jacobian=r"B^{\top} \otimes A",
            constants={"A": A, "B": B, "C": C},
            shapes={"A": "p×m", "X": "m×n", "B": "n×q", "C": "p×q"},
        ),
        source="magnus2019, ch. 2, sec. 4",
        second_at=lambda X: lambda dX, dZ: np.zeros(C.shape),  # the map A dX B is the same at every X
    )


def _sandwich(A, B, C):
    """A(X + dX)B + C − (AXB + C) = A dX B, exactly."""
    dF = LinearMap(
        push=lambda dX: A @ dX @ B,
        pull=lambda Ybar: A.T @ Ybar @ B.T,
        matrix=lambda: np.kron(B.T, A),
    )
    return lambda X: (A @ X @ B + C, dF)


def product_at(X):
    """(A + dA)(B + dB) − AB = dA B + A dB + dA dB: each factor moves in turn, at its own place."""
    A, B = X

    def matrix():
        left = np.kron(B.T, np.eye(A.shape[0]))
        return np.hstack([left, np.kron(np.eye(B.shape[1]), A)])

    return A @ B, LinearMap(
        push=lambda dX: dX[0] @ B + A @ dX[1],
        pull=lambda Ybar: (Ybar @ B.T, A.T @ Ybar),
        matrix=matrix,
    )


product = Rule(
    name="product",
    f=lambda X: X[0] @ X[1],
    linearize=product_at,
    domain=PRODUCTS,
    formulas=Formulas(
        value="A B",
        differential=r"\mathrm dA\,B + A\,\mathrm dB",
        adjoint=(r"\bar Y\,B^{\top}", r"A^{\top}\,\bar Y"),
        jacobian=r"\begin{bmatrix} B^{\top} \otimes I_m & I_q \otimes A \end{bmatrix}",
        point=("A", "B"),
        shapes={"A": "m×n", "B": "n×q"},
    ),
    source="magnus2019, ch. 8, sec. 2",
    second_at=lambda X: lambda dX, dZ: dX[0] @ dZ[1] + dZ[0] @ dX[1],  # both factors move, in either way
)


def hadamard_at(X):
    """Entry by entry this is the product rule of numbers, so here factors may always swap."""
    A, B = X
    return A * B, LinearMap(
        push=lambda dX: dX[0] * B + A * dX[1],
        pull=lambda Ybar: (B * Ybar, A * Ybar),
        matrix=lambda: np.hstack([np.diag(vec(B)), np.diag(vec(A))]),
    )


hadamard = Rule(
    name="hadamard",
    f=lambda X: X[0] * X[1],
    linearize=hadamard_at,
    domain=EQUAL_SHAPES,
    formulas=Formulas(
        value=r"A \odot B",
        differential=r"\mathrm dA \odot B + A \odot \mathrm dB",
        adjoint=(r"B \odot \bar Y", r"A \odot \bar Y"),
        jacobian=r"\begin{bmatrix} \operatorname{diag}(\operatorname{vec}(B)) & "
        r"\operatorname{diag}(\operatorname{vec}(A)) \end{bmatrix}",
        point=("A", "B"),
        shapes={"A": "m×n", "B": "m×n"},
    ),
    source="magnus2019, ch. 8, sec. 2",
    second_at=lambda X: lambda dX, dZ: dX[0] * dZ[1] + dZ[0] * dX[1],
)


def transpose_at(X):
    """Transposing is linear, so it is its own derivative: d(Xᵀ) = (dX)ᵀ. Its matrix permutes entries."""
    return X.T, LinearMap(
        push=lambda dX: dX.T,
        pull=lambda Ybar: Ybar.T,
        matrix=lambda: commutation(*X.shape),
    )


transpose = Rule(
    name="transpose",
    f=lambda X: X.T,
    linearize=transpose_at,
    domain=MATRICES,
    formulas=Formulas(
        value=r"X^{\top}",
        differential=r"\mathrm dX^{\top}",
        adjoint=r"\bar Y^{\top}",
        jacobian="K_{mn}",
        shapes={"X": "m×n"},
    ),
    source="magnus2019, ch. 3, sec. 7",
    second_at=lambda X: lambda dX, dZ: np.zeros_like(X.T),
)

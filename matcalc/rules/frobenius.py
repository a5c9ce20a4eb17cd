"""The Frobenius norm, its square, and the bilinear form: the first numbers made from a matrix, and their gradients."""

from __future__ import annotations

import numpy as np

from ..domains import MATRICES, Domain, DomainError, a_matrix, matrices_of_shape
from ..formula import Formulas
from ..linear_map import functional
from ..rule import Rule
from ..spaces import ShapeError, as_point, inner, norm, shape_of, text, vec


def _at_zero(X):
    if X.any():
        return None
    return "X is the zero matrix, where the norm has a kink: the slope along dX is ‖dX‖, and that is not linear in dX"


def _unit(X):
    """(‖X‖, X/‖X‖). The largest entry is divided out first, so that no square overflows or underflows."""
    if complaint := _at_zero(X):
        raise DomainError(complaint)
    top = np.abs(X).max()
    scaled = X / top
    length = norm(scaled)
    return float(top * length), scaled / length


def frobenius_norm_at(X):
    """f² = ⟨X, X⟩ gives 2f df = 2⟨X, dX⟩: the gradient is X/‖X‖, a matrix of norm one."""
    y, U = _unit(X)
    return y, functional(U)


def frobenius_norm_second(X):
    """The part of dX along X does not bend the norm; across X it bends like a sphere of radius ‖X‖."""
    y, U = _unit(X)
    return lambda dX, dZ: (inner(dX, dZ) - inner(U, dX) * inner(U, dZ)) / y


frobenius_norm = Rule(
    name="frobenius_norm",
    f=lambda X: np.hypot.reduce(vec(X)),  # Pythagoras, one entry after another
    linearize=frobenius_norm_at,
    domain=Domain(
        name="matrices other than zero",
        shape=a_matrix,
        interior=_at_zero,
        sample=MATRICES.sample,
        outside=lambda rng, n: np.zeros((n, n + 1)),
    ),
    formulas=Formulas(
        value=r"\sqrt{\operatorname{tr}(X^{\top} X)}",
        differential=r"\frac{1}{\|X\|_F} \operatorname{tr}(X^{\top}\,\mathrm dX)",
        adjoint=r"\frac{\bar y}{\|X\|_F} X",
        jacobian=r"\frac{1}{\|X\|_F} \operatorname{vec}(X)^{\top}",
        result="y",
        shapes={"X": "m×n"},
    ),
    source="petersen2012, eq. 129",
    second_at=frobenius_norm_second,
)


frobenius_norm_squared = Rule(
    name="frobenius_norm_squared",
    f=lambda X: np.trace(X.T @ X),
    linearize=lambda X: ((X * X).sum(), functional(2 * X)),  # ‖X + dX‖² − ‖X‖² = 2⟨X, dX⟩ + ‖dX‖²
    domain=MATRICES,
    formulas=Formulas(
        value=r"\operatorname{tr}(X^{\top} X)",
        differential=r"2 \operatorname{tr}(X^{\top}\,\mathrm dX)",
        adjoint=r"2\,\bar y\,X",
        jacobian=r"2 \operatorname{vec}(X)^{\top}",
        result="y",
        shapes={"X": "m×n"},
    ),
    source="petersen2012, eq. 132",
    second_at=lambda X: lambda dX, dZ: 2 * inner(dX, dZ),
)


def bilinear_form(x, y):
    """f(A) = xᵀAy for fixed vectors x of length m and y of length n; A of size m×n moves.

    It is linear in A: df = xᵀ dA y = tr(y xᵀ dA) = ⟨x yᵀ, dA⟩, so the gradient is x yᵀ at every A.
    ShapeError if x or y is not a vector.
    """
    x, y = as_point(x, "bilinear_form: x"), as_point(y, "bilinear_form: y")
    if not np.ndim(x) == np.ndim(y) == 1:
        raise ShapeError(f"bilinear_form: expected two vectors x and y, got shapes {text(shape_of((x, y)))}")
    G = np.outer(x, y)
    df = functional(G)
    return Rule(
        name="bilinear_form",
        f=lambda A: x @ A @ y,
        linearize=lambda A: ((G * A).sum(), df),
        domain=matrices_of_shape(len(x), len(y)),
        formulas=Formulas(
            value=r"x^{\top} A y",
            differential=r"x^{\top}\,\mathrm dA\,y",
            adjoint=r"\bar f\,x y^{\top}",
            jacobian=r"y^{\top} \otimes x^{\top}",
            point="A",
            result="f",
            constants={"x": x, "y": y},
            shapes={"x": "m", "A": "m×n", "y": "n"},
        ),
        source="petersen2012, eq. 70",
        second_at=lambda A: lambda dA, dB: 0.0,
    )

"""Normalization layers: every row, or every column, is moved to mean zero and scaled to variance one."""

from __future__ import annotations

import numpy as np

from ..domains import MATRICES, Domain, DomainError, a_matrix, refusal_of
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule

_ROWS = {
    "value": "R X C",
    "differential": r"R (\mathrm dX\,C - \frac{1}{n} Y \odot ((Y \odot \mathrm dX) \mathbf 1_n \mathbf 1_n^{\top}))",
    "adjoint": r"(R \bar Y) C - \frac{1}{n} Y \odot ((Y \odot (R \bar Y)) \mathbf 1_n \mathbf 1_n^{\top})",
    "jacobian": r"C \otimes R - \frac{1}{n} (I_n \otimes R) D_Y (\mathbf 1_n \mathbf 1_n^{\top} \otimes I_m) D_Y",
    "where": (
        ("C", r"I_n - \frac{1}{n} \mathbf 1_n \mathbf 1_n^{\top}"),
        ("s", r"\sqrt{\frac{1}{n} ((X C) \odot (X C)) \mathbf 1_n + \varepsilon \mathbf 1_m}"),
        ("R", r"\operatorname{diag}(\mathbf 1_m \oslash s)"),
        ("D_Y", r"\operatorname{diag}(\operatorname{vec}(Y))"),
    ),
}
_COLUMNS = {
    "value": "C X R",
    "differential": r"(C\,\mathrm dX - \frac{1}{m} Y \odot (\mathbf 1_m \mathbf 1_m^{\top} (Y \odot \mathrm dX))) R",
    "adjoint": r"C (\bar Y R) - \frac{1}{m} Y \odot (\mathbf 1_m \mathbf 1_m^{\top} (Y \odot (\bar Y R)))",
    "jacobian": r"R \otimes C - \frac{1}{m} (R \otimes I_m) D_Y (I_n \otimes \mathbf 1_m \mathbf 1_m^{\top}) D_Y",
    "where": (
        ("C", r"I_m - \frac{1}{m} \mathbf 1_m \mathbf 1_m^{\top}"),
        ("s", r"\sqrt{\frac{1}{m} ((C X) \odot (C X))^{\top} \mathbf 1_m + \varepsilon \mathbf 1_n}"),
        ("R", r"\operatorname{diag}(\mathbf 1_n \oslash s)"),
        ("D_Y", r"\operatorname{diag}(\operatorname{vec}(Y))"),
    ),
}


def layer_norm(eps=1e-5):
    """Y = R X C: each row of the m×n matrix X less its mean, over √(variance + ε). Examples do not feel each other.

    C = I − 11ᵀ/n takes the mean off, R = diag(1/s) scales the rows. With ε = 0 a constant row is outside the domain.
    ValueError for a negative ε.
    """
    return _norm("layer_norm", eps, lambda X: X, _ROWS, "ba2016, sec. 3")


def batch_norm(eps=1e-5):
    """Y = C X R: each column of the m×n matrix X less its mean over the batch, over √(variance + ε).

    It is ``layer_norm`` of Xᵀ, transposed. Every example feels every other, through mean and variance. This is the
    layer in training; afterwards mean and variance are constants and it is affine. ValueError for a negative ε.
    """
    return _norm("batch_norm", eps, np.transpose, _COLUMNS, "ioffe2015, sec. 3")


def _norm(name, eps, turn, printed, source):
    """The rule on rows, between two turns."""
    if not 0 <= eps < np.inf:
        raise ValueError(f"{name}: expected ε ≥ 0, got {eps:g}")

    def linearize(X):
        Y, dY = _rows_at(turn(X), eps)
        along = lambda dX: turn(dY(turn(dX)))
        return turn(Y), LinearMap(along, along)

    return Rule(
        name=name,
        f=lambda X: turn(_rows(turn(X), eps)),
        linearize=linearize,
        domain=MATRICES if eps else _without_constants(turn),
        formulas=Formulas(**printed, constants={r"\varepsilon": float(eps)}, shapes={"X": "m×n"}),
        source=source,
    )


def _rows(X, eps):
    """The definition, row by row: subtract the mean, divide by √(variance + ε), a sum of squares by Pythagoras."""
    Z = X - X.mean(axis=1, keepdims=True)
    return Z / np.hypot(np.hypot.reduce(Z, axis=1, keepdims=True) / np.sqrt(X.shape[1]), np.sqrt(eps))


def _rows_at(X, eps):
    """dy = (dx − its mean − y times the mean of y ⊙ dx)/s in each row: a symmetric map, so its own adjoint.

    A move of all entries by one amount is lost, and for ε = 0 so is a stretch along y.
    """
    mean = lambda A: A.mean(axis=1, keepdims=True)
    Z = X - mean(X)
    constant = np.ptp(X, axis=1) <= np.finfo(float).eps * abs(X).max(axis=1)
    if not eps and constant.any():
        raise DomainError(f"{constant.sum()} of {len(X)} have all entries equal: variance 0, and ε = 0 does not help")
    top = abs(Z).max(axis=1, keepdims=True) + np.finfo(float).tiny  # divided out, so that no square overflows
    s = np.hypot(top * np.sqrt(mean((Z / top) ** 2)), np.sqrt(eps))
    Y = Z / s
    return Y, lambda dX: (dX - mean(dX) - Y * mean(Y * dX)) / s


def _without_constants(turn):
    def outside(rng, n):
        X = rng.standard_normal((n, n + 1))
        turn(X)[0] = 2.0  # a view: the first row, or the first column
        return X

    return Domain(
        name=f"matrices without a constant {'column' if turn is np.transpose else 'row'}",
        shape=a_matrix,
        interior=refusal_of(lambda X: _rows_at(turn(X), 0)),
        sample=MATRICES.sample,
        outside=outside,
    )

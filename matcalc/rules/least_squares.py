"""Least squares and ridge: the minimizer as a function of the data, differentiated through the equation it solves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy.linalg as la
from scipy.linalg import lapack

from ..domains import Domain, DomainError, positive, refusal_of
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import with_singular_values
from ..spaces import commutation, normal_part, shape_of, text


@dataclass(frozen=True)
class Fit:
    """The solution W of S W = XᵀY with its residual E = Y − X W, and what S⁻¹ does, from one factorization.

    ``coefficients(Z)`` is S⁻¹Xᵀ Z, ``fitted(V)`` its transpose X S⁻¹ V, and ``solve(V)`` is S⁻¹ V. ``residual(Z)`` is
    Z − X S⁻¹Xᵀ Z, found without that difference, so that a small E = residual(Y) keeps its digits.
    S is XᵀX for least squares and XᵀX + λI for ridge; nothing else tells them apart.
    """

    X: np.ndarray
    W: np.ndarray
    E: np.ndarray
    residual: Callable
    coefficients: Callable
    fitted: Callable
    solve: Callable

    def push(self, tangent):
        """Differentiate S W = XᵀY and collect: S dW = dXᵀE + Xᵀ(dY − dX W)."""
        dX, dY = tangent
        return self.solve(dX.T @ self.E) + self.coefficients(dY - dX @ self.W)

    def pull(self, Wbar):
        """One more system with the same S: V = S⁻¹W̄ goes to the residual, X V to the fitted values."""
        Ybar = self.fitted(Wbar)
        return _outer(self.E, self.solve(Wbar)) - _outer(Ybar, self.W), Ybar

    def matrix(self):
        """Two blocks, for vec(dX) and vec(dY); K turns vec(dWᵀ) into vec(dW), and is I for one target."""
        (m, d), (W, E) = self.X.shape, (A[:, None] if A.ndim == 1 else A for A in (self.W, self.E))
        P, o = self.coefficients(np.eye(m)), W.shape[1]
        turned = commutation(o, d) @ np.kron(self.solve(np.eye(d)), E.T)
        return np.hstack([turned - np.kron(W.T, P), np.kron(np.eye(o), P)])

    def second(self, first, other):
        """Differentiate S dW = dXᵀE + Xᵀ(dY − dX W) once more: S d²W has four terms, symmetric in the two."""
        (H, _), (Z, _) = first, other
        (dW, dE), (eW, eE) = self._moved(first), self._moved(other)
        return self.solve(H.T @ eE + Z.T @ dE) - self.coefficients(H @ eW + Z @ dW)

    def _moved(self, tangent):
        """How the solution and the residual E = Y − X W move."""
        dX, dY = tangent
        return self.push(tangent), self.residual(dY - dX @ self.W) - self.fitted(dX.T @ self.E)


def _outer(A, B):
    """A Bᵀ, also for vectors."""
    return np.outer(A, B) if A.ndim == 1 else A @ B.T


def ols_fit(point):
    """X = QR serves everything: X⁺ = R⁻¹Qᵀ, and XᵀX = RᵀR is never formed, for that squares the condition number."""
    X, Y = point
    Q, R = la.qr(X, mode="economic", check_finite=False)
    _independent(X, R)

    def solve(V, trans):
        return la.solve_triangular(R, V, trans=trans, check_finite=False)

    coefficients, residual = lambda Z: solve(Q.T @ Z, "N"), partial(normal_part, Q)
    return Fit(
        X, coefficients(Y), residual(Y), residual, coefficients,
        fitted=lambda V: Q @ solve(V, "T"),
        solve=lambda V: solve(solve(V, "T"), "N"),
    )  # fmt: skip


def _independent(X, R):
    """DomainError unless the columns are independent to working precision, whatever their units."""
    largest = np.abs(X).max(axis=0)
    if (zero := np.flatnonzero(largest == 0)).size:
        raise DomainError(f"column {zero[0] + 1} of X is zero, so its coefficient is not determined")
    rcond = lapack.dtrcon(R / largest)[0]
    if rcond <= max(X.shape) * np.finfo(float).eps:
        raise DomainError(
            "the columns of X are dependent to working precision: with columns of one size, "
            f"the reciprocal condition number of X is {rcond:.1e}"
        )


def by_columns(point):
    """W by singular values, every column of X brought to one size first: units must not decide what is small."""
    X, Y = point
    largest = np.abs(X).max(axis=0)
    return (np.linalg.lstsq(X / largest, Y)[0].T / largest).T


def ridge_fit(point, lam):
    """X = U diag(s) Vᵀ serves wide and tall: each part of S⁻¹ is a weight per σ, and E is found without a difference.

    DomainError if some σ are rounding errors that λ does not outweigh: the solution would be made of them.
    """
    X, Y = point
    U, s, Vt = la.svd(X, full_matrices=False, check_finite=False)
    noise = max(X.shape) * np.finfo(float).eps * s[0]
    if s[-1] <= noise and lam <= noise * s[0]:
        raise DomainError(
            f"λ = {lam:g} is lost in rounding: X is rank deficient to working precision, "
            f"and λ is {lam / s[0] / s[0]:.1e} of the square of its largest singular value"
        )
    V = Vt.T
    with np.errstate(over="ignore", divide="ignore"):  # where σ = 0 or σ² = ∞ the limits are right
        keep, left, gone = 1 / (s + lam / s), 1 / (1 + s / lam * s), 1 / (s * s + lam)
    residual = partial(_weighted, U, left, 1.0)
    return Fit(
        X, (V * keep) @ (U.T @ Y), residual(Y), residual,
        coefficients=lambda Z: (V * keep) @ (U.T @ Z),
        fitted=lambda W: (U * keep) @ (Vt @ W),
        solve=lambda W: _weighted(V, gone, 1 / lam, W),
    )  # fmt: skip


def _weighted(Q, inside, outside, Z):
    """Weights for the part of Z in the columns of Q, one weight for what is normal to them."""
    part = Q.T @ Z
    found = (Q * inside) @ part
    return found if Q.shape[0] == Q.shape[1] else found + outside * (Z - Q @ part)


def by_qr(point, lam):
    """XᵀX + λI = RᵀR, or XXᵀ + λI for a wide X, with R from a QR factorization of √λ I above X: nothing is squared."""
    X, Y = point
    wide = X.shape[0] < X.shape[1]
    A = X.T if wide else X
    n = A.shape[1]
    Q, R = np.linalg.qr(np.vstack([np.sqrt(lam) * np.eye(n), A]))
    return Q[n:] @ la.solve_triangular(R, Y, trans="T") if wide else la.solve_triangular(R, Q[n:].T @ Y)


def _fitting(point):
    """The complaint about anything but a matrix X and targets Y, a vector or a matrix with as many rows."""
    wanted = "expected a pair (X, Y) with as many rows in X as numbers or rows in Y, got"
    if not isinstance(point, tuple) or len(point) != 2:
        return f"{wanted} {'a tuple' if isinstance(point, tuple) else 'an array'} of shape {text(shape_of(point))}"
    X, Y = point
    fits = np.ndim(X) == 2 and np.ndim(Y) in (1, 2) and len(X) == len(Y)
    return None if fits else f"{wanted} {text(shape_of(point))}"


def _tall(point):
    if complaint := _fitting(point):
        return complaint
    m, d = point[0].shape
    return None if m >= d else f"the {d} columns of a {m}×{d} matrix are always dependent: least squares wants m ≥ d"


def _generic(rng, m, d):
    """A generic m×d matrix with singular values between ½ and 2."""
    return with_singular_values(rng, 2.0 ** rng.uniform(-1, 1, min(m, d)), m, d)


def _dependent(rng, n):
    X = rng.integers(1, 9, (n + 2, max(n, 2))).astype(float)
    X[:, -1] = 2 * X[:, 0]
    return X, rng.standard_normal(n + 2)


INDEPENDENT = Domain(
    name="pairs (X, Y) of a matrix with independent columns and targets with as many rows",
    shape=_tall,
    interior=refusal_of(ols_fit),
    sample=lambda rng, n: (_generic(rng, n + 2, n), rng.standard_normal((n + 2, n + 1))),
    outside=_dependent,
)


def _regressions(lam):
    """Every X is welcome; two samples, one size apart, are a tall one and a wide one."""
    return Domain(
        name="pairs (X, Y) of a matrix and targets with as many rows",
        shape=_fitting,
        interior=refusal_of(lambda point: ridge_fit(point, lam)),
        sample=lambda rng, n: (_generic(rng, *((n, n + 2) if n % 2 else (n + 2, n))),
                               rng.standard_normal((n if n % 2 else n + 2, n + 1))),
        outside=lambda rng, n: (rng.standard_normal((n + 2, n)), rng.standard_normal((n + 1, n + 1))),
    )  # fmt: skip


def _printed(S, gram, pinv, *where, **more):
    """Both rules print the same formulas: S and S⁻¹Xᵀ have their own names in each."""
    return Formulas(
        value=rf"{S}^{{-1}} X^{{\top}} Y",
        differential=rf"{S}^{{-1}}\bigl(\mathrm dX^{{\top}} E + X^{{\top}}(\mathrm dY - \mathrm dX\,W)\bigr)",
        adjoint=(r"E\,V^{\top} - \bar Y\,W^{\top}", "X V"),
        jacobian=(rf"K_{{od}} ({S}^{{-1}} \otimes E^{{\top}}) - W^{{\top}} \otimes {pinv}", rf"I_o \otimes {pinv}"),
        point=("X", "Y"),
        result="W",
        where=((S, gram), *where, ("E", "Y - X W"), ("V", rf"{S}^{{-1}} \bar W")),
        shapes={"X": "m×d", "Y": "m×o"},
        **more,
    )


def _linearized(fit):
    return fit.W, LinearMap(fit.push, fit.pull, fit.matrix)


ols = Rule(
    name="ols",
    f=by_columns,
    linearize=lambda point: _linearized(ols_fit(point)),
    domain=INDEPENDENT,
    formulas=_printed("G", r"X^{\top} X", "X^{+}"),
    source="golub2013, sec. 5.3; golub1973, sec. 4",
    second_at=lambda point: ols_fit(point).second,
)


def ridge(lam):
    """F(X, Y) = (XᵀX + λI)⁻¹XᵀY, which minimizes ‖XW − Y‖² + λ‖W‖². ValueError unless λ > 0.

    The same λ minimizes ½‖XW − Y‖² + (λ/2)‖W‖²; for (1/2m)‖XW − Y‖² + (λ/2)‖W‖² take ``ridge(m * lam)``.
    """
    lam = positive(lam, "ridge")

    return Rule(
        name=f"ridge({lam:g})",
        f=lambda point: by_qr(point, lam),
        linearize=lambda point: _linearized(ridge_fit(point, lam)),
        domain=_regressions(lam),
        formulas=_printed(
            "S", r"X^{\top} X + \lambda I_d", "A", ("A", r"S^{-1} X^{\top}"), constants={r"\lambda": lam}
        ),
        source="hastie2009, sec. 3.4.1",
        second_at=lambda point: ridge_fit(point, lam).second,
    )

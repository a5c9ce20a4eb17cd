"""31 routines of NumPy and SciPy, each beside the same function written for mpmath's many digits.

``ROUTINES`` maps a name to (f, the function in mpmath, kind of X). Where a factorization is unique up to signs or
a permutation, the mpmath twin takes them from NumPy's value: they do not change along a short step.
"""

from __future__ import annotations

import mpmath as mp
import numpy as np
import scipy.linalg as la
import scipy.special as special

from matcalc.samples import positive_definite, well_conditioned

la_np = np.linalg
B = np.random.default_rng(31).standard_normal((5, 3))
E = np.random.default_rng(32).standard_normal((4, 4))


def sample(kind, rng):
    """A generic well-conditioned point of its kind, and a direction."""
    dX = rng.standard_normal((4, 4))
    if kind == "tall":
        return well_conditioned(rng, 5)[:, :4], rng.standard_normal((5, 4))
    if kind == "positive":
        return rng.uniform(0.5, 3, (4, 4)), dX
    if kind == "definite":
        return positive_definite(rng, 4), dX + dX.T
    if kind == "triangular":
        return np.tril(dX) / 2 + np.eye(4), np.tril(rng.standard_normal((4, 4)))
    return well_conditioned(rng, 4), dX


def as_mp(A):
    return mp.matrix(np.asarray(A).tolist())


def singular_values(X):
    # the roots of the eigenvalues of XᵀX; there are digits enough
    return mp.matrix([mp.sqrt(value) for value in reversed(list(mp.eigsy(X.T * X, eigvals_only=True)))])


def each(f):
    return lambda X: X.apply(f)


def upper(X):
    """R of X = QR, its signs those of LAPACK."""
    R = mp.cholesky(X.T * X).T
    known = np.sign(np.diag(la_np.qr(np.array(X.tolist(), dtype=float))[1]))
    return mp.diag(known.tolist()) * R


def eliminated(X):
    """U of PX = LU, the permutation from SciPy."""
    P = la.lu(np.array(X.tolist(), dtype=float))[0]
    U = as_mp(P.T) * X
    for j in range(U.cols):
        for i in range(j + 1, U.rows):
            factor = U[i, j] / U[j, j]
            for k in range(U.cols):
                U[i, k] -= factor * U[j, k]
    return U


def pivots(X):
    L = mp.cholesky(X)
    return mp.matrix([L[i, i] ** 2 for i in range(L.rows)])


def sylvester(X):
    """Y of XY + YE = E, as one system for vec Y."""
    n = X.rows
    K = mp.matrix(n * n)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                K[i + n * j, k + n * j] += X[i, k]
                K[i + n * j, i + n * k] += mp.mpf(E[k, j])
    y = mp.lu_solve(K, as_mp(E.reshape(-1, 1, order="F")))
    return mp.matrix([[y[i + n * j] for j in range(n)] for i in range(n)])


def least_squares(X):
    return mp.inverse(X.T * X) * (X.T * as_mp(B))


def polar(X):
    return X * mp.inverse(mp.sqrtm(X.T * X))


def frobenius(X):
    return mp.sqrt(mp.fsum(value**2 for value in X))


def softmax(X):
    powers = X.apply(mp.exp)
    return powers / mp.fsum(powers)


def log_sum(X):
    return mp.log(mp.fsum(X.apply(mp.exp)))


SOLVE = lambda X: mp.inverse(X) * as_mp(E)

ROUTINES = {
    "numpy inv": (la_np.inv, mp.inverse, ""),
    "numpy det": (la_np.det, mp.det, ""),
    "numpy slogdet": (lambda X: la_np.slogdet(X)[1], lambda X: mp.log(abs(mp.det(X))), ""),
    "numpy solve": (lambda X: la_np.solve(X, E), SOLVE, ""),
    "numpy matrix_power": (lambda X: la_np.matrix_power(X, 5), lambda X: X**5, ""),
    "numpy multi_dot": (lambda X: la_np.multi_dot([X, E, X]), lambda X: X * as_mp(E) * X, ""),
    "numpy eigvals, squares": (lambda X: (la_np.eigvals(X).real ** 2 - la_np.eigvals(X).imag ** 2).sum(),
                               lambda X: mp.fsum((X * X)[i, i] for i in range(4)), ""),
    "numpy pinv": (la_np.pinv, lambda X: mp.inverse(X.T * X) * X.T, "tall"),
    "numpy lstsq": (lambda X: la_np.lstsq(X, B)[0], least_squares, "tall"),
    "numpy norm": (la_np.norm, frobenius, ""),
    "numpy norm, spectral": (lambda X: la_np.norm(X, 2), lambda X: singular_values(X)[0], ""),
    "numpy cond": (la_np.cond, lambda X: singular_values(X)[0] / singular_values(X)[3], ""),
    "numpy svd": (lambda X: la_np.svd(X)[1], singular_values, ""),
    "numpy qr": (lambda X: la_np.qr(X)[1], upper, "tall"),
    "numpy cholesky": (la_np.cholesky, mp.cholesky, "definite"),
    "numpy eigvalsh": (la_np.eigvalsh, lambda X: mp.matrix(list(mp.eigsy(X, eigvals_only=True))), "definite"),
    "scipy lu": (lambda X: la.lu(X)[2], eliminated, ""),
    "scipy ldl": (lambda X: np.diag(la.ldl(X)[1]), pivots, "definite"),
    "scipy polar": (lambda X: la.polar(X)[0], polar, ""),
    "scipy expm": (la.expm, mp.expm, ""),
    "scipy logm": (la.logm, mp.logm, "definite"),
    "scipy sqrtm": (la.sqrtm, mp.sqrtm, "definite"),
    "scipy cosm": (la.cosm, mp.cosm, ""),
    "scipy sinm": (la.sinm, mp.sinm, ""),
    "scipy solve_sylvester": (lambda X: la.solve_sylvester(X, E, E), sylvester, ""),
    "scipy solve_triangular": (lambda X: la.solve_triangular(X, E, lower=True), SOLVE, "triangular"),
    "numpy abs": (np.abs, each(abs), ""),
    "scipy erf": (special.erf, each(mp.erf), ""),
    "scipy gammaln": (special.gammaln, each(mp.loggamma), "positive"),
    "scipy softmax": (special.softmax, softmax, ""),
    "scipy logsumexp": (special.logsumexp, log_sum, ""),
}  # fmt: skip


def true_slope(f, X, dX, digits=60):
    """The central difference of the mpmath twin at a step of 10⁻²⁰: some forty digits, rounded to a double."""
    with mp.workdps(digits):
        h = mp.mpf(10) ** -20
        ahead, behind = (f(as_mp(X) + sign * h * as_mp(dX)) for sign in (1, -1))
        slope = (ahead - behind) / (2 * h)
        real = lambda value: float(mp.re(value))
        return np.array([[real(v) for v in row] for row in slope.tolist()]) if hasattr(slope, "rows") else real(slope)

"""Log-likelihoods of matrices: normal, matrix normal, matrix t, probabilistic PCA. Data come first in every point."""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, multigammaln

from ..formula import FUNCTIONS, Formulas
from ..likelihoods import LOG_TAU, functional, log_volume, lower, normal, points, positive, sandwich, score
from ..rule import Rule
from ..spaces import normal_part

sym = FUNCTIONS["sym"]


def _multidigamma(p, a):
    """The derivative in a of log Γ_p(a), the multivariate gamma function: Σ ψ(a − i/2) over i < p."""
    return digamma(a - np.arange(p) / 2).sum()


# Printed as lgamma(p, a) and digamma(p, a), of which the reader of formulas makes 1×1 matrices.
FUNCTIONS["lgamma"] = lambda p, a: multigammaln(a.item(), int(p.item()))
FUNCTIONS["digamma"] = lambda p, a: _multidigamma(int(p.item()), a.item())


def _second_normal_at(E, L, K):
    """d² along two (dE, dU, dV): R = U⁻¹ E V⁻¹ moves by U⁻¹ T V⁻¹ with T = dE − dU R V − U R dV."""
    U, V, R = L @ L.T, K @ K.T, sandwich(L, sandwich(L, E, K), K, 1)

    def along(d):
        """T and the two tangents of the covariances, all whitened, and R dV Rᵀ."""
        dE, dU, dV = d[0], sym(d[1]), sym(d[2])
        T = sandwich(L, dE - dU @ R @ V - U @ R @ dV, K)
        return T, sandwich(L, dU, L), sandwich(K, dV, K), dU, R @ dV @ R.T

    def second(d, e):
        (T, HU, HV, dU, DV), (S, GU, GV, eU, EV) = along(d), along(e)
        mixed = np.sum(dU * EV) + np.sum(eU * DV)
        return (mixed + len(V) * np.sum(HU * GU) + len(U) * np.sum(HV * GV)) / 2 - np.sum(T * S)

    return second


def gaussian_loglik_at(X):
    """The matrix normal of one column, V = 1."""
    x, mu, Sigma = X
    value, (_, R, G, _) = normal((x - mu)[:, None], lower("Σ", Sigma), np.eye(1))
    return value, functional(-R[:, 0], R[:, 0], G)


def second_gaussian_loglik_at(X):
    """The same with dV = 0."""
    second = _second_normal_at((X[0] - X[1])[:, None], lower("Σ", X[2]), np.eye(1))
    column = lambda d: ((d[0] - d[1])[:, None], d[2], np.zeros((1, 1)))
    return lambda dX, dZ: second(column(dX), column(dZ))


gaussian_loglik = Rule(
    name="gaussian_loglik",
    f=lambda X: -(len(X[0]) * LOG_TAU + np.linalg.slogdet(X[2])[1]
                  + (X[0] - X[1]) @ np.linalg.solve(X[2], X[0] - X[1])) / 2,
    linearize=gaussian_loglik_at,
    domain=points("triples (x, μ, Σ) with Σ symmetric positive definite", x="n", μ="n", Σ="nn"),
    formulas=Formulas(
        value=r"-\tfrac12 (n \log(2 \pi) + \log \det(\Sigma) + (x - \mu)^{\top} r)",
        differential=r"r^{\top}(\mathrm d\mu - \mathrm dx) + \operatorname{tr}(G\,\mathrm d\Sigma)",
        adjoint=(r"-\bar \ell\,r", r"\bar \ell\,r", r"\bar \ell\,G"),
        jacobian=r"\begin{bmatrix} -r^{\top} & r^{\top} & \operatorname{vec}(G)^{\top} \end{bmatrix}",
        point=("x", r"\mu", r"\Sigma"),
        result=r"\ell",
        where=(("r", r"\Sigma^{-1}(x - \mu)"), ("G", r"\tfrac12 (r r^{\top} - \Sigma^{-1})")),
        shapes={"x": "n"},
    ),
    source="bishop2006, sec. 2.3.4",
    second_at=second_gaussian_loglik_at,
)  # fmt: skip


def matrix_normal_loglik_at(X):
    """One Cholesky factorization of U and one of V; the covariance V ⊗ U of vec X is never formed."""
    X, M, U, V = X
    value, gradients = normal(X - M, lower("U", U), lower("V", V))
    return value, functional(*gradients)


def second_matrix_normal_loglik_at(X):
    """X and M only as their difference."""
    second = _second_normal_at(X[0] - X[1], lower("U", X[2]), lower("V", X[3]))
    return lambda dX, dZ: second((dX[0] - dX[1], *dX[2:]), (dZ[0] - dZ[1], *dZ[2:]))


def _matrix_normal(X):
    (X, M, U, V), (n, p) = X, X[0].shape
    trace = np.sum(np.linalg.solve(U, X - M) * np.linalg.solve(V, (X - M).T).T)
    return -(n * p * LOG_TAU + p * np.linalg.slogdet(U)[1] + n * np.linalg.slogdet(V)[1] + trace) / 2


_GRADIENTS = (r"-\bar \ell\,R", r"\bar \ell\,R", r"\bar \ell\,G", r"\bar \ell\,H")
_SLOPE = r"\langle R, \mathrm dM - \mathrm dX \rangle + \langle G, \mathrm dU \rangle + \langle H, \mathrm dV \rangle"
_VOLUME = ("a", r"p \log \det(U) + n \log \det(V)")

matrix_normal_loglik = Rule(
    name="matrix_normal_loglik",
    f=_matrix_normal,
    linearize=matrix_normal_loglik_at,
    domain=points("(X, M, U, V) with U and V symmetric positive definite", X="np", M="np", U="nn", V="pp"),
    formulas=Formulas(
        value=r"-\tfrac12 (n p \log(2 \pi) + a + \langle R, X - M \rangle)",
        differential=_SLOPE,
        adjoint=_GRADIENTS,  # the Jacobian is the row of their vec: too long to print
        point=("X", "M", "U", "V"),
        result=r"\ell",
        where=(
            ("R", r"U^{-1}(X - M) V^{-1}"),
            ("G", r"\tfrac12 (R V R^{\top} - p\,U^{-1})"),
            ("H", r"\tfrac12 (R^{\top} U R - n\,V^{-1})"),
            _VOLUME,
        ),
        shapes={"X": "n×p"},
    ),
    source="gupta2000, ch. 2; dutilleul1999",
    second_at=second_matrix_normal_loglik_at,
)


def matrix_t_loglik_at(X):
    """κ log|I + A Aᵀ| stands in place of ½ ‖A‖²: its gradient P = 2κ (I + A Aᵀ)⁻¹ A falls to zero far out.

    By the SVD of A the determinant is Π (1 + σ²), and each σ of A becomes 2κ σ/(1 + σ²) in P.
    """
    X, M, U, V, nu = X
    positive("ν", nu)
    L, K, (n, p) = lower("U", U), lower("V", V), X.shape
    A, kappa = sandwich(L, X - M, K), (nu + n + p - 1) / 2
    Q, sigma, Zt = np.linalg.svd(A, full_matrices=False)
    P, bulk = 2 * kappa * (Q / (sigma + 1 / sigma)) @ Zt, np.logaddexp(0, 2 * np.log(sigma)).sum()
    high, low = (nu + n + np.arange(p)) / 2, (nu + np.arange(p)) / 2  # log Γ_p(κ) is a sum of log Γ over these numbers
    gamma, slope = np.sum(gammaln(high) - gammaln(low)), (np.sum(digamma(high) - digamma(low)) - bulk) / 2
    value = gamma - A.size * np.log(np.pi) / 2 - log_volume(L, K) - kappa * bulk
    return value, functional(*score(A, P, L, K), slope)


def _matrix_t(X):
    """The same density from the other side: Γ_n for Γ_p, and |U| |V + Eᵀ U⁻¹ E| = |U, E; −Eᵀ, V| without a square."""
    (X, M, U, V, nu), (n, p), logdet = X, X[0].shape, lambda S: np.linalg.slogdet(S)[1]
    kappa, rows, u, v = (nu + n + p - 1) / 2, (nu + np.arange(n)) / 2, np.abs(U).max(), np.abs(V).max()
    gamma, E = np.sum(gammaln(rows + p / 2) - gammaln(rows)), (X - M) / np.sqrt(u) / np.sqrt(v)
    bulk = logdet(np.block([[U / u, E], [-E.T, V / v]])) - logdet(U / u) - logdet(V / v)
    return gamma - (n * p * np.log(np.pi) + p * logdet(U) + n * logdet(V)) / 2 - kappa * bulk


matrix_t_loglik = Rule(
    name="matrix_t_loglik",
    f=_matrix_t,
    linearize=matrix_t_loglik_at,
    domain=points("(X, M, U, V, ν) with U and V symmetric positive definite, ν > 0", X="np", M="np", U="nn", V="pp",
                   ν=""),
    formulas=Formulas(
        value=r"\gamma - \tfrac12 (n p \log(\pi) + a) - \kappa q",
        differential=_SLOPE + r" + g\,\mathrm d\nu",
        adjoint=(*_GRADIENTS, r"\bar \ell\,g"),
        point=("X", "M", "U", "V", r"\nu"),
        result=r"\ell",
        where=(
            ("E", "X - M"),
            (r"\kappa", r"\tfrac12 (\nu + n + p - 1)"),
            ("q", r"\log \det(I_n + U^{-1} E V^{-1} E^{\top})"),
            ("R", r"2 \kappa (U + E V^{-1} E^{\top})^{-1} E V^{-1}"),
            ("G", r"\tfrac12 (R E^{\top} U^{-1} - p\,U^{-1})"),
            ("H", r"\tfrac12 (V^{-1} E^{\top} R - n\,V^{-1})"),
            _VOLUME,
            (r"\gamma", r"\operatorname{lgamma}(p, \kappa) - \operatorname{lgamma}(p, \kappa - \tfrac n2)"),
            (r"\psi", r"\operatorname{digamma}(p, \kappa) - \operatorname{digamma}(p, \kappa - \tfrac n2)"),
            ("g", r"\tfrac12 (\psi - q)"),
        ),
        shapes={"X": "n×p"},
    ),
    source="gupta2000, ch. 4",
)  # fmt: skip


def ppca_loglik_at(X):
    """Rows of X are N(0, C), C = W Wᵀ + s I. With W = Q diag(σ) Zᵀ, C is σ² + s along the columns of Q, s across them.

    So C is never formed, W may have any rank, and what X has along Q and across it are not mixed.
    """
    X, W, s = X
    positive("s", s)
    Q, sigma, Zt = np.linalg.svd(W, full_matrices=False)
    (n, p), free, root = X.shape, len(W) - len(sigma), np.hypot(sigma, np.sqrt(s))  # roots of the variances along Q
    A, B = X @ Q / root, normal_part(Q, X.T).T / np.sqrt(s)  # what X has along and across, whitened
    H = A / root @ Q.T + B / np.sqrt(s)  # X C⁻¹
    logdet, trace = 2 * np.log(root).sum() + free * np.log(s), np.sum(1 / root / root) + free / s
    value = -(n * p * LOG_TAU + n * logdet + np.sum(A * A) + np.sum(B * B)) / 2
    slope_W = (H.T @ A - n * Q / root) * (sigma / root) @ Zt
    return value, functional(-H, slope_W, (np.sum(H * H) - n * trace) / 2)


def _ppca(X):
    """The same from G = [s I, W; −Wᵀ, I], without a square: |G| = |C|, and G [h; Wᵀh] = [x; 0] for h = C⁻¹x."""
    (X, W, s), (p, k) = X, X[1].shape
    G = np.block([[s * np.eye(p), W], [-W.T, np.eye(k)]])
    H = np.linalg.solve(G, np.vstack([X.T, np.zeros((k, len(X)))]))[:p]
    return -(X.size * LOG_TAU + len(X) * np.linalg.slogdet(G)[1] + np.sum(X.T * H)) / 2


ppca_loglik = Rule(
    name="ppca_loglik",
    f=_ppca,
    linearize=ppca_loglik_at,
    domain=points("(X, W, s) with as many columns in X as rows in W, s > 0", X="np", W="pk", s=""),
    formulas=Formulas(
        value=r"-\tfrac12 (n p \log(2 \pi) + n \log \det(C) + \langle R, X \rangle)",
        differential=r"2 \langle G W, \mathrm dW \rangle + \operatorname{tr}(G)\,\mathrm ds"
        r" - \langle R, \mathrm dX \rangle",
        adjoint=(r"-\bar \ell\,R", r"2 \bar \ell\,G W", r"\bar \ell\,\operatorname{tr}(G)"),
        point=("X", "W", "s"),
        result=r"\ell",
        where=(("C", r"W W^{\top} + s I_p"), ("R", "X C^{-1}"), ("G", r"\tfrac12 (R^{\top} R - n\,C^{-1})")),
        shapes={"X": "n×p", "W": "p×k"},
    ),
    source="tipping1999, sec. 3",
)  # fmt: skip

"""All rules, in the order of the chapters."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
from scipy.special import expit

from .rules.convolution import conv1d, conv2d
from .rules.determinant import charpoly, det, logabsdet, logdet_spd
from .rules.eigen import eigh, eigvalsh, spectral_projector
from .rules.eigen_general import eig, eigvals
from .rules.elementwise import elementwise
from .rules.factorizations import cholesky, qr
from .rules.frobenius import bilinear_form, frobenius_norm, frobenius_norm_squared
from .rules.inverse import inverse, solve
from .rules.kronecker import kron
from .rules.layers import dense, relu, sigmoid, softmax, tanh
from .rules.least_squares import ols, ridge
from .rules.losses import cross_entropy, mse
from .rules.lu import lu, lu_unpivoted
from .rules.matrix_functions import expm, logm_spd, sqrtm_spd
from .rules.matrix_normal import gaussian_loglik, matrix_normal_loglik, matrix_t_loglik, ppca_loglik
from .rules.network import mlp_loss
from .rules.normalization import batch_norm, layer_norm
from .rules.norms import induced_inf, induced_one, nuclear_norm, schatten, spectral_norm
from .rules.pooling import avg_pool, max_pool
from .rules.power import polynomial, power
from .rules.product import affine, hadamard, product, transpose
from .rules.pseudoinverse import pinv, pinv_of_rank, ridge_inverse
from .rules.structured import cayley, orthogonal_tangent, polar, skew_part, symmetric_part
from .rules.svd import svd, svdvals
from .rules.sylvester import sylvester
from .rules.trace import trace_power, trace_product, trace_quadratic
from .rules.unfolding import im2col
from .rules.vector import least_squares_loss, linear_form, logistic_loss, quadratic_form
from .traced import RULES as RULES_OF_NUMPY
from .traced import apply


def _example_affine():
    """A member of the affine family: every dimension different, no entry special."""
    A = np.array([[2.0, -1.0, 0.5], [0.3, 1.5, -2.0]])
    B = np.array(
        [
            [1.0, 0.4, -1.1, 2.0, 0.7],
            [-0.6, 2.2, 0.9, -1.3, 0.1],
            [0.8, -0.5, 1.7, 0.2, -2.1],
            [1.2, 0.6, -0.9, 1.4, 0.3],
        ]
    )
    C = np.array([[0.5, -1.0, 2.0, 0.1, 1.3], [1.1, 0.7, -0.4, -1.6, 0.9]])
    return affine(A, B, C)


def _example_vector_rules():
    """Members of the families on vectors: no constant symmetric, no dimension repeated."""
    a = np.array([1.5, -0.7, 0.4, 2.1])
    A = np.array([[1.3, -0.4, 2.2], [0.9, -1.7, 0.6], [-0.8, 1.1, 0.5]])
    data = np.array([[1.0, 0.4, -1.1], [0.2, 2.2, 0.9], [0.8, -0.5, 1.7], [-1.2, 0.6, 0.3], [0.7, 1.4, -2.0]])
    b, labels = np.array([0.5, -1.0, 2.0, 0.1, 1.3]), np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    return linear_form(a), quadratic_form(A), least_squares_loss(data, b), logistic_loss(data, labels)


def _example_traces():
    """A linear and a quadratic trace of a 2×3 matrix; neither constant of the second is symmetric."""
    A, B = np.array([[1.0, 2.0], [-0.5, 3.0]]), np.array([[2.0, -1.0, 0.5], [0.3, 1.5, -2.0], [1.1, 0.7, -0.4]])
    return trace_product(np.array([[1.0, -2.0], [0.5, 3.0], [2.5, -1.5]])), trace_quadratic(A, B)


def _example_losses():
    """Squares, cross-entropy, and a network of two layers on five examples with three numbers each."""
    data = np.array([[1.0, 0.4, -1.1], [0.2, 2.2, 0.9], [0.8, -0.5, 1.7], [-1.2, 0.6, 0.3], [0.7, 1.4, -2.0]])
    loss = cross_entropy(np.array([[1.0, 0.0], [0.0, 1.0], [0.25, 0.75], [0.0, 1.0], [1.0, 0.0]]))
    return mse(data), loss, mlp_loss(data, loss, (4, 2), tanh, decay=0.1)


CHAPTERS = {
    "gradients_jacobians_hessians": (
        *_example_vector_rules(),
        *map(elementwise, ("exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sigmoid", "softplus")),
    ),
    "affine_and_product": (_example_affine(), product, hadamard, transpose),
    "power": (power(2), power(3), power(5), power(-2), polynomial([1.0, -2.0, 0.5, 3.0])),
    "inverse": (inverse, solve),
    "lu": (lu, lu_unpivoted),
    "frobenius": (
        frobenius_norm,
        frobenius_norm_squared,
        bilinear_form(np.array([1.3, -0.6, 2.1]), np.array([0.4, 1.7, -0.9, 0.8])),
    ),
    "trace": (*_example_traces(), trace_power(3), trace_power(-1)),
    "jacobi": (det, logabsdet, logdet_spd, charpoly),
    "vec_kronecker": (kron,),
    "eigen": (eigvalsh, eigh, eigvals, eig, spectral_projector(2)),
    "norms": (spectral_norm, nuclear_norm, schatten(3), induced_one, induced_inf),
    "structured": (symmetric_part, skew_part, orthogonal_tangent, cayley, polar),
    "pseudoinverse": (pinv, pinv_of_rank(2), ridge_inverse(0.5)),
    "qr_cholesky_svd": (cholesky, qr, svdvals, svd),
    "matrix_exponential": (expm, logm_spd, sqrtm_spd, sylvester),
    "least_squares": (ols, ridge(0.5)),
    "matrix_normal": (gaussian_loglik, matrix_normal_loglik, matrix_t_loglik, ppca_loglik),
    "backprop": (dense, relu, sigmoid, tanh, softmax, *_example_losses(), layer_norm(), batch_norm()),
    "cnn": (
        im2col(2),
        im2col(3, stride=2, padding=1),
        conv1d(),
        conv1d(stride=2, padding=1),
        conv2d(),
        conv2d(stride=2),
        conv2d(padding=1, dilation=2),
        max_pool(2),
        avg_pool(2),
        avg_pool(3, stride=2),
    ),  # fmt: skip
}

RULES = tuple(rule for rules in CHAPTERS.values() for rule in rules)

# What a traced program means by a function of NumPy.
RULES_OF_NUMPY.update({
    np.matmul: product, np.multiply: hadamard, np.transpose: transpose, np.kron: kron,
    np.linalg.inv: inverse, np.linalg.solve: solve, np.linalg.det: det, np.linalg.pinv: pinv,
    np.linalg.cholesky: cholesky, np.linalg.eigvalsh: eigvalsh,
    **{getattr(np, name): elementwise(name) for name in ("exp", "log", "sqrt", "square", "sin", "cos", "tanh")},
    expit: elementwise("sigmoid"),
    np.reciprocal: elementwise(lambda X: 1 / X, lambda X: -1 / X**2),
    np.power: lambda X, k: apply(elementwise(lambda X: X**k, lambda X: k * X ** (k - 1)), X),
    np.trace: lambda X: apply(trace_product(np.eye(*X.shape[::-1])), X),
    np.linalg.matrix_power: lambda X, k: apply(power(k), X),
    np.linalg.slogdet: lambda X: (np.linalg.slogdet(X.value)[0], apply(logabsdet, X)),
    np.linalg.norm: lambda X: apply(frobenius_norm, X if X.ndim == 2 else X[:, None]),
})  # fmt: skip


def find(name):
    """The rule of that name; KeyError lists the names that come close."""
    by_name = {rule.name: rule for rule in RULES}
    if name in by_name:
        return by_name[name]
    near = get_close_matches(str(name).lower(), by_name, n=3, cutoff=0.4) or list(by_name)
    raise KeyError(f"no rule is called {name!r}; near misses: {', '.join(near)}")


def chapter_of(rule):
    """The chapter that derives the rule: its file name without ending."""
    for chapter, rules in CHAPTERS.items():
        if rule.name in {member.name for member in rules}:
            return chapter
    raise KeyError(f"{rule.name} is in no chapter")

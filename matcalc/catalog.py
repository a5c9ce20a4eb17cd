"""All rules, in the order of the chapters."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np

from .rules.determinant import charpoly, det, logabsdet, logdet_spd
from .rules.eigen import eigh, eigvalsh, spectral_projector
from .rules.eigen_general import eig, eigvals
from .rules.elementwise import elementwise
from .rules.factorizations import cholesky, qr
from .rules.frobenius import bilinear_form, frobenius_norm, frobenius_norm_squared
from .rules.inverse import inverse, solve
from .rules.kronecker import kron
from .rules.lu import lu, lu_unpivoted
from .rules.matrix_functions import expm, logm_spd, sqrtm_spd
from .rules.norms import induced_inf, induced_one, nuclear_norm, schatten, spectral_norm
from .rules.power import polynomial, power
from .rules.product import affine, hadamard, product, transpose
from .rules.pseudoinverse import pinv, pinv_of_rank, ridge_inverse
from .rules.structured import cayley, orthogonal_tangent, polar, skew_part, symmetric_part
from .rules.svd import svd, svdvals
from .rules.sylvester import sylvester
from .rules.trace import trace_power, trace_product, trace_quadratic
from .rules.vector import least_squares_loss, linear_form, logistic_loss, quadratic_form


def _example_affine():
    """A member of the affine family: every dimension different, no entry special."""
    A = np.array([[2.0, -1.0, 0.5], [0.3, 1.5, -2.0]])
    B = np.array([
        [1.0, 0.4, -1.1, 2.0, 0.7],
        [-0.6, 2.2, 0.9, -1.3, 0.1],
        [0.8, -0.5, 1.7, 0.2, -2.1],
        [1.2, 0.6, -0.9, 1.4, 0.3],
    ])
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
}

RULES = tuple(rule for rules in CHAPTERS.values() for rule in rules)


def find(name):
    """The rule of that name; KeyError lists the names that come close."""
    by_name = {rule.name: rule for rule in RULES}
    if name in by_name:
        return by_name[name]
    near = get_close_matches(str(name), by_name, n=3, cutoff=0.4) or list(by_name)
    raise KeyError(f"no rule is called {name!r}; near misses: {', '.join(near)}")


def chapter_of(rule):
    """The chapter that derives the rule: its file name without ending."""
    for chapter, rules in CHAPTERS.items():
        if rule.name in {member.name for member in rules}:
            return chapter
    raise KeyError(f"{rule.name} is in no chapter")

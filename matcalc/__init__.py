"""matcalc: every derivative of the book, stated once and checked from values of its function.

The derivative of F at X is a linear map, ``F.at(X)``; everything here is built on that one noun. See the
chapter *The derivative is a linear map* for a first tour, ``help(mc.Rule)`` and ``help(mc.verify)`` for the rest.
"""

from importlib import import_module

from . import differences, domains, second_order
from .catalog import RULES, find
from .claims import verify_derivative, verify_gradient
from .domains import DomainError
from .exercises import check
from .linear_map import LinearMap
from .report import Report, VerificationError, refuses
from .rule import Rule
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
from .second_order import hessian, verify_second
from .spaces import ShapeError, commutation, duplication, inner, norm, unvec, vec
from .verify import examine, verify

__all__ = [
    "RULES", "find", "check", "verify", "examine", "verify_derivative", "verify_gradient", "verify_second", "refuses",
    "vec", "unvec", "inner", "norm", "commutation", "duplication",
    "Rule", "LinearMap", "Report", "VerificationError", "DomainError", "ShapeError", "differences", "domains",
    "second_order", "hessian",
    "linear_form", "quadratic_form", "least_squares_loss", "logistic_loss", "elementwise",
    "affine", "product", "hadamard", "transpose", "power", "polynomial", "inverse", "solve", "lu", "lu_unpivoted",
    "frobenius_norm", "frobenius_norm_squared", "bilinear_form",
    "trace_product", "trace_quadratic", "trace_power",
    "det", "logabsdet", "logdet_spd", "charpoly",
    "kron",
    "eigvalsh", "eigh", "eigvals", "eig", "spectral_projector",
    "spectral_norm", "nuclear_norm", "schatten", "induced_one", "induced_inf",
    "symmetric_part", "skew_part", "orthogonal_tangent", "cayley", "polar",
    "pinv", "pinv_of_rank", "ridge_inverse",
    "qr", "cholesky", "svdvals", "svd",
    "expm", "logm_spd", "sqrtm_spd", "sylvester",
]  # fmt: skip

_DRAWING = ("plots", "figures")  # need Matplotlib: loaded when first used


def __getattr__(name):
    if name in _DRAWING:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_DRAWING])

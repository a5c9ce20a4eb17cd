"""matcalc: every derivative of the book, stated once and checked from values of its function.

The derivative of F at X is a linear map, ``F.at(X)``; everything here is built on that one noun. See the
chapter *The derivative is a linear map* for a first tour, ``help(mc.Rule)`` and ``help(mc.verify)`` for the rest.
"""

import sys
from importlib import import_module
from types import ModuleType

from .threads import one_thread

one_thread()

__all__ = [
    "RULES", "find", "check", "diagnose", "Diagnosis", "exercise", "progress", "derive", "is_true",
    "verify", "examine", "verify_derivative", "verify_gradient", "verify_second", "locate", "refuses",
    "vec", "unvec", "inner", "norm", "commutation", "duplication",
    "Rule", "LinearMap", "Report", "VerificationError", "DomainError", "ShapeError", "differences", "domains",
    "second_order", "autodiff", "hessian",
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
    "ols", "ridge",
    "gaussian_loglik", "matrix_normal_loglik", "matrix_t_loglik", "ppca_loglik",
    "dense", "relu", "sigmoid", "tanh", "softmax", "mse", "cross_entropy", "mlp_loss", "layer_norm", "batch_norm",
    "im2col", "conv1d", "conv2d", "max_pool", "avg_pool",
]  # fmt: skip

_HOMES = {  # where each name comes from; a module is loaded when one of its names is first used
    "catalog": "RULES find",
    "claims": "verify_derivative verify_gradient",
    "derive": "derive",
    "diagnose": "diagnose",
    "domains": "DomainError domains",
    "exercises": "check",
    "linear_map": "LinearMap",
    "locate": "locate",
    "mistakes": "Diagnosis",
    "report": "Report VerificationError refuses",
    "rule": "Rule",
    "rules.convolution": "conv1d conv2d",
    "rules.determinant": "charpoly det logabsdet logdet_spd",
    "rules.eigen": "eigh eigvalsh spectral_projector",
    "rules.eigen_general": "eig eigvals",
    "rules.elementwise": "elementwise",
    "rules.factorizations": "cholesky qr",
    "rules.frobenius": "bilinear_form frobenius_norm frobenius_norm_squared",
    "rules.inverse": "inverse solve",
    "rules.kronecker": "kron",
    "rules.layers": "dense relu sigmoid softmax tanh",
    "rules.least_squares": "ols ridge",
    "rules.losses": "cross_entropy mse",
    "rules.lu": "lu lu_unpivoted",
    "rules.matrix_functions": "expm logm_spd sqrtm_spd",
    "rules.matrix_normal": "gaussian_loglik matrix_normal_loglik matrix_t_loglik ppca_loglik",
    "rules.network": "mlp_loss",
    "rules.normalization": "batch_norm layer_norm",
    "rules.norms": "induced_inf induced_one nuclear_norm schatten spectral_norm",
    "rules.pooling": "avg_pool max_pool",
    "rules.power": "polynomial power",
    "rules.product": "affine hadamard product transpose",
    "rules.pseudoinverse": "pinv pinv_of_rank ridge_inverse",
    "rules.structured": "cayley orthogonal_tangent polar skew_part symmetric_part",
    "rules.svd": "svd svdvals",
    "rules.sylvester": "sylvester",
    "rules.trace": "trace_power trace_product trace_quadratic",
    "rules.unfolding": "im2col",
    "rules.vector": "least_squares_loss linear_form logistic_loss quadratic_form",
    "second_order": "hessian second_order verify_second",
    "spaces": "ShapeError commutation duplication inner norm unvec vec",
    "truth": "is_true",
    "variants": "exercise progress",
    "verify": "examine verify",
    "autodiff": "autodiff",
    "differences": "differences",
    "figures": "figures",
    "plots": "plots",
    "sheet": "sheet",
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_HOME[name]}", __name__)
    found = globals()[name] = getattr(module, name, module)
    return found


def __dir__():
    return sorted({*globals(), *_HOME})


class _Package(ModuleType):
    """The package, in which a function is not hidden by the module that has its name: ``mc.verify`` is the function."""

    def __setattr__(self, name, value):
        own = isinstance(value, ModuleType) and name in _HOME and hasattr(value, name)
        super().__setattr__(name, getattr(value, name) if own else value)


sys.modules[__name__].__class__ = _Package

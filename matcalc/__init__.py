"""matcalc: every derivative of the book, stated once and checked from values of its function.

The derivative of F at X is a linear map, ``F.at(X)``; everything here is built on that one noun. See the
chapter *The derivative is a linear map* for a first tour, ``help(mc.Rule)`` and ``help(mc.verify)`` for the rest.
"""

from importlib import import_module

from . import differences, domains
from .catalog import RULES, find
from .claims import verify_derivative, verify_gradient
from .domains import DomainError
from .exercises import check
from .linear_map import LinearMap
from .report import Report, VerificationError, refuses
from .rule import Rule
from .rules.determinant import charpoly, det, logabsdet, logdet_spd
from .rules.inverse import inverse, solve
from .rules.lu import lu, lu_unpivoted
from .rules.power import polynomial, power
from .rules.product import affine, hadamard, product, transpose
from .spaces import ShapeError, commutation, duplication, inner, norm, unvec, vec
from .verify import examine, verify

__all__ = [
    "RULES", "find", "check", "verify", "examine", "verify_derivative", "verify_gradient", "refuses",
    "vec", "unvec", "inner", "norm", "commutation", "duplication",
    "Rule", "LinearMap", "Report", "VerificationError", "DomainError", "ShapeError", "differences", "domains",
    "affine", "product", "hadamard", "transpose", "power", "polynomial", "inverse", "solve", "lu", "lu_unpivoted",
    "det", "logabsdet", "logdet_spd", "charpoly",
]  # fmt: skip

_DRAWING = ("plots", "figures")  # need Matplotlib: loaded when first used


def __getattr__(name):
    if name in _DRAWING:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_DRAWING])

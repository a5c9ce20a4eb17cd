"""Maps that act on every entry alone: the one place where a Jacobian is a diagonal matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..domains import Domain, DomainError
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import vec


@dataclass(frozen=True)
class _Entry:
    """A function of one number: φ, φ′, φ″, and the LaTeX of the array S of slopes, in which E is all ones."""

    phi: Callable
    slope: Callable
    bend: Callable
    printed: str
    positive: bool = False  # defined for positive numbers only


_ENTRIES = {
    "exp": _Entry(np.exp, np.exp, np.exp, "Y"),
    "log": _Entry(np.log, lambda X: 1 / X, lambda X: -1 / X**2, r"E \oslash X", positive=True),
    "sqrt": _Entry(np.sqrt, lambda X: 0.5 / np.sqrt(X), lambda X: -0.25 * X**-1.5, r"\frac{1}{2} E \oslash Y", True),
    "square": _Entry(lambda X: X * X, lambda X: 2 * X, lambda X: np.full_like(X, 2.0), "2 X"),
    "sin": _Entry(np.sin, np.cos, lambda X: -np.sin(X), r"\cos_{\odot}(X)"),
    "cos": _Entry(np.cos, lambda X: -np.sin(X), lambda X: -np.cos(X), r"-\sin_{\odot}(X)"),
    "tanh": _Entry(
        # 1 − tanh² would cancel where tanh is close to one
        np.tanh, lambda X: np.cosh(X) ** -2.0, lambda X: -2 * np.tanh(X) * np.cosh(X) ** -2.0, r"E - Y \odot Y"
    ),
    "sigmoid": _Entry(
        expit, lambda X: expit(X) * expit(-X), lambda X: -expit(X) * expit(-X) * np.tanh(X / 2), r"Y \odot (E - Y)"
    ),
    "softplus": _Entry(
        lambda X: np.logaddexp(0, X), expit, lambda X: expit(X) * expit(-X), r"\operatorname{sigmoid}_{\odot}(X)"
    ),
}  # fmt: skip
# The ⊙ below the name tells exp of every entry from the exponential of a matrix.
FUNCTIONS.update({rf"{name}_\odot": entry.phi for name, entry in _ENTRIES.items()})


def elementwise(phi, slope=None, bend=None):
    """F(X) = φ of every entry of an array of any shape: dF = φ′(X) ⊙ dX.

    No entry feels another, so the Jacobian is diag(vec φ′(X)) and the map is its own adjoint. ``phi`` is a name
    (exp, log, sqrt, square, sin, cos, tanh, sigmoid, softplus), or your own function with its ``slope`` φ′ and,
    if you like, its ``bend`` φ″, all of them acting on arrays. KeyError, TypeError for anything else.
    """
    if isinstance(phi, str):
        if phi not in _ENTRIES:
            raise KeyError(f"elementwise: no function is called {phi!r}; known are {', '.join(_ENTRIES)}")
        return _entry_rule(phi, _ENTRIES[phi], _printed(phi, _ENTRIES[phi].printed))
    if not callable(phi) or not callable(slope):
        raise TypeError("elementwise: expected a name, or a function φ together with its derivative φ′")
    return _entry_rule(getattr(phi, "__name__", "φ").replace("<lambda>", "φ"), _Entry(phi, slope, bend, ""), None)


def _entry_rule(name, entry, formulas):
    domain = POSITIVE_ARRAYS if entry.positive else ARRAYS

    def inside(X):
        if complaint := domain.interior(X):
            raise DomainError(complaint)
        return X

    def second_at(X):
        bend = entry.bend(inside(X))
        return lambda dX, dZ: bend * dX * dZ

    return Rule(
        name=f"elementwise({name})",
        f=entry.phi,
        linearize=lambda X: (entry.phi(X), _scaled_by(entry.slope(inside(X)))),
        domain=domain,
        formulas=formulas,
        source="magnus2019, ch. 8, sec. 4",
        second_at=second_at if entry.bend else None,
    )


def _scaled_by(S):
    """The map dX ↦ S ⊙ dX. A diagonal matrix is symmetric, so it is its own adjoint."""
    return LinearMap(
        push=lambda dX: S * dX,
        pull=lambda Ybar: S * Ybar,
        matrix=lambda: np.diag(vec(S)),
    )


def _printed(name, slope):
    where = (("S", slope), *((("E", r"\mathbf 1_m \mathbf 1_n^{\top}"),) if "E" in slope else ()))
    return Formulas(
        value=rf"\operatorname{{{name}}}_{{\odot}}(X)",
        differential=r"S \odot \mathrm dX",
        adjoint=r"S \odot \bar Y",
        jacobian=r"\operatorname{diag}(\operatorname{vec}(S))",
        where=where,
        shapes={"X": "m×n"},
    )


def _an_array(X):
    return "expected one array, got a tuple" if isinstance(X, tuple) else None


def _not_positive(X):
    return None if (X > 0).all() else f"expected positive entries, got one that is {X.min():g}"


ARRAYS = Domain(
    name="arrays of any shape",
    shape=_an_array,
    sample=lambda rng, n: rng.standard_normal((n, n + 1)),
    outside=lambda rng, n: (rng.standard_normal(n), rng.standard_normal(n)),
)

POSITIVE_ARRAYS = Domain(
    name="arrays with positive entries",
    shape=_an_array,
    interior=_not_positive,
    sample=lambda rng, n: rng.uniform(0.5, 2, (n, n + 1)),
    outside=lambda rng, n: rng.uniform(-1, 0, (n, n + 1)),
)

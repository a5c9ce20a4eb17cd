"""The layers of a network, examples in rows: the affine layer, entrywise activations, softmax.

Backward, everything follows from two adjoints. An affine layer multiplies the cotangent by Wᵀ from the right; an
activation multiplies it by its slopes, entry by entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_softmax

from ..domains import MATRICES, Domain, DomainError
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import shape_of, text, vec


def dense_at(point):
    """dZ = dX W + X dW + 1 dbᵀ. The bias is copied to every row, and the adjoint of copying is the sum of the rows."""
    X, W, b = point

    def matrix():
        m, k = len(X), len(b)
        return np.hstack([np.kron(W.T, np.eye(m)), np.kron(np.eye(k), X), np.kron(np.eye(k), np.ones((m, 1)))])

    return X @ W + b, LinearMap(
        push=lambda d: d[0] @ W + X @ d[1] + d[2],
        pull=lambda Zbar: (Zbar @ W.T, X.T @ Zbar, Zbar.sum(axis=0)),
        matrix=matrix,
    )


def _augmented(point):
    """[X 1] times W with bᵀ below it: the bias is one more row of weights."""
    X, W, b = point
    return np.hstack([X, np.ones((len(X), 1))]) @ np.vstack([W, b])


def _no_layer(point):
    fits = isinstance(point, tuple) and [np.ndim(part) for part in point] == [2, 2, 1]
    if fits and point[0].shape[1] == len(point[1]) and point[1].shape[1] == len(point[2]):
        return None
    return f"expected (X, W, b) of shapes m×d, d×k and k, got {text(shape_of(point))}"


dense = Rule(
    name="dense",
    f=_augmented,
    linearize=dense_at,
    domain=Domain(
        name="triples (X, W, b) of shapes m×d, d×k and k",
        shape=_no_layer,
        sample=lambda rng, n: tuple(rng.standard_normal(shape) for shape in ((n, n + 1), (n + 1, n + 2), n + 2)),
        outside=lambda rng, n: tuple(rng.standard_normal(shape) for shape in ((n, n + 1), (n + 1, n + 2), n + 1)),
    ),
    formulas=Formulas(
        value=r"X W + \mathbf 1_m b^{\top}",
        differential=r"\mathrm dX\,W + X\,\mathrm dW + \mathbf 1_m\,\mathrm db^{\top}",
        adjoint=(r"\bar Z\,W^{\top}", r"X^{\top}\,\bar Z", r"\bar Z^{\top} \mathbf 1_m"),
        jacobian=(r"W^{\top} \otimes I_m", r"I_k \otimes X", r"I_k \otimes \mathbf 1_m"),
        point=("X", "W", "b"),
        result="Z",
        shapes={"X": "m×d", "W": "d×k", "b": "k"},
    ),
    source="goodfellow2016, sec. 6.5.6",
    second_at=lambda point: lambda d, e: d[0] @ e[1] + e[0] @ d[1],  # the bias enters linearly, and alone
)


def _sech_squared(Z):
    """1/cosh² of every entry, from e^(−|z|): it falls to zero where cosh would overflow and 1 − tanh² be 1 − 1."""
    E = np.exp(-abs(Z))
    return (2 * E / (1 + E * E)) ** 2


@dataclass(frozen=True)
class Activation:
    """A function φ of every entry: φ, its slope from Z and A = φ(Z), its bend, and the LaTeX of the slopes."""

    phi: Callable
    slope: Callable
    bend: Callable
    printed: str  # in terms of Z, A and E, an array of ones
    source: str
    kinked: bool = False  # at zero


ACTIVATIONS = {
    "relu": Activation(
        lambda Z: np.maximum(Z, 0), lambda Z, A: (Z > 0).astype(float), lambda Z: 0 * Z,
        r"\operatorname{step}_{\odot}(Z)", "goodfellow2016, sec. 6.3.1", kinked=True,
    ),
    "sigmoid": Activation(
        expit, lambda Z, A: A * expit(-Z), lambda Z: -expit(Z) * expit(-Z) * np.tanh(Z / 2),
        r"A \odot (E - A)", "bishop2006, eq. 4.88",
    ),
    "tanh": Activation(
        np.tanh, lambda Z, A: _sech_squared(Z), lambda Z: -2 * np.tanh(Z) * _sech_squared(Z),
        r"E - A \odot A", "bishop2006, eq. 5.60",
    ),
}  # fmt: skip
FUNCTIONS.update({rf"{name}_\odot": activation.phi for name, activation in ACTIVATIONS.items()})
FUNCTIONS |= {r"step_\odot": lambda Z: (Z > 0).astype(float), r"exp_\odot": np.exp}


def at_the_kink(Z):
    """The complaint about a Z with an entry that is exactly zero, where ReLU has two slopes, or None."""
    zeros = int(np.size(Z) - np.count_nonzero(Z))
    if zeros == 0:
        return None
    return f"{zeros} of {np.size(Z)} entries are exactly 0, where ReLU has a kink: slope 0 from below and 1 from above"


def _away_from_zero(rng, n):
    return rng.uniform(0.5, 2, (n, n + 1)) * rng.choice([-1.0, 1.0], (n, n + 1))


def _with_a_zero(rng, n):
    Z = rng.standard_normal((n, n + 1))
    Z[0, 0] = 0.0
    return Z


def _an_array(Z):
    return "expected one array, got a tuple" if isinstance(Z, tuple) else None


_WITHOUT_ZEROS = Domain(
    name="arrays without a zero entry",
    shape=_an_array, interior=at_the_kink, sample=_away_from_zero, outside=_with_a_zero,
)  # fmt: skip
_ARRAYS = Domain(
    name="arrays of any shape",
    shape=_an_array,
    sample=MATRICES.sample,
    outside=lambda rng, n: (rng.standard_normal(n), rng.standard_normal(n)),
)


def _activation(name):
    """A = φ(Z), entry by entry: dA = S ⊙ dZ, and the map is its own adjoint."""
    act = ACTIVATIONS[name]

    def linearize(Z):
        if act.kinked and (complaint := at_the_kink(Z)):
            raise DomainError(complaint)
        A = act.phi(Z)
        S = act.slope(Z, A)
        return A, LinearMap(lambda dZ: S * dZ, lambda Abar: S * Abar, lambda: np.diag(vec(S)))

    def second_at(Z):
        bend = act.bend(Z)
        return lambda dZ, dV: bend * dZ * dV

    return Rule(
        name=name,
        f=act.phi,
        linearize=linearize,
        domain=_WITHOUT_ZEROS if act.kinked else _ARRAYS,
        formulas=_printed(name, act.printed),
        source=act.source,
        second_at=second_at,
    )


def _printed(name, slope):
    ones = (("E", r"\mathbf 1_m \mathbf 1_k^{\top}"),) if "E" in slope else ()
    return Formulas(
        value=rf"\operatorname{{{name}}}_{{\odot}}(Z)",
        differential=r"S \odot \mathrm dZ",
        adjoint=r"S \odot \bar A",
        jacobian=r"\operatorname{diag}(\operatorname{vec}(S))",
        point="Z", result="A", where=(("S", slope), *ones), shapes={"Z": "m×k"},
    )  # fmt: skip


relu, sigmoid, tanh = map(_activation, ACTIVATIONS)


def softmax_at(Z):
    """P = exp(Z) over its row sums, so dP = P ⊙ (dZ − the mean of dZ under P): what all scores gain changes nothing.

    The largest score of each row is taken off first: P stays the same, and no exponential overflows.
    """
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)

    def along(dZ):
        return P * (dZ - (P * dZ).sum(axis=1, keepdims=True))

    def matrix():
        D = np.diag(vec(P))
        return D - D @ np.kron(np.ones((P.shape[1],) * 2), np.eye(len(P))) @ D

    return P, LinearMap(along, along, matrix)


def _by_logarithms(Z):
    """exp(Z − log of the row sums of exp(Z)), row by row."""
    return np.exp(log_softmax(Z, axis=1))


def softmax_second(Z):
    """In each row P holds weights, and the bend is P ⊙ (uv − the mean of uv), u and v the centered directions."""
    P = _by_logarithms(Z)
    mean = lambda dZ: (P * dZ).sum(axis=1, keepdims=True)

    def along(dZ, dV):
        both = (dZ - mean(dZ)) * (dV - mean(dV))
        return P * (both - mean(both))

    return along


softmax = Rule(
    name="softmax",
    f=_by_logarithms,
    linearize=softmax_at,
    domain=MATRICES,
    formulas=Formulas(
        value=r"\operatorname{exp}_{\odot}(Z) \oslash (\operatorname{exp}_{\odot}(Z) \mathbf 1_k \mathbf 1_k^{\top})",
        differential=r"P \odot (\mathrm dZ - (P \odot \mathrm dZ) \mathbf 1_k \mathbf 1_k^{\top})",
        adjoint=r"P \odot (\bar P - (P \odot \bar P) \mathbf 1_k \mathbf 1_k^{\top})",
        jacobian=r"D_P - D_P (\mathbf 1_k \mathbf 1_k^{\top} \otimes I_m) D_P",
        point="Z",
        result="P",
        where=(("D_P", r"\operatorname{diag}(\operatorname{vec}(P))"),),
        shapes={"Z": "m×k"},
    ),
    source="bishop2006, eq. 4.106",
    second_at=softmax_second,
)

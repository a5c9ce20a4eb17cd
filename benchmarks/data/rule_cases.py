"""Which rules are measured, at which points, and how many operations their formulas need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import matcalc as mc
from matcalc.samples import positive_definite, well_conditioned


@dataclass
class Case:
    """A rule, its points, and the operations in units of n³: of the value and of a cotangent."""

    rule: object
    draw: object
    value: object
    pull: object
    symmetric: tuple = ()  # the parts of the gradient of which the symmetric one is compared

    @property
    def name(self):
        return self.rule.name

    def flops(self, n, X):
        """(value, pull), in n³; what depends on the point is a function of it."""
        return [each(X) if callable(each) else each for each in (self.value, self.pull)]


def spaced(rng, n):
    """Singular values evenly spaced between 1 and 2: vectors that are determined to twelve digits."""
    Q, W = (np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
    return (Q * np.linspace(2, 1, n)) @ W


def symmetric(rng, n):
    """Eigenvalues evenly spaced between −1 and 1, for the same reason."""
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    S = (Q * np.linspace(-1, 1, n)) @ Q.T
    return (S + S.T) / 2


def halvings(X):
    """How often X is halved before the Padé approximant of the exponential is enough, and a product squares it."""
    return max(0, int(np.ceil(np.log2(np.linalg.norm(X[0], 1) / 5.37))))


def four(rng, n):
    return (*rng.standard_normal((2, n, n)), positive_definite(rng, n), positive_definite(rng, n))


def images(channels):
    """32 images of 32×32 pixels, kernels of 3×3, to 16 channels."""
    rule, shapes = mc.conv2d(padding=1), ((32, channels, 32, 32), (16, channels, 3, 3), (16,))
    flops = 2 * 32 * 16 * channels * 9 * 32 * 32 / 1000**3  # in the unit of the product that it is measured with
    return Case(rule, lambda rng, n: tuple(map(rng.standard_normal, shapes)), flops, 2 * flops)


def one(draw):
    return lambda rng, n: (draw(rng, n),)


CASES = [
    Case(mc.inverse, one(well_conditioned), 2, 4),
    Case(mc.solve, lambda rng, n: (well_conditioned(rng, n), rng.standard_normal((n, n))), 8 / 3, 4),
    Case(mc.logabsdet, one(well_conditioned), 2 / 3, 4 / 3),
    Case(mc.lu, one(lambda rng, n: rng.standard_normal((n, n))), 2 / 3, 2 + 2 / 3),
    Case(mc.qr, one(lambda rng, n: rng.standard_normal((n, n))), 8 / 3, 2 + 1 / 3 + 2 + 1),
    Case(mc.cholesky, one(positive_definite), 1 / 3, 1 / 3 + 2, (0,)),
    Case(mc.svd, one(spaced), 28 / 3, 8),
    Case(mc.eigh, one(symmetric), 14 / 3, 6, (0,)),
    Case(mc.expm, one(lambda rng, n: rng.standard_normal((n, n)) / np.sqrt(n)),
         lambda X: 12 + 8 / 3 + 2 * halvings(X), lambda X: 28 + 4 * halvings(X)),
    Case(mc.power(10), one(well_conditioned), 8, 16),
    Case(mc.pinv, one(lambda rng, n: well_conditioned(rng, n)[:, : n // 2]), 13 / 12, 5 / 2),
    Case(mc.matrix_normal_loglik, four, 2 / 3 + 2, 3 + 2 + 4 / 3, (2, 3)),
]  # fmt: skip
CONVOLUTIONS = [images(3), images(16)]

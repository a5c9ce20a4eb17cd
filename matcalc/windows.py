"""Sliding windows: how many there are, which pixels each one sees, and the way back, which adds.

An image is an array of shape (N, C, H, W): batch, channels, rows, columns. A window is a kernel's view of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from operator import index

import numpy as np

from .domains import Domain
from .formula import Formulas
from .spaces import text

# What each parameter is called, the least that it can be, and where it does nothing.
PARAMETERS = (("stride", 1, 1), ("padding", 0, 0), ("dilation", 1, 1))
BLOCK = 2**18  # numbers of X_col that are unfolded at a time: about two megabytes, which a cache still holds


@dataclass(frozen=True)
class Windows:
    """Windows of one size, a stride apart, on an image with zeros around it; every part is a pair (rows, columns).

    With dilation d a window sees every d-th pixel, so that k pixels span d(k−1) + 1.
    """

    size: tuple
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    dilation: tuple = (1, 1)

    def span(self):
        """How many rows and columns lie between the first and the last pixel of a window, both counted."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def count(self, H, W):
        """How many windows fit, down and across: ⌊(n + 2p − d(k−1) − 1)/s⌋ + 1 for each axis."""
        parts = zip((H, W), self.padding, self.span(), self.stride, strict=True)
        return tuple((n + 2 * p - span) // s + 1 for n, p, span, s in parts)

    def complaint(self, shape):
        """Why no window fits on an image of this shape, or None."""
        if min(self.count(*shape[-2:])) > 0:
            return None
        (h, w), (ph, pw) = self.span(), self.padding
        have = f"{shape[-2] + 2 * ph}×{shape[-1] + 2 * pw}"
        return f"a window spans {h}×{w} pixels, the image has {have}" + (" with its padding" if ph or pw else "")

    def offsets(self):
        """The places of a window, row by row: how far each is from the first one."""
        return [(a * self.dilation[0], e * self.dilation[1]) for a, e in product(*map(range, self.size))]

    def views(self, x):
        """For each place of the window the image (N, C, Ho, Wo) of what all the windows see there."""
        (sh, sw), (Ho, Wo) = self.stride, self.count(*x.shape[-2:])
        around = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in self.padding)))
        return [around[:, :, a : a + sh * Ho : sh, e : e + sw * Wo : sw] for a, e in self.offsets()]

    def gather(self, x):
        """im2col as an array (N, C, kh·kw, Ho, Wo): the views side by side."""
        return np.stack(self.views(x), axis=2)

    def scatter(self, seen, shape):
        """col2im, the adjoint of ``gather``: each number goes back to its pixel, and numbers that meet are added."""
        (N, C, H, W), (ph, pw), (sh, sw) = shape, self.padding, self.stride
        Ho, Wo = seen.shape[-2:]
        around = np.zeros((N, C, H + 2 * ph, W + 2 * pw), seen.dtype)
        for t, (a, e) in enumerate(self.offsets()):
            around[:, :, a : a + sh * Ho : sh, e : e + sw * Wo : sw] += seen[:, :, t]
        return around[:, :, ph : ph + H, pw : pw + W]

    def rows(self, x):
        """im2col as a matrix: one row for each window of each image, one column for each place in each channel."""
        seen = self.gather(x)
        return seen.transpose(0, 3, 4, 1, 2).reshape(-1, seen.shape[1] * seen.shape[2])

    def image(self, rows, shape):
        """col2im of a matrix: the adjoint of ``rows``."""
        seen = rows.reshape(shape[0], *self.count(*shape[-2:]), shape[1], -1)
        return self.scatter(seen.transpose(0, 3, 4, 1, 2), shape)


class Shifted:
    """An image laid flat, so that im2col is a shift: what all the windows see at one place is one contiguous piece.

    The zeros around the image are stored with it, and with stride s it is cut into s·s phases first, for every
    s-th row and column: a window that moves by s pixels moves by one pixel in each phase. In a line of length Q,
    one entry for each output pixel and a few that are left out at the end of each row, place (a, e) of the window
    begins at ⌊a/s⌋·width + ⌊e/s⌋ of phase (a mod s, e mod s).
    """

    def __init__(self, windows, shape, dtype=float):
        self.windows, self.shape = windows, shape
        (sh, sw), (high, wide) = windows.stride, (span - 1 for span in windows.span())
        self.rows, self.columns = windows.count(*shape[-2:])
        self.width = self.columns + wide // sw
        self.height = self.rows + high // sh + 1  # a row to spare: the last piece runs over the end
        self.length = self.rows * self.width
        self.flat = np.zeros((*shape[:2], sh, sw, self.height * self.width), dtype)
        places = [(a % sh, e % sw, a // sh * self.width + e // sw) for a, e in windows.offsets()]
        self.pieces = [(r, u, slice(first, first + self.length)) for r, u, first in places]

    @classmethod
    def of(cls, windows, x):
        """The image x, laid flat."""
        self = cls(windows, x.shape, x.dtype)
        for plane, pixels in self._phases(x):
            plane[...] = pixels
        return self

    def image(self):
        """The image again, without the zeros around it."""
        x = np.zeros(self.shape, self.flat.dtype)
        for plane, pixels in self._phases(x):
            pixels[...] = plane
        return x

    def _phases(self, x):
        """For each phase the part of its plane that is image, and the pixels of x that it holds: two views."""
        (sh, sw), (ph, pw) = self.windows.stride, self.windows.padding
        planes = self.flat.reshape(*self.flat.shape[:4], self.height, self.width)
        for r, u in product(range(sh), range(sw)):
            to_row, row = _phase(x.shape[2], ph, sh, r, self.height)
            to_column, column = _phase(x.shape[3], pw, sw, u, self.width)
            yield planes[:, :, r, u, to_row, to_column], x[:, :, row, column]

    def blocks(self):
        """The batch in slices, so many images at a time that their columns stay in the cache."""
        each = max(1, BLOCK // (self.shape[1] * len(self.pieces) * self.length))
        return [slice(n, n + each) for n in range(0, self.shape[0], each)]

    def unfold(self, block):
        """The columns of X_col for a block of images: shape (images, C·kh·kw, Q)."""
        flat = self.flat[block]
        out = np.empty((*flat.shape[:2], len(self.pieces), self.length), flat.dtype)
        for t, (r, u, piece) in enumerate(self.pieces):
            out[:, :, t] = flat[:, :, r, u, piece]
        return out.reshape(len(flat), -1, self.length)

    def add(self, block, columns):
        """The adjoint of ``unfold``: the columns are added where they came from."""
        flat = self.flat[block]
        columns = columns.reshape(*flat.shape[:2], len(self.pieces), self.length)
        for t, (r, u, piece) in enumerate(self.pieces):
            flat[:, :, r, u, piece] += columns[:, :, t]

    def spread(self, Y):
        """A block of output images as lines of length Q, with zeros in the entries that are left out."""
        lines = np.zeros((*Y.shape[:2], self.rows, self.width), Y.dtype)
        lines[..., : self.columns] = Y
        return lines.reshape(*Y.shape[:2], self.length)

    def output(self, lines):
        """The output images in lines of length Q: a view without the entries that are left out."""
        return lines.reshape(*lines.shape[:2], self.rows, self.width)[..., : self.columns]


def _phase(n, p, s, r, room):
    """Along an axis of n pixels with p zeros before it: the slice of phase r of s, and the slice of its pixels."""
    first = max(0, -((r - p) // s))  # the first entry of the phase that is no padding
    start = first * s + r - p
    many = max(0, min(room - first, -((start - n) // s)))
    return slice(first, first + many), slice(start, start + many * s, s)


@dataclass(frozen=True, eq=False)
class Unfolded(Formulas):
    """Printed formulas between matrices, for a rule between images: read after unfolding, folded back to compare.

    ``enter(dX, X)`` unfolds what has the shape of the point X, and ``leave`` takes a cotangent back; ``rows(Y)`` and
    ``images(M, Y)`` do the same for the result. ``given(X)`` are letters whose values the size of X determines.
    """

    enter: Callable = None
    leave: Callable = None
    rows: Callable = None
    images: Callable = None
    given: Callable = lambda X: {}

    def letters(self, X, Y, **directions):
        """As ``Formulas.letters``, for images: what the unfolded letters are worth."""
        entered = {name: self.enter(D, X) if "X" in name else self.rows(D) for name, D in directions.items()}
        known = replace(self, constants={**self.constants, **self.given(X)})
        return Formulas.letters(known, self.enter(X, X), self.rows(Y), **entered)

    def evaluate(self, part, X, Y, **directions):
        """As ``Formulas.evaluate``, with images in and out."""
        entered = {name: self.enter(D, X) if "X" in name else self.rows(D) for name, D in directions.items()}
        known = replace(self, constants={**self.constants, **self.given(X)})
        value = Formulas.evaluate(known, part, self.enter(X, X), self.rows(Y), **entered)
        if part == "jacobian":
            return value
        return self.leave(value, X) if part == "adjoint" else self.images(np.asarray(value), Y)


def as_batch(X):
    """One image (H, W) as a batch of one with one channel; a batch as it is."""
    return X.reshape(1, 1, *X.shape) if np.ndim(X) == 2 else X


def images(windows, interior=lambda X: None, sample=None, outside=None, name="images of at least one window"):
    """Images (H, W) and batches (N, C, H, W) on which at least one window fits, and what ``interior`` asks for."""
    h, w = (span - 2 * p for span, p in zip(windows.span(), windows.padding, strict=True))

    def shape(X):
        if isinstance(X, tuple) or np.ndim(X) not in (2, 4):
            given = "a tuple" if isinstance(X, tuple) else f"shape {text(np.shape(X))}"
            return f"expected an image (H, W) or a batch of them (N, C, H, W), got {given}"
        return windows.complaint(X.shape)

    return Domain(
        name=name,
        shape=shape,
        interior=interior,
        sample=sample or (lambda rng, n: rng.standard_normal((2, 3, max(n, h), max(n + 1, w + 1)))),
        outside=outside or (lambda rng, n: rng.standard_normal((1, 1, h - 1, max(w, 1)) if h > 1 else n)),
    )


def pair(where, what, value, least):
    """A whole number, or a pair of them for rows and columns, none below ``least``; TypeError, ValueError."""
    parts = value if isinstance(value, tuple) else (value, value)
    if len(parts) != 2 or any(isinstance(part, bool) for part in parts):
        raise TypeError(f"{where}: the {what} is a whole number or a pair of them, got {value!r}")
    try:
        numbers = tuple(index(part) for part in parts)
    except TypeError:
        raise TypeError(f"{where}: the {what} is a whole number or a pair of them, got {value!r}") from None
    if min(numbers) < least:
        raise ValueError(f"{where}: the {what} must be at least {least}, got {value!r}")
    return numbers


def named(family, parts, *size):
    """The name of a member; parameters that do nothing go unsaid: conv2d, conv2d(stride=2), im2col(3, padding=1)."""
    short = lambda v: str(v[0] if v[0] == v[1] else v)
    said = [short(v) for v in size]
    for (what, _, idle), part in zip(PARAMETERS, parts, strict=False):
        said += [f"{what}={short(part)}"] if part != (idle, idle) else []
    return f"{family}({', '.join(said)})" if said else family

"""Sliding windows: counted by hand, laid flat in phases, unfolded and added back; and formulas of unfolded images."""

from itertools import product

import numpy as np
import pytest

from matcalc import windows as module
from matcalc.spaces import inner
from matcalc.windows import Shifted, Unfolded, Windows, as_batch, images, named, pair

KINDS = [
    Windows(size, stride, padding, dilation)
    for size, stride, padding, dilation in product(
        [(1, 1), (2, 3)], [(1, 1), (2, 3), (4, 1)], [(0, 0), (1, 2)], [(1, 1), (2, 3)]
    )
]
every_kind = pytest.mark.parametrize("windows", KINDS, ids=str)


def by_hand(n, k, s, p, d):
    """How many windows fit: try every place."""
    return sum(1 for first in range(0, n + 2 * p, s) if first + d * (k - 1) < n + 2 * p)


@pytest.mark.parametrize("parameters", list(product([5, 8, 13], [1, 2, 3], [1, 2, 3], [0, 1, 2], [1, 2])), ids=str)
def test_the_number_of_windows_is_the_count_of_places(parameters):
    n, k, s, p, d = parameters
    assert Windows((k, 1), (s, 1), (p, 0), (d, 1)).count(n, 7) == (by_hand(n, k, s, p, d), 7)


def test_no_window_fits_is_said_in_words():
    assert Windows((3, 2)).complaint((5, 5)) is None
    assert Windows((3, 2)).complaint((2, 5)) == "a window spans 3×2 pixels, the image has 2×5"
    said = Windows((3, 2), padding=(1, 0), dilation=(3, 1)).complaint((1, 4, 4, 5))
    assert said == "a window spans 7×2 pixels, the image has 6×5 with its padding"


@every_kind
def test_gather_reads_what_a_loop_reads(windows, rng):
    x = rng.standard_normal((2, 3, 7, 9))
    around = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in windows.padding)))
    seen, (sh, sw), (dh, dw) = windows.gather(x), windows.stride, windows.dilation
    for (a, e), i, j in product(np.ndindex(*windows.size), range(seen.shape[-2]), range(seen.shape[-1])):
        place = a * windows.size[1] + e
        assert np.array_equal(seen[:, :, place, i, j], around[:, :, i * sh + a * dh, j * sw + e * dw])


@every_kind
def test_scatter_is_the_adjoint_of_gather(windows, rng):
    x = rng.standard_normal((2, 3, 7, 9))
    back = rng.standard_normal(windows.gather(x).shape)
    assert np.isclose(inner(back, windows.gather(x)), inner(windows.scatter(back, x.shape), x))
    rows = rng.standard_normal(windows.rows(x).shape)
    assert np.isclose(inner(rows, windows.rows(x)), inner(windows.image(rows, x.shape), x))


@every_kind
def test_laid_flat_the_windows_see_the_same(windows, rng):
    x = rng.standard_normal((3, 2, 7, 9))
    image, everything = Shifted.of(windows, x), slice(0, 3)
    seen, columns = windows.gather(x), image.unfold(everything)
    assert np.array_equal(image.output(columns), seen.reshape(3, -1, *seen.shape[-2:]))


@every_kind
def test_what_is_added_flat_comes_back_as_col2im(windows, rng):
    x = rng.standard_normal((3, 2, 7, 9))
    back = rng.standard_normal(windows.gather(x).shape)
    image = Shifted(windows, x.shape)
    image.add(slice(0, 3), image.spread(back.reshape(3, -1, *back.shape[-2:])))
    assert np.allclose(image.image(), windows.scatter(back, x.shape), rtol=1e-13)


def test_blocks_cover_the_batch_once(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 200)
    blocks = Shifted(Windows((2, 2)), (7, 3, 4, 5)).blocks()
    assert [n for block in blocks for n in range(7)[block]] == list(range(7))
    assert len(blocks) == 7


def test_one_image_is_a_batch_of_one():
    X = np.arange(6.0).reshape(2, 3)
    assert as_batch(X).shape == (1, 1, 2, 3)
    assert as_batch(as_batch(X)) is not None
    assert as_batch(as_batch(X)).shape == (1, 1, 2, 3)


def test_images_of_other_kinds_are_refused():
    domain = images(Windows((2, 3)))
    assert domain.contains(np.ones((2, 3)))
    assert domain.contains(np.ones((4, 5, 2, 3)))
    assert "expected an image (H, W) or a batch" in domain.complaint(np.ones((5, 2, 3)))
    assert "got a tuple" in domain.complaint((np.ones((2, 3)),))
    assert "spans 2×3" in domain.complaint(np.ones((1, 3)))


@pytest.mark.parametrize("value", [1.5, "2", (1, 2, 3), True, (1, True), None, (1, 2.0)], ids=str)
def test_a_parameter_that_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="f: the stride is a whole number or a pair"):
        pair("f", "stride", value, 1)


@pytest.mark.parametrize("value", [0, (1, 0), -1])
def test_a_parameter_that_is_too_small_is_refused(value):
    with pytest.raises(ValueError, match="f: the stride must be at least 1"):
        pair("f", "stride", value, 1)


def test_names_say_what_is_not_usual():
    usual = [(1, 1), (0, 0), (1, 1)]
    assert named("conv2d", usual) == "conv2d"
    assert named("im2col", usual, (3, 3)) == "im2col(3)"
    assert named("f", [(2, 2), (0, 1), (1, 1)], (3, 2)) == "f((3, 2), stride=2, padding=(0, 1))"


def test_formulas_are_read_after_unfolding_and_folded_back(rng):
    X = rng.standard_normal((2, 2, 2))
    flat = Unfolded(
        value="c x", differential=r"c\,\mathrm dx", adjoint=r"c\,\bar y", jacobian="c I_8", point="x", result="y",
        enter=lambda dX, X: dX.reshape(-1), leave=lambda v, X: v.reshape(X.shape), rows=lambda Y: Y.reshape(-1),
        images=lambda v, Y: v.reshape(Y.shape), given=lambda X: {"c": float(X.ndim)},
    )  # fmt: skip
    assert np.array_equal(flat.evaluate("value", X, 3 * X), 3 * X)
    assert np.array_equal(flat.evaluate("differential", X, 3 * X, dX=X, dY=3 * X), 3 * X)
    assert np.array_equal(flat.evaluate("adjoint", X, 3 * X, Xbar=3 * X, Ybar=X), 3 * X)
    assert np.array_equal(flat.evaluate("jacobian", X, 3 * X), 3 * np.eye(8))

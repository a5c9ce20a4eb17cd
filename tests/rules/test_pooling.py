"""Pooling: by hand, against loops, the kink at a tie by name, and shares that add where windows overlap."""

import numpy as np
import pytest

import matcalc as mc

X = np.array([[1.0, 5, 2, 0], [3, 4, 8, 7], [9, 6, 1, 2], [0, 5, 3, 4]])


def test_four_windows_by_hand():
    Y, dF = mc.max_pool(2).linearize(X)
    assert Y.tolist() == [[5, 8], [9, 4]]
    back = dF.T(np.array([[1.0, 2], [3, 4]]))
    assert back.tolist() == [[0, 1, 0, 0], [0, 0, 2, 0], [3, 0, 0, 0], [0, 0, 0, 4]]
    Y, dF = mc.avg_pool(2).linearize(X)
    assert Y.tolist() == [[13 / 4, 17 / 4], [5, 10 / 4]]
    assert dF.T(np.array([[4.0, 8], [12, 16]])).tolist() == [[1, 1, 2, 2]] * 2 + [[3, 3, 4, 4]] * 2


def test_overlapping_windows_add():
    back = mc.max_pool(2, stride=1).at(X).T(np.ones((3, 3)))
    assert back.tolist() == [[0, 1, 0, 0], [0, 0, 4, 0], [2, 1, 0, 0], [0, 0, 0, 1]]
    assert mc.avg_pool(3, stride=1).at(X).T(np.full((2, 2), 9.0))[1].tolist() == [2, 4, 4, 2]


@pytest.mark.parametrize("family", [mc.max_pool, mc.avg_pool])
@pytest.mark.parametrize("size", [1, 2, (2, 3)])
@pytest.mark.parametrize("stride", [None, 1, (1, 2)])
def test_every_member_is_verified(family, size, stride, rng):
    F = family(size, stride=stride)
    assert mc.verify(F).passed
    assert mc.verify(F, rng.standard_normal((5, 7))).passed


@pytest.mark.parametrize(("family", "of"), [(mc.max_pool, np.max), (mc.avg_pool, np.mean)])
def test_every_channel_is_pooled_alone_and_a_rest_is_left_out(family, of, rng):
    x = rng.standard_normal((2, 3, 7, 5))
    Y = family((3, 2), stride=2)(x)
    assert Y.shape == (2, 3, 3, 2)
    for n, c, i, j in np.ndindex(*Y.shape):
        assert np.isclose(Y[n, c, i, j], of(x[n, c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 2]))
    assert not family(2).at(x).T(np.ones((2, 3, 3, 2)))[:, :, :, 4].any()


def test_a_mean_is_a_convolution_with_a_fixed_kernel(rng):
    x = rng.standard_normal((2, 1, 6, 7))
    same = mc.conv2d(stride=2)((x, np.full((1, 1, 3, 3), 1 / 9), np.zeros(1)))
    assert np.allclose(mc.avg_pool(3, stride=2)(x), same)


def test_a_tie_is_a_kink_and_is_named():
    tied = X.copy()
    tied[0, 0] = 5
    with pytest.raises(mc.DomainError, match=r"window \(1, 1\) has its largest pixel more than once; 1 of 4 windows"):
        mc.max_pool(2).at(tied)
    x = np.random.default_rng(1).standard_normal((2, 3, 4, 4))
    x[1, 2, 2:, :2] = 7
    with pytest.raises(mc.DomainError, match=r"window \(2, 1\) of channel 3 of image 2"):
        mc.max_pool(2)(x)
    f, E = mc.max_pool(2).f, np.zeros((4, 4))
    E[0, 0] = 1  # along E the slope is one forward and zero backward
    assert (f(tied + 1e-3 * E) - f(tied))[0, 0] == pytest.approx(1e-3)
    assert (f(tied - 1e-3 * E) - f(tied))[0, 0] == 0


def test_a_tie_below_the_largest_does_no_harm():
    mild = X.copy()
    mild[0, 0] = mild[1, 1]
    assert mc.verify(mc.max_pool(2), mild).passed


def test_sharing_the_gradient_of_a_maximum_is_caught():
    everyone = lambda X, Ybar: mc.avg_pool(2).at(X).T(4 * Ybar)
    failed = {check.name for check in mc.examine(mc.max_pool(2).but(adjoint=everyone)).failures}
    assert failed == {"adjoint", "printed adjoint"}


def test_parameters_and_points_that_do_not_fit_are_refused():
    with pytest.raises(mc.DomainError, match="a window spans 2×2 pixels, the image has 1×3"):
        mc.avg_pool(2)(np.ones((1, 3)))
    with pytest.raises(ValueError, match="max_pool: the size must be at least 1"):
        mc.max_pool(0)
    with pytest.raises(TypeError, match="avg_pool: the stride is a whole number"):
        mc.avg_pool(2, stride=0.5)
    assert mc.max_pool((2, 3)).name == "max_pool((2, 3))"
    assert mc.avg_pool(3, stride=2).name == "avg_pool(3, stride=2)"

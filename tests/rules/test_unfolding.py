"""im2col: two matrices by hand, every pixel where a loop puts it, and an adjoint that counts overlaps."""

import numpy as np
import pytest

import matcalc as mc


def test_five_numbers_by_hand():
    line = np.array([[1.0, 2, 3, 4, 5]])
    assert mc.im2col((1, 3))(line).tolist() == [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert mc.im2col((1, 3)).at(line).T(np.ones((3, 3))).tolist() == [[1, 2, 3, 2, 1]]


def test_nine_numbers_by_hand():
    X = np.arange(1.0, 10).reshape(3, 3)
    assert mc.im2col(2)(X).tolist() == [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]]
    assert mc.im2col(2).at(X).T(np.ones((4, 4))).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_channels_stand_beside_one_another_and_images_below(rng):
    x = rng.standard_normal((2, 3, 4, 5))
    rows = mc.im2col(2)(x)
    assert rows.shape == (2 * 12, 3 * 4)
    assert np.array_equal(rows[:12, 4:8], mc.im2col(2)(x[0, 1]))
    assert np.array_equal(rows[12:, 8:], mc.im2col(2)(x[1, 2]))


@pytest.mark.parametrize("size", [1, 2, (3, 2)])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("padding", [0, (2, 1)])
@pytest.mark.parametrize("dilation", [1, (1, 2)])
def test_every_member_is_verified(size, stride, padding, dilation):
    assert mc.verify(mc.im2col(size, stride=stride, padding=padding, dilation=dilation)).passed


def test_back_and_forth_multiplies_by_the_counts(rng):
    X = rng.standard_normal((7, 6))
    F = mc.im2col(3, stride=2, padding=1)
    counts = F.at(X).T(np.ones_like(F(X)))
    assert np.allclose(F.at(X).T(F(X)), counts * X)
    assert set(counts.flatten()) == {1, 2, 4}


def test_windows_side_by_side_are_undone_by_the_adjoint(rng):
    X = rng.standard_normal((4, 6))
    F = mc.im2col(2, stride=2)
    assert np.array_equal(F.at(X).T(F(X)), X)


def test_the_matrix_has_one_one_in_a_row_or_none_for_padding():
    S = mc.im2col(2, padding=1).at(np.ones((2, 3))).matrix
    assert set(S.sum(axis=1)) == {0, 1}
    assert set(S.sum(axis=0)) == {4}
    assert mc.im2col(2, padding=1).at(np.ones((2, 3))).columns().tolist() == S.tolist()


def test_it_is_linear(rng):
    X, dX = rng.standard_normal((2, 5, 4))
    assert np.array_equal(mc.im2col(2).at(X)(dX), mc.im2col(2)(dX))


def test_overwriting_in_place_of_adding_is_caught():
    F = mc.im2col(2)

    def last_wins(X, Ybar):
        back, rows = np.zeros(X.shape), iter(Ybar)
        for n, i, j in np.ndindex(X.shape[0], X.shape[2] - 1, X.shape[3] - 1):
            back[n, :, i : i + 2, j : j + 2] = next(rows).reshape(-1, 2, 2)
        return back

    failed = [check.name for check in mc.examine(F.but(adjoint=last_wins)).failures]
    assert failed == ["adjoint", "printed adjoint"]


def test_points_and_parameters_that_do_not_fit_are_refused():
    with pytest.raises(mc.DomainError, match="a window spans 2×2 pixels, the image has 1×5"):
        mc.im2col(2)(np.ones((1, 5)))
    with pytest.raises(mc.DomainError, match=r"expected an image \(H, W\) or a batch"):
        mc.im2col(2)(np.ones(5))
    with pytest.raises(ValueError, match="im2col: the size must be at least 1"):
        mc.im2col(0)
    with pytest.raises(TypeError, match="im2col: the padding is a whole number"):
        mc.im2col(2, padding="same")

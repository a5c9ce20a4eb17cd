"""Convolutions: against SciPy, against seven loops, on shapes of every kind; turned kernels are refused."""

from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.signal import convolve, correlate

import matcalc as mc
from matcalc import windows
from matcalc.spaces import inner

KINDS = list(product([1, 2, (3, 1)], [0, 1, (2, 1)], [1, (2, 1)]))  # stride, padding, dilation
every_kind = pytest.mark.parametrize(("stride", "padding", "dilation"), KINDS)


def triple(rng, x, k):
    return rng.standard_normal(x), rng.standard_normal(k), rng.standard_normal(k[0])


def seven_loops(X, Ybar, stride, padding, dilation):
    """(y, x̄, k̄, b̄) from the definition, one product at a time."""
    x, k, b = X
    (sh, sw), (ph, pw), (dh, dw) = ((v, v) if isinstance(v, int) else v for v in (stride, padding, dilation))
    y, xbar, kbar = np.zeros(Ybar.shape), np.zeros(x.shape), np.zeros(k.shape)
    for n, o, i, j in np.ndindex(*Ybar.shape):
        y[n, o, i, j] = b[o]
        for c, a, e in np.ndindex(*k.shape[1:]):
            r, s = i * sh + a * dh - ph, j * sw + e * dw - pw
            if 0 <= r < x.shape[2] and 0 <= s < x.shape[3]:
                y[n, o, i, j] += k[o, c, a, e] * x[n, c, r, s]
                xbar[n, c, r, s] += k[o, c, a, e] * Ybar[n, o, i, j]
                kbar[o, c, a, e] += x[n, c, r, s] * Ybar[n, o, i, j]
    return y, xbar, kbar, np.array([Ybar[:, o].sum() for o in range(len(b))])


@every_kind
def test_value_and_all_three_gradients_equal_seven_loops(stride, padding, dilation, rng):
    X, F = triple(rng, (2, 3, 6, 7), (4, 3, 3, 2)), mc.conv2d(stride=stride, padding=padding, dilation=dilation)
    Y, dF = F.linearize(X)
    Ybar = rng.standard_normal(Y.shape)
    y, *bars = seven_loops(X, Ybar, stride, padding, dilation)
    assert np.allclose(Y, y, rtol=1e-13, atol=1e-13)
    assert np.allclose(F(X), y, rtol=1e-13, atol=1e-13)
    for given, expected in zip(dF.T(Ybar), bars, strict=True):
        assert np.allclose(given, expected, rtol=1e-13, atol=1e-13)


@every_kind
def test_every_member_is_verified(stride, padding, dilation):
    assert mc.verify(mc.conv2d(stride=stride, padding=padding, dilation=dilation)).passed


@pytest.mark.parametrize(("stride", "padding", "dilation"), list(product([1, 3], [0, 2], [1, 2])))
def test_every_line_is_verified(stride, padding, dilation):
    assert mc.verify(mc.conv1d(stride=stride, padding=padding, dilation=dilation)).passed


def test_forward_is_correlation_and_backward_convolution(rng):
    X = triple(rng, (1, 1, 6, 7), (1, 1, 3, 2))
    (x, k, b), (Y, dF) = X, mc.conv2d().linearize(X)
    assert np.allclose(Y[0, 0], correlate(x[0, 0], k[0, 0], "valid") + b)
    Ybar = rng.standard_normal(Y.shape)
    xbar, kbar, bbar = dF.T(Ybar)
    assert np.allclose(xbar[0, 0], convolve(Ybar[0, 0], k[0, 0], "full"))
    assert np.allclose(kbar[0, 0], correlate(x[0, 0], Ybar[0, 0], "valid"))
    assert np.allclose(bbar, Ybar.sum())


def test_a_line_is_a_banded_matrix(rng):
    x, k = rng.standard_normal((1, 1, 5)), np.array([[[2.0, -1.0, 3.0]]])
    T = np.array([[2.0, -1, 3, 0, 0], [0, 2, -1, 3, 0], [0, 0, 2, -1, 3]])
    Y, dF = mc.conv1d().linearize((x, k, np.zeros(1)))
    assert np.allclose(Y[0, 0], T @ x[0, 0])
    ybar = np.array([[[1.0, -2.0, 0.5]]])
    assert np.allclose(dF.T(ybar)[0][0, 0], T.T @ ybar[0, 0])


@pytest.mark.parametrize("parameters", list(product([1, 2], [0, 2], [1, 2])), ids=str)
def test_a_line_is_an_image_of_one_row(parameters, rng):
    stride, padding, dilation = parameters
    x, k, b = triple(rng, (2, 3, 9), (4, 3, 3))
    line = mc.conv1d(stride=stride, padding=padding, dilation=dilation)
    image = mc.conv2d(stride=(1, stride), padding=(0, padding), dilation=(1, dilation))
    assert np.allclose(line((x, k, b)), image((x[:, :, None], k[:, :, None], b))[:, :, 0])


def test_letters_agree_with_sympy_entry_by_entry():
    x, k = sp.Matrix(3, 3, sp.symbols("x:9")), sp.Matrix(2, 2, sp.symbols("k:4"))
    y = [sum(k[a, e] * x[i + a, j + e] for a in range(2) for e in range(2)) for i in range(2) for j in range(2)]
    numbers = {**{s: n + 1 for n, s in enumerate(x)}, **{s: (-1) ** n * (n + 2) for n, s in enumerate(k)}}
    X = (
        np.array(x.subs(numbers), dtype=float)[None, None],
        np.array(k.subs(numbers), dtype=float)[None, None],
        np.zeros(1),
    )
    ybar = np.array([[[[1.0, -2.0], [0.5, 3.0]]]])
    loss = sum(int(2 * g) * value for g, value in zip(ybar.flatten(), y, strict=True)) / 2
    xbar, kbar, _ = mc.conv2d().at(X).T(ybar)
    assert xbar.flatten().tolist() == [float(loss.diff(s).subs(numbers)) for s in x]
    assert kbar.flatten().tolist() == [float(loss.diff(s).subs(numbers)) for s in k]


@pytest.mark.parametrize(
    ("x", "k"), [((1, 1, 1, 1), (1, 1, 1, 1)), ((3, 2, 1, 5), (2, 2, 1, 5)), ((1, 4, 5, 2), (1, 4, 2, 1))], ids=str
)
def test_the_smallest_shapes(x, k, rng):
    assert mc.verify(mc.conv2d(), triple(rng, x, k)).passed


def test_a_kernel_of_one_pixel_is_a_dense_layer_on_every_pixel(rng):
    x, k, b = triple(rng, (2, 3, 4, 5), (6, 3, 1, 1))
    assert np.allclose(mc.conv2d()((x, k, b)), np.einsum("oc,ncij->noij", k[..., 0, 0], x) + b[:, None, None])


def test_moving_the_image_moves_the_result(rng):
    x, k, b = triple(rng, (1, 2, 6, 9), (3, 2, 3, 3))
    assert np.allclose(mc.conv2d()((x, k, b))[..., 1:], mc.conv2d()((x[..., 1:], k, b)))


def test_blocks_of_images_change_nothing(rng, monkeypatch):
    X, F = triple(rng, (5, 3, 6, 7), (4, 3, 3, 2)), mc.conv2d(stride=2, padding=1)
    Y, dF = F.linearize(X)
    bars = dF.T(np.cos(Y))
    monkeypatch.setattr(windows, "BLOCK", 1000)
    again, dF = F.linearize(X)
    assert np.allclose(again, Y, rtol=1e-14)
    assert all(np.allclose(u, v, rtol=1e-12) for u, v in zip(dF.T(np.cos(Y)), bars, strict=True))


def test_pixels_that_no_window_sees_have_gradient_zero(rng):
    X = triple(rng, (1, 1, 6, 6), (1, 1, 2, 2))
    Y, dF = mc.conv2d(stride=4).linearize(X)
    xbar = dF.T(np.ones(Y.shape))[0][0, 0]
    seen = np.isin(np.arange(6) % 4, (0, 1))
    assert np.array_equal(xbar != 0, np.outer(seen, seen))


def test_complex_tangents_are_pushed_and_pulled(rng):
    X = triple(rng, (2, 3, 5, 6), (4, 3, 2, 3))
    dF = mc.conv2d(padding=1).at(X)
    dX = tuple(rng.standard_normal(part.shape) + 1j * rng.standard_normal(part.shape) for part in X)
    dY = dF.push(dX)
    assert np.allclose(dY.real, dF(tuple(part.real for part in dX)))
    assert np.allclose(dY.imag, dF(tuple(part.imag for part in dX)))
    assert np.isclose(inner(dY, dY), inner(dF.pull(dY), dX))


def turned(X, dX):
    """A true convolution in the part of dx: the kernel turned around."""
    x, k, b = X
    return mc.conv2d().f((dX[0], k[..., ::-1, ::-1], 0 * b)) + mc.conv2d().at(X)((0 * dX[0], *dX[1:]))


WRONG = [
    ({"differential": turned}, {"difference", "taylor", "adjoint", "printed differential"}),
    (
        {"adjoint": lambda X, Ybar: (*mc.conv2d().at(X).T(Ybar)[:2], Ybar[0].sum(axis=(1, 2)))},
        {"adjoint", "printed adjoint"},
    ),
    (
        {"adjoint": lambda X, Ybar: (lambda x, k, b: (x, k / len(X[0]), b))(*mc.conv2d().at(X).T(Ybar))},
        {"adjoint", "printed adjoint"},
    ),
    ({"f": lambda X: mc.conv2d().f((X[0], X[1][..., ::-1, ::-1], X[2]))}, {"value", "difference", "taylor"}),
]


@pytest.mark.parametrize(("parts", "lines"), WRONG, ids=["turned", "bias of one image", "mean of the kernel", "value"])
def test_wrong_twins_fail_in_the_expected_lines(parts, lines):
    assert lines <= {check.name for check in mc.examine(mc.conv2d().but(**parts)).failures}


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (np.ones((2, 3)), "expected a triple .* got one array of shape 2×3"),
        ((np.ones((1, 1, 3, 3)), np.ones((2, 2)), np.ones(2)), "expected a triple"),
        ((np.ones((1, 2, 3, 3)), np.ones((2, 3, 2, 2)), np.ones(2)), "got shapes"),
        ((np.ones((1, 2, 3, 3)), np.ones((4, 2, 2, 2)), np.ones(2)), "b of length O"),
        ((np.ones((1, 1, 2, 3)), np.ones((1, 1, 3, 2)), np.ones(1)), "a window spans 3×2 pixels, the image has 2×3"),
    ],
)
def test_triples_that_do_not_fit_are_refused(X, said):
    with pytest.raises(mc.DomainError, match=said):
        mc.conv2d()(X)
    with pytest.raises(mc.DomainError, match=said):
        mc.conv2d().at(X)


def test_parameters_are_whole_numbers_or_pairs():
    with pytest.raises(TypeError, match="conv2d: the stride is a whole number or a pair"):
        mc.conv2d(stride=1.5)
    with pytest.raises(ValueError, match="conv2d: the dilation must be at least 1, got 0"):
        mc.conv2d(dilation=0)
    with pytest.raises(TypeError, match="conv1d: the stride is a whole number"):
        mc.conv1d(stride=(1, 2))
    assert mc.conv2d(stride=(2, 1), padding=1).name == "conv2d(stride=(2, 1), padding=1)"
    assert mc.conv1d(stride=2).name == "conv1d(stride=2)"


def test_the_second_differential_has_two_equal_halves(rng):
    X, dX = triple(rng, (2, 3, 5, 6), (4, 3, 2, 3)), triple(rng, (2, 3, 5, 6), (4, 3, 2, 3))
    twice = mc.conv2d().second(X)(dX, dX)
    assert np.allclose(twice, 2 * mc.conv2d()((dX[0], dX[1], np.zeros(4))))

"""Pictures hold what they promise: the points, the reference line, the numbers; nothing is computed elsewhere."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

import matcalc as mc  # noqa: E402


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def point(rng):
    X = mc.inverse.domain.sample(rng, 3)
    return X, rng.standard_normal((3, 3))


def test_each_claim_is_a_row_of_points_beside_a_line_of_slope_two(point):
    X, dX = point
    right = mc.inverse.at(X)(dX)
    figure = mc.plots.remainder(mc.inverse, X, dX, {"right": right, "wrong sign": -right, "one per cent": 1.01 * right})
    (ax,) = figure.axes
    assert [line.get_label() for line in ax.lines] == ["right", "wrong sign", "one per cent", "slope 2"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [line.get_label() for line in ax.lines]
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert "" not in (ax.get_xlabel(), ax.get_ylabel())
    assert len({line.get_color() for line in ax.lines}) == 4


def slope(line, low, high):
    t, size = line.get_data()
    chosen = (t >= low) & (t <= high)
    return np.polyfit(np.log(t[chosen]), np.log(size[chosen]), 1)[0]


def test_the_slopes_in_the_picture_are_the_orders(point):
    X, dX = point
    right = mc.inverse.at(X)(dX)
    lines = mc.plots.remainder(mc.inverse, X, dX, {"right": right, "wrong": -right}).axes[0].lines
    assert slope(lines[0], 1e-5, 1e-3) == pytest.approx(2, abs=0.02)
    assert slope(lines[1], 1e-5, 1e-3) == pytest.approx(1, abs=0.02)
    assert slope(lines[2], 1e-4, 1) == pytest.approx(2)


def test_steps_and_axes_may_be_given(point):
    X, dX = point
    figure, ax = plt.subplots()
    steps = np.logspace(-4, -1, 7)
    assert mc.plots.remainder(mc.inverse, X, dX, {"right": mc.inverse.at(X)(dX)}, steps=steps, ax=ax) is figure
    assert ax.lines[0].get_xdata().tolist() == steps.tolist()


def test_tuples_are_points_of_a_picture_too(rng):
    X = mc.solve.domain.sample(rng, 3)
    dX = mc.solve.domain.tangent(rng, X)
    lines = mc.plots.remainder(mc.solve, X, dX, {"right": mc.solve.at(X)(dX)}).axes[0].lines
    assert slope(lines[0], 1e-5, 1e-3) == pytest.approx(2, abs=0.02)


def test_a_heatmap_has_three_pictures_on_one_scale(rng):
    given, expected = rng.standard_normal((2, 3, 4))
    axes = mc.plots.heatmap(given, expected).axes
    assert [ax.get_title() for ax in axes] == ["given", "expected", "difference"]
    images = [ax.images[0] for ax in axes]
    assert np.array_equal(images[2].get_array(), given - expected)
    assert len({image.get_clim() for image in images}) == 1
    low, high = images[0].get_clim()
    assert low == -high


def test_numbers_are_written_where_they_are_asked_for():
    A = np.array([[1.0, -2.0, 0.25]])
    ax = mc.plots.matrix(A, title="A", digits=2).axes[0]
    assert [text.get_text() for text in ax.texts] == ["1.00", "−2.00", "0.25"]
    assert [text.get_position() for text in ax.texts] == [(0, 0), (1, 0), (2, 0)]
    assert ax.get_title() == "A"
    assert mc.plots.matrix(A).axes[0].texts[:] == []


@pytest.mark.parametrize("A", [np.zeros((2, 2)), np.array([1.0, 2.0]), 3.0])
def test_zeros_vectors_and_numbers_are_drawn(A):
    assert mc.plots.matrix(A).axes[0].images
    assert len(mc.plots.heatmap(A, A).axes) == 3


def test_the_slopes_of_a_report_are_drawn_beside_slope_two():
    report = mc.examine(mc.power(3))
    axes = mc.plots.slopes(report).axes[0]
    drawn, reference = axes.lines[0], axes.lines[1]
    np.testing.assert_array_equal(drawn.get_ydata(), report.slopes[0].remainders)
    assert len(axes.lines) == 2 * len(report.slopes)
    steps, sizes = np.log(reference.get_xdata()), np.log(reference.get_ydata())
    np.testing.assert_allclose(np.diff(sizes) / np.diff(steps), 2)


def test_a_report_without_slopes_cannot_be_drawn():
    with pytest.raises(mc.VerificationError) as refused:
        mc.verify_derivative(lambda X: X @ X, lambda X, dX: dX[:1], np.eye(2) + 0.1)
    with pytest.raises(ValueError, match="holds no measured slopes"):
        mc.plots.slopes(refused.value.report)

"""Each piece of evidence alone: what it lets pass, what it refuses, and in which words."""

import numpy as np
import pytest

import matcalc as mc
from matcalc import evidence
from matcalc.differences import Counted
from matcalc.directions import directions
from matcalc.evidence import describe, difference_check, linearity_check, measure, same, taylor_check
from matcalc.samples import gaussian


def slopes_of(f, df, X, count=3, seed=0):
    found = directions(np.random.default_rng(seed), X, gaussian, count)
    return measure(f, lambda dX: df(X, dX), X, found)


SQUARE = lambda X: X @ X
RIGHT = lambda X, dX: dX @ X + X @ dX
X0 = np.random.default_rng(8).standard_normal((4, 4))
CORNER = 0.1 * np.outer([0, 1, 0, 0], [0, 0, 1, 0])


def test_the_limits_are_strict():
    """Loosening one of these is how a verifier stops to verify."""
    assert evidence.EXACT <= 1e-10
    assert evidence.ENTRY <= 1e-9
    assert evidence.SETTLED <= 1e-5
    assert 1.8 <= evidence.ORDER <= 2
    assert 2.8 <= evidence.THIRD <= 3
    assert evidence.BENT <= 1e-6
    assert evidence.ROUNDING <= 1e-13


def test_the_value_at_the_point_is_shared_by_all_directions():
    f = Counted(SQUARE)
    seen = []
    f.f = lambda X: (seen.append(X.tobytes()), SQUARE(X))[1]
    measure(f, lambda dX: RIGHT(X0, dX), X0, directions(np.random.default_rng(0), X0, gaussian, 3))
    assert seen.count(X0.tobytes()) == 1


def test_a_right_slope_has_a_remainder_of_order_two():
    slopes = slopes_of(SQUARE, RIGHT, X0)
    assert difference_check(slopes).passed
    assert taylor_check(slopes).passed
    assert all(slope.order == pytest.approx(2, abs=0.01) for slope in slopes)
    assert all(slope.excess <= 1 and slope.settled and not slope.kink for slope in slopes)


def test_a_remainder_that_is_rounding_has_no_order():
    slopes = slopes_of(lambda X: 3 * X, lambda X, dX: 3 * dX, X0)
    assert slopes[0].order == np.inf
    assert taylor_check(slopes).message == "remainder: exact, no remainder, no linear part left over"


@pytest.mark.parametrize("share", [1e-2, 1e-4, 1e-6])
def test_the_linear_part_left_over_is_told_even_where_the_order_looks_right(share):
    """A slope of two in the picture accepts a one per cent error; the coefficient does not."""
    slopes = slopes_of(SQUARE, lambda X, dX: (1 + share) * RIGHT(X, dX), X0)
    check = taylor_check(slopes)
    assert not check.passed
    assert max(slope.gap for slope in slopes) == pytest.approx(share, rel=0.02)
    assert f"linear part left over {100 * max(slope.gap for slope in slopes):.3g} %" in check.message


@pytest.mark.parametrize(
    ("df", "said"),
    [
        (lambda X, dX: -RIGHT(X, dX), "the claimed slope is -1 times the measured one"),
        (lambda X, dX: 2 * RIGHT(X, dX), "off by 50 % along"),
        (lambda X, dX: 1.01 * RIGHT(X, dX), "the claimed slope is 1.01 times the measured one"),
        (lambda X, dX: dX @ X, "16 of 16 entries differ, most at entry"),
        (lambda X, dX: RIGHT(X, dX) + CORNER, "1 of 16 entries differ, most at entry (2, 3)"),
        (lambda X, dX: np.zeros_like(X), "off by 100 % along"),
    ],
)
def test_a_wrong_slope_is_described_in_numbers(df, said):
    assert said in difference_check(slopes_of(SQUARE, df, X0)).message


def test_the_entry_of_a_tuple_is_named_by_part():
    f = lambda x: (np.sin(x), np.outer(x, x))
    df = lambda x, dx: (np.cos(x) * dx, np.outer(x, dx) + np.outer(dx, x) + [[0, 0, 0], [0, 0, 0], [0, 5, 0]])
    assert "entry (3, 2) of part 2" in describe(slopes_of(f, df, np.array([0.1, 0.2, 0.3]))[0])


def test_a_number_is_described_by_both_values():
    said = describe(slopes_of(np.trace, lambda X, dX: 0.0, X0)[0])
    assert "claimed 0, measured" in said


def test_a_slope_against_zero_is_described():
    said = describe(slopes_of(lambda X: np.ones(3), lambda X, dX: np.ones(3), X0)[0])
    assert "the slope is 0 in norm, the claimed one 1.73" in said


@pytest.mark.parametrize("nan_at", [0, 1, 2])
def test_a_slope_that_is_not_a_number_never_hides_behind_the_others(nan_at):
    calls = iter(range(10))
    df = lambda X, dX: RIGHT(X, dX) * (np.nan if next(calls) == nan_at else 1)
    slopes = slopes_of(SQUARE, df, X0)
    assert not difference_check(slopes).passed
    assert not taylor_check(slopes).passed


def test_a_kink_is_told_from_a_wrong_slope():
    slopes = slopes_of(np.abs, lambda x, dx: np.sign(x) * dx, np.array([1.0, 0.0]))
    assert slopes[0].kink
    assert "forward and backward slope differ" in difference_check(slopes).message


def test_values_too_rough_to_judge_by_are_said_to_be():
    rough = lambda x: np.sin(x) + 1e-3 * np.sin(1e12 * x)  # the second term is noise at any usable step
    check = difference_check(slopes_of(rough, lambda x, dx: np.cos(x) * dx, 0.4))
    assert not check.passed
    assert "values are too rough: the difference quotients along direction 1 do not settle" in check.message


@pytest.mark.parametrize("offset", [1e-14, 1e-8, 1.0])
def test_linearity_is_exact_to_rounding(offset, rng):
    check = linearity_check(lambda dX: 2 * dX + offset, X0, rng, gaussian)
    assert check.passed == (offset < 1e-12)


def test_same_compares_relative_to_size_and_names_shapes():
    A = 1e-8 * X0
    assert same("line", "what", A * (1 + 1e-12), A).passed
    assert not same("line", "what", A * (1 + 1e-9), A).passed
    assert not same("line", "what", A * np.nan, A).passed
    assert same("line", "what", 0 * A, 0 * A).passed
    assert same("line", "J", np.ones(3), np.ones((3, 1))).message == "J: shape 3, expected 3×1"


def test_the_adjoint_check_needs_the_shape_of_the_point(rng):
    F = mc.inverse.but(adjoint=lambda X, Ybar: np.ones(3))
    X = F.domain.sample(rng, 2)
    with pytest.raises(mc.ShapeError, match="adjoint: expected a result of shape 2×2, got 3"):
        evidence.adjoint_check([(X, *F.linearize(X))], rng, gaussian)


def test_a_matrix_is_checked_only_where_it_is_small_and_written_down(rng):
    assert evidence.matrix_check(mc.lu.at(mc.lu.domain.sample(rng, 3))) is None  # collected, nothing to compare
    assert evidence.matrix_check(mc.inverse.at(mc.inverse.domain.sample(rng, 18))) is None  # 324 × 324
    assert evidence.matrix_check(mc.inverse.at(mc.inverse.domain.sample(rng, 17))).passed


def test_the_domain_check_tells_who_answered(rng):
    X = mc.inverse.domain.sample(rng, 3)
    assert evidence.domain_check(mc.inverse, X, np.ones((3, 3))).passed
    check = evidence.domain_check(mc.inverse, X, np.eye(3))
    assert (check.passed, "F(X) answers at a point outside of invertible matrices" in check.message) == (False, True)


def test_a_check_that_raises_has_failed():
    check = evidence.guard("line", lambda: 1 / 0)
    assert (check.name, check.passed, check.message) == ("line", False, "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("place", range(4))
def test_an_adjoint_that_is_not_a_number_never_hides_behind_the_others(place, rng):
    """Each of four pairs in turn: Python's max passes over a NaN, unless it comes first."""
    calls = iter(range(8))

    def adjoint(X, Ybar):
        Y = np.linalg.inv(X)
        return -Y.T @ Ybar @ Y.T * (np.nan if next(calls) == place else 1)

    F = mc.inverse.but(adjoint=adjoint)
    maps = [(X, *F.linearize(X)) for X in (F.domain.sample(rng, 3), F.domain.sample(rng, 4))]
    bare = [(X, Y, mc.LinearMap(dF.push, dF.pull)) for X, Y, dF in maps]  # without shapes nothing else looks at it
    assert evidence.adjoint_check(bare, rng, gaussian).number == np.inf


@pytest.mark.parametrize("claimed", [1e308, -1e308, 1e200])
def test_a_slope_beyond_floats_is_described(claimed):
    slopes = slopes_of(SQUARE, lambda X, dX: np.full(X.shape, claimed), X0)
    for check in (difference_check(slopes), taylor_check(slopes)):
        assert not check.passed
        assert "nan" not in check.message

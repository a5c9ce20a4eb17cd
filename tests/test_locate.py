"""One wrong entry is found at any size, rows and columns too; where there is no one place, none is named."""

import numpy as np
import pytest

import matcalc as mc

inv = np.linalg.inv


def right(X, dX):
    Y = inv(X)
    return -Y @ dX @ Y


def wrong_at(output, entry, by):
    """d(X⁻¹) with one entry of its Jacobian off by a share of itself."""

    def df(X, dX):
        Y, dY = inv(X), right(X, dX)
        dY[output] -= by * Y[output[0], entry[0]] * Y[entry[1], output[1]] * dX[entry]
        return dY

    return df


def generic(n, seed=0):
    return np.random.default_rng([n, seed]).standard_normal((n, n)) + 2 * np.sqrt(n) * np.eye(n)


@pytest.mark.parametrize("n", [2, 5, 20, 60])
@pytest.mark.parametrize("by", [1e-3, 1.0, -2.0])
def test_one_wrong_entry_is_found_in_at_most_twenty_values(n, by):
    rng = np.random.default_rng(n)
    output, entry = (tuple(int(k) for k in rng.integers(0, n, 2)) for _ in range(2))
    found = mc.locate(inv, wrong_at(output, entry, by), generic(n))
    assert (found.entry, found.of_value) == (entry, output)
    assert found.evaluations <= 20
    Y = inv(generic(n))
    assert found.measured == pytest.approx(-Y[output[0], entry[0]] * Y[entry[1], output[1]], rel=1e-5)
    assert found.claimed == pytest.approx((1 + by) * found.measured, rel=1e-5, abs=1e-12)
    assert f"entry ({entry[0] + 1}, {entry[1] + 1}) of dX" in repr(found)


def logdet(X):
    return np.linalg.slogdet(X)[1]  # a complex step is no use here


@pytest.mark.parametrize(("kept", "expected"), [
    ((2, 3), (2, 3)), ((2, slice(None)), (2, None)), ((slice(None), 3), (None, 3)), ((slice(None),) * 2, None),
])  # fmt: skip
def test_a_wrong_entry_row_or_column_of_a_gradient_is_found_from_differences(kept, expected):
    for seed in range(5):
        X = generic(8, seed)
        G = inv(X).T
        G[kept] *= 1.01
        found = mc.locate(logdet, lambda X, dX, G=G: np.sum(G * dX), X, rng=np.random.default_rng(seed))
        assert found.entry == expected
        assert found.evaluations <= 70


def test_a_right_claim_has_no_wrong_entry():
    found = mc.locate(inv, right, generic(6))
    assert found.entry is None
    assert "no entry is wrong" in repr(found)


def test_a_wrong_form_has_no_one_place():
    found = mc.locate(inv, lambda X, dX: right(X, dX.T), generic(6))
    assert found.entry is None
    assert "more than one place" in repr(found)


def test_vectors_have_one_axis():
    found = mc.locate(np.sin, lambda x, dx: np.cos(x) * dx * (np.arange(5) != 3), np.arange(5.0))
    assert (found.entry, found.of_value, found.claimed) == ((3,), (3,), 0)
    assert found.measured == pytest.approx(np.cos(3.0))


def test_a_tuple_is_refused_in_words():
    with pytest.raises(TypeError, match="one array"):
        mc.locate(lambda X: X[0] @ X[1], None, (np.eye(2), np.eye(2)))


@pytest.mark.parametrize(("f", "df", "error", "said"), [
    (inv, 3, TypeError, "must be functions"), (inv, lambda X, dX: None, TypeError, "NoneType"),
    (inv, lambda X, dX: 1.0, mc.ShapeError, "shape a number; expected the shape of f.X., 4×4"),
    (inv, lambda X, dX: dX * np.nan, ValueError, "16 NaN"),
    (lambda X: X * np.nan, right, ArithmeticError, "no finite values"),
])  # fmt: skip
def test_what_cannot_be_located_is_refused_in_words(f, df, error, said):
    with pytest.raises(error, match=f"^locate: .*{said}"):
        mc.locate(f, df, generic(4))


def test_a_number_has_one_place_and_a_tuple_its_own():
    assert "claimed 6, measured 4" in repr(mc.locate(lambda x: x**2, lambda x, dx: 3 * x * dx, 2.0))
    assert "9 of 18 entries" in repr(mc.locate(lambda X: (X, X), lambda X, dX: (dX, 2 * dX), generic(3)))


def test_a_careless_claim_cannot_change_the_point():
    def df(X, dX):
        X *= 0
        return 2 * dX

    X = generic(3)
    mc.locate(lambda X: 2 * X, df, X)
    assert np.array_equal(X, generic(3))


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1e200, 1e300, 1 + 2j])
def test_the_place_is_found_at_any_scale_and_in_complex_values(factor):
    def df(X, dX):
        dY = factor * dX
        dY[1, 2] *= 1.5
        return dY

    assert mc.locate(lambda X: factor * X, df, generic(4)).entry == (1, 2)


@pytest.mark.parametrize("f", [lambda X: np.random.default_rng().standard_normal(3), lambda X: np.floor(1e6 * X)])
def test_where_values_tell_nothing_nothing_is_located(f):
    with pytest.raises(ArithmeticError, match="locate: f is not differentiable near X, or its values are too rough"):
        mc.locate(f, lambda X, dX: 5 * dX, np.array([0.3, 0.5, 0.7]))

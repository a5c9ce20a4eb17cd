"""Powers of both signs and polynomials: every insertion counted, against 50-digit arithmetic and by hand."""

import mpmath
import numpy as np
import pytest

import matcalc as mc
from matcalc.spaces import norm

EXPONENTS = [-5, -2, -1, 0, 1, 2, 3, 4, 7, 13]


def inserted(X, dX, k):
    """The k terms of d(Xᵏ), one for each place of dX."""
    power = np.linalg.matrix_power
    if k >= 0:
        return sum((power(X, i) @ dX @ power(X, k - 1 - i) for i in range(k)), np.zeros_like(X))
    return -sum(power(X, -i) @ dX @ power(X, k - 1 + i) for i in range(1, -k + 1))


@pytest.mark.parametrize("k", EXPONENTS)
def test_the_derivative_is_the_sum_over_all_insertions(k, rng):
    F = mc.power(k)
    X = F.domain.sample(rng, 4)
    dX = rng.standard_normal((4, 4))
    assert np.allclose(F.at(X)(dX), inserted(X, dX, k), rtol=1e-11, atol=1e-11)
    assert np.allclose(F.at(X).T(dX), inserted(X.T, dX, k), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("k", EXPONENTS)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_exponent_is_verified(k, n):
    assert mc.verify(mc.power(k), n=n).evaluations <= 80


def slope_with_50_digits(f, X, dX):
    """A central difference in 50-digit arithmetic: right to thirty digits, then rounded."""
    with mpmath.workdps(50):
        h, X, dX = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        slope = (f(X + h * dX) - f(X - h * dX)) / (2 * h)
        return np.array(slope.tolist(), dtype=float)


@pytest.mark.parametrize("k", [2, 3, 7, -1, -4])
def test_powers_agree_with_50_digit_arithmetic(k, rng):
    X = mc.power(k).domain.sample(rng, 4)
    dX = rng.standard_normal((4, 4))
    exact = slope_with_50_digits(lambda X: X**k, X, dX)
    assert norm(mc.power(k).at(X)(dX) - exact) <= 1e-12 * norm(exact)


def test_the_polynomial_agrees_with_50_digit_arithmetic(rng):
    X, dX = mc.polynomial([1, 2, 3]).domain.sample(rng, 4), rng.standard_normal((4, 4))
    exact = slope_with_50_digits(lambda X: 0.5 * X - 3 * X**2 + 2 * X**4, X, dX)
    assert norm(mc.polynomial([7.0, 0.5, -3.0, 0.0, 2.0]).at(X)(dX) - exact) <= 1e-12 * norm(exact)


def test_the_zeroth_power_is_constant_even_at_a_singular_matrix():
    Y, dF = mc.power(0).linearize(np.ones((3, 3)))
    assert np.array_equal(Y, np.eye(3))
    assert not dF(np.ones((3, 3))).any()
    assert not dF.T(np.ones((3, 3))).any()
    assert not dF.matrix.any()


def test_the_first_power_is_its_own_derivative(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    Y, dF = mc.power(1).linearize(X)
    assert np.array_equal(Y, X)
    assert np.array_equal(dF(dX), dX)
    assert np.array_equal(dF.matrix, np.eye(9))


def test_the_minus_first_power_is_the_inverse(rng):
    X = mc.inverse.domain.sample(rng, 4)
    dX = rng.standard_normal((4, 4))
    assert np.allclose(mc.power(-1).at(X)(dX), mc.inverse.at(X)(dX))
    assert np.allclose(mc.power(-1).at(X).matrix, mc.inverse.at(X).matrix)


def test_positive_powers_live_on_singular_matrices_negative_ones_do_not():
    singular = np.ones((3, 3))
    assert mc.verify(mc.power(3), singular).passed
    with pytest.raises(mc.DomainError, match=r"power\(-2\) is defined on invertible matrices; this matrix is singular"):
        mc.power(-2).at(singular)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_at_a_nilpotent_matrix_few_insertions_are_left(k):
    N = np.diag([1.0, 1.0], 1)
    assert mc.verify(mc.power(k), N).passed
    assert mc.power(5).at(N).matrix.any()  # Nⁱ dX N⁴⁻ⁱ survives for i = 2 only
    assert not mc.power(6).at(N).matrix.any()


class Counted(np.ndarray):
    """An array that counts the matrix products it takes part in."""

    products = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        Counted.products += ufunc is np.matmul
        return getattr(ufunc, method)(*map(np.asarray, inputs), **options).view(Counted)


@pytest.mark.parametrize(("k", "products"), [(2, 1), (10, 4), (1000, 9 + 5)])  # 1000 = 1111101000 in binary
def test_a_direction_and_an_adjoint_take_two_products_for_each_of_the_value(k, products, rng):
    dF = mc.power(k).at(mc.power(k).domain.sample(rng, 3) / 10)
    for push in (dF.push, dF.pull):
        Counted.products = 0
        push(rng.standard_normal((3, 3)).view(Counted))
        assert Counted.products == 2 * products


def test_a_large_power_is_right(rng):
    X = np.diag(rng.uniform(0.9, 1.1, 4)) + 0.01 * rng.standard_normal((4, 4))
    dX = rng.standard_normal((4, 4))
    assert np.allclose(mc.power(1000).at(X)(dX), inserted(X, dX, 1000), rtol=1e-9)


def test_powers_of_a_number_are_the_rule_of_school():
    x, dx = np.array([[3.0]]), np.array([[0.5]])
    for k in EXPONENTS:
        assert mc.power(k).at(x)(dx).item() == pytest.approx(k * 3.0 ** (k - 1) * 0.5)


def test_numpy_integers_are_exponents_and_nothing_else_is():
    assert mc.power(np.int64(3)).name == "power(3)"
    for k in (2.0, 0.5, "2", None, True):
        with pytest.raises(TypeError, match="power: expected a whole number k"):
            mc.power(k)


def test_a_power_wants_a_square_matrix():
    with pytest.raises(mc.DomainError, match="expected a square matrix, got a matrix of shape 2×3"):
        mc.power(2)(np.ones((2, 3)))


# --- polynomials -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [[2.0, 3.0], [0.0, 0.0, 1.0], [1, -2, 3, -4, 5, -6], [1.0, 0.0]])
def test_polynomials_are_verified(c):
    assert mc.verify(mc.polynomial(c)).evaluations <= 80


def test_a_polynomial_of_degree_one_is_affine(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    Y, dF = mc.polynomial([5, -2]).linearize(X)
    assert np.allclose(Y, 5 * np.eye(3) - 2 * X)
    assert np.allclose(dF(dX), -2 * dX)
    assert np.allclose(dF.matrix, -2 * np.eye(9))


def test_a_polynomial_is_a_sum_of_powers(rng):
    X, dX = rng.standard_normal((2, 4, 4))
    c = rng.standard_normal(6)
    for name in ("__call__", "matrix"):
        parts = [mc.power(j).at(X) for j in range(6)]
        whole = mc.polynomial(c).at(X)
        if name == "matrix":
            assert np.allclose(whole.matrix, sum(cj * part.matrix for cj, part in zip(c, parts, strict=True)))
        else:
            assert np.allclose(whole(dX), sum(cj * part(dX) for cj, part in zip(c, parts, strict=True)))


def test_the_characteristic_polynomial_of_a_matrix_vanishes_there_and_its_derivative_need_not(rng):
    X = mc.polynomial([0, 1]).domain.sample(rng, 3)
    p = mc.polynomial(np.poly(X)[::-1])
    assert norm(p(X)) < 1e-12
    assert norm(p.at(X)(rng.standard_normal((3, 3)))) > 1e-3


@pytest.mark.parametrize(
    ("c", "error", "said"),
    [
        ([1.0], ValueError, "at least two coefficients"),
        (3.0, ValueError, "at least two coefficients"),
        (np.ones((2, 2)), ValueError, "at least two coefficients"),
        ([1.0, np.nan], ValueError, "polynomial: the coefficients: expected finite"),
        ([1.0, 2j], TypeError, "polynomial: the coefficients: expected real"),
        ("12", TypeError, "expected an array of numbers"),
    ],
)
def test_coefficients_that_make_no_polynomial_are_refused(c, error, said):
    with pytest.raises(error, match=said):
        mc.polynomial(c)

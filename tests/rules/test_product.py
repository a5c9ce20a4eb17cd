"""Affine maps, products, entrywise products, transposes: the exact increments, and shapes down to one row."""

import numpy as np
import pytest

import matcalc as mc
from matcalc.spaces import commutation, norm, step, vec

RULES = [mc.find("affine"), mc.product, mc.hadamard, mc.transpose]


def pair(rng, first, second):
    return rng.standard_normal(first), rng.standard_normal(second)


@pytest.mark.parametrize("F", [mc.find("affine"), mc.transpose], ids=lambda F: F.name)
def test_an_affine_map_equals_its_linearization_everywhere(F, rng):
    X = F.domain.sample(rng, 4)
    dX = 100 * rng.standard_normal(X.shape)
    Y, dF = F.linearize(X)
    assert np.allclose(F(X + dX), Y + dF(dX), rtol=1e-13)


@pytest.mark.parametrize("F", [mc.product, mc.hadamard], ids=lambda F: F.name)
def test_the_remainder_of_a_product_is_the_product_of_the_tangents(F, rng):
    X = F.domain.sample(rng, 3)
    dX = F.domain.tangent(rng, X)
    Y, dF = F.linearize(X)
    assert np.allclose(F(step(X, 1.0, dX)) - Y - dF(dX), F(dX))


def test_a_worked_product():
    A, B = np.array([[1.0, 2], [3, 4]]), np.array([[0.0, 1], [1, 0]])
    dA, dB = np.array([[1.0, 0], [0, 0]]), np.array([[0.0, 0], [0, 1]])
    dF = mc.product.at((A, B))
    assert dF((dA, dB)).tolist() == [[0, 3], [0, 4]]
    Abar, Bbar = dF.T(np.eye(2))
    assert Abar.tolist() == B.T.tolist()
    assert Bbar.tolist() == A.T.tolist()


@pytest.mark.parametrize(
    "shapes", [((1, 3), (3, 2)), ((2, 1), (1, 3)), ((1, 1), (1, 1)), ((1, 4), (4, 1)), ((4, 1), (1, 4))], ids=str
)
def test_products_with_one_row_or_column(shapes, rng):
    assert mc.verify(mc.product, pair(rng, *shapes)).passed


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 3)])
def test_transposes_and_entrywise_products_of_every_shape(shape, rng):
    X, Z = pair(rng, shape, shape)
    assert mc.verify(mc.transpose, X).passed
    assert mc.verify(mc.hadamard, (X, Z)).passed
    assert np.array_equal(mc.transpose.at(X).matrix, commutation(*shape))


def test_a_square_is_a_product_with_both_factors_moving(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    assert np.allclose(mc.product.at((X, X))((dX, dX)), mc.power(2).at(X)(dX))


def test_zero_is_a_point_like_any_other(rng):
    zero = np.zeros((2, 3))
    assert not mc.hadamard.at((zero, zero)).matrix.any()
    assert mc.verify(mc.product, (zero, np.zeros((3, 4)))).passed


@pytest.mark.parametrize("dimensions", [(1, 1, 1, 1), (2, 3, 4, 5), (5, 1, 1, 2), (1, 4, 3, 1)])
def test_affine_maps_of_every_shape(dimensions, rng):
    p, m, n, q = dimensions
    A, B, C = rng.standard_normal((p, m)), rng.standard_normal((n, q)), rng.standard_normal((p, q))
    F, X = mc.affine(A, B, C), rng.standard_normal((m, n))
    assert mc.verify(F).passed
    assert np.allclose(F(X), A @ X @ B + C)
    assert np.allclose(vec(F(X)), F.at(X).matrix @ vec(X) + vec(C))
    with pytest.raises(mc.DomainError, match=f"affine is defined on {m}×{n} matrices; expected a matrix of shape"):
        F(np.ones((m + 1, n)))


@pytest.mark.parametrize(
    ("A", "B", "C"),
    [
        (np.ones((2, 3)), np.ones((4, 5)), np.ones((2, 4))),
        (np.ones((2, 3)), np.ones((4, 5)), np.ones((3, 5))),
        (np.ones(3), np.ones((4, 5)), np.ones((3, 5))),
        (np.ones((2, 3)), np.ones((4, 5)), 1.0),
    ],
)
def test_constants_that_do_not_fit_are_refused(A, B, C):
    with pytest.raises(mc.ShapeError, match="affine: expected A of shape p×m, B of n×q and C of p×q, got"):
        mc.affine(A, B, C)


def test_constants_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="affine: B: expected finite numbers"):
        mc.affine(np.eye(2), np.nan * np.eye(2), np.eye(2))


@pytest.mark.parametrize(
    ("F", "X", "said"),
    [
        (mc.product, (np.ones((2, 3)), np.ones((2, 3))), "as many columns in A as rows in B, got shapes"),
        (mc.product, np.ones((2, 3)), "expected a pair"),
        (mc.product, (np.ones((2, 3)),), "expected a pair"),
        (mc.product, (np.ones((2, 3)), np.ones(3)), "as many columns"),
        (mc.hadamard, (np.ones((2, 3)), np.ones((3, 2))), "one shape, got shapes"),
        (mc.hadamard, (np.ones((2, 3)), 2.0), "one shape"),
        (mc.transpose, np.ones(3), "expected a matrix, got a vector of length 3"),
    ],
)
def test_points_of_the_wrong_kind_are_refused(F, X, said):
    with pytest.raises(mc.DomainError, match=said):
        F(X)


@pytest.mark.parametrize("F", RULES, ids=lambda F: F.name)
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_derivative_scales_with_the_tangent(F, scale, rng):
    X = F.domain.sample(rng, 3)
    dF, dX = F.at(X), F.domain.tangent(rng, X)
    scaled = tuple(scale * part for part in dX) if isinstance(dX, tuple) else scale * dX
    assert norm(dF(scaled)) == pytest.approx(scale * norm(dF(dX)))

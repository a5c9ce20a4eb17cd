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


affine = RULES[0]
A, B = affine.formulas.constants["A"], affine.formulas.constants["B"]


@pytest.mark.parametrize(("twin", "line"), [
    (affine.but(differential=lambda X, dX: affine(dX)), "linearity"),
    (affine.but(differential=lambda X, dX: 2 * A @ dX @ B), "difference"),
    (affine.but(matrix=lambda X: np.kron(A, B.T)), "matrix"),  # rows stacked, not columns
    (affine.but(adjoint=lambda X, Ybar: -A.T @ Ybar @ B.T), "adjoint"),
    (mc.product.but(differential=lambda X, dX: dX[0] @ X[1]), "difference"),
    (mc.product.but(differential=lambda X, dX: dX[0] @ X[1] + X[0] @ dX[1] + dX[0] @ dX[1]), "linearity"),
    (mc.product.but(adjoint=lambda X, Ybar: (Ybar @ X[1].T, 2 * X[0].T @ Ybar)), "adjoint"),
    (mc.product.but(second_at=lambda X: lambda dX, dZ: dX[0] @ dZ[1]), "second differential"),
    (mc.hadamard.but(adjoint=lambda X, Ybar: (X[0] * Ybar, X[1] * Ybar)), "adjoint"),
    (mc.hadamard.but(matrix=lambda X: np.hstack([np.diag(vec(X[0])), np.diag(vec(X[1]))])), "matrix"),
    (mc.transpose.but(matrix=lambda X: commutation(*X.T.shape)), "matrix"),
    (mc.transpose.but(f=lambda X: -X.T), "value"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@pytest.mark.parametrize("P", [mc.product, mc.hadamard], ids=lambda P: P.name)
def test_a_bilinear_product_moves_one_factor_at_a_time(P, rng):
    """P(dA, B) + P(A, dB), and along two tangents P(dA, B′) + P(A′, dB)."""
    (A, B), (dA, dB), (dA2, dB2) = (pair(rng, (3, 3), (3, 3)) for _ in range(3))
    np.testing.assert_allclose(P.at((A, B))((dA, dB)), P((dA, B)) + P((A, dB)))
    np.testing.assert_allclose(P.second((A, B))((dA, dB), (dA2, dB2)), P((dA, dB2)) + P((dA2, dB)))


@pytest.mark.parametrize("F", [affine, mc.transpose], ids=lambda F: F.name)
def test_complex_tangents_and_cotangents(F, rng):
    X = F.domain.sample(rng, 3)
    dX, Ybar = (rng.standard_normal(Z.shape) + 1j * rng.standard_normal(Z.shape) for Z in (X, F(X)))
    dF = F.at(X)
    np.testing.assert_allclose(dF(dX), dF(dX.real) + 1j * dF(dX.imag))
    assert mc.inner(Ybar, dF(dX)) == pytest.approx(mc.inner(dF.T(Ybar), dX))

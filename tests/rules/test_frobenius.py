"""The norm, its square and the bilinear form: letters, 50 digits, the kink at zero, both ends of the floats."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc

SHAPES = [(1, 1), (2, 3), (4, 2), (1, 5), (5, 1)]
norm, square = mc.frobenius_norm, mc.frobenius_norm_squared


def whole(rng, *shape):
    return rng.integers(-4, 5, shape).astype(float) + np.eye(*shape) * 9  # never zero


def entrywise(f, X):
    """The gradient of f in letters, entry by entry: SymPy knows no matrix calculus."""
    letters = sp.Matrix(*X.shape, lambda i, j: sp.Symbol(f"x{i}{j}"))
    y, values = f(letters), dict(zip(letters, map(sp.Rational, X.flat), strict=True))
    return np.array(letters.applyfunc(lambda x: sp.diff(y, x).subs(values)).evalf(20), dtype=float)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradients_in_letters(rng, shape):
    X = whole(rng, *shape)
    total = lambda Z: sum(z**2 for z in Z)
    np.testing.assert_array_equal(square.gradient(X), entrywise(total, X))
    np.testing.assert_allclose(norm.gradient(X), entrywise(lambda Z: sp.sqrt(total(Z)), X), rtol=1e-15)
    assert mc.verify(norm, X).passed
    assert mc.verify(square, X).passed


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_bilinear_form_in_letters(rng, shape):
    x, y, A = rng.integers(-4, 5, shape[0]), rng.integers(-4, 5, shape[1]), whole(rng, *shape)
    F = mc.bilinear_form(x, y)
    in_letters = lambda Z: (sp.Matrix(x.tolist()).T * Z * sp.Matrix(y.tolist()))[0]
    np.testing.assert_array_equal(F.gradient(A), entrywise(in_letters, A))
    assert mc.verify(mc.bilinear_form(x + 0.5, y + 0.5), A).passed
    assert F(A) == F.linearize(A)[0] == sum(x[i] * A[i, j] * y[j] for i, j in np.ndindex(shape))


def test_norm_three_ways(rng):
    X = rng.standard_normal((4, 3))
    ways = norm(X), np.sqrt(np.trace(X.T @ X)), np.linalg.norm(np.linalg.svd(X, compute_uv=False)), mc.norm(mc.vec(X))
    np.testing.assert_allclose(ways, norm.linearize(X)[0], rtol=1e-15)
    assert norm(X) > np.linalg.norm(X, 2)


def test_slope_of_the_norm_has_fifty_digits_behind_it(rng):
    X, dX = rng.standard_normal((2, 3, 4))
    with mp.workdps(50):
        at = lambda t: mp.norm([mp.mpf(float(a)) + t * mp.mpf(float(b)) for a, b in zip(X.flat, dX.flat, strict=True)])
        slope, bend = mp.diff(at, 0), mp.diff(at, 0, 2)
    assert norm.at(X)(dX) == pytest.approx(float(slope), rel=1e-14)
    assert norm.second(X)(dX, dX) == pytest.approx(float(bend), rel=1e-13)


def test_gradient_of_the_norm_is_a_point_of_the_unit_sphere_and_does_not_see_the_size(rng):
    X = rng.standard_normal((3, 5))
    U = norm.gradient(X)
    assert mc.norm(U) == pytest.approx(1, rel=1e-15)
    assert mc.inner(U, X) == pytest.approx(norm(X), rel=1e-15)  # Euler: f is homogeneous of degree one
    np.testing.assert_allclose(norm.gradient(7 * X), U, rtol=1e-15)
    np.testing.assert_allclose(norm.gradient(-X), -U, rtol=1e-15)


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-200, 1e-160, 1.0, 1e160, 1e300])
def test_norm_and_its_gradient_at_both_ends_of_the_range(scale):
    X = scale * np.array([[1.0, -1], [1, 1]])
    y, df = norm.linearize(X)
    assert y == pytest.approx(2 * scale, rel=1e-15)
    assert norm(X) == pytest.approx(2 * scale, rel=1e-15)
    np.testing.assert_allclose(df.T(1.0), [[0.5, -0.5], [0.5, 0.5]], rtol=1e-15)
    assert mc.norm(norm.gradient(X[:1])) == pytest.approx(1, rel=1e-15)  # √2 · 5e-324 is no float


def test_squares_too_large_are_said_so():
    with pytest.raises(OverflowError, match="frobenius_norm_squared"):
        square.at(np.full((2, 3), 1e200))
    with pytest.raises(OverflowError, match="frobenius_norm:"):
        norm.at(np.full((2, 3), 1.7e308))
    np.testing.assert_array_equal(square.gradient(np.full((2, 3), 1e-200)), np.full((2, 3), 2e-200))


def test_at_zero_the_norm_has_a_kink_and_its_square_has_none():
    for call in (norm, norm.at, norm.second, norm.gradient):
        with pytest.raises(mc.DomainError, match="frobenius_norm is defined on matrices other than zero; .* a kink"):
            call(np.zeros((2, 3)))
    assert mc.verify(square, np.zeros((2, 3))).passed
    with pytest.raises(mc.VerificationError, match="forward and backward slope differ"):
        mc.verify_gradient(mc.norm, lambda X: 0 * X, np.zeros((2, 3)))


def test_subgradients_at_zero_are_the_unit_ball(rng):
    """‖Z‖ ≥ ⟨G, Z⟩ for every Z holds for the G of norm at most one, and G itself is the Z that tests it."""
    for _ in range(20):
        G, Z = rng.standard_normal((2, 2, 3))
        inside = G / max(1, mc.norm(G))
        assert mc.norm(Z) >= mc.inner(inside, Z)
        outside = 1.01 * G / mc.norm(G)
        assert mc.norm(outside) < mc.inner(outside, outside)


def test_second_differential_of_the_norm_is_the_hessian_of_the_books(rng):
    X, dX, dZ = rng.standard_normal((3, 3, 4))
    x = mc.vec(X)
    hessian = (np.eye(12) - np.outer(x, x) / (x @ x)) / np.sqrt(x @ x)
    assert norm.second(X)(dX, dZ) == pytest.approx(mc.vec(dX) @ hessian @ mc.vec(dZ), rel=1e-13)
    assert norm.second(X)(X, dZ) == pytest.approx(0, abs=1e-15)  # along X the norm is straight
    assert norm.second(X)(dX, dX) > 0  # and across it convex


def test_the_square_is_its_second_order_expansion(rng):
    X, dX = rng.standard_normal((2, 3, 4))
    change = square(X + dX) - square(X)
    assert change == pytest.approx(square.at(X)(dX) + square.second(X)(dX, dX) / 2, rel=1e-13)
    assert square.at(X)(dX) == pytest.approx(2 * norm(X) * norm.at(X)(dX), rel=1e-14)  # d(f²) = 2f df


def test_a_bilinear_form_is_linear_in_its_matrix(rng):
    x, y, A, dA = (rng.standard_normal(shape) for shape in (3, 2, (3, 2), (3, 2)))
    F = mc.bilinear_form(x, y)
    assert F(A + dA) - F(A) == pytest.approx(F.at(A)(dA), rel=1e-13)
    assert F.second(A)(dA, A) == 0
    np.testing.assert_allclose(F.at(A).matrix @ mc.vec(dA), F.at(A)(dA))
    assert np.linalg.matrix_rank(F.gradient(A)) == 1


@pytest.mark.parametrize("X", [np.array([[3.0]]), np.array([[-3.0]])])
def test_of_a_number_the_norm_is_its_absolute_value(X):
    assert norm(X) == 3
    assert norm.gradient(X) == np.sign(X)
    assert square.gradient(X) == 2 * X
    assert norm.second(X)(X, X) == 0


def test_complex_tangents_and_cotangents(rng):
    X, real, imaginary = rng.standard_normal((3, 3, 4))
    for F in (norm, square, mc.find("bilinear_form")):
        dF = F.at(X)
        assert dF.push(real + 1j * imaginary) == pytest.approx(dF(real) + 1j * dF(imaginary))
        np.testing.assert_allclose(dF.T.push(2 + 3j), 2 * dF.T(1.0) + 3j * dF.T(1.0))


def test_what_is_handed_out_can_be_changed_without_harm(rng):
    F, A = mc.bilinear_form(np.ones(1), np.array([1.0, 2, 3])), np.ones((1, 3))
    dF = F.at(A)
    for handed in (dF.matrix, dF.T(1.0), F.gradient(A)):
        handed[:] = 0
    np.testing.assert_array_equal(F.gradient(A), [[1, 2, 3]])


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: norm(np.ones(3)), mc.DomainError, "frobenius_norm .* expected a matrix, got a vector of length 3"),
    (lambda: square.at(np.ones(3)), mc.DomainError, "frobenius_norm_squared .* expected a matrix, got a vector"),
    (lambda: mc.find("bilinear_form")(np.ones((4, 3))), mc.DomainError, "3×4 matrices; .* got a matrix of shape 4×3"),
    (lambda: mc.bilinear_form(np.ones((3, 1)), np.ones(2)), mc.ShapeError, "two vectors x and y, got shapes"),
    (lambda: mc.bilinear_form(1.0, np.ones(2)), mc.ShapeError, "two vectors"),
    (lambda: mc.bilinear_form(np.ones(2), [1, np.nan]), ValueError, "bilinear_form: y: expected finite numbers"),
    (lambda: square.at(np.ones((2, 3)))(np.ones((3, 2))), mc.ShapeError, "a tangent of shape 2×3, got 3×2"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


bilinear = mc.find("bilinear_form")
x_, y_ = bilinear.formulas.constants["x"], bilinear.formulas.constants["y"]


@pytest.mark.parametrize(("twin", "line"), [
    (norm.but(differential=lambda X, dX: 2 * mc.inner(X, dX)), "difference"),
    (norm.but(differential=lambda X, dX: mc.inner(X, dX)), "difference"),
    (norm.but(differential=lambda X, dX: mc.norm(dX)), "linearity"),
    (norm.but(adjoint=lambda X, ybar: ybar * X), "adjoint"),
    (norm.but(adjoint=lambda X, ybar: ybar * X.T / mc.norm(X)), "adjoint"),
    (norm.but(matrix=lambda X: X.reshape(1, -1) / mc.norm(X)), "matrix"),
    (norm.but(second_at=lambda X: lambda dX, dZ: mc.inner(dX, dZ) / mc.norm(X)), "second differential"),
    (norm.but(f=lambda X: np.linalg.norm(X, 2)), "value"),
    (square.but(differential=lambda X, dX: mc.inner(X, dX)), "difference"),
    (square.but(second_at=lambda X: lambda dX, dZ: mc.inner(dX, dZ)), "second differential"),
    (bilinear.but(adjoint=lambda A, fbar: fbar * np.outer(y_, x_)), "adjoint"),
    (bilinear.but(matrix=lambda A: np.kron(x_, y_)[None, :]), "matrix"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


def test_gradient_in_another_inner_product_is_found_by_solving(rng):
    """⟨A, B⟩_W = tr(AᵀWB): the same slopes, another matrix."""
    X, dX = rng.standard_normal((2, 3, 2))
    L = rng.standard_normal((3, 3))
    W = L @ L.T + np.eye(3)
    G = np.linalg.solve(W, square.gradient(X))
    assert np.trace(G.T @ W @ dX) == pytest.approx(square.at(X)(dX), rel=1e-12)


def test_normalizing_removes_what_points_along_x(rng):
    normalize = lambda X: X / norm(X)

    def slope(X, dX):
        Y = normalize(X)
        return (dX - mc.inner(Y, dX) * Y) / norm(X)

    X = rng.standard_normal((3, 4))
    assert mc.verify_derivative(normalize, slope, X).passed
    np.testing.assert_allclose(slope(X, X), 0, atol=1e-15)

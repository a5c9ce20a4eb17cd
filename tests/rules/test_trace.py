"""Traces against entries in letters, power sums of eigenvalues and exact whole numbers."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc
from matcalc.samples import rank_deficient, well_conditioned

trace, kron = np.trace, np.kron


def entrywise(f, X):
    """The gradient of f, entry by entry: SymPy differentiates a matrix of letters and knows no matrix calculus."""
    letters = sp.Matrix(*X.shape, lambda i, j: sp.Symbol(f"x{i}{j}"))
    y, values = f(letters), dict(zip(letters, map(sp.Rational, X.flat), strict=True))
    return np.array(letters.applyfunc(lambda x: sp.diff(y, x).subs(values)), dtype=float)


def exact(A):
    return sp.Matrix(A.astype(int).tolist())


def whole(rng, *shape):
    return rng.integers(-4, 5, shape).astype(float)


def quadratic(rng, m, n):
    """A rule tr(AXBXᵀ) with constants of its own, and these."""
    A, B = rng.standard_normal((m, m)), rng.standard_normal((n, n))
    return mc.trace_quadratic(A, B), A, B


@pytest.mark.parametrize(("m", "n"), [(1, 1), (2, 3), (4, 2), (1, 5), (5, 1)])
def test_trace_product_in_letters(rng, m, n):
    A, X = whole(rng, n, m), whole(rng, m, n)
    F = mc.trace_product(A)
    assert F(X) == (A @ X).trace() == (X @ A).trace()
    np.testing.assert_array_equal(F.gradient(X), entrywise(lambda Z: (exact(A) * Z).trace(), X))
    assert mc.verify(F).passed


@pytest.mark.parametrize(("m", "n"), [(1, 1), (2, 3), (4, 2), (1, 4), (4, 1)])
def test_trace_quadratic_in_letters(rng, m, n):
    A, B, X = whole(rng, m, m), whole(rng, n, n), whole(rng, m, n)
    F = mc.trace_quadratic(A, B)
    expected = entrywise(lambda Z: (exact(A) * Z * exact(B) * Z.T).trace(), X)
    np.testing.assert_array_equal(F.gradient(X), expected)
    assert mc.verify(F).passed


@pytest.mark.parametrize("k", [-3, -2, -1, 0, 1, 2, 3, 4])
def test_trace_power_in_letters(rng, k):
    X = np.array([[1.0, 2, 0], [-1, 1, 3], [2, 0, 1]])
    expected = entrywise(lambda Z: (Z**k).trace() if k >= 0 else (Z.adjugate() ** -k / Z.det() ** -k).trace(), X)
    np.testing.assert_allclose(mc.trace_power(k).gradient(X), expected, rtol=1e-13)
    assert mc.verify(mc.trace_power(k)).passed


@pytest.mark.parametrize("k", [-5, -1, 1, 2, 7])
def test_trace_power_is_a_power_sum_of_eigenvalues(rng, k):
    X = well_conditioned(rng, 5)
    values = np.linalg.eigvals(X)
    assert mc.trace_power(k)(X) == pytest.approx((values**k).sum().real, rel=1e-11)
    assert mc.trace_power(k).linearize(X)[0] == pytest.approx((values**k).sum().real, rel=1e-11)
    # for a matrix with eigenvectors V the gradient is k (V Λᵏ⁻¹ V⁻¹)ᵀ
    values, V = np.linalg.eig(X)
    G = k * ((V * values ** (k - 1)) @ np.linalg.inv(V)).real.T
    np.testing.assert_allclose(mc.trace_power(k).gradient(X), G, atol=1e-10)


def test_trace_power_where_there_are_no_eigenvectors_or_all_eigenvalues_vanish():
    jordan, nilpotent = np.array([[2.0, 1], [0, 2]]), np.array([[0.0, 1], [0, 0]])
    np.testing.assert_array_equal(mc.trace_power(3).gradient(jordan), [[12, 0], [12, 12]])
    np.testing.assert_array_equal(mc.trace_power(2).gradient(nilpotent), [[0, 0], [2, 0]])
    assert mc.trace_power(2)(nilpotent) == mc.trace_power(5)(nilpotent) == 0
    for k in (2, 3):
        assert mc.verify(mc.trace_power(k), jordan).passed
        assert mc.verify(mc.trace_power(k), nilpotent).passed


def test_trace_power_at_singular_matrices_for_positive_exponents(rng):
    for X in (rank_deficient(rng, 4), np.zeros((3, 3)), np.array([[0.0]])):
        for k in (0, 1, 2, 3):
            assert mc.verify(mc.trace_power(k), X).passed
    np.testing.assert_array_equal(mc.trace_power(1).gradient(np.zeros((3, 3))), np.eye(3))
    np.testing.assert_array_equal(mc.trace_power(0).gradient(np.zeros((3, 3))), np.zeros((3, 3)))


def test_trace_power_one_by_one_is_the_rule_for_numbers():
    for k in (-2, -1, 0, 1, 2, 6):
        assert mc.trace_power(k)(np.array([[3.0]])) == pytest.approx(3.0**k)
        assert mc.trace_power(k).gradient(np.array([[3.0]])).item() == pytest.approx(k * 3.0 ** (k - 1))


def test_trace_of_the_inverse_against_fifty_digits():
    X = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9.001]])  # condition number 4e4
    with mp.workdps(50):
        Y = mp.inverse(mp.matrix(X.tolist()))
        G = np.array((-(Y * Y).T).tolist(), dtype=float)
    np.testing.assert_allclose(mc.trace_power(-1).gradient(X), G, rtol=1e-9)


def test_second_differential_of_the_quadratic_is_the_printed_hessian(rng):
    F, A, B = quadratic(rng, 3, 4)
    H = kron(B.T, A) + kron(B, A.T)
    X, dX, dZ = rng.standard_normal((3, 3, 4))
    np.testing.assert_allclose(H, H.T)
    assert F.second(X)(dX, dZ) == pytest.approx(mc.vec(dX) @ H @ mc.vec(dZ))
    np.testing.assert_allclose(mc.vec(F.gradient(X)), H @ mc.vec(X))
    # a function of degree two is its own Taylor polynomial
    assert F(X + dX) == pytest.approx(F(X) + F.at(X)(dX) + F.second(X)(dX, dX) / 2)


@pytest.mark.parametrize("k", [-3, -1, 0, 1, 2, 3, 5])
def test_second_differential_of_powers_in_whole_numbers(rng, k):
    X, dX, dZ = np.array([[1.0, 1], [2, 1]]), *whole(rng, 2, 2, 2)
    s, t = sp.symbols("s t")
    y = ((exact(X) + s * exact(dX) + t * exact(dZ)) ** k).trace()
    expected = sp.diff(y, s, t).subs({s: 0, t: 0})
    assert mc.trace_power(k).second(X)(dX, dZ) == pytest.approx(float(expected), rel=1e-12)


def test_second_differential_of_a_linear_trace_vanishes(rng):
    A, dX, dZ = rng.standard_normal((3, 2, 2))
    assert mc.trace_product(A).second(dX)(dX, dZ) == 0


def test_the_short_form_needs_two_symmetric_or_two_antisymmetric_constants(rng):
    X, A, B = rng.standard_normal((3, 4, 4))
    sym, skew = lambda M: M + M.T, lambda M: M - M.T
    short_is_right = lambda A, B: np.allclose(mc.trace_quadratic(A, B).gradient(X), 2 * A @ X @ B)
    assert short_is_right(sym(A), sym(B))
    assert short_is_right(skew(A), skew(B))
    assert not any(short_is_right(*pair) for pair in ((sym(A), B), (A, sym(B)), (sym(A), skew(B)), (A, B)))
    np.testing.assert_allclose(mc.trace_quadratic(sym(A), skew(B)).gradient(X), 0, atol=1e-13)  # then f = 0


def test_constants_of_the_wrong_shape_are_refused():
    with pytest.raises(mc.ShapeError, match="trace_product: expected a matrix A of shape n×m, got 3"):
        mc.trace_product(np.ones(3))
    with pytest.raises(mc.ShapeError, match="square matrices A and B, got \\(2×3, 2×2\\)"):
        mc.trace_quadratic(np.ones((2, 3)), np.eye(2))
    with pytest.raises(mc.ShapeError, match="square matrices A and B, got \\(2×2, 2\\)"):
        mc.trace_quadratic(np.eye(2), np.ones(2))
    for k in (1.5, True, "2"):
        with pytest.raises(TypeError, match="trace_power: expected a whole number k"):
            mc.trace_power(k)
    assert mc.trace_power(np.int64(3)).name == "trace_power(3)"


@pytest.mark.parametrize(("rule", "X", "message"), [
    (mc.find("trace_product"), np.ones((3, 2)), "expected a matrix of shape 2×3, got a matrix of shape 3×2"),
    (mc.find("trace_quadratic"), np.ones((3, 3)), "expected a matrix of shape 2×3"),
    (mc.trace_power(3), np.ones((2, 3)), "expected a square matrix, got a matrix of shape 2×3"),
    (mc.trace_power(-1), np.ones((2, 3)), "trace_power\\(-1\\) is defined on invertible matrices"),
    (mc.trace_power(-1), np.ones((2, 2)), "this matrix is singular"),
    (mc.trace_power(-2), np.array([[1.0, 1], [1, 1 + 1e-16]]), "this matrix is singular"),
    (mc.trace_power(-2), np.array([[1.0, 1], [1, 1 + 4e-16]]), "singular to working precision"),
])  # fmt: skip
def test_edges_of_the_domains(rule, X, message):
    for call in (rule, rule.at, rule.second):
        with pytest.raises(mc.DomainError, match=message):
            call(X)


def test_numbers_too_large_are_said_so():
    with pytest.raises(OverflowError):
        mc.trace_power(3)(1e200 * np.eye(2))
    with pytest.raises(OverflowError, match="gradient is too large"):
        mc.trace_power(-1).at(np.array([[1e-200]]))  # tr X⁻¹ is a double, X⁻² is none


A0, B0 = (mc.find("trace_quadratic").formulas.constants[name] for name in "AB")
C0 = mc.find("trace_product").formulas.constants["A"]


@pytest.mark.parametrize(("twin", "line"), [
    (mc.find("trace_product").but(differential=lambda X, dX: (C0.reshape(X.shape) * dX).sum()), "difference"),
    (mc.find("trace_product").but(adjoint=lambda X, ybar: ybar * C0), "adjoint"),
    (mc.find("trace_product").but(matrix=lambda X: mc.vec(C0)[None, :]), "matrix"),
    (mc.find("trace_quadratic").but(differential=lambda X, dX: 2 * trace(A0 @ X @ B0 @ dX.T)), "difference"),
    (mc.find("trace_quadratic").but(differential=lambda X, dX: trace(A0 @ dX @ B0 @ X.T)), "difference"),
    (mc.find("trace_quadratic").but(adjoint=lambda X, ybar: 2 * ybar * A0 @ X @ B0), "adjoint"),
    (mc.find("trace_quadratic").but(adjoint=lambda X, ybar: ybar * (A0 @ X @ B0 + A0.T @ X @ B0)), "adjoint"),
    (mc.find("trace_quadratic").but(second_at=lambda X: lambda H, K: 2 * trace(A0 @ H @ B0 @ K.T)),
     "second differential"),
    (mc.trace_power(3).but(differential=lambda X, dX: 3 * (X @ X * dX).sum()), "difference"),
    (mc.trace_power(3).but(differential=lambda X, dX: 3 * trace(dX)), "difference"),
    (mc.trace_power(3).but(adjoint=lambda X, ybar: 3 * ybar * X @ X), "adjoint"),
    (mc.trace_power(3).but(second_at=lambda X: lambda H, K: 6 * (X * (H @ K)).sum()), "second differential"),
    (mc.trace_power(-1).but(differential=lambda X, dX: trace(np.linalg.inv(X @ X) @ dX)), "difference"),
    (mc.trace_power(-1).but(f=lambda X: 1 / trace(X)), "value"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@pytest.mark.parametrize("name", ["trace_product", "trace_quadratic", "trace_power(3)", "trace_power(-1)"])
def test_complex_tangents_and_cotangents(rng, name):
    F = mc.find(name)
    X, ybar = F.domain.sample(rng, 3), 0.3 - 2j
    dX = rng.standard_normal(X.shape) + 1j * rng.standard_normal(X.shape)
    dF, second = F.at(X), F.second(X)
    assert dF(dX) == pytest.approx(dF(dX.real) + 1j * dF(dX.imag))
    assert mc.inner(ybar, dF(dX)) == pytest.approx(mc.inner(dF.T(ybar), dX))
    assert second(dX, X) == pytest.approx(second(dX.real, X) + 1j * second(dX.imag, X))


def test_a_linear_layer_is_a_trace_of_three_factors(rng):
    data, weights, G = rng.standard_normal((5, 3)), rng.standard_normal((3, 2)), rng.standard_normal((5, 2))
    np.testing.assert_allclose(mc.trace_product(G.T @ data).gradient(weights), data.T @ G)
    np.testing.assert_allclose(mc.trace_product(weights @ G.T).gradient(data), G @ weights.T)


def test_weight_decay_and_the_distance_of_mahalanobis(rng):
    W, S = rng.standard_normal((3, 2)), well_conditioned(rng, 3)
    np.testing.assert_allclose(mc.trace_quadratic(np.eye(3), np.eye(2)).gradient(W), 2 * W)
    x, P = rng.standard_normal((3, 1)), S @ S.T
    np.testing.assert_allclose(mc.trace_quadratic(P, np.eye(1)).gradient(x), 2 * P @ x)

"""The Kronecker product against its definition, letters, and permutations written out as matrices."""

import numpy as np
import pytest
import sympy as sp

import matcalc as mc

SHAPES = [((1, 1), (1, 1)), ((1, 1), (2, 3)), ((1, 4), (3, 1)), ((3, 1), (1, 4)), ((2, 3), (4, 2)), ((3, 2), (3, 2))]


def pair(rng, shapes):
    return tuple(rng.standard_normal(shape) for shape in shapes)


def by_definition(A, B):
    """Every entry of A, times all of B."""
    return np.block([[a * B for a in row] for row in A])


def column_by_column(dF):
    """J from pushed unit tangents, without the formula."""
    return dF.replace(matrix=None).matrix


@pytest.mark.parametrize("shapes", SHAPES[1:], ids=str)
def test_every_pair_of_shapes_is_verified(rng, shapes):
    X = pair(rng, shapes)
    assert mc.verify(mc.kron, X).passed
    np.testing.assert_array_equal(mc.kron(X), by_definition(*X))


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_adjoint_is_made_of_blocks(rng, shapes):
    A, B = X = pair(rng, shapes)
    (p, q), Y = B.shape, mc.kron(X)
    Ybar = rng.standard_normal(Y.shape)
    block = lambda i, j: Ybar[i * p : (i + 1) * p, j * q : (j + 1) * q]
    Abar, Bbar = mc.kron.at(X).T(Ybar)
    np.testing.assert_allclose(Abar, [[np.sum(block(i, j) * B) for j in range(A.shape[1])] for i in range(len(A))])
    expected = sum(a * block(i, j) for (i, j), a in np.ndenumerate(A))
    np.testing.assert_allclose(Bbar, expected, atol=1e-14)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_jacobian_is_the_permuted_one_of_the_books(rng, shapes):
    A, B = X = pair(rng, shapes)
    (m, n), (p, q) = shapes
    P = np.kron(np.eye(n), np.kron(mc.commutation(q, m), np.eye(p)))
    np.testing.assert_array_equal(mc.vec(np.kron(A, B)), P @ np.kron(mc.vec(A), mc.vec(B)))
    blocks = np.kron(np.eye(m * n), mc.vec(B)[:, None]), np.kron(mc.vec(A)[:, None], np.eye(p * q))
    np.testing.assert_array_equal(mc.kron.at(X).matrix, P @ np.hstack(blocks))
    np.testing.assert_array_equal(mc.kron.at(X).matrix, column_by_column(mc.kron.at(X)))


def test_jacobian_entry_by_entry_with_letters():
    A, B = sp.Matrix(2, 1, sp.symbols("a:2")), sp.Matrix(1, 3, sp.symbols("b:3"))
    Y = sp.Matrix(sp.kronecker_product(A, B))
    entries = lambda M: [M[i, j] for j in range(M.cols) for i in range(M.rows)]  # column after column
    letters, values = [*entries(A), *entries(B)], [2, -1, 3, 5, -4]
    exact = sp.Matrix(entries(Y)).jacobian(letters).subs(dict(zip(letters, values, strict=True)))
    X = np.array([[2.0], [-1]]), np.array([[3.0, 5, -4]])
    np.testing.assert_array_equal(mc.kron.at(X).matrix, np.array(exact.tolist(), dtype=float))


def test_differential_is_exact_up_to_the_product_of_the_tangents(rng):
    A, B = X = pair(rng, ((2, 3), (4, 2)))
    dA, dB = dX = pair(rng, ((2, 3), (4, 2)))
    change = mc.kron((A + dA, B + dB)) - mc.kron(X)
    np.testing.assert_allclose(change, mc.kron.at(X)(dX) + by_definition(dA, dB), atol=1e-13)


def test_second_differential_does_not_see_the_point(rng):
    shapes = (2, 3), (3, 4)
    X, Z, dX, dZ = (pair(rng, shapes) for _ in range(4))
    d2 = mc.kron.second(X)(dX, dZ)
    np.testing.assert_array_equal(d2, mc.kron.second(Z)(dX, dZ))
    np.testing.assert_allclose(d2, mc.kron.second(X)(dZ, dX))
    np.testing.assert_allclose(mc.kron.second(X)(dX, dX), 2 * by_definition(*dX))


def test_memory_order_of_the_arrays_does_not_matter(rng):
    A, B = X = pair(rng, ((3, 4), (2, 5)))
    other = tuple(map(np.asfortranarray, X))
    Ybar = rng.standard_normal((6, 20))
    np.testing.assert_array_equal(mc.kron.linearize(other)[0], mc.kron(X))
    np.testing.assert_array_equal(mc.kron.at(other)(other), 2 * mc.kron(X))
    for given, expected in zip(mc.kron.at(other).T(np.asfortranarray(Ybar)), mc.kron.at(X).T(Ybar), strict=True):
        np.testing.assert_allclose(given, expected)
    np.testing.assert_array_equal(mc.kron.at(other).matrix, mc.kron.at(X).matrix)


def test_two_numbers_have_the_product_rule_of_numbers():
    Y, dF = mc.kron.linearize((np.array([[3.0]]), np.array([[-2.0]])))
    assert Y == [[-6.0]]
    assert dF((np.array([[0.5]]), np.array([[4.0]]))) == [[11.0]]
    np.testing.assert_array_equal(dF.matrix, [[-2.0, 3.0]])


def test_pulling_back_copies_nothing_of_the_size_of_the_product(rng):
    import tracemalloc

    dF, Ybar = mc.kron.at(pair(rng, ((20, 30), (50, 40)))), rng.standard_normal((1000, 1200))
    tracemalloc.start()
    dF.T(Ybar)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < Ybar.nbytes / 4  # the test for finite numbers takes an eighth


def test_complex_tangents_and_cotangents(rng):
    X = pair(rng, ((2, 3), (3, 2)))
    dF = mc.kron.at(X)
    real, imaginary = pair(rng, ((2, 3), (3, 2))), pair(rng, ((2, 3), (3, 2)))
    dX = tuple(a + 1j * b for a, b in zip(real, imaginary, strict=True))
    np.testing.assert_allclose(dF(dX), dF(real) + 1j * dF(imaginary))
    Ybar = rng.standard_normal((6, 6)) + 1j * rng.standard_normal((6, 6))
    assert mc.inner(Ybar, dF(dX)) == pytest.approx(mc.inner(dF.T(Ybar), dX))


@pytest.mark.parametrize(("X", "message"), [
    (np.eye(2), "kron is defined on pairs of matrices of any shapes; expected a pair \\(A, B\\) of matrices"),
    ((np.eye(2), np.eye(2), np.eye(2)), "expected a pair"),
    ((np.eye(2), np.ones(3)), "B: expected a matrix, got a vector of length 3"),
    ((1.0, np.eye(2)), "A: expected a matrix, got a number"),
    ((np.ones((2, 2, 2)), np.eye(2)), "A: expected a matrix, got an array of shape 2×2×2"),
], ids=["matrix", "triple", "vector", "number", "cube"])  # fmt: skip
def test_edges_of_the_domain(X, message):
    for call in (mc.kron, mc.kron.at):
        with pytest.raises(mc.DomainError, match=message):
            call(X)


def test_overflow_and_wrong_tangents_are_said():
    with pytest.raises(OverflowError, match="kron: the result is too large"):
        mc.kron((np.full((2, 2), 1e200), np.full((1, 2), 1e200)))
    with pytest.raises(mc.ShapeError, match="expected a tangent of shape"):
        mc.kron.at((np.eye(2), np.ones((2, 3))))((np.eye(2), np.eye(2)))


def without_the_permutation(X):
    A, B = X
    return np.hstack([np.kron(np.eye(A.size), mc.vec(B)[:, None]), np.kron(mc.vec(A)[:, None], np.eye(B.size))])


@pytest.mark.parametrize(("twin", "line"), [
    (mc.kron.but(f=lambda X: np.kron(X[1], X[0])), "value"),
    (mc.kron.but(differential=lambda X, dX: np.kron(dX[0], dX[1])), "difference"),
    (mc.kron.but(differential=lambda X, dX: np.kron(dX[0], X[1])), "difference"),
    (mc.kron.but(differential=lambda X, dX: np.kron(X[1], dX[0]) + np.kron(dX[1], X[0])), "difference"),
    (mc.kron.but(differential=lambda X, dX: np.kron(dX[0], X[1]) - np.kron(X[0], dX[1])), "difference"),
    (mc.kron.but(adjoint=lambda X, Ybar: (mc.kron.at(X).T(Ybar)[0], 0 * X[1])), "adjoint"),
    (mc.kron.but(adjoint=lambda X, Ybar: tuple(2 * part for part in mc.kron.at(X).T(Ybar))), "adjoint"),
    (mc.kron.but(matrix=without_the_permutation), "matrix"),
    (mc.kron.but(second_at=lambda X: lambda dX, dZ: np.kron(dX[0], dZ[1])), "second differential"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


def test_gradients_of_traces_of_kronecker_products(rng):
    """tr(A ⊗ B) = tr A tr B: with Ȳ = I the adjoint is (tr B · I, tr A · I)."""
    A, B = X = pair(rng, ((3, 3), (4, 4)))
    Abar, Bbar = mc.kron.at(X).T(np.eye(12))
    np.testing.assert_allclose(Abar, np.trace(B) * np.eye(3), atol=1e-14)
    np.testing.assert_allclose(Bbar, np.trace(A) * np.eye(4), atol=1e-14)


def test_nearest_kronecker_product_by_its_own_adjoint(rng):
    """Alternating least squares on ‖Ȳ − A ⊗ B‖ uses the two parts of the adjoint and nothing else."""
    A, B = pair(rng, ((3, 2), (2, 4)))
    Y = mc.kron((A, B))
    a, b = pair(rng, ((3, 2), (2, 4)))
    for _ in range(3):
        a = mc.kron.at((a, b)).T(Y)[0] / mc.inner(b, b)
        b = mc.kron.at((a, b)).T(Y)[1] / mc.inner(a, a)
    np.testing.assert_allclose(mc.kron((a, b)), Y, rtol=1e-12)

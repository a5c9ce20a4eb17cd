"""Second differentials against SymPy and 50-digit differences; Hessians against Kronecker formulas; wrong claims."""

import tracemalloc
from unittest.mock import patch

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc
from matcalc import second_order as so
from matcalc.differences import Line
from matcalc.spaces import norm, shape_of, vec

X = np.array([[1.3, -0.4, 0.7], [0.2, 1.9, -0.5], [-0.6, 0.8, 1.1]])
H = np.array([[0.4, 1.1, -0.3], [-0.8, 0.5, 0.9], [1.2, -0.7, 0.6]])
K = np.array([[-0.5, 0.3, 1.4], [0.7, -1.2, 0.2], [0.1, 0.9, -0.4]])
SPD = np.array([[2.0, 0.3, -0.4], [0.3, 1.5, 0.2], [-0.4, 0.2, 1.0]])
inv = np.linalg.inv
TWICE = [F for F in mc.RULES if F.second_at]


def without_second(F):
    """The same rule, its second differential left unstated."""
    return mc.Rule(F.name, F.f, F._linearize, F.domain, F.formulas, F.source)


def mixed(f, X, H, K):
    """∂²/∂s∂t f(X + sH + tK) at 0 in 50 digits, from four values."""
    with mp.workdps(50):
        X, H, K = (mp.matrix(A.tolist()) for A in (X, H, K))
        h = mp.mpf(10) ** -12
        S, D = h * (H + K), h * (H - K)
        value = (f(X + S) - f(X + D) - f(X - D) + f(X - S)) / (4 * h * h)
        return np.array(value.tolist(), dtype=float) if isinstance(value, mp.matrix) else float(value)


@pytest.mark.parametrize(("F", "f"), [
    (mc.inverse, lambda X: X**-1),
    (mc.power(2), lambda X: X * X),
    (mc.power(3), lambda X: X * X * X),
    (mc.power(5), lambda X: X * X * X * X * X),
    (mc.power(1), lambda X: X),
    (mc.power(-1), lambda X: X**-1),
    (mc.power(-2), lambda X: (X * X) ** -1),
    (mc.power(-3), lambda X: (X * X * X) ** -1),
    (mc.polynomial([1.0, -2.0, 0.5, 3.0]), lambda X: mp.eye(3) - 2 * X + X * X / 2 + 3 * X * X * X),
    (mc.det, mp.det),
    (mc.logabsdet, lambda X: mp.log(abs(mp.det(X)))),
], ids=lambda F: getattr(F, "name", ""))  # fmt: skip
def test_second_differentials_in_fifty_digits(F, f):
    expected = mixed(f, X, H, K)
    np.testing.assert_allclose(F.second(X)(H, K), expected, rtol=1e-11, atol=1e-12 * norm(expected) + 1e-18)


def test_solve_bends_by_the_moving_matrix_and_both_sides():
    B, dB, dD = H[:, :2], K[:, 1:], X[:, :2]
    packed = [np.hstack(pair) for pair in ((X, B), (H, dB), (K, dD))]
    expected = mixed(lambda P: P[:, :3] ** -1 * P[:, 3:], *packed)
    np.testing.assert_allclose(mc.solve.second((X, B))((H, dB), (K, dD)), expected, rtol=1e-11)
    b, db, dd = B[:, 0], dB[:, 0], dD[:, 0]
    np.testing.assert_allclose(mc.solve.second((X, b))((H, db), (K, dd)), expected[:, 0], rtol=1e-11)


def test_products_bend_once_for_each_order():
    A, dA, dC = X[:2], H[:2], K[:2]
    assert np.allclose(mc.product.second((A, X))((dA, H), (dC, K)), dA @ K + dC @ H)
    assert np.allclose(mc.hadamard.second((X, H))((H, K), (K, X)), H * X + K * K)
    affine = mc.find("affine")
    assert not np.any(affine.second(np.ones((3, 4)))(np.ones((3, 4)), np.ones((3, 4))))


def test_negative_powers_refuse_singular_points():
    for F in (mc.inverse, mc.power(-2)):
        with pytest.raises(mc.DomainError, match="singular"):
            F.second(np.ones((3, 3)))


@pytest.mark.parametrize("F", TWICE, ids=lambda F: F.name)
def test_the_stated_and_the_measured_second_differential_agree(F):
    rng = np.random.default_rng(5)
    point = F.domain.sample(rng, 3)
    dX, dZ = F.domain.tangent(rng, point), F.domain.tangent(rng, point)
    stated, measured = so.second(F, point), so.second(without_second(F), point)
    assert (stated.stated, measured.stated) == (True, False)
    given, found = stated(dX, dZ), measured(dX, dZ)
    assert norm(vec(given) - vec(found)) <= 1e-10 * norm(given) + 1e-11
    assert norm(vec(given) - vec(found)) <= norm(measured.measured(dX, dZ).error) + 1e-13 * norm(given)


def test_a_second_differential_says_where_it_comes_from():
    assert repr(so.second(mc.inverse, X)) == "Second(inverse″ at a point of shape 3×3, stated by the rule)"
    assert repr(so.second(mc.lu, X)) == "Second(lu″ at a point of shape 3×3, from differences of F′)"


def test_lu_has_a_second_differential_from_its_first():
    d2 = so.second(mc.lu_unpivoted, X)(H, K)
    L, U = mc.lu_unpivoted(X)
    (dL, dU), (eL, eU) = mc.lu_unpivoted.at(X)(H), mc.lu_unpivoted.at(X)(K)
    left = d2[0] @ U + dL @ eU + eL @ dU + L @ d2[1]  # d²(LU) = d²X = 0
    assert norm(left) <= 1e-10 * norm(d2)


def test_wrong_tangents_are_refused():
    with pytest.raises(mc.ShapeError, match="inverse″: expected tangents of shape 3×3"):
        so.second(mc.inverse, X)(H, np.ones((3, 2)))
    for call in (so.second(mc.logdet_spd, SPD), so.second(without_second(mc.logdet_spd), SPD)):
        with pytest.raises(ValueError, match="tangent is not symmetric"):
            call(H, H + H.T)
    with pytest.raises(ValueError, match="tangent is not symmetric"):
        mc.hessian(mc.logdet_spd, SPD)(H)
    with pytest.raises(ValueError, match="tangent is not symmetric"):
        so.hessian_vector_product(mc.logdet_spd, SPD, H)
    with pytest.raises(mc.DomainError, match="singular"):
        so.second(mc.inverse, np.ones((2, 2)))


# Hessians


def test_hessian_of_log_det_needs_the_commutation_matrix():
    Y, C = inv(X), mc.commutation(3, 3)
    found = mc.hessian(mc.logabsdet, X).matrix
    np.testing.assert_allclose(found, -np.kron(Y, Y.T) @ C, atol=1e-13)
    np.testing.assert_allclose(found, -C @ np.kron(Y.T, Y), atol=1e-13)
    assert not np.allclose(found, -np.kron(Y, Y.T), atol=0.1)


def test_hessian_entry_by_entry_against_sympy():
    letters = sp.symbols("a c b d")
    M = sp.Matrix(2, 2, [letters[0], letters[2], letters[1], letters[3]])
    at = dict(zip(letters, (1.0, 3.0, -2.0, 0.5), strict=True))
    f = (M**3).trace() + M.det() ** 2
    expected = [[float(f.diff(u, v).subs(at)) for v in letters] for u in letters]
    point = np.array([[1.0, -2.0], [3.0, 0.5]])
    third = mc.hessian(mc.trace_power(3), point).matrix
    det, G = mc.det(point), vec(mc.det.gradient(point))
    square = 2 * np.outer(G, G) + 2 * det * mc.hessian(mc.det, point).matrix  # chain rule for y²
    np.testing.assert_allclose(third + square, expected, rtol=1e-12, atol=1e-12)


SCALAR = [F for F in TWICE if shape_of(F(F.domain.sample(np.random.default_rng(1), 3))) == ()]


@pytest.mark.parametrize("F", SCALAR, ids=lambda F: F.name)
def test_both_ways_to_a_hessian_agree_and_it_is_self_adjoint(F):
    rng = np.random.default_rng(3)
    point = F.domain.sample(rng, 3)
    exact, measured = mc.hessian(F, point), mc.hessian(without_second(F), point)
    np.testing.assert_allclose(measured.matrix, exact.matrix, rtol=1e-8, atol=1e-9 * norm(exact.matrix) + 1e-10)
    assert np.array_equal(exact.matrix, exact.matrix.T)
    dX, dZ = F.domain.tangent(rng, point), F.domain.tangent(rng, point)
    assert shape_of(exact(dX)) == shape_of(point)
    assert mc.inner(exact(dX), dZ) == pytest.approx(float(F.second(point)(dX, dZ)), rel=1e-11, abs=1e-11)
    assert mc.inner(exact.T(dX), dZ) == pytest.approx(mc.inner(dX, exact(dZ)), rel=1e-11, abs=1e-11)
    product = so.hessian_vector_product(F, point, dX)
    assert norm(vec(product) - vec(exact(dX))) <= 1e-9 * norm(exact(dX)) + 1e-10


def test_on_symmetric_matrices_the_hessian_is_the_symmetric_representative():
    bent = mc.hessian(mc.logdet_spd, SPD)
    S, Y = H + H.T, inv(SPD)
    np.testing.assert_allclose(bent(S), -Y @ S @ Y, atol=1e-13)
    np.testing.assert_allclose(bent.matrix @ vec(H), vec(-Y @ (S / 2) @ Y), atol=1e-13)
    assert np.linalg.matrix_rank(bent.matrix) == 6
    np.testing.assert_allclose(mc.hessian(without_second(mc.logdet_spd), SPD).matrix, bent.matrix, atol=1e-9)


def test_a_hessian_of_a_large_matrix_is_not_built(rng):
    point = rng.standard_normal((40, 40)) + 20 * np.eye(40)
    dX, Y = rng.standard_normal((40, 40)), inv(point)
    tracemalloc.start()
    image = mc.hessian(mc.logabsdet, point)(dX)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(image, -Y.T @ dX.T @ Y.T, atol=1e-9 * norm(image))
    assert peak < 8 * 1600**2 / 4  # the matrix has 1600² entries


def test_a_hessian_belongs_to_a_number():
    with pytest.raises(TypeError, match="a gradient belongs to a scalar-valued function"):
        mc.hessian(mc.inverse, X)
    with pytest.raises(TypeError, match="a gradient belongs to a scalar-valued function"):
        so.hessian_vector_product(mc.inverse, X, H)


def test_one_by_one_is_the_calculus_of_numbers():
    point, one = np.array([[2.0]]), np.ones((1, 1))
    assert mc.hessian(mc.logabsdet, point).matrix == pytest.approx(-0.25)
    assert mc.inverse.second(point)(one, one) == pytest.approx(0.25)
    assert mc.power(-2).second(point)(one, one) == pytest.approx(6 / 16)


def test_a_product_with_the_hessian_costs_gradients_not_entries():
    costs = []
    for n in (3, 12):
        point, dX = SPD[0, 0] * np.eye(n) + 0.1 * np.ones((n, n)), np.ones((n, n)) + np.eye(n)
        with patch.object(mc.Rule, "gradient", autospec=True, side_effect=mc.Rule.gradient) as spy:
            so.hessian_vector_product(mc.logdet_spd, point, dX)
        costs.append(spy.call_count)
    assert max(costs) <= 30


# The reader's own second differentials

df = lambda X, dX: -inv(X) @ dX @ inv(X)
d2f = lambda X, H, K: inv(X) @ (H @ inv(X) @ K + K @ inv(X) @ H) @ inv(X)


def failures(*claim, **how):
    try:
        return [check.name for check in mc.verify_second(*claim, **how).failures]
    except mc.VerificationError as error:
        return [check.name for check in error.report.failures]


def test_a_right_second_differential_is_verified_cheaply():
    report = mc.verify_second(inv, df, d2f, X)
    assert report.passed
    assert report.check("third order").number == pytest.approx(3, abs=0.1)
    assert report.evaluations < 80


@pytest.mark.parametrize(("wrong", "line"), [
    (lambda X, H, K: d2f(X, H, K) / 2, "third order"),  # the factor of polarisation
    (lambda X, H, K: d2f(X, H, K) * (1 + 1e-5), "third order"),
    (lambda X, H, K: d2f(X, H, K) + H, "third order"),
    (lambda X, H, K: 0 * H, "third order"),
    (lambda X, H, K: df(X, H) @ df(X, K), "third order"),  # first times first
    (lambda X, H, K: np.ones(2), "third order"),
    (lambda X, H, K: 2 * inv(X) @ H @ inv(X) @ K @ inv(X), "symmetric"),  # right only for H = K
    (lambda X, H, K: d2f(X, H, H), "bilinear"),
])  # fmt: skip
def test_wrong_second_differentials_fail_in_the_expected_line(wrong, line):
    assert line in failures(inv, df, wrong, X)


@pytest.mark.parametrize("place", range(1, 11))
def test_a_claim_that_is_not_a_number_once_is_refused(place):
    calls = []

    def gives_up(X, H, K):
        calls.append(1)
        return np.nan * H if len(calls) == place else d2f(X, H, K)

    assert failures(inv, df, gives_up, X)


def test_a_wrong_claim_is_not_blamed_on_the_function():
    half = so.examine_second(inv, df, lambda X, H, K: d2f(X, H, K) / 2, X).check("third order")
    assert not half.passed
    assert "order 2.00, quadratic part left over 50 %" in half.message


def test_second_slopes_from_values_have_nine_digits_and_an_honest_error():
    line = Line(lambda t: np.array([np.exp(t), np.sin(3 * t), t**2]), 0.5, 1.0)
    measured, error = so._second_slope(line, 0.125)
    gap = abs(measured - [np.exp(0.5), -9 * np.sin(1.5), 2])
    assert max(gap) < 1e-9
    assert (gap <= error).all()
    assert max(error) < 1e-6


def test_a_wrong_first_differential_is_named_first():
    assert failures(inv, lambda X, dX: -df(X, dX), d2f, X)[0] == "first differential"
    assert failures(inv, lambda X, dX: 1 / 0, d2f, X) == ["first differential"]


def test_special_points_are_left_for_a_generic_one():
    habit = lambda X, H, K: 2 * H @ inv(X) @ K @ inv(X) @ inv(X)
    assert any(name.endswith("at a generic point") for name in failures(inv, df, habit, np.eye(3)))
    assert mc.verify_second(inv, df, d2f, np.eye(3)).notes


def test_exact_quadratics_and_functions_of_symmetric_matrices():
    square = mc.verify_second(lambda X: X @ X, lambda X, H: H @ X + X @ H, lambda X, H, K: H @ K + K @ H, X)
    assert "exact" in square.check("third order").message
    log = lambda X, H: np.trace(inv(X) @ H)
    log2 = lambda X, H, K: -np.trace(inv(X) @ H @ inv(X) @ K)
    assert mc.verify_second(mc.logdet_spd, log, log2, SPD, domain=mc.domains.POSITIVE_DEFINITE).passed
    assert mc.verify_second(lambda x: x**3, lambda x, h: 3 * x * x * h, lambda x, h, k: 6 * x * h * k, 1.5).passed


def test_a_function_that_bends_on_one_side_only_has_no_second_differential():
    f, first = lambda x: (x * abs(x)).sum(), lambda x, h: (2 * abs(x) * h).sum()
    with pytest.raises(mc.VerificationError, match="not twice differentiable"):
        mc.verify_second(f, first, lambda x, h, k: (2 * np.sign(x) * h * k).sum(), np.array([0.0, 1.0, 2.0]))
    assert mc.verify_second(f, first, lambda x, h, k: (2 * np.sign(x) * h * k).sum(), np.array([0.5, -1.0, 2.0]))


def test_input_that_cannot_be_judged_is_refused_in_words():
    with pytest.raises(TypeError, match="d2f must be a function, got float"):
        mc.verify_second(inv, df, 1.0, X)
    with pytest.raises(mc.DomainError, match="verify_second is defined on symmetric positive definite matrices"):
        mc.verify_second(inv, df, d2f, X, domain=mc.domains.POSITIVE_DEFINITE)


def test_newton_on_minus_log_det_is_newton_schulz():
    A = SPD
    Z = inv(A) + 0.05 * np.eye(3)
    minus = -mc.hessian(mc.logabsdet, Z).matrix
    step = mc.unvec(np.linalg.solve(minus, -vec(A - inv(Z))), (3, 3))
    np.testing.assert_allclose(Z + step, 2 * Z - Z @ A @ Z, atol=1e-12)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("c", [0.0, 2.0])
def test_a_function_that_does_not_bend_has_the_second_differential_zero(c):
    assert mc.verify_second(lambda X: c * X, lambda X, H: c * H, lambda X, H, K: 0 * H, X).passed
    assert failures(lambda X: c * X, lambda X, H: c * H, lambda X, H, K: H * K, X)

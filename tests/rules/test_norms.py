"""Norms: fifty digits, closed forms in letters, kinks by name, subgradients, and what the gradients are used for."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import matcalc as mc
from matcalc.rules.norms import TIE

spectral, nuclear, one, inf = mc.spectral_norm, mc.nuclear_norm, mc.induced_one, mc.induced_inf
SHAPES = [(1, 1), (2, 2), (4, 2), (2, 5), (1, 4), (3, 1)]
FAMILY = [spectral, nuclear, mc.schatten(1.25), mc.schatten(2), mc.schatten(3), mc.schatten(7), one, inf]
every = pytest.mark.parametrize("F", FAMILY, ids=lambda F: F.name)


def values(X):
    return np.linalg.svd(X, compute_uv=False)


def with_values(rng, s, m, n):
    U, V = (np.linalg.qr(rng.standard_normal((rows, len(s))))[0] for rows in (m, n))
    return U, (U * np.asarray(s, float)) @ V.T, V


@every
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_is_verified(F, shape, rng):
    assert mc.verify(F, rng.standard_normal(shape)).passed


@pytest.mark.parametrize(("F", "length"), [
    (spectral, max),
    (nuclear, sum),
    (mc.schatten(3), lambda s: mp.cbrt(sum(x**3 for x in s))),
    (mc.schatten(1.5), lambda s: mp.cbrt(sum(mp.sqrt(x) ** 3 for x in s)) ** 2),
])  # fmt: skip
@pytest.mark.parametrize("shape", [(3, 2), (2, 4)], ids=str)
def test_slopes_have_fifty_digits_behind_them(F, length, shape, rng):
    X, dX = rng.standard_normal((2, *shape))
    with mp.workdps(50):
        A, dA = mp.matrix(X.tolist()), mp.matrix(dX.tolist())
        slope = mp.diff(lambda t: length(list(mp.svd_r(A + t * dA, compute_uv=False))), 0)
    assert F.at(X)(dX) == pytest.approx(float(slope), rel=1e-13)


def test_bend_of_the_spectral_norm_has_fifty_digits_behind_it(rng):
    X, dX = rng.standard_normal((2, 4, 3))
    with mp.workdps(50):
        A, dA = mp.matrix(X.tolist()), mp.matrix(dX.tolist())
        bend = mp.diff(lambda t: max(mp.svd_r(A + t * dA, compute_uv=False)), 0, 2)
    assert spectral.second(X)(dX, dX) == pytest.approx(float(bend), rel=1e-12)
    assert float(bend) > 0  # a norm is convex


def test_two_by_two_in_letters():
    """σ₁ ± σ₂ = √(‖X‖² ± 2 det X): no singular vector is needed to differentiate that."""
    letters = sp.symbols("a b c d")
    a, b, c, d = letters
    point = dict(zip(letters, (2, -1, 3, 5), strict=True))
    square, det = a**2 + b**2 + c**2 + d**2, a * d - b * c
    nuc, gap = sp.sqrt(square + 2 * det), sp.sqrt(square - 2 * det)
    X = np.array([[2.0, -1], [3, 5]])
    for F, y in ((nuclear, nuc), (spectral, (nuc + gap) / 2)):
        gradient = [float(sp.diff(y, x).subs(point)) for x in letters]
        np.testing.assert_allclose(F.gradient(X), np.reshape(gradient, (2, 2)), rtol=1e-14)


@pytest.mark.parametrize(("F", "gradient"), [(one, [[0, -1], [0, 1]]), (inf, [[0, 0], [1, 1]])])
def test_induced_norms_by_hand(F, gradient):
    X = np.array([[1.0, -3], [2, 4]])
    assert F(X) == F.linearize(X)[0] == {"induced_one": 7, "induced_inf": 6}[F.name]
    np.testing.assert_array_equal(F.gradient(X), gradient)


def test_row_sums_are_column_sums_of_the_transpose(rng):
    X = rng.standard_normal((3, 5))
    assert inf(X) == one(X.T)
    np.testing.assert_array_equal(inf.gradient(X), one.gradient(X.T).T)


@every
def test_a_norm_pairs_with_its_gradient_which_has_dual_norm_one(F, rng):
    """⟨G, X⟩ = ‖X‖ (Euler), and no Z has ⟨G, Z⟩ > ‖Z‖."""
    X = F.domain.sample(rng, 4)
    G = F.gradient(X)
    assert mc.inner(G, X) == pytest.approx(F(X), rel=1e-14)
    for Z in rng.standard_normal((200, *X.shape)):
        assert mc.inner(G, Z) <= F.f(Z) * (1 + 1e-14)
    np.testing.assert_allclose(F.gradient(5 * X), G, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(F.gradient(-X), -G, rtol=1e-13, atol=1e-15)


@every
@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-10, 1e10, 1e150])
def test_gradients_do_not_see_the_scale(F, scale, rng):
    X = F.domain.sample(rng, 3)
    y, df = F.linearize(scale * X)
    assert y == pytest.approx(scale * F.linearize(X)[0], rel=1e-13)
    assert F(scale * X) == pytest.approx(y, rel=1e-13)
    np.testing.assert_allclose(df.T(1.0), F.gradient(X), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160])
def test_the_second_differential_of_the_spectral_norm_does_not_overflow(scale, rng):
    X = spectral.domain.sample(rng, 3)
    dX, dZ = rng.standard_normal((2, *X.shape))
    bend = spectral.second(scale * X)(dX, dZ) * scale
    assert bend == pytest.approx(spectral.second(X)(dX, dZ), rel=1e-12)


def test_schatten_two_is_frobenius_and_its_ends_are_the_other_two(rng):
    X = nuclear.domain.sample(rng, 4)
    np.testing.assert_allclose(mc.schatten(2).gradient(X), mc.frobenius_norm.gradient(X), rtol=1e-12)
    np.testing.assert_allclose(mc.schatten(1 + 1e-9).gradient(X), nuclear.gradient(X), atol=1e-7)
    np.testing.assert_allclose(mc.schatten(500).gradient(X), spectral.gradient(X), atol=1e-7)
    s = values(X)
    assert [round(mc.schatten(p)(X), 9) for p in (2, 3)] == [round((s**p).sum() ** (1 / p), 9) for p in (2, 3)]


@pytest.mark.parametrize("p", [1.5, 3])
def test_schatten_is_differentiable_where_the_rank_is_not_full(p, rng):
    _, X, _ = with_values(rng, [3, 2], 4, 3)
    F, D = mc.schatten(p), rng.standard_normal((4, 3))
    h = 1e-9
    ahead, behind = (F(X + h * D) - F(X)) / h, (F(X) - F(X - h * D)) / h
    assert ahead == pytest.approx(F.at(X)(D), abs=1e-3)  # the remainder is of order h^p, slow for small p
    assert behind == pytest.approx(ahead, abs=2e-3)
    assert mc.norm(F.gradient(X + 1e-10 * D) - F.gradient(X)) < 1e-4  # continuous, σ^(p − 1)


@pytest.mark.parametrize("p", [1, 0.5, 0, -2, np.inf, np.nan, "2", None, True, 2j])
def test_other_exponents_are_refused(p):
    with pytest.raises(ValueError, match="schatten: expected a number p with 1 < p < ∞"):
        mc.schatten(p)


# --- kinks ------------------------------------------------------------------------------------------------


@every
def test_zero_is_a_kink_of_every_norm(F):
    for call in (F, F.at, F.gradient):
        with pytest.raises(mc.DomainError, match=f"{F.name.split('(')[0]}.* is defined on"):
            call(np.zeros((2, 3)))


@pytest.mark.parametrize(("F", "X", "message"), [
    (spectral, np.diag([2.0, 2, 1]), "singular values 1 and 2 tie: they are 2 and 2, their gap is 0.0e"),
    (spectral, np.diag([2.0, 2 - 1e-11]), r"their gap is 5.0e-12 of the largest"),
    (nuclear, np.array([[1.0, 2], [2, 4], [3, 6]]), "the rank is 1, and 2 would be full: singular value 2 is"),
    (nuclear, np.diag([3.0, 0, 0]), "the rank is 1, and 3 would be full: singular value 2 is 0.0e.00, beside 3"),
    (one, np.array([[1.0, -3], [3, 1]]), "columns 1 and 2 tie for the largest sum, 4: their sums differ by 0.0e"),
    (inf, np.array([[1.0, -3], [1, 1], [-2, 2]]), "rows 1 and 3 tie for the largest sum, 4"),
    (one, np.array([[1.0, 5], [2, 0]]), "column 2 has the largest sum, and its entry 2 is 0.0e.00: .* a kink"),
    (inf, np.array([[0.0, 5], [2, 1]]), "row 1 has the largest sum, and its entry 1 is 0.0e"),
    (mc.schatten(3), np.zeros((2, 2)), "X is the zero matrix"),
])  # fmt: skip
def test_where_it_stops_is_said_in_words(F, X, message):
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match=message):
            call(X)
    assert not F.domain.contains(X)


def test_at_a_kink_no_gradient_is_accepted():
    tie, thin = np.diag([2.0, 2, 1]), np.array([[3.0, 4], [0, 0]])
    for f, grad, X in ((spectral.f, lambda X: np.diag([1.0, 0, 0]), tie),
                       (nuclear.f, lambda X: X / 5, thin)):
        with pytest.raises(mc.VerificationError, match="not differentiable"):
            mc.verify_gradient(f, grad, X)


def test_ties_below_the_first_and_zeros_elsewhere_do_no_harm():
    assert mc.verify(spectral, np.array([[0.0, 3, 0], [1, 0, 0], [0, 0, 1]])).passed
    assert mc.verify(spectral, np.array([[3.0, 6], [1, 2]])).passed  # rank one
    assert mc.verify(nuclear, np.array([[0.0, 2, 0], [2, 0, 0]])).passed
    assert mc.verify(one, np.array([[0.0, 3], [1, 1]])).passed


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-8])
def test_close_to_a_tie_the_gradient_still_is_right_and_bends_hard(gap):
    X, dX = np.diag([1 + gap, 1.0]), np.array([[0.0, 1], [1, 0]])
    assert gap > TIE
    np.testing.assert_allclose(spectral.gradient(X), [[1, 0], [0, 0]], atol=1e-15)
    assert spectral.second(X)(dX, dX) == pytest.approx(2 / gap, rel=1e-6)


def test_one_sided_slope_at_a_tie(rng):
    """σ₁(X + tD) = σ₁ + t λ_max(sym(U₁ᵀ D V₁)) + …"""
    U, X, V = with_values(rng, [2, 2, 1], 5, 4)
    D = rng.standard_normal((5, 4))
    M = U[:, :2].T @ D @ V[:, :2]
    slope = np.linalg.eigvalsh((M + M.T) / 2)[-1]
    assert (spectral.f(X + 1e-7 * D) - 2) / 1e-7 == pytest.approx(slope, abs=1e-5)


def test_one_sided_slope_where_the_rank_is_not_full(rng):
    """‖X + tD‖_* = ‖X‖_* + t (⟨U_r V_rᵀ, D⟩ + ‖U_⊥ᵀ D V_⊥‖_*) + …"""
    U, X, V = with_values(rng, [3, 2], 5, 4)
    D = rng.standard_normal((5, 4))
    outside = D - U @ (U.T @ D)
    outside = outside - (outside @ V) @ V.T
    slope = mc.inner(U @ V.T, D) + values(outside).sum()
    assert (nuclear.f(X + 1e-7 * D) - 5) / 1e-7 == pytest.approx(slope, abs=1e-5)


def test_subgradients_at_kinks(rng):
    U, X, V = with_values(rng, [2, 2, 1], 4, 3)
    half = U[:, :2] @ np.array([[0.7, 0.2], [0.2, 0.3]]) @ V[:, :2].T  # Z of trace one, positive definite
    P, Y, Q = with_values(rng, [3, 2], 4, 4)
    W = rng.standard_normal((4, 4))
    W = W - P @ (P.T @ W)
    W = W - (W @ Q) @ Q.T
    W /= spectral.f(W)
    for Z in rng.standard_normal((300, 4, 4)) * rng.choice([1e-3, 1, 10], (300, 1, 1)):
        assert spectral.f(X + Z[:, :3]) >= 2 + mc.inner(half, Z[:, :3]) - 1e-12
        assert nuclear.f(Y + Z) >= 5 + mc.inner(P @ Q.T + W, Z) - 1e-12
    assert nuclear.f(Y + W) < 5 + mc.inner(P @ Q.T + 1.1 * W, W)  # beyond norm one it fails


# --- wrong twins ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("twin", "line"), [
    (spectral.but(differential=lambda X, dX: mc.inner(X, dX) / spectral.f(X)), "difference"),
    (spectral.but(differential=lambda X, dX: mc.inner(X, dX) / mc.norm(X)), "difference"),
    (spectral.but(adjoint=lambda X, ybar: ybar * spectral.gradient(X).T), "adjoint"),
    (spectral.but(matrix=lambda X: spectral.gradient(X).reshape(1, -1)), "matrix"),
    (spectral.but(f=np.linalg.norm), "value"),
    (spectral.but(f=np.linalg.norm), "difference"),
    (spectral.but(second_at=lambda X: lambda dX, dZ: 0.0), "second differential"),
    (nuclear.but(differential=lambda X, dX: mc.inner(X, dX) / nuclear.f(X)), "difference"),
    (nuclear.but(adjoint=lambda X, ybar: ybar * nuclear.gradient(X).T), "adjoint"),
    (mc.schatten(3).but(differential=lambda X, dX: mc.schatten(4).at(X)(dX)), "difference"),
    (mc.schatten(3).but(adjoint=lambda X, ybar: ybar * X), "adjoint"),
    (one.but(differential=lambda X, dX: inf.at(X)(dX)), "difference"),
    (one.but(differential=lambda X, dX: np.linalg.norm(dX, 1)), "linearity"),
    (inf.but(adjoint=lambda X, ybar: ybar * np.sign(X)), "adjoint"),
])  # fmt: skip
def test_wrong_twins_are_refused_in_their_line(twin, line):
    assert line in [check.name for check in mc.examine(twin).failures]


@every
def test_complex_tangents_and_cotangents(F, rng):
    X = F.domain.sample(rng, 3)
    real, imaginary = rng.standard_normal((2, *X.shape))
    dF = F.at(X)
    assert dF.push(real + 1j * imaginary) == pytest.approx(dF(real) + 1j * dF(imaginary))
    np.testing.assert_allclose(dF.T.push(2 + 3j), (2 + 3j) * dF.T(1.0))


@every
def test_what_is_handed_out_can_be_changed_without_harm(F, rng):
    dF = F.at(F.domain.sample(rng, 3))
    before = dF.T(1.0)
    dF.matrix[:] = 0
    dF.T(1.0)[:] = 0
    np.testing.assert_array_equal(dF.T(1.0), before)


# --- uses -------------------------------------------------------------------------------------------------


def test_the_condition_number_has_the_slope_of_a_quotient(rng):
    X = spectral.domain.sample(rng, 4)[:, :4]
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    top, low = np.outer(U[:, 0], Vt[0]) / s[0], np.outer(U[:, -1], Vt[-1]) / s[-1]
    assert mc.verify_gradient(np.linalg.cond, lambda X: np.linalg.cond(X) * (top - low), X).passed


def test_thresholded_singular_values_are_nearest_under_the_nuclear_norm(rng):
    A, t = rng.standard_normal((4, 3)), 0.6
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    X = (U * np.maximum(s - t, 0)) @ Vt
    cost = lambda Z: mc.norm(Z - A) ** 2 / 2 + t * nuclear.f(Z)
    for Z in rng.standard_normal((200, 4, 3)) * rng.choice([1e-4, 1e-2, 1], (200, 1, 1)):
        assert cost(X + Z) > cost(X)

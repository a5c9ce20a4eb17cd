"""Symmetric eigenvalues, eigenvectors and projectors: closed forms, ties and closed gaps, wrong twins."""

import mpmath
import numpy as np
import pytest

import matcalc as mc
from matcalc.differences import forward
from matcalc.eigenbasis import GAP, gaps
from matcalc.rules.eigen import step_gaps

SYMMETRIC = [mc.eigvalsh, mc.eigh, mc.spectral_projector(1), mc.spectral_projector(2)]
EVERY = pytest.mark.parametrize("F", SYMMETRIC, ids=lambda F: F.name)
WORKED = np.array([[2.0, 2.0], [2.0, 5.0]])  # eigenvalues 1 and 6, eigenvectors (2, −1)/√5 and (1, 2)/√5


def with_values(rng, values):
    """A symmetric matrix with these eigenvalues, and its eigenvectors."""
    Q, _ = np.linalg.qr(rng.standard_normal((len(values), len(values))))
    return (lambda X: (X + X.T) / 2)((Q * values) @ Q.T), Q


def failed(rule):
    return {check.name for check in mc.examine(rule).failures}


@EVERY
@pytest.mark.parametrize("n", [2, 3, 6])
def test_every_size_is_verified(F, n):
    assert mc.verify(F, n=n).evaluations <= 80


@pytest.mark.parametrize("F", [mc.eigvalsh, mc.eigh, mc.spectral_projector(1)], ids=lambda F: F.name)
def test_one_by_one(F):
    assert mc.verify(F, np.array([[-3.0]])).passed


def test_a_worked_example():
    E = np.array([[1.0, 0.0], [0.0, 0.0]])
    (values, V), dF = mc.eigh.linearize(WORKED)
    dvalues, dV = dF(E)
    assert np.allclose(values, [1, 6])
    assert np.allclose(V * np.sqrt(5), [[2, 1], [-1, 2]])
    assert np.allclose(dvalues, [0.8, 0.2])
    assert np.allclose(dV[:, 0], V[:, 1] * (2 / 5) / (1 - 6))
    assert np.allclose(mc.eigvalsh.at(WORKED)(E), dvalues)


def test_the_derivatives_agree_with_50_digit_arithmetic(rng):
    X, _ = with_values(rng, np.array([-1.5, -0.2, 0.6, 2.0]))
    dX = mc.eigh.domain.tangent(rng, X)
    (values, V), dF = mc.eigh.linearize(X)
    with mpmath.workdps(50):
        h, A, dA = mpmath.mpf(10) ** -15, mpmath.matrix(X.tolist()), mpmath.matrix(dX.tolist())
        found = []
        for t in (h, -h):
            E, Q = mpmath.eigsy(A + t * dA)
            signs = [mpmath.sign(sum(Q[i, j] * V[i, j] for i in range(4))) for j in range(4)]
            found.append((E, mpmath.matrix([[Q[i, j] * signs[j] for j in range(4)] for i in range(4)])))
        slopes = [np.array(((a - b) / (2 * h)).tolist(), dtype=float) for a, b in zip(*found, strict=True)]
    dvalues, dV = dF(dX)
    assert mc.norm(dvalues - slopes[0][:, 0]) <= 1e-13 * mc.norm(dvalues)
    assert mc.norm(dV - slopes[1]) <= 1e-12 * mc.norm(dV)
    low = lambda Q: Q[:, :2] @ Q[:, :2].T
    dP = mc.spectral_projector(2).at(X)(dX)
    assert np.allclose(low(V), mc.spectral_projector(2)(X), atol=1e-14)
    assert mc.norm(dP - (dV[:, :2] @ V[:, :2].T + V[:, :2] @ dV[:, :2].T)) <= 1e-12 * mc.norm(dP)


def test_the_sum_of_the_eigenvalues_is_the_trace_and_their_product_the_determinant(rng):
    X = mc.eigvalsh.domain.sample(rng, 5)
    values, dF = mc.eigvalsh.linearize(X)
    assert np.allclose(dF.T(np.ones(5)), np.eye(5))
    assert np.allclose(dF.T(values.prod() / values), mc.det.gradient(X))


def test_eigenvectors_stay_orthonormal_and_satisfy_the_differentiated_equation(rng):
    X = mc.eigh.domain.sample(rng, 5)
    dX = mc.eigh.domain.tangent(rng, X)
    (values, V), dF = mc.eigh.linearize(X)
    dvalues, dV = dF(dX)
    assert np.allclose(V.T @ dV + dV.T @ V, 0)
    assert np.allclose(dX @ V + X @ dV, dV * values + V * dvalues)


def test_a_projector_stays_one_to_first_order(rng):
    F = mc.spectral_projector(2)
    X = F.domain.sample(rng, 5)
    P, dF = F.linearize(X)
    dP = dF(F.domain.tangent(rng, X))
    assert np.allclose(P @ dP + dP @ P, dP)
    assert abs(np.trace(dP)) < 1e-13


# --- what coincides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [mc.eigvalsh, mc.eigvalsh.at, mc.eigh, mc.eigh.at])
@pytest.mark.parametrize("gap", [0.0, 0.5 * GAP])
def test_a_repeated_eigenvalue_is_refused_and_named(call, gap, rng):
    X, _ = with_values(rng, np.array([-1.0, 1.0 - gap, 1.0, 0.5]))
    with pytest.raises(mc.DomainError, match="eigenvalues 3 and 4 coincide: both are 1, their gap is"):
        call(X)


@pytest.mark.parametrize("call", [mc.eigvalsh, mc.eigh])
def test_the_zero_matrix_is_refused(call):
    with pytest.raises(mc.DomainError, match="eigenvalues 1 and 2 coincide"):
        call(np.zeros((2, 2)))


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1e6, 1e100])
def test_the_edge_does_not_depend_on_the_scale(scale, rng):
    near, _ = with_values(rng, np.array([1.0, 1.0 + 1e-6, 2.0]))
    equal, _ = with_values(rng, np.array([1.0, 1.0, 2.0]))
    assert mc.eigvalsh.domain.contains(scale * near)
    assert not mc.eigvalsh.domain.contains(scale * equal)


def test_close_to_a_tie_the_derivative_still_is_right(rng):
    X, _ = with_values(rng, np.array([1.0, 1.0 + 1e-3, 2.0]))
    assert mc.verify(mc.eigvalsh, X).passed
    assert mc.verify(mc.eigh, X).passed


def test_slopes_of_a_repeated_eigenvalue_are_eigenvalues_of_the_compression(rng):
    X, Q = with_values(rng, np.array([1.0, 1.0, 1.0, 3.0]))
    H = mc.eigvalsh.domain.tangent(rng, X)
    inside = np.linalg.eigvalsh(Q[:, :3].T @ H @ Q[:, :3])
    ahead = forward(np.linalg.eigvalsh, X, H, 1e-7)[:3]
    behind = -forward(np.linalg.eigvalsh, X, -H, 1e-7)[:3]
    assert np.allclose(ahead, inside, atol=1e-5)
    assert np.allclose(behind, inside[::-1], atol=1e-5)
    assert not np.allclose(ahead, behind, atol=0.1)
    assert ahead.sum() == pytest.approx(np.trace(Q[:, :3].T @ H @ Q[:, :3]), abs=1e-5)


def test_a_projector_does_not_mind_ties_on_either_side(rng):
    X, _ = with_values(rng, np.array([1.0, 1.0, 4.0, 4.0, 4.0]))
    assert mc.verify(mc.spectral_projector(2), X).passed
    for k, pair in ((1, "1 and 2"), (3, "3 and 4")):
        for call in (mc.spectral_projector(k), mc.spectral_projector(k).at):
            with pytest.raises(mc.DomainError, match=f"eigenvalues {pair} coincide"):
                call(X)


def test_the_projector_on_everything_does_not_move(rng):
    F, X = mc.spectral_projector(3), np.eye(3)
    assert np.allclose(F(X), X)
    assert not F.at(X)(np.ones((3, 3))).any()
    with pytest.raises(mc.DomainError, match="expected at least 3 rows, got 2"):
        F(np.eye(2))


@pytest.mark.parametrize("k", [0, -1, 1.5, "2", True])
def test_a_projector_needs_a_count(k):
    with pytest.raises(ValueError, match="expected a whole number k of at least 1"):
        mc.spectral_projector(k)


# --- the sign --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [mc.eigh, mc.eigh.at])
def test_a_tie_of_the_sign_rule_is_refused_and_named(call):
    with pytest.raises(mc.DomainError, match=r"the sign of eigenvector 1 is not determined: its entries 0\.70"):
        call(np.array([[2.0, 1.0], [1.0, 2.0]]))


def test_two_equal_entries_of_one_sign_are_no_tie():
    Q = np.array([[2.0, 2, -1], [2, -1, 2], [-1, 2, 2]]) / 3  # each column has its largest entry twice
    X = (Q * [1.0, 2.0, 4.0]) @ Q.T
    assert np.allclose(mc.eigh(X)[1], Q)
    assert mc.verify(mc.eigh, X).passed


def test_the_largest_entry_is_positive(rng):
    _, V = mc.eigh(mc.eigh.domain.sample(rng, 6))
    assert (V.max(axis=0) > -V.min(axis=0)).all()


# --- wrong twins -------------------------------------------------------------------------------------------


def test_the_gap_with_its_sign_flipped_is_caught():
    def flipped(X, dX):
        (values, V), dF = mc.eigh.linearize(X)
        return dF(dX)[0], -dF(dX)[1]

    assert failed(mc.eigh.but(differential=flipped)) >= {"difference", "taylor", "adjoint"}


def test_unnormalized_eigenvectors_are_caught():
    def long(X, dX):
        V = np.linalg.eigh(X)[1]
        V = V / V.max(axis=0)
        return np.diag(V.T @ dX @ V)

    assert "difference" in failed(mc.eigvalsh.but(differential=long))


def test_an_adjoint_that_is_not_symmetric_is_its_representative_only_after_sym(rng):
    X = mc.eigh.domain.sample(rng, 4)
    (values, V), dF = mc.eigh.linearize(X)
    bar = (rng.standard_normal(4), rng.standard_normal((4, 4)))
    assert np.array_equal(dF.T(bar), dF.T(bar).T)
    raw = V @ (np.diag(bar[0]) + gaps(values) * (V.T @ bar[1])) @ V.T
    assert np.allclose(dF.T(bar), (raw + raw.T) / 2)
    assert not np.allclose(raw, raw.T)


def test_a_second_differential_without_its_two_is_caught():
    half = lambda X: lambda H, K: mc.eigvalsh.second(X)(H, K) / 2
    assert failed(mc.eigvalsh.but(second_at=half)) == {"second differential"}


def test_the_second_derivative_of_the_largest_is_positive_and_of_the_least_negative(rng):
    X = mc.eigvalsh.domain.sample(rng, 5)
    for _ in range(5):
        H = mc.eigvalsh.domain.tangent(rng, X)
        bend = mc.eigvalsh.second(X)(H, H)
        assert bend[0] < 0 < bend[-1]
        assert abs(bend.sum()) < 1e-12 * np.abs(bend).max()


@EVERY
def test_a_tangent_that_is_not_symmetric_is_refused_and_push_takes_its_symmetric_part(F, rng):
    X = F.domain.sample(rng, 3)
    dF, dX = F.at(X), rng.standard_normal((3, 3))
    with pytest.raises(ValueError, match="the tangent is not symmetric"):
        dF(dX)
    assert np.allclose(mc.vec(dF.push(dX)), mc.vec(dF.push((dX + dX.T) / 2)))


@EVERY
def test_complex_tangents(F, rng):
    X = F.domain.sample(rng, 3)
    dF, A, B = F.at(X), F.domain.tangent(rng, X), F.domain.tangent(rng, X)
    assert np.allclose(mc.vec(dF(A + 1j * B)), mc.vec(dF(A)) + 1j * mc.vec(dF(B)))


@EVERY
def test_a_matrix_that_is_not_symmetric_is_refused(F):
    with pytest.raises(mc.DomainError, match="expected a symmetric matrix"):
        F(np.array([[1.0, 2.0], [3.0, 4.0]]))


def test_the_table_of_a_step_by_hand():
    G = step_gaps(np.array([1.0, 1.0, 3.0]), 2)
    assert np.allclose(G, [[0, 0, -0.5], [0, 0, -0.5], [-0.5, -0.5, 0]])

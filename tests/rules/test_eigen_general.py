"""General eigenvalues and eigenvectors: left vectors, defective matrices, ties of order and phase, wrong twins."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.eigenbasis import turned
from matcalc.rules.eigen_general import largest, simple_spectrum

BOTH = pytest.mark.parametrize("F", [mc.eigvals, mc.eig], ids=lambda F: F.name)
WORKED = np.array([[1.0, 2.0], [0.0, 4.0]])  # eigenvalues 1 and 4, right (1, 0), (2, 3), left (3, −2), (0, 1)


def with_values(rng, blocks):
    S = rng.standard_normal((sum(map(len, blocks)),) * 2) + 3 * np.eye(sum(map(len, blocks)))
    return S @ la.block_diag(*blocks) @ la.inv(S)


def pair(a, b):
    return np.array([[a, b], [-b, a]])


def failed(rule):
    return {check.name for check in mc.examine(rule).failures}


@BOTH
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_every_size_is_verified(F, n):
    assert mc.verify(F, n=n).evaluations <= 80


def test_a_worked_example():
    values, dF = mc.eigvals.linearize(WORKED)
    E = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert values.dtype == complex
    assert np.allclose(values, [1, 4])
    assert np.allclose(dF(E), [-2 / 3, 2 / 3])
    assert np.allclose(dF.matrix @ mc.vec(E), [-2 / 3, 2 / 3])


def test_the_derivatives_agree_with_50_digit_arithmetic(rng):
    X = with_values(rng, [pair(0.5, 1.0), np.array([[2.0]]), np.array([[-1.0]])])
    dX = rng.standard_normal((4, 4))
    (values, V), dF = mc.eig.linearize(X)
    with mpmath.workdps(50):
        h, found = mpmath.mpf(10) ** -15, []
        for t in (h, -h):
            E, Q = mpmath.eig(mpmath.matrix(X.tolist()) + t * mpmath.matrix(dX.tolist()))
            order = [min(range(4), key=lambda i: abs(E[i] - v)) for v in values]
            columns = []
            for i, v in zip(order, V.T, strict=True):
                k, size = int(np.argmax(np.abs(v))), mpmath.norm(Q[:, i])
                columns.append([Q[r, i] / size * abs(Q[k, i]) / Q[k, i] for r in range(4)])
            found.append((mpmath.matrix([E[i] for i in order]), mpmath.matrix(columns).T))
        slopes = [np.array(((a - b) / (2 * h)).tolist(), dtype=complex) for a, b in zip(*found, strict=True)]
    dvalues, dV = dF(dX)
    assert mc.norm(dvalues - slopes[0][:, 0]) <= 1e-12 * mc.norm(dvalues)
    assert mc.norm(dV - slopes[1]) <= 1e-12 * mc.norm(dV)


def test_norm_and_phase_stay_as_the_rule_says(rng):
    X, dX = mc.eig.domain.sample(rng, 5), rng.standard_normal((5, 5))
    (values, V), dF = mc.eig.linearize(X)
    dvalues, dV = dF(dX)
    places = np.abs(V).argmax(axis=0), np.arange(5)
    assert np.allclose(np.linalg.norm(V, axis=0), 1)
    assert np.allclose((V.conj() * dV).sum(axis=0).real, 0)
    assert np.allclose(dV[places].imag, 0)
    assert np.allclose(dX @ V + X @ dV, dV * values + V * dvalues)


def test_on_symmetric_matrices_both_families_agree(rng):
    X = mc.eigh.domain.sample(rng, 4)
    dX = mc.eigh.domain.tangent(rng, X)
    for given, expected in zip(mc.eig.at(X)(dX), mc.eigh.at(X)(dX), strict=True):
        assert np.allclose(given, expected)


def test_conjugate_pairs_move_together(rng):
    X = mc.eigvals.domain.sample(rng, 4)
    values, dF = mc.eigvals.linearize(X)
    d = dF(rng.standard_normal((4, 4)))
    i = int(np.argmax(values.imag))
    j = int(np.argmin(values.imag))
    assert values[i] == values[j].conj()
    assert d[i] == pytest.approx(d[j].conj())


def test_the_sum_of_eigenvalues_is_the_trace(rng):
    X = mc.eigvals.domain.sample(rng, 5)
    assert np.allclose(mc.eigvals.at(X).T(np.ones(5, dtype=complex)), np.eye(5))
    assert np.allclose(mc.eigvals.at(X).T(1j * np.ones(5)), 0)


def test_the_scaled_left_vectors_are_an_inverse(rng):
    values, V, W = simple_spectrum(mc.eigvals.domain.sample(rng, 4))
    inside = W.conj().T @ V
    assert np.allclose(inside, np.diag(np.diag(inside)))


# --- where it stops ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [mc.eigvals, mc.eigvals.at, mc.eig, mc.eig.at])
@pytest.mark.parametrize("size", [2, 3])
def test_a_defective_matrix_is_refused_though_rounding_splits_it(call, size, rng):
    X = with_values(rng, [np.eye(size) + np.eye(size, k=1), np.array([[3.0]])])
    with pytest.raises(mc.DomainError, match=r"coincide to working precision: both are about .*\|wᴴv\|"):
        call(X)


@BOTH
@pytest.mark.parametrize("scale", [1e-300, 1e-140, 1e140, 1e300])
def test_value_and_linearization_agree_at_every_scale(F, scale, rng):
    X = F.domain.sample(rng, 3)
    value, (linearized, dF) = F(scale * X), F.linearize(scale * X)
    lam, again = (value, linearized) if F is mc.eigvals else (value[0], linearized[0])
    assert np.allclose(lam / scale, mc.eigvals(X))
    assert np.allclose(again / scale, mc.eigvals(X))
    dX = rng.standard_normal((3, 3))
    dlam = dF(dX) if F is mc.eigvals else dF(dX)[0]
    assert np.allclose(dlam, mc.eigvals.at(X)(dX))


@BOTH
def test_a_repeated_eigenvalue_with_two_vectors_is_refused_too(F):
    with pytest.raises(mc.DomainError, match="eigenvalues 1 and 2 coincide"):
        F(np.diag([2.0, 2.0, 5.0]))


@pytest.mark.parametrize("block", [pair(1.0, 1e-11), np.diag([1.0, 1.0 + 2e-11])], ids=["conjugates", "real"])
def test_a_pair_nearer_than_the_stated_gap_is_refused_and_one_further_apart_is_not(block):
    wide = 1000 * (block - np.eye(2)) + np.eye(2)
    with pytest.raises(mc.DomainError, match="eigenvalues 1 and 2 coincide to working precision"):
        mc.eigvals(la.block_diag(block, 3.0))
    assert mc.eigvals.domain.contains(la.block_diag(wide, 3.0))


def test_a_triple_on_one_vertical_line_has_no_order(rng):
    X = with_values(rng, [pair(1.0, 2.0), np.array([[1.0]])])
    with pytest.raises(mc.DomainError, match="the order of eigenvalues . and . is a tie: .* share a real part"):
        mc.eigvals(X)
    assert mc.eigvals.domain.contains(with_values(rng, [pair(1.0, 2.0), np.array([[1.1]])]))


@pytest.mark.parametrize("call", [mc.eig, mc.eig.at])
def test_a_rotation_has_eigenvalues_but_its_phase_rule_ties(call):
    X = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert np.allclose(mc.eigvals(X), [-1j, 1j])
    with pytest.raises(mc.DomainError, match="the phase of eigenvector 1 is not determined: its entries 1 and 2 tie"):
        call(X)


def test_equal_real_entries_tie_only_with_opposite_signs():
    assert mc.verify(mc.eig, np.array([[2.0, 1.0], [0.5, 2.5]])).passed  # (1, 1) belongs to 3
    assert not mc.eig.domain.contains(np.array([[1.0, 2.0], [2.0, 1.0]]))


@BOTH
def test_a_nearly_defective_matrix_is_accepted_and_very_sensitive(F):
    X = np.array([[1.0, 1.0], [1e-8, 1.0]])  # eigenvalues 1 ± 1e-4
    E = np.array([[0.0, 0.0], [1.0, 0.0]])
    slope = mc.vec(F.at(X)(E))[:2]
    assert slope == pytest.approx([-5e3, 5e3], rel=1e-6)


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1e6, 1e100])
def test_the_edge_does_not_depend_on_the_scale(scale):
    assert mc.eigvals.domain.contains(scale * WORKED)
    assert not mc.eigvals.domain.contains(scale * np.array([[1.0, 1.0], [0.0, 1.0]]))


# --- wrong twins ---------------------------------------------------------------------------------------------


def test_forgetting_the_left_eigenvector_is_caught():
    def no_left(X, dX):
        V = mc.eig(X)[1]
        return np.diag(V.conj().T @ dX @ V)

    assert failed(mc.eigvals.but(differential=no_left)) >= {"difference", "taylor", "adjoint"}


def test_an_adjoint_with_a_transpose_for_a_conjugate_is_caught():
    def transposed(X, bar):
        V = mc.eig(X)[1]
        return (la.inv(V).T @ np.diag(bar) @ V.T).real

    assert failed(mc.eigvals.but(adjoint=transposed)) == {"adjoint", "printed adjoint"}


def test_another_phase_is_caught_in_the_vectors_only():
    def orthogonal(X, dX):
        (values, V), dF = mc.eig.linearize(X)
        d, dV = dF(dX)
        return d, dV - V * (V.conj() * dV).sum(axis=0)

    report = mc.examine(mc.eig.but(differential=orthogonal))
    assert "of part 2" in report.check("difference").message


def test_complex_tangents_of_the_eigenvalues(rng):
    dF, A, B = mc.eigvals.at(mc.eigvals.domain.sample(rng, 3)), *rng.standard_normal((2, 3, 3))
    assert np.allclose(dF(A + 1j * B), dF(A) + 1j * dF(B))


def test_complex_tangents_of_the_eigenvectors_are_real_linear_only(rng):
    X, A, B = np.diag([1.0, 2, 4]) + 0.3 * rng.standard_normal((3, 3)), *rng.standard_normal((2, 3, 3))
    dF, D, h = mc.eig.at(X), A + 1j * B, 1e-5
    after, before, slopes, turned_by_i = mc.eig.f(X + h * D), mc.eig.f(X - h * D), dF(D), dF(1j * D)
    for part in (0, 1):
        np.testing.assert_allclose((after[part] - before[part]) / (2 * h), slopes[part], atol=1e-7)
    assert np.allclose(turned_by_i[0], 1j * slopes[0])
    assert not np.allclose(turned_by_i[1], 1j * slopes[1], atol=1e-2)


def test_the_general_problem_does_not_need_the_symmetric_one_to_be_imported():
    code = "import sys; import matcalc as mc; mc.verify(mc.eig); mc.verify(mc.eigvals); print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.startswith("matcalc.rules.")] == ["matcalc.rules.eigen_general"]


def test_the_largest_entry_by_hand():
    V = np.array([[0.6j, 1.0], [0.8j, 0.0]])
    assert np.allclose(largest(turned(V)), [[0, 1], [1.25, 0]])


def test_anything_but_a_square_matrix_is_refused():
    with pytest.raises(mc.DomainError, match="expected a square matrix"):
        mc.eig(np.ones((2, 3)))

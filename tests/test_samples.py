"""Generic matrices are what they say: well conditioned, and nothing special by accident."""

import numpy as np
import pytest

from matcalc import samples

SIZES = range(2, 9)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("make", [samples.well_conditioned, samples.positive_definite, samples.symmetric])
def test_the_condition_number_is_small(make, n, rng):
    assert np.linalg.cond(make(rng, n)) < 5


@pytest.mark.parametrize("n", SIZES)
def test_a_generic_matrix_is_not_symmetric_and_not_diagonal(n, rng):
    X = samples.well_conditioned(rng, n)
    assert np.abs(X - X.T).max() > 1e-3
    assert np.abs(X - np.diag(np.diag(X))).max() > 1e-3


@pytest.mark.parametrize("n", SIZES)
def test_symmetric_samples_are_symmetric_to_the_last_bit(n, rng):
    S = samples.symmetric(rng, n)
    assert np.array_equal(S, S.T)
    assert (np.linalg.eigvalsh(S) > 0).any()
    assert (np.linalg.eigvalsh(S) < 0).any()


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("make", [samples.positive_definite, samples.symmetric])
def test_eigenvalues_are_simple(make, n, rng):
    assert np.diff(np.linalg.eigvalsh(make(rng, n))).min() > 1e-2


@pytest.mark.parametrize("n", SIZES)
def test_positive_definite_samples_are(n, rng):
    S = samples.positive_definite(rng, n)
    assert np.array_equal(S, S.T)
    assert np.linalg.eigvalsh(S).min() > 0.4


@pytest.mark.parametrize("n", SIZES)
def test_a_rank_deficient_matrix_has_rank_at_most_n_minus_one(n, rng):
    X = samples.rank_deficient(rng, n)
    assert np.array_equal(X[:, 0], X[:, -1])
    assert np.linalg.matrix_rank(X) < n


def test_a_direction_has_the_shape_of_the_point_part_by_part(rng):
    A, b = samples.gaussian(rng, (np.ones((2, 3)), np.ones(4)))
    assert A.shape == (2, 3)
    assert b.shape == (4,)
    S = samples.symmetric_gaussian(rng, np.ones((3, 3)))
    assert np.array_equal(S, S.T)


def test_singular_values_are_those_that_were_asked_for(rng):
    for m, n in (5, 3), (3, 5), (3, 3):
        found = np.linalg.svd(samples.with_singular_values(rng, np.array([2.0, 1.0]), m, n), compute_uv=False)
        assert np.allclose(found, [2, 1, 0], atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_singular_values_apart_and_tied(n, rng):
    X, s = samples.spread(rng, n), np.linalg.svd(samples.spread(rng, n), compute_uv=False)
    assert X.shape == ((n + 2, n) if n % 2 else (n, n + 2))
    assert np.all(s > 0.4)
    assert np.all(s < 2.4)
    assert np.all(np.diff(s) < -0.05)
    t = np.linalg.svd(samples.tied(rng, n), compute_uv=False)
    assert np.allclose(t[:2], 2)
    assert np.all(t[2:] < 1.9)

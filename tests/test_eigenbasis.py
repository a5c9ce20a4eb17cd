"""What the eigenvalue problems share, by hand: gaps, phases, order, and the names that printed formulas use."""

import numpy as np

from matcalc.eigenbasis import eigenvectors, gaps, in_order, turned
from matcalc.formula import FUNCTIONS


def test_the_gaps_by_hand():
    assert np.allclose(gaps(np.array([1.0, 3.0])), [[0, 0.5], [-0.5, 0]])
    assert np.array_equal(gaps(np.array([2.0])), [[0.0]])


def test_the_largest_entry_of_a_turned_column_is_positive():
    V = np.array([[0.6j, 1.0], [0.8j, 0.0]])
    assert np.allclose(turned(V), [[0.6, 1], [0.8, 0]])
    assert np.allclose(turned(np.array([[0.6], [-0.8]])), [[-0.6], [0.8]])


def test_the_order_is_by_real_part_then_by_imaginary_part():
    values = np.array([2.0, 1 + 1j, 1 - 1j])
    assert in_order(values).tolist() == [2, 1, 0]


def test_eigenvectors_of_both_kinds_of_matrices(rng):
    X = rng.standard_normal((4, 4))
    for A in (X, X + X.T):
        V = eigenvectors(A)
        D = np.linalg.solve(V, A @ V)
        assert np.allclose(D, np.diag(np.diag(D)))
        assert np.all(np.diff(np.diag(D).real) > -1e-12)


def test_the_printed_names():
    columns = FUNCTIONS["khatrirao"](np.eye(2), np.array([[1.0, 2], [3, 4]]))
    assert np.allclose(columns, [[1, 0], [3, 0], [0, 2], [0, 4]])
    assert (FUNCTIONS["gaps"], FUNCTIONS["eigenvectors"]) == (gaps, eigenvectors)

"""Special points are recognized and named, and a generic point is found beside them."""

import numpy as np
import pytest

from matcalc import domains
from matcalc.samples import gaussian
from matcalc.special import generic_near, remarks

A = np.random.default_rng(4).standard_normal((3, 3))
Q = np.linalg.qr(A)[0]

SPECIAL = {
    "zero": np.zeros((2, 3)),
    "a 1×1 matrix": np.array([[2.0]]),
    "a multiple of the identity": -3 * np.eye(3),
    "diagonal": np.diag([1.0, 2.0, -1.0]),
    "symmetric": A + A.T,
    "antisymmetric": A - A.T,
    "orthogonal up to a factor": 1e-3 * Q,
}
GENERIC = [A, A[:2], np.arange(1.0, 4), np.float64(2), A + A.T + 1e-6 * A, (A, A[0])]


@pytest.mark.parametrize("word", SPECIAL)
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_special_point_is_named(word, scale):
    assert remarks(scale * SPECIAL[word], None) == (f"X is {word}: some mistakes cannot be seen there",)


@pytest.mark.parametrize("X", GENERIC, ids=range(len(GENERIC)))
def test_a_generic_point_is_not_remarked_on(X):
    assert remarks(X, None) == ()


def test_the_special_part_of_a_tuple_is_named():
    assert remarks((A, np.eye(2)), None) == (
        "X is special in part 2 (a multiple of the identity): some mistakes cannot be seen there",
    )


def test_what_is_usual_in_the_domain_is_not_remarked_on(rng):
    assert remarks(SPECIAL["symmetric"], domains.SYMMETRIC.sample(rng, 4)) == ()
    assert remarks(SPECIAL["diagonal"], domains.SYMMETRIC.sample(rng, 4)) != ()


def test_complex_matrices_are_looked_at_without_conjugation():
    assert remarks(A + A.T + 1j * (A + A.T), None) != ()
    assert remarks(A + 1j * A.T, None) == ()


@pytest.mark.parametrize("word", [word for word in SPECIAL if word != "a 1×1 matrix"])
def test_a_generic_point_is_found_nearby(word, rng):
    near = generic_near(np.sum, SPECIAL[word], rng, gaussian, None)
    assert remarks(near, None) == ()
    assert near.shape == SPECIAL[word].shape


def test_the_generic_point_stays_in_the_domain_and_where_f_has_a_value(rng):
    X = np.diag([1.0, 1.0, 0.02])

    def f(X):
        if np.linalg.det(X) <= 0:
            raise np.linalg.LinAlgError("outside")
        return np.log(np.linalg.det(X))

    for _ in range(20):
        near = generic_near(f, X, rng, gaussian, domains.INVERTIBLE)
        assert near is None or np.isfinite(f(near))


def test_where_there_is_none_none_is_found(rng):
    assert generic_near(lambda X: np.nan, np.eye(2), rng, gaussian, None) is None
    assert generic_near(lambda X: 1 / 0, np.eye(2), rng, gaussian, None) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1.0, 1e200, 1e307])
def test_what_is_special_is_seen_at_any_size(scale):
    assert "orthogonal" in remarks(scale * Q, None)[0] or scale < 1e-300  # subnormal numbers have few digits
    assert remarks(scale * A, None) == ()

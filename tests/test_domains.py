"""A domain knows its members, its samples are generic members, and what is outside is named."""

from dataclasses import replace

import numpy as np
import pytest

import matcalc as mc
from matcalc import domains
from matcalc.samples import gaussian
from matcalc.spaces import norm, shape_of, step, vec

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
SIZES = (2, 3, 4, 7)
NAMED = [value for value in vars(domains).values() if isinstance(value, domains.Domain)]
SURFACES = {"pinv_of_rank(2)"}
every_domain = pytest.mark.parametrize("domain", NAMED, ids=lambda domain: domain.name)


def parts_of(X):
    return X if isinstance(X, tuple) else (X,)


@every_rule
def test_samples_belong_to_the_domain(F, rng):
    for n in SIZES * 3:
        assert F.domain.complaint(F.domain.sample(rng, n)) is None


@every_rule
def test_samples_can_move_along_tangents(F, rng):
    X = F.domain.sample(rng, 4)
    dX = F.domain.tangent(rng, X)
    assert shape_of(dX) == shape_of(X)
    assert F.domain.direction(X, dX) is None
    moved = step(X, 1e-4 * norm(X) / norm(dX), dX)
    if F.name in SURFACES:  # the rule is stated on a surface; its function has values around it
        assert np.isfinite(vec(F.f(moved))).all()
    else:
        assert F.domain.contains(moved)


@every_rule
def test_samples_are_generic(F, rng):
    for X in (F.domain.sample(rng, n) for n in SIZES):
        any_direction = F.domain.direction(X, gaussian(rng, X)) is None
        for matrix in (part for part in parts_of(X) if np.ndim(part) == 2):
            assert matrix.size > 1
            if matrix.shape[0] == matrix.shape[1]:
                assert norm(matrix - np.diag(np.diag(matrix))) > 1e-3 * norm(matrix)
                assert not any_direction or norm(matrix - matrix.T) > 1e-3 * norm(matrix)


@every_rule
def test_square_samples_are_well_conditioned(F, rng):
    for part in (part for n in SIZES for part in parts_of(F.domain.sample(rng, n))):
        if np.ndim(part) == 2 and part.shape[0] == part.shape[1]:
            assert np.linalg.cond(part) < 1e3


@pytest.mark.parametrize("domain", [domains.MATRICES, domains.PRODUCTS, domains.EQUAL_SHAPES])
def test_dimensions_of_a_sample_are_different(domain, rng):
    lengths = {length for part in parts_of(domain.sample(rng, 3)) for length in part.shape}
    assert len(lengths) == (3 if domain is domains.PRODUCTS else 2)


@every_rule
def test_outside_is_refused_with_the_names_of_rule_and_domain(F, rng):
    for outside, call in ((F.domain.outside(rng, n), call) for n in (1, *SIZES) for call in (F, F.at, F.linearize)):
        assert not F.domain.contains(outside)
        with pytest.raises(mc.DomainError) as caught:
            call(outside)
        assert F.name in str(caught.value)
        assert F.domain.name in str(caught.value)
        assert caught.value.reason in str(caught.value)


@every_domain
@pytest.mark.parametrize("X", [None, "text", [[1, 2], [3]], np.nan, np.empty((0, 0)), 1j, np.ones((2, 2, 2))])
def test_nonsense_is_outside_of_every_domain(domain, X):
    assert isinstance(domain.complaint(X), str)


@every_domain
def test_tuples_are_told_from_arrays(domain, rng):
    X = domain.sample(rng, 3)
    assert not domain.contains((X, X) if not isinstance(X, tuple) else X[0])


@pytest.mark.parametrize(
    ("domain", "X", "said"),
    [
        (domains.MATRICES, 2.0, "got a number"),
        (domains.MATRICES, np.ones(3), "got a vector of length 3"),
        (domains.MATRICES, (np.ones((2, 2)), np.ones(2)), "got a tuple of shapes (2×2, 2)"),
        (domains.MATRICES, np.ones((2, 3, 4)), "got an array of shape 2×3×4"),
        (domains.SQUARE, np.ones((2, 3)), "got a matrix of shape 2×3"),
        (domains.PRODUCTS, (np.ones((2, 3)), np.ones((2, 3))), "got shapes (2×3, 2×3)"),
        (domains.INVERTIBLE, np.ones((3, 3)), "singular"),
        (domains.INVERTIBLE, np.zeros((3, 3)), "singular"),
        (domains.INVERTIBLE, np.zeros((1, 1)), "singular"),
        (domains.INVERTIBLE, np.diag([1.0, 1e-17]), "singular to working precision"),
        (domains.LINEAR_SYSTEMS, (np.eye(3), np.ones(2)), "as many rows in B as in A"),
        (domains.SYMMETRIC, np.array([[1.0, 2.0], [2.1, 1.0]]), "up to 1.0e-01"),
        (domains.POSITIVE_DEFINITE, np.diag([1.0, 2.0, -1.0]), "minor of order 3"),
    ],
)
def test_a_complaint_says_what_was_given(domain, X, said):
    assert said in domain.complaint(X)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_membership_does_not_depend_on_the_scale(scale, rng):
    X = scale * domains.INVERTIBLE.sample(rng, 5)
    assert domains.INVERTIBLE.contains(X)
    assert not domains.INVERTIBLE.contains(scale * domains.INVERTIBLE.outside(rng, 5))


def test_a_positive_number_is_a_float_and_others_are_named_with_their_rule():
    assert isinstance(domains.positive(2, "ridge"), float)
    for lam in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match=f"ridge: expected a finite λ > 0, got {lam:g}"):
            domains.positive(lam, "ridge")


def test_a_domain_can_be_narrowed():
    unit = replace(domains.SQUARE, interior=lambda X: None if abs(np.linalg.det(X)) == 1 else "determinant not ±1")
    assert unit.contains(np.eye(3))
    assert unit.complaint(2 * np.eye(3)) == "determinant not ±1"

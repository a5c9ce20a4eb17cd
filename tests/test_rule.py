"""What every rule promises to its callers: one value, clear refusals, nothing changed in place, one factorization."""

from unittest.mock import patch

import numpy as np
import pytest
import scipy.linalg as la

import matcalc as mc
from matcalc.samples import gaussian
from matcalc.spaces import norm, shape_of, size, unvec, vec

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
FACTORISATIONS = [
    *[(np.linalg, name) for name in ("inv", "solve", "det", "slogdet", "svd", "eig", "eigh", "qr", "cholesky")],
    *[(la, name) for name in ("inv", "solve", "det", "svd", "eig", "eigh", "qr", "cholesky", "lu", "lu_factor")],
    *[(la.lapack, name) for name in ("dgetrf", "dgetri", "dpotrf", "dpotri")],
]


def spoilt(X, change):
    """X with its last part changed."""
    return (*X[:-1], change(X[-1])) if isinstance(X, tuple) else change(X)


def with_entry(value):
    def change(A):
        A = np.array(A)
        A.flat[-1] = value
        return A

    return change


BAD = {
    "NaN": (with_entry(np.nan), ValueError, "1 NaN among"),
    "inf": (with_entry(np.inf), ValueError, "1 infinite among"),
    "complex": (lambda A: A + 1j, TypeError, "expected real numbers, got complex"),
    "text": (lambda A: np.full(np.shape(A), "a"), TypeError, "expected an array of numbers"),
    "None": (lambda A: None, TypeError, "NoneType"),
    "ragged": (lambda A: [[1.0, 2.0], [3.0]], TypeError, "rows of different lengths"),
    "empty": (lambda A: np.empty((0, 0)), mc.ShapeError, "empty array"),
    "bool": (lambda A: np.ones(np.shape(A), dtype=bool), TypeError, "bool"),
}


@every_rule
@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_point_is_refused_with_the_name_of_the_rule(F, bad, rng):
    change, error, said = BAD[bad]
    X = spoilt(F.domain.sample(rng, 3), change)
    for call in (F, F.at, F.linearize):
        with pytest.raises(error, match=said) as caught:
            call(X)
        assert str(caught.value).startswith(F.name)


@every_rule
def test_whole_numbers_are_taken_as_floats(F, rng):
    X = F.domain.sample(rng, 3)
    whole = unvec(np.round(40 * vec(X)), shape_of(X))
    if not F.domain.contains(whole):
        pytest.skip("rounding leaves the domain")
    integers = tuple(part.astype(int) for part in whole) if isinstance(X, tuple) else whole.astype(int)
    Y, dF = F.linearize(integers)
    assert vec(Y).dtype in (float, complex)
    again = vec(F.linearize(whole)[0])  # equal but for the last bits, which depend on where in memory the numbers are
    assert np.linalg.norm(vec(Y) - again) <= 1e-13 * np.linalg.norm(again)
    ones = unvec(np.ones(size(shape_of(X)), dtype=int), shape_of(X))
    assert vec(dF(ones)).dtype == vec(Y).dtype


@every_rule
def test_the_value_is_the_same_from_call_and_linearize(F, rng):
    X = F.domain.sample(rng, 5)
    Y, dF = F.linearize(X)
    assert norm(vec(F(X)) - vec(Y)) <= 1e-13 * norm(Y)
    assert dF.input_shape == shape_of(X)
    assert dF.output_shape == shape_of(Y) == shape_of(F(X))


@every_rule
def test_nothing_is_changed_in_place(F, rng):
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    dX, Ybar = F.domain.tangent(rng, X), gaussian(rng, Y)
    before = [vec(point).copy() for point in (X, dX, Ybar)]
    F(X), F.at(X), dF(dX), dF.T(Ybar), dF.matrix
    assert all(np.array_equal(vec(point), old) for point, old in zip((X, dX, Ybar), before, strict=True))


@every_rule
def test_directions_cost_no_factorization(F, rng):
    X = F.domain.sample(rng, 4)
    Y, dF = F.linearize(X)
    spies = [patch.object(module, name, side_effect=AssertionError(name)) for module, name in FACTORISATIONS]
    for spy in spies:
        spy.start()
    try:
        for _ in range(3):
            dF(F.domain.tangent(rng, X))
            dF.T(gaussian(rng, Y))
    finally:
        for spy in spies:
            spy.stop()


@every_rule
def test_a_gradient_belongs_to_a_number(F, rng):
    X = F.domain.sample(rng, 3)
    if shape_of(F(X)) == ():
        assert shape_of(F.gradient(X)) == shape_of(X)
    else:
        with pytest.raises(TypeError, match="a gradient belongs to a scalar-valued function"):
            F.gradient(X)


@every_rule
def test_a_rule_prints_and_cites(F):
    assert repr(F) == f"Rule({F.name} on {F.domain.name})"
    assert F.source.split(",")[0].isidentifier()
    assert F.formulas.differential
    assert F.formulas.adjoint


@pytest.mark.parametrize("F", [F for F in mc.RULES if F.second_at], ids=lambda F: F.name)
def test_a_second_differential_is_symmetric_and_wants_tangents_of_the_right_shape(F, rng):
    X = F.domain.sample(rng, 3)
    dX, dZ = F.domain.tangent(rng, X), F.domain.tangent(rng, X)
    second = F.second(X)
    assert norm(vec(second(dX, dZ)) - vec(second(dZ, dX))) <= 1e-11 * norm(second(dX, dZ))
    with pytest.raises(mc.ShapeError, match="expected tangents of shape"):
        second(dX, np.ones((7, 1)))


def test_a_rule_without_a_second_differential_says_so():
    with pytest.raises(NotImplementedError, match="lu: no second differential"):
        mc.lu.second(np.eye(2))


def test_a_result_too_large_is_an_overflow_not_an_infinity():
    with pytest.raises(OverflowError, match=r"power\(5\): the result is too large"):
        mc.power(5)(1e80 * np.eye(2))
    with pytest.raises(OverflowError, match="too large"):
        mc.power(5).at(1e80 * np.eye(2))


def test_a_failure_of_the_linear_algebra_is_a_domain_error():
    def fails(X):
        raise np.linalg.LinAlgError("did not converge")

    F = mc.Rule("failing", fails, fails, mc.domains.SQUARE, None, "nobody")
    for call in (F, F.at):
        with pytest.raises(mc.DomainError, match="failing is defined on square matrices; did not converge"):
            call(np.eye(2))


def test_but_replaces_one_part_and_leaves_the_rule_alone(rng):
    X, dX = rng.standard_normal((2, 3, 3))
    twin = mc.transpose.but(differential=lambda X, dX: dX)
    assert np.array_equal(twin.at(X)(dX), dX)
    assert np.array_equal(twin.at(X).T(dX), dX.T)
    assert np.array_equal(mc.transpose.at(X)(dX), dX.T)
    assert twin.name == "transpose (altered)"
    assert twin.but(f=lambda X: 2 * X)(X).tolist() == (2 * X).tolist()


def changed(X):
    """Overwrite the arrays of a point, as a careless reader might."""
    for part in X if isinstance(X, tuple) else (X,):
        if np.ndim(part):
            part[...] = 777.0


@every_rule
def test_nothing_that_is_handed_out_leads_back_into_the_map(F, rng):
    X = F.domain.sample(rng, 3)
    Y, dF = F.linearize(X)
    dX, Ybar = F.domain.tangent(rng, X), gaussian(rng, Y)
    before = [vec(part) for part in (dF(dX), dF.T(Ybar), dX, Ybar)]
    for handed in (Y, X, dF(dX), dF.T(Ybar), dF.matrix):
        changed(handed)
    for part, old in zip((dF(dX), dF.T(Ybar), dX, Ybar), before, strict=True):
        assert np.array_equal(vec(part), old)


def test_a_replaced_part_cannot_change_the_point_or_the_tangent(rng):
    def careless(X, Z):
        X *= 0
        Z *= 0
        return Z

    X, dX = mc.inverse.domain.sample(rng, 3), rng.standard_normal((3, 3))
    dF, kept = mc.inverse.but(differential=careless).at(X), dX.copy()
    right = mc.inverse.at(X).T(dX)
    dF(dX)
    assert np.array_equal(dX, kept)
    assert np.array_equal(dF.T(dX), right)


@pytest.mark.parametrize(("part", "error", "said"), [
    ({"differential": lambda X, dX: vec(dX)}, mc.ShapeError, "expected a result of shape 2×2, got 4"),
    ({"differential": lambda X, dX: None}, mc.ShapeError, "got a number"),
    ({"differential": lambda X, dX: dX.astype(str)}, TypeError, "dtype"),
    ({"differential": lambda X, dX: dX * np.nan}, OverflowError, "inverse .altered.′: the result is too large"),
])  # fmt: skip
def test_a_nonsensical_part_is_refused_by_name(part, error, said):
    with pytest.raises(error, match=said):
        mc.inverse.but(**part).at(np.eye(2))(np.eye(2))


@pytest.mark.parametrize("f", [lambda X: None, lambda X: "Y", lambda X: [[1], [2, 3]]])
def test_a_value_that_is_no_numbers_is_refused_by_name(f):
    with pytest.raises(TypeError, match=r"inverse .altered.: the result"):
        mc.inverse.but(f=f)(np.eye(2))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("call", [
    lambda: mc.inverse.at(1e-200 * np.eye(2))(np.eye(2)), lambda: mc.inverse.at(1e-200 * np.eye(2)).matrix,
    lambda: mc.inverse.at(1e-200 * np.eye(2)).T.matrix, lambda: mc.power(2).at(np.eye(2))(1.7e308 * np.ones((2, 2))),
    lambda: mc.power(2)(1.7e308 * np.ones((2, 2))),
])  # fmt: skip
def test_what_is_too_large_is_an_error_without_a_warning(call):
    with pytest.raises(OverflowError, match="too large"):
        call()


@pytest.mark.filterwarnings("error")
def test_the_domain_is_asked_without_a_warning():
    with pytest.raises(ValueError, match="^inverse"):
        mc.inverse(1.7e308 * np.array([[1.0, -1.0], [1.0, 1.0]]))


@pytest.mark.parametrize(("said", "error"), [("array must not contain infs or NaNs", OverflowError),
                                             ("operands do not fit", ValueError)])  # fmt: skip
def test_an_error_from_inside_gets_the_name_of_the_rule(said, error):
    def fails(X):
        raise ValueError(said)

    F = mc.Rule("failing", fails, fails, mc.domains.SQUARE, None, "nobody")
    for call in (F, F.at):
        with pytest.raises(error, match=f"^failing: {said}"):
            call(np.eye(2))


@pytest.mark.parametrize(("dX", "error", "said"), [
    ("x", TypeError, "str"), (np.nan * np.eye(2), ValueError, "4 NaN"), (np.eye(3), mc.ShapeError, "3×3"),
])  # fmt: skip
def test_a_second_differential_refuses_what_is_no_tangent(dX, error, said):
    for second in (mc.inverse.second(np.eye(2)), mc.second_order.second(mc.inverse, np.eye(2))):
        assert np.array_equal(second([[1, 0], [0, 1]], np.eye(2)), 2 * np.eye(2))
        with pytest.raises(error, match=f"inverse″.*{said}"):
            second(dX, np.eye(2))


def test_an_error_keeps_its_kind():
    def fails(X):
        raise mc.ShapeError("odd")

    with pytest.raises(mc.ShapeError, match="^failing: odd"):
        mc.Rule("failing", fails, fails, mc.domains.SQUARE, None, "nobody")(np.eye(2))


@every_rule
def test_a_rule_tells_its_domain_its_shapes_and_its_source(F):
    for said in (F.name, F.domain.name, F.source, *F.formulas.shapes.values()):
        assert said in F.__doc__
    assert "A function F" in mc.Rule.__doc__

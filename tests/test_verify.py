"""The chain of evidence: every rule passes it, every kind of wrong twin fails in the expected line and only there."""

from dataclasses import replace

import numpy as np
import pytest

import matcalc as mc
from matcalc.spaces import norm, shape_of, step, text

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)


def more(Y, share=1e-3):
    """(1 + share) Y, part by part."""
    return step(Y, share, Y)


def failures(F):
    return {check.name for check in mc.examine(F).failures}


def printed(F, *parts):
    """The names of the checks on those formulas of F that are printed."""
    return {f"printed {part}" for part in parts if getattr(F.formulas, part) is not None}


def writes_a_matrix(F):
    return F.at(F.domain.sample(np.random.default_rng(0), 3)).formula is not None


def bends(F):
    """Whether F states a second differential, and one that is not zero."""
    rng = np.random.default_rng(0)
    X = F.domain.sample(rng, 3)
    return F.second_at is not None and norm(F.second(X)(F.domain.tangent(rng, X), F.domain.tangent(rng, X))) > 0


@every_rule
@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_every_rule_is_verified_at_a_bounded_cost(F, n):
    report = mc.verify(F, n=n, rng=np.random.default_rng(n))
    assert report.evaluations <= 80


@every_rule
@pytest.mark.parametrize("seed", range(4))
def test_every_rule_is_verified_for_every_seed(F, seed):
    assert mc.verify(F, rng=np.random.default_rng(seed)).passed


@every_rule
def test_a_report_has_a_line_for_each_piece_of_evidence(F):
    names = [check.name for check in mc.examine(F).checks]
    expected = {"value", "difference", "taylor", "linearity", "adjoint", "domain"}
    expected |= printed(F, "value", "differential", "adjoint", "jacobian")
    expected |= {"matrix"} if writes_a_matrix(F) else set()
    expected |= {"second differential"} if F.second_at else set()
    assert set(names) == expected
    assert len(names) == len(expected)


# --- wrong twins -------------------------------------------------------------------------------------


@every_rule
@pytest.mark.parametrize("share", [1e-4, -2.0])
def test_a_wrong_differential_is_caught_by_values_and_no_longer_fits_the_rest(F, share):
    twin = F.but(differential=lambda X, dX: more(F.at(X)(dX), share))
    expected = {"difference", "taylor", "adjoint"} | printed(F, "differential")
    expected |= {"matrix"} if writes_a_matrix(F) else printed(F, "jacobian")
    expected |= {"second differential"} if bends(F) else set()
    assert failures(twin) == expected


@every_rule
@pytest.mark.parametrize("share", [1e-6, -2.0])
def test_a_wrong_adjoint_is_caught_by_the_inner_product_only(F, share):
    twin = F.but(adjoint=lambda X, Ybar: more(F.at(X).T(Ybar), share))
    assert failures(twin) == {"adjoint"} | printed(F, "adjoint")


@every_rule
@pytest.mark.parametrize("share", [1e-6, -2.0])
def test_a_wrong_matrix_is_caught_by_its_columns_only(F, share):
    twin = F.but(matrix=lambda X: more(F.at(X).matrix, share))
    assert failures(twin) == {"matrix"} | printed(F, "jacobian")


@every_rule
def test_a_wrong_value_is_caught_twice(F):
    twin = F.but(f=lambda X: more(F.f(X)))
    assert failures(twin) == {"value", "difference", "taylor"}


@every_rule
@pytest.mark.parametrize("part", ["value", "differential", "adjoint", "jacobian"])
def test_a_wrong_formula_is_caught_in_its_own_line(F, part):
    right = getattr(F.formulas, part)
    if right is None:
        pytest.skip(f"no {part} is printed")
    last = right[-1] if isinstance(right, tuple) else right
    sides = last.split("=")
    wrong = "=".join([rf"\frac{{1}}{{2}} \left({sides[0]}\right)", *sides[1:]])
    changed = replace(F.formulas, **{part: (*right[:-1], wrong) if isinstance(right, tuple) else wrong})
    assert failures(F.but(formulas=changed)) == {f"printed {part}"}


@every_rule
def test_a_formula_that_cannot_be_read_is_caught_in_its_own_line(F):
    report = mc.examine(F.but(formulas=replace(F.formulas, adjoint=r"\frac{")))
    assert {check.name for check in report.failures} == {"printed adjoint"}
    assert "FormulaError" in report.check("printed adjoint").message


@every_rule
def test_a_differential_that_is_not_linear_is_caught(F):
    twin = F.but(differential=lambda X, dX: more(F.at(X)(dX), 1e-3 * norm(dX)))
    report = mc.examine(twin)
    assert not report.check("linearity").passed
    assert "not linear in dX" in report.check("linearity").message


@every_rule
def test_a_differential_of_the_wrong_shape_is_a_failed_check_and_no_crash(F):
    report = mc.examine(F.but(differential=lambda X, dX: np.ones(97)))
    assert not report.check("difference").passed
    assert not report.check("adjoint").passed


@every_rule
@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_differential_that_is_not_finite_is_caught(F, bad):
    assert {"difference", "taylor"} <= failures(F.but(differential=lambda X, dX: step(F.at(X)(dX), bad, F.at(X)(dX))))


@every_rule
def test_an_adjoint_of_the_wrong_shape_is_caught_with_both_shapes(F):
    X = F.domain.sample(np.random.default_rng(1), 3)
    report = mc.examine(F.but(adjoint=lambda X, Ybar: np.ones(97)), X)
    expected = f"adjoint: expected a result of shape {text(shape_of(X))}, got 97"
    assert report.check("adjoint").message.endswith(expected)


@every_rule
def test_a_domain_that_refuses_nothing_is_caught(F):
    wide = replace(F.domain, outside=F.domain.sample)
    twin = mc.Rule(F.name, F.f, F._linearize, wide, F.formulas, F.source)
    assert failures(twin) == {"domain"}
    assert "F(X) answers at a point outside" in mc.examine(twin).check("domain").message


@every_rule
def test_a_domain_that_refuses_its_samples_is_caught(F, rng):
    twin = F.but()
    twin.domain = replace(F.domain, interior=lambda X: "never")
    assert "a sample of the domain is refused: never" in mc.examine(twin).check("domain").message


@pytest.mark.parametrize("F", [F for F in mc.RULES if bends(F)], ids=lambda F: F.name)
def test_a_wrong_second_differential_is_caught_in_its_own_line(F):
    twin = F.but(second_at=lambda X: lambda dX, dZ: more(F.second(X)(dX, dZ)))
    assert failures(twin) == {"second differential"}


Y_OF = np.linalg.inv
TEMPTING = {  # the rule, the part, what people write for it, and where it is caught first
    "inverse without its minus": (mc.inverse, "differential", lambda X, dX: Y_OF(X) @ dX @ Y_OF(X), "difference"),
    "inverse, order": (mc.inverse, "differential", lambda X, dX: -dX @ Y_OF(X) @ Y_OF(X), "difference"),
    "inverse, dX transposed": (mc.inverse, "differential", lambda X, dX: -Y_OF(X) @ dX.T @ Y_OF(X), "difference"),
    "inverse, adjoint not transposed": (mc.inverse, "adjoint", lambda X, Z: -Y_OF(X) @ Z @ Y_OF(X), "adjoint"),
    "inverse, kron swapped": (mc.inverse, "matrix", lambda X: -np.kron(Y_OF(X), Y_OF(X).T), "matrix"),
    "square as 2 X dX": (mc.power(2), "differential", lambda X, dX: 2 * X @ dX, "difference"),
    "square, adjoint not transposed": (mc.power(2), "adjoint", lambda X, Z: Z @ X + X @ Z, "adjoint"),
    "product, second term dropped": (mc.product, "differential", lambda X, dX: dX[0] @ X[1], "difference"),
    "product, factors swapped": (mc.product, "adjoint", lambda X, Z: (X[0] @ X[1] @ Z.T, Z), "adjoint"),
    "transpose as the identity matrix": (mc.transpose, "matrix", lambda X: np.eye(X.size), "matrix"),
    "hadamard, tangents multiplied": (mc.hadamard, "differential", lambda X, dX: dX[0] * dX[1], "linearity"),
    "solve, dA forgotten": (mc.solve, "differential", lambda X, dX: np.linalg.solve(X[0], dX[1]), "difference"),
    "lu, everything kept": (mc.lu_unpivoted, "differential", lambda X, dX: (np.tril(dX), np.triu(dX)), "difference"),
}


@pytest.mark.parametrize("name", TEMPTING)
def test_a_tempting_mistake_is_refused_in_the_expected_line(name):
    F, part, wrong, line = TEMPTING[name]
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify(F.but(**{part: wrong}))
    assert not caught.value.report.check(line).passed
    assert "altered" in str(caught.value)


# --- at a point of one's own ---------------------------------------------------------------------------


def test_a_rule_can_be_verified_at_a_given_point():
    report = mc.verify(mc.inverse, np.diag([1.0, 2.0, 4.0]))
    assert report.notes == ("X is diagonal: some mistakes cannot be seen there",)
    with pytest.raises(mc.DomainError):
        mc.verify(mc.inverse, np.ones((3, 3)))


def test_at_a_special_point_a_generic_one_is_examined_too():
    F = mc.power(2)
    twin = F.but(differential=lambda X, dX: 2 * X @ dX)  # right at the identity
    assert not mc.examine(twin, np.eye(3)).check("difference").passed


@pytest.mark.parametrize("n", [20, 100])
def test_the_cost_does_not_grow_and_no_large_matrix_is_built(n, rng):
    twin = mc.inverse.but(matrix=lambda X: pytest.fail("the matrix was built"))
    report = mc.examine(twin, n=n)
    assert report.passed
    assert report.evaluations <= 50
    assert "matrix" not in {check.name for check in report.checks}


def test_examine_never_raises_for_a_wrong_rule_and_verify_always_does():
    def fails(X, *_):
        raise RuntimeError("broken")

    twin = mc.inverse.but(differential=fails, adjoint=fails, matrix=fails)
    report = mc.examine(twin)
    assert {"difference", "taylor", "linearity", "adjoint", "matrix"} <= {check.name for check in report.failures}
    assert "RuntimeError: broken" in report.check("linearity").message
    with pytest.raises(mc.VerificationError) as caught:
        mc.verify(twin)
    assert caught.value.report.subject == twin.name


@pytest.mark.parametrize("F", [None, "inverse", np.linalg.inv])
def test_only_rules_are_verified(F):
    with pytest.raises(TypeError, match="expected a rule"):
        mc.verify(F)


def test_a_differential_of_another_shape_is_refused_though_its_numbers_are_right():
    twin = mc.transpose.but(differential=lambda X, dX: dX.reshape(-1))  # vec(dXᵀ), as a vector
    assert "ShapeError" in mc.examine(twin).check("difference").message

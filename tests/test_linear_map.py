"""One map, five faces: push, pull, matrix, operator and composition agree, for every rule and for maps at random."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.linalg import aslinearoperator

import matcalc as mc
from matcalc.samples import gaussian
from matcalc.spaces import inner, norm, shape_of, size, step, unvec, vec

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)


@pytest.fixture
def at(F, rng):
    """A point of the rule, its value and its derivative there."""
    X = F.domain.sample(rng, 3)
    return X, *F.linearize(X)


def close(A, B, relative=1e-12):
    return shape_of(A) == shape_of(B) and norm(vec(A) - vec(B)) <= relative * max(norm(A), norm(B))


@every_rule
def test_the_adjoint_moves_the_map_across_the_inner_product(F, at, rng):
    X, Y, dF = at
    dX, Ybar = F.domain.tangent(rng, X), gaussian(rng, Y)
    assert inner(Ybar, dF(dX)) == pytest.approx(inner(dF.T(Ybar), dX), abs=1e-12 * norm(Ybar) * norm(dF(dX)))


@every_rule
def test_the_adjoint_of_the_adjoint_is_the_same_object(F, at):
    dF = at[2]
    assert dF.T.T is dF
    assert dF.T is dF.T
    assert (dF.T.input_shape, dF.T.output_shape) == (dF.output_shape, dF.input_shape)


@every_rule
def test_the_matrix_is_made_of_the_images_of_unit_tangents(F, at):
    X, Y, dF = at
    assert dF.matrix.shape == (size(shape_of(Y)), size(shape_of(X)))
    assert close(dF.matrix, dF.columns())
    assert close(dF.T.matrix, np.real(dF.matrix).T)


@every_rule
def test_the_matrix_acts_on_vec(F, at, rng):
    X, _, dF = at
    dX = F.domain.tangent(rng, X)
    assert close(dF.matrix @ vec(dX), vec(dF(dX)))


@every_rule
def test_the_operator_is_the_same_map_for_scipy(F, at, rng):
    X, Y, dF = at
    operator = aslinearoperator(dF.operator)
    dX, Ybar = gaussian(rng, X), gaussian(rng, Y)
    assert operator.shape == dF.matrix.shape
    assert operator.dtype == (complex if np.iscomplexobj(vec(Y)) else float)
    assert close(operator.matvec(vec(dX)), dF.matrix @ vec(dX))
    assert close(operator.rmatvec(vec(Ybar)), np.real(dF.matrix.conj().T @ vec(Ybar)))
    assert close(operator @ np.eye(operator.shape[1]), dF.matrix)
    assert close(operator.T @ np.eye(operator.shape[0]), np.real(dF.matrix).T)


@every_rule
def test_the_map_is_linear(F, at, rng):
    X, _, dF = at
    dX, dZ = F.domain.tangent(rng, X), F.domain.tangent(rng, X)
    assert close(dF(step(dX, 2.5, dZ)), step(dF(dX), 2.5, dF(dZ)), 1e-11)
    assert norm(dF(step(dX, -1, dX))) == 0


@every_rule
def test_a_tangent_or_cotangent_of_the_wrong_shape_is_refused_with_both_shapes(F, at):
    _, _, dF = at
    for L in (dF, dF.T):
        with pytest.raises(mc.ShapeError, match=r"expected a tangent of shape .*, got 7×1") as caught:
            L(np.ones((7, 1)))
        assert F.name in str(caught.value)


@every_rule
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_tangent_that_is_not_finite_is_refused(F, at, bad):
    X, _, dF = at
    with pytest.raises(ValueError, match="finite"):
        dF(unvec(np.full(size(shape_of(X)), bad), shape_of(X)))


def test_the_chain_rule_composes_maps_and_reverses_adjoints(rng):
    X = mc.inverse.domain.sample(rng, 4)
    Y, inner_map = mc.inverse.linearize(X)
    outer = mc.power(3).at(Y)
    chain, direct = outer @ inner_map, mc.power(-3).at(X)
    dX, Ybar = rng.standard_normal((2, 4, 4))
    assert close(chain(dX), direct(dX))
    assert close(chain.T(Ybar), direct.T(Ybar))
    assert close(chain.T(Ybar), (inner_map.T @ outer.T)(Ybar))
    assert close(chain.matrix, direct.matrix)
    assert chain.input_shape == chain.output_shape == (4, 4)


def test_the_chain_rule_goes_through_tuples(rng):
    A, B = mc.solve.domain.sample(rng, 3)
    Y, dY = mc.solve.linearize((A, B))
    chain = mc.transpose.at(Y) @ dY
    dX = rng.standard_normal((3, 3)), rng.standard_normal((3, 4))
    Zbar = rng.standard_normal((4, 3))
    assert close(chain(dX), dY(dX).T)
    assert close(chain.T(Zbar), dY.T(Zbar.T))
    assert close(chain.matrix, chain.columns())


def test_maps_that_do_not_fit_are_not_composed(rng):
    left, right = mc.transpose.at(np.ones((2, 3))), mc.transpose.at(np.ones((4, 5)))
    with pytest.raises(mc.ShapeError, match="the left map takes 2×3, the right one gives 5×4"):
        left @ right
    for product in (lambda: left @ np.ones((3, 2)), lambda: np.ones((3, 2)) @ left):
        with pytest.raises(TypeError, match="LinearMap"):
            product()


def test_a_map_without_shapes_acts_but_has_no_matrix():
    L = mc.LinearMap(lambda dX: 2 * dX, lambda Ybar: 2 * Ybar, name="twice")
    assert L(3.0) == 6.0
    with pytest.raises(mc.ShapeError, match="twice: its matrix needs input_shape and output_shape"):
        L.columns()
    with pytest.raises(mc.ShapeError, match="operator"):
        _ = L.operator
    assert repr(L) == "LinearMap(twice)"


def test_a_map_is_named_and_its_shapes_are_shown(rng):
    dF = mc.lu.at(mc.lu.domain.sample(rng, 3))
    assert repr(dF) == "LinearMap(lu′: 3×3 → (3×3, 3×3, 3×3))"


def test_replace_changes_one_part_and_keeps_the_others():
    L = mc.LinearMap(lambda dX: 2 * dX, lambda Ybar: 2 * Ybar, input_shape=(2,), output_shape=(2,))
    other = L.replace(push=lambda dX: 5 * dX)
    assert other(np.ones(2)).tolist() == [5, 5]
    assert other.T(np.ones(2)).tolist() == [2, 2]
    assert L(np.ones(2)).tolist() == [2, 2]


@given(st.tuples(*[st.integers(1, 5)] * 4), st.integers(0, 10**6))
def test_for_a_two_sided_product_everything_agrees(shape, seed):
    (p, m, n, q), rng = shape, np.random.default_rng(seed)
    A, B = rng.standard_normal((p, m)), rng.standard_normal((n, q))
    L = mc.LinearMap(
        lambda dX: A @ dX @ B, lambda Ybar: A.T @ Ybar @ B.T, input_shape=(m, n), output_shape=(p, q)
    )  # no formula: the matrix is collected
    dX, Ybar = rng.standard_normal((m, n)), rng.standard_normal((p, q))
    assert close(L.matrix, np.kron(B.T, A))
    assert close(L.operator.matvec(vec(dX)), vec(L(dX)))
    assert inner(Ybar, L(dX)) == pytest.approx(inner(L.T(Ybar), dX), abs=1e-12 * norm(Ybar) * norm(L(dX)))
    assert close((L.T @ L).matrix, L.matrix.T @ L.matrix, 1e-11)


def test_a_map_hands_out_no_memory_of_its_argument(rng):
    L = mc.LinearMap(lambda dX: dX.T, lambda Ybar: Ybar.T, input_shape=[2, 3], output_shape=[3, 2])
    dX = rng.standard_normal((2, 3))
    kept = dX.copy()
    L(dX)[...] = 7
    assert np.array_equal(dX, kept)


def test_a_map_is_made_of_functions():
    with pytest.raises(TypeError, match="push and pull must be functions"):
        mc.LinearMap(3, 4)


def test_a_tuple_is_no_cotangent_of_a_number():
    with pytest.raises(TypeError, match="det′, adjoint"):
        mc.det.at(np.eye(2)).T(())

"""vec, the inner product and the two standard matrices: identities that hold for every shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from matcalc.spaces import (
    TINY,
    ShapeError,
    as_point,
    as_value,
    commutation,
    duplication,
    excess,
    inner,
    is_finite,
    norm,
    normal_part,
    relative,
    shape_of,
    size,
    step,
    text,
    unvec,
    vec,
)

NUMBERS = st.floats(-1e3, 1e3, allow_nan=False)
DIMENSIONS = st.integers(1, 5)
ARRAYS = array_shapes(min_dims=0, max_dims=4, max_side=4).flatmap(lambda shape: arrays(float, shape, elements=NUMBERS))
POINTS = ARRAYS | st.lists(ARRAYS, min_size=1, max_size=4).map(tuple)


@st.composite
def two_points(draw):
    """A point and another one of the same shape."""
    X = draw(POINTS)
    again = [draw(arrays(float, np.shape(part), elements=NUMBERS)) for part in (X if isinstance(X, tuple) else (X,))]
    return X, tuple(again) if isinstance(X, tuple) else again[0]


@given(POINTS)
def test_unvec_undoes_vec(X):
    back = unvec(vec(X), shape_of(X))
    assert shape_of(back) == shape_of(X)
    assert np.array_equal(vec(back), vec(X))


@given(POINTS)
def test_vec_has_one_entry_for_each_number(X):
    assert vec(X).shape == (size(shape_of(X)),)


@given(two_points())
def test_inner_is_symmetric(points):
    A, B = points
    assert inner(A, B) == pytest.approx(inner(B, A), rel=1e-12)


@given(two_points(), NUMBERS)
def test_inner_is_linear(points, t):
    A, B = points
    bound = 1e-12 * (norm(A) + abs(t) * norm(B)) * norm(A) + 1e-300  # products may fade out below that
    assert abs(inner(A, step(A, t, B)) - inner(A, A) - t * inner(A, B)) <= bound


@given(POINTS)
def test_inner_is_positive_and_its_root_is_the_norm(X):
    assert inner(X, X) >= 0
    assert (norm(X) == 0) == (not vec(X).any())
    assert norm(X) ** 2 == pytest.approx(inner(X, X), rel=1e-12)


def test_inner_is_the_trace(rng):
    A, B = rng.standard_normal((2, 3, 4))
    assert inner(A, B) == pytest.approx(np.trace(A.T @ B))


def test_inner_of_complex_matrices_is_the_real_part_of_the_trace(rng):
    A, B = rng.standard_normal((2, 3, 4)) + 1j * rng.standard_normal((2, 3, 4))
    assert inner(A, B) == pytest.approx(np.trace(A.conj().T @ B).real)


@pytest.mark.parametrize("scale", [1e-170, 1.0, 1e170])
def test_the_norm_neither_underflows_nor_overflows(scale):
    assert norm(scale * np.array([3.0, 4.0])) == pytest.approx(5 * scale)


def test_vec_stacks_columns():
    assert vec(np.array([[1, 2], [3, 4]])).tolist() == [1, 3, 2, 4]


def test_vec_of_a_product_is_a_kronecker_product(rng):
    A, X, B = rng.standard_normal((2, 3)), rng.standard_normal((3, 4)), rng.standard_normal((4, 5))
    assert np.allclose(vec(A @ X @ B), np.kron(B.T, A) @ vec(X))


@given(DIMENSIONS, DIMENSIONS)
def test_commutation_transposes_and_is_a_permutation(m, n):
    X, K = np.arange(m * n, dtype=float).reshape(m, n), commutation(m, n)
    assert np.array_equal(K @ vec(X), vec(X.T))
    assert np.array_equal(K.T, commutation(n, m))
    assert np.array_equal(K @ K.T, np.eye(m * n))


@given(DIMENSIONS)
def test_duplication_unfolds_a_symmetric_matrix(n):
    A = np.arange(n * n, dtype=float).reshape(n, n)
    S, D = A + A.T, duplication(n)
    vech = np.concatenate([S[j:, j] for j in range(n)])
    assert np.array_equal(D @ vech, vec(S))
    assert np.array_equal(commutation(n, n) @ D, D)


def test_step_moves_every_part():
    A, b = step((np.ones((2, 2)), 3.0), 0.5, (np.eye(2), 2.0))
    assert A.tolist() == [[1.5, 1.0], [1.0, 1.5]]
    assert b == 4.0


@pytest.mark.parametrize(
    ("shape", "words"),
    [((), "a number"), ((5,), "5"), ((3, 4), "3×4"), (((3, 3), (3,)), "(3×3, 3)"), (((), (2,)), "(a number, 2)")],
)
def test_a_shape_in_words(shape, words):
    assert text(shape) == words


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: unvec(np.ones(5), (2, 3)), "shape 2×3 needs a vector of length 6, got 5"),
        (lambda: unvec(np.ones((2, 3)), (2, 3)), "got 2×3"),
        (lambda: inner(np.ones((2, 3)), np.ones((3, 2))), "got 2×3 and 3×2"),
        (lambda: inner(np.ones(2), (np.ones(2),)), "one shape"),
    ],
)
def test_a_wrong_shape_is_refused(call, said):
    with pytest.raises(ShapeError, match=said):
        call()


@pytest.mark.parametrize(
    ("X", "error", "said"),
    [
        (None, TypeError, "NoneType"),
        ("text", TypeError, "str"),
        ([[1, 2], [3]], TypeError, "rows of different lengths"),
        (np.ones(2, dtype=bool), TypeError, "bool"),
        (1j, TypeError, "complex"),
        (np.empty((0, 3)), ShapeError, "empty array of shape 0×3"),
        ([1.0, np.nan], ValueError, "1 NaN among 2 entries"),
        ([np.inf, np.nan, -np.inf], ValueError, "1 NaN and 2 infinite among 3 entries"),
        ((1.0, None), TypeError, "part 2"),
        ((1.0, (2.0, 3.0)), TypeError, "holds tuples"),
        ((), TypeError, "empty"),
        (np.ma.masked_greater([1.0, 2.0], 1.5), TypeError, "masked"),
        (np.longdouble("1e400"), ValueError, "1 infinite"),
    ],
)
def test_a_point_is_made_of_finite_numbers(X, error, said):
    with pytest.raises(error, match=said) as caught:
        as_point(X, "here")
    assert str(caught.value).startswith("here")


def test_whole_numbers_become_floats_and_floats_are_not_copied():
    X = np.ones((2, 2))
    assert as_point(X) is X
    assert as_point([[1, 2]]).dtype == float
    assert as_point(1 + 2j, real=False) == 1 + 2j


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, complex(0, np.inf)])
def test_a_point_is_finite_if_all_its_parts_are(bad):
    assert is_finite((np.ones((2, 3)), 1.0))
    assert not is_finite((np.ones((2, 3)), np.array([0, bad])))
    assert not is_finite(bad)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, bool])
def test_inner_products_of_whole_numbers_do_not_leave_their_range(kind):
    x = np.array([1, 1] if kind is bool else [100, 100], dtype=kind) if kind is not np.int64 else np.array([2**40, 0])
    assert inner(x, x) == sum(int(k) ** 2 for k in x)
    assert norm(x) == pytest.approx(sum(int(k) ** 2 for k in x) ** 0.5)


@pytest.mark.parametrize("X", [None, "abc", [object()], {}, np.ma.masked_greater([1.0, 2.0], 1.5)])
def test_inner_and_norm_refuse_what_is_no_numbers(X):
    for call, name in ((norm, "norm"), (lambda X: inner(X, X), "inner")):
        with pytest.raises(TypeError, match=f"{name}: expected arrays of numbers"):
            call(X)


def test_vec_and_unvec_give_memory_of_their_own():
    for X in (np.arange(3.0), np.asfortranarray(np.eye(2))):
        kept = X.copy()
        vec(X)[...] = 7
        assert np.array_equal(X, kept)
    v = np.arange(6.0)
    unvec(v, (2, 3))[...] = 7
    unvec(v, ((2, 2), (2,)))[0][...] = 7
    assert np.array_equal(v, np.arange(6.0))


@pytest.mark.parametrize("shape", [4, None, "22", (-2, -2), (2.0, 2.0), (((2, 2),),)])
def test_unvec_refuses_what_is_no_shape(shape):
    with pytest.raises(ShapeError, match="a shape is a tuple"):
        unvec(np.arange(4), shape)


@pytest.mark.parametrize("n", [0, -1, 2.0, "2", None])
def test_sizes_of_commutation_and_duplication_are_whole_numbers(n):
    for call in (lambda: commutation(n, 2), lambda: duplication(n)):
        with pytest.raises(ShapeError, match="whole numbers from 1 on"):
            call()


def test_the_part_normal_to_orthonormal_columns(rng):
    Q, _ = np.linalg.qr(rng.standard_normal((5, 2)))
    G = rng.standard_normal((5, 3))
    assert np.allclose(Q.T @ normal_part(Q, G), 0, atol=1e-14)
    assert np.allclose(G - normal_part(Q, G), Q @ Q.T @ G)
    assert not normal_part(np.linalg.qr(rng.standard_normal((4, 4)))[0], G[:4]).any()


@pytest.mark.parametrize(("off", "sizes", "gap"), [
    (1.0, (4.0, 2.0), 0.25), (0.0, (0.0, 0.0), 0.0), (1e-310, (1e-310,), 1e-310 / TINY), (0.0, (np.inf,), 0.0),
    (np.nan, (1.0,), np.inf), (1.0, (1.0, np.nan), np.inf), (1.0, (np.nan, 1.0), np.inf), (np.nan, (0.0,), np.inf),
    (1e300, (np.inf, 1.0), np.inf), (np.inf, (np.inf,), np.inf),
])  # fmt: skip
def test_a_relative_difference_never_hides_what_is_not_finite(off, sizes, gap):
    assert relative(off, *sizes) == gap


def test_a_difference_between_two_roundings_is_none():
    assert relative(1e-17, 1e-17, 2e-17, rounding=1e-16) == 0.0
    assert relative(1e-17, 1.0, 2e-17, rounding=1e-16) == 1e-17
    assert relative(np.nan, np.nan, 0.0, rounding=1e-16) == np.inf


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_that_is_not_finite_is_beyond_every_limit(bad, place):
    off = np.array([0.0, 1.0, -4.0])
    assert excess(off, np.full(3, 2.0)) == 2.0
    assert excess(np.zeros(3), np.zeros(3)) == 0.0
    wrong, allowed = off.copy(), np.full(3, 2.0)
    wrong[place] = allowed[place] = bad
    assert excess(wrong, np.full(3, 2.0)) == excess(off, allowed) == np.inf


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.complex64])
def test_a_value_has_memory_and_digits_of_its_own(kind):
    Y = np.ones(3)
    kept = as_value(Y)
    Y[...] = 7
    assert np.array_equal(kept, np.ones(3))
    assert np.isnan(as_value((1.0, np.array([np.nan])))[1])
    for value in (Y.astype(kind), (1.0, Y.astype(kind)), kind(1)):
        with pytest.raises(TypeError, match="f is in single precision"):
            as_value(value, "f")


@pytest.mark.parametrize("scale", [1.0, 1e-170, 1e170, 3e-310, 1e308])
def test_a_norm_is_right_far_from_one(scale):
    v = scale * np.array([[0.3, 0.4], [0.0, 1.2]])
    assert norm(v) == pytest.approx(1.3 * scale, rel=1e-13)
    assert norm(np.zeros((2, 0))) == 0
    assert np.isnan(norm(np.array([np.nan, scale])))

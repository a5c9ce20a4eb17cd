"""Wrong answers by mutation: right derivatives in plain NumPy, spoiled by small wrappers that know nothing of matcalc.

``answers()`` gives (name, rule, answer, kinds): the kinds of verdict that would be right, a set for a single
mistake; a frozenset inside of it stands for two mistakes that must both be named.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

import matcalc as mc

inv, det, tr, eye = np.linalg.inv, np.linalg.det, np.trace, np.eye
norm = np.linalg.norm


def power_terms(k):
    P = np.linalg.matrix_power
    return lambda X, dX: [P(X, i) @ dX @ P(X, k - 1 - i) for i in range(k)]


def letters(name):
    """The constants of a catalog rule."""
    return mc.find(name).formulas.constants


def _constants():
    q, a, s, t, u, b, g = (letters(n) for n in ("quadratic_form", "affine", "least_squares_loss", "trace_product",
                                                "trace_quadratic", "bilinear_form", "logistic_loss"))
    return q["A"], a["A"], a["B"], s["A"], s["b"], t["A"], u["A"], u["B"], b["x"], b["y"], g["X"], g["y"]


QA, AA, AB, D, DB, TA, UA, UB, BX, BY, GX, GY = _constants()
LA = letters("linear_form")["a"]
SIGMOID = lambda z: 1 / (1 + np.exp(-z))


def _pinv(A, H):
    Y = np.linalg.pinv(A)
    m, n = A.shape
    return [-Y @ H @ Y, Y @ Y.T @ H.T @ (eye(m) - A @ Y), (eye(n) - Y @ A) @ H.T @ Y.T @ Y]


def _cholesky(X, H):
    L = la.cholesky(X, lower=True)
    M = inv(L) @ H @ inv(L).T
    return [L @ (np.tril(M, -1) + np.diag(np.diag(M)) / 2)]


# The differentials of rules as lists of terms.
PUSH = {
    "inverse": lambda X, H: [-inv(X) @ H @ inv(X)],
    "power(2)": power_terms(2), "power(3)": power_terms(3), "power(5)": power_terms(5),
    "power(-2)": lambda X, H: [-inv(X) @ H @ inv(X @ X), -inv(X @ X) @ H @ inv(X)],
    "affine": lambda X, H: [AA @ H @ AB],
    "transpose": lambda X, H: [H.T],
    "product": lambda X, H: [H[0] @ X[1], X[0] @ H[1]],
    "hadamard": lambda X, H: [H[0] * X[1], X[0] * H[1]],
    "kron": lambda X, H: [np.kron(H[0], X[1]), np.kron(X[0], H[1])],
    "solve": lambda X, H: [inv(X[0]) @ H[1], -inv(X[0]) @ H[0] @ inv(X[0]) @ X[1]],
    "expm": lambda X, H: [la.expm_frechet(X, H, compute_expm=False)],
    "symmetric_part": lambda X, H: [H / 2, H.T / 2],
    "skew_part": lambda X, H: [H / 2, -H.T / 2],
    "pinv": _pinv,
    "cholesky": _cholesky,
    "elementwise(tanh)": lambda X, H: [H, -np.tanh(X) ** 2 * H],
    "elementwise(sigmoid)": lambda X, H: [SIGMOID(X) * H, -SIGMOID(X) ** 2 * H],
    "elementwise(exp)": lambda X, H: [np.exp(X) * H],
    "cayley": lambda S, H: [inv(eye(len(S)) - S / 2) @ H @ inv(eye(len(S)) - S / 2)],
    "sqrtm_spd": lambda X, H: [la.solve_sylvester(la.sqrtm(X), la.sqrtm(X), H)],
    "eigvalsh": lambda X, H: [np.diag(np.linalg.eigh(X)[1].T @ H @ np.linalg.eigh(X)[1])],
}
# The gradients of number-valued rules as lists of terms.
GRADIENT = {
    "linear_form": lambda x: [LA],
    "quadratic_form": lambda x: [QA @ x, QA.T @ x],
    "least_squares_loss": lambda x: [2 * D.T @ D @ x, -2 * D.T @ DB],
    "logistic_loss": lambda w: [GX.T @ SIGMOID(GX @ w) / 5, -GX.T @ GY / 5],
    "frobenius_norm": lambda X: [X / norm(X)],
    "frobenius_norm_squared": lambda X: [2 * X],
    "bilinear_form": lambda X: [np.outer(BX, BY)],
    "trace_product": lambda X: [TA.T],
    "trace_quadratic": lambda X: [UA @ X @ UB, UA.T @ X @ UB.T],
    "trace_power(3)": lambda X: [3 * (X @ X).T],
    "trace_power(-1)": lambda X: [-inv(X @ X).T],
    "det": lambda X: [det(X) * inv(X).T],
    "logabsdet": lambda X: [inv(X).T],
    "logdet_spd": lambda X: [inv(X)],
    "spectral_norm": lambda X: [np.outer(np.linalg.svd(X)[0][:, 0], np.linalg.svd(X)[2][0])],
    "nuclear_norm": lambda X: [np.linalg.svd(X, full_matrices=False)[0] @ np.linalg.svd(X, full_matrices=False)[2]],
}


def scaled(c, Y):
    return tuple(c * part for part in Y) if isinstance(Y, tuple) else c * Y


def whole(terms):
    return lambda *args: sum(terms(*args))


def _square(Z):
    return isinstance(Z, np.ndarray) and Z.ndim == 2 and Z.shape[0] == Z.shape[1]


def _first_entry(Y, c):
    Y = np.array(Y, float)
    Y.flat[1 if Y.size > 1 else 0] *= c
    return Y


def spoiled_pushes(F):
    """(kinds, answer) from a right differential F(X, H)."""
    first = lambda X: X[0] if isinstance(X, tuple) else X
    yield {"sign"}, lambda X, dX: -F(X, dX)
    yield {"factor"}, lambda X, dX: 2 * F(X, dX)
    yield {"factor"}, lambda X, dX: F(X, dX) / 3
    yield {"factor"}, lambda X, dX: len(first(X)) * F(X, dX)
    yield {"factor"}, lambda X, dX: norm(first(X)) * F(X, dX)
    yield {"transposed"}, lambda X, dX: F(X, dX).T
    yield {frozenset({"sign", "transposed"})}, lambda X, dX: -F(X, dX).T
    yield {"tangent_transposed"}, lambda X, dX: F(X, dX.T)
    yield {"argument_transposed", "adjoint_for_differential"}, lambda X, dX: F(X.T, dX)  # often the same numbers
    yield {"symmetrised"}, lambda X, dX: (F(X, dX) + F(X, dX).T) / 2
    yield {"diagonal_only"}, lambda X, dX: np.diag(np.diag(F(X, dX)))
    yield {"not_linear"}, lambda X, dX: F(X, scaled(0, dX)) + 1.0
    yield {"not_linear"}, lambda X, dX: F(X, dX) * np.abs(first(dX)).sum()
    yield {"not_linear"}, lambda X, dX: F(X, dX) + 0.5
    yield {"small_error"}, lambda X, dX: F(X, dX) + 1e-4 * norm(F(X, dX)) * np.cos(np.arange(F(X, dX).size)).reshape(
        F(X, dX).shape)
    yield {"small_error"}, lambda X, dX: F(X, dX) * (1 + 1e-6 * np.cos(np.arange(F(X, dX).size)).reshape(
        F(X, dX).shape))
    yield {"entries"}, lambda X, dX: _first_entry(F(X, dX), 3)
    yield {"raises"}, lambda X, dX: F(X, dX) @ np.ones(71)
    yield {"not_finite"}, lambda X, dX: F(X, dX) * np.inf
    yield {"wrong_shape"}, lambda X, dX: np.vstack([F(X, dX), F(X, dX)])
    yield {"wrong_type"}, lambda X, dX: "F"
    yield {"not_answered"}, lambda X, dX: ...


def spoiled_gradients(G):
    """(kinds, answer) from a right gradient G(X)."""
    yield {"sign"}, lambda X: -G(X)
    yield {"factor"}, lambda X: 2 * G(X)
    yield {"factor"}, lambda X: G(X) / 2
    yield {"factor"}, lambda X: len(X) * G(X)
    yield {"factor", "other_function"}, lambda X: G(X) / norm(X)
    yield {"symmetrised"}, lambda X: G(X) + G(X).T - np.diag(np.diag(G(X)))
    yield {"diagonal_only"}, lambda X: np.diag(np.diag(G(X)))
    yield {"correct_other_layout"}, lambda X: G(X).T
    yield {"correct_other_layout"}, lambda X: G(X).reshape(1, -1)
    yield {"small_error"}, lambda X: G(X) + 1e-3 * norm(G(X)) * np.cos(np.arange(G(X).size)).reshape(G(X).shape)
    yield {"entries"}, lambda X: _first_entry(G(X), 3)
    yield {"raises"}, lambda X: G(X) @ np.ones(71)
    yield {"not_finite"}, lambda X: np.log(-np.abs(G(X)))
    yield {"wrong_shape"}, lambda X: np.vstack([G(X), G(X)])
    yield {"wrong_type"}, lambda X: {"G": G(X)}
    yield {"sign"}, lambda X, dX: -np.sum(G(X) * dX)
    yield {"factor"}, lambda X, dX: 3 * np.sum(G(X) * dX)
    yield {"tangent_transposed"}, lambda X, dX: np.sum(G(X) * dX.T)
    yield {"not_linear"}, lambda X, dX: np.sum(G(X) * dX) ** 2
    yield {"sign"}, lambda X, ybar: -ybar * G(X)
    yield {"transposed"}, lambda X, ybar: ybar * G(X).T


def _spoiled_sums(T):
    """(kinds, the spoiled sum of a list of terms)."""
    yield {"term_missing"}, lambda terms: sum(terms[1:])
    yield {"term_missing"}, lambda terms: sum(terms[:-1])
    yield {"term_wrong"}, lambda terms: sum(terms) - 2 * terms[0]
    yield {"term_wrong"}, lambda terms: sum(terms) - 2 * terms[-1]
    yield {"term_wrong", "factor", "term_extra"}, lambda terms: sum(terms) + terms[0]


def spoiled_terms(T, pushed):
    """(kinds, answer) from a list of at least two terms."""
    for kinds, spoiled in _spoiled_sums(T):
        if pushed:
            yield kinds, lambda X, dX, spoiled=spoiled: spoiled(T(X, dX))
        else:
            yield kinds, lambda X, spoiled=spoiled: spoiled(T(X))


def _agree(A, B):
    with np.errstate(all="ignore"):
        return np.shape(A) == np.shape(B) and np.allclose(A, B, rtol=1e-9, atol=1e-12)


def _arguments(answer):
    """The arguments without a default."""
    code = answer.__code__
    return code.co_varnames[: code.co_argcount - len(answer.__defaults__ or ())]


def _usable(rule, answer, kinds):
    """Whether a spoiled answer runs at generic points and is wrong there, where it should be."""
    if kinds & {"raises", "not_answered", "wrong_type", "not_finite"}:
        return True
    names = _arguments(answer)
    try:
        X = rule.domain.sample(np.random.default_rng(5), 3)
        Y, dF = rule.linearize(X)
        H = rule.domain.tangent(np.random.default_rng(6), X)
        if len(names) == 1:
            given, right = answer(X), dF.T(1.0)
        elif "bar" in names[1]:
            given, right = answer(X, 1.3), dF.T(1.3)
        else:
            given, right = answer(X, H), dF(H)
        shaped = kinds & {"wrong_shape", "correct_other_layout"} or np.shape(given) == np.shape(right)
        return not _agree(given, right) and shaped and np.any(given)
    except Exception:
        return False


def answers():
    """Every spoiled answer that is wrong; where two wrappers spoil alike, both kinds are right names."""
    for table, spoil in ((PUSH, spoiled_pushes), (GRADIENT, spoiled_gradients)):
        for name, terms in table.items():
            rule = mc.find(name)
            several = len(terms(*_example(rule, table is PUSH))) > 1
            made = [*spoil(whole(terms)), *(spoiled_terms(terms, table is PUSH) if several else ())]
            made = [(kinds, answer) for kinds, answer in made if _usable(rule, answer, kinds)]
            for i, (kinds, answer) in enumerate(made):
                yield f"{name} #{i}", rule, answer, _alike(rule, answer, kinds, made)


def _example(rule, pushed):
    X = rule.domain.sample(np.random.default_rng(5), 3)
    return (X, rule.domain.tangent(np.random.default_rng(6), X)) if pushed else (X,)


def _alike(rule, answer, kinds, made):
    """All kinds of the wrappers that give what this one gives."""
    found = set(kinds)
    for others, other in made:
        if other is not answer and _arguments(other) == _arguments(answer) and "ybar" not in _arguments(answer):
            try:
                args = _example(rule, len(_arguments(answer)) == 2)
                if _agree(answer(*args), other(*args)):
                    found |= others
            except Exception:
                continue
    return found

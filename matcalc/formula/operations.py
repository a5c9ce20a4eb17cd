"""What signs and functions mean: matrices in, a matrix or a number out, ValueError if it cannot be."""

from functools import partial, reduce

import numpy as np

from ..spaces import commutation, duplication, inner, norm, unvec, vec
from ..spaces import text as size_text


def _product(*factors):
    """Matrix products from left to right; whatever has become 1×1 is a number."""
    scale, runs = 1.0, []
    for factor in factors:
        if runs and factor.size > 1 and runs[-1].shape[1] == factor.shape[0]:
            factor = runs.pop() @ factor
        if factor.size == 1:
            scale = scale * factor.item()
        else:
            runs.append(factor)
    if len(runs) > 1:
        raise ValueError("cannot multiply " + " by ".join(size_text(run.shape) for run in runs))
    return scale * runs[0] if runs else scale


def _power(base, exponent):
    """A whole power of a square matrix, else the principal one; of a number, the usual one."""
    if exponent.size > 1:
        raise ValueError("the exponent must be a number")
    p = exponent.item()
    if base.size == 1:
        return base**p
    if p == round(p):
        return np.linalg.matrix_power(base, int(p))
    from scipy.linalg import fractional_matrix_power

    return fractional_matrix_power(base, p)


def _only(condition, complaint, function):
    """The function, for arguments that meet the condition; ValueError with the complaint else."""

    def checked(*arguments):
        if not condition(*arguments):
            raise ValueError(complaint)
        return function(*arguments)

    return checked


def _adjugate(X):
    """adj X from the singular values: right for every X, invertible or not."""
    U, s, Vh = np.linalg.svd(X)
    others = [np.prod(np.delete(s, i)) for i in range(len(s))]
    return np.linalg.det(U @ Vh) * (Vh.conj().T * others) @ U.conj().T


def _diag(X):
    """The diagonal matrix of a column; of a square matrix, its diagonal part."""
    return np.diag(X[:, 0]) if X.shape[1] == 1 else _square(lambda X: np.diag(np.diag(X)))(X)


_square = partial(_only, lambda X: X.shape[0] == X.shape[1], "needs a square matrix")
_number = partial(_only, lambda *X: all(x.size == 1 for x in X), "is for numbers only")
_alike = partial(_only, lambda *X: len({x.shape for x in X}) == 1, "needs equal sizes")
_column = partial(
    _only, lambda X: X.shape[1] == 1,
    "of a matrix has two meanings, by entries and as a matrix; register the one you mean",
)  # fmt: skip

SIGNS = {
    "": _product,
    "-": np.negative,
    "/": _only(lambda a, b: b.size == 1, "division by a matrix; print its inverse", np.divide),
    r"\times": _number(lambda *X: np.prod(X)),
    r"\otimes": lambda *X: reduce(np.kron, X),
    r"\odot": _alike(lambda *X: reduce(np.multiply, X)),
    r"\oslash": _alike(np.divide),
    "^": _power,
    r"^\top": np.transpose,
    "^H": lambda X: X.conj().T,
    "^-1": np.linalg.inv,
    r"^-\top": lambda X: np.linalg.inv(X).T,
    "^-H": lambda X: np.linalg.inv(X).conj().T,
    "^+": np.linalg.pinv,
    r"^+\top": lambda X: np.linalg.pinv(X).T,
}
def _sylvester(A, B, C):
    """The X with A X + X B = C, as one linear system for vec X: slow and plain, for small matrices."""
    left, right = np.kron(np.eye(len(B)), A), np.kron(B.T, np.eye(len(A)))
    return unvec(np.linalg.solve(left + right, vec(C)), C.shape)


# A family of rules adds its own: FUNCTIONS["softmax"] is what \operatorname{softmax} means.
FUNCTIONS = {
    "tr": _square(np.trace),
    "det": _square(np.linalg.det),
    "adj": _square(_adjugate),
    "sym": _square(lambda X: (X + X.T) / 2),
    "skew": _square(lambda X: (X - X.T) / 2),
    "vec": vec,
    "diag": _diag,
    "tril": np.tril,
    "tril_-1": partial(np.tril, k=-1),
    "triu": np.triu,
    "triu_1": partial(np.triu, k=1),
    "sum": np.sum,
    "Re": np.real,
    "inner": inner,
    "norm": _column(norm),
    "norm_F": norm,
    "norm_2": partial(np.linalg.norm, ord=2),
    "norm_*": partial(np.linalg.norm, ord="nuc"),
    "abs": _number(np.abs),
    "exp": _column(np.exp),
    "log": _column(np.log),
    "sqrt": _column(np.sqrt),
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sylvester": _sylvester,
    "left": lambda X: np.linalg.svd(X, full_matrices=False)[0],  # singular vectors, as columns
    "right": lambda X: np.linalg.svd(X, full_matrices=False)[2].T,
}
# Matrices that their sizes determine, and how the sizes stand in the subscript.
SIZED = {
    "I": (np.eye, "(.+)"),
    r"\mathbf{1}": (lambda n: np.ones((n, 1)), "(.+)"),
    "D": (duplication, "(.+)"),
    "K": (commutation, r"(\\[A-Za-z]+|\w),?(\\[A-Za-z]+|\w)"),
}

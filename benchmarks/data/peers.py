"""The same functions in JAX, PyTorch and HIPS autograd, each as its users would write it, and how each is asked.

A library is a class: ``value(F, X)``, ``jvp(F, X, dX)``, ``vjp(F, X, Ybar)`` and ``again(F, X, Ybar)`` return tasks
without arguments; the last one is one more cotangent after the value and the first. Points, values and cotangents are
tuples of arrays, converted before the clock starts. ``None`` where the library cannot.
"""

from __future__ import annotations

from functools import partial
from math import log, pi

import numpy as np

TAU = 2 * pi


def matrix_normal(X, M, U, V, cholesky, triangular, diagonal, log_, total):
    """The log-density by two Cholesky factors, in any of the libraries."""
    (n, p), L, K = X.shape, cholesky(U), cholesky(V)
    A = triangular(K, triangular(L, X - M).T)
    volume = p * total(log_(diagonal(L))) + n * total(log_(diagonal(K)))
    return -(n * p * log(TAU) + total(A * A)) / 2 - volume


class Jax:
    """Compiled, 64 bits; compilation happens before the clock starts."""

    def __init__(self):
        import jax
        import jax.numpy as jnp
        from jax.scipy import linalg

        jax.config.update("jax_enable_x64", True)
        self.jax, la, lax = jax, jnp.linalg, jax.lax
        triangular = partial(linalg.solve_triangular, lower=True)
        self.functions = {
            "inverse": la.inv, "solve": la.solve, "logabsdet": lambda X: la.slogdet(X)[1], "lu": linalg.lu,
            "qr": la.qr, "cholesky": la.cholesky, "svd": lambda X: la.svd(X, full_matrices=False),
            "eigh": la.eigh, "expm": linalg.expm, "power(10)": lambda X: la.matrix_power(X, 10), "pinv": la.pinv,
            "matrix_normal_loglik": lambda *X: matrix_normal(*X, la.cholesky, triangular, jnp.diag, jnp.log, jnp.sum),
            "conv2d(padding=1)": lambda x, k, b: b[:, None, None] + lax.conv_general_dilated(x, k, (1, 1), "SAME"),
        }  # fmt: skip

    def point(self, X):
        return tuple(self.jax.numpy.asarray(part) for part in X)

    def shaped(self, name, X, Ybar):
        """The cotangent in the shape that the function returns: a tuple, a named tuple or one array."""
        like = self.jax.eval_shape(self.functions[name], *X)
        return self.jax.tree.unflatten(self.jax.tree.structure(like), self.point(Ybar))

    def value(self, name, X):
        return self._task(self.jax.jit(self.functions[name]), *self.point(X))

    def jvp(self, name, X, dX):
        f = self.functions[name]
        return self._task(self.jax.jit(lambda X, dX: self.jax.jvp(f, X, dX)), self.point(X), self.point(dX))

    def vjp(self, name, X, Ybar):
        X = self.point(X)
        return self._task(self.jax.jit(partial(self._both, self.functions[name])), X, self.shaped(name, X, Ybar))

    def again(self, name, X, Ybar):
        X = self.point(X)
        _, pull = self.jax.jit(lambda X: self.jax.vjp(self.functions[name], *X))(X)
        return self._task(self.jax.jit(lambda pull, Ybar: pull(Ybar)), pull, self.shaped(name, X, Ybar))

    def _both(self, f, X, Ybar):
        Y, pull = self.jax.vjp(f, *X)
        return Y, pull(Ybar)

    def _task(self, f, *arguments):
        return lambda: [np.asarray(part) for part in self.jax.tree.leaves(self.jax.block_until_ready(f(*arguments)))]


class Torch:
    """Eager, on the CPU, 64 bits."""

    def __init__(self):
        import torch

        torch.set_num_threads(1)
        self.torch, la = torch, torch.linalg
        triangular = partial(la.solve_triangular, upper=False)
        self.functions = {
            "inverse": la.inv, "solve": la.solve, "logabsdet": lambda X: la.slogdet(X)[1], "lu": la.lu, "qr": la.qr,
            "cholesky": la.cholesky, "svd": lambda X: la.svd(X, full_matrices=False), "eigh": la.eigh,
            "expm": torch.matrix_exp, "power(10)": lambda X: torch.matrix_power(X, 10), "pinv": la.pinv,
            "matrix_normal_loglik": lambda *X: matrix_normal(*X, la.cholesky, triangular, torch.diag, torch.log,
                                                             torch.sum),
            "conv2d(padding=1)": partial(torch.nn.functional.conv2d, padding=1),
        }  # fmt: skip

    def point(self, X, grad=False):
        return tuple(self.torch.tensor(part, requires_grad=grad) for part in X)

    def value(self, name, X):
        X, f = self.point(X), self.functions[name]
        return lambda: self._parts(f(*X))

    def jvp(self, name, X, dX):
        X, dX, f = self.point(X), self.point(dX), self.functions[name]
        return lambda: [part for Y in self.torch.func.jvp(f, X, dX) for part in self._parts(Y)]

    def vjp(self, name, X, Ybar):
        X, Ybar, f = self.point(X, True), self.point(Ybar), self.functions[name]

        def task():
            Y = self._parts(f(*X))
            return [*(part.detach() for part in Y), *self._pull(Y, X, Ybar)]

        return task

    def again(self, name, X, Ybar):
        X, Ybar = self.point(X, True), self.point(Ybar)
        Y = self._parts(self.functions[name](*X))
        return lambda: self._pull(Y, X, Ybar, retain_graph=True)

    def _pull(self, Y, X, Ybar, **options):
        moving = [i for i, part in enumerate(Y) if part.requires_grad]  # the permutation of an LU does not
        return self.torch.autograd.grad([Y[i] for i in moving], X, [Ybar[i] for i in moving], **options)

    @staticmethod
    def _parts(Y):
        return tuple(Y) if isinstance(Y, tuple) else (Y,)


class Autograd:
    """HIPS autograd; it has no QR, no LU and no matrix exponential."""

    def __init__(self):
        import autograd.numpy as anp
        from autograd import make_vjp
        from autograd.scipy.linalg import solve_triangular
        from autograd.scipy.signal import convolve

        self.make_vjp, la = make_vjp, anp.linalg
        triangular = partial(solve_triangular, lower=True)

        def conv2d(x, k, b):
            around = anp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), "constant")
            y = convolve(around, k[:, :, ::-1, ::-1], axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
            return y + b[:, None, None]

        self.functions = {
            "inverse": la.inv, "solve": la.solve, "logabsdet": lambda X: la.slogdet(X)[1], "cholesky": la.cholesky,
            "svd": lambda X: la.svd(X, full_matrices=False), "eigh": la.eigh, "power(10)": self._tenth,
            "pinv": la.pinv, "conv2d(padding=1)": conv2d,
            "matrix_normal_loglik": lambda *X: matrix_normal(*X, la.cholesky, triangular, anp.diag, anp.log, anp.sum),
        }  # fmt: skip

    @staticmethod
    def _tenth(X):
        X2 = X @ X
        X5 = X2 @ X2 @ X
        return X5 @ X5

    def value(self, name, X):
        f = self.functions.get(name)
        return f and (lambda: self._parts(f(*X)))

    def jvp(self, name, X, dX):
        return None  # forward mode is missing from most of its linear algebra

    def vjp(self, name, X, Ybar):
        if name not in self.functions:
            return None
        f, Ybar = self._joined(name, X), self._alone(Ybar)

        def task():
            pull, Y = self.make_vjp(f)(X)
            return [*self._parts(Y), *pull(Ybar)]

        return task

    def again(self, name, X, Ybar):
        if name not in self.functions:
            return None
        pull, Ybar = self.make_vjp(self._joined(name, X))(X)[0], self._alone(Ybar)
        return lambda: list(pull(Ybar))

    def _joined(self, name, X):
        return lambda X: self.functions[name](*[X[i] for i in range(len(X))])

    @staticmethod
    def _alone(Ybar):
        return Ybar if len(Ybar) > 1 else Ybar[0] if np.ndim(Ybar[0]) else float(Ybar[0])

    @staticmethod
    def _parts(Y):
        return tuple(Y) if isinstance(Y, tuple) else (Y,)


LIBRARIES = {"jax": Jax, "torch": Torch, "autograd": Autograd}

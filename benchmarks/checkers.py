"""The peers' own checkers of derivatives, each as ``checker(claim, X) -> accepted``, with their default tolerances.

A checker that needs a library which is absent is not listed by ``available``. Beside the verdict each counts the
values of f that it took.
"""

from __future__ import annotations

from types import SimpleNamespace

import measure  # first: one thread
import numpy as np

import matcalc as mc

NUMPY = SimpleNamespace(inv=np.linalg.inv, array=np.asarray)
COUNT = {"values": 0}


def counted(f, k):
    """f of the corpus for one library, counting."""

    def value(X):
        COUNT["values"] += 1
        return f(k, X)

    return value


def ours(claim, X):
    f = counted(claim.f, NUMPY)
    try:
        if claim.number:
            mc.verify_gradient(f, lambda X: claim.pull(NUMPY, X, 1.0), X)
        else:
            mc.verify_derivative(f, lambda X, dX: claim.push(NUMPY, X, dX), X)
    except mc.VerificationError:
        return False
    return True


def in_torch(claim):
    """The function with its claimed derivative, as a torch.autograd.Function."""
    import torch

    k = SimpleNamespace(inv=torch.linalg.inv, array=torch.as_tensor)
    f = counted(claim.f, k)

    class Claimed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, X):
            ctx.save_for_backward(X)
            return f(X)

        @staticmethod
        def backward(ctx, Ybar):
            return claim.pull(k, *ctx.saved_tensors, Ybar)

    return Claimed.apply


def torch_check(claim, X, fast):
    import torch

    at = torch.tensor(X, requires_grad=True)
    return torch.autograd.gradcheck(in_torch(claim), (at,), raise_exception=False, fast_mode=fast)


def torch_slow(claim, X):
    return torch_check(claim, X, False)


def torch_fast(claim, X):
    return torch_check(claim, X, True)


def jax_check(claim, X):
    import jax
    from jax.test_util import check_grads

    k = SimpleNamespace(inv=jax.numpy.linalg.inv, array=jax.numpy.asarray)
    value = counted(claim.f, k)
    f = jax.custom_vjp(value)
    f.defvjp(lambda X: (value(X), X), lambda X, Ybar: (claim.pull(k, X, Ybar),))
    return accepts(lambda: check_grads(f, (jax.numpy.asarray(X),), order=1, modes=["rev"]))


def autograd_check(claim, X):
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    f = primitive(counted(claim.f, NUMPY))
    defvjp(f, lambda Y, X: lambda Ybar: claim.pull(NUMPY, X, Ybar))
    return accepts(lambda: check_grads(f, modes=["rev"], order=1)(X))


def accepts(check):
    try:
        check()
    except AssertionError:
        return False
    return True


def jacobian_of(claim, X):
    """The claimed Jacobian, row by row as these libraries stack, from the claimed differential."""
    units = np.eye(X.size).reshape(-1, *X.shape)
    return np.stack([np.ravel(claim.push(NUMPY, X, unit)) for unit in units], axis=1)


def stacked(claim, X):
    f = counted(claim.f, NUMPY)
    return lambda x: np.ravel(f(x.reshape(X.shape)))


def numdifftools_check(claim, X):
    import numdifftools

    return np.allclose(numdifftools.Jacobian(stacked(claim, X))(X.ravel()), jacobian_of(claim, X))


def scipy_check_grad(claim, X):
    from scipy.optimize import approx_fprime

    # what scipy.optimize.check_grad computes, for values that are not numbers too; 1e-6 is the usual threshold
    found = np.atleast_2d(approx_fprime(X.ravel(), stacked(claim, X), 1.5e-8))
    return np.linalg.norm(found - jacobian_of(claim, X)) < 1e-6


def scipy_jacobian(claim, X):
    from scipy.differentiate import jacobian

    f = stacked(claim, X)

    def columns(x):  # SciPy asks for many points at once
        many = x.reshape(X.size, -1)
        return np.stack([f(point) for point in many.T], axis=1).reshape(-1, *x.shape[1:])

    return np.allclose(jacobian(columns, X.ravel()).df, jacobian_of(claim, X))


CHECKERS = {
    "matcalc": (ours, None),
    "torch gradcheck": (torch_slow, "torch"),
    "torch gradcheck, fast": (torch_fast, "torch"),
    "jax check_grads": (jax_check, "jax"),
    "autograd check_grads": (autograd_check, "autograd"),
    "numdifftools Jacobian": (numdifftools_check, "numdifftools"),
    "scipy check_grad": (scipy_check_grad, None),
    "scipy jacobian": (scipy_jacobian, None),
}


def available():
    """Those whose library is here: name → checker."""
    return {name: check for name, (check, needs) in CHECKERS.items() if needs is None or measure.present(needs)}

"""A reader's own function and the derivative claimed for it, at the reader's own point."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np

from .differences import LINE, Counted
from .directions import directions
from .domains import Domain, DomainError
from .evidence import VALUES, difference_check, linearity_check, measure, method, taylor_check
from .report import Check, Report, refuse
from .samples import gaussian
from .spaces import as_point, as_value, copy, inner, norm, quiet, relative, shape_of, step, text
from .special import generic_near, remarks


def verify_derivative(f, df, X, *, domain=None, rng=None):
    """Verify your own differential ``df(X, dX)`` of your own ``f`` at your own ``X``.

    X is an array of floats, real or complex, a number, or a tuple of these. Where X is special
    (symmetric, diagonal, …) the claim is also examined at a generic point near it, for some mistakes
    cannot be seen at a special one. A ``domain`` (say ``mc.domains.INVERTIBLE``) tells which points and
    directions count. Raises ``VerificationError`` with the report, or TypeError and ValueError for
    input that cannot be judged.
    """
    return refuse(_own("verify_derivative", f, df, X, domain, rng, arguments=2))


def verify_gradient(f, grad, X, *, domain=None, rng=None):
    """Verify your own gradient ``grad(X)``, the shape of X, of your own scalar-valued ``f``.

    The claim is df = ⟨grad(X), dX⟩. Otherwise as ``verify_derivative``.
    """
    return refuse(_own("verify_gradient", f, grad, X, domain, rng, arguments=1))


def _own(where, f, claim, X, domain, rng, arguments):
    """The report on a reader's function and claim, at X and, where X is special, at a generic point."""
    rng = np.random.default_rng(2026 if rng is None else rng)
    X = _own_input(where, f, claim, X, domain, arguments)
    f = _as_values(where, f, X)
    tangent = domain.tangent if domain else gaussian
    notes, several = remarks(X, domain.sample(rng, 4) if domain else None), isinstance(X, tuple)
    # at a special tuple each part moves alone, at the generic one all together: linearity does the rest
    found = directions(rng, X, tangent, int(not notes) if several else 3)
    elsewhere = LINE + 8 if notes else 0  # values of f for the generic point, and to find it
    checks, slopes = _judge(f, claim, X, rng, tangent, arguments, found, later=elsewhere)
    if notes and (near := generic_near(f, X, rng, tangent, domain)) is not None:
        found = directions(rng, near, tangent, 1 if several else 2)[:2 - several]
        first_step = slopes[-1].difference.step if slopes else None
        more, found = _judge(f, claim, near, rng, tangent, arguments, found, first_step)
        slopes += found
        checks += [replace(check, name=f"{check.name} at a generic point") for check in more]
    elif notes:
        notes += ("f has no value at generic points near X: the verdict holds at this X only",)
    return Report(f.name, tuple(checks), f.count, method(slopes), notes, tuple(slopes))


@quiet()
def _judge(f, claim, X, rng, tangent, arguments, found, first_step=None, later=0):
    """Difference, Taylor and linearity checks of a claim at one point, along the directions found."""
    try:
        push = _as_push(f, claim, X, tangent(rng, X), arguments)
        slopes = measure(f, push, X, found, first_step, later)
        checks = [difference_check(slopes), taylor_check(slopes)]
        return checks + [linearity_check(push, X, rng, tangent)] * (arguments == 2), slopes
    except ArithmeticError as error:
        return [Check("difference", False, str(error))], []
    except _NoAnswer as error:
        return [error.check], []


class _NoAnswer(Exception):
    """A claim that is no derivative of any function; ``check`` says why."""

    def __init__(self, name, message):
        self.check = Check(name, False, message)


def _as_push(f, claim, X, dX, arguments):
    """The claim as a map dX ↦ dY, tried once; _NoAnswer where it gives no numbers of the right shape."""
    if arguments == 1:
        gradient = _answered(lambda: claim(copy(X)), "grad(X)", "X", shape_of(X))
        return lambda dX: inner(gradient, dX)
    shape = shape_of(f(X))
    push = lambda dX: _answered(lambda: claim(copy(X), copy(dX)), "df(X, dX)", "f(X)", shape)
    push(dX)
    return push


def _answered(call, what, like, expected):
    """What a claim gives, in memory of its own: a claim may use the same array again."""
    try:
        answer = copy(as_point(call(), what, real=False))
    except Exception as error:
        raise _NoAnswer("answer", f"{what} gives no numbers: {type(error).__name__}: {error}") from error
    if shape_of(answer) != expected:
        given = text(shape_of(answer))
        raise _NoAnswer("shape", f"{what} has shape {given}; expected the shape of {like}, {text(expected)}")
    return answer


def _own_input(where, f, claim, X, domain, arguments):
    """Refuse what cannot be judged, in words; X as floats."""
    name = "df" if arguments == 2 else "grad"
    for function, role, count in ((f, "f", 1), (claim, name, arguments)):
        if not callable(function):
            raise TypeError(f"{where}: {role} must be a function, got {type(function).__name__}")
        try:
            inspect.signature(function).bind(*range(count))
        except TypeError:
            call = f"{role}(X{', dX' if count == 2 else ''})"
            takes = inspect.signature(function)
            raise TypeError(f"{where}: {role} cannot be called as {call}: it takes {takes}") from None
        except ValueError:  # a builtin that does not tell its signature
            pass
    floats = as_point(X, f"{where}: X", real=False)
    for part in X if isinstance(X, tuple) else (X,):
        if np.asarray(part).dtype.kind in "iu" and not isinstance(part, int):
            raise TypeError(f"{where}: X has whole-number entries ({np.asarray(part).dtype}); small steps need floats: "
                            "pass X.astype(float)")
    if not isinstance(domain, Domain | None):
        raise TypeError(f"{where}: domain must be a Domain, such as mc.domains.INVERTIBLE, got {type(domain).__name__}")
    if domain and (complaint := domain.complaint(floats)):
        raise DomainError(f"{where}: X does not belong to the {domain.name}: {complaint}")
    return floats


def _as_values(where, f, X):
    """f with its values as floats of one shape, counted, after a trial run at X that must succeed and repeat."""
    first = _tried(where, f, X)

    def values(X):
        try:
            Y = f(copy(X))
        except Exception as error:  # at X it had a value
            raise ArithmeticError(f"f raises {type(error).__name__}: {error}") from error
        Y = as_value(Y, f"{where}: f(X) near X")
        if shape_of(Y) != shape_of(first):
            change = f"from {text(shape_of(first))} to {text(shape_of(Y))}"
            raise TypeError(f"{where}: f(X) changes its shape {change} near X")
        return Y.item() if where == "verify_gradient" else Y

    counted = Counted(values, VALUES)
    counted.count, counted.name = 2, getattr(f, "__name__", "f").replace("<lambda>", "f")
    return counted


def _tried(where, f, X):
    """f(X), finite, the same twice, and one real number where a gradient is claimed."""
    try:
        with quiet():
            first, again = (as_value(f(copy(X)), "f(X)") for _ in range(2))
        as_point(first, "f(X)", real=False)  # finite
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where}: f has no usable value at X ({error})") from error
    if where == "verify_gradient" and (isinstance(first, tuple) or np.size(first) != 1):
        raise TypeError(f"{where}: f(X) must be one number, got shape {text(shape_of(first))}; "
                        "for other functions use verify_derivative")
    if where == "verify_gradient" and np.iscomplexobj(first):
        raise TypeError(f"{where}: f(X) must be real, got {first}")
    if shape_of(first) != shape_of(again) or relative(norm(step(first, -1, again)), norm(first)) > 1e-12:
        raise ValueError(f"{where}: f gives two different values at the same X; it must not depend on chance")
    return first

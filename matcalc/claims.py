"""A reader's own function and the derivative claimed for it, at the reader's own point."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np

from .differences import LINE, Counted
from .directions import directions
from .domains import DomainError
from .evidence import VALUES, difference_check, guard, linearity_check, measure, method, taylor_check
from .report import Check, Report, refuse
from .samples import gaussian
from .spaces import as_point, copy, inner, norm, shape_of, size, step, text
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
    rng = rng or np.random.default_rng(2026)
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


def _judge(f, claim, X, rng, tangent, arguments, found, first_step=None, later=0):
    """Difference, Taylor and linearity checks of a claim at one point, along the directions found."""
    push, wrong = _as_push(f, claim, X, tangent(rng, X), arguments)
    if wrong:
        return [wrong], []
    try:
        slopes = measure(f, push, X, found, first_step, later)
    except ArithmeticError as error:
        return [Check("difference", False, str(error))], []
    checks = [difference_check(slopes), taylor_check(slopes)]
    if arguments == 2:
        checks.append(guard("linearity", lambda: linearity_check(push, X, rng, tangent)))
    return checks, slopes


def _as_push(f, claim, X, dX, arguments):
    """The claim as a map dX ↦ dY, or the failed check that says why it is none."""
    expected = shape_of(f(X)) if arguments == 2 else shape_of(X)
    what = ("df(X, dX)", "f(X)") if arguments == 2 else ("grad(X)", "X")
    try:
        answer = as_point(claim(copy(X), copy(dX)) if arguments == 2 else claim(copy(X)), what[0], real=False)
    except Exception as error:
        return None, Check("answer", False, f"{what[0]} gives no numbers: {type(error).__name__}: {error}")
    if shape_of(answer) != expected:
        found = f"{what[0]} has shape {text(shape_of(answer))}; expected the shape of {what[1]}, {text(expected)}"
        return None, Check("shape", False, found)
    if arguments == 1:
        return lambda dX: inner(answer, dX), None
    return lambda dX: as_point(claim(copy(X), copy(dX)), "df(X, dX)", real=False), None


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
    if domain and (complaint := domain.complaint(floats)):
        raise DomainError(f"{where}: X does not belong to the {domain.name}: {complaint}")
    return floats


def _as_values(where, f, X):
    """f with its values as floats of one shape, counted, after a trial run at X that must succeed and repeat."""
    try:
        first, again = (as_point(f(copy(X)), "f(X)", real=False) for _ in range(2))
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where}: f has no usable value at X ({error})") from error
    if where == "verify_gradient" and size(shape_of(first)) != 1:
        raise TypeError(f"{where}: f(X) must be one number, got shape {text(shape_of(first))}; "
                        "for other functions use verify_derivative")
    if where == "verify_gradient" and np.iscomplexobj(first):
        raise TypeError(f"{where}: f(X) must be real, got {first}")
    if norm(step(first, -1, again)) > 1e-12 * norm(first):
        raise ValueError(f"{where}: f gives two different values at the same X; it must not depend on chance")

    def values(X):
        Y = f(copy(X))
        Y = tuple(np.asarray(part) for part in Y) if isinstance(Y, tuple) else np.asarray(Y)
        if shape_of(Y) != shape_of(first):
            change = f"from {text(shape_of(first))} to {text(shape_of(Y))}"
            raise TypeError(f"{where}: f(X) changes its shape {change} near X")
        return Y.item() if where == "verify_gradient" else Y

    counted = Counted(values, VALUES)
    counted.count, counted.name = 2, getattr(f, "__name__", "f").replace("<lambda>", "f")
    return counted

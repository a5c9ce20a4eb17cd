"""A rule: a function that knows its derivative."""

from __future__ import annotations

from functools import partial
from inspect import cleandoc

import numpy as np

from .domains import DomainError
from .spaces import ShapeError, as_point, as_result, copy, plain, quiet, shape_of, text


class Rule:
    """A function F with its value, its derivative, its domain and its printed formulas.

    ``f(X)`` is the value, written without knowledge of the derivative: differences look at it.
    ``linearize(X)`` returns ``(F(X), F'(X))`` from one factorization, the second a ``LinearMap``.
    ``formulas`` holds the LaTeX, which ``verify`` evaluates; ``source`` is a key of the bibliography
    and a place there. Where it is known, ``second_at(X)`` returns the second differential, a bilinear
    function of two tangents.

    Outside the domain every call raises ``DomainError``. Text and complex numbers are refused with
    ``TypeError``, NaN and infinity with ``ValueError``; a result too large for a float raises
    ``OverflowError``. Whole numbers become floats.
    """

    def __init__(self, name, f, linearize, domain, formulas, source, second_at=None):
        self.name, self.f, self.domain, self.formulas, self.source = name, f, domain, formulas, source
        self._linearize, self.second_at = linearize, second_at
        self.__doc__ = self._about()

    def _about(self):
        """What ``mc.inverse?`` shows: domain and shapes, how the derivative is found, where it stands."""
        shapes = self.formulas.shapes.items() if self.formulas else ()
        sizes = "".join(f" {name} is {shape}." for name, shape in shapes)
        found = cleandoc(self._linearize.__doc__ or "See ``formulas`` for value, differential and adjoint.")
        end = f"DomainError outside of the domain. Source: {self.source}."
        return f"{self.name}, on {self.domain.name}.{sizes}\n\n{found}\n\n{end}"

    def __call__(self, X):
        """F(X)."""
        return as_result(self._guarded(self._value, self._enter(X)), self.name)

    def _value(self, X):
        if complaint := self.domain.interior(X):
            raise DomainError(complaint)
        return self.f(X)

    def linearize(self, X):
        """(F(X), F'(X)): the value and the linear map, from one factorization."""
        Y, dF = self._both(X)
        return plain(copy(Y)), dF  # a copy, for the map may hold Y itself

    def at(self, X):
        """F'(X), a ``LinearMap``: what depends on X alone is computed here, once."""
        return self._both(X)[1]

    def _both(self, X):
        X = self._enter(X)
        Y, dF = self._guarded(self._linearize, X)
        return as_result(Y, self.name), dF.replace(
            input_shape=shape_of(X), output_shape=shape_of(Y), name=f"{self.name}′",
            direction=partial(self.domain.direction, X),
        )

    def gradient(self, X):
        """∇f(X), the shape of X: the matrix with df = ⟨∇f, dX⟩. For scalar-valued rules."""
        y, df = self.linearize(X)
        if shape_of(y) != ():
            raise TypeError(
                f"{self.name}.gradient: a gradient belongs to a scalar-valued function; this value has shape "
                f"{text(shape_of(y))}. Use {self.name}.at(X).T(Ybar)."
            )
        return df.T(1.0)

    def second(self, X):
        """F''(X), the second differential: a function (dX, dZ) ↦ d²F, bilinear and symmetric."""
        if self.second_at is None:
            raise NotImplementedError(f"{self.name}: no second differential is stated; see mc.second_order")
        X = self._enter(X)
        second = self._guarded(self.second_at, X)

        def along(dX, dZ):
            tangents = [self.admit(X, tangent) for tangent in (dX, dZ)]
            return self._guarded(lambda X: second(*tangents), X)

        return along

    def admit(self, X, dX):
        """dX as floats, for F''(X): TypeError or ValueError for what is no numbers, ShapeError for another shape."""
        dX = as_point(dX, f"{self.name}″: the tangent", real=False)
        if shape_of(dX) != shape_of(X):
            given = text(shape_of(dX))
            raise ShapeError(f"{self.name}″: expected tangents of shape {text(shape_of(X))}, got {given}")
        return dX

    def but(self, *, differential=None, adjoint=None, matrix=None, f=None, formulas=None, second_at=None):
        """The same rule with a part replaced: ``inverse.but(differential=lambda X, dX: …)``.

        ``differential(X, dX)``, ``adjoint(X, Ybar)`` and ``matrix(X)`` see the point. Made for wrong
        twins: a rule that is right but for one part shows which check catches that part.
        """

        def linearize(X):
            Y, dF = self._linearize(X)
            parts = {}
            if differential is not None:
                parts["push"] = lambda dX: differential(copy(X), copy(dX))
            if adjoint is not None:
                parts["pull"] = lambda Ybar: adjoint(copy(X), copy(Ybar))
            if matrix is not None:
                parts["matrix"] = lambda: matrix(copy(X))
            return Y, dF.replace(**parts)

        return Rule(
            name=f"{self.name} (altered)", f=f or self.f, linearize=linearize,
            domain=self.domain, formulas=formulas or self.formulas, source=self.source,
            second_at=second_at or self.second_at,
        )

    def _enter(self, X):
        X = copy(as_point(X, self.name))  # the map must not change when the caller's array does
        if complaint := self.domain.shape(X):
            raise DomainError(complaint, self.name, self.domain.name)
        return X

    def _guarded(self, function, X):
        """Run ``function(X)`` and give every failure of the linear algebra the name of this rule."""
        try:
            with quiet():
                return function(X)
        except DomainError as error:
            raise DomainError(error.reason, self.name, self.domain.name) from None
        except OverflowError as error:
            raise OverflowError(f"{self.name}: {error}") from None
        except np.linalg.LinAlgError as error:
            raise DomainError(self.domain.complaint(X) or str(error), self.name, self.domain.name) from None
        except ValueError as error:  # SciPy's word for something too large on the way is "infs or NaNs"
            kind = OverflowError if "infs or NaNs" in str(error) else type(error)
            raise kind(f"{self.name}: {str(error).removeprefix(f'{self.name}: ')}") from None

    def __repr__(self):
        return f"Rule({self.name} on {self.domain.name})"

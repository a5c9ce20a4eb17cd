"""A derivative is a linear map: push a tangent through it, pull a cotangent back, look at its matrix."""

from __future__ import annotations

import numpy as np

from .spaces import ShapeError, apart, as_point, as_result, plain, quiet, shape_of, size, text, unvec, vec


class LinearMap:
    """A linear map L between two spaces of points, known by what it does.

    ``push(dX)`` is L[dX]; ``pull(Ybar)`` is the adjoint L*[Ȳ], fixed by ⟨Ȳ, L[dX]⟩ = ⟨L*[Ȳ], dX⟩;
    ``matrix()`` is the J of vec(L[dX]) = J vec(dX), written down from a formula. Where no formula
    is given, J is collected column by column.

    ``input_shape`` and ``output_shape`` are the shapes of dX and L[dX]; a map without them does not
    check what it is given (a rule's maps always have them). ``direction(dX)`` says why the point cannot
    move along dX, or None: a symmetric point wants symmetric tangents. ``name`` stands in error messages.
    """

    __array_ufunc__ = None  # an array beside @ is a TypeError: a map is called, not multiplied

    def __init__(
        self, push, pull, matrix=None, *, input_shape=None, output_shape=None, name="linear map", direction=None
    ):
        if not callable(push) or not callable(pull):
            raise TypeError(f"{name}: push and pull must be functions")
        self.push, self.pull, self.formula = push, pull, matrix
        shapes = (tuple(shape) if isinstance(shape, list) else shape for shape in (input_shape, output_shape))
        self.input_shape, self.output_shape = shapes
        self.name, self.direction = name, direction
        self._transpose = None

    def __call__(self, dX):
        """L[dX]. ShapeError if dX or the result has another shape than it ought to, OverflowError if too large."""
        if self.input_shape is not None:
            dX = as_point(dX, f"{self.name}: the tangent", real=False)
            if shape_of(dX) != self.input_shape:
                raise ShapeError(
                    f"{self.name}: expected a tangent of shape {text(self.input_shape)}, got {text(shape_of(dX))}"
                )
        if self.direction is not None and (complaint := self.direction(dX)):
            raise ValueError(f"{self.name}: {complaint}")
        with quiet():
            dY = apart(self.push(dX), dX)
        if self.output_shape is None:
            return plain(dY)
        if shape_of(dY) != self.output_shape:
            given = text(shape_of(dY))
            raise ShapeError(f"{self.name}: expected a result of shape {text(self.output_shape)}, got {given}")
        return as_result(dY, self.name)

    @property
    def T(self):
        """The adjoint map L*: Ȳ ↦ L*[Ȳ]. Its adjoint is L again, the same object."""
        if self._transpose is None:
            # a real map's adjoint has the transposed matrix; for complex values, on real cotangents, Re Jᴴ
            formula = None if self.formula is None else lambda: np.real(self.formula()).T
            self._transpose = LinearMap(
                self.pull, self.push, formula,
                input_shape=self.output_shape, output_shape=self.input_shape, name=f"{self.name}, adjoint",
            )
            self._transpose._transpose = self
        return self._transpose

    @property
    def matrix(self):
        """J with vec(L[dX]) = J vec(dX): as many rows as outputs, as many columns as inputs."""
        if self.formula is None:
            return self.columns()
        with quiet():
            return as_result(self.formula(), f"{self.name}: its matrix")

    def columns(self):
        """J collected from the map alone: column k is vec of L applied to the k-th unit tangent."""
        self._need_shapes("its matrix")
        units = np.eye(size(self.input_shape))
        with quiet():
            J = np.stack([vec(self.push(unvec(unit, self.input_shape))) for unit in units], axis=1)
        return as_result(J, f"{self.name}: its matrix")

    @property
    def operator(self):
        """The same map as a ``scipy.sparse.linalg.LinearOperator`` on stacked vectors."""
        from scipy.sparse.linalg import LinearOperator

        self._need_shapes("an operator")
        return LinearOperator(
            shape=(size(self.output_shape), size(self.input_shape)),
            matvec=lambda v: vec(self.push(unvec(np.reshape(v, -1), self.input_shape))),
            rmatvec=lambda v: vec(self.pull(unvec(np.reshape(v, -1), self.output_shape))),
            dtype=np.result_type(vec(self.push(unvec(np.zeros(size(self.input_shape)), self.input_shape))), float),
        )

    def __matmul__(self, inner_map):
        """The chain rule: (L ∘ M)[dX] = L[M[dX]], and the adjoints compose in the other order."""
        if not isinstance(inner_map, LinearMap):
            return NotImplemented
        if None not in (self.input_shape, inner_map.output_shape) and self.input_shape != inner_map.output_shape:
            raise ShapeError(
                f"{self.name} @ {inner_map.name}: the left map takes {text(self.input_shape)}, "
                f"the right one gives {text(inner_map.output_shape)}"
            )
        return LinearMap(
            push=lambda dX: self.push(inner_map.push(dX)),
            pull=lambda Ybar: inner_map.pull(self.pull(Ybar)),
            matrix=lambda: self.matrix @ inner_map.matrix,
            input_shape=inner_map.input_shape,
            output_shape=self.output_shape,
            direction=inner_map.direction,
            name=f"{self.name} ∘ {inner_map.name}",
        )

    def replace(self, **parts):
        """The same map with some parts changed."""
        old = {
            "push": self.push, "pull": self.pull, "matrix": self.formula, "direction": self.direction,
            "input_shape": self.input_shape, "output_shape": self.output_shape, "name": self.name,
        }  # fmt: skip
        return LinearMap(**(old | parts))

    def _need_shapes(self, what):
        if self.input_shape is None or self.output_shape is None:
            raise ShapeError(f"{self.name}: {what} needs input_shape and output_shape, which were not given")

    def __repr__(self):
        if self.input_shape is None or self.output_shape is None:
            return f"LinearMap({self.name})"
        return f"LinearMap({self.name}: {text(self.input_shape)} → {text(self.output_shape)})"


def functional(G):
    """dX ↦ ⟨G, dX⟩, the derivative of a number-valued function with gradient G; its adjoint is ȳ ↦ ȳ G.

    OverflowError if an entry of G is too large for a float.
    """
    if not np.isfinite(G).all():
        raise OverflowError("the gradient is too large for floating-point numbers")
    return LinearMap(push=lambda dX: np.sum(G * dX), pull=lambda ybar: ybar * G, matrix=lambda: vec(G)[None, :].copy())

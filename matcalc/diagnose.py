"""Name the mistake in a wrong derivative: ``diagnose(answer, rule)`` says what a tutor would say first."""

from __future__ import annotations

from .mistakes import RELATIVES, Diagnosis, diagnosis_of
from .rules.determinant import det, logabsdet
from .rules.elementwise import elementwise
from .rules.frobenius import frobenius_norm, frobenius_norm_squared
from .rules.inverse import inverse
from .rules.matrix_functions import expm, logm_spd, sqrtm_spd
from .rules.norms import nuclear_norm, spectral_norm
from .rules.power import power
from .rules.product import transpose
from .rules.structured import skew_part, symmetric_part
from .rules.trace import trace_power

# Functions whose derivatives are taken for one another.
RELATIVES |= {
    "Xᵀ": transpose, "X": power(1), "X²": power(2), "X³": power(3), "X⁴": power(4), "X⁵": power(5), "X⁶": power(6),
    "X⁻¹": inverse, "X⁻²": power(-2), "X⁻³": power(-3), "exp X": expm, "log X": logm_spd, "√X": sqrtm_spd,
    "sym X": symmetric_part, "skew X": skew_part,
    "tr X": trace_power(1), "tr X²": trace_power(2), "tr X³": trace_power(3), "tr X⁴": trace_power(4),
    "tr X⁻¹": trace_power(-1), "det X": det, "log|det X|": logabsdet,
    "‖X‖_F": frobenius_norm, "‖X‖_F²": frobenius_norm_squared, "‖X‖_*": nuclear_norm, "‖X‖₂": spectral_norm,
} | {
    f"{name} of every entry": elementwise(name)
    for name in ("exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sigmoid", "softplus")
}  # fmt: skip


def diagnose(answer, target, X=None, *, rng=None) -> Diagnosis:
    """The ``Diagnosis`` of an answer: right, right in another layout, or which mistake it makes.

    - ``diagnose(answer, rule)``: a differential ``answer(X, dX)``, an adjoint ``answer(X, Ybar)`` (the name
      tells), or ``answer(X)``, the gradient of a scalar-valued rule and the Jacobian matrix of any other, in any
      layout. The arguments may also be the letters of the rule's formulas, ``answer(A, B, dA, dB)``. A SymPy
      expression, or a text such as ``"-inv(X)*dX*inv(X)"``, is a function of its letters.
    - ``diagnose(array, rule, X)``: the gradient or Jacobian at the point X, written down.
    - ``diagnose(answer, linear_map)``: a function of the tangent.
    - ``diagnose(answer, f, X)``: any function f, whose derivative is taken from its values near X.
    - ``diagnose(array, array)``: numbers beside numbers.

    An answer is tried at generic points of several sizes, the same ones in every call unless ``rng`` is given.
    """
    return diagnosis_of(answer, target, X, rng)

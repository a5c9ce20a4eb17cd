"""Printed formulas are code: LaTeX strings that are evaluated, and the set that belongs to a rule."""

from ..latex import FormulaError
from .evaluation import evaluate, sizes
from .formulas import Formulas, cotangent, tangent
from .operations import FUNCTIONS

__all__ = ["FUNCTIONS", "FormulaError", "Formulas", "cotangent", "evaluate", "sizes", "tangent"]

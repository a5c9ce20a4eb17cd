"""LaTeX in, a small syntax tree out, and back."""

from .reader import parse
from .tree import LEVELS, FormulaError, Name, Number, Term, latex, rewrites

__all__ = ["LEVELS", "FormulaError", "Name", "Number", "Term", "latex", "parse", "rewrites"]

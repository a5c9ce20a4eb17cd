"""``derive``: the derivative of a matrix expression, line by line, each compared with numbers before it is shown."""

from ..expressions import read, words
from ..expressions.language import names_in
from ..expressions.tree import Expr, ExpressionError, symbols
from .derivation import Derivation
from .errors import CannotDerive, FalseLine
from .normal import tidy
from .steps import Step

__all__ = ["CannotDerive", "Derivation", "ExpressionError", "FalseLine", "Step", "derive"]


def derive(expr, *variables, shapes=None, rng=None, **assumptions):
    """The derivation of ``expr`` with respect to one or several letters::

        derive("tr(A*X*B*X')", "X")               text; see mc.expressions
        derive(log(Determinant(X.T * A * X)), X)  an expression of SymPy
        derive("norm(A*X - B)^2", "A", "X")       several letters
        derive("tr(A*X)", "X", symmetric="X")     structure

    Structure is ``symmetric``, ``positive_definite``, ``diagonal`` or ``orthogonal``. ``shapes={"A": (3, 4),
    "d": "vector"}`` says what custom does not. Raises ExpressionError for what cannot be read, CannotDerive for
    what cannot be derived, and FalseLine rather than show a line that numbers contradict.
    """
    f = read(expr, shapes, **assumptions)
    if isinstance(expr, Expr) and assumptions:
        raise CannotDerive("structure is declared when the text is read: read(text, symmetric=…)")
    for structure, declared in assumptions.items():
        if strangers := [name for name in names_in(declared) if name not in symbols(f)]:
            raise CannotDerive(f"{structure}: {', '.join(strangers)} does not occur in {f}")
    names = [_name(x, f) for group in variables for x in (group if isinstance(group, list | tuple) else [group])]
    if not names:
        raise CannotDerive('say with respect to what: derive("tr(A*X)", "X")')
    letters = symbols(f)
    for name in names:
        if name not in letters:
            known = ", ".join(letters) or "none"
            raise CannotDerive(f"{name} does not occur in {f}; its letters are {known}. Its derivative would be zero")
    for taken in ("Ybar", *(f"d{name}" for name in names)):
        if taken in letters:
            raise CannotDerive(f"the letter {taken} is needed for the derivation: give yours another name")
    return Derivation(tidy(f), [letters[name] for name in dict.fromkeys(names)], rng)


def _name(variable, f):
    """The name of a letter to differentiate by; SymPy's symbol must be the one that stands in f."""
    if isinstance(variable, str):
        return variable.strip()
    if isinstance(variable, Expr) and variable.head == "symbol":
        return variable.parts[0]
    if not hasattr(variable, "name"):
        raise CannotDerive(f"expected a letter to differentiate by, got {variable}")
    mine, theirs = symbols(f).get(variable.name), read(variable)
    if mine is not None and mine.shape != theirs.shape:
        raise CannotDerive(f"{mine} is {words(mine.shape)} in {f}, not {words(theirs.shape)}")
    return variable.name

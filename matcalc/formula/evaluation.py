r"""Printed formulas are code: a LaTeX string and the values of its names give a number or a matrix.

    evaluate(r"-X^{-1}\,\mathrm dX\,X^{-1}", {"X": X, "dX": dX})

Vectors are columns and a 1×1 result is a number. Names are those of the text: `\mathrm dX` is dX,
`\bar Y` is Ybar, `U_1` is U_1, and `c_j` is c[j] where c is a vector, a tuple or a dict. Where m
and n have values, I_n, K_{mn}, D_n and \mathbf 1_n have theirs; a bare I takes the size of the sum
or of the blocks that it stands in.
"""

import re

import numpy as np

from ..latex import FormulaError, Name, Number, Term, latex, parse
from ..spaces import text as size_text
from .operations import FUNCTIONS, SIGNS, SIZED


def evaluate(formula, names, where=(), shapes=None):
    r"""The value of a printed formula, or of its tree: an array, a number, or two sides of an =.

    `where` holds local definitions, ("M", r"L^{-1}\,\mathrm dX"), evaluated when they are used;
    `shapes`, as in {"X": "m×n"}, gives m and n their values. FormulaError says what cannot be read
    or has no value.
    """
    names = {re.sub(r"_\{(.*)\}$", r"_\1", key): value for key, value in names.items()}
    scope = Scope({r"\pi": np.pi} | names | sizes(shapes or {}, names), where)
    try:
        tree = parse(formula) if isinstance(formula, str) else formula
        sides = tree.parts if head_of(tree) == "=" else (tree,)
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            values = tuple(_value(side, scope) for side in sides)
    except FormulaError as error:
        printed = formula if isinstance(formula, str) else latex(formula)
        raise FormulaError(f"in the formula {printed}\n{error}") from None
    values = tuple(value.item() if value.size == 1 else value for value in values)
    return values if len(values) > 1 else values[0]


def sizes(shapes, names):
    """The letters of shapes: {"X": "m×n"} and a 3×4 array X give m = 3 and n = 4."""
    found = {}
    for name, printed in shapes.items():
        if name not in names:
            raise FormulaError(f"{name} has the shape {printed}, but no value")
        shape = _matrix(names[name]).shape
        for letter, size in zip([*printed.split("×"), "1"], shape, strict=False):
            known = found.get(letter, names.get(letter, size))
            known = int(letter) if letter.isdigit() else found.setdefault(letter, known)
            if np.ndim(known) or known != size:
                expected = f"expected {printed} with {letter} = {known}"
                raise FormulaError(f"{name} is {size_text(shape)}, {expected}")
    return found


class Scope(dict):
    """Values by name; a local definition is evaluated when its name is first looked up."""

    def __init__(self, names, where=()):
        super().__init__(names)
        self.where = dict(where)

    def __missing__(self, key):
        definition = parse(self.where.pop(key))  # popped, so that it cannot be used in itself
        self[key] = _value(definition, self)
        return self[key]


def _matrix(value):
    """In here everything is a matrix: a number is 1×1, a vector is a column."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc" or array.ndim > 2:
        raise FormulaError(f"expected numbers in at most two dimensions, got {value!r}")
    array = array.astype(complex if array.dtype.kind == "c" else float)
    return array if array.ndim == 2 else np.atleast_2d(array).T


def head_of(node):
    return node.head if isinstance(node, Term) else None


def _value(node, scope):
    """The value of a tree, always a matrix."""
    match node:
        case Number(text):
            return _matrix(float(text))
        case Name():
            return _lookup(node, scope)
        case Term("+"):
            return _sum(node, scope)
        case Term(r"\sum", parts):
            return _total(*parts, scope)
        case Term(r"\begin", rows):
            return _blocks([row.parts for row in rows], scope)
    if not (operation := SIGNS.get(node.head) or FUNCTIONS.get(node.head)):
        raise FormulaError(f"unknown function {node.head}; known are {', '.join(FUNCTIONS)}")
    return _apply(operation, node, [_value(part, scope) for part in node.parts])


def _apply(operation, node, values):
    """Run an operation; what goes wrong is told with every subformula and its size."""
    try:
        return _matrix(operation(*values))
    except (ValueError, TypeError, ArithmeticError) as error:
        given = zip(node.parts, values, strict=True)
        given = ", ".join(f"{latex(part)} is {size_text(value.shape)}" for part, value in given)
        raise FormulaError(f"no value for {latex(node)}: {error}; {given}") from error


def _lookup(name, scope):
    """A given value, an entry of a family, or a matrix that its size determines, in this order."""
    key, symbol, subscript = name.key, name.symbol, name.subscript
    if key in scope or key in scope.where:
        return _matrix(scope[key])
    family = scope.get(symbol)
    if subscript and (isinstance(family, tuple | list | dict) or np.ndim(family) == 1):
        return _entry(name, family, scope)
    if symbol in SIZED:
        return _sized(name, scope)
    raise FormulaError(f"unknown name {key}; known are {', '.join([*scope, *scope.where])}")


def _entry(name, family, scope):
    """c_j is c[j]; a dict says itself where its indices begin."""
    index = parse(name.subscript)
    places = family if isinstance(family, dict) else range(len(family))
    if head_of(index) == "" or _integer(index, scope) not in places:
        raise FormulaError(f"{name.symbol} has no entry {latex(name)}, only {list(places)}")
    return _matrix(family[_integer(index, scope)])


def _sized(name, scope):
    make, pattern = SIZED[name.symbol]
    if not (letters := re.fullmatch(pattern, name.subscript)):
        raise FormulaError(f"{latex(name)} needs its size here, as in I_n or K_{{mn}}")
    return make(*(_integer(parse(letter), scope) for letter in letters.groups()))


def _integer(tree, scope):
    value = _value(tree, scope)
    if value.size > 1 or value.item() != round(value.item().real):
        raise FormulaError(f"{latex(tree)} must be a whole number")
    return int(value.item().real)


def _add(*values):
    """0 is the zero of every space; apart from it only equal sizes can be added."""
    shapes = {value.shape: None for value in values if value.size > 1 or value.any()}
    if len(shapes) > 1:
        raise FormulaError("cannot add " + " and ".join(size_text(shape) for shape in shapes))
    return sum(values, np.zeros((1, 1)))


def _sum(node, scope):
    scales = _identities(node.parts, scope)
    values = [_value(c or part, scope) for c, part in zip(scales, node.parts, strict=True)]
    n = max((len(v) for v, c in zip(values, scales, strict=True) if c is None), default=1)
    if any(scales) and n == 1:
        raise FormulaError(f"I has no size in {latex(node)}; print it, as in I_n")
    for i, scale in enumerate(scales):
        if scale is not None and values[i].size == 1:
            values[i] = values[i] * np.eye(n)
    return _apply(_add, node, values)


def _identities(terms, scope):
    """For each term c I with a bare I its c, else None."""
    return [None if "I" in scope else _scale(term) for term in terms]


def _scale(term):
    if term == Name("I"):
        return Number("1")
    if head_of(term) not in ("-", "", "/"):
        return None
    scales = [_scale(part) for part in term.parts]
    parts = tuple(scale or part for scale, part in zip(scales, term.parts, strict=True))
    return Term(term.head, parts) if any(scales) else None


def _total(index, first, last, body, scope):
    if index.key in scope:
        raise FormulaError(f"the index {index.key} of a sum has a value already")
    steps = range(_integer(first, scope), _integer(last, scope) + 1)
    return _add(*(_value(body, Scope(scope | {index.key: i}, scope.where)) for i in steps))


def _blocks(rows, scope):
    """Blocks side by side; a bare I and a 0 take their sizes from the row and the column."""
    if len({len(row) for row in rows}) > 1:
        raise FormulaError("the rows of a block matrix have different lengths")
    scales = np.array([_identities(row, scope) for row in rows], dtype=object)
    cells = np.empty(scales.shape, dtype=object)
    for place, scale in np.ndenumerate(scales):
        cells[place] = _value(scale or rows[place[0]][place[1]], scope)
    heights, widths = _block_sizes(cells, scales)
    for (i, j), scale in np.ndenumerate(scales):
        size, cell = (heights.get(i, 1), widths.get(j, 1)), cells[i, j]
        if cell.size == 1 and (scale is not None or not cell.any()):
            cells[i, j] = cell = cell * np.eye(*size)
        if cell.shape != size or (scale is not None and size[0] != size[1]):
            here = f"{latex(rows[i][j])} is {size_text(cell.shape)}"
            raise FormulaError(f"{here}, but its place in the block matrix is {size_text(size)}")
    return np.block(cells.tolist())


def _block_sizes(cells, scales):
    """The heights of the rows and the widths of the columns, as far as the blocks tell them."""
    heights, widths = {}, {}
    for (i, j), cell in np.ndenumerate(cells):
        if scales[i, j] is None and (cell.size > 1 or cell.any()):
            heights.setdefault(i, cell.shape[0])
            widths.setdefault(j, cell.shape[1])
    for _ in range(cells.size):  # an I is square: it hands a height on as a width, and back
        for (i, j), scale in np.ndenumerate(scales):
            if scale is not None and (n := heights.get(i) or widths.get(j)):
                heights.setdefault(i, n)
                widths.setdefault(j, n)
    unknown = len(heights) < cells.shape[0] or len(widths) < cells.shape[1]
    if unknown and (any(cell.size > 1 for cell in cells.flat) or any(scales.flat)):
        raise FormulaError("a row or a column of the block matrix has nothing that tells its size")
    return heights, widths

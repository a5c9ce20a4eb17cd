"""The words of the text form: letters and what they are by custom, functions and what they ask for."""

from __future__ import annotations

import re
from difflib import get_close_matches

from . import tree as t
from .dims import SCALAR, words
from .tree import ExpressionError
from .unify import Dimensions

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
NAMES = "|".join([*GREEK, *(word.title() for word in GREEK)])
LETTER = re.compile(rf"d?(?:[^\W\d_]|{NAMES})(?:bar|_\w+|\d+)?(?:_\w+)?$")
VECTORS = set("abcuvwxyz")
SHAPED = {"scalar": SCALAR, "number": SCALAR, "vector": (None, 1), "column": (None, 1), "row": (1, None),
          "matrix": (None, None), "square": ("=", "=")}  # fmt: skip
GROUPS = {"scalars": "scalar", "vectors": "vector", "matrices": "matrix", "square": "square"}


class Letters:
    """What each letter is: its shape by custom or as declared, its structure."""

    def __init__(self, shapes=None, **groups):
        if not isinstance(shapes or {}, dict):
            raise ExpressionError(f'shapes is a dict such as {{"A": (3, 4)}}, got {shapes!r}')
        self.dims, self.kinds, self.found = Dimensions(), {}, {}
        self.shapes = {getattr(key, "name", key): shape for key, shape in (shapes or {}).items()}
        for group, names in groups.items():
            names = names_in(names)
            kind = group.replace("_", " ")
            if group in GROUPS:
                self.shapes |= {name: self.shapes.get(name, GROUPS[group]) for name in names}
            elif kind in t.KINDS[1:]:
                self.kinds |= dict.fromkeys(names, kind)
            else:
                known = ", ".join([*GROUPS, *(k.replace(" ", "_") for k in t.KINDS[1:])])
                raise ExpressionError(f"unknown assumption {group!r}; known are {known}")
        self.sizes = {d for shape in self.shapes.values() for d in _parse(shape) if isinstance(d, str) and d != "="}

    def declared(self, name):
        return name in self.shapes or name in self.kinds

    def read(self, reader, name, place):
        """The symbol of that name."""
        if name in self.found:
            return self.dims.settle(self.found[name])
        if not self.declared(name):
            if name in ("I", "ones"):
                n = self.dims.fresh(loose=True)
                return t.identity(n) if name == "I" else t.ones((n, self.dims.fresh(loose=True)))
            if name == "pi":
                return t.Expr("pi", (), SCALAR)
            if name in self.sizes:
                return t.Expr("size", (name,), SCALAR)
            if not LETTER.match(name):
                reader.fail(_strange(name), place)
        self.found[name] = reader.build(place, lambda: t.symbol(name, self.shape(name), self.kinds.get(name, "")))
        return self.found[name]

    def shape(self, name):
        if name in self.shapes:
            shape = _parse(self.shapes[name])
            n = self.dims.fresh()
            return tuple(n if d == "=" else self.dims.fresh() if d is None else d for d in shape)
        if self.kinds.get(name):
            n = self.dims.fresh()
            return n, n
        if name[0] == "d" and name[1:] in self.found:
            return self.dims.shape(self.found[name[1:]])  # a tangent has the shape of its point
        core = re.sub(r"^d(?=\w)", "", re.sub(r"(bar|_\w+|\d+)$", "", name)) if len(name) > 1 else name
        if core[:1].isupper():
            return self.dims.fresh(), self.dims.fresh()
        return (self.dims.fresh(), 1) if core in VECTORS else SCALAR


def names_in(names):
    """The names in "A B", in ["A", "B"], or of SymPy's symbols."""
    if isinstance(names, str):
        return names.replace(",", " ").split()
    names = [names] if hasattr(names, "name") else names
    if not isinstance(names, list | tuple | set):
        raise ExpressionError(f'expected letters such as "A B", got {names!r}')
    return [getattr(name, "name", name) for name in names]


def _parse(shape):
    """(3, 4), "m×n", "m x n", 5 or "n" for a column, and the words of SHAPED."""
    if isinstance(shape, str) and shape in SHAPED:
        return SHAPED[shape]
    if isinstance(shape, str):
        shape = tuple(re.split(r"\s*[×,]\s*|\s+x\s+|(?<=\w)x(?=\w)", shape.strip()))
    shape = shape if isinstance(shape, tuple | list) else (shape,)
    shape = tuple(int(d) if str(d).isdigit() else str(d) for d in shape)
    if len(shape) > 2:
        raise ExpressionError(f"a shape has one or two dimensions, got {shape}")
    if not all(d > 0 if isinstance(d, int) else re.fullmatch(r"=|[^\W\d]\w*", d) and d != "None" for d in shape):
        known = ", ".join(SHAPED)
        raise ExpressionError(f"a dimension is a whole number from 1 on or a letter, got {shape}; or one of {known}")
    return shape if len(shape) == 2 else SCALAR if not shape else (*shape, 1)


def _strange(name):
    near = get_close_matches(name, FUNCTIONS, n=1)
    if near:
        return f"unknown name {name}; did you mean {near[0]}(…)?"
    return f"unknown name {name}: put * between the letters of a product ({'*'.join(name)}), or declare it in shapes="


def call(reader, word, place):
    """word(argument, …)."""
    if word not in FUNCTIONS:
        if reader.letters.declared(word) or LETTER.match(word):
            reader.fail(f"expected an operator after {word}, such as *, found (", reader.place)
        near = get_close_matches(word, FUNCTIONS, n=2) or sorted(FUNCTIONS)
        reader.fail(f"unknown function {word}; near: {', '.join(near)}", place)
    need, make = FUNCTIONS[word]
    arguments = _arguments(reader)
    count = need if isinstance(need, int) else 1
    if len(arguments) != count:
        reader.fail(f"{word} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}", place)
    if need == "square" or (need == "diag" and reader.dims.shape(arguments[0])[1] != 1):
        shape = reader.dims.shape(arguments[0])
        if not _squared(reader.dims, arguments[0]):
            reader.fail(f"{word} needs a square matrix; {arguments[0]} is {words(shape)}", place)
    if word in ("inner", "dot"):
        reader.fit(place, *arguments, f"take the {word} product of")
    return reader.build(place, make, *arguments)


def _squared(dims, X):
    """Make X square; of A ⊗ B both, which is the only thing people mean."""
    if X.head == "kron" and dims.shape(X)[0] != dims.shape(X)[1]:
        return all(_squared(dims, part) for part in X.parts)
    return dims.equal(*dims.shape(X))


def _arguments(reader):
    reader.expect("(")
    arguments = [reader.sum()]
    while reader.accept(","):
        arguments.append(reader.sum())
    reader.expect(")")
    return arguments


def entry(reader, X, place):
    """X[i,j], counted from 1; x[i] for a column."""
    reader.expect("[")
    indices = []
    while True:
        if reader.kind != 1 or not reader.word.isdigit() or int(reader.word) < 1:
            reader.fail("expected a whole number from 1 on: an entry is X[1,2]")
        indices.append(int(reader.take()))
        if not reader.accept(","):
            break
    reader.expect("]")
    if len(indices) > 2 or (len(indices) == 1 and reader.dims.shape(X)[1] != 1):
        reader.fail(f"an entry of {X} has two indices", place)
    return reader.build(place, lambda X: t.entry(X, *indices, *[1] * (2 - len(indices))), X)


def _named(head):
    return lambda X: t.apply(head, X)


FUNCTIONS = {name: (1, _named(name)) for name in t.ENTRYWISE} | {
    "ln": (1, _named("log")),
    "tr": ("square", lambda X: t.scalar("tr", X)),
    "trace": ("square", lambda X: t.scalar("tr", X)),
    "det": ("square", lambda X: t.scalar("det", X)),
    "logdet": ("square", lambda X: t.scalar("logdet", X)),
    "inv": ("square", t.inverse),
    "expm": ("square", lambda X: t.matrix_function("expm", X)),
    "frechet": (2, lambda X, dX: t.matrix_function("frechet", X, dX)),
    "pinv": (1, lambda X: t.matrix_function("pinv", X)),
    "transpose": (1, t.transpose),
    "sum": (1, lambda X: t.scalar("sum", X)),
    "norm": (1, lambda X: t.scalar("norm", X)),
    "norm2": (1, lambda X: t.scalar("norm2", X)),
    "inner": (2, lambda A, B: t.Expr("inner", (A, B), SCALAR)),
    "dot": (2, lambda A, B: t.Expr("inner", (A, B), SCALAR)),
    "kron": (2, t.kron),
    "hadamard": (2, t.hadamard),
    "diag": ("diag", t.diag),
    "vec": (1, t.vec),
}

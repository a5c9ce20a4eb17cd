"""Letters of an entry: drawn generically, of the structure that the entry assumes."""

from __future__ import annotations

import re

import numpy as np

from ..expressions import read_all, symbols, value
from ..spaces import inner, norm, shape_of, vec
from .words import WORDS

SIZES = {"m": 4, "n": 3, "p": 2, "q": 5}


def off(measured, claimed):
    if vec(measured).shape != vec(claimed).shape:
        return np.inf
    size = max(norm(vec(measured)), norm(vec(claimed)))
    return float(norm(vec(measured) - vec(claimed)) / size) if size > 1e-12 else 0.0


class Letters:
    """The letters of an entry, drawn; ``function``, ``claim`` and ``adjoint`` take more letters and give values."""

    def __init__(self, entry, rng):
        self.entry, self.rng, self.kinds = entry, rng, _kinds(entry)
        self.letters = self.drawn()

    def draw(self, name, shape):
        A, kinds = self.rng.standard_normal(shape), self.kinds.get(name, ())
        if "complex" in kinds:
            A = A + 1j * self.rng.standard_normal(shape)
        if "singular" in kinds:
            A[-1] = A[:-1].sum(axis=0)
        if "symmetric" in kinds:
            A = A + A.T
        return A @ A.T + np.eye(len(A)) if "positive_definite" in kinds else A

    def direction(self, name):
        """A tangent at a letter: complex or symmetric where the letter is."""
        dA, kinds = self.rng.standard_normal(np.shape(self.letters[name])), self.kinds.get(name, ())
        if "complex" in kinds:
            dA = dA + 1j * self.rng.standard_normal(dA.shape)
        return dA + dA.T if {"symmetric", "positive_definite"} & set(kinds) else dA

    def adjoint_gap(self, measured, tangents):
        """⟨C̄, dC⟩ against the sum of ⟨Ā, dA⟩ over the letters; zero if no adjoint is claimed."""
        if "adjoint" not in self.entry:
            return 0.0
        shapes = shape_of(measured)
        several = isinstance(measured, tuple)
        Cbar = tuple(map(self.rng.standard_normal, shapes)) if several else self.rng.standard_normal(shapes)
        pairs = [(self.adjoint(name, Cbar), tangents[f"d{name}"]) for name in self.entry["adjoint"]]
        return off(inner(Cbar, measured), sum(inner(np.asarray(bar), dA) for bar, dA in pairs))


class PythonLetters(Letters):
    """Expressions of Python in their letters, in the words of ``WORDS``, and in what the entry says is given."""

    def drawn(self):
        drawn = {}
        for name, shape in self.entry.get("shapes", {}).items():
            dims = [int(d) if d.isdigit() else SIZES[d] for d in re.split("×", shape) if d]
            drawn[name] = self.draw(name, dims) if dims else 1 + self.draw(name, (1,))[0] / 4  # away from zero
        self.names = WORDS | SIZES | drawn
        for name, text in self.entry.get("given", {}).items():
            self.names[name] = drawn[name] = eval(text, self.names)
        return drawn

    def function(self, moved):
        return eval(self.entry["function"], self.names | moved)

    def claim(self, tangents):
        names = self.names | tangents
        for name, text in self.entry.get("local", {}).items():
            names[name] = eval(text, names)
        return eval(self.entry["claim"], names)

    def adjoint(self, name, Cbar):
        return eval(self.entry["adjoint"][name], self.names | {"Cbar": Cbar})


class TextLetters(Letters):
    """Texts of ``matcalc.expressions``, read together so that they share their letters and sizes."""

    def drawn(self):
        entry, adjoints = self.entry, self.entry.get("adjoint", {})
        texts = [entry["function"], entry["claim"], *adjoints.values()]
        shapes = {name: shape or "scalar" for name, shape in entry.get("shapes", {}).items()}
        self.f, self.claimed, *self.bars = read_all(texts, shapes, **entry.get("assume", {}))
        self.bars = dict(zip(adjoints, self.bars, strict=True))
        leaves = symbols(self.f) | symbols(self.claimed)
        moving = {f"d{name}" for name in entry["wrt"].split()}
        return {name: self.one(name, leaf) for name, leaf in leaves.items() if name not in moving}

    def one(self, name, leaf):
        if leaf.is_scalar:
            return np.array(3.0) if name == "k" else np.array(abs(self.rng.standard_normal()) + 0.5)
        return self.draw(name, [SIZES.setdefault(d, 6) if isinstance(d, str) else d for d in leaf.shape])

    def function(self, moved):
        return value(self.f, self.letters | moved)

    def claim(self, tangents):
        return value(self.claimed, self.letters | tangents)

    def adjoint(self, name, Cbar):
        return value(self.bars[name], self.letters | {"Cbar": Cbar})


def _kinds(entry):
    """{"symmetric": "B C"} as {"B": ["symmetric"], "C": ["symmetric"]}."""
    found = {}
    for kind, names in entry.get("assume", {}).items():
        for name in names.split():
            found.setdefault(name, []).append(kind)
    return found

"""Reads matrix expressions as people write them: ``tr(A*X*B*X')``, ``logdet(X'*A*X)``, ``x'*A*x / (x'*x)``.

    sum     = ["-"] term {("+"|"-") term}
    term    = factor {("*"|"@"|"/"|".*"|"./") factor}            from left to right
    factor  = ["-"] postfix [("^"|".^") exponent]
    postfix = primary {"'"}             exponent = ["-"] primary, T for the transpose, -T for its inverse
"""

from __future__ import annotations

import re

import numpy as np

from . import language as words_of
from . import tree as t
from .dims import SCALAR, words
from .tree import ExpressionError

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|([^\W\d]\w*)|(\*\*|\.\*|\./|\.\^|[-+*@/^'()\[\],]|\S))")
LONGEST = 600  # letters and signs: every sign looks at all that stands before it
SAME = {"**": "^", "⊙": ".*", "∘": ".*", "·": "*", "−": "-", "ᵀ": "'", "⊤": "'"}


class Reader:
    """Recursive descent; every method takes what it reads and returns a tree with its dimensions unified."""

    def __init__(self, text, letters):
        self.text, self.letters, self.dims, self.i, self.known = text, letters, letters.dims, 0, {}
        self.tokens = []
        for match in TOKEN.finditer(text):
            kind = match.lastindex
            word = match[kind]
            self.tokens.append((kind, SAME.get(word, word), match.start(kind)))
        if len(self.tokens) > LONGEST:
            raise ExpressionError(f"{len(self.tokens)} letters and signs are too many: at most {LONGEST}")
        self.tokens.append((0, "", len(text)))

    word = property(lambda self: self.tokens[self.i][1])
    kind = property(lambda self: self.tokens[self.i][0])
    place = property(lambda self: self.tokens[self.i][2])

    def fail(self, message, place=None):
        place = self.place if place is None else place
        unknown = list(dict.fromkeys(re.findall(r"\?\d+", message)))
        for name, letter in zip(unknown, "mnpqrs", strict=False):  # ?3 says nothing to a reader
            message = re.sub(rf"\{name}(?!\d)", letter, message)
        raise ExpressionError(f"{message}\n    {self.text}\n    {' ' * place}^")

    def take(self):
        self.i += 1
        return self.tokens[self.i - 1][1]

    def accept(self, *words):
        return self.take() if self.kind == 3 and self.word in words else ""

    def expect(self, word):
        if not self.accept(word):
            self.fail(f"expected {word} here, found {self.word or 'the end'}")

    def whole(self):
        """The expression, to the end of the text."""
        if not self.text.strip():
            self.fail("expected an expression, found nothing")
        expr = self.sum()
        if self.kind:
            hint = "an operator, such as * between factors" if self.kind != 3 or self.word == "(" else "an operator"
            self.fail(f"expected {hint}, found {self.word}")
        return self.dims.settle(expr)

    def build(self, place, make, *operands):
        """make(*operands) with all dimensions put in; what does not fit is told at its place."""
        try:
            return make(*map(self.dims.settle, operands))
        except ExpressionError as error:
            self.fail(str(error), place)

    def sum(self):
        total = self.term()
        while self.word in ("+", "-") and self.kind == 3:
            place, sign = self.place, self.take()
            other = self.term()
            self.fit(place, total, other, f"{'add' if sign == '+' else 'subtract'}")
            signed = other if sign == "+" else t.negative(other)
            total = self.build(place, lambda a, b: _join("+", a, b), total, signed)
        return total

    def fit(self, place, a, b, verb):
        """Both shapes equal; a number and a matrix are not."""
        one, other = self.dims.shape(a), self.dims.shape(b)
        if (one == SCALAR) != (other == SCALAR):
            self.fail(f"cannot {verb} {words(one)} and {words(other)}: write t*I for a multiple of the identity, "
                      "t*ones for a number in every entry", place)  # fmt: skip
        if not all(map(self.dims.equal, one, other)):
            self.fail(f"cannot {verb} {a} ({words(one)}) and {b} ({words(other)})", place)

    def term(self):
        product = self.factor()
        while word := self.accept("*", "@", "/", ".*", "./"):
            place = self.tokens[self.i - 1][2]
            other = self.factor()
            if word in ("*", "@"):
                self.chain(place, product, other)
                product = self.build(place, lambda a, b: _join("*", a, b), product, other)
            elif word == "/":
                product = self.quotient(place, product, other)
            else:
                if SCALAR not in (self.dims.shape(product), self.dims.shape(other)):
                    self.fit(place, product, other, "multiply entry by entry")
                flip = t.entrywise_power if word == "./" else lambda X, _: X
                product = self.build(place, lambda a, b, f=flip: t.hadamard(a, f(b, -1)), product, other)
        return product

    def chain(self, place, a, b):
        """As many columns on the left as rows on the right."""
        (_, columns), (rows, _) = one, other = self.dims.shape(a), self.dims.shape(b)
        if SCALAR not in (one, other) and not self.dims.equal(columns, rows):
            self.fail(f"cannot multiply: {a} is {words(one)}, {b} is {words(other)}", place)

    def quotient(self, place, a, b):
        if self.dims.shape(b) != SCALAR:
            self.fail(f"division by {b}, which is {words(self.dims.shape(b))}: write inv(…) on the side where it "
                      "belongs, or ./ entry by entry", place)  # fmt: skip
        return self.build(place, lambda a, b: _divided(a, t.power(b, -1)), a, b)

    def factor(self):
        if self.word == "-" and self.accept("-"):
            return t.negative(self.factor())
        if self.word == "+" and self.accept("+"):
            return self.factor()
        base = self.postfix()
        while word := self.accept("^", ".^"):
            base = self.primes(self.raised(base, word, self.tokens[self.i - 1][2]))
        return base

    def raised(self, base, word, place):
        minus = self.accept("-")
        if word == "^" and self.word == "T" and not self.letters.declared("T"):
            self.take()
            turned = t.transpose(base)
            return self.matrix_power(turned, t.MINUS, place) if minus else turned
        if self.word == "(" and self.kind == 3:
            self.take()
            exponent = self.sum()
            self.expect(")")
        else:
            exponent = self.primary()
        exponent = t.node(-exponent.parts[0]) if minus and exponent.head == "number" else (
            t.negative(exponent) if minus else exponent)  # fmt: skip
        if word == ".^":
            return self.build(place, t.entrywise_power, base, exponent)
        return self.matrix_power(base, exponent, place)

    def matrix_power(self, base, exponent, place):
        shape = self.dims.shape(base)
        if not self.dims.equal(*shape):
            self.fail(f"a power needs a square matrix; {base} is {words(shape)}", place)
        return self.build(place, t.power, base, exponent)

    def postfix(self):
        return self.primes(self.primary())

    def primes(self, expr):
        """What may follow a factor: transposes, and an entry."""
        while self.kind == 3 and self.word in ("'", "["):
            place = self.place
            if self.word == "[":
                expr = words_of.entry(self, expr, place)
            else:
                self.take()
                expr = self.build(place, t.transpose, expr)
        return expr

    def primary(self):
        place = self.place
        if self.kind == 1:
            if not np.isfinite(float(self.word)):
                self.fail("this number is too large for a float")
            return t.node(self.take())
        if self.kind == 2:
            return self.named(self.take(), place)
        if self.accept("("):
            inside = self.sum()
            self.expect(")")
            return inside
        self.fail(f"expected a letter, a number or a parenthesis, found {self.word or 'the end'}")

    def named(self, word, place):
        """A function with its arguments, or a letter."""
        if self.kind == 3 and self.word == "(":
            return words_of.call(self, word, place)
        if word in words_of.FUNCTIONS and not self.letters.declared(word):
            self.fail(f"{word} is a function: write {word}(…)", place)
        return self.letters.read(self, word, place)


def _join(head, a, b):
    """a + b + c and A*B*C as one node; what stood in parentheses stays together."""
    if head == "+":
        return t.add(*(a.parts if a.head == "+" else (a,)), b)
    if a.head == "*" and not a.is_scalar and not b.is_scalar and not any(p.is_scalar for p in a.parts[1:]):
        return t.multiply(*a.parts, b)
    return t.multiply(a, b)


def _divided(a, flipped):
    """a over b as one product; numbers are divided at once."""
    if a.head == "number" and flipped.parts[0].head == "number" and flipped.parts[0].parts[0]:
        return t.node(a.parts[0] / flipped.parts[0].parts[0])
    if a == t.ONE:
        return flipped
    flat = a.head == "*" and a.is_scalar and a.parts[0].is_scalar
    return t.multiply(*(a.parts if flat else (a,)), flipped)

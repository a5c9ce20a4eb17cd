r"""Reads LaTeX: `parse` makes a small syntax tree of a printed formula.

    equation = sum ["=" sum]                 P L U = X
    sum      = ["-"] chain {("+"|"-") chain}
    chain    = product {\otimes product}     one kind of sign in a chain, or parentheses
    product  = factor {factor}               juxtaposition or \cdot; a / must be the last
    factor   = primary [^script]             X^{-\top}, \operatorname{tr}(X)^2, \sum_{i=0}^{k} chain

What can be read in two ways is refused: `a/b c`, `\operatorname{tr} A B`, `A \otimes B \odot C`.
"""

import re
from functools import lru_cache

from .tree import ACCENT, FENCES, FONT, GREEK, INFIX, FormulaError, Name, Number, Term

SYMBOL = rf"(?:{GREEK}(?![A-Za-z])|{FONT}\s*(?:\{{(?:\w|{GREEK})\}}|\w)|[A-Za-z])"
TOKEN = re.compile(
    r"(?P<space>[\s~]|\\[,;:!> ]|\\(?:q?quad|left|right|[bB]igg?[lrm]?|limits)(?![A-Za-z]))"
    r"|\\(?:operatorname\*?|mathrm)\s*\{(?P<function>[A-Za-z]{2,}|\\[A-Za-z]+)\}"
    r"|\\(?P<named>det|log|exp|sin|cos|tanh)(?![A-Za-z])"
    rf"|(?P<d>\\mathrm\s*(?:d|\{{\s*d\s*\}})|d(?={SYMBOL}|\\(?:{ACCENT})))"
    rf"|\\(?P<accent>{ACCENT})(?![A-Za-z])|(?P<symbol>{SYMBOL})|(?P<digit>\d)"
    r"|(?P<sign>\\(?:begin|end)\{[bp]matrix\}|\\[A-Za-z]+|\\?.)",
    re.DOTALL,
)
MARKS = {"'": r"\top", "T": r"\top", r"\dagger": "+", "-T": r"-\top", r"\dagger\top": r"+\top"}
MARKS |= {mark: mark for mark in (r"\top", "H", "+", "-1", r"-\top", "-H", r"+\top")}
FRACTIONS = (r"\frac", r"\tfrac", r"\dfrac")
BRACKETS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
MATRICES = {rf"\begin{{{kind}}}": rf"\end{{{kind}}}" for kind in ("bmatrix", "pmatrix")}
OPENERS = {*BRACKETS, *FENCES, *MATRICES, *FRACTIONS, r"\sum", r"\sqrt"}


@lru_cache(maxsize=4096)
def parse(text):
    """The syntax tree of a printed formula, or a FormulaError that points at the place."""
    reader = _Reader(text)
    try:
        sides = reader.several(reader.sum, "=")
    except RecursionError:
        raise FormulaError("the formula is nested too deeply") from None
    if reader.kind != "end" or len(sides) > 2:
        reader.fail("the end")
    return _join("=", sides)


class _Reader:
    """Recursive descent: a method for each line of the grammar takes it and returns its tree."""

    def __init__(self, text):
        found = [match for match in TOKEN.finditer(text) if match.lastgroup != "space"]
        self.text, self.starts = text, [match.start() for match in found] + [len(text)]
        self.tokens = [(match.lastgroup, match[match.lastgroup]) for match in found] + [("end", "")]
        self.i, self.bare, self.closers = 0, None, [""]

    kind = property(lambda self: self.tokens[self.i][0])
    word = property(lambda self: self.tokens[self.i][1])

    def fail(self, expected):
        at, found = self.starts[self.i], self.word or "the end"
        where = f"\n    {self.text}\n    {' ' * at}^"
        raise FormulaError(f"found {found} at position {at}, expected {expected}{where}")

    def take(self):
        self.i += 1
        return self.tokens[self.i - 1][1]

    def accept(self, *signs):
        return self.take() if self.kind == "sign" and self.word in signs else ""

    def expect(self, sign):
        return self.accept(sign) or self.fail(sign)

    def several(self, read, sign):
        parts = [read()]
        while self.accept(sign):
            parts.append(read())
        return tuple(parts)

    def enclosed(self, close, read):
        self.closers.append(close)
        tree = read()
        self.closers.pop()
        self.expect(close)
        return tree

    def sum(self):
        terms = []
        while not terms or self.word in ("+", "-"):
            sign, term = self.accept("+", "-"), self.chain()
            terms.append(Term("-", (term,)) if sign == "-" else term)
        return _join("+", terms)

    def chain(self):
        first, sign = self.product(), self.accept(*INFIX)
        terms = (first, *self.several(self.product, sign)) if sign else (first,)
        if self.word in INFIX or (sign == r"\oslash" and len(terms) > 2):
            self.fail(f"parentheses, because this can be read in two ways after {sign}")
        return _join(sign, terms)

    def product(self):
        factors = [self.factor()]
        while self.begins() or self.word in (r"\cdot", "/"):
            if self.i == self.bare:
                self.fail("the argument of the function before it in parentheses")
            if self.accept("/"):
                factors = [Term("/", (_join("", factors), self.factor()))]
                if self.begins() or self.word in (r"\cdot", "/"):
                    self.fail("parentheses, because this can be read in two ways after a /")
            elif not self.accept(r"\cdot") and self.kind == "digit":
                self.fail("numbers in front of the other factors")
            else:
                factors.append(self.factor())
        return _join("", factors)

    def begins(self):
        """Whether a factor begins here; a | does, unless the innermost bracket waits for it."""
        if self.kind == "sign":
            return self.word in OPENERS and self.word != self.closers[-1]
        return self.kind != "end"

    def factor(self):
        base = self.primary()
        if self.accept("'"):
            return Term(r"^\top", (base,))
        if not self.accept("^"):
            return base
        script, end = self.script()
        if script in MARKS:
            self.i = end
            return Term("^" + MARKS[script], (base,))
        if script.startswith("(") and script.find(")") == len(script) - 1:
            self.fail("a power; a superscript in parentheses is a label, print it as a subscript")
        return Term("^", (base, self.group()))

    def primary(self):
        word = self.word
        if self.kind in ("function", "named"):
            return self.application()
        if self.kind == "digit":
            return self.number()
        if self.kind in ("d", "accent", "symbol"):
            return self.name()
        if self.accept(*BRACKETS):
            return self.enclosed(BRACKETS[word], self.sum)
        if self.accept(*FENCES):
            arguments = self.enclosed(FENCES[word][0], self.arguments)
            return Term(FENCES[word][1] + self.subscript(), arguments)
        if self.accept(*MATRICES):
            return Term(r"\begin", self.enclosed(MATRICES[word], self.rows))
        if self.accept(*FRACTIONS):
            return Term("/", (self.group(), self.group()))
        if self.accept(r"\sqrt"):
            return Term("sqrt", (self.group(),))
        return self.total() if self.accept(r"\sum") else self.fail("a factor")

    def arguments(self):
        return self.several(self.sum, ",")

    def rows(self):
        return self.several(lambda: Term("&", self.several(self.sum, "&")), r"\\")

    def application(self):
        function, bracket = self.take() + self.subscript(), self.word
        if self.accept(*BRACKETS):
            return Term(function, self.enclosed(BRACKETS[bracket], self.arguments))
        argument = self.factor()
        self.bare = self.i  # no factor may follow an argument without parentheses
        return Term(function, (argument,))

    def total(self):
        self.expect("_"), self.expect("{")
        index = self.name()
        self.expect("=")
        first = self.enclosed("}", self.sum)
        self.expect("^")
        return Term(r"\sum", (index, first, self.group(), self.chain()))

    def number(self):
        found = re.compile(r"\d+(\.\d+)?").match(self.text, self.starts[self.i])
        while self.starts[self.i] < found.end():
            self.take()
        return Number(found[0])

    def name(self):
        d = "d" if self.kind == "d" and self.take() else ""
        return Name(d + self.accented())

    def accented(self):
        """A symbol, its accents and its subscript, which may stand inside of an accent."""
        if self.kind == "accent":
            accent = self.take()
            inner = self.enclosed("}", self.accented) if self.accept("{") else self.accented()
            symbol, line, subscript = inner.partition("_")
            return symbol + accent + (line + subscript or self.subscript())
        return self.symbol() + self.subscript()

    def symbol(self):
        if self.kind != "symbol":
            self.fail("a letter")
        return re.sub(rf"({FONT})\s*(\w)$", r"\1{\2}", self.take())

    def subscript(self):
        if not self.accept("_"):
            return ""
        script, self.i = self.script()
        return "_" + script

    def script(self):
        """The words of a script, without its braces, and where it ends; nothing is taken."""
        depth, words = 0, []
        for _, word in self.tokens[self.i : -1]:
            words.append(word)
            depth += {"{": 1, "}": -1}.get(word, 0)
            if depth == 0:
                inner = words[1:-1] if words[0] == "{" else words
                return "".join(inner), self.i + len(words)
        self.i = len(self.tokens) - 1
        self.fail("the end of a script")

    def group(self):
        """The argument of a command: a formula in braces, or one token."""
        if self.accept("{"):
            return self.enclosed("}", self.sum)
        if self.kind == "digit":
            return Number(self.take())
        return Name(self.symbol())


def _join(head, parts):
    return parts[0] if len(parts) == 1 else Term(head, tuple(parts))

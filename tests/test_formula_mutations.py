"""Printed formulas bite: whatever a tired author changes in one is refused, or proven to be no change.

Every formula of every rule is mutated in every place: a transpose or an inverse dropped or added, a sign flipped, two
factors swapped, a term dropped or doubled, a number changed. What survives the printed check at generic points must
be equal to the original by algebra (`formula_proofs`), from stated facts that are checked too.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from formula_proofs import Algebra

import matcalc as mc
from matcalc.formula import FormulaError, evaluate
from matcalc.latex import Name, Number, Term, latex, parse
from matcalc.samples import gaussian
from matcalc.sheet import BESIDE
from matcalc.spaces import norm, vec
from matcalc.verify import _printed_check

PARTS = ("value", "differential", "adjoint", "jacobian")
SPD = dict.fromkeys(("X", "dX", "Y", "dY", "S", "dS", "Xbar"), "symmetric")
NORMAL = dict.fromkeys(("U", "V", "dU", "dV", "G", "H"), "symmetric")
POINT = {"X": "symmetric", "dX": "symmetric"}
PROJECTORS = {"P": "symmetric", "Q": "symmetric"}
# What a proof may use beyond algebra: properties of the matrices of these rules, which a test below checks.
FACTS = {
    "logdet_spd": SPD, "sqrtm_spd": SPD, "eigvalsh": POINT, "eigh": POINT, "cholesky": POINT,
    "expm": {"Y": "function_of_X"}, "logm_spd": SPD | {"J": "symmetric swapped", "Y": "symmetric function_of_X"},
    "spectral_projector": SPD | {"G": "symmetric"}, "polar": {"H": "symmetric"},
    "orthogonal_tangent": {"J_2": "symmetric"}, "pinv": PROJECTORS, "pinv_of_rank": PROJECTORS,
    "matrix_normal_loglik": NORMAL, "matrix_t_loglik": NORMAL,
    "gaussian_loglik": dict.fromkeys((r"\Sigma", r"d\Sigma", "G"), "symmetric"),
}  # fmt: skip


def mutations(node, numbers):
    """(kind, tree) for every small mistake at the top of a tree; no transpose is put on a number."""
    match node:
        case Term(r"^\top" | "^-1" | "^H", (base,)):
            yield "drop a transpose" if node.head != "^-1" else "drop an inverse", base
        case Term(r"^-\top", (base,)):
            yield from (("drop a transpose", Term("^-1", (base,))), ("drop an inverse", Term(r"^\top", (base,))))
        case Term("^+", (base,)):
            yield "drop an inverse", Term(r"^\top", (base,))
        case Term("-", (term,)):
            yield "flip a sign", term
        case Term("+", terms):
            yield from changed_terms(terms)
        case Term("" | r"\otimes" | r"\odot", factors):
            for i in range(len(factors) - 1):
                swapped = (*factors[:i], factors[i + 1], factors[i], *factors[i + 2 :])
                yield "swap factors", Term(node.head, swapped)
        case Term(r"\oslash" | "/", (above, below)):
            yield "swap factors", Term(node.head, (below, above))
        case Number(text):
            yield "change a factor", Number(str(int(float(text)) + 1))
        case Name(key) if key not in numbers and node.symbol != "I":
            yield "add a transpose", Term(r"^\top", (node,))


def changed_terms(terms):
    for i, term in enumerate(terms):
        rest = terms[:i] + terms[i + 1 :]
        yield "drop a term", rest[0] if len(rest) == 1 else Term("+", rest)
        yield "change a factor", Term("+", (*terms[:i], Term("", (Number("2"), term)), *terms[i + 1 :]))
        if not (isinstance(term, Term) and term.head == "-"):
            yield "flip a sign", Term("+", (*terms[:i], Term("-", (term,)), *terms[i + 1 :]))


def everywhere(tree, numbers):
    """Every mutation of a formula, as a kind and LaTeX."""
    if not (isinstance(tree, Term) and tree.head == "="):
        yield "flip a sign", latex(Term("-", (tree,)))
        yield "change a factor", latex(Term("", (Number("2"), tree)))
    yield from ((kind, latex(new)) for kind, new in below(tree, numbers))


def below(node, numbers):
    yield from mutations(node, numbers)
    for i, part in enumerate(node.parts if isinstance(node, Term) else ()):
        if not (node.head in (r"\sum", "^") and i != len(node.parts) - 1 and isinstance(part, Name)):
            for kind, new in below(part, numbers):
                yield kind, Term(node.head, (*node.parts[:i], new, *node.parts[i + 1 :]))


def is_whole(value):
    return np.isreal(value) and value == np.round(value)


class Printed:
    """The formulas of one rule at two generic points, and the facts that proofs about them may use."""

    def __init__(self, F):
        rng = np.random.default_rng(5)
        self.rule, self.formulas = F, F.formulas
        self.at = [(X, *F.linearize(X)) for X in (F.domain.sample(rng, n) for n in (4, 5))]
        X, Y, dF = self.at[0]
        dX, Ybar = F.domain.tangent(rng, X), gaussian(rng, Y)
        self.names = F.formulas.letters(X, Y, dX=dX, dY=dF(dX), Ybar=Ybar, Xbar=dF.T(Ybar))
        self.facts = {key: "column" for key, value in self.names.items() if np.ndim(value) == 1}
        numbers = {key for key, value in self.names.items() if np.size(value) == 1 and not isinstance(value, tuple)}
        entries = {f"{key}_{i}" for key, value in F.formulas.constants.items() for i in range(np.size(value))}
        self.numbers = {*numbers, *entries, r"\pi", "i", "j", "l"}
        self.facts |= dict.fromkeys(self.numbers, "number")
        known = FACTS.get(F.name.split("(")[0], {})
        self.facts |= {key: f"{self.facts.get(key, '')} {fact}" for key, fact in known.items()}
        defined = {name for name, _ in F.formulas.where if np.size(self.read(name)) == 1}
        self.numbers = self.numbers | defined  # no transpose is put on these either
        self.values = {k: int(v) for k, v in F.formulas.constants.items() if np.size(v) == 1 and is_whole(v)}

    def read(self, name):
        """The value of a letter, zero if it needs more than is there."""
        try:
            return evaluate(latex(Name(name)), self.names, self.formulas.where)
        except FormulaError:
            return np.zeros(2)

    def refused(self, formulas, parts=PARTS):
        """Whether the printed check of `verify` refuses one of the parts, at one of the points."""
        altered = self.rule.but(formulas=formulas)
        for part in parts:
            for at in self.at if getattr(formulas, part) is not None else ():
                try:
                    if not _printed_check(altered, part, at, np.random.default_rng(1)).passed:
                        return True
                except (FormulaError, ValueError):  # blocks that do not fit beside one another
                    return True
        return False

    def lines(self):
        """(line, formulas with another line in its place, the parts to look at, whether it is a definition)."""
        for part in PARTS:
            printed = getattr(self.formulas, part)
            several = printed if isinstance(printed, tuple) else (printed,) if printed else ()
            for i, line in enumerate(several):
                with_ = lambda new, part=part, several=several, i=i: replace(
                    self.formulas, **{part: (*several[:i], new, *several[i + 1 :]) if len(several) > 1 else new}
                )
                yield line, with_, (part,), None
        where = self.formulas.where
        for i, (name, line) in enumerate(where):
            with_ = lambda new, i=i, name=name: replace(self.formulas, where=(*where[:i], (name, new), *where[i + 1 :]))
            yield line, with_, PARTS, name

    def proven(self, line, new, definition):
        """Whether the mutant is the same function by algebra; a definition counts through what uses it."""
        if definition is None:
            return Algebra(self.facts, self.formulas.where, self.values).same(line, new)
        facts = {key: fact for key, fact in self.facts.items() if key != definition}
        one, other = (
            Algebra(facts, (*self.formulas.where, (definition, text)), self.values) for text in (line, new)
        )  # fmt: skip
        used = [parse(text) for text, _, _, name in self.lines() if name is None]
        return all(one.meaning(tree) == other.meaning(tree) for tree in used)


TRIED, REFUSED, PROVEN = Counter(), Counter(), []


@pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
def test_every_mutation_of_a_printed_formula_is_refused_or_is_none(F):
    printed, unseen = Printed(F), []
    for line, with_, parts, definition in printed.lines():
        for kind, new in everywhere(parse(line), printed.numbers):
            TRIED[kind] += 1
            if printed.refused(with_(new), parts):
                REFUSED[kind] += 1
            elif printed.proven(line, new, definition):
                PROVEN.append((F.name, new))
            else:
                unseen.append(f"{line}   became   {new}")
    assert unseen == []


@pytest.mark.parametrize("F", [F for F in mc.RULES if "second" in BESIDE.get(F.name, ())], ids=lambda F: F.name)
def test_every_mutation_of_a_printed_second_differential_is_refused_or_is_none(F):
    printed, beside = Printed(F), BESIDE[F.name]
    where = (*F.formulas.where, *map(tuple, beside.get("where", ())))
    X, Y, dF = printed.at[0]
    dX = F.domain.tangent(np.random.default_rng(8), X)
    names = F.formulas.letters(X, Y, dX=dX, dY=dF(dX))
    right, unseen = F.second(X)(dX, dX), []
    right = vec(F.formulas.rows(right) if hasattr(F.formulas, "rows") else right)
    for kind, new in everywhere(parse(beside["second"]), printed.numbers):
        TRIED[kind] += 1
        try:
            value = np.ravel(evaluate(new, names, where), order="F") + np.zeros_like(right)
            differs = norm(value - right) > 1e-10 * max(norm(right), norm(value))
        except (FormulaError, ValueError):
            differs = True
        if differs:
            REFUSED[kind] += 1
        elif Algebra(printed.facts, where, printed.values).same(beside["second"], new):
            PROVEN.append((F.name, new))
        else:
            unseen.append(new)
    assert unseen == []


@pytest.mark.parametrize("F", [F for F in mc.RULES if F.name.split("(")[0] in FACTS], ids=lambda F: F.name)
def test_the_facts_that_proofs_use_hold(F):
    printed = Printed(F)
    names = printed.names
    for key, facts in FACTS[F.name.split("(")[0]].items():
        if key in names or key in dict(F.formulas.where):
            value = np.asarray(evaluate(latex(Name(key)), names, F.formulas.where))
            for fact in facts.split():
                np.testing.assert_allclose(value, image(fact, value, names), rtol=1e-9, atol=1e-9 * norm(value))


def image(fact, value, names):
    """What the fact says the value is equal to."""
    if fact.startswith("function_of_"):  # then it commutes with that matrix, which is what proofs use
        X = names[fact.removeprefix("function_of_")]
        return value + value @ X - X @ value
    if fact == "swapped":
        K = mc.commutation(*[round(len(value) ** 0.5)] * 2)
        return K @ value @ K
    return {"symmetric": 1, "antisymmetric": -1}[fact] * value.T


EQUAL = [
    (r"2 A (B + C)", r"A B (2) + 2 A C"),
    (r"(A B)^{\top}", r"B^{\top} A^{\top}"),
    (r"(A^{-1})^{\top}", r"A^{-\top}"),
    (r"A (I - A)^{-1}", r"(I - A)^{-1} A"),
    (r"\operatorname{tr}(A B C)", r"\operatorname{tr}(C^{\top} B^{\top} A^{\top})"),
    (r"\sum_{i=0}^{2} A^{i} B A^{2-i}", r"B A^{2} + A B A + A A B"),
    (r"S A^{\top}", r"(A S)^{\top}"),
    (r"A \odot B", r"B \odot A"),
    (r"A \otimes (B + C)", r"A \otimes B + A \otimes C"),
    (r"A = B", r"-A = -B"),
]
UNEQUAL = [
    ("A B", "B A"), (r"A^{\top}", "A"), (r"A^{-1}", r"A^{-\top}"), (r"A \otimes B", r"B \otimes A"),
    (r"\operatorname{tr}(A B C)", r"\operatorname{tr}(A C B)"), ("A (I - B)^{-1}", "(I - B)^{-1} A"), ("2 A", "3 A"),
    ("A = B", "A = -B"), (r"(A \odot B)(A \odot C)", r"(A \odot C)(A \odot B)"), (r"A A^{\top}", r"A^{\top} A"),
]  # fmt: skip


def test_the_algebra_proves_what_is_equal_and_nothing_else():
    algebra = Algebra({"S": "symmetric"})
    assert [pair for pair in EQUAL if not algebra.same(*pair)] == []
    assert [pair for pair in UNEQUAL if algebra.same(*pair)] == []


def test_nothing_was_passed_over_in_silence():
    if len(mc.RULES) <= sum(TRIED.values()):  # the tests above ran in this process
        tried, refused = sum(TRIED.values()), sum(REFUSED.values())
        print(f"\n{tried} mutations: {refused} refused, {len(PROVEN)} proven to be no change; {dict(TRIED)}")
        assert refused + len(PROVEN) == tried
        assert refused > 0.85 * tried

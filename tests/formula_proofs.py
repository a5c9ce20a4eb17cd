r"""Proofs that two printed formulas are one function, by algebra alone: no numbers are compared here.

A formula becomes a polynomial in atoms that do not commute: products are multiplied out, transposes pushed to the
letters, sums over an index written out, local definitions put in, and K_{nn} pushed to the right through A ⊗ B.
What is known of letters is given as ``facts``: "number", "column", "symmetric", "antisymmetric", "swapped" (K J K = J),
or ("function of", "X"). Two formulas with one polynomial are equal.
"""

from fractions import Fraction
from itertools import product as pairs
from math import prod

from matcalc.formula.evaluation import head_of
from matcalc.latex import Name, Number, Term, parse

NUMBERS = {"tr", "det", "norm_F", "norm", "inner", "abs", "norm_2"}  # always 1×1
ENTRYWISE = {"log", "sqrt", "lgamma"}  # of a number, a number
TURNED = {"det", "diag", "norm_F", "norm", "gaps", "stepgaps"}  # do not see a transpose of what stands in them
ANALYTIC = {"inv", r"\varphi", "expm"}  # commute with whatever commutes with what stands in them
ODD = {"sign"}
MULTILINEAR = {"khatrirao": 2, "columns": 1}  # linear in so many of their first arguments


class Algebra:
    """Polynomials as dictionaries: (numbers, matrices) ─▶ coefficient; atoms are tuples (key, transposed)."""

    def __init__(self, facts, where=(), values=None):
        self.facts, self.where, self.values = facts, dict(where), values or {}

    def known(self, head, fact):
        return isinstance(head, str) and fact in self.facts.get(head, "").split()

    def same(self, first, second):
        """Whether both are one function, or one equation."""
        return self.meaning(parse(first)) == self.meaning(parse(second))

    def meaning(self, tree):
        """The form of a formula; of an equation that of left minus right, up to a factor."""
        form = self.form(tree)
        return scaled(form, 1 / frozen(form)[0][1]) if head_of(tree) == "=" and form else form

    def form(self, node):
        if isinstance(node, Number):
            return clean({((), ()): Fraction(node.text)})
        if isinstance(node, Name):
            return self.name(node)
        head, parts = node.head, node.parts
        if head == r"\sum":
            return self.total(*parts)
        if head == r"\begin":
            cells = tuple(tuple(frozen(self.form(cell)) for cell in row.parts) for row in parts)
            return self.atom(("blocks", cells))
        if head == "^":
            return self.power(*parts)
        inner = [self.form(part) for part in parts]
        match head:
            case "+":
                return added(*inner)
            case "=":
                return added(inner[0], scaled(inner[1], -1))
            case "-":
                return scaled(inner[0], -1)
            case "":
                return self.product(inner)
            case "/":
                return self.product([inner[0], self.inverse(inner[1])])
            case r"^\top":
                return self.turned(inner[0])
            case "^-1":
                return self.inverse(inner[0])
            case "^H" | "^-H":
                c = frozen(inner[0])[0][1]  # real factors can leave
                turned = scaled(self.atom(("^H", (frozen(scaled(inner[0], 1 / c)),))), c)
                return turned if head == "^H" else self.inverse(turned)
            case r"^-\top":
                return self.inverse(self.turned(inner[0]))
            case r"\odot":
                return self.atom((r"\odot", tuple(sorted(map(frozen, inner)))))
            case r"\otimes":
                return self.kronecker(inner)
            case "tr":
                return self.trace(inner[0])
            case "sym" | "skew":
                return self.half(inner[0], 1 if head == "sym" else -1)
        if head in TURNED:
            inner[0] = min(inner[0], self.turned(inner[0]), key=frozen_repr)
        if head in ODD and frozen(inner[0])[0][1] < 0:
            return scaled(self.atom((head, (frozen(scaled(inner[0], -1)),))), -1)
        if head in MULTILINEAR and all(len(form) == 1 for form in inner[: MULTILINEAR[head]]):
            signs = [next(iter(form.values())) for form in inner[: MULTILINEAR[head]]]
            inner = [scaled(form, 1 / c) for form, c in zip(inner, signs, strict=False)] + inner[len(signs) :]
            return scaled(self.atom((head, tuple(map(frozen, inner)))), prod(signs))
        if head == r"\oslash" and off_diagonal(inner[0]):  # where 0 is divided, the number below does not count
            inner[1] = {m: Fraction(1) if is_identity(m) else c for m, c in inner[1].items()}
        number = head in NUMBERS or (head in ENTRYWISE and all(not m for form in inner for _, m in form))
        return self.atom((head, tuple(map(frozen, inner))), number=number)

    def name(self, node):
        if node.key in self.values:
            return clean({((), ()): Fraction(self.values[node.key])})
        if node.key in self.where and node.key not in self.facts:
            return self.form(parse(self.where[node.key]))
        if node.symbol == "I":
            return {((), ()): Fraction(1)} if not node.subscript else self.atom(("I", node.subscript))
        return self.atom((node.key, ()), number=self.known(node.key, "number"))

    def atom(self, key, number=False):
        return {(((key, False),), ()) if number else ((), ((key, False),)): Fraction(1)}

    def product(self, factors):
        result = {((), ()): Fraction(1)}
        for factor in factors:
            result = added(*(
                self.monomial(a[0] + b[0], a[1] + b[1], x * y)
                for (a, x), (b, y) in pairs(result.items(), factor.items())
            ))  # fmt: skip
        return result

    def monomial(self, numbers, matrices, coefficient):
        matrices = [m for m in matrices if m[0][0] != "I"] or list(matrices[:1])
        numbers = [*numbers, *(m for m in matrices if self.is_number(m))]
        matrices = self.ordered([m for m in matrices if not self.is_number(m)])
        while run := self.dot(matrices):
            i, j = run
            both = [matrices[i : j + 1], tuple(self.flip(atom)[0] for atom in reversed(matrices[i : j + 1]))]
            numbers.append((("dot", min(map(tuple, both), key=repr)), False))
            matrices = matrices[:i] + matrices[j + 1 :]
        return clean({(tuple(sorted(numbers, key=repr)), tuple(matrices)): coefficient})

    def is_number(self, atom):
        return atom[0][0] in ("recip", "dot") or self.known(atom[0][0], "number")

    def dot(self, matrices):
        """The first run that begins with a row and ends with a column: it is a number."""
        rows = [i for i, atom in enumerate(matrices) if self.is_column(atom) and atom[1]]
        for i in reversed(rows):
            for j in range(i + 1, len(matrices)):
                if self.is_column(matrices[j]) and not matrices[j][1]:
                    return i, j
        return None

    def is_column(self, atom):
        head = atom[0][0]
        return self.known(head, "column") or head.startswith(r"\mathbf{1}") or head == "vec"

    def ordered(self, matrices):
        """K goes to the right through A ⊗ B, which turns into B ⊗ A; neighbours that commute are sorted."""
        matrices = list(matrices)
        for _ in range(len(matrices) ** 2):
            for i in range(len(matrices) - 1):
                one, other = matrices[i : i + 2]
                if is_swap(one) and is_swap(other):
                    return self.ordered([*matrices[:i], *matrices[i + 2 :]])
                if is_swap(one) and (passed := self.passed(other)) is not None:
                    matrices[i : i + 2] = passed, one
                elif not is_swap(other) and repr(other) < repr(one) and self.commute(one, other):
                    matrices[i : i + 2] = other, one
        return tuple(matrices)

    def passed(self, atom):
        """K a K for an atom a: factors of ⊗ change places, in functions and inverses too."""
        (head, inside), transposed = atom
        if self.known(head, "swapped"):
            return atom
        if head == r"\otimes" and len(inside) == 2:
            return (head, inside[::-1]), transposed
        if head == "diag" and len(inside[0]) == 1 and (vec := inside[0][0][0][1])[:1] and vec[0][0][0] == "vec":
            turned = self.turned(thawed(vec[0][0][1][0]))
            return (head, (frozen(self.atom(("vec", (frozen(turned),)))),)), transposed
        if head in ANALYTIC:
            swapped = [(m, [self.passed(a) for a in m[1]], c) for m, c in inside[0]]
            if all(None not in atoms for _, atoms, _ in swapped):
                form = added(*(self.monomial(m[0], tuple(atoms), c) for m, atoms, c in swapped))
                return (head, (frozen(form),)), transposed
        return atom if head == "I" else None

    def commute(self, one, other):
        """Whether two atoms commute: functions of one matrix do, and A ⊗ B with C ⊗ D where A, C and B, D do."""
        for a, b in ((one, other), (other, one)):
            (head, inside), _ = a
            if head == "I":
                return True
            if head in ANALYTIC:
                return all(self.commute(c, b) for (_, matrices), _ in inside[0] for c in matrices)
        if self.diagonal(one) and self.diagonal(other):
            return True
        if one[0][0] == other[0][0] == r"\otimes":
            pairs_ = zip(one[0][1], other[0][1], strict=True)
            return all(self.commute(a, b) for x, y in pairs_ for a in single(x) for b in single(y))
        return self.source(one) == self.source(other) and not one[0][1]

    def diagonal(self, atom):
        head, inside = atom[0]
        return head in ("diag", "I") or (
            head == r"\otimes" and all(self.diagonal(a) for part in inside for a in single(part))
        )

    def source(self, atom):
        """The matrix that an atom is a function of, itself if of no other, and whether it is transposed."""
        words = self.facts.get(atom[0][0], "").split() if isinstance(atom[0][0], str) else []
        names = [word.removeprefix("function_of_") for word in words if word.startswith("function_of_")]
        return ((names[0], ()) if names else atom[0]), atom[1]

    def turned(self, form):
        return added(*(self.turn(m, c) for m, c in form.items()))

    def turn(self, monomial, coefficient):
        numbers, matrices = monomial
        flipped = [self.flip(atom) for atom in reversed(matrices)]
        sign = Fraction(1)
        for factor in flipped:
            sign *= factor[1]
        return self.monomial(numbers, tuple(factor[0] for factor in flipped), coefficient * sign)

    def flip(self, atom):
        """The transpose of an atom, and a sign."""
        (head, inside), transposed = atom
        if self.known(head, "symmetric") or self.known(head, "antisymmetric"):
            return atom, Fraction(1 if self.known(head, "symmetric") else -1)
        if head in ("diag", "I") or (is_swap(atom) and head[-2] == head[-1]):
            return atom, Fraction(1)
        if head in ("inv", r"\odot", r"\otimes"):
            turned = tuple(frozen(self.turned(thawed(part))) for part in inside)
            return ((head, tuple(sorted(turned)) if head == r"\odot" else turned), False), Fraction(1)
        return ((head, inside), not transposed), Fraction(1)

    def inverse(self, form):
        if len(form) == 1:
            (numbers, matrices), coefficient = next(iter(form.items()))
            if not matrices:
                recips = tuple(((("recip", atom), False)) for atom in numbers)
                return {(recips, ()): 1 / coefficient}
            if not numbers and len(matrices) == 1 and matrices[0][0][0] == "inv":
                return scaled(thawed(matrices[0][0][1][0]), 1 / coefficient)
            if not numbers and coefficient != 1:
                return scaled(self.inverse(scaled(form, 1 / coefficient)), 1 / coefficient)
        return self.atom(("inv", (frozen(form),)))

    def power(self, base, exponent):
        p = self.form(exponent)
        p = p.get(((), ()), Fraction(0)) if set(p) <= {((), ())} else None
        if p is None or p.denominator > 1:
            return self.atom(("^", (frozen(self.form(base)), frozen(self.form(exponent)))), self.numeric(base))
        form = self.form(base)
        if len(form) == 1 and not next(iter(form))[1] and p < 0:
            form, p = self.inverse(form), -p
        form = self.inverse(form) if p < 0 else form
        return self.product([form] * abs(int(p)))

    def numeric(self, node):
        return all(not matrices for _, matrices in self.form(node))

    def kronecker(self, factors):
        """Numbers leave a ⊗; sums are multiplied out."""
        result = []
        for chosen in pairs(*(factor.items() for factor in factors)):
            numbers, coefficient, parts = (), Fraction(1), []
            for (own, matrices), c in chosen:
                numbers, coefficient = numbers + own, coefficient * c
                parts.append(frozen({((), matrices): Fraction(1)}))
            if all(is_identity(m) or m == ((), ()) for part in parts for m, _ in part):  # I ⊗ I = I
                parts = []
            result.append(self.monomial(numbers, (((r"\otimes", tuple(parts)), False),) if parts else (), coefficient))
        return added(*result)

    def trace(self, form):
        """tr is linear, lets a product turn around, and does not see a transpose."""
        result = []
        for (numbers, matrices), coefficient in form.items():
            turned = next(iter(self.turn(((), matrices), Fraction(1)).items()))
            both = [(matrices, 1), (turned[0][1], turned[1])]
            cycles = [(m[i:] + m[:i], s) for m, s in both for i in range(len(m) or 1)]
            first, sign = min(cycles, key=repr)
            key = (("tr", (frozen({((), first): Fraction(1)}),)), False)
            result.append({(tuple(sorted((*numbers, key), key=repr)), ()): coefficient * sign})
        return clean(added(*result))

    def half(self, form, sign):
        return scaled(added(form, scaled(self.turned(form), sign)), Fraction(1, 2))

    def total(self, index, first, last, body):
        bounds = [self.form(bound).get(((), ()), Fraction(0)) for bound in (first, last)]
        steps = range(int(bounds[0]), int(bounds[1]) + 1)
        return added(*(self.form(put(body, index.key, i)) for i in steps))


def put(node, key, i):
    """The tree with the number i for an index, in subscripts too."""
    if isinstance(node, Name):
        if node.key == key:
            return Number(str(i)) if i >= 0 else Term("-", (Number(str(-i)),))
        return Name(f"{node.symbol}_{i}") if node.subscript == key else node
    return Term(node.head, tuple(put(part, key, i) for part in node.parts)) if isinstance(node, Term) else node


def is_swap(atom):
    """Whether an atom is a commutation matrix K_{nn}."""
    head = atom[0][0]
    return isinstance(head, str) and head.startswith("K_") and len(head) == 4


def is_identity(monomial):
    numbers, matrices = monomial
    return not numbers and len(matrices) == 1 and matrices[0][0][0] == "I"


def off_diagonal(form):
    """Whether a form is the matrix of ones without its diagonal, 1 1ᵀ − I."""
    ones = {m: c for m, c in form.items() if not is_identity(m)}
    (numbers, matrices), c = next(iter(ones.items())) if len(ones) == 1 else (((), ()), 0)
    column = len(matrices) == 2 and matrices[0][0] == matrices[1][0] and matrices[0][0][0].startswith(r"\mathbf{1}")
    return len(form) == 2 and column and not numbers and c == 1 and -1 in form.values()


def single(items):
    """The matrices of a factor of ⊗."""
    return [atom for (_, matrices), _ in items for atom in matrices]


def added(*forms):
    result = {}
    for form in forms:
        for monomial, coefficient in form.items():
            result[monomial] = result.get(monomial, Fraction(0)) + coefficient
    return clean(result)


def scaled(form, c):
    return {monomial: coefficient * c for monomial, coefficient in form.items()}


def clean(form):
    return {monomial: coefficient for monomial, coefficient in form.items() if coefficient}


def frozen(form):
    return tuple(sorted(form.items(), key=repr))


def frozen_repr(form):
    return repr(frozen(form))


def thawed(items):
    return dict(items)

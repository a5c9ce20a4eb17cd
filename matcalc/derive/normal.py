"""One form for equal things: numbers in front, factors in their order, powers merged, transposes at the letters.

Nothing is commuted but numbers; sums are not multiplied out. ``tidy`` is what every printed line goes through.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from ..expressions import tree as t
from ..expressions.tree import ONE, ZERO, Expr, node
from .turn import turn


@lru_cache(maxsize=20_000)
def tidy(expr):
    """The same value in normal form."""
    if not expr.children:
        return expr
    if expr.head == "^" and expr.parts[0].head == "'":
        return _power_of_turned(*expr.parts)
    expr = t.rebuild(expr, tidy)
    rule = RULES.get(expr.head)
    return rule(expr) if rule else expr


def is_zero(expr):
    return expr.head == "zero" or expr == ZERO


def number_of(expr):
    """The Fraction that a number node holds, else None."""
    return expr.parts[0] if expr.head == "number" else None


def split(term):
    """(Fraction, the rest) of a tidy term."""
    if term.head == "number":
        return term.parts[0], ONE
    if term.head == "*" and term.parts[0].head == "number":
        rest = term.parts[1:]
        return term.parts[0].parts[0], rest[0] if len(rest) == 1 else Expr("*", rest, term.shape)
    return Fraction(1), term


def scaled(c, rest):
    """c times a tidy term without a number in front."""
    if c == 0:
        return t.zero(rest.shape)
    if c == 1 or rest == ONE:
        return node(c) if rest == ONE else rest
    flat = rest.parts if rest.head == "*" and not is_run(rest) else (rest,)
    return Expr("*", (node(c), *flat), rest.shape)


def is_run(expr):
    """Whether this is a product of matrices that is a number, like x'Ax: one scalar factor."""
    return expr.head == "*" and expr.is_scalar and not any(part.is_scalar for part in expr.parts)


def _sum(expr):
    """Like terms collected, in the order of their first appearance."""
    terms = {}
    for term in _flat(expr):
        c, rest = split(term)
        key = code(rest)
        first, total = terms.get(key, (rest, 0))
        terms[key] = (first, total + c)
    found = [scaled(c, rest) for rest, c in terms.values() if c != 0 and not is_zero(rest)]
    return t.add(*found) if found else t.zero(expr.shape)


def _flat(expr):
    for part in expr.parts:
        yield from part.parts if part.head == "+" else (part,)


def _product(expr):
    """c · numbers · matrices: numbers in front, neighbours with one base merged."""
    c, scalars, matrices = Fraction(1), {}, []
    for factor in _factors(expr):
        if factor.head == "number":
            c *= factor.parts[0]
        elif factor.is_scalar:
            base, exponent = _base(factor)
            scalars[base] = t.add(scalars[base], exponent) if base in scalars else exponent
        else:
            matrices.append(factor)
    if c == 0 or any(map(is_zero, matrices)):
        return t.zero(expr.shape)
    run, inner = _pull_numbers(_merged(matrices))
    for number in inner:
        base, exponent = _base(number)
        scalars[base] = t.add(scalars[base], exponent) if base in scalars else exponent
    powers = [p for base, e in scalars.items() if (p := raised(base, tidy(e))) != ONE]
    if not expr.is_scalar and not run:
        run = [t.identity(expr.shape[0])]
    return _assembled(c, powers, run, expr.shape)


def _assembled(c, scalars, run, shape):
    numbers = [p for p in scalars if p.head == "number"]
    for p in numbers:
        c *= p.parts[0]
    parts = [p for p in scalars if p.head != "number"] + run
    if not parts:
        return node(c)
    if len(parts) == 1:
        return scaled(c, parts[0])
    return Expr("*", ((node(c),) if c != 1 else ()) + tuple(parts), shape)


def _factors(expr):
    for part in expr.parts:
        if part.head == "*" and not is_run(part):
            yield from _factors(part)
        else:
            yield part


def _base(factor):
    """(base, exponent) of a factor; Qᵀ of an orthogonal Q is Q⁻¹."""
    base, exponent = factor.parts if factor.head == "^" else (factor, ONE)
    if base.head == "'" and _orthogonal(base):
        return base.parts[0], tidy(t.negative(exponent))
    return base, exponent


def _merged(matrices):
    """X²X⁻¹ is X; identities go, and so does QᵀQ for an orthogonal Q."""
    run = []
    for factor in matrices:
        if factor.head == "I":
            continue
        base, exponent = _base(factor)
        if run and _base(run[-1])[0] == base and base.shape[0] == base.shape[1]:
            merged = raised(base, tidy(t.add(_base(run.pop())[1], exponent)))
            run += [] if merged.head == "I" else [merged]
        else:
            run.append(factor)
    return run


def _orthogonal(expr):
    leaf = expr.parts[0] if expr.head == "'" else expr
    return leaf.head == "symbol" and leaf.parts[1] == "orthogonal"


def _pull_numbers(run):
    """Runs inside a product that are numbers: a bᵀc is (bᵀc) a."""
    numbers, i = [], 0
    while i < len(run):
        ends = [j for j in range(i + 1, len(run)) if run[j].shape[1] == 1] if run[i].shape[0] == 1 else []
        if ends:
            numbers.append(Expr("*", run[i : ends[0] + 1], (1, 1)))
            run, i = run[:i] + run[ends[0] + 1 :], 0
        else:
            i += 1
    return run, numbers


def raised(base, exponent):
    """base^exponent in normal form."""
    k = number_of(exponent)
    if k == 0:
        return t.identity(base.shape[0])
    if k == 1:
        return base
    if base.is_scalar:
        return _number_raised(base, exponent)
    if base.head == "I":
        return base
    if _orthogonal(base) and k is not None and k < 0:
        return raised(turn(base), node(-k))
    if base.head == "^" and k is not None:
        return raised(base.parts[0], tidy(t.multiply(base.parts[1], exponent)))
    c, rest = split(base)
    if c != 1 and k is not None:
        return scaled(c ** int(k), raised(rest, exponent))
    if base.head == "'" and turn(base.parts[0]) == base.parts[0]:
        base = base.parts[0]
    return Expr("^", (base, exponent), base.shape)


def _power_of_turned(base, exponent):
    """(Yᵀ)ᵏ: the mark stays on a product or a sum, so that (XᵀAX)⁻ᵀ keeps its name."""
    Y = tidy(base.parts[0])
    turned = turn(Y)
    keeps = Y.head in ("*", "+") and turned != Y and not is_zero(Y) and split(Y)[0] == 1
    return raised(Expr("'", (Y,), base.shape) if keeps else turned, tidy(exponent))


def _number_raised(base, exponent):
    k, c = number_of(exponent), number_of(base)
    if k is not None and k.denominator == 1:
        if c is not None and not (c == 0 and k < 0):
            return node(c ** int(k))
        if base.head == "^":
            return raised(base.parts[0], tidy(t.multiply(base.parts[1], exponent)))
        if base.head == "*" and not is_run(base):
            return _product(Expr("*", tuple(raised(p, exponent) for p in base.parts), (1, 1)))
    return ONE if c == 1 else Expr("^", (base, exponent), (1, 1))


def _hadamard(expr):
    """Entrywise product: numbers in front, entrywise powers merged, ones and zeros gone."""
    c, bases, scalars = Fraction(1), {}, []
    for factor in _flat_hadamard(expr):
        if factor.is_scalar:
            scalars.append(factor)
            continue
        if is_zero(factor):
            return t.zero(expr.shape)
        numbers = [p for p in factor.parts if p.is_scalar] if factor.head == "*" else []
        scalars += numbers
        if numbers:
            factor = tidy(t.multiply(*(p for p in factor.parts if not p.is_scalar)))
        base, exponent = factor.parts if factor.head == ".^" else (factor, ONE)
        if base.head != "ones":
            bases[base] = t.add(bases[base], exponent) if base in bases else exponent
    parts = [p for b, e in bases.items() if (p := entrywise_raised(b, tidy(e))).head != "ones"]
    body = parts[0] if len(parts) == 1 else Expr(".*", parts, expr.shape) if parts else t.ones(expr.shape)
    return tidy(t.multiply(node(c), *scalars, body)) if scalars else body


def _flat_hadamard(expr):
    for part in expr.parts:
        yield from _flat_hadamard(part) if part.head == ".*" else (part,)


def entrywise_raised(base, exponent):
    k = number_of(exponent)
    if k == 1 or base.head == "ones":
        return base
    if k == 0:
        return t.ones(base.shape)
    if base.head == ".^" and k is not None and k.denominator == 1:
        return entrywise_raised(base.parts[0], tidy(t.multiply(base.parts[1], exponent)))
    return Expr(".^", (base, exponent), base.shape)


from .normal_heads import RULES, code  # noqa: E402  (the table needs the functions above)

"""An expression back in the text form that ``read`` takes."""

from __future__ import annotations

from .tree import ONE, Expr

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
LOOSE = {"+": SUM, "*": PRODUCT, ".*": PRODUCT, "'": POWER, "^": POWER, ".^": POWER}  # what RULES spells


def spell(expr):
    """The text of an expression; ``read`` gives the expression back where the language has words for it."""
    return _text(expr)[0]


def _text(expr):
    """The text, and how tightly it holds together."""
    rule = RULES.get(expr.head)
    if rule is not None:
        return rule(expr), PRODUCT if _is_reciprocal(expr) else LOOSE.get(expr.head, ATOM)
    if expr.head == "number":
        return _number(expr.parts[0])
    return f"{expr.head}({', '.join(spell(p) if isinstance(p, Expr) else str(p) for p in expr.parts)})", ATOM


def _number(number):
    text = str(number)
    return text, SIGN if number < 0 else PRODUCT if "/" in text else ATOM


def bracket(expr, least):
    """The text, in parentheses where it holds less tightly than its place asks for."""
    text, level = _text(expr)
    return text if level >= least else f"({text})"


def split_sign(expr):
    """(whether a minus stands in front, the rest)."""
    if expr.head == "number" and expr.parts[0] < 0:
        return True, Expr("number", (-expr.parts[0],), expr.shape)
    if expr.head == "*":
        minus, first = split_sign(expr.parts[0])
        if minus:
            rest = expr.parts[1:]
            if first.head == "number" and first.parts[0] == 1:
                return True, rest[0] if len(rest) == 1 else Expr("*", rest, expr.shape)
            return True, Expr("*", (first, *rest), expr.shape)
    return False, expr


def _sum(expr):
    text = ""
    for i, term in enumerate(expr.parts):
        minus, rest = split_sign(term)
        sign = ("-" if minus else "") if i == 0 else (" - " if minus else " + ")
        text += sign + bracket(rest, PRODUCT)
    return text


def _product(expr):
    minus, rest = split_sign(expr)
    if minus:
        return "-" + bracket(rest, PRODUCT)
    under = [part.parts[0] for part in expr.parts if _is_reciprocal(part)]
    over = [part for part in expr.parts if not _is_reciprocal(part)]
    over = over or [ONE]
    text = "*".join(bracket(part, POWER) if part.head != "*" else f"({spell(part)})" for part in over)
    return "/".join([text, *(bracket(part, ATOM) for part in under)])


def _is_reciprocal(part):
    return part.is_scalar and part.head == "^" and part.parts[1].head == "number" and part.parts[1].parts[0] == -1


def _power(expr):
    base, exponent = expr.parts
    if expr.head == "^" and exponent.head == "number" and exponent.parts[0] == -1:
        return f"1/{bracket(base, ATOM)}" if base.is_scalar else f"inv({spell(base)})"
    return f"{bracket(base, ATOM)}{expr.head}{bracket(exponent, ATOM)}"


RULES = {
    "symbol": lambda e: e.parts[0],
    "pi": lambda e: "pi",
    "I": lambda e: "I",
    "ones": lambda e: "ones",
    "zero": lambda e: "0",
    "size": lambda e: "·".join(map(str, e.parts[0])) if isinstance(e.parts[0], tuple) else str(e.parts[0]),
    "+": _sum,
    "*": _product,
    "'": lambda e: bracket(e.parts[0], POWER) + "'",
    "^": _power,
    ".^": _power,
    ".*": lambda e: " .* ".join(bracket(p, POWER) if p.head != ".*" else f"({spell(p)})" for p in e.parts),
    "entry": lambda e: f"{bracket(e.parts[0], ATOM)}[{e.parts[1]},{e.parts[2]}]",
    "unit": lambda e: f"e{e.parts[0]}",
}  # fmt: skip

"""d, one level at a time: each rule turns ``d(Y)`` into an expression in the differentials of the parts of Y."""

from __future__ import annotations

from ..expressions import tree as t
from ..expressions.tree import ENTRYWISE, MINUS, ONE, Expr, node
from .errors import CannotDerive
from .normal import number_of, tidy

HIGHEST = 100  # every line is checked, and the sum of a higher power takes too long
LONGEST = 4  # a power up to this is written out as a sum, a higher one with Σ


def d(expr):
    """The differential of an expression, not yet worked out."""
    return Expr("d", (expr,), expr.shape)


def tangent(leaf):
    """dX: a letter with the shape and the structure of X; an orthogonal X moves along no special matrices."""
    kind = "" if leaf.parts[1] == "orthogonal" else leaf.parts[1]
    kind = "symmetric" if kind == "positive definite" else kind
    return t.symbol(f"d{leaf.parts[0]}", leaf.shape, kind)


class Differential:
    """The rules for given variables; ``push(line)`` works out every d of a line by one level and names the rules."""

    def __init__(self, variables):
        self.variables = frozenset(leaf.parts[0] for leaf in variables)

    def varies(self, expr):
        return not self.variables.isdisjoint(t.symbols(expr))

    def push(self, line):
        """(the next line, the names of the rules used)."""
        self.used = {}
        return tidy(self._walk(line)), tuple(self.used)

    def _walk(self, expr):
        if expr.head == "d":
            return self.of(expr.parts[0])
        return t.rebuild(expr, self._walk)

    def say(self, rule):
        self.used.setdefault(rule)

    def of(self, Y):
        """d(Y) by the rule of its head."""
        if not self.varies(Y):
            return t.zero(Y.shape)
        if Y.head not in RULES:
            near = NEAREST.get(Y.head, "functions of the language: tr, det, logdet, inv, norm, sum, entrywise ones")
            raise CannotDerive(f"{Y}: {Y.head} has no rule here; the nearest that can be derived: {near}")
        return RULES[Y.head](self, Y)

    def soon(self, Y):
        """d(Y), at once where it is a letter, a sum, a transpose or has one moving factor; else on the next line."""
        if not self.varies(Y):
            return t.zero(Y.shape)
        if Y.head in ("symbol", "+", "'"):
            return self.of(Y)
        moving = [i for i, part in enumerate(Y.parts) if self.varies(part)] if Y.head == "*" else []
        return _replaced(Y, moving[0], self.soon(Y.parts[moving[0]])) if len(moving) == 1 else d(Y)


def _letter(D, Y):
    return tangent(Y)


def _sum(D, Y):
    D.say("term by term") if any(D.varies(part) and part.head not in ("symbol", "'") for part in Y.parts) else None
    return t.add(*(D.soon(part) for part in Y.parts))


def _transpose(D, Y):
    D.say("(dY)ᵀ = d(Yᵀ)") if Y.parts[0].head != "symbol" else None
    return t.transpose(D.soon(Y.parts[0]))


def _product(D, Y):
    """d(ABC) = dA BC + A dB C + AB dC, each factor in its place."""
    moving = [i for i, part in enumerate(Y.parts) if D.varies(part)]
    D.say("product rule, order kept" if len(moving) > 1 else "constant factors stay")
    return t.add(*(_replaced(Y, i, D.soon(Y.parts[i])) for i in moving))


def _replaced(Y, i, new):
    return Expr(Y.head, (*Y.parts[:i], new, *Y.parts[i + 1 :]), Y.shape)


def _each(name):
    """The product rule of ⊙, ⊗ and ⟨,⟩."""

    def rule(D, Y):
        D.say(name)
        return t.add(*(_replaced(Y, i, D.soon(part)) for i, part in enumerate(Y.parts) if D.varies(part)))

    return rule


def _linear(name):
    def rule(D, Y):
        D.say(name)
        return Expr(Y.head, (D.soon(Y.parts[0]), *Y.parts[1:]), Y.shape)

    return rule


def _power(D, Y):
    base, exponent = Y.parts
    if Y.is_scalar:
        return _number_power(D, base, exponent)
    if D.varies(exponent):
        raise CannotDerive(f"{Y}: the exponent of a matrix power varies; nearest: expm(t*A)")
    k = number_of(exponent)
    if k is not None and (k != round(k) or abs(k) > HIGHEST):
        raise CannotDerive(f"{Y}: the power of a matrix is derived for whole exponents up to {HIGHEST}, not for {k}")
    if k == -1:
        D.say("d(Y⁻¹) = −Y⁻¹ dY Y⁻¹")
        return t.multiply(MINUS, Y, D.soon(base), Y)
    D.say("d(Yᵏ) = Σ Yʳ dY Yᵏ⁻¹⁻ʳ" if k is None or k > 0 else "d(Y⁻ᵏ) = −Σ Y⁻ʳ⁻¹ dY Y⁻ᵏ⁺ʳ")
    return _insertions(base, exponent, D.soon(base))


def _insertions(Y, k, dY):
    """Σ Yʳ dY Yᵏ⁻¹⁻ʳ for a whole number or a letter k; for −k, −Σ Y⁻ʳ⁻¹ dY Y⁻ᵏ⁺ʳ."""
    number = number_of(k)
    sign, count = (ONE, k) if number is None or number > 0 else (MINUS, node(-number))
    left = (lambda r: r) if sign == ONE else (lambda r: t.add(MINUS, t.negative(r)))
    right = (lambda r: t.add(k, MINUS, t.negative(r))) if sign == ONE else (lambda r: t.add(k, r))
    term = lambda r: t.multiply(sign, t.power(Y, left(r)), dY, t.power(Y, right(r)))
    if number is not None and abs(number) <= LONGEST:
        return t.add(*(term(node(r)) for r in range(int(abs(number)))))
    taken = t.symbols(Y) | t.symbols(k)
    r = t.symbol(next(name for name in ("r", "s", "j", "i", "l") if name not in taken))
    return Expr("sigma", (r, t.ZERO, t.add(count, MINUS), term(r)), dY.shape)


def _number_power(D, s, p):
    if s.head == "norm" and p == node(2) and not D.varies(p):
        D.say("d‖Y‖² = 2⟨Y, dY⟩")
        return t.multiply(2, paired(s.parts[0], D.soon(s.parts[0])))
    if not D.varies(p):
        D.say("power rule" if number_of(p) != -1 else "d(1/s) = −ds/s²")
        return t.multiply(p, t.power(s, t.add(p, MINUS)), D.soon(s))
    D.say("d(sᵖ) = sᵖ (log s dp + p ds/s)")
    body = t.add(t.multiply(t.apply("log", s), D.soon(p)), t.multiply(p, t.power(s, -1), D.soon(s)))
    return t.multiply(t.power(s, p), body)


def _entrywise_power(D, Y):
    base, p = Y.parts
    if D.varies(p):
        raise CannotDerive(f"{Y}: the exponent of an entrywise power varies; nearest: exp(p*log(X))")
    D.say("entry by entry: d(Y^p) = p Y^(p−1) ⊙ dY")
    return t.hadamard(t.multiply(p, t.entrywise_power(base, t.add(p, MINUS))), D.soon(base))


def paired(A, B):
    """⟨A, B⟩ as people write it: aᵀb for columns, tr(AᵀB) for matrices."""
    product = t.multiply(t.transpose(A), B)
    return product if product.is_scalar else t.scalar("tr", product)


def _det(D, Y):
    D.say("Jacobi: d det Y = det Y tr(Y⁻¹ dY)")
    return t.multiply(Y, _log_det(D, Y.parts[0]))


def _log_det(D, Y):
    return t.scalar("tr", t.multiply(t.inverse(Y), D.soon(Y)))


def _logdet(D, Y):
    D.say("d log det Y = tr(Y⁻¹ dY)")
    return _log_det(D, Y.parts[0])


def _norm(D, Y):
    D.say("d‖Y‖ = ⟨Y, dY⟩ / ‖Y‖")
    return t.multiply(t.power(Y, -1), paired(Y.parts[0], D.soon(Y.parts[0])))


def _expm(D, Y):
    D.say("d e^Y = L(Y, dY), the Fréchet derivative of the exponential")
    return t.matrix_function("frechet", Y.parts[0], D.soon(Y.parts[0]))


def _pinv(D, Y):
    """Golub and Pereyra, for a rank that does not change."""
    D.say("d(Y⁺) = −Y⁺dYY⁺ + Y⁺Y⁺ᵀdYᵀ(I − YY⁺) + (I − Y⁺Y)dYᵀY⁺ᵀY⁺")
    A, dA = Y.parts[0], D.soon(Y.parts[0])
    m, n = A.shape
    left = t.add(t.identity(m), t.negative(t.multiply(A, Y)))
    right = t.add(t.identity(n), t.negative(t.multiply(Y, A)))
    return t.add(t.multiply(MINUS, Y, dA, Y), t.multiply(Y, Y.T, dA.T, left), t.multiply(right, dA.T, Y.T, Y))


def _function(D, Y):
    """f(Y) entry by entry: f′(Y) ⊙ dY; of a number: f′(s) ds."""
    inner = Y.parts[0]
    if Y.head == "log" and inner.head in ("det", "abs"):
        core = inner if inner.head == "det" else inner.parts[0]
        if core.head == "det":
            D.say("d log det Y = tr(Y⁻¹ dY)" if inner.head == "det" else "d log |det Y| = tr(Y⁻¹ dY)")
            return _log_det(D, core.parts[0])
    slope, name = SLOPES[Y.head]
    D.say(name if inner.is_scalar else f"entry by entry: {name}")
    one = ONE if inner.is_scalar else t.ones(inner.shape)
    return t.hadamard(slope(inner, Y, one), D.soon(inner))


SLOPES = {
    "exp": (lambda X, Y, one: Y, "exp′ = exp"),
    "log": (lambda X, Y, one: t.entrywise_power(X, -1), "log′(s) = 1/s"),
    "sin": (lambda X, Y, one: t.apply("cos", X), "sin′ = cos"),
    "cos": (lambda X, Y, one: t.negative(t.apply("sin", X)), "cos′ = −sin"),
    "tan": (lambda X, Y, one: t.add(one, t.entrywise_power(Y, 2)), "tan′ = 1 + tan²"),
    "sinh": (lambda X, Y, one: t.apply("cosh", X), "sinh′ = cosh"),
    "cosh": (lambda X, Y, one: t.apply("sinh", X), "cosh′ = sinh"),
    "tanh": (lambda X, Y, one: t.add(one, t.negative(t.entrywise_power(Y, 2))), "tanh′ = 1 − tanh²"),
    "abs": (lambda X, Y, one: t.apply("sign", X), "|s|′ = sign s, where s ≠ 0"),
    "sigmoid": (lambda X, Y, one: t.hadamard(Y, t.add(one, t.negative(Y))), "σ′ = σ (1 − σ)"),
    "softplus": (lambda X, Y, one: t.apply("sigmoid", X), "softplus′ = σ"),
    "relu": (lambda X, Y, one: t.apply("step", X), "relu′ = step, where s ≠ 0"),
}
NEAREST = {
    "norm2": "norm (Frobenius), or mc.spectral_norm of the catalog",
    "sign": "abs, whose derivative is sign", "step": "relu, whose derivative is step",
    "frechet": "the first derivative of expm, and mc.second_order.hessian for the second",
}  # fmt: skip
RULES = {
    "symbol": _letter, "+": _sum, "'": _transpose, "*": _product, "^": _power, ".^": _entrywise_power,
    ".*": _each("product rule of ⊙"), "kron": _each("product rule of ⊗"), "inner": _each("product rule of ⟨,⟩"),
    "tr": _linear("the trace is linear"), "sum": _linear("the sum is linear"), "diag": _linear("diag is linear"),
    "vec": _linear("vec is linear"), "entry": _linear("an entry is linear"), "unvec": _linear("vec is linear"),
    "det": _det, "logdet": _logdet, "norm": _norm, "expm": _expm, "pinv": _pinv,
    "sigma": lambda D, Y: Expr("sigma", (*Y.parts[:3], D.soon(Y.parts[3])), Y.shape),
}  # fmt: skip
RULES |= dict.fromkeys(SLOPES, _function)
assert set(SLOPES) | {"sqrt", "sign", "step"} == set(ENTRYWISE)  # sqrt is a power in normal form

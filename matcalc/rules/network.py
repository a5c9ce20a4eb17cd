"""The loss of a network of any depth: forward the linear maps are composed, backward their adjoints."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..domains import Domain, refusal_of
from ..formula import Formulas, cotangent, tangent
from ..latex import Name, Term, latex, parse
from ..linear_map import LinearMap
from ..rule import Rule
from ..spaces import ShapeError, as_point, copy, shape_of, text, vec


def mlp_loss(X, loss, widths, activation, decay=0.0):
    """The loss of a multilayer perceptron as a function of all its weights and biases, for fixed data.

    X is m×d, one example a row. A_0 = X; Z_l = A_{l−1} W_l + 1 b_lᵀ; A_l = φ(Z_l), but the last Z goes into ``loss``,
    a rule on m×k matrices such as ``cross_entropy(Y)``. ``widths`` are the numbers of columns of Z_1, Z_2, …, the last
    of them k. ``activation`` is an entrywise rule, such as ``relu``. The point is the tuple (W_1, b_1, W_2, b_2, …).
    ``decay`` λ adds (λ/2) Σ‖W_l‖² over the weights, not the biases.

    A gradient costs about two more products for each one of the way forward. ShapeError, ValueError for parts that do
    not fit together.
    """
    X, widths = copy(as_point(X, "mlp_loss: X")), _fitting(X, loss, widths, decay)
    network = _Network(X, loss, activation, float(decay))
    shapes = tuple(shape for d, k in pairwise((X.shape[1], *widths)) for shape in ((d, k), (k,)))
    return Rule(
        name="mlp_loss",
        f=network.value,
        linearize=network.linearize,
        domain=_parameters(shapes, network),
        formulas=_printed(X, loss, activation, len(widths), float(decay)),
        source="goodfellow2016, sec. 6.5.4",
    )


class _Network:
    """The fixed parts of the loss: data, loss rule, activation and decay."""

    def __init__(self, X, loss, activation, decay):
        self.X, self.loss, self.activation, self.decay = X, loss, activation, decay

    def value(self, point):
        """The loss, with each bias as one more row of weights below an additional column of ones."""
        weights, A, ones = point[::2], self.X, np.ones((len(self.X), 1))
        for i, (W, b) in enumerate(zip(weights, point[1::2], strict=True)):
            A = self.activation.f(A) if i else A
            A = np.hstack([A, ones]) @ np.vstack([W, b])
        return self.loss.f(A) + self.decay / 2 * sum((W * W).sum() for W in weights)

    def linearize(self, point):
        """One way forward keeps every A_l and the maps of the activations; they serve every push and every pull."""
        weights, kept, maps = point[::2], [self.X], []
        for W, b in zip(weights[:-1], point[1:-1:2], strict=True):
            A, dA = self.activation.linearize(kept[-1] @ W + b)
            kept.append(A)
            maps.append(dA)
        value, dL = self.loss.linearize(kept[-1] @ weights[-1] + point[-1])
        pull = lambda Lbar: self._backward(Lbar, weights, kept, [*maps, dL])
        return value + self.decay / 2 * sum((W * W).sum() for W in weights), LinearMap(
            push=lambda d: self._forward(d, weights, kept, [*maps, dL]),
            pull=pull,
            matrix=lambda: vec(pull(1.0))[None, :],
        )

    def _forward(self, tangent, weights, kept, maps):
        """Forward accumulation: dZ_l = dA_{l−1} W_l + A_{l−1} dW_l + 1 db_lᵀ, then the map of the activation."""
        dA = 0 * self.X
        for W, A, dW, db, after in zip(weights, kept, tangent[::2], tangent[1::2], maps, strict=True):
            dA = after.push(dA @ W + A @ dW + db)
        return dA + self.decay * sum((W * dW).sum() for W, dW in zip(weights, tangent[::2], strict=True))

    def _backward(self, Lbar, weights, kept, maps):
        """Backward accumulation: the adjoints in reverse; each layer leaves the gradients of its own parameters."""
        found, cotangent = [], Lbar
        for W, A, after in zip(weights[::-1], kept[::-1], maps[::-1], strict=True):
            Zbar = after.pull(cotangent)
            found += [Zbar.sum(axis=0), A.T @ Zbar + self.decay * Lbar * W]
            cotangent = Zbar @ W.T
        return tuple(found[::-1])


def _fitting(X, loss, widths, decay):
    """The widths as whole numbers, if data, loss and widths fit together."""
    if np.ndim(X) != 2:
        raise ShapeError(f"mlp_loss: expected a matrix X, one example a row, got shape {text(shape_of(X))}")
    widths = tuple(int(k) for k in widths)
    if not widths or min(widths) < 1:
        raise ValueError(f"mlp_loss: expected the widths of one layer or more, each at least 1, got {widths}")
    if complaint := loss.domain.shape(np.zeros((len(X), widths[-1]))):
        raise ShapeError(f"mlp_loss: {loss.name} does not take scores of shape {len(X)}×{widths[-1]}: {complaint}")
    if not 0 <= decay < np.inf:
        raise ValueError(f"mlp_loss: expected a decay λ ≥ 0, got {decay:g}")
    return widths


def _parameters(shapes, network):
    """All weights and biases of these shapes; inside, every Z_l lies in the domain of the activation."""

    def complaint(point):
        fits = isinstance(point, tuple) and shape_of(point) == shapes
        return None if fits else f"expected (W_1, b_1, …) of shapes {text(shapes)}, got {text(shape_of(point))}"

    def sample(rng, _):
        return tuple(rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in shapes)

    return Domain(
        name=f"weights and biases of shapes {text(shapes)}",
        shape=complaint,
        interior=refusal_of(network.linearize),
        sample=sample,
        outside=lambda rng, n: sample(rng, n)[:-1],
    )


def _printed(X, loss, activation, depth, decay):
    """The printed formulas of the parts, composed: the way forward, the tangents beside it, the way back."""
    if not (loss.formulas and activation.formulas):
        return None
    Z = [*(f"Z_{i}" for i in range(1, depth)), "Z"]
    A = ["X", *(f"A_{i}" for i in range(1, depth))]
    widths = ["d", *(f"n_{i}" for i in range(1, depth)), "k"]
    W, b = ([f"{letter}_{i}" for i in range(1, depth + 1)] for letter in "Wb")
    top = _renamed(loss.formulas, "Z", "L", "k")
    hidden = [_renamed(activation.formulas, Z[i], A[i + 1], widths[i + 1], f"_{i + 1}") for i in range(depth - 1)]
    return Formulas(
        value=top["value"] + _terms(r"\frac{\lambda}{2}", W, "", decay),
        differential=top["differential"] + _terms(r"\lambda", W, r"\mathrm d", decay),
        adjoint=tuple(part for i in range(depth) for part in _of_layer(A[i], Z[i], W[i], decay)),
        point=tuple(name for pair in zip(W, b, strict=True) for name in pair),
        result="L",
        where=tuple(_ways(Z, A, W, b, top, hidden)),
        constants={"X": X, **loss.formulas.constants, **({r"\lambda": decay} if decay else {})},
        shapes={"X": "m×d", **{w: f"{d}×{k}" for w, (d, k) in zip(W, pairwise(widths), strict=True)}, **top["shapes"]},
    )


def _terms(factor, W, d, decay):
    """The penalty, or its differential, as it is printed."""
    traces = " + ".join(rf"\operatorname{{tr}}({w}^{{\top}}\,{d} {w})" for w in W)
    return rf" + {factor} ({traces})" if decay else ""


def _of_layer(A, Z, W, decay):
    """The gradients of one layer's weights and biases."""
    Zbar = latex(Name(cotangent(Z)))
    return rf"{A}^{{\top}}\,{Zbar}" + (rf" + \lambda\,\bar L\,{W}" if decay else ""), rf"{Zbar}^{{\top}} \mathbf 1_m"


def _ways(Z, A, W, b, top, hidden):
    """The definitions: values from first to last layer, then tangents, then cotangents from last to first."""
    back = [(cotangent(Z[-1]), top["adjoint"])]
    for i, w in enumerate(W):
        through = rf"\mathrm d {A[i]}\,{w} + " if i else ""
        yield Z[i], rf"{A[i]} {w} + \mathbf 1_m {b[i]}^{{\top}}"
        yield tangent(Z[i]), rf"{through}{A[i]}\,\mathrm d {w} + \mathbf 1_m\,\mathrm d {b[i]}^{{\top}}"
        if i < len(hidden):
            yield A[i + 1], hidden[i]["value"]
            yield tangent(A[i + 1]), hidden[i]["differential"]
            yield from hidden[i]["where"]
            back.append((cotangent(A[i + 1]), rf"{latex(Name(cotangent(Z[i + 1])))}\,{W[i + 1]}^{{\top}}"))
            back.append((cotangent(Z[i]), hidden[i]["adjoint"]))
    yield from (*top["where"], *back)


def _renamed(formulas, point, result, width, mark=""):
    """The formulas of a part with the names that it bears in the network."""
    rows, columns = formulas.shapes[formulas.point].split("×")
    letters = {rows: "m", columns: width}
    names = {formulas.point: point, formulas.result: result} | {key: key + mark for key, _ in formulas.where}
    names |= {make(old): make(new) for old, new in names.items() for make in (tangent, cotangent)}

    def renamed(node):
        if isinstance(node, Term):
            return Term(node.head, tuple(map(renamed, node.parts)))
        if not isinstance(node, Name):
            return node
        symbol, line, subscript = node.key.partition("_")
        return Name(names.get(node.key) or letters.get(node.key) or symbol + line + letters.get(subscript, subscript))

    again = lambda text: latex(renamed(parse(text)))
    parts = {part: again(getattr(formulas, part)) for part in ("value", "differential", "adjoint")}
    sizes = {key: formulas.shapes[key].split("×") for key in formulas.constants if key in formulas.shapes}
    shapes = {key: "×".join(letters.get(letter, letter) for letter in size) for key, size in sizes.items()}
    return parts | {"where": [(names[key], again(text)) for key, text in formulas.where], "shapes": shapes}

"""A derivation on the page: aligned lines, each with its rule."""

from __future__ import annotations

import re

from ..expressions import latex
from ..expressions.printing import letter

NAMES = {"f": "f", "F": "F", "df": r"\mathrm df", "dF": r"\mathrm dF", "⟨Ȳ, dF⟩": r"\langle \bar Y, \mathrm dF\rangle",
         "d²f": r"\mathrm d^2 f", "∇f": r"\nabla f", "dG": r"\mathrm d\nabla f", "H": r"\nabla^2 f"}  # fmt: skip
SYMBOLS = {
    "Y⁻¹": "$Y^{-1}$", "Yᵏ⁻¹⁻ʳ": "$Y^{k-1-r}$", "Yᵏ": "$Y^k$", "Yʳ": "$Y^r$", "dYᵀ": r"$\mathrm dY^\top$",
    "Yᵀ": r"$Y^\top$", "Y⁺ᵀ": r"$Y^{+\top}$", "Y⁺": "$Y^+$", "⊙": r"$\odot$", "⊗": r"$\otimes$", "⟨": r"$\langle$",
    "⟩": r"$\rangle$", "‖": r"$\|$", "Σ": r"$\Sigma$", "Ω": r"$\Omega$", "σ": r"$\sigma$", "−": "$-$", "≠": r"$\ne$",
    "²": "$^2$", "ᵀ": r"$^\top$", "Y⁻ᵏ⁺ʳ": "$Y^{-k+r}$", "Y⁻ʳ⁻¹": "$Y^{-r-1}$", "Y⁻ᵏ": "$Y^{-k}$", "ᵖ": "$^p$",
    "′": r"$\prime$", "^Y": "$^Y$", "Ȳ": r"$\bar Y$", "X̄": r"$\bar X$", "∇": r"$\nabla$",
}  # fmt: skip
SYMBOL = re.compile("|".join(map(re.escape, sorted(SYMBOLS, key=len, reverse=True))))


def left(name):
    """The LaTeX of a left-hand side: df, ∇f, ∇f by X, X̄, J by X."""
    head, _, variable = name.partition(" by ")
    if head in NAMES:
        return NAMES[head] + (f"_{{{letter(variable)}}}" if variable else "")
    if head == "bar":
        return rf"\bar {{{letter(variable)}}}"
    if head == "J":
        return f"J_{{{letter(variable)}}}" if variable else "J"
    return head


def reason(rule):
    """The rule as a small line of text."""
    return rf"\scriptstyle\text{{{SYMBOL.sub(lambda m: SYMBOLS[m[0]], rule)}}}"


def aligned(steps):
    """All lines, one below the other; the left-hand side stands where it changes."""
    rows, before = [], None
    for step in steps:
        side = left(step.of) if step.of != before else ""
        rows += [rf"& {reason(step.rule)}"] if step.rule else []
        rows += [f"{side} &= {latex(step.after)}"]
        before = step.of
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"

"""What is to be said about an answer, and the closed list of kinds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape

KINDS = (
    "correct", "correct_other_layout", "not_answered", "wrong_shape", "wrong_type", "raises", "not_finite",
    "not_linear", "sign", "factor", "transposed", "argument_transposed", "tangent_transposed", "order",
    "term_missing", "term_extra", "term_wrong", "inverse_missing", "factor_missing", "symmetrised",
    "symmetric_only", "commuting_only", "scalar_rule", "diagonal_only", "elementwise_for_matrix", "entries",
    "other_function", "adjoint_for_differential", "small_error", "unknown",
)  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """A verdict: its ``kind``, one plain sentence, and what stands behind it.

    ``detail`` holds data (the factor, the term, the entries; ``also`` other names of the same mistake),
    ``evidence`` numbers (``gap``, the largest relative difference seen, and at how many points). ``hint``
    points the way and gives nothing away. ``others`` are the further mistakes of an answer that has two.
    """

    kind: str
    message: str
    detail: dict = field(default_factory=dict)
    evidence: dict = field(default_factory=dict)
    hint: str = ""
    others: tuple = ()

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of diagnosis; known are {', '.join(KINDS)}")

    @property
    def passed(self):
        """True for a right answer, in whatever layout."""
        return self.kind in ("correct", "correct_other_layout")

    @property
    def gap(self):
        """The largest relative difference from the right answer, where one was measured."""
        return self.evidence.get("gap")

    @property
    def kinds(self):
        """The kinds of all mistakes that were found, the first one first."""
        return (self.kind, *(other.kind for other in self.others))

    def but(self, **changes):
        """The same diagnosis with some fields replaced."""
        return replace(self, **changes)

    def __str__(self):
        mark = "✓" if self.passed else "·" if self.kind == "not_answered" else "✗"
        return f"{mark} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        passed = " correct" if self.kind == "correct_other_layout" else ""  # shown in the color of a right answer
        return f'<p class="matcalc-verdict{passed} {self.kind}">{escape(str(self))}</p>'


NOT_ANSWERED = Diagnosis("not_answered", "not answered yet", hint="Replace the three dots by your answer.")

"""What was found about a claim: data first, then the same in plain text and in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Case:
    """One class of data: whether the claim holds there (None: no data of that class), how far it misses, why."""

    name: str
    holds: bool | None
    gap: float
    message: str


@dataclass(frozen=True)
class Truth:
    """What was found: one ``Case`` for each class, and a counterexample in small whole numbers if there is one."""

    text: str
    kind: str
    claim: str
    wrt: str
    cases: tuple
    counterexample: str = ""

    def __bool__(self):
        """Whether the claim holds in general: wherever its data exist."""
        return all(case.holds is not False for case in self.cases) and any(case.holds for case in self.cases)

    @property
    def holds_for(self):
        """The classes in which the claim holds."""
        return tuple(case.name for case in self.cases if case.holds)

    @property
    def headline(self):
        """The claim and the verdict, in one line."""
        said = f"{self.kind} {self.claim}" if self.kind != "equals" else f"= {self.claim}"
        only = f"; it holds for {', '.join(self.holds_for)}" if self.holds_for else ""
        if all(case.holds is None for case in self.cases):
            return f"{self.text}, {said}: not decided, there are no data at which both have a value"
        true = "true" if self.cases[0].holds else "true where there are data, but there are none of general sizes"
        return f"{self.text}, {said}: " + (true if self else f"not true in general{only}")

    def __repr__(self):
        marks = {True: "✓", False: "✗", None: "·"}
        lines = [f"  {marks[case.holds]} {case.name:<19}  {case.message}" for case in self.cases]
        example = [f"  for example {self.counterexample}"] if self.counterexample else []
        return "\n".join([self.headline, *lines, *example])

    def _repr_html_(self):
        words_ = {True: ("passed", "✓ holds"), False: ("failed", "✗ fails"), None: ("", "no data")}
        rows = "".join(
            f'<tr class="{words_[case.holds][0]}"><td>{words_[case.holds][1]}</td>'
            f'<th scope="row">{case.name}</th><td>{escape(case.message)}</td></tr>'
            for case in self.cases
        )
        example = f"<p>For example {escape(self.counterexample)}</p>" if self.counterexample else ""
        head = "".join(f'<th scope="col">{name}</th>' for name in ("verdict", "data", "what was found"))
        return (
            f'<div class="matcalc-report {"passed" if self else "failed"}"><table><caption>{escape(self.headline)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{example}</div>"
        )

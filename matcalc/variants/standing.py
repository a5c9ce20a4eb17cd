"""How far the reader is: a table of the exercises of every chapter that was touched in this session."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from ..session import ATTEMPTS, Attempt
from .tasks import chapter_of, tasks

MARKS = {"right": "✓", "tried": "✗", "untouched": "·"}


def progress(chapter=None):
    """The exercises of this session, or of one chapter: right, tried or untouched. Nothing is stored."""
    touched = {place[0] for label, _ in ATTEMPTS if (place := chapter_of(label))}
    return Progress([row for name in ([chapter] if chapter else sorted(touched)) for row in rows(name)])


def rows(chapter):
    """One row an exercise of the book, and one for every seed that was tried."""
    for number, task in enumerate(tasks(chapter), 1):
        own = {seed: attempt for (label, seed), attempt in ATTEMPTS.items() if label == task.label}
        if None in own or not own:
            kind = "proof" if task.is_proof else ""
            yield Row(chapter, number, task.title, kind, own.get(None, Attempt()))
        yield from (Row(chapter, number, task.title, f"seed {seed}", own[seed]) for seed in own if seed is not None)


@dataclass(frozen=True)
class Row:
    """An exercise, which variant of it, and the attempts."""

    chapter: str
    number: int
    title: str
    kind: str
    attempt: Attempt

    @property
    def state(self):
        return "on paper" if self.kind.startswith("proof") else self.attempt.state


@dataclass(frozen=True)
class Progress:
    """A table for notebooks, lines for a terminal."""

    rows: list

    @property
    def counted(self):
        """(right, all); proofs are not counted."""
        asked = [row for row in self.rows if row.state != "on paper"]
        return sum(row.state == "right" for row in asked), len(asked)

    def _title(self):
        if not self.rows:
            return "Nothing was tried in this session yet: run the cell of an exercise."
        right, asked = self.counted
        return f"{right} of {asked} exercises right"

    def __repr__(self):
        lines = [f"{MARKS.get(row.state, ' ')} {row.chapter} {row.number}: {row.title}"
                 + f" ({row.kind})" * bool(row.kind) + f" – {words(row)}" for row in self.rows]  # fmt: skip
        return "\n".join([self._title(), *lines])

    def _repr_html_(self):
        if not self.rows:
            return f"<p>{self._title()}</p>"
        head = "".join(f'<th scope="col">{name}</th>' for name in ("Exercise", "Title", "State"))
        body = "".join(
            f'<tr><th scope="row">{escape(row.chapter)} {row.number}</th>'
            f"<td>{escape(row.title)}{f' ({escape(row.kind)})' if row.kind else ''}</td>"
            f"<td>{MARKS.get(row.state, '')} {words(row)}</td></tr>"
            for row in self.rows
        )
        return (
            f'<table class="matcalc-progress"><caption>{self._title()}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def words(row):
    """The state in words, never by color alone."""
    tries = row.attempt.tries
    return row.state + (f", {tries} {'try' if tries == 1 else 'tries'}" if tries else "")

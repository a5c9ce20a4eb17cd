"""What the last runs found, as tables for ``appendix/benchmarks``: read from ``results``, never measured here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from math import ceil

from measure import RESULTS, shown

ELSEWHERE = RESULTS / "elsewhere"  # the run of another processor, for what depends on it most
WIDEST = 7  # columns that a page has room for
SHORT = {
    "complex step alone": "complex step", "error estimate holds": "estimate holds", "ms, right claim": "ms, right",
    "ms, wrong claim": "ms, wrong", "wrong, refused": "wrong refused", "right, refused": "right refused",
    "Jacobian ready, µs": "J ready, µs", "operator over the limit": "over the limit",
    "value and JVP, matcalc": "JVP, matcalc", "value and JVP, jax": "JVP, jax",
    "value and VJP, matcalc": "VJP, matcalc", "value and VJP, jax": "VJP, jax",
    "one more VJP, matcalc": "next VJP, matcalc", "one more VJP, jax": "next VJP, jax",
}  # fmt: skip
ORDER = ("verification", "reference", "rules", "threads", "operator_kronecker", "startup", "notebooks", "pages")


@dataclass(frozen=True)
class Table:
    """A table with a caption and numbered notes, in plain text and in HTML."""

    caption: str
    columns: tuple
    rows: tuple
    notes: tuple = ()

    def __repr__(self):
        lines = [self.columns, *self.rows]
        rows = ["  ".join(str(shown(cell)) for cell in line) for line in lines]
        return "\n".join([self.caption, *rows, *self.numbered])

    @property
    def numbered(self):
        return [f"{number}. {note}" for number, note in enumerate(self.notes, 1)]

    def parts(self):
        """The table itself, or several that fit the page: each begins with the columns that tell rows apart."""
        if len(self.columns) <= WIDEST:
            return [self]
        many = range(1, len(self.columns))
        keys = next((k for k in many if len({row[:k] for row in self.rows}) == len(self.rows)), 1)
        others = len(self.columns) - keys
        width = ceil(others / ceil(others / (WIDEST - keys)))  # columns in a part, about the same in each
        starts = range(keys, len(self.columns), width)
        cut = lambda row, start: row[:keys] + row[start : start + width]
        return [Table(f"{self.caption} ({part} of {len(starts)})", cut(self.columns, start),
                      tuple(cut(row, start) for row in self.rows)) for part, start in enumerate(starts, 1)]  # fmt: skip

    def _repr_markdown_(self):
        """A table for paper, which reads no HTML."""
        line = lambda cells: "| " + " | ".join(str(shown(cell)).replace("|", r"\|") for cell in cells) + " |"
        rule = "|" + "---|" * len(self.columns)
        rows = [line(self.columns), rule, *map(line, self.rows)]
        return "\n".join([f"**{self.caption}**", "", *rows, "", *self.numbered]).rstrip()

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in self.columns)
        cells = lambda row: "".join(f"<td>{unbroken(cell)}</td>" for cell in row[1:])
        rows = "".join(f'<tr><th scope="row">{unbroken(row[0])}</th>{cells(row)}</tr>' for row in self.rows)
        notes = f"<ol>{''.join(f'<li>{escape(note)}</li>' for note in self.notes)}</ol>" if self.notes else ""
        return (f'<div class="matcalc-table"><table><caption>{escape(self.caption)}</caption>'
                f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}</div>")


def unbroken(cell):
    """A cell for a page: 12 000, 1e-10 and a number with its unit stay on one line."""
    return re.sub(r"(?<=\d) (?=[\d×%]|m?s\b|MB)", "\u00a0", re.sub(r"(?<=\de)-", "\u2011", escape(shown(cell))))


@dataclass(frozen=True)
class Section:
    """One benchmark: how it measured, on what, its tables and its notes."""

    content: dict

    @property
    def tables(self):
        heads = lambda table: tuple(SHORT.get(name, name) for name in table["columns"])
        whole = [Table(t["title"], heads(t), tuple(map(tuple, t["rows"]))) for t in self.content["tables"]]
        return [part for table in whole for part in table.parts()]

    @property
    def where(self):
        """The machine and the versions, in one line."""
        machine = self.content["machine"]
        known = ", ".join(f"{name} {version}" for name, version in self.content["versions"].items())
        absent = f"; absent: {', '.join(self.content['absent'])}" if self.content["absent"] else ""
        return (f"{self.content['date']}; {machine['processor']}, {machine['cores']} cores, "
                f"{machine['memory (GB)']} GB, {machine['system']}, load {machine['load at the start']} at the start; "
                f"{known}{absent}")

    @property
    def words(self):
        return [self.content["method"], self.where, *self.content["notes"]]

    def __repr__(self):
        return "\n\n".join([*self.words, *map(repr, self.tables)])

    def _repr_markdown_(self):
        return "\n\n".join([*self.words, *(table._repr_markdown_() for table in self.tables)])

    def _repr_html_(self):
        said = "".join(f"<p>{escape(word)}</p>" for word in self.words)
        return said + "".join(table._repr_html_() for table in self.tables)


def load(name, folder=RESULTS):
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def names():
    """The benchmarks that have been run, in the order of the page."""
    found = {path.stem for path in RESULTS.glob("*.json")} & set(ORDER)
    return sorted(found, key=ORDER.index)


def section(name, folder=RESULTS):
    """One benchmark's last run; says so where there is none. The folder ``ELSEWHERE`` has runs of another machine."""
    if name not in names():
        return Table(f"{name}: not run yet", ("what", "how"), (("to run it", f"python benchmarks {name}"),))
    return Section(load(name, folder))


def elsewhere():
    """What was found on another machine: the bar in words → its number."""
    runs = (load(path.stem, ELSEWHERE) for path in ELSEWHERE.glob("*.json"))
    return {bar["what"]: bar["number"] for run in runs for bar in run["bars"]}


def bars():
    """Every limit that was set beforehand, beside the numbers that were found; each remark once, below."""
    found, other = [bar for name in names() for bar in load(name)["bars"]], elsewhere()
    notes = list(dict.fromkeys(bar["why"] for bar in found if bar["why"]))
    rows = []
    for bar in found:
        note = f" ({notes.index(bar['why']) + 1})" if bar["why"] else ""
        limit = f"{'at most' if bar['most'] else 'at least'} {shown(bar['limit'])} {bar['unit']}".strip()
        verdict = ("met" if bar["met"] else "not met") + note
        rows.append((bar["what"], shown(bar["number"]), shown(other.get(bar["what"])), limit, verdict))
    head = ("what", "found", "elsewhere", "limit", "verdict (note)")
    return Table("Limits set beforehand, with the numbers of the notes below", head, tuple(rows), tuple(notes))


def derivations():
    """What ``mc.derive`` makes of the standard sheets' formulas, beside SymPy's ``diff``."""
    found = load("derive")
    rows = [(f"formulas that the language has words for, of {found['formulas']}", found["fit"]),
            ("derived, and equal to the printed one", found["derived"]), ("derived, but different", found["different"]),
            ("ms for a derivation with its checks, median", found["median_ms"])]  # fmt: skip
    rows += [(f"SymPy's diff on the same: {name}", count) for name, count in found["sympy"].items()]
    return Table("Formulas of the standard sheets, derived", ("what", "how many"), tuple(rows))


def diagnoses():
    """How often ``mc.diagnose`` names the mistake in a wrong answer."""
    kinds = ("answers", "named right", "named wrong", "unknown", "median ms")
    found = {name: counts for name, counts in load("diagnosis").items() if all(kind in counts for kind in kinds)}
    rows = [(name, counts["answers"], *(f"{100 * counts[k]:.1f} %" for k in kinds[1:4]), counts["median ms"])
            for name, counts in found.items()]  # fmt: skip
    return Table("Mistakes named", ("corpus", *kinds), tuple(rows))

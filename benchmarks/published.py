"""What the last runs found, as tables for ``appendix/benchmarks``: read from ``results``, never measured here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape

from measure import RESULTS, shown

ORDER = ("verification", "reference", "rules", "threads", "operator_kronecker", "startup", "notebooks", "pages")


@dataclass(frozen=True)
class Table:
    """A table with a caption, in plain text and in HTML."""

    caption: str
    columns: tuple
    rows: tuple

    def __repr__(self):
        lines = [self.columns, *self.rows]
        return "\n".join([self.caption, *("  ".join(str(shown(cell)) for cell in line) for line in lines)])

    def _repr_markdown_(self):
        """A table for paper, which reads no HTML."""
        line = lambda cells: "| " + " | ".join(str(shown(cell)).replace("|", r"\|") for cell in cells) + " |"
        rule = "|" + "---|" * len(self.columns)
        return "\n".join([f"**{self.caption}**", "", line(self.columns), rule, *map(line, self.rows)])

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in self.columns)
        cells = lambda row: "".join(f"<td>{escape(shown(cell))}</td>" for cell in row[1:])
        rows = "".join(f'<tr><th scope="row">{escape(shown(row[0]))}</th>{cells(row)}</tr>' for row in self.rows)
        return (f'<div class="matcalc-table"><table><caption>{escape(self.caption)}</caption>'
                f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")


@dataclass(frozen=True)
class Section:
    """One benchmark: how it measured, on what, its tables and its notes."""

    content: dict

    @property
    def tables(self):
        return [Table(t["title"], tuple(t["columns"]), tuple(map(tuple, t["rows"]))) for t in self.content["tables"]]

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


def load(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def names():
    """The benchmarks that have been run, in the order of the page."""
    found = {path.stem for path in RESULTS.glob("*.json")} & set(ORDER)
    return sorted(found, key=ORDER.index)


def section(name):
    """One benchmark's last run; says so where there is none."""
    if name not in names():
        return Table(f"{name}: not run yet", ("what", "how"), (("to run it", f"python benchmarks {name}"),))
    return Section(load(name))


def bars():
    """Every limit that was set beforehand, beside the number that was found."""
    rows = []
    for bar in (bar for name in names() for bar in load(name)["bars"]):
        limit = f"{'at most' if bar['most'] else 'at least'} {shown(bar['limit'])} {bar['unit']}".strip()
        rows.append((bar["what"], shown(bar["number"]), limit, "met" if bar["met"] else "not met", bar["why"]))
    return Table("Limits set beforehand", ("what", "found", "limit", "verdict", "remark"), tuple(rows))


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

"""The formula sheet: one card for each rule of the catalog, always with the same rows, and the same as data.

What a rule knows is read from the rule. What it does not hold (degenerate cases, flops, the second differential
in print) stands once, in ``data/cards.json``, the titles of chapters in ``data/chapters.json``. ``python -m
matcalc.sheet`` writes ``data/formulas.json`` for other tools; a test holds that file to the catalog.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from .catalog import CHAPTERS, RULES, chapter_of
from .formula import cotangent
from .latex import Name, Number, Term, latex, parse
from .rule import Rule
from .samples import gaussian
from .spaces import shape_of, size
from .verify import examine

DATA = Path(__file__).parent / "data"
BESIDE = json.loads((DATA / "cards.json").read_text(encoding="utf-8"))
TITLES = json.loads((DATA / "chapters.json").read_text(encoding="utf-8"))
LONG = 90  # signs of LaTeX: an equation that may not fit a card
ROWS = (
    "value", "shapes", "domain", "differential", "adjoint", "gradient", "Jacobian", "second differential",
    "where it stops", "cost", "source", "verified",
)  # fmt: skip
COARSE = (1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100)


def as_json(rules=RULES):
    """The sheet as plain data: a list with one dictionary of LaTeX lines and words for each rule."""
    return [entry(F) for F in rules]


def entry(F):
    """Everything a card says of F that does not change from one build to the next."""
    beside = BESIDE[F.name]
    return {
        "name": F.name,
        "chapter": chapter_of(F),
        "shapes": dict(F.formulas.shapes),
        "domain": beside.get("domain", F.domain.name),  # a member of a family knows its own sizes only
        "value": F.formulas.lines("value"),
        "differential": F.formulas.lines("differential"),
        "adjoint": F.formulas.lines("adjoint"),
        "gradient": gradient(F),
        "jacobian": F.formulas.lines("jacobian"),
        "second": second(F),
        "where": F.formulas.lines("where") + [f"{latex(parse(name))} = {by}" for name, by in beside.get("where", [])],
        "degenerate": beside["degenerate"],
        "flops": beside["flops"],
        "source": F.source,
        "derivation": beside.get("derivation", ""),
    }


def gradient(F):
    """The printed gradient of a scalar-valued rule: its adjoint at Ȳ = 1. Empty for other rules."""
    X = F.domain.sample(np.random.default_rng(0), 4)
    if shape_of(F(X)) != ():
        return []
    bar = Name(cotangent(F.formulas.result))
    point = F.formulas.point if isinstance(F.formulas.point, tuple) else (F.formulas.point,)
    lines = F.formulas.adjoint if isinstance(F.formulas.adjoint, tuple) else (F.formulas.adjoint,)
    sides = (latex(_at_one(parse(line), bar)) for line in lines)
    result = latex(parse(F.formulas.result))
    return [rf"\nabla_{{{latex(parse(name))}}}\, {result} = {side}" for name, side in zip(point, sides, strict=True)]


def _at_one(node, bar):
    """The tree with 1 in place of the cotangent, and without factors 1."""
    if node == bar:
        return Number("1")
    if not isinstance(node, Term):
        return node
    parts = tuple(_at_one(part, bar) for part in node.parts)
    if node.head == "":
        parts = tuple(part for part in parts if part != Number("1")) or (Number("1"),)
        return parts[0] if len(parts) == 1 else Term("", parts)
    return Term(node.head, parts)


def second(F):
    """The printed second differential along dX twice; a symmetric bilinear form is fixed by it."""
    if "second" not in BESIDE[F.name]:
        return []
    return [rf"\mathrm d^2 {latex(parse(F.formulas.result))} = {BESIDE[F.name]['second']}"]


def cost(F, n=128, repeats=3):
    """Time of value and one adjoint over that of the value alone, coarsely; None where there is nothing to compare.

    A rule has two ways to its value, f and linearize: the faster one counts. A rule of one fixed size, or one that
    computes nothing, has no ratio; one whose value outgrows its argument is measured at a small size.
    """
    rng = np.random.default_rng(3)
    probes = [F.domain.sample(rng, k) for k in (5, 10)]
    if BESIDE[F.name]["flops"]["value"] == "0" or shape_of(probes[0]) == shape_of(probes[1]):
        return None
    small, large = (size(shape_of(F(X))) + 1 for X in probes)
    X = F.domain.sample(rng, n if large < 6 * small else n // 16)
    Ybar = gaussian(rng, F.linearize(X)[0])
    alone = min(_time(F.f, X, repeats), _time(F.linearize, X, repeats))
    ratio = _time(lambda X: F.at(X).T(Ybar), X, repeats) / alone
    return min(COARSE, key=lambda known: abs(np.log(known / ratio)))


def _time(function, X, repeats):
    def once():
        start = perf_counter()
        function(X)
        return perf_counter() - start

    return min(once() for _ in range(repeats))


@dataclass(frozen=True)
class Card:
    """One rule on one card: what it says, what was measured now."""

    rule: Rule

    @property
    def anchor(self):
        """The id of the card on the page."""
        return "card-" + re.sub(r"[^a-z0-9]+", "-", self.rule.name.replace("(-", "(minus")).strip("-")

    def rows(self, report, ratio):
        """The twelve rows, in the order of ROWS, as Markdown."""
        data = entry(self.rule)
        shapes = ", ".join(f"{_math(latex(parse(name)))}: {by}" for name, by in data["shapes"].items())
        local = f"<br>with {_lines(data['where'], ', ')}" if data["where"] else ""
        flops = {way: _math(count) for way, count in data["flops"].items()}
        measured = f"; measured {ratio:g} × the value" if ratio else ""
        return (
            _lines(data["value"]), shapes or "batches of images, see the chapter", data["domain"],
            _lines(data["differential"]) + local, _lines(data["adjoint"]),
            _lines(data["gradient"]) or "none: the value is no number",
            _lines(data["jacobian"]) or "none printed: `F.at(X).matrix`", self._second(data["second"]),
            data["degenerate"], f"{flops['value']} flops, with one adjoint {flops['with adjoint']}{measured}",
            self._places(data), numbers(report),
        )  # fmt: skip

    def _places(self, data):
        chapter = chapter_link(data["chapter"])
        lines = f'; <a href="derivations.html#{data["derivation"]}">line by line</a>' if data["derivation"] else ""
        return f"{cited(data['source'])}; derived in {chapter}{lines}"

    def _second(self, lines):
        if not lines:
            return "none printed: `F.second(X)`" if self.rule.second_at else "not stated"
        return _lines(lines)

    def _repr_markdown_(self):
        rows = zip(ROWS, self.rows(examine(self.rule), cost(self.rule)), strict=True)
        lines = "\n".join(f"| {name} | {row} |" for name, row in rows)
        head = f"| rule | `{self.rule.name}` |\n|---|---|"
        return f'<div class="matcalc-card" id="{self.anchor}">\n\n{head}\n{lines}\n\n</div>'


@dataclass(frozen=True)
class Cards:
    """Cards one below the other, as a notebook shows them."""

    cards: tuple

    def __repr__(self):
        return f"Cards({', '.join(card.rule.name for card in self.cards)})"

    def _repr_markdown_(self):
        return "\n\n".join(card._repr_markdown_() for card in self.cards)


def cards(*chapters):
    """The cards of these chapters, by file name; of all if none is named."""
    return Cards(tuple(Card(F) for chapter in chapters or CHAPTERS for F in CHAPTERS[chapter]))


@dataclass(frozen=True)
class Index:
    """All rules in one table: name with its card, value unless it is long, chapter."""

    rules: tuple = RULES

    def _row(self, F):
        data = entry(F)
        short = [line for line in data["value"] if len(line) < 70]
        chapter = chapter_link(data["chapter"])
        return f'| <a href="#{Card(F).anchor}">{F.name}</a> | {_lines(short) or "see its card"} | {chapter} |'

    def _repr_markdown_(self):
        lines = "\n".join(map(self._row, self.rules))
        return f'<div class="matcalc-index">\n\n| rule | value | chapter |\n|---|---|---|\n{lines}\n\n</div>'


def index():
    """The table of all rules; each name leads to its card."""
    return Index()


def numbers(report):
    """What a verification found, in one line of numbers."""
    printed = [check for check in report.checks if check.name.startswith("printed")]
    said = [] if report.passed else [report.headline.split(": ", 1)[1].split(" (")[0]]
    exact = ("difference", "adjoint", "matrix", "second differential")
    measured = [check for check in report.checks if check.name in exact and check.number is not None]
    said += [f"{check.name} {f'{check.number:.0e}' if check.number else 0}" for check in measured]
    order = report.check("taylor").number
    said.append("remainder zero" if order == np.inf else f"remainder of order {order:.2f}")
    said.append(f"{sum(check.passed for check in printed)} of {len(printed)} printed formulas evaluated")
    return ", ".join([*said, f"{report.evaluations} values of f"])


def cited(source):
    """ "petersen2012, eq. 59" as words that lead to the bibliography."""
    named = re.sub(r"\b([a-z]+)(\d{4})(?:extended)?", lambda key: f"{key[1].title()} {key[2]}", source)
    return f'<a href="../bibliography.html">{named}</a>'


def chapter_link(slug):
    """The title of a chapter, which leads to it."""
    return f'<a href="../chapters/{slug}.html">{TITLES[slug]}</a>'


def _math(line):
    """LaTeX for a table, where a bar would end the cell; a long equation may break before its sign."""
    line = line.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip()
    return f"${line.replace(' = ', '$ $= ', 1) if len(line) > LONG else line}$"


def _lines(lines, between="<br>"):
    return between.join(map(_math, lines))


def write(path=DATA / "formulas.json"):
    """Write the sheet as data: `python -m matcalc.sheet`."""
    path.write_text(json.dumps(as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

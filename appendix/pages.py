"""Write the pages of the appendix that show data: nothing in them is typed a second time.

    python appendix/pages.py

writes formula_sheet, standard_sheets, errata and coverage anew, and the titles of chapters for the cards of the
formula sheet; a test holds the notebooks to the data.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
IMPORTS = "import numpy as np\n\nimport matcalc as mc"
SEVERITY = {
    "wrong": "The printed formula or sentence is false.",
    "condition missing": "True under a condition that is not printed.",
    "clash": "Two places say two things, each right by itself.",
    "misleading": "A reader will take it for something that is false.",
    "typo": "A slip of the pen that changes the meaning.",
}
STATUS = {"right": "right", "wrong": "**wrong as printed**", "condition missing": "**condition missing**",
          "ambiguous": "**ambiguous**", "convention": "a convention"}  # fmt: skip
HOW = {name: name for name in ("derived", "verified", "used")} | {"corrected": "**corrected**", "markup": "typesetting"}
SOURCES = {
    "petersen2012": ("The Matrix Cookbook", "The version of November 2012 {cite}`petersen2012`, by section."),
    "giles2008extended": ("The collection of Giles", "The extended report {cite}`giles2008extended`."),
    "supplement": ("Beyond the two sheets", "What neither sheet has, and this book needs."),
}
SECTIONS = {"4.1.1": "4.1.1 Chain rule for complex functions", "4.2": "4.2 A quotient of complex norms"}


def load(name):
    return json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))


DOCUMENTS = load("documents")


def cell(kind, source, name, **metadata):
    """A cell whose id is made of its name: it stays when the text changes."""
    identifier = hashlib.sha1(f"{kind} {name}".encode()).hexdigest()[:10]
    made = {"cell_type": kind, "id": f"{kind[0]}-{identifier}", "metadata": metadata}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made | {"source": source.strip("\n").splitlines(keepends=True)}


def notebook(cells):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def title_of(slug):
    """The first heading of a chapter."""
    first = json.loads((ROOT / "chapters" / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"][0]
    return re.search(r"^# (.+?)\s*$", "".join(first["source"]), re.M)[1]


def anchor(heading):
    """What MyST makes of a heading for links."""
    return re.sub(r"[^\w一-鿿\- ]", "", heading.strip().lower().replace(" ", "-"))


def in_table(latex):
    """Inline LaTeX for a table, where a bar would end the cell."""
    latex = re.sub(SPACES, "", re.sub(r"\\\|", r"\\Vert ", latex).replace("|", r"\vert "))
    goes_on = "{}" * latex.startswith(("+", "-"))  # the sign of a sum keeps its room
    room = STRUT * (r"\begin{bmatrix}" in latex)
    return f"${goes_on}{latex}{room}$"


STRUT = r"\rule[-1.5em]{0em}{3.4em}"  # matrices one below the other do not touch
SPACES = re.compile(r"^(?:\s|\\[\s,;:!]|\\q?quad(?![a-z]))+|(?:\s|\\[\s,;:!]|\\q?quad(?![a-z]))+$")


def said(words):
    """Words with formulas between dollars, for a table."""
    parts = words.split("$")
    parts[1::2] = map(in_table, parts[1::2])
    parts[::2] = (part.replace("|", "∣") for part in parts[::2])
    return "".join(parts)


def wrapped(latex):
    """LaTeX as text and short formulas, so that a table can break it: at words, wide spaces, commas, \\allowbreak."""
    pieces, depth, start = [], 0, 0
    for match in PIECE.finditer(latex):
        if match[0] in OPEN:
            depth += 1
        elif match[0] in SHUT:
            depth -= 1
        elif depth == 0 and match["text"] is not None:
            pieces += [in_table(latex[start : match.start()]), match["text"].strip().replace("|", "∣")]
            start = match.end()
        elif depth == 0 and match["gap"]:
            pieces.append(in_table(latex[start : match.start() if match["stop"] is None else match.end("stop")]))
            start = match.end()
        elif match["here"]:
            pieces.append(in_table(latex[start : match.start()]))
            start = match.end()
        elif depth == 0 and match["sign"] and match.start() - start > 24:
            pieces.append(in_table(latex[start : match.start()]))
            start = match.start()
    text = " ".join(piece for piece in [*pieces, in_table(latex[start:])] if piece not in ("", "$$"))
    return re.sub(r"([“(]) (?=\$)|(?<=\$) (?=[,;:.?”)])", r"\1", text)


OPEN, SHUT = ("{", "(", "[", r"\{", r"\left", r"\begin"), ("}", ")", "]", r"\}", r"\right", r"\end")
PIECE = re.compile(
    r"\\text\{(?P<text>[^{}$]*)\}|(?P<gap>(?P<stop>[,;:]?)(?:\s*\\(?:q?quad|;|,|\s))*\s*\\(?:q?quad)(?![a-z])|"
    r"(?<=[,;:])(?:\\\s|\\;|\s))|(?P<sign>=|\\Rightarrow|\\iff|\\le(?![a-z])|\\approx)|"
    r"(?P<here>\\allowbreak\s*)|\\left(?![a-z])|\\right(?![a-z])|\\begin|\\end|\\[{}]|[{}()\[\]]"
)
NAMES = {"Lu": "LU", "Qr": "QR", "Svd": "SVD", "Cnn": "CNN", "Relu": "ReLU", "Pca": "PCA", "Map": "MAP",
         "kronecker": "Kronecker", "jacobian": "Jacobian", "jacobi": "Jacobi", "Riemannian": "Riemannian",
         "Frobenius": "Frobenius", "Mahalanobis": "Mahalanobis", "gram": "Gram"}  # fmt: skip


def words_of(key):
    """The heading of an erratum: its key as words."""
    return " ".join(NAMES.get(word, word) for word in key.replace("-", " ").capitalize().split())


def _inside(words):
    """A heading inside of a sentence: its first word in small letters, unless it is a name."""
    first = words.split()[0]
    return words if first in NAMES.values() else words[0].lower() + words[1:]


def link(place, chapters="../chapters/"):
    """Markdown that leads to a place of the book."""
    kind, _, name = place.partition(":")
    if kind == "rule":
        card = "card-" + re.sub(r"[^a-z0-9]+", "-", name.replace("(-", "(minus")).strip("-")
        return f'<a href="formula_sheet.html#{card}">rule {name}</a>'
    if kind == "errata":
        return f"[erratum: {_inside(words_of(name))}](errata.ipynb#{anchor(words_of(name))})"
    if kind == "exercise":
        return f"{{ref}}`{name}`"
    slug, _, heading = place.partition("#")
    return f"[{heading or title_of(slug)}]({chapters}{slug}.ipynb{'#' + anchor(heading) if heading else ''})"


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return '<div class="matcalc-table">\n\n' + "\n".join(lines) + "\n\n</div>"


def formatted(sources):
    """All code cells in one run of ruff, so that no line is wider than a page."""
    mark = "\n# ---- next cell ----\n"
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "78", "-"]
    done = subprocess.run(command, input=mark.join(sources), capture_output=True, text=True, check=True)
    return [source.strip("\n") for source in done.stdout.split(mark.strip("\n"))]


def formula_sheet():
    """One heading and one cell of cards for each chapter of the catalog."""
    from matcalc.catalog import CHAPTERS, RULES

    text = f"""# The formula sheet

{len(RULES)} rules, each on a card with the same twelve rows. The row *domain* says where the formulas hold, the row
*where it stops* what happens at its edge. Nothing on this page is typed: formulas and sources come from the rules, and
the last row holds the numbers of the verification made when this page was built.
The row *cost* counts operations to leading order. *Measured* is the time of a value together with one
adjoint, over the time of the value alone, roughly and on one machine: about three where the adjoint
costs two values. A second differential is printed for one direction, taken twice.

The chapter [Notation](notation.ipynb) says what the letters mean."""
    cells = [
        cell("markdown", text, "title"),
        cell("code", "import matcalc as mc", "import"),
        cell("markdown", "## All rules at a glance\n\nA name leads to its card.", "index"),
        cell("code", "mc.sheet.index()", "index", tags=["hide-input"]),
    ]
    for slug in CHAPTERS:
        cells.append(cell("markdown", f"## {title_of(slug)}\n\nDerived in {link(slug)}.", slug))
        cells.append(cell("code", f'mc.sheet.cards("{slug}")', slug, tags=["hide-input"]))
    text = """## As data

Other tools can read the same from `matcalc/data/formulas.json`, or ask for it."""
    asked = 'entry = mc.sheet.as_json([mc.inverse])[0]\nentry["differential"], entry["domain"]'
    return notebook([*cells, cell("markdown", text, "data"), cell("code", asked, "data")])


def errata():
    """A table, then every erratum with its code cell, the gravest first, by document."""
    entries = load("errata")
    order = sorted(entries, key=lambda e: (list(SEVERITY).index(e["kind"]), e["document"], e["key"]))
    shown = dict(zip((e["key"] for e in order), formatted([_evidence(e) for e in order]), strict=True))
    cells = [cell("markdown", _errata_title(entries), "title"), cell("code", _ERRATA_CODE, "import")]
    for kind, meaning in SEVERITY.items():
        of_kind = [entry for entry in order if entry["kind"] == kind]
        rows = [[f"[{words_of(e['key'])}](#{anchor(words_of(e['key']))})", _numbers(e["document"]), ", ".join(e["ids"])]
                for e in of_kind]  # fmt: skip
        text = f"## {kind.capitalize()}\n\n{meaning}\n\n{table(['what', 'document', 'statements'], rows)}"
        cells.append(cell("markdown", text, f"kind {kind}"))
        for entry in of_kind:
            cells.append(cell("markdown", _erratum(entry), entry["key"]))
            cells.append(cell("code", shown[entry["key"]], entry["key"]))
    return notebook(cells)


_ERRATA_CODE = f"""{IMPORTS}

plain = np.vectorize(lambda v: float(f"{{v:.4g}}") + 0.0, otypes=[float])
show = lambda *pair: [plain(value).tolist() for value in pair]"""


def _errata_title(entries):
    documents = sorted({name for e in entries for name in e["document"].split("; ")})
    count = Counter((e["kind"], name) for e in entries for name in e["document"].split("; "))
    rows = [[kind, *(str(count[kind, name] or "–") for name in documents)] for kind in SEVERITY]
    return f"""# Errata of the source documents

The book was written beside four documents (a fifth, 000, is a part of 001). Each of their 408 statements was
checked, the sentences in prose too; [the coverage](coverage.ipynb) says where. What is listed here is wrong, is
wrong without a condition, or says one thing and will be read as another. Small slips are listed only where they
change the meaning. {len(entries)} entries, the gravest first:

{table(["severity", *map(_numbers, documents)], rows)}

The documents are {"; ".join(map(_name, documents))}.

Each entry says what is printed, what is right, and when the printed form holds. The code below it ends
in two values: as printed, and as it is. They are shown with four digits."""


def _name(document):
    """ "001, its title": the numbers of the documents are those of their files, the titles say what they are about."""
    return "; ".join(f"{name[:3]}, *{DOCUMENTS[name]}*" for name in document.split("; "))


def _numbers(document):
    return ", ".join(name[:3] for name in document.split("; "))


def _erratum(entry):
    return f"""### {words_of(entry["key"])}

Document {_name(entry["document"])}, section “{entry["section"]}”; statements {", ".join(entry["ids"])}.

Printed:

$$
{entry["printed"]}
$$

Right:

$$
{entry["right"]}
$$

The printed form holds: {entry["condition"]}.
In numbers: {entry["shows"]}."""


def _evidence(entry):
    """The code of an erratum: its letters, then the two values."""
    lines = []
    for name, given in entry["given"].items():
        lines.append(f"{name} = {given if isinstance(given, str) else f'np.array({given}, float)'}")
    return "\n".join([*lines, f"show({entry['evidence']})"])


def standard_sheets():
    """The formulas by source and section, in tables; what is not right below them, with its counterexample."""
    entries = load("standard_sheets")
    asked = 'mc.is_true("tr(A*X*B*X\')", gradient="2*A*X*B", wrt="X")'
    cells = [cell("markdown", _sheets_title(entries), "title"), cell("code", _SHEETS_CODE, "import")]
    cells.append(cell("code", asked, "ask"))
    for source, (name, words) in SOURCES.items():
        cells.append(cell("markdown", f"## {name}\n\n{words}", source))
        sections = dict.fromkeys(e["section"] for e in entries if e["source"] == source)
        for section in sections:
            chosen = [e for e in entries if e["source"] == source and e["section"] == section]
            heading = "" if section in name else f"### {SECTIONS.get(section, section)}\n\n"
            head = ["number", "statement, and when it holds", "treated in"]
            cells.append(cell("markdown", heading + table(head, map(_sheet_row, chosen)), f"{source} {section}"))
            gaps = f'gaps = [gap(e) for e in sheets["{source}", section]]'
            code = f'section = "{section}"\n{gaps}\nassert max(gaps) < 1e-7\nlen(gaps)'
            cells.append(cell("code", code, f"{source} {section}"))
    cells.append(cell("markdown", "## What is not right, and what is only a convention", "wrong"))
    for entry in entries:
        if "counterexample" in entry:
            cells.append(cell("markdown", _wrong(entry), f"wrong {entry['id']}"))
            code = f'show(*evidence(by_id["{entry["id"]}"]["counterexample"]))'
            cells.append(cell("code", code, f"wrong {entry['id']}"))
    return notebook(cells)


_SHEETS_CODE = """import json
from pathlib import Path

import numpy as np

import matcalc as mc
from matcalc.standard_sheets import evidence, gap

entries = json.loads(Path("data/standard_sheets.json").read_text("utf-8"))
by_id, sheets = {e["id"]: e for e in entries}, {}
for e in entries:
    sheets.setdefault((e["source"], e["section"]), []).append(e)
show = lambda *pair: [np.round(value, 4).tolist() for value in pair]"""


def _sheets_title(entries):
    count = Counter(entry["status"] for entry in entries)
    rows = [[STATUS[status].strip("*"), str(count[status])] for status in STATUS]
    return f"""# The standard sheets, checked

Many take their matrix derivatives from a sheet. Here are the {len(entries)} formulas of two of them, and a few that
neither has, each with its number there, in our notation and with its conditions. Every one is measured: the slope of
the function, from its values at generic letters, beside the slope that is claimed. The cell below each table
insists that the largest relative difference of that table stays below 10⁻⁷, and says how many were compared.

{table(["verdict", "formulas"], rows)}

The same check is there for a formula of your own, on data of several classes."""


def _sheet_row(entry):
    named = f"{entry['name']} ({entry['number']})" if "name" in entry else entry["number"]
    verdict = "" if entry["status"] == "right" else f"{STATUS[entry['status']]}: {entry['note']} "
    condition = f"{said(verdict)}*Condition:* {said(entry['condition'] or 'none')}"
    places = ", ".join(link(place) for place in entry["where"])
    return [named, f"{wrapped(entry['statement'])}<br>{condition}", places]


def _wrong(entry):
    return f"""### Number {entry["number"]}

Printed:

$$
{entry["printed"]}
$$

{entry["note"]} In numbers: {entry["counterexample"]["shows"]}."""


def coverage():
    """Every statement of the documents with the places where it is treated, by document and section."""
    statements, checks = load("statements"), load("checks")
    treated = {entry["id"]: entry for entry in load("coverage")}
    cells = [cell("markdown", _coverage_title(statements, treated, checks), "title")]
    for document in dict.fromkeys(s["document"] for s in statements):
        of_document = [s for s in statements if s["document"] == document]
        cells.append(cell("markdown", f"## Document {document[:3]}: {DOCUMENTS[document]}", document))
        for section in dict.fromkeys(s["section"] for s in of_document):
            rows = [_coverage_row(s, treated.get(s["id"]), checks) for s in of_document if s["section"] == section]
            head = ["statement", "what it says", "where, and how"]
            text = f"### {section}\n\n{table(head, rows)}"
            cells.append(cell("markdown", text, f"{document} {section}"))
    return notebook(cells)


def _coverage_title(statements, treated, checks):
    how = Counter(entry["how"] for entry in treated.values())
    numbers = sum("left" in check for check in checks.values())
    reasons = sum("why" in check for check in checks.values())
    rows = [[HOW[name].strip("*"), str(how[name])] for name in HOW]
    files = [[_name(name), f"`{name.removesuffix('.txt')}`"] for name in DOCUMENTS]
    return f"""# Coverage

The source documents make {len(statements)} distinct statements. This page says where the book treats each one. The
tests fail when one is missing, or when a place does not exist.

{table(["treated", "statements"], rows)}

The documents, with the names of their files; 000 is a part of 001:

{table(["document", "file"], files)}

Checked by: {numbers} statements are evaluated in generic letters by a test; {how["corrected"]} are corrected, and
their errata show two numbers; {reasons} have no number, and a word says why. A statement may be checked twice.
The formulas of the standard sheets have [a page of their own](standard_sheets.ipynb)."""


def _coverage_row(statement, entry, checks):
    check = checks.get(statement["id"], {})
    by = "number" if "left" in check else check.get("why", "number, in its erratum").partition(":")[0]
    formula = statement["formula"].replace(r"\texttt", r"\text")
    where = ", ".join(link(place) for place in entry["where"]) if entry else ""
    how = HOW[entry["how"]] if entry else ""
    number = f"{statement['id']}" + "".join(f" ({other})" for other in statement.get("also", ()))
    way = f"{how}; {by}" if how else by
    return [number, wrapped(formula), f"{where or 'nowhere: typesetting only'}<br>{way}"]


PAGES = {"formula_sheet": formula_sheet, "standard_sheets": standard_sheets, "errata": errata, "coverage": coverage}


def titles():
    """The titles of the chapters with rules, as ``matcalc.sheet`` reads them."""
    from matcalc.catalog import CHAPTERS

    return json.dumps({slug: title_of(slug) for slug in CHAPTERS}, ensure_ascii=False, indent=1) + "\n"


def text_of(page):
    return json.dumps(PAGES[page](), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (ROOT / "matcalc" / "data" / "chapters.json").write_text(titles(), encoding="utf-8")
    for page in sys.argv[1:] or PAGES:
        (HERE / f"{page}.ipynb").write_text(text_of(page), encoding="utf-8")

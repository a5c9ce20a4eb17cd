"""The rules of the design that notebooks must keep. Each function returns complaints; none is good."""

import ast
import re
from statistics import median

TAGS = {"hide-input", "remove-cell", "exercise", "solution"}
SECTIONS = ["By the end you can", "You need", "Recap", "Exercises", "Sources"]
CELL_LINES, MEDIAN_LINES, CODE_CELLS = 12, 3, 25
DRAWS = re.compile(r"\bplt\.(?!rc|style)|\.(?:plot|loglog|semilogy|imshow|matshow)\(|\bplots\.\w+\(")
COLAB = """from importlib.util import find_spec
BOOK = "matrix-calculus-book[notebooks] @ git+https://github.com/matrix-calculus-book/matrix-calculus-book"
find_spec("matcalc") or get_ipython().system(f'pip install -q "{BOOK}"');"""
LABEL = re.compile(r":::+\{exercise\}[^\n]*\n(?::\w+:[^\n]*\n)*?:label: (\S+)")


def text(cell):
    """The source of a cell, whether it is stored as one string or as lines."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def cells(notebook, kind):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def prose(notebook):
    """All Markdown of a notebook."""
    return "\n\n".join(text(cell) for cell in cells(notebook, "markdown"))


def cell_complaints(notebook):
    """Tags from the closed list, nothing stored, no magics, short cells, steady and unique ids."""
    found = []
    for cell in cells(notebook, "code"):
        lines = [line for line in text(cell).splitlines() if line.strip()]
        name = f"cell {cell.get('id')}"
        if cell.get("outputs") or cell.get("execution_count"):
            found.append(f"{name}: outputs are stored")
        if any(line.lstrip().startswith(("%", "!")) for line in lines):
            found.append(f"{name}: a magic; nbval may pass over it without running it")
        if len(lines) > CELL_LINES:
            found.append(f"{name}: {len(lines)} lines, the limit is {CELL_LINES}")
        if not lines:
            found.append(f"{name}: empty")
    for cell in notebook["cells"]:
        if unknown := tags(cell) - TAGS:
            found.append(f"cell {cell.get('id')}: tags {sorted(unknown)} are not in the closed list")
    ids = [cell.get("id", "") for cell in notebook["cells"]]
    found += [f"id {name!r} is used twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    return found + [f"id {name!r} is a count, or no id" for name in ids if not steady(name)]


def steady(identifier):
    """An id is given once and stays; plain numbers are what tools write when they count the cells anew."""
    return bool(re.fullmatch(r"[\w-]{2,64}", identifier)) and not re.fullmatch(r"\d{1,4}", identifier)


def markdown_complaints(notebook):
    """Colon fences, plain LaTeX, no task lists: what JupyterLab, Colab and the page all show."""
    wrong = {
        r"^\s*```+\s*\{": "a directive in a backtick fence (use colons: they keep their maths in JupyterLab)",
        r"\\(newcommand|renewcommand|def|DeclareMathOperator)\b": "a LaTeX macro (JupyterLab does not know it)",
        r"\b[Ee]xercises? \{(num)?ref\}`ex-": "'Exercise {ref}' (the reference writes the word itself)",
        r"^\s*[-*] \[[ xX]\] ": "a task list (its boxes have no label for a screen reader)",
        r":::+\{prf:\w+\}[^\n]*\n(?::\w+:[^\n]*\n)*:class:[^\n]*dropdown": "a folded theorem (use {dropdown})",
    }
    return [why for pattern, why in wrong.items() if re.search(pattern, prose(notebook), re.M)]


def start_complaints(notebook):
    """First of all the package is installed where it is missing, which is Colab; the page does not show it."""
    first = cells(notebook, "code")[0]
    if text(first) == COLAB and tags(first) == {"remove-cell"}:
        return []
    return ["the first code cell must be the one that installs the package (COLAB), with the tag remove-cell"]


def section_complaints(notebook):
    """A chapter has the parts of the template, as headings or in bold, in their order."""
    marks = {name: re.search(rf"^(?:##+ |\*\*){name}\b", prose(notebook), re.M) for name in SECTIONS}
    found = [f"no section {name!r}" for name, mark in marks.items() if mark is None]
    places = [mark.start() for mark in marks.values() if mark]
    return found + (["the template's sections are out of order"] if places != sorted(places) else [])


def rhythm_complaints(notebook):
    """Many short cells: a chapter is read in small steps."""
    lengths = [sum(bool(line.strip()) for line in text(cell).splitlines()) for cell in cells(notebook, "code")]
    found = []
    if len(lengths) < CODE_CELLS:
        found.append(f"{len(lengths)} code cells, at least {CODE_CELLS} are wanted")
    if lengths and median(lengths) > MEDIAN_LINES:
        found.append(f"the median cell has {median(lengths)} lines, the limit is {MEDIAN_LINES}")
    return found


def alt_complaints(notebook):
    """Who cannot see a picture reads its alternative text."""
    found = []
    for cell in cells(notebook, "code"):
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
        if DRAWS.search(done_at_once(cell)) and "remove-cell" not in tags(cell) and len(alt) < 20:
            found.append(f"cell {cell.get('id')}: a figure without alternative text (metadata mystnb.image.alt)")
    return found


def done_at_once(cell):
    """The code of a cell without the functions it only defines: a player calls those later."""
    statements = ast.parse(text(cell)).body
    return "\n".join(ast.unparse(node) for node in statements if not isinstance(node, ast.FunctionDef))


def exercise_complaints(notebook):
    """Each exercise has a solution; a solution with code has a stub above it, and is folded in JupyterLab."""
    everything, found = prose(notebook), []
    for label in LABEL.findall(everything):
        if not re.search(rf":::+\{{solution(-start)?\}} {re.escape(label)}\s*$", everything, re.M):
            found.append(f"exercise {label}: no solution")
    if (count := len(re.findall(r":::+\{exercise\}", everything))) != len(LABEL.findall(everything)):
        found.append(f"{count} exercises, {len(LABEL.findall(everything))} of them have a label")
    return found + stub_complaints(notebook)


def stub_complaints(notebook):
    """Walk down the cells: stub, then solution-start, cells tagged solution, solution-end."""
    found, stub, inside = [], False, None
    for cell in notebook["cells"]:
        source, name = text(cell), f"cell {cell.get('id')}"
        if cell["cell_type"] == "code":
            if "exercise" in tags(cell):
                stub = True
                found += [] if "..." in source else [f"{name}: a stub leaves its answer open with ..."]
            if ("solution" in tags(cell)) != (inside is not None):
                found.append(f"{name}: the tag solution and the place between solution-start and -end must agree")
            if inside and not cell["metadata"].get("jupyter", {}).get("source_hidden"):
                found.append(f"{name}: a solution must be hidden in JupyterLab (jupyter.source_hidden)")
        elif start := re.search(r":::+\{solution-start\} (\S+)", source):
            inside = start[1]
            found += [] if stub else [f"solution {inside}: no stub above it"]
            stub = False
        elif "{solution-end}" in source:
            inside = None
    return found + ([f"solution {inside}: never ends"] if inside else [])


def citations(notebook):
    """The keys a notebook cites."""
    groups = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", prose(notebook))
    return {key.strip() for group in groups for key in group.split(",")}


def functions(notebook):
    """Functions defined in a notebook, as (name, what they do); stubs and answers may repeat."""
    for cell in cells(notebook, "code"):
        for node in ast.walk(ast.parse(text(cell))):
            if isinstance(node, ast.FunctionDef):
                yield node.name, ast.unparse(node.body)

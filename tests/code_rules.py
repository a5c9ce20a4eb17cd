"""The rules of the design that code must keep. Each function returns complaints; none is good."""

import ast
import re

FLOORS = {
    "spaces": 0, "samples": 0, "triangular": 0, "threads": 0, "report": 0, "latex": 0, "session": 0,
    "domains": 1, "linear_map": 1, "differences": 1, "directions": 1, "formula": 1, "expressions": 1,
    "rule": 2, "special": 2, "windows": 2, "evidence": 2, "traced": 2, "likelihoods": 2, "eigenbasis": 2,
    "rules": 3, "verify": 3, "claims": 3, "locate": 3, "second_order": 3, "mistakes": 3, "autodiff": 3,
    "catalog": 4, "diagnose": 4, "derive": 4, "exercises": 4,
    "plots": 5, "variants": 5, "sheet": 5, "truth": 5, "standard_sheets": 5,
    "figures": 6,
}  # fmt: skip
MODULE_LINES = 250
FUNCTION_LINES = 25


def imported(source, package=()):
    """Paths below matcalc that a module imports, as tuples: `..rule` in rules/lu is ("rule",)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            base = tuple(part for part in base if part)
            names = [base] if node.module else [(*base, alias.name) for alias in node.names]
            yield from names
            continue
        elif isinstance(node, ast.ImportFrom):
            names = [tuple((node.module or "").split("."))]
        else:
            continue
        yield from (name[1:] for name in names if name[0] == "matcalc" and len(name) > 1)


def floor_complaints(path, source):
    """A module imports only from floors below its own; `path` is relative to matcalc/."""
    *package, stem = path.with_suffix("").parts
    own = (package or [stem])[0]
    if own == "__init__":
        return []
    if own not in FLOORS:
        return [f"{path}: no floor is known for {own}; add it to FLOORS and to the design"]
    complaints = []
    for target in imported(source, tuple(package)):
        if target[0] == own:
            if own == "rules" and stem != "__init__":
                complaints.append(f"{path}: rule files do not import each other ({'.'.join(target)})")
        elif FLOORS.get(target[0], 99) >= FLOORS[own]:
            complaints.append(f"{path}: floor {FLOORS[own]} imports {'.'.join(target)}, which is not below it")
    return complaints


def length_complaints(path, source):
    """Modules are short, functions shorter; a docstring does not count."""
    complaints = []
    if (lines := len(source.splitlines())) >= MODULE_LINES:
        complaints.append(f"{path}: {lines} lines, the limit is under {MODULE_LINES}")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1 - docstring_lines(node)
            if lines >= FUNCTION_LINES:
                place = f"{path}:{node.lineno} {node.name}"
                complaints.append(f"{place}: {lines} lines, the limit is under {FUNCTION_LINES}")
    return complaints


def docstring_lines(node):
    """How many lines of a function are docstrings, its own and those of functions inside it."""
    inner = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and ast.get_docstring(n) is not None]
    return sum(n.body[0].end_lineno - n.body[0].lineno + 1 for n in inner)


def mirror_of(path):
    """Where the tests of a module stand: matcalc/rules/lu.py has tests/rules/test_lu.py."""
    *package, stem = path.with_suffix("").parts
    if package and package[0] != "rules":
        return f"test_{package[0]}.py"
    return "/".join([*package, f"test_{stem}.py"])


def source_keys(source):
    """Bibliography keys in the `source=` of every rule: "petersen2012, eq. 40; giles2008" has two."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "source":
            texts = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            for text in texts[:1]:
                yield from (part.split(",")[0].strip() for part in text.split(";") if part.strip())


def bibliography(text):
    """The keys of a BibTeX file."""
    return re.findall(r"^@\w+\{([^,\s]+),", text, re.M)


def pins(text):
    """The requirement lines of a file as (name, line)."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [(re.split(r"[=<>!~\[ ]", line)[0].lower(), line) for line in lines if line and not line.startswith("-")]


def paths_in(markdown):
    """What a Markdown page says are files of the project: links, and code that looks like a path."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", markdown)
    code = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", re.sub(r"```.*?```", "", markdown, flags=re.S))
    ending = re.compile(r"\.(md|py|toml|txt|yml|bib|cff|ipynb|svg|css|js)$")
    files = [name for name in code if "/" in name or ending.search(name)]
    return [path for path in links + files if not path.startswith((".venv", "_build"))]

"""The design, held: floors, lengths, mirrored names, sources, pins, and what README promises."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import code_rules as rules
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "matcalc"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
REQUIREMENTS = ["requirements.txt", "requirements-book.txt", "binder/requirements.txt"]

every_module = pytest.mark.parametrize("module", MODULES, ids=str)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


@every_module
def test_imports_only_from_floors_below(module):
    assert rules.floor_complaints(module, read(PACKAGE / module)) == []


@every_module
def test_modules_and_functions_are_short(module):
    assert rules.length_complaints(module, read(PACKAGE / module)) == []


@every_module
def test_tests_mirror_the_package(module):
    if module.stem != "__init__":
        assert (ROOT / "tests" / rules.mirror_of(module)).is_file()


@every_module
def test_every_module_says_what_it_is_for(module):
    assert ast.get_docstring(ast.parse(read(PACKAGE / module))) or module.name == "__init__.py"


@every_module
def test_sources_of_rules_are_in_the_bibliography(module):
    assert set(rules.source_keys(read(PACKAGE / module))) <= set(rules.bibliography(read("references.bib")))


def test_bibliography_keys_are_unique():
    keys = rules.bibliography(read("references.bib"))
    assert len(keys) == len(set(keys)) > 20


def test_importing_the_package_loads_numpy_and_scipy_only():
    code = "import sys, matcalc; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(loaded) & {"sympy", "matplotlib", "ipywidgets", "anywidget", "IPython"}


def test_each_pin_stands_in_one_place():
    found = [pin for path in REQUIREMENTS for pin in rules.pins(read(path))]
    names = [name for name, _ in found]
    assert [line for _, line in found if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert sorted(names) == sorted(set(names))
    assert "==" not in read("pyproject.toml")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_paths_and_commands_of_a_page_exist(page):
    assert [path for path in rules.paths_in(read(page)) if not (ROOT / path).exists()] == []
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.M))
    assert set(re.findall(r"\bmake (\w+)", " ".join(re.findall(r"`+[^`]*`+", read(page))))) <= targets


@pytest.mark.parametrize("page", ["README.md", "intro.md"])
def test_code_of_the_first_pages_runs(page):
    blocks = re.findall(r"```python\n(.*?)```", read(page), re.S)
    assert blocks
    for block in blocks:
        exec(block, {})


def test_the_automatic_check_runs_the_command_of_the_readme():
    assert read(".ci/run").rstrip().endswith("exec make test")
    assert "make test" in read("README.md")
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_table_of_contents_names_files_without_digits():
    names = re.findall(r"file: (\S+)", read("_toc.yml"))
    assert [n for n in names if not list(ROOT.glob(f"{n}.*"))] == []
    assert [n for n in names if re.search(r"\d", n)] == []


def test_repository_address_is_one():
    url = yaml.safe_load(read("_config.yml"))["repository"]["url"]
    pages = ["README.md", "CONTRIBUTING.md", "CITATION.cff", "pyproject.toml", "intro.md"]
    others = {found for page in pages for found in re.findall(r"https://github\.com/[\w./-]*book[\w-]*", read(page))}
    assert {address.removesuffix(".git") for address in others} <= {url}


# The rules themselves are tested with small things that break them.

WRONG = [
    ("spaces.py", "from .rule import Rule", "not below"),
    ("rule.py", "def f():\n    from matcalc.verify import verify", "not below"),
    ("rules/lu.py", "from .inverse import inverse", "do not import each other"),
    ("rules/lu.py", "from . import inverse", "do not import each other"),
    ("rules/lu.py", "from ..catalog import RULES", "not below"),
    ("helpers.py", "", "no floor is known"),
]


@pytest.mark.parametrize(("path", "source", "complaint"), WRONG)
def test_a_wrong_import_is_seen(path, source, complaint):
    assert complaint in rules.floor_complaints(Path(path), source)[0]


def test_right_imports_are_left_alone():
    source = "from ..rule import Rule\nfrom ..spaces import vec\nimport numpy as np"
    assert rules.floor_complaints(Path("rules/lu.py"), source) == []
    assert rules.floor_complaints(Path("figures/play.py"), "from .frames import pack\nfrom .. import plots") == []


def test_long_code_is_seen_and_docstrings_do_not_count():
    body = "    x = 1\n" * 24
    assert len(rules.length_complaints("m", f"def f():\n{body}")) == 1
    assert rules.length_complaints("m", 'def f():\n    """One\n    two."""\n' + body[10:]) == []
    assert len(rules.length_complaints("m", "\n" * 250)) == 1


def test_helpers_read_what_they_should():
    assert rules.mirror_of(Path("rules/lu.py")) == "rules/test_lu.py"
    assert rules.mirror_of(Path("figures/play.py")) == "test_figures.py"
    assert list(rules.source_keys('Rule(source="a2001, eq. 4; b2002")')) == ["a2001", "b2002"]
    assert rules.paths_in("[x](a/b.md) `c/d.py` `X @ Y` [w](https://e.org) `make book`") == ["a/b.md", "c/d.py"]

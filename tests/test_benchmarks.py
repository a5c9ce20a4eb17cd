"""The benchmarks can be run, what they published has its shape, and the page says what they found. Nothing is timed."""

import json
import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

import matcalc as mc

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
COUNTS = ("derive", "diagnosis")  # these count, and have a shape of their own
RESULTS = sorted(path for path in (BENCHMARKS / "results").glob("*.json") if path.stem not in COUNTS)
PAGE = json.loads((ROOT / "appendix" / "benchmarks.ipynb").read_text(encoding="utf-8"))

sys.path += [str(BENCHMARKS), str(BENCHMARKS / "data")]

import corpus  # noqa: E402
import measure  # noqa: E402
import published  # noqa: E402

NUMPY = type("K", (), {"inv": staticmethod(np.linalg.inv), "array": staticmethod(np.asarray)})


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def table(name, number=0):
    """The rows of a published table as dictionaries."""
    found = load(BENCHMARKS / "results" / f"{name}.json")["tables"][number]
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


def test_every_benchmark_can_be_imported_and_run():
    code = "import importlib, json, sys; sys.path[:0] = ['.', 'data']; import __main__ as m, runpy;" \
           "names = runpy.run_path('__main__.py')['names']();" \
           "print(json.dumps([n for n in names if importlib.import_module(n)]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = json.loads(done.stdout.splitlines()[-1])
    assert {"verification", "reference", "operator_kronecker", "startup", "notebooks"} <= set(names)
    assert not {"checkers", "published"} & set(names)


# --- what was published ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_a_result_says_what_was_measured_where_and_how(path):
    found = load(path)
    assert found["name"] == path.stem
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])
    assert len(found["method"]) > 60
    assert {"processor", "cores", "memory (GB)"} <= set(found["machine"])
    assert {"Python", "numpy", "scipy"} <= set(found["versions"])
    assert found["tables"]
    for each in found["tables"]:
        assert each["rows"]
        assert all(len(row) == len(each["columns"]) for row in each["rows"])
        assert len(set(each["columns"])) == len(each["columns"])
    assert not re.search(r"/(home|tmp|work|root|usr)/", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_a_limit_is_met_or_the_reason_is_given(path):
    for bar in load(path)["bars"]:
        if bar["number"] is not None:
            met = bar["number"] <= bar["limit"] if bar["most"] else bar["number"] >= bar["limit"]
            assert bar["met"] == met, bar["what"]
        assert bar["met"] or bar["why"], f"{bar['what']}: {bar['number']}, not met, and nothing says why"


# --- the page ----------------------------------------------------------------------------------------


def test_the_page_shows_every_benchmark():
    code = "\n".join("".join(cell["source"]) for cell in PAGE["cells"] if cell["cell_type"] == "code")
    assert set(re.findall(r'section\("(\w+)"\)', code)) == set(published.ORDER)
    assert {path.stem for path in RESULTS} <= set(published.ORDER)
    assert "derivations()" in code
    assert "diagnoses()" in code


def test_what_is_shown_is_what_was_published():
    for name in published.names():
        html, content = published.section(name)._repr_html_(), published.load(name)
        assert content["machine"]["processor"] in html
        assert all(f"numpy {content['versions']['numpy']}" in text for text in (html, repr(published.section(name))))
        tables = published.section(name).tables
        assert html.count("<tr>") == sum(len(each.rows) + 1 for each in tables)
        assert html.count("<caption>") == len(tables) >= len(content["tables"])
        assert [each for each in content["tables"] if not lost(each, tables)] == content["tables"]
    assert len(published.bars().rows) == sum(len(published.load(name)["bars"]) for name in published.names())
    assert "not run yet" in repr(published.section("nothing"))
    assert published.diagnoses().rows
    assert published.derivations().rows


def lost(table, tables):
    """The columns of a published table that no table of the page shows, name and numbers."""
    shown = {column for t in tables for column in zip(t.columns, *t.rows, strict=True)}
    columns = zip(table["columns"], *table["rows"], strict=True)
    return [name for name, *cells in columns if (published.SHORT.get(name, name), *cells) not in shown]


def test_a_table_fits_the_page():
    tables = [table for name in published.names() for table in published.section(name).tables]
    for table in [*tables, published.bars(), published.derivations(), published.diagnoses()]:
        assert len(table.columns) <= published.WIDEST
        assert max(map(len, table.columns)) <= 24
    assert {name for t in RESULTS for each in load(t)["tables"] for name in each["columns"]} >= set(published.SHORT)


def test_a_wide_table_is_cut_behind_the_columns_that_tell_its_rows_apart():
    wide = published.Table("w", tuple("abcdefghij"), ((1, 1, *range(8)), (1, 2, *range(8))))
    first, second = wide.parts()
    assert ("".join(first.columns), "".join(second.columns)) == ("abcdef", "abghij")
    assert second.rows == ((1, 1, 4, 5, 6, 7), (1, 2, 4, 5, 6, 7))
    assert (first.caption, second.caption) == ("w (1 of 2)", "w (2 of 2)")
    assert lost({"columns": [*"abcdefghij"], "rows": [[*row] for row in wide.rows]}, [first]) == [*"ghij"]


def test_a_number_is_not_broken():
    assert [published.unbroken(cell) for cell in (12000, 1e-10, "at most 5 ms", "0 of 3")] == [
        "12\u00a0000", "1e\u201110", "at most 5\u00a0ms", "0 of 3"]  # fmt: skip


def test_a_remark_is_printed_once_below_the_table():
    bars = published.bars()
    why = {bar["why"] for name in published.names() for bar in published.load(name)["bars"] if bar["why"]}
    assert sorted(bars.notes) == sorted(why)
    named = re.findall(r"\((\d+)\)", " ".join(row[-1] for row in bars.rows))
    assert set(map(int, named)) == set(range(1, len(why) + 1))
    assert all(repr(bars).count(note) == bars._repr_markdown_().count(note) == 1 for note in why)
    assert bars._repr_html_().count("<li>") == len(why)


def test_a_check_along_directions_costs_the_same_at_every_size():
    rows = table("verification")
    ours = [row["values of f"] for row in rows if row["checker"] == "matcalc"]
    assert len(set(ours)) == 1
    for row in rows:
        if row["checker"] == "torch gradcheck" and row["values of f"]:
            assert row["n"] ** 2 <= row["values of f"] <= 2 * row["n"] ** 2 + 2


def test_a_quick_random_check_takes_fewer_values_and_lets_more_pass():
    quick = ("torch gradcheck, fast", "jax check_grads", "autograd check_grads")
    values = {row["checker"]: row["values of f"] for row in table("verification")}
    found = {row["checker"]: row for row in table("verification", 1)}
    for name in set(quick) & set(found):
        assert values[name] is None or values[name] < values["matcalc"]
        assert found[name]["wrong, %"] < found["matcalc"]["wrong, %"] == 100
        assert "right only for symmetric X" in found[name]["classes let pass"]
    assert found["matcalc"]["right, %"] == 0


def test_many_routines_mislead_a_complex_step_and_none_misleads_the_reference():
    rows = table("reference")
    assert len(rows) == 31
    silent = [row for row in rows if row["verdict on it"]]
    assert len(silent) >= 13
    assert all(row["method used"] == "Richardson" for row in silent)
    assert all(row["error estimate holds"] == "yes" for row in rows)


def test_the_operator_grows_slower_than_the_kronecker_product():
    growth = {row["form"]: row["time grows like n to the"] for row in table("operator_kronecker", 1)}
    assert growth["operator"] < growth["Kronecker"]
    assert all(row["ratio"] > 1 for row in table("operator_kronecker") if row["ratio"])


# --- the tools and the corpora -----------------------------------------------------------------------


def test_tasks_take_turns_and_the_median_counts():
    order, times = [], cycle([0.0])
    tasks = {name: lambda name=name: order.append(name) for name in "AB"}
    assert measure.interleaved(tasks, rounds=3, least=0, clock=lambda: next(times)) == {"A": 0, "B": 0}
    assert "".join(order[-6:]) == "ABABAB"


@pytest.mark.parametrize(("value", "text"), [
    (None, "–"), (3, "3"), (12000, "12 000"), (0.000123, "0.000123"), (1234.5, "1 234"), ("word", "word"), (2.0, "2"),
])  # fmt: skip
def test_numbers_are_shown_with_three_digits(value, text):
    assert measure.shown(value) == text


def test_a_run_is_published_with_its_bars(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    run = measure.Run("small", "A small run", "counted")
    run.table("Squares", ["n", "n²"], [[2, 4]])
    run.bar("a number", 4, 5)
    run.bar("another", 4, 5, most=False, why="it is too small")
    assert run.publish() == json.loads((tmp_path / "small.json").read_text(encoding="utf-8"))
    assert "✗ another: 4 (at least 5)" in capsys.readouterr().out


def test_a_child_that_fails_says_so():
    assert measure.child("print(1)") == 1
    assert measure.child("raise MemoryError") == {"failed": "out of memory"}
    assert measure.child("raise ValueError('no')") == {"failed": "ValueError: no"}


@pytest.mark.parametrize("claim", [*corpus.faults(6), *corpus.right()], ids=lambda claim: claim.name)
def test_the_differential_and_the_adjoint_of_a_claim_agree(claim, rng):
    X, dX = corpus.generic(rng, 6, symmetric=claim.symmetric), rng.standard_normal((6, 6))
    Ybar = rng.standard_normal(np.shape(claim.f(NUMPY, X)))
    assert mc.inner(Ybar, claim.push(NUMPY, X, dX)) == pytest.approx(mc.inner(claim.pull(NUMPY, X, Ybar), dX))


def test_faults_are_wrong_and_right_claims_right(rng):
    X = corpus.generic(rng, 6)
    report = lambda claim: mc.verify_derivative(
        lambda X: claim.f(NUMPY, X), lambda X, dX: claim.push(NUMPY, X, dX), X)  # fmt: skip
    assert all(report(claim).passed for claim in corpus.right())
    for claim in corpus.faults(6):
        with pytest.raises(mc.VerificationError):
            report(claim)


def test_the_many_digits_are_those_of_the_routine(rng):
    from routines import ROUTINES, sample, true_slope

    for name in ("numpy inv", "numpy slogdet", "numpy qr", "scipy lu", "scipy sqrtm", "scipy solve_sylvester"):
        f, twin, kind = ROUTINES[name]
        X, dX = sample(kind, rng)
        assert np.ravel(mc.differences.central(f, X, dX, 1e-5)) == pytest.approx(
            np.ravel(true_slope(twin, X, dX)), rel=1e-6, abs=1e-8)  # fmt: skip

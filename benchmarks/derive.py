"""The formulas of the standard sheets, derived: how many come out, how long each takes, and what SymPy's diff says.

    python benchmarks/derive.py [-v]       prints the table, writes benchmarks/results/derive.json

A formula counts as derived if the expression that comes out equals the printed one at random points. For SymPy:
right; zero (it returns 0 for something that is not 0, without a word); wrong otherwise; no answer (an unevaluated
derivative, or an array expression); error (it raises). Matrix-valued functions are not compared: it gives arrays.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter
from warnings import simplefilter

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "data")]

from sheet_texts import TEXTS  # noqa: E402

import matcalc as mc  # noqa: E402
from matcalc.derive import CannotDerive  # noqa: E402
from matcalc.derive.checking import Bench  # noqa: E402
from matcalc.expressions import ExpressionError, read, read_all, symbols  # noqa: E402

KINDS = ("gradient", "differential", "jacobian", "second")


def formulas():
    """(id, section, function, by, claim, kind, options) of every formula that the language has words for."""
    for entry in json.loads((HERE.parent / "appendix/data/standard_sheets.json").read_text(encoding="utf-8")):
        section = f"{entry['source']} {entry['section']}"
        if entry["id"] in TEXTS:
            yield entry["id"], section, *TEXTS[entry["id"]]
        elif entry["language"] == "text" and entry["claim_kind"] in KINDS:
            options = {"shapes": entry["shapes"], **entry.get("assume", {})}
            parts = (entry[key] for key in ("function", "wrt", "claim", "claim_kind"))
            yield (entry["id"], section, *parts, options)


def derived(function, by, claim, kind, options):
    """Whether the derivation equals the claim at two random points; and its time."""
    f, printed = both(function, by, claim, kind, options)
    names = by.split()
    start = perf_counter()
    D = mc.derive(f, *names)
    took = perf_counter() - start
    found = getattr(D, kind)
    if isinstance(found, dict):
        raise CannotDerive("one variable at a time")
    return all(agree(D, found, printed, seed) for seed in (1, 2)), took


def both(function, by, claim, kind, options):
    """Function and claim, their letters shared; a gradient has the shape of its letter, which sizes an I in it."""
    claim = f"{claim} + 0*{by}" if kind == "gradient" else claim
    return read_all([function, claim], **{key: spaced(part) for key, part in options.items()})


def spaced(shapes):
    """Shapes as the reader takes them: an empty one is a number."""
    return {k: v or "scalar" for k, v in shapes.items()} if isinstance(shapes, dict) else shapes


def agree(D, found, printed, seed):
    bench = Bench(D.function, D.variables, np.random.default_rng(seed), [("d", found), ("printed", printed)])
    (_, ours), (_, theirs) = bench.values
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-7, atol=1e-9 * max(1, abs(theirs).max()))


def by_sympy(function, by, claim, kind, options):
    """What SymPy's own diff makes of the same function, where it can be written for SymPy."""
    import sympy as sp

    simplefilter("ignore")
    f, printed = both(function, by, claim, kind, options)
    if "diagonal" in options:
        return "not compared"  # it knows no structure
    try:
        expr = f._sympy_()
        expr = sp.Trace(expr) if f.is_scalar and isinstance(expr, sp.MatrixExpr) else expr  # its best case
    except ExpressionError:
        return "no word for it"
    x = symbols(f)[by.split()[0]]
    try:
        found = expr.diff(x._sympy_())
    except Exception:
        return "error"
    if found == 0 or found.__class__.__name__ == "ZeroMatrix":
        return "zero"
    if found.has(sp.Derivative) or kind not in ("gradient",):
        return "no answer" if found.has(sp.Derivative) else "not compared"
    try:
        bench = Bench(f, [x], np.random.default_rng(1), [("printed", printed), ("SymPy", read(found))])
    except (ExpressionError, CannotDerive):
        return "no answer"
    (_, ours), (_, theirs) = bench.values
    same = np.size(ours) == np.size(theirs) and np.allclose(ours.ravel(), theirs.ravel(), rtol=1e-7)
    return "right" if same else "wrong"


def main(show):
    rows, times = [], []
    mc.derive("tr(A*X)", "X")  # what is loaded once is not counted
    for identity, section, *formula in formulas():
        try:
            good, took = derived(*formula)
            outcome = "derived" if good else "DIFFERENT"
            times.append(took)
        except (CannotDerive, ExpressionError) as error:
            outcome = "refused"
            print(f"  {identity}: {formula[0]}: {str(error).splitlines()[0]}")
        rows.append((identity, section, outcome, by_sympy(*formula)))
        if show or outcome == "DIFFERENT":
            print(f"  {identity:8} {outcome:9} SymPy: {rows[-1][3]:13} {formula[0]}")
    write(rows, times)


def write(rows, times):
    ours, theirs = Counter(row[2] for row in rows), Counter(row[3] for row in rows)
    sections = {}
    for _, section, outcome, _ in rows:
        sections.setdefault(section, Counter())[outcome] += 1
    print(f"{len(rows)} of 189 formulas fit the language; derived and equal: {ours['derived']}")
    for section, counts in sections.items():
        print(f"  {section:62} {counts['derived']:3} of {counts.total()}")
    print(f"time per derivation, checks included: median {1e3 * median(times):.0f} ms, most {1e3 * max(times):.0f} ms")
    print("SymPy's diff on the same: " + ", ".join(f"{count} {name}" for name, count in theirs.most_common()))
    result = {"formulas": 189, "fit": len(rows), "derived": ours["derived"], "different": ours["DIFFERENT"],
              "median_ms": round(1e3 * median(times), 1), "max_ms": round(1e3 * max(times), 1),
              "sections": {name: [c["derived"], c.total()] for name, c in sections.items()}, "sympy": dict(theirs),
              "by_id": {row[0]: row[2:] for row in rows}}  # fmt: skip
    out = HERE / "results" / "derive.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main("-v" in sys.argv)

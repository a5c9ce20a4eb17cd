"""Default threads beside one thread, for every rule; and kernels that share the cores.

    python benchmarks/threads.py [--quick]

A reader's first cell is ``import numpy as np``, ``import matcalc as mc``. "default" is what he gets, "one thread" what
he gets with OPENBLAS_NUM_THREADS=1, and "two pools" what he would get if matcalc did not set the number: NumPy and
SciPy bring an OpenBLAS each, and each takes all cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median
from time import time

from measure import HERE, ONE_THREAD, Run, geometric_mean

MODES = {"one thread": "1", "default": None, "two pools": str(os.cpu_count())}
SIZES = (20, 50, 100, 200, 500)
RULES = ["inverse", "solve", "logabsdet", "lu", "qr", "cholesky", "svd", "eigh", "expm", "power(3)", "pinv",
         "matrix_normal_loglik"]  # fmt: skip

TIMES = """
import json, sys
import numpy as np
import matcalc as mc
from time import perf_counter

def seconds(task):
    start = perf_counter()
    task()
    return perf_counter() - start

def measured(name, n):
    rule, rng = mc.find(name), np.random.default_rng(n)
    X = rule.domain.sample(rng, n)
    bar = rule.linearize(X)[0]
    task = lambda: rule.at(X).T(bar)
    repeats = max(3, min(25, int(0.1 / seconds(task))))
    return sorted(seconds(task) for _ in range(repeats))[repeats // 2]

names, sizes = json.loads(sys.argv[1]), json.loads(sys.argv[2])
print(json.dumps([measured(name, n) for n in sizes for name in names]))
"""

# A cell of a class: a 100×100 system, its derivative both ways. Each kernel counts those it did after the gong.
CELLS = """
import sys
import numpy as np
import matcalc as mc
from time import sleep, time

gong, length = float(sys.argv[1]), float(sys.argv[2])
rng = np.random.default_rng(0)
A, B = mc.solve.domain.sample(rng, 100)
dF = mc.solve.at((A, B))
sleep(max(0, gong - time()))
cells = 0
while time() < gong + length:
    Y, dF = mc.solve.linearize((A, B))
    dF(dF.T(Y))
    cells += 1
print(cells)
"""


def environment(mode):
    """The variables of a child: none about threads but the one of the mode."""
    kept = {key: value for key, value in os.environ.items() if key not in ONE_THREAD}
    return kept | ({"OPENBLAS_NUM_THREADS": MODES[mode]} if MODES[mode] else {})


def started(code, mode, *arguments):
    """A child in the environment of a mode."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, env=environment(mode), cwd=HERE.parent, text=True, stdout=subprocess.PIPE)


def seconds(names, sizes, rounds):
    """(n, name, mode → wall-clock seconds of a value with its VJP): medians over children that run in turns."""
    found = {mode: [] for mode in MODES}
    for _ in range(rounds):
        for mode in MODES:
            said, _ = started(TIMES, mode, json.dumps(names), json.dumps(sizes)).communicate(timeout=300)
            found[mode].append(json.loads(said))
    middle = {mode: [median(each) for each in zip(*times, strict=True)] for mode, times in found.items()}
    asked = [(n, name) for n in sizes for name in names]
    return [(*key, {mode: middle[mode][i] for mode in MODES}) for i, key in enumerate(asked)]


def cells(kernels, mode, length):
    """Cells a second, of all kernels together."""
    gong = time() + 2 + 0.6 * kernels  # by then everybody has imported
    running = [started(CELLS, mode, gong, length) for _ in range(kernels)]
    return sum(int(each.communicate(timeout=300)[0]) for each in running) / length


def rules(run, sizes, rounds):
    """The table of the rules, and its bars."""
    rows = seconds(RULES if rounds > 1 else RULES[:3], sizes, rounds)
    over = lambda t, mode: t[mode] / t["one thread"]
    run.table(
        "Value with VJP, wall-clock milliseconds", ["n", "rule", *MODES, "default / one", "two pools / one"],
        [[n, name, *(1e3 * t[mode] for mode in MODES), over(t, "default"), over(t, "two pools")]
         for n, name, t in rows],
    )  # fmt: skip
    for what, limit, chosen in (
        ("n ≤ 200", 1.25, [t for n, _, t in rows if n <= 200]),
        ("n > 200", 1.05, [t for n, _, t in rows if n > 200]),  # two equal runs differ by 5 %
    ):
        if chosen:
            mean = geometric_mean(over(t, "default") for t in chosen)
            run.bar(f"default threads over one thread, {what}, geometric mean", mean, limit, unit="×")
            worst = [max(over(t, mode) for t in chosen) for mode in ("default", "two pools")]
            run.note(f"{what}: default at most {worst[0]:.2f} × one thread, two pools up to {worst[1]:.0f} ×.")


def classroom(run, counts, length):
    """The table of kernels that share the cores."""
    rows = [[k, *(cells(k, mode, length) for mode in MODES)] for k in counts]
    run.table("Cells a second, all kernels together", ["kernels", *MODES], rows)
    run.bar("many kernels, default over one thread", rows[-1][2] / rows[-1][1], 0.8, most=False, unit="×")
    kernels, one, _, two = rows[-1]
    run.note(f"{kernels} kernels: {two:.0f} cells a second with two pools each, {one:.0f} with one thread each.")


def main(quick):
    run = Run("threads", "Default threads, one thread, and many kernels", METHOD)
    rules(run, (50, 200) if quick else SIZES, 1 if quick else 3)
    cores = os.cpu_count() or 1
    classroom(run, (2,) if quick else (1, cores, 4 * cores), 1.0 if quick else 3.0)
    if not quick:
        run.publish()


METHOD = (
    "Wall-clock time in fresh processes, one after the other in turns, medians of medians. One thread: "
    "OPENBLAS_NUM_THREADS=1. Default: nothing is set, NumPy is imported first, then matcalc, which sets one thread for "
    "both pools. Two pools: a thread for each core is asked for, which is what the wheels do if nobody says anything. "
    "A cell is a 100×100 system with its derivative both ways; the kernels begin at the same moment."
)


if __name__ == "__main__":
    main("--quick" in sys.argv)

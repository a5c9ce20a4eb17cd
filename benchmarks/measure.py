"""How the benchmarks measure: one run, A B A B, medians, CPU time of one thread, beside the run's own GEMM rate.

Import this first: it sets one thread for every library before any of them starts its pool. A benchmark collects
tables and bars in a ``Run`` and publishes it: the table is printed, and ``results/<name>.json`` is what
``appendix/benchmarks`` shows. ``threads.py`` alone starts children with other thread counts.
"""

from __future__ import annotations

import os

ONE_THREAD = dict.fromkeys(
    ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"], "1"
) | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1",
}  # fmt: skip
for key, setting in ONE_THREAD.items():
    os.environ.setdefault(key, setting)
for forced in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # a reader's OpenBLAS looks at the processor itself
    os.environ.pop(forced, None)

import json  # noqa: E402
import platform  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from datetime import date  # noqa: E402
from importlib import metadata, util  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from time import perf_counter, process_time  # noqa: E402, F401

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
PEERS = ("jax", "torch", "autograd", "numdifftools")
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))  # the benchmarks measure this checkout


def interleaved(tasks, rounds=7, least=2e-3, clock=process_time):
    """The median seconds of each task, measured in turns: name → seconds.

    ``tasks`` maps a name to a function without arguments. Each is run once before, unmeasured; one that is done in
    less than ``least`` seconds is repeated within a turn. ``clock`` is CPU time of the process; ``perf_counter``
    where several threads are wanted.
    """
    repeats, seconds = {}, {name: [] for name in tasks}
    for name, task in tasks.items():
        task()
        repeats[name] = max(1, round(least / max(timed(task, 1, clock), 1e-7)))
    for _ in range(rounds):
        for name, task in tasks.items():
            seconds[name].append(timed(task, repeats[name], clock))
    return {name: median(each) for name, each in seconds.items()}


def timed(task, times=1, clock=process_time):
    """Seconds for one call, over ``times`` calls."""
    start = clock()
    for _ in range(times):
        task()
    return (clock() - start) / times


def product_of(n, dtype=float):
    """A task for ``interleaved``: one product of two n×n matrices, 2n³ flops."""
    import numpy as np

    A, B = np.random.default_rng(0).standard_normal((2, n, n)).astype(dtype)
    return lambda: A @ B


def gflops(n, seconds):
    """The speed of that product: the rate which the limits of a run are computed with."""
    return 2e-9 * n**3 / seconds


def geometric_mean(numbers):
    numbers = list(numbers)
    product = 1.0
    for number in numbers:
        product *= number ** (1 / len(numbers))
    return product


def child(code, *arguments, env=None, timeout=120):
    """What Python prints for ``code`` in a process of its own, read as JSON; or the reason why there is none."""
    try:
        done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, env=os.environ | (env or {}), cwd=HERE)
    except subprocess.TimeoutExpired:
        return {"failed": f"longer than {timeout} s"}
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1]
        short = "MemoryError" in done.stderr or "alloc" in said or done.returncode < 0
        return {"failed": "out of memory" if short else said[:120]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def machine():
    """The processor, what it holds and how busy it was when the run began."""
    read = lambda path: Path(path).read_text() if Path(path).exists() else ""
    model = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+)", read("/proc/meminfo"))
    return {
        "processor": model[1] if model else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory (GB)": round(int(memory[1]) / 2**20) if memory else None,
        "system": platform.system(),
        "load at the start": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def versions(names=("numpy", "scipy", *PEERS)):
    """Python's version and those of the libraries that are installed."""
    found = {"Python": platform.python_version()}
    for name in names:
        if util.find_spec(name):
            found[name] = metadata.version(name)
    return found


def present(*names):
    """Those of the peers that are installed; the others are reported as absent, which is no error."""
    return [name for name in names or PEERS if util.find_spec(name)]


@dataclass
class Run:
    """One benchmark: what is published is tables of rows, bars that are met or not, and notes in words."""

    name: str
    title: str
    method: str
    tables: list = field(default_factory=list)
    bars: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    machine: dict = field(default_factory=machine)

    def table(self, title, columns, rows):
        """Rows of numbers, words and None below words; printed at once."""
        self.tables.append({"title": title, "columns": list(columns), "rows": [list(row) for row in rows]})
        show(self.tables[-1])

    def bar(self, what, number, limit, *, most=True, unit="", why=""):
        """A number beside the limit that was set before; ``why`` says what keeps it from being met."""
        met = number is not None and (number <= limit if most else number >= limit)
        self.bars.append({"what": what, "number": number, "limit": limit, "most": most, "unit": unit, "met": met,
                          "why": why})  # fmt: skip

    def note(self, words):
        self.notes.append(words)
        print(f"  {words}")

    def publish(self):
        """Print the bars and write the JSON."""
        for bar in self.bars:
            sign, least = "✓" if bar["met"] else "✗", "at most" if bar["most"] else "at least"
            limit = f"{least} {shown(bar['limit'])} {bar['unit']}".rstrip()
            print(f"  {sign} {bar['what']}: {shown(bar['number'])} ({limit})")
        RESULTS.mkdir(exist_ok=True)
        known = versions()
        content = {
            "name": self.name, "title": self.title, "method": self.method, "date": str(date.today()),
            "machine": self.machine, "versions": known, "absent": [peer for peer in PEERS if peer not in known],
            "tables": self.tables, "bars": self.bars, "notes": self.notes,
        }  # fmt: skip
        text = json.dumps(content, indent=1, ensure_ascii=False, default=float) + "\n"
        (RESULTS / f"{self.name}.json").write_text(text, encoding="utf-8")
        return content


def shown(value):
    """A number with three digits, None as a dash, a word as it is."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}".replace(",", " ") if isinstance(value, int) or abs(value) >= 1000 and value == int(value) \
        else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}".replace(",", " ")


def show(table):
    """A table as plain text."""
    cells = [table["columns"], *([shown(value) for value in row] for row in table["rows"])]
    widths = [max(len(str(row[k])) for row in cells) for k in range(len(table["columns"]))]
    print(f"\n{table['title']}")
    for row in cells:
        print("  " + "  ".join(f"{str(cell):<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())

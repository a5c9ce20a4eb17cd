"""From nothing to the first cell: imports, a kernel with a chapter's imports, and how many students fit.

    python benchmarks/startup.py [--quick]

The notebooks' own times are measured by ``notebooks.py``, which takes minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from measure import HERE, Run, present

IMPORTS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "numpy and scipy.linalg": "import numpy, scipy.linalg",
    "matcalc": "import matcalc",
    "matcalc, its verifier loaded": "import matcalc; matcalc.verify, matcalc.verify_derivative",
    "matcalc, every rule loaded": "import matcalc; matcalc.RULES",
    "matcalc, one rule verified": "import matcalc; matcalc.verify(matcalc.inverse)",
    "matcalc, a rule and its verifier, Matplotlib": "import matplotlib.pyplot, matcalc as m; m.verify, m.inverse",
    "sympy": "import sympy",
    "jax": "import jax.numpy",
    "torch": "import torch",
    "autograd": "import autograd.numpy",
}
CHAPTER = "import matplotlib.pyplot as plt, numpy as np, matcalc as mc; mc.verify, mc.inverse"
PLAIN = "import matplotlib.pyplot as plt\nimport numpy as np\nimport scipy.linalg"
SERVER = 120  # MB that one student's JupyterLab server takes beside the kernels


def imported(code):
    """CPU seconds, wall seconds and peak MB of a Python that runs ``code`` and ends."""
    start = perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE.parent)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return None
    return used.ru_utime + used.ru_stime, perf_counter() - start, used.ru_maxrss / 1024


def in_turns(tasks, rounds, measure):
    """name → the median of every number that ``measure`` gives, the tasks taken in turns; None where one fails."""
    found = {name: [measure(task)] for name, task in tasks.items()}  # the first time reads from the disk
    found = {name: each for name, each in found.items() if each[0] is not None}
    for _ in range(rounds):
        for name, each in found.items():
            each.append(measure(tasks[name]))
    return {name: [median(column) for column in zip(*each[1:], strict=True)] for name, each in found.items()}


@contextmanager
def running(code):
    """A kernel that has run ``code``: its process, and the seconds until then."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    start = perf_counter()
    manager.start_kernel(cwd=str(HERE.parent / "chapters"), stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        yield manager.provisioner.process.pid, perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def kernel(code):
    """Seconds until a kernel is ready, its memory in MB, and what it adds to that of another kernel of its kind."""
    with running(code), running(code) as (pid, seconds):
        return seconds, resident(pid), alone(pid)


def resident(pid, key="Rss"):
    """Memory of a process in MB: ``Rss`` all of it, ``Pss`` with its share of what several processes hold together."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key + ":"))


def alone(pid):
    """The pages in MB that no other process shares."""
    return resident(pid, "Private_Dirty") + resident(pid, "Private_Clean")


def class_size(memory, each, system=1.0):
    """How many students fit in a machine: two kernels open each, and a server beside them."""
    return int((memory - system) * 1024 / (2 * each + SERVER))


def main(quick=False):
    run = Run("startup", "Start-up and class", (
        "Every import in a fresh Python, in turns, medians; CPU time of one thread, memory at its peak. The first "
        "round is not counted: it reads from the disk. Names of matcalc are loaded when they are first used; the rows "
        "say what is. A kernel is ready when it has run a chapter's import cell and loaded a rule and the verifier; "
        "its memory is what the system says it holds; private is what it does not share with another kernel of its "
        "kind, and so what one more kernel takes. A student has two kernels open and a server of "
        f"{SERVER} MB; the system keeps 1 GB."))
    wanted = {name: code for name, code in IMPORTS.items() if name not in ("jax", "torch", "autograd") or present(name)}
    found = in_turns(wanted, 3 if quick else 9, imported)
    rows = [[name, 1e3 * cpu, 1e3 * wall, mb] for name, (cpu, wall, mb) in found.items()]
    run.table("Imports", ["import", "CPU, ms", "wall clock, ms", "peak MB"], rows)
    limit = found["numpy and scipy.linalg"][0]
    run.bar("import matcalc beside NumPy and scipy.linalg", found["matcalc"][0] / limit, 1.15, unit="times")
    loaded = [found[f"matcalc, {what}"][0] / limit for what in ("its verifier loaded", "one rule verified")]
    run.note(f"With its verifier loaded it takes {loaded[0]:.2f} times as long as NumPy and scipy.linalg; until one "
             f"rule is verified, {loaded[1]:.2f} times.")
    kernels(run, quick)
    return run.publish()


def kernels(run, quick):
    """Kernels with a chapter's imports, with plain ones, and with none."""
    try:
        import jupyter_client  # noqa: F401
    except ImportError:
        run.note("No jupyter_client: kernels were not measured.")
        return
    codes = {"nothing": "pass", "NumPy, scipy.linalg, Matplotlib": PLAIN, "a chapter's imports": CHAPTER}
    ready = in_turns(codes, 2 if quick else 5, kernel)
    run.table("Kernels", ["imports", "seconds until ready", "MB", "private MB"], [[n, *e] for n, e in ready.items()])
    _, memory, private = ready["a chapter's imports"]
    bare, plain = ready["nothing"][1], ready["NumPy, scipy.linalg, Matplotlib"][1]
    run.bar("a kernel with a chapter's imports: what it adds to another of its kind", private, 90, unit="MB")
    run.bar("a kernel with a chapter's imports: all its memory", memory, 90, unit="MB", why=(
        f"An empty kernel holds {bare:.0f} MB; NumPy, scipy.linalg and Matplotlib bring it to {plain:.0f}, matcalc "
        f"to {memory:.0f}."))
    students = [[gb, class_size(gb, private)] for gb in (8, 16, 24)]
    run.table("A class on one machine", ["memory, GB", "students"], students)


if __name__ == "__main__":
    main("--quick" in sys.argv)

"""Every notebook from top to bottom in a kernel of its own: wall time and peak memory.

    python benchmarks/notebooks.py [--quick]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from measure import HERE, Run

ROOT = HERE.parent


def executed(path):
    """Seconds from the start of the kernel to the last cell, its CPU seconds, and the most memory it held, in MB."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    start = perf_counter()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        seconds = perf_counter() - start
        pid = client.km.provisioner.process.pid
        return seconds, worked(pid), most(pid)


def worked(pid):
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most(pid):
    """The most memory that a process has held, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main(quick=False):
    run = Run("notebooks", "Every notebook", (
        "Each notebook of the book from top to bottom in a kernel of its own, one after the other, with one BLAS "
        "thread: wall clock from the start of the kernel to the last cell, and the most memory its process held. As in "
        "a class: of a moving picture the first look is drawn, the rest when somebody sees it."))
    paths = sorted([*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("appendix/*.ipynb")])
    rows = [[path.stem, *executed(path)] for path in (paths[:2] if quick else paths)]
    run.table("Time and memory of the notebooks", ["notebook", "seconds", "CPU seconds", "peak MB"], rows)
    seconds, memory = [row[1] for row in rows], [row[3] for row in rows]
    cpu = median(row[2] for row in rows)
    why = (f"The median kernel works for {cpu:.1f} s; what it needs to start and to import is told under start-up. The "
           "load at the start says how busy the machine was.")
    run.bar("the median notebook", median(seconds), 2.5, unit="s", why=why)
    run.bar("the slowest notebook", max(seconds), 15, unit="s", why=why)
    run.bar("the most memory", max(memory), 500, unit="MB")
    run.bar("all of them, one after the other", sum(seconds), 240, unit="s", why=why)
    return run.publish()


if __name__ == "__main__":
    main("--quick" in sys.argv)

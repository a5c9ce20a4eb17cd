"""Run the benchmarks one after the other, each in a process of its own: ``python benchmarks [names] [--quick]``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names():
    """The modules here that are benchmarks: those that can be run and publish results."""
    modules = sorted(path for path in HERE.glob("*.py") if path.stem != "__main__")
    return [path.stem for path in modules if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")]


def main(arguments):
    options = [word for word in arguments if word.startswith("-")]
    asked = [word for word in arguments if word not in options] or names()
    failed = []
    for name in asked:
        print(f"\n=== {name} ===", flush=True)
        if subprocess.run([sys.executable, HERE / f"{name}.py", *options]).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"These benchmarks stopped with an error: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])

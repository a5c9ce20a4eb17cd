"""Execute the notebooks of the book in parallel, into the cache that the build then reads.

Sphinx would execute them one after the other. What a notebook shows depends on the package as well
as on its own cells, so the cache is emptied whenever `matcalc` or a pin has changed.

    python _ext/execute.py
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import yaml
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"


def chapters(toc):
    """The files named anywhere in a table of contents."""
    if isinstance(toc, list):
        return [name for item in toc for name in chapters(item)]
    if not isinstance(toc, dict):
        return []
    own = [toc["file"]] if "file" in toc else []
    return own + [name for value in toc.values() for name in chapters(value)]


def fingerprint():
    """What the outputs depend on, apart from the notebooks themselves."""
    kinds = {".py", ".js", ".css", ".json", ".toml"}
    files = [p for p in (ROOT / "matcalc").rglob("*") if p.suffix in kinds]
    files += [ROOT / "benchmarks" / "published.py", *(ROOT / "benchmarks" / "results").rglob("*.json")]
    files += (ROOT / "appendix" / "data").glob("*.json")
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([*files, ROOT / "requirements.txt"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def open_cache():
    """The cache of the last build, or an empty one when the package has changed since."""
    stamp = CACHE / "matcalc.sha256"
    if not stamp.exists() or stamp.read_text() != fingerprint():
        shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint())
    return get_cache(CACHE)


def main():
    """Execute what is not cached; on failure print the tracebacks and return 1."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    notebooks = [path for name in chapters(toc) if (path := ROOT / f"{name}.ipynb").exists()]
    cache = open_cache()
    records = {cache.add_nb_to_project(path).pk: path for path in notebooks}
    os.environ["MATCALC_STATIC"] = "1"  # a page without a kernel needs every frame of a figure
    outcome = load_executor("local-parallel", cache).run_and_cache(filter_pks=list(records), timeout=120)
    for pk in records:
        if traceback := cache.get_project_record(pk).traceback:
            print(records[pk].relative_to(ROOT), traceback, sep="\n", file=sys.stderr)
    failed = len(outcome.excepted) + len(outcome.errored)
    cached = len(notebooks) - len(outcome.succeeded) - failed
    print(f"notebooks: {len(outcome.succeeded)} executed, {cached} cached, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

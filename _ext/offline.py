"""Sphinx extension: the built site asks no third party for anything.

MathJax 3.2.2 is copied from the wheel `sphinx-mathjax-offline`; anywidget figures run from the
state saved in the page, with the small host in `_ext/static`. Both are copied after the build and
not kept in `_static`, because Jupyter Book links every script below `_static` from every page.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

HOST = Path(__file__).parent / "static"
MATHJAX_PARTS = (
    "tex-mml-chtml.js",
    "output/chtml/fonts/woff-v2",
    "input/tex/extensions",
    "a11y/assistive-mml.js",
)


def use_local_scripts(app, config):
    """Point Sphinx at the copies, before it writes the addresses into the pages."""
    config.mathjax_path = "vendor/mathjax/tex-mml-chtml.js"
    config.nb_ipywidgets_js = {f"vendor/{path.name}": {} for path in sorted(HOST.glob("*.js"))}


def copy_scripts(app, failure):
    """Put MathJax and the figures' host into `_static/vendor` of the built site."""
    if failure or app.builder.format != "html":
        return
    vendor = Path(app.outdir) / "_static" / "vendor"
    mathjax = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    for part in MATHJAX_PARTS:
        copy(mathjax / part, vendor / "mathjax" / part)
    copy(HOST, vendor)


def copy(source, target):
    """Copy one file, or one folder with all that is in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def setup(app):
    app.connect("config-inited", use_local_scripts, priority=400)
    app.connect("build-finished", copy_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Sphinx extension: the figures run from the built site itself.

An anywidget figure lives by the state saved in its page, with the small host in `_ext/static`. The host is
copied after the build and not kept in `_static`, because Jupyter Book links every script below `_static`.
"""

import os
import shutil
from pathlib import Path

HOST = Path(__file__).parent / "static"


def use_local_scripts(app, config):
    """Point myst-nb at the host, before it writes the addresses into the pages."""
    config.nb_ipywidgets_js = {f"vendor/{path.name}": {} for path in sorted(HOST.glob("*.js"))}


def copy_scripts(app, failure):
    """Put the figures' host into `_static/vendor` of the built site."""
    if not failure and app.builder.format == "html":
        shutil.copytree(HOST, Path(app.outdir) / "_static" / "vendor", dirs_exist_ok=True)


def setup(app):
    os.environ["MATCALC_STATIC"] = "1"  # to the kernels of this build: draw every frame of a figure
    app.connect("config-inited", use_local_scripts, priority=400)
    app.connect("build-finished", copy_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

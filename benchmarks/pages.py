"""How long a reader waits: the book's page with most formulas, beside the theme's defaults and beside bare text.

    make book && python benchmarks/pages.py        prints the table, writes benchmarks/results/pages.json

Headless Chromium, cold cache, a server of its own that compresses as online hosts do; on the spot and over a line of
10 Mbit/s with 20 ms. Ready means: the document is read and each formula stands in it, as the page itself sees it.
"""

import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from html import escape, unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from json import loads
from pathlib import Path
from statistics import median

from measure import HERE, Run

SITE = HERE.parent / "_build" / "html"
ROUNDS = 7
WATCH = """
window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => { shift += entry.value; }))
    .observe({type: 'layout-shift', buffered: true});
(function look() {
    const done = [...document.querySelectorAll('.math')].every(m => m.querySelector('mjx-container'));
    if (document.readyState !== 'loading' && done) window.ready = performance.now();
    else requestAnimationFrame(look);
})();
"""
DEFAULTS = """extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "amsmath"]
html_theme = "sphinx_book_theme"
html_extra_path = ["extra"]
mathjax_path = "../mathjax/tex-mml-chtml.js"
"""


class Compressing(SimpleHTTPRequestHandler):
    """Files of a folder, text compressed."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in {".html", ".css", ".js", ".svg"} or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


def heaviest():
    """The page with most formulas, and their number."""
    count = {page: page.read_text(encoding="utf-8").count('class="math ') for page in SITE.glob("chapters/*.html")}
    page = max(count, key=count.get)
    return page, count[page]


def text_of(page):
    """What the notebook of a page says in words and formulas."""
    notebook = loads((SITE / "_sources" / page.relative_to(SITE)).with_suffix(".ipynb").read_text(encoding="utf-8"))
    cells = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text = re.sub(r"^:{3,}.*$|^:[a-z]+:.*$", "", "\n\n".join(cells), flags=re.MULTILINE)
    return re.sub(r"\{[a-z:]+\}`[^`]*`|\]\([^)]*\)", "]", text)


def with_defaults(page, folder):
    """The same text and formulas as the theme makes them by itself; MathJax from the same server, not from far."""
    source = folder / "source"
    mathjax = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    shutil.copytree(mathjax, source / "extra" / "mathjax")
    (source / "conf.py").write_text(DEFAULTS)
    (source / "index.md").write_text("# A chapter\n\n" + text_of(page), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", source, folder / "defaults"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return folder / "defaults" / "index.html"


def bare(page, folder):
    """The same text with the same formulas, and nothing else: what cannot be undercut."""
    html = page.read_text(encoding="utf-8")
    letters = re.search(r'<svg class="letters".*?</svg>', html, re.DOTALL)[0]
    formulas = re.findall(r'<(?:span|div) class="math .*?</mjx-container>', html, re.DOTALL)
    words = unescape(re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "\0", text_of(page), flags=re.DOTALL)).split("\0")
    body = "".join(f"{escape(w)}{f}</span>" for w, f in zip(words, formulas, strict=False))
    (folder / "bare.html").write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{letters}{body}", "utf-8")
    return folder / "bare.html"


def visit(browser, address, slow):
    """One visit with nothing in the cache: seconds, requests, kilobytes, jump."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    if slow:
        speed = {"offline": False, "latency": 20, "downloadThroughput": 1.25e6, "uploadThroughput": 1.25e6}
        line.send("Network.emulateNetworkConditions", speed)
    sizes, asked = [], []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    page.wait_for_function("window.ready")
    page.wait_for_timeout(300)
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    text, ready, shift = page.evaluate(f"[{paint}, window.ready, window.shift]")
    context.close()
    return text / 1e3, ready / 1e3, sum(url.startswith("http") for url in asked), sum(sizes) / 1e3, shift


def measured(pages):
    """Medians of visits in turns: {(name, slow): (text, ready, requests, kB, shift)}."""
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(HERE.parent / "tests"))
    from page_rules import FLAGS, find_chromium

    found = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for _ in range(ROUNDS):
            for name, (folder, path) in pages.items():
                server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=str(folder)))
                threading.Thread(target=server.serve_forever, daemon=True).start()
                address = f"http://127.0.0.1:{server.server_port}/{path.relative_to(folder)}"
                for slow in (False, True):
                    found.setdefault((name, slow), []).append(visit(browser, address, slow))
                server.shutdown()
        browser.close()
    return {key: [median(column) for column in zip(*rows, strict=True)] for key, rows in found.items()}


def main():
    page, formulas = heaviest()
    run = Run("pages", "How long a reader waits", " ".join(__doc__.split("\n\n")[-1].split()))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        defaults, plain = with_defaults(page, folder), bare(page, folder)
        pages = {
            "this book": (SITE, page),
            "theme's defaults": (defaults.parent, defaults),
            "bare text": (folder, plain),
        }
        found = measured(pages)
    lines = {False: "on the spot", True: "10 Mbit/s"}
    rows = [[name, lines[slow], *found[name, slow]] for name in pages for slow in lines]
    columns = ["page", "line", "text (s)", "formulas (s)", "requests", "kB", "layout jump"]
    run.table(f"{page.stem}: {formulas} formulas", columns, rows)
    ours = found["this book", False]
    for slow, limit in (False, 0.4), (True, 0.7):
        least = found["bare text", slow][1]
        why = f"{formulas} formulas, the limit was set for 190; the same in bare text, without a theme: {least:.2f} s"
        run.bar(f"formulas ready, {lines[slow]}", found["this book", slow][1], limit, unit="s", why=why)
    run.bar("requests", ours[2], 15)
    run.bar("layout jump", ours[4], 0.05)
    run.publish()


if __name__ == "__main__":
    main()

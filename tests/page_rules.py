"""The rules that built pages must keep, looked at in a browser. Each function returns complaints; none is good."""

import contextlib
import gzip
import json
import os
import re
import shutil
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urljoin, urlsplit

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find_chromium():
    """A Chromium of this machine: the one named by CHROMIUM, or the first of the usual names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


PREFIX = "/matrix-calculus-book"  # where the site stands online; the page of wrong addresses says it in full


class Quiet(SimpleHTTPRequestHandler):
    def translate_path(self, path):
        """The file of an address, with the site's online folder in front of it or without."""
        return super().translate_path(path.removeprefix(PREFIX))

    def log_message(self, *_):
        """Say nothing: the test's output is for complaints."""


@contextlib.contextmanager
def served(folder):
    """The address under which a folder is served while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextlib.contextmanager
def visited(browser, address):
    """The page at an address, and the list of complaints its traffic gave meanwhile."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page, complaints, home = context.new_page(), [], urlsplit(address).netloc

    def on_request(request):
        if urlsplit(request.url).scheme in {"http", "https", "ws", "wss"} and urlsplit(request.url).netloc != home:
            complaints.append(f"asks another machine: {request.url}")

    page.on("request", on_request)
    page.on("response", lambda r: complaints.append(f"{r.status} for {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type == "error" else None)
    page.goto(address, wait_until="load")
    yield page, complaints
    context.close()


def formula_complaints(page):
    """Every formula is set, none is an error, and no LaTeX is left in the text."""
    return page.evaluate(r"""() => {
        const all = s => [...document.querySelectorAll(s)], found = [];
        for (const m of all('.math')) if (!m.querySelector('mjx-container')) found.push('not set: ' + m.textContent);
        for (const m of all('mjx-merror, [data-mjx-error]'))
            found.push('LaTeX error: ' + (m.getAttribute('data-mjx-error') ?? m.textContent));
        const text = document.createTreeWalker(document.querySelector('article, main, body'), NodeFilter.SHOW_TEXT);
        while (text.nextNode()) {
            const node = text.currentNode, inside = s => node.parentElement.closest(s);
            if (/\$|\\[a-zA-Z([]/.test(node.data) && !inside('pre, code, script, style, mjx-container, .math, svg'))
                found.push('LaTeX in the text: ' + node.data.trim().slice(0, 80));
        }
        return found;
    }""")


def picture_complaints(page):
    """Every picture has an alternative text that a person wrote, and was loaded."""
    return page.evaluate("""() => [...document.querySelectorAll('.bd-article img, body > img')].flatMap(i => [
        ...(!i.alt || /_images\\//.test(i.alt) ? ['no alternative text: ' + i.src] : []),
        ...(i.loading !== 'lazy' && !i.naturalWidth ? ['not loaded: ' + i.src] : [])])""")


def solution_complaints(page, expected):
    """Every solution is folded, and Enter on its line opens it."""
    folds = page.locator("details.solution")
    found = [] if folds.count() == expected else [f"{folds.count()} solutions on the page, {expected} in the source"]
    for fold in folds.all():
        if fold.get_attribute("open") is not None:
            found.append("a solution stands open: " + fold.inner_text()[:60])
            continue
        fold.locator("> summary").press("Enter")
        if fold.get_attribute("open") is None:
            found.append("Enter does not open: " + fold.inner_text()[:60])
    return found


def figure_complaints(page):
    """Every figure is drawn without a kernel, and its words follow the slider when a key is pressed."""
    views = page.locator('script[type="application/vnd.jupyter.widget-view+json"]')
    for place in range(views.count()):
        views.nth(place).evaluate("view => view.parentElement.scrollIntoView({block: 'center'})")
        with contextlib.suppress(Exception):
            drawn = f"document.querySelectorAll('[data-matcalc-figure]').length > {place}"
            page.wait_for_function(drawn, timeout=20_000)
    figures = page.locator("[data-matcalc-figure]")
    found = [] if figures.count() == views.count() else [f"{figures.count()} of {views.count()} figures are drawn"]
    for figure in figures.all():
        name = figure.get_attribute("data-matcalc-figure") or "figure"
        sliders, words = figure.locator("input[type=range]"), figure.locator("[aria-live]").first
        moved = (sliders if sliders.count() else figure.locator("input[type=number]")).first
        if not moved.count() or not words.count():
            found.append(f"{name}: no slider, no number, or no words that say what is seen")
        elif not follows(page, moved, words):
            found.append(f"{name}: its words do not change when an arrow key moves the slider")
    return found


def follows(page, moved, words):
    """Does the text change when an arrow key is pressed on the slider or number?"""
    before = words.inner_text()
    moved.press("ArrowDown" if moved.evaluate("s => s.value === s.max") else "ArrowUp")
    with contextlib.suppress(Exception):
        page.wait_for_function("([e, t]) => e.innerText !== t", arg=[words.element_handle(), before], timeout=10_000)
    return words.inner_text() != before


def haste_complaints(page, near=3000):
    """No figure is drawn that is far from the view; to be asked before the page is scrolled."""
    return page.evaluate(
        """near => [...document.querySelectorAll('[data-matcalc-figure]')].flatMap(f => {
            const far = Math.round(f.getBoundingClientRect().top - innerHeight);
            return far > near ? [`${f.dataset.matcalcFigure} is drawn ${far} px below the view`] : [];
        })""",
        near,
    )


FIGURE_BYTES = 250_000
STATE = re.compile(r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>', re.S)
FIGURE = re.compile(
    r'<figure data-matcalc-still[^>]*><img ([^>]*)>.*?widget-view\+json">(\{.*?\})</script>(.{0,40}<figcaption>)?', re.S
)


def figure_sizes(html):
    """What each figure of a page transfers, in compressed bytes: its code, its data and its still."""
    state = json.loads(found[1])["state"] if (found := STATE.search(html)) else {}
    for still, view, _ in FIGURE.findall(html):
        saved = state[json.loads(view)["model_id"]]
        size = sum(len(gzip.compress(text.encode())) for text in (still, json.dumps(saved)))
        yield saved["state"]["_anywidget_id"].rpartition(".")[2], size


def weight_complaints(html, least=2):
    """A chapter has two figures that move, each light, with a caption, and a still whose room is known."""
    sizes = list(figure_sizes(html))
    found = [f"{name}: {size // 1000} kB" for name, size in sizes if size > FIGURE_BYTES]
    found += [] if len(sizes) >= least else [f"{len(sizes)} figures that move, at least {least} are wanted"]
    for still, _, caption in FIGURE.findall(html):
        found += [] if caption else ["a figure without caption"]
        found += [] if re.search(r'width="\d+" height="\d+"', still) else ["a still without its size"]
    return found


def shift_complaints(page):
    """Nothing on the page jumps while it is loaded: the layout shift that browsers measure stays small."""
    shift = page.evaluate("""() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(sum), 100);
    })""")
    return [f"the layout jumps by {shift:.3f}"] if shift > 0.05 else []


def place_complaints(page):
    """The address of the last labelled place leads there, past everything that is not laid out yet."""
    places = page.eval_on_selector_all(".bd-article :is(section, div.admonition)[id]", "all => all.map(e => e.id)")
    if not places:
        return []
    page.evaluate("id => { location.hash = id; }", places[-1])
    settle(page)
    top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", places[-1])
    return [] if -5 <= top <= 900 else [f"#{places[-1]} leads {top:.0f} px away from the view"]


def settle(page):
    """Wait until the page has been laid out anew and its observers have run."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(200)


def width_complaints(page, width=360):
    """On a phone the page does not move sideways; what is wide scrolls in its own box."""
    page.set_viewport_size({"width": width, "height": 800})
    page.add_style_tag(content="section { content-visibility: visible !important; }")  # else what sticks out is cut
    page.evaluate("window.watchParts?.()")
    settle(page)
    return page.evaluate("""() => {
        const room = document.documentElement.clientWidth, wide = document.documentElement.scrollWidth;
        if (wide <= room) return [];
        const cut = e => e && (getComputedStyle(e).overflowX !== 'visible' || cut(e.parentElement));
        const guilty = [...document.querySelectorAll('main article *')].filter(
            e => e.getBoundingClientRect().right > room + 1 && !cut(e.parentElement));
        return [`${wide} px wide on ${room}: ` + guilty.slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(' | ')];
    }""")


# Thousands of colored words of code make axe slow; of those that look alike, one stays visible.
SET_THEME = """theme => {
    document.documentElement.dataset.theme = document.documentElement.dataset.mode = theme;
    document.querySelectorAll('details').forEach(d => d.open = true);
    const seen = new Set();
    for (const word of document.querySelectorAll('pre span')) {
        const look = word.className + word.closest('[class*="highlight-"], div').parentElement.className;
        if (seen.has(look)) word.style.visibility = 'hidden';
        seen.add(look);
    }
}"""


def axe_complaints(page, axe, theme, rules=None):
    """axe-core finds nothing in this color theme, in folded solutions neither; `rules` chooses some of its rules."""
    page.evaluate(SET_THEME, theme)
    settle(page)
    page.evaluate("window.markRest?.()")
    options = {"preload": False, "resultTypes": ["violations"]}  # preload would ask for style sheets anew
    violations = axe.run(page, options=options | ({"runOnly": rules} if rules else {})).response["violations"]
    return [f"axe ({theme}) {v['id']}: {n['html'][:160]} {n.get('failureSummary', '')[:200]}"
            for v in violations for n in v["nodes"][:3]]  # fmt: skip


class Links(HTMLParser):
    """Collects where a page points to, and the places in it that can be pointed to."""

    def __init__(self, html):
        super().__init__()
        self.targets, self.ids = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and "href" in attributes:
            self.targets.append(attributes["href"])
        if "id" in attributes:
            self.ids.append(attributes["id"])


def link_complaints(pages):
    """Links inside the book lead to a page and a place that exist; `pages` maps names to HTML."""
    parsed, found = {name: Links(html) for name, html in pages.items()}, []
    for name, links in parsed.items():
        found += [f"{name}: id {i!r} is used twice" for i in sorted({i for i in links.ids if links.ids.count(i) > 1})]
        for target in links.targets:
            parts = urlsplit(urljoin(f"/{name}", target.removeprefix(PREFIX)))
            if parts.scheme or parts.netloc or not re.search(r"(\.html|/)$", parts.path):
                continue
            page, place = unquote(parts.path).lstrip("/"), unquote(parts.fragment)
            if page not in parsed or (place and place not in parsed[page].ids):
                found.append(f"{name}: a link leads nowhere: {target}")
    return sorted(set(found))

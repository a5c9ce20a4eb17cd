"""The built book in a browser: it reads, folds, moves and asks nobody, with every page visited once."""

import json
import os
import re
from pathlib import Path

import page_rules as rules
import pytest

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
CHROMIUM = rules.find_chromium()
NOT_PAGES = {"index.html", "search.html", "404.html"}  # a redirect; a script's; tried below
PAGES = [str(path.relative_to(SITE)) for path in sorted(SITE.rglob("*.html"))]
PAGES = [name for name in PAGES if not name.startswith(("_", "reports"))]

needs_book = pytest.mark.skipif(not PAGES, reason="The book is not built yet, so its pages are not tested (make book).")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("No Chromium was found, so pages are not tried in a browser (Debian: apt install chromium).")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=rules.FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


@pytest.fixture(scope="module")
def site():
    with rules.served(SITE) as address:
        yield address


def solutions_in_source(name):
    """How many solutions the notebook of a page has."""
    source = SITE / "_sources" / Path(name).with_suffix(".ipynb")
    return len(re.findall(r":::+\{solution(?:-start)?\}", source.read_text(encoding="utf-8"))) if source.exists() else 0


@needs_book
@pytest.mark.parametrize("name", [page for page in PAGES if page not in NOT_PAGES])
def test_page(browser, axe, site, name):
    with rules.visited(browser, site + name) as (page, traffic):
        complaints = rules.shift_complaints(page) + rules.haste_complaints(page) + rules.place_complaints(page)
        if name.startswith("chapters/"):
            complaints += rules.weight_complaints((SITE / name).read_text(encoding="utf-8"))
        complaints += rules.formula_complaints(page) + rules.picture_complaints(page)
        complaints += rules.solution_complaints(page, solutions_in_source(name))
        complaints += rules.figure_complaints(page)
        complaints += rules.axe_complaints(page, axe, "light")
        complaints += rules.width_complaints(page)
        complaints += rules.axe_complaints(page, axe, "dark")
        assert "\n".join(complaints + traffic) == ""


@needs_book
def test_search_finds_a_theorem(browser, axe, site):
    with rules.visited(browser, site + "search.html?q=Jacobi%27s+formula") as (page, traffic):
        page.wait_for_selector("#search-results li a[href*='chapters/jacobi']", timeout=20_000)
        assert traffic + rules.axe_complaints(page, axe, "light") + rules.width_complaints(page) == []


# What a student types, and the page that should come first or second.
QUERIES = {
    "derivative of inverse": "inverse", "derivative of determinant": "jacobi", "gradient of log det": "jacobi",
    "product rule": "affine_and_product", "chain rule": "chain_rule", "vec trick": "vec_kronecker",
    "jacobian": "gradients_jacobians_hessians", "frobenius norm": "frobenius", "trace": "trace",
    "hessian": "second_order", "eigenvalue derivative": "eigen", "symmetric matrix gradient": "structured",
    "pseudo-inverse": "pseudoinverse",
    "matrix exponential": "matrix_exponential", "least squares": "least_squares", "backpropagation": "backprop",
    "convolution": "cnn", "gradient check": "finite_differences", "softmax": "backprop",
    "condition number": "least_squares",
}  # fmt: skip


@needs_book
def test_search_finds_what_students_ask(browser, site):
    wrong = {}
    with rules.visited(browser, site + "search.html") as (page, _):
        for query, chapter in QUERIES.items():
            page.goto(f"{site}search.html?q={query.replace(' ', '+')}")
            page.wait_for_selector("#search-results li:nth-child(2) a", timeout=20_000)  # they come in their order
            links = page.locator("#search-results li a")
            found = [links.nth(i).get_attribute("href") for i in range(2)]
            if not any(f"chapters/{chapter}.html" in link for link in found):
                wrong[query] = found
    assert wrong == {}


@needs_book
def test_a_wrong_address_leads_back_into_the_book(browser, axe, site):
    with rules.visited(browser, f"{site}{rules.PREFIX[1:]}/404.html") as (page, traffic):
        assert page.locator("a[href$='/matrix-calculus-book/chapters/inverse.html']").count()
        assert traffic + rules.axe_complaints(page, axe, "light") == []


@needs_book
def test_without_scripts_solutions_fold_too(browser, site):
    name = next((page for page in PAGES if solutions_in_source(page)), None)
    if name is None:
        pytest.skip("No chapter with a solution is built.")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + name)
    fold = page.locator("details.solution").first
    assert not fold.locator(".solution-content").is_visible()
    fold.locator("> summary").click()
    assert fold.locator(".solution-content").is_visible()
    context.close()


@needs_book
def test_links_inside_the_book_lead_somewhere():
    pages = {name: (SITE / name).read_text(encoding="utf-8") for name in PAGES}
    assert rules.link_complaints(pages) == []


@needs_book
def test_chapters_can_be_launched_and_downloaded():
    for name in (page for page in PAGES if page.startswith("chapters/")):
        html, stem = (SITE / name).read_text(encoding="utf-8"), Path(name).with_suffix(".ipynb")
        assert f"mybinder.org/v2/gh/matrix-calculus-book/matrix-calculus-book/main?urlpath=lab/tree/{stem}" in html
        assert f"colab.research.google.com/github/matrix-calculus-book/matrix-calculus-book/blob/main/{stem}" in html
        assert f"_sources/{stem}" in html
        assert (SITE / "_sources" / stem).exists()


# The rules themselves are tested with small pages that break them.

BAD = r"""<!doctype html><html lang="en"><head><title>bad</title></head><body><main><article>
<p>Left over: $X^2$ and \frac12.</p><span class="math">\(x\)</span>
<div class="math"><mjx-container><mjx-merror data-mjx-error="Missing argument">x</mjx-merror></mjx-container></div>
<details class="solution" open><summary>Solution</summary><p>text</p></details>
<div data-matcalc-figure="dead"><input type="range"><span aria-live="polite">t = 1</span></div>
<div data-matcalc-figure="hasty" style="position: absolute; top: 9000px"></div>
<div style="width: 900px">wide</div><a href="nowhere.html">x</a><a href="#gone">y</a><i id="a"></i><i id="a"></i>
</article></main><img src="https://example.org/external.png"><img src="missing.png" alt="_images/0a1b.png">
<script>console.error("loud"); undefinedFunction();</script></body></html>"""


def test_a_bad_page_is_seen(browser, axe, tmp_path):
    (tmp_path / "bad.html").write_text(BAD, encoding="utf-8")
    with rules.served(tmp_path) as home, rules.visited(browser, home + "bad.html") as (page, traffic):
        seen = "\n".join(
            rules.haste_complaints(page)
            + rules.formula_complaints(page)
            + rules.picture_complaints(page)
            + rules.solution_complaints(page, 2)
            + rules.figure_complaints(page)
            + rules.axe_complaints(page, axe, "light")
            + rules.width_complaints(page)
            + traffic
        )
    for complaint in [
        "not set", "Missing argument", "LaTeX in the text: Left over", "no alternative text", "not loaded",
        "1 solutions on the page, 2", "stands open", "2 of 0 figures", "dead: its words", "hasty: no slider",
        "hasty is drawn", "image-alt", "px wide",
        "asks another machine: https://example.org", "404 for", "console: loud", "script error",
    ]:  # fmt: skip
        assert complaint in seen


def test_bad_figures_are_seen():
    state = {"model": {"state": {"_anywidget_id": "a.heavy", "frames": os.urandom(300_000).hex()}}}
    html = (
        '<figure data-matcalc-still><img src="x"></figure><script type="application/vnd.jupyter.widget-view+json">'
        '{"model_id": "model"}</script><script type="application/vnd.jupyter.widget-state+json">'
        f"{json.dumps({'state': state})}</script>"
    )
    complaints = rules.weight_complaints(html)
    assert complaints[0].startswith("heavy: 3")
    assert complaints[1:] == [
        "1 figures that move, at least 2 are wanted", "a figure without caption", "a still without its size",
    ]  # fmt: skip


def test_bad_links_are_seen():
    complaints = rules.link_complaints({"bad.html": BAD})
    assert [c.split(": ", 1)[1] for c in complaints] == [
        "a link leads nowhere: #gone", "a link leads nowhere: nowhere.html", "id 'a' is used twice",
    ]  # fmt: skip
    good = {
        "a.html": '<a href="b/c.html#d">',
        "b/c.html": '<p id="d"><a href="../a.html"><a href="https://x.org/y.html">',
    }
    assert rules.link_complaints(good) == []

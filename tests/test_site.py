"""What `_ext` does to the pages while the book is built: formulas, one style sheet, one script, previews."""

import base64
import io
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "_ext"))

pytest.importorskip("sphinx", reason="Sphinx builds the book, and is not there.")
import accessibility  # noqa: E402
import bundle  # noqa: E402
import formulas  # noqa: E402
import previews  # noqa: E402
import pydata_sphinx_theme  # noqa: E402
from fontTools.ttLib import TTFont  # noqa: E402

needs_book = pytest.mark.skipif(not SITE.is_dir(), reason="The book is not built yet (make book).")


# Formulas


def test_a_formula_is_a_picture_and_words_for_a_screen_reader():
    html = formulas.TYPESETTER.set(r"X^{-1}", False)
    assert html.startswith("<mjx-container>")
    assert html.count("<use") == 3  # X, the minus, the one
    assert "<msup><mi>X</mi><mrow" in html


def test_every_letter_of_a_formula_has_an_outline():
    html = formulas.TYPESETTER.set(
        r"\begin{bmatrix} \alpha & \sqrt 2 \\ \int f & \left(\frac12\right)^\top \end{bmatrix}", True
    )
    letters = set(formulas.LETTER.findall(html))
    assert len(letters) >= 7
    assert letters <= set(formulas.TYPESETTER.outlines())


@pytest.mark.parametrize(("tex", "words"), [(r"\frac{1}", "Missing argument"), (r"\dfracc12", "Undefined control")])
def test_what_is_not_latex_is_an_error_with_the_reason(tex, words):
    with pytest.raises(ValueError, match=words):
        formulas.TYPESETTER.set(tex, True)
    assert "<mi>x</mi>" in formulas.TYPESETTER.set("x", False)  # and the next formula is set


def test_groups_are_dropped_only_where_they_move_nothing():
    idle = '<g><use href="#xlink"/></g>'
    assert formulas.slim(f"<svg>{idle}</svg>") == '<svg><use href="#xlink"/></svg>'
    moved = '<g transform="translate(3,0)"><use href="#a"/></g>'
    assert formulas.slim(moved) == '<use transform="translate(3,0)" href="#a"/>'
    twice = '<g transform="scale(2)"><use href="#a" transform="translate(3,0)"/></g>'
    assert formulas.slim(twice) == twice
    two = '<g transform="scale(2)"><use href="#a"/><use href="#b"/></g>'
    assert formulas.slim(two) == two


@needs_book
def test_every_letter_of_every_page_is_there():
    for page in SITE.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        outlines = set(re.findall(r'<path id="(g-[^"]+)"', html))
        assert set(formulas.LETTER.findall(html)) == outlines, page.name


# One style sheet and one script

SHEETS = {
    "styles/theme.css": '@import "../basic.css";',
    "basic.css": ".shown { color: red } .nowhere { color: blue } @media print { .nowhere { x: y } }",
    "styles/extra.css": """.shown.nowhere, p .by-script, :not(.nowhere) { background: url("../pictures/a.svg") }
        @font-face { font-family: F; src: url(../fonts/icons.woff2) format("woff2"),
                     url(../fonts/icons.ttf) format("truetype") }
        .shown::before { content: "\\f00c" }""",
}
PAGE = """<!DOCTYPE html><html><head>
  <link href="{up}_static/styles/theme.css?digest=1" rel="stylesheet" />
  <link rel="stylesheet" type="text/css" href="{up}_static/styles/extra.css" />
  <link rel="preload" as="script" href="{up}_static/a.js" />
  <script src="{up}_static/documentation_options.js"></script><script>DOCUMENTATION_OPTIONS.pagename = 'p';</script>
  <script defer src="{up}_static/a.js?v=1"></script> <script src="{up}_static/b.js"></script>
  <script src="{up}searchindex.js"></script>
  <script type="application/vnd.jupyter.widget-state+json">{{"state": 1}}</script>
</head><body><p class="shown">text</p></body></html>"""


@pytest.fixture
def site(tmp_path):
    static = tmp_path / "_static"
    for name, text in SHEETS.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text)
    (static / "documentation_options.js").write_text("const DOCUMENTATION_OPTIONS = {};")
    (static / "a.js").write_text("const a = 'by-script'\n//# sourceMappingURL=a.js.map")
    (static / "b.js").write_text("b(a)")
    theme = Path(pydata_sphinx_theme.__file__).parent
    font = next(theme.rglob("fa-solid-900.ttf"))
    (static / "fonts").mkdir()
    (static / "fonts" / "icons.ttf").write_bytes(font.read_bytes())
    (tmp_path / "chapters").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format(up=""))
    (tmp_path / "chapters" / "one.html").write_text(PAGE.format(up="../"))
    (tmp_path / "404.html").write_text(PAGE.format(up="/book/"))
    bundle.Site(tmp_path).join_pages()
    return tmp_path


@pytest.mark.parametrize(("name", "up"), [("index.html", ""), ("chapters/one.html", "../"), ("404.html", "/book/")])
def test_a_page_asks_for_one_style_sheet_and_one_script(site, name, up):
    html = (site / name).read_text()
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    (script,) = re.findall(r'<script defer src="([^"]+)"', html)
    assert re.fullmatch(re.escape(up) + r"_static/book-[0-9a-f]{12}\.css", sheet)
    assert (site / sheet.removeprefix(up)).exists()
    text = (site / script.removeprefix(up)).read_text()
    assert text.index("const a") < text.index("b(a)")
    assert "sourceMappingURL" not in text
    assert html.index("const DOCUMENTATION_OPTIONS") < html.index(".pagename = 'p'") < html.index("<script defer")
    assert "preload" not in html
    assert "searchindex" not in html
    assert html.index("</p>") < html.index('{"state": 1}')


def test_the_style_sheet_holds_what_is_used(site):
    (sheet,) = (site / "_static").glob("book-*.css")
    text = sheet.read_text()
    assert ".shown{color: red}" in text
    assert "@media" not in text
    assert "color: blue" not in text
    assert ".shown.nowhere" not in text
    assert "p .by-script,:not(.nowhere){" in text
    assert 'url("pictures/a.svg")' in text
    (font,) = re.findall(r"data:font/woff;base64,([^\"]+)", text)
    assert list(TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()) == [0xF00C]  # one sign of a thousand


# What others see of a page


def first_words(text):
    return lambda *_: text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Two sentences. Both whole.", "Two sentences. Both whole."),
        ("It turns. The speed is \\mathrm d\\lambda.", "It turns."),
        ("The value x^2 is first.", previews.BOOK),
        ("One whole sentence! And one that was cut in the mid...", "One whole sentence!"),
    ],
)
def test_a_preview_ends_before_the_first_formula(text, seen):
    assert previews.words(None, 200, set(), first_words(text)) == seen


@needs_book
def test_every_icon_of_the_site_is_in_its_font():
    for sheet in (SITE / "_static").glob("book-*.css"):
        text = sheet.read_text(encoding="utf-8")
        fonts = [TTFont(io.BytesIO(base64.b64decode(data))) for data in re.findall(r"font/woff;base64,([^\"]+)", text)]
        drawn = {letter for font in fonts for letter in font.getBestCmap()}
        wanted = set(map(ord, bundle.SIGN.findall(text)))
        assert len(wanted) > 8
        assert wanted <= drawn


@needs_book
def test_previews_map_and_wrong_addresses_are_built():
    for page in SITE.glob("chapters/*.html"):
        html = page.read_text(encoding="utf-8")
        (picture,) = re.findall(r'property="og:image" content="[^"]*/(_images/[^"]+\.png)"', html)
        assert (SITE / picture).stat().st_size > 10_000
        assert re.search(r'property="og:description" content="[^"\\^_]{20,}"', html)
        assert f"/{page.parent.name}/{page.name}</loc>" in (SITE / "sitemap.xml").read_text(encoding="utf-8")
    lost = (SITE / "404.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:href|src)="(?!/|https?:|#|data:)[^"]', lost)  # it is shown at any address


def test_repairs_of_the_search_are_made():
    basic = Path(find_spec("sphinx").origin).parent / "themes" / "basic" / "static"
    script = (basic / "searchtools.js").read_text(encoding="utf-8")
    for defect, _ in accessibility.SEARCH:
        assert len(defect.findall(script)) == 1
    mended = accessibility.mend(script, accessibility.SEARCH)
    assert [defect for defect, _ in accessibility.SEARCH if defect.search(mended)] == []


def test_accessibility_repairs_are_made():
    assert "fontawesome" not in accessibility.mend(
        '<script defer src="_static/scripts/fontawesome.js?digest=1"></script>'
    )

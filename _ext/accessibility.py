"""Sphinx extension: mends what theme and tools get wrong for keyboards, screen readers and phones.

Each repair names the defect it mends; `tests/test_pages.py` (axe-core) fails without it.
"""

import re
from pathlib import Path

REPAIRS = (
    # 1.5 MB of script that draws icons a second time; the theme's icon font draws them already.
    (re.compile(r'<script defer[^>]* src="[^"]*scripts/fontawesome\.js[^"]*"></script>'), ""),
    # A button that shows words must not be called something else.
    (re.compile(r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"'), r"\1"),
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # The book's title in the sidebar stood outside every landmark.
    (
        re.compile(r'<div class="sidebar-primary-items__start sidebar-primary__section">'),
        '<div class="sidebar-primary-items__start sidebar-primary__section" role="region" aria-label="Book">',
    ),
    # docutils uses a role that was withdrawn.
    (re.compile(r'role="doc-biblioentry"'), 'role="listitem"'),
)


SEARCH = (
    # A result that points to an empty place (an index entry) has no summary, and the script stops at it.
    (re.compile(r"listItem\.appendChild\(\s*(Search\.makeSearchSummary\([^)]*\))\s*\)"), r'listItem.append(\1 ?? "")'),
    # An entry of the index says what a place is about; Sphinx lists all but the "main" ones last.
    (re.compile(r"if \(isMain\)"), "if (true)"),
    # A summary begins with the text, not with the list of contents that is printed.
    (re.compile(r'\["\.headerlink",'), '["#jb-print-docs-body", ".headerlink",'),
)


def mend(text, repairs=REPAIRS):
    """The text with every repair made."""
    for defect, repair in repairs:
        text = defect.sub(repair, text)
    return text


def mend_pages(app, failure):
    """Mend each built page once all are written: templates of the theme cannot be patched earlier."""
    if failure or app.builder.name != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        if "_static" not in page.parts:
            html = page.read_text(encoding="utf-8")
            if (mended := mend(html)) != html:
                page.write_text(mended, encoding="utf-8")
    script = Path(app.outdir) / "_static" / "searchtools.js"
    script.write_text(mend(script.read_text(encoding="utf-8"), SEARCH), encoding="utf-8")


def setup(app):
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

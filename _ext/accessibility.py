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


# A search result that points to an empty place (an index entry) has no summary, and the script stops at it.
NO_SUMMARY = re.compile(r"listItem\.appendChild\(\s*(Search\.makeSearchSummary\([^)]*\))\s*\)")


def mend(html):
    """The page with every repair made."""
    for defect, repair in REPAIRS:
        html = defect.sub(repair, html)
    return html


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
    search = NO_SUMMARY.sub(r'listItem.append(\1 ?? "")', script.read_text(encoding="utf-8"))
    script.write_text(search, encoding="utf-8")


def setup(app):
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

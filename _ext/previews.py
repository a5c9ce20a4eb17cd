"""Sphinx extension: what others see of a page, when someone sends its address, is words and not LaTeX.

sphinxext-opengraph takes the first words of a page, formulas with them. Here they end with the last whole
sentence before the first formula; a page that begins with one is described by the book's own sentence.
"""

import re

from sphinxext import opengraph

BOOK = "Matrix derivatives as linear maps: every formula is executed, every mistake is named, every picture moves."
SENTENCES = re.compile(r"^.*[.!?](?=\s|$)", re.DOTALL)
LATEX = re.compile(r"[\\^_{}$=]")


def words(doctree, length, known_titles, first_words=opengraph.get_description):
    """The first whole sentences of a page that need no formula."""
    text = LATEX.split(first_words(doctree, length, known_titles))[0].removesuffix("...")
    whole = SENTENCES.match(text)
    return whole[0] if whole else BOOK


def setup(app):
    opengraph.get_description = words
    app.setup_extension("sphinxext.opengraph")
    return {"parallel_read_safe": True, "parallel_write_safe": True}

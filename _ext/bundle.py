"""Sphinx extension: a page asks for one style sheet and one script, and both hold only what the book uses.

The theme and its extensions link ten style sheets and fourteen scripts from every page, in front of the text, with
two icon fonts of which the book shows a dozen signs. Once all pages are written, the style sheets are joined without
the rules for classes that occur nowhere, the scripts are joined and put off until the text is there, and the signs
that are shown travel inside the style sheet. What figures need moves behind the text.
"""

import base64
import io
import logging
import re
from hashlib import sha256
from pathlib import Path

import tinycss2
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SHEET = re.compile(r'\s*<link(?=[^>]*rel="stylesheet")[^>]*href="([^"?]*_static/[^"?]+\.css)[^"]*"[^>]*/?>')
SCRIPT = re.compile(r'\s*<script[^>]*src="([^"?]*(?:_static/|searchindex)[^"?]*\.js)[^"]*"[^>]*></script>')
PRELOAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*/?>')
SETTING = re.compile(r"\s*<script>(DOCUMENTATION_OPTIONS\.[^<]*)</script>")
STATE = re.compile(r'\s*<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>', re.DOTALL)
FONT = re.compile(r'url\("?([^")]*?)\.woff2"?\)\s*format\("woff2"\)(?:,\s*url\([^)]*\)\s*format\("truetype"\))?')
CLASS = re.compile(r"[.#]((?:[\w-]|\\.)+)")
WORD = re.compile(r"[\w-]+")
SIGN = re.compile("[\ue000-\uf8ff]")  # letters for private use: the icons

# The theme lays out the whole page to see which blocks scroll; book.js looks at each part when it is seen.
MEASURE = re.compile(r'document\.querySelectorAll\(\["pre",[^\]]*\]\.join\(", "\)\)')

UNUSED = {"design-tabs.js"}  # the book has no tabs
SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}  # the search page's, linked from every page
APART = "search.html"  # runs scripts between its scripts


class Site:
    """The built pages, and the words in them by which a rule of a style sheet is known to be used."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.static = self.folder / "_static"
        self.pages = [p for p in self.folder.rglob("*.html") if "_static" not in p.relative_to(folder).parts]
        texts = [p.read_text(encoding="utf-8") for p in self.pages]
        texts += [p.read_text(encoding="utf-8") for p in self.folder.rglob("*.js") if p.name != "searchindex.js"]
        self.words = set().union(*map(WORD.findall, texts))

    def join_pages(self):
        """Each page linked to the joined files."""
        made = {}
        for page in self.pages:
            html = page.read_text(encoding="utf-8")
            if SHEET.search(html):
                page.write_text(self.join(page, html, made), encoding="utf-8")

    def join(self, page, html, made):
        """One page with one style sheet and one script; `made` remembers the files by what they were made of."""
        root, sheets = self.files(SHEET, html)
        address = made.get(sheets) or made.setdefault(sheets, self.write("book-%s.css", self.styles(sheets)))
        link = f'\n  <link rel="stylesheet" href="{root}{address}" />'
        first = SHEET.search(html).start()
        html = html[:first] + link + SHEET.sub("", html[first:])
        return html if page.name == APART else self.join_scripts(html, made)

    def files(self, pattern, html):
        """What a page links, and how it writes the way to the site's root (the page of wrong addresses in full)."""
        places = [address.rpartition("_static/") for address in pattern.findall(html) if "_static/" in address]
        return places[0][0], tuple(dict.fromkeys(self.static / name for _, _, name in places))

    def join_scripts(self, html, made):
        """One script, which runs when the text is there; what figures need stands at the end."""
        root, files = self.files(SCRIPT, html)
        files = tuple(file for file in files if file.name not in UNUSED | SEARCH)
        address = made.get(files) or made.setdefault(files, self.write("book-%s.js", self.scripts(files)))
        settings = "".join(f"<script>{text}</script>" for text in self.settings(html))
        state = "".join(STATE.findall(html))
        for pattern in (SCRIPT, PRELOAD, SETTING, STATE):
            html = pattern.sub("", html)
        tag = f'  {settings}<script defer src="{root}{address}"></script>\n'
        html = html.replace("</head>", tag + "</head>", 1)
        return html.replace("</body>", state.strip() + "\n</body>", 1)

    def settings(self, html):
        """The options of Sphinx's scripts: they stand in the page, in front of the script that reads them."""
        yield (self.static / "documentation_options.js").read_text(encoding="utf-8").strip()
        yield from SETTING.findall(html)

    def write(self, name, text):
        """The address of a new file below `_static`, named by what it holds."""
        file = self.static / (name % sha256(text.encode()).hexdigest()[:12])
        file.write_text(text, encoding="utf-8")
        return f"_static/{file.name}"

    def scripts(self, files):
        """Scripts one after the other; the options stand in the page."""
        files = [file for file in files if file.name != "documentation_options.js"]
        return MEASURE.sub("[]", "\n;\n".join(strip_map(file.read_text(encoding="utf-8")) for file in files))

    def styles(self, files):
        """Style sheets one after the other, with what they import, without rules for what is nowhere."""
        text = "\n".join(self.sheet(file) for file in files)
        text = "".join(self.used(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)))
        signs = set(map(ord, SIGN.findall(text)))
        return FONT.sub(lambda m: self.letters(m[1] + ".ttf", signs), text)

    def sheet(self, file):
        """One style sheet, its addresses seen from `_static`."""
        text = file.read_text(encoding="utf-8")
        base = file.parent

        def imported(match):
            return self.sheet((base / match[1]).resolve())

        def moved(match):
            path = (base / match[1]).resolve()
            return f'url("{path.relative_to(self.static)}")' if path.is_relative_to(self.static) else match[0]

        text = re.sub(r"@charset[^;]*;|/\*# sourceMappingURL[^*]*\*/", "", text)
        text = re.sub(r'@import\s+(?:url\()?"([^"]+)"\)?;', imported, text)
        return re.sub(r'url\((?!"?(?:data:|#))"?([^")?#]+)[^)]*\)', moved, text)

    def used(self, rules):
        """The rules that something in the book can match, as text."""
        for rule in rules:
            if rule.type == "qualified-rule":
                chosen = [s for s in selectors(rule.prelude) if self.known(s)]
                if chosen:
                    yield ",".join(chosen) + "{" + tinycss2.serialize(rule.content).strip() + "}\n"
            elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                if text := "".join(self.used(inner)):
                    yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}\n"
            elif rule.type == "at-rule":
                yield rule.serialize() + "\n"

    def known(self, selector):
        """Whether every class and id of a selector is a word of some page or script."""
        outside = re.sub(r":not\([^()]*\)|\[[^\]]*\]|:(?:is|where|has)\([^()]*\)", "", selector)
        return all(re.sub(r"\\", "", name) in self.words for name in CLASS.findall(outside))

    def letters(self, address, signs):
        """An icon font of the signs that are shown, written into the style sheet."""
        font = TTFont(self.static / address)
        subsetter = Subsetter(Options(notdef_outline=True, layout_features=[]))
        subsetter.populate(unicodes=signs)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(data := io.BytesIO())
        return f'url("data:font/woff;base64,{base64.b64encode(data.getvalue()).decode()}") format("woff")'


def selectors(prelude):
    """The selectors of a rule: its prelude divided at the commas that stand in no bracket."""
    part = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(token)
    yield tinycss2.serialize(part).strip()


def strip_map(script):
    """A script without the address of its source map, which is not shipped."""
    return re.sub(r"//# sourceMappingURL=\S*", "", script)


def join_files(app, failure):
    """After the pages are written and mended."""
    if not failure and app.builder.name == "html":
        Site(app.outdir).join_pages()


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of a font
    app.connect("build-finished", join_files, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""``live``: the reader's own matrix, direction or formula. Only a kernel can answer, so the page shows one answer."""

from __future__ import annotations

import base64
import html

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ..report import VerificationError
from .frames import still, studio
from .widget import sizes

REPOSITORY = "matrix-calculus-book/matrix-calculus-book"

# On a dark page the theme lays a light card under HTML output, on which links cannot be read.
_NO_CARD = (
    '<style>html[data-theme="dark"] .bd-content div.cell_output .text_html:has([data-matcalc-live])'
    "{background:none!important;color:inherit!important;padding:0!important}</style>"
)


class Live:
    """A function of what the reader types, with its inputs where a kernel runs, and its first answer elsewhere."""

    def __init__(self, function, inputs, notebook, alt):
        self.function, self.notebook, self.alt = function, notebook, alt
        self.fields = {name: _field(name, value) for name, value in inputs.items()}
        self._read = {name: _reader(name, value) for name, value in inputs.items()}
        self.png = None
        self.first = self._ask(**inputs)  # what fails here is the author's mistake, and is raised
        self.answer = ipywidgets.HTML(self.first)
        for field in self.fields.values():
            field.observe(lambda _: self.update(), names="value")
        self.widget = ipywidgets.VBox([*self.fields.values(), self.answer])

    def update(self):
        """Read the fields, ask the function, show its answer or what is wrong in words."""
        try:
            self.answer.value = self._ask(**{name: read(self.fields[name].value) for name, read in self._read.items()})
        except Exception as error:  # whatever a reader types must not end in silence
            self.answer.value = f"<p>{html.escape(f'{type(error).__name__}: {error}')}</p>"

    def _ask(self, **values):
        """The function's answer as HTML; a report that refuses is an answer too."""
        with studio():
            try:
                answer = self.function(**values)
            except VerificationError as error:
                answer = error.report
            return self._picture(answer) if isinstance(answer, Figure) else _text(answer)

    def _picture(self, figure):
        plt.close(figure)
        self.png = still(figure)
        picture = base64.b64encode(self.png).decode()
        return f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}" {sizes(self.png)}>'

    def _repr_mimebundle_(self, **kwargs):
        data = dict(self.widget._repr_mimebundle_(**kwargs))
        data["text/html"], data["text/plain"] = self._page(), self.alt
        if self.png:  # for print
            data["image/png"] = base64.b64encode(self.png).decode()
        return data

    def _page(self):
        """The first answer, and how to come to a page that answers more."""
        *names, last = (f"<i>{html.escape(name)}</i>" for name in self.fields)
        names = f"{', '.join(names)} and {last}" if names else last
        binder = f"https://mybinder.org/v2/gh/{REPOSITORY}/main?urlpath=lab/tree/{self.notebook}.ipynb"
        colab = f"https://colab.research.google.com/github/{REPOSITORY}/blob/main/{self.notebook}.ipynb"
        local = f"https://github.com/{REPOSITORY}#readme"
        return (
            f'{_NO_CARD}<div data-matcalc-live style="max-width:40rem">{self.first}</div>'
            f'<p>To put in {names} of your own, run this page <a href="{binder}">on Binder</a>, '
            f'<a href="{colab}">in Colab</a> or <a href="{local}">on your computer</a>.</p>'
        )


def live(function, *, notebook, alt, **inputs):
    """``function(**inputs)``, asked anew whenever the reader changes an input.

    ``inputs`` are the first state: a matrix is typed as ``1 2; 3 4``, a text as it stands, a number in its field. The
    function returns a Matplotlib figure, or anything that can be shown. A page without a kernel shows the answer
    to the first state, with links to places where ``notebook`` ("chapters/inverse") runs. ``alt`` says what is seen.

    TypeError, ValueError: what is missing, in words.
    """
    if not callable(function):
        raise TypeError(f"live: expected a function of the inputs, got {type(function).__name__}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("live: alt must say in words what is seen")
    if not inputs:
        raise TypeError("live: expected an input that the reader may change, such as X=np.eye(2)")
    return Live(function, inputs, notebook, alt.strip())


def _text(answer):
    return answer._repr_html_() if hasattr(answer, "_repr_html_") else f"<pre>{html.escape(repr(answer))}</pre>"


def _field(name, value):
    """Where the reader types: asked when Enter is pressed or the field is left, not at every letter."""
    look = {"description": name, "layout": ipywidgets.Layout(width="30em"), "style": {"description_width": "5em"}}
    if isinstance(value, int | float):
        return ipywidgets.FloatText(value=value, step=0.1, **look)
    return ipywidgets.Text(value=value if isinstance(value, str) else written(value), continuous_update=False, **look)


def _reader(name, value):
    """What turns the content of a field into the function's argument."""
    return (lambda content: content) if isinstance(value, str | int | float) else (lambda content: read(content, name))


def written(A):
    """A matrix as one types it."""
    return "; ".join(" ".join(f"{a:g}" for a in row) for row in np.atleast_2d(A))


def read(text, name="the matrix"):
    """The matrix that is written as ``1 2; 3 4``; commas count as spaces."""
    try:
        return np.array([[float(a) for a in row.replace(",", " ").split()] for row in text.split(";") if row.strip()])
    except ValueError:
        raise ValueError(f"{name} must be rows of numbers of one length, such as 1 2; 3 4; got {text!r}") from None

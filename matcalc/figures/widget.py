"""What all interactive figures have in common: one object, shown live, on a static page, and in print."""

from __future__ import annotations

import base64
import html
import struct
from pathlib import Path

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"
_VIEW = "application/vnd.jupyter.widget-view+json"

# Where a script will put the figure in the still's place, its room is kept: the text below does not jump.
_ROOM = (
    "@media screen and (scripting:enabled){[data-matcalc-still]{min-height:var(--narrow)}}"
    "@media screen and (scripting:enabled) and (min-width:600px){[data-matcalc-still]{min-height:var(--wide)}}"
)


def script(*names):
    """The JavaScript module of a figure: what all share, what some share, then its own."""
    return "".join((_STATIC / name).read_text(encoding="utf-8") for name in ("common.js", *names))


class InteractiveFigure(anywidget.AnyWidget):
    """A figure that is a function of its state.

    It is a widget in JupyterLab, a still picture in print, and on a static page the still picture,
    which the page's script replaces by the widget; where no script runs, the picture and its
    alternative text remain.
    """

    room = (525, 490)  # pixels of height on a wide and on a narrow page, kept free until it is drawn
    _css = (_STATIC / "figure.css").read_text(encoding="utf-8")
    alt = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits):
        self._png = None
        super().__init__(**traits)

    def still(self):
        """The figure as a PNG: one state, chosen by the author."""
        raise NotImplementedError

    def words(self):
        """What the still shows, in words."""
        return self.alt

    def png(self):
        """The still, drawn once."""
        if self._png is None:
            self._png = self.still()
        return self._png

    def _repr_mimebundle_(self, **kwargs):
        data, meta = super()._repr_mimebundle_(**kwargs)
        picture = base64.b64encode(self.png()).decode()
        data["image/png"] = picture
        data["text/html"] = self._page(picture, data[_VIEW]["model_id"])
        data["text/plain"] = self.words()
        return data, meta

    def _page(self, picture, model):
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        wide, narrow = self.room
        return (
            f"<style>{_ROOM}</style>"
            f'<figure data-matcalc-still style="margin:0;max-width:40rem;--wide:{wide:.0f}px;--narrow:{narrow:.0f}px">'
            f'<img alt="{html.escape(self.words())}" src="data:image/png;base64,{picture}" {sizes(self.png())}>'
            f"{caption}</figure>"
            f'<script type="{_VIEW}">{{"version_major":2,"version_minor":1,"model_id":"{model}"}}</script>'
        )


def sizes(png):
    """Width and height of a PNG as attributes: the browser knows the room before the picture is there."""
    width, height = struct.unpack(">II", png[16:24])
    return f'width="{width}" height="{height}" style="width:100%;height:auto"'

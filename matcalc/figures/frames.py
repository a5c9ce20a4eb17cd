"""Draw a function of a state once for every state, and pack the drawings so that they travel well.

A frame is an SVG. Frames of one figure share nearly all of their elements (axes, ticks, glyphs), so
the packed form is a pool of distinct elements and, for each frame, the places in the pool: about a
tenth of what the same frames cost as compressed pictures, and sharp at any size.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import gzip
import io
import json
import re

import matplotlib.pyplot as plt
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

from .palette import STYLE, VARIABLES

BUDGET = 250_000  # bytes, compressed, of one figure
RASTER_DPI = 150  # of artists that are drawn with rasterized=True

_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_COORDINATES = re.compile(r'( d="| x="| y="| points="|translate\()[^">)]*')
_SPLIT_PATH = re.compile(r"\n(?=[LCQMz])")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_INKS = {"#000000": "currentColor"} | {hue.lower(): f"var({name},{hue})" for hue, name in VARIABLES.items()}


@contextlib.contextmanager
def studio():
    """The figures' Matplotlib style, and no garbage collection while many frames are drawn.

    A drawing leaves thousands of objects behind: collecting them in between costs a third of the time.
    """
    collected = gc.isenabled()
    gc.disable()
    interactive = plt.isinteractive()
    try:
        with plt.rc_context(STYLE):
            try:
                yield
            finally:
                interactive = plt.isinteractive()
    finally:
        # A kernel's inline backend is loaded by the first figure and turns interactive mode on: it
        # must not go out with the style, or no later cell shows its picture.
        plt.ion() if interactive else plt.ioff()
        if collected:
            gc.enable()


def picture(draw, values):
    """The Figure that ``draw(*values)`` returns or leaves as the current one, taken out of pyplot."""
    before = set(plt.get_fignums())
    plt.figure()
    try:
        drawn = draw(*values)
        fig = drawn if isinstance(drawn, Figure) else plt.gcf()
    finally:
        # Inline backends show every figure that is still open at the end of a cell.
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
    if not (fig.axes or fig.texts or fig.images):
        raise TypeError(
            "player: draw(state) must return a Matplotlib Figure or draw into the current one; "
            f"it returned {type(drawn).__name__} and the current figure is empty"
        )
    return fig


class Renderer(RendererSVG):
    """Matplotlib's, with one parser of formulas for all frames: it remembers, a third of the time is saved."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._text2path = text_to_path


def svg(fig):
    """The figure as one ``<svg>`` element in theme colors: black is the page's text color."""
    page, dpi = io.StringIO(), fig.dpi
    width, height = fig.get_size_inches()
    pen = Renderer(72 * width, 72 * height, page, image_dpi=RASTER_DPI, metadata=_NO_METADATA)
    try:
        fig.dpi = 72
        mixed = MixedModeRenderer(fig, width, height, RASTER_DPI, pen)  # obeys rasterized=True
        fig.draw(mixed)
        mixed.finalize()
    finally:
        fig.dpi = dpi
    text = page.getvalue()
    text = _SPLIT_PATH.sub(" ", text[text.index("<svg") :])
    text = _COORDINATES.sub(lambda m: _LONG_NUMBER.sub(_two_decimals, m[0]), text)
    return _COLOUR.sub(lambda m: _INKS.get(m[0].lower(), m[0]), text)


def _two_decimals(match):
    """A hundredth of a point is finer than any screen, and equal elements become equal text."""
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def still(fig, dpi=160):
    """The figure on white as PNG with 64 colors, for print and for pages without JavaScript."""
    from PIL import Image

    raw, small = io.BytesIO(), io.BytesIO()
    fig.savefig(raw, format="png", dpi=dpi, facecolor="white")
    image = Image.open(raw).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(small, "PNG", optimize=True)
    return small.getvalue()


def pack(frames):
    """Frames as base64 of gzip of JSON ``{pool: [element], frames: [[place in the pool]]}``."""
    pool = {}
    places = [[pool.setdefault(line, len(pool)) for line in frame.split("\n")] for frame in frames]
    text = json.dumps({"pool": list(pool), "frames": places}, separators=(",", ":"))
    packed = gzip.compress(text.encode(), 9, mtime=0)
    if len(packed) > BUDGET:
        raise ValueError(
            f"player: {len(frames)} frames need {len(packed) // 1000} kB compressed, the budget of a figure is "
            f"{BUDGET // 1000} kB: take fewer states, fewer points in a curve, or rasterized=True for crowded artists"
        )
    return base64.b64encode(packed).decode()

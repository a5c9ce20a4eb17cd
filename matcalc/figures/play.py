"""``player``: a Matplotlib function of a state, with its sliders, as a figure that moves anywhere."""

from __future__ import annotations

import math
import os
import re
from itertools import product

import numpy as np
import traitlets

from .frames import pack, picture, still, studio, svg
from .widget import InteractiveFigure, script

MOST_FRAMES = 200
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_HYPHEN = re.compile(r"(?<![\w.])-(?=\.?\d)")
STATIC = "MATCALC_STATIC"  # set in the environment while pages are built: nobody can be asked for a frame later
SCALE = 1.55  # pixels a point where the page is wide enough, as in player.js


class Player(InteractiveFigure):
    """One frame for each state, chosen by one or two sliders.

    A page has all frames in it. A kernel draws the first look alone, and the film when the figure is seen: a class
    that runs a whole chapter does not wait for pictures further down.
    """

    _esm = script("player.js")
    frames = traitlets.Unicode().tag(sync=True)
    size = traitlets.List(traitlets.Float()).tag(sync=True)
    sliders = traitlets.List(traitlets.Dict()).tag(sync=True)
    say = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, ranges, start, picture_of, **traits):
        self.ranges, self._start, self._picture_of = ranges, start, picture_of
        self._filmed = False
        super().__init__(index=list(start), **traits)
        self.on_msg(lambda *_: self.film())

    def film(self):
        """Draw the frames of all states, once; returns the figure."""
        if not self._filmed:
            with studio():
                self.frames = pack([svg(self._picture_of(values)) for values in product(*self.ranges.values())])
            self._filmed = True
        return self

    @property
    def room(self):
        """The picture as wide as the page allows, its controls, and the lines of the longest sentence."""
        (width, height), longest = self.size, max(map(len, self.say))
        below = 25 + 33 * len(self.sliders)
        wide = height / width * min(SCALE * width, 660) + below + 22 * math.ceil(longest / 88)
        return wide, height / width * 358 + below + 22 * math.ceil(longest / 46)

    @property
    def state(self):
        """The state that is shown: the value of each slider by its name."""
        return dict(zip(self.ranges, _values(self.ranges, self.index), strict=True))

    def words(self):
        """The alternative text, and what is said of the still's state."""
        shape = [len(values) for values in self.ranges.values()]
        return f"{self.alt} {self.say[np.ravel_multi_index(self._start, shape)]}"

    def still(self):
        """The picture of the state that the author chose, on white."""
        with studio():
            return still(self._picture_of(_values(self.ranges, self._start)))


def player(draw, *, say, alt, caption="", still=None, **sliders):
    """A figure that moves: ``draw(state)`` with Matplotlib, for every state of one or two sliders.

    ``draw(*values)`` returns a Figure or draws into the current one; it gets one value of each slider,
    in the order in which they are named: ``player(draw, t=np.linspace(0, 1, 41), say=…, alt=…)``.
    While a book is built all frames are drawn here, otherwise when the figure is seen. ``say(*values)`` is the
    sentence that a state is put into (plain text, read aloud when the slider rests); ``alt`` says what the picture
    shows, whatever the state; ``caption`` stands below. ``still`` is the state for print and for the first look: a
    value, or one for each slider; the middle of the ranges if not given. Black, and the colors of
    ``figures.COLORS``, follow the page into dark mode.

    TypeError, ValueError: what is missing or cannot be shown, in words.
    """
    _callable(draw=draw, say=say)
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("player: alt must say in words what the picture shows, whatever the state")
    ranges = _ranges(sliders)
    states = list(product(*ranges.values()))
    start = _start(ranges, still)
    sentences = [_sentence(say, values) for values in states]
    with studio():
        first = picture(draw, _values(ranges, start))
        frame, size = svg(first), 72 * first.get_size_inches()
    figure = Player(
        ranges,
        start,
        lambda values: picture(draw, values),
        frames=pack([frame]),
        size=size.tolist(),
        say=sentences,
        alt=alt.strip(),
        caption=caption or "",
        sliders=[{"name": name, "labels": [label(v) for v in values]} for name, values in ranges.items()],
    )
    return figure.film() if os.environ.get(STATIC) else figure


def label(value):
    """A state as it is written beside its slider: four digits say enough, and 1e-08 is 10⁻⁸."""
    if isinstance(value, str):
        return value
    digits, _, power = f"{value:.4g}".partition("e")
    if power:
        digits = ("" if digits == "1" else f"{digits}·") + "10" + str(int(power)).translate(_RAISED)
    return digits.replace("-", "−")


def _callable(**functions):
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"player: {name} must be a function of the state, got {type(function).__name__}")


def _ranges(sliders):
    """The values of each slider as a list; one or two sliders, each with two values or more."""
    if not 1 <= len(sliders) <= 2:
        given = f"{len(sliders)} ({', '.join(sliders)})" if sliders else "none"
        raise TypeError(f"player: expected one or two sliders, such as t=np.linspace(0, 1, 41); got {given}")
    ranges = {}
    for name, values in sliders.items():
        if isinstance(values, str) or np.ndim(values) != 1 or len(values) < 2:
            raise ValueError(f"player: the slider {name} needs a sequence of at least two values, got {values!r}")
        ranges[name] = values.tolist() if isinstance(values, np.ndarray) else list(values)
    count = int(np.prod([len(values) for values in ranges.values()]))
    if count > MOST_FRAMES:
        raise ValueError(f"player: {count} states are too many to draw beforehand, at most {MOST_FRAMES}")
    return ranges


def _start(ranges, still):
    """The place of the still in each range: the value nearest to the one asked for."""
    if still is None:
        return [len(values) // 2 for values in ranges.values()]
    wanted = still if isinstance(still, tuple) else (still,)
    if len(wanted) != len(ranges):
        raise ValueError(f"player: still needs one value for each of {', '.join(ranges)}, got {still!r}")
    return [_nearest(values, value) for values, value in zip(ranges.values(), wanted, strict=True)]


def _values(ranges, index):
    """The state at a place: one value of each range."""
    return [values[i] for values, i in zip(ranges.values(), index, strict=True)]


def _nearest(values, value):
    if value in values:
        return values.index(value)
    return int(np.argmin([abs(v - value) for v in values]))


def _sentence(say, values):
    """What is said of a state, with a true minus in front of its numbers: a hyphen is read as a word."""
    text = say(*values)
    if not isinstance(text, str) or not text.strip():
        raise TypeError(f"player: say(state) must return a sentence, got {text!r}")
    return _HYPHEN.sub("−", text.strip())

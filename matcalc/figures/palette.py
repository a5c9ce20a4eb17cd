"""One color for one thing, on every picture of the book; told apart by color-blind readers too.

The hues are Okabe and Ito's, as in ``plots``. In an interactive figure each of them, and black, is replaced by a CSS
variable, so that the same drawing stands on a light and on a dark page.
"""

from ..plots import BLUE, GREEN, ORANGE, VERMILION

PURPLE, SKY = "#CC79A7", "#56B4E9"

COLORS = {"X": BLUE, "dX": ORANGE, "linear": GREEN, "error": VERMILION}

# What the stylesheet (static/figure.css) redefines on a dark page, by the hue it stands for.
VARIABLES = {
    BLUE: "--mc-blue",
    ORANGE: "--mc-orange",
    GREEN: "--mc-green",
    VERMILION: "--mc-vermilion",
    PURPLE: "--mc-purple",
    SKY: "--mc-sky",
}

STYLE = {
    "figure.figsize": (5.6, 3.5),  # small, with letters that a telephone still shows
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlepad": 7,
    "axes.linewidth": 0.9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.9,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "matcalc",  # else the same clip path has another name in every frame
}

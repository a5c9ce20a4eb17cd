"""Figures that move: in JupyterLab, on a page without a kernel, and as one still picture in print.

``player`` makes one of a Matplotlib function of a state. The others are ready: ``linear_map_explorer``
and ``step_size_curve`` are worked by hand, ``insertion_terms``, ``near_singular`` and ``lu_explorer`` are
players.
"""

from .explorers import LinearMapExplorer, StepSizeCurve, linear_map_explorer, step_size_curve
from .palette import BLUE, COLORS, GREEN, ORANGE, PURPLE, SKY, STYLE, VERMILION
from .play import Player, player
from .ready import heat, insertion_terms, lu_explorer, near_singular

__all__ = [
    "player", "linear_map_explorer", "step_size_curve", "insertion_terms", "near_singular", "lu_explorer", "heat",
    "Player", "LinearMapExplorer", "StepSizeCurve",
    "BLUE", "ORANGE", "GREEN", "VERMILION", "PURPLE", "SKY", "COLORS", "STYLE",
]  # fmt: skip

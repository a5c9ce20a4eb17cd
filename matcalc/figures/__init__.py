"""Figures that move: in JupyterLab, on a page without a kernel, and as one still picture in print.

``player`` makes one of a Matplotlib function of a state; ``insertion_terms`` and ``near_singular`` are ready
players. The explorers are worked by hand: ``linear_map_explorer``,
``step_size_curve``, ``lu_explorer``, ``gap_explorer`` and ``kernel_explorer``. ``live`` is for what only a
kernel can do: the reader's own matrix, direction or derivative.
"""

from .explorers import LinearMapExplorer, StepSizeCurve, linear_map_explorer, step_size_curve
from .factors import LUExplorer, lu_explorer
from .gap import GapExplorer, gap_explorer
from .kernel import KernelExplorer, kernel_explorer
from .live import Live, live
from .palette import BLUE, COLORS, GREEN, ORANGE, PURPLE, SKY, STYLE, VERMILION
from .play import Player, player
from .ready import heat, insertion_terms, near_singular

__all__ = [
    "player", "linear_map_explorer", "step_size_curve", "lu_explorer", "gap_explorer", "kernel_explorer", "live",
    "insertion_terms", "near_singular", "heat",
    "Player", "LinearMapExplorer", "StepSizeCurve", "LUExplorer", "GapExplorer", "KernelExplorer", "Live",
    "BLUE", "ORANGE", "GREEN", "VERMILION", "PURPLE", "SKY", "COLORS", "STYLE",
]  # fmt: skip

"""One stroke or click on a CT -> the lesion in 3D; more strokes refine it; its axes as in RECIST."""

from .axes import Axes, measure_axes
from .click import segment_click
from .refine import add_stroke, remove_stroke
from .segmented import Segmented
from .stroke import segment_stroke

__all__ = [
    "Axes",
    "Segmented",
    "add_stroke",
    "measure_axes",
    "remove_stroke",
    "segment_click",
    "segment_stroke",
]

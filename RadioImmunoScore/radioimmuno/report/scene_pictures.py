"""The pictures of the scene inside the page: axial slices through all lesions, the body in 3D."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from .markup import Markup, element
from .picture import data_uri, scene_jpeg

AXIAL, THREE_D = "axial.png", "3d.png"

_WORDS = {
    AXIAL: (
        "Axial slices through all lesions",
        "Axial CT slices that show every lesion, outlined in the color of its score, with its name and score",
    ),
    THREE_D: (
        "The lesions in the body, in 3D",
        "The body in 3D with every lesion in the color of its score, with its name and score",
    ),
}


def scene_figures(pictures: Mapping[str, str | os.PathLike[str]]) -> Markup | None:
    """A figure for each picture; None when there is none.

    Parameters
    ----------
    pictures : `AXIAL`, `THREE_D` -> file
    """
    figures = [_figure(name, Path(pictures[name])) for name in _WORDS if name in pictures]
    return element("div", figures, class_="scene") if figures else None


def _figure(name: str, path: Path) -> Markup:
    caption, alternative = _WORDS[name]
    jpeg, (width, height) = scene_jpeg(path)
    picture = element("img", src=data_uri(jpeg), alt=alternative, width=width, height=height)
    return element("figure", picture, element("figcaption", caption))

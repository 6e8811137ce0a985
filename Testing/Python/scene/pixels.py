"""Counting colors in rendered pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def around(picture: np.ndarray, place: tuple[int, int], radius: int) -> np.ndarray:
    """The square of a picture around a pixel (row, column), cut at the border."""
    row, column = place
    return picture[max(0, row - radius) : row + radius + 1, max(0, column - radius) : column + radius + 1]


def countColor(picture: np.ndarray, color: Sequence[float], tolerance: int = 8) -> int:
    """How many pixels have this color (0 to 1 a channel)."""
    difference = np.abs(picture.astype(int) - np.round(np.array(color) * 255).astype(int))
    return int((difference.max(axis=-1) <= tolerance).sum())


def countHue(picture: np.ndarray, color: Sequence[float], cosine: float = 0.97) -> int:
    """How many pixels have the hue of this color, however shaded or veiled.

    The hue is the direction of a color away from gray; pixels near to gray have none.
    """
    wanted = np.array(color) - np.mean(color)
    chroma = picture.astype(float) / 255
    chroma -= chroma.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(chroma, axis=-1)
    along = chroma @ wanted / np.linalg.norm(wanted)
    return int(((length > 0.08) & (along >= cosine * length)).sum())

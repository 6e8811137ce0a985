"""A part of an image as gray values, and outlines to draw on top of it."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image
from ..geometry.outline import outlines
from .view import View
from .window import SOFT_TISSUE, Window

# The CT's own voxels are stored, and enlarged by who shows them; of large windows as many as can be seen.
MOST_PIXELS = 200
JPEG_QUALITY = 85

# Of a picture of the scene, which is many panels.
SCENE_PIXELS = 1600

# Outlines are in tenths of a millimetre: a tenth of a CT's finest voxel is less than a line is wide.
UNITS_A_MM = 10

# Halves are rounded up, also those that the last digits of a file's geometry have made a little less.
HALF = 0.5 + 1e-6


@dataclass(frozen=True)
class Gray:
    """Gray values, (rows, columns) uint8, and where they lie: mm from the window's upper left corner."""

    values: np.ndarray
    x: float
    y: float
    width: float
    height: float


def gray_of(image: Image, view: View, window: Window = SOFT_TISSUE) -> Gray:
    """The image's voxels that reach into the view, in a window of values; beyond the image as the lowest."""
    box, plane = view.box, view.plane
    values = np.full(box.shape, window.gray(np.array(np.nan)), np.uint8)
    part = image.crop(box)
    values[part.box.slices_in(box)] = window.gray(part.values)
    section = np.take(values, 0, axis=plane.across)
    if plane.upward:
        section = section[::-1]
    ends = np.array([box.start, box.stop], float) - 0.5
    corners = view.place(ends)
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    return Gray(section, float(left), float(top), float(right - left), float(bottom - top))


def jpeg_of(gray: np.ndarray) -> bytes:
    """Gray values as JPEG, made smaller where there are more than can be seen.

    Parameters
    ----------
    gray : ndarray of uint8, shape (rows, columns)

    Returns
    -------
    bytes
    """
    from PIL import Image as Pillow

    picture = Pillow.fromarray(np.ascontiguousarray(gray))
    rows, columns = gray.shape
    if max(rows, columns) > MOST_PIXELS:
        size = (min(columns, MOST_PIXELS), min(rows, MOST_PIXELS))
        picture = picture.resize(size, Pillow.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def scene_jpeg(path: str | os.PathLike[str]) -> tuple[bytes, tuple[int, int]]:
    """A picture of the scene from its file, as JPEG that fits a page; and its width and height in pixels."""
    from PIL import Image as Pillow

    with Pillow.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((SCENE_PIXELS, SCENE_PIXELS), Pillow.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue(), picture.size


def data_uri(jpeg: bytes) -> str:
    """The JPEG as an address that needs no file."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def outline_path(mask: Image, view: View) -> str:
    """The mask's outline in the window's plane as SVG path data, in tenths of a mm; empty for none.

    The mask may lie on another lattice than the CT (the ring does): its slice next to the plane is taken.
    """
    across = view.plane.across
    at = round(float(mask.lattice.to_index(view.centre_lps)[across])) - mask.offset[across]
    if not 0 <= at < mask.values.shape[across]:
        return ""
    same = mask.lattice == view.lattice
    corner = [mask.offset[view.plane.down], mask.offset[view.plane.right]]
    parts = []
    for loop in outlines(np.take(mask.values, at, axis=across)):
        index = view.index(loop + corner, at + mask.offset[across])
        points = view.place(index if same else view.lattice.to_index(mask.lattice.to_lps(index)))
        parts.append(_closed_line(np.floor(points * UNITS_A_MM + HALF).astype(int)))
    return "".join(parts)


def projection_path(mask: Image, view: View) -> str:
    """The outline of all of a mask, seen across the window's plane, as `outline_path` gives that of a slice.

    Parameters
    ----------
    mask : Image
        On the view's lattice.
    view : View

    Returns
    -------
    str
    """
    across = view.plane.across
    corner = [mask.offset[view.plane.down], mask.offset[view.plane.right]]
    seen: np.ndarray = np.any(mask.values, axis=across)
    loops = outlines(seen)
    points = (view.place(view.index(loop + corner, view.slice_index)) for loop in loops)
    return "".join(_closed_line(np.floor(line * UNITS_A_MM + HALF).astype(int)) for line in points)


def _closed_line(points: np.ndarray) -> str:
    """Path data of a closed line through whole-numbered points (n, 2), without those on a straight line."""
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    corners = points[turns] if turns.any() else points
    steps = np.diff(corners, axis=0).ravel().tolist()
    x, y = corners[0].tolist()
    return f"M{x} {y}l{' '.join(map(str, steps))}z".replace(" -", "-")

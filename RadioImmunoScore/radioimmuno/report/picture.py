"""A lesion on its axial slice: gray values as PNG, outlines as SVG on top, in millimetres of the patient."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np

from ..image import Box, Image, Lattice
from .contour import outlines

# Soft tissue window, in HU.
WINDOW_WIDTH_HU = 400
WINDOW_LEVEL_HU = 40

MARGIN_MM = 20.0
SMALLEST_SIDE_MM = 60.0
PNG_PIXELS = 420
PNG_COMPRESSION = 3  # a tenth larger than the default level and five times as fast on noise


@dataclass(frozen=True)
class View:
    """A square axial window onto a CT: the patient's right on the left, anterior at the top.

    Parameters
    ----------
    lattice : the CT's lattice in canonical axis order (superior, posterior, left)
    slice_index : the slice that is shown
    centre : (row, column) of the window's centre, continuous array indices
    side_mm : length of a side
    """

    lattice: Lattice
    slice_index: int
    centre: tuple[float, float]
    side_mm: float

    @property
    def centre_lps(self) -> np.ndarray:
        """The window's centre in the patient, LPS mm."""
        return self.lattice.to_lps(np.array([self.slice_index, *self.centre]))

    @property
    def superior_mm(self) -> float:
        """How far up the patient the window's centre lies (the S of RAS coordinates)."""
        return float(self.centre_lps[2])

    def place(self, points: np.ndarray) -> np.ndarray:
        """(x, y) in mm from the window's upper left corner, (n, 2), of points in LPS mm, (n, 3)."""
        rows_columns = self.lattice.to_index(points)[:, 1:] - self.centre
        return (rows_columns * self.lattice.spacing[1:] + self.side_mm / 2)[:, ::-1]


def view_of(image: Image, mask: Image) -> View | None:
    """The window around the slice where a mask is largest; None when it is empty or lies beyond the CT.

    Both images are in canonical axis order.
    """
    areas = np.count_nonzero(mask.values, axis=(1, 2))
    if not areas.any():
        return None
    largest = np.flatnonzero(areas == areas.max())
    at = int(largest[len(largest) // 2])  # the middle one of several: an end slice shows the ring's cap
    box = Box.around(mask.values[at : at + 1], (mask.offset[0] + at, *mask.offset[1:]))
    if box is None:
        return None
    middle = (np.array(box.start) + np.array(box.stop) - 1) / 2
    index = image.lattice.to_index(mask.lattice.to_lps(middle))
    extent_mm = max(n * s for n, s in zip(box.shape[1:], mask.lattice.spacing[1:], strict=True))
    slice_index = round(float(index[0]))
    if not image.box.start[0] <= slice_index < image.box.stop[0]:
        return None
    side_mm = max(SMALLEST_SIDE_MM, extent_mm + 2 * MARGIN_MM)
    return View(image.lattice, slice_index, (float(index[1]), float(index[2])), side_mm)


def outline_path(mask: Image, view: View) -> str:
    """The mask's outline in the window's plane as SVG path data in mm; empty where it does not cross it.

    The mask may lie on another lattice than the CT (the ring does): its slice next to the plane is taken.
    """
    at = round(float(mask.lattice.to_index(view.centre_lps)[0])) - mask.offset[0]
    if not 0 <= at < mask.values.shape[0]:
        return ""
    parts = []
    for loop in outlines(mask.values[at]):
        index = np.column_stack([np.full(len(loop), at), loop]) + mask.offset
        points = view.place(mask.lattice.to_lps(index))
        parts.append("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points.tolist()) + "Z")
    return "".join(parts)


def gray_png(image: Image, view: View) -> bytes:
    """The window's voxels as a square PNG in the soft tissue window; black beyond the CT."""
    from PIL import Image as Pillow

    half = view.side_mm / 2 / np.array(view.lattice.spacing[1:])
    first = np.floor(np.array(view.centre) - half).astype(int)
    last = np.ceil(np.array(view.centre) + half).astype(int) + 1
    box = Box(
        (view.slice_index, int(first[0]), int(first[1])), (view.slice_index + 1, int(last[0]), int(last[1]))
    )
    canvas = np.zeros(box.shape[1:], np.uint8)
    part = image.crop(box)
    where = part.box.shift([-a for a in box.start]).slices[1:]
    canvas[where] = _windowed(part.values[0])
    upper, left = np.array(view.centre) - half - first + 0.5
    lower, right = np.array(view.centre) + half - first + 0.5
    square = Pillow.fromarray(canvas).resize(
        (PNG_PIXELS, PNG_PIXELS), Pillow.Resampling.BICUBIC, box=(left, upper, right, lower)
    )
    stream = io.BytesIO()
    square.save(stream, "PNG", compress_level=PNG_COMPRESSION)
    return stream.getvalue()


def data_uri(png: bytes) -> str:
    """The PNG as an address that needs no file."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _windowed(values: np.ndarray) -> np.ndarray:
    lowest = WINDOW_LEVEL_HU - WINDOW_WIDTH_HU / 2
    share = (values.astype(float) - lowest) / WINDOW_WIDTH_HU
    return np.round(255 * np.nan_to_num(np.clip(share, 0.0, 1.0))).astype(np.uint8)

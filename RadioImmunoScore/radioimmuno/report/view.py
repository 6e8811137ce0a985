"""Where a picture of a lesion looks: a square window on one slice of the CT, as on a reading station."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Box, Image, Lattice, as_index

MARGIN_MM = 20.0
SMALLEST_SIDE_MM = 60.0


@dataclass(frozen=True)
class Plane:
    """A direction of slices, in the CT's canonical axis order (superior, posterior, left).

    Parameters
    ----------
    name : str
        What a person calls it.
    across : int
        The array axis from slice to slice.
    down, right : int
        The array axes along the picture's height and width.
    upward : bool
        Whether the picture's top is at the high end of `down`.
    senses : tuple of str
        The letter of positions above 0 and below, in RAS coordinates.
    letters : tuple of str
        The directions at the picture's left, right, top and bottom.
    first : str
        Where slice 1 is.
    """

    name: str
    across: int
    down: int
    right: int
    upward: bool
    senses: tuple[str, str]
    letters: tuple[str, str, str, str]
    first: str

    def position(self, lps: np.ndarray) -> str:
        """The position of a slice through a point: "S 123.4 mm".

        Parameters
        ----------
        lps : ndarray of float, shape (3,), LPS mm

        Returns
        -------
        str
        """
        millimetres = float(lps[2 - self.across]) * (1 if self.across == 0 else -1)
        return position_words(self.senses, millimetres)


AXIAL = Plane("Axial", 0, 1, 2, False, ("S", "I"), ("R", "L", "A", "P"), "at the feet")
CORONAL = Plane("Coronal", 1, 0, 2, True, ("A", "P"), ("R", "L", "S", "I"), "in front")
SAGITTAL = Plane("Sagittal", 2, 0, 1, True, ("R", "L"), ("A", "P", "S", "I"), "at the patient's right")
PLANES = (AXIAL, CORONAL, SAGITTAL)


@dataclass(frozen=True)
class View:
    """A square window onto a CT.

    Parameters
    ----------
    lattice : Lattice
        The CT's, in canonical axis order.
    plane : Plane
    slice_index : int
        The slice that is shown.
    centre : tuple of float
        Continuous array indices of the window's centre along the plane's `down` and `right`.
    side_mm : float
        Length of a side.
    """

    lattice: Lattice
    plane: Plane
    slice_index: int
    centre: tuple[float, float]
    side_mm: float

    @property
    def spacing(self) -> tuple[float, float]:
        """Distance of voxels along the picture's height and width, mm."""
        return self.lattice.spacing[self.plane.down], self.lattice.spacing[self.plane.right]

    @property
    def centre_lps(self) -> np.ndarray:
        """The window's centre in the patient, LPS mm, shape (3,)."""
        return self.lattice.to_lps(self.index(np.array([self.centre]), self.slice_index)[0])

    @property
    def box(self) -> Box:
        """The voxels of the slice that reach into the window; they may lie beyond the CT."""
        half = self.side_mm / 2 / np.array(self.spacing)
        first = np.floor(np.array(self.centre) - half + 0.5).astype(int)
        last = np.ceil(np.array(self.centre) + half + 0.5).astype(int)
        start, stop = self.index(np.stack([first, last]), self.slice_index).astype(int).tolist()
        stop[self.plane.across] += 1
        return Box(as_index(start), as_index(stop))

    @property
    def place_words(self) -> str:
        """Where the slice can be found again: "S 123.4 mm, slice 57 of 134"."""
        count = self.lattice.shape[self.plane.across]
        return f"{self.plane.position(self.centre_lps)}, slice {self.slice_index + 1} of {count}"

    def index(self, down_right: np.ndarray, across: float) -> np.ndarray:
        """Array indices of places in the plane.

        Parameters
        ----------
        down_right : ndarray of float, shape (n, 2), indices along `down` and `right`
        across : float, index across the plane

        Returns
        -------
        ndarray of float, shape (n, 3)
        """
        index = np.full((len(down_right), 3), across, float)
        index[:, self.plane.down], index[:, self.plane.right] = down_right[:, 0], down_right[:, 1]
        return index

    def place(self, index: np.ndarray) -> np.ndarray:
        """Places in the window of array indices.

        Parameters
        ----------
        index : ndarray of float, shape (n, 3)

        Returns
        -------
        ndarray of float, shape (n, 2), x and y in mm from the upper left corner
        """
        down, right = index[:, self.plane.down], index[:, self.plane.right]
        height = (down - self.centre[0]) * self.spacing[0] * (-1 if self.plane.upward else 1)
        width = (right - self.centre[1]) * self.spacing[1]
        return np.stack([width, height], axis=1) + self.side_mm / 2


def views_of(image: Image, mask: Image) -> Iterator[View]:
    """An axial, a coronal and a sagittal window of one size, each on the slice where a mask is largest.

    None where the mask is empty or the slice lies beyond the CT. Both images are in canonical axis order.
    """
    box = Box.around(mask.values, mask.offset)
    if box is None:
        return
    spans = [n * s for n, s in zip(box.shape, mask.lattice.spacing, strict=True)]
    side_mm = max(SMALLEST_SIDE_MM, max(spans) + 2 * MARGIN_MM)
    for plane in PLANES:
        middle = middle_of_largest(mask, plane)
        index = image.lattice.to_index(mask.lattice.to_lps(middle))
        at = round(float(index[plane.across]))
        if image.box.start[plane.across] <= at < image.box.stop[plane.across]:
            centre = float(index[plane.down]), float(index[plane.right])
            yield View(image.lattice, plane, at, centre, side_mm)


def position_words(senses: tuple[str, str], millimetres: float) -> str:
    """A position as reading stations write it: "S 123.4 mm", "I 20.0 mm"."""
    return f"{senses[0] if millimetres >= 0 else senses[1]} {abs(millimetres):.1f} mm"


def middle_of_largest(mask: Image, plane: Plane) -> np.ndarray:
    """The middle of a mask in the slice where it is largest; of several the middle one.

    An end slice would show the cap of the ring.

    Parameters
    ----------
    mask : Image
        Bool Image in canonical axis order, not empty.
    plane : Plane

    Returns
    -------
    ndarray of float64, shape (3,), indices of the mask's lattice
    """
    areas = np.count_nonzero(mask.values, axis=(plane.down, plane.right))
    largest = np.flatnonzero(areas == areas.max())
    at = int(largest[len(largest) // 2])
    section = np.take(mask.values, at, axis=plane.across)
    middle = np.empty(3)
    middle[plane.across] = at
    for axis, others in ((plane.down, 1), (plane.right, 0)):
        hit = np.flatnonzero(section.any(axis=others))
        middle[axis] = (hit[0] + hit[-1]) / 2
    return middle + mask.offset

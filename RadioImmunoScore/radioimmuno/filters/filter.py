"""What all filters have in common: how many dimensions they act in, the boundary, how far they reach."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ..findings import Refusal, SettingsError
from ..memory import require_memory
from ..numbers import is_whole_number
from ..setting_fields import invalid
from ..thresholds import MAX_UNEQUAL_SPACING_SHARE
from .boundary import MIRROR, Boundary

Index = tuple[int, int, int]
Triple = tuple[float, float, float]
# A part of an image, as slices along (k, j, i) with both ends.
Window = tuple[slice, slice, slice]

IN_SLICES, IN_SPACE = 2, 3

# What filtering takes at once, in arrays of doubles (ours, an upper bound for a boundary that is no padding).
WORKING_ARRAYS = 5
DOUBLE_BYTES = 8

# Array axes (k, j, i) that a filter acts along; in slices the first one is left alone.
_AXES = {IN_SLICES: (1, 2), IN_SPACE: (0, 1, 2)}


@dataclass(frozen=True, kw_only=True)
class Filter(ABC):
    """A filter: its parameters. What is in mm keeps its size on every grid, all else counts voxels.

    Parameters
    ----------
    dimensions : int, optional
        3, or 2 for slice by slice: the slices are those of the first array axis.
    boundary : Boundary, optional
    """

    dimensions: int = IN_SPACE
    boundary: Boundary = MIRROR

    def __post_init__(self) -> None:
        if not is_whole_number(self.dimensions, min(_AXES), max(_AXES)):
            raise invalid("filter.dimensions", "must be 2 (slice by slice) or 3")
        if not isinstance(self.boundary, Boundary):
            raise invalid("filter.boundary", "must be a boundary condition")

    @abstractmethod
    def reach(self, voxel_mm: float) -> int:
        """How far away, in voxels, a voxel still counts.

        Parameters
        ----------
        voxel_mm : float
        """

    @abstractmethod
    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)

        Returns
        -------
        ndarray of float64, shape (k, j, i)
            Of the window.
        """

    @property
    def is_signed(self) -> bool:
        """Whether responses lie around 0, on both sides: that of an even image is 0."""
        return False

    @property
    def is_local(self) -> bool:
        """Whether a crop with the filter's margin gives the same response as the whole image."""
        return self.boundary.kind != "periodic"

    @property
    def axes(self) -> tuple[int, ...]:
        """The array axes that it acts along."""
        return _AXES[self.dimensions]

    def voxel_mm(self, spacing: Triple) -> float:
        """The size of a voxel along the axes that the filter acts along.

        Parameters
        ----------
        spacing : tuple of float, (k, j, i), mm

        Raises
        ------
        SettingsError
            `filter.anisotropic` where it is not one size.
        """
        sizes = [spacing[axis] for axis in self.axes]
        if max(sizes) > (1 + MAX_UNEQUAL_SPACING_SHARE) * min(sizes):
            where = "in three dimensions" if self.dimensions == IN_SPACE else "in a slice"
            raise SettingsError(
                "filter.anisotropic",
                f"A filter {where} needs voxels of one size, and these have "
                f"{' x '.join(f'{size:.3g}' for size in sizes)} mm. Resample to an isotropic spacing.",
            )
        return float(sizes[0])

    def margin(self, spacing: Triple) -> Index:
        """So many voxels around a region make the response inside it independent of what lies further away.

        But for rounding in double precision where the kernel ends there; where it has no end (Simoncelli,
        Riesz) to `DISTANT_SHARE` of module `spectral`. Not at all for filters that are not `is_local`.

        Parameters
        ----------
        spacing : tuple of float, (k, j, i), mm

        Returns
        -------
        tuple of int, (k, j, i)
        """
        reach = self.reach(self.voxel_mm(spacing))
        k, j, i = (reach if axis in self.axes else 0 for axis in range(3))
        return k, j, i

    def response(self, image: np.ndarray, spacing: Triple, window: Window | None = None) -> np.ndarray:
        """The response map.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        spacing : tuple of float, (k, j, i), mm
        window : tuple of slice, (k, j, i), optional
            The part of the image whose response is wanted; all of it by default.

        Returns
        -------
        ndarray of float64, shape (k, j, i)
            Of the image or the window.

        Raises
        ------
        SettingsError
            `filter.anisotropic` where voxels are not of one size.
        Refusal
            `filter.too_large` where the filter reaches further than the image is wide; `filter.non_finite`
            where a voxel is not a number; `settings.too_large` where memory does not suffice.
        """
        self.require_room(image.shape, spacing)
        return self.filtered(usable(image), self.voxel_mm(spacing), bounded(window, image.shape))

    def require_room(self, shape: tuple[int, ...], spacing: Triple) -> None:
        """Refuse an image that is smaller than the filter's reach.

        Parameters
        ----------
        shape : tuple of int, (k, j, i)
        spacing : tuple of float, (k, j, i), mm

        Raises
        ------
        Refusal
            `filter.too_large`: most of a response would come from voxels that were made up at the border.
        """
        size = self.voxel_mm(spacing)
        needed = self.least_size(size)
        for axis in self.axes:
            if shape[axis] < needed:
                raise Refusal(
                    "filter.too_large",
                    f"The filter needs an image of at least {needed} voxels ({needed * size:.3g} mm) along "
                    f"each axis, and this one has {shape[axis]} ({shape[axis] * size:.3g} mm). Choose a "
                    "smaller filter, or an image that shows more around the lesion.",
                )

    def has_room(self, shape: tuple[int, ...], spacing: Triple) -> bool:
        """Whether an image is as large as `require_room` asks for.

        Parameters
        ----------
        shape : tuple of int, (k, j, i)
        spacing : tuple of float, (k, j, i), mm

        Raises
        ------
        SettingsError
            `filter.anisotropic` where voxels are not of one size.
        """
        needed = self.least_size(self.voxel_mm(spacing))
        return all(shape[axis] >= needed for axis in self.axes)

    def least_size(self, voxel_mm: float) -> int:
        """The smallest image, in voxels, along each axis: nothing is mirrored or repeated twice.

        Parameters
        ----------
        voxel_mm : float
        """
        return max(1, self.reach(voxel_mm))


def usable(image: np.ndarray) -> np.ndarray:
    """An image that can be filtered, as precise as it is: a filter makes it double part by part.

    Parameters
    ----------
    image : ndarray of float, shape (k, j, i)

    Returns
    -------
    ndarray of float, shape (k, j, i)

    Raises
    ------
    Refusal
        `filter.non_finite`, `settings.too_large`.
    """
    require_memory(WORKING_ARRAYS * DOUBLE_BYTES * image.size, "Filtering the image")
    values = np.asarray(image)
    if not np.isfinite(values).all():
        count = int(np.count_nonzero(~np.isfinite(values)))
        raise Refusal(
            "filter.non_finite",
            f"{count} voxels in or around the lesion are not numbers, and a filter's response has a part of "
            "each. Export the image again, or measure it without filters.",
        )
    return values


def bounded(window: Window | None, shape: tuple[int, ...]) -> Window:
    """A window with both ends on each axis; all of an image where there is none.

    Parameters
    ----------
    window : tuple of slice, (k, j, i), or None
    shape : tuple of int, (k, j, i)

    Examples
    --------
    >>> bounded((slice(2), slice(1, -1), slice(None)), (5, 6, 7))
    (slice(0, 2, None), slice(1, 5, None), slice(0, 7, None))
    """
    if window is None:
        return whole(shape)
    k, j, i = (slice(*part.indices(size)[:2]) for part, size in zip(window, shape, strict=True))
    return k, j, i


def whole(shape: tuple[int, ...]) -> Window:
    """The window that is all of an image.

    Parameters
    ----------
    shape : tuple of int, (k, j, i)
    """
    k, j, i = (slice(0, size) for size in shape)
    return k, j, i


def grown(window: Window, margin: int, shape: tuple[int, ...], axes: tuple[int, ...]) -> Window:
    """A window with so many voxels more along some axes, as far as there are voxels.

    Parameters
    ----------
    window : tuple of slice, (k, j, i)
    margin : int
    shape : tuple of int, (k, j, i)
    axes : tuple of int
    """
    k, j, i = (
        slice(max(0, part.start - margin), min(size, part.stop + margin)) if axis in axes else part
        for axis, (part, size) in enumerate(zip(window, shape, strict=True))
    )
    return k, j, i


def inside(window: Window, outer: Window) -> Window:
    """A window as seen from an outer one that holds it.

    Parameters
    ----------
    window, outer : tuple of slice, (k, j, i)
    """
    k, j, i = (
        slice(part.start - around.start, part.stop - around.start)
        for part, around in zip(window, outer, strict=True)
    )
    return k, j, i

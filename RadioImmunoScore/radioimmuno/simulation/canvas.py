"""Where a simulated patient is painted: a box of voxels with the place of each in the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AIR_HU = -1000.0
# More than the warp of a patient as drawn moves anything.
WARP_MARGIN_MM = 10.0

Point = tuple[float, float, float]  # (x, y, z), LPS mm
Places = tuple[np.ndarray, np.ndarray, np.ndarray]  # z, y, x of many points, of shapes that broadcast


@dataclass(frozen=True, eq=False)
class Canvas:
    """A box of voxels to paint on.

    Parameters
    ----------
    axes : tuple of 3 ndarrays, shapes (nk,), (nj,), (ni,)
        z, y and x of the voxel centres, LPS mm.
    level : ndarray, shape (nk, 1, 1)
        Z of the slices, LPS mm.
    z, y, x : ndarray, shape (nk, nj, ni)
        Place of each voxel in the anatomy: its LPS mm, bent by the patient's own warp.
    wall : ndarray, shape (nk, nj, ni)
        Signed distance in mm to the inner surface of the chest and abdominal wall.
    grain : ndarray, shape (nk, nj, ni)
        Fine unevenness of soft tissue, unit variance.
    hu : ndarray, shape (nk, nj, ni)
        What was painted so far; the only thing that changes.
    edge_mm : float
        Width over which a surface goes from outside to inside.
    margin_mm : float
        More than the patient's warp moves anything.
    """

    axes: tuple[np.ndarray, np.ndarray, np.ndarray]
    level: np.ndarray
    z: np.ndarray
    y: np.ndarray
    x: np.ndarray
    wall: np.ndarray
    grain: np.ndarray
    hu: np.ndarray
    edge_mm: float
    margin_mm: float = WARP_MARGIN_MM

    @property
    def anatomy(self) -> Places:
        """Place of each voxel in the anatomy."""
        return self.z, self.y, self.x

    @property
    def room(self) -> Places:
        """Place of each voxel in space, LPS mm, as an open grid."""
        z, y, x = self.axes
        return z[:, None, None], y[:, None], x

    def within(self, low: Point, high: Point) -> Canvas | None:
        """The part of the canvas (views) in a box of LPS mm, or None when no voxel lies there."""
        ends = zip(self.axes, low[::-1], high[::-1], strict=True)
        cut = tuple(slice(*np.searchsorted(axis, (a, b))) for axis, a, b in ends)
        if self.hu[cut].size == 0:
            return None
        z, y, x = (axis[s] for axis, s in zip(self.axes, cut, strict=True))
        voxels = {name: getattr(self, name)[cut] for name in ("z", "y", "x", "wall", "grain", "hu")}
        level = self.level[cut[0]]
        return Canvas((z, y, x), level, **voxels, edge_mm=self.edge_mm, margin_mm=self.margin_mm)

    def cover(self, distance: np.ndarray) -> np.ndarray:
        """How much (0 to 1) of each voxel lies inside a surface, from the signed distance in mm.

        Parameters
        ----------
        distance : ndarray, shape (nk, nj, ni)
            Signed distance to the surface, mm.
        """
        return np.clip(0.5 - distance / self.edge_mm, 0.0, 1.0)

    def paint(self, distance: np.ndarray, hu: float | np.ndarray) -> np.ndarray:
        """Fill the inside of a surface; gives back how much of each voxel was filled.

        Parameters
        ----------
        distance : ndarray, shape (nk, nj, ni)
            Signed distance to the surface, mm.
        hu : float or ndarray, shape (nk, nj, ni)
            To paint inside.
        """
        filled = self.cover(distance)
        self.blend(filled, hu)
        return filled

    def blend(self, share: np.ndarray, hu: float | np.ndarray) -> None:
        """Replace a share (0 to 1) of each voxel's content.

        Parameters
        ----------
        share : ndarray, shape (nk, nj, ni)
            0 keeps what is there, 1 takes the new.
        hu : float or ndarray, shape (nk, nj, ni)
            The new.
        """
        self.hu[...] += share * (hu - self.hu)


def ellipsoid(canvas: Canvas, centre: Point, radii: Point) -> np.ndarray:
    """Signed distance (mm, exact along the shortest axis) to an ellipsoid along the patient's axes."""
    u = (canvas.x - centre[0]) / radii[0]
    v = (canvas.y - centre[1]) / radii[1]
    w = (canvas.z - centre[2]) / radii[2]
    return (np.sqrt(u * u + v * v + w * w) - 1.0) * min(radii)


def ellipsoid_box(centre: Point, radii: Point, margin_mm: float) -> tuple[Point, Point]:
    """Corners of a box (LPS mm) that holds an ellipsoid and a margin around it."""
    x, y, z = centre
    a, b, c = (r + margin_mm for r in radii)
    return (x - a, y - b, z - c), (x + a, y + b, z + c)


def tube(at: Places, start: Point, end: Point, radii: tuple[float, float]) -> np.ndarray:
    """Signed distance (mm, shape of the places) to a round-ended tube of a radius at either end."""
    ax, ay, az = start
    dx, dy, dz = (b - a for a, b in zip(start, end, strict=True))
    pz, py, px = at[0] - az, at[1] - ay, at[2] - ax
    along = np.clip((px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz), 0.0, 1.0)
    off = np.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2 + (pz - along * dz) ** 2)
    return off - (radii[0] + along * (radii[1] - radii[0]))

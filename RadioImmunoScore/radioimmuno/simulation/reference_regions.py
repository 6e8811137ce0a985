"""Where the uptake of normal tissue is measured in a simulated patient: liver, blood pool and muscle.

A sphere of 3 cm in the right lobe of the liver, a piece of the descending aorta and of the muscle of the
back: drawn clear of lesions and of what is hotter beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Box, Image, Lattice
from ..lesion import Lesion
from .body import liver, open_canvas, probe, skin
from .canvas import Canvas, Point, ellipsoid, tube
from .organs import AORTA, GALLBLADDER
from .patient import Plan
from .tumors import Tumor

LIVER, BLOOD_POOL, MUSCLE = "liver", "blood_pool", "muscle"
LEAST_CC = 1.0
CLEAR_MM = 6.0  # from a region to another organ and to a lesion: about the blur of a PET
REACH_MM = 30.0  # no region but the aorta's reaches farther from its centre

LIVER_RADIUS_MM = 15.0
LIVER_CLEAR_MM = 9.0  # to lesions, along the line to their centre: the surface may be nearer than on it
LIVER_CORNERS, LIVER_STEP_MM = ((-130.0, -70.0, -110.0), (-20.0, 60.0, 0.0)), 6.0
DESCENDING = AORTA[4][0], AORTA[5][0]  # the aorta in the chest, above the diaphragm
BLOOD_RADIUS_MM, BLOOD_Z_MM = 6.0, (25.0, 75.0)
MUSCLE_PLACE, MUSCLE_RADII_MM = (54.0, 90.0, -112.0), (15.0, 16.0, 22.0)
WALL_MM = 5.0


@dataclass(frozen=True)
class _Region:
    """A region's id, two corners (LPS mm) around it, and the signed distance to its surface."""

    id: str
    corners: tuple[Point, Point]
    distance: Callable[[Canvas], np.ndarray]


def reference_regions(plan: Plan, lattice: Lattice) -> list[Lesion]:
    """Regions of normal tissue, drawn on a lattice.

    Parameters
    ----------
    plan : Plan
        The patient.
    lattice : Lattice
        Along +z, +y, +x, as those of the CT and the PET are.

    Returns
    -------
    list of Lesion
        With the ids `LIVER`, `BLOOD_POOL` and `MUSCLE`; one that finds no cc between the lesions is left out.
    """
    drawn = []
    for region in (*_in_liver(plan), _in_aorta(), _in_muscle(plan)):
        canvas = open_canvas(plan.body, lattice.window(box := _box(lattice, region.corners)), 1.0)
        inside = region.distance(canvas) <= 0
        for tumor in plan.tumors:
            inside &= tumor.distance(canvas.axes) > CLEAR_MM
        mask = Image(inside, lattice, box.start).trimmed()
        drawn.append(Lesion(region.id, f"{region.id.replace('_', ' ').capitalize()} reference", mask))
    return [region for region in drawn if region.volume_cc >= LEAST_CC]


def _in_liver(plan: Plan) -> list[_Region]:
    """The sphere, as far from lesions as it can be; none where it has no room."""
    steps = [np.arange(low, high, LIVER_STEP_MM) for low, high in zip(*LIVER_CORNERS, strict=True)]
    points = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 3)
    at = probe(plan.body, points)
    gallbladder = ellipsoid(at, *GALLBLADDER)
    fits = (liver(at) < -LIVER_RADIUS_MM - CLEAR_MM) & (gallbladder > LIVER_RADIUS_MM + CLEAR_MM)
    apart = _apart(points, plan.tumors) - LIVER_RADIUS_MM - LIVER_CLEAR_MM
    fits &= apart > 0
    if not fits.any():
        return []
    x, y, z = points[np.argmax(np.where(fits, apart, 0.0))].tolist()

    def distance(canvas: Canvas) -> np.ndarray:
        at_z, at_y, at_x = canvas.room
        return np.sqrt((at_x - x) ** 2 + (at_y - y) ** 2 + (at_z - z) ** 2) - LIVER_RADIUS_MM

    return [_Region(LIVER, _around((x, y, z)), distance)]


def _in_aorta() -> _Region:
    def distance(canvas: Canvas) -> np.ndarray:
        inside = tube(canvas.anatomy, *DESCENDING, (BLOOD_RADIUS_MM, BLOOD_RADIUS_MM))
        low, high = BLOOD_Z_MM
        return np.maximum(inside, np.maximum(low - canvas.z, canvas.z - high))

    (x, y, _), (low, high) = DESCENDING[1], BLOOD_Z_MM
    corners = (x - REACH_MM, y - REACH_MM, low - REACH_MM), (x + REACH_MM, y + REACH_MM, high + REACH_MM)
    return _Region(BLOOD_POOL, corners, distance)


def _in_muscle(plan: Plan) -> _Region:
    """Behind the kidneys and below the ribs, on the side that is farther from lesions."""
    x, y, z = MUSCLE_PLACE
    sides = np.array([(x, y, z), (-x, y, z)])
    place = sides[np.argmax(_apart(sides, plan.tumors))]
    centre: Point = (float(place[0]), y, z)

    def distance(canvas: Canvas) -> np.ndarray:
        under_skin = skin(plan.body, canvas) + 2.0 + plan.body.fat_mm
        between = np.maximum(under_skin, -canvas.wall) + WALL_MM
        return np.maximum(ellipsoid(canvas, centre, MUSCLE_RADII_MM), between)

    return _Region(MUSCLE, _around(centre), distance)


def _apart(points: np.ndarray, tumors: tuple[Tumor, ...]) -> np.ndarray:
    """How far (mm) points are from the nearest lesion's surface, along the line to its centre."""
    apart = np.full(len(points), np.inf)
    for tumor in tumors:
        apart = np.minimum(apart, tumor.distance_at(points[:, ::-1]))
    return apart


def _around(centre: Point) -> tuple[Point, Point]:
    x, y, z = centre
    return (x - REACH_MM, y - REACH_MM, z - REACH_MM), (x + REACH_MM, y + REACH_MM, z + REACH_MM)


def _box(lattice: Lattice, corners: tuple[Point, Point]) -> Box:
    low, high = (lattice.to_index(np.array(corner)) for corner in corners)
    first, last = np.floor(low).astype(int), np.ceil(high).astype(int) + 1
    box = Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))
    return box.intersect(Box.whole(lattice.shape))

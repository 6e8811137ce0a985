"""Where in a simulated body a lesion of a given site and size can grow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..lesion import Site
from .body import RIB_PERIOD_MM, VERTEBRA_PERIOD_MM, Body, liver, lungs, probe, skin
from .canvas import Canvas, Point
from .skeleton import SPINE_Y_MM

NODE_STATIONS: tuple[Point, ...] = (
    (-18, 0, 92),  # right paratracheal
    (4, 32, 62),  # subcarinal
    (22, -14, 100),  # aortopulmonary window
    (24, 32, -92),  # left para-aortic
    (-4, 14, -118),  # between the great abdominal vessels
    (4, -34, -112),  # mesenteric
    (-36, 14, 66),  # right hilar
)
STATION_SPREAD_MM = 7.0
GAP_MM = 12.0  # between the surfaces of two lesions: more than two rings
BULGE = 1.35  # how far a surface usually reaches from the centre, in radii
BATCH = 2000
BATCHES = 10


def sample_lung(rng: np.random.Generator, body: Body, count: int, right: bool) -> np.ndarray:
    """Points (n, 3) inside one lung, at most `count`."""
    points = rng.uniform((-150, -100, -60), (0, 100, 185), (12 * count, 3))
    points[:, 0] *= 1 if right else -1
    return points[lungs(probe(body, points)) < -5][:count]


def sample_liver(rng: np.random.Generator, body: Body, count: int) -> np.ndarray:
    """Points (n, 3) inside the liver, at most `count`."""
    points = rng.uniform((-150, -100, -130), (60, 90, 10), (12 * count, 3))
    return points[liver(probe(body, points)) < -7][:count]


def find_place(
    rng: np.random.Generator,
    body: Body,
    site: Site,
    radius_mm: float,
    taken: Sequence[tuple[Point, float]],
    half_height_mm: float,
) -> Point | None:
    """A centre for a lesion of this radius, clear of those (centre, radius) already there, or None."""
    for _ in range(BATCHES):
        points = _candidates(rng, body, site, radius_mm)
        fits = np.abs(points[:, 2]) < half_height_mm - BULGE * radius_mm - GAP_MM
        for centre, radius in taken:
            clear_mm = BULGE * (radius + radius_mm) + GAP_MM
            fits &= ((points - centre) ** 2).sum(axis=1) > clear_mm**2
        if fits.any():
            x, y, z = (float(v) for v in points[np.argmax(fits)])
            return x, y, z
    return None


def _candidates(rng: np.random.Generator, body: Body, site: Site, radius_mm: float) -> np.ndarray:
    if site is Site.LYMPH_NODE:
        stations = np.array(NODE_STATIONS, float)[rng.integers(len(NODE_STATIONS), size=BATCH)]
        return stations + rng.normal(0, STATION_SPREAD_MM, (BATCH, 3))
    points = rng.uniform((-170, -115, -180), (170, 115, 170), (BATCH, 3))
    at = probe(body, points)
    if site is Site.LUNG:
        return points[lungs(at) < -0.8 * radius_mm]
    if site is Site.LIVER:
        return points[liver(at) < -0.75 * radius_mm]
    if site is Site.SOFT_TISSUE:
        deep = skin(body, at) < -1.3 * radius_mm - 4
        return points[deep & (at.wall > 0.55 * radius_mm) & (np.abs(at.x) > 40)]
    return points[_in_vertebra(body, at) | _in_rib(at, radius_mm)]


def _in_vertebra(body: Body, at: Canvas) -> np.ndarray:
    from_middle = np.mod(at.z - body.vertebra_phase_mm, VERTEBRA_PERIOD_MM) - VERTEBRA_PERIOD_MM / 2
    return (np.abs(from_middle) < 5) & (np.hypot(at.x, at.y - SPINE_Y_MM) < 9)


def _in_rib(at: Canvas, radius_mm: float) -> np.ndarray:
    from_middle = np.mod(at.z - 0.55 * (at.y - 60), RIB_PERIOD_MM) - RIB_PERIOD_MM / 2
    inside = (np.abs(from_middle) < 3) & (np.abs(at.wall - 6) < 2)
    return inside & (at.y > -30) & (np.abs(at.x) > 60) & (at.z > -40) & (radius_mm < 12)

"""Painting a simulated torso: wall, chest and abdomen, from the outside to the inside."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .body import FAT_PLANE, GAS, Body, heart, liver, lungs, meet, skin
from .canvas import Canvas, Point, ellipsoid, ellipsoid_box, tube
from .skeleton import paint_cage, paint_collarbones, paint_spine
from .vessels import VesselTree, paint_vessels

Path = tuple[tuple[Point, float], ...]  # points and the radius there, mm

AORTA: Path = (
    ((-8, -20, 48), 15),
    ((-14, -14, 88), 15),
    ((-6, -4, 112), 14),
    ((12, 14, 116), 13),
    ((24, 28, 98), 12.5),
    ((23, 26, 0), 11.5),
    ((12, 22, -60), 10.5),
    ((6, 21, -220), 9),
)
SUPERIOR_CAVA: Path = (((-22, -10, 55), 10), ((-27, -8, 120), 9), ((-30, -12, 150), 8))
INFERIOR_CAVA: Path = (((-22, 20, -220), 11), ((-22, 16, -60), 12), ((-20, 4, -2), 12), ((-18, -8, 30), 12))
PULMONARY_TRUNK: Path = (((16, -36, 66), 13), ((14, -14, 82), 13), ((44, 10, 84), 9), ((58, 14, 74), 6))
RIGHT_PULMONARY: Path = (((14, -10, 80), 11), ((-20, 4, 76), 9), ((-48, 8, 68), 6.5))
PORTAL_VEIN: Path = (((4, -2, -84), 6.5), ((-34, -6, -52), 6.5), ((-58, -2, -44), 5))
VESSEL_PATHS = (AORTA, SUPERIOR_CAVA, INFERIOR_CAVA, PULMONARY_TRUNK, RIGHT_PULMONARY)
AIRWAYS: tuple[Path, ...] = (
    (((0, 2, 230), 9), ((0, 4, 140), 8.5), ((0, 14, 98), 8.5)),
    (((0, 14, 98), 7.5), ((-26, 16, 80), 6.5), ((-50, 14, 66), 4)),
    (((0, 14, 98), 7), ((34, 20, 74), 5.5), ((54, 22, 62), 4)),
)
PANCREAS: Path = (((-24, -14, -94), 13), ((4, -8, -84), 9), ((64, 18, -58), 9))
GALLBLADDER: tuple[Point, Point] = ((-48, -38, -84), (15, 19, 24))
HEART_CHAMBERS: tuple[tuple[Point, Point], ...] = (
    ((42, -28, 32), (22, 19, 26)),
    ((8, -50, 34), (24, 13, 26)),
    ((-16, -22, 44), (15, 20, 24)),
    ((8, 0, 60), (27, 14, 18)),
)


def paint_patient(body: Body, trees: tuple[VesselTree, ...], canvas: Canvas) -> None:
    """Paint all of a patient but the lesions; the trees are those of right lung, left lung and liver."""
    _paint_wall(body, canvas)
    belly = canvas.within((-1000, -1000, -1000), (1000, 1000, 25))
    if belly is not None:
        _paint_bowel(body, belly)
        _paint_abdomen(body, belly)
        _paint_liver(body, belly, trees[2])
    _paint_heart(body, canvas)
    chest = canvas.within((-1000, -1000, -130), (1000, 1000, 1000))
    if chest is not None:
        _paint_lungs(body, chest, trees[:2])
    for path in VESSEL_PATHS:
        _paint_path(canvas, path, body.hu["blood"])
    if chest is not None:
        _paint_airways(body, chest)
    paint_cage(body, canvas)
    paint_spine(body, canvas)
    paint_collarbones(body, canvas)


def _paint_wall(body: Body, canvas: Canvas) -> None:
    surface = skin(body, canvas)
    canvas.paint(surface, body.hu["skin"])
    canvas.paint(surface + 2.0, body.hu["fat"] + 4 * canvas.grain)
    canvas.paint(surface + 2.0 + body.fat_mm, body.hu["muscle"] + 4 * canvas.grain)
    # planes of fat part the muscle into layers, here and there
    layer = np.abs(np.mod(canvas.wall, 13.0) - 6.5) - 0.5 - 0.7 * canvas.grain
    canvas.paint(np.maximum(layer, surface + 6 + body.fat_mm), body.hu[FAT_PLANE])
    canvas.paint(canvas.wall, body.hu["fat"] + 5 * canvas.grain)


def _paint_bowel(body: Body, belly: Canvas) -> None:
    # loops taper off under the diaphragm and in front of the spine
    loops = body.bowel.on(*belly.axes).astype(belly.hu.dtype)
    loops -= 0.05 * np.maximum(belly.z + 80, 0) + 0.1 * np.maximum(belly.y - 10, 0)
    room = belly.cover(belly.wall + 7)
    belly.blend(room * np.clip((loops - 0.15) / 0.12, 0, 1), body.hu["bowel_wall"])
    belly.blend(room * np.clip((loops - 0.65) / 0.2, 0, 1), body.hu["bowel"])


def _paint_abdomen(body: Body, belly: Canvas) -> None:
    hu = body.hu
    for side in (-1.0, 1.0):
        _organ(belly, (side * 34, 48, -130), (15, 16, 75), hu["muscle"])  # psoas
        _organ(belly, (side * 62, 42, -108), (27, 26, 54), hu["kidney"])
        _organ(belly, (side * 52, 34, -108), (13, 14, 26), hu["renal_pelvis"])
    _paint_path(belly, PANCREAS, hu["pancreas"])
    _organ(belly, (64, -24, -48), (42, 48, 42), hu["stomach_wall"], wall_gap_mm=3)
    _organ(belly, (64, -24, -48), (37, 43, 37), hu["stomach_fluid"], wall_gap_mm=8)
    _organ(belly, (58, -58, -46), (20, 8, 18), hu[GAS], wall_gap_mm=8)
    _organ(belly, (96, 38, -42), (34, 46, 54), hu["spleen"], wall_gap_mm=4)


def _paint_liver(body: Body, belly: Canvas, tree: VesselTree) -> None:
    hu = body.hu
    inside = belly.paint(liver(belly), hu["liver"] + 3 * belly.grain)
    paint_vessels(belly, tree, 0.3 * hu["liver"] + 0.7 * hu["blood"], inside)
    _organ(belly, *GALLBLADDER, hu["bile"])
    _paint_path(belly, PORTAL_VEIN, 0.3 * hu["liver"] + 0.7 * hu["blood"])


def _paint_heart(body: Body, canvas: Canvas) -> None:
    hu = body.hu
    chest = canvas.within((-60, -105, -25), (100, 40, 110))
    if chest is not None:
        chest.paint(heart(chest), hu["heart_muscle"])
        for centre, radii in HEART_CHAMBERS:
            _organ(chest, centre, radii, 0.2 * hu["heart_muscle"] + 0.8 * hu["blood"])
    _organ(canvas, (-2, 24, 60), (8, 7, 150), hu["muscle"])  # gullet


def _paint_lungs(body: Body, chest: Canvas, trees: tuple[VesselTree, ...]) -> None:
    # gravity: the lung of a patient lying on the back is denser at the back
    inside = chest.paint(lungs(chest), body.hu["lung"] + 0.25 * chest.y + 8 * chest.grain)
    for tree in trees:
        paint_vessels(chest, tree, 0.3 * body.hu["muscle"] + 0.7 * body.hu["blood"], inside)


def _paint_airways(body: Body, chest: Canvas) -> None:
    for path in AIRWAYS:
        _paint_path(chest, tuple((point, radius + 1.6) for point, radius in path), body.hu["airway_wall"])
    for path in AIRWAYS:
        _paint_path(chest, path, body.hu[GAS])


def _organ(canvas: Canvas, centre: Point, radii: Point, hu: float, wall_gap_mm: float | None = None) -> None:
    part = canvas.within(*ellipsoid_box(centre, radii, canvas.margin_mm))
    if part is None:
        return
    distance = ellipsoid(part, centre, radii)
    part.paint(distance if wall_gap_mm is None else meet(distance, part.wall + wall_gap_mm, 6.0), hu)


def _paint_path(canvas: Canvas, path: Path, hu: float) -> None:
    for (start, thick), (end, thin) in pairwise(path):
        reach = max(thick, thin) + canvas.margin_mm
        low = tuple(min(a, b) - reach for a, b in zip(start, end, strict=True))
        high = tuple(max(a, b) + reach for a, b in zip(start, end, strict=True))
        part = canvas.within((low[0], low[1], low[2]), (high[0], high[1], high[2]))
        if part is not None:
            part.paint(tube(part.anatomy, start, end, (thick, thin)), hu)

"""The bones of a simulated torso: ribs, sternum, shoulder blades, spine."""

from __future__ import annotations

import numpy as np

from .body import CANAL, RIB_PERIOD_MM, VERTEBRA_PERIOD_MM, Body
from .canvas import Canvas, tube

SPINE_Y_MM = 46.0
CANAL_Y_MM = 71.0
SPINE_REACH = ((-55.0, 15.0, -1000.0), (55.0, 130.0, 1000.0))


def paint_cage(body: Body, canvas: Canvas) -> None:
    """Ribs, sternum and shoulder blades, all along the chest wall."""
    _paint_ribs(body, canvas)
    chest = canvas.within((-1000, -1000, 5), (1000, 1000, 1000))
    if chest is None:
        return
    sternum = _ellipse(np.abs(chest.x), 20.0, chest.wall - 8, 6.0)
    sternum = np.maximum(sternum, np.maximum(chest.y + 30, 22 - chest.z))
    _paint_bone(body, chest, sternum)
    side = np.abs(chest.x)
    plate = np.abs(chest.wall - 20 - 0.12 * (side - 95)) - 2.6
    blade = np.maximum(plate, np.maximum(np.abs(side - 95) - 0.28 * (chest.z - 30), 15 - chest.y))
    _paint_bone(body, chest, blade)


def _paint_ribs(body: Body, canvas: Canvas) -> None:
    lower_edge = -95 + 0.9 * np.maximum(-canvas.y, 0) + 0.25 * np.abs(canvas.x)
    if canvas.level.max() < lower_edge.min() - 10:
        return
    # ribs run downward from the spine to the front, each one period below the last
    along = canvas.z - 0.55 * (canvas.y - 60)
    offset = np.abs(np.mod(along, RIB_PERIOD_MM) - RIB_PERIOD_MM / 2)
    rib = _ellipse(offset, 6.5, canvas.wall - 6, 4.2)
    rib = np.maximum(rib, lower_edge - canvas.z)
    bony = (canvas.y > -45) & (np.abs(canvas.x) > 12)
    cartilage = (canvas.y <= -45) & (np.abs(canvas.x) > 16)
    _paint_bone(body, canvas, np.where(bony, rib, 10.0))
    canvas.paint(np.where(cartilage, rib, 10.0), body.hu["cartilage"])


def paint_spine(body: Body, canvas: Canvas) -> None:
    """Vertebral bodies, discs, arches with their processes, and the cord in its canal."""
    back = canvas.within(*SPINE_REACH)
    if back is None:
        return
    # where in its period a slice lies: the vertebral body in the middle, half a disc at both ends
    from_middle = np.abs(np.mod(back.z - body.vertebra_phase_mm, VERTEBRA_PERIOD_MM) - VERTEBRA_PERIOD_MM / 2)
    waist = 1.0 + 0.06 * (from_middle / 12) ** 2
    column = _ellipse(back.x, 21.0 * waist, back.y - SPINE_Y_MM, 16.5 * waist)
    back.paint(column - 0.5, body.hu["disc"])
    _paint_bone(body, back, np.maximum(column, from_middle - 12))
    arch = _ellipse(back.x, 14.5, back.y - CANAL_Y_MM, 13.0)
    spinous = _ellipse(back.x, 3.4, back.y - CANAL_Y_MM - 19, 15.0)
    side = _ellipse(np.abs(back.x) - 24, 16.0, back.y - CANAL_Y_MM - 3 - 0.25 * np.abs(back.x), 5.0)
    posterior = np.minimum(np.minimum(arch, spinous), np.maximum(side, np.abs(from_middle - 2) - 6))
    _paint_bone(body, back, np.maximum(posterior, from_middle - 13))
    back.paint(_ellipse(back.x, 9.5, back.y - CANAL_Y_MM, 8.0), body.hu[CANAL])
    back.paint(_ellipse(back.x, 6.5, back.y - CANAL_Y_MM, 5.5), body.hu["spinal_cord"])


def paint_collarbones(body: Body, canvas: Canvas) -> None:
    """Collar bones, in front of the upper chest."""
    for side in (-1.0, 1.0):
        inner, outer = (side * 22, -66.0, 128.0), (side * 105, -30.0, 158.0)
        corner = min(inner[0], outer[0]) - 20, -90.0, 108.0
        part = canvas.within(corner, (corner[0] + 125, -10.0, 178.0))
        if part is not None:
            _paint_bone(body, part, tube(part.anatomy, inner, outer, (7.0, 6.0)))


def _paint_bone(body: Body, canvas: Canvas, distance: np.ndarray) -> None:
    canvas.paint(distance, body.hu["cortex"])
    canvas.paint(distance + 2.2, body.hu["marrow"])


def _ellipse(x: np.ndarray, a: float | np.ndarray, y: np.ndarray, b: float | np.ndarray) -> np.ndarray:
    return (np.sqrt((x / a) ** 2 + (y / b) ** 2) - 1) * np.minimum(a, b)

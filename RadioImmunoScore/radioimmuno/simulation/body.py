"""A simulated torso: its proportions, its tissues' HU, and where its large surfaces run.

LPS millimetres, z = 0 at the top of the diaphragm: chest above, abdomen below. Distances are signed,
inside < 0, and near a surface close enough to the true distance to give it a soft edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..geometry.image import Box, Lattice
from .canvas import AIR_HU, WARP_MARGIN_MM, Canvas
from .fields import WaveField, gaussian_field, swell

# HU without contrast agent, and what the agent adds at 120 kVp in the portal venous phase.
TISSUES: dict[str, tuple[float, float]] = {
    "skin": (5, 10),
    "fat": (-105, 3),
    "muscle": (48, 14),
    "lung": (-860, 10),
    "blood": (42, 125),
    "heart_muscle": (45, 60),
    "liver": (56, 52),
    "spleen": (46, 76),
    "kidney": (34, 135),
    "renal_pelvis": (-40, 40),
    "pancreas": (38, 50),
    "stomach_wall": (38, 40),
    "stomach_fluid": (14, 0),
    "bowel_wall": (38, 42),
    "bowel": (22, 4),
    "bile": (8, 0),
    "airway_wall": (10, 20),
    "marrow": (170, 12),
    "cortex": (620, 0),
    "disc": (85, 0),
    "spinal_cord": (32, 3),
    "cartilage": (110, 5),
}

# Beside the tissues: gas, thin planes of fat in muscle, and the canal around the spinal cord.
GAS, FAT_PLANE, CANAL = "gas", "fat_plane", "canal"
FAT_SHARE = 0.3

# The iodine signal against 120 kVp: the lower the tube voltage, the nearer to the k-edge at 33 keV.
IODINE_SIGNAL = {80: 1.65, 100: 1.25, 120: 1.0, 140: 0.85}

# Of what is painted: enough for HU. Only operations that every machine rounds alike are done in it (no
# transcendental function, no matrix product), so that a seed gives the same voxels everywhere.
PRECISION = np.float32

# Length in mm, SD and number of waves of the fields that a body has.
PATIENT_WAVES = {"grain": (3.5, 1.0, 12), "bowel": (11.0, 1.0, 16)}

RIB_PERIOD_MM = 29.0
VERTEBRA_PERIOD_MM = 30.0


@dataclass(frozen=True, eq=False)
class Body:
    """One patient's proportions and tissues.

    Parameters
    ----------
    half_width, half_depth : float
        Of the trunk at the skin, mm.
    fat_mm : float
        Thickness of the fat under the skin.
    iodine : float
        The patient's iodine signal against an average one at 120 kVp.
    hu : mapping of str to float
        Tissue -> HU in this scan; each of `TISSUES`, and gas, planes of fat and the spinal canal.
    warp : tuple of 3 WaveFields
        Displacement (mm) along z, y and x that makes the anatomy this patient's own.
    grain : WaveField
        Unit-variance field, the fine unevenness of soft tissue.
    bowel : WaveField
        Unit-variance field whose upper parts are bowel loops.
    vertebra_phase_mm : float
        Where along z the vertebrae begin.
    moved_mm : float
        How far at most it was moved since it was drawn, along an axis.
    """

    half_width: float
    half_depth: float
    fat_mm: float
    iodine: float
    hu: Mapping[str, float]
    warp: tuple[WaveField, WaveField, WaveField]
    grain: WaveField
    bowel: WaveField
    vertebra_phase_mm: float
    moved_mm: float = 0.0

    @property
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Two corners, (x, y) in LPS mm, of a column that holds the whole trunk."""
        x, y = 1.08 * self.half_width + 9, self.half_depth + 9
        return (-x, -y), (x, y)


def draw_body(rng: np.random.Generator, kvp: int) -> Body:
    """A random patient, scanned with contrast agent at this tube voltage (80, 100, 120 or 140 kV)."""
    size = rng.uniform(0.94, 1.05)
    iodine = IODINE_SIGNAL[kvp] * rng.uniform(0.8, 1.2)
    return Body(
        half_width=168 * size,
        half_depth=121 * size * rng.uniform(0.97, 1.05),
        fat_mm=rng.uniform(9, 20),
        iodine=iodine,
        hu=tissue_hu(iodine),
        warp=(
            swell(rng, (90, 220), 5.0, 5),
            swell(rng, (90, 220), 5.0, 5),
            swell(rng, (90, 220), 6.0, 5),
        ),
        grain=gaussian_field(rng, *PATIENT_WAVES["grain"]),
        bowel=gaussian_field(rng, *PATIENT_WAVES["bowel"]),
        vertebra_phase_mm=rng.uniform(0, VERTEBRA_PERIOD_MM),
    )


def tissue_hu(iodine: float) -> dict[str, float]:
    """HU of each tissue, with this iodine signal against an average one at 120 kVp."""
    hu = {name: base + iodine * enhancement for name, (base, enhancement) in TISSUES.items()}
    return hu | {GAS: AIR_HU, FAT_PLANE: FAT_SHARE * hu["fat"], CANAL: FAT_SHARE * hu["fat"]}


def open_canvas(body: Body, window: Lattice, edge_mm: float) -> Canvas:
    """A canvas of air for this patient, on a lattice whose array axes run along +z, +y, +x."""
    x0, y0, z0 = window.origin
    starts, steps = (z0, y0, x0), window.spacing
    z, y, x = (a + s * np.arange(n) for a, s, n in zip(starts, steps, window.shape, strict=True))
    dz, dy, dx = (field.on(z, y, x) for field in body.warp)
    at_z, at_y, at_x = (
        (d + axis).astype(PRECISION) for d, axis in ((dz, z[:, None, None]), (dy, y[:, None]), (dx, x))
    )
    level = z[:, None, None].astype(PRECISION)
    return Canvas(
        axes=(z, y, x),
        level=level,
        z=at_z,
        y=at_y,
        x=at_x,
        wall=_cavity(body, level, at_y, at_x),
        grain=body.grain.on(z, y, x).astype(PRECISION),
        hu=np.full(window.shape, AIR_HU, PRECISION),
        edge_mm=edge_mm,
        margin_mm=WARP_MARGIN_MM + body.moved_mm,
    )


def trunk_box(body: Body, lattice: Lattice, box: Box) -> Box:
    """The part of a box of a lattice along +z, +y, +x that holds the trunk: around it there is air."""
    (x0, y0), (x1, y1) = body.corners
    low = lattice.to_index(np.array((x0, y0, 0.0))).astype(int)
    high = lattice.to_index(np.array((x1, y1, 0.0))).astype(int) + 1
    return box.intersect(Box((box.start[0], low[1], low[2]), (box.stop[0], high[1], high[2])))


def probe(body: Body, points: np.ndarray) -> Canvas:
    """Single points (n, 3), (x, y, z) in LPS mm, as a canvas that the surfaces can be asked about.

    Parameters
    ----------
    body : Body
        The anatomy.
    points : ndarray, shape (n, 3)
        (x, y, z) in LPS mm.
    """
    zyx = points[:, ::-1]
    level = zyx[:, 0]
    z, y, x = (zyx[:, axis] + body.warp[axis].at(zyx) for axis in range(3))
    blank = np.zeros(len(points))
    return Canvas(
        axes=(level, zyx[:, 1], zyx[:, 2]),
        level=level,
        z=z,
        y=y,
        x=x,
        wall=_cavity(body, level, y, x),
        grain=blank,
        hu=blank,
        edge_mm=1.0,
    )


def skin(body: Body, at: Canvas) -> np.ndarray:
    """Distance to the skin in mm, shape of the canvas: narrower at the waist, wider at the shoulders."""
    size = np.interp(at.level, [-150, -70, 40, 110, 190], [0.96, 0.94, 1.0, 1.03, 1.08]).astype(at.x.dtype)
    width = body.half_width * size
    return _rounded_box(at.x, at.y, width, body.half_depth)


def _cavity(body: Body, level: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    # the wall's inner surface closes toward the neck
    closing = np.sqrt(np.clip(1 - ((level - 20) / 190) ** 2, 0.12, 1.0))
    narrowing = np.where(level > 20, closing, 1.0)
    width = (body.half_width - body.fat_mm - 24) * narrowing
    depth = (body.half_depth - body.fat_mm - 24) * (0.35 + 0.65 * narrowing)
    return _rounded_box(x, y + 7, width, depth)


def diaphragm(at: Canvas) -> np.ndarray:
    """Height (z, mm) of the diaphragm's domes; the right one stands higher, over the liver."""
    from_top = np.abs(at.x) - 78
    across = 2.2e-3 * from_top**2 + 4e-3 * np.maximum(from_top, 0.0) ** 2
    top = 2 - 6 * np.clip(at.x / 45, -1, 1)
    return top - across - 42 * ((at.y + 12) / 70) ** 2


def heart(at: Canvas, margin_mm: float = 0.0) -> np.ndarray:
    """Distance to the heart's surface in mm, shape of the canvas; pushed outward by a margin."""
    u, v, w = (at.x - 20) / 52, (at.y + 30) / 40, (at.z - 40) / 46
    return (np.sqrt(u * u + v * v + w * w + 0.5 * u * w) - 1) * 40 - margin_mm


def lungs(at: Canvas) -> np.ndarray:
    """Distance to the lungs' surface in mm, shape of the canvas.

    Lungs are the chest less mediastinum, heart and what lies under the diaphragm.
    """
    mediastinum = (np.sqrt(((at.x - 3) / 33) ** 2 + ((at.y - 15) / 100) ** 2) - 1) * 33
    middle = np.minimum(mediastinum, heart(at, 4.0))
    chest = meet(at.wall + 3, (diaphragm(at) - at.z) * 0.7, 6.0)
    return meet(chest, -middle, 10.0)


def liver(at: Canvas) -> np.ndarray:
    """Distance to the liver's surface in mm, shape of the canvas."""
    dome = 3 - 22 * ((at.x + 66) / 90) ** 2 - 42 * ((at.y + 12) / 70) ** 2
    below_dome = (at.z - np.minimum(dome, diaphragm(at) - 4)) * 0.7
    above_edge = (0.78 * (at.x + 112) - 128 - at.z) * 0.79
    before_spine = (at.y - 58 + 0.8 * (at.x + 42)) * 0.78
    distance = meet(at.wall + 4, below_dome, 8.0)
    return meet(meet(distance, above_edge, 22.0), before_spine, 18.0)


def meet(a: np.ndarray, b: np.ndarray, round_mm: float) -> np.ndarray:
    """Distance to what is inside both surfaces; the edge where they meet is rounded.

    Parameters
    ----------
    a, b : ndarray, shape (nk, nj, ni)
        Signed distances in mm.
    round_mm : float
        Width over which the edge is rounded.
    """
    overlap = np.maximum(round_mm - np.abs(a - b), 0.0)
    return np.maximum(a, b) + overlap * overlap / (4 * round_mm)


def _rounded_box(x: np.ndarray, y: np.ndarray, width: np.ndarray, depth: np.ndarray | float) -> np.ndarray:
    # between an ellipse and its bounding box: a trunk's cross-section
    u, v = (x / width) ** 2, (y / depth) ** 2
    both = u + v + 1e-6
    size = np.sqrt(both - 0.85 * u * v / both)
    return np.sqrt(x * x + y * y) * (1 - 1 / size)

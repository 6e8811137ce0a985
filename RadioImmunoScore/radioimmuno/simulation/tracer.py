"""PET tracers of a simulated patient: how much of it each tissue takes up, and how it follows infiltration.

All SUV are parameters of the simulation, of the size that tissues have in such images, and claim nothing:
that uptake follows infiltration is what is simulated, not what was found.

A lesion's living tissue takes up `low + (high - low) x infiltration`, times exp(normal noise): the expected
uptake rises with infiltration, and that of a single lesion is off by the noise. Inside, uptake is uneven, and
tissue that is dead on the CT takes up little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .canvas import Canvas, ellipsoid, ellipsoid_box
from .fields import WaveField, gaussian_field
from .places import GAP_MM, NODE_STATIONS, STATION_SPREAD_MM
from .tumors import REACH, Tumor

LESION_UNEVENNESS, UNEVEN_MM, UNEVEN_WAVES = 0.22, (2.5, 6.0), 48
LESION_STEPS = 40  # of the lattice on which a lesion's means are taken, along each axis
LEAST_SHARE = 0.2  # of a lesion's uptake, wherever it is uneven
DEAD_SHARE, DEAD_EDGE_MM = 0.25, 4.0
# SUV by body weight in an average patient: of FDG, and of an antibody fragment against CD8. The second is
# seen in spleen, marrow and nodes, where such cells live, and in liver and kidneys, which break it down.
TISSUE_SUV: dict[str, tuple[float, float]] = {
    "gas": (0.0, 0.0),
    "skin": (0.5, 0.4),
    "fat": (0.25, 0.2),
    "fat_plane": (0.5, 0.3),
    "muscle": (0.7, 0.5),
    "lung": (0.45, 0.5),
    "blood": (1.7, 1.6),
    "heart_muscle": (2.6, 1.2),
    "liver": (2.2, 5.0),
    "spleen": (1.9, 18.0),
    "kidney": (2.8, 9.0),
    "renal_pelvis": (14.0, 3.0),
    "pancreas": (1.4, 1.0),
    "stomach_wall": (2.0, 1.0),
    "stomach_fluid": (0.4, 0.2),
    "bowel_wall": (1.7, 2.2),
    "bowel": (0.9, 1.4),
    "bile": (0.6, 4.0),
    "airway_wall": (0.9, 0.7),
    "marrow": (1.5, 3.6),
    "cortex": (0.7, 1.0),
    "disc": (0.7, 0.6),
    "cartilage": (0.7, 0.5),
    "spinal_cord": (1.8, 0.5),
    "canal": (0.6, 0.4),
}
NODE_RADII_MM = (4.0, 5.0)
TISSUE_SD = 0.1  # of the logarithm of a tissue's uptake, between patients


@dataclass(frozen=True, eq=False)
class Tracer:
    """What is injected.

    Parameters
    ----------
    name : str
        As a PET's header has it.
    nuclide : str
    half_life_s : float
    suv : mapping of str to float
        Tissue -> SUV by body weight in an average patient.
    node_suv : float
        Of normal lymph nodes, which the CT does not show.
    lesion_suv : tuple of 2 floats
        Of living tissue of a lesion without infiltration, and of one with as much as there can be.
    lesion_sd : float
        Of the logarithm of a lesion's uptake, around what its infiltration says.
    heart_sd : float
        As `TISSUE_SD`, of the heart's muscle.
    dose_mbq_per_kg : float
    uptake_min : float
        From injection to the scan.
    noise : float
        SD of the noise in the liver over its uptake.
    """

    name: str
    nuclide: str
    half_life_s: float
    suv: Mapping[str, float] = field(repr=False)
    node_suv: float
    lesion_suv: tuple[float, float]
    lesion_sd: float
    heart_sd: float
    dose_mbq_per_kg: float
    uptake_min: float
    noise: float


FDG = Tracer(
    name="FDG",
    nuclide="18F",
    half_life_s=6586.2,
    suv={tissue: fdg for tissue, (fdg, _) in TISSUE_SUV.items()},
    node_suv=1.2,
    lesion_suv=(3.8, 14.0),
    lesion_sd=0.12,
    heart_sd=0.45,
    dose_mbq_per_kg=3.7,
    uptake_min=60.0,
    noise=0.10,
)
CD8_IMMUNO_PET = Tracer(
    name="89Zr anti-CD8",
    nuclide="89Zr",
    half_life_s=282_276.0,
    suv={tissue: cd8 for tissue, (_, cd8) in TISSUE_SUV.items()},
    node_suv=9.0,
    lesion_suv=(0.8, 15.0),
    lesion_sd=0.06,
    heart_sd=0.1,
    dose_mbq_per_kg=0.6,
    uptake_min=24 * 60.0,
    noise=0.16,
)


@dataclass(frozen=True, eq=False)
class LesionUptake:
    """The tracer in one lesion.

    Parameters
    ----------
    tumor : Tumor
    suv : float
        Of its living tissue.
    unevenness : WaveField
        Relative, of SD `LESION_UNEVENNESS`, 0 in the lesion's mean.
    """

    tumor: Tumor
    suv: float
    unevenness: WaveField

    def paint(self, canvas: Canvas) -> None:
        """Paint the uptake on a canvas that holds that of the organs, SUV."""
        reach = REACH * self.tumor.radius_mm + canvas.edge_mm
        x, y, z = self.tumor.centre
        part = canvas.within((x - reach, y - reach, z - reach), (x + reach, y + reach, z + reach))
        if part is not None:
            distance = self.tumor.distance(part.axes)
            part.paint(distance, self._inside(part.axes, distance))

    def mean(self) -> float:
        """Mean SUV of the lesion with its dead parts, before anything blurs it."""
        axes, distance = _lesion_lattice(self.tumor)
        return float(self._inside(axes, distance)[distance <= 0].mean())

    def _inside(self, axes: tuple[np.ndarray, np.ndarray, np.ndarray], distance: np.ndarray) -> np.ndarray:
        living = self.suv * np.maximum(1.0 + self.unevenness.on(*axes), LEAST_SHARE)
        depth = -distance - self.tumor.necrosis_depth_mm
        dead = np.clip(depth / DEAD_EDGE_MM + 0.5, 0.0, 1.0)
        return living * (1.0 - (1.0 - DEAD_SHARE) * dead)


def draw_uptake(rng: np.random.Generator, tracer: Tracer, tumor: Tumor) -> LesionUptake:
    """The tracer in a lesion: as its infiltration says, with an error."""
    low, high = tracer.lesion_suv
    expected = low + (high - low) * tumor.infiltration
    suv = float(expected * np.exp(rng.normal(0.0, tracer.lesion_sd)))
    field = gaussian_field(rng, rng.uniform(*UNEVEN_MM), LESION_UNEVENNESS, UNEVEN_WAVES)
    axes, distance = _lesion_lattice(tumor)
    mean = field.on(*axes)[distance <= 0].mean()
    level = WaveField(np.zeros((1, 3)), np.zeros(1), np.array([-mean]))
    return LesionUptake(tumor, suv, field.plus(level))


def _lesion_lattice(tumor: Tumor) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Axes (z, y, x) around a lesion and the signed distance to its surface there, mm."""
    axis = np.linspace(-REACH, REACH, LESION_STEPS) * tumor.radius_mm
    x, y, z = tumor.centre
    axes = axis + z, axis + y, axis + x
    return axes, tumor.distance(axes)


def draw_tissues(rng: np.random.Generator, tracer: Tracer) -> dict[str, float]:
    """SUV of each tissue in one patient."""
    return {
        tissue: float(
            suv * np.exp(rng.normal(0.0, tracer.heart_sd if tissue == "heart_muscle" else TISSUE_SD))
        )
        for tissue, suv in tracer.suv.items()
    }


@dataclass(frozen=True, eq=False)
class Nodes:
    """Normal lymph nodes.

    Parameters
    ----------
    centres : ndarray, shape (n, 3)
        (x, y, z), mm of the anatomy.
    radii : ndarray, shape (n,)
        In mm.
    suv : float
    """

    centres: np.ndarray
    radii: np.ndarray
    suv: float

    def paint(self, canvas: Canvas) -> None:
        """Paint the uptake on a canvas that holds that of the organs, SUV."""
        for (x, y, z), radius in zip(self.centres.tolist(), self.radii.tolist(), strict=True):
            centre, radii = (x, y, z), (radius, radius, radius)
            part = canvas.within(*ellipsoid_box(centre, radii, canvas.margin_mm))
            if part is not None:
                part.paint(ellipsoid(part, centre, radii), self.suv)


def draw_nodes(rng: np.random.Generator, tracer: Tracer, tumors: tuple[Tumor, ...]) -> Nodes:
    """One normal node near each station, but where a lesion is."""
    centres = np.array(NODE_STATIONS) + rng.normal(0.0, 0.5 * STATION_SPREAD_MM, (len(NODE_STATIONS), 3))
    radii = rng.uniform(*NODE_RADII_MM, len(centres))
    clear = np.ones(len(centres), bool)
    for tumor in tumors:
        off = np.linalg.norm(centres - np.array(tumor.centre), axis=1)
        clear &= off > REACH * tumor.radius_mm + radii + GAP_MM
    return Nodes(centres[clear], radii[clear], tracer.node_suv)

"""An MR of a simulated patient, beside the CT: T1-weighted, oblique slices, without contrast agent.

Signal is painted on a fine lattice and averaged over the thickness of oblique slices, multiplied by a smooth
bias field, given Rician noise and an arbitrary scale. Intensities are parameters of the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from ..geometry.image import Image, Lattice, Triple, as_triple
from .anatomy import paint_values
from .body import PRECISION
from .canvas import Canvas, Point
from .fields import WaveField, swell
from .patient import HEIGHT_MM, Plan
from .tumors import REACH, Tumor

# Signal of each tissue in arbitrary units, before the scale.
SIGNAL = {
    "gas": 0.0,
    "skin": 300.0,
    "fat": 900.0,
    "fat_plane": 700.0,
    "muscle": 380.0,
    "lung": 60.0,
    "blood": 230.0,
    "heart_muscle": 360.0,
    "liver": 520.0,
    "spleen": 340.0,
    "kidney": 400.0,
    "renal_pelvis": 260.0,
    "pancreas": 540.0,
    "stomach_wall": 360.0,
    "stomach_fluid": 180.0,
    "bowel_wall": 360.0,
    "bowel": 300.0,
    "bile": 220.0,
    "airway_wall": 300.0,
    "marrow": 640.0,
    "cortex": 50.0,
    "disc": 300.0,
    "cartilage": 280.0,
    "spinal_cord": 420.0,
    "canal": 170.0,
}
LESION_SIGNAL, LESION_SD, DEAD_SIGNAL = 330.0, 25.0, 250.0
# Of a lesion's unevenness on the CT in HU: it is as coarse and as strong here for the same infiltration.
SIGNAL_PER_HU = 1.5
HU_PER_SIGNAL = 1.0

SPACING_MM = (4.0, 1.4, 1.4)
FIELD_MM = 400.0
TILTS_DEGREES = (6.0, 10.0)  # of the slices around z and around x
THROUGH_SLICE = (-1 / 3, 0.0, 1 / 3)  # where a slice's thickness is sampled, in thicknesses

LARGEST_BIAS = 0.3
BIAS_WAVES, BIAS_WAVELENGTHS_MM = 5, (300.0, 700.0)
NOISE = 14.0  # SD in each of the two channels
SCALES = (0.4, 2.5)
MR_STREAM = 16  # of random numbers: none of those that decide on the patient


@dataclass(frozen=True, eq=False)
class SimulatedMr:
    """An MR that was never taken and the truth about it.

    Parameters
    ----------
    image : Image
        int16, arbitrary units; in the CT's frame of reference.
    unbiased : Image
        float32: the same without bias and without noise.
    bias : Image
        float32: what the signal was multiplied with: 1 +- `LARGEST_BIAS` at most, which the body reaches.
    noise : float
        SD of the noise of each channel, in the image's units.
    """

    image: Image
    unbiased: Image
    bias: Image
    noise: float


def simulate_mr(plan: Plan, seed: int = 0, lattice: Lattice | None = None) -> SimulatedMr:
    """A T1-weighted MR of a planned patient.

    Parameters
    ----------
    plan : Plan
        The patient, of whom nothing is changed.
    seed : int, optional
        Another number is another bias, noise and scale.
    lattice : Lattice, optional
        Of the voxels, with any axes: by default `mr_lattice()`.

    Returns
    -------
    SimulatedMr
        The same from the same plan, seed and lattice.
    """
    rng = np.random.default_rng((plan.scanner.seed, seed, MR_STREAM))
    lattice = mr_lattice() if lattice is None else lattice
    signals = [float(rng.normal(LESION_SIGNAL, LESION_SD)) for _ in plan.tumors]
    scale, waves = float(rng.uniform(*SCALES)), swell(rng, BIAS_WAVELENGTHS_MM, 1.0, BIAS_WAVES)

    def paint_lesions(canvas: Canvas) -> None:
        for tumor, signal in zip(plan.tumors, signals, strict=True):
            _paint_tumor(tumor, signal, canvas)

    fine = _around(lattice)
    painted = Image(paint_values(plan, fine, SIGNAL, HU_PER_SIGNAL, paint_lesions), fine)
    unbiased = scale * _sliced(painted, lattice)
    bias = _bias(waves, lattice, unbiased > 0)
    real, imaginary = scale * NOISE * rng.normal(size=(2, *lattice.shape)).astype(PRECISION)
    measured = np.rint(np.hypot(unbiased * bias + real, imaginary)).astype(np.int16)
    return SimulatedMr(
        Image(measured, lattice), Image(unbiased, lattice), Image(bias, lattice), noise=scale * NOISE
    )


def mr_lattice(spacing: Triple = SPACING_MM, tilts: tuple[float, float] = TILTS_DEGREES) -> Lattice:
    """The lattice of an MR of chest and upper abdomen.

    Parameters
    ----------
    spacing : tuple of 3 floats
        Between slices, rows and columns, mm.
    tilts : tuple of 2 floats
        By which slices are turned around z, and then around x, degrees.
    """
    around_z, around_x = np.deg2rad(tilts)
    (cz, sz), (cx, sx) = ((np.cos(a), np.sin(a)) for a in (around_z, around_x))
    turned = np.array(((1, 0, 0), (0, cx, -sx), (0, sx, cx))) @ np.array(
        ((cz, -sz, 0), (sz, cz, 0), (0, 0, 1))
    )
    axes = (as_triple(turned[:, 2]), as_triple(turned[:, 1]), as_triple(turned[:, 0]))
    k, j, i = (
        round(size / step) for size, step in zip((HEIGHT_MM, FIELD_MM, FIELD_MM), spacing, strict=True)
    )
    centred = Lattice((k, j, i), spacing, (0.0, 0.0, 0.0), axes)
    middle = centred.to_lps((np.array((k, j, i)) - 1) / 2)
    return Lattice((k, j, i), spacing, as_triple(-middle), axes)


def _paint_tumor(tumor: Tumor, signal: float, canvas: Canvas) -> None:
    reach = REACH * tumor.radius_mm + canvas.edge_mm
    x, y, z = tumor.centre
    low: Point = (x - reach, y - reach, z - reach)
    part = canvas.within(low, (x + reach, y + reach, z + reach))
    if part is None:
        return
    distance = tumor.distance(part.axes)
    value = signal + SIGNAL_PER_HU * tumor.texture.on(*part.axes)
    dead = np.clip((-distance - tumor.necrosis_depth_mm) / 4.0 + 0.5, 0.0, 1.0)
    part.paint(distance, value + dead * (DEAD_SIGNAL - signal))


def _around(lattice: Lattice) -> Lattice:
    """A fine lattice along +z, +y, +x around an oblique one."""
    corners = np.array(list(product(*((-1, count) for count in lattice.shape))))
    points = lattice.to_lps(corners)
    low, high = points.min(axis=0), points.max(axis=0)
    step = min(lattice.spacing)
    i, j, k = (int(n) for n in np.ceil((high - low) / step) + 1)
    return Lattice((k, j, i), (step, step, step), as_triple(low))


def _sliced(fine: Image, lattice: Lattice) -> np.ndarray:
    """Values averaged over the thickness of a lattice's slices, float32."""
    from scipy.ndimage import affine_transform

    starts = fine.lattice.to_index(lattice.to_lps(np.array([(off, 0.0, 0.0) for off in THROUGH_SLICE])))
    first, *ends = fine.lattice.to_index(lattice.to_lps(np.vstack([np.zeros(3), np.eye(3)])))
    steps = np.transpose(ends - first)
    parts = (affine_transform(fine.values, steps, start, lattice.shape, order=1) for start in starts)
    return sum(parts, np.zeros(lattice.shape, PRECISION)) / len(THROUGH_SLICE)


def _bias(waves: WaveField, lattice: Lattice, body: np.ndarray) -> np.ndarray:
    """A field around 1, float32: its largest deviation is `LARGEST_BIAS`, and is reached in the body."""
    field = np.empty(lattice.shape, PRECISION)
    rows, columns = np.meshgrid(*(np.arange(n) for n in lattice.shape[1:]), indexing="ij")
    for k in range(lattice.shape[0]):
        points = lattice.to_lps(np.stack([np.full(rows.shape, k), rows, columns], axis=-1))
        field[k] = waves.at(points[..., ::-1])
    largest = float(np.abs(field[body]).max())
    return 1.0 + np.clip(LARGEST_BIAS / largest * field, -LARGEST_BIAS, LARGEST_BIAS)

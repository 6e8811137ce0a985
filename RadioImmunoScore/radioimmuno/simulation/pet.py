"""A PET of a simulated patient, beside the CT: SUV by body weight on a lattice of its own.

The true uptake is painted finer than the voxels, blurred by the scanner's point spread function and averaged
over each voxel: partial volume as a scanner has it. Noise is correlated over some millimetres, its variance
is proportional to uptake, and what it would make negative is 0, as scanners clip it. The patient breathes in
neither image, so that both agree in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ..geometry.image import Box, Image, Lattice, Triple
from .anatomy import paint_values
from .body import PRECISION, Body
from .canvas import Canvas
from .patient import HEIGHT_MM, Plan
from .reference_regions import reference_regions
from .tracer import FDG, Tracer, draw_nodes, draw_tissues, draw_uptake

SPACING_MM = (3.0, 4.07, 4.07)
FIELD_MM = 400.0
# The centre of the field against the CT's: the table, and voxels that begin elsewhere.
OFF_CENTRE_MM = (1.3, -2.1, 0.7)
FINER = 2  # parts of a voxel along each axis on which uptake is painted
HU_PER_SUV = 200.0

FWHM_MM = 6.0
SIGMAS_PER_FWHM = 2.0 * np.sqrt(2.0 * np.log(2.0))
SIGMAS = 4.0  # how far the blur reaches
NOISE_FWHM_MM = 7.0
BACKGROUND_SUV = 0.02  # where there is no uptake there is the noise of so much

PET_STREAM = 15  # of random numbers: none of those that decide on the patient
FIRST_DAY = datetime(2024, 1, 8)
FRAME_S = 120.0
LATE_MIN = (-5.0, 10.0)  # how much later than planned the scan begins
# Stature by the trunk: its width goes with height, the fat under the skin with the body mass index (kg/m2).
USUAL_HEIGHT_M, USUAL_HALF_WIDTH_MM = 1.72, 168.0
FAT_MM, BODY_MASS_INDICES = (9.0, 20.0), (20.0, 32.0)


@dataclass(frozen=True)
class PetScan:
    """What a PET's header says: all that SUV are computed from.

    Parameters
    ----------
    tracer : str
    nuclide : str
    half_life_s : float
    sex : str
        `M` or `F`.
    weight_kg, height_m : float
    dose_bq : float
        Injected.
    injected, started : datetime
        Of the injection, and of the scan, to which activity is corrected.
    frame_s : float
        How long each part of the body was measured.
    """

    tracer: str
    nuclide: str
    half_life_s: float
    sex: str
    weight_kg: float
    height_m: float
    dose_bq: float
    injected: datetime
    started: datetime
    frame_s: float

    @property
    def bq_per_ml(self) -> float:
        """Activity concentration at the scan's start where the SUV by body weight is 1."""
        waited_s = (self.started - self.injected).total_seconds()
        return self.dose_bq * 2.0 ** (-waited_s / self.half_life_s) / (self.weight_kg * 1000.0)


@dataclass(frozen=True, eq=False)
class SimulatedPet:
    """A PET that was never taken and the truth about it.

    Parameters
    ----------
    image : Image
        float32 SUV by body weight, not below 0; in the CT's frame of reference.
    scan : PetScan
    lesion_suv : mapping of str to float
        Lesion id -> SUV of its living tissue, as its infiltration says but for the noise.
    lesion_mean : mapping of str to float
        Lesion id -> true mean SUV, with unevenness and dead parts, before blur and noise.
    reference_mean : mapping of str to float
        Reference region -> the same of normal tissue.
    infiltration : mapping of str to float
        Lesion id -> the hidden truth, 0 to 1.
    """

    image: Image
    scan: PetScan
    lesion_suv: Mapping[str, float]
    lesion_mean: Mapping[str, float]
    reference_mean: Mapping[str, float]
    infiltration: Mapping[str, float]


def simulate_pet(
    plan: Plan, tracer: Tracer = FDG, seed: int = 0, lattice: Lattice | None = None
) -> SimulatedPet:
    """A PET of a planned patient.

    Parameters
    ----------
    plan : Plan
        The patient, of whom nothing is changed.
    tracer : Tracer, optional
    seed : int, optional
        Another number is another injection, scan and error of the lesions' uptake.
    lattice : Lattice, optional
        Of the voxels, along +z, +y, +x: by default `pet_lattice()`.

    Returns
    -------
    SimulatedPet
        The same from the same plan, tracer, seed and lattice.
    """
    rng = np.random.default_rng((plan.scanner.seed, seed, PET_STREAM))
    lattice = pet_lattice() if lattice is None else lattice
    scan, tissues = _draw_scan(rng, tracer, plan.body), draw_tissues(rng, tracer)
    uptakes = [draw_uptake(rng, tracer, tumor) for tumor in plan.tumors]
    nodes = draw_nodes(rng, tracer, plan.tumors)

    def paint_lesions(canvas: Canvas) -> None:
        nodes.paint(canvas)
        for uptake in uptakes:
            uptake.paint(canvas)

    fine = finer(lattice, FWHM_MM)
    activity = Image(paint_values(plan, fine, tissues, HU_PER_SUV, paint_lesions), fine)
    suv = blurred(activity, lattice, FWHM_MM)
    suv = with_noise(rng, Image(suv, lattice), tracer.noise**2 * tissues["liver"])
    regions = {region.id: region.mask for region in reference_regions(plan, fine)}
    numbered = {str(number): uptake for number, uptake in enumerate(uptakes, start=1)}
    return SimulatedPet(
        image=Image(suv, lattice),
        scan=scan,
        lesion_suv={lesion: uptake.suv for lesion, uptake in numbered.items()},
        lesion_mean={lesion: uptake.mean() for lesion, uptake in numbered.items()},
        reference_mean={
            region: float(activity.within(mask.box)[mask.values].mean()) for region, mask in regions.items()
        },
        infiltration=plan.infiltration,
    )


def pet_lattice(spacing: Triple = SPACING_MM) -> Lattice:
    """The lattice of a PET of chest and upper abdomen; its voxels are none of the CT's.

    Parameters
    ----------
    spacing : tuple of 3 floats
        Along z, y, x, mm.
    """
    sizes = (HEIGHT_MM, FIELD_MM, FIELD_MM)
    k, j, i = (round(size / step) for size, step in zip(sizes, spacing, strict=True))
    z, y, x = (
        off - (count - 1) * step / 2
        for off, count, step in zip(OFF_CENTRE_MM, (k, j, i), spacing, strict=True)
    )
    return Lattice((k, j, i), spacing, (x, y, z))


def finer(lattice: Lattice, fwhm_mm: float) -> Lattice:
    """The lattice on which uptake is painted: `FINER` parts of each voxel, and what blurs in from around.

    Parameters
    ----------
    lattice : Lattice
        Of the PET.
    fwhm_mm : float
        Of the point spread function.
    """
    margin = _margin(lattice, fwhm_mm)
    around = lattice.window(Box.whole(lattice.shape).grow(margin))
    k, j, i = (count * FINER for count in around.shape)
    z, y, x = (step / FINER for step in around.spacing)
    first = around.to_lps(np.full(3, 0.5 / FINER - 0.5))
    return Lattice((k, j, i), (z, y, x), (float(first[0]), float(first[1]), float(first[2])), lattice.axes)


def blurred(activity: Image, lattice: Lattice, fwhm_mm: float) -> np.ndarray:
    """What a scanner measures of an activity, without noise.

    Parameters
    ----------
    activity : Image of float
        On `finer(lattice, fwhm_mm)`, all of it.
    lattice : Lattice
        Of the PET.
    fwhm_mm : float
        Full width at half maximum of the Gaussian point spread function.

    Returns
    -------
    ndarray of float32, shape (nk, nj, ni)
        Each voxel's mean of the blurred activity.
    """
    from scipy.ndimage import gaussian_filter

    sigma = [fwhm_mm / SIGMAS_PER_FWHM / step for step in activity.lattice.spacing]
    smooth = gaussian_filter(activity.values, sigma, mode="nearest", truncate=SIGMAS)
    k, j, i = (count // FINER for count in smooth.shape)
    voxels = smooth.reshape(k, FINER, j, FINER, i, FINER).mean(axis=(1, 3, 5), dtype=np.float64)
    inside = tuple(slice(m, m + n) for m, n in zip(_margin(lattice, fwhm_mm), lattice.shape, strict=True))
    return voxels[inside].astype(PRECISION)


def with_noise(rng: np.random.Generator, image: Image, variance: float) -> np.ndarray:
    """Values with the noise that a scanner leaves, and 0 instead of what it makes negative.

    Parameters
    ----------
    rng : Generator
    image : Image of float
        SUV, all of its lattice.
    variance : float
        Of the noise where the SUV is 1, to which it is proportional.

    Returns
    -------
    ndarray of float32, shape (nk, nj, ni)
    """
    from scipy.ndimage import gaussian_filter

    white = rng.normal(size=image.values.shape)
    sigma = [NOISE_FWHM_MM / SIGMAS_PER_FWHM / step for step in image.lattice.spacing]
    noise = gaussian_filter(white, sigma)
    sd = np.sqrt(variance * (image.values + BACKGROUND_SUV))
    return np.maximum(image.values + sd * noise / noise.std(), 0.0).astype(PRECISION)


def _margin(lattice: Lattice, fwhm_mm: float) -> list[int]:
    return [int(np.ceil(SIGMAS * fwhm_mm / SIGMAS_PER_FWHM / step)) for step in lattice.spacing]


def _draw_scan(rng: np.random.Generator, tracer: Tracer, body: Body) -> PetScan:
    """A scan of a person of this stature: the same at each of the patient's dates."""
    height_m = round(USUAL_HEIGHT_M * body.half_width / USUAL_HALF_WIDTH_MM, 2)
    weight_kg = round(float(np.interp(body.fat_mm, FAT_MM, BODY_MASS_INDICES)) * height_m**2, 1)
    started = FIRST_DAY + timedelta(hours=8, minutes=int(rng.integers(0, 8 * 60)))
    waited = timedelta(minutes=round(tracer.uptake_min + float(rng.uniform(*LATE_MIN))))
    dose_mbq = round(tracer.dose_mbq_per_kg * weight_kg * float(rng.uniform(0.9, 1.1)), 1)
    return PetScan(
        tracer=tracer.name,
        nuclide=tracer.nuclide,
        half_life_s=tracer.half_life_s,
        sex="M" if body.fat_mm < np.mean(FAT_MM) else "F",
        weight_kg=weight_kg,
        height_m=height_m,
        dose_bq=dose_mbq * 1e6,
        injected=started - waited,
        started=started,
        frame_s=FRAME_S,
    )

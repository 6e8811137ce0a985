"""Simulated patients: a plan of body, scan and lesions, and the CT of it - whole, or around one lesion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from ..acquisition import Acquisition
from ..geometry.image import Box, Image, Lattice
from ..lesion import Lesion, Site
from .body import PRECISION, Body, draw_body, open_canvas, trunk_box
from .canvas import AIR_HU
from .organs import paint_patient
from .places import find_place, sample_liver, sample_lung
from .scanner import Scanner, ScannerModel, draw_scanner
from .tumors import Tumor, draw_tumor, paint_tumor, segment
from .vessels import VesselTree, grow_tree

# Goes up whenever the same seed gives another patient.
GENERATOR_VERSION = "1"

LOWEST_HU, HIGHEST_HU = -1024, 3071
SLAB_VOXELS = 400_000  # painted at a time: what the processor's cache holds

LUNG_VESSELS, LIVER_VESSELS = 280, 80  # twigs of each tree

PIXELS, USUAL_PIXEL_MM = 320, 1.24
HEIGHT_MM = 300.0

# largest lesion of a site in cc, and how infiltrated its lesions tend to be (logit)
SMALLEST_CC = 1.0
SITE_HABITS: dict[Site, tuple[float, float]] = {
    Site.LUNG: (40.0, 0.2),
    Site.LIVER: (60.0, -0.3),
    Site.LYMPH_NODE: (10.0, 0.5),
    Site.SOFT_TISSUE: (12.0, 0.0),
    Site.BONE: (9.0, -0.4),
}
# lesions are drawn from these sites without putting back, so that a patient's disease is spread out
SITE_POOL = (*[Site.LUNG] * 3, *[Site.LIVER] * 3, *[Site.LYMPH_NODE] * 2, Site.SOFT_TISSUE, *[Site.BONE] * 2)
PATIENT_SD, LESION_SD = 0.9, 1.2  # of the logit of infiltration


@dataclass(frozen=True, eq=False)
class SimulatedPatient:
    """A CT that was never taken, its lesions and the truth about them.

    Parameters
    ----------
    image : Image
        int16 HU.
    lesions : list of Lesion
        With their sites, none overlapping another.
    acquisition : Acquisition
        Tube voltage, slice thickness, kernel, contrast agent.
    infiltration : mapping of str to float
        Lesion id -> the hidden truth, 0 (none) to 1.
    """

    image: Image
    lesions: list[Lesion]
    acquisition: Acquisition
    infiltration: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Plan:
    """All that decides what a simulated CT looks like; voxels are made on demand."""

    lattice: Lattice
    scanner: Scanner
    body: Body
    trees: tuple[VesselTree, ...]
    tumors: tuple[Tumor, ...]

    @property
    def acquisition(self) -> Acquisition:
        """How this patient was scanned."""
        return Acquisition(
            kvp=float(self.scanner.kvp),
            slice_thickness_mm=self.scanner.slice_mm,
            kernel=self.scanner.kernel,
            contrast_agent="SIMULATED",
            source="simulation",
        )

    @property
    def infiltration(self) -> dict[str, float]:
        """Lesion id -> hidden infiltration, 0 to 1."""
        return {str(n): tumor.infiltration for n, tumor in enumerate(self.tumors, start=1)}

    def lesions(self) -> list[Lesion]:
        """The lesions as a reader drew them."""
        return [segment(tumor, self.lattice, n) for n, tumor in enumerate(self.tumors, start=1)]

    def image(self, box: Box | None = None) -> Image:
        """The CT in a box of its lattice (all of it by default): the same HU wherever the box is cut."""
        box = Box.whole(self.lattice.shape) if box is None else box
        hu = np.empty(box.shape, np.int16)
        slices = max(1, SLAB_VOXELS // max(1, box.shape[1] * box.shape[2]))
        for first in range(box.start[0], box.stop[0], slices):
            last = min(first + slices, box.stop[0])
            slab = Box((first, *box.start[1:]), (last, *box.stop[1:]))
            hu[first - box.start[0] : last - box.start[0]] = self._slab(slab)
        return Image(hu, self.lattice, box.start)

    def around(self, lesion: Lesion, margin_mm: float = 8.0) -> Image:
        """The CT around one lesion: enough for the lesion and a ring that stays within the margin."""
        box = lesion.box
        if box is None:
            raise ValueError(f"lesion {lesion.id} is empty")
        margin = [ceil(margin_mm / step) for step in self.lattice.spacing]
        return self.image(box.grow(margin).intersect(Box.whole(self.lattice.shape)))

    def _slab(self, box: Box) -> np.ndarray:
        hu = np.full(box.shape, AIR_HU, PRECISION)
        trunk = trunk_box(self.body, self.lattice, box)
        if trunk.size:
            canvas = open_canvas(self.body, self.lattice.window(trunk), self.scanner.edge_mm)
            paint_patient(self.body, self.trees, canvas)
            for tumor in self.tumors:
                paint_tumor(tumor, canvas, self.scanner.psf_sigma_mm, self.scanner.slice_mm)
            hu[trunk.slices_in(box)] = canvas.hu
        # less of the beam is lost in air, so that less noise is seen there
        noisy = hu + self.scanner.noise(box) * np.clip(1.3 + hu / 1000, 0.45, 1.0)
        return np.clip(np.rint(noisy + self.scanner.shift_hu), LOWEST_HU, HIGHEST_HU)


def plan_patient(
    seed: int,
    lesions: int | None = None,
    slice_mm: float | None = None,
    model: ScannerModel | None = None,
    pool: Sequence[Site] = SITE_POOL,
) -> Plan:
    """Decide on a patient; no voxel is made yet.

    Parameters
    ----------
    seed : int
        The same seed gives the same patient.
    lesions : int, optional
        How many are tried for (5 to 8 at random by default); one that finds no room is left out.
    slice_mm : float, optional
        Slice thickness and distance (1 to 5 mm at random by default).
    model : ScannerModel, optional
        The machine that scans (every patient's own by default).
    pool : sequence of Site
        What lesions are drawn from, without putting back until it is empty.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = draw_scanner(rng, slice_mm)
    scanner = drawn if model is None else model.scan(drawn)
    lattice = centred_lattice(scanner)
    wanted = int(rng.integers(5, 9)) if lesions is None else lesions
    order = rng.permutation(len(pool))
    sites = [pool[order[n % len(order)]] for n in range(wanted)]
    volumes = [SMALLEST_CC * (SITE_HABITS[site][0] / SMALLEST_CC) ** rng.random() for site in sites]
    return _plan(rng, scanner, lattice, sites, volumes)


def simulate_patient(
    seed: int, lesions: int | None = None, slice_mm: float | None = None
) -> SimulatedPatient:
    """A simulated patient with a contrast-enhanced CT of chest and upper abdomen.

    Parameters as of `plan_patient`. Lesions lie in lung, liver, lymph nodes, soft tissue and bone; slice
    thickness, noise, tube voltage and the patient's own look vary from seed to seed.
    """
    return realize(plan_patient(seed, lesions, slice_mm))


# of the benchmark's lesions, the largest first
BENCHMARK_SITES = (
    Site.LIVER,
    *[Site.LUNG] * 5,
    Site.SOFT_TISSUE,
    Site.LYMPH_NODE,
    Site.BONE,
    Site.LYMPH_NODE,
)


def plan_benchmark(seed: int = 1) -> Plan:
    """A large CT to measure speed on: 512 x 512 x 400 voxels, 0.8 x 0.8 x 1 mm, ten lesions of 1-100 cc."""
    rng = np.random.Generator(np.random.PCG64(seed))
    scanner = draw_scanner(rng, slice_mm=1.0, pixel_mm=0.8)
    volumes = [float(volume) for volume in np.geomspace(100, 1, len(BENCHMARK_SITES))]
    return _plan(rng, scanner, _lattice((400, 512, 512), scanner), BENCHMARK_SITES, volumes)


def simulate_benchmark_ct(seed: int = 1) -> SimulatedPatient:
    """The CT and lesions of `plan_benchmark`: 210 MB."""
    return realize(plan_benchmark(seed))


def _plan(
    rng: np.random.Generator,
    scanner: Scanner,
    lattice: Lattice,
    sites: Sequence[Site],
    volumes: Sequence[float],
) -> Plan:
    body = draw_body(rng, scanner.kvp)
    trees = (
        grow_tree((-26.0, 6.0, 76.0), sample_lung(rng, body, LUNG_VESSELS, right=True), 7.0),
        grow_tree((34.0, 10.0, 76.0), sample_lung(rng, body, LUNG_VESSELS, right=False), 7.0),
        grow_tree((-36.0, -6.0, -52.0), sample_liver(rng, body, LIVER_VESSELS), 5.0),
    )
    tendency = rng.normal(0, PATIENT_SD)
    half_height = lattice.shape[0] * lattice.spacing[0] / 2
    tumors: list[Tumor] = []
    for site, volume_cc in sorted(zip(sites, volumes, strict=True), key=lambda pair: -pair[1]):
        logit = SITE_HABITS[site][1] + tendency + rng.normal(0, LESION_SD)
        radius = (3000 * volume_cc / (4 * np.pi)) ** (1 / 3)
        taken = [(tumor.centre, tumor.radius_mm) for tumor in tumors]
        centre = find_place(rng, body, site, radius, taken, half_height)
        if centre is not None:
            infiltration = float(1 / (1 + np.exp(-logit)))
            tumors.append(draw_tumor(rng, site, centre, volume_cc, infiltration, body.iodine))
    return Plan(lattice, scanner, body, trees, tuple(tumors))


def centred_lattice(scanner: Scanner) -> Lattice:
    """The lattice of a CT of chest and upper abdomen: as much of the body whatever its voxels are."""
    pixels = (
        PIXELS if scanner.pixel_mm < 2 * USUAL_PIXEL_MM else round(PIXELS * USUAL_PIXEL_MM / scanner.pixel_mm)
    )
    return _lattice((round(HEIGHT_MM / scanner.slice_mm), pixels, pixels), scanner)


def _lattice(shape: tuple[int, int, int], scanner: Scanner) -> Lattice:
    spacing = (scanner.slice_mm, scanner.pixel_mm, scanner.pixel_mm)
    z, y, x = (-(n - 1) * s / 2 for n, s in zip(shape, spacing, strict=True))
    return Lattice(shape, spacing, (x, y, z))


def realize(plan: Plan) -> SimulatedPatient:
    """The CT and lesions of a plan."""
    return SimulatedPatient(plan.image(), plan.lesions(), plan.acquisition, plan.infiltration)

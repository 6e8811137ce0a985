"""A small patient made by hand for the tests of the report: boxes on an anisotropic CT, known scores."""

from __future__ import annotations

import functools

import numpy as np

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Lesion, Site
from radioimmuno.scoring.results import Contribution, LesionScore, Metrics, PatientScore
from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Distribution, Signature, Term

TISSUE_HU, LESION_HU = -40, 500
SPACING = (3.0, 0.8, 1.2)
CT = Lattice((30, 150, 100), SPACING, (-60.0, -60.0, -45.0))
GRID = Lattice((90, 120, 120), (1.0, 1.0, 1.0), (-60.1, -59.9, -46.0))

# each lesion a box of CT voxels (k, j, i)
BOXES = {
    "1": Box((10, 40, 30), (14, 65, 50)),
    "2": Box((11, 70, 60), (13, 80, 72)),
    "node": Box((20, 100, 20), (22, 110, 28)),
}

VARIABLES = ("lesion.glcm.contrast", "ring.statistics.mean", "location.liver", "acquisition.kvp")


def signature(**changes: object) -> Signature:
    """A demonstration signature with four terms and round cut-offs."""
    fields = {
        "name": "Hand-made",
        "version": "3",
        "status": "demonstration",
        "predicts": "CD8 infiltration",
        "direction": "higher is more",
        "settings": Settings(),
        "intercept": 0.5,
        "terms": tuple(Term(variable, 1.0, 0.0, 1.0, (-9.0, 9.0)) for variable in VARIABLES),
        "cutoffs": Cutoffs(-1.0, 0.0, 1.0),
        "distribution": Distribution(50, -2.0, 2.0, (-2.0, -1.0, 0.0, 1.0, 2.0)),
        "sha256": "0f" * 32,
    }
    return Signature(**(fields | changes))  # type: ignore[arg-type]


def ct(dtype: type = np.int16, bright: tuple[str, ...] = tuple(BOXES)) -> Image:
    """The CT: tissue of one value, lesions of another."""
    values = np.full(CT.shape, TISSUE_HU, dtype)
    for key in bright:
        values[BOXES[key].slices] = LESION_HU
    return Image(values, CT)


def lesions() -> list[Lesion]:
    """The masks of `BOXES` and an empty one."""
    names = {"1": "Liver segment 7", "2": "Liver segment 4", "node": "Node"}
    full = [
        Lesion(key, names[key], Image(np.ones(box.shape, bool), CT, box.start)) for key, box in BOXES.items()
    ]
    return [*full, Lesion("9", "Empty", Image(np.zeros((0, 0, 0), bool), CT))]


@functools.lru_cache
def ring_around(box: Box, grid: Lattice = GRID) -> Image:
    """All grid voxels within 2 mm (largest coordinate) of a box's surface: a ring whose edges are known."""
    low = CT.to_lps(np.array(box.start) - 0.5)[::-1]
    high = CT.to_lps(np.array(box.stop) - 0.5)[::-1]
    index = np.indices(grid.shape)
    axes = [index[a] * grid.spacing[a] + grid.origin[2 - a] for a in range(3)]
    depth = np.min([np.minimum(x - a, b - x) for x, a, b in zip(axes, low, high, strict=True)], axis=0)
    ring = np.abs(depth) <= 2.0
    around = Box.around(ring)
    assert around is not None
    return Image(ring[around.slices], grid, around.start)


def reordered(image: Image, order: tuple[int, ...], signs: tuple[int, ...]) -> Image:
    """The same voxels with array axes permuted and flipped; what is at hand need not be the whole lattice."""
    lattice = image.lattice
    corner = [0 if s > 0 else lattice.shape[a] - 1 for a, s in zip(order, signs, strict=True)]
    index = np.zeros(3)
    index[list(order)] = corner
    axes = [tuple(s * x for x in lattice.axes[a]) for a, s in zip(order, signs, strict=True)]
    other = Lattice(
        tuple(lattice.shape[a] for a in order),  # type: ignore[arg-type]
        tuple(lattice.spacing[a] for a in order),  # type: ignore[arg-type]
        tuple(lattice.to_lps(index).tolist()),  # type: ignore[arg-type]
        tuple(axes),  # type: ignore[arg-type]
    )
    offset = tuple(
        image.offset[a] if s > 0 else lattice.shape[a] - image.offset[a] - image.values.shape[a]
        for a, s in zip(order, signs, strict=True)
    )
    flips = tuple(slice(None, None, s) for s in signs)
    return Image(np.ascontiguousarray(image.values.transpose(order)[flips]), other, offset)  # type: ignore[arg-type]


def patient(**changes: object) -> PatientScore:
    """Three scored lesions (below low, between median and high, above high) and a refused one."""
    scores = {"1": -1.5, "2": 0.25, "node": 1.75}
    contributions = {
        key: (
            Contribution(VARIABLES[0], 4.0, value - 0.5 - 0.25, True),
            Contribution(VARIABLES[1], -71.25, 0.5, key != "2"),
            Contribution(VARIABLES[2], 1.0 if key != "node" else 0.0, -0.35, True),
            Contribution(VARIABLES[3], 120.0, 0.1, True),
        )
        for key, value in scores.items()
    }
    rows = [
        LesionScore(
            lesion.id,
            lesion.name,
            lesion.volume_cc,
            scores[lesion.id],
            site=Site.LYMPH_NODE if lesion.id == "node" else Site.LIVER,
            irradiated={"1": True, "2": False, "node": None}[lesion.id],
            contributions=contributions[lesion.id],
            findings=(Finding("lesion.holes", Severity.WARN, "Two holes."),) if lesion.id == "2" else (),
            features={c.variable: c.value for c in contributions[lesion.id]},
            ring=ring_around(BOXES[lesion.id]),
        )
        for lesion in lesions()[:-1]
    ]
    refused = LesionScore(
        "9", "Empty", 0.0, None, findings=(Finding("lesion.empty", Severity.REFUSE, "Holds no voxel."),)
    )
    subsets = {
        "all": Metrics(3, 0.5 / 3, 0.25, -1.5, "1", 1.75, "node", 1.63, 1.58, 0),
        "irradiated": Metrics(1, -1.5, -1.5, -1.5, "1", -1.5, "1", outside_bins=0),
        "site: brain": Metrics(0),
    }
    fields = {
        "lesions": (*rows, refused),
        "subsets": subsets,
        "provenance": {"software": {"name": "radioimmuno"}, "inputs": {"ct": "a.nrrd"}},
    }
    return PatientScore(**(fields | changes))  # type: ignore[arg-type]

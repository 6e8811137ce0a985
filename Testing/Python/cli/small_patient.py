"""A small patient with flat lesions, and a signature whose score of each can be told by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.harmonization import BatchShift, Harmonization
from radioimmuno.signature.signature import Distribution, Signature, Term

SHAPE = (30, 60, 60)
SPACING = (1.0, 1.0, 2.0)
BODY_HU, AIR_HU = 40, -1000

Balls = Mapping[int, tuple[tuple[int, int, int], float, int]]

# label -> centre (k, j, i) in voxels, radius in mm, HU of the flat lesion
BALLS: Balls = {1: ((8, 20, 20), 8.0, 80), 2: ((8, 40, 42), 9.0, 100), 3: ((22, 30, 30), 7.0, 140)}


def ct_values(balls: Balls = BALLS) -> np.ndarray:
    """A noisy body in air with balls in it, int16 HU."""
    rng = np.random.default_rng(5)
    values = np.full(SHAPE, AIR_HU, np.int16)
    values[:, 6:-6, 6:-6] = BODY_HU + rng.integers(-10, 11, values[:, 6:-6, 6:-6].shape)
    labels = label_map(balls)
    for label, (_, _, hu) in balls.items():
        values[labels == label] = hu
    return values


def label_map(balls: Balls = BALLS) -> np.ndarray:
    """Balls, each voxel of a ball its label."""
    labels = np.zeros(SHAPE, np.uint8)
    index = np.stack(np.indices(SHAPE), -1)
    for label, (centre, radius, _) in balls.items():
        labels[(((index - centre) * SPACING[::-1]) ** 2).sum(-1) <= radius**2] = label
    return labels


def write_volume(path: Path, values: np.ndarray, segments: dict[str, int] | None = None) -> Path:
    """Write a volume; with `segments` (name -> label) as Slicer's segmentation file."""
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(SPACING)
    for number, (name, label) in enumerate((segments or {}).items()):
        for key, value in (("ID", name), ("Name", name), ("LabelValue", str(label)), ("Layer", "0")):
            image.SetMetaData(f"Segment{number}_{key}", value)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def signature() -> Signature:
    """Score = 0.5 + (maximum of the lesion - 100) / 100 + 0.2 if in the liver + 0.001 (kVp - 100)."""
    return Signature(
        name="by-hand",
        version="1",
        status="research",
        predicts="nothing",
        direction="higher is more",
        settings=Settings(),
        intercept=0.5,
        terms=(
            Term("lesion.statistics.maximum", 1.0, 100.0, 100.0, (0.0, 1000.0)),
            Term("location.liver", 0.2, 0.0, 1.0, (0.0, 1.0)),
            Term("acquisition.kvp", 0.1, 100.0, 100.0, (80.0, 140.0)),
        ),
        cutoffs=Cutoffs(0.3, 0.5, 0.8),
        distribution=Distribution(100, 0.0, 1.0, tuple(n / 10 for n in range(11))),
    )


def trained_signature() -> Signature:
    """The signature with 0.01 a percent of pdl1 above 20, two scanners of which Siemens reads 10 HU too high.

    The patient's value is the smallest score.
    """
    still, bright = BatchShift(np.zeros(1), np.ones(1), 20), BatchShift(np.ones(1), np.ones(1), 20)
    state = Harmonization(
        variables=("lesion.statistics.maximum",),
        covariates=(),
        alpha=np.array([100.0]),
        sigma=np.array([10.0]),
        beta=np.empty((0, 1)),
        batches={"GE": still, "Siemens": bright},
    )
    own = signature()
    terms = (*own.terms, Term("clinical.pdl1", 1.0, 20.0, 100.0, (0.0, 100.0)))
    rule = {"patient_rule": "scores_min", "patient_cutoffs": Cutoffs(None, 0.4, None)}
    return replace(own, terms=terms, harmonization=state, **rule)

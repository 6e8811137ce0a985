"""What is measured side by side: each method takes a CT and a gesture, and gives a mask.

A method is one line of `METHODS`: a function from a patient's name to a segmenter that was made without that
patient. Ours is `segmenter_for`: of the models of the cross-validation it takes the one that was fitted
without this patient.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from radioimmuno.geometry.image import Box, Image, as_index
from radioimmuno.segmentation import gestures as drawing
from radioimmuno.segmentation.boosted_trees import SegmentationModel, read_model, shipped_model
from radioimmuno.segmentation.gestures import ADD, NEW, segment_points
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion
from radioimmuno.segmentation.surface import Ellipsoid
from radioimmuno.simulation.reader import Correction
from radioimmuno.simulation.strokes import boxes, clicks, crossed_strokes, jittered, longest_stroke

STROKE, CORONAL, SAGITTAL = "stroke", "coronal stroke", "sagittal stroke"
CROSSED, CLICK, BOX = "crossed strokes", "click", "box"
GESTURES = (STROKE, CORONAL, SAGITTAL, CROSSED, CLICK, BOX)
STROKES = (STROKE, CORONAL, SAGITTAL)
DRAWN = {CROSSED: drawing.DIAMETERS, BOX: drawing.BOX}  # all others are new lesions from one or two points

# GrowCut's seeds: inside a cylinder along the middle of the stroke (shares of its length: radius, and what is
# left out at either end; the best of the radii that were tried), outside all that is farther from its middle.
# Looked at is a box of this half size.
CORE_RADIUS, CORE_END, OUTSIDE, CROP = 0.15, 0.1, 0.63, 0.75

Segmenter = Callable[[Image, str, np.ndarray], SegmentedLesion]
Shares = tuple[float, float, float]


def gestures(truth: Image, name: str, count: int, seed: int) -> list[np.ndarray]:
    """One gesture on a lesion as so many readers do it: points in LPS mm, inside of the CT."""
    if name == CLICK:
        drawn = clicks(truth, count, seed)
    elif name == BOX:
        drawn = boxes(truth, count, seed)
    elif name == CROSSED:
        drawn = jittered(crossed_strokes(truth), count, seed)
    else:
        axis = STROKES.index(name)
        drawn = jittered(longest_stroke(truth, axis), count, seed, axis=axis)
    lattice = truth.lattice
    last = np.array(lattice.shape) - 1
    return [lattice.to_lps(np.clip(lattice.to_index(points), 0, last)) for points in drawn]


def segmenter_for(patient: str, models: Path | None = None) -> Segmenter:
    """Ours, as it is without this patient: `models` is a folder of the cross-validation's."""
    return partial(_ours, model_without(patient, models))


def model_without(patient: str, models: Path | None) -> SegmentationModel:
    """The model that was fitted without a patient; the shipped one for a patient that no fold left out."""
    for file in sorted(models.glob("fold_*.json")) if models else ():
        if patient in json.loads(file.read_text("utf-8"))["about"]["left_out"]:
            return read_model(file)
    return shipped_model()


def _ours(model: SegmentationModel, image: Image, gesture: str, points: np.ndarray) -> SegmentedLesion:
    drawn = [tuple(point) for point in points.reshape(-1, 3)]
    return segment_points(image, drawn, DRAWN.get(gesture, NEW), model=model)


def _growcut(image: Image, gesture: str, points: np.ndarray) -> SegmentedLesion:
    return SegmentedLesion(growcut(image, points, ()), None)


def growcut(image: Image, ends: np.ndarray, corrections: tuple[Correction, ...]) -> Image:
    """Slicer's GrowCut filter with seeds from a stroke, and from further ones."""
    import slicer

    part = image.crop(_box(image, ends, corrections))
    length = float(np.linalg.norm(ends[1] - ends[0]))
    places = part.window.to_lps(np.moveaxis(np.indices(part.values.shape), 0, -1))
    seeds = np.zeros(part.values.shape, np.uint8)
    seeds[np.linalg.norm(places - ends.mean(axis=0), axis=-1) > OUTSIDE * length] = 2
    seeds[_core(places, ends)] = 1
    for correction in corrections:
        seeds[_core(places, np.array(correction.points))] = 1 if correction.what == ADD else 2
    cut = slicer.vtkImageGrowCutSegment()
    cut.SetIntensityVolume(_oriented(part.values.astype(np.int16), part))
    cut.SetSeedLabelVolume(_oriented(seeds, part))
    cut.Update()
    return Image(_voxels(cut.GetOutput(), part.values.shape) == 1, image.lattice, part.offset)


def _box(image: Image, ends: np.ndarray, corrections: tuple[Correction, ...]) -> Box:
    length = float(np.linalg.norm(ends[1] - ends[0]))
    lattice = image.lattice
    centre, half = lattice.to_index(ends.mean(axis=0)), CROP * length / np.array(lattice.spacing)
    box = Box(as_index(np.floor(centre - half)), as_index(np.ceil(centre + half) + 1))
    for correction in corrections:
        index = lattice.to_index(np.array(correction.points))
        more = Box(as_index(np.floor(index.min(axis=0)) - 2), as_index(np.ceil(index.max(axis=0)) + 3))
        box = box.union(more)
    return box


def _core(places: np.ndarray, ends: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(ends[1] - ends[0]))
    along = (places - ends[0]) @ (ends[1] - ends[0]) / length**2
    beside = np.linalg.norm(places - ends[0] - along[..., None] * (ends[1] - ends[0]), axis=-1)
    return (np.abs(along - 0.5) < 0.5 - CORE_END) & (beside <= CORE_RADIUS * length)


def _oriented(values: np.ndarray, part: Image):
    import slicer
    from vtkmodules.util.numpy_support import numpy_to_vtk

    data = slicer.vtkOrientedImageData()
    data.SetDimensions(*values.shape[::-1])
    data.SetSpacing(*part.lattice.spacing[::-1])
    data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(values).ravel(), deep=True))
    return data


def _voxels(data, shape: tuple[int, ...]) -> np.ndarray:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    return vtk_to_numpy(data.GetPointData().GetScalars()).reshape(shape)


def shape_shares(truth: Image, ends: np.ndarray) -> Shares:
    """A lesion's semi-axes along its stroke, across it in the slice and through the slices, as shares.

    Of half the stroke's length; those of the ellipsoid with the lesion's second moments and volume.
    """
    index = np.argwhere(truth.values) + np.array(truth.offset)
    axes, length = _frame(ends)
    places = truth.lattice.to_lps(index) @ axes.T
    semi = np.sqrt(5 * places.var(axis=0))
    volume = len(index) * truth.lattice.voxel_volume_mm3
    semi *= (volume / (4 / 3 * np.pi * semi.prod())) ** (1 / 3)
    along, across, through = (float(value) for value in semi / (length / 2))
    return along, across, through


def shape_alone(shares: Shares, image: Image, gesture: str, ends: np.ndarray) -> SegmentedLesion:
    """An ellipsoid on the stroke; the CT is not looked at."""
    axes, length = _frame(ends)
    semi = np.array(shares) * length / 2
    lattice = image.lattice
    guess = Ellipsoid(ends.mean(axis=0), axes, semi)
    reach = semi.max() / np.array(lattice.spacing)
    middle = lattice.to_index(guess.centre)
    box = Box(as_index(np.floor(middle - reach)), as_index(np.ceil(middle + reach) + 1))
    box = box.intersect(Box.whole(lattice.shape))
    places = lattice.to_lps(np.moveaxis(np.indices(box.shape), 0, -1) + np.array(box.start))
    return SegmentedLesion(Image(guess.depth(places) <= 1, lattice, box.start), None)


def _frame(ends: np.ndarray) -> tuple[np.ndarray, float]:
    """The stroke's own axes as rows (along, across in its slice, through), and its length."""
    length = float(np.linalg.norm(ends[1] - ends[0]))
    along = (ends[1] - ends[0]) / length
    helper = np.eye(3)[2 if abs(along[2]) < 0.5 else 1]
    through = helper - along * (along @ helper)
    through /= np.linalg.norm(through)
    return np.stack([along, np.cross(through, along), through]), length


@dataclass(frozen=True)
class Method:
    """How a lesion is segmented: `segmenter_for` a patient, and by which gestures."""

    segmenter_for: Callable[[str], Segmenter]
    gestures: tuple[str, ...]


def methods(shares: Mapping[str, Shares], models: Path | None = None) -> dict[str, Method]:
    """All methods; `shares` are the mean shape's for each patient, from all others; `models` are ours."""
    return {
        "ours": Method(partial(segmenter_for, models=models), GESTURES),
        "GrowCut": Method(lambda patient: _growcut, (STROKE,)),
        "shape alone": Method(lambda patient: partial(shape_alone, shares[patient]), (STROKE,)),
    }


METHODS = ("ours", "GrowCut", "shape alone")


def corrected(
    method: str, image: Image, mask: Image, ends: np.ndarray, corrections: tuple[Correction, ...]
) -> Image:
    """A mask with the last of these corrections: by ours, or by GrowCut with the seeds of all."""
    if method == "GrowCut":
        return growcut(image, ends, corrections)
    last = corrections[-1]
    return segment_points(image, last.points, last.what, mask).mask

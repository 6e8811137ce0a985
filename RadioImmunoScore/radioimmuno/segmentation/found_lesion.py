"""From what was drawn to the lesion: field, surface, edge, and what is none of it taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image
from ..lesion import Delineation
from .agreement_model import agreement_features, expected_agreement
from .boosted_trees import SegmentationModel, shipped_model
from .edge_alignment import align_to_edge, edge_profile, for_edges
from .lesion_field import LesionField, lesion_field, surface_of
from .parameters import PARAMETERS as P
from .prior import Prior
from .segmented_lesion import BY_STROKE, NOTHING_FOUND, SegmentedLesion, judged, segmented_lesion
from .stroke_tissue import foreign_voxels
from .surface import Surface
from .surroundings import box_around, surroundings


@dataclass(frozen=True, eq=False)
class FoundLesion:
    """A lesion on a canonical CT.

    Parameters
    ----------
    mask : Image of bool
        Its voxels.
    agreement_features : dict of str to float
        What tells how good it is.
    findings : tuple of Finding
        What to know about it.
    """

    mask: Image
    agreement_features: dict[str, float]
    findings: tuple[Finding, ...]


def find_lesion(
    ct: Image, prior: Prior, model: SegmentationModel | None = None, cells: int = P.cells
) -> FoundLesion:
    """The lesion that was drawn.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    prior : Prior
        What was drawn.
    model : SegmentationModel, optional
        Instead of the one that comes with the software.
    cells : int, optional
        So many cubes are as long as the stroke.

    Raises
    ------
    InputError
        When nothing differs from its neighbourhood.
    """
    model = model or shipped_model()
    length = prior.length_mm
    field = lesion_field(ct, prior, model.voxels, cells)
    tissue = field.features.tissue
    reach = float(np.abs(prior.guess.axes.T @ np.array(P.grid_reach)).max()) * length
    around = surroundings(ct, prior.guess.centre, reach, P.blur_share * length)
    sharp = for_edges(around)
    part = ct.crop(box_around(ct.lattice, prior.guess.centre, reach))
    foreign = foreign_voxels(part, field.features.own_hu, field.features.line, tissue)
    # Bone that the stroke crosses, with its marrow, parts no lesion; air ends it.
    bone = foreign & (part.values > P.outside_air_hu)
    crossed = _on_grid(field, part, bone) if tissue.has_bone else None
    first = surface_of(field, crossed)
    surface = _bounded(align_to_edge(sharp, first, field, length), prior)
    edge = edge_profile(sharp, surface)
    if edge.trust.mean() < P.nothing_clarity:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    mask = _without(surface.voxels(ct.lattice), Image(foreign, ct.lattice, part.offset))
    features = agreement_features(prior, field, first, surface, edge)
    return FoundLesion(mask, features, _findings(tissue.has_bone, tissue.has_air))


def as_segmented(
    found: FoundLesion,
    image: Image,
    model: SegmentationModel | None = None,
    delineation: Delineation = BY_STROKE,
) -> SegmentedLesion:
    """The lesion on the axis order of the CT as it is stored, with its expected agreement with a reader.

    Parameters
    ----------
    found : FoundLesion
        On the canonical CT.
    image : Image
        The CT, in any axis order.
    model : SegmentationModel, optional
        Instead of the one that comes with the software.
    delineation : Delineation, optional
        What was drawn.

    Raises
    ------
    InputError
        `stroke.nothing_found` when no voxel is inside.
    """
    segmented = segmented_lesion(found.mask, image, found.findings)
    agreement = expected_agreement(found.agreement_features, (model or shipped_model()).agreement)
    return judged(replace(segmented, delineation=delineation), agreement)


def _on_grid(field: LesionField, part: Image, mask: np.ndarray) -> np.ndarray:
    """Whether the voxel nearest to each of the field's cubes is in a mask on a crop of the CT."""
    axes = [
        np.rint((corner + field.grid.step_mm * np.arange(count)) / spacing).astype(int) - first
        for corner, count, spacing, first in zip(
            field.grid.corner, field.grid.shape, part.lattice.spacing, part.offset, strict=True
        )
    ]
    nearest = [np.clip(axis, 0, count - 1) for axis, count in zip(axes, mask.shape, strict=True)]
    return mask[np.ix_(*nearest)]


def _bounded(surface: Surface, prior: Prior) -> Surface:
    """The surface, shrunk to the largest volume that a stroke allows."""
    most = P.most_balls if prior.is_axial else P.most_balls_across
    balls = float((surface.radii**3).mean()) / (prior.length_mm / 2) ** 3
    return Surface(surface.centre, surface.radii * min(1.0, most / balls) ** (1 / 3))


def _without(mask: Image, foreign: Image) -> Image:
    """The largest piece of a mask that foreign voxels leave."""
    from scipy.ndimage import label

    out = mask.values & foreign.within(mask.box, False)
    if not out.any():
        return mask
    pieces, count = label(mask.values & ~out)
    if count == 0:
        return mask
    return replace(mask, values=pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax()))


def _findings(has_bone: bool, has_air: bool) -> tuple[Finding, ...]:
    if not (has_bone or has_air):
        return ()
    tissues = " and ".join(name for name, there in (("bone", has_bone), ("air", has_air)) if there)
    text = (
        f"The stroke runs through {tissues}: that was not taken for the lesion. Look whether it "
        "belongs to it, and add it with another stroke where it does."
    )
    return (Finding("stroke.foreign", Severity.WARN, text),)

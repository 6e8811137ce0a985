"""Rings and interior maps of all lesions in one volume each, for other viewers."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..geometry.image import Image, Lattice, to_sitk
from ..identity import Identity
from ..io.volume_writer import write_volume
from ..memory import require_memory
from ..scoring.results import PatientScore

if TYPE_CHECKING:
    import SimpleITK as sitk
from functools import reduce

from ..extraction.voxel_maps import TITLES, UNITS
from ..geometry.image import Box
from ..identity import UNKNOWN

# What a label map takes for each voxel: 8 bits, once as an array and once for the writer.
LABEL_BYTES = 2
MAX_LABEL = np.iinfo(np.uint16).max
LESIONS_KEY = "RadioImmunoScore.lesions"
PATIENT_KEY, STUDY_KEY = "RadioImmunoScore.patient", "RadioImmunoScore.study"
RULE_KEY = "RadioImmunoScore.overlap"
RULE_OF_RINGS = "A voxel of several rings belongs to the lesion that is listed first."
RULE_OF_MAPS = "A voxel of several lesions has the value of the one that is listed first."

# What viewers get for voxels outside of the lesions: not-a-number spoils their windows. No neighbourhood has
# these: intensities below -1100 HU are padding and left out, entropies and contrasts are never negative.
OUTSIDE = {"mean": -2000.0}
OUTSIDE_OTHERS = -1.0
MAP_KEY = "RadioImmunoScore.map"
OUTSIDE_KEY = "RadioImmunoScore.outside"
FILTER_KEY = "RadioImmunoScore.filter"


def write_rings(patient: PatientScore, path: str | os.PathLike[str], grid: Lattice | None = None) -> None:
    """Write the lesions' rings as one label map on the whole resampled grid (NRRD, uint8 or uint16).

    A lesion's label is its own identifier when that is a positive whole number (up to 65535), else the lowest
    free one. The file's header says which label is which lesion (`RadioImmunoScore.lesions`, JSON) and whose
    a voxel of several rings is: the lesion's that is listed first.

    Parameters
    ----------
    patient : PatientScore
        Its lesions may be without a ring; they have a label and no voxels.
    path : path-like
        File to write.
    grid : Lattice, optional
        The resampled grid's; only needed where no lesion has a ring.

    Raises
    ------
    ValueError
        When there is neither a ring nor a grid, or rings lie on different grids.
    """
    rings = [lesion.ring for lesion in patient.lesions if lesion.ring is not None]
    if grid is None:
        if not rings:
            raise ValueError("no lesion has a ring, so that the grid is not known; give the grid")
        grid = rings[0].lattice
    labels = label_of([lesion.id for lesion in patient.lesions])
    pairs = [(labels[lesion.id], lesion.ring) for lesion in patient.lesions if lesion.ring is not None]
    names = {labels[lesion.id]: {"id": lesion.id, "name": lesion.name} for lesion in patient.lesions}
    image = to_sitk(_paint(pairs, grid, max(labels.values(), default=0)))
    set_identity(image, patient.identity)
    _write(image, names, path)


def set_identity(image: sitk.Image, identity: Identity) -> None:
    """Write whose it is into a volume's header; what is not known is left out."""
    for key, text in ((PATIENT_KEY, identity.patient), (STUDY_KEY, identity.study)):
        if text:
            image.SetMetaData(key, text)


def label_of(ids: Sequence[str]) -> dict[str, int]:
    """Identifier -> label: its own number where it is one, the lowest free one elsewhere.

    Raises
    ------
    ValueError
        When two lesions have the same identifier.
    """
    if len(set(ids)) < len(ids):
        raise ValueError("two lesions have the same identifier")
    labels: dict[str, int] = {}
    for name in ids:
        own = int(name) if name.isascii() and name.isdigit() and len(name) <= len(str(MAX_LABEL)) else 0
        if 0 < own <= MAX_LABEL and own not in labels.values():
            labels[name] = own
    taken = set(labels.values())
    free = (label for label in range(1, MAX_LABEL + 1) if label not in taken)
    return {name: labels[name] if name in labels else next(free) for name in ids}


def check_grid(grid: Lattice) -> None:
    """Refuse a grid on which a label map would take more memory than there is.

    Raises
    ------
    Refusal
        `settings.too_large`.
    """
    require_memory(LABEL_BYTES * math.prod(grid.shape), "A label map on the resampled grid")


def _paint(rings: Sequence[tuple[int, Image]], grid: Lattice, highest: int) -> Image:
    check_grid(grid)
    values = np.zeros(grid.shape, np.uint8 if highest <= np.iinfo(np.uint8).max else np.uint16)
    for label, ring in rings:
        if not ring.lattice.coincides(grid):
            raise ValueError("the rings lie on different grids")
        part = ring.crop(ring.box.intersect(Image(values, grid).box))
        there = values[part.box.slices]
        there[part.values & (there == 0)] = label
    return Image(values, grid)


def _write(image: sitk.Image, lesions: Mapping[int, Mapping[str, str]], path: str | os.PathLike[str]) -> None:
    image.SetMetaData(LESIONS_KEY, json.dumps({str(label): lesions[label] for label in sorted(lesions)}))
    image.SetMetaData(RULE_KEY, RULE_OF_RINGS)
    write_volume(path, image)


def write_map(
    name: str, maps: Mapping[str, Image], path: str | os.PathLike[str], identity: Identity = UNKNOWN
) -> None:
    """Write one map of all lesions (NRRD, float32), cut to the box that holds them.

    The header holds what it is, in which unit, the lesions, and the value outside of them.

    Parameters
    ----------
    name : str
        One of `voxel_maps.MAPS`.
    maps : mapping of str to Image
        Lesion's identifier -> its map, on one grid; at least one.
    path : path-like
        File to write.
    identity : Identity, optional
        Whose they are.
    """
    outside = OUTSIDE.get(name, OUTSIDE_OTHERS)
    image = to_sitk(_together(list(maps.values()), outside))
    set_identity(image, identity)
    image.SetMetaData(MAP_KEY, json.dumps({"name": name, "title": TITLES[name], "unit": UNITS[name]}))
    image.SetMetaData(OUTSIDE_KEY, f"{outside:g}")
    image.SetMetaData(LESIONS_KEY, json.dumps(list(maps)))
    image.SetMetaData(RULE_KEY, RULE_OF_MAPS)
    write_volume(path, image)


def _together(maps: list[Image], outside: float) -> Image:
    box = reduce(Box.union, (one.box for one in maps))
    values = np.full(box.shape, outside, np.float32)
    for one in reversed(maps):
        there = values[one.box.slices_in(box)]
        np.copyto(there, one.values, where=np.isfinite(one.values), casting="same_kind")
    return Image(values, maps[0].lattice, box.start)


def write_response(
    response: Image, name: str, words: str, path: str | os.PathLike[str], identity: Identity = UNKNOWN
) -> None:
    """Write the response map of a filter (float32); a NRRD's header says which filter and whose.

    Parameters
    ----------
    response : Image
        Whole: without an offset on its lattice.
    name, words : str
        The filter's name, and what it does.
    path : path-like
        File to write, with one of `volume_writer.ENDINGS`; NIfTI keeps the voxels and their place alone.
    identity : Identity, optional
        Whose it is.
    """
    image = to_sitk(response)
    set_identity(image, identity)
    image.SetMetaData(FILTER_KEY, json.dumps({"name": name, "does": words}))
    write_volume(path, image)

"""Lesions as a plain label map, for software that knows no segments."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from ..geometry.image import Image, Lattice, to_sitk
from .volume_writer import write_volume


def write_label_map(path: str | os.PathLike[str], masks: Sequence[Image], lattice: Lattice) -> None:
    """Write masks as labels 1, 2, ... on the whole lattice; a voxel of several belongs to the first.

    Parameters
    ----------
    path : path-like
        File to write; its ending is the format (.nrrd, .nii, .nii.gz, .mha).
    masks : sequence of Image
        Bool Images on `lattice`.
    lattice : Lattice
        The CT's.
    """
    values = np.zeros(lattice.shape, np.uint8 if len(masks) < 256 else np.uint16)
    for label, mask in enumerate(masks, start=1):
        there = values[mask.box.slices]
        there[mask.values & (there == 0)] = label
    write_volume(path, to_sitk(Image(values, lattice)))

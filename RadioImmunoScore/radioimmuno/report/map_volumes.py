"""Maps of all lesions in one volume, for viewers that know no voxels without a value."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import reduce

import numpy as np

from ..extraction.voxel_maps import TITLES, UNITS
from ..geometry.image import Box, Image, to_sitk
from ..identity import UNKNOWN, Identity
from ..io.volume_writer import write_volume
from .ring_map import set_identity

# What viewers get for voxels outside of the lesions: not-a-number spoils their windows. No neighbourhood has
# these: intensities below -1100 HU are padding and left out, entropies and contrasts are never negative.
OUTSIDE = {"mean": -2000.0}
OUTSIDE_OTHERS = -1.0

LESIONS_KEY = "RadioImmunoScore.lesions"
MAP_KEY = "RadioImmunoScore.map"
OUTSIDE_KEY = "RadioImmunoScore.outside"
RULE_KEY = "RadioImmunoScore.overlap"
RULE = "A voxel of several lesions has the value of the one that is listed first."


def write_map(
    name: str, maps: Mapping[str, Image], path: str | os.PathLike[str], identity: Identity = UNKNOWN
) -> None:
    """Write one map of all lesions (NRRD, float32), cut to the box that holds them.

    The header tells what it is, in which unit, the lesions, and the value outside of them.

    Parameters
    ----------
    name : of `maps.MAPS`
    maps : lesion's identifier -> its map, on one grid; at least one
    path : file to write
    identity : whose they are
    """
    outside = OUTSIDE.get(name, OUTSIDE_OTHERS)
    image = to_sitk(_together(list(maps.values()), outside))
    set_identity(image, identity)
    image.SetMetaData(MAP_KEY, json.dumps({"name": name, "title": TITLES[name], "unit": UNITS[name]}))
    image.SetMetaData(OUTSIDE_KEY, f"{outside:g}")
    image.SetMetaData(LESIONS_KEY, json.dumps(list(maps)))
    image.SetMetaData(RULE_KEY, RULE)
    write_volume(path, image)


def _together(maps: list[Image], outside: float) -> Image:
    box = reduce(Box.union, (one.box for one in maps))
    values = np.full(box.shape, outside, np.float32)
    for one in reversed(maps):
        there = values[one.box.slices_in(box)]
        np.copyto(there, one.values, where=np.isfinite(one.values), casting="same_kind")
    return Image(values, maps[0].lattice, box.start)

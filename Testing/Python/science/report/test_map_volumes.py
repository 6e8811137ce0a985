"""Maps of several lesions in one volume that viewers can show."""

import json

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.extraction.voxel_maps import MAPS
from radioimmuno.geometry.image import Image, Lattice, from_sitk
from radioimmuno.report.volume_files import write_map

LATTICE = Lattice((20, 30, 40), (1.0, 1.0, 1.0), (-5.0, 7.0, 100.0))


def two_maps() -> dict[str, Image]:
    first = np.full((4, 5, 6), 1.5)
    first[0, 0, 0] = np.nan
    return {
        "a": Image(first, LATTICE, (2, 3, 4)),
        "b": Image(np.full((4, 4, 4), 2.5), LATTICE, (4, 6, 8)),
    }


@pytest.mark.parametrize("name", MAPS)
def test_every_lesion_lies_in_its_place_and_outside_is_no_value_of_a_lesion(name, tmp_path):
    write_map(name, two_maps(), tmp_path / "map.nrrd")
    stored = sitk.ReadImage(str(tmp_path / "map.nrrd"))
    image = from_sitk(stored)
    assert LATTICE.offset_of(image.lattice) == (2, 3, 4)
    assert image.values.shape == (6, 7, 8)
    assert image.values.dtype == np.float32
    outside = float(stored.GetMetaData("RadioImmunoScore.outside"))
    assert outside == (-2000 if name == "mean" else -1)
    assert image.values[0, 0, 0] == outside
    assert image.values[5, 6, 7] == 2.5
    # Both lesions have these; the first one listed wins.
    assert image.values[2, 3, 4] == 1.5
    assert np.count_nonzero(image.values == 1.5) == 4 * 5 * 6 - 1
    assert np.isfinite(image.values).all()
    assert json.loads(stored.GetMetaData("RadioImmunoScore.map"))["name"] == name
    assert json.loads(stored.GetMetaData("RadioImmunoScore.lesions")) == ["a", "b"]

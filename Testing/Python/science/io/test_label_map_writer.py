"""Lesions as a plain label map: a label each, in order, on the whole lattice."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.label_map_writer import write_label_map

SHAPE = (5, 6, 8)
LATTICE = Lattice(SHAPE, (2.5, 0.5, 0.75), (-30.0, 12.0, 100.0))


def voxel(k: int, j: int, i: int, size: int = 1) -> Image:
    return Image(np.ones((1, 1, size), bool), LATTICE, (k, j, i))


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
def test_labels_count_from_one_and_a_shared_voxel_belongs_to_the_first(tmp_path, ending):
    path = tmp_path / f"lesions{ending}"
    write_label_map(path, [voxel(0, 0, 0, 3), voxel(0, 0, 2, 2), voxel(4, 5, 7)], LATTICE)
    expected = np.zeros(SHAPE, np.uint8)
    expected[0, 0, :3], expected[0, 0, 3], expected[4, 5, 7] = 1, 2, 3
    read = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read), expected)
    assert read.GetSpacing() == pytest.approx((0.75, 0.5, 2.5))
    assert read.GetOrigin() == pytest.approx((-30.0, 12.0, 100.0))


def test_more_lesions_than_a_byte_has_labels_keep_theirs(tmp_path):
    lattice = Lattice((1, 1, 300), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    masks = [Image(np.ones((1, 1, 1), bool), lattice, (0, 0, place)) for place in range(256)]
    path = tmp_path / "lesions.nrrd"
    write_label_map(path, masks, lattice)
    values = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[0, 0]
    assert values.tolist() == [*range(1, 257), *([0] * 44)]

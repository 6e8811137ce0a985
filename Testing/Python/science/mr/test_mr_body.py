"""The body on an MR."""

import numpy as np
import pytest
import SimpleITK as sitk
from phantom import AIR, SHAPE, SPACING_MM, inside, limb, smooth_field

from radioimmuno.geometry.image import from_sitk
from radioimmuno.mr.body import body_mask


@pytest.mark.parametrize("kind", ["linear", "coil"])
def test_the_limb_is_found_with_its_bone_whatever_the_field(kind):
    mask = body_mask((limb() * smooth_field(SHAPE, kind)).astype(np.float32), SPACING_MM)
    assert mask[inside()].all()
    # Blocks of 4 x 3 x 3 mm may hold a voxel of air.
    assert mask.mean() < 1.2 * inside().mean()


def test_a_crop_without_air_is_body_all_over():
    inner = limb()[:, 30:66, 30:66]
    assert body_mask(inner, SPACING_MM).mean() > 0.99


def test_a_second_smaller_piece_is_left_out():
    values = limb()
    values[:, :6, :6] = 500.0
    assert not body_mask(values, SPACING_MM)[:, :6, :6].any()


@pytest.mark.parametrize("values", [np.zeros((4, 8, 8)), np.full((4, 8, 8), -3.0)])
def test_where_nothing_is_bright_there_is_no_body(values):
    assert not body_mask(values, SPACING_MM).any()


@pytest.mark.parametrize("name", ["STS_019", "STS_025", "STS_041"])
def test_on_patients_the_lesion_lies_in_the_body_and_air_does_not(name, data):
    folder = data / "sts" / name
    files = (folder / f"{file}.nii.gz" for file in ("mr_t1", "mr_t1_mask"))
    image, lesion = (from_sitk(sitk.ReadImage(str(file))).canonical() for file in files)
    mask = body_mask(image.values, image.lattice.spacing)
    assert mask[lesion.values > 0].all()
    assert np.median(image.values[~mask]) < 6 * AIR

"""Images that are no DICOM: what a file is taken for, and what is said of it.

Tests of: image.
"""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError, Severity
from radioimmuno.io.image import read_image
from radioimmuno.modality import CT, MR, PET

SUV = np.random.default_rng(3).gamma(2.0, 0.6, (8, 9, 10))


def volume(path, values):
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path))
    return path


def test_a_file_is_a_ct_unless_something_else_is_said(tmp_path):
    file = volume(tmp_path / "a.nrrd", SUV)
    assert read_image(file).modality is CT
    assert read_image(file, modality=MR).findings == ()


def test_a_pet_is_taken_as_suv_and_says_so(tmp_path):
    pet = read_image(volume(tmp_path / "pet.nii.gz", SUV), modality=PET)
    np.testing.assert_allclose(pet.image.values, SUV)
    assert [(f.code, f.severity) for f in pet.findings] == [("pet.taken_as_suv", Severity.WARN)]
    assert pet.suv is None


def test_values_that_cannot_be_suv_are_refused_until_they_are_accepted(tmp_path):
    file = volume(tmp_path / "pet.nrrd", 5000 * SUV)
    assert [f.severity for f in read_image(file, modality=PET).findings] == [Severity.WARN, Severity.REFUSE]
    accepted = read_image(file, modality=PET, accepted=["pet.suv_implausible"]).findings
    assert [f.code for f in accepted] == ["pet.taken_as_suv", "pet.suv_implausible"]
    assert not any(f.refuses for f in accepted)


@pytest.mark.parametrize("modality", [CT, PET, MR])
def test_several_values_a_voxel_are_refused(tmp_path, modality):
    file = tmp_path / "color.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((4, 5, 6, 3)), isVector=True), str(file))
    with pytest.raises(InputError, match=modality.name):
        read_image(file, modality=modality)

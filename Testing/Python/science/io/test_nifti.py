"""NIfTI headers that say twice where the volume lies, and matrices that are no rotation."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError, Severity
from radioimmuno.io.ct import read_ct
from radioimmuno.io.lesions import read_lesions

SHAPE, SPACING, ORIGIN = (12, 20, 24), (0.8, 0.9, 2.5), (-40.0, 12.5, 300.0)
CODES, MATRIX = 252, 280
OBLIQUE = sitk.Euler3DTransform((0, 0, 0), 0.2, -0.3, 0.5).GetMatrix()


def volume(values, direction=(1, 0, 0, 0, 1, 0, 0, 0, 1)):
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(SPACING)
    image.SetOrigin(ORIGIN)
    image.SetDirection(direction)
    return image


def ct_values():
    return np.linspace(-1000, 1500, int(np.prod(SHAPE))).astype(np.int16).reshape(SHAPE)


def mask_values():
    values = np.zeros(SHAPE, np.uint8)
    values[4:9, 5:12, 6:14] = 1
    return values


def nifti(path, values, *, qform=1, sform=1, shift=0.0, shear=0.0, **more):
    """A file whose sform is shifted along x (mm) and sheared (mm of x a slice)."""
    sitk.WriteImage(volume(values, **more), str(path))
    packed = path.suffix == ".gz"
    content = bytearray(gzip.decompress(path.read_bytes()) if packed else path.read_bytes())
    matrix = np.array(struct.unpack_from("<12f", content, MATRIX)).reshape(3, 4)
    matrix[0, 3] += shift
    matrix[0, 2] += shear
    struct.pack_into("<hh", content, CODES, qform, sform)
    struct.pack_into("<12f", content, MATRIX, *matrix.ravel())
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def differing(findings):
    return [f for f in findings if f.code == "ct.transforms_differ"]


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
@pytest.mark.parametrize("direction", [(1, 0, 0, 0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, 1, 0, 0, 0, -1), OBLIQUE])
def test_transforms_that_agree_are_no_finding(tmp_path, name, direction):
    read = read_ct(nifti(tmp_path / name, ct_values(), direction=direction))
    assert not differing(read.findings)


@pytest.mark.parametrize(("shift", "found"), [(0.09, 0), (0.2, 1), (-15.0, 1)])
def test_two_places_are_a_warning_above_a_tenth_of_a_millimetre(tmp_path, shift, found):
    read = read_ct(nifti(tmp_path / "ct.nii", ct_values(), shift=shift))
    assert len(differing(read.findings)) == found
    for finding in differing(read.findings):
        assert finding.severity is Severity.WARN
        assert f"up to {abs(shift):.1f} mm apart" in finding.text


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1)])
def test_the_warning_names_the_transform_that_was_taken(tmp_path, codes):
    # Which one ITK takes depends on the codes and on its version. NIfTI's x runs against DICOM's: 2 mm more
    # there is 2 mm less here.
    path = nifti(tmp_path / "ct.nii", ct_values(), qform=codes[0], sform=codes[1], shift=2.0)
    read = read_ct(path)
    taken = "sform" if read.image.lattice.origin[0] == pytest.approx(-42.0, abs=1e-4) else "qform"
    assert read.image.lattice.origin[0] == pytest.approx({"sform": -42.0, "qform": -40.0}[taken], abs=1e-4)
    assert f"The {taken} was taken." in differing(read.findings)[0].text


def test_a_transform_that_the_header_does_not_give_is_not_compared(tmp_path):
    assert not differing(read_ct(nifti(tmp_path / "a.nii", ct_values(), qform=0, shift=5.0)).findings)
    assert not differing(read_ct(nifti(tmp_path / "b.nii", ct_values(), sform=0, shift=5.0)).findings)


@pytest.mark.parametrize("qform", [0, 1, 2])
@pytest.mark.parametrize("sform", [1, 2])
@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
def test_a_sheared_volume_is_refused_as_sheared(tmp_path, qform, sform, name):
    path = nifti(tmp_path / name, ct_values(), qform=qform, sform=sform, shear=0.5)
    with pytest.raises(InputError, match="not at right angles") as caught:
        read_ct(path)
    assert caught.value.code == "ct.unreadable"


def test_masks_are_held_to_the_same(tmp_path):
    image = read_ct(nifti(tmp_path / "ct.nii", ct_values())).image
    found = read_lesions(nifti(tmp_path / "m.nii", mask_values(), shift=1.5), image).findings["1"]
    assert "1.5 mm apart" in differing(found)[0].text
    with pytest.raises(InputError, match="not at right angles") as caught:
        read_lesions(nifti(tmp_path / "s.nii", mask_values(), shear=0.5), image)
    assert caught.value.code == "mask.unreadable"


def test_a_mask_without_a_fault_has_no_finding(tmp_path):
    image = read_ct(nifti(tmp_path / "ct.nii", ct_values(), direction=OBLIQUE)).image
    assert not read_lesions(nifti(tmp_path / "m.nii", mask_values(), direction=OBLIQUE), image).findings

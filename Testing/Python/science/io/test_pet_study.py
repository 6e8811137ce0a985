"""A PET, its lesions and its reference regions from files, brought to the PET's voxels.

Tests of: carrying.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError, Severity
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.io.carrying import carry_lesions
from radioimmuno.io.pet_study import PetFiles, ReferenceRegion, read_pet_study
from radioimmuno.lesion import Lesion

LATTICE = Lattice((16, 18, 20), (4.0, 4.0, 4.0), (-30.0, 10.0, 200.0))
FINE = Lattice((64, 72, 80), (1.0, 1.0, 1.0), (-31.5, 8.5, 198.5))


def cube(start, stop, scale=1):
    mask = np.zeros((FINE if scale > 1 else LATTICE).shape, np.uint8)
    mask[(slice(start * scale, stop * scale),) * 3] = 1
    return mask


def write(path, values, lattice=LATTICE, names=()):
    image = to_sitk(Image(values, lattice))
    for number, name in enumerate(names):
        known = {"ID": f"S{number}", "Name": name, "LabelValue": str(number + 1), "Layer": "0"}
        for key, value in known.items():
            image.SetMetaData(f"Segment{number}_{key}", value)
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture
def files(tmp_path):
    suv = 1 + 0.1 * np.random.default_rng(2).random(LATTICE.shape)
    suv[3:7, 3:7, 3:7] = 7.0
    labels = cube(3, 7) + 2 * cube(10, 14)
    return PetFiles(
        write(tmp_path / "pet.nrrd", suv),
        write(tmp_path / "drawn.seg.nrrd", labels, names=("tumor", "Blood pool")),
    )


def read(files, *references, **other):
    fields = {"pet": files.pet, "lesions": files.lesions, "references": references} | other
    return read_pet_study(PetFiles(**fields))


def test_reference_regions_are_taken_out_of_the_lesions(files):
    study = read(files, ReferenceRegion("blood_pool"))
    assert [lesion.name for lesion in study.lesions] == ["tumor"]
    assert study.references["blood_pool"].box.start == (10, 10, 10)
    assert study.left_out == ()
    assert [one.name for one in read(files).left_out] == ["Blood pool"]


def test_structures_that_one_pattern_matches_are_one_region(files):
    study = read(files, ReferenceRegion("both", None, "*o*"))
    assert study.lesions == ()
    assert np.count_nonzero(study.references["both"].values) == 128


@pytest.mark.parametrize("called", ["Blood pool", "blood_pool", "Blood pool reference", "BLOOD-POOL"])
def test_a_structure_is_found_by_the_name_of_the_region(files, tmp_path, called):
    drawn = write(tmp_path / "r.seg.nrrd", cube(10, 14) + 2 * cube(3, 7), names=(called, "Liver"))
    study = read(files, ReferenceRegion("blood_pool", drawn), ReferenceRegion("liver", drawn))
    assert study.references["blood_pool"].box.start == (10, 10, 10)
    assert study.references["liver"].box.start == (3, 3, 3)


def test_a_file_of_several_structures_needs_a_name_that_fits(files):
    with pytest.raises(InputError, match="there are: tumor, Blood pool") as refused:
        read(files, ReferenceRegion("liver", files.lesions))
    assert refused.value.code == "mask.no_match"
    assert "liver=drawn.seg.nrrd:NAME" in str(refused.value)


def test_lesions_of_another_grid_keep_their_volume(files, tmp_path):
    drawn = write(tmp_path / "fine.nrrd", cube(3, 7, 4), FINE)
    (lesion,) = read(files, lesions=drawn).lesions
    assert lesion.mask.lattice.shape == LATTICE.shape
    assert lesion.mask.box.start == (3, 3, 3)
    assert lesion.voxels == 64


def test_values_that_are_no_suv_serve_where_there_is_a_reference(files, tmp_path):
    activity = write(tmp_path / "bq.nrrd", 5000.0 * sitk.GetArrayFromImage(sitk.ReadImage(str(files.pet))))
    study = read(files, ReferenceRegion("blood_pool"), pet=activity)
    assert (study.scale.is_suv, study.refusal.code) == (False, "pet.suv_implausible")
    assert not any(finding.refuses for finding in study.findings["S0"])
    alone = read(files, pet=activity)
    assert alone.refusal is None
    assert any(finding.refuses for finding in alone.findings["S0"])
    accepted = read(files, pet=activity, accepted=frozenset({"pet.suv_implausible"}))
    assert accepted.scale.is_suv
    assert not any(finding.refuses for finding in accepted.findings["S0"])


def test_what_a_person_says_of_a_files_quantity_stands_in_each_row(files):
    found = read(files, quantity="lbm").findings["S0"]
    assert any("taken as SUL (Janmahasatian), as was asked for" in finding.text for finding in found)
    assert any("taken as SUV by body weight" in finding.text for finding in read(files).findings["S0"])


def test_carrying_keeps_what_was_found_before_and_refuses_what_is_too_small():
    large = Lesion("1", "large", Image(cube(3, 7, 4) > 0, FINE))
    mask = np.zeros(FINE.shape, bool)
    mask[33, 33, 33] = True
    small = Lesion("2", "small", Image(mask, FINE))
    found = carry_lesions(Path("drawn.nrrd"), [large, small], LATTICE)
    assert [lesion.voxels for lesion in found.lesions] == [64, 0]
    assert [(f.code, f.severity) for f in found.findings["2"]] == [("mask.carried", Severity.REFUSE)]
    again = carry_lesions(Path("drawn.nrrd"), [small], LATTICE, {"2": list(found.findings["2"])})
    assert len(again.findings["2"]) == 2

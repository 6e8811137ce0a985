"""Reference regions of a study are found by name, and are no lesions.

Tests of: reference_regions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.reference_regions import ReferenceRegion, read_references
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

LATTICE = Lattice((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
LESIONS = Path("lesions.seg.nrrd")


def structure(key, name, at):
    values = np.zeros(LATTICE.shape, bool)
    values[at] = True
    return Lesion(key, name, Image(values, LATTICE))


STRUCTURES = [
    structure("1", "Tumor", 0),
    structure("2", "Blood pool reference", 1),
    structure("3", "Psoas", 2),
]


def read(*regions, structures=STRUCTURES):
    return read_references(regions, LESIONS, lambda path: structures)


def test_a_region_is_the_structure_called_so_or_the_one_that_is_named():
    found = read(ReferenceRegion("blood_pool"), ReferenceRegion("muscle", roi="Pso*"))
    assert {name: [one.id for one in parts] for name, parts in found.structures.items()} == {
        "blood_pool": ["2"],
        "muscle": ["3"],
    }
    assert found.taken == {"2", "3"}
    masks = found.masks(LATTICE)
    assert np.argwhere(masks["muscle"].values).shape == (16, 3)
    assert masks["muscle"].offset == (2, 0, 0)


def test_of_a_file_of_its_own_the_only_structure_is_taken_and_no_lesion():
    found = read(ReferenceRegion("liver", Path("liver.nrrd")), structures=STRUCTURES[:1])
    assert [one.id for one in found.structures["liver"]] == ["1"]
    assert found.taken == frozenset()


def test_a_region_that_is_not_there_is_refused_with_what_there_is():
    with pytest.raises(InputError, match=r"no structure 'liver'; there are: Tumor, .*--reference liver=NAME"):
        read(ReferenceRegion("liver"))
    with pytest.raises(InputError, match="No lesion is called 'Hepar'"):
        read(ReferenceRegion("liver", roi="Hepar"))


def test_a_study_has_its_regions_apart_from_its_lesions(tmp_path):
    ct = np.full((10, 20, 20), -1000, np.int16)
    ct[:, 2:-2, 2:-2] = 40 + np.arange(16, dtype=np.int16)
    labels = np.zeros(ct.shape, np.uint8)
    labels[3:6, 3:7, 5:9], labels[3:6, 12:16, 5:9] = 1, 2
    for name, values in (("ct.nrrd", ct), ("lesions.nrrd", labels)):
        sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / name))
    region = ReferenceRegion("muscle", roi="2")
    files = StudyFiles(tmp_path / "ct.nrrd", (LesionFile(tmp_path / "lesions.nrrd"),), references=(region,))
    study = read_study(files, Settings()).study
    assert [one.id for one in study.lesions] == ["1"]
    assert study.left_out == ()
    assert study.references["muscle"].values.sum() == 48
    assert study.references["muscle"].lattice == study.image.lattice

"""Reading a study from files: lesions of several files on one CT."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import InputError
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study, sha256_of
from radioimmuno.settings import Settings


def write(path, values):
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path))
    return path


@pytest.fixture
def ct(tmp_path):
    values = np.full((10, 20, 20), -1000, np.int16)
    values[:, 2:-2, 2:-2] = 40 + np.arange(16, dtype=np.int16)
    return write(tmp_path / "ct.nrrd", values)


def labels(**boxes):
    values = np.zeros((10, 20, 20), np.uint8)
    for label, start in boxes.items():
        values[3:6, start : start + 4, 5:9] = int(label[1:])
    return values


def ids(read):
    return [lesion.id for lesion in read.study.lesions]


def test_one_file_keeps_its_identifiers(tmp_path, ct):
    mask = write(tmp_path / "mask.nrrd", labels(_1=3, _2=10))
    read = read_study(StudyFiles(ct, (LesionFile(mask),)), Settings())
    assert ids(read) == ["1", "2"]
    assert read.files == ({"1": "1", "2": "2"},)
    assert read.study.inputs["lesions"] == {"name": "mask.nrrd", "sha256": sha256_of([mask])}


def test_identifiers_that_two_files_share_have_the_files_name_in_front(tmp_path, ct):
    first = write(tmp_path / "a.nii.gz", labels(_1=3))
    second = write(tmp_path / "b.nii.gz", labels(_1=10, _7=15))
    read = read_study(StudyFiles(ct, (LesionFile(first), LesionFile(second))), Settings())
    assert ids(read) == ["a:1", "b:1", "7"]
    assert read.files == ({"1": "a:1"}, {"1": "b:1", "7": "7"})
    assert [one["name"] for one in read.study.inputs["lesions"]] == ["a.nii.gz", "b.nii.gz"]


def test_files_of_the_same_name_in_two_folders_stay_apart(tmp_path, ct):
    paths = []
    for folder, start in (("x", 3), ("y", 10)):
        (tmp_path / folder).mkdir()
        paths.append(write(tmp_path / folder / "mask.nrrd", labels(_1=start)))
    read = read_study(StudyFiles(ct, tuple(map(LesionFile, paths))), Settings())
    assert len(set(ids(read))) == 2


def test_patterns_take_some_lesions_of_a_file(tmp_path, ct):
    mask = write(tmp_path / "mask.nrrd", labels(_1=3, _2=10))
    read = read_study(StudyFiles(ct, (LesionFile(mask, ("2",)),)), Settings())
    assert (ids(read), read.files) == (["2"], ({"2": "2"},))


def test_a_study_without_lesions_is_a_study(ct):
    read = read_study(StudyFiles(ct), Settings())
    assert (read.study.lesions, "lesions" in read.study.inputs) == ((), False)


def test_a_tube_voltage_by_hand_counts(ct):
    assert read_study(StudyFiles(ct, kvp=100.0), Settings()).study.acquisition.kvp == 100.0


def test_a_file_that_is_not_there_is_refused(tmp_path, ct):
    with pytest.raises(InputError) as refused:
        read_study(StudyFiles(ct, (LesionFile(tmp_path / "no.nrrd"),)), Settings())
    assert refused.value.code == "mask.unreadable"

"""A PET of which a database names the files, among others in their folder."""

from __future__ import annotations

import numpy as np
import pytest

from dicom_series import write
from pet_series import pet_series, uptake
from radioimmuno.findings import InputError
from radioimmuno.io.image import read_dicom_files, read_image
from radioimmuno.modality import PET


def test_the_files_of_one_series_are_read_as_a_folder_of_nothing_else(tmp_path):
    folder = write(tmp_path / "one", pet_series(uptake()))
    files = sorted(folder.iterdir())
    write(folder, pet_series(uptake() * 2, SeriesInstanceUID="1.2.3"), name="OTHER{:04d}")
    alone = read_image(write(tmp_path / "alone", pet_series(uptake())), modality=PET)
    read = read_dicom_files(files[::-1], modality=PET)
    np.testing.assert_array_equal(read.image.values, alone.image.values)
    assert read.image.lattice.coincides(alone.image.lattice)
    assert sorted(read.suv.scales) == sorted(alone.suv.scales)


def test_files_of_several_series_and_damaged_ones_are_refused(tmp_path):
    folder = write(tmp_path, pet_series(uptake()))
    write(folder, pet_series(uptake(), SeriesInstanceUID="1.2.3"), name="OTHER{:04d}")
    with pytest.raises(InputError, match="several series") as mixed:
        read_dicom_files(sorted(folder.iterdir()), modality=PET)
    assert mixed.value.code == "ct.mixed_series"
    first = min(folder.iterdir())
    first.write_bytes(b"")
    with pytest.raises(InputError, match="is empty") as damaged:
        read_dicom_files([first], modality=PET)
    assert damaged.value.code == "ct.damaged_file"

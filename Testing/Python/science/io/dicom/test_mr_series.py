"""MR as DICOM: values as stored, one image of each place."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pydicom")

from dicom_series import write
from pet_series import mr_series
from radioimmuno.findings import InputError, Severity
from radioimmuno.io.image import read_image
from radioimmuno.modality import MR

VALUES = np.arange(5 * 6 * 4).reshape(5, 6, 4) + 7


def read(folder, **options):
    return read_image(folder, modality=MR, **options)


def refusal(folder):
    with pytest.raises(InputError) as caught:
        read(folder)
    return caught.value.code, str(caught.value)


def test_values_are_as_stored_and_that_is_noted(tmp_path):
    mr = read(write(tmp_path, mr_series(VALUES)))
    np.testing.assert_array_equal(mr.image.values, VALUES)
    assert [(f.code, f.severity) for f in mr.findings] == [("mr.as_stored", Severity.FIXED)]
    assert mr.modality is MR


def test_a_rescale_counts_where_there_is_one(tmp_path):
    slices = mr_series(VALUES, RescaleSlope=0.5, RescaleIntercept=3)
    mr = read(write(tmp_path, slices))
    np.testing.assert_allclose(mr.image.values, VALUES * 0.5 + 3)
    assert mr.findings == ()


def test_a_rescale_of_some_slices_is_refused(tmp_path):
    slices = mr_series(VALUES, RescaleSlope=0.5, RescaleIntercept=3)
    del slices[1].RescaleSlope
    assert refusal(write(tmp_path, slices))[0] == "mr.as_stored"


@pytest.mark.parametrize(
    ("keyword", "values", "words"),
    [
        ("EchoTime", (12.0, 90.0), "echo times (ms) 12, 90"),
        ("TemporalPositionIdentifier", (1, 2), "points in time 1, 2"),
        ("DiffusionBValue", (0.0, 800.0), "b-values 0, 800"),
    ],
)
def test_several_images_of_each_place_are_refused_in_words(tmp_path, keyword, values, words):
    for value in values:
        write(tmp_path, mr_series(VALUES, uid="1.2.3", study_uid="1.2", frame_uid="1.5", **{keyword: value}))
    code, text = refusal(tmp_path)
    assert code == "mr.several_images"
    assert words in text


def test_a_map_is_refused_until_it_is_accepted(tmp_path):
    folder = write(tmp_path, mr_series(VALUES, ImageType=["DERIVED", "PRIMARY", "ADC"]))
    assert refusal(folder)[0] == "mr.not_original"
    assert read(folder, accepted=["mr.not_original"]).findings[0].severity is Severity.WARN


def test_an_image_of_one_value_is_refused(tmp_path):
    (finding,) = [f for f in read(write(tmp_path, mr_series(VALUES * 0 + 5))).findings if f.refuses]
    assert finding.code == "mr.implausible"


def test_a_missing_slice_has_no_values(tmp_path):
    slices = mr_series(VALUES)
    del slices[2]
    mr = read(write(tmp_path, slices))
    assert np.isnan(mr.image.values[2]).all()
    np.testing.assert_array_equal(mr.image.values[3:], VALUES[3:])

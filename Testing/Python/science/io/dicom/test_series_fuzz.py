"""Headers with any value in any element: the series is listed, and read or refused with a code."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicom_series import ct_series, enhanced, hu_values, write
from radioimmuno.findings import InputError
from radioimmuno.io.dicom import find_series, read_ct

SHAPE = (4, 6, 5)
NUMBERS = st.sampled_from(
    [0, -1, 1, 2, 7, 12, 65535, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 0.3]
) | st.floats(-1e5, 1e5)
TEXTS = st.sampled_from(["", "\\", "1\\2", "nan", "CT", "LOCALIZER", "1.2.3", "-", "é", "x" * 70])
ELEMENTS = [
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "KVP"),
    *("RescaleSlope", "RescaleIntercept", "PixelPaddingValue", "Modality", "ImageType", "SeriesInstanceUID"),
    *("ConvolutionKernel", "FrameOfReferenceUID", "NumberOfFrames", "Rows", "Columns", "SamplesPerPixel"),
    *("BitsAllocated", "BitsStored", "PixelRepresentation", "SOPClassUID", "SeriesNumber"),
]
SHORT = {"Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "BitsStored", "PixelRepresentation"}
WHOLE = [0, 1, 2, 3, 8, 12, 16, 32, 64, 255, 4096, 65535]


@pytest.fixture(scope="module")
def good():
    return ct_series(hu_values(SHAPE), PixelPaddingValue=0), enhanced(hu_values(SHAPE))


@st.composite
def changes(draw):
    """An element, a value for it (None removes it), and which slices get it."""
    keyword = draw(st.sampled_from(ELEMENTS))
    if keyword in SHORT or keyword == "PixelPaddingValue":
        value = draw(st.none() | st.sampled_from(WHOLE))
    elif keyword in ("NumberOfFrames", "SeriesNumber"):
        value = draw(st.none() | st.sampled_from([*WHOLE, -1, 10**9]))
    elif keyword in ("Modality", "ImageType", "ConvolutionKernel") or keyword.endswith("UID"):
        value = draw(st.none() | TEXTS)
    else:
        value = draw(st.none() | NUMBERS | st.lists(NUMBERS, max_size=7))
    return keyword, value, draw(st.sets(st.integers(0, SHAPE[0] - 1), min_size=1))


def changed(dataset, keyword, value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if value is None:
            dataset.pop(keyword, None)
        else:
            try:
                setattr(dataset, keyword, value)
            except (ValueError, OverflowError, TypeError):
                return  # what the library refuses to write; the spoiled bytes have such values


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picked=st.lists(changes(), min_size=1, max_size=3), multiframe=st.booleans())
def test_any_header_is_read_or_refused(tmp_path_factory, good, picked, multiframe):
    slices = copy.deepcopy([good[1]] if multiframe else good[0])
    for keyword, value, where in picked:
        for number in where:
            changed(slices[number % len(slices)], keyword, value)
    folder = tmp_path_factory.mktemp("series")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            write(folder, slices)
    except Exception:
        return  # not writable at all
    try:
        listed = find_series(folder)
        values = read_ct(folder).image.values
    except InputError:
        return
    assert any(series.usable for series in listed)
    assert values.ndim == 3
    assert values.size <= 10 * np.prod(SHAPE)

"""Damaged headers of PET: SUV come out finite and not negative, or a code does; never anything else."""

from __future__ import annotations

import io
import random
import warnings
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydicom")

from pydicom import dcmread
from pydicom.dataset import Dataset

from dicom_series import content
from pet_series import pet_series
from radioimmuno.findings import InputError
from radioimmuno.io.dicom.headers import Headers, read_headers
from radioimmuno.io.dicom.library import lenient_reading
from radioimmuno.pet.masses import ACTIVITY, NORMALIZATIONS
from radioimmuno.pet.suv import suv_of

NUMBERS = [
    *("0", "-1", "1", "1e308", "-1e308", "1e-308", "nan", "inf", "-inf", "1e400", "0.5", "3", "70", "1000"),
    *("6586.2", "109.77", "282276", "240000", "350", "3.5e8", "", " ", "abc", "1\\2", "1,5", "\u0663"),
]
TIMES = [
    *("", "0", "000000", "235959.999999", "240000", "12:30:00", "93000", "noon", "2024", "20240310"),
    *("20240310093000", "20240311003000+0100", "00010101000000", "99991231235959", "20240230120000", "-0100"),
    *("20240310090000.00\\20240310090000.00", "1e5", "\0\0"),
]
WORDS = [
    *("", "BQML", "GML", "CM2ML", "CNTS", "PROPCNTS", "START", "ADMIN", "NONE", "BW", "BSA", "LBM", "IBW"),
    *(
        "LBMJAMES128",
        "LBMJANMA",
        "M",
        "F",
        "O",
        "X",
        "FDG",
        "ATTN",
        "ATTN\\DECY",
        "DYNAMIC\\IMAGE",
        "\\",
        "é" * 80,
    ),
]
OF_SLICE = {
    "RescaleSlope": ("DS", NUMBERS),
    "RescaleIntercept": ("DS", NUMBERS),
    "ActualFrameDuration": ("IS", NUMBERS),
    "FrameReferenceTime": ("DS", NUMBERS),
    "PatientWeight": ("DS", NUMBERS),
    "PatientSize": ("DS", NUMBERS),
    "NumberOfTimeSlices": ("US", NUMBERS),
    "PatientSex": ("CS", WORDS),
    "Units": ("CS", WORDS),
    "SUVType": ("CS", WORDS),
    "DecayCorrection": ("CS", WORDS),
    "CorrectedImage": ("CS", WORDS),
    "SeriesType": ("CS", WORDS),
    "AcquisitionDate": ("DA", TIMES),
    "AcquisitionTime": ("TM", TIMES),
    "AcquisitionDateTime": ("DT", TIMES),
    "SeriesDate": ("DA", TIMES),
    "SeriesTime": ("TM", TIMES),
    "StudyDate": ("DA", TIMES),
    "TimezoneOffsetFromUTC": ("SH", TIMES),
    0x00091000 | 0x0D: ("DT", TIMES),
    0x00090010: ("LO", ["GEMS_PETD_01", "other", ""]),
    0x70531000: ("DS", NUMBERS),
    0x70531009: ("DS", NUMBERS),
    0x70530010: ("LO", ["Philips PET Private Group", "other", ""]),
}
OF_TRACER = {
    "Radiopharmaceutical": ("LO", WORDS),
    "RadionuclideTotalDose": ("DS", NUMBERS),
    "RadionuclideHalfLife": ("DS", NUMBERS),
    "RadiopharmaceuticalStartDateTime": ("DT", TIMES),
    "RadiopharmaceuticalStartTime": ("TM", TIMES),
}
UNDEFINED = "UN"


@pytest.fixture(scope="module")
def good():
    beds = pet_series(np.ones((2, 2, 2)), ActualFrameDuration=180000)
    for number, dataset in enumerate(beds):
        dataset.AcquisitionTime = f"1000{10 * number:02d}"
        dataset.FrameReferenceTime = 89000 + 10000 * number
    return [content(dataset) for dataset in beds]


def damage(chance: random.Random, dataset: Dataset, keyword: str | int, kind: str, values: list[str]) -> None:
    """Take an element away, or give it another value, perhaps as bytes of no known kind."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    tag = Tag(keyword if isinstance(keyword, int) else tag_for_keyword(keyword))
    dataset.pop(tag, None)
    if chance.random() < 0.15:
        return
    value = chance.choice(values).encode("utf-8", "replace")
    value += b" " * (len(value) % 2)
    vr = UNDEFINED if chance.random() < 0.15 else kind
    dataset[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)


def damaged(chance: random.Random, good: list[bytes]) -> list[bytes]:
    """The series' files after one to four damages, each of one slice or of all."""
    # Read back, elements are written as they are, whatever they hold.
    slices = [dcmread(io.BytesIO(file)) for file in good]
    for _ in range(chance.randint(1, 4)):
        everywhere = chance.random() < 0.8
        of_tracer = chance.random() < 0.3
        table = OF_TRACER if of_tracer else OF_SLICE
        keyword = chance.choice(list(table))
        seed = chance.random()
        for dataset in slices if everywhere else [chance.choice(slices)]:
            place = dataset.RadiopharmaceuticalInformationSequence[0] if of_tracer else dataset
            damage(random.Random(seed), place, keyword, *table[keyword])
    return [content(dataset) for dataset in slices]


def read(folder: Path, files: list[bytes]) -> Headers:
    for number, file in enumerate(files):
        (folder / f"IM{number}").write_bytes(file)
    return read_headers(folder)


@pytest.mark.parametrize("damages", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_any_header_of_a_pet_gives_suv_or_a_code(good, tmp_path, damages):
    chance = random.Random(damages)
    outcomes: dict[str, int] = {}
    with warnings.catch_warnings(), lenient_reading():
        warnings.simplefilter("ignore")
        for number in range(damages):
            headers = read(tmp_path, damaged(chance, good))
            if headers.damaged:
                outcomes["damaged"] = outcomes.get("damaged", 0) + 1
                continue
            slices = [header.pet for header in headers.slices]
            quantity = chance.choice([*(one.name for one in NORMALIZATIONS), ACTIVITY, "bw", "bw"])
            try:
                suv = suv_of(slices, quantity)
            except InputError as error:
                outcomes[error.code] = outcomes.get(error.code, 0) + 1
                continue
            assert len(suv.scales) == len(good), number
            assert np.isfinite(suv.scales).all(), number
            assert min(suv.scales) >= 0, number
            assert suv.acquisition.uptake_min is None or np.isfinite(suv.acquisition.uptake_min), number
            outcomes["suv"] = outcomes.get("suv", 0) + 1
    # The damages reach the steps: many kinds of refusal, and SUV where what was damaged is not needed.
    assert outcomes["suv"] > damages / 10
    assert len(outcomes) > 12

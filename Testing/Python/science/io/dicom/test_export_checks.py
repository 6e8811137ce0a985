"""Our own checks of an export see what no validator asks: each thing that is broken is named."""

from __future__ import annotations

import pytest

pydicom = pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from radioimmuno.io.dicom.export_checks import check_export  # noqa: E402


@pytest.fixture
def datasets(files):
    return {name.replace("lesion_segmentation", "seg"): pydicom.dcmread(path) for name, path in files.items()}


def items_of(dataset):
    yield dataset
    for child in dataset.get("ContentSequence") or []:
        yield from items_of(child)


def test_what_was_exported_passes_our_own_checks(case, datasets):
    assert check_export(datasets.values(), case.ct.source) == []


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("a segment has no tracking UID", lambda d: d["seg"].SegmentSequence[0].pop("TrackingUID")),
        ("frame of reference", lambda d: d["seg"].pop("FrameOfReferenceUID")),
        ("frame of reference", lambda d: setattr(d["seg"], "FrameOfReferenceUID", "1.2")),
        (
            "has not its tracking UID",
            lambda d: setattr(d["seg"].SegmentSequence[0], "TrackingUID", "1.2"),
        ),
        (
            "the same tracking UID",
            lambda d: [setattr(item, "TrackingUID", "1.2") for item in d["seg"].SegmentSequence],
        ),
        ("do not exist", lambda d: setattr(d["seg"], "SOPInstanceUID", "1.2")),
        (
            "do not exist",
            lambda d: setattr(
                d["seg"].ReferencedSeriesSequence[0].ReferencedInstanceSequence[0],
                "ReferencedSOPInstanceUID",
                "1.2",
            ),
        ),
        ("not in the CT's study", lambda d: setattr(d["patient_report"], "StudyInstanceUID", "1.2")),
        ("frames are not those", lambda d: d["seg"].PerFrameFunctionalGroupsSequence.clear()),
        (
            "without a value",
            lambda d: [item.pop("MeasuredValueSequence", None) for item in items_of(d["lesion_report"])],
        ),
    ],
)  # fmt: skip
def test_a_broken_export_fails_our_own_checks(case, datasets, words, change):
    change(datasets)
    assert any(words in problem for problem in check_export(datasets.values(), case.ct.source))

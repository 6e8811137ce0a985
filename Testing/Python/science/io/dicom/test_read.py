"""What lies in a folder: several series, mixed series, no CT, files that are none or damaged.

Tests of: series_checks.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest

from dicom_series import (
    MR_CLASS,
    SHAPE,
    content,
    ct_series,
    hu_values,
    new_file,
    read_silently,
    set_pixels,
    write,
)
from radioimmuno.findings import InputError, Severity
from radioimmuno.io.ct import read_ct as read_any_ct
from radioimmuno.io.dicom import find_series, read_ct
from radioimmuno.io.dicom.read import read_image
from radioimmuno.modality import CT, MR, PET


def refusal(folder, **options):
    with pytest.raises(InputError) as caught:
        read_ct(folder, **options)
    return caught.value.code, str(caught.value)


def localizer(**same):
    """A sagittal overview picture."""
    return ct_series(
        hu_values()[:1],
        **same,
        orientation=(0, 1, 0, 0, 0, -1),
        ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
        SeriesNumber=1,
    )


def test_several_good_series_are_listed_and_one_has_to_be_named(tmp_path):
    write(tmp_path, ct_series(hu_values(), uid="1.2.3", SeriesDescription="Arterial", SeriesNumber=2))
    write(tmp_path, ct_series(hu_values()[:5], uid="1.2.4", SeriesDescription="Venous", SeriesNumber=3))
    code, text = refusal(tmp_path)
    assert code == "ct.mixed_series"
    assert "CT Arterial (10 slices, UID 1.2.3); CT Venous (5 slices, UID 1.2.4)" in text
    assert "--series UID" in text
    assert read_ct(tmp_path, "1.2.4").image.values.shape == (5, *SHAPE[1:])
    # A plain reader puts both into one volume.
    assert read_silently(tmp_path).GetSize()[2] == 15


def test_series_are_listed_by_their_numbers_whatever_their_files_are_called(tmp_path):
    for number, uid in ((12, "1.2.1"), (3, "1.2.9"), (3, "1.2.5"), (None, "1.2.7")):
        write(tmp_path, ct_series(hu_values()[:2], uid=uid, SeriesNumber=number))
    # One without a number comes first, and equal numbers go by their UIDs.
    assert [series.uid for series in find_series(tmp_path)] == ["1.2.7", "1.2.5", "1.2.9", "1.2.1"]


def test_a_series_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    write(tmp_path, ct_series(hu_values(), uid="1.2.3"))
    code, text = refusal(tmp_path, uid="9.9")
    assert code == "ct.unknown_series"
    assert "UID 1.2.3" in text


def test_a_localizer_as_a_series_of_its_own_is_passed_over(tmp_path):
    write(tmp_path, [*localizer(), *ct_series(hu_values(), SeriesNumber=2)])
    overview, ct = find_series(tmp_path)
    assert (overview.usable, overview.findings[0].code) == (False, "ct.mixed_series")
    assert "localizer" in overview.findings[0].text
    assert ct.usable
    assert read_ct(tmp_path).findings == ()


def test_a_localizer_among_the_slices_is_refused(tmp_path):
    same = {"uid": "1.2.3", "study_uid": "1.2", "frame_uid": "1.5"}
    write(tmp_path, [*localizer(**same), *ct_series(hu_values(), **same)])
    code, text = refusal(tmp_path)
    assert code == "ct.mixed_series"
    assert "1 slice, localizer, sagittal" in text
    assert "10 slices, axial, 24 x 20, kernel B30f, 120 kV" in text
    assert read_silently(tmp_path).GetSize()[2] == 11


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ConvolutionKernel": "B70f"}, "kernel B30f.*kernel B70f"),
        ({"KVP": 80.0}, "120 kV.*80 kV"),
        ({"PixelSpacing": [0.9, 0.9]}, "5 slices.*5 slices"),
        ({"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}, "axial.*sagittal"),
    ],
)
def test_slices_that_are_no_one_scan_are_refused_and_listed(tmp_path, change, words):
    slices = ct_series(hu_values())
    for dataset in slices[5:]:
        for keyword, value in change.items():
            setattr(dataset, keyword, value)
    write(tmp_path, slices)
    (series,) = find_series(tmp_path)
    assert (series.usable, series.findings[0].code) == (False, "ct.mixed_series")
    with pytest.raises(InputError, match=words):
        read_ct(tmp_path)
    assert read_silently(tmp_path).GetSize()[2] == 10


def test_slices_of_two_sizes_are_refused(tmp_path):
    slices = ct_series(hu_values())
    set_pixels(slices[3], np.zeros((10, 12)))
    assert refusal(write(tmp_path, slices))[0] == "ct.mixed_series"


def test_another_ct_that_cannot_be_used_is_told_of(tmp_path):
    write(tmp_path, ct_series(hu_values(), uid="1.2.3"))
    write(tmp_path, ct_series(hu_values(), uid="1.2.4", RescaleSlope=None, SeriesDescription="Lung"))
    (finding,) = read_ct(tmp_path).findings
    assert (finding.code, finding.severity) == ("ct.mixed_series", Severity.WARN)
    assert "CT Lung" in finding.text
    assert read_ct(tmp_path, "1.2.3").findings == ()


def magnetic_resonance():
    slices = ct_series(np.abs(hu_values()), Modality="MR", RescaleSlope=None, RescaleIntercept=None, KVP=None)
    for dataset in slices:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MR_CLASS
    return slices


def test_another_modality_is_refused(tmp_path):
    code, text = refusal(write(tmp_path, magnetic_resonance()))
    assert code == "ct.not_ct"
    assert "MR, and signatures are made for CT" in text
    assert read_silently(tmp_path).GetSize()[2] == 10


def test_without_a_modality_the_ct_is_read_and_else_what_there_is(tmp_path):
    folder = write(tmp_path, magnetic_resonance())
    assert read_image(folder).modality is MR
    write(folder, ct_series(hu_values(), SeriesNumber=2))
    assert read_image(folder).modality is CT
    assert read_image(folder, modality=MR).modality is MR
    assert read_ct(folder).findings == ()


@pytest.mark.parametrize(("modality", "code"), [(PET, "pet.not_pet"), (MR, "mr.not_mr")])
def test_a_folder_without_what_was_asked_for_is_refused(tmp_path, modality, code):
    folder = write(tmp_path, ct_series(hu_values(), uid="1.2.3"))
    for uid in (None, "1.2.3"):
        with pytest.raises(InputError, match="The modality is CT") as caught:
            read_image(folder, uid, modality=modality)
        assert caught.value.code == code


def test_a_structure_set_is_listed_and_no_scan(tmp_path):
    structures = new_file("1.2.840.10008.5.1.4.1.1.481.3")
    structures.Modality, structures.SeriesInstanceUID = "RTSTRUCT", "1.9"
    write(tmp_path, [structures, *ct_series(hu_values(), SeriesNumber=2)])
    series = {s.modality: s for s in find_series(tmp_path)}
    assert not series["RTSTRUCT"].usable
    assert series["RTSTRUCT"].findings[0].code == "ct.not_ct"
    np.testing.assert_array_equal(read_ct(tmp_path).image.values, hu_values())


@pytest.mark.parametrize("modality", [CT, PET, MR])
def test_a_folder_of_structures_alone_is_none_of_the_modalities(tmp_path, modality):
    structures = new_file("1.2.840.10008.5.1.4.1.1.481.3")
    structures.Modality, structures.SeriesInstanceUID = "RTSTRUCT", "1.9"
    with pytest.raises(InputError, match="The modality is RTSTRUCT") as caught:
        read_image(write(tmp_path, [structures]), modality=modality)
    assert caught.value.code == modality.kind_code


def test_folders_of_folders_with_other_files_among_them_are_looked_through(tmp_path):
    slices = ct_series(hu_values())
    write(tmp_path / "DICOM" / "S0001", slices[:4])
    write(tmp_path / "DICOM" / "S0002", slices[4:])
    (tmp_path / "DICOM" / "readme.txt").write_text("DICM is a format")
    (tmp_path / ".hidden").write_bytes(content(slices[0])[:300])
    ct = read_ct(tmp_path)
    np.testing.assert_array_equal(ct.image.values, hu_values())
    assert ct.findings == ()


def test_a_dicomdir_stands_for_its_folder_and_is_no_slice(tmp_path):
    write(tmp_path / "IMAGES", ct_series(hu_values()))
    directory = new_file("1.2.840.10008.1.3.10")
    del directory.SOPClassUID, directory.SOPInstanceUID
    directory.FileSetID, directory.DirectoryRecordSequence = "DISC", []
    (tmp_path / "DICOMDIR").write_bytes(content(directory))
    for named in (tmp_path, tmp_path / "DICOMDIR"):
        ct = read_ct(named)
        np.testing.assert_array_equal(ct.image.values, hu_values())
        assert ct.findings == ()


def test_files_without_preamble_are_read(tmp_path):
    folder = write(tmp_path, ct_series(hu_values()))
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[132:])
    np.testing.assert_array_equal(read_ct(folder).image.values, hu_values())


@pytest.mark.parametrize("content_of_it", [b"", b"\0" * 128 + b"DICM" + b"\x02\0\0\0UL\x04\0\xff"])
def test_an_empty_or_broken_file_beside_a_series_is_told_of(tmp_path, content_of_it):
    folder = write(tmp_path, ct_series(hu_values()))
    (folder / "IM9999").write_bytes(content_of_it)
    (finding,) = read_ct(folder).findings
    assert (finding.code, finding.severity) == ("ct.damaged_file", Severity.WARN)
    (series,) = find_series(folder)
    assert [file.split()[0] for file in series.damaged] == ["IM9999"]


def test_what_results_keep_names_no_files(tmp_path):
    # Scanners name files after patients.
    names = ["MUSTERMANN.CT.{:04d}.IMA"] * 2
    write(tmp_path, ct_series(hu_values(), SeriesNumber=1), names[0])
    mixed = ct_series(hu_values(), SeriesNumber=2)
    mixed[3].ConvolutionKernel = "B70f"
    write(tmp_path, mixed, names[1])
    (tmp_path / "MUSTERMANN.CT.9999.IMA").write_bytes(b"")
    found = read_ct(tmp_path).findings
    assert {finding.code for finding in found} == {"ct.damaged_file", "ct.mixed_series"}
    assert not any("MUSTERMANN" in finding.text for finding in found)


@pytest.mark.parametrize("lost", [1, 50, 970])
def test_a_slice_whose_pixels_are_cut_off_is_refused_by_name(tmp_path, lost):
    folder = write(tmp_path, ct_series(hu_values()))
    file = folder / "IM0004"
    file.write_bytes(file.read_bytes()[:-lost])
    code, text = refusal(folder)
    assert code == "ct.damaged_file"
    assert "IM0004" in text


@pytest.mark.parametrize("kept", [0, 200, 600])
def test_a_slice_whose_header_is_cut_off_is_a_missing_one(tmp_path, kept):
    folder = write(tmp_path, ct_series(hu_values()))
    (folder / "IM0004").write_bytes((folder / "IM0004").read_bytes()[:kept])
    ct = read_ct(folder)
    assert [(gap.start, gap.stop) for gap in ct.gaps] == [(4, 5)]
    assert [f.code for f in ct.findings] == ["ct.damaged_file"]


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"nothing"}, {"a.dcm": b"no DICOM at all" * 100}])
def test_a_folder_without_dicom_is_refused(tmp_path, files):
    for name, what in files.items():
        (tmp_path / name).write_bytes(what)
    code, text = refusal(tmp_path)
    assert code == "ct.unreadable"
    assert "no DICOM images" in text


def test_a_folder_of_nothing_but_damaged_files_is_refused_with_their_names(tmp_path):
    (tmp_path / "IM0000").write_bytes(b"")
    code, text = refusal(tmp_path)
    assert code == "ct.damaged_file"
    assert "IM0000 is empty" in text


def test_a_header_that_claims_more_than_any_ct_is_refused_before_memory_is_taken(tmp_path):
    slices = ct_series(hu_values())
    for dataset in slices:
        dataset.Rows = dataset.Columns = 60000
    code, text = refusal(write(tmp_path, slices))
    assert code == "ct.too_large"
    assert "60000 x 60000" in text


def test_without_the_library_a_folder_is_refused_with_what_to_install(tmp_path, monkeypatch):
    folder = write(tmp_path, ct_series(hu_values()))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(InputError, match=r'pip install "radioimmuno\[dicom\]"') as caught:
        read_any_ct(folder)
    assert caught.value.code == "dicom.no_library"

"""A manifest proposed from a folder of patients."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.cohort.proposal import propose, write_proposal
from radioimmuno.findings import InputError, OutputError


def files(folder, *names):
    image = sitk.GetImageFromArray(np.zeros((3, 4, 4), np.uint8))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        sitk.WriteImage(image, str(folder / name))


def short(rows, folder):
    def place(path):
        return path and path.relative_to(folder).as_posix()

    return [(row.patient, row.study, place(row.ct), place(row.lesions)) for row in rows]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["p/ct.nii.gz", "p/mask.nii.gz"], [("p", "", "p/ct.nii.gz", "p/mask.nii.gz")]),
        (
            ["p/ct.nii.gz", "p/mask.nii.gz", "p/pet.nii.gz", "p/pet_mask.nii.gz", "p/mr_t1.nii.gz"],
            [("p", "", "p/ct.nii.gz", "p/mask.nii.gz")],
        ),
        (["p/CT_chest.nrrd", "p/all.seg.nrrd"], [("p", "", "p/CT_chest.nrrd", "p/all.seg.nrrd")]),
        (
            ["p/ct.nrrd", "p/segmentations/gtv_1.nrrd", "p/segmentations/gtv_2.nrrd"],
            [
                ("p", "", "p/ct.nrrd", "p/segmentations/gtv_1.nrrd"),
                ("p", "", "p/ct.nrrd", "p/segmentations/gtv_2.nrrd"),
            ],
        ),
        (["p/images/ct.nrrd", "p/labels/mask.nrrd"], [("p", "", "p/images/ct.nrrd", "p/labels/mask.nrrd")]),
        (
            ["p/2020/ct.nrrd", "p/2020/mask.nrrd", "p/2021/ct.nrrd", "p/2021/mask.nrrd"],
            [
                ("p", "2020", "p/2020/ct.nrrd", "p/2020/mask.nrrd"),
                ("p", "2021", "p/2021/ct.nrrd", "p/2021/mask.nrrd"),
            ],
        ),
        (["p/image.nrrd", "p/label.nrrd"], [("p", "", "p/image.nrrd", "p/label.nrrd")]),
        (["p/ct.nrrd"], [("p", "", "p/ct.nrrd", None)]),
        (["p/mask.nrrd"], [("p", "", None, None)]),
    ],
    ids=range(9),
)
def test_the_ct_and_its_lesions_are_found(tmp_path, names, expected):
    files(tmp_path, *names)
    assert short(propose(tmp_path), tmp_path) == expected


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["p/image.nrrd", "p/label.nrrd"], "is this the CT?"),
        (["p/ct_1.nrrd", "p/ct_2.nrrd", "p/mask.nrrd"], "2 CT"),
        (["p/ct.nrrd"], "no lesions"),
        (["p/mask.nrrd"], "no CT"),
    ],
    ids=range(4),
)
def test_what_is_not_clear_is_asked(tmp_path, names, words):
    files(tmp_path, *names)
    assert all(words in row.note for row in propose(tmp_path))


def test_a_proposal_reads_as_a_manifest_with_relative_paths(tmp_path):
    files(tmp_path / "data", "p1/ct.nrrd", "p1/mask.nrrd", "p2/ct.nrrd", "p2/mask.nrrd")
    write_proposal(propose(tmp_path / "data"), tmp_path / "manifest.csv")
    assert "data/p1/ct.nrrd" in (tmp_path / "manifest.csv").read_text()
    manifest = read_manifest(tmp_path / "manifest.csv")
    assert [one.problem for one in manifest.patients] == ["", ""]
    assert manifest.patients[1].rows[0].lesions == (tmp_path / "data" / "p2" / "mask.nrrd").resolve()


def test_studies_of_a_patient_have_dates_where_their_folders_or_dicom_say_so(tmp_path):
    names = ["one/ct.nrrd", "one/mask.nrrd"]
    names += [f"two/{day}/{file}.nrrd" for day in ("2026-01-05", "20260302") for file in ("ct", "mask")]
    names += [f"three/{study}/{file}.nrrd" for study in ("baseline", "week8") for file in ("ct", "mask")]
    files(tmp_path / "data", *names)
    rows = propose(tmp_path / "data")
    found = {(row.patient, row.study): row for row in rows}
    assert [found["two", study].date for study in ("2026-01-05", "20260302")] == ["2026-01-05", "2026-03-02"]
    assert found["two", "20260302"].note == "2 studies, which are followed; or keep the one that is meant"
    assert found["three", "week8"].date == ""
    assert "2 studies, which are followed; give each its date" in found["three", "week8"].note
    write_proposal(rows, tmp_path / "manifest.csv")
    manifest = read_manifest(tmp_path / "manifest.csv")
    assert manifest.has_courses
    days = {one.patient: [row.carried["date"] for row in one.rows] for one in manifest.patients}
    assert days == {"one": [""], "two": ["2026-01-05", "2026-03-02"], "three": ["", ""]}
    alone = [row for row in rows if row.patient == "one"]
    write_proposal(alone, tmp_path / "alone.csv")
    assert (tmp_path / "alone.csv").read_text().startswith("patient,study,ct,series,lesions,")


def test_a_manifest_that_is_there_is_never_replaced(tmp_path):
    files(tmp_path / "data", "p1/ct.nrrd")
    (tmp_path / "manifest.csv").write_text("corrected")
    with pytest.raises(OutputError) as refused:
        write_proposal(propose(tmp_path / "data"), tmp_path / "manifest.csv")
    assert refused.value.code == "output.foreign"


def test_a_folder_without_patients_is_refused(tmp_path):
    files(tmp_path, "ct.nrrd")
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError) as refused:
            propose(place)
        assert refused.value.code == "cohort.manifest"


def test_dicom_folders(tmp_path):
    pytest.importorskip("pydicom")
    from dicom_lesions import PATIENT, contours_of, rtstruct, save
    from dicom_series import ct_series, write

    values = np.full((6, 20, 20), -1000, np.int16)
    values[:, 3:-3, 3:-3] = 40
    series = ct_series(values, spacing=(2.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), **PATIENT)
    write(tmp_path / "p" / "ct", series)
    (tmp_path / "p" / "drawn.seg.nrrd").touch()
    (row,) = propose(tmp_path)
    assert (row.lesions, row.note) == (tmp_path / "p" / "drawn.seg.nrrd", "")
    (tmp_path / "p" / "drawn.seg.nrrd").unlink()
    mask = np.zeros(values.shape, bool)
    mask[2:4, 8:14, 8:14] = True
    contours = [np.column_stack([c[:, ::-1], np.full(len(c), 2.0 * k)]) for k, c in contours_of(mask)]
    made = rtstruct({"GTV": contours}, frame_uid=str(series[0].FrameOfReferenceUID))
    made.PatientID = PATIENT["PatientID"]
    save(tmp_path / "p" / "rs.dcm", made)
    (row,) = propose(tmp_path)
    assert (row.ct, row.lesions, row.series) == (tmp_path / "p" / "ct", tmp_path / "p" / "rs.dcm", "")
    (tmp_path / "p" / "ct" / "mask").mkdir()
    save(tmp_path / "p" / "ct" / "mask" / "rs.dcm", made)
    (row,) = propose(tmp_path)
    assert row.lesions == tmp_path / "p" / "ct" / "mask" / "rs.dcm"
    write(
        tmp_path / "p" / "ct",
        ct_series(
            values,
            spacing=(2.0, 1.0, 1.0),
            origin=(0.0, 0.0, 0.0),
            **(PATIENT | {"SeriesNumber": 4}),
            uid="1.2.840.1",
        ),
    )
    rows = propose(tmp_path)
    assert len({row.series for row in rows} - {""}) == 2
    assert all("2 CT" in row.note for row in rows)
    later = PATIENT | {"StudyDate": "20260302"}
    write(tmp_path / "q" / "a", ct_series(values, spacing=(2.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), **PATIENT))
    write(tmp_path / "q" / "b", ct_series(values, spacing=(2.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), **later))
    first, second = (row for row in propose(tmp_path) if row.patient == "q")
    assert (second.ct, second.study, second.date) == (tmp_path / "q" / "b", "2026-03-02", "2026-03-02")
    assert first.study == first.date != ""
    for name in "ab":
        (tmp_path / "q" / name / "drawn.seg.nrrd").touch()
    found = [(row.ct, row.lesions) for row in propose(tmp_path) if row.patient == "q"]
    assert found == [(tmp_path / "q" / name, tmp_path / "q" / name / "drawn.seg.nrrd") for name in "ab"]

"""`--dicom`, `export-dicom` and `--roi`: from DICOM files to DICOM files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from small_patient import ct_values, label_map, write_volume

pydicom = pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from full_disk import failed, run_with_files_up_to  # noqa: E402

from dicom_lesions import PATIENT, rtstruct, save  # noqa: E402
from dicom_series import ct_series, write  # noqa: E402
from radioimmuno.geometry.image import Image, Lattice  # noqa: E402
from radioimmuno.io.segmentation_writer import write_segmentation  # noqa: E402
from radioimmuno.lesion import Lesion, Site  # noqa: E402
from radioimmuno.signature.signature import read_signature, write_signature  # noqa: E402

SPACING, ORIGIN = (2.0, 1.0, 1.0), (0.0, 0.0, 0.0)
FILES = {
    "lesion_segmentation.dcm",
    "ring_segmentation.dcm",
    "lesion_report.dcm",
    "patient_report.dcm",
}


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    """A DICOM CT of the small patient and its lesions, the first in the liver, the last of one voxel."""
    folder = tmp_path_factory.mktemp("dicom")
    series = ct_series(ct_values(), spacing=SPACING, origin=ORIGIN, **PATIENT)
    write(folder / "ct", series)
    labels = label_map()
    labels[15, 12, 12] = 4
    lattice = Lattice(labels.shape, SPACING, ORIGIN)
    lesions = [
        Lesion(f"s{n}", f"lesion {n}", Image(labels == n, lattice), Site.LIVER if n == 1 else None)
        for n in (1, 2, 3, 4)
    ]
    write_segmentation(folder / "lesions.seg.nrrd", lesions, lattice)
    square = np.array([(20.0, 20, 16), (35, 20, 16), (35, 35, 16), (20, 35, 16)])
    contours = [square + [0, 0, 2 * k] for k in range(8)]
    made = rtstruct({"GTV": contours, "Body": contours}, frame_uid=str(series[0].FrameOfReferenceUID))
    save(folder / "rtstruct.dcm", made)
    return folder


@pytest.fixture(scope="module")
def scored(radioimmuno, files, dicom, tmp_path_factory):
    """A run with `--dicom`."""
    out = tmp_path_factory.mktemp("scored") / "result"
    (dicom / "table.csv").write_text("lesion_id,drawn\ns1,manual\ns3,automatic\n")
    case = (dicom / "ct", dicom / "lesions.seg.nrrd", "--lesion-table", dicom / "table.csv")
    done = radioimmuno("score", *case, "--signature", files.signature, "--out", out, "--dicom")
    return done, out


def numbers(path):
    """Code -> values of all measurements of a report."""
    found = {}

    def walk(item):
        if item.get("ValueType") == "NUM":
            code = item.ConceptNameCodeSequence[0].CodeValue
            found.setdefault(code, []).append(float(item.MeasuredValueSequence[0].NumericValue))
        for child in item.get("ContentSequence") or []:
            walk(child)

    walk(pydicom.dcmread(path))
    return found


def segments(path):
    return [(str(s.SegmentLabel), str(s.TrackingUID)) for s in pydicom.dcmread(path).SegmentSequence]


def algorithms(path):
    return [s.SegmentAlgorithmType for s in pydicom.dcmread(path).SegmentSequence]


def test_a_scored_patient_is_also_written_as_dicom(scored):
    done, out = scored
    assert done.returncode == 8, done.stderr
    assert {file.name for file in (out / "dicom_export").iterdir()} == FILES
    assert "dicom_export/lesion_segmentation.dcm" in done.stdout
    scores = [row["score"] for row in json.loads((out / "patient.json").read_text())["lesions"]]
    written = numbers(out / "dicom_export" / "lesion_report.dcm")["SCORE"]
    assert written == pytest.approx(scores[:3], rel=5e-4)
    names = [name for name, _ in segments(out / "dicom_export" / "lesion_segmentation.dcm")]
    assert names == [f"lesion {n}" for n in (1, 2, 3, 4)]
    rings = [name for name, _ in segments(out / "dicom_export" / "ring_segmentation.dcm")]
    assert rings == [f"lesion {n}, ring" for n in (1, 2, 3)]


def test_a_result_is_exported_later_with_the_same_content(installed, dicom, scored, tmp_path):
    _, out = scored
    result = shutil.copytree(out, tmp_path / "result", ignore=shutil.ignore_patterns("dicom_export"))
    done = installed("export-dicom", result, "--ct", dicom / "ct", "--out", tmp_path / "dicom", "--json")
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (tmp_path / "dicom").glob("*.dcm")} == FILES
    assert json.loads(done.stdout)["files"][0] == str(tmp_path / "dicom" / "lesion_segmentation.dcm")
    for name in ("lesion_report.dcm", "patient_report.dcm"):
        assert numbers(tmp_path / "dicom" / name) == numbers(out / "dicom_export" / name)
    drawn = {
        "lesion_segmentation.dcm": ["MANUAL", "SEMIAUTOMATIC", "AUTOMATIC", "SEMIAUTOMATIC"],
        "ring_segmentation.dcm": ["AUTOMATIC"] * 3,
    }
    for name, kinds in drawn.items():
        files = [folder / name for folder in (out / "dicom_export", tmp_path / "dicom")]
        before, after = map(pydicom.dcmread, files)
        assert segments(files[0]) == segments(files[1])
        assert algorithms(files[0]) == algorithms(files[1]) == kinds
        assert before.PixelData == after.PixelData
        assert before.SeriesInstanceUID != after.SeriesInstanceUID


def test_designated_lesions_are_written_for_planning_now_or_later(
    radioimmuno, files, dicom, scored, tmp_path
):
    which = ("--rtstruct", "above-high", "--rtstruct", "S1")
    case = (dicom / "ct", dicom / "lesions.seg.nrrd", "--signature", files.signature)
    done = radioimmuno("score", *case, "--out", tmp_path / "now", *which, "--json")
    assert done.returncode == 8, done.stderr
    document = json.loads(done.stdout)
    assert document["designated"] == ["s1", "s3"]
    now = tmp_path / "now" / "dicom_export" / "designated_lesions.dcm"
    assert str(now) in document["files"]
    assert [file.name for file in now.parent.iterdir()] == [now.name]
    done = radioimmuno("export-dicom", scored[1], "--ct", dicom / "ct", "--out", tmp_path / "later", *which)
    assert done.returncode == 0, done.stderr
    assert "Designated (score above the high cut-off; by name): lesion 1, lesion 3." in done.stdout
    assert {file.name for file in (tmp_path / "later").glob("*.dcm")} == FILES | {now.name}
    first, second = (pydicom.dcmread(folder / now.name) for folder in (now.parent, tmp_path / "later"))
    assert [item.ROIName for item in first.StructureSetROISequence] == ["lesion 1", "lesion 3"]
    assert first.ROIContourSequence == second.ROIContourSequence
    assert first.RTROIObservationsSequence == second.RTROIObservationsSequence


def test_a_result_without_colors_is_refused_before_its_ct_is_read(
    radioimmuno, dicom, scored, tmp_path, monkeypatch
):
    result = shutil.copytree(scored[1], tmp_path / "result")
    document = json.loads((result / "patient.json").read_text())
    del document["signature"]["color_scale"]
    (result / "patient.json").write_text(json.dumps(document))
    monkeypatch.setattr("radioimmuno.io.dicom.result_reader.check_unchanged", lambda files: None)
    monkeypatch.setattr("radioimmuno.io.ct.read_ct", None)
    case = ("--ct", dicom / "ct", "--out", tmp_path / "out", "--rtstruct", "lesion 1")
    done = radioimmuno("export-dicom", result, *case)
    assert done.returncode == 1
    assert "no colors of its scores. Score again. [result.unreadable]" in done.stderr


def test_a_designation_of_no_lesion_writes_no_structure_set(radioimmuno, dicom, scored, tmp_path):
    arguments = ("export-dicom", scored[1], "--ct", dicom / "ct", "--out", tmp_path / "dicom")
    done = radioimmuno(*arguments, "--rtstruct", "below-low")
    assert done.returncode == 0, done.stderr
    assert "Designated (score below the low cut-off): none with a voxel" in done.stdout
    assert {file.name for file in (tmp_path / "dicom").glob("*.dcm")} == FILES


def test_what_can_designate_nothing_is_refused_before_the_lesions_are_scored(
    radioimmuno, files, dicom, tmp_path
):
    bare = replace(read_signature(files.signature), cutoffs=None)
    write_signature(bare, tmp_path / "bare.json")
    ct, lesions, out = dicom / "ct", dicom / "lesions.seg.nrrd", tmp_path / "out"
    for case, which, words in (
        ((ct, lesions, "--signature", tmp_path / "bare.json"), "below-low", "[dicom.no_cutoffs]"),
        ((ct, lesions, "--signature", files.signature), "nobody", "[mask.no_match]"),
        ((files.ct, files.labels, "--signature", files.signature), "above-high", "--rtstruct puts"),
    ):
        done = radioimmuno("score", *case, "--rtstruct", which, "--out", out)
        assert done.returncode == 1
        assert words in done.stderr
    assert not out.exists()


def test_the_exported_segmentation_scores_the_same_again(radioimmuno, files, dicom, scored, tmp_path):
    _, out = scored
    case = (dicom / "ct", out / "dicom_export")
    radioimmuno("score", *case, "--signature", files.signature, "--out", tmp_path / "again")
    first, second = (
        json.loads((folder / "patient.json").read_text())["lesions"] for folder in (out, tmp_path / "again")
    )
    assert [(x["name"], x["site"], x["score"]) for x in second] == [
        (x["name"], x["site"], x["score"]) for x in first
    ]


def test_structures_are_picked_and_scored(radioimmuno, files, dicom, tmp_path):
    arguments = ("score", dicom / "ct", dicom / "rtstruct.dcm", "--signature", files.signature)
    done = radioimmuno(*arguments, "--roi", "gtv*", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    (lesion,) = json.loads(done.stdout)["patient"]["lesions"]
    assert lesion["name"] == "GTV"
    assert lesion["volume_cc"] == pytest.approx(15 * 15 * 8 * 2 / 1000)
    done = radioimmuno(*arguments, "--roi", "PTV", "--out", tmp_path / "none")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'PTV'; there are: GTV (1), Body (2). [mask.no_match]" in done.stderr
    assert not (tmp_path / "none").exists()


def test_what_was_chosen_though_it_looks_like_no_lesion_is_exported_too(radioimmuno, files, dicom, tmp_path):
    arguments = (dicom / "ct", dicom / "rtstruct.dcm", "--signature", files.signature, "--roi", "Body")
    assert radioimmuno("score", *arguments, "--out", tmp_path / "result").returncode == 0
    done = radioimmuno("export-dicom", tmp_path / "result", "--ct", dicom / "ct", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    made = pydicom.dcmread(tmp_path / "out" / "lesion_segmentation.dcm")
    assert [item.SegmentLabel for item in made.SegmentSequence] == ["Body"]


def test_another_ct_than_the_scored_one_is_refused(radioimmuno, scored, tmp_path):
    write(tmp_path / "ct", ct_series(ct_values(), spacing=SPACING, origin=ORIGIN, **PATIENT))
    done = radioimmuno("export-dicom", scored[1], "--ct", tmp_path / "ct", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "[ct.unknown_series]" in done.stderr
    one = next((tmp_path / "ct").iterdir())
    uid = str(pydicom.dcmread(one, stop_before_pixels=True).SeriesInstanceUID)
    done = radioimmuno(
        "export-dicom", scored[1], "--ct", tmp_path / "ct", "--series", uid, "--out", tmp_path / "out"
    )
    assert "[dicom.other_ct]" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["ct"]


def test_dicom_results_need_a_dicom_ct(radioimmuno, files, tmp_path):
    done = radioimmuno(
        "score", files.ct, files.labels, "--signature", files.signature, "--out", tmp_path / "out", "--dicom"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "DICOM folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("{", "damaged"),
        ('{"format": "other", "format_version": 1}', "no result of this version"),
        ('{"format": "radioimmuno-patient", "format_version": 1}', "damaged"),
    ],
)
def test_a_folder_without_a_whole_result_is_refused(radioimmuno, dicom, tmp_path, text, words):
    if text is not None:
        (tmp_path / "patient.json").write_text(text)
    done = radioimmuno("export-dicom", tmp_path, "--ct", dicom / "ct", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert words in done.stderr
    assert "[result.unreadable]" in done.stderr


@pytest.mark.parametrize("name", ["patient.json", "scored_lesions.seg.nrrd"])
def test_a_result_that_was_edited_is_refused(radioimmuno, dicom, scored, tmp_path, name):
    result = shutil.copytree(scored[1], tmp_path / "result")
    content = (result / name).read_bytes()
    (result / name).write_bytes(content + b" ")
    arguments = ("export-dicom", result, "--ct", dicom / "ct", "--out", tmp_path / "out")
    done = radioimmuno(*arguments)
    assert done.returncode == 1
    assert f"{name} was edited since scoring wrote it" in done.stderr
    assert "[result.edited]" in done.stderr
    assert not (tmp_path / "out").exists()
    (result / name).write_bytes(content)
    assert radioimmuno(*arguments).returncode == 0


def test_a_result_of_which_nobody_knows_whether_it_was_edited_is_refused(
    radioimmuno, dicom, scored, tmp_path
):
    result = tmp_path / "result"
    result.mkdir()
    for name in ("patient.json", "scored_lesions.seg.nrrd"):
        shutil.copy(scored[1] / name, result / name)
    done = radioimmuno("export-dicom", result, "--ct", dicom / "ct", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "Copy the result as a whole folder, or score again. [result.edited]" in done.stderr


@pytest.mark.parametrize("size", [1000, 10_000])
def test_an_export_that_does_not_fit_on_the_disk_leaves_nothing(dicom, scored, tmp_path, size):
    """No file can become larger than this: the reports do not fit, or the segmentations do not."""
    _, out = scored
    arguments = ("export-dicom", str(out), "--ct", str(dicom / "ct"), "--out", "dicom")
    done = run_with_files_up_to(size, *arguments, cwd=tmp_path)
    failed(done)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_result_is_replaced_whole(radioimmuno, files, dicom, scored, tmp_path):
    _, out = scored
    result = shutil.copytree(out, tmp_path / "result")
    (result / "notes.txt").write_text("mine")
    labels = write_volume(tmp_path / "labels.nrrd", label_map())
    done = radioimmuno(
        "score", dicom / "ct", labels, "--signature", files.signature, "--out", result
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (result / "dicom_export").exists()
    assert (result / "notes.txt").read_text() == "mine"
    assert {file.name for file in result.iterdir()} >= {"patient.json", "scored_lesions.seg.nrrd"}
    assert not [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")]

"""The comparison of two checkouts' results: provenance is passed over, and one changed number is not."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Regression"))

from result_comparison import DIFFERS, IDENTICAL, PROVENANCE, compare_folders

SHA = "0f763bc84c06fcd6073e9b95c446a36bb9acbf2040b2e36651ac87c9211ef946"
PATIENT = """{
  "lesions": [{"id": "1", "score": 0.45314, "when": "2026-01-02T03:04:05+00:00"}],
  "software": {
    "name": "RadioImmunoScore",
    "version": "0.1.0",
    "libraries": {"numpy": "2.0.1"}
  },
  "created_utc": "2026-01-02T03:04:05+00:00"
}
"""
SCORES = f"patient,score,signature_sha256,software_version,score_sd\ncase,0.45314,{SHA},0.1.0,0.02\n"
REPORT = """<meta name="generator" content="RadioImmunoScore 0.1.0"><td>0.453</td>
<dt>Scored</dt><dd><bdi>2026-01-02 03:04 UTC</bdi></dd>
<th scope="row">created_utc</th><td>2026-01-02T03:04:05+00:00</td>
<td>RadioImmunoScore</td></tr><tr><th scope="row">version</th><td>0.1.0</td>
<footer><p>Made by RadioImmunoScore 0.1.0.</p></footer>
"""
COLORS = "# Color procedural file /tmp/abc/_tmp2026AB/scene/Data/colors.txt\n0 0.45 0.5 0.6\n"
HINT = "To score the files yourself: /opt/one/bin/python -m radioimmuno_cli score ct.nrrd --kvp 120\n"
VOLUME = b"NRRD0004\nencoding: gzip\nspacing: 1.5\n\n"


@pytest.fixture
def results(tmp_path):
    """Two equal folders of results, of every kind of file."""
    before = tmp_path / "before"
    before.mkdir()
    write(before, "patient.json", PATIENT)
    write(before, "score.stdout.txt", PATIENT + HINT)
    write(before, "scores.csv", SCORES)
    write(before, "report.html", REPORT)
    write(before, "rings.nrrd", VOLUME + gzip.compress(bytes(range(200)), mtime=0))
    write(before, "scene.mrb", scene())
    write_hashes(before)
    shutil.copytree(before, tmp_path / "after")
    return before, tmp_path / "after"


def write(folder, name, content):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def write_hashes(folder):
    """The hidden list, in the order of the hashes."""
    files = sorted(path for path in folder.iterdir() if path.name != ".radioimmuno-files")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()} patient.json {path.name}" for path in files]
    write(folder, ".radioimmuno-files", "\n".join(["radioimmuno-files 2", *sorted(lines)]))


def scene(colors=COLORS, more=(), day=1):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in (("scene.mrml", "<MRML/>"), ("Data/colors.txt", colors), *more):
            archive.writestr(zipfile.ZipInfo(f"scene/{name}", (1980, 1, day, 0, 0, 0)), text)
    return content.getvalue()


def changed(folder, name, old, new):
    """Replace a text in a file, once; the hidden list follows."""
    content = (folder / name).read_bytes()
    assert content.count(old.encode()) == 1, old
    write(folder, name, content.replace(old.encode(), new.encode()))
    write_hashes(folder)


def statuses(results, status):
    return {verdict.file for verdict in compare_folders(*results) if verdict.status == status}


def test_equal_folders_are_identical(results):
    assert {verdict.status for verdict in compare_folders(*results)} == {IDENTICAL}
    assert len(compare_folders(*results)) == 7


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("patient.json", '"created_utc": "2026-01-02T03', '"created_utc": "2027-05-06T07'),
        ("patient.json", '"version": "0.1.0"', '"version": "0.2.0"'),
        ("scores.csv", ",0.1.0,", ",0.2.0,"),
        ("report.html", "<td>2026-01-02", "<td>2027-05-06"),
        ("report.html", "<bdi>2026-01-02", "<bdi>2027-05-06"),
        ("score.stdout.txt", '"created_utc": "2026-01-02T03', '"created_utc": "2027-05-06T07'),
        ("score.stdout.txt", "/opt/one/bin", "/home/two/bin"),
        ("report.html", 'content="RadioImmunoScore 0.1.0', 'content="RadioImmunoScore 0.2.0'),
        ("report.html", "version</th><td>0.1.0", "version</th><td>0.2.0"),
        ("report.html", "Made by RadioImmunoScore 0.1.0", "Made by RadioImmunoScore 0.2.0"),
        ("scene.mrb", "", scene(COLORS.replace("/tmp/abc/_tmp2026AB", "/tmp/xyz/more/_tmp2027CD"))),
        ("scene.mrb", "", scene(day=2)),
    ],
)
def test_provenance_is_passed_over(results, name, old, new):
    change(results[1], name, old, new)
    assert statuses(results, PROVENANCE) == {name, ".radioimmuno-files"}
    assert statuses(results, DIFFERS) == set()


@pytest.mark.parametrize(
    ("name", "old", "new", "shown"),
    [
        ("patient.json", "0.45314", "0.45315", "0.45315"),
        ("patient.json", '"when": "2026-01-02', '"when": "2026-01-03', "2026-01-03"),
        ("patient.json", "2.0.1", "2.0.2", "2.0.2"),
        ("patient.json", '"id": "1", "score": 0.45314', '"score": 0.45314, "id": "1"', '"score"'),
        ("score.stdout.txt", "--kvp 120", "--kvp 100", "--kvp 100"),
        ("scores.csv", "0.45314", "0.45315", "line 2, column 12"),
        ("scores.csv", "0.02", "0.03", "0.03"),
        ("scores.csv", "0f763b", "0f763c", "0f763c"),
        ("report.html", "<td>0.453", "<td>0.454", "0.454"),
        ("rings.nrrd", "spacing: 1.5", "spacing: 1.6", "spacing: 1.6"),
        ("rings.nrrd", "", VOLUME + gzip.compress(bytes([1, *range(1, 200)]), mtime=0), "voxels"),
        ("rings.nrrd", "", VOLUME + gzip.compress(bytes(range(200)), 1, mtime=9), "encoding"),
        ("scene.mrb", "", scene(COLORS.replace("0.45", "0.46")), "0.46"),
        ("scene.mrb", "", scene(COLORS.replace("Data/colors", "Data/other")), "other"),
        ("scene.mrb", "", scene(COLORS.replace("scene/Data", "other/Data")), "other"),
        ("scene.mrb", "", scene(more=[("Data/new.txt", "")]), "new.txt"),
    ],
)
def test_one_changed_number_is_reported(results, name, old, new, shown):
    change(results[1], name, old, new)
    differing = [verdict for verdict in compare_folders(*results) if verdict.status == DIFFERS]
    assert [verdict.file for verdict in differing] == [name]
    assert shown in differing[0].detail


def change(folder, name, old, new):
    """Another content altogether where `old` is empty, else one text in it."""
    if old:
        changed(folder, name, old, new)
    else:
        write(folder, name, new)
        write_hashes(folder)


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_is_missing_is_reported(results, which):
    (results[which] / "scores.csv").unlink()
    differing = [verdict for verdict in compare_folders(*results) if verdict.status == DIFFERS]
    assert [(verdict.file, verdict.detail) for verdict in differing] == [
        ("scores.csv", f"missing {('before', 'after')[which]}")
    ]


def test_a_wrong_hash_in_the_hidden_list_is_reported(results):
    listed = (results[1] / ".radioimmuno-files").read_text().splitlines()
    listed[1] = f"{SHA} {listed[1].split(' ', 1)[1]}"
    write(results[1], ".radioimmuno-files", "\n".join(listed))
    assert statuses(results, DIFFERS) == {".radioimmuno-files"}


SEG_CLASS, SR_CLASS = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.88.34"


def write_dicom(folder, uid, time="101112.5", **changes):
    """A segmentation and a report that refers to it, as an export writes them; UIDs begin with `uid`."""
    pydicom = pytest.importorskip("pydicom")
    given = {
        "seg": {
            "SoftwareVersions": "0.1.0",
            "TrackingUID": "2.25.77",
            "StudyDate": "20200102",
            "PixelData": bytes(range(256)),
        },
        "report": {"referred": f"{uid}.1", "NumericValue": "0.453"},
    }
    for name, number in (("seg", 1), ("report", 2)):
        values = given[name] | {key: value for key, value in changes.items() if key in given[name]}
        dataset = pydicom.dataset.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        dataset.SOPClassUID = SEG_CLASS if name == "seg" else SR_CLASS
        dataset.SOPInstanceUID, dataset.SeriesInstanceUID = f"{uid}.{number}", f"{uid}.9.{number}"
        dataset.InstanceCreationTime = dataset.ContentTime = time
        referred = values.pop("referred", None)
        if referred:
            dataset.ReferencedSOPSequence = [pydicom.dataset.Dataset()]
            dataset.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = referred
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        if "PixelData" in values:
            dataset["PixelData"].VR = "OB"
        dataset.save_as(folder / f"{name}.dcm", enforce_file_format=True)


@pytest.fixture
def exports(tmp_path):
    """Two folders of an export, made at different times."""
    for name, uid, time in (("before", "2.25.4711", "101112.5"), ("after", "2.25.815", "131415.25")):
        (tmp_path / name).mkdir()
        write_dicom(tmp_path / name, uid, time)
    return tmp_path / "before", tmp_path / "after"


def test_exports_differ_in_their_own_uids_and_times(exports):
    assert statuses(exports, PROVENANCE) == {"seg.dcm", "report.dcm"}


@pytest.mark.parametrize(
    ("file", "change", "shown"),
    [
        ("seg.dcm", {"TrackingUID": "2.25.78"}, "TrackingUID UI 2.25.78"),
        ("seg.dcm", {"StudyDate": "20200103"}, "StudyDate DA 20200103"),
        ("seg.dcm", {"PixelData": bytes([1, *range(1, 256)])}, "PixelData OB 256 byt"),
        ("report.dcm", {"NumericValue": "0.454"}, "0.454"),
        ("report.dcm", {"referred": "2.25.815.2"}, "SOPInstanceUID of report.dcm"),
        ("report.dcm", {"referred": "2.25.4711.1"}, "2.25.4711.1"),
    ],
)
def test_one_changed_element_is_reported(exports, file, change, shown):
    write_dicom(exports[1], "2.25.815", "131415.25", **change)
    differing = [verdict for verdict in compare_folders(*exports) if verdict.status == DIFFERS]
    assert [verdict.file for verdict in differing] == [file]
    assert shown in differing[0].detail


def test_another_version_in_an_export_is_passed_over(exports):
    write_dicom(exports[1], "2.25.815", "131415.25", SoftwareVersions="0.2.0")
    assert statuses(exports, PROVENANCE) == {"seg.dcm", "report.dcm"}

"""`radioimmuno score` on files: what it writes, prints and returns."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import label_map, write_volume

from dicom_series import ORIGIN, SPACING, ct_series, hu_values, write

WRITTEN = {"scores.csv", "patient.json", "report.html", "rings.nrrd", "scored_lesions.seg.nrrd"}
KVP = ("--kvp", "120")


@pytest.fixture(scope="module")
def scored(installed, files, tmp_path_factory):
    """One run on the three balls, the second said to lie in the liver."""
    out = tmp_path_factory.mktemp("scored")
    table = out / "table.csv"
    table.write_text("lesion_id,site,irradiated\n2,Liver,yes\n1,lung,no\n3,lung,no\n")
    done = installed(
        "score", files.ct, files.labels, "--signature", files.signature, "--lesion-table", table, *KVP,
        "--out", out / "result",
    )  # fmt: skip
    return done, out / "result"


def rows_of(folder):
    with (folder / "scores.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_lesions_are_scored_and_the_scores_are_those_computed_by_hand(scored):
    done, out = scored
    assert done.returncode == 0, done.stderr
    assert {row["lesion_id"]: float(row["score"]) for row in rows_of(out)} == pytest.approx(
        {"1": 0.5 - 0.2 + 0.02, "2": 0.5 + 0.0 + 0.2 + 0.02, "3": 0.5 + 0.4 + 0.02}
    )


def test_every_file_is_written_and_nothing_else(scored):
    _, out = scored
    assert {file.name for file in out.iterdir()} == WRITTEN | {".radioimmuno-files"}


def test_the_terminal_shows_lesions_patient_notice_and_files(scored):
    done, _ = scored
    lines = done.stdout.splitlines()
    assert lines[0] == "Patient ct, study ct"
    assert lines[2].split() == ["lesion", "site", "volume", "score", "status", "reason"]
    assert lines[5].split()[:6] == ["lesion", "2", "liver", lines[5].split()[3], "cc", "0.720"]
    assert any(line.startswith("Patient: 3 of 3 lesions scored, mean 0.653, median 0.720") for line in lines)
    assert "Research use only. Not for diagnosis or treatment decisions." in lines
    assert all(name in lines[-1] for name in WRITTEN)


def test_nothing_but_the_result_is_printed_when_there_is_no_terminal(scored):
    done, _ = scored
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_the_provenance_names_inputs_by_hash_and_says_that_kvp_was_given_by_hand(scored, files):
    _, out = scored
    provenance = json.loads((out / "patient.json").read_text())["provenance"]
    assert provenance["inputs"]["ct"]["name"] == files.ct.name
    assert len(provenance["inputs"]["ct"]["sha256"]) == 64
    assert provenance["acquisition"]["kvp"] == 120
    assert "by hand" in provenance["acquisition"]["source"]
    assert str(files.ct.parent) not in json.dumps(provenance)


def test_rings_are_on_the_resampled_grid(scored):
    _, out = scored
    rings = sitk.ReadImage(str(out / "rings.nrrd"))
    assert (rings.GetSize(), rings.GetSpacing()) == ((60, 60, 60), (1.0, 1.0, 1.0))
    assert set(np.unique(sitk.GetArrayFromImage(rings))) == {0, 1, 2, 3}


def test_one_empty_and_one_tiny_lesion_among_five_leave_three_scores(radioimmuno, files, tmp_path):
    labels = label_map()
    labels[15, 12, 12:14] = 4
    segments = {"a": 1, "b": 2, "c": 3, "two voxels": 4, "empty": 5}
    lesions = write_volume(tmp_path / "five.seg.nrrd", labels, segments)
    done = radioimmuno(
        "score", files.ct, lesions, "--signature", files.signature, *KVP, "--out", tmp_path / "out"
    )
    rows = {row["lesion_id"]: row for row in rows_of(tmp_path / "out")}
    assert done.returncode == 8
    assert list(rows) == list(segments)
    assert [row["score"] != "" for row in rows.values()] == [True, True, True, False, False]
    assert "lesion.empty" in rows["empty"]["codes"]
    assert "lesion.too_small" in rows["two voxels"]["codes"]
    assert rows["empty"]["reasons"]


def test_json_is_all_there_is_on_stdout(radioimmuno, files, tmp_path):
    out = tmp_path / "out"
    done = radioimmuno(
        "score", files.ct, files.labels, "--signature", files.signature, *KVP, "--out", out, "--json"
    )
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode == 0
    assert set(document["files"]) == {str(out / name) for name in WRITTEN}
    assert document["patient"] == json.loads((out / "patient.json").read_text())


def test_a_tube_voltage_that_no_ct_has_is_wrong_usage(radioimmuno, files, tmp_path):
    done = radioimmuno("score", files.ct, files.labels, "--kvp", "9999", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "9999 kV is no tube voltage of a CT: give 40 to 200" in done.stderr


def test_the_tube_voltage_by_hand_counts_and_every_row_shows_the_contradiction(radioimmuno, files, tmp_path):
    ct = write(tmp_path / "ct", ct_series(hu_values()))
    values = np.zeros(hu_values().shape, np.uint8)
    values[2:-2, 5:15, 5:15] = 1
    labels = sitk.GetImageFromArray(values)
    labels.SetSpacing(SPACING[::-1])
    labels.SetOrigin(ORIGIN)
    sitk.WriteImage(labels, str(tmp_path / "labels.nrrd"))
    scores = []
    for given in ("120", "80"):
        out = tmp_path / given
        radioimmuno(
            "score",
            ct,
            tmp_path / "labels.nrrd",
            "--signature",
            files.signature,
            "--kvp",
            given,
            "--out",
            out,
        )
        (row,) = rows_of(out)
        assert ("ct.kvp_differs" in row["codes"].split()) == (given == "80")
        scores.append(float(row["score"]))
    assert scores[0] - scores[1] == pytest.approx(0.1 * 40 / 100)


def test_a_missing_kvp_refuses_every_lesion_and_says_what_to_do(radioimmuno, files, tmp_path):
    done = radioimmuno("score", files.ct, files.labels, "--signature", files.signature, "--out", tmp_path)
    assert done.returncode == 8
    assert {row["codes"].split()[0] for row in rows_of(tmp_path)} == {"ct.kvp_missing"}
    assert "none of 3 lesions scored" in done.stdout


def test_values_that_are_no_hounsfield_units_are_refused_until_they_are_accepted(
    radioimmuno, files, tmp_path
):
    values = sitk.GetArrayFromImage(sitk.ReadImage(str(files.ct)))
    ct = write_volume(tmp_path / "shifted.nrrd", values + 1024)
    command = ("score", ct, files.labels, "--signature", files.signature, *KVP, "--out", tmp_path / "out")
    done = radioimmuno(*command)
    assert done.returncode == 8
    assert all(row["score"] == "" for row in rows_of(tmp_path / "out"))
    assert all("ct.hu_implausible" in row["codes"].split() for row in rows_of(tmp_path / "out"))
    done = radioimmuno(*command, "--accept-values")
    assert all("ct.hu_implausible" in row["codes"].split() for row in rows_of(tmp_path / "out"))
    assert all("Accepted by hand" in row["reasons"] for row in rows_of(tmp_path / "out"))


def test_nonsense_has_no_score(radioimmuno, data, tmp_path):
    """A box of air, values from 0 to 1, and a slice with another intercept, with the demonstration."""
    case = data / "lung1_001"
    image, label = (sitk.ReadImage(str(case / name)) for name in ("ct.nrrd", "label.nrrd"))
    values, mask = sitk.GetArrayFromImage(image)[40:90], sitk.GetArrayFromImage(label)[40:90]
    box = np.zeros_like(mask)
    box[10:30, 5:40, 5:40] = 1
    shifted = values.astype(np.int32)
    shifted[int(np.argmax(mask.sum((1, 2))))] += 1024
    scaled = (values - values.min()) / np.float32(np.ptp(values))
    for name, ct, lesion, code in (
        ("air", values, box, "lesion.outside_body"),
        ("scaled", scaled, mask, "ct.hu_implausible"),
        ("shifted", shifted, mask, "ct.hu_implausible"),
    ):
        paths = []
        for kind, array in (("ct", ct), ("label", lesion)):
            volume = sitk.GetImageFromArray(array)
            volume.SetSpacing(image.GetSpacing())
            paths.append(tmp_path / f"{name}-{kind}.nrrd")
            sitk.WriteImage(volume, str(paths[-1]))
        done = radioimmuno("score", *paths, *KVP, "--out", tmp_path / name)
        (row,) = rows_of(tmp_path / name)
        assert (done.returncode, row["score"]) == (8, "")
        assert code in row["codes"].split()


def test_real_ct_is_scored_with_the_demonstration_signature_and_its_notice(radioimmuno, data, tmp_path):
    case = data / "lung1_001"
    done = radioimmuno("score", case / "ct.nrrd", case / "label.nrrd", *KVP, "--out", tmp_path)
    (row,) = rows_of(tmp_path)
    assert done.returncode == 0, done.stderr
    assert np.isfinite(float(row["score"]))
    assert float(row["volume_cc"]) == pytest.approx(156.3, abs=0.1)
    assert row["signature_status"] == "demonstration"
    assert "DEMONSTRATION SIGNATURE" in done.stdout
    assert "DEMONSTRATION SIGNATURE" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_organ_is_left_out_with_its_reason_and_changes_no_exit_code(radioimmuno, files, tmp_path):
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), {"GTV": 1, "Spinal cord": 2, "Lung_L": 3})
    done = radioimmuno(
        "score", files.ct, lesions, "--signature", files.signature, *KVP, "--out", tmp_path / "out"
    )
    assert done.returncode == 0
    rows = {row["name"]: row for row in rows_of(tmp_path / "out")}
    assert [name for name, row in rows.items() if row["status"] == "left out"] == ["Spinal cord", "Lung_L"]
    assert (rows["Lung_L"]["score"], rows["Lung_L"]["codes"]) == ("", "lesion.not_a_lesion")
    patient = json.loads((tmp_path / "out" / "patient.json").read_text())
    assert [lesion["name"] for lesion in patient["lesions"]] == ["GTV"]
    assert [one["name"] for one in patient["left_out"]] == ["Spinal cord", "Lung_L"]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    reason = "By its name it is no lesion but: spinal cord."
    assert reason in page
    assert reason in done.stdout
    assert reason == patient["left_out"][0]["reason"] == rows["Spinal cord"]["reasons"]


@pytest.mark.parametrize("option", ["--roi", "--lesion"])
@pytest.mark.parametrize("name", ["spinal cord", "S2", "Spin*"])
def test_an_organ_that_a_person_chose_by_name_or_id_is_scored_with_a_warning(
    radioimmuno, files, tmp_path, option, name
):
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), {"GTV": 1, "Spinal cord": 2})
    image = sitk.ReadImage(str(lesions))
    image.SetMetaData("Segment1_ID", "S2")
    sitk.WriteImage(image, str(lesions))
    done = radioimmuno(
        "score",
        files.ct,
        lesions,
        option,
        name,
        "--signature",
        files.signature,
        *KVP,
        "--out",
        tmp_path / "o",
    )
    (row,) = rows_of(tmp_path / "o")
    assert done.returncode == 0
    assert (row["lesion_id"], row["status"]) == ("S2", "warning")
    assert "lesion.not_a_lesion" in row["codes"].split()


def test_a_file_of_organs_alone_is_an_error_that_says_what_to_do(radioimmuno, files, tmp_path):
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), {"Heart": 1, "PTV": 2})
    done = radioimmuno("score", files.ct, lesions, *KVP, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "lesion.not_a_lesion" in done.stderr
    assert all(word in done.stderr for word in ("Heart", "PTV", "--roi"))
    assert not (tmp_path / "out").exists()


def test_lesions_of_one_name_are_kept_apart_on_the_terminal_as_in_the_report(radioimmuno, files, tmp_path):
    image = sitk.ReadImage(str(files.labels))
    for number, label in enumerate((1, 2, 3)):
        for key, value in (("ID", f"s{label}"), ("Name", "Node"), ("LabelValue", str(label)), ("Layer", "0")):
            image.SetMetaData(f"Segment{number}_{key}", value)
    sitk.WriteImage(image, str(tmp_path / "nodes.seg.nrrd"))
    done = radioimmuno(
        "score", files.ct, tmp_path / "nodes.seg.nrrd", "--signature", files.signature, *KVP,
        "--out", tmp_path / "result",
    )  # fmt: skip
    page = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    for name in ("Node (s1)", "Node (s2)", "Node (s3)"):
        assert name in done.stdout
        assert name in page
    assert {row["name"] for row in rows_of(tmp_path / "result")} == {"Node"}

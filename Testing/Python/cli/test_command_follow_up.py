"""`radioimmuno follow-up`: from the folders of studies to lesions, changes, response and a page."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import AIR_HU, BALLS, SPACING, ct_values, label_map, signature, write_volume

from radioimmuno.features import catalog
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.modality import with_filters
from radioimmuno.signature.signature import Term, write_signature

CHANGES = "lesion,study,match,volume_cc,longest_mm,shortest_mm,score,volume_change,score_change"
DATES = ("--dates", "2026-01-05,2026-03-02,2026-04-30")
SMALLER, LARGER = ((8, 20, 20), 6.0, 80), ((8, 40, 42), 11.0, 110)
STUDIES = {
    "first": BALLS,
    "second": {1: SMALLER, 2: LARGER},
    "third": {1: SMALLER, 2: LARGER, 4: ((26, 11, 49), 5.0, 90)},
}


def write_study(folder: Path, balls: dict) -> Path:
    folder.mkdir()
    write_volume(folder / "ct.nrrd", ct_values(balls))
    write_volume(folder / "lesions.seg.nrrd", label_map(balls), {f"Ball {n}": n for n in balls})
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def studies(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("studies")
    for name, balls in STUDIES.items():
        write_study(place / name, balls)
    return place


@pytest.fixture(scope="module")
def known(files):
    return ("--kvp", 100, "--signature", files.signature)


@pytest.fixture(scope="module")
def done(radioimmuno, studies, known):
    """Three studies followed; what was printed."""
    return radioimmuno(
        *("follow-up", *(studies / name for name in STUDIES), *known, *DATES),
        *("--irradiated", "Ball 1", "--patient", "P7", "--out", studies / "out"),
    )


def test_lesions_changes_and_response(done, studies):
    assert done.returncode == 0, done.stderr
    assert "2026-03-02: registered; the bodies overlap by a Dice coefficient of" in done.stdout
    assert (studies / "out" / "changes.csv").read_text().startswith(f"{CHANGES},")
    changes = {(row["lesion"], row["study"]): row for row in rows_of(studies / "out" / "changes.csv")}
    matches = {key: row["match"] for key, row in changes.items()}
    assert matches == {
        ("L1", "2026-03-02"): "same",
        ("L2", "2026-03-02"): "same",
        ("L3", "2026-03-02"): "gone",
        ("L1", "2026-04-30"): "same",
        ("L2", "2026-04-30"): "same",
        ("L3", "2026-04-30"): "gone",
        ("L4", "2026-04-30"): "new",
    }
    before, after = (np.count_nonzero(label_map(STUDIES[name]) == 2) for name in ("first", "second"))
    assert float(changes["L2", "2026-03-02"]["volume_change"]) == pytest.approx(after / before - 1)
    # The score is 0.5 + (maximum - 100) / 100 at 100 kV: 100 HU before, 110 HU after.
    assert float(changes["L2", "2026-03-02"]["score"]) == pytest.approx(0.6)
    assert float(changes["L2", "2026-03-02"]["score_change"]) == pytest.approx(0.1)
    assert float(changes["L1", "2026-04-30"]["score_change"]) == 0
    assert float(changes["L3", "2026-03-02"]["volume_change"]) == -1
    assert changes["L3", "2026-03-02"]["score_change"] == ""
    assert float(changes["L3", "2026-03-02"]["longest_mm"]) == 0
    days = 56
    per_30_days = float(changes["L2", "2026-03-02"]["volume_change_cc"]) * 30 / days
    assert float(changes["L2", "2026-03-02"]["volume_per_30_days_cc"]) == pytest.approx(per_30_days)


def test_response_is_that_of_the_table_of_lesions(done, radioimmuno, studies, tmp_path):
    again = radioimmuno("response", studies / "out" / "lesions.csv", "--out", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    own, other = (
        json.loads((folder / "response.json").read_text())["patients"]
        for folder in (studies / "out", tmp_path / "again")
    )
    assert own == other
    assert own[0]["patient"] == "P7"
    first, second, third = own[0]["studies"]
    assert (first["date"], second["all"]["recist"], third["all"]["recist"]) == ("2026-01-05", "PR", "PD")
    assert third["all"]["new_lesions"] == ["L4"]
    assert second["out_of_field"]["sum_mm"] == second["all"]["sum_mm"]
    roles = {row["lesion"]: (row["role"], row["irradiated"]) for row in rows_of(studies / "out/lesions.csv")}
    assert roles == {
        "L1": ("non-target", "yes"),
        "L2": ("target", "no"),
        "L3": ("target", "no"),
        "L4": ("new", "no"),
    }


def test_the_page_shows_each_lesion_in_each_study(done, studies):
    page = (studies / "out" / "report.html").read_text()
    assert page.count("<image ") == 4 * 3
    assert "Waterfall plot" in page
    assert "Spider plot" in page
    assert "the studies were acquired alike" in page
    assert "<script" not in page


def test_a_corrected_line_of_the_pairs_counts(done, radioimmuno, studies, known, tmp_path):
    text = (studies / "out" / "pairs.csv").read_text()
    lines = [line for line in text.splitlines() if line.startswith(("study", "2026-03-02"))]
    assert lines[2].startswith("2026-03-02,Ball 2,Ball 2,same,place,")
    (tmp_path / "pairs.csv").write_text(
        "\n".join(
            line.replace("Ball 3,,gone", "Ball 3,Ball 2,gone").replace("2026-03-02", "2") for line in lines
        )
    )
    folders = [studies / name for name in ("first", "second")]
    options = ("--pairs", tmp_path / "pairs.csv", "--out", tmp_path / "out", "--json")
    again = radioimmuno("follow-up", *folders, *known, *options)
    assert again.returncode == 0, again.stderr
    document = json.loads(again.stdout)
    assert [Path(file).name for file in document["files"]][:2] == ["response.json", "lesions.csv"]
    changes = {row["lesion"]: row for row in rows_of(tmp_path / "out" / "changes.csv")}
    assert {name: row["match"] for name, row in changes.items()} == {"L1": "same", "L2": "merged"}
    both, after = (label_map(STUDIES[name]) for name in ("first", "second"))
    ratio = np.count_nonzero(after == 2) / np.count_nonzero(both >= 2)
    assert float(changes["L2"]["volume_change"]) == pytest.approx(ratio - 1)
    # The union of 100 and 140 HU has the maximum 140: a score of 0.9, and 0.6 after.
    assert float(changes["L2"]["score_change"]) == pytest.approx(-0.3)
    study = document["patients"][0]["studies"][1]
    assert (study["date"], study["days"]) == (None, None)
    assert study["hyperprogression"]["matos"] is None


def test_a_signature_of_changes_scores_the_later_study_alone(radioimmuno, studies, known, tmp_path):
    maximum = "statistics.maximum"
    terms = (
        Term(f"delta_abs.lesion.{maximum}", 1.0, 0.0, 10.0),
        Term("delta.lesion.morphology.volume", 0.001, 0.0, 1.0),
    )
    delta = replace(signature(), terms=terms, cutoffs=None, distribution=None)
    write_signature(delta, tmp_path / "delta.json")
    own = ("--signature", tmp_path / "delta.json")
    alone = studies / "first"
    refused = radioimmuno(
        "score", alone / "ct.nrrd", alone / "lesions.seg.nrrd", *own, "--out", tmp_path / "1"
    )
    assert refused.returncode == 8
    assert "give the earlier one and this one to `radioimmuno follow-up`" in refused.stdout + refused.stderr
    (tmp_path / "features.txt").write_text("ring.statistics.mean")
    found = radioimmuno(
        *("follow-up", alone, studies / "second", *known[:2], *own, "--names-identify"),
        *("--features", tmp_path / "features.txt", "--out", tmp_path / "out"),
    )
    assert found.returncode == 0, found.stderr
    rows = {(row["lesion"], row["study"]): row for row in rows_of(tmp_path / "out" / "lesions.csv")}
    assert rows["L2", "first"]["score"] == ""
    assert rows["L2", "first"]["codes"] == "followup.no_earlier_study"
    assert "It is first seen in first; in later studies it has a score." in rows["L2", "first"]["reasons"]
    # 100 HU before, 110 HU after; the volume adds a thousandth of its change.
    assert float(rows["L2", "second"]["score"]) == pytest.approx(0.5 + 1.0, abs=2e-3)
    assert float(rows["L1", "second"]["score"]) == pytest.approx(0.5, abs=1e-3)
    changes = {
        (row["lesion"], row["region"], row["feature"]): row
        for row in rows_of(tmp_path / "out" / "feature_changes.csv")
    }
    assert {(region, name) for _, region, name in changes} == {
        ("lesion", maximum),
        ("lesion", "morphology.volume"),
        ("ring", "statistics.mean"),
    }
    assert float(changes["L2", "lesion", maximum]["change"]) == pytest.approx(10.0)
    assert float(changes["L2", "lesion", maximum]["change_relative"]) == pytest.approx(0.1)
    lost = changes["L3", "lesion", "morphology.volume"], changes["L3", "lesion", maximum]
    assert [row["change_relative"] for row in lost] == ["-1.0", ""]
    assert {row["days"] for row in changes.values()} == {""}


def test_a_set_of_features_is_followed_after_the_filters_of_the_signature(
    radioimmuno, studies, known, tmp_path
):
    filtered = with_filters(signature().settings, {"ct": responses_of(["log_sigma_2mm"])})
    write_signature(replace(signature(), settings=filtered), tmp_path / "filtered.json")
    found = radioimmuno(
        *("follow-up", studies / "first", studies / "second", *known[:2], "--names-identify"),
        *("--signature", tmp_path / "filtered.json", "--features", "standard", "--out", tmp_path / "out"),
    )
    assert found.returncode == 0, found.stderr
    rows = rows_of(tmp_path / "out" / "feature_changes.csv")
    features = {(row["region"], row["feature"]) for row in rows}
    on_responses = set(catalog.of_responses(catalog.STANDARD))
    assert {key for region, key in features if region == "lesion.log_sigma_2mm"} == on_responses
    assert on_responses < {key for region, key in features if region == "lesion"}


def test_what_cannot_be_registered_is_left_to_a_person(radioimmuno, studies, known, tmp_path):
    other = write_study(tmp_path / "other", {1: SMALLER})
    write_volume(other / "ct.nrrd", np.full_like(ct_values(), AIR_HU))
    found = radioimmuno("follow-up", studies / "first", other, *known, "--out", tmp_path / "out")
    assert found.returncode == 8
    assert "[followup.registration]" in found.stdout
    assert f"Pair what is ambiguous in {tmp_path / 'out' / 'pairs.csv'}" in found.stdout
    pairs = rows_of(tmp_path / "out" / "pairs.csv")
    assert [(row["baseline"], row["followup"]) for row in pairs] == [
        ("Ball 1", "?"),
        ("Ball 2", "?"),
        ("Ball 3", "?"),
        ("?", "Ball 1"),
    ]
    document = json.loads((tmp_path / "out" / "response.json").read_text())
    assert document["patients"][0]["studies"][1]["all"]["recist"] == "NE"
    assert "L2 (Ball 2) is not evaluated in other: ambiguous." in " ".join(document["notes"])


def test_a_result_keeps_its_scores_and_needs_its_ct(radioimmuno, studies, files, known, tmp_path):
    scored = radioimmuno(
        *("score", studies / "first" / "ct.nrrd", studies / "first" / "lesions.seg.nrrd"),
        *("--kvp", 120, "--signature", files.signature, "--patient", "A", "--out", tmp_path / "result"),
    )
    assert scored.returncode == 0, scored.stderr
    asked = ("follow-up", tmp_path / "result", studies / "second", *known)
    gone = radioimmuno(*asked, "--out", tmp_path / "out")
    assert gone.returncode == 1
    assert "was scored on the file ct.nrrd, which is not found" in gone.stderr
    found = radioimmuno(*asked, "--ct", studies / "first" / "ct.nrrd", "--out", tmp_path / "out")
    assert found.returncode == 0, found.stderr
    rows = {
        row["lesion"]: row for row in rows_of(tmp_path / "out" / "lesions.csv") if row["study"] == "result"
    }
    # At 120 kV, as it was scored, 0.02 more than at 100 kV.
    assert float(rows["L2"]["score"]) == pytest.approx(0.52)
    assert rows["L2"]["patient"] == "A"
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Tube voltage: 120 kV at baseline, 100 kV here." in page
    other = radioimmuno("follow-up", tmp_path / "result", studies / "second", "--out", tmp_path / "no")
    assert "give the one for all, --signature. [followup.study]" in other.stderr


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ("2026-01-05,2026-01-05", "Studies 1 and 2 have the same date, 2026-01-05."),
        ("2026-03-05,2026-01-05", "Study 2 of 2026-01-05 is earlier than study 1 of 2026-03-05"),
        ("2026-03-05", "1 dates for 2 studies"),
        ("soon,2026-03-05", "'soon' is no date"),
    ],
)
def test_dates_that_cannot_be_are_refused(radioimmuno, studies, known, tmp_path, dates, words):
    folders = (studies / "first", studies / "second")
    found = radioimmuno("follow-up", *folders, *known, "--dates", dates, "--out", tmp_path / "out")
    assert found.returncode == 1
    assert words in found.stderr
    assert "[followup.dates]" in found.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("missing", "words"),
    [("lesions.seg.nrrd", "holds no lesions beside the CT"), ("ct.nrrd", "holds 0 CT, and has to hold one")],
)
def test_a_folder_that_is_no_study_is_refused(radioimmuno, studies, known, tmp_path, missing, words):
    shutil.copytree(studies / "second", tmp_path / "second")
    (tmp_path / "second" / missing).unlink()
    asked = ("follow-up", studies / "first", tmp_path / "second", *known, "--out", tmp_path / "out")
    found = radioimmuno(*asked)
    assert found.returncode == 1
    assert words in found.stderr
    assert "[followup.study]" in found.stderr


def test_what_is_not_ours_is_never_replaced(radioimmuno, studies, known, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lesions.csv").write_text("mine")
    asked = ("follow-up", studies / "first", studies / "second", *known, "--force", "--out", tmp_path / "out")
    found = radioimmuno(*asked)
    assert "[output.foreign]" in found.stderr
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["lesions.csv"]


@pytest.fixture(scope="module")
def dicom_studies(studies) -> Path:
    """The first two studies as DICOM with segmentations beside; and one of another patient."""
    pytest.importorskip("pydicom")
    from dicom_lesions import PATIENT
    from dicom_series import ct_series, write

    tags = {
        "first": {"StudyDate": "20260105"},
        "second": {"StudyDate": "20260302", "ConvolutionKernel": "B70f"},
        "strange": {"StudyDate": "20260302", "PatientID": "P-99"},
    }
    for name, own in tags.items():
        balls = STUDIES["first" if name == "first" else "second"]
        series = ct_series(ct_values(balls), spacing=SPACING[::-1], origin=(0, 0, 0), **(PATIENT | own))
        write(studies / "dicom" / name, series)
        write_volume(
            studies / "dicom" / name / "drawn.seg.nrrd", label_map(balls), {f"Ball {n}": n for n in balls}
        )
    return studies / "dicom"


def test_dates_and_differences_come_from_dicom(dicom_studies, radioimmuno, files, tmp_path):
    folders = [dicom_studies / name for name in ("first", "second")]
    asked = ("follow-up", *folders, "--signature", files.signature, "--out", tmp_path / "out")
    found = radioimmuno(*asked)
    assert found.returncode == 0, found.stderr
    document = json.loads((tmp_path / "out" / "response.json").read_text())
    (patient,) = document["patients"]
    assert patient["patient"].startswith("P-")
    assert patient["patient"] != "P-17"
    assert [(one["date"], one["days"]) for one in patient["studies"]] == [
        ("2026-01-05", 0),
        ("2026-03-02", 56),
    ]
    assert "2026-03-02: Kernel: B30f at baseline, B70f here. [followup.acquisition]" in found.stdout
    assert "P-17" not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_another_patients_study_is_refused(dicom_studies, radioimmuno, files, tmp_path):
    folders = [dicom_studies / name for name in ("first", "strange")]
    asked = ("follow-up", *folders, "--signature", files.signature, "--out", tmp_path / "out")
    found = radioimmuno(*asked)
    assert found.returncode == 1
    assert "[followup.patient]" in found.stderr
    assert "--accept-patient" in found.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_real_lesion_is_followed_where_the_table_and_the_field_of_view_moved(radioimmuno, data, tmp_path):
    from scipy import ndimage

    ct, label = (sitk.ReadImage(str(data / "lung1_001" / name)) for name in ("ct.nrrd", "label.nrrd"))
    drawn = sitk.GetArrayFromImage(label) > 0
    smaller = ndimage.binary_erosion(drawn, iterations=2)
    assert 0.3 < smaller.sum() / drawn.sum() < 0.95
    for name, mask, moved_mm in (("before", drawn, 0.0), ("after", smaller, 60.0)):
        (tmp_path / name).mkdir()
        masked = sitk.GetImageFromArray(mask.astype(np.uint8))
        masked.CopyInformation(ct)
        for image, file in ((sitk.Image(ct), "ct.nrrd"), (masked, "mask.nrrd")):
            image.SetOrigin([place + moved_mm for place in image.GetOrigin()])
            # A fifth of the slices is missing at one end.
            part = image if name == "before" else image[:, :, : -(image.GetSize()[2] // 5)]
            sitk.WriteImage(part, str(tmp_path / name / file), useCompression=True)
    kept = smaller[: -(len(smaller) // 5)].sum()
    assert kept == smaller.sum()
    out = tmp_path / "out"
    found = radioimmuno(
        "follow-up", tmp_path / "before", tmp_path / "after", "--out", out, "--irradiated", "L1"
    )
    assert found.returncode == 0, found.stderr
    (row,) = rows_of(out / "changes.csv")
    assert row["match"] == "same"
    assert float(row["volume_change"]) == pytest.approx(kept / drawn.sum() - 1)
    assert float(row["longest_mm"]) < float(rows_of(out / "lesions.csv")[0]["longest_mm"])

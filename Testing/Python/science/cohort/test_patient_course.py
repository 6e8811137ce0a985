"""A patient with several studies in a cohort: which lesion is which, and the changes in the table.

Tests of: patient_course, tables.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_cases import FEATURES

from radioimmuno.cohort.manifest import COURSE_COLUMNS, read_manifest
from radioimmuno.cohort.patient import measure_patient
from radioimmuno.cohort.plan import Plan, order_of, read_signatures
from radioimmuno.cohort.run import Outcome, RunOptions, run_cohort
from radioimmuno.cohort.store import PatientStore
from radioimmuno.cohort.tables import WHO, tables_of, write_tables
from radioimmuno.followup.change_scores import with_change_scores
from radioimmuno.followup.course import follow
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study
from radioimmuno.scoring.score import score_rows
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.signature.signature import Signature, Term, write_signature
from radioimmuno.signature.variables import CHANGES

SHAPE, SPACING = (30, 60, 60), (2.0, 1.0, 1.0)
HEAD = "patient,study,date,kvp,ct,lesions,os_days"
BALLS = {1: ((8, 20, 20), 8.0, 80), 2: ((8, 40, 42), 9.0, 100), 3: ((22, 30, 30), 7.0, 140)}
LATER = {1: ((8, 20, 20), 6.0, 70), 2: ((8, 40, 42), 11.0, 130), 4: ((5, 12, 50), 6.0, 90)}
SPLIT = {1: ((8, 20, 15), 4.0, 80), 5: ((8, 20, 25), 4.0, 80), 2: ((8, 40, 42), 9.0, 100)}
MEAN, VOLUME = "lesion.statistics.mean", "lesion.morphology.volume"


def write_study(folder: Path, balls) -> None:
    """A noisy body with flat balls, and the file of their masks."""
    rng = np.random.default_rng(5)
    values = np.full(SHAPE, -1000, np.int16)
    values[:, 6:-6, 6:-6] = 40 + rng.integers(-10, 11, values[:, 6:-6, 6:-6].shape)
    labels = np.zeros(SHAPE, np.uint8)
    index = np.stack(np.indices(SHAPE), -1)
    for label, (centre, radius, hu) in balls.items():
        ball = (((index - centre) * SPACING) ** 2).sum(-1) <= radius**2
        labels[ball], values[ball] = label, hu
    folder.mkdir(parents=True)
    for name, array in (("ct", values), ("mask", labels)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(folder / f"{name}.nrrd"))


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("courses")
    for name, balls in (("first", BALLS), ("later", LATER), ("split", SPLIT)):
        write_study(folder / name, balls)
    return folder


@pytest.fixture(scope="module")
def plan(place) -> Plan:
    """Three features, and a signature: 0.5 + 10 x relative change of the volume + change of the mean / 10."""
    terms = (Term(f"delta.{VOLUME}", 10.0, 0.0, 1.0), Term(f"delta_abs.{MEAN}", 1.0, 0.0, 10.0))
    made = Signature("mine", "1", "research", "x", "y", Settings(), 0.5, terms)
    write_signature(made, place / "delta.json")
    return Plan(Settings(), FEATURES, *read_signatures([place / "delta.json"]))


def manifest_of(place, *lines, name="manifest.csv", head=HEAD):
    (place / name).write_text("\n".join([head, *lines]) + "\n")
    return read_manifest(place / name)


def row(patient, study, day, where, kvp=""):
    return f"{patient},{study},{day},{kvp},{where}/ct.nrrd,{where}/mask.nrrd,100"


@pytest.fixture(scope="module")
def manifest(place):
    """The later study stands first; bob has one study, cyd no dates, dan a lesion that split."""
    return manifest_of(
        place,
        *(row("ann", "w8", "2026-03-06", "later"), row("ann", "b", "2026-01-05", "first")),
        row("bob", "b", "", "first"),
        *(row("cyd", "b", "", "first"), row("cyd", "w8", "", "later")),
        *(row("dan", "b", "2026-01-05", "first", 120), row("dan", "w8", "2026-02-04", "split", 100)),
    )


def written(records, manifest, plan, folder):
    """The rows of the table of lesions, by patient, study and lesion."""
    store = PatientStore(folder)
    for record in records:
        store.write(json.loads(json.dumps(record)), "k", "q", "c")
    outcome = Outcome(frozenset(record["patient"] for record in records), {})
    tables = tables_of(manifest, plan, store, outcome)
    write_tables(tables, folder)
    with (folder / "lesions.csv").open(newline="") as file:
        return tables, {(one["patient"], one["study"], one["lesion_id"]): one for one in csv.DictReader(file)}


@pytest.fixture(scope="module")
def measured(place, manifest, plan, tmp_path_factory):
    records = [measure_patient(json.loads(json.dumps(order_of(one, plan)))) for one in manifest.patients]
    return written(records, manifest, plan, tmp_path_factory.mktemp("tables"))


def test_columns_of_courses_stand_behind_who_and_changes_behind_values(measured):
    tables, _ = measured
    changes = [f"{start}{name}" for start in CHANGES for name in FEATURES]
    scores = ("score:mine", "score_status:mine", "score_reasons:mine")
    expected = (*WHO, *COURSE_COLUMNS, "os_days", "acquisition.kvp", *FEATURES, *changes, *scores)
    assert tables.columns == expected
    assert {"date", "followed_notes"} <= tables.texts
    assert not tables.texts & {"study_number", "followed_days", *changes}


def test_rows_are_lesions_and_studies_with_their_order_in_time(measured):
    _, rows = measured
    numbers = {key[1:]: one["study_number"] for key, one in rows.items() if key[0] == "ann"}
    assert numbers == {
        **{("b", lesion): "0.0" for lesion in "123"},
        **{("w8", lesion): "1.0" for lesion in ("1", "2", "4", "3 of b")},
    }
    matches = [one["followed_match"] for key, one in rows.items() if key[:2] == ("ann", "w8")]
    assert matches == ["same", "same", "new", "gone"]
    assert rows["ann", "w8", "1"]["followed_since"] == "b"
    assert float(rows["ann", "w8", "1"]["followed_days"]) == 60
    assert rows["ann", "b", "1"]["followed_lesion"] == rows["ann", "w8", "1"]["followed_lesion"] == "L1"
    assert rows["ann", "b", "1"]["followed_notes"] == "The baseline has no earlier study."
    assert rows["ann", "w8", "4"]["followed_notes"] == "It is first seen here."
    assert rows["bob", "b", "1"]["followed_notes"] == "The patient has one study."


def test_changes_are_those_of_the_values_in_the_table(measured):
    _, rows = measured
    for lesion in "12":
        before, after = rows["ann", "b", lesion], rows["ann", "w8", lesion]
        for name in FEATURES:
            then, now = float(before[name]), float(after[name])
            assert float(after[f"delta_abs.{name}"]) == now - then
            assert float(after[f"delta.{name}"]) == (now - then) / np.abs(then)
            assert before[f"delta.{name}"] == before[f"delta_abs.{name}"] == ""
    ratio = (11 / 9) ** 3
    assert float(rows["ann", "w8", "2"][f"delta.{VOLUME}"]) == pytest.approx(ratio - 1, rel=0.03)


def test_a_signature_of_changes_scores_the_later_studies_alone(measured):
    _, rows = measured
    for lesion in "12":
        one = rows["ann", "w8", lesion]
        by_hand = 0.5 + 10 * float(one[f"delta.{VOLUME}"]) + float(one[f"delta_abs.{MEAN}"]) / 10
        assert float(one["score:mine"]) == pytest.approx(by_hand)
    for key in (("ann", "b", "1"), ("ann", "w8", "4"), ("bob", "b", "1"), ("cyd", "w8", "1")):
        assert rows[key]["score:mine"] == ""
        assert "changes since an earlier study" in rows[key]["score_reasons:mine"]


def test_a_lesion_that_is_gone_has_the_change_of_its_volume_and_nothing_else(measured):
    tables, rows = measured
    gone = rows["ann", "w8", "3 of b"]
    assert (gone["status"], gone["os_days"], gone[f"delta.{VOLUME}"]) == ("gone", "100", "-1.0")
    assert float(gone[f"delta_abs.{VOLUME}"]) == -float(rows["ann", "b", "3"][VOLUME])
    assert {gone[name] for name in (*FEATURES, f"delta.{MEAN}", "score:mine", "score_status:mine")} == {""}
    (counts,) = (one for one in tables.patients if one[0] == "ann")
    assert counts[:4] == ("ann", "2", "6", "6")


def test_parts_of_a_lesion_that_split_are_one_row(measured, place):
    _, rows = measured
    assert [key[2] for key in rows if key[:2] == ("dan", "w8")] == ["1+5", "2", "3 of b"]
    split = rows["dan", "w8", "1+5"]
    assert (split["followed_lesion"], split["followed_match"]) == ("L1", "split")
    parts = sitk.GetArrayFromImage(sitk.ReadImage(str(place / "split" / "mask.nrrd")))
    whole = sitk.GetArrayFromImage(sitk.ReadImage(str(place / "first" / "mask.nrrd")))
    ratio = np.isin(parts, (1, 5)).sum() / (whole == 1).sum()
    assert float(split[f"delta.{VOLUME}"]) == pytest.approx(ratio - 1, abs=0.02)
    assert split["score:mine"] != ""
    assert split["followed_notes"] == "Tube voltage: 120 kV in b, 100 kV here."
    unchanged = [rows["dan", "w8", "2"][f"{start}{name}"] for start in CHANGES for name in FEATURES]
    assert set(unchanged) == {"0.0"}


def test_without_dates_what_is_measured_stays_and_the_reason_is_given(measured):
    _, rows = measured
    cyd = {key[1:]: one for key, one in rows.items() if key[0] == "cyd"}
    assert sorted(cyd) == [("b", "1"), ("b", "2"), ("b", "3"), ("w8", "1"), ("w8", "2"), ("w8", "4")]
    for (study, lesion), one in cyd.items():
        assert (one["study_number"], one["followed_lesion"], one[f"delta.{MEAN}"]) == ("", "", "")
        assert "No date is known of study 1: give one" in one["followed_notes"]
        assert one[MEAN] == rows["ann", study, lesion][MEAN]


def test_lesions_are_matched_and_scored_as_follow_up_does(place, plan, manifest):
    """By a signature with settings of its own, too."""
    coarse = replace(plan.signatures[0], name="coarse", settings=Settings(ExtractionSettings(spacing_mm=2.0)))
    write_signature(coarse, place / "coarse.json")
    both = replace(
        plan, **dict(zip(("signatures", "files"), read_signatures([place / "coarse.json"]), strict=True))
    )
    record = measure_patient(order_of(manifest.patients[0], both))
    assert [one["study"] for one in record["studies"]] == ["w8", "b"]
    studies = [
        read_study(
            StudyFiles(place / name / "ct.nrrd", (LesionFile(place / name / "mask.nrrd"),)), Settings()
        )
        for name in ("first", "later")
    ]
    course = follow([one.study for one in studies], dates=["2026-01-05", "2026-03-06"])
    known = [
        ScoredStudy(name, study, {row.id: row for row in score_rows(study, coarse)})
        for name, study in zip("bw", course.studies, strict=True)
    ]
    scored = with_change_scores(course, known, coarse)
    identity = {each: lesion.id for lesion in course.lesions for each in lesion.in_studies[1]}
    for one in record["studies"][0]["lesions"]:
        assert one["followed"]["lesion"] == identity[one["lesion_id"]]
        assert one["scores"]["coarse"]["score"] == scored[1].rows[one["lesion_id"]].score
    assert sum(one["scores"]["coarse"]["score"] is not None for one in record["studies"][0]["lesions"]) == 2


def test_segments_without_voxels_keep_their_row_and_are_gone(place, plan, tmp_path):
    """As a reader says that nothing is left."""
    for name, kept in (("first", {1, 2, 3}), ("then", {1, 3})):
        (tmp_path / name).mkdir()
        image = sitk.ReadImage(str(place / "first" / "mask.nrrd"))
        values = sitk.GetArrayFromImage(image)
        drawn = sitk.GetImageFromArray(np.where(np.isin(values, list(kept)), values, 0).astype(np.uint8))
        drawn.CopyInformation(image)
        for label in (1, 2, 3):
            for key, value in (("ID", label), ("Name", f"ball {label}"), ("LabelValue", label), ("Layer", 0)):
                drawn.SetMetaData(f"Segment{label}_{key}", str(value))
        sitk.WriteImage(drawn, str(tmp_path / name / "mask.seg.nrrd"))
    ct = place / "first" / "ct.nrrd"
    lines = [
        f"gil,{name},{day},,{ct},{name}/mask.seg.nrrd,1"
        for name, day in (("first", "2026-01-05"), ("then", "2026-02-05"))
    ]
    manifest = manifest_of(tmp_path, *lines)
    _, rows = written([measure_patient(order_of(manifest.patients[0], plan))], manifest, plan, tmp_path)
    then = {key[2]: one for key, one in rows.items() if key[1] == "then"}
    assert {name: one["status"] for name, one in then.items()} == {
        "1": "measured",
        "2": "refused",
        "3": "measured",
        "2 of first": "gone",
    }
    assert then["2"]["followed_notes"] == "Nothing of it is drawn."
    assert then["1"][f"delta.{MEAN}"] == "0.0"


def test_a_study_to_come_changes_no_row_before_it(plan, tmp_path):
    """Two lesions that merge in the third study are two in the first and the second."""
    near = {1: ((8, 20, 20), 5.0, 80), 2: ((8, 20, 32), 5.0, 100)}
    grown = {1: ((8, 20, 20), 5.5, 80), 2: ((8, 20, 32), 5.5, 100)}
    for name, balls in (("a", near), ("b", grown), ("c", {1: ((8, 20, 26), 11.0, 90)})):
        write_study(tmp_path / name, balls)
    lines = [row("fay", name, f"2026-0{n}-05", name) for n, name in enumerate("abc", start=1)]
    records = [
        measure_patient(order_of(manifest_of(tmp_path, *lines[:count]).patients[0], plan)) for count in (2, 3)
    ]
    (merged,) = records[1]["studies"][2]["lesions"]
    assert (merged["followed"]["match"], merged["followed"]["since"]) == ("merged", "a")
    for two, three in zip(records[0]["studies"], records[1]["studies"], strict=False):
        for one in (*two["lesions"], *three["lesions"]):
            del one["followed"]["lesion"]  # who it is is known of the whole course
        assert two == three


def test_ct_that_cannot_be_registered_leave_the_changes_empty(place, plan, tmp_path):
    write_study(tmp_path / "other", {1: LATER[1]})
    values = np.random.default_rng(2).integers(20, 61, SHAPE).astype(np.int16)
    values[:, :3] = -1000
    soup = sitk.GetImageFromArray(values)
    soup.SetSpacing(SPACING[::-1])
    sitk.WriteImage(soup, str(tmp_path / "other" / "ct.nrrd"))
    lines = row("eve", "a", "2026-01-05", place / "first"), row("eve", "b", "2026-02-05", tmp_path / "other")
    manifest = manifest_of(tmp_path, *lines)
    order = order_of(manifest.patients[0], plan)
    _, rows = written([measure_patient(order)], manifest, plan, tmp_path)
    later = rows["eve", "b", "1"]
    assert (later["study_number"], later[f"delta.{VOLUME}"]) == ("1.0", "")
    notes = later["followed_notes"]
    assert re.search(r"not known which earlier lesion it is\. Only 0\.[012]\d of the smaller body", notes)
    assert float(later[VOLUME]) > 0
    named = measure_patient(order_of(manifest.patients[0], replace(plan, names_identify=True)))
    _, rows = written([named], manifest, plan, tmp_path)
    assert float(rows["eve", "b", "1"][f"delta.{VOLUME}"]) < 0


def test_without_several_studies_of_a_patient_the_tables_are_as_ever(place, plan, tmp_path):
    """Whatever stands in `study` and `date`: no column more, and no value another."""
    texts = {}
    for name, head, lines in (
        ("plain", "patient,ct,lesions,date", ["ann,{0}/ct.nrrd,{0}/mask.nrrd,soon"]),
        ("named", "patient,study,ct,lesions,date", ["ann,,{0}/ct.nrrd,{0}/mask.nrrd,soon"]),
    ):
        manifest = manifest_of(
            tmp_path, *(one.format(place / "first") for one in lines), name=name, head=head
        )
        assert "date" not in order_of(manifest.patients[0], plan)["studies"][0]
        record = measure_patient(order_of(manifest.patients[0], plan))
        tables, rows = written([record], manifest, plan, tmp_path / f"{name}-out")
        assert tables.columns == (*WHO, "date", "acquisition.kvp", *FEATURES, *tables.columns[-3:])
        assert {one["date"] for one in rows.values()} == {"soon"}
        texts[name] = (tmp_path / f"{name}-out" / "lesions.csv").read_bytes()
    assert texts["plain"] == texts["named"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2026-01-05", "5.3.2026"), "Line 3: '5.3.2026' is no date; write it as 2024-03-05."),
        (("2026-13-05", ""), "Line 2: '2026-13-05' is no date"),
    ],
)
def test_dates_of_several_studies_are_dates(tmp_path, days, words):
    lines = (row("ann", study, day, "x") for study, day in zip("ab", days, strict=True))
    assert words in manifest_of(tmp_path, *lines).patients[0].problem


def test_a_study_has_one_date(tmp_path):
    lines = [row("ann", "a", "2026-01-05", "x"), row("ann", "b", "", "y")]
    other = lines[0].replace("mask", "other").replace("2026-01-05", "2026-01-06")
    problem = manifest_of(tmp_path, lines[0], other, lines[1]).patients[0].problem
    assert "Lines 2 and 3: the date of one study differs." in problem


@pytest.mark.parametrize("name", ["followed_lesion", "delta.lesion.statistics.mean"])
def test_columns_of_the_table_are_not_carried_along(tmp_path, name):
    lines = [f"{row('ann', study, '', 'x')},1" for study in "ab"]
    with pytest.raises(Exception, match="has the name of one of the table's own"):
        manifest_of(tmp_path, *lines, head=f"{HEAD},{name}")


def test_a_course_is_kept_when_a_cohort_is_resumed(place, plan, tmp_path):
    lines = [row("ann", "b", "2026-01-05", "first"), row("ann", "w8", "2026-03-06", "later")]
    store, kept = PatientStore(tmp_path), []
    for dates in (lines, lines, [lines[0], lines[1].replace("03-06", "03-16")]):
        manifest = manifest_of(place, *dates, name="resumed.csv")
        outcome = run_cohort(manifest, plan, store, RunOptions(resume=True))
        assert outcome.failures == {}
        kept.append(outcome.kept)
    assert kept == [0, 1, 0]
    (days,) = {one["followed"]["days"] for one in store.read("ann")["studies"][1]["lesions"][:2]}
    assert days == 70

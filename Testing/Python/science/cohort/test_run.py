"""Running a cohort: what fails costs nobody else, and what is measured is kept.

Tests of: run, process, store, tables, results.
"""

from __future__ import annotations

import csv
import json
import os
import threading
import time

import pytest
from cohort_cases import PATIENTS

pytest.importorskip("distributed")

from radioimmuno.cohort import process, run
from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.cohort.results import check_place, write_results
from radioimmuno.cohort.run import Progressed, RunOptions, run_cohort
from radioimmuno.cohort.store import PatientStore
from radioimmuno.cohort.tables import tables_of
from radioimmuno.findings import InputError, OutputError

TABLES = ("lesions.csv", "patients.csv", "failed.csv", "lesions.parquet", "report.html")
pytestmark = pytest.mark.filterwarnings("default::ResourceWarning", "ignore::DeprecationWarning")


def measured(folder, plan, out="out", **options):
    """Run a manifest's cohort into a folder; the outcome and the tables' bytes."""
    manifest = read_manifest(folder / "manifest.csv")
    options = RunOptions(**options)
    store = check_place(manifest, folder / out)
    outcome = run_cohort(manifest, plan, store, options)
    write_results(tables_of(manifest, plan, store, outcome), manifest, plan, outcome, options, folder / out)
    return outcome, {name: (folder / out / name).read_bytes() for name in TABLES}


def rows_of(content):
    return list(csv.DictReader(content.decode().splitlines()))


@pytest.fixture(scope="module")
def whole(untouched, plan):
    """The tables of a run without faults."""
    return measured(untouched, plan, workers=1)[1]


def test_all_patients_come_in_the_manifests_order_with_what_is_carried_along(whole):
    rows = rows_of(whole["lesions.csv"])
    assert [(row["patient"], row["lesion_id"]) for row in rows] == [(p, n) for p in PATIENTS for n in "12"]
    assert [row["os_days"] for row in rows] == ["000", "000", "100", "100", "200", "200", "300", "300"]
    assert {row["status"] for row in rows} == {"measured"}
    assert whole["failed.csv"] == b"patient,code,text\n"


def test_the_number_of_workers_changes_no_byte(folder, plan, whole):
    assert measured(folder, plan, workers=2)[1] == whole


@pytest.mark.parametrize(
    ("fault", "code"),
    [("raise", "cohort.unexpected"), ("die", "cohort.worker_died"), ("memory", "settings.too_large")],
)
def test_a_patient_that_fails_is_named_and_costs_no_other(folder, plan, whole, faults, fault, code):
    faults(f"bob={fault}")
    outcome, tables = measured(folder, plan, workers=2)
    assert outcome.measured == {"ann", "cyd", "dan"}
    ((failed),) = rows_of(tables["failed.csv"])
    assert (failed["patient"], failed["code"]) == ("bob", code)
    assert [r for r in rows_of(whole["lesions.csv"]) if r["patient"] != "bob"] == rows_of(
        tables["lesions.csv"]
    )
    faults()
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, tables) == (3, whole)


def test_a_patient_that_hangs_is_stopped_at_the_time_limit(folder, plan, whole, faults):
    faults("cyd=hang")
    begun = time.monotonic()
    outcome, _ = measured(folder, plan, workers=2, limit_s=6.0)
    assert time.monotonic() - begun < 60
    assert outcome.failures.keys() == {"cyd"}
    assert outcome.failures["cyd"][0] == "cohort.time_limit"
    assert "0.1 min" in outcome.failures["cyd"][1]
    faults()
    assert measured(folder, plan, resume=True)[1] == whole


def test_a_worker_that_is_killed_once_loses_nothing(folder, plan, whole, faults):
    faults("ann=die-once")
    assert measured(folder, plan, workers=2)[1] == whole


def test_a_resumed_run_measures_only_what_is_missing(folder, plan, whole, faults):
    measured(folder, plan)
    PatientStore(folder / "out").file("cyd").unlink()
    faults("ann=raise", "bob=raise", "dan=raise")
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, outcome.failures, tables) == (3, {}, whole)


def test_without_resume_all_are_measured_again(folder, plan, faults):
    measured(folder, plan)
    faults("ann=raise")
    outcome, tables = measured(folder, plan)
    assert outcome.failures.keys() == {"ann"}
    assert "ann" not in {row["patient"] for row in rows_of(tables["lesions.csv"])}


def test_files_that_were_only_touched_or_moved_are_not_measured_again(folder, plan, whole, faults):
    measured(folder, plan)
    os.utime(folder / "ann" / "ct.nrrd", (1, 1))
    (folder / "bob").rename(folder / "bob2")
    text = (folder / "manifest.csv").read_text().replace("bob/", "bob2/")
    (folder / "manifest.csv").write_text(text)
    faults(*(f"{patient}=raise" for patient in PATIENTS))
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, outcome.failures) == (4, {})
    assert tables["lesions.csv"] == whole["lesions.csv"]


def test_a_file_that_changed_is_measured_again(folder, plan, whole):
    measured(folder, plan)
    (folder / "ann" / "ct.nrrd").write_bytes((folder / "dan" / "ct.nrrd").read_bytes())
    outcome, tables = measured(folder, plan, resume=True)
    assert outcome.kept == 3
    assert tables["lesions.csv"] != whole["lesions.csv"]


def test_other_columns_and_more_patients_measure_nothing_again(folder, plan, faults):
    measured(folder, plan)
    lines = (folder / "manifest.csv").read_text().splitlines()
    lines = [lines[0] + ",response", *(f"{line},1" for line in lines[1:])]
    (folder / "manifest.csv").write_text("\n".join([*lines, "eve,dan/ct.nrrd,dan/mask.nrrd,bone,A,5,0"]))
    faults(*(f"{patient}=raise" for patient in PATIENTS))
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, outcome.failures) == (4, {})
    assert [row["response"] for row in rows_of(tables["lesions.csv"])] == [*["1"] * 8, "0", "0"]


def test_a_damaged_patient_file_is_measured_again(folder, plan, whole):
    measured(folder, plan)
    file = PatientStore(folder / "out").file("ann")
    file.write_bytes(file.read_bytes()[:200])
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, tables) == (3, whole)


def test_a_worker_of_another_version_is_not_mixed_in(folder, plan, monkeypatch):
    monkeypatch.setattr(run, "__version__", "0.0.1")
    outcome, _ = measured(folder, plan)
    assert {code for code, _ in outcome.failures.values()} == {"cohort.other_version"}


def test_what_is_somebody_elses_stays_or_refuses(folder, plan, whole):
    out = folder / "out"
    (out / "deep").mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    (out / "deep" / "x.txt").write_text("mine")
    assert measured(folder, plan)[1] == whole
    assert [(out / n).read_text() for n in ("notes.txt", "deep/x.txt")] == ["mine", "mine"]
    (out / "lesions.csv").write_text("edited")
    with pytest.raises(OutputError) as refused:
        measured(folder, plan, resume=True)
    assert refused.value.code == "output.foreign"
    assert (out / "lesions.csv").read_text() == "edited"


@pytest.mark.parametrize("name", ["lesions.csv", "report.html", "patients"])
def test_a_folder_with_somebody_elses_file_of_our_name_is_refused_at_once(folder, plan, name):
    (folder / "out").mkdir()
    (folder / "out" / name).write_text("mine")
    with pytest.raises(OutputError) as refused:
        measured(folder, plan)
    assert refused.value.code == "output.foreign"
    assert [file.name for file in (folder / "out").iterdir()] == [name]


def test_a_folder_of_another_manifest_is_refused(folder, plan):
    measured(folder, plan)
    text = (folder / "manifest.csv").read_text()
    for patient in PATIENTS:
        text = text.replace(f"\n{patient},", f"\nother-{patient},")
    (folder / "manifest.csv").write_text(text)
    with pytest.raises(OutputError) as refused:
        measured(folder, plan, resume=True)
    assert refused.value.code == "cohort.other_manifest"


@pytest.mark.parametrize("out", [".", "ann", "ann/out"])
def test_results_are_written_neither_around_an_input_nor_over_it(folder, plan, out):
    if out == "ann/out":
        text = (folder / "manifest.csv").read_text().replace("ann/ct.nrrd", "ann")
        (folder / "manifest.csv").write_text(text)
    with pytest.raises(OutputError) as refused:
        measured(folder, plan, out)
    assert refused.value.code == "output.is_input"


def test_a_patient_without_lesions_is_no_failure(folder, plan):
    text = (folder / "manifest.csv").read_text().replace("bob/mask.nrrd", "")
    (folder / "manifest.csv").write_text(text)
    _, tables = measured(folder, plan)
    assert rows_of(tables["failed.csv"]) == []
    (row,) = [row for row in rows_of(tables["patients.csv"]) if row["patient"] == "bob"]
    assert (row["lesions"], row["status"], row["batch"]) == ("0", "no lesions", "B")


def test_names_that_no_file_system_likes_have_their_files(tmp_path):
    store = PatientStore(tmp_path)
    names = ["a/b", "a:b", "a\\b", "..", "", "é" * 300, "con", "a_b"]
    files = [store.file(name) for name in names]
    assert len({file.name.lower() for file in files}) == len(names)
    assert all(file.parent == tmp_path / "patients" and len(file.name) < 80 for file in files)


def test_a_full_disk_keeps_what_was_measured_and_stops(folder, plan, whole, monkeypatch):
    write, left = PatientStore.write, [1]

    def full(self, *arguments):
        if left[0] == 0:
            raise OutputError("output.incomplete", "The disk is full.")
        left[0] -= 1
        write(self, *arguments)

    monkeypatch.setattr(PatientStore, "write", full)
    with pytest.raises(OutputError):
        measured(folder, plan)
    monkeypatch.undo()
    outcome, tables = measured(folder, plan, resume=True)
    assert (outcome.kept, tables) == (1, whole)


def test_interrupted_runs_end_their_processes(folder, plan, manifest, faults):
    faults(*(f"{patient}=hang" for patient in PATIENTS))

    class Stopped(BaseException):
        pass

    def stop(*_):
        raise Stopped

    started = []
    begin = process.PatientProcess.__init__

    def noted(self):
        begin(self)
        started.append(self)

    process.PatientProcess.__init__ = noted
    try:
        faults("ann=raise", *(f"{patient}=hang" for patient in PATIENTS[1:]))
        with pytest.raises(Stopped):
            run_cohort(manifest, plan, PatientStore(folder / "o"), RunOptions(workers=2), stop)
    finally:
        process.PatientProcess.__init__ = begin
    assert started
    assert not any(one.alive for one in started)


def test_a_scheduler_that_does_not_answer_is_named(folder, plan, manifest, monkeypatch):
    monkeypatch.setattr(run, "CONNECT_S", 0.5)
    options = RunOptions(scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match=r"127\.0\.0\.1:1") as refused:
        run_cohort(manifest, plan, PatientStore(folder / "out"), options)
    assert refused.value.code == "cohort.scheduler"


def test_how_long_it_takes_is_estimated_from_what_was_done():
    far = Progressed(200, done=50, begun=0.0)
    assert far.words(600.0) == "50 of 200 patients, about 30 min left"
    assert Progressed(200, begun=0.0).words(600.0) == "0 of 200 patients"
    assert Progressed(2, done=2, failed=1, begun=0.0).words(9.0) == "2 of 2 patients, 1 failed"


def test_a_process_ends_with_the_one_that_keeps_it(faults):
    kept = process.PatientProcess()
    listening = threading.Thread(target=kept._process.wait)
    listening.start()
    kept._process.stdin.close()
    listening.join(20)
    assert not kept.alive


def test_the_record_names_the_tables_by_hash(folder, plan):
    _, tables = measured(folder, plan)
    record = json.loads((folder / "out" / "cohort.json").read_text())
    import hashlib

    assert record["tables"]["lesions.csv"] == hashlib.sha256(tables["lesions.csv"]).hexdigest()
    assert (record["counts"]["patients"], record["counts"]["lesions"]) == (4, 8)
    assert record["manifest"]["carried"] == ["batch", "os_days"]

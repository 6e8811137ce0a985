"""`radioimmuno cohort`: a table of many patients, as its users and machines meet it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from full_disk import LIMITED, fill
from small_patient import SHAPE, trained_signature, write_volume

from radioimmuno.signature.signature import write_signature

pytest.importorskip("distributed")

COMMAND = [sys.executable, "-m", "radioimmuno_cli"]
TABLES = ("lesions.csv", "patients.csv", "failed.csv", "lesions.parquet", "report.html")
FEW = ("--features", "few.txt")
PAGE = 4096
DOCUMENT = Path(__file__).resolve().parents[3] / "Resources" / "Docs" / "Cohorts.md"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "default::ResourceWarning")


def tables(out):
    return {name: (out / name).read_bytes() for name in TABLES}


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def write_cohort(files, folder):
    """Three patients of the same files, and one without a CT, below a folder with a manifest."""
    shutil.copy(files.signature, folder / "signature.json")
    lines = ["patient,ct,lesions,site,kvp,batch"]
    for name in ("p1", "p2", "p3"):
        (folder / name).mkdir()
        shutil.copy(files.ct, folder / name / "ct.nrrd")
        shutil.copy(files.labels, folder / name / "mask.nrrd")
        lines.append(f"{name},{name}/ct.nrrd,{name}/mask.nrrd,liver,120,A")
    (folder / "good.csv").write_text("\n".join(lines) + "\n")
    (folder / "manifest.csv").write_text("\n".join([*lines, "gone,gone/ct.nrrd,gone/mask.nrrd,,,B"]) + "\n")
    (folder / "few.txt").write_text("lesion.statistics.mean\nring.glcm.contrast\n")
    return folder


@pytest.fixture
def cohort(files, tmp_path):
    return write_cohort(files, tmp_path)


@pytest.fixture(scope="module")
def whole(radioimmuno, files, tmp_path_factory):
    """The tables of the good patients, measured without a disturbance."""
    folder = write_cohort(files, tmp_path_factory.mktemp("whole"))
    done = radioimmuno("cohort", "good.csv", *FEW, "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return tables(folder / "out")


def write_specks(path):
    """A label map of many lesions of a voxel each: all are refused, each with its reason in the file."""
    labels = np.zeros(SHAPE, np.uint16)
    labels[4:28:4, 10:50:4, 10:50:8] = 1 + np.arange(300).reshape(6, 10, 5)
    write_volume(path, labels)


def test_what_fails_is_named_and_the_others_are_measured(radioimmuno, cohort):
    words = ("--signature", "signature.json", *FEW, "--out", "out", "--json")
    done = radioimmuno("cohort", "manifest.csv", *words, cwd=cohort)
    document = json.loads(done.stdout)
    assert (done.returncode, document["exit_code"], document["patients"], document["failed"]) == (8, 8, 4, 1)
    ((failed),) = rows_of(cohort / "out" / "failed.csv")
    assert (failed["patient"], failed["code"]) == ("gone", "ct.unreadable")
    rows = rows_of(cohort / "out" / "lesions.csv")
    assert len(rows) == 9
    # By hand: 0.5 + (maximum - 100) / 100 + 0.2 in the liver + 0.001 (120 - 100).
    assert [float(row["score:by-hand"]) for row in rows[:3]] == pytest.approx([0.52, 0.72, 1.12])
    assert {Path(name).name for name in document["files"]} == {*TABLES, "cohort.json"}


def test_all_well_is_exit_code_0(radioimmuno, cohort):
    done = radioimmuno("cohort", "good.csv", *FEW, "--out", "out", cwd=cohort)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 patients measured; 9 lesions: 9 measured, 0 refused." in done.stdout
    assert done.stderr == ""


def test_a_signature_that_scores_no_lesion_of_a_patient_is_named_and_the_patient_stays_measured(
    radioimmuno, cohort
):
    """The signature knows the scanners GE and Siemens; one patient is of a third, one of none."""
    write_signature(replace(trained_signature(), name="combat"), cohort / "combat.json")
    header, p1, p2, p3 = (cohort / "good.csv").read_text().splitlines()
    batches = zip((p1, p2, p3), ("GE", "Canon", ""), strict=True)
    lines = [f"{header},clinical.pdl1", *(f"{row[:-1]}{batch},30" for row, batch in batches)]
    (cohort / "three.csv").write_text("\n".join(lines))
    words = ("--signature", "signature.json", "combat.json", *FEW, "--out", "out")
    done = radioimmuno("cohort", "three.csv", *words, cwd=cohort)
    assert done.returncode == 8, done.stderr
    assert "3 of 3 patients measured" in done.stdout
    assert "combat: 3 of 9 lesions scored; of 2 patients none." in done.stdout
    assert [row["status"] for row in rows_of(cohort / "out" / "patients.csv")] == ["measured"] * 3
    failed = rows_of(cohort / "out" / "failed.csv")
    assert [(row["patient"], row["code"]) for row in failed] == [
        ("p2", "combat.unseen_batch"),
        ("p3", "combat.batch_missing"),
    ]
    assert "Canon" in failed[0]["text"]
    record = json.loads((cohort / "out" / "cohort.json").read_text())
    assert record["counts"]["failed"] == 0
    assert record["scores"] == {
        "by-hand": {"scored": 9, "refused": 0, "patients_without_score": 0},
        "combat": {"scored": 3, "refused": 6, "patients_without_score": 2},
    }
    page = (cohort / "out" / "report.html").read_text()
    assert page.index("Measured, without a score by a signature") < page.index("scores none of its lesions")


def test_a_manifest_or_what_else_is_missing_is_wrong_usage(radioimmuno, cohort):
    for words in ((), ("good.csv",), ("--out", "out"), ("good.csv", "--out", "o", "--workers", "0")):
        assert radioimmuno("cohort", *words, cwd=cohort).returncode == 2


def test_a_proposal_is_written_and_measured(radioimmuno, cohort):
    (cohort / "data").mkdir()
    for name in ("p1", "p2"):
        shutil.move(cohort / name, cohort / "data" / name)
    done = radioimmuno("cohort", "--from-folder", "data", cwd=cohort)
    assert done.returncode == 1  # manifest.csv is there
    done = radioimmuno("cohort", "--from-folder", "data", "--out", "new.csv", "--json", cwd=cohort)
    assert json.loads(done.stdout)["rows"] == 2
    inside = ("--from-folder", "data", "--out", "data/proposed.csv")
    assert radioimmuno("cohort", *inside, cwd=cohort).returncode == 0
    done = radioimmuno("cohort", "new.csv", *FEW, "--out", "out", cwd=cohort)
    assert done.returncode == 0, done.stderr
    assert {row["patient"] for row in rows_of(cohort / "out" / "lesions.csv")} == {"p1", "p2"}


def test_the_real_patients_have_the_values_of_the_features_command(radioimmuno, data, tmp_path):
    names = ("STS_003", "STS_012", "STS_041")
    lines = [f"{n},{data}/sts/{n}/ct.nii.gz,{data}/sts/{n}/mask.nii.gz" for n in names]
    (tmp_path / "m.csv").write_text("\n".join(["patient,ct,lesions", *lines]))
    done = radioimmuno("cohort", "m.csv", "--out", "out", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    measured = {row["patient"]: row for row in rows_of(tmp_path / "out" / "lesions.csv")}
    for name in names:
        place = data / "sts" / name
        radioimmuno("features", place / "ct.nii.gz", place / "mask.nii.gz", "--out", tmp_path / "f.csv")
        rows = rows_of(tmp_path / "f.csv")
        assert len(rows) > 300
        for row in rows:
            found = measured[name][f"{row['region']}.{row['feature']}"]
            if row["value"]:
                assert float(found) == pytest.approx(float(row["value"]), rel=1e-12, abs=1e-300)
            else:
                assert found == ""


@pytest.mark.parametrize("size", [300, 1500, 4000])
def test_where_files_cannot_grow_it_is_said_and_the_resumed_table_is_the_same(
    radioimmuno, cohort, whole, size
):
    command = [sys.executable, "-c", LIMITED, str(size), "cohort", "good.csv", *FEW, "--out", "out"]
    done = subprocess.run(command, cwd=cohort, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "[output.incomplete]" in done.stderr
    assert not (cohort / "out" / "lesions.csv").exists()
    done = radioimmuno("cohort", "good.csv", *FEW, "--out", "out", "--resume", cwd=cohort)
    assert done.returncode == 0, done.stderr
    assert tables(cohort / "out") == whole


def test_on_a_full_disk_what_is_measured_stays_and_the_resumed_table_is_the_same(
    radioimmuno, cohort, whole, small_disk
):
    """Of three pages two are for the files of the first two patients, one is for what is being written."""
    out = small_disk / "out"
    filling = fill(small_disk, 3 * PAGE)
    done = radioimmuno("cohort", "good.csv", *FEW, "--workers", "1", "--out", out, cwd=cohort)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{out}/lesions.csv could not be written whole" in done.stderr
    assert done.stderr.endswith("Is the disk full? [output.incomplete]\n")
    assert sorted(file.name.split(".")[0] for file in (out / "patients").iterdir()) == ["p1", "p2"]
    assert [file.name for file in out.iterdir()] == ["patients"]
    filling.unlink()
    done = radioimmuno("cohort", "good.csv", *FEW, "--out", out, "--resume", "--json", cwd=cohort)
    assert (done.returncode, json.loads(done.stdout)["kept"]) == (0, 2)
    assert tables(out) == whole


def test_a_patient_whose_file_the_disk_cannot_take_is_named_and_costs_no_other(
    radioimmuno, cohort, small_disk
):
    """Room for two patients' files and the tables, not for the file of one with 300 lesions."""
    write_specks(cohort / "p2" / "mask.nrrd")
    out = small_disk / "out"
    fill(small_disk, 80_000)
    done = radioimmuno("cohort", "good.csv", *FEW, "--out", out, cwd=cohort)
    assert done.returncode == 8, done.stderr
    ((failed),) = rows_of(out / "failed.csv")
    assert (failed["patient"], failed["code"]) == ("p2", "output.incomplete")
    assert {row["patient"] for row in rows_of(out / "lesions.csv")} == {"p1", "p3"}
    assert len(list((out / "patients").iterdir())) == 2


def test_a_command_that_is_killed_leaves_no_process_and_is_resumed(radioimmuno, cohort):
    whole = cohort / "whole"
    assert radioimmuno("cohort", "good.csv", "--out", whole, cwd=cohort).returncode == 0
    command = [*COMMAND, "cohort", "good.csv", "--out", "out", "--workers", "1"]
    running = subprocess.Popen(command, cwd=cohort, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not list((cohort / "out" / "patients").glob("p1.*.json")) and time.monotonic() < end:
        time.sleep(0.05)
    children = children_of(running.pid)
    assert children
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (cohort / "out" / "lesions.csv").exists()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    done = radioimmuno("cohort", "good.csv", "--out", "out", "--resume", "--json", cwd=cohort)
    assert json.loads(done.stdout)["kept"] >= 1
    assert tables(cohort / "out") == tables(whole)


def children_of(process):
    place = Path(f"/proc/{process}/task")
    if not place.exists():
        pytest.skip("no /proc here")
    return [int(child) for task in place.iterdir() for child in (task / "children").read_text().split()]


def job_lines():
    """The commands of the SLURM job in the documentation."""
    (job,) = re.findall(r"```bash\n(#!/bin/bash\n#SBATCH.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return job


def run_job(folder, environment):
    """Return code and output of the job; none of its processes outlives it."""
    with (folder / "job.log").open("w+") as log:
        job = subprocess.Popen(
            ["bash", "job.sh"], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            code = job.wait(timeout=120)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(job.pid, signal.SIGKILL)
            # After the limit of time, too: a process that nobody waits for is a warning of its own.
            job.wait()
        log.seek(0)
        return code, log.read()


def test_the_documented_job_gives_the_same_tables_with_a_scheduler_and_workers_apart(radioimmuno, cohort):
    """`srun` here starts two workers on this machine; scheduler, workers and command are processes apart."""
    whole = cohort / "whole"
    assert radioimmuno("cohort", "manifest.csv", *FEW, "--out", whole, cwd=cohort).returncode == 8
    programs = cohort / "programs"
    programs.mkdir()
    for name, text in {
        "srun": '"$@" & first=$!\n"$@" & second=$!\ntrap "kill $first $second" TERM\nwait',
        "dask": f'exec {sys.executable} -m dask "$@"',
        "radioimmuno": f'exec {sys.executable} -m radioimmuno_cli "$@" {" ".join(FEW)}',
    }.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n")
        (programs / name).chmod(0o755)
    (cohort / "job.sh").write_text(job_lines())
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done, text = run_job(cohort, environment)
    assert done == 8, text
    assert tables(cohort / "result") == tables(whole)
    assert json.loads((cohort / "result" / "cohort.json").read_text())["run"]["scheduler"] is True

"""`radioimmuno demo-cohort`: from simulated CT to a validated signature, by the commands of its page."""

from __future__ import annotations

import argparse
import csv
import json
import re
from pathlib import Path

import pytest
from help_examples import examples_of, in_shell

pytest.importorskip("distributed")
pytest.importorskip("sklearn")

from radioimmuno_cli.demo_cohort import MANIFEST, PAGES, TRUTH, write_patients

DOCUMENT = Path(__file__).resolve().parents[3] / "Resources" / "Docs" / "DemoCohort.md"
FOLDER = "build/demo-cohort"
OUT = "demo_cohort"
pytestmark = pytest.mark.slow(seconds=8)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What the example of the help, the smallest cohort, printed, and its folder."""
    place = tmp_path_factory.mktemp("place")
    (example,) = examples_of("demo-cohort")
    done = in_shell(example, place)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout, place / OUT


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_page_that_it_names_is_there(demo):
    printed, out = demo
    for page in PAGES:
        assert f"  {OUT}/{page}\n" in printed
        assert "<html" in (out / page).read_text(encoding="utf-8")


def test_it_runs_the_commands_of_the_page(demo):
    printed, _ = demo
    ran = [line.partition("radioimmuno ")[2] for line in printed.splitlines() if line.startswith("$ ")]
    shown = re.findall(r"^radioimmuno (.*)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.replace(f"{OUT}/", f"{FOLDER}/") for line in ran] == shown


def test_combat_is_refused_as_few_patients_of_a_scanner_train(demo):
    printed, out = demo
    assert "[combat.few_patients]" in printed
    assert "harmonization" not in json.loads((out / "training" / "cd8.json").read_text())


def test_no_command_gets_to_see_the_truth(demo):
    _, out = demo
    assert "infiltration" in rows_of(out / "simulated" / "truth.csv")[0]
    measured = rows_of(out / "cohort" / "lesions.csv")
    assert len(measured) == len(rows_of(out / "simulated" / "truth.csv"))
    assert not any("infiltration" in column for column in measured[0])
    terms = json.loads((out / "training" / "cd8.json").read_text())["terms"]
    assert terms
    assert all(term["variable"].startswith(("lesion.", "ring.")) for term in terms)


def test_its_table_holds_the_figures_of_the_records_and_what_the_truth_reaches(demo):
    printed, out = demo
    found = json.loads((out / "validation" / "validation.json").read_text())
    (line,) = [line for line in printed.splitlines() if line.startswith("cd8") and "held out" in line]
    value, low, high, truth = map(float, re.findall(r"-?\d\.\d+", line))
    figure = found["out_of_fold"]["spearman"]
    assert (value, [low, high]) == (
        pytest.approx(figure["value"], abs=0.005),
        pytest.approx(figure["interval"], abs=0.005),
    )
    assert truth > 0.9
    assert json.loads((out / "aggregation" / "aggregation.json").read_text())["verdict"] in printed
    assert "SIMULATED PATIENTS" in printed


def test_a_pet_lies_beside_each_ct_where_it_is_asked_for_and_changes_nothing_else(tmp_path):
    written = {}
    for pet in (False, True):
        asked = argparse.Namespace(
            out=tmp_path / str(pet), patients=1, seed=3, force=False, quiet=True, pet=pet
        )
        write_patients(asked)
        written[pet] = {
            str(file.relative_to(asked.out)): file for file in asked.out.rglob("*") if file.is_file()
        }
    for name in ("S001/ct.nrrd", "S001/lesions.seg.nrrd"):
        files = [written[pet][f"simulated/{name}"] for pet in (False, True)]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert written[True].keys() - written[False].keys() == {"simulated/S001/pet.nrrd"}
    plain, more = (
        [rows_of(written[pet][f"simulated/{name}.csv"]) for name in ("manifest", "truth")]
        for pet in (False, True)
    )
    assert [tuple(rows[0]) for rows in plain] == [MANIFEST, TRUTH]
    assert [tuple(rows[0]) for rows in more] == [(*MANIFEST, "pet"), (*TRUTH, "suv", "suv_mean")]
    assert {row["pet"] for row in more[0]} == {"S001/pet.nrrd"}
    for without, row in zip(plain[1], more[1], strict=True):
        assert without == {name: row[name] for name in TRUTH}
        assert float(row["suv"]) > 1


def test_fewer_patients_than_its_commands_take_are_wrong_usage(radioimmuno, tmp_path):
    done = radioimmuno("demo-cohort", "--patients", "20", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()

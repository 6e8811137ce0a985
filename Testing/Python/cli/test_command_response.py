"""`radioimmuno response`: from a table of measured lesions to answers, a table and a page."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "Resources" / "Docs"
HEADER = "patient,study,date,lesion,site,role,longest_mm,shortest_mm,node,irradiated,status"
RESPONDER = """\
P1,S0,2026-01-05,L1,lung,target,40,30,no,yes,
P1,S0,2026-01-05,L2,liver,target,30,20,no,no,
P1,S0,2026-01-05,L3,bone,non-target,,,no,no,
P1,S1,2026-03-02,L1,lung,target,30,20,no,yes,
P1,S1,2026-03-02,L2,liver,target,18,15,no,no,
P1,S1,2026-03-02,L3,bone,non-target,,,no,no,
P1,S2,2026-04-13,L1,lung,target,28,20,no,yes,
P1,S2,2026-04-13,L2,liver,target,18,15,no,no,
P1,S2,2026-04-13,L3,bone,non-target,,,no,no,
"""
PROGRESSOR = """\
P2,S0,2026-01-05,L1,lung,target,40,30,no,yes,
P2,S1,2026-03-02,L1,lung,target,50,30,no,yes,
P2,S2,2026-04-13,L1,lung,target,56,30,no,yes,
P2,S2,2026-04-13,L9,brain,new,9,8,no,no,
"""
WRONG = "P3,S0,2026-01-05,L1,lung,tumour,40,30,no,yes,\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "measured.csv"
    path.write_text(f"{HEADER}\n{RESPONDER}{PROGRESSOR}")
    return path


def document_of(out: Path) -> dict:
    return json.loads((out / "response.json").read_text())


def test_answers_table_and_page(radioimmuno, table, tmp_path):
    out = tmp_path / "made" / "out"
    done = radioimmuno("response", table, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 patients read. Best response (RECIST 1.1, confirmed): PD 1, PR 1." in done.stdout
    assert "Research use only" in done.stdout
    first, second = document_of(out)["patients"]
    assert first["best"] == {"recist": "PR", "irecist": "iPR"}
    assert [study["all"]["recist"] for study in first["studies"]] == [None, "PR", "PR"]
    assert first["studies"][1]["all"]["sentence"] == (
        "sum 70.0 to 48.0 mm, -31 % of baseline, -22.0 mm (-31 %) of nadir 70.0: PR; "
        "non-targets non-CR/non-PD; no new lesion; overall PR; iPR."
    )
    assert (first["studies"][1]["in_field"]["recist"], first["studies"][1]["abscopal_b"]) == ("SD", "yes")
    assert second["best"] == {"recist": "PD", "irecist": "iCPD"}
    assert [study["all"]["irecist"] for study in second["studies"]] == [None, "iUPD", "iCPD"]
    assert second["studies"][2]["out_of_field"]["recist"] == "PD"
    assert second["studies"][1]["out_of_field"]["sentence"] == "There is no non-irradiated lesion."
    with (out / "response.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 18
    assert "Waterfall plot" in (out / "response.html").read_text()


def test_a_patient_that_cannot_be_read_costs_no_other(radioimmuno, table, tmp_path):
    table.write_text(table.read_text() + WRONG)
    done = radioimmuno("response", table, "--out", tmp_path / "out")
    assert done.returncode == 8
    assert "Refused: Patient 'P3': line 15, role 'tumour' is none of target, non-target, new." in done.stdout
    document = document_of(tmp_path / "out")
    assert [patient["patient"] for patient in document["patients"]] == ["P1", "P2"]
    assert [one["code"] for one in document["refused"]] == ["response.row"]


def test_a_table_of_nobody_who_can_be_read_says_so(radioimmuno, tmp_path):
    (tmp_path / "t.csv").write_text(f"{HEADER}\n{WRONG}")
    done = radioimmuno("response", tmp_path / "t.csv", "--out", tmp_path / "out")
    assert done.returncode == 8
    assert "0 of 1 patients read" in done.stdout


def test_for_machines(radioimmuno, table, tmp_path):
    done = radioimmuno("response", table, "--out", tmp_path / "out", "--json")
    document = json.loads(done.stdout)
    assert document["exit_code"] == 0
    assert [Path(file).name for file in document["files"]] == [
        "response.json",
        "response.csv",
        "response.html",
    ]
    assert document["patients"] == document_of(tmp_path / "out")["patients"]


def test_definitions_and_times_can_be_chosen(radioimmuno, table, tmp_path):
    asked = ("--confirmation-days", 43, "--stable-days", 10, "--irecist-days", 43, 60)
    named = ("--dissociated", "sato", "--hyperprogression", "kas", "matos", "--baseline", "S1")
    done = radioimmuno("response", table, "--out", tmp_path / "a", *asked, *named)
    assert done.returncode == 0, done.stderr
    document = document_of(tmp_path / "a")
    assert document["rules"] == {
        "confirmation_days": 43,
        "stable_days": 10,
        "irecist_days": [43, 60],
        "dissociated": "sato",
        "hyperprogression": ["kas", "matos"],
    }
    study = document["patients"][1]["studies"][1]
    assert document["patients"][1]["studies"][0]["study"] == "S1"
    # TGR before: 40 to 50 mm in 56 days; after: 50 to 56 mm in 42 days
    assert study["sentences"]["hyperprogression"]["kas"].startswith("PD at the first evaluation; TGR ")
    assert study["hyperprogression"] == {"kas": "no", "matos": "yes"}
    assert study["sentences"]["dissociated"].startswith("Sato 2021: ")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--confirmation-days", "-1"),
        ("--confirmation-days", "many"),
        ("--irecist-days", "56", "28"),
        ("--dissociated", "humbert"),
        ("--hyperprogression", "kim"),
    ],
)
def test_wrong_usage(radioimmuno, table, tmp_path, wrong):
    done = radioimmuno("response", table, "--out", tmp_path / "out", *wrong)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_nothing_of_somebody_else_and_no_input_is_replaced(radioimmuno, table, tmp_path):
    out = tmp_path / "out"
    assert radioimmuno("response", table, "--out", out).returncode == 0
    assert radioimmuno("response", table, "--out", out).returncode == 0
    (out / "response.csv").write_text("edited")
    done = radioimmuno("response", table, "--out", out)
    assert done.returncode == 1
    assert "[output.foreign]" in done.stderr
    assert (out / "response.csv").read_text() == "edited"
    assert radioimmuno("response", table, "--out", out, "--force").returncode == 0
    done = radioimmuno("response", out / "response.csv", "--out", out)
    assert done.returncode == 1
    assert "[output.is_input]" in done.stderr


def test_a_table_that_cannot_be_read_leaves_nothing_behind(radioimmuno, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    done = radioimmuno("response", tmp_path / "empty.csv", "--out", tmp_path / "new" / "out", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "cohort_table.unreadable"
    assert not (tmp_path / "new").exists()


def test_the_example_of_the_documents_is_what_comes_out(radioimmuno, tmp_path):
    text = (DOCS / "Response.md").read_text(encoding="utf-8")
    table, printed = re.findall(r"```(?:csv|text)\n(.+?)```", text, re.DOTALL)
    (tmp_path / "measured.csv").write_text(table)
    done = radioimmuno("response", "measured.csv", "--out", "response", cwd=tmp_path)
    assert " ".join(done.stdout.split()) == " ".join(printed.split())


def test_the_help_names_every_column(radioimmuno):
    from radioimmuno.followup.response.table import COLUMNS

    shown = radioimmuno("response", "--help").stdout
    assert all(column in shown for column in COLUMNS)


def test_the_help_offers_every_definition(radioimmuno):
    from radioimmuno.followup.response.dissociated import TITLES
    from radioimmuno.followup.response.hyperprogression import DEFINITIONS
    from radioimmuno_cli.response_options import DISSOCIATED, HYPERPROGRESSION

    assert tuple(TITLES) == DISSOCIATED
    assert DEFINITIONS == HYPERPROGRESSION

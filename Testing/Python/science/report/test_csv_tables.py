"""The table of scores: plain, complete, and never a number that was not measured."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import report_cases as cases

from radioimmuno.report import write_scores_csv
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature

FIRST_COLUMNS = (
    "patient study lesion_id name site irradiated volume_cc score status codes reasons designation"
)


def rows_of(patient: PatientScore, path: Path, signature: Signature | None = None) -> list[dict[str, str]]:
    write_scores_csv(patient, signature or cases.signature(), path)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def named(name: str, identifier: str = "1") -> PatientScore:
    first = cases.patient().lesions[0]
    return cases.patient(lesions=(replace(first, name=name, id=identifier),))


def test_the_first_row_is_the_header_and_its_first_columns_are_stable(tmp_path: Path) -> None:
    write_scores_csv(cases.patient(), cases.signature(), tmp_path / "scores.csv")
    text = (tmp_path / "scores.csv").read_bytes().decode("utf-8")
    header = text.splitlines()[0].split(",")
    assert header[:12] == FIRST_COLUMNS.split()
    assert [c for c in header if c.startswith("contribution:")] == [
        f"contribution:{v}" for v in cases.VARIABLES
    ]
    assert [c for c in header if c.startswith("value:")] == [f"value:{v}" for v in cases.VARIABLES]


def test_one_row_a_lesion_in_the_given_order(tmp_path: Path) -> None:
    rows = rows_of(cases.patient(), tmp_path / "s.csv")
    assert [row["lesion_id"] for row in rows] == ["1", "2", "node", "9"]
    assert [row["status"] for row in rows] == ["scored", "warning", "scored", "refused"]
    assert [row["irradiated"] for row in rows] == ["yes", "no", "", ""]
    assert [row["site"] for row in rows] == ["liver", "liver", "lymph_node", ""]


def test_the_weight_has_a_column_that_is_empty_where_no_lesion_is_weighed(tmp_path: Path) -> None:
    first, *others = cases.patient().lesions
    patient = cases.patient(lesions=(replace(first, weight=0.625), *others))
    rows = rows_of(patient, tmp_path / "s.csv")
    assert [row["lesion_weight"] for row in rows] == ["0.625", "", "", ""]


def test_the_expected_agreement_has_a_column_that_is_empty_where_none_is_known(tmp_path: Path) -> None:
    first, *others = cases.patient().lesions
    patient = cases.patient(lesions=(replace(first, expected_agreement=0.8125), *others))
    rows = rows_of(patient, tmp_path / "s.csv")
    assert [row["expected_agreement"] for row in rows] == ["0.8125", "", "", ""]
    assert rows[0]["value:ring.statistics.mean"] == "-71.25"


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    awkward = 0.1 + 0.2
    lesion = replace(cases.patient().lesions[0], score=awkward)
    row = rows_of(cases.patient(lesions=(lesion,)), tmp_path / "s.csv")[0]
    assert float(row["score"]) == awkward
    assert float(row["value:ring.statistics.mean"]) == -71.25
    assert float(row["contribution:ring.statistics.mean"]) == 0.5
    # 4 x 25 x 20 voxels of 3 x 0.8 x 1.2 mm
    assert float(row["volume_cc"]) == pytest.approx(2000 * 2.88 / 1000)


def test_contributions_and_intercept_sum_up_to_the_score(tmp_path: Path) -> None:
    for row in rows_of(cases.patient(), tmp_path / "s.csv")[:3]:
        terms = sum(float(row[f"contribution:{variable}"]) for variable in cases.VARIABLES)
        assert terms + cases.signature().intercept == pytest.approx(float(row["score"]))


def test_a_refused_lesion_has_empty_cells_and_a_reason(tmp_path: Path) -> None:
    row = rows_of(cases.patient(), tmp_path / "s.csv")[-1]
    assert row["score"] == row["designation"] == ""
    assert all(text == "" for name, text in row.items() if name.startswith(("contribution:", "value:")))
    assert row["codes"] == "lesion.empty"
    assert row["reasons"] == "Holds no voxel."


def test_the_signatures_status_travels_with_every_row(tmp_path: Path) -> None:
    for row in rows_of(cases.patient(), tmp_path / "s.csv"):
        assert row["signature_name"] == "Hand-made"
        assert row["signature_status"] == "demonstration"
        assert row["signature_sha256"] == "0f" * 32
        assert row["software_version"]


def test_only_lesions_beyond_a_cutoff_are_designated(tmp_path: Path) -> None:
    research = cases.signature(status="research")
    low, middle, high, _ = rows_of(cases.patient(), tmp_path / "s.csv", research)
    assert "ablative" in low["designation"]
    assert middle["designation"] == ""
    assert "immunogenic" in high["designation"]


def test_a_demonstration_designates_nothing(tmp_path: Path) -> None:
    assert {row["designation"] for row in rows_of(cases.patient(), tmp_path / "s.csv")} == {""}


@pytest.mark.parametrize("name", ["=1+1", "+cmd|'x'!A1", "-2+3", "@SUM(A1)", "  =HYPERLINK(0)"])
def test_a_name_is_never_a_formula_for_a_spreadsheet(tmp_path: Path, name: str) -> None:
    row = rows_of(named(name), tmp_path / "s.csv")[0]
    assert row["name"] == "'" + name


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("node;=1+1", "node;'=1+1"),
        ("node\t@SUM(A1)", "node\t'@SUM(A1)"),
        ("one\n+1", "one\n'+1"),
        ("node; =1+1", "node;' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
    ],
)
def test_nor_where_other_signs_than_commas_part_the_cells(tmp_path: Path, name: str, cell: str) -> None:
    assert rows_of(named(name), tmp_path / "s.csv")[0]["name"] == cell


@pytest.mark.parametrize("name", ["a-b", "L4/5 + S1", "-40 HU; -5 HU", "x=1", "mail@home"])
def test_signs_inside_of_a_name_stay(tmp_path: Path, name: str) -> None:
    assert rows_of(named(name), tmp_path / "s.csv")[0]["name"].removeprefix("'") == name


@pytest.mark.parametrize("code", [0x202E, 0x2066, 0x200F, 0x1B, 0x9B, 0x07])
def test_what_turns_or_hides_text_is_an_escape(tmp_path: Path, code: int) -> None:
    row = rows_of(named(f"abc{chr(code)}cba"), tmp_path / "s.csv")[0]
    assert row["name"] == f"abc\\u{code:04x}cba"


def test_a_negative_number_as_identifier_stays_what_it_is(tmp_path: Path) -> None:
    assert rows_of(named("a", "-5"), tmp_path / "s.csv")[0]["lesion_id"] == "-5"


@pytest.mark.parametrize("name", ["one\rtwo", "one\r\ntwo"])
def test_a_carriage_return_in_a_name_does_not_end_the_row(tmp_path: Path, name: str) -> None:
    rows = rows_of(named(name), tmp_path / "s.csv")
    assert [row["name"] for row in rows] == ["one\ntwo"]
    assert b"\r" not in (tmp_path / "s.csv").read_bytes()


@pytest.mark.parametrize("name", ['comma, "quote"', "two\nlines", "Läsion 肝", " padded ", ""])
def test_any_name_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    assert rows_of(named(name), tmp_path / "s.csv")[0]["name"] == name


def test_half_a_surrogate_pair_in_a_name_does_not_stop_the_table(tmp_path: Path) -> None:
    assert rows_of(named("bad \udce4 byte"), tmp_path / "s.csv")[0]["name"] == "bad \\udce4 byte"


def test_a_patient_without_lesions_has_the_header_alone(tmp_path: Path) -> None:
    assert rows_of(cases.patient(lesions=()), tmp_path / "s.csv") == []
    assert (tmp_path / "s.csv").read_text().count("\n") == 1

"""The table of measured lesions: what is read, and what is refused with its line and what to do."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from radioimmuno.findings import TableError
from radioimmuno.followup.response.course_response import respond
from radioimmuno.followup.response.fields import Field
from radioimmuno.followup.response.measured import Role, Status
from radioimmuno.followup.response.table import COLUMNS, MeasuredTable, read_measured_table

HEADER = ",".join(COLUMNS)
ROWS = """\
P1,S0,2026-01-05,L1,lung,target,34.5,20,no,yes,
P1,S0,2026-01-05,L2,lymph node,target,28,18,yes,no,
P1,S0,2026-01-05,L3,bone,non-target,,,no,no,
P1,S1,2026-03-09,L1,lung,target,20,15,no,yes,
P1,S1,2026-03-09,L2,lymph node,target,,,yes,no,too small
P1,S1,2026-03-09,L3,bone,non-target,,,no,no,unequivocal
P1,S1,2026-03-09,L4,liver,new,12,9,no,no,
"""


def read(
    folder: Path, text: str = ROWS, header: str = HEADER, name: str = "table.csv", **how: str
) -> MeasuredTable:
    path = folder / name
    path.write_text(f"{header}\n{text}", encoding="utf-8")
    return read_measured_table(path, **how)


def refused(folder: Path, text: str, **how: str) -> tuple[str, str]:
    found = read(folder, text, **how)
    assert found.courses == ()
    return found.refused[0].code, found.refused[0].text


def test_a_table_becomes_courses(tmp_path):
    found = read(tmp_path)
    assert found.refused == ()
    (course,) = found.courses
    assert [(study.name, study.date) for study in course.studies] == [
        ("S0", date(2026, 1, 5)),
        ("S1", date(2026, 3, 9)),
    ]
    lesions = {one.name: one for one in course.studies[1].lesions}
    assert (lesions["L1"].size, lesions["L1"].irradiated, lesions["L1"].site) == (200, True, "lung")
    assert (lesions["L2"].size, lesions["L2"].node) == (50, True)
    assert (lesions["L3"].role, lesions["L3"].status) == (Role.NON_TARGET, Status.UNEQUIVOCAL)
    assert lesions["L4"].role is Role.NEW
    assert respond(course).studies[1].fields[Field.ALL].recist == "PD"


@pytest.mark.parametrize("sign", [";", "\t"])
def test_semicolons_and_decimal_commas_behind_a_byte_order_mark(tmp_path, sign):
    text = (HEADER + "\n" + ROWS).replace(",", sign).replace("34.5", "34,5")
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert read_measured_table(path).courses == read(tmp_path, name="other.csv").courses


def test_words_in_other_letters(tmp_path):
    text = ROWS.replace("non-target", "Non Target").replace("too small", "Too_Small").replace("yes", "TRUE")
    assert read(tmp_path, text).courses == read(tmp_path, name="other.csv").courses


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    columns = zip(*(line.split(",") for line in ROWS.splitlines()), strict=True)
    table = pyarrow.table(dict(zip(COLUMNS, map(list, columns), strict=True)))
    write_table(table, tmp_path / "table.parquet")
    assert read_measured_table(tmp_path / "table.parquet").courses == read(tmp_path).courses


def test_a_spreadsheet_counts_days(tmp_path):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    # 46027 days after 1899-12-30 is 2026-01-05.
    lines = [COLUMNS, *(line.replace("2026-01-05", "46027").split(",") for line in ROWS.splitlines())]
    rows = "".join(
        f'<row r="{n}">'
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
        + "</row>"
        for n, cells in enumerate(lines, start=1)
    )
    with zipfile.ZipFile(tmp_path / "table.xlsx", "w") as book:
        sheet = f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>"
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    assert read_measured_table(tmp_path / "table.xlsx").courses == read(tmp_path).courses


def test_the_order_of_rows_says_nothing_where_there_are_dates(tmp_path):
    turned = "\n".join(reversed(ROWS.splitlines()))
    course = read(tmp_path, turned).courses[0]
    assert [study.name for study in course.studies] == ["S0", "S1"]


def test_without_dates_the_order_of_rows_is_that_of_time(tmp_path):
    text = "P,B,a,target,20\nP,A,a,target,10\n"
    course = read(tmp_path, text, header="patient,study,lesion,role,longest_mm").courses[0]
    assert [(study.name, study.date) for study in course.studies] == [("B", None), ("A", None)]
    answer = respond(course)
    assert answer.studies[1].fields[Field.ALL].recist == "PR"
    assert answer.best_recist.value is None
    assert answer.studies[1].fields[Field.OUT].sentence == "It is not known whether a was irradiated."


@pytest.mark.parametrize("text", ["2026-01-05", "20260105", "2026-01-05 00:00:00", "2026-01-05T10:30:00"])
def test_ways_to_write_a_date(tmp_path, text):
    course = read(tmp_path, ROWS.replace("2026-01-05", text)).courses[0]
    assert course.baseline.date == date(2026, 1, 5)


def test_a_size_of_zero_is_gone_and_no_size_is_not_evaluated(tmp_path):
    text = "P,S0,a,target,20\nP,S0,b,target,20\nP,S1,a,target,0\nP,S1,b,target,\n"
    course = read(tmp_path, text, header="patient,study,lesion,role,longest_mm").courses[0]
    assert [one.status for one in course.studies[1].lesions] == [Status.GONE, Status.NOT_EVALUATED]


def test_answers_as_numbers_and_what_is_not_known(tmp_path):
    text = "P,S0,2026-01-05,a,lung,target,1000,,0,1,\nP,S0,2026-01-05,b,lung,target,20,,,unknown,nan\n"
    first, second = read(tmp_path, text).courses[0].baseline.lesions
    assert (first.node, first.irradiated, first.size) == (False, True, 10_000)
    assert (second.node, second.irradiated, second.status) == (False, None, Status.PRESENT)


def test_new_lesions_without_a_size(tmp_path):
    text = ROWS + "P1,S1,2026-03-09,L5,bone,new,,,no,no,\nP1,S1,2026-03-09,L6,neck,new,,,yes,no,\n"
    here = read(tmp_path, text).courses[0].studies[1].by_name
    assert (here["L5"].status, here["L5"].is_disease) == (Status.PRESENT, True)
    assert (here["L6"].status, here["L6"].is_disease) == (Status.NOT_EVALUATED, None)


def test_the_site_says_that_it_is_a_node(tmp_path):
    text = ROWS.replace(",yes,no,", ",,no,")
    assert read(tmp_path, text).courses[0].studies[0].by_name["L2"].size == 180


def test_another_study_as_baseline(tmp_path):
    text = "P,S0,2026-01-05,a,lung,target,20,,,,\nP,S1,2026-03-05,a,lung,target,25,,,,\n"
    text += "P,S2,2026-05-05,a,lung,target,40,,,,\nQ,T0,2026-01-05,a,lung,target,20,,,,\n"
    first, second = read(tmp_path, text, baseline="S1").courses
    assert [study.name for study in first.before] == ["S0"]
    assert first.baseline.name == "S1"
    assert second.baseline.name == "T0"


BAD = [
    (
        "response.row",
        "lung,target,34.5",
        "lung,tumor,34.5",
        "line 2, role 'tumor' is none of target, non-target, new.",
    ),
    (
        "response.row",
        "too small",
        "vanished",
        "line 6, status 'vanished' is neither empty nor one of present, gone",
    ),
    ("response.row", "34.5,20", "-34.5,20", "line 2, longest_mm '-34.5' is negative; a lesion that is gone"),
    (
        "response.row",
        "34.5,20",
        "34.5 mm,20",
        "line 2, longest_mm '34.5 mm' is no number; write millimetres as 12.5",
    ),
    ("response.row", "34.5,20", "inf,20", "line 2, longest_mm 'inf' is no number"),
    ("response.row", "34.5,20", "34500,20", "line 2, longest_mm '34500' is more than 1000 mm; is the unit"),
    ("response.row", "34.5,20", "34.5,35", "line 2, shortest_mm '35' is longer than longest_mm, 34.5"),
    (
        "response.row",
        "28,18,yes",
        "28,,yes",
        "line 3, shortest_mm is empty, and of a lymph node the short axis counts",
    ),
    ("response.row", "too small", "missing", "line 6, status 'missing' is neither empty nor one of"),
    (
        "response.row",
        "L4,liver,new,12,9,no",
        "L4,liver,new,12,,yes",
        "line 8, shortest_mm is empty, and of a lymph node the short axis counts",
    ),
    (
        "response.row",
        "L3,bone,non-target,,,no,no,unequivocal",
        "L3,bone,non-target,12,,yes,no,",
        "line 7, shortest_mm is empty, and of a lymph node the short axis counts",
    ),
    (
        "response.row",
        "20,15,no,yes,",
        "20,15,no,yes,gone",
        "line 5, status 'gone' contradicts its size of 20 mm",
    ),
    (
        "response.row",
        "20,15,no,yes,",
        "0,0,no,yes,present",
        "line 5, status 'present' contradicts its size of 0 mm",
    ),
    (
        "response.row",
        "20,15,no,yes,",
        ",,no,yes,present",
        "line 5, status 'present' but the lesion has no size",
    ),
    (
        "response.row",
        "20,15,no,yes,",
        "20,15,no,yes,unequivocal",
        "line 5, status 'unequivocal' is for non-targets",
    ),
    (
        "response.row",
        "20,15,no,yes,",
        "20,15,no,perhaps,",
        "line 5, irradiated 'perhaps' is neither yes nor no",
    ),
    ("response.row", "34.5,20,no", "34.5,20,maybe", "line 2, node 'maybe' is neither yes nor no"),
    (
        "response.row",
        "L1,lung,target,34.5",
        ",lung,target,34.5",
        "line 2, lesion is empty; every row needs one",
    ),
    (
        "response.lesion",
        "L3,bone,non-target",
        "L1,lung,target",
        "Lines 2 and 4 are both of lesion 'L1' in study 'S0'",
    ),
    (
        "response.lesion",
        "L1,lung,target,20",
        "L1,liver,target,20",
        "changes its site: lung in study 'S0', liver in 'S1'",
    ),
    ("response.lesion", "20,15,no,yes,", "20,15,no,no,", "irradiated in study 'S0' and no longer in 'S1'"),
    ("response.lesion", "L1,lung,target,20", "L1,lung,non-target,20", "(lines 2, 5)"),
    ("response.baseline", "L3,bone,non-target,,", "L9,bone,new,9,", "'L9' is new in the first study"),
    ("response.baseline", "34.5,20,no,yes,", ",,no,yes,", "'L1' is a target without a size at baseline"),
    (
        "response.baseline",
        "L4,liver,new",
        "L4,liver,target",
        "What was not there at baseline is new. (line 8)",
    ),
    (
        "response.dates",
        "2026-03-09,L4",
        "2026-03-10,L4",
        "Study 'S1' has two dates, 2026-03-09 in line 5 and 2026-03-10",
    ),
    ("response.dates", "S0,2026-01-05,L1", "S9,2026-01-05,L1", "have the same date, 2026-01-05"),
    (
        "response.dates",
        "S0,2026-01-05,L1",
        "S0,5.1.2026,L1",
        "line 2, date '5.1.2026' is no date; write year-month-day",
    ),
    ("response.dates", "S0,2026-01-05,L1", "S0,2026-13-05,L1", "line 2, date '2026-13-05' is no date"),
]


@pytest.mark.parametrize(("code", "before", "after", "words"), BAD)
def test_what_is_refused(tmp_path, code, before, after, words):
    assert before in ROWS
    found_code, text = refused(tmp_path, ROWS.replace(before, after, 1))
    assert found_code == code
    assert text.startswith("Patient 'P1': ")
    assert words in text


def test_dates_that_go_back_where_one_is_missing(tmp_path):
    text = "P,S0,2026-03-01,a,lung,target,20,,,,\nP,S1,,a,lung,target,20,,,,\n"
    text += "P,S2,2026-01-01,a,lung,target,20,,,,\n"
    code, words = refused(tmp_path, text)
    assert code == "response.dates"
    assert "The dates go back: 'S0' is of 2026-03-01, the later study 'S2' of 2026-01-01" in words


def test_a_refused_patient_costs_no_other(tmp_path):
    found = read(tmp_path, ROWS + ROWS.replace("P1", "P2").replace("lung,target,20", "lung,tumor,20"))
    assert [course.patient for course in found.courses] == ["P1"]
    assert [(one.patient, one.code) for one in found.refused] == [("P2", "response.row")]
    assert "line 12" in found.refused[0].text


@pytest.mark.parametrize(
    ("header", "text", "code"),
    [
        (HEADER, "", "cohort_table.unreadable"),
        (HEADER.replace("role", "kind"), ROWS, "cohort_table.column"),
        (HEADER.replace("patient", "who"), ROWS, "cohort_table.column"),
        (HEADER, ROWS.replace("P1", "", 1), "cohort_table.rows"),
        (HEADER, ROWS.replace(",34.5", ',"34,5"'), "cohort_table.value"),
    ],
)
def test_a_table_that_cannot_be_read_at_all(tmp_path, header, text, code):
    with pytest.raises(TableError) as found:
        read(tmp_path, text, header)
    assert found.value.code == code


def test_no_file(tmp_path):
    with pytest.raises(TableError, match="is no file"):
        read_measured_table(tmp_path / "none.csv")

"""The table of a cohort: what is read, translated, joined, noted and refused.

Tests of: cells, joined_files.
"""

import os
import zipfile

import numpy as np
import pytest

from radioimmuno.findings import TableError
from radioimmuno.signature.variables import Source, variable_of
from radioimmuno.tables.cells import read_cells
from radioimmuno.tables.cohort_table import Columns, read_cohort_table
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL

FOUR = (
    "patient,lesion_id,original_firstorder_Mean,wavelet_x,cd8\n"
    "a,1,1,10,0.5\na,2,2,20,0.5\nb,1,3,,0.1\nc,1,4,40,0.2\n"
)


def written(tmp_path, text, name="table.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def refusal(code, path, *arguments, **options):
    with pytest.raises(TableError) as caught:
        read_cohort_table(path, *arguments, **options)
    assert caught.value.code == code
    return str(caught.value)


def test_a_table_of_another_program_is_read(tmp_path):
    table = read_cohort_table(written(tmp_path, FOUR), Columns(target="cd8"))
    assert table.patients.tolist() == ["a", "a", "b", "c"]
    assert table.lesions.tolist() == ["1", "2", "1", "1"]
    assert table.variables == ("lesion.statistics.mean", "table.wavelet_x")
    assert table.column("lesion.statistics.mean").tolist() == [1, 2, 3, 4]
    assert np.isnan(table.values[2, 1])
    assert table.outcome.kind == CONTINUOUS
    assert table.outcome.values.tolist() == [0.5, 0.5, 0.1, 0.2]
    assert table.columns["lesion.statistics.mean"] == "original_firstorder_Mean"
    assert table.patient_count == 3
    assert table.notes == ()


def test_columns_of_filtered_images_are_variables_where_values_are_the_same(tmp_path):
    band, scale = "wavelet-HLL_firstorder_Kurtosis", "ring_log-sigma-2-0-mm-3D_firstorder_Mean"
    text = f"patient,{band},{scale}\na,3.5,1\nb,2,4\n"
    table = read_cohort_table(written(tmp_path, text))
    variable = "lesion.wavelet_coif1_hll.statistics.kurtosis"
    assert table.variables == (variable, f"table.{scale}")
    assert table.column(variable).tolist() == [0.5, -1]
    taken, left = table.notes
    assert f"({band} for {variable}), provided that the wavelet is coif1" in taken
    assert f"is no variable here ({scale}): PyRadiomics' Laplacian" in left
    # Who knows that it is another wavelet says so by the name.
    renamed = read_cohort_table(written(tmp_path, text.replace(band, f"table.{band}")))
    assert renamed.variables[0] == f"table.{band}"
    assert len(renamed.notes) == 1


def test_identifiers_and_carried_columns_need_no_translation(tmp_path):
    text = (
        "patient,study,lesion_id,site,kvp,ring.statistics.mean,os_days,os_event,status,age\n"
        "a,s,1,liver,120,5,10,1,measured,60\na,s,2,lung,120,6,10,1,warning,60\na,s,3,lung,120,,10,1,refused,60\n"
        "b,s,1,,100,7,20,no,measured,70\n"
    )
    table = read_cohort_table(written(tmp_path, text), Columns(target="os", covariates=("age",)))
    assert table.outcome.kind == SURVIVAL
    assert table.outcome.events.tolist() == [1, 1, 0]
    assert table.variables == (
        *("acquisition.kvp", "ring.statistics.mean", "location.lung", "location.liver", "clinical.age"),
    )
    assert table.column("location.liver").tolist() == [1, 0, 0]
    assert table.covariates == ("clinical.age",)
    assert "refused" not in table.texts["status"]
    assert any("1 rows of 1 patients" in note and "not measured" in note for note in table.notes)


def test_a_column_that_cannot_be_measured_is_a_variable_of_a_table():
    assert variable_of("table.wavelet-LLH_glcm_Contrast").source is Source.TABLE
    assert variable_of("clinical.pdl1").source is Source.CLINICAL
    for broken in ("table.", "clinical. x", "table.a\nb"):
        with pytest.raises(ValueError, match="not a variable"):
            variable_of(broken)


def test_outcomes_of_another_file_are_joined_by_patient_and_are_no_candidates(tmp_path):
    outcomes = written(tmp_path, "Subject,OS,dead,other\nc,30,1,1\na,10,0,2\n", "outcomes.csv")
    columns = Columns(time="OS", event="dead")
    table = read_cohort_table(written(tmp_path, FOUR), columns, outcomes=[outcomes])
    assert table.patients.tolist() == ["a", "a", "c"]
    assert table.outcome.values.tolist() == [10, 10, 30]
    assert "table.other" not in table.variables
    assert any("outcome is not known" in note for note in table.notes)
    assert any("'Subject'" in note for note in table.notes)


def test_two_outcomes_of_a_patient_are_refused(tmp_path):
    outcomes = written(tmp_path, "patient,OS,dead\na,10,0\na,11,0\nb,3,1\n", "outcomes.csv")
    text = refusal(
        "cohort_table.outcome",
        written(tmp_path, FOUR),
        Columns(time="OS", event="dead"),
        outcomes=[outcomes],
    )
    assert "'a'" in text
    assert "10" in text
    two = written(tmp_path, FOUR.replace("a,2,2,20,0.5", "a,2,2,20,0.6"), "two.csv")
    assert "'a'" in refusal("cohort_table.outcome", two, Columns(target="cd8"))
    lesions = read_cohort_table(two, Columns(target="cd8", lesion_target=True))
    assert lesions.outcome.values.tolist() == [0.5, 0.6, 0.1, 0.2]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "cohort_table.unreadable", "empty"),
        ("patient,x\n", "cohort_table.unreadable", "no row"),
        ("patient,x,x\na,1,2\n", "cohort_table.unreadable", "twice"),
        ("patient,x\na,1\nb\n", "cohort_table.unreadable", "line 3"),
        ("patient,x\na,1,2\n", "cohort_table.unreadable", "line 2"),
        ("who,x\na,1\n", "cohort_table.column", "who"),
        ("patient,lesion_id,x\na,1,1\nb,1,2\na,1,3\n", "cohort_table.rows", "lines 2, 4"),
        ("patient,x\na,1\n,2\n", "cohort_table.rows", "Line 3"),
        ("patient,x\na,\nb,\n", "cohort_table.rows", "no row can be used"),
        ('patient,x\na,"1,5"\n', "cohort_table.value", "decimal comma"),
        ("patient;x\na;1,5\nb;1.5\n", "cohort_table.value", "decimal comma"),
        ("patient,original_firstorder_Mean,stat_mean\na,1,2\n", "cohort_table.column", "both"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(tmp_path, text, code, words):
    if words == "no row can be used":
        text = (
            text.replace("x\n", "x,lesion.statistics.mean,y\n", 1).replace("a,", "a,,").replace("b,", "b,,")
        )
        text = "patient,lesion.statistics.mean,status\na,1,refused\nb,2,failed\n"
    assert words in refusal(code, written(tmp_path, text))


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        (("1", "high"), "cohort_table.value", "'high'"),
        (("1", "inf"), "cohort_table.value", "'inf'"),
        (("1", "1"), "cohort_table.outcome", "every row"),
        (("", "nan"), "cohort_table.outcome", "no row"),
    ],
)
def test_an_outcome_that_cannot_be_learnt_from_is_refused(tmp_path, cells, code, words):
    path = written(tmp_path, f"patient,x,y\na,1,{cells[0]}\nb,2,{cells[1]}\n")
    assert words in refusal(code, path, Columns(target="y"))


@pytest.mark.parametrize(
    ("days", "event", "words"),
    [("0", "1", "above 0"), ("-3", "1", "above 0"), ("5", "2", "0 or 1"), ("5", "0", "no patient had")],
)
def test_a_survival_that_is_none_is_refused(tmp_path, days, event, words):
    path = written(tmp_path, f"patient,x,os_days,os_event\na,1,{days},{event}\nb,2,9,0\n")
    assert words in refusal("cohort_table.outcome", path, Columns(target="os"))


def test_yes_and_no_are_a_binary_outcome(tmp_path):
    path = written(tmp_path, "patient,x,y\na,1,yes\nb,2,No\nc,3,1\n")
    table = read_cohort_table(path, Columns(target="y"))
    assert table.outcome.kind == BINARY
    assert table.outcome.values.tolist() == [1, 0, 1]


def test_texts_among_numbers_and_infinite_numbers_are_noted(tmp_path):
    path = written(tmp_path, "patient,x,y,z\na,1,2,8\nb,oops,inf,9\nc,3,4,#NAME?\n")
    table = read_cohort_table(path)
    assert table.variables == ("table.y", "table.z")
    assert np.isnan(table.values[1, 0])
    assert np.isnan(table.values[2, 1])
    assert any("'oops'" in note and "line 3" in note for note in table.notes)
    assert any("1 infinite" in note for note in table.notes)


def test_spreadsheets_with_semicolons_byte_order_mark_and_decimal_comma(tmp_path):
    path = written(tmp_path, "patient;x\r\na;1,5\r\nb;-2,25e1\r\n", encoding="utf-8-sig")
    table = read_cohort_table(path)
    assert table.patients.tolist() == ["a", "b"]
    assert table.values[:, 0].tolist() == [1.5, -22.5]


def test_lesions_without_a_column_are_numbered_in_their_patient(tmp_path):
    table = read_cohort_table(written(tmp_path, "patient,x\na,1\nb,2\na,3\n"))
    assert table.lesions.tolist() == ["1", "1", "2"]
    assert "'lesion'" in refusal(
        "cohort_table.column", written(tmp_path, "patient,x\na,1\n"), Columns(lesion="lesion")
    )


def test_patterns_and_files_choose_the_candidates(tmp_path):
    path = written(tmp_path, FOUR)
    assert read_cohort_table(path, variables="lesion.*").variables == ("lesion.statistics.mean",)
    assert read_cohort_table(path, variables="wavelet_*,cd8").variables == ("table.wavelet_x", "table.cd8")
    chosen = written(tmp_path, "# mine\nwavelet_x\n", "names.txt")
    assert read_cohort_table(path, variables=str(chosen)).variables == ("table.wavelet_x",)
    assert "'nothing*'" in refusal("cohort_table.column", path, variables="nothing*")


def test_rows_are_taken_with_all_that_belongs_to_them(tmp_path):
    text = "patient,scanner,split,x,y\na,A,train,1,0\nb,B,test,2,1\nc,A,test,3,1\n"
    table = read_cohort_table(written(tmp_path, text), Columns(target="y", batch="scanner"))
    part = table.rows(table.split == "test")
    assert part.patients.tolist() == ["b", "c"]
    assert part.batch.tolist() == ["B", "A"]
    assert part.outcome.values.tolist() == [1, 1]
    assert part.values.tolist() == [[2], [3]]


def test_a_part_of_the_study_may_stand_in_a_file_of_patients(tmp_path):
    table = written(tmp_path, "patient,x\na,1\na,2\nb,3\nc,4\n")
    manifest = written(
        tmp_path, "patient,ct,split\na,1.nii,train\na,1.nii,train\nb,2.nii,test\n", "manifest.csv"
    )
    found = read_cohort_table(table, outcomes=[manifest])
    assert found.split.tolist() == ["train", "train", "test", ""]
    assert found.of_groups("split", ["test"]).patients.tolist() == ["b"]
    both = written(tmp_path, "patient,split\na,train\na,test\n", "both.csv")
    assert "two values of 'split'" in refusal("cohort_table.outcome", table, outcomes=[both])
    read_cohort_table(table, Columns(split=""), outcomes=[both])


def test_labels_of_lesions_are_read_whatever_the_candidates_and_are_none(tmp_path):
    table = written(tmp_path, "patient,x,label\na,1,yes\na,2,no\nb,3,\nc,4,1\n")
    found = read_cohort_table(table, Columns(label="label"), variables="x")
    assert found.labels.tolist()[:2] == [1, 0]
    assert np.isnan(found.labels[2])
    assert found.variables == ("table.x",)
    assert found.rows(np.array([3, 0])).labels.tolist() == [1, 1]
    wrong = written(tmp_path, "patient,x,label\na,1,2\n", "wrong.csv")
    assert "is 2; it has to be 0 or 1" in refusal("cohort_table.value", wrong, Columns(label="label"))
    other = written(tmp_path, "patient,own\na,1\nb,0\nc,1\n", "patients.csv")
    assert "own" in refusal("cohort_table.column", table, Columns(label="own"), outcomes=[other])


def test_parquet_gives_the_same_table_as_csv(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet is read where pyarrow is installed")
    from pyarrow.parquet import write_table

    numbers = [0.1 + 0.2, 1e-300, None]
    path = tmp_path / "table.parquet"
    write_table(pyarrow.table({"patient": ["a", "b", "c"], "x": numbers, "n": [1, 2, 3]}), path)
    table = read_cohort_table(path)
    assert table.column("table.x")[:2].tolist() == numbers[:2]
    assert np.isnan(table.column("table.x")[2])
    assert table.column("table.n").tolist() == [1, 2, 3]
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    refusal("cohort_table.unreadable", tmp_path / "broken.parquet")


def test_the_first_sheet_of_a_spreadsheet_is_read(tmp_path):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<sst {space}><si><t>patient</t></si><si><t>a</t></si></sst>")
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {space}><sheetData>"
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>x</t></is></c></row>'
            '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2"><v>2.5</v></c></row>'
            "</sheetData></worksheet>",
        )
    cells = read_cells(path)
    assert cells.columns == ("patient", "column_2", "x")
    assert cells.rows == (("a", "", "2.5"),)
    (tmp_path / "broken.xlsx").write_bytes(b"no spreadsheet")
    refusal("cohort_table.unreadable", tmp_path / "broken.xlsx")


@pytest.mark.skipif(os.name == "nt", reason="permissions")
def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00p")
    refusal("cohort_table.unreadable", tmp_path / "x.csv")
    refusal("cohort_table.unreadable", tmp_path)
    refusal("cohort_table.unreadable", tmp_path / "missing.csv")

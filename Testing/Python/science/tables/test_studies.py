"""Which study of patients with several counts in a table."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import TableError
from radioimmuno.tables.cohort_table import Columns, read_cohort_table

MEAN, DELTA = "lesion.statistics.mean", "delta.lesion.statistics.mean"
ROWS = (
    ("a", "b", 0, "1", "measured", 10, ""),
    ("a", "b", 0, "2", "measured", 20, ""),
    ("a", "w8", 1, "1", "measured", 12, 0.2),
    ("a", "w8", 1, "2 of b", "gone", "", ""),
    ("a", "w16", 2, "1", "warning", 15, 0.5),
    ("c", "b", 0, "1", "measured", 30, ""),
    ("d", "b", "", "1", "measured", 40, ""),
    ("d", "w8", "", "1", "measured", 44, ""),
    ("e", "b", 0, "1", "measured", 50, ""),
    ("e", "w8", 1, "1", "measured", 25, -0.5),
)
HEAD = ("patient", "study", "study_number", "lesion_id", "status", MEAN, DELTA)


def table_of(tmp_path, rows=ROWS, head=HEAD, **options):
    text = "\n".join(",".join(map(str, row)) for row in [head, *rows])
    (tmp_path / "table.csv").write_text(text + "\n")
    return read_cohort_table(tmp_path / "table.csv", Columns(), **options)


@pytest.mark.parametrize(
    ("study", "values", "kept"),
    [
        ("", [10, 20, 30, 50], "baseline"),
        ("baseline", [10, 20, 30, 50], "baseline"),
        ("0", [10, 20, 30, 50], "baseline"),
        ("1", [12, 25], "1"),
        ("2", [15], "2"),
        ("last", [15, 25], "last"),
        ("w8", [12, 44, 25], "w8"),
        ("b", [10, 20, 30, 40, 50], "b"),
    ],
)
def test_the_study_that_is_named_counts_and_the_baseline_without_a_name(tmp_path, study, values, kept):
    table = table_of(tmp_path, study=study)
    assert table.column(MEAN).tolist() == values
    assert table.study == kept
    assert "study_number" not in table.variables


def test_changes_are_candidates_in_later_studies_alone(tmp_path):
    assert table_of(tmp_path).variables == (MEAN,)
    later = table_of(tmp_path, study="1")
    assert later.variables == (MEAN, DELTA)
    assert later.column(DELTA).tolist() == [0.2, -0.5]


def test_what_is_left_out_is_noted(tmp_path):
    (note,) = table_of(tmp_path).notes
    assert note == (
        "Of several studies of a patient the baseline counts (4 of 10 rows; 1 patients have none); "
        "--study chooses another."
    )
    later = table_of(tmp_path, study="1").notes
    assert "study 1 counts (3 of 10 rows; 2 patients have none)" in later[0]
    assert later[1] == "1 rows of 1 patients were left out: nothing is left of the lesion."


def test_nothing_of_another_study_reaches_the_table(tmp_path):
    def absurd(numbers):
        return [(*row[:5], 1e9, 1e9) if row[2] in numbers else row for row in ROWS]

    first = table_of(tmp_path)
    assert first.values.tobytes() == table_of(tmp_path, absurd([1, 2, ""])).values.tobytes()
    later = table_of(tmp_path, study="1")
    assert later.values.tobytes() == table_of(tmp_path, absurd([0, 2, ""]), study="1").values.tobytes()


def test_a_table_that_knows_no_order_of_studies_is_read_as_it_is(tmp_path):
    head = [name for name in HEAD if name != "study_number"]
    rows = [(*row[:2], *row[3:]) for row in ROWS]
    table = table_of(tmp_path, rows, head)
    assert table.column(MEAN).tolist() == [10, 20, 12, 15, 30, 40, 44, 50, 25]
    assert table.study == ""
    assert table_of(tmp_path, rows, head, study="w8").column(MEAN).tolist() == [12, 44, 25]
    assert np.isnan(table.column(DELTA)).sum() == 6


@pytest.mark.parametrize("study", ["7", "w99", "baseline"])
def test_a_study_that_is_none_is_refused_with_those_that_there_are(tmp_path, study):
    rows = [row for row in ROWS if row[2] != 0]
    with pytest.raises(TableError, match=r"There are baseline, last, numbers .* names b, w16, w8") as caught:
        table_of(tmp_path, rows, study=study)
    assert caught.value.code == "cohort_table.rows"

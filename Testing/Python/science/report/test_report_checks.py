"""The table of findings: plain, complete, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.identity import Identity
from radioimmuno.lesion import Lesion
from radioimmuno.quality.check import LesionFinding
from radioimmuno.report import write_checks_csv

LATTICE = Lattice((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
HOLES = Finding("lesion.holes", Severity.WARN, "The lesion has 2 holes inside.")
EMPTY = Finding("lesion.empty", Severity.REFUSE, "-=The segment is empty.")


def lesion(identifier, name):
    return Lesion(identifier, name, Image(np.ones((4, 4, 4), bool), LATTICE))


def rows_of(lesions, found, path):
    write_checks_csv(lesions, found, path, Identity("P-1", "2020-01-02"))
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream, strict=True))


def test_findings_stand_in_the_order_of_the_lesions_and_a_sound_lesion_has_a_row(tmp_path):
    lesions = [lesion("a", "first"), lesion("b", "second"), lesion("c", "third")]
    found = [LesionFinding("c", HOLES), LesionFinding("a", HOLES), LesionFinding("a", EMPTY)]
    assert rows_of(lesions, found, tmp_path / "checks.csv") == [
        ["patient", "study", "lesion_id", "name", "code", "severity", "text"],
        ["P-1", "2020-01-02", "a", "first", "lesion.holes", "warn", HOLES.text],
        ["P-1", "2020-01-02", "a", "first", "lesion.empty", "refuse", "'" + EMPTY.text],
        ["P-1", "2020-01-02", "b", "second", "", "", ""],
        ["P-1", "2020-01-02", "c", "third", "lesion.holes", "warn", HOLES.text],
    ]


@pytest.mark.parametrize("name", ["=1+1", "@cmd", "+a", "\ttab", "two\nlines, a comma", "Läsion \N{LUNGS}"])
def test_names_survive_and_are_no_formula(tmp_path, name):
    row = rows_of([lesion("1", name)], [], tmp_path / "c.csv")[1]
    assert row[3].lstrip("'") == name
    assert not row[3].startswith(("=", "@", "+", "\t"))


def test_a_table_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    path = tmp_path / "c.csv"
    rows_of([lesion("1", "old")], [], path)
    broken = Lesion("2", None, Image(np.ones((4, 4, 4), bool), LATTICE))
    with pytest.raises(AttributeError):
        write_checks_csv([lesion("1", "new"), broken], [], path)
    assert "old" in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["c.csv"]

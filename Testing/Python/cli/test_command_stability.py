"""`radioimmuno score --stability`: what it adds to files and terminal."""

from __future__ import annotations

import csv
import json

import pytest

KVP = ("--kvp", "120")


@pytest.fixture(scope="module")
def redrawn(radioimmuno, files, tmp_path_factory):
    """Five contours of each ball."""
    out = tmp_path_factory.mktemp("redrawn") / "out"
    asked = ("--stability", "--stability-draws", 5, "--stability-sd-mm", 2, "--stability-seed", 3)
    done = radioimmuno(
        "score", files.ct, files.labels, "--signature", files.signature, *KVP, "--out", out, *asked
    )
    return done, out


def rows_of(folder):
    with (folder / "scores.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_has_the_figures_of_every_lesion(redrawn):
    done, out = redrawn
    assert done.returncode == 0, done.stderr
    rows = rows_of(out)
    assert [row["contours_drawn"] for row in rows] == ["5", "5", "5"]
    # The score is the lesion's maximum: contours that reach into the body around find no higher value.
    assert [float(row["score_p95"]) for row in rows] == pytest.approx([float(row["score"]) for row in rows])
    assert all(float(row["score_sd"]) == 0.0 for row in rows)


def test_the_json_has_how_contours_were_redrawn(redrawn):
    _, out = redrawn
    document = json.loads((out / "patient.json").read_text())
    asked = document["stability"]["perturbation"]
    assert (asked["draws"], asked["sd_mm"], asked["seed"]) == (5, 2.0, 3)
    assert document["stability"]["icc"] == {"lesion.statistics.maximum": 1.0}


def test_the_terminal_shows_the_sd_and_says_what_it_is(redrawn):
    done, _ = redrawn
    lines = done.stdout.splitlines()
    assert any("0.320 +- 0.000" in line for line in lines)
    assert any(line.startswith("+-: SD of the score over redrawn contours.") for line in lines)


def test_the_report_shows_whiskers(redrawn):
    _, out = redrawn
    assert 'class="whisker"' in (out / "report.html").read_text()


def test_without_the_option_nothing_is_redrawn(radioimmuno, files, tmp_path):
    radioimmuno(
        "score", files.ct, files.labels, "--signature", files.signature, *KVP, "--out", tmp_path / "o"
    )
    assert {row["score_sd"] for row in rows_of(tmp_path / "o")} == {""}


def test_thirty_contours_are_drawn_when_no_number_is_given(radioimmuno, files, tmp_path):
    out = tmp_path / "o"
    radioimmuno(
        "score", files.ct, files.labels, "--signature", files.signature, *KVP, "--out", out, "--stability"
    )
    assert {row["contours_drawn"] for row in rows_of(out)} == {"30"}


@pytest.mark.parametrize("wrong", [("--stability-draws", 1), ("--stability-sd-mm", -1)])
def test_numbers_out_of_bounds_are_refused_before_anything_is_written(radioimmuno, files, tmp_path, wrong):
    done = radioimmuno("score", files.ct, files.labels, *KVP, "--out", tmp_path / "o", "--stability", *wrong)
    assert done.returncode == 1
    assert "[settings.invalid]" in done.stderr
    assert not (tmp_path / "o").exists()

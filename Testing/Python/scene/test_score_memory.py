"""Scores as text in a saved scene, and back."""

import json
from dataclasses import replace

from radioimmuno.findings import Finding, Severity
from radioimmuno.lesion import Site
from radioimmuno.scoring.results import Contribution, LesionScore
from radioimmuno.stability.agreement import LesionStability, Spread
from radioimmuno.stability.perturbation import Perturbation
from RadioImmunoScoreLib.scene.score_memory import rowsFromJson, rowsToJson

STABILITY = LesionStability(
    sd=0.1 + 0.2,
    low=-1.0,
    high=None,
    flips={"low": 1 / 3},
    scored=29,
    draws=40,
    spreads={"lesion.glcm.contrast": Spread(29, 4.0, 0.5), "ring.statistics.mean": Spread(1, -70.0, None)},
    perturbation=Perturbation(sd_mm=0.5, draws=40, seed=9),
)
ROW = LesionScore(
    "Segment_1",
    "Liver",
    12.5,
    0.25,
    site=Site.LIVER,
    irradiated=True,
    contributions=(Contribution("ring.statistics.mean", -70.0, 0.5, True),),
    findings=(Finding("lesion.holes", Severity.WARN, "Two holes."),),
    features={"ring.statistics.mean": -70.0},
    stability=STABILITY,
)


def test_a_row_comes_back_with_all_digits_and_its_stability():
    rows = [ROW, replace(ROW, id="Segment_2", site=None, score=None, stability=None)]
    assert rowsFromJson(rowsToJson(rows)) == {row.id: row for row in rows}


def test_rows_saved_before_there_was_stability_are_read():
    plain = json.loads(rowsToJson([ROW]))
    del plain[0]["stability"]
    assert rowsFromJson(json.dumps(plain)) == {"Segment_1": replace(ROW, stability=None)}

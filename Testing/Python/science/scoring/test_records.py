"""Scores as plain values and back: what patient.json holds, and what scenes of today and before remember."""

import json
from dataclasses import replace
from typing import Any

import pytest
import report_cases as cases

from radioimmuno.scoring.records import lesion_record, patient_record, read_lesion, read_patient
from radioimmuno.scoring.results import LesionScore, Metrics, PatientScore, with_stability
from radioimmuno.stability.agreement import LesionStability, Spread, patient_stability
from radioimmuno.stability.perturbation import Perturbation

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

# A lesion as version 1 wrote it into a scene, by hand.
OF_A_SCENE = """{"id": "Segment_1", "name": "Node", "volume_cc": 9.5, "score": -0.25, "site": "lymph_node",
"irradiated": false, "contributions": [{"variable": "lesion.glcm.contrast", "value": 4.0, "contribution": 0.5,
"in_training_range": false}], "findings": [["lesion.holes", "warn", "Two holes."]],
"features": {"lesion.glcm.contrast": 4.0}, "stability": {"sd": 0.5, "low": -1.0, "high": 1.0,
"flips": {"low": 0.5}, "scored": 2, "draws": 2, "spreads": {"lesion.glcm.contrast": {"n": 2, "mean": 4.0,
"sd": 0.0}}, "perturbation": {"sd_mm": 1.0, "correlation_mm": 5.0, "growth_voxels": 0.5, "draws": 2,
"seed": 0}}}"""


def through_json(record: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(record))


def measured() -> PatientScore:
    """The patient of the report's cases; of one lesion more was measured."""
    found = patient_stability({"1": STABILITY})
    assert found is not None
    first, *others = cases.patient().lesions
    patient = cases.patient(lesions=(replace(first, expected_agreement=0.1 + 0.7, weight=1 / 3), *others))
    return with_stability(patient, found)


def without_rings(patient: PatientScore) -> PatientScore:
    return replace(patient, lesions=tuple(replace(row, ring=None) for row in patient.lesions))


def test_a_patient_comes_back_with_all_digits() -> None:
    record = through_json(patient_record(measured(), cases.signature()))
    assert read_patient(record) == without_rings(measured())


def test_a_lesion_comes_back_from_what_a_scene_remembers() -> None:
    for row in measured().lesions:
        assert read_lesion(through_json(lesion_record(row))) == replace(row, ring=None)


def test_scenes_of_version_1_are_read() -> None:
    row = read_lesion(json.loads(OF_A_SCENE))
    assert (row.id, row.name, row.volume_cc, row.score, row.irradiated) == (
        "Segment_1",
        "Node",
        9.5,
        -0.25,
        False,
    )
    assert row.site is cases.Site.LYMPH_NODE
    assert (row.contributions[0].value, row.contributions[0].in_training_range) == (4.0, False)
    assert (row.findings[0].code, row.findings[0].severity.value) == ("lesion.holes", "warn")
    assert row.stability is not None
    assert (row.stability.sd, row.stability.low, row.stability.high, row.stability.scored) == (
        0.5,
        -1.0,
        1.0,
        2,
    )
    assert row.stability.spreads["lesion.glcm.contrast"] == Spread(2, 4.0, 0.0)


def test_a_scene_remembers_under_the_names_of_version_1() -> None:
    # Earlier versions read new scenes, too.
    known = json.loads(OF_A_SCENE)
    assert lesion_record(read_lesion(known)) == known | {"expected_agreement": None, "weight": None}


@pytest.mark.parametrize("missing", ["id", "volume_cc", "score", "findings", "features"])
def test_a_lesion_without_a_field_is_none(missing: str) -> None:
    record = lesion_record(LesionScore("1", "Liver", 1.0, 0.5))
    del record[missing]
    with pytest.raises(KeyError, match=missing):
        read_lesion(record)


@pytest.mark.parametrize(
    ("metrics", "name", "why"),
    [
        (Metrics(0), "mean", "no scored lesion"),
        (Metrics(0), "outside_bins", "no scored lesion"),
        (Metrics(1), "sd", "fewer than two lesions"),
        (Metrics(1), "entropy", "fewer than two lesions"),
        (Metrics(2), "entropy", "gives no bins"),
        (Metrics(1), "outside_bins", "gives no bins"),
    ],
)
def test_what_is_missing_says_why(metrics: Metrics, name: str, why: str) -> None:
    assert why in metrics.why_missing(name)

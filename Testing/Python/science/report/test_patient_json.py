"""The patient's JSON: strict, complete, null for what is not defined."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import report_cases as cases

from radioimmuno.report import write_patient_json
from radioimmuno.scoring.results import PatientScore


def refuse_constant(name: str) -> float:
    raise AssertionError(f"{name} is not JSON")


def written(patient: PatientScore, path: Path) -> dict[str, Any]:
    write_patient_json(patient, cases.signature(), path)
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)


def test_metrics_come_by_subset_with_their_lesions(tmp_path: Path) -> None:
    metrics = written(cases.patient(), tmp_path / "p.json")["subsets"]["all"]
    assert metrics["n"] == 3
    assert (metrics["minimum"], metrics["minimum_lesion"]) == (-1.5, "1")
    assert (metrics["maximum"], metrics["maximum_lesion"]) == (1.75, "node")
    assert metrics["not_defined"] == {}


def test_what_is_not_defined_is_null_and_says_why(tmp_path: Path) -> None:
    subsets = written(cases.patient(), tmp_path / "p.json")["subsets"]
    one, none = subsets["irradiated"], subsets["site: brain"]
    assert one["sd"] is None
    assert one["entropy"] is None
    assert one["mean"] == -1.5
    assert one["not_defined"] == dict.fromkeys(["sd", "entropy"], "not defined (fewer than two lesions)")
    assert none["mean"] is None
    assert none["not_defined"]["mean"] == "not defined (no scored lesion)"
    assert none["not_defined"]["sd"] == "not defined (no scored lesion)"


def test_the_expected_agreement_is_null_where_none_is_known(tmp_path: Path) -> None:
    first, *others = cases.patient().lesions
    patient = cases.patient(lesions=(replace(first, expected_agreement=0.8125), *others))
    lesions = written(patient, tmp_path / "p.json")["lesions"]
    assert [lesion["expected_agreement"] for lesion in lesions] == [0.8125, None, None, None]


def test_a_refused_lesion_has_null_and_its_finding(tmp_path: Path) -> None:
    lesion = written(cases.patient(), tmp_path / "p.json")["lesions"][-1]
    assert lesion["score"] is None
    assert lesion["designation"] is None
    assert lesion["findings"] == [{"code": "lesion.empty", "severity": "refuse", "text": "Holds no voxel."}]


def test_only_a_signature_that_is_no_demonstration_designates(tmp_path: Path) -> None:
    for status, expected in (("demonstration", [False] * 4), ("research", [True, False, True, False])):
        write_patient_json(cases.patient(), cases.signature(status=status), tmp_path / "p.json")
        lesions = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["lesions"]
        assert [lesion["designation"] is not None for lesion in lesions] == expected


def test_every_term_has_value_contribution_and_a_readable_name(tmp_path: Path) -> None:
    terms = written(cases.patient(), tmp_path / "p.json")["lesions"][1]["contributions"]
    assert [term["variable"] for term in terms] == list(cases.VARIABLES)
    assert terms[1]["value"] == -71.25
    assert terms[1]["contribution"] == 0.5
    assert terms[1]["in_training_range"] is False
    assert terms[0]["title"] == "lesion, co-occurrence: contrast"


def test_the_signatures_status_and_notice_are_in_the_file(tmp_path: Path) -> None:
    document = written(cases.patient(), tmp_path / "p.json")
    assert document["signature"]["status"] == "demonstration"
    assert document["signature"]["sha256"] == "0f" * 32
    assert document["signature"]["cutoffs"] == {"low": -1.0, "median": 0.0, "high": 1.0}
    assert document["signature"]["entropy_edges"] == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert "DEMONSTRATION" in document["notice"]
    assert "Research use only" in document["notice"]


def test_provenance_of_any_plain_kind_is_kept(tmp_path: Path) -> None:
    provenance = {
        "count": np.int64(3),
        "share": np.float32(0.5),
        "edges": np.array([1.0, 2.0]),
        "file": Path("ct.nrrd"),
        "frozen": MappingProxyType({"kvp": 120.0}),
    }
    document = written(cases.patient(provenance=MappingProxyType(provenance)), tmp_path / "p.json")
    assert document["provenance"] == {
        "count": 3,
        "share": 0.5,
        "edges": [1.0, 2.0],
        "file": "ct.nrrd",
        "frozen": {"kvp": 120.0},
    }


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float64("nan")])
def test_a_number_that_is_not_finite_is_refused_and_the_old_file_stays(tmp_path: Path, bad: float) -> None:
    path = tmp_path / "p.json"
    path.write_text("old")
    lesion = replace(cases.patient().lesions[0], score=bad)
    with pytest.raises(ValueError, match="JSON compliant"):
        write_patient_json(cases.patient(lesions=(lesion,)), cases.signature(), path)
    assert path.read_text() == "old"


def test_what_has_no_place_in_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="object has no place"):
        write_patient_json(cases.patient(provenance={"x": object()}), cases.signature(), tmp_path / "p.json")

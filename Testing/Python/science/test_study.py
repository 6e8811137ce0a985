"""A study knows of each lesion what holds for all and for it, and scores as its parts do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.identity import Identity
from radioimmuno.lesion import LeftOut, Lesion
from radioimmuno.modality import CT
from radioimmuno.scoring.score import score, score_study
from radioimmuno.settings import PRESETS
from radioimmuno.signature.signature import default_signature
from radioimmuno.study import Study

SHAPE = (24, 30, 30)
LATTICE = Lattice(SHAPE, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def warning(code):
    return Finding(code, Severity.WARN, f"This is {code}.")


def ball(name, center, radius):
    distance = np.linalg.norm(np.moveaxis(np.indices(SHAPE), 0, -1) - center, axis=-1)
    return Lesion(name, name, Image(distance <= radius, LATTICE))


@pytest.fixture(scope="module")
def study():
    values = np.random.default_rng(3).normal(40, 20, SHAPE)
    values[:, :3] = -1000
    return Study(
        {CT.role: Image(values, LATTICE)},
        (ball("a", (11, 16, 9), 5), ball("b", (11, 16, 22), 5)),
        Acquisition(kvp=120.0),
        (warning("domain.no_contrast"),),
        {"b": (warning("mask.geometry"),)},
        identity=Identity("P", "2020-01-02"),
        left_out=(LeftOut("c", "couch", "It is no lesion."),),
        inputs={"ct": {"name": "ct.nrrd"}},
        date="2020-01-02",
    )


def test_findings_of_all_stand_before_those_of_values_and_of_the_lesion(study):
    known = replace(study, findings_of_values=(warning("ct.hu_implausible"),))
    assert {i: [f.code for f in found] for i, found in known.findings.items()} == {
        "a": ["domain.no_contrast", "ct.hu_implausible"],
        "b": ["domain.no_contrast", "ct.hu_implausible", "mask.geometry"],
    }


def test_values_are_checked_once_and_what_a_person_accepted_is_a_warning(study):
    assert study.with_values_checked(PRESETS["default"]).findings_of_values == ()
    shifted = replace(study, images={CT.role: Image(study.image.values + 2000, LATTICE)})
    (refusal,) = shifted.with_values_checked(PRESETS["default"]).findings_of_values
    assert (refusal.code, refusal.severity) == ("ct.hu_implausible", Severity.REFUSE)
    taken = replace(shifted, accepted=frozenset({"ct.hu_implausible"}))
    (found,) = taken.with_values_checked(PRESETS["default"]).findings_of_values
    assert found.severity is Severity.WARN
    known = replace(shifted, findings_of_values=())
    assert known.with_values_checked(PRESETS["default"]) is known


def test_settings_that_take_levels_want_no_hounsfield_units(study):
    shifted = replace(study, images={CT.role: Image(study.image.values + 2000, LATTICE)})
    assert PRESETS["ibsi-digital"].extraction.takes_levels
    assert shifted.with_values_checked(PRESETS["ibsi-digital"]).findings_of_values == ()


def test_a_study_is_scored_as_its_parts_are(study):
    signature = default_signature()
    whole = score_study(study, signature)
    parts = score(
        study.image,
        study.lesions,
        signature,
        study.acquisition,
        inputs=study.inputs,
        identity=study.identity,
        findings=study.findings,
        left_out=study.left_out,
    )
    assert [row.id for row in whole.lesions] == ["a", "b"]
    assert [replace(row, ring=None) for row in whole.lesions] == [
        replace(row, ring=None) for row in parts.lesions
    ]
    assert whole.lesions[1].findings[1] == warning("mask.geometry")
    assert (whole.identity, whole.left_out) == (study.identity, study.left_out)
    assert whole.provenance["inputs"] == study.inputs
    assert [row.id for row in score_study(study, signature, only=["b"]).lesions] == ["b"]

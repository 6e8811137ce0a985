"""Uptake of a patient: totals, distance, hottest lesion, reference regions, which thresholds hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.patient_uptake import patient_uptake, thresholds_of
from radioimmuno.pet.scale import UptakeScale

LATTICE = Lattice((30, 30, 30), (4.0, 4.0, 4.0), (-60.0, -60.0, 100.0))
VOXEL_CC = 0.064


def box(start, size=5):
    mask = np.zeros(LATTICE.shape, bool)
    mask[tuple(slice(a, a + size) for a in start)] = True
    return Image(mask, LATTICE).trimmed()


PLACES = {"a": (3, 3, 3), "b": (3, 20, 3), "c": (20, 20, 20)}
HEAT = {"a": 3.0, "b": 9.0, "c": 5.0}


@pytest.fixture
def image():
    values = np.full(LATTICE.shape, 1.0)
    for name, place in PLACES.items():
        values[tuple(slice(a, a + 5) for a in place)] = HEAT[name]
    values[10:16, 10:16, 10:16] = 2.0
    return Image(values, LATTICE)


def lesions(names="abc"):
    return [Lesion(name, f"lesion {name}", box(PLACES[name])) for name in names]


LIVER = box((10, 10, 10), 6)


def test_totals_are_sums_over_the_lesions(image):
    patient = patient_uptake(image, lesions())
    assert patient.totals.keys() == {"41", "2_5", "4"}
    assert patient.totals["2_5"].mtv_cc == pytest.approx(3 * 125 * VOXEL_CC)
    assert patient.totals["2_5"].tlg == pytest.approx(125 * VOXEL_CC * (3 + 9 + 5))
    assert patient.totals["4"].mtv_cc == pytest.approx(2 * 125 * VOXEL_CC)
    assert patient.totals["4"].tlg == pytest.approx(125 * VOXEL_CC * (9 + 5))
    assert patient.totals["41"].lesions == 3


def test_the_largest_distance_is_between_centroids(image):
    patient = patient_uptake(image, lesions())
    assert patient.largest_distance.lesions == ("a", "c")
    assert patient.largest_distance.mm == pytest.approx(4 * 17 * np.sqrt(3))
    assert patient_uptake(image, lesions("b")).largest_distance is None
    assert patient_uptake(image, []).largest_distance is None


def test_the_hottest_lesion_is_that_of_the_highest_peak(image):
    image.values[22, 22, 22] = 20.0  # c has the hottest voxel, b the highest peak
    patient = patient_uptake(image, lesions())
    measured = {lesion.id: lesion for lesion in patient.lesions}
    assert measured["c"].maximum > measured["b"].maximum
    assert patient.hottest == "b"
    assert patient.highest_peak == measured["b"].peak.value


def test_refused_lesions_count_nowhere_and_keep_their_reason(image):
    refused = Finding("mask.carried", Severity.REFUSE, "Too small for this PET.")
    patient = patient_uptake(image, lesions(), findings={"b": [refused]})
    assert [lesion.status for lesion in patient.lesions] == ["warning", "refused", "warning"]
    assert patient.lesions[1].findings == (refused,)
    assert patient.totals["2_5"].lesions == 2
    assert (patient.hottest, len(patient.measured)) == ("c", 2)


def test_lesions_that_share_voxels_are_told_that_they_count_twice(image):
    first, second, third = lesions()
    second = replace(second, mask=box((6, 6, 6)))
    patient = patient_uptake(image, [first, second, third])
    found = [[f.text for f in lesion.findings if f.code == "lesion.overlap"] for lesion in patient.lesions]
    assert [len(texts) for texts in found] == [1, 1, 0]
    assert "8 voxels with lesion b" in found[0][0]


def test_the_liver_gives_a_threshold_and_ratios(image):
    patient = patient_uptake(image, lesions(), {"liver": LIVER})
    assert patient.reference("liver").mean == pytest.approx(2.0)
    assert patient.totals["liver"].mtv_cc == pytest.approx(3 * 125 * VOXEL_CC)  # from 3.0 on
    assert [lesion.ratios["liver"].maximum for lesion in patient.lesions] == pytest.approx([1.5, 4.5, 2.5])
    assert patient.notes == ()


def test_a_reference_that_is_refused_is_said_and_all_else_goes_on(image):
    patient = patient_uptake(image, lesions(), {"muscle": box((25, 25, 25), 2), "liver": LIVER})
    assert [(f.code, f.severity) for f in patient.findings] == [("pet.reference_small", Severity.REFUSE)]
    assert [one.name for one in patient.references] == ["liver"]
    assert patient.lesions[0].ratios.keys() == {"liver"}


def test_warnings_of_references_are_the_patients(image):
    scaled = Image(image.values * 10, LATTICE)
    patient = patient_uptake(scaled, lesions(), {"liver": LIVER})
    assert [(f.code, f.severity) for f in patient.findings] == [("pet.reference_unusual", Severity.WARN)]


@pytest.mark.parametrize(
    ("scale", "keys", "note"),
    [
        (UptakeScale("bw"), ["41", "2_5", "4", "liver"], None),
        (UptakeScale("lbm"), ["41", "liver"], "hold for SUV by body weight"),
        (UptakeScale("activity"), ["41"], "The values are no SUV"),
        (UptakeScale("bw", immuno=True), ["41"], "Spleen and lymph nodes"),
        (UptakeScale("bw", other_tracer="PSMA"), ["41", "2_5", "4", "liver"], "The tracer is PSMA"),
    ],
)
def test_thresholds_are_those_that_hold_for_the_values(image, scale, keys, note):
    patient = patient_uptake(image, lesions(), {"liver": LIVER}, scale)
    assert [threshold.key for threshold in patient.thresholds] == keys
    assert list(patient.totals) == keys
    assert all(list(lesion.volumes) == keys for lesion in patient.lesions)
    assert [note in text for text in patient.notes] == ([True] if note else [])


def test_without_a_liver_its_threshold_is_missing_and_said(image):
    patient = patient_uptake(image, lesions())
    assert "liver" in patient.notes[0]
    assert [one.key for one in thresholds_of(UptakeScale("bw"))] == ["41", "2_5", "4"]


@pytest.mark.parametrize("factor", [1e-3, 4e4])
def test_ratios_are_the_same_on_values_that_are_no_suv(image, factor):
    references = {"liver": LIVER, "muscle": box((24, 3, 24), 4)}
    one = patient_uptake(image, lesions(), references)
    other = patient_uptake(
        Image(image.values * factor, LATTICE), lesions(), references, UptakeScale("activity")
    )
    for before, after in zip(one.lesions, other.lesions, strict=True):
        for name in references:
            expected = before.ratios[name]
            assert after.ratios[name].maximum == pytest.approx(expected.maximum, rel=1e-12)
            assert after.ratios[name].mean == pytest.approx(expected.mean, rel=1e-12)
            assert after.ratios[name].peak == pytest.approx(expected.peak, rel=1e-9)
        assert after.volumes["41"].mtv_cc == before.volumes["41"].mtv_cc

"""PERCIST 1.0 as a table of truth: what is comparable, measurable, and what the response is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.patient_uptake import patient_uptake
from radioimmuno.pet.percist import CMR, NE, PMD, PMR, SMD, PercistRules, PercistStudy, percist, percist_study
from radioimmuno.pet.reference import Reference
from radioimmuno.pet.scale import UptakeScale


def liver(mean=1.5, sd=0.15):
    return Reference("liver", mean, sd, 14.0, 300)


BASELINE = PercistStudy(6.0, "node", 100.0, liver(), Reference("blood_pool", 1.2, 0.1, 3.0, 60), 60.0)


def study(peak=6.0, **other):
    return replace(BASELINE, peak=peak, **other)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (6.0, 6.0, SMD),
        (6.0, 4.2, PMR),  # -30 %, -1.8
        (6.0, 4.21, SMD),
        (6.0, 7.8, PMD),  # +30 %, +1.8
        (6.0, 7.79, SMD),
        (3.0, 2.0, PMR),  # -33 %, -1.0
        (2.7, 1.9, SMD),  # -29.6 %, -0.8
        (2.6, 1.81, SMD),  # -30.4 %, -0.79
        (2.6, 1.8, PMR),  # -30.8 %, -0.8
        (2.6, 3.39, SMD),  # +30.4 %, +0.79
        (2.6, 3.4, PMD),  # +30.8 %, +0.8
        (6.0, 1.51, PMR),  # not below the liver
        (6.0, 1.45, PMR),  # below the liver, above the blood pool (1.2 + 2 x 0.1)
        (6.0, 1.4, CMR),
        (6.0, 0.5, CMR),
    ],
)
def test_the_response_is_that_of_sulpeak_with_both_limits(before, after, expected):
    found = percist(study(before), study(after))
    assert found.response == expected
    assert found.peak_change == pytest.approx(after - before)
    assert found.peak_share == pytest.approx(after / before - 1)
    assert f"{before:.2f} -> {after:.2f}" in found.reasons[0]


@pytest.mark.parametrize(("tlg", "expected"), [(175.0, PMD), (174.9, SMD), (None, SMD), (10.0, SMD)])
def test_glycolysis_that_rises_by_three_quarters_is_progression(tlg, expected):
    found = percist(study(), study(tlg=tlg))
    assert found.response == expected
    assert found.tlg_share == (None if tlg is None else pytest.approx(tlg / 100 - 1))


def test_glycolysis_counts_against_a_lower_peak():
    assert percist(study(), study(4.0, tlg=200.0)).response == PMD


def test_a_new_lesion_is_progression_whatever_the_peak():
    found = percist(study(), study(1.0), ["bone"])
    assert found.response == PMD
    assert "New lesions: bone." in found.reasons


def test_without_any_lesion_left_the_response_is_complete():
    assert percist(study(), study(None, lesions=0)).response == CMR


def test_without_a_blood_pool_the_liver_decides_and_the_reader_is_told():
    found = percist(study(), study(1.45, blood_pool=None))
    assert found.response == CMR
    assert "by eye" in found.reasons[1]


@pytest.mark.parametrize(
    ("baseline", "followup", "words"),
    [
        ({}, {"liver": liver(1.79)}, None),  # +19 %, +0.29
        ({}, {"liver": liver(1.81)}, "from 1.50 to 1.81"),  # +20.7 %
        ({"liver": liver(1.0)}, {"liver": liver(1.2)}, None),  # +20 %
        ({"liver": liver(1.0)}, {"liver": liver(1.21)}, "from 1.00 to 1.21"),
        ({"liver": liver(2.0)}, {"liver": liver(1.7)}, None),  # -15 %, -0.3
        ({"liver": liver(2.0)}, {"liver": liver(1.69)}, "from 2.00 to 1.69"),  # -15.5 %, -0.31
        ({}, {"liver": None}, "Without a reference region in the liver"),
        ({"liver": None}, {}, "Without a reference region in the liver"),
        ({}, {"uptake_min": 75.0}, None),
        ({}, {"uptake_min": 75.1}, "60 and 75 minutes"),
        ({"uptake_min": 75.1}, {}, "75 and 60 minutes"),
        ({}, {"uptake_min": None}, "is not known"),
        ({}, {"scale": UptakeScale("bw")}, "needs SUL"),
        ({"scale": UptakeScale("james")}, {}, "different formulas"),
        ({}, {"scale": UptakeScale("lbm", immuno=True)}, "immuno-PET"),
        ({"peak": None}, {}, "No lesion of the baseline"),
        ({}, {"peak": None}, "No lesion of the follow-up"),
        ({"peak": 2.55}, {}, None),  # 1.5 x 1.5 + 2 x 0.15
        ({"peak": 2.54}, {}, "below what PERCIST measures"),
    ],
)
def test_studies_that_cannot_be_compared_have_no_response_but_reasons(baseline, followup, words):
    found = percist(replace(BASELINE, **baseline), replace(BASELINE, **followup))
    if words is None:
        assert found.response != NE
    else:
        assert found.response == NE
        assert words in " ".join(found.reasons)


def test_new_lesions_are_named_where_there_is_no_response():
    found = percist(BASELINE, study(liver=None), ["bone"])
    assert (found.response, found.reasons[-1]) == (NE, "New lesions: bone.")


def test_all_reasons_are_given_at_once():
    found = percist(BASELINE, study(liver=liver(3.0), uptake_min=120.0))
    assert len(found.reasons) == 2


def test_the_limits_are_parameters():
    assert percist(study(), study(4.5), rules=PercistRules(peak_share=0.25)).response == PMR


def test_a_study_is_made_of_what_was_measured():
    lattice = Lattice((24, 24, 24), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    values = np.full(lattice.shape, 0.5)
    masks = {}
    for name, start, heat in (("node", 2, 6.0), ("bone", 9, 4.0), ("liver", 16, 1.5)):
        mask = np.zeros(lattice.shape, bool)
        mask[(slice(start, start + 5),) * 3] = True
        values[mask] = heat
        masks[name] = Image(mask, lattice)
    lesions = [Lesion(name, name, masks[name]) for name in ("bone", "node")]
    patient = patient_uptake(Image(values, lattice), lesions, {"liver": masks["liver"]}, UptakeScale("lbm"))
    found = percist_study(patient, 62.0)
    assert found.peak == pytest.approx(6.0)
    assert (found.hottest, found.lesions, found.uptake_min) == ("node", 2, 62.0)
    assert found.liver.mean == pytest.approx(1.5)
    assert found.tlg == pytest.approx(125 * 0.064 * (6.0 + 4.0))  # above 2.25
    assert percist(found, found).response == SMD

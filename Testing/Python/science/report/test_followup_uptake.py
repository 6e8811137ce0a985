"""Uptake of a follow-up in tables, page and record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.followup.course import Course, rematched
from radioimmuno.followup.follow_up import follow_up
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.metabolic import metabolic_course
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.percist import PercistRules
from radioimmuno.report.followup_uptake import (
    UPTAKE_COLUMNS,
    feature_rows,
    percist_lines,
    percist_record,
    rules_words,
    uptake_cells,
    uptake_parts,
)
from radioimmuno.study import Study

LATTICE = Lattice((14, 14, 14), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
VOLUME_CC = 5**3 * 0.027


def scored(day, heat):
    mask, pet = np.zeros(LATTICE.shape, bool), np.ones(LATTICE.shape)
    mask[4:9, 4:9, 4:9] = True
    pet[3:10, 3:10, 3:10] = heat
    lesion = Lesion("1", "<ball>", Image(mask, LATTICE))
    return ScoredStudy(day, Study({"pet": Image(pet, LATTICE)}, (lesion,), date=day), {})


@pytest.fixture(scope="module")
def found():
    """A lesion whose uptake falls from 8 to 6 in 30 days, on PET that are files."""
    studies = scored("2026-01-05", 8.0), scored("2026-02-04", 6.0)
    course = Course(tuple(one.study for one in studies), (None,), (), (), ((), ()))
    course = rematched(course, {0: [GivenPair(("1",), ("1",))]})
    made = follow_up("P", course, studies)
    return replace(made, metabolic=metabolic_course(course, studies))


def test_cells_are_values_and_their_changes_as_shares(found):
    cells = dict(zip(UPTAKE_COLUMNS, uptake_cells(found, found.lesions[0], 1), strict=True))
    assert cells["suv_max"] == pytest.approx(6.0)
    assert cells["mtv_41"] == pytest.approx(VOLUME_CC)
    assert cells["tlg_41"] == pytest.approx(6 * VOLUME_CC)
    shares = {"suv_max": -0.25, "suv_peak": -0.25, "mtv_41": 0.0, "tlg_41": -0.25}
    assert {name: cells[f"{name}_change"] for name in shares} == pytest.approx(shares)


def test_rows_of_features_have_both_values_and_the_change_in_30_days(found):
    rows = {row[1]: row for row in feature_rows(found, found.lesions[0], 1)}
    region, _, unit, numbers = rows["uptake.suv_max"]
    assert (region, unit) == ("pet.lesion", "SUV")
    assert numbers == pytest.approx((8.0, 6.0, -2.0, -0.25, -2.0))
    assert list(feature_rows(found, found.lesions[0], 0)) == []


def test_the_page_says_the_same_and_holds_no_markup_of_names(found):
    page = "".join(str(part) for part in uptake_parts(found, found.metabolic) if part)
    assert "SUVmax\N{NO-BREAK SPACE}6.00 (\N{MINUS SIGN}25 %)" in page
    assert "PERCIST against 2026-01-05: NE. The PET of 2026-01-05 is a file" in page
    assert "<ball>" not in page
    assert "&lt;ball&gt;" in page


def test_without_a_pet_nothing_is_said(found):
    bare = replace(found, metabolic=None)
    assert (percist_record(bare), percist_lines(bare)) == ({}, [])


def test_limits_are_those_of_the_rules(found):
    rules = PercistRules(peak_share=0.4, uptake_min=10.0)
    assert "40 % and 0.8 SUL lower or higher" in rules_words(rules)
    assert "at most 10 minutes" in rules_words(rules)
    assert percist_record(found)["percist"]["rules"]["liver_sul"] == 0.3

"""The part of the page on uptake: what a person reads is what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.patient_uptake import patient_uptake
from radioimmuno.pet.scale import UptakeScale
from radioimmuno.report.uptake_section import uptake_tables, uptake_words

LATTICE = Lattice((20, 20, 20), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))


def box(start, size):
    mask = np.zeros(LATTICE.shape, bool)
    mask[(slice(start, start + size),) * 3] = True
    return Image(mask, LATTICE)


def measured(**scale):
    """Two cubes of 4 voxels a side, of 6 and 3 in a body of 1, and an empty lesion."""
    values = np.ones(LATTICE.shape)
    values[2:6, 2:6, 2:6], values[10:14, 10:14, 10:14] = 6.0, 3.0
    empty = Lesion("3", "empty", Image(np.zeros((0, 0, 0), bool), LATTICE))
    lesions = (Lesion("1", "hot", box(2, 4)), Lesion("2", "warm <b>", box(10, 4)), empty)
    references = {"blood_pool": box(15, 4)}
    return patient_uptake(Image(values, LATTICE), lesions, references, UptakeScale(**scale))


def test_totals_are_sums_over_the_lesions():
    """Each cube has 4.096 cc: at 2.5 both count, at 4 the hot one alone."""
    words = uptake_words({"pet": measured()})
    assert "PET: Total metabolic volume (MTV) at SUV 2.5: 8.19 cc" in words[1]
    assert "(TLG) 36.9, of 2 of 2 lesions" in words[1]
    assert "4.10 cc, total glycolysis (TLG) 24.6" in words[2]
    assert any("Largest distance between two lesions: 55 mm" in text for text in words)
    assert words[-2:] == [
        "PET: Hottest lesion (SUVpeak): hot.",
        "PET: empty is not measured: The segment holds no voxel of the PET.",
    ]


def test_a_row_has_the_lesions_values_and_ratios():
    page = uptake_tables({"pet": measured()})
    assert "<td>4.10</td><td>6.00</td><td>6.00</td>" in page
    assert "To blood pool, max" in page
    assert "warm &lt;b&gt;" in page
    assert page.count("<tr>") == 4
    assert "holds no voxel" in page
    assert "Reference blood pool: mean 1.00" in page


def test_values_that_are_no_suv_are_not_shown_as_such():
    page = uptake_tables({"pet": measured(quantity="activity")})
    assert "<td>6.00</td><td>6.00</td><td>" not in page
    assert "no SUV" in page
    assert not any("TLG" in text for text in uptake_words({"pet": measured(quantity="activity")}))


def test_what_was_found_of_the_image_stands_once():
    found = Finding("pet.taken_as_suv", Severity.WARN, "Taken as SUV.")
    uptake = measured()
    uptake = replace(
        uptake, lesions=tuple(replace(one, findings=(found, *one.findings)) for one in uptake.lesions)
    )
    assert uptake_words({"pet": uptake}).count("PET: Taken as SUV.") == 1
    # Once as a note, and among the reasons of the empty lesion.
    assert uptake_tables({"pet": uptake}).count("Taken as SUV.") == 2


def test_several_pet_are_told_apart_and_none_is_nothing():
    page = uptake_tables({"pet": measured(), "pet_zr": measured()})
    assert page.count("<h3>") == 2
    assert "Uptake on the PET ZR" in page
    assert uptake_tables({}) is None
    assert uptake_words({}) == []


@pytest.mark.parametrize("immuno", [True, False])
def test_notes_on_the_tracer_stand_below(immuno):
    assert ("immuno-PET" in uptake_tables({"pet": measured(immuno=immuno)})) == immuno

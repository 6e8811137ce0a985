"""Masses and body surface against values worked out by hand or printed elsewhere."""

from __future__ import annotations

import pytest

from radioimmuno.findings import InputError
from radioimmuno.pet.masses import (
    NORMALIZATIONS,
    body_surface,
    ideal,
    james,
    janmahasatian,
    morgan,
    normalization_named,
    normalization_of_type,
    size_of,
)


@pytest.mark.parametrize(
    ("mass", "sex", "kg"),
    [
        # 70 kg, 175 cm: (W/H)^2 = 0.16, BMI = 22.857142
        (james, "M", 77.0 - 128 * 0.16),
        (james, "F", 74.9 - 148 * 0.16),
        (morgan, "M", 77.0 - 120 * 0.16),
        (morgan, "F", 74.9 - 148 * 0.16),
        (janmahasatian, "M", 648900 / (6680 + 4937.142857)),
        (janmahasatian, "F", 648900 / (8780 + 5577.142857)),
        (ideal, "M", 72.38),
        (ideal, "F", 66.43),
    ],
)
def test_masses_of_a_patient(mass, sex, kg):
    assert mass(70.0, 175.0, sex) == pytest.approx(kg, rel=1e-8)


def test_the_body_surface_of_du_bois():
    # DuBois and DuBois' table: 70 kg and 175 cm have 1.85 m2, 60 kg and 160 cm 1.62 m2.
    assert body_surface(70.0, 175.0, "") == pytest.approx(1.85, abs=0.005)
    assert body_surface(60.0, 160.0, "") == pytest.approx(1.62, abs=0.005)


@pytest.mark.parametrize("by", NORMALIZATIONS, ids=lambda one: one.name)
def test_a_normalization_is_found_by_its_name_and_by_dicoms(by):
    assert normalization_named(by.name) is by
    assert all(normalization_of_type(name) is by for name in by.suv_types)


def test_the_reference_objects_lean_mass_leads_from_their_values_to_suv_by_weight():
    # IBSI's DRO_2_1: 0.807 by lean mass (James) is 1.00 by weight, at 70 kg and 175 cm, M.
    weight, lean = (size_of(normalization_named(name), 70.0, 175.0, "M") for name in ("bw", "james"))
    assert 0.807 * weight / lean == pytest.approx(1.0, abs=0.001)


def test_no_mass_is_refused():
    with pytest.raises(InputError, match="no mass") as caught:
        size_of(normalization_named("james"), 300.0, 150.0, "M")
    assert caught.value.code == "pet.mass"


def test_other_names_are_none():
    assert normalization_of_type("LEAN") is None
    with pytest.raises(ValueError, match="bw, lbm, bsa, ideal, james, morgan"):
        normalization_named("LBM")

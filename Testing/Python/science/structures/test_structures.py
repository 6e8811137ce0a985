"""Which structures are lesions: by name in three languages, type, terminology and size.

Tests of: names, organs, words.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structure_names import LESIONS, NO_LESIONS, listed

from radioimmuno.io.segment_tags import terminology_of
from radioimmuno.lesion import Site
from radioimmuno.structures.rule import Structure, left_out

ANATOMY = (
    "Segmentation category and type - 3D Slicer General Anatomy list"
    "~SCT^123037004^Anatomical Structure~SCT^{code}^{meaning}~^^~~^^~^^"
)
LIVER = ANATOMY.format(code="10200004", meaning="Liver")
TISSUE = (
    "Segmentation category and type - 3D Slicer General Anatomy list~SCT^85756007^Tissue~SCT^85756007^Tissue"
    "~^^~Anatomic codes - DICOM master list~^^~^^"
)
OF_LUNG = 30.0


def not_a_lesion(name, **known):
    """Why a structure that is alone in its file is no lesion; None for what may be one."""
    return left_out([Structure("", name, **known)]).get("")


@pytest.mark.parametrize("name", listed(NO_LESIONS))
def test_organs_targets_and_devices_are_no_lesions(name):
    assert not_a_lesion(name)


@pytest.mark.parametrize("name", listed(LESIONS))
def test_lesions_named_after_organs_stay_lesions(name):
    assert not_a_lesion(name) is None


@pytest.mark.parametrize("name", listed(LESIONS))
def test_the_type_organ_takes_no_lesion_away(name):
    assert not_a_lesion(name, interpreted_type="ORGAN", volume_cc=8.0) is None


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda n: n.replace(" ", "_"), lambda n: f" {n}."])
def test_capitals_and_signs_change_nothing(change):
    spaced = [name for name in listed(NO_LESIONS) if name.islower()]
    assert [name for name in spaced if not not_a_lesion(change(name))] == []


@pytest.mark.parametrize(
    "name", ["P\u200bTV", "\u202eBody", "Spinal\u00a0cord", "\uff30\uff34\uff36", "Ru\u0308ckenmark"]
)
def test_marks_that_no_reader_sees_change_nothing(name):
    assert not_a_lesion(name)


@pytest.mark.parametrize(
    ("name", "volume_cc", "lesion"),
    [
        ("Liver", 1500.0, False),
        ("Liver", 12.0, True),
        ("left lung", 1900.0, False),
        ("Leftlung", 1.9, True),
        ("Lung_L", OF_LUNG, False),
        ("Lung 1", 36.0, True),
        ("Lung 1", 3000.0, False),
        ("Liver2", 12.7, True),
        ("liver seg 6", 8.0, True),
        ("liver Dr Smith", 1400.0, False),
        ("skin_SP", 900.0, False),
        ("Heart", 12.0, False),
        ("spinal cord", 12.0, False),
        ("lungs", 12.0, False),
        ("GTV liver", 2500.0, True),
        ("Sacrum", 9.0, True),
        ("liver", None, False),
    ],
)
def test_size_decides_what_a_name_leaves_open(name, volume_cc, lesion):
    assert (not_a_lesion(name, volume_cc=volume_cc) is None) == lesion


def test_words_that_are_not_known_leave_an_organ_of_unknown_size_to_its_type():
    assert not_a_lesion("liver dome") is None
    assert not_a_lesion("liver dome", interpreted_type="ORGAN")
    assert not_a_lesion("Liver 2", interpreted_type="ORGAN") is None


def test_size_decides_nothing_where_a_planning_system_says_organ():
    assert not_a_lesion("lung", interpreted_type="ORGAN", volume_cc=OF_LUNG)


@pytest.mark.parametrize("other", ["spinal cord", "PTV", "GTV", "lung tumor", "Body"])
def test_beside_drawn_organs_or_lesions_with_a_lesions_name_a_small_organ_is_an_organ(other):
    structures = [Structure("1", "lung", volume_cc=OF_LUNG), Structure("2", other, volume_cc=20.0)]
    assert "1" in left_out(structures)


@pytest.mark.parametrize("other", ["Lesion 1", "lesion 2", "Segment_3", "Bone 5"])
def test_beside_names_that_say_nothing_a_small_organ_is_a_lesion_in_it(other):
    structures = [Structure("1", "lung", volume_cc=OF_LUNG), Structure("2", other, volume_cc=20.0)]
    assert left_out(structures) == {}


def test_a_site_that_is_given_to_one_lesion_takes_no_other_away():
    mass = terminology_of(Site.LUNG)
    structures = [Structure("1", "Liver", volume_cc=OF_LUNG), Structure("2", "Lung", mass, volume_cc=20.0)]
    assert left_out(structures) == {}


def test_sites_in_a_list_of_lesions_are_lesions():
    names = ["Leftlung", "Liver", "Liver1", "leftadrenal", "Pelvis", "ROI2"]
    assert left_out([Structure(name, name, volume_cc=9.0) for name in names]) == {}


@pytest.mark.parametrize(
    "kind", ["EXTERNAL", "PTV", "CTV", "AVOIDANCE", "BOLUS", "SUPPORT", "FIXATION", "MARKER", "DOSE_REGION"]
)
def test_types_of_the_rtstruct_that_no_lesion_has(kind):
    assert kind in not_a_lesion("Structure 4", interpreted_type=kind)
    assert not_a_lesion("tumor", interpreted_type=kind) is None


def test_the_type_gtv_makes_a_lesion_of_an_organs_name_but_not_of_a_targets():
    assert not_a_lesion("Liver", interpreted_type="GTV") is None
    assert not_a_lesion("PTV", interpreted_type="GTV")


@pytest.mark.parametrize("kind", ["ORGAN", "NONE", "", "UNDEFINED"])
def test_other_types_say_nothing(kind):
    assert not_a_lesion("Structure 4", interpreted_type=kind) is None


def test_a_mass_by_terminology_is_a_lesion_whatever_its_name():
    assert not_a_lesion("Liver", terminology=terminology_of(Site.LIVER), volume_cc=1500.0) is None
    neoplasm = "list~SCT^49755003^Morphologically Altered Structure~SCT^108369006^Neoplasm~^^~~^^~^^"
    assert not_a_lesion("Lungs", terminology=neoplasm) is None


def test_an_anatomical_structure_by_terminology_is_none_unless_its_name_is_a_lesions():
    assert "Liver" in not_a_lesion("Segment_1", terminology=LIVER)
    assert not_a_lesion("Segment_1", terminology=LIVER.replace("123037004", "91723000"))
    assert not_a_lesion("liver met", terminology=LIVER) is None
    assert not_a_lesion("Liver 2", terminology=LIVER)


def test_slicers_default_terminology_says_nothing():
    assert not_a_lesion("Segment_1", terminology=TISSUE) is None
    assert not_a_lesion("heart", terminology=TISSUE)


def test_a_physical_object_is_no_lesion():
    assert not_a_lesion("Segment_1", terminology="x~SCT^260787004^Physical object~SCT^1^Clip~^^~~^^~^^")


@given(st.text(), st.text(), st.text(), st.none() | st.floats(0, 1e5))
def test_any_text_is_judged(name, terminology, kind, volume):
    reason = not_a_lesion(name, terminology=terminology, interpreted_type=kind, volume_cc=volume)
    assert reason is None or reason.endswith(".")


def test_a_name_of_any_length_is_judged_at_once():
    assert not_a_lesion("lung " * 200_000)

"""What is asked of a modality that is no CT.

Tests of: arbitrary, uptake, modalities.
"""

from __future__ import annotations

import pytest

from radioimmuno.acceptance import OPTIONS
from radioimmuno.findings import TABLE
from radioimmuno.modality import CT, MODALITIES, MR, PET, modality_of_code, modality_of_role


@pytest.mark.parametrize("modality", MODALITIES, ids=lambda one: one.name)
def test_its_findings_are_in_the_table_and_its_values_can_be_accepted(modality):
    assert {modality.kind_code, modality.values_code} <= TABLE.keys()
    assert OPTIONS[modality.values_code] == "--accept-values"


@pytest.mark.parametrize(("role", "modality"), [("ct", CT), ("pet", PET), ("mr", MR), ("mr_t1_fs", MR)])
def test_a_role_begins_with_its_kind(role, modality):
    assert modality_of_role(role) is modality


@pytest.mark.parametrize("role", ["", "us", "lesion", "petx", "mr_", "MR", "mr.t1", "mr t1"])
def test_other_names_are_no_roles(role):
    assert modality_of_role(role) is None


def test_dicoms_names_lead_to_the_modalities():
    assert [modality_of_code(code) for code in ("CT", "PT", "MR", "SEG", "")] == [CT, PET, MR, None, None]

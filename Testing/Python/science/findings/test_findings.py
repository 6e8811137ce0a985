"""Findings and what refuses: only codes of the table are raised.

Tests of: row, of_inputs, of_images, of_lesions, of_cohorts, of_cards, of_followup, of_pet, of_mr, of_learned,
of_filters, of_uptake.
"""

from __future__ import annotations

import pytest

from radioimmuno.findings import (
    TABLE,
    Finding,
    InputError,
    Severity,
    of_cards,
    of_cohorts,
    of_filters,
    of_followup,
    of_images,
    of_inputs,
    of_learned,
    of_lesions,
    of_mr,
    of_pet,
    of_uptake,
)


def test_only_the_severity_refuse_refuses():
    severities = [each for each in Severity if Finding("lesion.empty", each, "It is empty.").refuses]
    assert severities == [Severity.REFUSE]


@pytest.mark.parametrize("code", ["lesion.unheard_of", "", "lesion"])
def test_a_code_that_is_not_in_the_table_is_an_error_of_the_software(code):
    with pytest.raises(ValueError, match="table of codes"):
        Finding(code, Severity.WARN, "Something.")
    with pytest.raises(ValueError, match="table of codes"):
        InputError(code, "Something.")


def test_each_code_stands_once_with_its_text_and_remedy():
    parts = [
        of_inputs.ROWS,
        of_images.ROWS,
        of_lesions.ROWS,
        of_cohorts.ROWS,
        of_cards.ROWS,
        of_followup.ROWS,
    ]
    parts += [of_pet.ROWS, of_uptake.ROWS, of_mr.ROWS, of_learned.ROWS, of_filters.ROWS]
    codes = [code for part in parts for code in part]
    assert len(codes) == len(set(codes))
    assert TABLE.keys() == set(codes)
    assert [code for code, row in TABLE.items() if not all(map(str.strip, row))] == []

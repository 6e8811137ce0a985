"""Findings, what refuses, and what a person may accept: only codes of the table are raised."""

from __future__ import annotations

import pytest

from radioimmuno.acceptance import OPTIONS, unless_accepted
from radioimmuno.findings import TABLE, Finding, InputError, Severity


def test_only_the_severity_refuse_refuses():
    severities = [each for each in Severity if Finding("lesion.empty", each, "It is empty.").refuses]
    assert severities == [Severity.REFUSE]


@pytest.mark.parametrize("code", ["lesion.unheard_of", "", "lesion"])
def test_a_code_that_is_not_in_the_table_is_an_error_of_the_software(code):
    with pytest.raises(ValueError, match="table of codes"):
        Finding(code, Severity.WARN, "Something.")
    with pytest.raises(ValueError, match="table of codes"):
        InputError(code, "Something.")


@pytest.mark.parametrize("code", OPTIONS)
def test_what_a_person_accepts_is_a_warning_that_stays(code):
    refused = unless_accepted(code, "It is odd.", [])
    accepted = unless_accepted(code, "It is odd.", [code])
    assert refused.refuses
    assert OPTIONS[code] in refused.text
    assert (accepted.severity, accepted.text) == (Severity.WARN, "It is odd. Accepted by hand.")


@pytest.mark.parametrize("code", OPTIONS)
def test_accepting_one_thing_accepts_no_other(code):
    others = [other for other in OPTIONS if other != code]
    assert unless_accepted(code, "It is odd.", others).refuses


@pytest.mark.parametrize("code", OPTIONS)
def test_the_page_names_the_option_by_which_a_finding_is_accepted(code):
    assert f"`{OPTIONS[code]}`" in TABLE[code].done

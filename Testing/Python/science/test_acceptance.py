"""What a person may accept: it warns from then on, and nothing else is accepted with it."""

from __future__ import annotations

import pytest

from radioimmuno.acceptance import OPTIONS, unless_accepted
from radioimmuno.findings import TABLE, Severity


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

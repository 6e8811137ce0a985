"""Sites of lesions: as a person writes them, and as SNOMED CT codes them."""

from __future__ import annotations

import pytest

from radioimmuno.site import Site


@pytest.mark.parametrize("text", ["Lymph node", "lymph_node", " LYMPH-NODE "])
def test_a_site_is_known_however_it_is_written(text):
    assert Site.parse(text) is Site.LYMPH_NODE


def test_what_is_no_site_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"unknown site 'spleen'; known are: lymph node, .*liver"):
        Site.parse("spleen")


@pytest.mark.parametrize("site", [site for site in Site if site is not Site.OTHER])
def test_a_code_of_snomed_ct_leads_back_to_its_site(site):
    assert Site.from_snomed(site.snomed_code) is site


def test_other_names_no_structure_and_no_unknown_code_is_a_site():
    assert Site.OTHER.snomed_code is None
    assert Site.from_snomed("78961009") is None
    assert Site.from_snomed("") is None


def test_a_person_reads_no_underscores():
    assert [site.label for site in Site if "_" in site.label] == []

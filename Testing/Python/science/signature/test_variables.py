"""The variables of signatures: keys, titles, units, and where values come from."""

import pytest

from radioimmuno.features.catalog import ALL, identifiers
from radioimmuno.lesion import Site
from radioimmuno.signature.variables import CHANGES, KVP, Source, location_of, variable_of

NO_CHANGES = (
    "delta.",
    "delta.age",
    "delta.clinical.age",
    "delta.location.liver",
    "delta_abs.acquisition.kvp",
)


@pytest.mark.parametrize(
    ("key", "source", "title", "unit"),
    [
        ("ring.glrlm.run_percentage", Source.FEATURE, "ring, run length: run percentage", "1"),
        ("lesion.morphology.volume", Source.FEATURE, "lesion, shape: volume", "mm3"),
        ("location.lymph_node", Source.SITE, "site: lymph node", ""),
        ("acquisition.kvp", Source.TUBE_VOLTAGE, "tube voltage", "kV"),
        ("delta.ring.statistics.mean", Source.CHANGE, "relative change of ring, intensity: mean", "1"),
        ("delta_abs.ring.statistics.mean", Source.CHANGE, "change of ring, intensity: mean", "HU"),
        ("clinical.delta", Source.CLINICAL, "delta", ""),
        ("clinical.delta.lesion.statistics.mean", Source.CLINICAL, "delta.lesion.statistics.mean", ""),
        ("table.delta", Source.TABLE, "delta", ""),
        ("learned.niche.0", Source.LEARNED, "niche, output 0", ""),
        ("learned.niche_2.9999", Source.LEARNED, "niche_2, output 9999", ""),
    ],
)
def test_variables_are_features_of_a_region_locations_and_the_tube_voltage(key, source, title, unit):
    variable = variable_of(key)
    assert (variable.key, variable.source, variable.title, variable.unit) == (key, source, title, unit)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "lesion",
        "lesion.",
        "location.",
        "location.nose",
        "acquisition",
        "acquisition.kvp.",
        "pet.lesion",
        "delta",
        "learned.niche",
        "learned.niche.",
        "learned.niche.01",
        "learned.niche.10000",
        "learned.niche.-1",
        "learned.Niche.0",
        "learned.2.0",
        "learned.niche.0.0",
        "pet.learned.niche.0",
        "delta.learned.niche.0",
        *NO_CHANGES,
    ],
)
def test_what_is_no_variable_is_refused_by_name(key):
    with pytest.raises(ValueError, match="not a"):
        variable_of(key)


def test_a_change_knows_the_feature_that_changes():
    assert variable_of("delta_abs.ring.glcm.contrast").changing == "ring.glcm.contrast"
    assert variable_of("ring.glcm.contrast").changing == ""


def test_a_feature_knows_its_region_and_itself():
    variable = variable_of("ring.glrlm_merged.run_percentage")
    assert variable.region == "ring"
    assert variable.feature is not None
    assert variable.feature.key == "glrlm_merged.run_percentage"
    assert variable.site is None


@pytest.mark.parametrize("site", list(Site), ids=lambda site: site.value)
def test_every_site_has_a_location(site):
    variable = variable_of(location_of(site))
    assert (variable.site, variable.source) == (site, Source.SITE)


def test_no_two_variables_have_the_same_title():
    features = identifiers(ALL)
    changes = [start + name for start in CHANGES for name in features]
    keys = [*features, *changes, *map(location_of, Site), KVP]
    assert len({variable_of(key).title for key in keys}) == len(keys)

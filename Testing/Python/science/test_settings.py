import json

import pytest

from radioimmuno.findings import SettingsError
from radioimmuno.settings import PRESETS, ExtractionSettings, RingSettings, Settings


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_json(name):
    assert Settings.from_dict(json.loads(json.dumps(PRESETS[name].to_dict()))) == PRESETS[name]


def test_what_is_left_out_has_its_default():
    read = Settings.from_dict({"extraction": {"spacing_mm": 2}})
    assert read.extraction.spacing_mm == 2
    assert read.extraction.bin_width_hu == ExtractionSettings().bin_width_hu
    assert read.ring == RingSettings()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"extraction": {"spacing_mm": 0}}, "spacing_mm"),
        ({"extraction": {"spacing_mm": "1"}}, "spacing_mm"),
        ({"extraction": {"spacing_mm": float("nan")}}, "spacing_mm"),
        ({"extraction": {"spacing_mm": True}}, "spacing_mm"),
        ({"extraction": {"interpolation": "nearest"}}, "interpolation"),
        ({"extraction": {"round_intensities": 1}}, "round_intensities"),
        ({"extraction": {"range_hu": [400, -1000]}}, "range_hu"),
        ({"extraction": {"range_hu": [0]}}, "range_hu"),
        ({"extraction": {"outlier_sigma": -1}}, "outlier_sigma"),
        ({"extraction": {"bin_count": 32}}, "bin_count"),
        ({"extraction": {"bin_width_hu": None, "bin_count": 2000}}, "bin_count"),
        ({"extraction": {"bin_width_hu": None, "bin_count": 8.5}}, "bin_count"),
        ({"extraction": {"ivh_bin_count": 10, "ivh_bin_width_hu": 2.5}}, "ivh_bin_count"),
        ({"extraction": {"binWidth": 25}}, "extraction.binWidth"),
        ({"ring": {"inner_mm": -1}}, "ring.inner_mm"),
        ({"ring": {"inner_mm": 0, "outer_mm": 0}}, "ring.outer_mm"),
        ({"ring": {"range_hu": [100, 0]}}, "ring.range_hu"),
        ({"rings": {}}, "settings.rings"),
        ({"ring": 3}, "ring"),
        ([], "settings"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_field(data, field):
    with pytest.raises(SettingsError) as caught:
        Settings.from_dict(data)
    assert caught.value.code == "settings.invalid"
    assert str(caught.value).startswith(field)

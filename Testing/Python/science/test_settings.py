import json
import math

import pytest

from radioimmuno.findings import SettingsError
from radioimmuno.preparation import MrSettings
from radioimmuno.settings import PRESETS, ExtractionSettings, RingSettings, Settings


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_json(name):
    assert Settings.from_dict(json.loads(json.dumps(PRESETS[name].to_dict()))) == PRESETS[name]


def test_a_range_may_be_open_at_one_end():
    """Null stands for it in JSON, which has no infinite numbers."""
    settings = Settings.from_dict({"extraction": {"range_hu": [0, None]}, "ring": {"range_hu": [None, 50]}})
    assert settings.extraction.range_hu == (0, math.inf)
    assert settings.ring.range_hu == (-math.inf, 50)
    written = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
    assert written["extraction"]["range_hu"] == [0, None]
    assert Settings.from_dict(written) == settings


def test_what_is_left_out_of_an_image_is_that_of_its_kind():
    """But its ring is as wide as that of the CT, which may be cut by a range of HU."""
    data = {
        "ring": {"outer_mm": 3, "range_hu": [-100, 100]},
        "images": {"pet_zr": {"extraction": {}}, "mr": {}},
    }
    settings = Settings.from_dict(data)
    assert settings.images["pet_zr"].extraction == PRESETS["pet"].extraction
    assert settings.images["mr"].extraction == PRESETS["mr"].extraction
    assert settings.images["mr"].ring == RingSettings(2.0, 3)
    assert settings.images["mr"].mr == MrSettings()
    assert settings.images["pet_zr"].mr is None
    as_it_is = Settings.from_dict({"images": {"mr": {"mr": None}}})
    assert as_it_is.images["mr"].mr is None
    assert Settings.from_dict(json.loads(json.dumps(as_it_is.to_dict()))) == as_it_is
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict(), allow_nan=False))) == settings


def test_settings_without_other_images_are_written_as_ever():
    assert Settings().to_dict().keys() == {"extraction", "ring"}


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
        ({"extraction": {"range_hu": [None, None]}}, "range_hu"),
        ({"extraction": {"range_hu": [None, None, 3]}}, "range_hu"),
        ({"extraction": {"outlier_sigma": -1}}, "outlier_sigma"),
        ({"extraction": {"bin_count": 32}}, "bin_count"),
        ({"extraction": {"bin_width_hu": None, "bin_count": 2000}}, "bin_count"),
        ({"extraction": {"bin_width_hu": None, "bin_count": 8.5}}, "bin_count"),
        ({"extraction": {"ivh_bin_count": 10, "ivh_bin_width_hu": 2.5}}, "ivh_bin_count"),
        ({"extraction": {"binWidth": 25}}, "extraction.binWidth"),
        ({"ring": {"inner_mm": -1}}, "ring.inner_mm"),
        ({"ring": {"inner_mm": 0, "outer_mm": 0}}, "ring.outer_mm"),
        ({"ring": {"range_hu": [100, 0]}}, "ring.range_hu"),
        ({"images": []}, "images"),
        ({"images": {"us": {}}}, "images.us"),
        ({"images": {"ct": {}}}, "images.ct"),
        ({"images": {"PET": {}}}, "images.PET"),
        ({"images": {"pet": {"spacing_mm": 3}}}, "images.pet.spacing_mm"),
        ({"images": {"pet": {"extraction": {"bin": 3}}}}, "images.pet.extraction.bin"),
        ({"images": {"pet": {"extraction": {"spacing_mm": 0}}}}, "images.pet: spacing_mm"),
        ({"images": {"pet": {"images": {"mr": {}}}}}, "images.pet.images"),
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


@pytest.mark.parametrize(
    ("section", "field", "allowed", "refused"),
    [
        ("extraction", "spacing_mm", [0.001, 1000], [0.00099, 1000.1, 0]),
        ("extraction", "outlier_sigma", [1e-9], [0]),
        ("extraction", "bin_width_hu", [1e-9], [0]),
        ("extraction", "ivh_bin_width_hu", [1e-9], [0]),
        ("extraction", "bin_count", [2, 1024], [1, 1025]),
        ("extraction", "ivh_bin_count", [2, 1024], [1, 1025]),
        ("extraction", "range_hu", [[0, 1e-9]], [[0, 0]]),
        ("ring", "inner_mm", [0, 50], [-1e-9, 50.001]),
        ("ring", "outer_mm", [0, 50], [-1e-9, 50.001]),
        ("ring", "range_hu", [[0, 1e-9]], [[0, 0]]),
    ],
)
def test_a_bound_itself_is_allowed_and_what_lies_beyond_is_refused(section, field, allowed, refused):
    plain = {"bin_width_hu": None} if field == "bin_count" else {}
    for value in allowed:
        read = getattr(Settings.from_dict({section: plain | {field: value}}), section)
        assert getattr(read, field) == (tuple(value) if isinstance(value, list) else value)
    for value in refused:
        with pytest.raises(SettingsError, match=field):
            Settings.from_dict({section: plain | {field: value}})

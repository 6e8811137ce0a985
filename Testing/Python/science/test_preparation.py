"""Settings of an MR's preparation: read strictly, written whole.

Tests of: setting_fields.
"""

import json

import pytest

from radioimmuno.findings import SettingsError
from radioimmuno.preparation import BiasCorrection, MrSettings, ReferenceTissue, ZScore


@pytest.mark.parametrize(
    "settings",
    [
        MrSettings(),
        MrSettings(None, None),
        MrSettings(BiasCorrection(start_degree=0, iterations=(20,)), ReferenceTissue(800)),
        MrSettings(None, ZScore(0, 1)),
    ],
)
def test_settings_survive_json(settings):
    assert MrSettings.from_dict(json.loads(json.dumps(settings.to_dict(), allow_nan=False))) == settings


def test_what_is_left_out_has_its_default():
    read = MrSettings.from_dict({"bias": {"voxel_mm": 4}})
    assert read == MrSettings(BiasCorrection(voxel_mm=4))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], "mr"),
        ({"biases": None}, "mr.biases"),
        ({"bias": 3}, "bias"),
        ({"bias": {"shrink": 4}}, "bias.shrink"),
        ({"bias": {"start_degree": 2.0}}, "bias.start_degree"),
        ({"bias": {"start_degree": 9}}, "bias.start_degree"),
        ({"bias": {"start_voxel_mm": 0}}, "bias.start_voxel_mm"),
        ({"bias": {"voxel_mm": "4"}}, "bias.voxel_mm"),
        ({"bias": {"spline_distance_mm": float("nan")}}, "bias.spline_distance_mm"),
        ({"bias": {"convergence": 0}}, "bias.convergence"),
        ({"bias": {"start_degree": 0}}, "bias"),
        ({"bias": {"iterations": [50, 0]}}, "bias.iterations"),
        ({"bias": {"iterations": 50}}, "bias.iterations"),
        ({"normalization": "z_score"}, "normalization"),
        ({"normalization": {}}, "normalization"),
        ({"normalization": {"z_score": {}, "reference": {}}}, "normalization"),
        ({"normalization": {"histogram": {}}}, "normalization"),
        ({"normalization": {"z_score": {"sd": 0}}}, "normalization.z_score.sd"),
        ({"normalization": {"z_score": {"sd": 1e300}}}, "normalization.z_score.sd"),
        ({"normalization": {"z_score": {"mean": None}}}, "normalization.z_score.mean"),
        ({"normalization": {"z_score": {"mean": -1e9}}}, "normalization.z_score.mean"),
        ({"normalization": {"reference": {"value": -1}}}, "normalization.reference.value"),
        ({"normalization": {"reference": {"value": 1e9}}}, "normalization.reference.value"),
        ({"normalization": {"reference": {"tissue": 1}}}, "normalization.reference.tissue"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_field(data, field):
    with pytest.raises(SettingsError) as caught:
        MrSettings.from_dict(data)
    assert caught.value.code == "settings.invalid"
    assert str(caught.value).startswith(f"{field} ")


@pytest.mark.parametrize(("bias", "normalization"), [({}, None), (None, {})])
def test_parts_are_those_of_the_classes(bias, normalization):
    with pytest.raises(SettingsError):
        MrSettings(bias, normalization)

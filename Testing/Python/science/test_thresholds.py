"""Thresholds that belong together are in order: what refuses lies beyond what warns."""

from __future__ import annotations

import pytest

from radioimmuno import thresholds


@pytest.mark.parametrize(
    ("warns", "refuses"),
    [
        ("BAD_VOXELS_WARN_SHARE", "BAD_VOXELS_REFUSE_SHARE"),
        ("AIR_WARN_SHARE", "AIR_REFUSE_SHARE"),
        ("METAL_WARN_SHARE", "METAL_REFUSE_SHARE"),
    ],
)
def test_a_share_warns_before_it_refuses(warns, refuses):
    assert 0 < getattr(thresholds, warns) < getattr(thresholds, refuses) < 1


def test_a_lesion_can_be_large_enough_and_not_too_large():
    assert 0 < thresholds.MIN_VOLUME_CC < thresholds.MAX_PLAUSIBLE_CC
    # At 1 mm, a cubic centimeter is 1000 voxels.
    assert thresholds.MAX_PLAUSIBLE_CC * 1000 < thresholds.MAX_REGION_VOXELS


def test_hounsfield_units_are_in_order_from_padding_to_metal():
    levels = [
        thresholds.HU_LIMITS[0],
        thresholds.PADDING_BELOW_HU,
        thresholds.HU_CUT_OFF_ABOVE,
        thresholds.LUNG_BELOW_HU,
        thresholds.AIR_BELOW_HU,
        thresholds.DENSE_ABOVE_HU,
        thresholds.METAL_ABOVE_HU,
        thresholds.HU_LIMITS[1],
    ]
    assert levels == sorted(levels)
    assert len(set(levels)) == len(levels)

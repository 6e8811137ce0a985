"""Reference regions of a PET: mean, SD, volume, and what makes them useless.

Tests of: reference.
"""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import Refusal
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.reference import measured_reference, ratios
from radioimmuno.pet.scale import UptakeScale

LATTICE = Lattice((12, 12, 12), (5.0, 5.0, 5.0), (0.0, 0.0, 0.0))  # 0.125 cc a voxel
SUV = UptakeScale("bw")


def region(*stop, start=2):
    mask = np.zeros(LATTICE.shape, bool)
    mask[tuple(slice(start, start + n) for n in stop)] = True
    return Image(mask, LATTICE)


def values(mean=2.0):
    rng = np.random.default_rng(3)
    return Image(mean * (1 + 0.1 * rng.standard_normal(LATTICE.shape)), LATTICE)


def test_mean_sd_and_volume_are_those_of_its_voxels():
    image, mask = values(), region(4, 4, 4)
    found = measured_reference(image, "liver", mask, SUV)
    inside = image.values[2:6, 2:6, 2:6]
    assert found.mean == pytest.approx(np.mean(inside))
    assert found.sd == pytest.approx(np.sqrt(((inside - inside.mean()) ** 2).sum() / 63))
    assert (found.volume_cc, found.voxels, found.findings) == (pytest.approx(8.0), 64, ())


def test_one_cc_is_enough_and_less_is_refused():
    assert measured_reference(values(), "muscle", region(2, 2, 2), SUV).volume_cc == pytest.approx(1.0)
    mask = region(2, 2, 2)
    mask.values[2, 2, 2] = False
    with pytest.raises(Refusal, match=r"0\.88 cc \(7 voxels\)") as refused:
        measured_reference(values(), "muscle", mask, SUV)
    assert refused.value.code == "pet.reference_small"


def test_an_empty_region_is_refused():
    with pytest.raises(Refusal, match=r"0\.00 cc"):
        measured_reference(values(), "muscle", Image(np.zeros((0, 0, 0), bool), LATTICE), SUV)


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_a_mean_that_is_not_positive_is_refused(mean):
    image = Image(np.full(LATTICE.shape, mean), LATTICE)
    with pytest.raises(Refusal) as refused:
        measured_reference(image, "muscle", region(3, 3, 3), SUV)
    assert refused.value.code == "pet.reference_mean"


def test_voxels_without_a_value_are_refused():
    image = values()
    image.values[3, 3, 3] = np.nan
    with pytest.raises(Refusal, match="1 of 27 voxels") as refused:
        measured_reference(image, "muscle", region(3, 3, 3), SUV)
    assert refused.value.code == "pet.non_finite"


@pytest.mark.parametrize(
    ("name", "mean", "scale", "warns"),
    [
        ("liver", 2.3, SUV, False),
        ("liver", 0.02, SUV, True),
        ("liver", 23.0, SUV, True),
        ("liver", 23.0, UptakeScale("lbm"), True),
        ("blood_pool", 1.6, SUV, False),
        ("blood_pool", 12.0, SUV, True),
        ("muscle", 12.0, SUV, False),  # of muscle nothing is known
        ("liver", 9000.0, UptakeScale("activity"), False),  # Bq/ml
        ("liver", 400.0, UptakeScale("bsa"), False),
        ("liver", 23.0, UptakeScale("bw", immuno=True), False),
    ],
)
def test_liver_and_blood_pool_are_judged_on_suv_of_fdg(name, mean, scale, warns):
    found = measured_reference(values(mean), name, region(4, 4, 4), scale).findings
    assert [finding.code for finding in found] == ["pet.reference_unusual"] * warns


def test_a_region_that_shares_voxels_with_a_lesion_is_warned_of():
    lesion = Lesion("1", "metastasis", region(2, 2, 2, start=5))
    found = measured_reference(values(), "liver", region(4, 4, 4), SUV, [lesion]).findings
    assert [finding.code for finding in found] == ["pet.reference_overlap"]
    assert "1 voxels with metastasis" in found[0].text
    apart = Lesion("1", "metastasis", region(2, 2, 2, start=8))
    assert measured_reference(values(), "liver", region(4, 4, 4), SUV, [apart]).findings == ()


@pytest.mark.parametrize("name", ["", "Liver", "left muscle", "a/b", "x" * 41])
def test_a_name_that_cannot_stand_in_a_column_is_refused(name):
    with pytest.raises(ValueError, match="no name of a reference region"):
        measured_reference(values(), name, region(4, 4, 4), SUV)


def test_a_lesion_without_a_peak_has_no_ratio_of_it():
    reference = measured_reference(values(), "my_muscle", region(4, 4, 4), SUV)
    found = ratios(6.0, 3.0, None, reference)
    assert (found.maximum, found.mean, found.peak) == (6.0 / reference.mean, 3.0 / reference.mean, None)

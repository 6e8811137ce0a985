import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phantoms import noisy_patient

from radioimmuno.extraction.extract import extract
from radioimmuno.features.catalog import FEATURES
from radioimmuno.followup.change import Change, change, changes, gone, normal_interval, union
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

finite = st.floats(-1e6, 1e6)


def test_a_change_is_absolute_relative_to_the_size_and_in_thirty_days():
    assert change(-40.0, -10.0, days=45) == Change(30.0, 0.75, 20.0)
    assert change(8.0, 6.0) == Change(-2.0, -0.25)


@pytest.mark.parametrize(
    ("earlier", "later"), [(None, 3.0), (3.0, None), (math.nan, 3.0), (3.0, math.inf), (None, None)]
)
def test_what_a_study_does_not_have_has_no_change(earlier, later):
    assert change(earlier, later, days=30) == Change()


@pytest.mark.parametrize("earlier", [0.0, -0.0, 1e-9, -1e-9])
def test_relative_to_next_to_nothing_there_is_no_change(earlier):
    found = change(earlier, 5.0)
    assert found.relative is None
    assert found.absolute == pytest.approx(5.0)


def test_a_small_value_that_stays_small_has_a_relative_change():
    assert change(1e-9, 2e-9).relative == pytest.approx(1.0)


@pytest.mark.parametrize("days", [0, -3])
def test_the_later_study_is_later(days):
    with pytest.raises(ValueError, match="later"):
        change(1.0, 2.0, days)


@given(finite, finite, st.floats(1, 4000))
def test_there_and_back_is_nothing(earlier, later, days):
    there, back = change(earlier, later, days), change(later, earlier, days)
    assert there.absolute == -back.absolute
    assert there.per_30_days == -back.per_30_days
    assert change(earlier, earlier, days).absolute == 0.0


@pytest.mark.parametrize(
    ("first", "second", "within"),
    [
        ((0.4, 0.7), (0.4, 0.8), True),
        ((0.5, 0.6), (0.5, 0.6), True),
        ((0.4, 0.55), (0.4, 0.8), False),
        ((0.4, 0.7), (0.55, 0.8), False),
        (None, (0.4, 0.8), None),
        ((0.4, 0.7), None, None),
    ],
)
def test_contours_may_explain_a_change_where_both_values_lie_in_both_intervals(first, second, within):
    assert change(0.5, 0.6, intervals=(first, second)).within_uncertainty is within
    assert change(0.6, 0.5, intervals=(first, second)).within_uncertainty is within


def test_names_that_only_one_study_has_have_no_change():
    found = changes({"a": 2.0, "b": 1.0}, {"c": 1.0, "a": 3.0}, 15, ({"a": (1.0, 4.0)}, {"a": (1.0, 4.0)}))
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == Change(1.0, 0.5, 2.0, True)
    assert found["b"] == found["c"] == Change()


def test_of_what_is_gone_nothing_is_left():
    assert gone(12.5, days=60) == Change(-12.5, -1.0, -6.25)


def test_the_interval_of_a_normal_distribution():
    low, high = normal_interval(10.0, 2.0)
    draws = np.random.default_rng(5).normal(10.0, 2.0, 200_000)
    assert ((draws > low) & (draws < high)).mean() == pytest.approx(0.95, abs=0.002)
    assert normal_interval(10.0, None) is None


def test_a_lesion_that_is_measured_twice_has_not_changed_at_all():
    image, lesion = noisy_patient()
    keys = [f"lesion.{feature.key}" for feature in FEATURES]
    first, second = (extract(image, [lesion], Settings(), keys)[0].values for _ in range(2))
    found = changes(first, second, days=42)
    known = [name for name, value in first.items() if value is not None and math.isfinite(value)]
    assert len(known) > 100
    assert {found[name].absolute for name in known} == {0.0}
    assert {found[name].relative for name in known} == {0.0}


@pytest.mark.parametrize("factor", [0.6, 0.9, 1.3])
def test_a_scaled_lesion_has_the_volume_that_it_was_given(factor):
    spacing = (2.0, 0.8, 0.8)
    shape = (50, 110, 110)
    k, j, i = (
        axis - size / 2
        for axis, size in zip(np.ogrid[: shape[0], : shape[1], : shape[2]], shape, strict=True)
    )

    def lesion(scale: float) -> Lesion:
        semi = np.array([15.0, 17.0, 20.0]) * scale
        inside = (
            sum((axis * step / r) ** 2 for axis, step, r in zip((k, j, i), spacing, semi, strict=True)) <= 1
        )
        return Lesion("1", "1", Image(inside, Lattice(shape, spacing, (0.0, 0.0, 0.0))))

    found = change(lesion(1.0).volume_cc, lesion(factor).volume_cc)
    assert found.relative == pytest.approx(factor**3 - 1, abs=0.02)


def test_parts_are_compared_as_one():
    lattice = Lattice((4, 20, 30), (3.0, 1.0, 1.0), (5.0, 6.0, 7.0))
    whole = np.zeros(lattice.shape, bool)
    whole[1:3, 4:9, 3:9] = whole[2:4, 4:9, 20:26] = True
    one = Image(whole[:, :, :10], lattice).trimmed()
    other = Image(whole[:, :, 15:], lattice, (0, 0, 15)).trimmed()
    parts = [Lesion("a", "left", one, irradiated=True, tracking_uid="1.2"), Lesion("b", "right", other)]
    made = union(parts)
    assert (made.id, made.name, made.irradiated, made.tracking_uid) == ("a+b", "left + right", True, None)
    assert made.voxels == sum(part.voxels for part in parts)
    assert np.array_equal(made.mask.within(Image(whole, lattice).box), whole)
    assert union(parts[:1]) is parts[0]
    elsewhere = replace(
        parts[1], mask=Image(one.values, replace(lattice, origin=(0.0, 0.0, 0.0)), one.offset)
    )
    with pytest.raises(ValueError, match="lattice"):
        union([parts[0], elsewhere])

"""Registration of two CT: on bodies whose deformation is known, and on what is no pair.

Tests of: alignment, demons.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import SHIFT, back, ball, body_hu, image_of, lattice_of

from radioimmuno.findings import InputError
from radioimmuno.followup.alignment import AIR_HU, halved, reduced
from radioimmuno.followup.demons import Steps, schedules
from radioimmuno.followup.registration import LIMITS, Registration, register
from radioimmuno.geometry.image import Box, Image, Lattice

COARSE = (6.0, 5.0, 5.0)


@pytest.fixture(scope="module")
def baseline() -> Image:
    return image_of(body_hu(1), lattice_of(COARSE), lambda points: points, noise=1)


@pytest.fixture(scope="module")
def followup() -> Image:
    return image_of(body_hu(1), lattice_of((5.0, 5.5, 5.5), SHIFT), back, noise=2)


@pytest.fixture(scope="module")
def registration(baseline, followup) -> Registration:
    return register(baseline, followup)


def in_trunk(count: int = 4000) -> np.ndarray:
    """Points of the follow-up's trunk, LPS mm."""
    points = np.random.default_rng(5).uniform((-80, -60, -70), (80, 60, 70), (count, 3))
    return points[np.hypot(points[:, 0] / 82, points[:, 1] / 60) < 1] + SHIFT


def test_points_of_the_baseline_come_to_lie_where_they_are_in_the_followup(registration):
    there = in_trunk()
    error = np.linalg.norm(registration.to_followup(back(there)) - there, axis=1)
    shifted = np.linalg.norm(back(there) + SHIFT - there, axis=1)
    assert shifted.mean() > 5.0
    assert error.mean() < 1.5
    assert np.percentile(error, 95) < 4.0


def test_there_and_back_is_the_same_place(registration):
    points = in_trunk(200)
    again = registration.to_followup(registration.to_baseline(points))
    assert np.abs(again - points).max() < 0.05
    # One point alone, and points in rows.
    np.testing.assert_array_equal(registration.to_followup(points[0]), registration.to_followup(points)[0])
    assert registration.to_baseline(points[:6].reshape(2, 3, 3)).shape == (2, 3, 3)


def test_two_registrations_one_after_the_other_are_one(baseline, followup, registration):
    back_again = register(followup, baseline)
    around = registration.then(back_again)
    points = in_trunk(500) - SHIFT
    assert np.linalg.norm(around.to_followup(points) - points, axis=1).mean() < 2.5
    assert around.followup is back_again.followup
    assert around.residual == max(registration.residual, back_again.residual)


def test_another_field_of_view_is_no_other_body(baseline, followup):
    low = baseline.crop(Box((0, 0, 0), (22, *baseline.values.shape[1:])))
    high = followup.crop(Box((12, 0, 0), followup.values.shape))
    found = register(Image(low.values, low.window), Image(high.values, high.window))
    there = in_trunk()
    index = low.window.to_index(back(there))
    there = there[((index >= 0) & (index <= np.array(low.values.shape) - 1)).all(axis=1)]
    there = there[there[:, 2] > high.window.origin[2]]
    assert len(there) > 100
    assert np.linalg.norm(found.to_followup(back(there)) - there, axis=1).mean() < 2.5
    assert not found.sees(back(np.array([[0.0, 0.0, -75.0]]) + SHIFT)).any()


def test_what_is_registered_is_seen_to_be_one_body(registration):
    assert registration.overlap > 0.97
    assert registration.common > 0.8
    assert registration.folding == 0.0
    assert registration.unevenness < 0.2
    assert registration.residual < 0.5


def test_the_same_ct_give_the_same_field(baseline, followup, registration):
    again = register(baseline, followup)
    np.testing.assert_array_equal(again.displacement, registration.displacement)
    assert registration.displacement.dtype == np.float32


def test_the_order_of_a_files_axes_changes_nothing(baseline, followup, registration):
    axes = followup.lattice.axes
    turned = Image(
        followup.values[:, ::-1].transpose(2, 0, 1),
        Lattice(
            tuple(followup.values.shape[axis] for axis in (2, 0, 1)),
            tuple(followup.lattice.spacing[axis] for axis in (2, 0, 1)),
            tuple(followup.lattice.to_lps(np.array([0, followup.values.shape[1] - 1, 0]))),
            (axes[2], axes[0], tuple(-value for value in axes[1])),
        ),
    )
    points = in_trunk(50)
    again = register(baseline, turned)
    np.testing.assert_allclose(again.to_baseline(points), registration.to_baseline(points), atol=0.05)


def test_a_ct_on_itself_stays_where_it_is(baseline):
    same = register(baseline, baseline)
    assert np.abs(same.displacement).max() < 0.5
    assert same.residual < 0.01


def test_a_large_body_is_registered_on_larger_voxels(monkeypatch):
    monkeypatch.setattr("radioimmuno.followup.registration.MOST_VOXELS", 8_000)
    baseline = image_of(body_hu(1), lattice_of((3.0, 3.0, 3.0)), lambda points: points, noise=1)
    followup = image_of(body_hu(1), lattice_of((3.0, 3.0, 3.0), SHIFT), back, noise=2)
    found = register(baseline, followup)
    assert found.lattice.shape[0] * found.lattice.shape[1] * found.lattice.shape[2] < 16_000
    assert min(found.lattice.spacing) > 6.0
    there = in_trunk()
    assert np.linalg.norm(found.to_followup(back(there)) - there, axis=1).mean() < 3.0


def test_a_mask_is_carried_to_its_place(registration, baseline, followup):
    lesion = ball(baseline.lattice, (20.0, 10.0, -30.0), 18.0, "1")
    carried = registration.carry(lesion.mask)
    truth = back(followup.lattice.to_lps(np.moveaxis(np.indices(followup.lattice.shape), 0, -1)))
    inside = ((truth - (20.0, 10.0, -30.0)) ** 2).sum(axis=-1) <= 18.0**2
    found = carried.within(Image(inside, followup.lattice).box)
    assert 2 * np.count_nonzero(found & inside) / (found.sum() + inside.sum()) > 0.85


def test_an_empty_mask_and_one_beyond_the_followup_are_carried_to_nothing(registration, baseline):
    nothing = Image(np.zeros(baseline.lattice.shape, bool), baseline.lattice)
    assert registration.carry(nothing).values.size == 0
    cut = replace(registration, followup=replace(registration.followup, origin=(9000.0, 0.0, 0.0)))
    lesion = ball(baseline.lattice, (20.0, 10.0, -30.0), 18.0, "1")
    assert cut.carry(lesion.mask).values.size == 0
    assert not cut.sees(np.zeros((1, 3))).any()


def test_progress_goes_to_the_end_and_what_it_raises_ends_the_work(baseline, followup):
    seen = []

    def cancel(done: int, total: int) -> None:
        seen.append((done, total))
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        register(baseline, followup, cancel)
    done = [each for each, _ in seen]
    assert done == sorted(done)
    assert len(done) > 100
    assert sum(each > total / 2 for each, total in seen) == 1


def test_progress_ends_at_its_total(baseline):
    seen = []
    register(baseline, baseline, lambda done, total: seen.append((done, total)))
    assert seen[0][0] == 0
    assert all(done <= total for done, total in seen)
    assert {total for _, total in seen} == {seen[-1][1]}


def test_another_body_is_refused(baseline):
    other = image_of(body_hu(3), lattice_of((5.0, 5.5, 5.5), SHIFT), back, noise=2)
    with pytest.raises(InputError, match="same patient") as refused:
        register(baseline, other)
    assert refused.value.code == "followup.registration"


def test_air_alone_is_refused(baseline):
    air = Image(np.full((20, 20, 20), -1000, np.int16), Lattice((20, 20, 20), (5.0,) * 3, (0.0,) * 3))
    for pair in ((baseline, air), (air, baseline)):
        with pytest.raises(InputError, match="no body"):
            register(*pair)


@pytest.mark.parametrize("slices", [1, 2])
def test_a_slice_or_two_are_refused(baseline, slices):
    thin = baseline.crop(Box((14, 0, 0), (14 + slices, *baseline.values.shape[1:])))
    for pair in ((baseline, thin), (thin, baseline), (thin, thin)):
        with pytest.raises(InputError, match="too little of the body"):
            register(*(Image(each.values, each.window) for each in pair))


def test_what_is_no_number_is_air(baseline):
    values = baseline.values.astype(np.float32)
    outside = reduced(baseline, 5.0)
    values[values < -900] = np.nan
    found = reduced(Image(values, baseline.lattice), 5.0)
    assert np.isfinite(found.image.values).all()
    np.testing.assert_array_equal(found.body, outside.body)


@pytest.mark.parametrize(
    ("worse", "number"),
    [
        ({"common": 0.2}, "0.20"),
        ({"overlap": 0.8}, "0.80"),
        ({"folding": 0.002}, "0.0020"),
        ({"unevenness": 0.2, "residual": 0.75}, "1.80"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_each_limit_names_its_number(worse, number, registration):
    bad = replace(registration, **worse)
    (sentence,) = filter(None, (limit.sentence(bad) for limit in LIMITS))
    assert number in sentence
    assert not any(limit.sentence(registration) for limit in LIMITS)


def test_a_table_is_no_part_of_the_body(baseline):
    values = baseline.values.copy()
    values[:, -1] = 200
    body = reduced(Image(values, baseline.lattice), 5.0)
    assert not body.body[:, -1].any()
    assert (body.image.values[:, -1] == AIR_HU).all()
    assert body.body.sum() == reduced(baseline, 5.0).body.sum()


def test_blocks_keep_the_mean_and_the_place():
    values = np.arange(4 * 6 * 6, dtype=np.int16).reshape(4, 6, 6)
    fine = reduced(Image(values, Lattice((4, 6, 6), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))), 2.0)
    assert fine.image.values[0, 0, 0] == values[:2, :2, :2].mean()
    assert fine.image.lattice.origin == (0.5, 0.5, 0.5)
    coarse = halved(fine)
    assert coarse.image.values[0, 0, 0] == values[:4, :4, :4].mean()
    assert coarse.image.lattice.origin == (1.5, 1.5, 1.5)
    assert coarse.image.lattice.spacing == (4.0, 4.0, 4.0)


def test_steps_report_before_anything_is_done():
    seen = []
    Steps(lambda done, total: seen.append(done), schedules(1))
    assert seen == [0]

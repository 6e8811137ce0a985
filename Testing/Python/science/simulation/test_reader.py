"""A simulated reader: corrects the largest error, where it is, and nothing where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.simulation import reader
from radioimmuno.simulation.reader import ADD, BORDER, REMOVE, STROKE, next_correction

LATTICE = Lattice((30, 80, 90), (3.0, 1.0, 1.0), (-45.0, -40.0, -45.0))
FLIPPED = Lattice((90, 80, 30), (1.0, 1.0, 3.0), (44.0, -40.0, -45.0), ((-1, 0, 0), (0, 1, 0), (0, 0, 1)))
OBLIQUE = Lattice(
    (30, 80, 90), (3.0, 1.0, 1.0), (-45.0, -40.0, -45.0), ((0, 0, 1), (-0.6, 0.8, 0), (0.8, 0.6, 0))
)


def ball(centre, radius, lattice=LATTICE):
    places = lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))
    return Image(np.linalg.norm(places - np.array(centre), axis=-1) <= radius, lattice)


def either(*masks):
    return Image(np.logical_or.reduce([mask.values for mask in masks]), masks[0].lattice)


def share_in(mask, points):
    """Share of a straight line whose voxels are in a mask."""
    line = points[0] + np.linspace(0, 1, 200)[:, None] * (np.array(points[1]) - points[0])
    index = np.rint(mask.lattice.to_index(line)).astype(int)
    return mask.values[tuple(index.T)].mean()


CENTRE, LOBE = (-10.0, 0.0, 0.0), (15.0, 0.0, 6.0)


@pytest.mark.parametrize("lattice", [LATTICE, FLIPPED, OBLIQUE], ids=["axial", "flipped", "oblique"])
@pytest.mark.parametrize("missed", [True, False], ids=["missed", "too much"])
def test_a_stroke_runs_through_the_largest_error_in_an_axial_slice(lattice, missed):
    big, lobe, small = ball(CENTRE, 15, lattice), ball(LOBE, 11, lattice), ball((-28.0, 0, 0), 6, lattice)
    whole, part = either(big, lobe), either(big, small)
    found, reference = (part, whole) if missed else (whole, part)
    error = Image(lobe.values & ~big.values & ~small.values, lattice)
    for seed in range(5):
        correction = next_correction(found, reference, np.random.default_rng(seed))
        assert correction.what == (ADD if missed else REMOVE)
        assert share_in(error, np.array(correction.points)) >= reader.LEAST_INSIDE - 0.05
        levels = np.array(correction.points)[:, 2]
        assert levels == pytest.approx([LOBE[2]] * 2, abs=3.1)
        assert 10 < np.linalg.norm(np.subtract(*correction.points)) < 26


def test_a_stroke_reaches_from_border_to_border_without_jitter(monkeypatch):
    monkeypatch.setattr(reader, "JITTER_MM", 0.0)
    whole = either(ball(CENTRE, 15), ball((25.0, 0.0, 0.0), 12))
    correction = next_correction(ball(CENTRE, 15), whole, np.random.default_rng(0))
    first, last = np.array(correction.points)
    assert np.linalg.norm(last - first) == pytest.approx(24, abs=1)
    off = np.abs((first + last) / 2 - [25.0, 0.0, 0.0])
    assert (off < [1, 1, 3.1]).all()  # a voxel's size


def test_ends_vary_by_the_jitter():
    whole = either(ball(CENTRE, 15), ball((22.0, 0.0, 0.0), 16))
    ends = np.array(
        [next_correction(ball(CENTRE, 15), whole, np.random.default_rng(n)).points for n in range(60)]
    )
    sd = ends[:, :, :2].std(axis=0)
    assert ((sd > 1.3) & (sd < 2.6)).all()
    assert np.ptp(ends[:, :, 2]) < 1e-9


@pytest.mark.parametrize("missed", [True, False], ids=["missed", "too much"])
def test_a_click_lies_on_the_reference_where_the_surface_is_farthest(missed, monkeypatch):
    monkeypatch.setattr(reader, "JITTER_MM", 0.0)
    one, other = ball(CENTRE, 20), ball((0.0, 0.0, 0.0), 20)
    # Both ways round the largest distance is on the line through the centres.
    found, reference, beyond = (one, other, 20.0) if missed else (either(one, other), one, 10.0)
    correction = next_correction(found, reference, np.random.default_rng(0), kind=BORDER)
    assert correction.what == BORDER
    (point,) = correction.points
    assert point == pytest.approx((beyond, 0.0, 0.0), abs=6)
    centre = np.array((0.0, 0.0, 0.0) if missed else CENTRE)
    assert np.linalg.norm(np.array(point) - centre) == pytest.approx(20, abs=1)


def test_a_click_stays_on_the_reference_where_the_error_lies_in_slices_beyond_it():
    reference = ball((0.0, 0.0, -20.0), 12)
    tall = either(reference, ball((0.0, 0.0, 12.0), 16))
    for seed in range(5):
        (point,) = next_correction(tall, reference, np.random.default_rng(seed), kind=BORDER).points
        assert np.linalg.norm(np.array(point) - [0, 0, -20]) < 12 + 3 + 6
        index = np.rint(LATTICE.to_index(np.array(point))).astype(int)
        assert reference.values[index[0]].any()


@pytest.mark.parametrize("kind", [STROKE, BORDER])
def test_a_thin_rim_is_left(kind):
    rng = np.random.default_rng(0)
    assert next_correction(ball(CENTRE, 15.0), ball(CENTRE, 16.0), rng, kind) is None
    assert next_correction(ball(CENTRE, 16.0), ball(CENTRE, 15.0), rng, kind) is None
    assert next_correction(ball(CENTRE, 15.0), ball(CENTRE, 15.0), rng, kind) is None
    assert next_correction(ball(CENTRE, 15.0), ball(CENTRE, 21.0), rng, kind) is not None


def test_crops_do_not_matter():
    found, reference = ball(CENTRE, 15), either(ball(CENTRE, 15), ball(LOBE, 11))
    whole = next_correction(found, reference, np.random.default_rng(1))
    assert next_correction(found.trimmed(), reference.trimmed(), np.random.default_rng(1)) == whole


@pytest.mark.parametrize("kind", [STROKE, BORDER])
def test_an_empty_mask_is_all_missed(kind):
    empty = Image(np.zeros(LATTICE.shape, bool), LATTICE)
    correction = next_correction(empty, ball(CENTRE, 15), np.random.default_rng(0), kind)
    assert correction.what == (ADD if kind == STROKE else BORDER)


def test_without_a_reference_there_is_no_reader():
    with pytest.raises(ValueError, match="empty"):
        next_correction(
            ball(CENTRE, 9), Image(np.zeros(LATTICE.shape, bool), LATTICE), np.random.default_rng(0)
        )

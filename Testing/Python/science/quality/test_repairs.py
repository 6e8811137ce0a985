"""After a repair its check is silent; a repair changes what it names and nothing else."""

import itertools

import numpy as np
import pytest
from masks import (
    AIR_HU,
    FAULTS,
    FINE,
    SLICED,
    SOUND,
    TISSUE_HU,
    TWO,
    ball,
    dice,
    found,
    gapped,
    lesion,
    noisy,
    spiked,
    whole,
    zigzag,
)

from radioimmuno.findings import Refusal
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion, Site
from radioimmuno.quality.repairs import PLACED, place_of, repairs_of

MENDED = [
    (code, number)
    for code in ("lesion.components", "lesion.holes", "lesion.spurs", "lesion.slice_gaps", "lesion.jagged")
    for number in range(len(repairs_of(code)))
]


def repaired(code, drawn, *others, number=0, image=None):
    return repairs_of(code, image)[number].apply(drawn, others)


@pytest.mark.parametrize(("code", "number"), MENDED)
def test_after_the_repair_the_check_is_silent(code, number):
    parts = repaired(code, lesion(FAULTS[code][0], FINE), number=number)
    for part in parts:
        assert code not in found(noisy(FINE), part)


@pytest.mark.parametrize(("code", "number"), MENDED)
def test_a_repair_done_twice_is_done_once(code, number):
    for part in repaired(code, lesion(FAULTS[code][0], FINE), number=number):
        assert repaired(code, part, number=number) == (part,)


@pytest.mark.parametrize(("code", "number"), MENDED)
def test_a_repair_leaves_its_input_and_what_is_known_of_the_lesion_alone(code, number):
    mask = FAULTS[code][0].copy()
    drawn = Lesion("a", "the name", Image(mask, FINE), Site.LIVER, True)
    first = repaired(code, drawn, number=number)[0]
    assert np.array_equal(mask, FAULTS[code][0])
    assert (first.id, first.name, first.site, first.irradiated) == ("a", "the name", Site.LIVER, True)


@pytest.mark.parametrize("code", ["lesion.holes", "lesion.spurs"])
def test_filling_and_trimming_give_back_the_sound_mask(code):
    faulty, sound = FAULTS[code]
    (mended,) = repaired(code, lesion(faulty, FINE))
    assert np.array_equal(whole(mended), sound)


def test_all_codes_at_once_are_mended_one_after_the_other():
    mask = spiked(gapped(SOUND) & ~ball(FINE, 1)) | ball(FINE, 2, (13, 13, 13))
    drawn = lesion(mask, FINE)
    for code in ("lesion.slice_gaps", "lesion.holes", "lesion.spurs"):
        (drawn,) = repaired(code, drawn)
    (drawn,) = repaired("lesion.components", drawn, number=1)
    assert found(noisy(FINE), drawn) == {}
    assert dice(whole(drawn), SOUND) > 0.98


class TestPieces:
    def test_split_makes_a_lesion_of_every_piece_and_loses_no_voxel(self):
        drawn = Lesion("7", "metastasis", Image(TWO, FINE), Site.BONE, False)
        large, small = repaired("lesion.components", drawn)
        assert np.array_equal(whole(large), SOUND)
        assert np.array_equal(whole(large) | whole(small), TWO)
        assert (large.id, large.name) == ("7", "metastasis")
        assert (small.id, small.name) == ("7-2", "metastasis (2)")
        assert (small.site, small.irradiated) == (Site.BONE, False)

    def test_a_split_takes_no_id_that_another_lesion_has(self):
        others = [lesion(SOUND, FINE, name) for name in ("1-2", "1-4")]
        three = TWO | ball(FINE, 3, (-13, -13, -13))
        parts = repaired("lesion.components", lesion(three, FINE), *others)
        assert [part.id for part in parts] == ["1", "1-3", "1-5"]

    def test_pieces_that_could_be_scored_are_never_removed(self):
        both = ball(FINE, 5, (-8, 0, 0)) | ball(FINE, 7, (8, 0, 0))
        crumbs = both.copy()
        crumbs[2, 2, 2] = crumbs[37, 2, 2] = True
        (left,) = repaired("lesion.components", lesion(crumbs, FINE), number=1)
        assert np.array_equal(whole(left), both)

    def test_of_small_pieces_alone_the_largest_stays(self):
        crumbs = ball(FINE, 2, (-8, 0, 0)) | ball(FINE, 3, (8, 0, 0))
        (left,) = repaired("lesion.components", lesion(crumbs, FINE), number=1)
        assert np.array_equal(whole(left), ball(FINE, 3, (8, 0, 0)))


class TestSlices:
    @pytest.mark.parametrize("every", [2, 3, 5])
    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_missing_slices_come_back_in_whatever_plane_was_drawn(self, axis, every):
        large = ball(FINE, 14)
        mask = np.moveaxis(gapped(np.moveaxis(large, axis, 0), every), 0, axis)
        (mended,) = repaired("lesion.slice_gaps", lesion(mask, FINE))
        assert found(noisy(FINE), mended) == {}
        assert dice(whole(mended), large) > 0.97
        assert np.array_equal(whole(mended) & mask, mask)

    def test_lesions_far_apart_in_one_segment_have_no_gap_between_them(self):
        apart = ball(FINE, 5, (-10, 0, 0)) | ball(FINE, 5, (10, 0, 0))
        assert repaired("lesion.slice_gaps", lesion(apart, FINE))[0].voxels == np.count_nonzero(apart)

    def test_pieces_beside_each_other_are_not_joined(self):
        beside = ball(FINE, 5, (-6, -8, 0)) | ball(FINE, 5, (6, 8, 0))
        assert not beside[19:21].any()
        assert "lesion.slice_gaps" not in found(noisy(FINE), lesion(beside, FINE))

    @pytest.mark.parametrize("lattice", [FINE, SLICED])
    @pytest.mark.parametrize("voxels", [2, 3])
    def test_smoothing_keeps_the_volume_and_comes_nearer_to_the_truth(self, lattice, voxels):
        truth = ball(lattice, 13)
        jagged = lesion(zigzag(truth, voxels), lattice)
        (smooth,) = repaired("lesion.jagged", jagged)
        assert "lesion.jagged" in found(noisy(lattice), jagged)
        assert "lesion.jagged" not in found(noisy(lattice), smooth)
        assert smooth.voxels == jagged.voxels
        assert dice(whole(smooth), truth) > dice(whole(jagged), truth)

    @pytest.mark.parametrize(("lattice", "k"), [(SLICED, 12), (FINE, 20)])
    def test_one_slice_that_slipped_is_put_back(self, lattice, k):
        truth = ball(lattice, 15)
        slipped = truth.copy()
        slipped[k] = np.roll(truth[k], 8, axis=1)
        (mended,) = repaired("lesion.jagged", lesion(slipped, lattice))
        assert "lesion.jagged" in found(noisy(lattice), lesion(slipped, lattice))
        assert "lesion.jagged" not in found(noisy(lattice), mended)
        assert dice(whole(mended)[k], truth[k]) > dice(slipped[k], truth[k])


class TestOthers:
    def test_the_shared_voxels_go_from_this_lesion_only(self):
        first, second = lesion(SOUND, FINE), lesion(ball(FINE, 8, (0, 0, 10)), FINE, "2")
        (trimmed,) = repaired("lesion.overlap", first, second)
        assert np.array_equal(whole(trimmed), SOUND & ~whole(second))
        assert "lesion.overlap" not in found(noisy(FINE), trimmed, second)

    @pytest.mark.parametrize(
        ("code", "mask", "filler"),
        [
            ("lesion.holes", SOUND & ~ball(FINE, 3), ball(FINE, 3)),
            ("lesion.slice_gaps", gapped(SOUND), SOUND & ~gapped(SOUND)),
            ("lesion.jagged", zigzag(SOUND, 3), SOUND & ~zigzag(SOUND, 3)),
        ],
    )
    def test_a_lesion_never_grows_into_another(self, code, mask, filler):
        (mended,) = repaired(code, lesion(mask, FINE), lesion(filler, FINE, "2"))
        assert not (whole(mended) & filler).any()

    def test_a_repair_that_would_leave_nothing_is_refused(self):
        with pytest.raises(Refusal, match="Nothing of lesion 1 would be left"):
            repaired("lesion.overlap", lesion(ball(FINE, 3), FINE), lesion(SOUND, FINE, "2"))

    def test_air_around_the_body_is_taken_away_and_nothing_else(self):
        values = np.full(FINE.shape, TISSUE_HU)
        values[:, :18] = AIR_HU
        image, drawn = noisy(FINE, values), lesion(SOUND, FINE)
        (trimmed,) = repaired("lesion.outside_body", drawn, image=image)
        assert "lesion.outside_body" in found(image, drawn)
        assert found(image, trimmed) == {}
        assert np.array_equal(whole(trimmed), SOUND & (values == TISSUE_HU))


@pytest.mark.parametrize(("code", "number"), [*MENDED, ("lesion.overlap", 0)])
def test_an_empty_lesion_stays_as_it_is(code, number):
    nothing = Lesion("1", "nothing", Image(np.zeros((0, 0, 0), bool), FINE))
    assert repaired(code, nothing, lesion(SOUND, FINE, "2"), number=number) == (nothing,)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize(("code", "number"), MENDED)
def test_a_repair_finds_back_to_the_axes_of_the_ct(code, number, order):
    """The same voxels stored along other axes and backwards: the same voxels are repaired."""
    mask = FAULTS[code][0] if code != "lesion.jagged" else zigzag(ball(FINE, 12), 3)
    turned = np.ascontiguousarray(mask.transpose(order)[::-1, :, ::-1])
    axes = tuple(
        tuple(sign * np.array(FINE.axes[axis])) for axis, sign in zip(order, (-1, 1, -1), strict=True)
    )
    lattice = Lattice(turned.shape, tuple(FINE.spacing[a] for a in order), (0.0, 0.0, 0.0), axes)
    expected = repaired(code, lesion(mask, FINE), number=number)
    for one, other in zip(expected, repaired(code, lesion(turned, lattice), number=number), strict=True):
        assert other.mask.lattice is lattice
        assert np.array_equal(whole(other), whole(one).transpose(order)[::-1, :, ::-1])


@pytest.mark.parametrize("code", PLACED)
def test_a_findings_place_is_where_its_repair_changes_something(code):
    drawn = lesion(FAULTS[code][0], FINE)
    x, y, z = place_of(code, drawn)
    k, j, i = np.rint(drawn.mask.lattice.to_index(np.array([[x, y, z]]))[0]).astype(int)
    kept = whole(repaired(code, drawn)[0])
    assert kept[k, j, i] != FAULTS[code][0][k, j, i]


def test_a_sound_lesion_and_a_finding_of_the_whole_have_no_place():
    assert [place_of(code, lesion(SOUND, FINE)) for code in PLACED] == [None] * len(PLACED)
    assert place_of("lesion.jagged", lesion(FAULTS["lesion.jagged"][0], FINE)) is None

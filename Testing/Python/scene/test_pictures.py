"""Text and labels on pictures, and the choice of slices."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PngImage
from synthetic import BALLS, ballMask

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from RadioImmunoScoreLib.headless.labels import Label, drawLabels
from RadioImmunoScoreLib.headless.pictures import drawText, savePng, textImage
from RadioImmunoScoreLib.headless.spots import slicesThrough, spotsOf

LATTICE = Lattice((40, 30, 30), (2.0, 1.0, 1.0), (0.0, 0.0, -40.0))


def lesion(name, low, high):
    """A block of voxels from slice `low` to slice `high`."""
    values = np.zeros(LATTICE.shape, bool)
    values[low : high + 1, 10:15, 12:20] = True
    return Lesion(name, name, Image(values, LATTICE))


def superior(k):
    return -40.0 + 2.0 * k


class TestText:
    def test_it_is_as_high_as_asked_for_and_wider_the_longer(self):
        short, long = textImage("HH", 20), textImage("HHHH", 20)
        letters = np.flatnonzero((short[..., :3] > 200).all(axis=-1).any(axis=1))
        assert 12 <= np.ptp(letters) <= 20
        assert long.shape[1] > 1.7 * short.shape[1]

    def test_it_stands_upright(self):
        rows = (textImage("L", 40)[..., :3] > 200).all(axis=-1).sum(axis=1)
        assert rows[rows > 0][-3:].max() > 2 * rows[rows > 0][:3].max()

    @pytest.mark.parametrize("place", [(-8, -8), (90, 95), (-500, 3), (3, 500)])
    def test_what_reaches_beyond_the_picture_is_left_out(self, place):
        picture = np.full((100, 100, 3), 50, np.uint8)
        drawText(picture, np.full((16, 16, 4), 255, np.uint8), *place)
        rows, columns = (slice(max(0, p), max(0, min(100, p + 16))) for p in place)
        expected = np.full((100, 100, 3), 50, np.uint8)
        expected[rows, columns] = 255
        np.testing.assert_array_equal(picture, expected)

    def test_it_is_see_through_as_its_opacity_says(self):
        picture = np.full((4, 4, 3), 100, np.uint8)
        drawText(picture, np.full((4, 4, 4), (200, 0, 0, 51), np.uint8), 0, 0)
        assert picture[0, 0].tolist() == [120, 80, 80]


def test_a_png_holds_the_picture_and_its_texts(tmp_path):
    picture = np.random.default_rng(1).integers(0, 256, (7, 11, 3), dtype=np.uint8)
    path = savePng(tmp_path / "picture.png", picture, {"Lesions": '{"1": [2, 3]}'})
    with PngImage.open(path) as png:
        np.testing.assert_array_equal(np.array(png), picture)
        assert png.text["Lesions"] == '{"1": [2, 3]}'


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match="none"):
        savePng(tmp_path / "none" / "picture.png", np.zeros((2, 2, 3), np.uint8), {})


def test_labels_cover_neither_each_other_nor_the_lesions():
    picture = np.zeros((200, 300, 3), np.uint8)
    places = [(100, 150), (104, 170), (90, 290), (5, 20)]
    labels = [
        Label(np.full((14, 60, 4), (50 * n, 0, 0, 255), np.uint8), row, column, 8)
        for n, (row, column) in enumerate(places, start=1)
    ]
    drawLabels(picture, labels)
    for n, (row, column) in enumerate(places, start=1):
        assert (picture[..., 0] == 50 * n).sum() == 14 * 60
        assert not picture[row - 8 : row + 8, column - 8 : column + 8].any()


class TestSlices:
    def test_lesions_at_one_height_share_a_slice(self):
        spots = spotsOf([lesion("a", 10, 20), lesion("b", 12, 18)])
        assert slicesThrough(spots) == [superior(15)]

    def test_each_lesion_is_cut_near_its_middle_from_top_to_bottom(self):
        spots = spotsOf([lesion("a", 2, 6), lesion("b", 5, 15), lesion("c", 30, 30), lesion("d", 8, 16)])
        positions = slicesThrough(spots)
        assert positions == sorted(positions, reverse=True)
        assert len(positions) < len(spots)
        for spot in spots:
            low, high = spot.points[:, 2].min(), spot.points[:, 2].max()
            assert any(abs(p - (low + high) / 2) <= 0.35 * (high - low) + 0.01 for p in positions)

    def test_an_empty_lesion_asks_for_no_slice(self):
        empty = Lesion("e", "e", Image(np.zeros((0, 0, 0), bool), LATTICE))
        assert slicesThrough(spotsOf([empty])) == []

    def test_a_lesions_place_lies_inside_it_even_when_it_is_bent(self):
        values = np.zeros(LATTICE.shape, bool)
        values[10:20, 5:25, 5] = values[10:20, 5:25, 25] = values[10:20, 5, 5:26] = True
        (spot,) = spotsOf([Lesion("u", "u", Image(values, LATTICE))])
        for point in (spot.center, spot.centerAt(superior(12))):
            k, j, i = np.round(LATTICE.to_index(point * (-1, -1, 1))).astype(int)
            assert values[k, j, i]

    def test_a_ball_is_widest_to_its_left_and_right(self):
        (spot,) = spotsOf(
            [
                Lesion(
                    "b",
                    "b",
                    Image(
                        ballMask(BALLS[0]),
                        Lattice(ballMask(BALLS[0]).shape, (2.5, 1.5, 1.5), (0.0, 0.0, 0.0)),
                    ),
                )
            ]
        )
        right, left = spot.leftAndRight
        assert left[0] - right[0] == pytest.approx(2 * BALLS[0].radiusMm, abs=1.5)

"""Crops: what a model is given of a lesion, held against SimpleITK and against voxels that are known."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("onnx")

from learned_models import SIDE, card_record, cuboid, noise

from radioimmuno.findings import Refusal, Severity
from radioimmuno.geometry.grid import Grid, covering
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.learned.card import parse_card
from radioimmuno.learned.crop import box_of, input_of
from radioimmuno.lesion import Lesion

MIDDLE = (8, 8, 8), (12, 12, 12)


def card(**changed):
    return parse_card(json.dumps(card_record(b"", **changed)).encode())


def given(image, lesion, others=(), **changed):
    return input_of(image, lesion, card(**changed), others)


def warning(found):
    (finding,) = found
    assert finding.severity is Severity.WARN
    return finding.code


def refusal(image, lesion, others=(), **changed):
    with pytest.raises(Refusal) as refused:
        given(image, lesion, others, **changed)
    return refused.value.code, str(refused.value)


def test_at_the_image_s_spacing_voxels_are_taken_as_they_are():
    image = noise()
    array, found = given(image, cuboid(image, *MIDDLE), channels=["mask", "image"])
    assert array.dtype == np.float32
    assert np.array_equal(array[1], image.values[6:14, 6:14, 6:14])
    expected = np.zeros((SIDE, SIDE, SIDE))
    expected[2:6, 2:6, 2:6] = 1
    assert np.array_equal(array[0], expected)
    assert found == ()


def test_at_another_spacing_the_values_are_simpleitk_s():
    values = np.random.default_rng(1).normal(0, 100, (30, 40, 44)).astype(np.float32)
    image = Image(values, Lattice(values.shape, (2.5, 0.8, 0.8), (-17.0, 3.0, 100.0)))
    lesion = cuboid(image, (12, 17, 19), (17, 25, 27))
    spacing, voxels = [3.0, 1.25, 1.0], [6, 10, 12]
    crop = {
        "spacing_mm": spacing,
        "crop_voxels": voxels,
        "crop_mm": [n * s for n, s in zip(voxels, spacing, strict=True)],
    }
    array, _ = given(image, lesion, **crop)
    grid = Grid(image.lattice, covering(image.lattice, tuple(spacing)))
    box = box_of(lesion, grid, card(**crop).crop)
    window = grid.lattice.window(box)
    resampler = sitk.ResampleImageFilter()
    resampler.SetInterpolator(sitk.sitkLinear)
    resampler.SetReferenceImage(to_sitk(Image(np.zeros(voxels, np.float32), window)))
    truth = sitk.GetArrayFromImage(resampler.Execute(to_sitk(image)))
    assert array[0] == pytest.approx(np.clip(truth, -1000, 1000), abs=1e-3)
    # The lesion's centre is in the middle of the crop, as near as its voxels allow.
    middle = window.to_lps((np.array(voxels) - 1) / 2)
    centre = image.lattice.to_lps(np.array([14, 20.5, 22.5]))
    assert np.all(np.abs(window.to_index(middle) - window.to_index(centre)) <= 0.5 + 1e-6)


def test_the_middle_is_that_of_the_voxels_or_of_the_box():
    image = noise()
    lesion = cuboid(image, (8, 8, 6), (12, 12, 10))
    mask = lesion.mask.values.copy()
    mask[10, 10, 10:16] = True  # a spur: 6 voxels beside 64
    spurred = Lesion("1", "lesion", Image(mask, image.lattice))
    starts = {
        centre: box_of(spurred, Grid(image.lattice, image.lattice), card(centre=centre).crop).start
        for centre in ("centroid", "box")
    }
    # Along the row 16 voxels each lie at 6 to 9 and one each at 10 to 15: mean 7.93; the box's middle 10.5.
    assert starts == {"centroid": (6, 6, 4), "box": (6, 6, 7)}


def test_a_middle_between_two_voxels_takes_the_further_one():
    image = noise()
    voxel = cuboid(image, (8, 8, 8), (9, 9, 9))
    box = box_of(voxel, Grid(image.lattice, image.lattice), card().crop)
    assert box.start == (5, 5, 5)  # 8 - 3.5 is 4.5


def test_masked_voxels_and_those_outside_of_the_image_hold_what_air_has():
    image = noise()
    corner = cuboid(image, (0, 0, 0), (2, 2, 2))
    array, found = given(image, corner, channels=["image", "mask"], masked=True)
    inside = np.zeros((SIDE, SIDE, SIDE), bool)
    inside[3:5, 3:5, 3:5] = True
    assert np.array_equal(array[1] > 0, inside)
    assert np.array_equal(array[0][inside], image.values[:2, :2, :2].ravel())
    assert np.all(array[0][~inside] == -1000)
    assert warning(found) == "learned.crop_outside"
    # Of the crop's 8 voxels along each axis 3 lie outside.
    assert "76 %" in found[0].text
    assert round(100 * (1 - (5 / 8) ** 3)) == 76


def test_what_is_empty_is_what_the_modality_calls_so():
    image = noise()
    lesion = cuboid(image, *MIDDLE)
    array, _ = given(image, lesion, role="pet", masked=True)
    assert np.count_nonzero(array[0] == 0) == SIDE**3 - 64


def test_a_crop_at_a_face_of_the_image_warns_of_nothing():
    image = noise()
    assert given(image, cuboid(image, (2, 8, 8), (6, 12, 12)))[1] == ()


def test_a_lesion_larger_than_its_crop_warns_with_the_share_that_is_seen():
    image = noise()
    array, found = given(image, cuboid(image, (4, 4, 4), (16, 12, 12)), channels=["mask"])
    assert warning(found) == "learned.crop_too_small"
    assert "67 %" in found[0].text  # 8 of 12 slices
    assert array.min() == 1


def test_padding_becomes_empty_and_is_warned_of():
    image = noise((24, 40, 40))
    lesion = cuboid(image, (4, 4, 4), (20, 20, 20))  # 4,096 voxels
    values = image.values.copy()
    values[4, 4, 4:14] = -2000  # 0.24 %
    values[12, 30, 30] = np.nan  # beside the lesion: empty, without a word
    crop = {"crop_voxels": [24, 40, 40], "crop_mm": [24, 40, 40]}
    array, found = given(Image(values, image.lattice), lesion, **crop)
    assert [finding.code for finding in found] == ["learned.no_measurement", "learned.crop_outside"]
    assert "10 voxels (0.24 %)" in found[0].text
    assert "-1000" in found[0].text
    assert np.count_nonzero(array[0] == -1000) >= 11
    assert np.isfinite(array).all()


@pytest.mark.parametrize(("value", "voxels"), [(-2000.0, 4), (np.nan, 1), (np.inf, 1)])
def test_too_much_padding_and_damaged_values_refuse(value, voxels):
    image = noise()
    values = image.values.copy()
    values[8, 8, 8 : 8 + voxels] = value  # of 64: 6 %, or one
    code, text = refusal(Image(values, image.lattice), cuboid(image, *MIDDLE))
    assert code == "learned.no_measurement"
    assert text.startswith(f"{voxels} voxel")


def test_low_values_are_no_padding_where_the_modality_has_none():
    image = noise()
    lesion = cuboid(image, *MIDDLE)
    low = Image(image.values - 5000, image.lattice)
    array, found = given(low, lesion, role="mr_t1", window=[-9000, 0], scaled_to=[-9000, 0])
    assert np.allclose(array[0], low.values[6:14, 6:14, 6:14], atol=1e-3)
    assert found == ()


def test_an_empty_lesion_is_refused():
    image = noise()
    assert refusal(image, cuboid(image, (0, 0, 0), (0, 0, 0)))[0] == "lesion.empty"


def test_a_lesion_of_which_nothing_is_in_the_crop_is_refused():
    image = noise((24, 24, 40))
    pieces = [cuboid(image, (8, 8, 2), (12, 12, 6)), cuboid(image, (8, 8, 34), (12, 12, 38))]
    both = pieces[0].mask.values | pieces[1].mask.values
    code, _ = refusal(image, Lesion("1", "two pieces", Image(both, image.lattice)))
    assert code == "learned.crop_empty"


def test_other_lesions_cut_the_ring():
    image = noise()
    lesion = cuboid(image, *MIDDLE)
    ring = {"channels": ["ring"], "ring": {"inner_mm": 0, "outer_mm": 0.6}}
    whole, found = given(image, lesion, **ring)
    assert (whole.sum(), found) == (96, ())
    below = cuboid(image, (0, 0, 0), (8, 26, 28), "2")
    cut, _ = given(image, lesion, [below], **ring)
    assert cut.sum() == 80
    everywhere = Lesion("2", "all", Image(~lesion.mask.values, image.lattice))
    assert refusal(image, lesion, [everywhere], **ring)[0] == "ring.empty"


def test_a_ring_that_is_cut_to_less_than_half_warns():
    image = noise()
    lesion = cuboid(image, *MIDDLE)
    others = [cuboid(image, (0, 0, 0), (8, 26, 28), "2"), cuboid(image, (12, 0, 0), (24, 26, 28), "3")]
    others += [cuboid(image, (8, 0, 0), (12, 8, 28), "4"), cuboid(image, (8, 12, 0), (12, 26, 28), "5")]
    array, found = given(image, lesion, others, channels=["ring"], ring={"inner_mm": 0, "outer_mm": 0.6})
    assert array.sum() == 32
    assert warning(found) == "ring.clipped"


def test_whole_numbers_are_taken_as_any():
    image = noise()
    whole = Image(np.rint(image.values).astype(np.int16), image.lattice)
    array, _ = given(whole, cuboid(image, *MIDDLE))
    assert np.array_equal(array[0], np.rint(image.values[6:14, 6:14, 6:14]))

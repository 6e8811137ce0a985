"""From what was drawn to the lesion: bone and air are none of it, and that is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from phantoms import signed_permutations
from stroked import ellipsoid_ct, prior_model

from radioimmuno.findings import InputError, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.found_lesion import as_segmented, find_lesion
from radioimmuno.segmentation.parameters import PARAMETERS as P
from radioimmuno.segmentation.segmented_lesion import BY_DIAMETERS, BY_STROKE
from radioimmuno.segmentation.stroke import stroke_prior
from radioimmuno.segmentation.surroundings import places_of
from radioimmuno.simulation.strokes import dice, longest_stroke

MODEL = prior_model()
BONE, AIR = 800, -950


@pytest.fixture(scope="module")
def plain():
    return ellipsoid_ct((14.0, 12.0, 16.0), lesion_hu=40, around_hu=-100)


def rod(image, aside_mm, radius_mm=4.0):
    """Voxels of a rod through all slices, so far (y, x) from the middle."""
    lattice = image.lattice
    _, y, x = np.meshgrid(
        *[s * (np.arange(n) - (n - 1) / 2) for n, s in zip(lattice.shape, lattice.spacing, strict=True)],
        indexing="ij",
    )
    return np.hypot(y - aside_mm[0], x - aside_mm[1]) < radius_mm


def with_hu(image, mask, hu):
    return replace(image, values=np.where(mask, hu, image.values).astype(np.int16))


def found_on(image, truth, model=MODEL):
    ends = places_of(image.lattice, longest_stroke(truth))
    return find_lesion(image, stroke_prior(image, ends), model)


def voxels(found, image):
    return found.mask.within(image.box, False)


def test_a_clear_lesion_is_found_and_nothing_is_to_be_said(plain):
    image, truth = plain
    found = found_on(image, truth)
    assert dice(found.mask, truth) > 0.93
    assert found.findings == ()


@pytest.mark.parametrize(("hu", "tissue", "other"), [(BONE, "bone", "air"), (AIR, "air", "bone")])
def test_what_the_stroke_crosses_is_left_out_and_named(plain, hu, tissue, other):
    image, truth = plain
    crossed = rod(image, (0.0, 2.0))
    image = with_hu(image, crossed, hu)
    found = found_on(image, truth)
    assert not (voxels(found, image) & crossed).any()
    assert voxels(found, image)[rod(image, (0.0, -8.0), 2.0) & truth.within(image.box, False)].any()
    [finding] = found.findings
    assert (finding.code, finding.severity) == ("stroke.foreign", Severity.WARN)
    assert tissue in finding.text
    assert other not in finding.text
    assert found.agreement_features["foreign"] == pytest.approx(8 / 32, abs=0.1)


def test_bone_and_air_on_one_stroke_are_both_named(plain):
    image, truth = plain
    image = with_hu(with_hu(image, rod(image, (0.0, 6.0), 3.0), BONE), rod(image, (0.0, -6.0), 3.0), AIR)
    [finding] = found_on(image, truth).findings
    assert "bone and air" in finding.text


@pytest.mark.parametrize("hu", [BONE, AIR])
def test_bone_and_air_beside_the_stroke_are_left_out_without_a_word(plain, hu):
    image, truth = plain
    beside = rod(image, (8.0, 0.0), 3.0)
    assert (beside & truth.within(image.box, False)).any()
    image = with_hu(image, beside, hu)
    found = found_on(image, truth)
    assert not (voxels(found, image) & beside).any()
    assert found.findings == ()


def test_the_marrow_of_a_bone_that_the_stroke_crosses_is_left_out(plain):
    image, truth = plain
    bone, marrow = rod(image, (0.0, 2.0), 6.0), rod(image, (0.0, 2.0), 3.0)
    found = found_on(with_hu(with_hu(image, bone, BONE), marrow, 30), truth)
    assert not (voxels(found, image) & bone).any()


def test_a_small_calcification_stays(plain):
    image, truth = plain
    small = rod(image, (3.0, 3.0), 2.0)
    small[: image.lattice.shape[0] // 2 - 1] = small[image.lattice.shape[0] // 2 + 2 :] = False
    found = found_on(with_hu(image, small, BONE), truth)
    assert voxels(found, image)[small].all()


def test_what_is_left_is_in_one_piece(plain):
    from scipy.ndimage import label

    image, truth = plain
    wall = np.abs(np.arange(image.lattice.shape[2]) - image.lattice.shape[2] / 2 - 9) < 2
    image = with_hu(image, np.broadcast_to(wall, image.lattice.shape), BONE)
    found = found_on(image, truth)
    assert not (voxels(found, image) & wall).any()
    assert label(found.mask.values)[1] == 1
    assert found.mask.values.sum() > 0.4 * truth.values.sum()


@pytest.mark.parametrize("axis", [0, 2], ids=["axial", "sagittal"])
def test_no_lesion_is_larger_than_its_stroke_allows(plain, axis):
    """By a model that takes all for the lesion."""
    image, truth = plain
    ends = longest_stroke(truth, axis)
    prior = stroke_prior(image, places_of(image.lattice, ends))
    found = find_lesion(image, prior, prior_model(outside=3.9))
    ball = 4 / 3 * np.pi * (np.linalg.norm(ends[1] - ends[0]) / 2) ** 3
    most = P.most_balls if axis == 0 else P.most_balls_across
    volume = found.mask.values.sum() * image.lattice.voxel_volume_mm3
    assert volume < 1.05 * most * ball


def test_nothing_is_found_where_nothing_differs():
    lattice = Lattice((30, 60, 60), (2.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    flat = Image(np.full(lattice.shape, 40, np.int16), lattice)
    prior = stroke_prior(flat, np.array([[30.0, 30.0, 20.0], [30.0, 30.0, 42.0]]))
    with pytest.raises(InputError) as refused:
        find_lesion(flat, prior, MODEL)
    assert refused.value.code == "stroke.nothing_found"


def test_the_lesion_on_the_stored_axis_order_has_its_expected_agreement(plain):
    image, truth = plain
    found = found_on(image, truth)
    for turned in signed_permutations(image)[7::20]:
        lesion = as_segmented(found, turned, MODEL)
        assert lesion.mask.lattice == turned.lattice
        assert dice(lesion.mask.canonical(), found.mask) == 1
        assert lesion.expected_agreement == pytest.approx(0.8)
        assert (lesion.delineation, lesion.findings) == (BY_STROKE, ())


def test_a_low_expected_agreement_is_warned_of_after_what_was_found_before(plain):
    image, truth = plain
    image = with_hu(image, rod(image, (0.0, 2.0)), BONE)
    model = prior_model(agreement=P.unsure_agreement - 0.05)
    lesion = as_segmented(found_on(image, truth, model), image, model, BY_DIAMETERS)
    assert [finding.code for finding in lesion.findings] == ["stroke.foreign", "stroke.unsure"]
    assert lesion.delineation == BY_DIAMETERS

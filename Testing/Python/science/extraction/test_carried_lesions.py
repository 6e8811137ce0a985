"""Lesions carried to the voxels of another image: at least half covered, in physical space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from phantoms import signed_permutations

from radioimmuno.extraction.carried_lesions import carried_lesions, points_of
from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk
from radioimmuno.lesion import Lesion

FINE = Lattice((22, 26, 24), (1.5, 1.0, 1.0), (-20.0, 5.0, 30.0))
COARSE = Lattice((9, 7, 6), (4.0, 4.5, 4.5), (-18.3, 3.1, 28.0))


def ellipsoid(lattice=FINE, shift=(0, 0, 0)):
    middle = (np.array(lattice.shape) - 1) / 2 + np.array(shift)
    index = np.moveaxis(np.indices(lattice.shape), 0, -1)
    return Lesion("1", "lesion", Image((((index - middle) / (8, 10, 9)) ** 2).sum(-1) <= 1, lattice))


def carried(lesion, lattice, to_lesions=None):
    ((found, findings),) = carried_lesions([lesion], lattice, to_lesions)
    return found, findings


def whole(lesion):
    return lesion.mask.within(Box.whole(lesion.mask.lattice.shape))


def turned(lattice, degrees=25.0):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    axes = tuple(tuple(matrix @ axis) for axis in lattice.axes)
    centre = lattice.to_lps((np.array(lattice.shape) - 1) / 2)
    found = replace(lattice, axes=axes)
    moved = centre - found.to_lps((np.array(lattice.shape) - 1) / 2)
    return replace(found, origin=tuple(np.array(found.origin) + moved))


def coverage(lesion, lattice, count=12):
    """What share of each voxel a mask covers, by SimpleITK's nearest voxel on points inside of each."""
    image = lesion.mask
    fine = replace(
        lattice,
        shape=tuple(n * count for n in lattice.shape),
        spacing=tuple(s / count for s in lattice.spacing),
        origin=tuple(lattice.to_lps(np.full(3, 0.5 / count - 0.5))),
    )
    stored = sitk.GetImageFromArray(image.values.astype(np.uint8))
    grid = sitk.Image(fine.shape[::-1], sitk.sitkUInt8)
    for one, of in ((stored, image.lattice), (grid, fine)):
        one.SetSpacing(of.spacing[::-1])
        one.SetOrigin(of.origin)
        one.SetDirection(np.array(of.axes)[::-1].T.ravel().tolist())
    found = sitk.Resample(stored, grid, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
    nk, nj, ni = lattice.shape
    return sitk.GetArrayFromImage(found).reshape(nk, count, nj, count, ni, count).mean(axis=(1, 3, 5))


def test_on_its_own_voxels_a_lesion_stays_as_it_is_in_other_axis_orders():
    lesion = ellipsoid()
    for stored in signed_permutations(lesion.mask)[::5]:
        found, findings = carried(lesion, stored.lattice)
        assert findings == ()
        assert np.array_equal(whole(found), stored.values)


def test_all_48_axis_orders_of_either_image_give_the_same_voxels():
    lesion = ellipsoid()
    expected = whole(carried(lesion, COARSE)[0])
    assert np.count_nonzero(expected) > 25
    blank = Image(np.zeros(COARSE.shape, bool), COARSE)
    for mask, image in zip(signed_permutations(lesion.mask), signed_permutations(blank), strict=True):
        found, _ = carried(replace(lesion, mask=mask), image.lattice)
        assert found.mask.lattice == image.lattice
        canonical = found.mask.canonical()
        assert np.array_equal(canonical.within(Box.whole(COARSE.shape)), expected)


@pytest.mark.parametrize(
    "lattice",
    [
        COARSE,
        turned(COARSE),
        replace(FINE, origin=(-20.4, 5.3, 29.1)),
        turned(replace(FINE, spacing=(3.0, 0.7, 0.7), shape=(11, 38, 36))),
    ],
    ids=["coarse", "oblique", "as large", "fine and oblique"],
)
def test_voxels_that_are_covered_by_half_are_taken_and_no_others(lattice):
    lesion = ellipsoid()
    share = coverage(lesion, lattice)
    found = whole(carried(lesion, lattice)[0])
    # near one half, the points on which either counts decide
    clear = np.abs(share - 0.5) > 0.12
    assert np.count_nonzero(found) > 25
    assert np.array_equal(found[clear], share[clear] > 0.5)
    assert np.count_nonzero(found) == pytest.approx(np.count_nonzero(share >= 0.5), rel=0.04)


def test_exactly_half_covered_counts_and_less_does_not():
    lattice = Lattice((8, 8, 8), (1.0, 1.0, 1.0), (0.5, 0.5, 0.5))
    mask = np.zeros(lattice.shape, bool)
    mask[2:6, 2:6, 3:6] = True  # along x from 3 to 6 mm
    target = Lattice((4, 4, 4), (2.0, 2.0, 2.0), (1.0, 1.0, 1.0))
    found, findings = carried(Lesion("1", "a", Image(mask, lattice)), target)
    assert np.argwhere(whole(found)).tolist() == [[k, j, i] for k in (1, 2) for j in (1, 2) for i in (1, 2)]
    assert [(f.code, f.severity) for f in findings] == [("mask.carried", Severity.WARN)]
    assert "(+33.3 %)" in findings[0].text
    moved = replace(target, origin=(0.9, 1.0, 1.0))  # the voxel from 1.9 to 3.9 mm is covered by 0.45
    found, _ = carried(Lesion("1", "a", Image(mask, lattice)), moved)
    assert sorted({i for _, _, i in np.argwhere(whole(found)).tolist()}) == [2]


def test_a_map_of_points_carries_between_frames_of_reference():
    lesion = ellipsoid()
    transform = sitk.Euler3DTransform()
    transform.SetCenter((-9.0, 17.0, 45.0))
    transform.SetRotation(0.2, -0.1, 0.3)
    transform.SetTranslation((3.0, -2.0, 4.0))
    matrix, centre = np.array(transform.GetMatrix()).reshape(3, 3), np.array(transform.GetCenter())
    # the same lattice, with each of its points where the transform takes it
    origin = matrix @ (np.array(COARSE.origin) - centre) + centre + transform.GetTranslation()
    placed = replace(COARSE, axes=tuple(tuple(matrix @ a) for a in COARSE.axes), origin=tuple(origin))
    expected = whole(carried(lesion, placed)[0])
    found, _ = carried(lesion, COARSE, points_of(transform))
    assert np.count_nonzero(expected) > 15
    assert np.array_equal(whole(found), expected)
    assert found.mask.lattice == COARSE


def test_a_map_that_stretches_makes_a_lesion_as_much_smaller():
    lesion = ellipsoid()
    middle = np.array(FINE.to_lps((np.array(FINE.shape) - 1) / 2))
    found, findings = carried(lesion, FINE, lambda points: middle + 2 * (points - middle))
    assert found.volume_cc == pytest.approx(lesion.volume_cc / 8, rel=0.1)
    assert [f.severity for f in findings] == [Severity.WARN]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ((-18.3, 3.1, 28.0), "or the voxels are too large for it"),
        ((500.0, 0.0, 0.0), "lies outside of this image"),
    ],
    ids=["small", "outside"],
)
def test_a_lesion_that_covers_no_voxel_by_half_is_refused(origin, words):
    mask = np.zeros(FINE.shape, bool)
    mask[11, 12:14, 11:13] = True
    found, findings = carried(Lesion("1", "a", Image(mask, FINE)), replace(COARSE, origin=origin))
    assert found.voxels == 0
    assert [(f.code, f.severity) for f in findings] == [("mask.carried", Severity.REFUSE)]
    assert "0.01 cc" in findings[0].text
    assert words in findings[0].text


def test_an_empty_lesion_stays_one():
    found, findings = carried(Lesion("1", "a", Image(np.zeros((0, 0, 0), bool), FINE)), COARSE)
    assert (found.voxels, findings) == (0, ())


def test_each_lesion_keeps_what_is_known_of_it_and_its_place():
    first, second = replace(ellipsoid(), irradiated=True), replace(ellipsoid(shift=(4, 0, 0)), id="2")
    found = carried_lesions([first, second], COARSE)
    assert [lesion.id for lesion, _ in found] == ["1", "2"]
    assert found[0][0].irradiated is True
    assert [[f.severity for f in findings] for _, findings in found] == [[Severity.FIXED]] * 2


# The PET's mask of STS_019 was drawn somewhere else than the CT's, as its voxels show.
@pytest.mark.parametrize("patient", ["STS_003", "STS_008", "STS_012", "STS_025", "STS_041"])
def test_contours_on_ct_come_out_on_pet_as_published(data, patient):
    folder = data / "sts" / patient
    on_ct, on_pet = (
        from_sitk(sitk.ReadImage(str(folder / name))) for name in ("mask.nii.gz", "pet_mask.nii.gz")
    )
    lesion = Lesion("1", "tumor", Image(on_ct.values > 0, on_ct.lattice))
    found, _ = carried(lesion, on_pet.lattice)
    published = on_pet.values > 0
    common = np.count_nonzero(whole(found) & published)
    assert 2 * common / (found.voxels + np.count_nonzero(published)) > 0.97
    assert found.volume_cc == pytest.approx(lesion.volume_cc, rel=0.02)


def transforms():
    affine = sitk.AffineTransform(3)
    affine.SetMatrix((1.1, 0.2, 0.0, -0.1, 0.9, 0.05, 0.0, 0.1, 1.2))
    affine.SetTranslation((10.0, -20.0, 5.0))
    turn = sitk.Euler3DTransform((10.0, 0.0, -800.0), 0.1, -0.2, 0.35, (40.0, -10.0, 5.0))
    bent = sitk.BSplineTransformInitializer(sitk.Image(20, 20, 20, sitk.sitkUInt8), (3, 3, 3))
    bent.SetParameters(tuple(np.random.default_rng(3).normal(0, 2, len(bent.GetParameters()))))
    return {
        "turn": turn,
        "affine": affine,
        "both": sitk.CompositeTransform([affine, turn]),
        "bent": sitk.CompositeTransform([affine, bent]),
    }


@pytest.mark.parametrize("name", list(transforms()))
def test_a_transform_maps_points_as_simpleitk_does(name):
    transform = transforms()[name]
    points = np.random.default_rng(1).uniform(-5, 25, (50, 3))
    one_by_one = [transform.TransformPoint(point) for point in points.tolist()]
    assert points_of(transform)(points) == pytest.approx(np.array(one_by_one), abs=1e-9)
    assert points_of(transform)(points[:0]).shape == (0, 3)

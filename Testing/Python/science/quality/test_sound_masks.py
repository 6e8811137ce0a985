"""The checks are silent about sound shapes, and on patients' own contours they say little."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from masks import found, lesion, noisy

from radioimmuno.geometry.image import Box, Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.io.lesions import read_lesions
from radioimmuno.quality.check import check_lesions
from radioimmuno.quality.protrusions import thin_protrusions
from radioimmuno.quality.slices import fill_gaps, jagged_slices, smooth_between_slices
from radioimmuno.settings import Settings

SEMI_MM = st.floats(6, 30)
SARCOMAS = ["003", "008", "012", "018", "019", "025", "041", "047"]
RANDOM_MASKS = arrays(bool, (6, 7, 8))


@st.composite
def rotated_ellipsoids(draw):
    """An ellipsoid of any direction, cropped, on voxels of 0.6-1.2 mm in slices 0.6-5 mm apart."""
    in_plane = draw(st.floats(0.6, 1.2))
    spacing = np.array([draw(st.floats(0.6, 5.0)), in_plane, in_plane])
    semi = np.array([draw(SEMI_MM) for _ in range(3)])
    turn, _ = np.linalg.qr(np.random.default_rng(draw(st.integers(0, 10**6))).normal(size=(3, 3)))
    shape = np.ceil(2 * (semi.max() + 1) / spacing).astype(int)
    places = (np.moveaxis(np.indices(shape), 0, -1) - (shape - 1) / 2) * spacing
    mask = (((places @ turn) / semi) ** 2).sum(-1) <= 1
    box = Box.around(mask)
    assume(box is not None and min(box.shape) >= 2)
    return mask[box.slices], (float(spacing[0]), in_plane, in_plane)


@settings(max_examples=60, derandomize=True)
@given(rotated_ellipsoids())
def test_an_ellipsoid_has_no_spurs_no_gaps_and_is_not_jagged(drawn):
    mask, spacing = drawn
    assert thin_protrusions(mask).max() == 0
    assert np.array_equal(fill_gaps(mask, spacing), mask)
    assert jagged_slices(mask, spacing) == (0, 0.0)
    assert np.array_equal(smooth_between_slices(mask, spacing), mask)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 0.9, 0.9), (5.0, 0.7, 0.7)])
@pytest.mark.parametrize("semi", [(10, 10, 10), (15, 8, 8), (8, 15, 15)])
def test_an_ellipsoid_in_tissue_has_no_findings_at_all(spacing, semi):
    shape = tuple(int(2 * (s + 6) / d) for s, d in zip(semi, spacing, strict=True))
    lattice = Lattice(shape, spacing, (0.0, 0.0, 0.0))
    index = np.moveaxis(np.indices(shape), 0, -1)
    mask = ((((index - (np.array(shape) - 1) / 2) * spacing) / semi) ** 2).sum(-1) <= 1
    assert found(noisy(lattice), lesion(mask, lattice)) == {}


@settings(max_examples=200)
@given(RANDOM_MASKS)
def test_what_is_left_of_any_mask_without_its_spurs_has_none(mask):
    assert thin_protrusions(mask & (thin_protrusions(mask) == 0)).max() == 0


@settings(max_examples=200)
@given(RANDOM_MASKS, st.integers(0, 2), st.integers(0, 2**8 - 1))
def test_any_mask_whose_missing_slices_are_filled_misses_none(mask, axis, missing):
    planes = np.moveaxis(mask, axis, 0)
    planes[[bool(missing >> k & 1) for k in range(len(planes))]] = False
    filled = fill_gaps(mask, (3.0, 1.0, 1.0))
    assert (filled | ~mask).all()
    assert np.array_equal(fill_gaps(filled, (3.0, 1.0, 1.0)), filled)


def codes_on(ct, mask):
    image = read_ct(ct).image
    read = read_lesions(mask, image)
    checked = check_lesions(image, read.lesions, Settings(), findings=read.findings)
    return [one.finding.code for one in checked]


@pytest.mark.parametrize("patient", SARCOMAS)
def test_nothing_is_found_on_the_contours_of_sarcomas(data, patient):
    folder = data / "sts" / f"STS_{patient}"
    assert codes_on(folder / "ct.nii.gz", folder / "mask.nii.gz") == []


def test_on_the_contours_of_lung_tumors_only_lung_inside_is_found_in_one(data):
    folder = data / "lung1_001"
    assert codes_on(folder / "ct.nrrd", folder / "label.nrrd") == []
    folder = data / "ibsi" / "ct_phantom"
    assert codes_on(folder / "ct.nii.gz", folder / "mask.nii.gz") == ["lesion.air"]


def test_faults_put_into_a_patients_contour_are_found(data):
    """The sound contour of a sarcoma: every other slice taken out, or moved by 3 mm, or a spike put on."""
    folder = data / "sts" / "STS_012"
    image = read_ct(folder / "ct.nii.gz").image
    (drawn,) = read_lesions(folder / "mask.nii.gz", image).lesions
    mask = drawn.mask.within(Box.whole(image.lattice.shape), False)
    slices = np.flatnonzero(mask.any(axis=(1, 2)))
    gaps, jumps, spike = mask.copy(), mask.copy(), mask.copy()
    gaps[slices[1:-1:2]] = False
    jumps[slices[::2]] = np.roll(mask[slices[::2]], 3, axis=2)
    k, j, i = max(np.argwhere(mask), key=lambda voxel: voxel[2])
    spike[k, j, i + 1 : i + 4] = True
    codes = [found(image, lesion(fault, image.lattice)) for fault in (gaps, jumps, spike)]
    assert "lesion.slice_gaps" in codes[0]
    assert list(codes[1]) == ["lesion.jagged"]
    assert list(codes[2]) == ["lesion.spurs"]

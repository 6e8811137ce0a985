"""Uptake of a lesion: maximum, mean, peak, metabolic volumes, glycolysis, ratios; what is wrong with it.

Tests of: scale.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from pet_phantoms import ball, lattice_of, middle_of, uniform, voxel_means

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice, from_sitk
from radioimmuno.lesion import Lesion
from radioimmuno.pet.acquired import PetAcquisition
from radioimmuno.pet.lesion_uptake import MEASURED, REFUSED, WARNED, lesion_uptake
from radioimmuno.pet.reference import Reference
from radioimmuno.pet.scale import FIXED, SHARE_41, UptakeScale, liver_threshold, scale_of

THRESHOLDS = (SHARE_41, *FIXED)
LATTICE = Lattice((14, 14, 14), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))


def cube(start=3, stop=11, lattice=LATTICE):
    mask = np.zeros(lattice.shape, bool)
    mask[(slice(start, stop),) * 3] = True
    return Lesion("1", "cube", Image(mask, lattice).trimmed())


def flat(value=1.0, lattice=LATTICE):
    return Image(np.full(lattice.shape, value), lattice)


def codes(measured):
    return [finding.code for finding in measured.findings]


@pytest.fixture(scope="module")
def hot_ball():
    lattice = lattice_of((3.0, 3.5, 3.5))
    middle = middle_of(lattice, (0.4, -0.9, 1.1))
    return voxel_means(lattice, middle, uniform(14.0)), ball(lattice, middle, 20.0)


def test_tlg_is_volume_times_mean_of_the_voxels_at_or_above(hot_ball):
    image, lesion = hot_ball
    measured = lesion_uptake(image, lesion, THRESHOLDS)
    values = image.within(lesion.mask.box)[lesion.mask.values]
    assert measured.volumes.keys() == {"41", "2_5", "4"}
    for key, least in (("41", 0.41 * values.max()), ("2_5", 2.5), ("4", 4.0)):
        volume, inside = measured.volumes[key], values[values >= least]
        assert volume.mtv_cc == pytest.approx(inside.size * 3.0 * 3.5 * 3.5 / 1000, rel=1e-12)
        assert volume.tlg == pytest.approx(volume.mtv_cc * inside.mean(), rel=1e-12)
        assert volume.tlg == pytest.approx(inside.sum() * 3.0 * 3.5 * 3.5 / 1000, rel=1e-12)


def test_the_volume_at_41_percent_of_a_hot_ball_is_that_of_the_ball_and_a_little_more(hot_ball):
    image, lesion = hot_ball
    measured = lesion_uptake(image, lesion, THRESHOLDS)
    assert measured.maximum == pytest.approx(10.0)
    assert measured.peak.value == pytest.approx(10.0, rel=0.01)
    # On a background of 1, a voxel of which the ball covers a third has 41 %: about half a mm beyond it.
    assert 4 / 3 * np.pi * 1.4**3 < measured.volumes["41"].mtv_cc < 4 / 3 * np.pi * 1.46**3
    assert measured.status == MEASURED


@pytest.mark.parametrize(("value", "counts"), [(4.0, True), (np.nextafter(4.0, 0), False)])
def test_a_voxel_at_a_threshold_counts_and_one_below_does_not(value, counts):
    image = flat(1.0)
    image.values[7, 7, 7] = value
    volume = lesion_uptake(image, cube(), THRESHOLDS).volumes["4"]
    assert volume.mtv_cc == pytest.approx(0.064 if counts else 0.0)
    assert volume.tlg == pytest.approx(0.256 if counts else 0.0)
    assert (volume.mean is None) is not counts


@pytest.mark.parametrize(("value", "voxels"), [(4.1, 2), (np.nextafter(4.1, 0), 1)])
def test_a_voxel_at_41_percent_of_the_maximum_counts(value, voxels):
    image = flat(1.0)
    image.values[7, 7, 7], image.values[5, 5, 5] = 10.0, value
    measured = lesion_uptake(image, cube(), THRESHOLDS)
    assert measured.volumes["41"].mtv_cc == pytest.approx(voxels * 0.064)


def test_the_threshold_of_the_liver_is_one_and_a_half_means_and_two_sd():
    threshold = liver_threshold(2.0, 0.25)
    assert threshold.value(20.0) == pytest.approx(3.5)
    assert "3.50" in threshold.title
    image = flat(1.0)
    image.values[7, 7, 7] = 3.5
    assert lesion_uptake(image, cube(), [threshold]).volumes["liver"].mtv_cc == pytest.approx(0.064)


def test_ratios_are_to_the_mean_of_the_reference(hot_ball):
    image, lesion = hot_ball
    references = [Reference("muscle", 0.5, 0.1, 2.0, 50), Reference("liver", 2.0, 0.2, 14.0, 300)]
    measured = lesion_uptake(image, lesion, THRESHOLDS, references)
    assert measured.ratios["muscle"].maximum == pytest.approx(measured.maximum / 0.5, rel=1e-15)
    assert measured.ratios["muscle"].peak == pytest.approx(measured.peak.value / 0.5, rel=1e-15)
    assert measured.ratios["liver"].mean == pytest.approx(measured.mean / 2.0, rel=1e-15)


@pytest.mark.parametrize("factor", [1e-4, 3.7, 5e6])
def test_ratios_and_the_volume_at_a_share_do_not_depend_on_the_scale(hot_ball, factor):
    image, lesion = hot_ball
    reference = Reference("muscle", 0.7, 0.1, 2.0, 50)
    one = lesion_uptake(image, lesion, [SHARE_41], [reference])
    scaled = Image(image.values * factor, image.lattice)
    other = lesion_uptake(scaled, lesion, [SHARE_41], [replace(reference, mean=0.7 * factor)])
    assert other.volumes["41"].mtv_cc == one.volumes["41"].mtv_cc
    for name in ("maximum", "mean", "peak"):
        expected = getattr(one.ratios["muscle"], name)
        assert getattr(other.ratios["muscle"], name) == pytest.approx(expected, rel=1e-12)


def test_an_empty_lesion_is_refused():
    measured = lesion_uptake(flat(), Lesion("1", "a", Image(np.zeros((0, 0, 0), bool), LATTICE)))
    assert (codes(measured), measured.status) == (["lesion.empty"], REFUSED)
    assert (measured.maximum, measured.peak, measured.centroid, measured.volumes) == (None, None, None, {})


def test_a_lesion_on_another_lattice_is_an_error_of_the_caller():
    moved = replace(LATTICE, origin=(1.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="another lattice"):
        lesion_uptake(flat(), cube(lattice=moved))


def test_a_lesion_that_was_refused_before_gets_no_value():
    refused = Finding("mask.carried", Severity.REFUSE, "Too small.")
    measured = lesion_uptake(flat(), cube(), findings=[refused])
    assert (measured.findings, measured.maximum, measured.status) == ((refused,), None, REFUSED)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_voxels_without_a_value_refuse_the_lesion_with_their_number(value):
    image = flat()
    image.values[5, 5, 4:6] = value
    measured = lesion_uptake(image, cube())
    assert (codes(measured), measured.status) == (["pet.non_finite"], REFUSED)
    assert "2 of 512 voxels" in measured.reasons
    assert measured.mean is None


def test_voxels_without_a_value_beside_the_lesion_leave_its_own_values():
    image = flat()
    image.values[:, :, :2] = np.nan
    measured = lesion_uptake(image, cube())
    assert measured.mean == 1.0
    assert measured.peak.value == pytest.approx(1.0)


@pytest.mark.parametrize("value", [0.0, -0.5])
def test_without_a_positive_maximum_there_is_no_volume_at_a_share_of_it(value):
    measured = lesion_uptake(flat(value), cube(), THRESHOLDS)
    assert "pet.no_uptake" in codes(measured)
    assert measured.volumes.keys() == {"2_5", "4"}
    assert (measured.maximum, measured.volumes["4"].tlg, measured.status) == (value, 0.0, WARNED)


def test_a_lesion_at_the_border_is_warned_of():
    measured = lesion_uptake(flat(), cube(0, 8))
    assert "lesion.truncated" in codes(measured)
    assert "lesion.truncated" not in codes(lesion_uptake(flat(), cube(1, 8)))


def test_a_small_lesion_is_told_that_its_peak_averages_what_is_around():
    small = cube(5, 7)  # 0.51 cc
    assert "pet.small_for_peak" in codes(lesion_uptake(flat(), small))
    assert "pet.small_for_peak" not in codes(lesion_uptake(flat(), cube(5, 8)))  # 1.7 cc


def test_where_no_sphere_fits_there_is_no_peak_and_all_else_is_measured():
    lattice = Lattice((3, 14, 14), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    mask = np.zeros(lattice.shape, bool)
    mask[1, 5:9, 5:9] = True
    lesion = Lesion("1", "a", Image(mask, lattice))
    measured = lesion_uptake(flat(5.0, lattice), lesion, THRESHOLDS, [Reference("muscle", 1.0, 0.1, 2, 9)])
    assert "pet.no_peak" in codes(measured)
    assert (measured.peak, measured.maximum, measured.status) == (None, 5.0, WARNED)
    assert (measured.ratios["muscle"].peak, measured.ratios["muscle"].mean) == (None, 5.0)


def test_a_peak_beside_a_hottest_voxel_at_the_border_is_warned_of():
    image = flat()
    image.values[1, 7, 7] = 9.0
    measured = lesion_uptake(image, cube(1, 11))
    assert "pet.peak_cut" in codes(measured)
    assert measured.peak_at_maximum is None
    assert measured.peak.value < 9.0


def test_a_volume_that_touches_the_contour_is_warned_of_with_numbers():
    image = flat()
    image.values[6:9, 6:9, 9:12] = 10.0  # the lesion ends at 11: it goes on beyond
    measured = lesion_uptake(image, cube(), THRESHOLDS)
    found = next(f for f in measured.findings if f.code == "pet.region_at_contour")
    assert found.severity is Severity.WARN
    assert "(9 of 18 voxels)" in found.text
    assert "at 9:" in found.text
    image.values[6:9, 6:9, 10:12] = 1.0  # now it ends a voxel before the contour
    assert "pet.region_at_contour" not in codes(lesion_uptake(image, cube(), THRESHOLDS))


def test_the_centroid_is_the_mean_place_of_the_voxels():
    assert lesion_uptake(flat(), cube()).centroid == pytest.approx((26.0, 26.0, 26.0))


def test_what_the_header_says_of_the_tracer_decides_which_thresholds_hold():
    acquisition = PetAcquisition("", "", True, False, 6586.0, 60.0, 80, 180, "M", 300, "BQML", "START", "")
    assert scale_of("bw", acquisition) == UptakeScale("bw")
    antibody = replace(acquisition, tracer="89Zr-atezolizumab", fdg=False, long_lived=True)
    assert scale_of("bw", antibody).immuno
    psma = scale_of("bw", replace(acquisition, tracer="PSMA-1007", fdg=False))
    assert psma == UptakeScale("bw", other_tracer="PSMA-1007")
    assert not scale_of("activity", acquisition).is_suv


def test_maximum_mean_and_volumes_are_those_of_simpleitk_on_20_patients(data):
    patients = sorted((data / "sts").glob("STS_*"))
    assert len(patients) == 20
    for folder in patients:
        stored, labels = (sitk.ReadImage(str(folder / name)) for name in ("pet.nii.gz", "pet_mask.nii.gz"))
        labels = sitk.Cast(labels > 0, sitk.sitkUInt8)
        image, mask = from_sitk(stored), from_sitk(labels)
        lesion = Lesion("1", "tumor", Image(mask.values > 0, mask.lattice).trimmed())
        measured = lesion_uptake(image, lesion, THRESHOLDS)
        statistics = sitk.LabelStatisticsImageFilter()
        statistics.Execute(stored, labels)
        assert measured.maximum == pytest.approx(statistics.GetMaximum(1), rel=1e-6)
        assert measured.mean == pytest.approx(statistics.GetMean(1), rel=1e-6)
        hot = sitk.Cast((stored >= 2.5) & (labels > 0), sitk.sitkUInt8)
        shape = sitk.LabelShapeStatisticsImageFilter()
        shape.Execute(hot)
        expected = shape.GetPhysicalSize(1) / 1000 if shape.HasLabel(1) else 0.0
        assert measured.volumes["2_5"].mtv_cc == pytest.approx(expected, rel=1e-6)
        assert measured.mean < measured.peak.value < measured.maximum

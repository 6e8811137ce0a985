"""Each row of bad input that concerns masks and voxels trips its code, and its repair does not.

Tests of: regions.
"""

import numpy as np
import pytest
from phantoms import distance_to

from radioimmuno.extraction import measurability
from radioimmuno.extraction.extract import extract, measure_images
from radioimmuno.findings import Severity
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.io.lesions import read_lesions
from radioimmuno.lesion import Lesion
from radioimmuno.settings import ExtractionSettings, RingSettings, Settings
from radioimmuno.study import Study

LATTICE = Lattice((40, 44, 48), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
MIDDLE = np.array([24.0, 22.0, 20.0])
BALL = distance_to(LATTICE, MIDDLE) <= 8
SOFT_TISSUE = np.rint(np.random.default_rng(0).normal(40, 10, LATTICE.shape)).astype(np.int16)
MEAN = ["lesion.statistics.mean"]
BOTH = [*MEAN, "ring.statistics.mean"]


def lesion(mask: np.ndarray, name: str = "1") -> Lesion:
    return Lesion(name, f"lesion {name}", Image(mask, LATTICE))


def found(mask: np.ndarray, values: np.ndarray = SOFT_TISSUE, wanted=MEAN, others=(), settings=None) -> dict:
    """Codes found for a mask, and what they do."""
    lesions = [lesion(mask), *(lesion(other, str(n)) for n, other in enumerate(others, start=2))]
    measured = extract(Image(values, LATTICE), lesions, settings or Settings(), wanted)[0]
    assert bool(measured.values) != measured.refused
    return {finding.code: finding.severity for finding in measured.findings}


def test_a_sound_lesion_has_no_findings():
    assert found(BALL, wanted=BOTH) == {}


def test_an_empty_lesion_is_refused():
    assert found(np.zeros_like(BALL)) == {"lesion.empty": Severity.REFUSE}


@pytest.mark.parametrize("voxels", [1, 2, 199])
def test_a_lesion_below_the_smallest_volume_is_refused(voxels):
    mask = np.zeros_like(BALL)
    mask[tuple(np.argwhere(BALL)[:voxels].T)] = True
    assert found(mask) == {"lesion.too_small": Severity.REFUSE}


def test_a_lesion_of_a_small_animal_is_measured_where_grid_and_ct_are_as_fine():
    """The same ball, a tenth as large: 0.002 cc."""
    lattice = Lattice(LATTICE.shape, (0.1, 0.1, 0.1), (0.0, 0.0, 0.0))
    fine = Settings(ExtractionSettings(spacing_mm=0.1), RingSettings(inner_mm=0.2, outer_mm=0.2))

    def measured(mask, settings):
        small = Lesion("1", "lesion 1", Image(mask, lattice))
        return extract(Image(SOFT_TISSUE, lattice), [small], settings, BOTH)[0]

    large = extract(Image(SOFT_TISSUE, LATTICE), [lesion(BALL)], Settings(), BOTH)[0]
    assert measured(BALL, fine).values == pytest.approx(large.values, abs=1e-6)
    assert [one.code for one in measured(BALL, Settings()).findings] == ["lesion.too_small"]
    few = np.zeros_like(BALL)
    few[tuple(np.argwhere(BALL)[:199].T)] = True
    assert [one.code for one in measured(few, fine).findings] == ["lesion.too_small"]


def test_a_fine_grid_alone_does_not_make_a_lesion_of_few_voxels_measurable():
    few = np.zeros_like(BALL)
    few[tuple(np.argwhere(BALL)[:199].T)] = True
    fine = Settings(ExtractionSettings(spacing_mm=0.5))
    assert found(few, settings=fine) == {"lesion.too_small": Severity.REFUSE}


def test_a_lesion_on_one_slice_is_refused():
    mask = np.zeros_like(BALL)
    mask[20, 10:30, 10:30] = True
    assert found(mask) == {"lesion.single_slice": Severity.REFUSE}
    mask[21] = mask[20]
    assert found(mask) == {}


def test_a_lesion_at_the_border_is_warned_about_with_the_side():
    mask = distance_to(LATTICE, np.array([24.0, 22.0, 3.0])) <= 8
    (finding,) = measurability.check_mask(lesion(mask), one_mm_grid())
    assert (finding.code, finding.severity) == ("lesion.truncated", Severity.WARN)
    assert "(bottom)" in finding.text


def one_mm_grid():
    from radioimmuno.geometry.grid import grid_of

    return grid_of(LATTICE, 1.0)


def test_pieces_are_counted_and_never_dropped():
    two = BALL | (distance_to(LATTICE, np.array([38.0, 36.0, 34.0])) <= 3)
    assert found(two) == {"lesion.components": Severity.WARN}
    (measured,) = extract(
        Image(SOFT_TISSUE, LATTICE), [lesion(two)], Settings(), ["lesion.morphology.approximate_volume"]
    )
    assert measured.values["lesion.morphology.approximate_volume"] == pytest.approx(np.count_nonzero(two))
    assert "2 separate pieces" in measured.findings[0].text


def test_holes_are_counted():
    hollow = BALL & (distance_to(LATTICE, MIDDLE) > 2)
    assert found(hollow) == {"lesion.holes": Severity.WARN}


def test_overlap_is_told_with_the_voxels_to_both():
    other = distance_to(LATTICE, MIDDLE + [12, 0, 0]) <= 8
    shared = np.count_nonzero(BALL & other)
    measured = extract(Image(SOFT_TISSUE, LATTICE), [lesion(BALL), lesion(other, "2")], Settings(), MEAN)
    for this, that in ((0, "lesion 2"), (1, "lesion 1")):
        (finding,) = measured[this].findings
        assert finding.code == "lesion.overlap"
        assert f"{shared} voxels" in finding.text
        assert that in finding.text


def test_a_ring_that_others_cut_away_is_warned_about():
    cover = (distance_to(LATTICE, MIDDLE) > 8.2) & (distance_to(LATTICE, MIDDLE) <= 14)
    cover[:, :, :12] = False
    inner_half = Settings(ring=RingSettings(inner_mm=0.5, outer_mm=4.0))
    assert found(BALL, wanted=BOTH, others=[cover], settings=inner_half) == {"ring.clipped": Severity.WARN}


def test_a_ring_with_nothing_left_is_refused():
    settings = Settings(ring=RingSettings(range_hu=(500.0, 900.0)))
    assert found(BALL, wanted=BOTH, settings=settings) == {"ring.empty": Severity.REFUSE}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_voxel_that_is_not_a_number_refuses_the_lesion(bad):
    values = SOFT_TISSUE.astype(float)
    values[20, 22, 24] = bad
    assert found(BALL, values) == {"ct.non_finite": Severity.REFUSE}
    values[20, 22, 24], values[2, 2, 2] = 40, bad
    assert found(BALL, values) == {}


@pytest.mark.parametrize("padding", [-2000, -3024])
def test_padding_is_left_out_warned_about_and_refused(padding):
    values = SOFT_TISSUE.copy()
    inside = np.argwhere(BALL)
    some, many = values.copy(), values.copy()
    some[tuple(inside[: len(inside) // 100].T)] = padding
    many[tuple(inside[: len(inside) // 10].T)] = padding
    assert found(BALL, some) == {"ct.padding": Severity.WARN}
    assert found(BALL, many) == {"ct.padding": Severity.REFUSE}
    (measured,) = extract(
        Image(some, LATTICE), [lesion(BALL)], Settings(), [*MEAN, "lesion.statistics.minimum"]
    )
    left = BALL.copy()
    left[tuple(inside[: len(inside) // 100].T)] = False
    assert measured.values["lesion.statistics.mean"] == pytest.approx(SOFT_TISSUE[left].mean())
    assert measured.values["lesion.statistics.minimum"] == SOFT_TISSUE[left].min()


def test_padding_does_not_bleed_into_its_neighbours():
    values = SOFT_TISSUE.copy()
    values[tuple(np.argwhere(BALL)[1000])] = -3024
    fine = Settings(ExtractionSettings(spacing_mm=0.7))
    (measured,) = extract(Image(values, LATTICE), [lesion(BALL)], fine, ["lesion.statistics.minimum"])
    assert measured.values["lesion.statistics.minimum"] >= SOFT_TISSUE[BALL].min()


def test_too_many_levels_are_refused_with_the_estimate():
    settings = Settings(ExtractionSettings(bin_width_hu=0.5))
    (measured,) = extract(Image(SOFT_TISSUE, LATTICE), [lesion(BALL)], settings, MEAN)
    (finding,) = measured.findings
    assert (finding.code, finding.severity) == ("lesion.too_many_levels", Severity.REFUSE)
    assert "about 21" in finding.text


def test_a_lesion_beyond_the_voxel_limit_is_refused_before_it_is_sampled():
    settings = Settings(ExtractionSettings(spacing_mm=0.05))
    assert found(BALL, settings=settings) == {"lesion.too_large": Severity.REFUSE}


@pytest.mark.parametrize(("volume_cc", "warned"), [(818.0, False), (1499.0, False), (1600.0, True)])
def test_what_is_as_large_as_an_organ_is_warned_about(volume_cc, warned):
    side = (volume_cc * 1000.0) ** (1 / 3) / 10
    coarse = Lattice((14, 14, 14), (side, side, side), (0.0, 0.0, 0.0))
    mask = np.zeros(coarse.shape, bool)
    mask[2:12, 2:12, 2:12] = True
    known = measurability.check_mask(Lesion("1", "1", Image(mask, coarse)), grid_of(coarse, 5.0))
    assert [finding.code for finding in known] == ["lesion.implausible_size"] * warned


def test_lungs_in_a_label_map_are_warned_about(data):
    folder = data / "lung_deformation"
    image = read_ct(folder / "3DCT_lung.mha").image
    for one in read_lesions(folder / "3DCT_lung_baseline_mask.mha", image).lesions:
        grid = grid_of(image.canonical().lattice, 2.0)
        codes = [finding.code for finding in measurability.check_mask(one.canonical(), grid)]
        assert "lesion.implausible_size" in codes


def test_thick_slices_are_out_of_the_domain():
    assert measurability.check_slices((5.0, 0.8, 0.8)) == []
    (finding,) = measurability.check_slices((6.5, 0.8, 0.8))
    assert finding.code == "domain.slice_thickness"
    assert "6.5 mm" in finding.text


def test_texts_name_the_image_that_was_measured():
    """A hole of NaN in the lesion, and a ring that another lesion takes most of, on a PET."""
    values = np.full(LATTICE.shape, 3.0, np.float32)
    values[20, 22, 24] = np.nan
    study = Study({"pet": Image(values, LATTICE)}, (lesion(BALL),), role="pet")
    settings = Settings(images={"pet": Settings(ring=RingSettings(inner_mm=0.5, outer_mm=4.0))})
    (row,) = measure_images(study, settings, {"pet.lesion": ("statistics.mean",)})
    (bad,) = [one for one in row.findings if one.code == "ct.non_finite"]
    assert bad.text.endswith("of the lesion are not numbers: the PET is damaged here.")
    around = distance_to(LATTICE, MIDDLE) > 8.2
    values[20, 22, 24] = 3.0
    study = Study({"pet": Image(values, LATTICE)}, (lesion(BALL), lesion(around, "2")), role="pet")
    (row, _) = measure_images(study, settings, {"pet.ring": ("statistics.mean",)})
    (clipped,) = [one for one in row.findings if one.code == "ring.clipped"]
    assert clipped.text.endswith("beside other lesions and the PET's border.")

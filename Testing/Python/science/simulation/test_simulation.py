"""Simulated patients: the same from the same seed, anatomy where it belongs, infiltration that shows.

Tests of: canvas, organs, places, skeleton, vessels.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from radioimmuno.geometry.image import Box, Image
from radioimmuno.lesion import Lesion, Site
from radioimmuno.simulation.body import draw_body
from radioimmuno.simulation.fields import gaussian_field, swell
from radioimmuno.simulation.patient import Plan, plan_benchmark, plan_patient, simulate_patient
from radioimmuno.simulation.scanner import draw_scanner
from radioimmuno.simulation.tumors import draw_tumor

SEED = 11


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_patient(SEED, slice_mm=5.0)


@pytest.fixture(scope="module")
def image(plan) -> Image:
    return plan.image()


@pytest.fixture(scope="module")
def free(plan, image) -> np.ndarray:
    """Voxels far from every lesion."""
    near = np.zeros(image.values.shape, bool)
    for tumor in plan.tumors:
        near[tumor.box(plan.lattice).slices] = True
    return ~near


def hu_around(image: Image, free: np.ndarray, centre: tuple[float, ...], radius_mm: float) -> np.ndarray:
    """HU of the lesion-free voxels in a ball; the centre is (x, y, z) in LPS mm."""
    indices = np.indices(image.values.shape, sparse=True)
    corner, steps = image.lattice.origin[::-1], image.lattice.spacing
    z, y, x = (start + step * index for start, step, index in zip(corner, steps, indices, strict=True))
    ball = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 < radius_mm**2
    return image.values[ball & free]


def test_the_same_seed_gives_the_same_patient(plan, image):
    again = simulate_patient(SEED, slice_mm=5.0)
    np.testing.assert_array_equal(again.image.values, image.values)
    assert again.image.lattice == image.lattice
    assert again.infiltration == plan.infiltration
    assert again.acquisition == plan.acquisition
    for mine, theirs in zip(plan.lesions(), again.lesions, strict=True):
        assert (mine.id, mine.name, mine.site) == (theirs.id, theirs.name, theirs.site)
        np.testing.assert_array_equal(mine.mask.values, theirs.mask.values)


def test_another_seed_gives_another_patient(plan):
    other = plan_patient(SEED + 1, slice_mm=5.0)
    assert other.infiltration != plan.infiltration
    assert other.body.half_width != plan.body.half_width


def test_a_part_has_the_voxels_of_the_whole(plan, image):
    for lesion in plan.lesions():
        part = plan.around(lesion)
        np.testing.assert_array_equal(part.values, image.crop(part.box).values)
        inside = lesion.mask.box
        assert part.box.intersect(inside) == inside


def test_values_are_whole_hu_of_a_scanner(image):
    assert image.values.dtype == np.int16
    assert image.values.min() >= -1024
    assert image.values.max() <= 3071
    corner = image.values[:, :10, :10]
    assert abs(corner.mean() + 1000) < 15


@pytest.mark.parametrize(
    ("centre", "radius_mm", "low", "high"),
    [
        pytest.param((-90, 0, 60), 8, -900, -780, id="right lung"),
        pytest.param((90, 0, 60), 8, -900, -780, id="left lung"),
        pytest.param((-80, -10, -45), 12, 80, 180, id="liver on the patient's right"),
        pytest.param((23, 26, 10), 5, 120, 330, id="aorta with contrast agent, left of the spine"),
        pytest.param((95, 40, -45), 10, 90, 230, id="spleen on the patient's left"),
        pytest.param((64, -20, -50), 10, -10, 45, id="stomach, filled"),
        pytest.param((0, 10, 125), 4, -1010, -940, id="windpipe"),
    ],
)
def test_organs_have_their_hu_at_their_place(image, free, centre, radius_mm, low, high):
    values = hu_around(image, free, centre, radius_mm)
    assert values.size > 20
    assert low < np.median(values) < high


def test_the_patient_lies_on_the_back_with_the_spine_behind(image):
    bone = image.values > 350
    rows = np.flatnonzero(bone[:, :, 150:170].sum(axis=(0, 2)) > 40)
    y = image.lattice.origin[1] + rows * image.lattice.spacing[1]
    assert y.max() > 60
    spine = bone & (np.arange(bone.shape[1]) > bone.shape[1] * 0.6)[:, None]
    assert spine.sum() > 0.4 * bone.sum()


def test_lungs_are_above_the_liver(image):
    lung = (image.values < -700) & (image.values > -950)
    lung &= ndimage.binary_erosion(lung, iterations=2)
    heights = image.lattice.origin[2] + np.flatnonzero(lung.any(axis=(1, 2))) * image.lattice.spacing[0]
    assert heights.mean() > 30


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def lesions(request) -> list[Lesion]:
    return plan_patient(request.param).lesions()


class TestLesions:
    def test_there_are_several_of_plausible_size(self, lesions):
        assert 4 <= len(lesions) <= 8
        assert all(0.7 < lesion.volume_cc < 70 for lesion in lesions)
        assert len({lesion.id for lesion in lesions}) == len(lesions)
        assert len({lesion.site for lesion in lesions}) >= 3

    def test_each_is_one_piece_without_holes(self, lesions):
        for lesion in lesions:
            padded = np.pad(lesion.mask.values, 1)
            assert ndimage.label(padded)[1] == 1
            assert ndimage.label(~padded)[1] == 1

    def test_each_lies_inside_the_volume_away_from_the_others(self, lesions):
        for lesion in lesions:
            lattice, box = lesion.mask.lattice, lesion.mask.box
            assert Box.whole(lattice.shape).intersect(box) == box
            margin = [int(4 // step) for step in lattice.spacing]
            around = box.grow(margin)
            near = ndimage.distance_transform_edt(
                ~lesion.mask.within(around, False), sampling=lattice.spacing
            )
            for other in lesions:
                if other.id != lesion.id:
                    assert not (other.mask.within(around, False) & (near <= 4)).any()

    def test_names_say_where_they_are(self, lesions):
        for lesion in lesions:
            assert lesion.site is not None
            assert lesion.name == f"{lesion.site.label.capitalize()} {lesion.id}"


@pytest.mark.parametrize("site", [Site.LUNG, Site.LIVER, Site.BONE])
def test_infiltration_brightens_the_rim_and_evens_the_inside(plan, site):
    bright, even = [], []
    for seed in range(6):
        little, much = (render(plan, site, infiltration, seed) for infiltration in (0.05, 0.95))
        bright.append(much["rim"].mean() - little["rim"].mean())
        even.append(little["inside"].std() - much["inside"].std())
    assert np.mean(bright) > 15
    assert np.mean(even) > 1.5


def render(plan: Plan, site: Site, infiltration: float, seed: int) -> dict[str, np.ndarray]:
    """HU in the rim and in the inside of one lesion that differs from another by its infiltration only."""
    centre = (-80.0, 0.0, 60.0)
    tumor = draw_tumor(np.random.default_rng(seed), site, centre, 12.0, infiltration, iodine=1.0)
    alone = replace(plan, tumors=(replace(tumor, necrosis_depth_mm=np.inf),))
    lesion = alone.lesions()[0]
    values = alone.image(lesion.mask.box).values
    depth = ndimage.distance_transform_edt(np.pad(lesion.mask.values, 1), sampling=plan.lattice.spacing)
    depth = depth[1:-1, 1:-1, 1:-1]
    return {"rim": values[(depth > 1.5) & (depth < 4)], "inside": values[depth > 5.5]}


def test_a_lesion_has_the_volume_that_was_asked_for(plan):
    for seed, volume_cc in enumerate((1.0, 8.0, 60.0)):
        tumor = draw_tumor(np.random.default_rng(seed), Site.LUNG, (0.0, 0.0, 0.0), volume_cc, 0.5, 1.0)
        axis, step = np.linspace(-1.6 * tumor.radius_mm, 1.6 * tumor.radius_mm, 80, retstep=True)
        inside = np.count_nonzero(tumor.distance((axis, axis, axis)) <= 0)
        assert inside * step**3 / 1000 == pytest.approx(volume_cc, rel=0.03)


def test_scans_differ_between_patients():
    scanners = [draw_scanner(np.random.default_rng(seed)) for seed in range(40)]
    assert {scanner.kvp for scanner in scanners} == {80, 100, 120, 140}
    assert len({scanner.slice_mm for scanner in scanners}) >= 5
    assert min(scanner.slice_mm for scanner in scanners) >= 1
    assert max(scanner.slice_mm for scanner in scanners) <= 5
    noise = [scanner.noise_hu for scanner in scanners]
    assert min(noise) < 8
    assert max(noise) > 14


def test_low_tube_voltage_brightens_the_blood():
    blood = {
        kvp: np.mean([draw_body(np.random.default_rng(seed), kvp).hu["blood"] for seed in range(10)])
        for kvp in (80, 100, 120, 140)
    }
    assert blood[80] > blood[100] + 20 > blood[120] + 30 > blood[140] + 30


def test_noise_is_correlated_in_a_slice_and_not_between_slices(plan):
    noise = plan.scanner.noise(Box((0, 0, 0), (12, 200, 200)))
    assert noise.std() == pytest.approx(plan.scanner.noise_hu, rel=0.1)
    in_plane = np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]
    through = np.corrcoef(noise[1:].ravel(), noise[:-1].ravel())[0, 1]
    assert in_plane > 0.2
    assert abs(through) < 0.03


def test_the_benchmark_is_large_with_ten_lesions_of_1_to_100_cc():
    plan = plan_benchmark()
    volumes = [lesion.volume_cc for lesion in plan.lesions()]
    assert plan.lattice.shape == (400, 512, 512)
    assert plan.lattice.spacing == (1.0, 0.8, 0.8)
    assert len(volumes) == 10
    assert min(volumes) == pytest.approx(1, rel=0.25)
    assert max(volumes) == pytest.approx(100, rel=0.1)


class TestFields:
    AXES = (np.array([-3.0, 0.5]), np.array([1.0, 2.0, 7.5]), np.linspace(-4, 9, 5))

    @pytest.fixture
    def field(self):
        return gaussian_field(np.random.default_rng(3), length_mm=4.0, sd=2.0, waves=40)

    def test_a_lattice_gives_what_single_points_give(self, field):
        points = np.stack(np.meshgrid(*self.AXES, indexing="ij"), axis=-1)
        np.testing.assert_allclose(field.on(*self.AXES), field.at(points), atol=1e-12)

    def test_it_has_its_spread_and_length(self, field):
        points = np.random.default_rng(0).uniform(-500, 500, (20_000, 3))
        here, there = field.at(points), field.at(points + np.array([0, 0, 4.0]))
        assert here.std() == pytest.approx(2.0, rel=0.1)
        assert np.corrcoef(here, there)[0, 1] == pytest.approx(np.exp(-0.5), abs=0.15)

    def test_a_scanner_averages_over_its_slice(self, field):
        slab = -2.5 + 5.0 * (np.arange(2000) + 0.5) / 2000
        y, x = np.array([1.0]), np.array([-2.0])
        expected = field.on(slab, y, x).mean()
        assert field.imaged(0.0, 5.0).on(np.array([0.0]), y, x)[0, 0, 0] == pytest.approx(expected, abs=1e-5)

    def test_a_swell_stays_below_its_peak(self):
        wave = swell(np.random.default_rng(1), (10, 30), peak=2.5, waves=6)
        assert np.abs(wave.at(np.random.default_rng(2).uniform(-200, 200, (5000, 3)))).max() <= 2.5

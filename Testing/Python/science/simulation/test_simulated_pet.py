"""Simulated PET: in the CT's place, blurred and noisy as said, with uptake that follows infiltration.

Tests of: anatomy, pet, reference_regions, tracer.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import erf
from scipy.stats import spearmanr

from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Site
from radioimmuno.simulation.anatomy import paint_values
from radioimmuno.simulation.body import tissue_hu
from radioimmuno.simulation.patient import Plan, plan_patient
from radioimmuno.simulation.pet import (
    FWHM_MM,
    NOISE_FWHM_MM,
    SimulatedPet,
    blurred,
    finer,
    pet_lattice,
    simulate_pet,
    with_noise,
)
from radioimmuno.simulation.reference_regions import BLOOD_POOL, CLEAR_MM, LIVER, MUSCLE, reference_regions
from radioimmuno.simulation.tracer import CD8_IMMUNO_PET, FDG, draw_uptake
from radioimmuno.simulation.tumors import Tumor, resized

SEED = 11
COARSE = pet_lattice((6.0, 6.0, 6.0))
SIGMA_MM = FWHM_MM / np.sqrt(8 * np.log(2))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_patient(SEED, slice_mm=5.0)


@pytest.fixture(scope="module")
def tumors() -> list[Tumor]:
    return [tumor for seed in range(12) for tumor in plan_patient(seed, slice_mm=5.0).tumors]


@pytest.fixture(scope="module")
def ct(plan) -> Image:
    """The patient's CT without lesions."""
    return replace(plan, tumors=()).image()


@pytest.fixture(scope="module")
def pet(plan) -> SimulatedPet:
    return simulate_pet(plan)


def values_in(mask: Image, pet: SimulatedPet) -> np.ndarray:
    """SUV of the voxels whose centre lies in a mask of another lattice, found by their place in space."""
    points = pet.image.lattice.to_lps(np.moveaxis(np.indices(pet.image.values.shape), 0, -1))
    index = np.rint(mask.lattice.to_index(points)).astype(int) - np.array(mask.offset)
    held = ((index >= 0) & (index < mask.values.shape)).all(axis=-1)
    held[held] = mask.values[tuple(index[held].T)]
    return pet.image.values[held]


class TestPlace:
    def test_voxels_are_none_of_the_ct(self, plan, pet):
        assert pet.image.lattice.offset_of(plan.lattice) is None
        assert pet.image.lattice.spacing != plan.lattice.spacing

    def test_a_hot_lesion_lies_where_it_was_drawn_on_the_ct(self, plan):
        """Centre of what is above half of the maximum, of a lesion alone in a lung, against the mask's."""
        tumor = next(one for one in plan.tumors if one.site is Site.LUNG)
        alone = replace(plan, tumors=(replace(tumor, necrosis_depth_mm=np.inf),))
        pet, (lesion,) = simulate_pet(alone), alone.lesions()
        drawn = plan.lattice.to_lps(np.argwhere(lesion.mask.values) + lesion.mask.offset).mean(axis=0)
        reach = np.ceil(1.5 * tumor.radius_mm / np.array(pet.image.lattice.spacing)).astype(int)
        middle = np.rint(pet.image.lattice.to_index(drawn)).astype(int)
        part = pet.image.crop(Box(tuple(middle - reach), tuple(middle + reach + 1)))
        hot = np.argwhere(part.values > part.values.max() / 2) + part.offset
        found = pet.image.lattice.to_lps(hot).mean(axis=0)
        assert np.linalg.norm(found - drawn) < min(pet.image.lattice.spacing) / 2

    def test_the_body_lies_where_it_does_on_the_ct(self, ct, pet):
        """The middle between skin and skin, along x and y, in four slices of either image."""
        off = [
            np.subtract(outline_middle(ct, -500.0, z), outline_middle(pet.image, 0.12, z))
            for z in (-100, -50, 0, 50)
        ]
        assert np.abs(off).max() < pet.image.lattice.spacing[1]

    def test_the_spleen_lies_where_it_does_on_the_ct(self, plan, ct):
        """In immuno-PET the spleen alone has so much uptake; on the CT it has HU of its own."""
        pet = simulate_pet(replace(plan, tumors=()), CD8_IMMUNO_PET)
        found = [
            left_upper_centre(ct, lambda hu: np.abs(hu - plan.body.hu["spleen"]) < 20),
            left_upper_centre(pet.image, lambda suv: suv > 12.0),
        ]
        assert np.linalg.norm(found[0] - found[1]) < max(pet.image.lattice.spacing)


def outline_middle(image: Image, level: float, z: float) -> np.ndarray:
    """Middle (x, y) of the box around what is above a level in the slice at z, LPS mm."""
    k = round(image.lattice.to_index(np.array((0.0, 0.0, z)))[0])
    steps = image.lattice.spacing[1:]
    smooth = ndimage.gaussian_filter(image.values[k].astype(float), [4.0 / step for step in steps])
    parts, _ = ndimage.label(smooth > level)
    rows, columns = np.nonzero(parts == np.bincount(parts.ravel())[1:].argmax() + 1)
    middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    return image.lattice.to_lps(np.array((k, *middle)))[:2]


def left_upper_centre(image: Image, is_it) -> np.ndarray:
    """Centre (LPS mm) of the largest piece of what it is on the patient's left, below the diaphragm."""
    low = image.lattice.to_index(np.array((55.0, -20.0, -120.0)))
    high = image.lattice.to_index(np.array((150.0, 100.0, 20.0)))
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    smooth = ndimage.median_filter(image.values[cut].astype(float), 3)
    parts, _ = ndimage.label(ndimage.binary_opening(is_it(smooth)))
    biggest = np.argwhere(parts == np.bincount(parts.ravel())[1:].argmax() + 1)
    return image.lattice.to_lps(biggest.mean(axis=0) + [part.start for part in cut])


class TestPartialVolume:
    LATTICE = Lattice((12, 10, 10), (3.0, 4.0, 4.0), (-18.0, -18.0, -16.5))
    CENTRE = np.array((0.4, -1.1, 0.7))

    @pytest.mark.parametrize("radius_mm", [4.0, 6.2, 10.0])
    def test_a_hot_sphere_is_the_spheres_convolution_with_the_psf_averaged_over_voxels(self, radius_mm):
        fine = finer(self.LATTICE, FWHM_MM)
        covered = Image(averaged(fine, 5, lambda r: r <= radius_mm, self.CENTRE), fine)
        expected = averaged(self.LATTICE, 4, lambda r: convolved_sphere(r, radius_mm), self.CENTRE)
        np.testing.assert_allclose(blurred(covered, self.LATTICE, FWHM_MM), expected, atol=0.005)

    def test_activity_is_neither_made_nor_lost(self):
        fine = finer(self.LATTICE, FWHM_MM)
        covered = Image(averaged(fine, 4, lambda r: r <= 5.0, self.CENTRE), fine)
        seen = blurred(covered, self.LATTICE, FWHM_MM).sum() * self.LATTICE.voxel_volume_mm3
        assert seen == pytest.approx(4 / 3 * np.pi * 5.0**3, rel=0.01)

    def test_what_is_even_stays_so_up_to_the_edges(self):
        fine = finer(self.LATTICE, FWHM_MM)
        even = blurred(Image(np.full(fine.shape, 2.5), fine), self.LATTICE, FWHM_MM)
        np.testing.assert_allclose(even, 2.5, rtol=1e-6)


def convolved_sphere(r: np.ndarray, radius: float) -> np.ndarray:
    """A unit sphere convolved with a 3D Gaussian at a distance from its centre, in closed form."""
    r = np.maximum(r, 1e-6)
    a, b = (radius - r) / SIGMA_MM, (radius + r) / SIGMA_MM
    inside = (erf(a / np.sqrt(2)) + erf(b / np.sqrt(2))) / 2
    return inside - SIGMA_MM / (r * np.sqrt(2 * np.pi)) * (np.exp(-(a**2) / 2) - np.exp(-(b**2) / 2))


def averaged(lattice: Lattice, parts: int, function, centre: np.ndarray) -> np.ndarray:
    """A function of the distance from a centre, averaged over each voxel."""
    offsets = (np.arange(parts) + 0.5) / parts - 0.5
    index = np.moveaxis(np.indices(lattice.shape), 0, -1)
    total = np.zeros(lattice.shape)
    for off in np.stack(np.meshgrid(offsets, offsets, offsets), axis=-1).reshape(-1, 3):
        total += function(np.linalg.norm(lattice.to_lps(index + off) - centre, axis=-1))
    return total / parts**3


class TestNoise:
    LATTICE = Lattice((40, 50, 60), (3.0, 4.0, 4.0), (0.0, 0.0, 0.0))

    @pytest.fixture
    def noise(self):
        even = Image(np.full(self.LATTICE.shape, 8.0), self.LATTICE)
        return with_noise(np.random.default_rng(0), even, 0.02) - 8.0

    def test_its_variance_is_proportional_to_uptake(self, noise):
        assert noise.std() == pytest.approx(np.sqrt(0.02 * 8.0), rel=0.02)
        halves = np.full(self.LATTICE.shape, 2.0)
        halves[:, :, 30:] = 8.0
        seen = with_noise(np.random.default_rng(1), Image(halves, self.LATTICE), 0.02)
        assert seen[:, :, 30:].std() / seen[:, :, :30].std() == pytest.approx(2.0, rel=0.1)

    @pytest.mark.parametrize(("axis", "step_mm"), [(0, 3.0), (1, 4.0), (2, 4.0)])
    def test_it_is_correlated_over_some_millimetres(self, noise, axis, step_mm):
        """White noise after a Gaussian of SD s correlates at a distance d by exp(-d^2 / (4 s^2))."""
        sigma_mm = NOISE_FWHM_MM / np.sqrt(8 * np.log(2))
        along = np.moveaxis(noise, axis, 0)
        seen = np.corrcoef(along[1:].ravel(), along[:-1].ravel())[0, 1]
        assert seen == pytest.approx(np.exp(-(step_mm**2) / (4 * sigma_mm**2)), abs=0.03)

    def test_nothing_is_negative(self, pet):
        assert pet.image.values.dtype == np.float32
        assert pet.image.values.min() == 0.0
        assert np.isfinite(pet.image.values).all()


class TestUptake:
    @pytest.mark.parametrize("tracer", [FDG, CD8_IMMUNO_PET], ids=lambda tracer: tracer.name)
    def test_it_follows_infiltration_with_the_noise_that_is_said(self, tumors, tracer):
        rng, (low, high) = np.random.default_rng(0), tracer.lesion_suv
        infiltration = np.array([tumor.infiltration for tumor in tumors])
        suv = np.array([draw_uptake(rng, tracer, tumor).suv for tumor in tumors])
        off = np.log(suv / (low + (high - low) * infiltration))
        assert len(off) > 50
        assert abs(off.mean()) < 3 * tracer.lesion_sd / np.sqrt(len(off))
        assert off.std() == pytest.approx(tracer.lesion_sd, rel=0.3)

    @pytest.mark.parametrize("tracer", [FDG, CD8_IMMUNO_PET], ids=lambda tracer: tracer.name)
    def test_it_shows_in_the_image_as_a_reader_measures_it(self, tracer):
        """Means of drawn lesions, of those that blur does not take most of, against infiltration."""
        hidden, seen = [], []
        for seed in range(1, 6):
            plan = plan_patient(seed, slice_mm=5.0)
            pet = simulate_pet(plan, tracer, lattice=COARSE)
            lesions = [lesion for lesion in plan.lesions() if lesion.volume_cc > 4]
            hidden += [plan.infiltration[lesion.id] for lesion in lesions]
            seen += [values_in(lesion.mask, pet).mean() for lesion in lesions]
        found = spearmanr(hidden, seen)
        assert len(seen) > 15
        assert found[0] > 0
        assert found[1] < 0.001

    def test_the_true_mean_of_a_large_lesion_comes_back_from_its_middle(self, plan):
        """Far from the border there is no partial volume: noise and unevenness alone are left."""
        tumor = replace(max(plan.tumors, key=lambda one: one.radius_mm), necrosis_depth_mm=np.inf)
        alone = replace(plan, tumors=(tumor,))
        pet, (lesion,) = simulate_pet(alone), alone.lesions()
        depth = ndimage.distance_transform_edt(np.pad(lesion.mask.values, 1), sampling=plan.lattice.spacing)
        middle = replace(lesion.mask, values=depth[1:-1, 1:-1, 1:-1] > 7.0)
        assert values_in(middle, pet).mean() == pytest.approx(pet.lesion_mean["1"], rel=0.12)
        assert pet.lesion_mean["1"] == pytest.approx(pet.lesion_suv["1"], rel=0.01)

    def test_dead_tissue_takes_up_less(self, plan):
        tumor = plan.tumors[0]
        living, dead = (
            draw_uptake(np.random.default_rng(3), FDG, replace(tumor, necrosis_depth_mm=depth))
            for depth in (np.inf, 0.4 * tumor.radius_mm)
        )
        assert dead.suv == living.suv
        # a sphere's part that lies deeper than 0.4 of its radius is 0.6^3 of it, and takes up a quarter
        assert dead.mean() / living.mean() == pytest.approx(1 - 0.75 * 0.6**3, abs=0.06)

    def test_the_immuno_pet_is_hot_where_such_cells_live(self):
        suv = CD8_IMMUNO_PET.suv
        assert min(suv["spleen"], suv["marrow"], CD8_IMMUNO_PET.node_suv) > 2 * suv["blood"]
        assert FDG.suv["renal_pelvis"] > 5 * FDG.suv["liver"] > 5 * FDG.suv["muscle"]

    @pytest.mark.parametrize("tracer", [FDG, CD8_IMMUNO_PET], ids=lambda tracer: tracer.name)
    def test_each_tissue_has_its_uptake(self, tracer):
        assert set(tracer.suv) == set(tissue_hu(1.0))

    def test_a_tissue_without_a_value_is_refused(self, plan):
        with pytest.raises(KeyError, match="spleen"):
            paint_values(
                plan,
                COARSE,
                {name: suv for name, suv in FDG.suv.items() if name != "spleen"},
                200.0,
                lambda canvas: None,
            )


def test_each_lesion_stands_out_of_what_is_around_it(plan, pet):
    """Its maximum against the hottest twentieth of a shell from 5 to 10 mm outside: it can be segmented."""
    for number, tumor in enumerate(plan.tumors, start=1):
        points = pet.image.lattice.to_lps(np.moveaxis(np.indices(pet.image.values.shape), 0, -1))
        near = np.linalg.norm(points - np.array(tumor.centre), axis=-1) < 1.5 * tumor.radius_mm + 10
        distance = tumor.distance_at(points[near][:, ::-1])
        values = pet.image.values[near]
        around = np.percentile(values[(distance > 5) & (distance < 10)], 95)
        assert values[distance < 0].max() > 1.5 * around, number


class TestReferenceRegions:
    @pytest.mark.parametrize("seed", range(1, 7))
    def test_they_lie_in_their_tissue_on_the_ct(self, seed):
        plan = plan_patient(seed, slice_mm=2.5)
        regions = reference_regions(plan, plan.lattice)
        expected = {LIVER: "liver", BLOOD_POOL: "blood", MUSCLE: "muscle"}
        assert {BLOOD_POOL, MUSCLE} <= {region.id for region in regions}
        for region in regions:
            values = plan.image(region.box).values[region.mask.within(region.box, False)]
            assert np.median(values) == pytest.approx(plan.body.hu[expected[region.id]], abs=8)
            assert region.volume_cc > 1

    def test_the_livers_is_a_sphere_of_3_cm_between_lesions_of_the_liver(self):
        found = []
        for seed in range(4):
            plan = plan_patient(seed, slice_mm=2.5, pool=(Site.LIVER,))
            regions = {region.id: region for region in reference_regions(plan, plan.lattice)}
            found += [regions[LIVER].volume_cc] if LIVER in regions else []
        assert len(found) >= 3
        assert found == pytest.approx([4 / 3 * np.pi * 1.5**3] * len(found), rel=0.03)

    def test_lesions_keep_their_distance(self):
        for seed in range(1, 7):
            plan = plan_patient(seed, slice_mm=5.0)
            for region in reference_regions(plan, plan.lattice):
                points = plan.lattice.to_lps(np.argwhere(region.mask.values) + region.mask.offset)
                for tumor in plan.tumors:
                    assert tumor.distance_at(points[:, ::-1]).min() > CLEAR_MM

    def test_a_liver_full_of_lesions_has_none(self, plan):
        large = resized(plan.tumors[0], 80.0 / plan.tumors[0].radius_mm)
        tumor = replace(large, centre=(-80.0, 0.0, -50.0))
        regions = reference_regions(replace(plan, tumors=(tumor,)), plan.lattice)
        assert LIVER not in {region.id for region in regions}

    def test_the_pet_has_their_true_means_in_them(self, plan, pet):
        regions = reference_regions(plan, plan.lattice)
        assert set(pet.reference_mean) == {LIVER, BLOOD_POOL, MUSCLE}
        for region in regions:
            measured = values_in(region.mask, pet).mean()
            assert measured == pytest.approx(pet.reference_mean[region.id], rel=0.1)


class TestSeeds:
    def test_the_same_seed_gives_the_same_pet(self, plan, pet):
        again = simulate_pet(plan_patient(SEED, slice_mm=5.0))
        np.testing.assert_array_equal(again.image.values, pet.image.values)
        assert (again.scan, again.lesion_mean) == (pet.scan, pet.lesion_mean)
        assert again.infiltration == plan.infiltration

    def test_another_seed_gives_another_scan_of_the_same_person(self, plan, pet):
        other = simulate_pet(plan, seed=1, lattice=COARSE)
        assert other.lesion_suv != pet.lesion_suv
        assert other.scan.dose_bq != pet.scan.dose_bq
        assert (other.scan.weight_kg, other.scan.sex) == (pet.scan.weight_kg, pet.scan.sex)

    def test_the_ct_stays_as_it_was(self, plan):
        before = plan_patient(SEED, slice_mm=5.0)
        simulate_pet(plan, lattice=COARSE)
        box = plan.lesions()[0].box.grow(5)
        np.testing.assert_array_equal(plan.image(box).values, before.image(box).values)
        assert plan.infiltration == before.infiltration

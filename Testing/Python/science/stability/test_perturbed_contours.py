"""Redrawn contours: the displacement has the SD and the correlation that were asked for."""

import numpy as np
import pytest
from phantoms import noisy_patient, signed_permutations, sphere

from radioimmuno.findings import SettingsError
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.stability.perturbation import Perturbation
from radioimmuno.stability.perturbed_contours import perturbed, perturbed_box

STEP_MM = 0.05
NOTHING = Perturbation(sd_mm=0.0, growth_voxels=0.0, draws=2)


def directions(n: int) -> np.ndarray:
    """Unit vectors spread evenly over the sphere, (n, 3)."""
    z = 1 - (2 * np.arange(n) + 1) / n
    turn = np.pi * (3 - np.sqrt(5)) * np.arange(n)
    return np.stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z], axis=1)


def radii(lesion: Lesion, centre: np.ndarray, radius: float, rays: np.ndarray) -> np.ndarray:
    """How far the mask reaches from the centre along each ray, mm."""
    along = np.arange(radius - 6, radius + 6, STEP_MM)
    points = lesion.mask.lattice.to_index(centre + rays[:, None, :] * along[:, None])
    index = np.rint(points).astype(int) - lesion.mask.offset
    there = ((index >= 0) & (index < lesion.mask.values.shape)).all(axis=-1)
    inside = np.zeros(there.shape, bool)
    inside[there] = lesion.mask.values[tuple(index[there].T)]
    return along[0] + STEP_MM * inside.sum(axis=1)


def displacements(spacing, perturbation: Perturbation, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Displacement of a sphere's surface in each draw along n rays, (draws, n), and where the rays end."""
    lesion, centre, radius = sphere(14.0, spacing)
    lesion, rays = lesion.canonical(), directions(n)
    before = radii(lesion, centre, radius, rays)
    after = [radii(contour, centre, radius, rays) for contour in perturbed(lesion, perturbation)]
    return np.array(after) - before, radius * rays


@pytest.mark.parametrize("spacing", [(0.5, 0.5, 0.5), (3.0, 0.8, 0.8)], ids=["fine", "thick slices"])
def test_the_boundarys_displacement_has_the_standard_deviation_that_was_asked_for(spacing):
    moved, ends = displacements(spacing, Perturbation(sd_mm=1.0, growth_voxels=0.0, draws=60))
    in_slice = np.abs(ends[:, 2]) < 3.0  # where thick slices do not decide how far a ray reaches
    moved = moved[:, in_slice]
    rounding = 2 * spacing[2] ** 2 / 12  # of both ends to whole voxels
    assert np.sqrt(moved.var() - rounding) == pytest.approx(1.0, abs=0.07)
    assert moved.mean() == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("correlation_mm", [5.0, 8.0])
def test_displacements_are_correlated_by_one_over_e_at_the_correlation_length(correlation_mm):
    asked = Perturbation(sd_mm=1.0, correlation_mm=correlation_mm, growth_voxels=0.0, draws=60)
    moved, ends = displacements((0.5, 0.5, 0.5), asked)
    apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)
    products = (moved[:, :, None] * moved[:, None, :]).mean(axis=0) / moved.var()
    for distance in (0.6 * correlation_mm, correlation_mm, 1.6 * correlation_mm):
        near = np.abs(apart - distance) < 0.3
        expected = np.exp(-np.square(apart[near] / correlation_mm)).mean()
        assert products[near].mean() == pytest.approx(expected, abs=0.07)


def test_growth_is_uniform_up_to_its_share_of_a_voxel_either_way():
    lesion, _, radius = sphere(14.0, (1.0, 1.0, 1.0))
    asked = Perturbation(sd_mm=0.0, growth_voxels=0.5, draws=200)
    volumes = np.array([contour.volume_cc for contour in perturbed(lesion.canonical(), asked)])
    grown = (3000 * volumes / (4 * np.pi)) ** (1 / 3) - radius
    # The surface of a mask is known to a tenth of a voxel.
    assert np.abs(grown).max() == pytest.approx(0.5, abs=0.1)
    assert grown.std() == pytest.approx(0.5 / np.sqrt(3), rel=0.15)


def difficult_lesions() -> dict[str, Lesion]:
    """Masks with everything that an approximate surface would lose."""
    _, irregular = noisy_patient()
    values = np.zeros(irregular.mask.values.shape, bool)
    values[5:20, 5:20, 5:20] = True
    values[10, 10, 10] = False
    values[12:14, 20:30, 12] = True
    values[30, 40, 40] = True
    values[0:3, 0:4, 30:46] = True
    shaped = Image(values, irregular.mask.lattice)
    return {"irregular": irregular, "hole, spur, speck, border": Lesion("2", "x", shaped)}


@pytest.mark.parametrize("name", difficult_lesions())
def test_without_displacement_the_mask_comes_back_voxel_for_voxel(name):
    lesion = difficult_lesions()[name].canonical()
    for contour in perturbed(lesion, NOTHING):
        assert contour.box == lesion.box
        assert np.array_equal(contour.mask.values, lesion.mask.values)


def test_no_contour_leaves_the_box_that_was_told_before():
    _, lesion = noisy_patient()
    asked = Perturbation(sd_mm=3.0, growth_voxels=2.0, draws=20)
    lesion = lesion.canonical()
    box = perturbed_box(lesion, asked)
    assert all(contour.box.intersect(box) == contour.box for contour in perturbed(lesion, asked))


def test_the_first_contours_are_the_same_however_many_are_drawn():
    _, lesion = noisy_patient()
    lesion = lesion.canonical()
    few = list(perturbed(lesion, Perturbation(draws=3)))
    many = list(perturbed(lesion, Perturbation(draws=5)))
    for a, b in zip(few, many, strict=False):
        assert a.box == b.box
        assert np.array_equal(a.mask.values, b.mask.values)


@pytest.mark.parametrize(
    ("name", "seed", "same"), [("1", 0, True), ("2", 0, False), ("1", 1, False)], ids=["same", "name", "seed"]
)
def test_contours_follow_the_lesions_identifier_and_the_seed(name, seed, same):
    _, lesion = noisy_patient()
    lesion = lesion.canonical()
    other = Lesion(name, "another name", lesion.mask)
    first = next(perturbed(lesion, Perturbation(seed=0)))
    second = next(perturbed(other, Perturbation(seed=seed)))
    assert (first.volume_cc == second.volume_cc) == same


def test_contours_are_the_same_in_every_axis_order():
    _, lesion = noisy_patient(shape=(30, 40, 36))
    expected = next(perturbed(lesion.canonical(), Perturbation()))
    for stored in signed_permutations(lesion.mask)[::7]:
        found = next(perturbed(Lesion("1", "stored", stored).canonical(), Perturbation()))
        assert np.array_equal(found.mask.values, expected.mask.values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sd_mm": -1.0},
        {"sd_mm": float("nan")},
        {"sd_mm": float("inf")},
        {"correlation_mm": 0.0},
        {"growth_voxels": -0.1},
        {"draws": 1},
        {"draws": 2.5},
        {"seed": -1},
        {"seed": True},
    ],
    ids=str,
)
def test_numbers_out_of_bounds_are_refused_and_named(wrong):
    (name,) = wrong
    with pytest.raises(SettingsError, match=name):
        Perturbation(**wrong)

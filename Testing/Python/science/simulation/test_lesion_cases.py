"""Lesions of simulated patients, each with its surroundings and its true voxels."""

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Site
from radioimmuno.simulation.lesion_cases import (
    CONTRAST_HU,
    MOST_REACH_MM,
    crop_box,
    simulated_cases,
    steps_across,
    surface_points,
)
from radioimmuno.simulation.patient import plan_patient
from radioimmuno.simulation.strokes import longest_stroke

SEEDS = (1000, 1003, 1005)


@pytest.fixture(scope="module")
def cases():
    return list(simulated_cases(SEEDS))


def places(image):
    return image.lattice.to_lps(np.moveaxis(np.indices(image.lattice.shape), 0, -1))


def test_every_lesion_of_a_patient_is_a_case(cases):
    planned = [tumor for seed in SEEDS for tumor in plan_patient(seed).tumors]
    assert [case.kind for case in cases] == [tumor.site.label for tumor in planned]
    assert len({case.name for case in cases}) == len(cases)
    assert sorted({case.patient for case in cases}) == [f"simulated {seed}" for seed in SEEDS]


def test_image_and_truth_lie_on_one_lattice_that_is_cropped(cases):
    for case in cases:
        assert case.image.box == Box.whole(case.image.lattice.shape)
        assert case.truth.lattice == case.image.lattice
        assert case.truth.box == case.truth.trimmed().box  # cropped to its voxels


def test_the_truth_is_the_tumor_itself(cases):
    tumors = [tumor for seed in SEEDS for tumor in plan_patient(seed).tumors]
    for case, tumor in zip(cases, tumors, strict=True):
        inside = tumor.distance_at(places(case.image)[..., ::-1]) <= 0
        np.testing.assert_array_equal(case.truth.within(case.image.box, False), inside)


def test_a_stroke_has_its_surroundings():
    """As far each way as the stroke is long, also where that lies in the lesion's first slice."""
    lattice = Lattice((60, 200, 200), (3.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    truth = Image(np.ones((6, 20, 40), bool), lattice, (27, 90, 80))
    ends = longest_stroke(truth)
    middle = lattice.to_index(ends.mean(axis=0))
    box = crop_box(truth)
    least = np.linalg.norm(ends[1] - ends[0]) / np.array(lattice.spacing)
    assert (middle - box.start >= least).all()
    assert (np.array(box.stop) - 1 - middle >= least).all()


def test_a_large_lesion_is_not_cropped_to_more_than_the_most():
    lattice = Lattice((200, 200, 200), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    truth = Image(np.ones((60, 60, 60), bool), lattice, (70, 70, 70))
    box = crop_box(truth)
    assert (np.array(box.shape) * 2.0 <= 2 * MOST_REACH_MM + 6).all()
    assert (np.array(box.shape) * 2.0 >= 2 * MOST_REACH_MM - 6).all()


def test_the_same_voxels_as_in_the_whole_ct():
    """Without a change of contrast the crop is the patient's own CT."""
    case = next(simulated_cases([1005], contrast_hu={}))
    plan = plan_patient(1005)
    start = np.rint(plan.lattice.to_index(np.array(case.image.lattice.origin))).astype(int)
    box = Box(tuple(start), tuple(start + case.image.values.shape))
    np.testing.assert_array_equal(plan.image(box).values, case.image.values)


def test_every_site_but_the_lung_has_clear_and_faint_borders(cases):
    seen = {(case.kind, case.has_clear_border) for case in cases}
    both = [site for site in {kind for kind, _ in seen} if (site, True) in seen and (site, False) in seen]
    assert sorted(both) == ["bone", "liver", "lymph node", "soft tissue"]
    assert ("lung", True) in seen
    assert ("lung", False) not in seen


def test_only_sites_that_are_asked_for():
    assert {case.kind for case in simulated_cases([1000], [Site.LIVER])} == {"liver"}


def test_the_contrast_is_changed_for_every_second_lesion_of_a_site():
    changed = list(simulated_cases([1000], [Site.LIVER]))
    planned = list(simulated_cases([1000], [Site.LIVER], {}))
    moved = [
        float(np.median((a.image.values - b.image.values)[a.truth.box.slices][a.truth.values]))
        for a, b in zip(changed, planned, strict=True)
    ]
    assert sorted({round(step, -1) for step in moved}) == [CONTRAST_HU[Site.LIVER], 0.0]


@pytest.fixture
def tumor():
    return plan_patient(1000).tumors[0]


def test_surface_points_lie_on_the_surface_with_normals_outwards(tumor):
    points, normals = surface_points(tumor)
    np.testing.assert_allclose(tumor.distance_at(points), 0, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)
    assert (tumor.distance_at(points + normals) > 0).all()
    assert (tumor.distance_at(points - normals) < 0).all()


def test_steps_are_the_difference_of_what_lies_on_both_sides(tumor):
    """A lesion of 70 HU: beside it 100 HU where y is above its middle, 10 HU where it is below."""
    tumor = replace(tumor, centre=(5.0, -3.0, 8.0))
    lattice = Lattice((81, 81, 81), (1.0, 1.0, 1.0), (-35.0, -43.0, -32.0))
    at = places(Image(np.zeros(lattice.shape), lattice))[..., ::-1]
    around = np.where(at[..., 1] > -3.0, 100, 10)
    steps = steps_across(Image(np.where(tumor.distance_at(at) <= 0, 70, around), lattice), tumor)
    points, _ = surface_points(tumor)
    beside = np.abs(points[:, 1] + 3.0) > 6
    np.testing.assert_allclose(steps[beside], np.where(points[beside, 1] > -3.0, 30, 60), atol=2)

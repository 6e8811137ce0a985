"""A simulated cohort: what differs between scanners, and what decides the outcomes.

Tests of: cohort, scanner.
"""

import numpy as np
import pytest

from radioimmuno.geometry.image import Box
from radioimmuno.simulation.cohort import (
    RESPONSE_ABOVE,
    RESPONSE_SD,
    SCANNERS,
    TEST,
    TRAIN,
    simulate_cohort,
)
from radioimmuno.simulation.patient import plan_patient


@pytest.fixture(scope="module")
def cohort():
    return list(simulate_cohort(24, seed=1))


def test_scanners_take_turns_and_both_parts_hold_each(cohort):
    assert [patient.scanner.name for patient in cohort[:6]] == ["A", "B", "C", "A", "B", "C"]
    parts = [(patient.split, patient.scanner.name) for patient in cohort]
    assert {pair: parts.count(pair) for pair in set(parts)} == {
        (TRAIN, "A"): 5,
        (TRAIN, "B"): 5,
        (TRAIN, "C"): 4,
        (TEST, "A"): 3,
        (TEST, "B"): 3,
        (TEST, "C"): 4,
    }


def test_outcomes_follow_from_the_hidden_infiltration_alone(cohort):
    means = np.array([np.mean(list(patient.plan.infiltration.values())) for patient in cohort])
    responds = np.array([patient.responds for patient in cohort])
    sure = np.abs(means - RESPONSE_ABOVE) > 3 * RESPONSE_SD
    assert sure.sum() >= 5
    assert (responds == (means > RESPONSE_ABOVE))[sure].all()
    hidden = np.concatenate([list(patient.plan.infiltration.values()) for patient in cohort])
    cd8 = np.concatenate([list(patient.cd8.values()) for patient in cohort])
    assert np.corrcoef(hidden, cd8)[0, 1] > 0.9
    assert not np.array_equal(hidden, cd8)


def test_a_larger_cohort_goes_on_as_the_smaller_began():
    few, more = list(simulate_cohort(2, seed=3)), list(simulate_cohort(3, seed=3))
    assert [patient.cd8 for patient in few] == [patient.cd8 for patient in more[:2]]
    assert [patient.cd8 for patient in simulate_cohort(2, seed=4)] != [patient.cd8 for patient in few]


def test_a_scanners_shift_noise_and_sharpness_show_in_its_images():
    """The same patient's lesions on the three machines: outside of the body there is air alone."""
    air = Box((20, 2, 2), (40, 40, 40))
    seen = {}
    for model in SCANNERS:
        plan = plan_patient(5, lesions=1, slice_mm=3.0, model=model)
        values = plan.image(air).values.astype(float)
        near = np.corrcoef(values[:, :, 1:].ravel(), values[:, :, :-1].ravel())[0, 1]
        seen[model.name] = (values.mean() - model.shift_hu, values.std() / model.noise_hu, near)
        assert plan.acquisition.kvp == model.kvp
    means, noises, near = (np.array([one[n] for one in seen.values()]) for n in range(3))
    assert np.ptp(means) < 0.5
    assert np.ptp(noises) < 0.1 * noises.mean()
    assert (np.diff(near) < 0).all()  # the sharper the kernel, the less neighboring voxels agree

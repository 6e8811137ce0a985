"""Lesions painted into a chest: a phantom of boxes, whose tissues are known, stands for a real one.

Tests of: chest_places.
"""

import numpy as np
import pytest
from phantoms import signed_permutations
from scipy.ndimage import gaussian_filter

from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.simulation.chest_places import PLACES, Tissue, chest_of, places_in
from radioimmuno.simulation.pasted_cases import noise_in_soft_tissue, pasted_cases

LATTICE = Lattice((60, 130, 160), (3.0, 2.0, 2.0), (-160.0, -130.0, 40.0))
NOISE_HU = 12.0
AORTA_MM = 12.0


def tissues() -> np.ndarray:
    """Trunk of soft tissue; two lungs; fat between them with an aorta in it, beside the left lung; ribs."""
    z, y, x = np.meshgrid(*(np.arange(n) for n in LATTICE.shape), indexing="ij", sparse=True)
    found = np.full(LATTICE.shape, "air", dtype="<U6")
    found[((y > 10) & (y < 115) & (x > 8) & (x < 152)) & (z >= 0)] = "soft"
    rows = (y > 25) & (y < 100) & (z > 6) & (z < 54)
    found[rows & (x >= 66) & (x <= 94)] = "fat"
    found[rows & (x > 20) & (x < 66) | rows & (x > 94) & (x < 140)] = "lung"
    found[((y - 70) ** 2 + (x - 87) ** 2 < (AORTA_MM / 2) ** 2) & (z > 6) & (z < 54)] = "aorta"
    found[(np.abs(x - 15) <= 2) & (z % 10 < 3) & (y > 25) & (y < 100)] = "rib"
    return found


HU = {"air": -1000, "soft": 50, "fat": -100, "lung": -850, "aorta": 45, "rib": 600}


@pytest.fixture(scope="module")
def known():
    return tissues()


@pytest.fixture(scope="module")
def chest(known):
    noise = gaussian_filter(np.random.default_rng(1).normal(size=known.shape), (0, 0.8, 0.8))
    hu = np.select([known == name for name in HU], list(HU.values())) + NOISE_HU * noise / noise.std()
    return Image(np.maximum(np.rint(hu), -1024).astype(np.int16), LATTICE)


@pytest.fixture(scope="module")
def cases(chest):
    return list(pasted_cases(chest, "phantom", 3))


def around(case, known, grow):
    """Names of what was where a lesion is now, and beside it."""
    start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
    box = case.truth.box.shift(start).grow(grow).intersect(Box.whole(LATTICE.shape))
    return set(known[box.slices].ravel())


def test_tissues_are_told_apart(chest, known):
    found = np.repeat(np.repeat(chest_of(chest).tissue, 2, axis=1), 2, axis=2)  # blocks of 2 x 2 pixels
    inner = slice(8, 52)
    for name, tissue in {"lung": Tissue.LUNG, "aorta": Tissue.VESSEL, "rib": Tissue.BONE}.items():
        there = (known == name)[inner]
        assert (found[inner][there] == tissue).mean() > 0.75
        assert there[found[inner] == tissue].mean() > 0.7
    assert (found[known == "air"] == Tissue.OUTSIDE).all()
    middle = (known == "fat") & (np.arange(160) < 75)
    assert (found[middle] == Tissue.MEDIASTINUM).mean() > 0.95


def test_a_ct_without_a_lung_is_no_chest():
    values = np.full(LATTICE.shape, -1000)
    values[:, 20:100, 20:140] = 40
    with pytest.raises(ValueError, match="no chest"):
        chest_of(Image(values, LATTICE))


def test_there_are_lesions_at_every_place(cases):
    assert [case.kind for case in cases] == [place for place in PLACES for _ in range(3)]
    assert len({case.name for case in cases}) == len(cases)
    assert {case.patient for case in cases} == {"phantom"}


def test_lesions_lie_where_they_are_said_to(cases, known):
    beside = {"lung": "lung", "pleura": "soft", "rib": "rib", "mediastinum": "fat", "aorta": "aorta"}
    for case in cases:
        assert beside[case.kind] in around(case, known, 1)
        assert "air" not in around(case, known, 1)
    for case in cases[:3]:
        assert around(case, known, 0) == {"lung"}


def test_the_truth_is_what_was_painted(cases, chest):
    for case in cases:
        start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
        before = chest.crop(case.image.box.shift(start)).values
        truth = case.truth.within(case.image.box, False)
        changed = np.abs(case.image.values - before) > 250  # soft tissue instead of lung
        lung = before < -700
        if case.kind == "lung":
            assert np.count_nonzero(changed ^ truth) < 0.5 * np.count_nonzero(truth)  # partial volumes
        core = truth & lung & changed
        assert np.count_nonzero(core) > 0.6 * np.count_nonzero(truth & lung)
        assert 20 < np.median(case.image.values[truth]) < 110
        far = np.ones(truth.shape, bool)
        far[case.truth.box.grow(8).intersect(case.image.box).slices] = False
        np.testing.assert_array_equal(case.image.values[far], before[far])


def test_borders_are_clear_in_free_lung_and_not_in_the_mediastinum(chest):
    """Fat around a lesion shows its border; what is like it does not."""
    gray = Image(np.where(np.abs(chest.values + 100) < 60, 60, chest.values), LATTICE)
    clear = {(case.kind, case.has_clear_border) for case in pasted_cases(gray, "phantom", 2)}
    assert ("lung", True) in clear
    assert ("mediastinum", False) in clear
    assert ("mediastinum", True) not in clear


def test_the_chests_own_lesion_is_kept_clear_of(chest):
    own = np.zeros(LATTICE.shape, bool)
    own[20:40, 40:90, 25:60] = True  # most of one lung
    for case in pasted_cases(chest, "phantom", 3, avoid=Image(own, LATTICE)):
        start = np.rint(LATTICE.to_index(np.array(case.image.lattice.origin))).astype(int)
        assert not own[case.truth.box.shift(start).grow(2).slices].any()


def test_the_same_seed_gives_the_same_lesions_in_any_axis_order(chest):
    first = next(pasted_cases(chest, "phantom", 1, seed=5))
    for turned in signed_permutations(chest)[5::17]:
        again = next(pasted_cases(turned, "phantom", 1, seed=5))
        np.testing.assert_array_equal(again.image.values, first.image.values)
        np.testing.assert_array_equal(again.truth.values, first.truth.values)


def test_lesions_of_one_place_lie_apart(chest):
    rng = np.random.default_rng(0)
    found = [centre for centre, _ in places_in(chest_of(chest), "lung", np.full(4, 8.0), rng)]
    assert len(found) == 4
    apart = [np.linalg.norm(a - b) for n, a in enumerate(found) for b in found[:n]]
    assert min(apart) > 16


@pytest.mark.parametrize("sigma", [0.0, 0.5, 0.8, 1.1])
def test_noise_is_measured_with_its_correlation(sigma):
    noise = np.random.default_rng(2).normal(size=(12, 80, 80))
    noise = gaussian_filter(noise, (0, sigma, sigma)) if sigma else noise
    values = np.full(noise.shape, 45.0) + 14 * noise / noise.std()
    values[:, :30] = -900  # lung beside it does not count
    sd, width = noise_in_soft_tissue(values)
    assert sd == pytest.approx(14, rel=0.08)
    assert width == pytest.approx(sigma, abs=0.3 if sigma == 0 else 0.1)


def test_without_soft_tissue_the_noise_is_a_usual_one():
    assert noise_in_soft_tissue(np.full((5, 9, 9), -900))[0] > 5


def test_a_lesion_is_noisier_in_a_ct_that_is(chest, cases):
    """Noise three times the phantom's, added to the tissue: neighbours inside a lesion differ by more."""
    more = np.random.default_rng(3).normal(0, 3 * NOISE_HU, LATTICE.shape)
    noisy = Image(np.rint(chest.values + more * (chest.values > -200)).astype(np.int16), LATTICE)

    def step(case):
        inside = case.truth.values[..., 1:] & case.truth.values[..., :-1]
        return np.median(np.abs(np.diff(case.image.within(case.truth.box), axis=2)[inside]))

    calm = np.median([step(case) for case in cases])
    assert np.median([step(case) for case in pasted_cases(noisy, "phantom", 2)]) > 1.7 * calm

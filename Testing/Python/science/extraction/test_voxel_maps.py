"""Maps of local features: against PyRadiomics, and against the definition on small neighbourhoods."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from phantoms import noisy_patient, signed_permutations

from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.preprocessing import make_region
from radioimmuno.extraction.voxel_maps import MAPS, TITLES, UNITS, interior_maps
from radioimmuno.features import glcm, histogram
from radioimmuno.features.family import Measurement
from radioimmuno.findings import Refusal
from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk
from radioimmuno.lesion import Lesion, from_labels
from radioimmuno.settings import ExtractionSettings, Settings

REFERENCE = Path(__file__).parents[3] / "Oracles" / "references" / "pyradiomics_maps.json"
NATIVE = Settings(ExtractionSettings(spacing_mm=None, round_intensities=False))


def test_maps_equal_pyradiomics_voxel_by_voxel(data):
    document = json.loads(REFERENCE.read_text())
    ((name, expected),) = document["values"].items()
    labels = from_sitk(sitk.ReadImage(str(data / "sts" / name / "mask.nii.gz")))
    image = from_sitk(sitk.ReadImage(str(data / "sts" / name / "ct.nii.gz")))
    (lesion,) = from_labels(Image((labels.values > 0).astype(np.uint8), labels.lattice))
    # PyRadiomics keeps the order of the file; a file in canonical order needs no turning back.
    assert labels.lattice.orientation()[0] == (0, 1, 2)
    signs = labels.lattice.orientation()[1]
    turned = tuple(slice(None, None, sign) for sign in signs)
    assert set(expected) == set(MAPS)
    for key, found in interior_maps(image, lesion, NATIVE).items():
        whole = found.within(Box.whole(found.lattice.shape), np.nan)[turned]
        values = whole[labels.values > 0][:: document["header"]["every"]]
        reference = np.array(expected[key].split(), float)
        assert reference.size > 400
        assert values == pytest.approx(reference, rel=1e-9, abs=1e-9)


def test_each_value_is_the_features_of_the_voxels_neighbourhood():
    image, lesion = noisy_patient(seed=3, shape=(20, 26, 24))
    image, lesion = image.canonical(), lesion.canonical()
    maps = interior_maps(image, lesion, NATIVE)
    mask = lesion.mask.within(Box.whole(image.lattice.shape), False)
    inside = np.argwhere(mask)
    random = np.random.default_rng(0)
    for at in inside[random.choice(len(inside), 40, replace=False)]:
        kernel = np.zeros(mask.shape, bool)
        kernel[tuple(slice(max(0, c - 1), c + 2) for c in at)] = True
        region = make_region(image.values.astype(np.float32), mask & kernel, (1, 1, 1), NATIVE.extraction)
        matrices = glcm.glcm(Measurement(region))
        expected = {
            "mean": image.values[mask & kernel].mean(),
            "entropy": histogram.histogram(region)["entropy"],
            "glcm_contrast": matrices["contrast"],
            "glcm_joint_entropy": matrices["joint_entropy"],
        }
        found = {name: float(m.within(Box.whole(mask.shape), np.nan)[tuple(at)]) for name, m in maps.items()}
        assert found == pytest.approx(expected, abs=1e-9)


def cube(values: np.ndarray) -> tuple[Image, Lesion]:
    """A lesion that is the whole of these voxels, in 1 mm voxels amid others that no map may see."""
    around = np.full([n + 8 for n in values.shape], 900, np.int16)
    inner = tuple(slice(4, 4 + n) for n in values.shape)
    around[inner] = values
    lattice = Lattice(around.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    return Image(around, lattice), Lesion("1", "cube", Image(np.ones(values.shape, bool), lattice, (4, 4, 4)))


def test_a_uniform_lesion_has_no_heterogeneity():
    maps = interior_maps(*cube(np.full((4, 4, 4), 37)), Settings())
    assert np.array_equal(maps["mean"].values, np.full((4, 4, 4), 37.0))
    for name in ("entropy", "glcm_contrast", "glcm_joint_entropy"):
        assert maps[name].values == pytest.approx(np.zeros((4, 4, 4)), abs=1e-12)


def test_a_checkerboard_in_its_middle_is_what_arithmetic_says():
    board = np.indices((5, 5, 5)).sum(axis=0) % 2 * 30
    maps = interior_maps(*cube(board), Settings())
    at = (2, 2, 2)
    share = np.array([13, 14]) / 27
    assert maps["entropy"].values[at] == pytest.approx(-(share * np.log2(share)).sum())
    # Steps along an odd number of axes cross 3 levels, 3 + 4 of the 13 directions do; the others none.
    assert maps["glcm_contrast"].values[at] == pytest.approx(9 * 7 / 13)
    # In the directions that cross, the two levels' two cells have a half each: 1 bit.
    same = sum(shares(direction) for direction in directions() if np.abs(direction).sum() == 2)
    assert maps["glcm_joint_entropy"].values[at] == pytest.approx((7 + same) / 13)


def directions() -> list[np.ndarray]:
    return [np.array(d) for d in itertools.product((-1, 0, 1), repeat=3) if d > (0, 0, 0)]


def shares(direction: np.ndarray) -> float:
    """Entropy of the pairs along a direction in a 3 x 3 x 3 checkerboard, each of two equal levels."""
    counts = [0, 0]
    for start in itertools.product(range(3), repeat=3):
        if all(0 <= s + d <= 2 for s, d in zip(start, direction, strict=True)):
            counts[sum(start) % 2] += 1
    share = np.array(counts) / sum(counts)
    return float(-(share * np.log2(share)).sum())


def test_nothing_outside_the_lesion_has_a_part_or_a_value():
    image, lesion = noisy_patient(seed=1, shape=(20, 26, 24))
    outside = ~lesion.mask.values
    other = Image(np.where(outside, 2500, image.values), image.lattice)
    first, second = interior_maps(image, lesion, NATIVE), interior_maps(other, lesion, NATIVE)
    for name in MAPS:
        assert np.array_equal(first[name].values, second[name].values, equal_nan=True)
        whole = first[name].within(Box.whole(image.lattice.shape), np.nan)
        assert np.array_equal(np.isnan(whole), outside)


def test_a_voxel_without_neighbours_has_no_co_occurrence():
    image, lesion = cube(np.full((5, 5, 5), 20))
    alone = np.zeros((5, 5, 5), bool)
    alone[0:2, 0:2, 0:2], alone[4, 4, 4] = True, True
    lesion = Lesion("1", "with a speck", Image(alone, image.lattice, (4, 4, 4)))
    maps = interior_maps(image, lesion, Settings())
    values = [float(maps[name].values[4, 4, 4]) for name in MAPS]
    assert values[:2] == [20.0, 0.0]
    assert np.isnan(values[2:]).all()
    assert np.isfinite(maps["glcm_contrast"].values[:2, :2, :2]).all()


def test_the_map_lies_on_the_grid_that_features_are_computed_on():
    image, lesion = noisy_patient(seed=2)
    (measured,) = extract(image, [lesion], Settings(), ["lesion.morphology.approximate_volume"])
    found = interior_maps(image, lesion, Settings(), ["mean"])["mean"]
    assert found.lattice.spacing == (1.0, 1.0, 1.0)
    assert np.isfinite(found.values).sum() == measured.values["lesion.morphology.approximate_volume"]
    middle = np.argwhere(np.isfinite(found.values)).mean(axis=0) + found.offset
    expected = np.argwhere(lesion.mask.values).mean(axis=0)
    assert found.lattice.to_lps(middle) == pytest.approx(lesion.mask.lattice.to_lps(expected), abs=0.2)


def test_maps_are_the_same_in_every_axis_order():
    image, lesion = noisy_patient(seed=4, shape=(18, 24, 22))
    expected = interior_maps(image, lesion, Settings())
    pairs = zip(signed_permutations(image), signed_permutations(lesion.mask), strict=True)
    for stored, mask in list(pairs)[::9]:
        found = interior_maps(stored, Lesion("1", "stored", mask), Settings())
        for name in MAPS:
            assert found[name].values == pytest.approx(expected[name].values, nan_ok=True)


def test_only_the_maps_asked_for_are_made():
    image, lesion = noisy_patient(shape=(18, 24, 22))
    assert list(interior_maps(image, lesion, Settings(), ["entropy"])) == ["entropy"]
    with pytest.raises(KeyError):
        interior_maps(image, lesion, Settings(), ["nothing"])
    assert set(TITLES) == set(UNITS) == set(MAPS)


def test_a_lesion_without_usable_voxels_is_refused():
    image, lesion = noisy_patient(shape=(18, 24, 22))
    empty = Lesion("2", "empty", Image(np.zeros_like(lesion.mask.values), image.lattice))
    with pytest.raises(Refusal) as refused:
        interior_maps(image, empty, Settings())
    assert refused.value.code == "lesion.empty"
    broken = Image(np.where(lesion.mask.values, np.nan, image.values.astype(float)), image.lattice)
    with pytest.raises(Refusal) as refused:
        interior_maps(broken, lesion, Settings())
    assert refused.value.code == "ct.non_finite"

"""Features of filtered images.

Tests of: response_keys, responses.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from phantoms import distance_to, noisy_patient, signed_permutations

from radioimmuno.extraction.extract import by_region, extract, measure_images, study_task
from radioimmuno.extraction.lesion_features import measure_lesion
from radioimmuno.extraction.regions import sampled_box
from radioimmuno.features import catalog
from radioimmuno.features.statistics import ROWS
from radioimmuno.findings import SettingsError
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk
from radioimmuno.lesion import Lesion, from_labels
from radioimmuno.modality import settings_on
from radioimmuno.settings import Settings
from radioimmuno.study import Study

# All families but shape and local intensity.
KEYS = catalog.of_responses(catalog.ALL)
# Alike in all directions; alike in all that turns by right angles lead to; and what directions tell apart.
ISOTROPIC = ("log_sigma_2mm", "simoncelli_level_1")
POOLED = ("wavelet_pooled", "gabor_pooled")
DIRECTIONAL = ("wavelet_coif1_lhl", "wavelet_haar_hll_level_2", "along_x", "riesz_along_x")
OWN = {
    "wavelet_pooled": {"kind": "wavelet", "family": "coif1", "bands": "lhl", "pooling": "max"},
    "gabor_pooled": {"kind": "gabor", "sigma_mm": 1.5, "wavelength_mm": 3.0, "step_deg": 45.0},
    "along_x": {"kind": "laws", "kernels": ["E5", "L5", "L5"], "energy_distance": 3},
    "riesz_along_x": {
        "kind": "riesz",
        "order": [1, 0, 0],
        "of": {"kind": "laplacian_of_gaussian", "sigma_mm": 1.5},
    },
}
SETTINGS = Settings.from_dict({"filters": OWN})
REGIONS = ("lesion", "ring")
MIRP = json.loads((Path(__file__).parents[3] / "Oracles" / "references" / "mirp_filtered.json").read_text())
MIRP_FILTERS = {
    "log_sigma_3mm": {},
    "gabor": {"kind": "gabor", "sigma_mm": 3.0, "wavelength_mm": 6.0, "gamma": 1.5, "step_deg": 45.0},
    "wavelet_pooled": {"kind": "wavelet", "family": "coif1", "bands": "lhl", "pooling": "mean"},
}
# One voxel of 78,566 and one of 60,376 lie within 2e-6 and 2e-5 of a level's width at its border.
ON_A_BORDER = {
    ("STS_012", "gabor"): ("ih_max_grad",),
    ("STS_041", "gabor"): ("ngl_hdhge_3D", "szm_zs_entr_3D"),
}


def wanted(names, keys=KEYS) -> tuple[str, ...]:
    return catalog.identifiers(
        keys, [catalog.with_filter(region, one) for region in REGIONS for one in names]
    )


def values(image: Image, lesion: Lesion, names, settings: Settings = SETTINGS) -> dict[str, float]:
    (measured,) = extract(image, [lesion], settings, wanted(names))
    assert {finding.code for finding in measured.findings} <= {"filter.border"}
    assert measured.values.keys() == set(wanted(names))
    return dict(measured.values)


def cube(value, shape=(44, 44, 44), radius=6.0) -> tuple[Image, Lesion]:
    """An image of 1 mm voxels that is a function of (k, j, i), and a ball amid it."""
    lattice = Lattice(shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    middle = lattice.to_lps((np.array(shape) - 1) / 2)
    filled = np.asarray(value(*np.indices(shape)), np.float32)
    return Image(filled, lattice), Lesion("1", "ball", Image(distance_to(lattice, middle) <= radius, lattice))


# Theory.


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (lambda k, j, i: 0.0 * k + 40, ("log_sigma_2mm", "wavelet_coif1_lhl", "along_x")),
        # A coiflet's high pass has two vanishing moments: of a plane nothing is left.
        (
            lambda k, j, i: 3.0 * k - 5 * j + 2 * i,
            ("log_sigma_2mm", "wavelet_coif1_hll", "wavelet_coif1_llh"),
        ),
    ],
)
def test_even_images_and_planes_have_no_response(value, names):
    # Cut at four SD, a Gaussian's curvature has a sum of some ten thousandths.
    settings = Settings.from_dict({"filters": {**OWN, "log_sigma_2mm": {"truncate": 9}}})
    image, lesion = cube(value, (56, 56, 56))
    keys = ["statistics.minimum", "statistics.maximum"]
    (measured,) = extract(image, [lesion], settings, wanted(names, keys))
    assert set(measured.values.values()) == {0.0}


def test_the_response_to_a_parabola_is_its_curvature_and_has_one_level():
    """The Laplacian of x^2 is 2, smoothed or not: whatever is left of rounding makes no texture."""
    image, lesion = cube(lambda k, j, i: (i - 20.0) ** 2)
    settings = Settings.from_dict({"filters": {"log_sigma_1_5mm": {"truncate": 10}}})
    keys = ["statistics.mean", "statistics.variance", "histogram.entropy", "glcm.contrast"]
    (measured,) = extract(image, [lesion], settings, wanted(["log_sigma_1_5mm"], keys))
    for region in REGIONS:
        mean, *others = (measured.values[f"{region}.log_sigma_1_5mm.{key}"] for key in keys)
        assert mean == pytest.approx(2.0, abs=1e-8)
        assert others == [0.0, 0.0, 0.0]


# Where it was cut and how it is stored.


@pytest.mark.parametrize("less", [(0, 1, 3), (1, 5, 2)])
def test_an_odd_crop_gives_the_same_features(less):
    """Of filters whose kernel has no end, too: they are given the same part of the image."""
    image, lesion = noisy_patient(seed=3, shape=(70, 130, 120))
    names = (*ISOTROPIC, *POOLED, *DIRECTIONAL)
    keys = ["statistics.skewness", "histogram.entropy", "glcm.contrast", "glszm.zone_percentage"]
    # The ring, the filter that looks furthest (16 mm), and a voxel of the grid.
    margin = [int(np.ceil((2 + 16 + 3) / spacing)) for spacing in image.lattice.spacing]
    cut = lesion.box.grow(margin).intersect(Box.whole(image.lattice.shape))
    cut = Box(tuple(a - m for a, m in zip(cut.start, less, strict=True)), cut.stop)
    crop = image.crop(cut)
    contiguous = Image(np.ascontiguousarray(crop.values), crop.lattice, crop.offset)
    assert crop.values.size < image.values.size / 2
    asked = wanted(names, keys)
    (cropped,), (whole,) = (extract(one, [lesion], SETTINGS, asked) for one in (contiguous, image))
    assert whole.values.keys() == set(asked)
    assert cropped.values == pytest.approx(whole.values, rel=1e-9)


@pytest.mark.parametrize("count", [4, pytest.param(48, marks=pytest.mark.slow)])
def test_all_axis_orders_give_the_same_features(count):
    """Of directional filters, too: directions are those of the canonical image, not those of the file."""
    image, lesion = noisy_patient()
    names = (*ISOTROPIC, *DIRECTIONAL)
    expected = values(image, lesion, names)
    pairs = list(zip(signed_permutations(image), signed_permutations(lesion.mask), strict=True))
    assert len(pairs) == 48
    for stored, mask in pairs[1 :: 47 // count or 1]:
        assert values(stored, replace(lesion, mask=mask), names) == pytest.approx(expected, rel=1e-9)


def in_a_cube(image: Image) -> Image:
    """The voxels as cubes of 1 mm, in a cube: however it is turned, it is a cube."""
    return Image(image.values[:40, :40, :40], Lattice((40, 40, 40), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))


def turned(image: Image, order: Sequence[int], signs: Sequence[int] = (1, 1, 1)) -> Image:
    """Another content: the same anatomy, turned or mirrored, in the same axes."""
    values = image.values.transpose(order)[tuple(slice(None, None, sign) for sign in signs)]
    return Image(np.ascontiguousarray(values), image.lattice)


@pytest.mark.parametrize("count", [3, pytest.param(48, marks=pytest.mark.slow)])
def test_a_patient_that_lies_otherwise_has_the_same_features_of_invariant_filters(count):
    image, lesion = noisy_patient(seed=1)
    image, mask = in_a_cube(image), in_a_cube(lesion.mask)
    keys = ["statistics.skewness", "histogram.entropy", "glcm.contrast", "glszm.zone_percentage"]
    asked = wanted((*ISOTROPIC, *POOLED), keys)
    (before,) = extract(image, [replace(lesion, mask=mask)], SETTINGS, asked)
    assert before.values.keys() == set(asked)
    turns = list(product(permutations(range(3)), product((1, -1), repeat=3)))
    assert len(turns) == 48
    for turn in turns[:: -(48 // count)]:
        lying = replace(lesion, mask=turned(mask, *turn))
        (after,) = extract(turned(image, *turn), [lying], SETTINGS, asked)
        assert after.values == pytest.approx(before.values, rel=1e-9), turn


def test_a_patient_that_lies_otherwise_has_the_features_of_other_bands():
    """What directions tell apart follows the anatomy: where axes are exchanged, so are a band's letters."""
    image, lesion = noisy_patient(seed=1)
    image, mask = in_a_cube(image), in_a_cube(lesion.mask)
    bands = ("lhh", "hlh", "hhl")
    keys = ["statistics.skewness", "glcm.contrast", "glszm.zone_percentage"]
    asked = wanted([f"wavelet_db2_{band}" for band in bands], keys)
    (before,) = extract(image, [replace(lesion, mask=mask)], SETTINGS, asked)
    for order in permutations(range(3)):
        lying = replace(lesion, mask=turned(mask, order))
        (after,) = extract(turned(image, order), [lying], SETTINGS, asked)
        for band in bands:
            # Array axes are z, y, x; axis n of what is turned was axis order[n].
            exchanged = "".join(band[::-1][order[n]] for n in range(3))[::-1]
            for region, key in product(REGIONS, keys):
                value = after.values[f"{region}.wavelet_db2_{exchanged}.{key}"]
                assert value == pytest.approx(before.values[f"{region}.wavelet_db2_{band}.{key}"], rel=1e-9)
    contrasts = {before.values[f"lesion.wavelet_db2_{band}.glcm.contrast"] for band in bands}
    assert min(abs(a / b - 1) for a, b in combinations(contrasts, 2)) > 1e-3


def test_left_and_right_are_told_apart_where_kernels_are_not_symmetrical():
    image, lesion = noisy_patient(seed=1)
    image, mask = in_a_cube(image), in_a_cube(lesion.mask)
    mirrored = (0, 1, 2), (1, 1, -1)
    names = ("wavelet_coif1_lhl", "log_sigma_2mm")
    asked = wanted(names, ["statistics.skewness"])
    (before,) = extract(image, [replace(lesion, mask=mask)], SETTINGS, asked)
    (after,) = extract(
        turned(image, *mirrored), [replace(lesion, mask=turned(mask, *mirrored))], SETTINGS, asked
    )
    same = {name: after.values[name] == pytest.approx(before.values[name], rel=1e-9) for name in asked}
    assert same == {name: "log" in name for name in asked}


# What is measured of the response.


def test_the_voxels_are_those_of_the_image_within_its_range():
    """Resegmentation goes by the image: of its bright half, where the high pass along x sees no edge."""
    image, lesion = cube(lambda k, j, i: np.where(i > 22, 100.0, 0.0) + k % 3)
    key = "lesion.wavelet_haar_hll.statistics.range"
    kept, all_of_it = (
        extract(image, [lesion], Settings.from_dict({"extraction": {"range_hu": ends}}), [key])[0].values[key]
        for ends in ([50, 400], [-1000, 3000])
    )
    assert kept == 0
    # A step of 100, at a high pass of norm 1, is 70.7; two low passes double it.
    assert all_of_it == pytest.approx(100 * 2**0.5, abs=1e-6)


def test_levels_are_a_fixed_number_or_of_a_fixed_width():
    image, lesion = noisy_patient()
    key, keys = "lesion.log_sigma_2mm.histogram.maximum", ["histogram.maximum", "statistics.range"]
    by_default = extract(image, [lesion], Settings(), wanted(["log_sigma_2mm"], keys))[0].values
    assert by_default[key] == 32
    fixed = Settings.from_dict({"filters": {"log_sigma_2mm": {"bin_width": 3}}})
    by_width = extract(image, [lesion], fixed, wanted(["log_sigma_2mm"], keys))[0].values
    assert by_width[key] == by_width["lesion.log_sigma_2mm.statistics.range"] // 3 + 1


def test_features_of_the_image_are_those_that_it_has_without_filters():
    image, lesion = noisy_patient()
    plain = catalog.identifiers(catalog.STANDARD)
    (alone,) = extract(image, [lesion], Settings(), plain)
    (beside,) = extract(image, [lesion], SETTINGS, [*plain, *wanted(["log_sigma_2mm", "along_x"])])
    assert {name: beside.values[name] for name in plain} == alone.values


def test_shape_and_local_intensity_are_not_those_of_a_response():
    for key in ("morphology.volume", "local_intensity.global_peak"):
        assert catalog.of_responses([key]) == ()
        with pytest.raises(KeyError):
            catalog.split(f"lesion.log_sigma_3mm.{key}")


@pytest.mark.parametrize(("letter", "spacing"), [("a", None), pytest.param("b", 1, marks=pytest.mark.slow)])
def test_the_statistics_are_those_of_ibsi_2(letter, spacing, data, reference_table):
    """Through a file of settings; in slices the filter of test 8 takes the frequencies of the whole image."""
    tests = (2, 3, 4, 5, 6, 7, 8, 9) if letter == "a" else (3, 6)
    names = {f"ibsi2-ct-{test}_{letter}": f"{test}.{letter.upper()}" for test in tests}
    extraction = {"spacing_mm": spacing, "interpolation": "cubic", "range_hu": [-1000, 400]}
    settings = Settings.from_dict(json.loads(json.dumps({"extraction": extraction, "filters": list(names)})))
    folder = data / "ibsi" / "ct_phantom"
    image = from_sitk(sitk.ReadImage(str(folder / "ct.nii.gz")))
    lesions = from_labels(from_sitk(sitk.ReadImage(str(folder / "mask.nii.gz"))))
    keys = [f"statistics.{row.name}" for row in ROWS]
    (found,) = extract(
        image, lesions, settings, catalog.identifiers(keys, [f"lesion.{name}" for name in names])
    )
    with (reference_table.parent / "ibsi2_reference.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["consensus_value"]]
    missed, compared = [], 0
    for name, test in names.items():
        expected = {row["feature_tag"]: row for row in rows if row["filter_id"] == test}
        for row in ROWS:
            if row.tag in expected:
                value, of = found.values[f"lesion.{name}.statistics.{row.name}"], expected[row.tag]
                compared += 1
                if not abs(value - float(of["consensus_value"])) <= float(of["tolerance"]):
                    missed.append(f"{test} {row.tag}: {value} is not {of['consensus_value']}")
    assert compared == 18 * len(names)
    assert missed == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "STS_019" else pytest.mark.slow)
        for name in sorted(MIRP["values"])
    ],
)
def test_the_features_are_those_of_mirp(name, data):
    """All families of a real lesion, after a Laplacian of Gaussian, a Gabor filter and a wavelet."""
    image = from_sitk(sitk.ReadImage(str(data / "sts" / name / "ct.nii.gz")))
    labels = from_sitk(sitk.ReadImage(str(data / "sts" / name / "mask.nii.gz")))
    lesions = from_labels(Image((labels.values > 0).astype("uint8"), labels.lattice))
    tags = {key: catalog.BY_KEY[key].reference_tag for key in KEYS}
    assert set(tags.values()) == set(MIRP["header"]["tags"])
    assert MIRP["values"][name].keys() == MIRP_FILTERS.keys()
    asked = catalog.identifiers(KEYS, [f"lesion.{one}" for one in MIRP_FILTERS])
    (found,) = extract(image, lesions, Settings.from_dict({"filters": MIRP_FILTERS}), asked)
    for one, numbers in MIRP["values"][name].items():
        expected = dict(zip(MIRP["header"]["tags"], map(float, numbers.split()), strict=True))
        values = {tag: found.values[f"lesion.{one}.{key}"] for key, tag in tags.items()}
        for tag in ON_A_BORDER.get((name, one), ()):
            assert values.pop(tag) == pytest.approx(expected.pop(tag), rel=4e-4)
        assert values == pytest.approx(expected, rel=1e-4), one


def test_another_image_is_filtered_on_its_own_grid():
    """As if it were the only one."""
    ct, lesion = noisy_patient()
    pet = Image(np.abs(ct.values / 40).astype(np.float32), ct.lattice)
    name, keys = "log_sigma_4mm", ["statistics.mean", "glcm.contrast"]
    asked = {f"pet.{region}.{name}": tuple(keys) for region in REGIONS}
    own = settings_on(Settings(), "pet")
    (found,) = measure_images(Study({"ct": ct, "pet": pet}, (lesion,)), Settings(), asked)
    (alone,) = extract(pet, [lesion], own, wanted([name], keys))
    assert found.values == {f"pet.{key}": value for key, value in alone.values.items()}
    assert found.values.keys() == {f"pet.{key}" for key in wanted([name], keys)}


def test_more_of_the_image_than_is_needed_changes_nothing():
    """As contours that are redrawn share what was resampled once."""
    image, lesion = noisy_patient(seed=3, shape=(60, 90, 84))
    keys = by_region(
        wanted(["log_sigma_2mm", "wavelet_haar_lhl"], ["statistics.skewness", "glszm.zone_percentage"])
    )
    task = study_task(Study({"ct": image}, (lesion,)), Settings(), keys).main
    shared = task.resampled(lesion.box.grow(4).intersect(Box.whole(image.lattice.shape)))
    assert measure_lesion(task, lesion, (), shared).values == measure_lesion(task, lesion).values


# What cannot be measured.


def test_a_filter_that_is_larger_than_the_volume_leaves_the_lesion_its_other_values():
    image, lesion = cube(lambda k, j, i: np.sin(k + 2 * j + i) * 50, shape=(24, 30, 30))
    asked = wanted(["log_sigma_8mm", "log_sigma_1mm"], ["statistics.mean"])
    (found,) = extract(image, [lesion], Settings(), [*asked, "lesion.statistics.mean"])
    assert found.status == "warning"
    assert set(found.values) == {*wanted(["log_sigma_1mm"], ["statistics.mean"]), "lesion.statistics.mean"}
    (finding,) = found.findings
    assert finding.code == "filter.too_large"
    assert "log_sigma_8mm nothing is measured" in finding.text
    assert "at least 32 voxels" in finding.text
    assert "this one has 24" in finding.text


def test_a_filter_that_is_larger_than_the_volume_has_no_more_of_it_resampled():
    image, lesion = cube(lambda k, j, i: np.sin(k + 2 * j + i) * 50, shape=(24, 60, 60))
    grid = grid_of(image.lattice, 1.0)
    small = ["log_sigma_1mm"]
    boxes = [
        sampled_box(lesion.box, grid, Settings(), by_region(wanted(names, ["statistics.mean"])))
        for names in (small, [*small, "log_sigma_8mm"], ["log_sigma_2mm"])
    ]
    assert boxes[1] == boxes[0]
    assert boxes[2] != boxes[0]


def test_a_voxel_that_is_no_number_counts_as_far_as_a_filter_looks():
    image, lesion = noisy_patient(seed=3, shape=(60, 90, 84))
    broken = image.values.astype(np.float32)
    at = [lesion.box.start[0] + 4, lesion.box.start[1] + 4, lesion.box.start[2] - 8]
    broken[tuple(at)] = np.nan
    names = ["log_sigma_3mm", "wavelet_haar_lhl"]
    (found,) = extract(Image(broken, image.lattice), [lesion], Settings(), wanted(names, ["statistics.mean"]))
    assert [(one.code, one.refuses) for one in found.findings] == [("filter.non_finite", False)]
    assert found.values.keys() == set(wanted(["wavelet_haar_lhl"], ["statistics.mean"]))
    (whole,) = extract(image, [lesion], Settings(), wanted(["wavelet_haar_lhl"], ["statistics.mean"]))
    assert found.values == whole.values


def test_too_many_levels_of_one_response_leave_the_others():
    image, lesion = noisy_patient()
    settings = Settings.from_dict(
        {"filters": {"log_sigma_2mm": {"bin_width": 0.001}, "wavelet_haar_lhl": {}}}
    )
    (found,) = extract(image, [lesion], settings, wanted(settings.filters, ["statistics.mean"]))
    assert [one.code for one in found.findings] == ["lesion.too_many_levels"]
    assert found.values.keys() == set(wanted(["wavelet_haar_lhl"], ["statistics.mean"]))


@pytest.mark.parametrize(
    ("settings", "name", "code"),
    [
        ({"extraction": {"spacing_mm": None}}, "log_sigma_3mm", "filter.anisotropic"),
        ({}, "sobel", "filter.unknown"),
        ({}, "wavelet_coif1", "filter.unknown"),
        ({}, "log_sigma_0mm", "settings.invalid"),
    ],
)
def test_filters_that_no_lesion_can_be_measured_with_are_refused_before_the_first(settings, name, code):
    image, lesion = noisy_patient()
    keys = {f"lesion.{name}": ("statistics.mean",)}
    with pytest.raises(SettingsError) as problem:
        study_task(Study({"ct": image}, (lesion,)), Settings.from_dict(settings), keys)
    assert problem.value.code == code


def test_in_slices_the_distance_between_them_may_be_another():
    image, lesion = noisy_patient()
    flat = Lattice(image.lattice.shape, (1.5, 0.9, 0.9), image.lattice.origin)
    lesion = replace(lesion, mask=Image(lesion.mask.values, flat))
    how = {"extraction": {"spacing_mm": None}, "filters": {"log_sigma_2mm": {"dimensions": 2}}}
    asked = wanted(["log_sigma_2mm"], ["statistics.mean"])
    (found,) = extract(Image(image.values, flat), [lesion], Settings.from_dict(how), asked)
    assert found.values.keys() == set(asked)

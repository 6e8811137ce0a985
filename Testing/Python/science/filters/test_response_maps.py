"""The 33 response maps of IBSI 2 on digital phantoms: all voxels within 1 % of the map's range."""

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.filters.presets import PRESETS

TOLERANCE = 0.01
SPACING = (2.0, 2.0, 2.0)

# By the family's number and the test's letter, as the reference manual's table of tests has them.
PHANTOMS = {
    "1_a": "checkerboard",
    "1_b": "impulse",
    "2_a": "impulse",
    "2_b": "checkerboard",
    "2_c": "checkerboard",
    "3_a": "impulse",
    "3_b": "checkerboard",
    "3_c": "checkerboard",
    "4_a": "impulse",
    "4_b": "sphere",
    "5_a": "impulse",
    "6_a": "sphere",
    "7_a": "checkerboard",
    "8_a": "checkerboard",
    "9_a": "impulse",
    "9_b": "sphere",
    "10_b": "pattern_1",
}
TESTS = [name.removeprefix("ibsi2-") for name in PRESETS if not name.startswith("ibsi2-ct")]
# Three planes, up to 16 directions in each.
LONG = ["4_a_2", "4_b_2"]


def voxels(path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(float)


@pytest.mark.parametrize(
    "tests",
    [[t for t in TESTS if t not in LONG], pytest.param(LONG, marks=pytest.mark.slow)],
    ids=["", "long"],
)
def test_every_response_map_is_met(tests, data, capsys):
    failed = []
    for test in tests:
        phantom = PHANTOMS["_".join(test.split("_")[:2])]
        reference = voxels(data / "ibsi2" / "response_maps" / f"{test}.nii.gz")
        image = voxels(data / "ibsi2" / "phantoms" / f"{phantom}.nii.gz")
        found = PRESETS[f"ibsi2-{test}"].response(image, SPACING)
        difference = np.abs(found - reference).max() / np.ptp(reference)
        if not difference <= TOLERANCE:
            failed.append(f"{test}: {difference:.2%} of the range")
    with capsys.disabled():
        print(f"\nIBSI 2 response maps: {len(tests) - len(failed)}/{len(tests)} within 1 %")
    assert not failed, "\n".join(failed)


def test_every_map_that_reached_consensus_is_tested(data):
    files = {path.name.removesuffix(".nii.gz") for path in (data / "ibsi2" / "response_maps").iterdir()}
    assert files == set(TESTS)
    assert len(files) == 33

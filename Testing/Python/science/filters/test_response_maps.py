"""The 33 response maps of IBSI 2 on digital phantoms: all voxels within 1 % of the map's range."""

import pytest

from ibsi2_phantoms import SPACING, TESTS, TOLERANCE, difference, phantom_of, reference_of, voxels
from radioimmuno.filters.presets import PRESETS

# Three planes, up to 16 directions in each.
LONG = ["4_a_2", "4_b_2"]


@pytest.mark.parametrize(
    "tests",
    [[t for t in TESTS if t not in LONG], pytest.param(LONG, marks=pytest.mark.slow)],
    ids=["", "long"],
)
def test_every_response_map_is_met(tests, data, capsys):
    failed = []
    for test in tests:
        found = PRESETS[f"ibsi2-{test}"].response(voxels(phantom_of(test, data)), SPACING)
        apart = difference(found, voxels(reference_of(test, data)))
        if not apart <= TOLERANCE:
            failed.append(f"{test}: {apart:.2%} of the range")
    with capsys.disabled():
        print(f"\nIBSI 2 response maps: {len(tests) - len(failed)}/{len(tests)} within 1 %")
    assert not failed, "\n".join(failed)


def test_every_map_that_reached_consensus_is_tested(data):
    files = {path.name.removesuffix(".nii.gz") for path in (data / "ibsi2" / "response_maps").iterdir()}
    assert files == set(TESTS)
    assert len(files) == 33

"""The families: what follows from their rows, and how one is added."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from radioimmuno.features import catalog
from radioimmuno.features.family import UCUM_UNITS, Measurement
from radioimmuno.features.region import Region
from radioimmuno.features.registry import FAMILIES

# A family's file and its line in the registry; all else has to follow.
NEW_FAMILY = """
import numpy as np
from phantoms import noisy_patient
from radioimmuno.features import registry
from radioimmuno.features.family import Family, Row

rows = (Row("voxels", "TOY0", "toy_voxels", words="how many voxels"), Row("around", "TOY1", "toy_around"))

def compute(measurement, names):
    region = measurement.region
    return {"voxels": float(region.mask.sum()), "around": float(region.values.size)}

registry.FAMILIES += (Family("toy", "toy", rows, compute, reach_mm=30.0),)

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.geometry.grid import grid_of
from radioimmuno.signature.variables import variable_of
from radioimmuno.settings import Settings
from radioimmuno.signature.variables import variable_of

assert catalog.ALL[-2:] == catalog.DEFAULT[-2:] == ("toy.voxels", "toy.around")
assert catalog.split("ring.toy.voxels")[1].title == "toy: voxels"
assert variable_of("ring.toy.voxels").words == "ring: how many voxels"
assert variable_of("ring.toy.around").unit == "1"
image, lesion = noisy_patient()
wanted = ("lesion.toy.voxels", "lesion.toy.around", "lesion.morphology.approximate_volume")
(measured,) = extract(image, [lesion], Settings(), wanted)
assert measured.values[wanted[0]] == measured.values[wanted[2]] > 0
# The family looks 30 mm beyond the region: as far as the whole volume reaches.
assert measured.values[wanted[1]] == np.prod(grid_of(image.canonical().lattice, 1.0).lattice.shape)
"""


def test_a_new_family_is_its_file_and_a_line_in_the_registry(pytestconfig):
    phantoms = pytestconfig.rootpath / "Testing" / "Python" / "science"
    code = f"import sys; sys.path.insert(0, {str(phantoms)!r})\n{NEW_FAMILY}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_keys_and_tags_are_unique_and_units_are_known():
    assert [n for n, count in Counter(f.key for f in catalog.FEATURES).items() if count > 1] == []
    assert [n for n, count in Counter(f.reference_tag for f in catalog.FEATURES).items() if count > 1] == []
    assert {feature.unit for feature in catalog.FEATURES} <= set(UCUM_UNITS)


@pytest.mark.parametrize("name", ["pyradiomics_name", "lifex_name"])
def test_a_name_of_another_program_stands_for_one_definition(name):
    """But for the two ways to sum up directions; two IBSI definitions that are equal in 3D share theirs."""
    known = {(getattr(f, name), f.ibsi_code) for f in catalog.FEATURES if getattr(f, name)}
    shared = {key for key, count in Counter(key for key, _ in known).items() if count > 1}
    expected = {"glcm_DifferenceAverage", "glcm_ClusterTendency"} if name == "pyradiomics_name" else set()
    assert shared == expected


def test_names_of_other_programs_are_complete():
    assert sum(bool(feature.pyradiomics) for feature in catalog.FEATURES) == 148
    # Every feature of the standard set, which follows LIFEx's.
    assert [key for key in catalog.STANDARD if not catalog.BY_KEY[key].lifex] == []
    assert catalog.BY_KEY["glrlm.long_run_high_gray_level_emphasis"].lifex_name == (
        "GLRLM_LongRunHighGreyLevelEmphasis"
    )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_each_family_computes_the_features_of_its_rows(family):
    levels = np.random.default_rng(0).integers(1, 6, (6, 7, 8)).astype(np.int32)
    inside = np.ones(levels.shape, bool)
    region = Region(levels.astype(np.float32), inside, inside, levels, 5, (1.0, 1.0, 1.0))
    names = [row.name for row in family.rows]
    assert sorted(family.compute(Measurement(region), names)) == sorted(names)


def test_only_what_the_features_asked_for_need_is_made_and_once():
    asked = []
    measurement = Measurement(None)

    def make(of):
        asked.append(of)
        return 7

    assert [measurement.shared(make), measurement.shared(make)] == [7, 7]
    assert asked == [measurement]

"""Values that are no SUV, and SUV that are unusual.

Tests of: uptake, arbitrary.
"""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice, from_sitk
from radioimmuno.modality import MR, PET

SHAPE = (20, 24, 22)


def image(values):
    return Image(values, Lattice(values.shape, (4.0, 4.0, 4.0), (0.0, 0.0, 0.0)))


def body(seed=0):
    """Air around a body of SUV around 1, with a hot spot."""
    generator = np.random.default_rng(seed)
    values = np.zeros(SHAPE)
    values[:, 4:-4, 4:-4] = generator.gamma(4.0, 0.25, (20, 16, 14))
    values[9:12, 9:12, 9:12] = 14.0
    return values


def findings(values):
    return [(finding.code, finding.severity) for finding in PET.check_values(image(values))]


IMPLAUSIBLE = [("pet.suv_implausible", Severity.REFUSE)]
UNUSUAL = [("pet.suv_unusual", Severity.WARN)]


def test_a_body_passes_and_so_do_crops_of_it():
    assert findings(body()) == []
    assert findings(body()[8:13, 8:13, 8:13]) == []
    assert findings(np.where(body() == 0, np.nan, body())) == []


@pytest.mark.parametrize(
    "values",
    [
        4500 * body(),
        np.rint(body()).astype(np.int16),
        np.full(SHAPE, 1.0),
        np.zeros(SHAPE),
        1000 * (body() - 1),
        -body(),
    ],
    ids=["Bq/ml", "cut to whole numbers", "one value", "nothing", "a CT", "negative"],
)
def test_values_that_are_no_suv_are_refused(values):
    assert findings(values) == IMPLAUSIBLE


@pytest.mark.parametrize("factor", [0.02, 40.0])
def test_suv_that_are_all_too_low_or_high_are_told_of(factor):
    assert findings(factor * body()) == UNUSUAL


def test_noise_below_nothing_is_no_reason():
    values = body()
    values += np.random.default_rng(1).normal(0, 0.3, SHAPE)
    assert findings(values) == []


def test_an_image_without_a_value_is_not_judged():
    assert findings(np.full(SHAPE, np.nan)) == []


@pytest.mark.parametrize("part", [slice(None), slice(10, 30)])
def test_pet_of_patients_pass(data, part):
    files = sorted(data.glob("sts/*/pet.nii.gz"))
    assert len(files) == 20
    for file in files:
        values = from_sitk(sitk.ReadImage(str(file))).values[part]
        assert (file.parent.name, findings(np.ascontiguousarray(values))) == (file.parent.name, [])


def test_an_mr_of_one_value_is_refused():
    assert [f.code for f in MR.check_values(image(np.full(SHAPE, 3.0)))] == ["mr.implausible"]
    assert MR.check_values(image(body())) == ()
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:4] = 3
    (found,) = MR.check_values(image(labels))
    assert (found.code, found.text.startswith("The voxels hold 2 different whole numbers alone")) == (
        "mr.implausible",
        True,
    )
    assert MR.check_values(image((50 * body()).astype(np.int16))) == ()
    assert MR.check_values(image(np.full(SHAPE, np.nan))) == ()

"""Values that cannot be Hounsfield units are refused, as a whole or because of a single slice; CT are not.

Tests of: hounsfield, modalities.
"""

from __future__ import annotations

import numpy as np
import pytest
from volumes import ct_values

from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.modality import CT

SHAPE = (16, 60, 70)
ACCEPTED = ("ct.hu_implausible",)


def image(values, axes=None):
    lattice = Lattice(values.shape, (3.0, 1.0, 1.0), (0.0, 0.0, 0.0), *([axes] if axes else []))
    return Image(values, lattice)


def body(shape=SHAPE, seed=0):
    """A body of fat, muscle and a bone in air, noisy, that changes a little from slice to slice; float HU."""
    k, j, i = np.indices(shape)
    radius = np.hypot((j - shape[1] / 2) / (0.38 * shape[1] + k), (i - shape[2] / 2) / (0.42 * shape[2]))
    values = np.select([radius < 0.15, radius < 0.8, radius < 1], [900.0, 50.0, -100.0], -1000.0)
    return values + np.random.default_rng(seed).normal(0, 12, shape)


def refused(values, words, axes=None):
    (finding,) = CT.check_values(image(values, axes))
    assert (finding.code, finding.severity) == ("ct.hu_implausible", Severity.REFUSE)
    assert "--accept-values" in finding.text
    assert words in finding.text
    (accepted,) = CT.check_values(image(values, axes), ACCEPTED)
    assert accepted.severity is Severity.WARN
    assert "Accepted by hand" in accepted.text


@pytest.mark.parametrize(
    "values",
    [
        body(),
        body().astype(np.int16),
        ct_values(),
        np.where(ct_values() < 0, np.nan, ct_values() - 200.0),
        np.where(body() < -500, -2000, body()),
        np.where(body() > 850, 3071, body()),
        body()[:, 15:45, 15:40],
        body((2, 20, 20)),
        np.full(SHAPE, np.nan),
        np.zeros((0, 4, 4)),
    ],
    ids=[
        "float",
        "whole",
        "gradient",
        "not a number",
        "padding",
        "metal",
        "crop",
        "two slices",
        "nothing",
        "empty",
    ],
)
def test_a_ct_is_not_refused(values):
    assert CT.check_values(image(values)) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: (v - v.min()) / np.ptp(v), "spans more"),
        (lambda v: (v - v.mean()) / v.std(), "spans more"),
        (lambda v: np.full_like(v, -1000), "spans more"),
        (lambda v: 40 + 1e-9 * v, "spans more"),
        (lambda v: np.clip((v + 160) / 400 * 255, 0, 255).astype(np.uint8), "neither air nor fat"),
        (lambda v: (v + 1064).astype(np.uint16), "neither air nor fat"),
        (lambda v: np.abs(v), "neither air nor fat"),
        (lambda v: np.clip(v, -160, 240), "cut off at -160 HU"),
        (lambda v: v * 10, "below air"),
        (lambda v: v * 100, "no CT has values"),
        (lambda v: v.astype(np.float64) + 1e6, "no CT has values"),
    ],
)
def test_values_that_were_changed_are_refused(change, words):
    refused(change(body()), words)


@pytest.mark.parametrize("shift", [-1024, -1000, 1024, 1000, 300, 150])
@pytest.mark.parametrize("slices", [slice(7, 8), slice(4, 7)])
def test_slices_with_another_intercept_are_refused_and_named(shift, slices):
    values = body()
    values[slices] += shift
    single = slices.stop - slices.start == 1
    where = (
        f"Slice {slices.start + 1} of 16" if single else f"Slices {slices.start + 1} to {slices.stop} of 16"
    )
    refused(values, where)
    refused(values, "above" if shift > 0 else "below")


@pytest.mark.parametrize("slices", [slice(0, 1), slice(15, 16), slice(8, 16)])
def test_slices_at_an_end_with_another_intercept_are_refused(slices):
    values = body()
    values[slices] += 1024
    refused(values, "values lie about 10")


def test_slices_are_told_whatever_the_order_of_the_axes():
    values = body()
    values[5] -= 1024
    turned = np.ascontiguousarray(values.transpose(2, 0, 1)[:, ::-1])
    # Array axes: along x, towards the feet, along y.
    refused(turned, "Slice 6 of 16", ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)))


@pytest.mark.parametrize("value", [0, -1000, -1024])
def test_a_blank_slice_inside_is_refused_and_blank_ends_are_padding(value):
    values = body()
    values[9] = value
    refused(values, "Slice 10 of 16")
    ends = body()
    ends[:2], ends[-1] = -1024, -1024
    assert CT.check_values(image(ends)) == ()


def test_anatomy_that_changes_from_slice_to_slice_is_none_of_it():
    lung_to_liver = np.random.default_rng(1).normal(0, 20, (12, 20, 20)) - 850
    lung_to_liver[6:] += 950
    assert CT.check_values(image(lung_to_liver)) == ()


@pytest.mark.slow
def test_real_ct_and_crops_of_them_are_not_refused(data):
    from radioimmuno.io.ct import read_ct

    files = [
        *data.glob("sts/*/ct.nii.gz"),
        data / "lung1_001" / "ct.nrrd",
        data / "ibsi/ct_phantom/ct.nii.gz",
    ]
    assert len(files) == 22
    for file in files:
        ct = read_ct(file)
        assert ct.findings == ()
        middle = tuple(slice(n // 4, 3 * n // 4) for n in ct.image.values.shape)
        assert CT.check_values(image(np.ascontiguousarray(ct.image.values[middle]))) == ()


def test_an_image_is_of_the_kind_that_its_header_names_or_refused():
    assert CT.check_kind("CT") is None
    refusal = CT.check_kind("MR", advice=": select a CT")
    assert (refusal.code, refusal.severity) == ("ct.not_ct", Severity.REFUSE)
    assert refusal.text == "The modality is MR, and signatures are made for CT: select a CT."

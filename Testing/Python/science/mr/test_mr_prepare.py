"""An MR is brought to a scale without its bias field; features hardly depend on the field any more."""

import dataclasses
import json
from itertools import product

import numpy as np
import pytest
import SimpleITK as sitk
from phantom import AIR, SHAPE, SPACING_MM, inside, limb, smooth_field

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.findings import InputError, Refusal, Severity
from radioimmuno.geometry.image import Image, Lattice, from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.mr import prepare
from radioimmuno.mr.prepare import prepared
from radioimmuno.preparation import BiasCorrection, MrSettings, ReferenceTissue, ZScore
from radioimmuno.settings import PRESETS

LATTICE = Lattice(SHAPE, SPACING_MM, (0.0, 0.0, 0.0))
QUICK = BiasCorrection(start_voxel_mm=5.0)
NOTHING = MrSettings(None, None)
Z_SCORE = MrSettings(None, ZScore())
REFERENCE = MrSettings(None, ReferenceTissue(800.0))
FIELDS = ("coil", "bump", "wave")
PATIENTS = ("STS_003", "STS_008", "STS_012", "STS_018", "STS_019", "STS_025", "STS_041", "STS_047")
MOST_LEFT = 0.03  # of 95 % of the body's voxels


def an_mr(values=None) -> Image:
    return Image(limb() if values is None else values, LATTICE)


def fat() -> Image:
    return Image(inside() & (np.abs(limb() - 900) < 5 * AIR), LATTICE)


@pytest.mark.parametrize(("mean", "sd"), [(300.0, 100.0), (0.0, 1.0)])
def test_mean_and_sd_of_the_body_are_as_set(mean, sd):
    done = prepared(an_mr(), MrSettings(None, ZScore(mean, sd)))
    body = done.image.values[done.body.values].astype(float)
    assert body.mean() == pytest.approx(mean, abs=1e-6 * max(mean, sd))
    assert body.std() == pytest.approx(sd, rel=1e-6)
    assert done.record["settings"] == MrSettings(None, ZScore(mean, sd)).to_dict()


@pytest.mark.parametrize("settings", [Z_SCORE, MrSettings(QUICK, ZScore())])
def test_another_scale_of_the_scanner_changes_nothing(settings):
    first, second = (prepared(an_mr(scale * limb()), settings).image.values for scale in (1, 2.5))
    np.testing.assert_allclose(first, second, atol=0.02)


def test_a_reference_tissue_gets_the_value():
    done = prepared(an_mr(), REFERENCE, fat())
    assert done.image.values[fat().values].mean(dtype=float) == pytest.approx(800, rel=1e-6)
    assert done.record["scale"]["offset"] == 0
    np.testing.assert_allclose(done.image.values, limb() * done.record["scale"]["factor"], rtol=1e-6)


def test_each_step_can_be_left_out():
    done = prepared(an_mr(), NOTHING)
    np.testing.assert_array_equal(done.image.values, limb())
    assert set(done.record) == {"settings", "unit", "body_cc"}
    assert done.record["unit"] == "a.u."


def test_the_record_is_plain_and_says_what_was_done():
    record = prepared(
        an_mr((limb() * smooth_field(SHAPE, "linear")).astype(np.float32)), MrSettings(QUICK)
    ).record
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert 0.6 < record["bias"]["from"] < 0.85 < 1.15 < record["bias"]["to"] < 1.5
    expected = np.count_nonzero(inside()) * LATTICE.voxel_volume_mm3 / 1000
    assert expected < record["body_cc"] < 1.2 * expected


def test_the_order_of_the_axes_changes_no_value():
    turned = Image(
        limb().transpose(2, 0, 1)[::-1],
        Lattice(
            (SHAPE[2], SHAPE[0], SHAPE[1]),
            (SPACING_MM[2], SPACING_MM[0], SPACING_MM[1]),
            ((SHAPE[2] - 1) * SPACING_MM[2], 0.0, 0.0),
            ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
        ),
    )
    settings = MrSettings(QUICK)
    done, straight = prepared(turned, settings), prepared(an_mr(), settings)
    assert done.image.lattice == turned.lattice
    np.testing.assert_array_equal(done.image.values.transpose(1, 2, 0)[:, :, ::-1], straight.image.values)
    np.testing.assert_array_equal(done.body.values.transpose(1, 2, 0)[:, :, ::-1], straight.body.values)


def one_bad() -> np.ndarray:
    values = limb()
    values[3, 4, 5] = np.nan
    return values


def empty() -> Image:
    return Image(np.zeros(SHAPE, bool), LATTICE)


def a_corner() -> Image:
    mask = np.zeros(SHAPE, bool)
    mask[:10, :15, :15] = True
    return Image(mask, LATTICE)


def a_level_body() -> np.ndarray:
    values = np.zeros(SHAPE, np.float32)
    values[4:-4, 24:-24, 24:-24] = 500
    return values


def a_speck() -> np.ndarray:
    values = np.full(SHAPE, -1.0, np.float32)
    values[12, 48:54, 48:54] = 500
    return values


@pytest.mark.parametrize(
    ("values", "settings", "tissue", "code"),
    [
        (one_bad(), Z_SCORE, None, "mr.non_finite"),
        (limb().astype(float) * 1e300, Z_SCORE, None, "mr.non_finite"),
        (np.full(SHAPE, 7.0), NOTHING, None, "mr.flat"),
        (a_level_body(), Z_SCORE, None, "mr.flat"),
        (np.zeros(SHAPE) - np.eye(96), NOTHING, None, "mr.no_body"),
        (a_speck(), NOTHING, None, "mr.no_body"),
        (limb(), REFERENCE, None, "mr.reference"),
        (limb(), REFERENCE, empty(), "mr.reference"),
        (limb() - 400, REFERENCE, a_corner(), "mr.reference"),
    ],
)
def test_what_cannot_be_prepared_is_refused(values, settings, tissue, code):
    with pytest.raises(InputError) as caught:
        prepared(an_mr(values), settings, tissue)
    assert caught.value.code == code


def test_negative_values_are_warned_of():
    values = limb()
    values[:2, :10] = -3.0
    (finding,) = prepared(an_mr(values), NOTHING).findings
    assert (finding.code, finding.severity) == ("mr.negative", Severity.WARN)
    assert "-3" in finding.text


@pytest.mark.parametrize(("across", "warned"), [(0.25, False), (1.0, True)])
def test_a_field_beyond_that_of_coils_is_warned_of(across, warned):
    """From exp(-across) to exp(across) over the width of the image, which the limb nearly fills."""
    field = np.exp(across * np.linspace(-1, 1, SHAPE[2]))
    findings = prepared(an_mr((limb() * field).astype(np.float32)), MrSettings(QUICK)).findings
    assert [(f.code, f.severity) for f in findings] == [("mr.bias_field", Severity.WARN)] * warned
    assert all("0.5 to 2" in finding.text for finding in findings)


def test_memory_is_asked_for(monkeypatch):
    def refuse(needed: float, what: str) -> None:
        raise Refusal("settings.too_large", what)

    monkeypatch.setattr(prepare, "require_memory", refuse)
    with pytest.raises(Refusal, match="Preparing"):
        prepared(an_mr(), NOTHING)


def differences(data, name: str, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """By what share features of a lesion, and voxels of the body, change when a field of 30 % is put on."""
    files = (data / "sts" / name / f"{file}.nii.gz" for file in ("mr_t1", "mr_t1_mask"))
    image, labels = (from_sitk(sitk.ReadImage(str(file))) for file in files)
    lesions = from_labels(Image((labels.values > 0).astype("uint8"), labels.lattice))
    field = smooth_field(image.values.shape, kind)
    biased = dataclasses.replace(image, values=(image.values * field).astype(np.float32))
    done = [prepared(one, MrSettings()) for one in (image, biased)]
    keys = catalog.identifiers(catalog.STANDARD, ["lesion"])
    (before,), (after,) = (extract(one.image, lesions, PRESETS["mr"], keys) for one in done)
    assert len(before.values) == 43
    of_features = [abs(after.values[key] / value - 1) for key, value in before.values.items() if value]
    scale = [one.record["scale"] for one in done]
    corrected = [
        (one.image.values - part["offset"]) / part["factor"] for one, part in zip(done, scale, strict=True)
    ]
    seen = done[0].body.values & (image.values > 0)
    left_in = corrected[1][seen] / corrected[0][seen]
    return np.array(of_features), np.abs(left_in / np.median(left_in) - 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("STS_008", "bowl"),
        *(pytest.param(*one, marks=pytest.mark.slow(seconds=1)) for one in product(PATIENTS, FIELDS)),
    ],
)
def test_features_hardly_change_with_a_field_of_30_percent(name, kind, data):
    of_features, left_in = differences(data, name, kind)
    assert np.median(of_features) < 0.02
    assert np.percentile(left_in, 95) < MOST_LEFT

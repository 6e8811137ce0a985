"""What filters see around a lesion that was not measured: padding, and what is beyond the image's border."""

import numpy as np
import pytest

from radioimmuno.extraction.extract import extract
from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

SIZE = 60
# A cube of 10 voxels, amid 25 on each side.
CUBE = slice(25, 35)
# Reaches 8 voxels at 1 mm; two voxels of a Haar wavelet reach one.
NAMES = ("log_sigma_2mm", "wavelet_haar_hll")


def patient(middle=CUBE, dtype=np.int16) -> tuple[Image, Lesion]:
    lattice = Lattice((SIZE, SIZE, SIZE), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    values = np.random.default_rng(1).integers(0, 80, lattice.shape).astype(dtype)
    mask = np.zeros(lattice.shape, bool)
    mask[CUBE, CUBE, middle] = True
    return Image(values, lattice), Lesion("1", "cube", Image(mask, lattice))


def measured(image, lesion, names=NAMES, region="lesion", settings=None):
    keys = [f"{region}.{name}.statistics.mean" for name in names]
    (found,) = extract(image, [lesion], settings or Settings(), keys)
    assert found.values.keys() == set(keys)
    return found


def test_padding_within_reach_is_warned_of_with_the_share_of_voxels():
    image, lesion = patient()
    image.values[:, :, :20] = -3024
    found = measured(image, lesion)
    (finding,) = found.findings
    assert (finding.code, finding.severity, found.status) == ("filter.padding", Severity.WARN, "warning")
    # The padding's last voxel is 19: 8 voxels reach it from 27 on down, three layers of the cube's ten.
    assert "counts as -1000 HU" in finding.text
    assert "the reach of log_sigma_2mm in 30 % of the lesion." in finding.text
    assert "wavelet" not in finding.text


def test_padding_counts_as_air():
    padded, lesion = patient()
    air, _ = patient()
    padded.values[:, :, :20], air.values[:, :, :20] = -3024, -1000
    assert measured(padded, lesion).values == measured(air, lesion).values
    assert measured(air, lesion).findings == ()
    assert measured(air, lesion).values != measured(*patient()).values


def test_padding_out_of_reach_is_not_warned_of():
    image, lesion = patient()
    image.values[:, :, :17] = -2000
    assert measured(image, lesion).findings == ()
    image.values[:, :, :18] = -2000
    assert [one.code for one in measured(image, lesion).findings] == ["filter.padding"]


def test_padding_is_counted_by_region():
    image, lesion = patient()
    image.values[:, :, :20] = -2000
    keys = [f"{region}.log_sigma_2mm.statistics.mean" for region in ("lesion", "ring")]
    (found,) = extract(image, [lesion], Settings(), keys)
    (finding,) = found.findings
    assert "log_sigma_2mm in 30 % of the lesion and " in finding.text
    assert finding.text.endswith("% of the ring.")


@pytest.mark.parametrize(("middle", "share"), [(slice(0, 10), 80), (slice(50, 60), 80), (slice(4, 14), 40)])
def test_the_border_is_noted_with_what_lies_beyond(middle, share):
    image, lesion = patient(middle)
    found = measured(image, lesion, ("log_sigma_2mm",))
    (finding,) = (one for one in found.findings if one.code != "lesion.truncated")
    assert (finding.code, finding.severity) == ("filter.border", Severity.FIXED)
    assert f"log_sigma_2mm in {share} % of the lesion (border mirrored)." in finding.text
    assert "the CT's border" in finding.text


def test_a_border_that_is_just_not_reached_is_not_noted():
    assert measured(*patient(slice(8, 18))).findings == ()
    assert [one.code for one in measured(*patient(slice(7, 17))).findings] == ["filter.border"]


def test_filters_in_slices_do_not_look_beyond_the_slices():
    image, lesion = patient()
    mask = np.moveaxis(patient(slice(2, 12))[1].mask.values, 2, 0)
    lesion = Lesion("1", "cube", Image(np.ascontiguousarray(mask), image.lattice))
    flat = Settings.from_dict({"filters": {"log_sigma_2mm": {"dimensions": 2, "boundary": "nearest"}}})
    assert measured(image, lesion, ("log_sigma_2mm",), settings=flat).findings == ()
    (finding,) = measured(image, lesion, ("log_sigma_2mm",)).findings
    assert finding.code == "filter.border"


def test_each_border_is_named_as_its_filter_has_it():
    image, lesion = patient(slice(2, 12))
    boundary = {"kind": "constant", "value": -50}
    own = Settings.from_dict({"filters": {"log_sigma_2mm": {"boundary": boundary}, "log_sigma_1mm": {}}})
    (finding,) = measured(image, lesion, ("log_sigma_2mm", "log_sigma_1mm"), settings=own).findings
    assert "log_sigma_2mm in 60 % of the lesion (border constant -50)" in finding.text
    assert "log_sigma_1mm in 20 % of the lesion (border mirrored)" in finding.text


def test_filters_that_look_equally_far_share_a_sentence():
    image, lesion = patient()
    image.values[:, :25] = -2000
    names = [f"wavelet_haar_{bands}" for bands in ("lll", "hhh")]
    (finding,) = measured(image, lesion, names).findings
    assert "wavelet_haar_lll, wavelet_haar_hhh in 10 % of the lesion" in finding.text


def test_of_a_filter_that_cannot_be_applied_nothing_else_is_said():
    image, lesion = patient(slice(2, 12))
    (found,) = extract(image, [lesion], Settings(), ["lesion.log_sigma_20mm.statistics.mean"])
    assert [one.code for one in found.findings] == ["filter.too_large"]


def test_features_without_filters_say_nothing_of_it():
    image, lesion = patient(slice(2, 12))
    image.values[:, :, 20:] = -2000
    (found,) = extract(image, [lesion], Settings(), ["lesion.statistics.mean"])
    assert found.findings == ()

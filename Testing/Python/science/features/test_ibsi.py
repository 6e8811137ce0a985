"""Every 3D feature of IBSI 1 that has a consensus value: digital phantom and configurations C, D, E."""

import csv

import pytest
import SimpleITK as sitk

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.geometry.image import Image, from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import PRESETS

CONFIGURATIONS = {
    "digital_phantom": ("digital_phantom", "ibsi-digital"),
    "ct_c": ("ct_phantom", "ibsi-c"),
    "ct_d": ("ct_phantom", "ibsi-d"),
    "ct_e": ("ct_phantom", "ibsi-e"),
}


def consensus(table, configuration: str) -> dict[str, tuple[float, float]]:
    """Value and tolerance by tag, of the features that have a consensus value."""
    with table.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["configuration"] == configuration and row["value"]]
    return {row["tag"]: (float(row["value"]), float(row["tolerance"])) for row in rows}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_consensus_value_is_met(configuration, data, reference_table, capsys):
    folder, preset = CONFIGURATIONS[configuration]
    image = from_sitk(sitk.ReadImage(str(data / "ibsi" / folder / "ct.nii.gz")))
    labels = from_sitk(sitk.ReadImage(str(data / "ibsi" / folder / "mask.nii.gz")))
    lesions = from_labels(Image(labels.values.astype("uint8"), labels.lattice))
    (measured,) = extract(image, lesions, PRESETS[preset], catalog.identifiers(catalog.ALL, ["lesion"]))

    expected = consensus(reference_table, configuration)
    failed, total = [], 0
    for feature in catalog.FEATURES:
        if feature.reference_tag not in expected:
            continue
        total += 1
        value, tolerance = expected[feature.reference_tag]
        found = measured.values[f"lesion.{feature.key}"]
        # The table has three significant digits: the value is rounded to as many before it is compared.
        if found is None or abs(float(f"{found:.3g}") - value) > tolerance + 1e-9 * abs(value):
            failed.append(f"{feature.key}: {found} is not {value} +- {tolerance}")
    with capsys.disabled():
        print(f"\nIBSI 1 {configuration}: {total - len(failed)}/{total} within tolerance")
    assert total == 210
    assert not failed, "\n".join(failed)


def test_the_five_rows_without_consensus_are_reported_too(data, reference_table):
    expected = consensus(reference_table, "digital_phantom")
    without = [feature.reference_tag for feature in catalog.FEATURES if feature.reference_tag not in expected]
    assert without == [
        "morph_vol_dens_ombb",
        "morph_area_dens_ombb",
        "morph_vol_dens_mvee",
        "morph_area_dens_mvee",
        "ivh_auc",
    ]

"""Features on real lesions against independent software at the same settings (Testing/Oracles)."""

import json
from pathlib import Path

import pytest
import SimpleITK as sitk

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.geometry.image import Image, from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import PRESETS, ExtractionSettings, Settings

REFERENCES = Path(__file__).parents[3] / "Oracles" / "references"
TOLERANCE = 1e-5

# What is made of the mesh's volume and area. Where five voxels around a corner meet, there are more than two
# ways to join the surface; the smallest lesion on the 3 mm grid of a PET (633 voxels) has one such corner.
OF_MESH = (
    *("morph_volume", "morph_area_mesh", "morph_av", "morph_comp_1", "morph_comp_2", "morph_sph_dispr"),
    *("morph_sphericity", "morph_asphericity", "morph_integ_int", "morph_vol_dens_aabb"),
    *("morph_area_dens_aabb", "morph_vol_dens_aee", "morph_area_dens_aee", "morph_vol_dens_conv_hull"),
    "morph_area_dens_conv_hull",
)
AMBIGUOUS_MESHES = {("pet", "STS_019"): 2e-2}
# Differences of nearly equal numbers: the reference sums them in single precision.
NEAR_0 = {("mr", "STS_018"): {"stat_kurt": 5e-5}}
VALIDATION_FILES = {"ct": ("ct", "mask"), "pet": ("pet", "pet_mask"), "mr": ("mr_t1", "mr_t1_mask")}
QUICK = "STS_008"


def reference(name: str) -> dict[str, dict[str, float]]:
    return json.loads((REFERENCES / name).read_text())["values"]


def validation_cases():
    """Modality and lesion: those that take long are marked."""
    for modality in VALIDATION_FILES:
        for name in sorted(reference("mirp_validation.json")[modality]):
            quick = modality == "pet" or name == QUICK
            yield pytest.param(modality, name, marks=() if quick else pytest.mark.slow(seconds=1))


def validation_reference(modality: str, name: str) -> dict[str, float]:
    content = json.loads((REFERENCES / "mirp_validation.json").read_text())
    numbers = content["values"][modality][name].split()
    return dict(zip(content["header"]["tags"], map(float, numbers), strict=True))


def lesion_of(image: Path, mask: Path) -> tuple[Image, list]:
    labels = from_sitk(sitk.ReadImage(str(mask)))
    return from_sitk(sitk.ReadImage(str(image))), from_labels(
        Image((labels.values > 0).astype("uint8"), labels.lattice)
    )


def patient(data, name: str) -> tuple[Image, list]:
    if name.startswith("LUNG1"):
        ct, mask = data / "lung1_001" / "ct.nrrd", data / "lung1_001" / "label.nrrd"
    else:
        ct, mask = data / "sts" / name / "ct.nii.gz", data / "sts" / name / "mask.nii.gz"
    return lesion_of(ct, mask)


def differences(found, expected) -> list[str]:
    """Features that differ from the reference by more than the tolerance."""
    wrong = []
    for feature in catalog.FEATURES:
        if feature.reference_tag not in expected or f"lesion.{feature.key}" not in found:
            continue
        value, wanted = found[f"lesion.{feature.key}"], expected[feature.reference_tag]
        if abs(value - wanted) > TOLERANCE * abs(wanted):
            wrong.append(feature.reference_tag)
    return wrong


@pytest.mark.parametrize("name", sorted(reference("mirp_default.json")))
def test_features_equal_mirps(name, data):
    image, lesions = patient(data, name)
    wanted = catalog.identifiers(catalog.DEFAULT, ["lesion"])
    (measured,) = extract(image, lesions, Settings(), wanted)
    expected = reference("mirp_default.json")[name]
    assert sum(feature.reference_tag in expected for feature in catalog.FEATURES) >= 208
    assert not differences(measured.values, expected)


@pytest.mark.parametrize(("modality", "name"), list(validation_cases()))
def test_features_at_the_settings_of_ibsis_validation_equal_mirps(modality, name, data):
    image, mask = (data / "sts" / name / f"{file}.nii.gz" for file in VALIDATION_FILES[modality])
    settings = PRESETS[f"ibsi-validation-{modality}"]
    wanted = catalog.identifiers(catalog.DEFAULT, ["lesion"])
    (measured,) = extract(*lesion_of(image, mask), settings, wanted)
    expected = validation_reference(modality, name)
    bounds = NEAR_0.get((modality, name), {})
    bounds = bounds | dict.fromkeys(OF_MESH, AMBIGUOUS_MESHES.get((modality, name), TOLERANCE))
    compared = [feature for feature in catalog.FEATURES if feature.reference_tag in expected]
    compared = [feature for feature in compared if not feature.on_request]
    assert len(compared) >= 208
    for feature in compared:
        tag = feature.reference_tag
        near = pytest.approx(expected[tag], rel=bounds.get(tag, TOLERANCE))
        assert measured.values[f"lesion.{feature.key}"] == near, tag


def test_autocorrelation_equals_mirps_over_all_pairs(data):
    ((name, expected),) = reference("mirp_all_pairs.json").items()
    image, lesions = patient(data, name)
    wanted = [f"lesion.{key}" for key in ("morphology.moran_i", "morphology.geary_c")]
    (measured,) = extract(image, lesions, Settings(), wanted)
    assert len(expected) == 2
    assert not differences(measured.values, expected)


def test_features_equal_pyradiomics_where_the_definitions_are_the_same(data):
    ((name, expected),) = reference("pyradiomics_native.json").items()
    image, lesions = patient(data, name)
    # PyRadiomics was run on the CT's own voxels, with bin edges at multiples of 10 HU.
    settings = Settings(ExtractionSettings(spacing_mm=None, round_intensities=False))
    (measured,) = extract(image, lesions, settings, catalog.identifiers(catalog.DEFAULT, ["lesion"]))
    assert len(expected) == 73
    assert not differences(measured.values, expected)

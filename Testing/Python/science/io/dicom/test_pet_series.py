"""PET as DICOM: SUV with every slope, what is refused, and the private attributes of GE and Philips.

Tests of: kinds, pet_headers, header_values.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("pydicom")

from dicom_series import ct_series, enhanced, hu_values, twin, write
from pet_series import SUV_OF_BQML, pet_series, uptake
from radioimmuno.findings import InputError, Severity
from radioimmuno.io.dicom import find_series
from radioimmuno.io.image import read_image
from radioimmuno.io.lesions import read_lesions
from radioimmuno.modality import PET

# Of the values in the mask: three of the storage's digits.
TOLERANCE = 0.005
# DRO_2_3 stores two digits of an SUV by body surface, of 70 kg and 175 cm.
ONE_STORED_UNIT = 0.01 * 70e3 / (0.007184 * 70**0.425 * 175**0.725 * 1e4)


def read(folder, **options):
    return read_image(folder, modality=PET, **options)


def refusal(folder, **options):
    with pytest.raises(InputError) as caught:
        read(folder, **options)
    return caught.value.code


def close(image, suv):
    """Whether voxels are SUV to a half of a stored unit."""
    np.testing.assert_allclose(image.values, suv, atol=suv.max() / 32000)


def reference_objects(data):
    with (data / "suv" / "expected.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_reference_objects_hold_their_suv(data):
    """IBSI's digital reference objects: lowest, median and highest SUV of the body."""
    rows = reference_objects(data)
    assert len(rows) == 12
    wrong = {}
    for row in rows:
        folder = data / "suv" / row["id"]
        mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "mask" / "DRO_mask.nii.gz"))) > 0
        values = read(folder / "PT").image.values[mask]
        found = np.array([values.min(), np.median(values), values.max()], float)
        truth = np.array([float(row[f"suv_{name}"]) for name in ("min", "median", "max")])
        tolerance = ONE_STORED_UNIT if row["id"] == "DRO_2_3" else TOLERANCE
        if np.abs(found - truth).max() > tolerance:
            wrong[row["id"]] = found
    assert wrong == {}


def test_a_real_pet_as_dicom_is_the_one_that_was_published(data):
    pet = read(data / "sts_dicom" / "STS_012" / "PET" / "image")
    published = data / "sts" / "STS_012"
    volume = read(published / "pet.nii.gz")
    assert np.abs(pet.image.values - volume.image.values).max() < 1e-5
    assert pet.image.lattice.coincides(volume.image.lattice)
    assert pet.findings == ()
    assert [finding.code for finding in volume.findings] == ["pet.taken_as_suv"]
    assert pet.suv.acquisition.uptake_min == pytest.approx(78.3, abs=0.1)

    drawn = read_lesions(data / "sts_dicom" / "STS_012" / "PET" / "mask" / "RS.dcm", pet.image, pet.source)
    drawn_there = read_lesions(published / "pet_mask.nii.gz", volume.image)
    (one,), (other,) = drawn.lesions, drawn_there.lesions
    assert one.mask.lattice.coincides(other.mask.lattice)
    np.testing.assert_array_equal(one.mask.values > 0, other.mask.values > 0)


def test_slices_get_their_own_slopes(tmp_path):
    suv = uptake()
    slices = pet_series(suv)
    assert len({dataset.RescaleSlope for dataset in slices}) == len(suv)
    pet = read(write(tmp_path, slices))
    assert pet.image.values.dtype == np.float32
    close(pet.image, suv)
    assert (pet.modality, pet.suv.name, pet.findings) == (PET, "bw", ())


@pytest.mark.parametrize("quantity", ["lbm", "bsa", "ideal", "james", "morgan"])
def test_another_suv_differs_by_one_factor(tmp_path, quantity):
    folder = write(tmp_path, pet_series(uptake()))
    other, suv = read(folder, quantity=quantity), read(folder)
    ratio = other.suv.scales[0] / suv.suv.scales[0]
    np.testing.assert_allclose(other.image.values, suv.image.values * ratio, rtol=1e-6)


def test_activity_is_read_where_suv_is_refused(tmp_path):
    suv = uptake()
    folder = write(tmp_path, pet_series(suv, PatientWeight=None))
    assert refusal(folder) == "pet.weight"
    close(read(folder, quantity="activity").image, suv / SUV_OF_BQML)


def test_derived_is_what_some_scanners_call_every_pet(tmp_path):
    folder = write(tmp_path, pet_series(uptake(), ImageType=["DERIVED", "SECONDARY"]))
    assert read(folder).findings == ()


@pytest.mark.parametrize("image_type", [["DERIVED", "SECONDARY", "MIP"], ["ORIGINAL", "PROJECTION"]])
def test_a_projection_is_refused_until_it_is_accepted(tmp_path, image_type):
    folder = write(tmp_path, pet_series(uptake(), ImageType=image_type))
    assert refusal(folder) == "pet.not_original"
    (finding,) = read(folder, accepted=["pet.not_original"]).findings
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize(
    ("code", "tags", "tracer"),
    [
        ("pet.not_original", {"SeriesType": ["STATIC", "REPROJECTION"]}, {}),
        ("pet.dynamic", {"SeriesType": ["DYNAMIC", "IMAGE"], "NumberOfTimeSlices": 20}, {}),
        ("pet.dynamic", {"SeriesType": ["GATED", "IMAGE"]}, {}),
        ("pet.attenuation", {"CorrectedImage": ["DECY"]}, {}),
        ("pet.attenuation", {"CorrectedImage": None}, {}),
        ("pet.no_rescale", {"RescaleSlope": None}, {}),
        ("pet.intercept", {"RescaleIntercept": -5}, {}),
        ("pet.units", {"Units": "CPS"}, {}),
        ("pet.suv_type", {"Units": "GML", "SUVType": "XYZ"}, {}),
        ("pet.counts", {"Units": "CNTS"}, {}),
        ("pet.decay_correction", {"DecayCorrection": None}, {}),
        ("pet.weight", {"PatientWeight": None}, {}),
        ("pet.acquisition_time", {"AcquisitionTime": None}, {}),
        ("pet.frame_duration", {"DecayCorrection": "NONE"}, {}),
        ("pet.dose", {}, {"RadionuclideTotalDose": None}),
        ("pet.half_life", {}, {"RadionuclideHalfLife": None}),
        (
            "pet.administration_time",
            {},
            dict.fromkeys(("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime")),
        ),
        ("pet.suv_implausible", {"Units": "GML"}, {}),
    ],
)
def test_a_series_of_which_no_suv_can_be_made_is_refused(tmp_path, code, tags, tracer):
    folder = write(tmp_path, pet_series(uptake(), tracer=tracer, **tags))
    if code == "pet.suv_implausible":
        (finding,) = read(folder).findings
        assert (finding.code, finding.severity) == (code, Severity.REFUSE)
        return
    assert refusal(folder) == code
    (series,) = find_series(folder)
    assert (series.usable, series.findings[-1].code, series.suv) == (False, code, None)


@pytest.mark.parametrize("units", ["CNTS", "PROPCNTS"])
def test_counts_without_a_factor_are_read_as_what_they_are_in_proportion_to(tmp_path, units):
    suv = uptake()
    folder = write(tmp_path, pet_series(suv, Units=units))
    assert refusal(folder) in ("pet.counts", "pet.units")
    counts = read(folder, quantity="activity")
    assert counts.suv.unit == "a.u."
    close(counts.image, suv / SUV_OF_BQML)


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("spelled", ["DECY,ATTN,SCAT", "decy attn", ["DECY", "ATTN"]])
def test_corrections_are_read_as_writers_spell_them(tmp_path, spelled):
    assert read(write(tmp_path, pet_series(uptake(), CorrectedImage=spelled))).findings == ()


def test_an_enhanced_pet_is_refused_by_its_name(tmp_path):
    dataset = enhanced(hu_values((3, 6, 5)))
    dataset.Modality = "PT"
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.130"
    assert refusal(write(tmp_path, [dataset])) == "pet.enhanced"


def test_slices_that_name_other_doses_are_refused(tmp_path):
    slices = pet_series(uptake())
    slices[2].RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose = 1e8
    assert refusal(write(tmp_path, slices)) == "pet.headers_differ"


def test_two_images_of_a_place_are_refused(tmp_path):
    slices = pet_series(uptake())
    second = twin(slices[1])
    second.PixelData = slices[2].PixelData
    assert refusal(write(tmp_path, [*slices, second])) == "ct.duplicate_slice"
    (tmp_path / "same").mkdir()
    pet = read(write(tmp_path / "same", [*slices, twin(slices[1])]))
    assert [finding.severity for finding in pet.findings] == [Severity.FIXED]


def test_a_missing_slice_has_no_values(tmp_path):
    suv = uptake()
    slices = pet_series(suv)
    del slices[2]
    pet = read(write(tmp_path, slices))
    assert [(gap.start, gap.stop) for gap in pet.gaps] == [(2, 3)]
    assert np.isnan(pet.image.values[2]).all()
    np.testing.assert_allclose(pet.image.values[3:], suv[3:], atol=1e-3)


def test_padding_has_no_values_and_zero_is_none(tmp_path):
    suv = uptake()
    slices = pet_series(suv, PixelPaddingValue=0)
    for dataset in slices:
        dataset["PixelPaddingValue"].VR = "SS"
    close(read(write(tmp_path / "zero", slices)).image, suv)
    for dataset in slices:
        dataset.PixelPaddingValue = 32000
    values = read(write(tmp_path / "other", slices)).image.values
    assert np.isnan(values).sum() == len(suv)


@pytest.mark.parametrize("block", [0x10, 0x11, 0x42])
@pytest.mark.parametrize("kind", ["DS", "UN", "LO"])
def test_factors_of_philips_are_found_in_their_creators_block(tmp_path, block, kind):
    suv = uptake()
    slices = pet_series(suv, factor=0.0005, Units="CNTS", PatientWeight=None)
    for dataset in slices:
        if block == 0x11:
            dataset.add_new((0x7053, 0x0010), "LO", "SOMEBODY ELSE")
            dataset.add_new((0x7053, 0x1000), "DS", "7")
        dataset.add_new((0x7053, block), "LO", "Philips PET Private Group")
        value = b"0.0005 " if kind == "UN" else "0.0005"
        dataset.add_new((0x7053, block << 8), kind, value)
    close(read(write(tmp_path, slices)).image, suv)


def test_factors_of_philips_are_found_at_the_usual_place_without_a_creator_alone(tmp_path):
    suv = uptake()
    slices = pet_series(suv, factor=2 * SUV_OF_BQML, Units="CNTS")
    for dataset in slices:
        dataset.add_new((0x7053, 0x1009), "UN", b"2.0\0")
    close(read(write(tmp_path / "none", slices)).image, suv)
    for dataset in slices:
        dataset.add_new((0x7053, 0x0010), "LO", "SOMEBODY ELSE")
    assert refusal(write(tmp_path / "other", slices)) == "pet.counts"


@pytest.mark.parametrize("creator", ["GEMS_PETD_01", None])
def test_the_scan_time_of_ge(tmp_path, creator):
    suv = uptake()
    slices = pet_series(suv, Manufacturer="GE MEDICAL SYSTEMS", SeriesTime="113000", AcquisitionTime="103000")
    for dataset in slices:
        if creator:
            dataset.add_new((0x0009, 0x0010), "LO", creator)
        dataset.add_new((0x0009, 0x100D), "DT", "20240310100000.000000")
    close(read(write(tmp_path, slices)).image, suv)


def test_ct_and_pet_in_one_folder_are_judged_as_what_they_are(tmp_path):
    write(tmp_path, ct_series(hu_values(), uid="1.2.3", SeriesNumber=2))
    write(tmp_path, pet_series(uptake(), uid="1.2.4", SeriesNumber=3))
    write(tmp_path, pet_series(uptake(), uid="1.2.5", SeriesNumber=4, CorrectedImage=["DECY"]))
    assert [series.usable for series in find_series(tmp_path)] == [True, True, False]
    assert read_image(tmp_path).source.series_uid == "1.2.3"
    pet = read(tmp_path)
    assert pet.source.series_uid == "1.2.4"
    assert pet.findings == ()

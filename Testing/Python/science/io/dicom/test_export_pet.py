"""Uptake in structured reports: its codes and units, whose it is, and which images it was measured on.

Tests of: write_sr_images, sr_items, sr_numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("highdicom")
pydicom = pytest.importorskip("pydicom")

from export_cases import SPACING, mask_of  # noqa: E402
from pydicom.sr import _concepts_dict  # noqa: E402

from dicom_series import write  # noqa: E402
from dicom_tools import run  # noqa: E402
from pet_series import pet_series  # noqa: E402
from radioimmuno.io.dicom import write_sr_images  # noqa: E402
from radioimmuno.io.dicom.write import write_dicom  # noqa: E402
from radioimmuno.io.image import read_image  # noqa: E402
from radioimmuno.io.images_beside import about_image  # noqa: E402
from radioimmuno.modality import PET  # noqa: E402
from radioimmuno.pet.masses import NORMALIZATIONS  # noqa: E402
from radioimmuno.pet.study_uptake import study_uptakes  # noqa: E402
from radioimmuno.scoring.records import uptake_record  # noqa: E402
from radioimmuno.study import Study  # noqa: E402

HEATS = {"Läsion A": 8.0, "B": 5.0}
MEAN = "pet.lesion.statistics.mean"
REPORTS = ("lesion_report", "patient_report")


@pytest.fixture(scope="module")
def patient(case, tmp_path_factory):
    """The patient with a PET on the CT's voxels, 8 and 5 SUV in the lesions and 1 mm around, and a liver."""
    suv = np.ones((30, 62, 61))
    for name, heat in HEATS.items():
        suv[mask_of(name)] = heat
    frame = case.ct.source.frame_of_reference_uid
    origin = case.ct.image.lattice.origin
    more = {"FrameOfReferenceUID": frame, "StudyInstanceUID": case.ct.source.study_uid}
    tracer = {"Radiopharmaceutical": "FDG"}
    series = pet_series(suv, spacing=SPACING, origin=origin, tracer=tracer, **more)
    pet = read_image(write(tmp_path_factory.mktemp("pet"), series), modality=PET)
    liver = case.lesions[1].mask
    study = Study(
        {"ct": case.ct.image, "pet": pet.image},
        case.lesions,
        about_images={"pet": about_image(pet)},
        references={"liver": liver},
    )
    rows = tuple(
        replace(row, features={**row.features, MEAN: HEATS[row.name]}) if row.name in HEATS else row
        for row in case.patient.lesions
    )
    return replace(case.patient, lesions=rows, uptakes=study_uptakes(study)), {"pet": pet.source}


@pytest.fixture(scope="module")
def files(case, patient, tmp_path_factory):
    score, images = patient
    folder = tmp_path_factory.mktemp("reports")
    made = write_dicom(
        score, case.signature, case.ct.image, case.lesions, case.ct.source, folder, images=images
    )
    return {path.stem: path for path in made}


def items_of(dataset):
    yield dataset
    for child in dataset.get("ContentSequence") or []:
        yield from items_of(child)


def group_of(file, identifier):
    (found,) = [
        item
        for item in items_of(pydicom.dcmread(file))
        if any(child.get("TextValue") == identifier for child in item.get("ContentSequence") or [])
    ]
    return found


def numbers_of(group):
    """(code, how it was made) -> value, UCUM unit and referred instances."""
    found = {}
    for item in group.ContentSequence:
        if item.ValueType == "NUM":
            parts = item.get("ContentSequence") or []
            how = [child.ConceptCodeSequence[0].CodeValue for child in parts if child.ValueType == "CODE"]
            images = [
                child.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
                for child in parts
                if child.ValueType == "IMAGE"
            ]
            (measured,) = item.MeasuredValueSequence
            (unit,) = measured.MeasurementUnitsCodeSequence
            code = unit.get("CodeValue") or unit.LongCodeValue
            key = (item.ConceptNameCodeSequence[0].CodeValue, *how)
            found[key] = (float(measured.NumericValue), code, set(images))
    return found


def uid_of(group):
    return next(str(child.UID) for child in group.ContentSequence if child.ValueType == "UIDREF")


@pytest.mark.parametrize("name", HEATS)
def test_uptake_stands_in_a_group_of_the_lesion_by_the_codes_of_the_standard(files, patient, name):
    numbers = numbers_of(group_of(files["lesion_report"], f"{name}, PET"))
    (uptake,) = (one for one in patient[0].uptakes["pet"].lesions if one.name == name)
    suv, heat = "g/ml{SUVbw}", HEATS[name]
    expected = {
        ("126401", "56851009"): (heat, suv),
        ("126401", "373098007"): (heat, suv),
        ("126401", "126031"): (uptake.peak.value, suv),
        ("126032", "AT_41"): (uptake.volume_cc, "cm3"),
        ("126033", "AT_41"): (uptake.volume_cc * heat, "g"),
        ("126033", "AT_2_5"): (uptake.volume_cc * heat, "g"),
        # The liver's region is the lesion B, of 5.
        ("126039", "TO_LIVER", "56851009"): (heat / 5.0, "{ratio}"),
    }
    found = {tuple(sorted(key)): value for key, value in numbers.items()}
    for key, (value, unit) in expected.items():
        assert found[tuple(sorted(key))][:2] == (pytest.approx(value, rel=2e-3), unit), key
    (feature,) = (value for key, value in numbers.items() if key[0] == "Q4LE")  # IBSI: mean intensity
    assert feature[:2] == (heat, suv)


def test_the_group_is_the_lesions_and_names_the_slices_that_it_lies_on(case, files, patient):
    series = patient[1]["pet"]
    for name in HEATS:
        group = group_of(files["lesion_report"], f"{name}, PET")
        assert uid_of(group) == uid_of(group_of(files["lesion_report"], name))
        slices = np.flatnonzero(mask_of(name).any(axis=(1, 2)))
        expected = {one.sop_instance_uid for one in series.instances if one.k in slices}
        assert {frozenset(images) for *_, images in numbers_of(group).values()} == {frozenset(expected)}


def test_totals_stand_in_the_patients_report(files, patient):
    numbers = numbers_of(group_of(files["patient_report"], "Patient, PET"))
    totals = patient[0].uptakes["pet"].totals
    found = {tuple(sorted(key)): value for key, value in numbers.items()}
    assert found["LESIONS",][0] == len(patient[0].uptakes["pet"].measured)
    for key, code in (("41", "AT_41"), ("4", "AT_4")):
        total = found[tuple(sorted(("126033", code, "255619001")))]
        assert total[:2] == (pytest.approx(totals[key].tlg, rel=1e-3), "g")


def test_a_result_that_was_read_back_has_the_same_values_without_their_sources(case, patient, tmp_path):
    score, _ = patient
    known = {role: uptake_record(one) for role, one in score.uptakes.items()}
    bare = replace(score, uptakes={})
    made = write_dicom(
        bare, case.signature, case.ct.image, case.lesions, case.ct.source, tmp_path, uptakes=known
    )
    (report,) = (path for path in made if path.stem == "lesion_report")
    numbers = numbers_of(group_of(report, "B, PET"))
    assert numbers["126401", "56851009"] == (5.0, "g/ml{SUVbw}", set())


def test_codes_are_those_of_the_standard():
    """As pydicom has them from DICOM PS3.16."""

    def meanings(scheme):
        return {
            (code, meaning)
            for named in _concepts_dict.concepts[scheme].values()
            for code, (meaning, _) in named.items()
        }

    assert write_sr_images.SUV.keys() == {one.name for one in NORMALIZATIONS}
    for concept, unit, _ in write_sr_images.SUV.values():
        assert concept in meanings("DCM")
        assert unit in meanings("UCUM")
    parts = write_sr_images
    coded = (parts.METABOLIC_VOLUME, parts.GLYCOLYSIS, parts.RATIO, parts.TOTAL, *parts.DERIVED.values())
    for code, scheme, meaning in coded:
        assert (code, meaning) in meanings(scheme)


@pytest.mark.slow
def test_validators_find_no_error(files):
    lines = [line for name in REPORTS for line in run("dciodvfy", files[name]).splitlines()]
    assert lines.count("Comprehensive3DSR") == len(REPORTS)
    lines += run("DicomSRValidator", files["lesion_report"]).splitlines()
    assert "Root Template Validation Complete" in lines
    assert [line for line in lines if "Error" in line] == []

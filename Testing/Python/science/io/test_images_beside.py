"""Images beside the CT: of the same patient, in its frame of reference or tied to it by a transform."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

pydicom = pytest.importorskip("pydicom")

from radioimmuno.extraction.extract import by_region, measure_images  # noqa: E402
from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.io.images_beside import ImageFile  # noqa: E402
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study  # noqa: E402
from radioimmuno.modality import PET  # noqa: E402
from radioimmuno.pet.study_uptake import study_uptakes  # noqa: E402
from radioimmuno.settings import Settings  # noqa: E402

MAXIMUM = "pet.lesion.statistics.maximum"


@pytest.fixture(scope="module")
def patient(data):
    return data / "sts_dicom" / "STS_012"


def read(patient, pet, **more):
    lesions = LesionFile(patient / "CT" / "mask" / "RS.dcm")
    file = pet if isinstance(pet, ImageFile) else ImageFile("pet", pet)
    files = StudyFiles(patient / "CT" / "image", (lesions,), beside=(file,), **more)
    return read_study(files, Settings()).study


def changed(patient, folder, **values):
    """The PET with other header values."""
    shutil.copytree(patient / "PET" / "image", folder)
    for file in folder.iterdir():
        dataset = pydicom.dcmread(file)
        for name, value in values.items():
            setattr(dataset, name, value)
        dataset.save_as(file)
    return folder


def test_where_no_suv_can_be_made_it_is_said_that_ratios_can_be_measured(patient, tmp_path):
    folder = changed(patient, tmp_path / "pet", Units="CNTS")
    with pytest.raises(InputError, match="uptake PET LESIONS --reference muscle") as counts:
        read(patient, folder)
    assert counts.value.code == "pet.counts"
    folder = changed(patient, tmp_path / "other", CorrectedImage=["DECY"])
    with pytest.raises(InputError) as uncorrected:
        read(patient, folder)
    assert "--reference" not in str(uncorrected.value)


def maximum(study):
    (row,) = measure_images(study, Settings(), by_region([MAXIMUM]))
    return row.values[MAXIMUM]


def test_a_pet_beside_the_ct_is_measured_where_the_lesion_was_drawn_on_the_ct(patient, data):
    """Its maximum is at most that of the PET's own contour, which is nearly the same."""
    study = read(patient, patient / "PET" / "image")
    assert study.images.keys() == {"ct", "pet"}
    assert study.role == "ct"
    assert study.inputs["pet"].keys() == {"sha256", "series_uid"}
    assert study.about_images["pet"]["suv"]["quantity"] == "bw"
    assert study.about_images["pet"]["suv"]["steps"]
    pet, mask = (
        sitk.GetArrayFromImage(sitk.ReadImage(str(data / "sts" / "STS_012" / name)))
        for name in ("pet.nii.gz", "pet_mask.nii.gz")
    )
    assert maximum(study) == pytest.approx(float(pet[mask > 0].max()), rel=0.1)


def test_a_file_is_taken_as_suv_and_says_so(patient, data):
    study = read(patient, data / "sts" / "STS_012" / "pet.nii.gz")
    assert [one.code for one in study.findings_of_images["pet"]] == ["pet.taken_as_suv"]
    assert study.inputs["pet"]["name"] == "pet.nii.gz"
    assert maximum(study) == pytest.approx(maximum(read(patient, patient / "PET" / "image")), rel=1e-5)


def test_another_frame_of_reference_needs_a_transform(patient, tmp_path):
    elsewhere = changed(patient, tmp_path / "pet", FrameOfReferenceUID="1.2.3.4")
    with pytest.raises(InputError, match="--transform pet=FILE") as caught:
        read(patient, elsewhere)
    assert caught.value.code == "study.frame_of_reference"
    same = read(patient, ImageFile("pet", elsewhere, transform="identity"))
    assert maximum(same) == maximum(read(patient, patient / "PET" / "image"))
    assert same.inputs["pet_transform"] == "identity"


def test_a_transform_takes_the_lesion_to_where_the_image_has_it(patient, tmp_path):
    """The PET is turned by 20 degrees and moved by 40 mm; the transform takes its points back."""
    plain = patient / "PET" / "image"
    before = read(patient, plain)
    turn = sitk.Euler3DTransform((10.0, 0.0, -800.0), 0.1, -0.2, 0.35, (40.0, -10.0, 5.0))
    path = tmp_path / "turn.tfm"
    sitk.WriteTransform(turn.GetInverse(), str(path))
    moved = before.images["pet"]
    matrix = np.array(turn.GetMatrix()).reshape(3, 3)
    lattice = moved.lattice
    image = sitk.GetImageFromArray(moved.values.astype(np.float32))
    image.SetSpacing(lattice.spacing[::-1])
    image.SetOrigin(turn.TransformPoint(lattice.origin))
    image.SetDirection((matrix @ np.array(lattice.axes)[::-1].T).ravel())
    sitk.WriteImage(image, str(tmp_path / "moved.nrrd"))
    after = read(patient, ImageFile("pet", tmp_path / "moved.nrrd", transform=str(path)))
    assert maximum(after) == pytest.approx(maximum(before), rel=0.03)
    assert after.inputs["pet_transform"]["sha256"]
    assert maximum(read(patient, tmp_path / "moved.nrrd")) < 0.5 * maximum(before)


def test_what_is_no_transform_is_refused(patient, tmp_path):
    (tmp_path / "notes.tfm").write_text("nothing")
    pet = ImageFile("pet", patient / "PET" / "image", transform=str(tmp_path / "notes.tfm"))
    with pytest.raises(InputError, match=r"\.tfm, \.h5 or \.txt") as caught:
        read(patient, pet)
    assert caught.value.code == "study.transform"
    with pytest.raises(InputError, match=r"There is no transform .*gone\.tfm"):
        read(patient, replace(pet, transform=str(tmp_path / "gone.tfm")))


def test_an_image_of_another_patient_is_refused_unless_accepted(patient, tmp_path):
    other = changed(patient, tmp_path / "pet", PatientID="STS_013", StudyDate="20050601")
    with pytest.raises(InputError, match="another patient") as caught:
        read(patient, other)
    assert caught.value.code == "patient.mismatch"
    accepted = read(patient, other, accepted=frozenset({"patient.mismatch"}))
    whose, when = accepted.findings_of_images["pet"]
    assert (whose.code, when.code) == ("patient.mismatch", "study.dates")
    assert f"The PET is of 2005-06-01, the CT of {accepted.date}: 105 days" in when.text


def test_an_image_of_another_kind_is_refused(patient):
    with pytest.raises(InputError) as caught:
        read(patient, ImageFile("mr_t1", patient / "PET" / "image"))
    assert caught.value.code == "mr.not_mr"


def test_a_pet_can_be_the_main_image(patient):
    lesions = LesionFile(patient / "PET" / "mask" / "RS.dcm")
    for modality in (PET, None):
        files = StudyFiles(patient / "PET" / "image", (lesions,), modality=modality)
        study = read_study(files, Settings()).study
        assert (study.role, study.modality) == ("pet", PET)
        assert study.inputs.keys() == {"pet", "lesions"}
        assert study.about_images["pet"]["suv"]["steps"]
    with pytest.raises(InputError) as caught:
        read_study(StudyFiles(patient / "PET" / "image", (lesions,)), Settings())
    assert caught.value.code == "ct.not_ct"
    twice = StudyFiles(
        patient / "PET" / "image", (lesions,), modality=PET, beside=(ImageFile("pet", patient),)
    )
    with pytest.raises(InputError, match=r"--pet late=\.\.\. for pet_late") as caught:
        read_study(twice, Settings())
    assert caught.value.code == "study.image_twice"


def test_an_image_whose_values_cannot_be_its_own_is_measured_nowhere_and_the_ct_is(patient, data):
    """The mask of the PET in its place: no uptake, no features, and the CT's features as ever."""
    study = read(patient, data / "sts" / "STS_012" / "pet_mask.nii.gz")
    mean = "lesion.statistics.mean"
    (alone,) = measure_images(study, Settings(), by_region([mean]))
    (row,) = measure_images(study, Settings(), by_region([mean, MAXIMUM]))
    assert (row.refused, row.values[mean], row.values.get(MAXIMUM)) == (False, alone.values[mean], None)
    (found,) = (one for one in row.findings if one.code == "pet.suv_implausible")
    assert found.text.startswith("On the PET: The voxel values (0 to 1) do not look like SUV")
    assert found.text.endswith("It is not measured there.")
    (lesion,) = study_uptakes(study)["pet"].lesions
    assert (lesion.status, lesion.maximum) == ("refused", None)


def test_what_is_wrong_with_an_image_names_it(patient, tmp_path):
    with pytest.raises(InputError, match=r"^The PET: .*gone\.nrrd does not exist") as caught:
        read(patient, tmp_path / "gone.nrrd")
    assert caught.value.code == "ct.unreadable"
    with pytest.raises(InputError, match=r"^The MR T1: .*gone\.nrrd does not exist"):
        read(patient, ImageFile("mr_t1", tmp_path / "gone.nrrd"))
    both = changed(patient, tmp_path / "both", SeriesInstanceUID="1.2.3.5")
    shutil.copytree(patient / "PET" / "image", both / "other")
    with pytest.raises(InputError, match=r"--image-series pet=UID") as caught:
        read(patient, both)
    assert caught.value.code == "ct.mixed_series"

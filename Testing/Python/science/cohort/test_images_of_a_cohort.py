"""A cohort with a PET and a model beside the CT: columns of each, and what a patient without them keeps.

Tests of: manifest, plan, measured_study, fingerprint, tables, proposal.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_cases import FEATURES, PATIENTS, SHAPE
from learned_models import card_record, twice_mean, write_model

from radioimmuno.cohort.fingerprint import content_fingerprint, files_of, quick_fingerprint
from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.cohort.patient import measure_patient
from radioimmuno.cohort.plan import Plan, features_named, order_of, plan_of, read_models, read_signatures
from radioimmuno.cohort.plan import studies_record as studies_of
from radioimmuno.cohort.proposal import propose, write_proposal
from radioimmuno.cohort.results import check_place
from radioimmuno.findings import ModelError, OutputError, TableError
from radioimmuno.io.images_beside import ImageFile
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study
from radioimmuno.learned.measure import measure_learned
from radioimmuno.learned.model import read_model
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.signature.signature import Signature, Term, write_signature

HOTTEST, OF_PET, LEARNED = "pet.lesion.statistics.maximum", "pet.ring.statistics.mean", "learned.twice_mean.0"
WITHOUT = PATIENTS[-1]
MEASURED = Settings(images={"pet": Settings(ExtractionSettings(spacing_mm=None))})


def suv(number):
    """A PET on the CT's lattice: SUV 1, the two lesions of patient n at 5 + n and 3 + n."""
    values = np.ones(SHAPE, np.float32)
    values[4:9, 6:13, 8:16] = 5 + number
    values[5:10, 17:23, 9:16] = 3 + number
    return values


@pytest.fixture
def with_pet(folder):
    """The manifest of the cohort with a column pet, empty for the last patient."""
    lines = (folder / "manifest.csv").read_text().splitlines()
    rows = [f"{lines[0]},pet"]
    for number, (patient, line) in enumerate(zip(PATIENTS, lines[1:], strict=True)):
        if patient == WITHOUT:
            rows.append(f"{line},")
            continue
        sitk.WriteImage(sitk.GetImageFromArray(suv(number)), str(folder / patient / "pet.nrrd"))
        rows.append(f"{line},{patient}/pet.nrrd")
    (folder / "with_pet.csv").write_text("\n".join(rows) + "\n")
    return read_manifest(folder / "with_pet.csv")


def record_of(manifest, plan, patient):
    (one,) = (each for each in manifest.patients if each.patient == patient)
    return measure_patient(json.loads(json.dumps(order_of(one, plan))))


def lesions_of(record):
    return [lesion for study in record["studies"] for lesion in study["lesions"]]


def plan_with_pet(*more, **options):
    return Plan(MEASURED, (*FEATURES, HOTTEST, OF_PET), *more, **options)


def test_images_are_relative_to_the_manifest_and_may_be_missing(with_pet, folder):
    images = {one.patient: one.rows[0].images for one in with_pet.patients}
    assert images["ann"] == {"pet": ImageFile("pet", folder / "ann" / "pet.nrrd")}
    assert images[WITHOUT] == {}
    assert with_pet.roles == ("pet",)
    assert "pet" not in with_pet.carried


def test_series_and_transforms_go_with_their_image(tmp_path):
    (tmp_path / "m.csv").write_text(
        "patient,ct,lesions,mr_t1,mr_t1_series,mr_t1_transform\n"
        "a,ct.nrrd,m.nrrd,mr,1.2.3,to_ct.tfm\nb,ct.nrrd,m.nrrd,mr,,identity\nc,ct.nrrd,m.nrrd,,,\n"
    )
    first, second, third = (one.rows[0].images for one in read_manifest(tmp_path / "m.csv").patients)
    assert first == {"mr_t1": ImageFile("mr_t1", tmp_path / "mr", "1.2.3", str(tmp_path / "to_ct.tfm"))}
    assert second == {"mr_t1": ImageFile("mr_t1", tmp_path / "mr", None, "identity")}
    assert third == {}
    for column in ("pet_series", "pet_transform"):
        (tmp_path / "m.csv").write_text(f"patient,ct,lesions,{column}\na,ct.nrrd,m.nrrd,1.2\n")
        with pytest.raises(TableError, match="none called 'pet'") as refused:
            read_manifest(tmp_path / "m.csv")
        assert refused.value.code == "cohort.manifest"


def test_a_transform_takes_lesions_to_a_pet_that_lies_elsewhere(with_pet, folder):
    """Moved by 20 mm, and back by its transform: the values are those of the PET in place."""
    plan = plan_with_pet()
    before = lesions_of(record_of(with_pet, plan, "ann"))
    pet = sitk.ReadImage(str(folder / "ann" / "pet.nrrd"))
    pet.SetOrigin((20.0, 0.0, 0.0))
    sitk.WriteImage(pet, str(folder / "ann" / "moved.nrrd"))
    transform = folder / "ann" / "to_ct.tfm"
    sitk.WriteTransform(sitk.TranslationTransform(3, (-20.0, 0.0, 0.0)), str(transform))
    head, row = (folder / "with_pet.csv").read_text().splitlines()[:2]
    row = row.replace("ann/pet.nrrd", "ann/moved.nrrd,ann/to_ct.tfm")
    (folder / "moved.csv").write_text(f"{head},pet_transform\n{row}\n")
    moved = read_manifest(folder / "moved.csv")
    after = lesions_of(record_of(moved, plan, "ann"))
    assert (
        [one["values"][HOTTEST] for one in after] == [one["values"][HOTTEST] for one in before] == [5.0, 3.0]
    )
    assert transform in files_of(studies_of(moved.patients[0], plan))
    with pytest.raises(OutputError):
        check_place(moved, transform)


def test_rows_of_one_ct_may_not_name_different_images(tmp_path):
    text = "patient,ct,lesions,lesion,pet\na,ct.nrrd,m.nrrd,1,one.nrrd\na,ct.nrrd,m.nrrd,2,two.nrrd\n"
    (tmp_path / "m.csv").write_text(text)
    (patient,) = read_manifest(tmp_path / "m.csv").patients
    assert "Lines 2 and 3: the images beside one CT differ (pet)." in patient.problem


def test_a_set_of_features_is_measured_on_each_image():
    of_ct, of_both = features_named("standard"), features_named("standard", ("pet",))
    assert of_both == (*of_ct, *(f"pet.{name}" for name in of_ct))


def test_values_of_the_pet_stand_beside_those_of_the_ct(with_pet, folder):
    of_ct = lesions_of(record_of(read_manifest(folder / "manifest.csv"), Plan(Settings(), FEATURES), "bob"))
    with_both = lesions_of(record_of(with_pet, plan_with_pet(), "bob"))
    assert [one["values"][HOTTEST] for one in with_both] == [6.0, 4.0]
    for alone, both in zip(of_ct, with_both, strict=True):
        assert {name: both["values"][name] for name in FEATURES} == alone["values"]
        assert both["status"] != "refused"


def test_a_patient_without_the_pet_keeps_the_values_of_the_ct(with_pet, folder):
    of_ct = lesions_of(record_of(read_manifest(folder / "manifest.csv"), Plan(Settings(), FEATURES), WITHOUT))
    found = lesions_of(record_of(with_pet, plan_with_pet(), WITHOUT))
    for alone, one in zip(of_ct, found, strict=True):
        assert {name: one["values"][name] for name in FEATURES} == alone["values"]
        assert one["values"][HOTTEST] is None
        assert (one["status"], [each["code"] for each in one["findings"]]) == (
            "warning",
            ["study.image_missing"],
        )


def test_a_pet_that_changed_is_noticed(with_pet, folder):
    plan = plan_with_pet()
    files = files_of(studies_of(with_pet.patients[0], plan))
    assert folder / "ann" / "pet.nrrd" in files
    before = quick_fingerprint(files), content_fingerprint(files)
    sitk.WriteImage(sitk.GetImageFromArray(suv(7)), str(folder / "ann" / "pet.nrrd"))
    after = quick_fingerprint(files), content_fingerprint(files)
    assert all(one != other for one, other in zip(before, after, strict=True))


@pytest.fixture
def card(folder):
    pytest.importorskip("onnxruntime")
    content = twice_mean().SerializeToString()
    return write_model(folder, content, card_record(content, window=[-1000, 1000]))


def test_what_models_give_stands_in_columns_of_its_own(with_pet, card, folder):
    models = read_models([card])
    assert models == (card.resolve(),)
    plan = Plan(Settings(), FEATURES, models=models)
    assert plan.values == (*FEATURES, LEARNED)
    assert plan_of(json.loads(json.dumps(plan.record()))).values == plan.values
    assert plan.key != Plan(Settings(), FEATURES).key
    first, _ = lesions_of(record_of(with_pet, plan, "ann"))
    files = StudyFiles(folder / "ann" / "ct.nrrd", (LesionFile(folder / "ann" / "mask.nrrd"),))
    study = read_study(files, Settings()).study
    expected = measure_learned(study.image, study.lesions, read_model(card))
    assert first["values"][LEARNED] == expected["1"][0][LEARNED]
    assert first["values"][LEARNED] == pytest.approx(2 * 60, abs=25)  # tissue of 40 HU, a lesion of 60 in it


def test_models_of_one_name_or_without_their_file_are_refused(card, folder):
    with pytest.raises(ModelError, match="Two models are called 'twice_mean'") as refused:
        read_models([card, card])
    assert refused.value.code == "learned.card"
    (folder / "twice_mean.onnx").unlink()
    with pytest.raises(ModelError) as refused:
        read_models([card])
    assert refused.value.code == "learned.unreadable"


def test_a_signature_weighs_pet_and_model(with_pet, card, folder):
    terms = (Term(HOTTEST, 2.0, 1.0, 2.0), Term(LEARNED, 1.0, 0.0, 100.0))
    made = Signature("both", "1", "research", "x", "y", MEASURED, 0.5, terms, extrapolation_limit=None)
    write_signature(made, folder / "both.json")
    of_ct = Signature("ct", "1", "research", "x", "y", MEASURED, 0.0, (Term(FEATURES[0], 1.0, 0.0, 1.0),))
    write_signature(of_ct, folder / "ct.json")
    signatures = read_signatures([folder / "both.json", folder / "ct.json"])
    plan = plan_with_pet(*signatures, models=read_models([card]))
    for lesion in lesions_of(record_of(with_pet, plan, "ann")):
        values = lesion["values"]
        expected = 0.5 + 2.0 * (values[HOTTEST] - 1.0) / 2.0 + values[LEARNED] / 100.0
        assert lesion["scores"]["both"]["score"] == pytest.approx(expected, rel=1e-12)
    for lesion in lesions_of(record_of(with_pet, plan, WITHOUT)):
        assert lesion["scores"]["both"]["status"] == "refused"
        assert lesion["scores"]["ct"]["score"] == lesion["values"][FEATURES[0]]
        assert lesion["scores"]["ct"]["findings"] == []
    without = plan_with_pet(*signatures)
    codes = [
        one["code"]
        for one in lesions_of(record_of(with_pet, without, "ann"))[0]["scores"]["both"]["findings"]
    ]
    assert "learned.not_given" in codes


def test_results_are_not_written_around_an_image(with_pet, folder):
    with pytest.raises(OutputError) as refused:
        check_place(with_pet, folder / "ann" / "pet.nrrd")
    assert refused.value.code == "output.is_input"


def test_a_proposal_has_columns_of_the_images_that_lie_beside(tmp_path):
    data = tmp_path / "data"
    image = sitk.GetImageFromArray(np.zeros((3, 4, 4), np.uint8))
    names = ["p/ct.nrrd", "p/mask.nrrd", "p/pet_suv.nrrd", "p/pet_mask.nrrd", "p/mr_t1.nrrd", "p/mr_t2.nrrd"]
    names += ["q/ct.nrrd", "q/mask.nrrd", "q/pet_a.nrrd", "q/pet_b.nrrd"]
    for name in names:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        sitk.WriteImage(image, str(data / name))
    rows = propose(data)
    assert {role: path.name for role, (path, _) in rows[0].images.items()} == {
        "pet": "pet_suv.nrrd",
        "mr_t1": "mr_t1.nrrd",
        "mr_t2": "mr_t2.nrrd",
    }
    assert (rows[1].images, rows[1].note) == ({}, "2 PET: name the one that is meant (pet)")
    write_proposal(rows, tmp_path / "manifest.csv")
    manifest = read_manifest(tmp_path / "manifest.csv")
    assert manifest.roles == ("mr_t1", "mr_t2", "pet")
    assert [one.problem for one in manifest.patients] == ["", ""]


def test_a_dicom_pet_in_the_frame_of_the_ct_is_proposed(tmp_path):
    pytest.importorskip("pydicom")
    from dicom_series import ct_series, write
    from pet_series import pet_series, uptake

    values = np.full((6, 20, 20), 40, np.int16)
    ct = ct_series(values, spacing=(2.0, 1.0, 1.0))
    frame = str(ct[0].FrameOfReferenceUID)
    write(tmp_path / "p" / "ct", ct)
    write(tmp_path / "p" / "pet", pet_series(uptake(), FrameOfReferenceUID=frame))
    write(tmp_path / "q" / "ct", ct)
    write(tmp_path / "q" / "pet", pet_series(uptake(), FrameOfReferenceUID="1.2.3.4"))
    first, second = propose(tmp_path)
    assert first.images == {"pet": (tmp_path / "p" / "pet", "")}
    assert second.images == {}

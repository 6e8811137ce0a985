"""What is measured of one patient: rows of the manifest and lesions of the files come together.

Tests of: plan, patient, measured_study, fingerprint.
"""

from __future__ import annotations

import dataclasses
import json
import os

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_cases import FEATURES

from radioimmuno.cohort.fingerprint import content_fingerprint, files_of, quick_fingerprint
from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.cohort.patient import measure_patient
from radioimmuno.cohort.plan import Plan, features_named, order_of, read_signatures, studies_record
from radioimmuno.cohort.store import measured_key
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.response_keys import settings_for
from radioimmuno.features import catalog
from radioimmuno.findings import InputError
from radioimmuno.io.study_files import LesionFile, StudyFiles, read_study
from radioimmuno.scoring.given_values import with_given
from radioimmuno.scoring.score import score_study
from radioimmuno.settings import PRESETS, ExtractionSettings, Settings
from radioimmuno.signature.harmonization import BatchShift, Harmonization
from radioimmuno.signature.signature import Signature, Term, write_signature


def measured(folder, text, plan):
    (folder / "own.csv").write_text(text)
    (patient,) = read_manifest(folder / "own.csv").patients
    assert patient.problem == ""
    return measure_patient(json.loads(json.dumps(order_of(patient, plan))))


def lesions_of(record):
    return [lesion for study in record["studies"] for lesion in study["lesions"]]


def test_values_are_those_of_the_extraction(folder, manifest, plan):
    record = measure_patient(order_of(manifest.patients[0], plan))
    files = StudyFiles(folder / "ann" / "ct.nrrd", (LesionFile(folder / "ann" / "mask.nrrd"),))
    study = read_study(files, Settings()).study
    expected = extract(study.image, study.lesions, Settings(), FEATURES)
    assert [lesion["values"] for lesion in lesions_of(record)] == [dict(one.values) for one in expected]
    assert all(None not in lesion["values"].values() for lesion in lesions_of(record))


@pytest.mark.parametrize("spacing_mm", [1.0, 2.0], ids=["as the features", "its own settings"])
def test_scores_are_those_of_scoring(folder, manifest, spacing_mm):
    settings = Settings(ExtractionSettings(spacing_mm=spacing_mm))
    terms = (Term("lesion.statistics.maximum", 1.0, 50.0, 10.0), Term("ring.glcm.contrast", 0.5, 3.0, 2.0))
    made = Signature("mine", "1", "research", "x", "y", settings, 0.1, terms, extrapolation_limit=None)
    write_signature(made, folder / "s.json")
    signatures, texts = read_signatures([folder / "s.json"])
    record = measure_patient(order_of(manifest.patients[1], Plan(Settings(), FEATURES, signatures, texts)))
    files = StudyFiles(folder / "bob" / "ct.nrrd", (LesionFile(folder / "bob" / "mask.nrrd"),))
    expected = score_study(read_study(files, settings).study, signatures[0])
    found = [lesion["scores"]["mine"] for lesion in lesions_of(record)]
    assert [one["score"] for one in found] == [one.score for one in expected.lesions]
    assert [one["status"] for one in found] == [one.status for one in expected.lesions]
    assert [[f["text"] for f in one["findings"]] for one in found] == [
        [f.text for f in one.findings] for one in expected.lesions
    ]
    assert None not in [one["score"] for one in found]


def test_a_signature_that_cannot_be_measured_on_a_patient_s_voxels_costs_its_scores_alone(folder):
    """A filter in space on voxels of two sizes."""
    (folder / "uneven").mkdir()
    for name in ("ct", "mask"):
        image = sitk.ReadImage(str(folder / "ann" / f"{name}.nrrd"))
        image.SetSpacing((1.0, 1.0, 2.0))
        sitk.WriteImage(image, str(folder / "uneven" / f"{name}.nrrd"))
    settings = Settings(ExtractionSettings(spacing_mm=None))
    terms = (Term("lesion.log_sigma_1mm.statistics.maximum", 1.0, 50.0, 10.0),)
    made = Signature("mine", "1", "research", "x", "y", settings, 0.1, terms, extrapolation_limit=None)
    write_signature(made, folder / "s.json")
    plan = Plan(Settings(), FEATURES, *read_signatures([folder / "s.json"]))
    record = measured(folder, "patient,ct,lesions\nuneven,uneven/ct.nrrd,uneven/mask.nrrd\n", plan)
    assert lesions_of(record)
    for lesion in lesions_of(record):
        assert set(lesion["values"]) == set(FEATURES)
        score = lesion["scores"]["mine"]
        assert (score["score"], score["status"]) == (None, "refused")
        assert [one["code"] for one in score["findings"]] == ["filter.anisotropic"]


def asking_signature(folder):
    """A signature that asks for an age and a batch, in a plan."""
    mean = "lesion.statistics.mean"
    shifts = {
        name: BatchShift(np.array([shift]), np.array([0.25]), 20) for name, shift in (("A", 0.5), ("B", 0.0))
    }
    state = Harmonization(
        (mean,), ("clinical.age",), np.array([40.0]), np.array([20.0]), np.ones((1, 1)), shifts
    )
    terms = (Term(mean, 1.0, 50.0, 10.0), Term("clinical.age", 0.5, 60.0, 10.0))
    made = Signature("mine", "1", "research", "x", "y", Settings(), 0.1, terms, harmonization=state)
    write_signature(made, folder / "asking.json")
    return Plan(Settings(), FEATURES, *read_signatures([folder / "asking.json"]))


def scores_of(record):
    return [lesion["scores"]["mine"] for lesion in lesions_of(record)]


@pytest.mark.parametrize("column", ["age", "clinical.age"])
def test_what_a_signature_asks_for_stands_in_the_manifest(folder, column):
    plan = asking_signature(folder)
    row = "patient,ct,lesions,batch,{}\nann,ann/ct.nrrd,ann/mask.nrrd,A,71\n"
    found = scores_of(measured(folder, row.format(column), plan))
    files = StudyFiles(folder / "ann" / "ct.nrrd", (LesionFile(folder / "ann" / "mask.nrrd"),))
    signature = plan.signatures[0]
    study = with_given(read_study(files, Settings()).study, signature, {"age": 71}, "A")
    assert [one["score"] for one in found] == [one.score for one in score_study(study, signature).lesions]
    assert None not in [one["score"] for one in found]


@pytest.mark.parametrize(
    ("row", "code"),
    [("A,", "clinical.missing"), ("A,old", "clinical.missing"), (",71", "combat.batch_missing")]
    + [("C,71", "combat.unseen_batch")],
)
def test_what_the_manifest_lacks_refuses_the_scores_and_no_feature(folder, row, code):
    text = f"patient,ct,lesions,batch,age\nann,ann/ct.nrrd,ann/mask.nrrd,{row}\n"
    record = measured(folder, text, asking_signature(folder))
    assert [one["score"] for one in scores_of(record)] == [None] * len(lesions_of(record))
    assert all(code in [found["code"] for found in one["findings"]] for one in scores_of(record))
    assert all(lesion["values"] for lesion in lesions_of(record))


def test_another_age_is_measured_anew_and_another_note_is_not(folder, manifest):
    def key(plan, text):
        (folder / "own.csv").write_text(text)
        (patient,) = read_manifest(folder / "own.csv").patients
        return measured_key(plan.key, studies_record(patient, plan))

    plan, text = asking_signature(folder), "patient,ct,lesions,batch,age,pi\nann,ct.nrrd,mask.nrrd,A,71,x\n"
    assert key(plan, text) != key(plan, text.replace("71", "72"))
    assert key(plan, text) != key(plan, text.replace("A,", "B,"))
    assert key(plan, text) == key(plan, text.replace(",x", ",y"))
    unasking = dataclasses.replace(plan, signatures=(), files=())
    assert key(unasking, text) == key(unasking, text.replace("71", "72").replace("A,", "B,"))


def test_two_signatures_of_one_name_are_refused(folder):
    term = (Term("lesion.statistics.maximum", 1.0, 50.0, 10.0),)
    made = Signature("mine", "1", "research", "x", "y", Settings(), 0.1, term)
    for name in ("a.json", "b.json"):
        write_signature(made, folder / name)
    with pytest.raises(InputError, match="mine"):
        read_signatures([folder / "a.json", folder / "b.json"])


def test_a_row_of_a_lesion_says_more_than_the_row_of_its_file(folder, plan):
    text = (
        "patient,ct,lesions,lesion,site,irradiated\n"
        "p,ann/ct.nrrd,ann/mask.nrrd,,lung,no\np,ann/ct.nrrd,ann/mask.nrrd,2,liver,yes\n"
    )
    first, second = lesions_of(measured(folder, text, plan))
    assert (first["site"], first["irradiated"], first["row"]) == ("lung", False, 0)
    assert (second["site"], second["irradiated"], second["row"]) == ("liver", True, 1)


def test_a_row_a_lesion_takes_these_lesions_alone(folder, plan):
    text = "patient,ct,lesions,lesion\np,ann/ct.nrrd,ann/mask.nrrd,lesion 2\n"
    assert [lesion["lesion_id"] for lesion in lesions_of(measured(folder, text, plan))] == ["2"]


def test_two_files_of_one_ct_are_one_study(folder, plan):
    text = "patient,ct,lesions,lesion\np,ann/ct.nrrd,ann/mask.nrrd,1\np,ann/ct.nrrd,bob/mask.nrrd,2\n"
    record = measured(folder, text, plan)
    assert len(record["studies"]) == 1
    assert [lesion["lesion_id"] for lesion in lesions_of(record)] == ["1", "2"]


def test_two_studies_of_a_patient_are_in_one_record(folder, plan):
    text = "patient,study,ct,lesions\np,a,ann/ct.nrrd,ann/mask.nrrd\np,b,bob/ct.nrrd,bob/mask.nrrd\n"
    record = measured(folder, text, plan)
    assert [study["study"] for study in record["studies"]] == ["a", "b"]
    assert [lesion["row"] for lesion in lesions_of(record)] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        (["p,ann/ct.nrrd,ann/mask.nrrd,7"], "mask.no_match", "'7'"),
        (["p,ann/ct.nrrd,no.nrrd,"], "mask.unreadable", "no.nrrd"),
        (["p,no.nrrd,ann/mask.nrrd,"], "ct.unreadable", "no.nrrd"),
        (["p,ann/ct.nrrd,ann/mask.nrrd,2", "p,ann/ct.nrrd,ann/mask.nrrd,lesion 2"], "cohort.row", "Two rows"),
        (["p,ann/ct.nrrd,ann/mask.nrrd,lesion*"], "cohort.row", "2 lesions"),
    ],
    ids=range(5),
)
def test_rows_that_do_not_fit_their_files_are_refused(folder, plan, rows, code, words):
    with pytest.raises(InputError, match=words.replace("*", r"\*")) as refused:
        measured(folder, "\n".join(["patient,ct,lesions,lesion", *rows]) + "\n", plan)
    assert refused.value.code == code


def test_a_set_is_measured_after_the_filters_of_each_image(tmp_path):
    settings = Settings.from_dict(
        {"filters": ["log_sigma_3mm"], "images": {"pet": {"filters": ["wavelet_haar"]}}}
    )
    found = features_named("standard", ("pet", "mr"), settings)
    of_ct = catalog.identifiers(catalog.STANDARD)
    assert len(of_ct) == 86
    assert len(found) == 3 * 86 + (1 + 8) * 2 * 39
    assert found[86] == "lesion.log_sigma_3mm.statistics.mean"
    assert "pet.ring.wavelet_haar_lhl.glcm.contrast" in found
    complete = settings_for(Settings(), ["mr.ring.log_sigma_2mm.glcm.contrast", "lesion.glcm.contrast"])
    assert list(complete.images["mr"].filters) == ["log_sigma_2mm"]
    assert complete.images["mr"].extraction == PRESETS["mr"].extraction
    assert complete.filters == {}


def test_features_by_name_of_a_set_or_in_a_file(tmp_path):
    assert features_named("standard") == catalog.identifiers(catalog.STANDARD)
    assert features_named("all") == catalog.identifiers(catalog.DEFAULT)
    listed = tmp_path / "list.txt"
    listed.write_text("\ufeffring.glcm.contrast  # texture\r\nstatistics.mean\r\n\r\nring.glcm.contrast\r\n")
    assert features_named(str(listed)) == (
        "ring.glcm.contrast",
        "lesion.statistics.mean",
        "ring.statistics.mean",
    )


def test_a_feature_without_a_region_is_measured_after_filters_too(tmp_path):
    listed = tmp_path / "list.txt"
    names = (
        "lesion.statistics.mean",
        "glcm.contrast",
        "morphology.volume",
        "ring.log_sigma_2mm.statistics.mean",
    )
    listed.write_text("\n".join(names))
    found = features_named(str(listed), (), Settings.from_dict({"filters": ["log_sigma_3mm"]}))
    regions = ("lesion", "ring")
    assert found == (
        "lesion.statistics.mean",
        *(f"{region}.glcm.contrast" for region in regions),
        *(f"{region}.log_sigma_3mm.glcm.contrast" for region in regions),
        *(f"{region}.morphology.volume" for region in regions),
        "ring.log_sigma_2mm.statistics.mean",
    )


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            "lesion.Log_Sigma_3mm.glcm.contrast",
            "cohort.features",
            "Like it: lesion.log_sigma_3mm.glcm.contrast",
        ),
        ("ring.log_sigma_3mm.morphology.volume", "cohort.features", "not measured after a filter"),
        ("ring.sobel.glcm.contrast", "filter.unknown", "There is no filter 'sobel'"),
        ("ring.log_sigma_0mm.glcm.contrast", "settings.invalid", "must be a number above 0"),
        ("ring.wavelet_haar.glcm.contrast", "filter.unknown", "stands for 8 filters"),
    ],
)
def test_a_list_with_a_filter_that_cannot_be_is_refused_by_its_line(tmp_path, text, code, words):
    listed = tmp_path / "list.txt"
    listed.write_text(f"# mine\n{text}\n")
    with pytest.raises(InputError) as refused:
        features_named(str(listed))
    assert refused.value.code == code
    assert f"Line 2 of {listed}: {text!r}" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["ring.glcm.contrasts\n", "# nothing\n", "rim.statistics.mean\n"])
def test_a_list_with_what_is_no_feature_is_refused(tmp_path, text):
    listed = tmp_path / "list.txt"
    listed.write_text(text)
    with pytest.raises(InputError) as refused:
        features_named(str(listed))
    assert refused.value.code == "cohort.features"


def test_the_key_changes_with_all_that_changes_values(plan):
    others = [
        dataclasses.replace(plan, features=plan.features[:2]),
        dataclasses.replace(plan, settings=Settings(ExtractionSettings(spacing_mm=2.0))),
        dataclasses.replace(plan, files=("another signature",)),
        dataclasses.replace(plan, accepted=frozenset({"ct.not_original"})),
    ]
    assert len({plan.key, *(other.key for other in others)}) == 5


def test_fingerprints_of_files(folder, manifest, plan):
    files = files_of(studies_record(manifest.patients[0], plan))
    assert files == [folder / "ann" / "ct.nrrd", folder / "ann" / "mask.nrrd"]
    quick, content = quick_fingerprint(files), content_fingerprint(files)
    os.utime(files[0], (1, 1))
    assert quick_fingerprint(files) != quick
    assert content_fingerprint(files) == content
    files[1].write_bytes(files[1].read_bytes() + b" ")
    assert content_fingerprint(files) != content

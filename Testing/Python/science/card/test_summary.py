"""The short form of a card states what the file holds, and what it does not. Tests of: signature_card."""

import json

import numpy as np
import pytest
from card_cases import RECORD, TRAINING, VALIDATION, signature, sources

from radioimmuno.card.signature_card import card_record, make_card
from radioimmuno.card.summary import facts_of_training, facts_of_validation, summary_of
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.harmonization import BatchShift, Harmonization
from radioimmuno.signature.signature import Term, default_signature


def test_a_trained_signature_in_four_paragraphs():
    found = summary_of(signature())
    assert found.predicts == (
        "Predicts response; a higher score means a yes. "
        "The patient's value is the mean of the lesions' scores."
    )
    assert found.trained == (
        "Trained on 60 patients, 180 lesions, 25 events. Batches: A (40), B (20). "
        "Tube voltages (kV): not stated. Scoring measures features on voxels of 1 mm."
    )
    assert found.validated == (
        "Out of fold (nested, by patient, 5 folds, 20 repetitions): area under the ROC curve 0.71 "
        "(95 % 0.58 to 0.83). No validation elsewhere is stated in its file."
    )
    assert found.limits.startswith(
        "1 of 2 terms state the range of their training; no score is given further"
    )
    assert found.limits.endswith("Not for diagnosis or treatment decisions.")


def test_what_is_not_known_is_said_to_be_so():
    found = summary_of(signature(training={}, cutoffs=None, patient_rule=""))
    assert found.trained.startswith("What it was trained on is not stated in its file. Batches: not stated.")
    assert found.validated == "How well it predicts is not stated in its file."
    assert "The file names no rule for a patient's value." in found.predicts
    assert "It gives no cut-offs." in found.limits


def test_the_median_as_only_cutoff_and_facts_of_a_validation():
    limits = summary_of(signature(cutoffs=Cutoffs(None, 0.1, None))).limits
    assert "It gives the median cut-off alone." in limits
    record = {
        "kind": "survival",
        "patients": 40,
        "lesions": "x",
        "landmark_days": 90.0,
        "caution": "Only 5 events.",
    }
    assert facts_of_validation(record) == {
        "outcome": "not stated",
        "kind of outcome": "survival",
        "patients": "40",
        "survival counted from day": "90",
        "caution": "Only 5 events.",
    }


def test_the_demonstration_predicts_nothing_about_a_patient():
    found = summary_of(default_signature())
    assert found.predicts.startswith("This is a demonstration: it predicts nothing about a patient.")
    assert found.trained.startswith("Trained on simulated patients: 240 patients, 1573 lesions.")
    assert "0.81 (95 % 0.78 to 0.83)" in found.validated
    assert found.limits.endswith("Its scores say nothing about a patient. Research use only.")


def test_what_a_signature_needs_is_a_limit():
    terms = (Term("clinical.pdl1", 1.0, 0.0, 1.0), Term("table.wavelet", 1.0, 0.0, 1.0))
    shifts = {name: BatchShift(np.zeros(1), np.ones(1), 20) for name in ("A", "B")}
    state = Harmonization(("table.wavelet",), (), np.zeros(1), np.ones(1), np.zeros((0, 1)), shifts)
    limits = summary_of(signature(terms=terms, harmonization=state)).limits
    assert "Scoring asks for pdl1." in limits
    assert "wavelet cannot be measured here" in limits
    assert "asks for the batch of the CT, one of A, B" in limits
    assert "0 of 2 terms state the range of their training" in limits


@pytest.mark.parametrize("value", [None, 3.5, True, "", [], {"a": "b"}, {"folds": "5"}])
def test_fields_of_another_form_are_not_stated(value):
    names = ("patients", "batches", "kvp", "cross_validation", "permutation", "data", "out_of_fold")
    facts = facts_of_training(dict.fromkeys(names, value))
    shown = {facts[name] for name in ("patients", "tube voltages (kV)", "cross-validation", "data")}
    assert shown <= {"not stated", "a (not stated)", "folds (not stated)"}
    assert "not stated" in summary_of(signature(training=dict.fromkeys(names, value))).validated


def test_the_card_states_the_validation_in_short():
    card = make_card(sources(RECORD, (VALIDATION,)), {})
    assert "Validated in 40 patients (response): area under the ROC curve 0.68 (95 % 0.51 to 0.83)" in (
        card.summary.validated
    )
    assert "No validation elsewhere" not in card.summary.validated


def test_the_record_is_json_and_holds_scores_items_and_questions():
    validation = VALIDATION | {"caution": "Only 5 events."}
    made = card_record(make_card(sources(RECORD, (validation,)), {}))
    record = json.loads(json.dumps(made, allow_nan=False))
    assert len(record["metrics"]["items"]) == 30
    assert len({item["key"].split(".")[1] for item in record["rqs"]["items"]}) == 16
    shown = 0.0311 + 0.0415 + 0.02 + 0.0599 + 0.0352 + 0.0234 + 0.0176 + 0.0117 + 0.0375 + 0.0075
    # Item 17 does not apply; item 9 may or may not, which is lowest where it does.
    assert record["metrics"]["score_so_far"] == round(100 * shown / (1 - 0.02), 1)
    assert record["metrics"]["possible"] == [record["metrics"]["score_so_far"], 100.0]
    assert record["metrics"]["band"] is None
    assert record["rqs"]["range"] == [-8, 36]
    assert set(record["open"]) == {
        item["key"]
        for part in ("metrics", "rqs")
        for name in ("conditions", "items")
        for item in record[part].get(name, ())
        if item["answer"] is None and item["applies"] is not False
    }
    assert record["training"]["facts"]["events"] == "25"
    assert (record["validations"][0]["patients"], record["validations"][0]["caution"]) == (
        40,
        "Only 5 events.",
    )
    assert record["signature"]["terms"][0]["title"] == "ring, intensity: mean"


def test_the_record_of_the_training_goes_before_the_file_of_the_signature():
    card = make_card(sources(RECORD | {"patients": 61}), {})
    assert TRAINING["patients"] == 60
    assert "61 patients, 180 lesions" in card.summary.trained

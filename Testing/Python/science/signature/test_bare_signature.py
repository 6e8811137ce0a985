"""A signature without cut-offs, training scores and ranges: what is absent is absent, in words."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import report_cases as cases
from report_page import cards, page
from signatures import signature, term

from radioimmuno.report import write_patient_json, write_scores_csv
from radioimmuno.scoring.patient_metrics import subsets
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.color_scale import color_scale
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Distribution, Signature, Term
from radioimmuno.stability.agreement import LesionStability

MEAN = "lesion.statistics.mean"


def bare() -> Signature:
    terms = tuple(Term(variable, 1.0, 0.0, 1.0) for variable in cases.VARIABLES)
    return cases.signature(status="research", cutoffs=None, distribution=None, terms=terms)


def patient() -> PatientScore:
    known = cases.patient()
    stability = LesionStability(0.1, 0.0, 0.4, {}, 30, 30)
    rows = tuple(replace(row, stability=stability if row.id == "2" else None) for row in known.lesions)
    return replace(known, lesions=rows, subsets=subsets(known.lesions, bare().entropy_edges))


def test_the_page_says_what_the_signature_does_not_give(tmp_path: Path) -> None:
    root = page(tmp_path, patient(), bare())
    assert all("the signature gives no cut-offs" in card.text for card in cards(root)[:3])
    assert "not defined (the signature gives no bins)" in root.text
    assert "candidate" not in root.text
    for words in ("median cut-off", "low cut-off", "side of a cut-off", "Across"):
        assert words not in root.text
    assert not list(root.all("line", class_="cutoff"))


def test_the_table_has_scores_and_neither_designation_nor_shares(tmp_path: Path) -> None:
    write_scores_csv(patient(), bare(), tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["score"] for row in rows] == ["-1.5", "0.25", "1.75", ""]
    assert rows[1]["score_sd"] == "0.1"
    for name in ("designation", "flip_share_low", "flip_share_median", "flip_share_high"):
        assert {row[name] for row in rows} == {""}


def test_the_json_has_null_and_a_reason(tmp_path: Path) -> None:
    write_patient_json(patient(), bare(), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert document["signature"]["cutoffs"] is None
    assert document["signature"]["entropy_edges"] is None
    metrics = document["subsets"]["all"]
    assert metrics["sd"] == pytest.approx(1.6266, abs=1e-4)
    assert metrics["not_defined"] == dict.fromkeys(
        ["entropy", "outside_bins"], "not defined (the signature gives no bins)"
    )
    assert document["subsets"]["irradiated"]["not_defined"]["sd"] == "not defined (fewer than two lesions)"


def test_the_scale_without_training_scores_is_twice_as_wide_as_the_cut_offs() -> None:
    scale = color_scale(signature(cutoffs=Cutoffs(1.0, 2.0, 4.0), distribution=None))
    assert (scale.low, scale.high) == (-2.0, 6.0)
    assert "median cut-off" in scale.centre


def test_the_scale_of_a_median_alone_is_centred_there_and_as_wide_as_the_training_or_the_terms() -> None:
    known = signature(cutoffs=Cutoffs(None, 2.0, None), distribution=Distribution(9, -1.0, 3.0, (0.0, 1.0)))
    assert (color_scale(known).low, color_scale(known).high) == (-1.0, 5.0)
    ranged = term(MEAN, 2.0, 10.0, 4.0, training_range=(8.0, 24.0))  # contributes -1 to 7: 4 to both sides
    scale = color_scale(signature(ranged, cutoffs=Cutoffs(None, 2.0, None), distribution=None))
    assert (scale.low, scale.high) == (-2.0, 6.0)
    assert "median cut-off" in scale.centre


def test_the_scale_without_cut_offs_spans_the_training_scores() -> None:
    scale = color_scale(signature(cutoffs=None, distribution=Distribution(9, -1.0, 3.0, (0.0, 1.0))))
    assert (scale.low, scale.high) == (-1.0, 3.0)
    assert "training scores" in scale.centre


def test_the_scale_with_neither_is_what_the_terms_give_over_their_ranges() -> None:
    ranged = term(MEAN, 2.0, 10.0, 4.0, training_range=(8.0, 24.0))  # contributes -1 to 7
    plain = term("lesion.statistics.variance", -1.0, 5.0, 5.0, training_range=None)
    scale = color_scale(signature(ranged, plain, intercept=0.5, cutoffs=None, distribution=None))
    half = (4.0**2 + 2.33**2) ** 0.5
    assert (scale.low, scale.high) == pytest.approx((3.5 - half, 3.5 + half))


def test_a_scale_of_terms_that_count_for_nothing_has_a_width() -> None:
    scale = color_scale(signature(term(MEAN, 0.0), cutoffs=None, distribution=None))
    assert scale.high > scale.low

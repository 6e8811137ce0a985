"""`radioimmuno follow-up` with a PET beside each CT: uptake, its changes, PERCIST, and what is refused."""

from __future__ import annotations

import csv
import json
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import SHAPE, SPACING, ct_values, label_map, write_volume

sys.path.append(str(Path(__file__).parents[1] / "science"))

pytest.importorskip("onnxruntime")
from learned_models import card_record, twice_mean, write_model

from radioimmuno.cohort.proposal import rows_of
from radioimmuno.learned.card import read_card
from radioimmuno.pet.masses import janmahasatian
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.signature.signature import Signature, Term, write_signature
from radioimmuno_cli.followup_images import not_taken

pytest.importorskip("pydicom")

BALLS = {1: ((8, 20, 20), 8.0, 80), 2: ((8, 40, 42), 9.0, 100)}
LIVER = ((22, 40, 20), 9.0, 60)
DATES = ("--dates", "2026-01-05,2026-03-06")
HOTTEST, LEARNED = "pet.lesion.statistics.maximum", "learned.twice_mean.0"
# The lean mass of the patient of `pet_series`: 50 kg, 1.6 m, a woman.
LEAN_SHARE = janmahasatian(50.0, 160.0, "F") / 50.0


def suv(heats):
    """Balls two voxels wider than they are drawn, in a body of 1."""
    values = np.ones(SHAPE)
    for label, heat in heats.items():
        middle, radius, _ = BALLS.get(label, LIVER)
        values[label_map({1: (middle, radius + 3, 0)}) == 1] = heat
    return values


def write_study(folder, heats, first_x=0.0, **header):
    """A study with two PET: a file on the CT's lattice, and a series from `first_x` (mm) on."""
    from dicom_series import write
    from pet_series import pet_series

    write_volume(folder / "ct.nrrd", ct_values(BALLS | {9: LIVER}))
    segments = {"Ball 1": 1, "Ball 2": 2, "Liver": 9}
    write_volume(folder / "lesions.seg.nrrd", label_map(BALLS | {9: LIVER}), segments)
    write_volume(folder / "pet.nrrd", suv(heats).astype(np.float32))
    tracer = {"Radiopharmaceutical": "FDG"}
    series = pet_series(
        suv(heats), spacing=SPACING[::-1], origin=(first_x, 0.0, 0.0), tracer=tracer, **header
    )
    return write(folder.parent / f"{folder.name}_pet", series), str(series[0].SeriesInstanceUID)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("followed")
    for name in ("first", "second"):
        (folder / name).mkdir()
    other, _ = write_study(folder / "first", {1: 1.0, 2: 1.0, 9: 2.4})
    other.rename(folder / "other")
    _, uid = write_study(folder / "first", {1: 10.0, 2: 6.0, 9: 2.4}, SeriesInstanceUID="1.2.3.77")
    assert uid == "1.2.3.77"
    # The first PET lies in a folder with another one, the second 30 mm beside the CT.
    (folder / "other").rename(folder / "first_pet" / "other")
    write_study(folder / "second", {1: 4.0, 2: 3.0, 9: 2.4}, 30.0)
    sitk.WriteTransform(sitk.TranslationTransform(3, (-30.0, 0.0, 0.0)), str(folder / "to_ct.tfm"))
    settings = Settings(images={"pet": Settings(ExtractionSettings(spacing_mm=None))})
    terms = (Term(HOTTEST, 1.0, 0.0, 1.0),)
    made = Signature("hot", "1", "research", "x", "y", settings, 0.0, terms, extrapolation_limit=None)
    write_signature(made, folder / "hot.json")
    content = twice_mean().SerializeToString()
    window = {"window": [-1000, 1000], "scaled_to": [-1000, 1000]}
    card = write_model(folder, content, card_record(content, role="pet", **window))
    both = replace(made, terms=(*terms, Term(LEARNED, 0.5, 0.0, 1.0)), models=(read_card(card),))
    write_signature(both, folder / "both.json")
    (folder / "few.txt").write_text("lesion.statistics.mean\npet.lesion.statistics.mean\n")
    return folder


def run(radioimmuno, place, out, *more):
    known = ("--signature", "hot.json", "--features", "few.txt", *DATES, "--out", out)
    return radioimmuno("follow-up", "first", "second", *known, *more, cwd=place)


@pytest.fixture(scope="module")
def done(radioimmuno, place):
    how = ("--image-series", "pet=1.2.3.77", "--image-series", "pet=-")
    how += ("--transform", "pet=-", "--transform", "pet=to_ct.tfm")
    how += ("--signature", "both.json", "--model", "card.json")
    return run(radioimmuno, place, "out", "--pet", "first_pet", "--pet", "second_pet", *how)


def lines_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_scores_and_changes_of_uptake(done, place):
    assert done.returncode == 0, done.stdout + done.stderr
    changes = {row["lesion"]: row for row in lines_of(place / "out" / "changes.csv")}
    assert {row["match"] for row in changes.values()} == {"same"}
    for lesion, then, now in (("L1", 10.0, 4.0), ("L2", 6.0, 3.0)):
        row = changes[lesion]
        assert float(row["suv_max"]) == pytest.approx(now, rel=1e-3)
        assert float(row["suv_max_change"]) == pytest.approx(now / then - 1, abs=1e-3)
        assert float(row["tlg_41_change"]) == pytest.approx(now / then - 1, abs=1e-3)
        assert float(row["mtv_41_change"]) == pytest.approx(0.0, abs=1e-9)
        # The maximum, and half of the model's twice the mean of a crop of the PET within the hot ball.
        assert float(row["score"]) == pytest.approx(2 * now, rel=1e-3)
    features = {
        (row["lesion"], row["region"], row["feature"]): row
        for row in lines_of(place / "out" / "feature_changes.csv")
    }
    assert float(features["L1", "pet.lesion", "statistics.mean"]["value"]) == pytest.approx(4.0, rel=1e-3)
    assert float(features["L1", "pet.lesion", "uptake.suv_peak"]["change"]) == pytest.approx(-6.0, rel=1e-2)
    assert ("L1", "lesion", "statistics.mean") in features


def test_percist_stands_in_json_page_and_terminal(done, place):
    record = json.loads((place / "out" / "response.json").read_text())["percist"]
    (study,) = record["studies"]
    assert (study["study"], study["baseline"], study["response"]) == ("2026-03-06", "2026-01-05", "PMR")
    assert study["peak_change"] == pytest.approx(-6.0 * LEAN_SHARE, rel=1e-2)
    assert record["rules"]["peak_share"] == 0.3
    assert "2026-03-06: PERCIST against 2026-01-05: PMR. SULpeak of the hottest lesion" in done.stdout
    page = (place / "out" / "report.html").read_text()
    assert "PERCIST against 2026-01-05: PMR" in page
    assert "PERCIST 1.0: studies can be compared where" in page


def test_a_file_beside_the_ct_is_found_and_percist_says_what_it_lacks(radioimmuno, place):
    done = run(radioimmuno, place, "found")
    assert done.returncode == 0, done.stdout + done.stderr
    (study,) = json.loads((place / "found" / "response.json").read_text())["percist"]["studies"]
    assert study["response"] == "NE"
    assert "needs its DICOM series" in " ".join(study["reasons"])
    assert "2026-01-05: On the PET: The file does not say in which unit its values are" in done.stdout
    assert float(lines_of(place / "found" / "changes.csv")[0]["suv_max"]) == pytest.approx(4.0)


def test_a_pet_of_one_study_alone_is_no_comparison(radioimmuno, place):
    done = run(radioimmuno, place, "one", "--pet", "second_pet", "--pet", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    (study,) = json.loads((place / "one" / "response.json").read_text())["percist"]["studies"]
    assert (study["response"], study["reasons"]) == ("NE", ["There is no PET of 2026-03-06."])
    rows = lines_of(place / "one" / "changes.csv")
    assert {(row["score"], row["suv_max"], row["suv_max_change"]) for row in rows} == {("", "", "")}


def test_without_a_pet_the_files_are_what_they_were(radioimmuno, place):
    asked = ("--pet", "-", "--pet", "-", "--features", "standard", "--kvp", 120)
    done = radioimmuno("follow-up", "first", "second", *asked, *DATES, "--out", "none", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    header = (place / "none" / "changes.csv").read_text().splitlines()[0]
    assert header.endswith("score_per_30_days,score_within_uncertainty")
    assert "percist" not in json.loads((place / "none" / "response.json").read_text())
    assert "PERCIST" not in (place / "none" / "report.html").read_text()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--pet", "first_pet"), "--pet names 1 images pet of 2 studies"),
        (("--mr", "t1=a", "--mr", "t1=b", "--mr", "t1=c"), "--mr names 3 images mr_t1 of 2 studies"),
        (("--reference", "liver=hot.json"), "--reference liver is named 1 times for 2 studies"),
        (("--transform", "pet=to_ct.tfm"), "--transform pet=... is given 1 times for 2 studies"),
        (("--image-series", "mr=1", "--image-series", "mr=2"), "mr=1: study 1 has no image of this name"),
    ],
)
def test_images_and_regions_are_named_for_each_study(radioimmuno, place, asked, words):
    refused = run(radioimmuno, place, "refused", *asked)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "[followup.study]" in refused.stderr


def test_of_several_images_in_a_folder_none_is_taken_and_that_is_said(tmp_path):
    for name in ("ct.nrrd", "lesions.nrrd", "pet_a.nrrd", "pet_b.nrrd", "mr_t1.nrrd"):
        write_volume(tmp_path / name, np.zeros((2, 2, 2), np.uint8))
    ((row,), arguments) = rows_of(tmp_path), Namespace(pet=[], mr=[])
    assert row.images.keys() == {"mr_t1"}
    (found,) = not_taken(arguments, row.several)
    assert found.code == "study.several_images"
    assert found.text.startswith("2 PET lie beside the CT, and none was taken: name the one that is meant")
    assert not_taken(Namespace(pet=[("pet", None)], mr=[]), row.several) == ()

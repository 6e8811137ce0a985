"""Head, cards and pictures of the page: whose it is, what was measured, in words that need no handbook."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_cases as cases
from PIL import Image as Pillow
from report_page import cards, page, parsed

from radioimmuno.features.catalog import STANDARD
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.identity import Identity
from radioimmuno.report import write_report_html
from radioimmuno.report.card import facts_of
from radioimmuno.signature.signature import default_signature
from radioimmuno.signature.variables import variable_of


def test_patient_study_and_series_head_the_page(tmp_path: Path) -> None:
    root = page(tmp_path, cases.patient(identity=Identity("P-17", "2024-05-17", "CT thorax 1.25 mm")))
    facts = root.one("header", class_="page").one("dl").text
    assert facts == "Patient P-17 Study 2024-05-17 Series CT thorax 1.25 mm"
    assert root.one("title").text == "Lesion scores · P-17 · RadioImmunoScore"


def test_what_is_not_known_of_the_patient_is_said_to_be_not_known(tmp_path: Path) -> None:
    root = page(tmp_path)
    assert (
        root.one("header", class_="page").one("dl").text
        == "Patient not known Study not known Series not known"
    )
    assert root.one("title").text == "Lesion scores · RadioImmunoScore"


def test_the_moment_of_scoring_heads_the_page(tmp_path: Path) -> None:
    root = page(tmp_path, cases.patient(provenance={"created_utc": "2026-01-31T12:30:59+00:00"}))
    assert "Scored 2026-01-31 12:30 UTC" in root.one("header", class_="page").text


def test_a_name_that_holds_the_identifier_is_said_once(tmp_path: Path) -> None:
    rows = [replace(row, id=str(n), name=name) for n, (row, name) in enumerate(
        zip(cases.patient().lesions, ("lesion 0", "Liver", "Liver", "Node 33"), strict=True))]  # fmt: skip
    root = page(tmp_path, cases.patient(lesions=tuple(rows)))
    heads = [card.one("header").text.replace(" demonstration signature", "") for card in cards(root)]
    assert heads == ["lesion 0", "Liver (1)", "Liver (2)", "Node 33 ID 3"]


def test_names_are_isolated_and_what_would_turn_the_text_is_shown(tmp_path: Path) -> None:
    row = replace(cases.patient().lesions[0], name="abc\u202ecod.exe")
    root = page(tmp_path, cases.patient(lesions=(row,), identity=Identity(patient="x\u2067y")))
    assert [node.text for node in cards(root)[0].one("h3").all("bdi")] == ["abc<U+202E>cod.exe"]
    assert root.one("table", class_="plot").one("a").one("bdi").text == "abc<U+202E>cod.exe"
    assert "x<U+2067>y" in root.one("header", class_="page").text
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not {"\u202e", "\u2067"} & set(text)


def test_the_worst_finding_comes_first_and_each_severity_has_a_sign_of_its_own(tmp_path: Path) -> None:
    found = tuple(
        Finding("lesion.holes", severity, severity.value)
        for severity in (Severity.FIXED, Severity.WARN, Severity.REFUSE)
    )
    row = replace(cases.patient().lesions[3], findings=found)
    root = page(tmp_path, cases.patient(lesions=(row,)))
    items = list(cards(root)[0].one("ul", class_="findings").all("li"))
    assert [item.one("strong").text for item in items] == ["Refused", "Warning", "Corrected"]
    signs = [item.one("svg", class_="icon").one("use").attributes["href"] or "" for item in items]
    shapes = [next(root.one("g", id=sign[1:]).all("path")).attributes["d"] for sign in signs]
    assert len(set(shapes)) == 3


def test_the_mean_leaves_padding_and_what_is_not_a_number_out() -> None:
    image = cases.ct(np.float32)
    values = image.values[cases.BOXES["1"].slices]
    values[...] = 40.0
    values[0, 0, :3] = np.nan, np.inf, -3024.0
    values[1, 0, :2] = 140.0
    facts = facts_of(image, cases.lesions()[0])
    # 4 x 25 x 20 voxels, three of them without a value, two at 140
    assert facts.mean == pytest.approx(40.0 + 2 * 100.0 / (2000 - 3))


def test_an_empty_lesion_has_no_axes_and_no_mean() -> None:
    facts = facts_of(cases.ct(), cases.lesions()[-1])
    assert (facts.long_mm, facts.short_mm, facts.mean) == (None, None, None)


def test_what_was_not_measured_is_said_and_has_no_number(tmp_path: Path) -> None:
    text = cards(page(tmp_path))[3].one("dl", class_="facts").text
    assert "Long axis not measured Short axis not measured Mean not measured" in text


def test_the_weight_is_a_fact_where_lesions_are_weighed(tmp_path: Path) -> None:
    first, *others = cases.patient().lesions
    known, *rest = cards(page(tmp_path, cases.patient(lesions=(replace(first, weight=0.6253), *others))))
    assert "Weight in the patient's value 0.625" in known.one("dl", class_="facts").text
    assert all("Weight" not in card.one("dl", class_="facts").text for card in rest)


def test_the_expected_agreement_is_a_fact_where_it_is_known(tmp_path: Path) -> None:
    first, *others = cases.patient().lesions
    known, *rest = cards(
        page(tmp_path, cases.patient(lesions=(replace(first, expected_agreement=0.8125), *others)))
    )
    assert "Expected agreement (Dice) 0.81" in known.one("dl", class_="facts").text
    assert all("agreement" not in card.one("dl", class_="facts").text for card in rest)


@pytest.mark.parametrize("key", STANDARD)
def test_every_feature_of_the_standard_set_has_plain_words(key: str) -> None:
    words = variable_of(f"ring.{key}").words
    assert words is not None
    assert words.startswith("ring: ")
    assert "emphasis" not in words


def test_no_two_features_of_a_family_have_the_same_words() -> None:
    words = [variable_of(f"lesion.{key}").words for key in STANDARD if not key.startswith("glcm_merged")]
    assert len(set(words)) == len(words)


def test_the_demonstrations_terms_are_all_in_plain_words() -> None:
    features = [name for name in default_signature().variables if name.startswith(("lesion.", "ring."))]
    assert all(variable_of(name).words for name in features)


def test_plain_words_stand_over_the_standard_name(tmp_path: Path) -> None:
    row = cases.patient().lesions[0]
    term = replace(row.contributions[0], variable="ring.glrlm.long_runs_emphasis")
    root = page(tmp_path, cases.patient(lesions=(replace(row, contributions=(term,)),)))
    head = cards(root)[0].one("table", class_="terms").one("tbody").one("th")
    assert head.one("small").text == "run length: long runs emphasis, IBSI W4KF"
    assert head.text.startswith("ring: long runs of equal voxels")


def test_a_feature_without_plain_words_has_its_standard_name(tmp_path: Path) -> None:
    row = cases.patient().lesions[0]
    term = replace(row.contributions[0], variable="ring.ngldm.low_dependence_emphasis")
    root = page(tmp_path, cases.patient(lesions=(replace(row, contributions=(term,)),)))
    head = cards(root)[0].one("table", class_="terms").one("tbody").one("th").text
    assert head == "ring, gray-level dependence: low dependence emphasis"


def picture_of_the_scene(path: Path, size: tuple[int, int]) -> Path:
    Pillow.new("RGB", size, (200, 30, 40)).save(path)
    return path


def test_the_scenes_pictures_are_inside_the_page(tmp_path: Path) -> None:
    pictures = {
        "axial.png": picture_of_the_scene(tmp_path / "axial.png", (3200, 1600)),
        "3d.png": picture_of_the_scene(tmp_path / "3d.png", (900, 700)),
    }
    path = tmp_path / "report.html"
    write_report_html(cases.patient(), cases.signature(), cases.ct(), cases.lesions(), path, pictures)
    for picture in pictures.values():
        picture.unlink()
    first, second = parsed(path.read_text(encoding="utf-8")).all("img")
    for image, size in ((first, (1600, 800)), (second, (900, 700))):
        kind, _, data = (image.attributes["src"] or "").partition(",")
        assert kind == "data:image/jpeg;base64"
        with Pillow.open(io.BytesIO(base64.b64decode(data))) as opened:
            assert opened.size == size
            red, green, blue = opened.getpixel((5, 5))
        assert (red, green, blue) == pytest.approx((200, 30, 40), abs=6)
        assert (image.attributes["width"], image.attributes["height"]) == tuple(map(str, size))
        assert image.attributes["alt"]


def test_without_a_scene_the_page_speaks_of_no_pictures_of_it(tmp_path: Path) -> None:
    root = page(tmp_path)
    assert not list(root.all("img"))
    assert "Pictures" not in [heading.text for heading in root.all("h2")]


def test_three_hundred_lesions_on_noise_make_less_than_ten_megabytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(40, 60, cases.CT.shape).astype(np.int16)
    row, lesion = cases.patient().lesions[0], cases.lesions()[0]
    patient = cases.patient(lesions=tuple(replace(row, id=str(n)) for n in range(30)))
    lesions = [replace(lesion, id=str(n)) for n in range(30)]
    path = tmp_path / "report.html"
    write_report_html(patient, cases.signature(), Image(noise, cases.CT), lesions, path)
    assert path.stat().st_size < 10e6 / 10


def test_printed_cards_are_not_torn_and_headings_stay_with_what_follows(tmp_path: Path) -> None:
    style = page(tmp_path).one("style").text
    printed = style[style.index("@media print") :]
    assert "break-inside: avoid" in printed
    assert "break-after: avoid" in printed
    assert "print-color-adjust: exact" in printed
    assert "display: table-header-group" in printed

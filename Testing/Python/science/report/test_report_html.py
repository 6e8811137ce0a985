# ruff: noqa: RUF001 - the page writes true minus signs
"""The page: whole, self-contained, safe against names, and saying what has to be said.

Tests of: context, contributions, figure, patient_sections, score_plot, style.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_cases as cases
from report_page import cards, every, page, parsed

from radioimmuno.geometry.image import Image
from radioimmuno.report import write_report_html
from radioimmuno.scoring.results import Metrics
from radioimmuno.signature.color_scale import color_scale

HOSTILE = "<script>alert(1)</script><img src=http://x/y> \"' & </h3><b>bold"


def test_nothing_is_loaded_and_nothing_runs(tmp_path: Path) -> None:
    root = page(tmp_path)
    for node in every(root):
        assert node.tag not in {"script", "link", "iframe", "object", "base"}
        for name, value in node.attributes.items():
            assert not name.startswith("on"), f"{name} would run"
            if name in {"href", "src"}:
                assert value is not None
                assert value.startswith(("#", "data:image/jpeg;base64,"))
    style = root.one("style").text
    assert "@import" not in style
    assert "url(" not in style
    (policy,) = root.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in (policy.attributes["content"] or "")


def test_links_lead_to_a_place_on_the_page(tmp_path: Path) -> None:
    root = page(tmp_path)
    places = [node.attributes["id"] for node in every(root) if "id" in node.attributes]
    assert len(set(places)) == len(places)
    links = [(node.attributes["href"] or "")[1:] for node in root.all("a")]
    assert len(links) == 4
    assert set(links) <= set(places)


def test_names_that_hold_markup_are_shown_as_text(tmp_path: Path) -> None:
    rows = tuple(replace(row, name=HOSTILE, site=None) for row in cases.patient().lesions[:1])
    signature = cases.signature(name=HOSTILE, predicts=HOSTILE, citation=HOSTILE)
    patient = cases.patient(lesions=rows, provenance={HOSTILE: HOSTILE, "inputs": {"ct": HOSTILE}})
    root = page(tmp_path, patient, signature)
    assert not list(root.all("script"))
    assert not list(root.all("b"))
    assert not list(root.all("img"))
    shown = " ".join(HOSTILE.split())
    assert cards(root)[0].one("h3").text == shown
    assert shown in root.one("table", class_="origin").text


def test_control_characters_and_half_surrogates_do_not_stop_the_page(tmp_path: Path) -> None:
    row = replace(cases.patient().lesions[0], name="a\x00b\udce4c")
    assert cards(page(tmp_path, cases.patient(lesions=(row,))))[0].one("h3").text == "a\ufffdb\ufffdc"


def test_the_notice_heads_the_page_and_every_card_says_the_status(tmp_path: Path) -> None:
    root = page(tmp_path)
    notice = root.one("p", role="note").text
    assert "DEMONSTRATION SIGNATURE" in notice
    assert "Research use only" in notice
    assert [card.one("span", class_="chip").text for card in cards(root)] == ["demonstration signature"] * 4
    published = page(tmp_path, signature=cases.signature(status="published"))
    assert "DEMONSTRATION" not in published.text
    assert "Research use only" in published.one("p", role="note").text


def test_every_lesion_has_a_card_and_every_lesion_with_voxels_a_picture(tmp_path: Path) -> None:
    found = cards(page(tmp_path))
    assert [card.one("h3").text for card in found] == ["Liver segment 7", "Liver segment 4", "Node", "Empty"]
    assert [len(list(card.all("image"))) for card in found] == [3, 3, 3, 0]
    for card in found[:3]:
        for figure, plane in zip(card.all("figure"), ("Axial", "Coronal", "Sagittal"), strict=True):
            words = figure.one("svg", role="img").attributes["aria-label"] or ""
            assert words.startswith(plane)
            assert card.one("h3").text in words
            assert re.match(rf"{plane}, [SIAPRL] \d+\.\d mm, slice \d+ of \d+", figure.one("figcaption").text)
            assert list(figure.all("path", class_="scale-bar"))


def test_the_directions_of_each_plane_are_on_the_page(tmp_path: Path) -> None:
    root = page(tmp_path)
    for plane, letters in (("axial", "R L A P"), ("coronal", "R L S I"), ("sagittal", "A P S I")):
        assert root.one("g", id=f"letters-{plane}").text == letters
        used = [figure.one("use").attributes["href"] for figure in root.all("figure", class_=plane)]
        assert used == [f"#letters-{plane}"] * 3


def test_outlines_have_the_scores_color_and_the_ring_is_dashed(tmp_path: Path) -> None:
    root = page(tmp_path)
    scale = color_scale(cases.signature())
    for card, score in zip(cards(root), (-1.5, 0.25, 1.75), strict=False):
        for figure in card.all("figure"):
            assert figure.one("path", class_="lesion", stroke=scale.hex(score))
            assert figure.one("path", class_="ring")
    assert ".ring { stroke: #ffd23f; stroke-width: 1.25; stroke-dasharray" in root.one("style").text


def test_other_lesions_on_the_slice_are_outlined_in_their_own_color(tmp_path: Path) -> None:
    first = cards(page(tmp_path))[0]
    neighbors = [path.attributes["stroke"] for path in first.all("path", class_="neighbor")]
    assert color_scale(cases.signature()).hex(0.25) in neighbors
    assert color_scale(cases.signature()).hex(1.75) not in neighbors


def test_a_ct_and_masks_in_another_axis_order_give_the_same_pictures(tmp_path: Path) -> None:
    order, signs = (2, 0, 1), (-1, 1, -1)
    expected = [list(card.all("figure")) for card in cards(page(tmp_path))]
    lesions = [
        replace(lesion, mask=cases.reordered(lesion.mask, order, signs)) for lesion in cases.lesions()[:3]
    ]
    ct = cases.reordered(cases.ct(), order, signs)
    write_report_html(cases.patient(), cases.signature(), ct, lesions, tmp_path / "other.html")
    other = parsed((tmp_path / "other.html").read_text(encoding="utf-8"))
    for card, figures in zip(cards(other)[:3], expected, strict=False):
        assert list(card.all("figure")) == figures


def test_a_row_without_its_lesion_has_a_card_without_a_picture(tmp_path: Path) -> None:
    found = cards(page(tmp_path, lesions=[]))
    assert len(found) == 4
    assert all("No picture" in card.one("figure").text for card in found)


def test_a_refused_lesion_says_why_and_shows_no_number(tmp_path: Path) -> None:
    root = page(tmp_path)
    card = cards(root)[3]
    assert card.one("strong", class_="value").text == "Not scored"
    assert "Holds no voxel." in card.one("ul", class_="findings").text
    assert not list(card.all("table"))
    assert "not scored: Holds no voxel." in root.one("table", class_="plot").text
    assert not re.search(r"\b(nan|NaN|None|inf)\b", root.text)


def test_findings_come_with_their_severity_in_words(tmp_path: Path) -> None:
    (item,) = cards(page(tmp_path))[1].all("li")
    assert item.text == "Warning Two holes. lesion.holes"


def test_score_standing_site_and_irradiation_are_spelled_out(tmp_path: Path) -> None:
    low, middle, high, _ = cards(page(tmp_path))
    assert "−1.50 below the low cut-off (−1.00)" in low.text
    assert "0.25 between the median (0.00) and the high cut-off (1.00)" in middle.text
    assert "1.75 above the high cut-off (1.00)" in high.text
    # 20 columns of 1.2 mm by 25 rows of 0.8 mm, the corners cut by half a voxel: from (-12, -9.6) to
    # (12, 9.6) mm, and perpendicular to it from side to side, 20 mm x 30.7 / 24
    assert (
        "Volume 5.76 cc Long axis 30.7 mm Short axis 25.6 mm Mean 500 HU Site liver Irradiated yes"
        in low.text
    )
    assert "Irradiated no" in middle.text
    assert "Site lymph node Irradiated not given" in high.text


def test_only_scores_beyond_a_cutoff_carry_a_research_suggestion(tmp_path: Path) -> None:
    root = page(tmp_path, signature=cases.signature(status="research"))
    found = [list(card.all("p", class_="suggestion")) for card in cards(root)]
    assert [len(suggestion) for suggestion in found] == [1, 0, 1, 0]


def test_a_demonstration_suggests_nothing(tmp_path: Path) -> None:
    root = page(tmp_path)
    assert not list(root.all("p", class_="suggestion"))
    assert "candidate" not in root.text


def test_scores_outside_the_bins_of_the_entropy_are_counted_beside_it(tmp_path: Path) -> None:
    metrics = replace(cases.patient().metrics, outside_bins=2)
    root = page(tmp_path, cases.patient(subsets={"all": metrics}))
    assert root.text.count("2 of 3 scores outside the signature's bins") == 2


def test_a_patient_without_a_score_has_a_page(tmp_path: Path) -> None:
    patient = cases.patient(lesions=cases.patient().lesions[3:], subsets={"all": Metrics(0)})
    root = page(tmp_path, patient)
    assert "0 of 1" in root.text
    assert "no scored lesion" in root.text


def test_provenance_names_signature_settings_and_inputs(tmp_path: Path) -> None:
    origin = page(tmp_path).one("table", class_="origin").text
    for text in (
        "sha256 " + "0f" * 32,
        "status demonstration",
        "extraction.bin_width_hu 10",
        "ring.outer_mm 2",
    ):
        assert text in origin
    assert "ct a.nrrd" in origin


def test_tables_and_drawings_can_be_read_without_seeing_them(tmp_path: Path) -> None:
    root = page(tmp_path)
    assert root.one("html").attributes["lang"] == "en"
    for table in root.all("table"):
        assert table.one("caption").text
        assert all(cell.attributes.get("scope") for cell in table.all("th"))
    for drawing in root.all("svg"):
        assert drawing.attributes.get("aria-hidden") == "true" or drawing.attributes.get("aria-label")


def luminance(color: str) -> float:
    channels = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_in_light_and_dark(tmp_path: Path, theme: int) -> None:
    style = page(tmp_path).one("style").text
    colors = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in style.split(":root {")[1:3]
    ][theme]
    for name in ("text", "muted", "accent", "refuse", "warn", "fixed"):
        for ground in ("page", "sheet"):
            assert contrast(colors[name], colors[ground]) >= 4.5, (name, ground)
    assert contrast(colors["notice-text"], colors["notice"]) >= 4.5
    for name in ("adds", "takes", "edge"):
        assert contrast(colors[name], colors["sheet"]) >= 3.0, name


def test_ten_lesions_on_noise_make_less_than_two_megabytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-200, 300, cases.CT.shape, np.int16)
    row, lesion = cases.patient().lesions[0], cases.lesions()[0]
    patient = cases.patient(lesions=tuple(replace(row, id=str(n)) for n in range(10)))
    lesions = [replace(lesion, id=str(n)) for n in range(10)]
    path = tmp_path / "report.html"
    write_report_html(patient, cases.signature(), Image(noise, cases.CT), lesions, path)
    assert path.stat().st_size < 2e6


def test_a_failure_leaves_the_old_page(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    broken = [replace(cases.lesions()[0], mask=Image(np.ones((2, 2), bool), cases.CT))]
    with pytest.raises(ValueError, match="axis 2"):
        write_report_html(cases.patient(), cases.signature(), cases.ct(), broken, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]

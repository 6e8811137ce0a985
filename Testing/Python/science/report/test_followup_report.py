"""A follow-up's tables, pictures and page.

Tests of: followup_files, followup_page, followup_pictures.
"""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.followup.course import Course, rematched
from radioimmuno.followup.follow_up import FollowUp, follow_up
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.registration import Registration
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.report.followup_files import write_changes_csv, write_lesions_csv, write_pairs_csv
from radioimmuno.report.followup_page import followup_page, registration_words
from radioimmuno.report.followup_pictures import pictures_in, spots_of
from radioimmuno.scoring.results import LesionScore
from radioimmuno.study import Study

LATTICE = Lattice((20, 40, 40), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
SHIFT = (30.0, 0.0, 0.0)


def cube(name: str, corner: tuple[int, int, int], size: int) -> Lesion:
    mask = np.zeros(LATTICE.shape, bool)
    mask[tuple(slice(start, start + size) for start in corner)] = True
    return Lesion(name, f"=cube <{name}>", Image(mask, LATTICE).trimmed())


@pytest.fixture(scope="module")
def found() -> FollowUp:
    """One that halves its edge, one that is gone, one that is new; the follow-up lies 30 mm to the left."""
    before = (cube("a", (4, 10, 10), 6), cube("b", (10, 25, 20), 4))
    after = (cube("1", (5, 12, 20), 3), cube("2", (12, 5, 5), 5))
    studies = [
        ScoredStudy(
            f"S{number}",
            Study({}, lesions, date=day),
            {one.id: LesionScore(one.id, one.name, one.volume_cc, 0.5) for one in lesions},
        )
        for number, (lesions, day) in enumerate(((before, "2026-01-05"), (after, "2026-02-04")), start=1)
    ]
    field = np.broadcast_to(np.array(SHIFT, np.float32), (2, 2, 2, 3))
    coarse = Lattice((2, 2, 2), (57.0, 117.0, 117.0), (0.0, 0.0, 0.0))
    registration = Registration(field, coarse, LATTICE, LATTICE, 0.99, 0.9, 0.0, 0.05, 0.1)
    course = Course(tuple(one.study for one in studies), (registration,), (), (), ((), ()))
    given = {0: [GivenPair(("a",), ("1",)), GivenPair(("b",), ()), GivenPair((), ("2",))]}
    return follow_up("P", rematched(course, given), studies)


def rows_of(path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_hold_what_was_measured(found, tmp_path):
    write_lesions_csv(found, tmp_path / "lesions.csv")
    lesions = {(row["lesion"], row["study"]): row for row in rows_of(tmp_path / "lesions.csv")}
    assert list(lesions) == [("L1", "S1"), ("L2", "S1"), ("L1", "S2"), ("L2", "S2"), ("L3", "S2")]
    assert float(lesions["L1", "S1"]["volume_cc"]) == pytest.approx(6**3 * 0.027)
    assert lesions["L2", "S2"]["status"] == "gone"
    assert lesions["L1", "S1"]["name"] == "'=cube <a>"
    write_changes_csv(found, tmp_path / "changes.csv")
    changes = {row["lesion"]: row for row in rows_of(tmp_path / "changes.csv")}
    assert [row["match"] for row in changes.values()] == ["same", "gone", "new"]
    assert float(changes["L1"]["volume_change"]) == pytest.approx(-7 / 8)
    assert float(changes["L1"]["volume_per_30_days_cc"]) == pytest.approx((27 - 216) * 0.027)
    assert float(changes["L1"]["score_change"]) == 0
    assert changes["L3"]["volume_change"] == ""
    write_pairs_csv(found, tmp_path / "pairs.csv")
    assert [row["match"] for row in rows_of(tmp_path / "pairs.csv")] == ["same", "gone", "new"]


def test_pictures_look_at_the_lesion_or_where_it_was_at_one_scale(found):
    spots = spots_of(found)
    assert {number for _, number in spots} == {0, 1}
    for lesion in ("L1", "L2", "L3"):
        assert spots[lesion, 0].side_mm == spots[lesion, 1].side_mm
    # Cubes have their middles between voxels: slices 4 to 9 of 3 mm; 10 to 13.
    assert spots["L1", 0].centre == pytest.approx((12.5 * 3, 12.5 * 3, 7 * 3))
    assert np.subtract(spots["L2", 1].centre, spots["L2", 0].centre) == pytest.approx(SHIFT)
    assert np.subtract(spots["L3", 1].centre, spots["L3", 0].centre) == pytest.approx(SHIFT)


def test_the_page_shows_lesions_side_by_side_with_outlines_where_they_are(found):
    image = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)
    pictures = [pictures_in(found, number, image, spots_of(found)) for number in (0, 1)]
    # The new one's place in the baseline is beyond its edge: 21 - 30 mm.
    assert [sorted(each) for each in pictures] == [["L1", "L2"], ["L1", "L2", "L3"]]
    outlined = [
        [name for name in sorted(each) if 'class="outline lesion"' in each[name]] for each in pictures
    ]
    assert outlined == [["L1", "L2"], ["L1", "L3"]]
    page = followup_page(found, pictures, "SIGNATURE'S NOTICE")
    assert page.count("<image ") == 5
    assert "S1: this place is not in the CT, or is not known." in page
    assert "=cube &lt;a&gt;" in page
    assert "<a>" not in page
    assert "SIGNATURE&#x27;S NOTICE" in page
    assert "days since baseline" in page
    waterfall = page.partition("Waterfall plot")[2].partition("</figure>")[0]
    assert [name for name in ("L1", "L2", "L3") if f">{name}</text>" in waterfall] == ["L1", "L2"]
    assert "Dice coefficient of 0.990, 90 % of the smaller is seen in both CT" in page
    assert "irradiated" in page


def test_a_page_without_dates_and_registration_says_so(found):
    studies = [replace(one, study=replace(one.study, date="")) for one in found.studies]
    course = replace(found.course, registrations=(None,), studies=tuple(one.study for one in studies))
    undated = follow_up("P", course, studies)
    page = followup_page(undated, [{}, {}], "")
    assert "study (dates are not known)" in page
    assert registration_words(None) in page
    assert "What a person has to decide" not in page

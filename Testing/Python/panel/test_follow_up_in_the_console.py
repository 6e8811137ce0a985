"""What the console followed, and the panel that shows it."""

from __future__ import annotations

import pytest
from follow_up_patients import FIRST_DAY, SECOND_DAY, addFollowUp, rowsOf
from patients import addPatient, select


def test_what_the_console_followed_is_shown_in_the_panel(panel, bench):
    from radioimmuno.followup.match import MatchKind

    first, second = addPatient(), addFollowUp()
    select(panel, first)
    found = bench.logic.followUp([second, first], dates=[SECOND_DAY, FIRST_DAY], pairs={0: [(["node"], [])]})
    assert [study.date for study in found.course.studies] == [FIRST_DAY, SECOND_DAY]
    kinds = {
        each.in_studies[0].ids[0]: each.in_studies[1].match for each in found.lesions if each.in_studies[0]
    }
    assert kinds == {"liver_1": MatchKind.SAME, "liver_2": MatchKind.GONE, "node": MatchKind.GONE}
    bench.process(200)
    assert "lymph node\ngone, by hand" in rowsOf(panel)


def test_a_signature_of_changes_scores_the_later_study_of_the_console(bench, tmp_path):
    from radioimmuno.settings import Settings
    from radioimmuno.signature.signature import Signature, Term, write_signature

    volume, mean = "lesion.morphology.volume", "lesion.statistics.mean"
    terms = (Term(f"delta.{volume}", 2.0, 0.0, 1.0), Term(f"delta_abs.{mean}", 0.01, 0.0, 1.0))
    signature = tmp_path / "delta.json"
    write_signature(Signature("d", "1", "research", "x", "y", Settings(), 0.5, terms), signature)
    first, second = addPatient(), addFollowUp()
    alone = bench.logic.score(*second, signature=signature)
    assert {row.score for row in alone.lesions} == {None}
    assert "(in Slicer: Follow-up)" in alone.lesions[0].reasons
    found = bench.logic.followUp(
        [first, second],
        dates=[FIRST_DAY, SECOND_DAY],
        pairs={0: [(["liver_1"], ["liver_1"])]},
        signature=signature,
    )
    before, after = next(
        one.in_studies for one in found.lesions if one.in_studies[0] and one.in_studies[0].ids == ("liver_1",)
    )
    changes = after.feature_changes
    assert changes[volume].relative < 0
    assert changes["ring.statistics.mean"].absolute is not None
    assert after.score == pytest.approx(0.5 + 2 * changes[volume].relative + 0.01 * changes[mean].absolute)
    assert before.score is None

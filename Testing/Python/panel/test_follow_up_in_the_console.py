"""What the console followed, and the panel that shows it."""

from __future__ import annotations

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

"""Both abscopal answers."""

from __future__ import annotations

from courses import course

from radioimmuno.followup.response.course_response import StudyResponse, respond
from radioimmuno.followup.response.fields import Field


def last(*studies: dict[str, object], **how: object) -> StudyResponse:
    return respond(course(*studies, **how)).studies[-1]


def test_both_where_the_lesions_out_of_the_field_respond():
    found = last({"T1": 50, "T2r": 30}, {"T1": 35, "T2r": 30})
    assert (found.abscopal_a.value, found.abscopal_b.value) == ("yes", "yes")
    assert found.abscopal_b.sentence == "out of field PR"
    assert found.abscopal_a.sentence == (
        "1 of 1 measurable non-irradiated lesions smaller by 30 % or more (T1 -30 %)"
    )


def test_one_lesion_is_enough_for_a_alone():
    found = last({"T1": 50, "T2": 20, "T3r": 30}, {"T1": 50, "T2": 14, "T3r": 30})
    assert (found.abscopal_a.value, found.abscopal_b.value) == ("yes", "no")
    assert found.abscopal_a.sentence.startswith("1 of 2 measurable non-irradiated lesions")


def test_irradiated_and_unmeasurable_lesions_do_not_count_for_a():
    found = last({"T1": 50, "N1": 9.9, "T2r": 30}, {"T1": 36, "N1": "gone", "T2r": "gone"})
    assert found.abscopal_a.value == "no"
    assert found.abscopal_a.sentence == (
        "0 of 1 measurable non-irradiated lesions smaller by 30 % or more (T1 -28 %)"
    )


def test_a_node_is_measurable_from_fifteen():
    found = last({"T1": 50, "N1n": 14.9}, {"T1": 50, "N1n": 5})
    assert found.abscopal_a.value == "no"
    assert last({"T1": 50, "N1n": 15}, {"T1": 50, "N1n": 5}).abscopal_a.value == "yes"


def test_without_a_measurable_lesion_outside_neither_can_be_evaluated():
    found = last({"T1r": 50, "N1": 9}, {"T1r": 20, "N1": "gone"})
    assert found.fields[Field.OUT].recist == "CR"
    assert (found.abscopal_a.value, found.abscopal_b.value) == ("not evaluable", "not evaluable")
    assert found.abscopal_b.sentence == "no non-irradiated lesion is measurable at baseline"


def test_what_was_not_measured_is_not_evaluable():
    found = last({"T1": 50, "T2r": 30}, {"T2r": 10})
    assert (found.abscopal_a.value, found.abscopal_b.value) == ("not evaluable", "not evaluable")
    assert found.abscopal_b.sentence == "out of field NE"
    found = last({"T1": 50, "T2": 50}, {"T1": 50})
    assert found.abscopal_a.sentence.startswith("0 of 1 measurable non-irradiated lesions")
    assert "1 more not measured" in found.abscopal_a.sentence


def test_a_new_lesion_outside_is_no_abscopal_response_by_b():
    assert last({"T1": 50, "T2r": 30}, {"T1": 10, "T2r": 30, "X1": 12}).abscopal_b.value == "no"


def test_baseline_and_what_is_not_known():
    found = respond(course({"T1": 50}, {"T1": 20}, irradiated=None))
    assert [study.abscopal_a.value for study in found.studies] == [None, "not evaluable"]
    assert found.studies[0].abscopal_b.sentence == "baseline"

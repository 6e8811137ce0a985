"""A patient's follow-up: roles by the rules or by a person, irradiation, what is not evaluated, response."""

from __future__ import annotations

from dataclasses import replace

import pytest
from followed import course_of, studies_of

from radioimmuno.findings import InputError
from radioimmuno.followup.follow_up import GivenRole, follow_up, named_lesion
from radioimmuno.followup.response.fields import Field
from radioimmuno.followup.response.measured import CourseError, Role
from radioimmuno.site import Site

SAME = [("a", "a"), ("b", "b"), ("c", "c")]


@pytest.fixture(scope="module")
def three():
    return studies_of({"a": 20.0, "b": 15.0, "c": 10.0}, {"a": 12.0, "b": 10.0, "c": 10.0}, site=Site.LIVER)


def test_targets_are_proposed_by_the_rules(three):
    found = follow_up("P", course_of(three, SAME), three)
    assert [lesion.role for lesion in found.lesions] == [Role.TARGET, Role.TARGET, Role.NON_TARGET]
    assert found.lesions[2].reason == "there are 2 targets in liver already"
    everywhere = found.response.studies[1].fields[Field.ALL]
    assert everywhere.recist == "PR"
    assert found.response.studies[1].days == 60
    assert not found.is_undecided
    assert found.notes == ()


def test_what_a_person_says_of_a_lesion_wins(three):
    given = {"L3": GivenRole(Role.TARGET, Site.LYMPH_NODE, True), "L1": GivenRole(Role.NON_TARGET)}
    found = follow_up("P", course_of(three, SAME), three, given)
    assert [lesion.role for lesion in found.lesions] == [Role.NON_TARGET, Role.TARGET, Role.TARGET]
    assert found.lesions[2].is_node
    assert found.lesions[2].irradiated == (True, True)
    assert found.lesions[0].reason == "chosen by hand"
    with pytest.raises(CourseError, match="L1"):
        follow_up("P", course_of(three, SAME), three, {"L1": GivenRole(Role.NEW)})


def test_what_was_irradiated_stays_so(three):
    first, second = three
    lesions = first.study.lesions
    states = [replace(lesions[0], irradiated=True), replace(lesions[1], irradiated=False), lesions[2]]
    after = [
        replace(one, irradiated=flag)
        for one, flag in zip(second.study.lesions, (False, True, None), strict=True)
    ]
    told = [
        replace(one, study=replace(one.study, lesions=tuple(some)))
        for one, some in zip(three, (states, after), strict=True)
    ]
    found = follow_up("P", course_of(told, SAME), told)
    assert [lesion.irradiated for lesion in found.lesions] == [(True, True), (False, True), (None, None)]


def test_what_nobody_paired_is_not_evaluated_and_said(three):
    found = follow_up("P", course_of(three, [("a", "a")]), three)
    assert found.is_undecided
    assert len(found.notes) == 4
    assert found.notes[0].startswith(
        "L2 (lesion b) is not evaluated in S2: ambiguous. The CT are not registered"
    )
    everywhere = found.response.studies[1].fields[Field.ALL]
    assert everywhere.recist == "NE"
    # What may be an old lesion is no new one.
    assert everywhere.reading.new == {}


def test_a_lesion_is_named_by_its_identity_or_as_in_a_study(three):
    course = course_of(three, [("a", "b"), ("b", "a"), ("c", "c")])
    assert named_lesion(course, "l3") == "L3"
    assert named_lesion(course, "Lesion C") == "L3"
    with pytest.raises(InputError, match=r"Several lesions are called 'lesion a': L1, L2\.") as error:
        named_lesion(course, "lesion a")
    assert error.value.code == "followup.names"
    with pytest.raises(InputError, match="No lesion is called 'x'; there are: L1"):
        named_lesion(course, "x")

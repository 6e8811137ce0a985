"""Pairs of lesions as a table: what is proposed reads back as it was meant; what a person mends counts.

Tests of: given_pairs, given_roles.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from followed import course_of, studies_of

from radioimmuno.findings import InputError, TableError
from radioimmuno.followup.course import Returned
from radioimmuno.followup.follow_up import GivenRole
from radioimmuno.followup.given_pairs import COLUMNS, proposed_rows, read_pairs
from radioimmuno.followup.given_roles import read_role_rows, roles_of
from radioimmuno.followup.match import MatchKind
from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.response.measured import Role
from radioimmuno.report.csv_tables import write_rows
from radioimmuno.site import Site


@pytest.fixture(scope="module")
def studies():
    return studies_of({"a": 9.0, "b": 9.0, "c": 9.0}, {"1": 9.0, "2": 9.0, "3": 9.0}, {"1": 9.0})


def written(tmp_path, *lines: str, header: str = "study,baseline,followup"):
    path = tmp_path / "table.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_a_proposal_reads_back_as_the_same_pairs(studies, tmp_path):
    steps = [("a", "1 2"), ("b", ""), ("", "3")], [("1 2", "1"), ("3", "")]
    course = course_of(studies, *steps)
    rows = proposed_rows(course, [one.name for one in studies])
    assert rows[0] == ("S2", "lesion a", "lesion 1", "split", "person", "Paired by hand.")
    # "c" is left to the matching, which knows nothing of its place.
    assert [row[1:3] for row in rows if row[3] == "ambiguous"] == [("lesion c", "?")]
    write_rows(tmp_path / "pairs.csv", COLUMNS, rows)
    assert read_pairs(tmp_path / "pairs.csv", studies) == {
        0: [GivenPair(("a",), ("1", "2")), GivenPair(("b",), ()), GivenPair((), ("3",))],
        1: [GivenPair(("1", "2"), ("1",)), GivenPair(("3",), ())],
    }


def test_what_came_back_is_left_to_the_matching():
    studies = studies_of({"a": 9.0}, {}, {"1": 9.0})
    course = course_of(studies, [("a", "")], [("", "1")])
    new = course.matches[1][0]
    back = Returned(0, 2, replace(new, baseline=("a",), kind=MatchKind.SAME))
    rows = proposed_rows(replace(course, returned=(back,)), ["S1", "S2", "S3"])
    assert [row[:3] for row in rows] == [("S2", "lesion a", ""), ("S3", "?", "lesion 1")]


def test_a_study_is_named_or_counted_and_with_two_it_may_be_left_out(studies, tmp_path):
    path = written(tmp_path, "3,lesion 1,1", "S2,a,2")
    assert read_pairs(path, studies) == {1: [GivenPair(("1",), ("1",))], 0: [GivenPair(("a",), ("2",))]}
    path = written(tmp_path, "a,2", header="baseline,followup")
    assert read_pairs(path, studies[:2]) == {0: [GivenPair(("a",), ("2",))]}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("S9,a,1", "'S9' is no later study; there are: S2, S3"),
        ("S1,a,1", "'S1' is no later study"),
        (",a,1", "'' is no later study"),
        ("S2,x,1", "S1 has no lesion 'x'; there are: lesion a, lesion b, lesion c"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(studies, tmp_path, line, words):
    with pytest.raises(InputError, match=r"Line 3 of .*table\.csv: ") as error:
        read_pairs(written(tmp_path, "S2,a,1", line), studies)
    assert words in str(error.value)
    assert error.value.code == "followup.pairs"


def test_what_is_gone_and_paired_is_left_to_be_refused(studies, tmp_path):
    path = written(tmp_path, "S2,a,1", "S2,a,")
    assert read_pairs(path, studies) == {0: [GivenPair(("a",), ("1",)), GivenPair(("a",), ())]}


def test_roles_say_what_is_given_and_nothing_else(studies, tmp_path):
    course = course_of(studies, [("a", "1"), ("b", "2"), ("c", "3")])
    path = written(tmp_path, "L1,target,,", "lesion b,,lymph node,yes", header="lesion,role,site,irradiated")
    assert roles_of(read_role_rows(path), course) == {
        "L1": GivenRole(Role.TARGET),
        "L2": GivenRole(None, Site.LYMPH_NODE, True),
    }


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["L1,main"], "Line 2 of .*: role is target or non-target"),
        (["L1,target", "lesion a,target"], "Line 3 of .*: the lesion L1 has two rows"),
    ],
)
def test_roles_that_cannot_be_understood_are_refused(studies, tmp_path, lines, words):
    course = course_of(studies, [("a", "1"), ("b", "2"), ("c", "3")])
    with pytest.raises(TableError, match=words):
        roles_of(read_role_rows(written(tmp_path, *lines, header="lesion,role")), course)

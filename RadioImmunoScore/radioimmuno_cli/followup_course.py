"""What `radioimmuno follow-up` makes of the studies that were read: matches, roles, response, pictures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course
    from radioimmuno.followup.follow_up import FollowUp, GivenRole
    from radioimmuno.followup.followed_lesion import ScoredStudy
    from radioimmuno.followup.reading import ReadStudies
    from radioimmuno.followup.response.course_response import Rules
    from radioimmuno.learned.model import LearnedModel
    from radioimmuno.report.markup import Markup
    from radioimmuno.signature.signature import Signature

MATCHING, DRAWING = "matching lesions", "drawing"


def check_given(arguments: argparse.Namespace, studies: Sequence[ScoredStudy]) -> None:
    """Refuse pairs and names that cannot be these studies', before the long work.

    Parameters
    ----------
    arguments : Namespace
        `pairs`, `roles` and `irradiated`.
    studies : sequence of ScoredStudy
        As they were read.

    Raises
    ------
    InputError
        `followup.pairs`, `followup.names`, `response.row`.
    """
    from radioimmuno.followup.follow_up import check_named
    from radioimmuno.followup.given_pairs import read_pairs
    from radioimmuno.followup.given_roles import read_role_rows
    from radioimmuno.followup.matching import given_matches

    drawn = [[lesion for lesion in one.study.lesions if lesion.voxels] for one in studies]
    if arguments.pairs:
        for step, pairs in read_pairs(arguments.pairs, studies).items():
            given_matches(pairs, drawn[step], drawn[step + 1])
    named = [name for name in arguments.irradiated or () if name]
    named += [row.lesion for row in read_role_rows(arguments.roles)] if arguments.roles else []
    for name in named:
        check_named([one.study for one in studies], name)


def followed(
    arguments: argparse.Namespace,
    read: ReadStudies,
    measured_by: tuple[Signature | None, Sequence[str], Sequence[LearnedModel]],
    rules: Rules,
    progress: Progress,
) -> tuple[FollowUp, list[dict[str, Markup]]]:
    """The follow-up, and each study's pictures.

    Parameters
    ----------
    arguments : Namespace
        `pairs`, `names_identify`, `roles`, `irradiated` and `patient`.
    read : ReadStudies
    measured_by : tuple of Signature or None, sequence of str and sequence of LearnedModel
        The identifiers are of what is measured besides, the models those of learned terms.
    rules : Rules
    progress : Progress
    """
    from radioimmuno.followup.change_scores import with_change_scores
    from radioimmuno.followup.course import rematched
    from radioimmuno.followup.follow_up import follow_up
    from radioimmuno.followup.given_pairs import read_pairs
    from radioimmuno.followup.metabolic import metabolic_course
    from radioimmuno.followup.study_rows import with_unions
    from radioimmuno.report.followup_pictures import pictures_in, spots_of

    progress.stage(MATCHING)
    given = read_pairs(arguments.pairs, read.studies) if arguments.pairs else None
    course = rematched(read.course, given, arguments.names_identify)
    roles = _roles(arguments, course)
    studies = list(read.studies)
    progress.stage(DRAWING)
    for number in range(len(studies)):
        image = partial(read.images.of, number)
        studies[number] = with_unions(course, studies, number, image, *measured_by)
    scored = with_change_scores(course, studies, measured_by[0])
    found = follow_up(arguments.patient or read.patient, course, scored, roles, rules)
    found = replace(found, metabolic=metabolic_course(course, scored))
    spots = spots_of(found)
    pictures: list[dict[str, Markup]] = []
    for number in range(len(studies)):
        progress.step(number, len(studies))
        pictures.append(pictures_in(found, number, read.images.of(number), spots))
    return found, pictures


def _roles(arguments: argparse.Namespace, course: Course) -> dict[str, GivenRole]:
    """What a person says of the lesions, by their ids in the course."""
    from radioimmuno.followup.follow_up import GivenRole, named_lesion
    from radioimmuno.followup.given_roles import read_role_rows, roles_of

    roles = roles_of(read_role_rows(arguments.roles), course) if arguments.roles else {}
    if arguments.irradiated is not None:
        irradiated = {named_lesion(course, name) for name in arguments.irradiated if name}
        for lesion in course.lesions:
            known = roles.get(lesion.id, GivenRole())
            if known.irradiated is None:
                roles[lesion.id] = replace(known, irradiated=lesion.id in irradiated)
    return roles

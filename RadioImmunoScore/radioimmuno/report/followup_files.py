"""A follow-up as CSV files: the lesions of all studies, their changes, and how they were paired."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..features.catalog import with_filter
from ..followup.follow_up import FollowedLesion, FollowUp
from ..followup.followed_lesion import LesionInStudy, days_between, union_id
from ..followup.given_pairs import COLUMNS as PAIR_COLUMNS
from ..followup.given_pairs import proposed_rows
from ..modality import with_role
from ..signature.variables import variable_of
from .csv_tables import number_cell, text_cell, write_rows
from .followup_uptake import UPTAKE_COLUMNS, feature_rows, uptake_cells

# The first ones are those of a table of measured lesions, which `response` reads.
LESION_COLUMNS = (
    *("patient", "study", "date", "lesion", "site", "role", "longest_mm", "shortest_mm", "node"),
    *("irradiated", "status", "name", "lesion_ids", "volume_cc", "score", "score_status", "codes"),
    "reasons",
)
CHANGE_COLUMNS = (
    *("lesion", "study", "match", "volume_cc", "longest_mm", "shortest_mm", "score"),
    *("volume_change", "score_change", "volume_change_cc", "score_change_relative"),
    *("volume_per_30_days_cc", "score_per_30_days", "score_within_uncertainty"),
)
FEATURE_COLUMNS = (
    *("lesion", "study", "match", "since", "days", "region", "feature", "unit", "value_then", "value"),
    *("change", "change_relative", "change_per_30_days", "within_uncertainty"),
)
ANSWERS = {None: "", True: "yes", False: "no"}


def write_lesions_csv(found: FollowUp, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion and study, study by study (UTF-8, comma, header row first).

    The file is a table of measured lesions, too: the command `response` answers the same from it.

    Parameters
    ----------
    found : FollowUp
    path : path-like
    """
    rows = (
        _lesion_row(found, number, lesion, here)
        for number in range(len(found.studies))
        for lesion in found.lesions
        if (here := lesion.in_studies[number]) is not None
    )
    write_rows(path, LESION_COLUMNS, rows)


def _lesion_row(found: FollowUp, number: int, lesion: FollowedLesion, here: LesionInStudy) -> list[str]:
    study = found.studies[number]
    row = study.rows.get(union_id(here.ids)) if here.ids else None
    return [
        text_cell(found.patient),
        text_cell(study.name),
        study.study.date,
        lesion.id,
        "" if lesion.site is None else lesion.site.value,
        lesion.role.value,
        number_cell(here.longest_mm),
        number_cell(here.shortest_mm),
        ANSWERS[lesion.is_node],
        ANSWERS[lesion.irradiated[number]],
        here.status.value,
        text_cell(lesion.name),
        text_cell(" ".join(here.ids)),
        number_cell(here.volume_cc),
        number_cell(here.score),
        "" if row is None else row.status,
        "" if row is None else " ".join(dict.fromkeys(finding.code for finding in row.findings)),
        "" if row is None else text_cell(row.reasons),
    ]


def write_changes_csv(found: FollowUp, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion and later study (UTF-8, comma, header row first).

    Changes are since the study in which the lesion was first seen: `volume_change` a share of the volume then
    (-1: gone), `score_change` the difference of the scores. With a PET `UPTAKE_COLUMNS` follow. What is not
    defined is an empty cell.

    Parameters
    ----------
    found : FollowUp
    path : path-like
    """
    more = UPTAKE_COLUMNS if found.metabolic else ()
    write_rows(path, (*CHANGE_COLUMNS, *more), change_rows(found))


def change_rows(found: FollowUp) -> Iterator[list[str]]:
    """The cells of `CHANGE_COLUMNS`, and with a PET of `UPTAKE_COLUMNS`, a row a lesion and later study.

    Parameters
    ----------
    found : FollowUp

    Returns
    -------
    iterator of list of str
    """
    for number, study in enumerate(found.studies[1:], start=1):
        for lesion in found.lesions:
            here = lesion.in_studies[number]
            if here is None or here.match is None:
                continue
            volume, score = here.volume_change, here.score_change
            numbers = (
                *(here.volume_cc, here.longest_mm, here.shortest_mm, here.score),
                *(volume.relative, score.absolute, volume.absolute, score.relative),
                *(volume.per_30_days, score.per_30_days),
            )
            cells = [number_cell(value) for value in numbers]
            within = ANSWERS[score.within_uncertainty]
            uptake = uptake_cells(found, lesion, number) if found.metabolic else []
            row = [lesion.id, text_cell(study.name), here.match.value, *cells, within]
            yield [*row, *map(number_cell, uptake)]


def write_feature_changes_csv(found: FollowUp, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion, later study and feature (UTF-8, comma, header row first).

    Values and changes are those of a lesion's parts as one, since the study in which it was first seen. What
    is not defined is an empty cell: of a lesion that is gone all but its volume.

    Parameters
    ----------
    found : FollowUp
    path : path-like
    """
    write_rows(path, FEATURE_COLUMNS, _feature_rows(found))


def _feature_rows(found: FollowUp) -> Iterator[list[str]]:
    names = {study.name: study for study in found.studies}
    for number, study in enumerate(found.studies[1:], start=1):
        for lesion in found.lesions:
            here = lesion.in_studies[number]
            if here is None or here.match is None or not here.since:
                continue
            start = names[here.since]
            then = next(one for one in lesion.in_studies if one is not None)
            days = days_between(start.study, study.study)
            who = (lesion.id, text_cell(study.name), here.match.value, text_cell(here.since))
            for name, one in here.feature_changes.items():
                variable = variable_of(name)
                assert variable.feature is not None
                values = (then.features.get(name), here.features.get(name))
                numbers = (*values, one.absolute, one.relative, one.per_30_days)
                yield [
                    *who,
                    "" if days is None else str(days),
                    with_role(variable.image, with_filter(variable.region, variable.filter)),
                    variable.feature.key,
                    variable.unit,
                    *map(number_cell, numbers),
                    ANSWERS[one.within_uncertainty],
                ]
            for region, feature, unit, uptake in feature_rows(found, lesion, number):
                when = "" if days is None else str(days)
                yield [*who, when, region, feature, unit, *map(number_cell, uptake), ""]


def write_pairs_csv(found: FollowUp, path: str | os.PathLike[str]) -> None:
    """Write how lesions were paired, for a person to correct (UTF-8, comma, header row first).

    Parameters
    ----------
    found : FollowUp
    path : path-like
    """
    rows = proposed_rows(found.course, [study.name for study in found.studies])
    write_rows(path, PAIR_COLUMNS, ([text_cell(cell) for cell in row] for row in rows))

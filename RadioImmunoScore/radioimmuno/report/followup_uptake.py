"""Uptake and metabolic response of a follow-up: for the page, the terminal, machines and the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..followup.change import Change
from ..followup.follow_up import FollowedLesion, FollowUp
from ..followup.followed_lesion import days_between
from ..followup.metabolic import FOLLOWED, MetabolicCourse
from ..modality import image_title
from ..pet.percist import PercistRules
from .formatting import MINUS, NO_BREAK
from .markup import Child, Markup, element, table

TITLES = {"suv_max": "SUVmax", "suv_peak": "SUVpeak", "mtv_41": "MTV 41 %", "tlg_41": "TLG 41 %"}
UNITS = {"suv_max": "SUV", "suv_peak": "SUV", "mtv_41": "cc", "tlg_41": "SUV.cc"}
UPTAKE_COLUMNS = (*FOLLOWED, *(f"{name}_change" for name in FOLLOWED))


def uptake_cells(found: FollowUp, lesion: FollowedLesion, number: int) -> list[float | None]:
    """The cells of `UPTAKE_COLUMNS` of a lesion in a study: values, and their changes as shares.

    Parameters
    ----------
    found : FollowUp
        With a PET.
    lesion : FollowedLesion
    number : int
        Of the study.

    Returns
    -------
    list of float or None
    """
    changed = uptake_changes(found, lesion, number)
    now = _numbers(found, lesion, number)
    return [*now.values(), *(changed[name][2].relative if changed else None for name in FOLLOWED)]


def uptake_changes(
    found: FollowUp, lesion: FollowedLesion, number: int
) -> dict[str, tuple[float | None, float | None, Change]]:
    """What uptake of a lesion was where it was first seen, what it is in a study, and the change.

    Parameters
    ----------
    found : FollowUp
    lesion : FollowedLesion
    number : int
        Of the study.

    Returns
    -------
    dict of str to (float or None, float or None, Change)
        By the names of `FOLLOWED`; empty without a PET, or where there is nothing to compare with.
    """
    here, metabolic = lesion.in_studies[number], found.metabolic
    if metabolic is None or here is None or not here.since:
        return {}
    start = next(place for place, study in enumerate(found.studies) if study.name == here.since)
    then = lesion.in_studies[start]
    assert then is not None
    days = days_between(found.studies[start].study, found.studies[number].study)
    changed = metabolic.changes((start, then.ids), (number, here.ids), days)
    before, after = _numbers(found, lesion, start), _numbers(found, lesion, number)
    return {name: (before[name], after[name], changed[name]) for name in FOLLOWED}


def _numbers(found: FollowUp, lesion: FollowedLesion, number: int) -> dict[str, float | None]:
    here = lesion.in_studies[number]
    assert found.metabolic is not None
    return found.metabolic.numbers(number, () if here is None else here.ids)


def percist_record(found: FollowUp) -> dict[str, Any]:
    """The metabolic response for machines.

    Parameters
    ----------
    found : FollowUp

    Returns
    -------
    dict of str to Any
        `percist`: its `rules`, and for each study after the first PET its `response`, `reasons` and changes;
        nothing without a PET.
    """
    metabolic = found.metabolic
    if metabolic is None:
        return {}
    studies = [
        {
            "study": found.studies[number].name,
            "baseline": found.studies[metabolic.baseline].name,
            **asdict(one),
            "reasons": list(one.reasons),
        }
        for number, one in enumerate(metabolic.percist)
        if one is not None
    ]
    return {"percist": {"image": metabolic.role, "rules": asdict(metabolic.rules), "studies": studies}}


def percist_lines(found: FollowUp) -> list[str]:
    """The metabolic response, a line a study.

    Parameters
    ----------
    found : FollowUp

    Returns
    -------
    list of str
    """
    metabolic = found.metabolic
    if metabolic is None:
        return []
    return [
        f"{found.studies[number].name}: PERCIST against {found.studies[metabolic.baseline].name}: "
        f"{one.response}. {' '.join(one.reasons)}"
        for number, one in enumerate(metabolic.percist)
        if one is not None
    ]


def uptake_parts(found: FollowUp, metabolic: MetabolicCourse) -> list[Child]:
    """The page's parts on uptake: the response with its reasons and limits, and a table of the lesions.

    Parameters
    ----------
    found : FollowUp
    metabolic : MetabolicCourse
        Its own.

    Returns
    -------
    list of Markup
    """
    lines = percist_lines(found)
    notes = [note for one in metabolic.uptake if one is not None for note in one.notes]
    notes += [finding.text for one in metabolic.uptake if one is not None for finding in one.findings]
    return [
        element("ul", [element("li", text) for text in lines]) if lines else None,
        element("p", rules_words(metabolic.rules), class_="note"),
        *(element("p", text, class_="note") for text in dict.fromkeys(notes)),
        _table(found, metabolic),
    ]


def rules_words(rules: PercistRules) -> str:
    """The limits of a response in words.

    Parameters
    ----------
    rules : PercistRules
    """
    return (
        f"PERCIST 1.0: studies can be compared where the liver's means differ by at most "
        f"{100 * rules.liver_share:g} % and {rules.liver_sul:g} SUL and the uptake times by at most "
        f"{rules.uptake_min:g} minutes. PMR and PMD: SULpeak of the hottest lesion "
        f"{100 * rules.peak_share:g} % and {rules.peak_sul:g} SUL lower or higher; PMD also: TLG above "
        f"the liver's threshold {100 * rules.tlg_share:g} % higher, or new lesions. Whether new uptake "
        "is tumor is for a reader."
    )


def _table(found: FollowUp, metabolic: MetabolicCourse) -> Markup:
    rows = [
        element(
            "tr",
            element("th", lesion.id, element("small", lesion.name), scope="row"),
            [element("td", _cell(found, lesion, number)) for number in range(len(found.studies))],
        )
        for lesion in found.lesions
    ]
    title = f"Uptake of the lesions on the {image_title(metabolic.role)}"
    return table(title, ("lesion", *(study.name for study in found.studies)), rows, "metrics")


def _cell(found: FollowUp, lesion: FollowedLesion, number: int) -> list[Child]:
    numbers, changed = _numbers(found, lesion, number), uptake_changes(found, lesion, number)
    shown: list[Child] = []
    for name, value in numbers.items():
        if value is None:
            continue
        share = changed[name][2].relative if changed else None
        words = "" if share is None else f" ({100 * share:+.0f} %)".replace("-", MINUS)
        shown += [*([element("br")] if shown else []), f"{TITLES[name]}{NO_BREAK}{value:.2f}{words}"]
    return shown or [element("small", "not measured")]


def feature_rows(
    found: FollowUp, lesion: FollowedLesion, number: int
) -> Iterator[tuple[str, str, str, tuple[float | None, ...]]]:
    """Region, feature, unit and numbers of each row of a lesion's uptake in the table of changes of features.

    Parameters
    ----------
    found : FollowUp
    lesion : FollowedLesion
    number : int
        Of the study.

    Returns
    -------
    iterator of tuple of (str, str, str, tuple)
        The numbers: value then, value, change, the change relative and in 30 days.
    """
    for name, (then, now, one) in uptake_changes(found, lesion, number).items():
        assert found.metabolic is not None
        numbers = (then, now, one.absolute, one.relative, one.per_30_days)
        yield f"{found.metabolic.role}.lesion", f"uptake.{name}", UNITS[name], numbers

"""The page of a follow-up: response, plots, a table of the lesions, pictures side by side, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..followup.change import Change
from ..followup.follow_up import FollowedLesion, FollowUp
from ..followup.followed_lesion import LesionInStudy
from ..followup.match import MatchKind
from ..followup.registration import Registration
from ..followup.response.course_response import Rules
from ..followup.response.fields import Field
from ..followup.response.measured import Status
from .chart import Axes, bars, chart, dots, legend, level, line
from .figure import letters
from .followup_uptake import uptake_parts
from .formatting import MINUS, NO_BREAK
from .markup import Child, Markup, element, table
from .page import RESEARCH_ONLY, footer, header, notice, page, section, tiles
from .response_page import MOST_PERCENT, NOT_FOR_TRIALS, THRESHOLDS_PERCENT, definitions, response_card

NOT_KNOWN = "not known"
KINDS = "irradiated", "non-irradiated", "irradiation not known"
STATES = {True: 0, False: 1, None: 2}
BESIDE = "grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr))"
PLOTS = "grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr))"


def followup_page(
    found: FollowUp,
    pictures: Sequence[Mapping[str, Markup]],
    notice_of_scores: str,
    rules: Rules | None = None,
) -> str:
    """The page as text.

    Parameters
    ----------
    found : FollowUp
    pictures : sequence of mapping of str to Markup
        For each study those of its lesions, as of `followup_pictures.pictures_in`.
    notice_of_scores : str
        The signature's.
    rules : Rules, optional
        By which the response was assessed.

    Returns
    -------
    str
    """
    names = ", ".join(study.name for study in found.studies)
    about = f"Patient {found.patient}: {len(found.studies)} studies ({names}), {len(found.lesions)} lesions."
    parts: list[Child] = [section("Overview", tiles(_facts(found)))]
    if found.notes:
        notes = element("ul", [element("li", text) for text in found.notes])
        parts.append(section("What a person has to decide, or cannot be told", notes))
    parts += [
        section("Response", response_card(found.response)),
        *([section("Uptake", *uptake_parts(found, found.metabolic))] if found.metabolic else []),
        section("Sizes of the lesions", _plots(found)),
        section("Lesions", _lesion_table(found)),
        section(
            "Side by side", letters(), [_pictures_of(found, lesion, pictures) for lesion in found.lesions]
        ),
        section("Studies", _study_table(found), _differences(found), _registrations(found)),
        section("Definitions", definitions(rules or Rules())),
    ]
    return page(
        f"Follow-up: {found.patient}",
        header("Follow-up", about, notice(f"{RESEARCH_ONLY} {NOT_FOR_TRIALS}"), notice(notice_of_scores)),
        element("main", parts),
        footer("Sizes are measured on each study's own CT; registration serves to pair lesions alone."),
    )


def _facts(found: FollowUp) -> list[tuple[str, str, str]]:
    last = found.response.studies[-1]
    everywhere = last.fields[Field.ALL]
    kinds = [lesion.in_studies[-1].match for lesion in found.lesions if lesion.in_studies[-1] is not None]
    counted = ", ".join(f"{kind.value}{NO_BREAK}{kinds.count(kind)}" for kind in MatchKind if kind in kinds)
    return [
        ("RECIST 1.1", everywhere.recist or NOT_KNOWN, f"at {last.study.name}"),
        ("iRECIST", everywhere.irecist or NOT_KNOWN, f"at {last.study.name}"),
        ("abscopal", last.abscopal_b.value or NOT_KNOWN, f"B; A: {last.abscopal_a.value or NOT_KNOWN}"),
        ("lesions", str(len(found.lesions)), f"at {last.study.name}: {counted}"),
    ]


def _size(lesion: FollowedLesion, number: int) -> float | None:
    """The diameter that counts, mm; None where it was not evaluated."""
    here = lesion.measured(number)
    return None if here is None or here.size is None else here.size / 10


def _changes(lesion: FollowedLesion) -> list[tuple[int, float]]:
    """Numbers of studies and changes of the diameter since the lesion was first seen, percent."""
    sizes = [(number, _size(lesion, number)) for number in range(len(lesion.in_studies))]
    known = [(number, size) for number, size in sizes if size is not None]
    if len(known) < 2 or not known[0][1]:
        return []
    return [(number, 100 * (size - known[0][1]) / known[0][1]) for number, size in known]


def _plots(found: FollowUp) -> list[Child]:
    changes = {lesion: rows for lesion in found.lesions if (rows := _changes(lesion))}
    if not changes:
        return [element("p", "No lesion was evaluated in two studies.", class_="note")]
    highest = max(change for rows in changes.values() for _, change in rows)
    ends = (-105.0, max(40.0, min(MOST_PERCENT, highest)) + 5)
    left_out = len(found.lesions) - len(changes)
    words = f"; evaluated in one study alone, and left out: {left_out}" if left_out else ""
    plots = [_waterfall(changes, ends, words), _spider(found, changes, ends)]
    return [element("div", plots, class_="pictures", style=PLOTS), legend(KINDS)]


def _color(lesion: FollowedLesion) -> int:
    return STATES[lesion.irradiated[-1]]


def _waterfall(
    changes: Mapping[FollowedLesion, Sequence[tuple[int, float]]], ends: tuple[float, float], words: str
) -> Markup:
    order = sorted(changes, key=lambda lesion: -changes[lesion][-1][1])
    title = "Waterfall plot: each lesion's diameter at its last study"
    names = tuple(lesion.id for lesion in order)
    axes = Axes((0, max(len(order), 4)), ends, "lesions", "change of the diameter, %", names)
    values, colors = [changes[one][-1][1] for one in order], [_color(one) for one in order]
    marks = [level(axes, mark) for mark in (0.0, *THRESHOLDS_PERCENT)]
    return chart(title + words, axes, bars(axes, values, colors), marks)


def _spider(
    found: FollowUp,
    changes: Mapping[FollowedLesion, Sequence[tuple[int, float]]],
    ends: tuple[float, float],
) -> Markup:
    days = [study.days for study in found.response.studies]
    is_dated = all(day is not None for day in days)
    places = [float(day or 0) for day in days] if is_dated else [float(n) for n in range(len(days))]
    x_title = "days since baseline" if is_dated else "study (dates are not known)"
    axes = Axes((0, max(places[-1], 1)), ends, x_title, "change of the diameter, %")
    shapes: list[Child] = [level(axes, mark) for mark in (0.0, *THRESHOLDS_PERCENT)]
    for lesion, rows in changes.items():
        x, y = np.array([places[number] for number, _ in rows]), np.array([change for _, change in rows])
        shapes += [line(axes, x, y, _color(lesion), 1.4), *dots(axes, x, y, _color(lesion), 2.2)]
    return chart(
        f"Spider plot: the diameters of {len(changes)} lesions since they were first seen", axes, *shapes
    )


def _lesion_table(found: FollowUp) -> Markup:
    columns = ("lesion", "site", "role", *(study.name for study in found.studies))
    rows = [_lesion_row(lesion) for lesion in found.lesions]
    return table("Lesions in all studies", columns, rows, "metrics")


def _lesion_row(lesion: FollowedLesion) -> Markup:
    site = "" if lesion.site is None else lesion.site.label
    where = {True: "irradiated", False: "not irradiated", None: ""}[lesion.irradiated[-1]]
    return element(
        "tr",
        element("th", lesion.id, element("small", lesion.name), scope="row"),
        element("td", site, element("small", f" {where}") if where else None),
        element(
            "td", lesion.role.value, element("small", lesion.reason.removeprefix(f"{lesion.role.value}: "))
        ),
        [element("td", _cell(here)) for here in lesion.in_studies],
    )


def _cell(here: LesionInStudy | None) -> list[Child]:
    if here is None:
        return [element("small", "not seen")]
    kind = "" if here.match is None else here.match.value
    if not here.ids:
        shown: list[Child] = [kind or here.status.value]
    else:
        score = "no score" if here.score is None else f"score{NO_BREAK}{here.score:.3f}"
        shown = [
            f"{here.longest_mm:.1f} x {here.shortest_mm:.1f} mm",
            element("br"),
            f"{here.volume_cc:.2f} cc, {score}",
        ]
        shown += [element("small", kind)] if kind else []
    for text in _change_words(here):
        shown.append(element("small", text))
    if here.status is Status.NOT_EVALUATED and here.ids:
        shown.append(element("small", "not evaluated"))
    return shown


def _change_words(here: LesionInStudy) -> list[str]:
    words = []
    for name, change, value in (
        ("volume", here.volume_change, _percent(here.volume_change)),
        ("score", here.score_change, _signed(here.score_change.absolute)),
    ):
        if value:
            within = " (within the contour's uncertainty)" if change.within_uncertainty else ""
            words.append(f"{name} {value}{within}")
    return words


def _percent(change: Change) -> str:
    return "" if change.relative is None else f"{100 * change.relative:+.0f} %".replace("-", MINUS)


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}".replace("-", MINUS)


def _pictures_of(found: FollowUp, lesion: FollowedLesion, pictures: Sequence[Mapping[str, Markup]]) -> Markup:
    figures = []
    for study, own in zip(found.studies, pictures, strict=True):
        missing = f"{study.name}: this place is not in the CT, or is not known."
        figures.append(own.get(lesion.id) or element("figure", element("p", missing)))
    why = " ".join(dict.fromkeys(here.why for here in lesion.in_studies if here is not None and here.why))
    return element(
        "article",
        element("header", element("h3", f"{lesion.id}: {lesion.name}")),
        element("p", why, class_="note") if why else None,
        element("div", figures, class_="pictures", style=BESIDE),
        class_="card",
    )


def _study_table(found: FollowUp) -> Markup:
    columns = ("study", "date", "kernel", "slice thickness", "tube voltage", "contrast agent", "lesions")
    rows = []
    for one in found.studies:
        known = one.study.acquisition
        values = (
            one.study.date or NOT_KNOWN,
            known.kernel or NOT_KNOWN,
            NOT_KNOWN if known.slice_thickness_mm is None else f"{known.slice_thickness_mm:g} mm",
            NOT_KNOWN if known.tube_voltage is None else f"{known.tube_voltage:g} kV",
            known.contrast_agent or NOT_KNOWN,
            str(len(one.study.lesions)),
        )
        rows.append(
            element("tr", element("th", one.name, scope="row"), [element("td", value) for value in values])
        )
    return table("How the studies were acquired", columns, rows, "metrics")


def _differences(found: FollowUp) -> Markup:
    texts = [
        f"{one.name}: {finding.text}"
        for one, findings in zip(found.studies, found.course.findings, strict=True)
        for finding in findings
    ]
    texts = texts or ["As far as it is known, the studies were acquired alike."]
    return element("ul", [element("li", text) for text in texts])


def _registrations(found: FollowUp) -> Markup:
    texts = []
    for number, one in enumerate(found.course.registrations):
        step = f"{found.studies[number].name} to {found.studies[number + 1].name}"
        texts.append(f"{step}: {registration_words(one)}")
    return element("ul", [element("li", text) for text in texts])


def registration_words(registration: Registration | None) -> str:
    """A registration's figures in words.

    Parameters
    ----------
    registration : Registration or None

    Returns
    -------
    str
    """
    if registration is None:
        return "not registered; lesions are paired by hand, by tracking UIDs or by names."
    return (
        f"registered; the bodies overlap by a Dice coefficient of {registration.overlap:.3f}, "
        f"{100 * registration.common:.0f} % of the smaller is seen in both CT, "
        f"{100 * registration.folding:.2f} % of it is turned inside out, and details differ by "
        f"{registration.residual:.2f} (0: the same CT)."
    )

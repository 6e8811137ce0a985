"""The page of a validation: figures with intervals, curves, and how it goes in parts of the cohort."""

from __future__ import annotations

import numpy as np

from ..signature.patient_rules import PATIENT_RULES
from ..signature.signature import Signature
from ..tables.outcomes import BINARY, CONTINUOUS
from ..training.out_of_fold import NOTHING_IS
from ..validation.figure_titles import FIGURE_TITLES
from ..validation.signature_validation import FIRST_FIGURE, GroupCurves, Validation
from ..validation.survival import DISPROPORTIONATE_P
from .chart import Axes, axes_around, chart, diagonal, dots, legend, line, whiskers
from .curves import calibration_chart, roc_chart, survival_charts
from .estimates import NOT_DEFINED, figure_facts, figure_words
from .formatting import number
from .markup import Markup, element, table
from .page import footer, header, notice, page, section, tiles


def validation_page(done: Validation, signature: Signature) -> str:
    """The page as text.

    Parameters
    ----------
    done : Validation
    signature : Signature

    Returns
    -------
    str
    """
    title = f"Validation of {signature.name}"
    pictures = [*_decision(done), *_scatter(done)]
    if done.calibration is not None:
        pictures.insert(0, calibration_chart(done.calibration))
    if done.units.outcome.kind == BINARY:
        pictures.insert(0, roc_chart("ROC curve", done.units.values, done.units.event))
    survival = [part for curves in done.curves for part in _survival(curves)]
    return page(
        title,
        header(title, _about(done, signature), notice(signature.notice, signature.status)),
        element(
            "main",
            section("How well it does", _caution(done), tiles(figure_facts(done.figures))),
            section("Curves", *pictures) if pictures else None,
            section("Survival by group", _caution(done), *survival) if survival else None,
            section("Cox model", _hazards(done)) if done.hazards else None,
            section("At the cut-offs", _divided(done)) if done.divided else None,
            section("In parts of the cohort", *_subgroups(done)),
            section("Notes", *[element("p", note) for note in done.notes]) if done.notes else None,
        ),
        footer("No patient of this page was used to train the signature, as far as its file can show."),
    )


def _about(done: Validation, signature: Signature) -> str:
    units = done.units
    of = "lesions" if units.outcome.of_lesion else "patients"
    events = "" if units.outcome.kind == CONTINUOUS else f", {int(units.event.sum())} {of} with the event"
    rule = PATIENT_RULES[done.cohort.rule].partition(": ")[2]
    value = "" if units.outcome.of_lesion else f" The patient's value is the {rule}."
    return (
        f"Signature {signature.name!r}, version {signature.version}. Outcome {units.outcome.name!r} "
        f"({units.outcome.kind}) of {of}: {len(np.unique(units.patients))} patients{events}.{value}"
    )


def _caution(done: Validation) -> Markup | None:
    return notice(done.caution) if done.caution else None


def _decision(done: Validation) -> list[Markup]:
    found = done.decision
    if found is None:
        return []
    top = max(float(found.scores.max()), float(found.treat_all.max()), 0.01)
    axes = Axes((0, 1), (-0.25 * top, 1.1 * top), "threshold probability", "net benefit")
    lines = [line(axes, found.thresholds, found.scores)]
    seen = found.treat_all >= axes.y[0]
    lines.append(line(axes, found.thresholds[seen], found.treat_all[seen], 1))
    lines.append(line(axes, found.thresholds, np.zeros(len(found.thresholds)), 2))
    return [chart("Decision curve", axes, *lines), legend(["signature", "treat all", "treat none"])]


def _scatter(done: Validation) -> list[Markup]:
    if done.units.outcome.kind != CONTINUOUS:
        return []
    values, truth = done.units.values, done.units.outcome.values
    axes = axes_around(values, truth, "score", done.units.outcome.name)
    return [
        chart(
            "Score and outcome; on the line they are the same",
            axes,
            diagonal(axes),
            dots(axes, values, truth),
        )
    ]


def _survival(found: GroupCurves) -> list[Markup]:
    p = NOT_DEFINED if np.isnan(found.p) else number(found.p, 2)
    return survival_charts(f"Kaplan-Meier curves by {found.by}; log-rank p = {p}", found.curves)


def _hazards(done: Validation) -> Markup:
    rows = []
    for name, one in done.hazards.items():
        proportional = (
            "yes" if one.proportionality_p >= DISPROPORTIONATE_P else "no: the ratio changes with time"
        )
        cells = [
            figure_words(one.ratio),
            number(one.p, 2),
            f"{proportional} (p = {number(one.proportionality_p, 2)})",
        ]
        title = "score, a standard deviation" if name == "score" else name
        rows.append(element("tr", element("th", title, scope="row"), [element("td", cell) for cell in cells]))
    return table("Cox model", ["Variable", "Hazard ratio", "p", "Proportional"], rows, "metrics")


def _divided(done: Validation) -> Markup:
    names = [name for name in done.divided[0] if name != "cutoff"]
    rows = [
        element(
            "tr",
            element("th", f"above {row['cutoff']:.4g}", scope="row"),
            [element("td", figure_words(row[name])) for name in names],
        )
        for row in done.divided
    ]
    columns = ["Positive", *[name.replace("_", " ").capitalize() for name in names]]
    return table("At the cut-offs", columns, rows, "metrics")


def _subgroups(done: Validation) -> list[Markup]:
    first = FIRST_FIGURE[done.units.outcome.kind]
    shown = [one for one in done.subgroups if one.figure is not None]
    rows = [
        (f"{one.by}: {one.group}"[:32], one.figure.value, one.figure.low, one.figure.high)
        for one in shown
        if one.figure is not None
    ]
    cells = [
        element(
            "tr",
            element("th", f"{one.by}: {one.group}", scope="row"),
            [
                element("td", text)
                for text in (
                    str(one.patients),
                    str(one.lesions),
                    "" if one.events is None else str(one.events),
                    "too few" if one.figure is None else figure_words(one.figure),
                )
            ],
        )
        for one in done.subgroups
    ]
    title = FIGURE_TITLES[first][0].upper() + FIGURE_TITLES[first][1:]
    columns = ["Part", "Patients", "Lesions", "Events", title]
    parts = [table("Parts of the cohort", columns, cells, "metrics")]
    return [whiskers(rows, f"{title} with its interval", NOTHING_IS[first]), *parts] if rows else parts

"""The page of a training: how well those are predicted who were not trained on, and what was chosen."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..signature.patient_rules import PATIENT_RULES
from ..signature.signature import Signature
from ..signature.variables import variable_of
from ..tables.outcomes import BINARY, SURVIVAL
from ..training.multiple_instance import few_patients_note
from ..training.out_of_fold import NOTHING_IS
from ..training.out_of_fold_curves import agreement_of, halves_of
from ..training.training_run import TrainingRun, coefficient_paths, event_count
from .chart import axes_around, chart, diagonal, dots, legend, line
from .curves import calibration_chart, roc_chart, survival_charts
from .estimates import figure_facts
from .formatting import MINUS, TIMES, number
from .markup import Markup, element, table
from .page import RESEARCH_ONLY, footer, header, notice, page, section, tiles

ROC_TITLE = "ROC curve of the out-of-fold predictions"
HALVES_TITLE = "Kaplan-Meier curves by out-of-fold score, divided at its median"
MOST_PATHS, MOST_ROWS = 8, 30
OF_CUTOFFS = (
    "Youden's cut-off was chosen inside the folds, among those trained on. That of the signature's file is "
    "of all patients and was tried on nobody else."
)
NOTHING_CHOSEN = "no variable was chosen"
ALL_WEIGHED = (
    "Multiple-instance learning chooses no variables: all that vary and go with no earlier one are weighed."
)
WEIGHTS_TITLE = "Weights of the lesions of patients with several, by what was learnt without the patient"
WEIGHTS_ARE = (
    "1 on the lower axis: the lesion counts as much as if all lesions of its patient counted alike. The "
    "steeper the line there, the nearer the patient's value is to the mean of the scores."
)
NO_LINE = "This model is no weighted sum: it is kept for comparison, and no lesion is scored with it."


def training_page(done: TrainingRun, name: str, signature: Signature | None) -> str:
    """The page as text.

    Parameters
    ----------
    done : TrainingRun
    name : str
        What the signature is called.
    signature : Signature, optional
        None where no signature was made.

    Returns
    -------
    str
    """
    title = f"Training of {name}"
    return page(
        title,
        header(title, _about(done), notice(RESEARCH_ONLY)),
        element(
            "main",
            section(
                "Predictions of patients who were not trained on", _tiles(done), _meaning(done), *_few(done)
            ),
            section("Discrimination and calibration", *_curves(done)),
            section("The model", *_model(done, signature)),
            section("Chosen in the folds", *_frequency(done)),
            section("Data", _data(done)),
        ),
        footer(
            "Every figure is of out-of-fold predictions; all of the pipeline was fitted inside the folds."
        ),
    )


def _about(done: TrainingRun) -> str:
    outcome = done.table.outcome
    assert outcome is not None
    of = "lesions" if outcome.of_lesion else "patients"
    events = event_count(done.table)
    counted = "" if events is None else f", {events} {of} with the event"
    rule = "" if outcome.of_lesion else f" The patient's value is {_rule(done)}."
    return (
        f"Outcome {outcome.name!r} ({outcome.kind}) of {of}: {done.table.patient_count} patients, "
        f"{len(done.table)} lesions{counted}. Model: {done.specification.model_of(outcome.kind)}.{rule}"
    )


def _rule(done: TrainingRun) -> str:
    return PATIENT_RULES.get(done.specification.rule, done.specification.rule).partition(": ")[2]


def _tiles(done: TrainingRun) -> Markup:
    facts = figure_facts({**done.figures, **done.at_cutoff})
    if done.permutation is not None:
        p, null = done.permutation
        words = f"{len(null)} permutations of the outcome, the whole pipeline in each"
        facts.append(("permutation test", f"p = {number(p, 2)}", words))
    return tiles(facts)


def _meaning(done: TrainingRun) -> Markup:
    name, first = next(iter(done.figures.items()))
    nothing = NOTHING_IS[name]
    if not np.isfinite(first.low) or first.low <= nothing <= first.high:
        text = f"The interval holds {nothing:g}, what chance gives: nothing was shown to be predicted."
    elif first.value < nothing:
        text = "Predictions go the wrong way: worse than chance."
    else:
        text = "The interval lies above what chance gives. Other patients have to confirm it."
    plan = done.plan
    times = f"repeated {plan.repeats} times; figures are means over the repetitions, "
    how = (
        f"Nested cross-validation by patient in {plan.folds} folds, {times if plan.repeats > 1 else ''}"
        "intervals come from resampling patients."
    )
    return element("p", " ".join([text, how, *[OF_CUTOFFS] * bool(done.at_cutoff)]), class_="note")


def _curves(done: TrainingRun) -> list[Markup]:
    found, kind = done.out_of_fold, done.out_of_fold.kind
    scores, raw = found.centered.mean(axis=0), found.raw.mean(axis=0)
    if kind == BINARY:
        return [roc_chart(ROC_TITLE, scores, found.truth == 1), calibration_chart(agreement_of(found))]
    if kind == SURVIVAL:
        return survival_charts(HALVES_TITLE, halves_of(found).curves, "time")
    return [_calibration_of_numbers(raw, found.truth)]


def _calibration_of_numbers(predicted: np.ndarray, truth: np.ndarray) -> Markup:
    both = np.concatenate([predicted, truth])
    around = axes_around(both, both, "predicted", "observed")
    return chart(
        "Observed against predicted values", around, diagonal(around), dots(around, predicted, truth)
    )


def _model(done: TrainingRun, signature: Signature | None) -> list[Markup]:
    if not hasattr(done.fitted.pipeline["model"], "coef_"):
        return [element("p", NO_LINE)]
    parts = []
    if signature is None:
        parts.append(element("p", f"There is no signature: {NOTHING_CHOSEN}."))
    else:
        rows = [
            element(
                "tr",
                element("th", variable_of(term.variable).title, element("small", term.variable), scope="row"),
                *(element("td", number(x)) for x in (term.coefficient, term.mean, term.scale)),
            )
            for term in sorted(signature.terms, key=lambda term: -abs(term.coefficient))
        ]
        columns = ("variable", "coefficient a standard deviation", "mean", "standard deviation")
        parts.append(table("Terms of the signature", columns, rows, "metrics"))
    return [*parts, *(_paths(done) if done.lesion_weights is None else _weights(done, done.lesion_weights))]


def _weights(done: TrainingRun, weights: np.ndarray) -> list[Markup]:
    """How much lesions count in their patients: how sharp the minimum is, and the weights held out."""
    pooling = done.fitted.pipeline["model"].pooling_
    found = []
    if pooling.sharpness is not None:
        text = f"Sharpness of the soft minimum: {number(pooling.sharpness)} per unit of the score."
        found.append(element("p", text))
    _, place, counts = np.unique(done.table.patients, return_inverse=True, return_counts=True)
    several = counts[place] > 1
    if not several.any():
        return [*found, element("p", "No patient has several lesions: none is weighed against another.")]
    largest = np.zeros(len(counts))
    np.maximum.at(largest, place, weights)
    half = np.median(largest[counts > 1])
    text = (
        f"In half of the {(counts > 1).sum()} patients with several lesions the lesion that counts most has"
    )
    relative = np.sort((weights * counts[place])[several])
    share = np.arange(1, len(relative) + 1) / len(relative)
    around = axes_around(
        relative, share, f"weight {TIMES} number of the patient's lesions", "share of the lesions"
    )
    alike = line(around, np.array([1.0, 1.0]), np.array(around.y), 6, 1)
    return [
        *found,
        element("p", f"{text} a weight of {half:.2f} or more."),
        chart(WEIGHTS_TITLE, around, alike, line(around, relative, share)),
        element("p", WEIGHTS_ARE, class_="note"),
    ]


def _few(done: TrainingRun) -> list[Markup]:
    if done.lesion_weights is None or not (note := few_patients_note(done.table.patient_count)):
        return []
    return [element("p", note, class_="notice", role="note")]


def _paths(done: TrainingRun) -> list[Markup]:
    parts = []
    alphas, weights, names = coefficient_paths(done)
    biggest = np.argsort(-np.abs(weights).max(axis=0), kind="stable")[:MOST_PATHS]
    biggest = biggest[np.abs(weights[:, biggest]).max(axis=0) > 0]
    if len(biggest):
        x = -np.log10(alphas)
        axes = axes_around(
            x, weights[:, biggest].ravel(), f"{MINUS}log10 of the penalty's weight", "coefficient"
        )
        chosen = -np.log10(done.fitted.pipeline["model"].penalty_.alpha)
        mark = line(axes, np.array([chosen, chosen]), np.array(axes.y), 6, 1)
        paths = [line(axes, x, weights[:, n], place) for place, n in enumerate(biggest)]
        title = "Coefficients along the penalty, on all patients; the dashed line is the chosen penalty"
        parts += [chart(title, axes, mark, paths), legend([variable_of(names[n]).title for n in biggest])]
    return parts


def _frequency(done: TrainingRun) -> list[Markup]:
    found = list(done.frequency.items())[:MOST_ROWS]
    if not found:
        return [element("p", "No variable was chosen in any fold.")]
    note = [] if done.lesion_weights is None else [element("p", ALL_WEIGHED, class_="note")]
    rows = [
        element(
            "tr",
            element("th", variable_of(name).title, element("small", name), scope="row"),
            element("td", _bar(share)),
            element("td", f"{100 * share:.0f} %"),
        )
        for name, share in found
    ]
    columns = ("variable", "", "share of the folds")
    return [*note, table("How often a variable was chosen", columns, rows, "metrics")]


def _bar(share: float) -> Markup:
    bar = element("rect", x=0, y=3, width=f"{100 * share:.1f}%", height=10, class_="takes", rx=2)
    style = "fill: var(--takes); min-width: 8rem"
    return element("svg", bar, width="100%", height=16, aria_hidden="true", style=style)


def _data(done: TrainingRun) -> Markup:
    facts: dict[str, Any] = {
        "candidates": len(done.variables),
        "covariates": ", ".join(done.table.covariates) or "none",
        "rows left out": done.table.left_out,
        "lesions weigh": "alike" if done.specification.equal_weights else "1/n of their patient",
    }
    rows = [
        element("tr", element("th", name, scope="row"), element("td", str(value)))
        for name, value in facts.items()
    ]
    rows += [element("tr", element("th", "note", scope="row"), element("td", n)) for n in done.table.notes]
    return element("table", element("tbody", rows), class_="origin")

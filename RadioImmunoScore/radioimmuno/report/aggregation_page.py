"""The page that compares the ways from lesions to a patient."""

from __future__ import annotations

import numpy as np

from ..tables.cohort_table import CohortTable
from ..training.comparison import TITLES, Comparison
from ..training.out_of_fold import FIGURES, NOTHING_IS
from ..validation.discrimination import Estimate
from ..validation.figure_titles import FIGURE_TITLES
from .chart import whiskers
from .estimates import figure_words
from .markup import Markup, element, table
from .page import RESEARCH_ONLY, footer, header, notice, page, section

ATTENTION_IS = (
    "How much the lesion that counts most counts in its patient, by the attention that was learnt without "
    "the patient (mil_attention), beside the share of each lesion if all counted alike. Patients with "
    "several lesions, the most uneven first; all lesions are in attention.csv."
)
MOST_ROWS = 20


def aggregation_page(compared: Comparison, cohort: CohortTable) -> str:
    """The page as text.

    Parameters
    ----------
    compared : Comparison
    cohort : CohortTable

    Returns
    -------
    str
    """
    assert cohort.outcome is not None
    name = FIGURES[cohort.outcome.kind][0]
    title = "From lesions to the patient"
    about = (
        f"Outcome {cohort.outcome.name!r} ({cohort.outcome.kind}): {cohort.patient_count} patients, "
        f"{len(cohort)} lesions. All methods on the same folds."
    )
    rows = [(method, *_ends(figures[name])) for method, figures in compared.figures.items()]
    differences = [(method, *_ends(one)) for method, one in compared.differences.items()]
    return page(
        title,
        header(title, about, notice(RESEARCH_ONLY)),
        element(
            "main",
            section(
                "Compared",
                element("p", compared.verdict),
                whiskers(rows, f"{FIGURE_TITLES[name]}, 95 % interval over patients", NOTHING_IS[name]),
                whiskers(differences, f"Difference to {compared.reference}, paired 95 % interval", 0.0),
            ),
            section("Methods", _methods(compared, name)),
            section("Attention", element("p", ATTENTION_IS), _attention(compared, cohort)),
            section(
                "Notes", [element("p", note, class_="note") for note in (*compared.notes, *cohort.notes)]
            ),
        ),
        footer("Every figure is of out-of-fold predictions; all of a method was fitted inside the folds."),
    )


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def _attention(compared: Comparison, cohort: CohortTable) -> Markup:
    rows = []
    for patient in np.unique(cohort.patients):
        mine = np.flatnonzero(cohort.patients == patient)
        top = mine[np.argmax(compared.attention[mine])]
        rows.append((patient, cohort.lesions[top], float(compared.attention[top]), 1 / len(mine)))
    uneven = sorted((row for row in rows if row[3] < 1), key=lambda row: row[3] - row[2])[:MOST_ROWS]
    cells = [
        element(
            "tr",
            element("th", patient, scope="row"),
            element("td", lesion),
            element("td", f"{weight:.2f}"),
            element("td", f"{share:.2f}"),
        )
        for patient, lesion, weight, share in uneven
    ]
    return table(
        "Attention by patient", ("patient", "lesion", "its weight", "if all alike"), cells, "metrics"
    )


def _methods(compared: Comparison, name: str) -> Markup:
    rows = []
    for method, figures in compared.figures.items():
        difference = compared.differences.get(method)
        against = "reference" if difference is None else figure_words(difference, "+")
        rows.append(
            element(
                "tr",
                element("th", method, element("small", TITLES[method]), scope="row"),
                element("td", figure_words(figures[name])),
                element("td", against),
            )
        )
    columns = ("method", FIGURE_TITLES[name], f"difference to {compared.reference}")
    return table("Methods compared", columns, rows, "metrics")

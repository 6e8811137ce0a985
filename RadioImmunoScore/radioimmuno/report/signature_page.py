"""The page of a signature's card: in short, training, validations, terms, limits, grades of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..card import metrics, rqs
from ..card.answers import answer_words
from ..card.items import AUTHOR, PROVENANCE, ItemState
from ..card.signature_card import SignatureCard, known_training
from ..card.sources import Record, figures_of
from ..card.summary import (
    NOT_STATED,
    domain_words,
    facts_of_training,
    facts_of_validation,
    needs_words,
    rule_words,
    spacing_words,
)
from ..signature.signature import Signature
from ..signature.variables import variable_of
from .formatting import cutoff_words, fixed, number
from .markup import Markup, element, table
from .page import footer, header, notice, page, section, tiles
from .recorded_curves import recorded_curves

OF_A_DEMONSTRATION = (
    "This signature was fitted on simulated patients: the grades below are an example of the card, and say "
    "nothing of use for patients."
)


def signature_page(card: SignatureCard) -> str:
    """The page as text.

    Parameters
    ----------
    card : SignatureCard

    Returns
    -------
    str
    """
    signature, sources = card.sources.signature, card.sources
    about = f"Version {signature.version}. Predicts {signature.predicts}; {signature.direction}."
    pictures = recorded_curves(sources.training.content) if sources.training else None
    return page(
        f"About {signature.name}",
        header(f"About {signature.name}", about, notice(signature.notice, signature.status)),
        element(
            "main",
            section("In short", *_short(card)),
            section("How well it does", *_figures(card)),
            section("Trained on", _facts(facts_of_training(known_training(sources)))),
            section("Curves of the training", pictures) if pictures else None,
            *[_validation(one) for one in sources.validations],
            section("Terms", _terms(card)),
            section("Cut-offs, patient and limits", _limits(signature)),
            section("METRICS", *_metrics(card)),
            section("Radiomics Quality Score", *_quality(card)),
        ),
        footer(
            f"METRICS: {metrics.CITATION}",
            f"Radiomics Quality Score: {rqs.CITATION}",
            "Titles of items are this software's words. An item is filled in only where the named field of "
            "the named file shows it, or where the author of the signature answers.",
        ),
    )


def _short(card: SignatureCard) -> list[Markup]:
    summary = card.summary
    named = (
        ("What it predicts", summary.predicts),
        ("What it was trained on", summary.trained),
        ("How well it does", summary.validated),
        ("Limits", summary.limits),
    )
    return [element("p", element("strong", f"{title}. "), text) for title, text in named]


def _figures(card: SignatureCard) -> list[Markup]:
    sources = card.sources
    held_out = sources.signature.training.get("held_out")
    groups = [
        ("out of fold", figures_of(sources.of_training("out_of_fold")[0])),
        ("held out", figures_of(held_out)),
        *((one.name, figures_of(one.content["out_of_fold"])) for one in sources.validations),
    ]
    facts = [
        (f"{figure.title}, {where}", figure.value_words, figure.interval_words)
        for where, figures in groups
        for figure in figures
    ]
    if not facts:
        return [element("p", f"Figures with intervals are {NOT_STATED}.")]
    note = "Out of fold: each patient is predicted by models that were trained without that patient."
    return [tiles(facts), element("p", note, class_="note")] if groups[0][1] else [tiles(facts)]


def _facts(facts: Mapping[str, str]) -> Markup:
    rows = [
        element("tr", element("th", name, scope="row"), element("td", element("bdi", text)))
        for name, text in facts.items()
    ]
    return element("table", element("tbody", rows), class_="origin")


def _validation(record: Record) -> Markup:
    content = record.content
    notes = enumerate(_list(content.get("notes")), start=1)
    facts = {
        "file": record.name,
        **facts_of_validation(content),
        **{f"note {n}": text for n, note in notes if (text := _text(note)) != NOT_STATED},
    }
    parts = [_facts(facts), recorded_curves(content), *_subgroups(_list(content.get("subgroups")))]
    return section(f"Validation: {record.name}", *parts)


def _subgroups(rows: Sequence[Any]) -> list[Markup]:
    shown = []
    for one in rows:
        if not isinstance(one, Mapping):
            continue
        figure = next(iter(figures_of({"figure": one.get("figure")})), None)
        words = "too few" if figure is None else figure.words
        texts = (*(_text(one.get(name), "") for name in ("patients", "lesions", "events")), words)
        name = f"{_text(one.get('by'))}: {_text(one.get('group'))}"
        cells = [element("td", text) for text in texts]
        shown.append(element("tr", element("th", name, scope="row"), cells))
    columns = ("Part", "Patients", "Lesions", "Events", "First figure")
    return [table("In parts of the cohort", columns, shown, "metrics")] if shown else []


def _terms(card: SignatureCard) -> Markup:
    signature = card.sources.signature
    chosen, _ = card.sources.of_training("chosen_in_folds")
    shares = chosen if isinstance(chosen, Mapping) else {}
    rows = []
    for term in sorted(signature.terms, key=lambda term: -abs(term.coefficient)):
        variable = variable_of(term.variable)
        words = element("small", variable.words) if variable.words else None
        named = element("th", variable.title, words, element("small", term.variable), scope="row")
        share = shares.get(term.variable)
        ends = term.training_range
        texts = (
            fixed(term.coefficient, 4, "+"),
            number(term.mean),
            number(term.scale),
            f"{number(ends[0])} to {number(ends[1])}" if ends else NOT_STATED,
            f"{100 * share:.0f} %" if isinstance(share, int | float) else NOT_STATED,
        )
        rows.append(element("tr", named, [element("td", text) for text in texts]))
    columns = ("Variable", "Weight a SD", "Mean", "SD", "Training range", "Chosen in folds")
    return table("Terms of the signature", columns, rows, "metrics graded")


def _limits(signature: Signature) -> Markup:
    cutoffs, training = signature.cutoffs, signature.training
    where = _text(training.get("cutoffs"))
    facts = {
        "intercept": number(signature.intercept),
        "cut-offs": "none" if cutoffs is None else cutoff_words(cutoffs, number),
        "where the cut-offs come from": where,
        "the patient's value": rule_words(signature) or NOT_STATED,
        "features measured on": spacing_words(signature),
        "domain": domain_words(signature),
        "needs": " ".join(needs_words(signature)) or "a CT and its lesions",
        "citation": signature.citation or NOT_STATED,
        "patents": "; ".join(signature.patents) or NOT_STATED,
        "SHA-256 of the file": signature.sha256,
    }
    return _facts(facts)


def _metrics(card: SignatureCard) -> list[Markup]:
    grade = card.metrics
    known = sum(not one.is_open for one in grade.items)
    applying = sum(one.applies is not False for one in grade.items)
    answered = sum(one.answer is not None and one.applies is not False for one in grade.items)
    facts = [
        ("Score so far", f"{grade.low:.1f} %", "open items counted as not met"),
        (
            "Still possible",
            f"{grade.low:.1f} to {grade.high:.1f} %",
            f"{len(grade.items) - known} items open",
        ),
        ("Band", grade.band or "open", "" if grade.band else "an open item could still change it"),
        ("Items answered", f"{answered} of {applying}", f"{len(grade.items) - applying} do not apply"),
    ]
    groups: dict[str, list[ItemState]] = {}
    for one in (*grade.conditions, *grade.items):
        groups.setdefault(one.item.group, []).append(one)
    rows = [row for group, states in groups.items() for row in _graded(group, states)]
    columns = ("No.", "Item", "Weight", "Met", "Shown by")
    note = (
        "100 x the weights of the items that are met / those of the items that apply. Below 20 very low, "
        "below 40 low, below 60 moderate, below 80 good, else excellent."
    )
    extra = [element("p", OF_A_DEMONSTRATION)] if card.sources.signature.is_demonstration else []
    return [
        *extra,
        tiles(facts),
        _graded_table("Items of METRICS", columns, rows),
        element("p", note, class_="note"),
    ]


def _quality(card: SignatureCard) -> list[Markup]:
    quality = card.rqs
    opened = sum(one.is_open for one in quality.items)
    facts = [
        ("Points so far", _points(quality.so_far), "of the items that are known"),
        (
            "Still possible",
            f"{_points(quality.low)} to {_points(quality.high)}",
            f"{opened} open; the scale goes from {_points(rqs.LOWEST)} to {_points(rqs.HIGHEST)}",
        ),
    ]
    rows = _graded("", quality.items)
    columns = ("No.", "Item", "Points", "Answer", "Shown by")
    return [tiles(facts), _graded_table("Items of the Radiomics Quality Score", columns, rows)]


def _graded(group: str, states: Sequence[ItemState]) -> list[Markup]:
    head = [element("tr", element("th", group, colspan=5, scope="colgroup"), class_="group")] if group else []
    return head + [_item(one) for one in states]


def _item(one: ItemState) -> Markup:
    item = one.item
    best, worst = (pick(points for _, points in item.points) for pick in (max, min))
    is_rqs = item.key.startswith("rqs.")
    weight = f"{best:.4f}" if not is_rqs else f"{_points(worst)} to {_points(best)}"
    if not best:
        weight = ""
    answer = "does not apply" if one.applies is False else answer_words(one.answer)
    shown = {PROVENANCE: one.source, AUTHOR: f"the author{': ' * bool(one.source)}{one.source}"}.get(one.by)
    if one.applies is False:
        shown = "a condition takes it out"
    elif shown is None:
        shown = f"question to the author{f'; {one.source}' if one.source else ''}"
    return element(
        "tr",
        element("td", item.key.split(".")[1].replace("condition", "C")),
        element("th", item.title, element("small", item.question), scope="row"),
        element("td", weight),
        element("td", element("strong", answer) if one.answer is not None else answer),
        element("td", element("bdi", shown)),
    )


def _graded_table(title: str, columns: Sequence[str], rows: Sequence[Markup]) -> Markup:
    return table(title, columns, rows, "metrics graded")


def _points(value: float) -> str:
    return fixed(value, 0)


def _text(value: Any, otherwise: str = NOT_STATED) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return otherwise
    return (value if isinstance(value, str) else f"{value:g}") or otherwise


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()

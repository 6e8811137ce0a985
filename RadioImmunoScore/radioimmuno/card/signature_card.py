"""A signature's card: its summary, its training and validations, METRICS and the Radiomics Quality Score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..signature.signature import signature_record
from ..signature.variables import variable_of
from . import metrics, rqs
from .answers import template
from .items import ItemState, Reply
from .metrics import Metrics
from .provenance import proofs_of
from .rqs import QualityScore
from .sources import Sources
from .summary import Summary, facts_of_training, summary_of

# Of a validation: what the card repeats; its own file has all.
OF_VALIDATION = (
    *("outcome", "kind", "of", "patient_rule", "patients", "lesions", "events", "out_of_fold", "intervals"),
    *(
        "higher_score",
        "scale",
        "landmark_days",
        "cutoffs",
        "at_cutoffs",
        "cox",
        "subgroups",
        "notes",
        "caution",
    ),
)


@dataclass(frozen=True)
class SignatureCard:
    """All that a card shows.

    Parameters
    ----------
    sources : Sources
    summary : Summary
    metrics : Metrics
    rqs : QualityScore
    """

    sources: Sources
    summary: Summary
    metrics: Metrics
    rqs: QualityScore

    @property
    def states(self) -> tuple[ItemState, ...]:
        """Conditions and items of both checklists."""
        return (*self.metrics.conditions, *self.metrics.items, *self.rqs.items)

    @property
    def open_items(self) -> tuple[str, ...]:
        """Keys of the items that are questions to the author."""
        return tuple(one.item.key for one in self.states if one.is_open)

    @property
    def template(self) -> dict[str, Any]:
        """The file to answer the open items in, as plain values for JSON."""
        return template(self.sources.signature, self.states)


def make_card(sources: Sources, replies: Mapping[str, Reply]) -> SignatureCard:
    """The card of a signature.

    Parameters
    ----------
    sources : Sources
    replies : mapping of str to Reply
        Of the author, by the items' keys.

    Returns
    -------
    SignatureCard
    """
    proofs = proofs_of(sources)
    return SignatureCard(
        sources,
        summary_of(sources.signature, known_training(sources), [one.content for one in sources.validations]),
        metrics.grade(proofs, replies),
        rqs.grade(proofs, replies),
    )


def known_training(sources: Sources) -> dict[str, Any]:
    """What is known of the training; its record goes before what the signature's file states.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    dict of str to Any
    """
    recorded = sources.training.content if sources.training else {}
    return {**sources.signature.training, **{name: v for name, v in recorded.items() if v is not None}}


def card_record(card: SignatureCard) -> dict[str, Any]:
    """A card as plain values for JSON.

    Parameters
    ----------
    card : SignatureCard

    Returns
    -------
    dict of str to Any
    """
    sources, grade, quality = card.sources, card.metrics, card.rqs
    signature = sources.signature
    fields = ("name", "version", "status", "notice", "sha256", "predicts", "direction", "citation", "patents")
    record = signature_record(
        signature, *fields, "terms", "cutoffs", "extrapolation_limit", "patient_rule", "pooling", "settings"
    )
    for term in record["terms"]:
        term["title"] = variable_of(term["variable"]).title
    out_of_fold, source = sources.of_training("out_of_fold")
    return {
        "signature": record,
        "summary": asdict(card.summary),
        "training": {
            "facts": facts_of_training(known_training(sources)),
            "out_of_fold": out_of_fold,
            "source": source or None,
            "held_out": signature.training.get("held_out"),
        },
        "validations": [
            {"file": one.name, **{key: one.content.get(key) for key in OF_VALIDATION}}
            for one in sources.validations
        ],
        "metrics": {
            "score_so_far": round(grade.low, 1),
            "possible": [round(grade.low, 1), round(grade.high, 1)],
            "band": grade.band,
            "conditions": [_plain(one) for one in grade.conditions],
            "items": [_plain(one) for one in grade.items],
            "citation": metrics.CITATION,
        },
        "rqs": {
            "score_so_far": quality.so_far,
            "possible": [quality.low, quality.high],
            "range": [rqs.LOWEST, rqs.HIGHEST],
            "items": [_plain(one) for one in quality.items],
            "citation": rqs.CITATION,
        },
        "open": list(card.open_items),
    }


def _plain(one: ItemState) -> dict[str, Any]:
    return {
        "key": one.item.key,
        "group": one.item.group,
        "title": one.item.title,
        "weight": max(points for _, points in one.item.points),
        "applies": one.applies,
        "answer": one.answer if one.applies is not False else None,
        "possible": list(one.possible),
        "by": one.by or None,
        "source": one.source or None,
    }

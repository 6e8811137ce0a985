"""Which of the models at hand make the values of a signature's learned terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..findings import Finding, Severity
from ..signature.signature import Signature

if TYPE_CHECKING:
    from ..extraction.lesion_features import LesionFeatures
    from ..learned.card import ModelCard
    from ..learned.model import LearnedModel
    from ..study import Study


def models_of_terms(
    signature: Signature, models: Sequence[LearnedModel]
) -> tuple[tuple[LearnedModel, ...], tuple[Finding, ...]]:
    """The models that a signature needs.

    Parameters
    ----------
    signature : Signature
        The cards in its file say how its models have to be used; of a model without one the name counts.
    models : sequence of LearnedModel
        Those at hand.

    Returns
    -------
    tuple of LearnedModel
    tuple of Finding
        Refusals: `learned.not_given` for each that is not at hand, or whose card says something else.
    """
    cards = {card.name: card for card in signature.models}
    found: list[LearnedModel] = []
    missing: list[Finding] = []
    for name in signature.learned:
        named = [model for model in models if model.card.name == name]
        fitting = [model for model in named if _says_the_same(model.card, cards.get(name))]
        found += fitting[:1]
        if not fitting:
            missing.append(Finding("learned.not_given", Severity.REFUSE, _text(name, cards.get(name), named)))
    return tuple(found), tuple(missing)


def with_terms(
    study: Study, rows: list[LesionFeatures], models: Sequence[LearnedModel]
) -> list[LesionFeatures]:
    """As `learned.with_learned`, which is loaded only where there is a model.

    Parameters
    ----------
    study : Study
    rows : list of LesionFeatures
    models : sequence of LearnedModel

    Returns
    -------
    list of LesionFeatures
    """
    if not models:
        return rows
    from ..learned.with_learned import with_learned

    return with_learned(study, rows, models)


def _says_the_same(card: ModelCard, wanted: ModelCard | None) -> bool:
    """What the model's file is called says nothing."""
    return wanted is None or replace(card, file=wanted.file) == wanted


def _text(name: str, wanted: ModelCard | None, named: Sequence[LearnedModel]) -> str:
    how = "name its card (in the shell --model CARD.json, in Slicer beside the signature)"
    if not named:
        return f"The signature needs the outside model {name}, which was not given: {how}."
    sha256 = wanted.sha256 if wanted else ""
    return (
        f"The model {name} that was given is another one than the signature was made with, or its card says "
        f"something else (crop, window, channels): {how} that belongs to SHA-256 {sha256[:12]}..."
    )

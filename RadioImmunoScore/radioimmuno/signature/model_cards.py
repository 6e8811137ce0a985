"""The cards of the outside models that a signature's learned terms are made by, as its file holds them.

A card says all that decides a model's values: the file's SHA-256, crop, window and channels. So it is part of
the signature, and a model is taken for a score only where its own card says the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..findings import ModelError, SignatureError
from ..learned.card import ModelCard, parse_card
from .strict_json import Fields, invalid
from .variables import variable_of


def models_of(fields: Fields, variables: Sequence[str]) -> tuple[ModelCard, ...]:
    """The cards of a signature's models: each once, and of no others; a file may leave them out.

    Parameters
    ----------
    fields : Fields
        Of the signature; `models` is a list of cards.
    variables : sequence of str
        Of its terms.

    Returns
    -------
    tuple of ModelCard

    Raises
    ------
    SignatureError
        When a card is none, comes twice or is needless, or a term is no output of its model.
    """
    cards = tuple(_card(record, n) for n, record in enumerate(fields.items("models")))
    names, wanted = [card.name for card in cards], _names(variables)
    if len(set(names)) < len(names) or not set(names) <= set(wanted):
        terms = ", ".join(wanted) or "no model"
        raise invalid("models", f"must be cards of {terms}, each once; there are: {', '.join(names)}")
    known = {key for card in cards for key in card.keys}
    for n, variable in enumerate(variables):
        if variable_of(variable).model in names and variable not in known:
            text = f"terms[{n}].variable: {variable} is no output of the model of that name."
            raise SignatureError("signature.unknown_variable", text)
    return cards


def _names(variables: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (variable_of(name).model for name in variables))))


def _card(record: object, number: int) -> ModelCard:
    try:
        return parse_card(json.dumps(record).encode())
    except ModelError as problem:
        raise invalid(f"models[{number}]", f"is no model card: {problem}") from None

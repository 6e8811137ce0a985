"""Which models make the values of learned terms."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from learned_models import card_record
from signatures import signature, term

from radioimmuno.learned.card import ModelCard, parse_card
from radioimmuno.scoring.learned_terms import models_of_terms

CARD = parse_card(json.dumps(card_record(b"a model")).encode())
TERM = term("learned.twice_mean.0")


@dataclass(frozen=True)
class Model:
    """All that is asked of one here."""

    card: ModelCard


GIVEN, OTHER = Model(CARD), Model(replace(CARD, name="other"))


def test_only_models_of_terms_are_needed():
    assert models_of_terms(signature(term("lesion.statistics.mean")), [GIVEN]) == ((), ())
    assert models_of_terms(signature(TERM, models=(CARD,)), [OTHER, GIVEN]) == ((GIVEN,), ())
    assert models_of_terms(signature(TERM), [OTHER, GIVEN]) == ((GIVEN,), ())


def test_a_model_that_is_not_given_is_asked_for():
    found, (refusal,) = models_of_terms(signature(TERM, models=(CARD,)), [OTHER])
    assert found == ()
    assert (refusal.code, refusal.refuses) == ("learned.not_given", True)
    assert "--model" in refusal.text


def test_a_card_that_says_something_else_is_none_of_the_signatures():
    for changed in ({"sha256": "0" * 64}, {"channels": ("mask",)}, {"outputs": 2}):
        found, (refusal,) = models_of_terms(
            signature(TERM, models=(CARD,)), [Model(replace(CARD, **changed))]
        )
        assert found == ()
        assert CARD.sha256[:12] in refusal.text
    renamed = Model(replace(CARD, file="elsewhere.onnx"))
    assert models_of_terms(signature(TERM, models=(CARD,)), [renamed]) == ((renamed,), ())

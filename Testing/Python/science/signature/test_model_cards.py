"""A signature with learned terms holds the cards of their models."""

from __future__ import annotations

import json

import pytest
from learned_models import card_record
from signature_cases import changed

from radioimmuno.findings import SignatureError
from radioimmuno.learned.card import parse_card
from radioimmuno.signature.signature import format_signature, parse_signature

CARD = card_record(b"a model") | {"output": {"name": "y", "length": 3}}


def document(*models, output=0, variable="learned.twice_mean.{}"):
    changes = changed("terms.0.variable", variable.format(output))
    return changes | {"models": list(models)}


def read(record):
    return parse_signature(json.dumps(record).encode())


def test_a_card_is_read_and_written_with_its_signature():
    signature = read(document(CARD, output=2))
    assert signature.models == (parse_card(json.dumps(CARD).encode()),)
    assert parse_signature(format_signature(signature)).models == signature.models


def test_a_file_may_leave_the_cards_out():
    record = document()
    assert read(record).models == read({key: record[key] for key in record if key != "models"}).models == ()
    assert read(record).learned == ("twice_mean",)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (document(CARD, CARD), "each once; there are: twice_mean, twice_mean"),
        (document(CARD | {"name": "other"}), "there are: other"),
        (document(CARD, variable="lesion.statistics.mean"), "must be cards of no model"),
        (document(CARD, output=3), "no output of the model"),
        (document({"name": "twice_mean"}), "is no model card"),
        (document("twice_mean"), "is no model card"),
    ],
    ids=["twice", "another", "needless", "no such output", "no card", "a name"],
)
def test_cards_that_do_not_belong_to_the_terms_are_refused(record, words):
    with pytest.raises(SignatureError, match=words):
        read(record)

"""What the author answers: the template, and what a file is refused for."""

import json

import pytest
from card_cases import RECORD, VALIDATION, sources

from radioimmuno.card.answers import ALL_ITEMS, answer_words, read_answers
from radioimmuno.card.provenance import proofs_of
from radioimmuno.card.signature_card import make_card
from radioimmuno.findings import InputError


@pytest.fixture
def found():
    return sources(RECORD, (VALIDATION,))


@pytest.fixture
def read(found, tmp_path):
    """Reads a file with these answers, or with this whole document."""

    def reader(answers=None, **document):
        path = tmp_path / "answers.json"
        path.write_text(json.dumps({"answers": answers or {}, **document}))
        return read_answers(path, found.signature, proofs_of(found))

    return reader


def test_the_template_asks_for_each_open_item_and_changes_nothing(found, tmp_path):
    card = make_card(found, {})
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(card.template))
    assert set(card.template["answers"]) == set(card.open_items) == set(card.template["questions"])
    assert set(card.template["answers"].values()) == {None}
    assert read_answers(path, found.signature, proofs_of(found)) == {}
    shown = {one.item.key for one in card.states if one.by == "provenance"}
    out = {one.item.key for one in card.states if one.applies is False}
    assert set(card.open_items) == set(ALL_ITEMS) - shown - out
    assert "missing" not in card.template["questions"]["rqs.12"]
    assert '"two institutes"' in card.template["questions"]["rqs.12"]


def test_a_filled_in_template_answers_all(found, tmp_path):
    card = make_card(found, {})
    filled = card.template
    for key in filled["answers"]:
        filled["answers"][key] = "two institutes" if key == "rqs.12" else True
    filled["answers"]["metrics.1"] = {"answer": True, "where": "methods, page 3"}
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(filled))
    replies = read_answers(path, found.signature, proofs_of(found))
    done = make_card(found, replies)
    assert done.open_items == ()
    assert (done.metrics.low, done.metrics.high, done.metrics.band) == (100.0, 100.0, "excellent")
    # All but one of the five points of validation.
    assert done.rqs.so_far == done.rqs.low == done.rqs.high == 35
    states = {one.item.key: one for one in done.states}
    assert (states["metrics.1"].by, states["metrics.1"].source) == ("author", "methods, page 3")


def test_what_is_answered_as_provenance_shows_it_is_taken(read):
    assert read({"metrics.18": True, "rqs.12": "same institute", "metrics.1": None}).keys() == {
        "metrics.18",
        "rqs.12",
    }


@pytest.mark.parametrize(
    ("answers", "code", "text"),
    [
        ({"metrics.31": True}, "card.unknown_item", "metrics.31"),
        ({"rqs.9": True}, "card.unknown_item", "rqs.9"),
        ({"metrics.1": "yes"}, "card.answers", "true, false"),
        ({"metrics.1": 1}, "card.answers", "true, false"),
        ({"metrics.1": []}, "card.answers", "true, false"),
        ({"metrics.1": {"where": "p. 3"}}, "card.answers", "where"),
        ({"metrics.1": {"answer": True, "where": 3}}, "card.answers", "where"),
        ({"metrics.1": {"answer": True, "page": "3"}}, "card.answers", "where"),
        ({"rqs.12": True}, "card.answers", "same institute"),
        ({"rqs.12": "my institute"}, "card.answers", "same institute"),
        ({"metrics.18": False}, "card.contradiction", "training.json: cross_validation"),
        ({"metrics.condition5": True}, "card.contradiction", "signature: terms"),
        ({"rqs.12": "missing"}, "card.contradiction", "validation1.json"),
        ({"metrics.17": True}, "card.not_applicable", "metrics.condition5"),
        ({"metrics.9": True, "metrics.condition2": False}, "card.not_applicable", "metrics.condition2"),
    ],
)
def test_answers_that_cannot_be_are_refused(read, answers, code, text):
    with pytest.raises(InputError, match=text.replace(".", r"\.")) as error:
        read(answers)
    assert error.value.code == code


def test_a_file_of_another_form_or_signature_is_refused(read):
    for document, code in (
        ({"answers": [1]}, "card.answers"),
        ({"answer": {}}, "card.answers"),
        ({"signature": {"name": "other", "sha256": "0"}}, "card.other_signature"),
        ({"signature": "small"}, "card.other_signature"),
    ):
        with pytest.raises(InputError) as error:
            read(**document)
        assert error.value.code == code


def test_answers_in_words():
    assert [answer_words(one) for one in (True, False, "missing", None)] == ["yes", "no", "missing", "open"]

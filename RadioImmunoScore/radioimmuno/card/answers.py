"""What the author of a signature answers: a JSON file with the open items, written as a template."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..findings import InputError
from ..signature.signature import Signature
from . import metrics, rqs
from .items import Answer, Item, ItemState, Proof, Reply
from .sources import read_record

HOW = (
    'Write true or false (of rqs.12 one of its words) in place of null, or {"answer": true, "where": '
    '"where it can be read"}; what stays null stays open. Then: radioimmuno card SIGNATURE --answers FILE.'
)
SIGNATURE, QUESTIONS, ANSWERS = "signature", "questions", "answers"
ALL_ITEMS = {item.key: item for item in (*metrics.CONDITIONS, *metrics.ITEMS, *rqs.ITEMS)}


def template(signature: Signature, states: Iterable[ItemState]) -> dict[str, Any]:
    """The file to answer the open items in.

    Parameters
    ----------
    signature : Signature
    states : iterable of ItemState

    Returns
    -------
    dict of str to Any
        Plain values for JSON.
    """
    opened = [one for one in states if one.is_open]
    return {
        "how": HOW,
        SIGNATURE: {"name": signature.name, "sha256": signature.sha256},
        QUESTIONS: {one.item.key: _question(one) for one in opened},
        ANSWERS: {one.item.key: None for one in opened},
    }


def read_answers(path: Path, signature: Signature, proofs: Mapping[str, Proof]) -> dict[str, Reply]:
    """Read what the author answers; a file with anything wrong is refused whole.

    Parameters
    ----------
    path : Path
    signature : Signature
    proofs : mapping of str to Proof
        What the provenance shows, by the items' keys.

    Returns
    -------
    dict of str to Reply
        By the items' keys, without those that stay open.

    Raises
    ------
    InputError
        `card.file`, `card.answers`, `card.unknown_item`, `card.contradiction`, `card.not_applicable` or
        `card.other_signature`.
    """
    document = read_record(path).content
    unknown = sorted(set(document) - {"how", SIGNATURE, QUESTIONS, ANSWERS})
    if unknown:
        raise InputError("card.answers", f"{path}: {unknown[0]} is not known; answers stand in {ANSWERS}.")
    answers, whose = document.get(ANSWERS), document.get(SIGNATURE)
    if not isinstance(answers, dict):
        raise InputError("card.answers", f"{path}: {ANSWERS} must be a JSON object of items.")
    if whose is not None and not (isinstance(whose, dict) and whose.get("sha256") == signature.sha256):
        name = whose.get("name") if isinstance(whose, dict) else whose
        text = f"{path} answers for another signature, {name!r}: {SIGNATURE}.sha256 is of another file."
        raise InputError("card.other_signature", text)
    replies = {}
    for key, value in answers.items():
        if key not in ALL_ITEMS:
            text = f"{path}: there is no item {key!r}; items are metrics.1 to metrics.30, rqs.2 and so on."
            raise InputError("card.unknown_item", text)
        reply = _reply(ALL_ITEMS[key], value)
        if reply:
            _check_proof(key, reply.answer, proofs)
            replies[key] = reply
    _check_conditions(replies, proofs)
    return replies


def answer_words(answer: Answer | None) -> str:
    """An answer as a person reads it; `open` for none.

    Parameters
    ----------
    answer : bool or str, optional

    Returns
    -------
    str
    """
    if answer is None:
        return "open"
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer


def _question(one: ItemState) -> str:
    allowed = ", ".join(json.dumps(answer) for answer in one.possible)
    return f"{one.item.title}. {one.item.question} ({allowed})"


def _reply(item: Item, value: Any) -> Reply | None:
    where = ""
    if isinstance(value, dict):
        odd = sorted(set(value) - {"answer", "where"})
        if odd or "answer" not in value or not isinstance(value.get("where", ""), str):
            text = f'{item.key} must be an answer or {{"answer": ..., "where": "text"}}.'
            raise InputError("card.answers", text)
        value, where = value["answer"], value.get("where", "")
    if value is None:
        return None
    if not any(type(value) is type(one) and value == one for one in item.answers):
        allowed = ", ".join(json.dumps(answer) for answer in item.answers)
        text = (
            f"{item.key} ({item.title}) is {json.dumps(value)}; it takes {allowed}, or null to leave it open."
        )
        raise InputError("card.answers", text)
    return Reply(value, where.strip())


def _check_proof(key: str, answer: Answer, proofs: Mapping[str, Proof]) -> None:
    proof = proofs.get(key)
    if proof and answer not in proof.answers:
        shown = " or ".join(answer_words(one) for one in proof.answers)
        raise InputError(
            "card.contradiction",
            f"{key} ({ALL_ITEMS[key].title}) is answered {answer_words(answer)!r}, and the provenance shows "
            f"{shown}: {proof.source}.",
        )


def _check_conditions(replies: Mapping[str, Reply], proofs: Mapping[str, Proof]) -> None:
    for key, conditions in metrics.NEEDS.items():
        for condition in conditions if key in replies else ():
            proof, reply = proofs.get(condition), replies.get(condition)
            if (proof and proof.answers == (False,)) or (reply and reply.answer is False):
                text = (
                    f"{key} ({ALL_ITEMS[key].title}) is answered, but does not apply: {condition} "
                    f"({ALL_ITEMS[condition].title}) is no. Set one of the two to null."
                )
                raise InputError("card.not_applicable", text)

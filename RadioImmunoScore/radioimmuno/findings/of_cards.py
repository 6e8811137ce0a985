"""What can be wrong with the card of a signature: files of another one, answers that cannot be so."""

from __future__ import annotations

from .row import FILE_REFUSED, NOT_DONE, Row

ROWS = {
    "card.file": Row(
        "A record of a training or a validation, or a file of answers, cannot be read.",
        NOT_DONE,
        "A card from half of its sources would leave out what speaks against the signature.",
        "Give the files as `train`, `validate` and `card` wrote them.",
    ),
    "card.other_signature": Row(
        "A training, a validation or answers are of another signature.",
        NOT_DONE,
        "Figures and answers stand for the very file that they were made with; its hash or its terms differ.",
        "Give the files of this signature; look through earlier answers, and set the hash in their file.",
    ),
    "card.answers": Row(
        "A file of answers does not have its form.",
        FILE_REFUSED,
        "An answer that is guessed at would be no answer of the author.",
        "Answer with true, false or a word that the item takes; null leaves it open.",
    ),
    "card.unknown_item": Row(
        "A file of answers names an item that does not exist.",
        FILE_REFUSED,
        "A misspelt item would stay open without anybody noticing.",
        "Take the names of the template, which `card` writes without `--answers`.",
    ),
    "card.contradiction": Row(
        "An answer contradicts what the provenance shows.",
        FILE_REFUSED,
        "The field that the message names was written by the software that trained or validated.",
        "Correct the answer, or leave out the file that is not meant.",
    ),
    "card.not_applicable": Row(
        "An item is answered that a condition takes out.",
        FILE_REFUSED,
        "METRICS does not count an item whose condition is not met; one of the two answers is a mistake.",
        "Set the item or the condition to null.",
    ),
}

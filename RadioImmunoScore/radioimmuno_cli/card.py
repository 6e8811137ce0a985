"""`radioimmuno card`: what a signature is worth, and what is known of the study behind it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import ALL_SCORED, print_json
from .options import add_command
from .paths import Input, add_out_folder

if TYPE_CHECKING:
    from radioimmuno.card.signature_card import SignatureCard

KIND = "card"
JSON_NAME, HTML_NAME, ANSWERS_NAME = "card.json", "card.html", "answers.json"

DESCRIPTION = """\
The card of a signature: what it predicts, trained on what, how well out of fold and in validations, its
terms, cut-offs, domain and limits; and the study graded by METRICS (Kocak 2024) and the Radiomics Quality
Score (Lambin 2017).

writes into DIR:
  card.html     to read and to print
  card.json     the same for machines
  answers.json  without --answers: the items that are questions to the author, to be answered

An item that a field of signature, training or validation shows is filled in, with the field; all others are
questions, never guessed. While items are open the card shows the score so far and the range that is still
possible, and the band only where no open item could change it."""

EXAMPLES = """\
  radioimmuno card --out questions                       # the demonstration signature that ships
  radioimmuno train cohort.csv --target cd8 --repeats 1 --out cd8.json
  radioimmuno card cd8.json --training training.json --out card
  radioimmuno card cd8.json --training training.json --answers card/answers.json --out graded"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "card", "what a signature is worth, graded by METRICS and RQS", DESCRIPTION, EXAMPLES
    )
    parser.add_argument(
        "signature",
        metavar="SIGNATURE",
        type=Path,
        action=Input,
        nargs="?",
        help="signature file (default: the demonstration signature)",
    )
    parser.add_argument(
        "--training", metavar="FILE", type=Path, action=Input, help="the training.json of the signature"
    )
    parser.add_argument(
        "--validation",
        metavar="FILE",
        type=Path,
        action=Input,
        nargs="+",
        default=[],
        help="each validation.json of the signature",
    )
    parser.add_argument(
        "--answers",
        metavar="FILE",
        type=Path,
        action=Input,
        help="what the author answers (default: the template is written into DIR)",
    )
    add_out_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.card.answers import read_answers
    from radioimmuno.card.provenance import proofs_of
    from radioimmuno.card.signature_card import card_record, make_card
    from radioimmuno.card.sources import gather, read_record, read_records
    from radioimmuno.signature.signature import default_signature, read_signature

    signature = read_signature(arguments.signature) if arguments.signature else default_signature()
    training = read_record(arguments.training) if arguments.training else None
    sources = gather(signature, training, read_records(arguments.validation))
    replies = read_answers(arguments.answers, signature, proofs_of(sources)) if arguments.answers else {}
    card = make_card(sources, replies)
    record = card_record(card)
    _write(card, record, arguments)
    if arguments.json:
        print_json(record)
    else:
        print("\n".join(_lines(card, arguments)))
    return ALL_SCORED


def _write(card: SignatureCard, record: dict[str, Any], arguments: argparse.Namespace) -> None:
    from radioimmuno.files.atomic import write_text
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.report.signature_page import signature_page

    texts = {
        JSON_NAME: json.dumps(record, indent=2, allow_nan=False) + "\n",
        HTML_NAME: signature_page(card),
    }
    if not arguments.answers:
        texts[ANSWERS_NAME] = json.dumps(card.template, indent=2, allow_nan=False) + "\n"
    with replacing_folder(arguments.out, JSON_NAME, list(texts), kind=KIND, force=arguments.force) as folder:
        for name, text in texts.items():
            write_text(folder / name, text)


def _lines(card: SignatureCard, arguments: argparse.Namespace) -> list[str]:
    grade, quality, summary = card.metrics, card.rqs, card.summary
    band = f", {grade.band}" if grade.band else ""
    lines = [summary.predicts, summary.trained, summary.validated, summary.limits]
    lines += [
        f"METRICS: {grade.low:.1f} % so far, {grade.low:.1f} to {grade.high:.1f} % possible{band}",
        f"Radiomics Quality Score: {quality.so_far:g} so far, {quality.low:g} to {quality.high:g} possible",
        f"questions to the author: {len(card.open_items)}",
    ]
    names = [JSON_NAME, HTML_NAME, *([] if arguments.answers else [ANSWERS_NAME])]
    return [*lines, ", ".join(str(arguments.out / name) for name in names)]

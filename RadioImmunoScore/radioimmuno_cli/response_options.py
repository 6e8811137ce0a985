"""The options by which a person chooses how response is assessed, for all commands that assess it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from radioimmuno.numbers import is_number

if TYPE_CHECKING:
    from radioimmuno.followup.response.course_response import Rules

DISSOCIATED = ("bernard-tessier", "tozuka", "sato")
HYPERPROGRESSION = ("champiat", "saada-bouzid", "ferrara", "kas", "matos")


def add_response_rules(parser: argparse.ArgumentParser) -> None:
    """Add the options; `rules_of` reads them."""
    parser.add_argument(
        "--confirmation-days",
        metavar="N",
        type=days,
        default=28,
        help="CR and PR are confirmed this many days later or more (default: 28)",
    )
    parser.add_argument(
        "--stable-days",
        metavar="N",
        type=days,
        default=42,
        help="SD counts as best response from this many days after baseline on (default: 42)",
    )
    parser.add_argument(
        "--irecist-days",
        metavar=("FROM", "UNTIL"),
        nargs=2,
        type=days,
        default=[28, 56],
        help="days after an iUPD: sooner studies do not confirm it, later ones do and are noted (default: "
        "28 56)",
    )
    parser.add_argument(
        "--dissociated",
        metavar="NAME",
        choices=DISSOCIATED,
        default=DISSOCIATED[0],
        help=f"definition of a dissociated response: {', '.join(DISSOCIATED)} (default: {DISSOCIATED[0]})",
    )
    parser.add_argument(
        "--hyperprogression",
        metavar="NAME",
        choices=HYPERPROGRESSION,
        nargs="+",
        default=list(HYPERPROGRESSION),
        help=f"definitions of hyperprogression: {', '.join(HYPERPROGRESSION)} (default: all)",
    )
    parser.set_defaults(usage_error=parser.error)


def days(text: str) -> int:
    """A whole number of days, 0 or more; what is none is wrong usage."""
    value = int(text)
    if not is_number(value, 0, 10_000):
        raise ValueError(text)
    return value


def rules_of(arguments: argparse.Namespace) -> Rules:
    """The rules that were chosen; days in the wrong order are wrong usage."""
    if arguments.irecist_days[0] > arguments.irecist_days[1]:
        arguments.usage_error("--irecist-days: FROM is more than UNTIL")
    from radioimmuno.followup.response.best_response import BestLimits
    from radioimmuno.followup.response.course_response import Rules
    from radioimmuno.followup.response.irecist import Window

    return Rules(
        BestLimits(arguments.confirmation_days, arguments.stable_days),
        Window(*arguments.irecist_days),
        arguments.dissociated,
        tuple(dict.fromkeys(arguments.hyperprogression)),
    )

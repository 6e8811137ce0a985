"""What each term adds to a lesion's score, as signed bars around zero."""

from __future__ import annotations

from ..scoring.results import Contribution, LesionScore
from ..signature.variables import variable_of
from .axis import Axis
from .context import Context
from .formatting import fixed, value_words
from .markup import Child, Markup, element

# Terms of a lesion that are shown at once; the others are folded, with their sum.
SHOWN = 8
BAR_HEIGHT = 14


def contribution_table(lesion: LesionScore, context: Context) -> Markup | None:
    """Terms by the size of what they add, then the intercept and the score that is their sum."""
    if lesion.score is None or not lesion.contributions:
        return None
    axis, largest = context.axis, context.largest_contribution
    terms = sorted(lesion.contributions, key=lambda term: -abs(term.contribution))
    shown, folded = terms[:SHOWN], terms[SHOWN:]
    title = element("h4", "What makes the score")
    rest = f"{len(folded)} further terms together" if len(folded) > 1 else "1 further term"
    sums = [
        _sum_row(rest, sum(term.contribution for term in folded), axis) if folded else None,
        _sum_row("intercept", context.signature.intercept, axis),
        element(
            "tr",
            element("th", "score", scope="row", colspan=3),
            element("td", axis.text(lesion.score), class_="figure"),
            class_="total",
        ),
    ]
    table = _table("Terms of the score", [_term_row(t, axis, largest) for t in shown], sums)
    if not folded:
        return Markup(title + table)
    further = element(
        "details",
        element("summary", f"Show the {rest.replace(' together', '')}"),
        _table("Further terms of the score", [_term_row(t, axis, largest) for t in folded], []),
    )
    return Markup(title + table + further)


def variable_name(variable: str) -> Child:
    """What the page calls a variable: its plain words over the feature's standard name, or its title.

    The standard name has the code: "run length: long run high gray level emphasis, IBSI 3KUM".
    """
    known = variable_of(variable)
    if known.feature is None or known.words is None:
        return known.title
    return [known.words, element("small", f"{known.feature.title}, IBSI {known.feature.ibsi_code}")]


def _table(caption: str, rows: list[Markup], sums: list[Markup | None]) -> Markup:
    head = element(
        "tr",
        element("th", "Term", scope="col"),
        element("th", "Value", scope="col", class_="figure"),
        element("th", element("span", "Bar", class_="unseen"), scope="col", class_="track"),
        element("th", "Adds", scope="col", class_="figure"),
    )
    return element(
        "table",
        element("caption", caption, class_="unseen"),
        element("thead", head),
        element("tbody", rows),
        element("tfoot", sums) if sums else None,
        class_="terms",
    )


def _term_row(term: Contribution, axis: Axis, largest: float) -> Markup:
    outside = None if term.in_training_range else element("span", "outside the training range", class_="flag")
    return element(
        "tr",
        element("th", variable_name(term.variable), outside, scope="row"),
        element("td", value_words(term.variable, term.value), class_="figure"),
        element("td", _bar(term.contribution, largest), class_="track"),
        element("td", _signed(term.contribution, axis), class_="figure"),
    )


def _sum_row(name: str, value: float, axis: Axis) -> Markup:
    return element(
        "tr",
        element("th", name, scope="row", colspan=3),
        element("td", _signed(value, axis), class_="figure"),
    )


def _signed(value: float, axis: Axis) -> str:
    return fixed(value, axis.decimals + 1, sign="+")


def _bar(contribution: float, largest: float) -> Markup:
    width = 50 * abs(contribution) / largest if largest > 0 else 0.0
    left = 50.0 if contribution >= 0 else 50.0 - width
    kind = "adds" if contribution >= 0 else "takes"
    return element(
        "svg",
        element(
            "rect", x=f"{left:.2f}%", y=2, width=f"{width:.2f}%", height=BAR_HEIGHT - 4, rx=1, class_=kind
        ),
        element("line", x1="50%", x2="50%", y1=0, y2=BAR_HEIGHT, class_="zero"),
        width="100%",
        height=BAR_HEIGHT,
        aria_hidden="true",
    )

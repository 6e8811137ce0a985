"""All lesions on one score axis, least infiltrated first: a table whose middle column is the plot."""

from __future__ import annotations

from dataclasses import dataclass

from ..scoring.results import LesionScore
from .axis import Axis
from .context import Context
from .formatting import NO_CUTOFFS, cutoff_words
from .markup import Markup, element
from .stability_section import whisker

HEAD_HEIGHT = 38
RULER_HEIGHT = 34


@dataclass(frozen=True)
class Row:
    """A row's height and the radius of its dot, px."""

    height: int
    radius: int


USUAL = Row(30, 7)

# Of so many lesions and more the rows are low, so that they fit on few pages.
MANY = 25
DENSE = Row(20, 5)


def score_plot(context: Context) -> Markup:
    """A row a lesion, so that names never collide; the lines of the cut-offs run through all rows."""
    scored = [(lesion.score, lesion) for lesion in context.patient.lesions if lesion.score is not None]
    unscored = [lesion for lesion in context.patient.lesions if lesion.score is None]
    scored.sort(key=lambda pair: pair[0])
    size = USUAL if len(scored) < MANY else DENSE
    head = element(
        "tr",
        element("th", "Lesion", scope="col"),
        element("th", _head(context.axis), scope="col", class_="track"),
        element("th", "Score", scope="col", class_="figure"),
    )
    ruler = element("tr", element("td"), element("td", _ruler(context.axis), class_="track"), element("td"))
    return element(
        "table",
        element("caption", "Scores of the lesions, lowest first", class_="unseen"),
        element("thead", head),
        element("tbody", [_scored_row(score, lesion, context, size) for score, lesion in scored], ruler),
        element("tbody", [_unscored_row(lesion, context) for lesion in unscored]) if unscored else None,
        class_="plot" if size is USUAL else "plot dense",
    )


def _scored_row(score: float, lesion: LesionScore, context: Context, size: Row) -> Markup:
    axis, middle = context.axis, size.height / 2
    drawing = element(
        "svg",
        axis.cutoff_lines(0, size.height),
        element("line", x1=axis.at(axis.middle), x2=axis.at(score), y1=middle, y2=middle, class_="stem"),
        whisker(lesion.stability, axis, middle),
        axis.marker(score, middle, size.radius),
        _value_beyond(score, axis, size),
        width="100%",
        height=size.height,
        aria_hidden="true",
    )
    return element(
        "tr",
        _name(lesion, context),
        element("td", drawing, class_="track"),
        element("td", axis.text(score), class_="figure"),
    )


def _value_beyond(score: float, axis: Axis, size: Row) -> Markup | None:
    """The value of a score beyond the axis, beside its arrow."""
    side = axis.beyond(score)
    if not side:
        return None
    away, anchor = -side * 2 * size.radius, "end" if side > 0 else "start"
    return element(
        "text",
        axis.text(score),
        x=axis.at(score),
        dx=away,
        y=size.height / 2 + 4,
        text_anchor=anchor,
        class_="beyond",
    )


def _unscored_row(lesion: LesionScore, context: Context) -> Markup:
    reason = element("td", "not scored: ", lesion.reasons, colspan=2, class_="unscored")
    return element("tr", _name(lesion, context), reason)


def _name(lesion: LesionScore, context: Context) -> Markup:
    name = context.names[lesion.id]
    link = element("a", element("bdi", name), href=f"#{context.anchors[lesion.id]}", title=name)
    return element("th", link, scope="row")


def _head(axis: Axis) -> Markup:
    """The cut-offs' names: the median's above the two others, which are written away from it."""
    if axis.cutoffs is None:
        return element("span", f"Score; {NO_CUTOFFS}")
    # Where each name is written: its line, how far from the cut-off, to which side.
    lower_line, upper_line = HEAD_HEIGHT - 6, 12
    places = {
        "low": (lower_line, -5, "end"),
        "median": (upper_line, None, "middle"),
        "high": (lower_line, 5, None),
    }
    named = axis.cutoffs.named
    texts = []
    for name, cutoff in named.items():
        y, dx, anchor = places[name]
        text = f"{name} {axis.text(cutoff)}"
        texts.append(element("text", text, x=axis.at(cutoff), y=y, dx=dx, text_anchor=anchor))
    return element(
        "svg",
        texts,
        [
            element(
                "line",
                x1=axis.at(cutoff),
                x2=axis.at(cutoff),
                y1=17 if name == "median" else HEAD_HEIGHT - 16,
                y2=HEAD_HEIGHT,
                class_="cutoff",
            )
            for name, cutoff in named.items()
        ],
        width="100%",
        height=HEAD_HEIGHT,
        role="img",
        aria_label=f"Cut-offs: {cutoff_words(axis.cutoffs, axis.text)}",
    )


def _ruler(axis: Axis) -> Markup:
    """The color bar with round scores under it."""
    return element(
        "svg",
        axis.cutoff_lines(0, 4),
        axis.bar(4, 10),
        [
            element(
                "text",
                tick.text,
                x=axis.at(tick.score),
                y=RULER_HEIGHT - 6,
                text_anchor="middle",
                class_="spare" if tick.spare else None,
            )
            for tick in axis.ticks()
        ],
        width="100%",
        height=RULER_HEIGHT,
        role="img",
        aria_label=f"Color bar: blue for low scores, pale yellow at {axis.scale.centre}, red for high scores",
    )

"""A lesion's card: picture, score and where it stands, facts, findings, contributions."""

from __future__ import annotations

from ..findings import Finding
from ..patient import designation
from ..results import LesionScore, LesionStability
from .axis import Axis
from .context import Context
from .contributions import contribution_table
from .markup import Markup, element, join
from .redrawn import stability_words, whisker
from .words import SEVERITY_WORDS, irradiated_word, number, site_word, standing

STRIP_HEIGHT = 22


def lesion_card(lesion: LesionScore, figure: Markup | None, context: Context) -> Markup:
    """The card; `figure` is the lesion's picture where there is one."""
    picture = figure or element("figure", element("p", "No picture: the lesion has no voxel on this CT."))
    body = element(
        "div",
        _score_block(lesion, context),
        _findings(lesion.findings),
        contribution_table(lesion, context),
        class_="body",
    )
    swatch = element("span", class_="swatch", style=f"background:{context.axis.scale.hex(lesion.score)}")
    heading = element("h3", swatch, context.names[lesion.id])
    return element(
        "article",
        element(
            "header",
            heading,
            element("span", f"lesion {lesion.id}", class_="identifier"),
            _status_chip(context),
        ),
        element("div", element("div", picture, _facts(lesion)), body, class_="columns"),
        class_=f"card {lesion.status}",
        id=context.anchors[lesion.id],
    )


def _status_chip(context: Context) -> Markup:
    """The signature's status beside every score, so that a card that is cut out still has it."""
    status = context.signature.status
    return element("span", f"{status} signature", class_=f"chip {status}")


def _score_block(lesion: LesionScore, context: Context) -> Markup:
    if lesion.score is None:
        return element("p", element("strong", "Not scored", class_="value"), class_="score")
    signature, axis = context.signature, context.axis
    suggestion = designation(lesion.score, signature)
    value = element("strong", axis.text(lesion.score), class_="value")
    place = element("span", standing(lesion.score, signature.cutoffs, axis.decimals))
    research = element("p", suggestion, class_="suggestion") if suggestion else None
    head = element("p", value, place, class_="score")
    words = stability_words(lesion.stability, axis)
    return join([head, _strip(lesion.score, lesion.stability, axis), words, research])


def _strip(score: float, stability: LesionStability | None, axis: Axis) -> Markup:
    """The color bar with the cut-offs, the score and the whisker of its redrawn contours."""
    cutoffs = " with the low, median and high cut-off" if axis.cutoffs else ""
    return element(
        "svg",
        axis.bar(8, 8),
        axis.cutoff_lines(5, 19),
        whisker(stability, axis, 12),
        element("circle", cx=axis.at(score), cy=12, r=6.5, fill=axis.scale.hex(score), class_="dot"),
        width="100%",
        height=STRIP_HEIGHT,
        class_="strip",
        role="img",
        aria_label=f"The score {axis.text(score)} on the color bar{cutoffs}",
    )


def _facts(lesion: LesionScore) -> Markup:
    facts = (
        ("Volume", f"{number(lesion.volume_cc, 3)} cc"),
        ("Site", site_word(lesion.site)),
        ("Irradiated", irradiated_word(lesion.irradiated)),
    )
    pairs = [element("div", element("dt", name), element("dd", value)) for name, value in facts]
    return element("dl", pairs, class_="facts")


def _findings(findings: tuple[Finding, ...]) -> Markup | None:
    if not findings:
        return None
    items = [
        element(
            "li",
            element("strong", SEVERITY_WORDS[finding.severity]),
            f" {finding.text} ",
            element("code", finding.code),
            class_=finding.severity.value,
        )
        for finding in findings
    ]
    return element("ul", items, class_="findings")

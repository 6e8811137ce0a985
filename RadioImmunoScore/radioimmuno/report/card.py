"""A lesion's card: pictures, score and where it stands, facts, findings, contributions."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..extraction.measurability import bad_voxels
from ..findings import Finding, Severity
from ..geometry.axes import measure_axes
from ..geometry.image import Image
from ..lesion import Lesion
from ..modality import CT, Modality
from ..scoring.patient_metrics import designation
from ..scoring.results import LesionScore
from ..stability.agreement import LesionStability
from .axis import Axis
from .context import Context
from .contributions import contribution_table
from .formatting import SEVERITY_WORDS, fixed, irradiated_word, number, site_word, standing
from .markup import Markup, element, join
from .stability_section import stability_words, whisker

STRIP_HEIGHT = 22
NOT_MEASURED = "not measured"
ORDER = (Severity.REFUSE, Severity.WARN, Severity.FIXED)

# Shape, and the sign in it, in a box of 16.
_SHAPES = {
    Severity.REFUSE: ("M5 1h6l4 4v6l-4 4H5l-4-4V5z", "M5.5 5.5l5 5M10.5 5.5l-5 5"),
    Severity.WARN: ("M8 1.5l7 13H1z", "M8 6v4M8 12v.6"),
    Severity.FIXED: ("M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z", "M4.8 8.2l2.3 2.3 4.2-4.6"),
}


def lesion_card(lesion: LesionScore, figures: Markup | None, facts: Facts, context: Context) -> Markup:
    """The card; `figures` are the lesion's pictures where there are any."""
    pictures = figures or element("figure", element("p", "No picture: the lesion has no voxel on this CT."))
    body = element(
        "div",
        _score_block(lesion, context),
        _facts(lesion, facts),
        _findings(lesion.findings),
        contribution_table(lesion, context),
        class_="body",
    )
    return element(
        "article",
        _header(lesion, context),
        element("div", pictures, body, class_="columns"),
        class_=f"card {lesion.status}",
        id=context.anchors[lesion.id],
    )


def _header(lesion: LesionScore, context: Context) -> Markup:
    name = context.names[lesion.id]
    swatch = element("span", class_="swatch", style=f"background:{context.axis.scale.hex(lesion.score)}")
    # A name that holds the identifier already, as "lesion 3" does, does not stand twice.
    named = re.search(rf"(?<!\w){re.escape(lesion.id)}(?!\w)", name)
    identifier = None if named else element("span", "ID ", element("bdi", lesion.id))
    return element(
        "header",
        element("h3", swatch, element("bdi", name)),
        element("span", identifier, class_="identifier") if identifier else None,
        _status_chip(context),
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
    cutoffs = f" with the cut-offs {', '.join(axis.cutoffs.named)}" if axis.cutoffs else ""
    return element(
        "svg",
        axis.bar(8, 8),
        axis.cutoff_lines(5, 19),
        whisker(stability, axis, 12),
        axis.marker(score, 12, 6.5),
        width="100%",
        height=STRIP_HEIGHT,
        class_="strip",
        role="img",
        aria_label=f"The score {axis.text(score)} on the color bar{cutoffs}",
    )


def _facts(lesion: LesionScore, facts: Facts) -> Markup:
    agreement = lesion.expected_agreement
    rows = (
        ("Volume", f"{number(lesion.volume_cc, 3)} cc"),
        ("Long axis", _measure(facts.long_mm, 1, "mm")),
        ("Short axis", _measure(facts.short_mm, 1, "mm")),
        ("Mean", _mean(facts)),
        ("Site", site_word(lesion.site)),
        ("Irradiated", irradiated_word(lesion.irradiated)),
        *([] if agreement is None else [("Expected agreement (Dice)", fixed(agreement, 2))]),
        *([] if lesion.weight is None else [("Weight in the patient's value", fixed(lesion.weight, 3))]),
    )
    pairs = [element("div", element("dt", name), element("dd", value)) for name, value in rows]
    return element("dl", pairs, class_="facts")


def _mean(facts: Facts) -> str:
    """Whole HU; of other units four digits."""
    if facts.mean is None or facts.unit == CT.unit:
        return _measure(facts.mean, 0, facts.unit)
    return f"{number(facts.mean)} {facts.unit}"


def _measure(value: float | None, decimals: int, unit: str) -> str:
    return NOT_MEASURED if value is None else f"{fixed(value, decimals)} {unit}"


def _findings(findings: tuple[Finding, ...]) -> Markup | None:
    if not findings:
        return None
    items = [
        element(
            "li",
            icon(finding.severity),
            element("strong", SEVERITY_WORDS[finding.severity]),
            f" {finding.text} ",
            element("code", finding.code),
            class_=finding.severity.value,
        )
        for finding in sorted(findings, key=lambda finding: ORDER.index(finding.severity))
    ]
    return element("ul", items, class_="findings")


@dataclass(frozen=True)
class Facts:
    """A lesion's measures; what cannot be measured is None.

    Parameters
    ----------
    long_mm, short_mm : float, optional
        The axes of RECIST, both in one axial slice (`segmentation.axes`).
    mean : float, optional
        Mean of the image's voxels inside the mask, without padding and what is not a number.
    unit : str
        Of the mean.
    """

    long_mm: float | None = None
    short_mm: float | None = None
    mean: float | None = None
    unit: str = CT.unit


def facts_of(image: Image, lesion: Lesion, modality: Modality = CT) -> Facts:
    """The measures of a lesion on the image that it was drawn on (both canonical)."""
    axes = measure_axes(lesion.mask)
    if axes is None:
        return Facts()
    part = image.crop(lesion.mask.box)
    inside = lesion.mask.within(part.box, False)
    values = part.values[inside]
    usable = np.ones(values.shape, bool)
    for bad in bad_voxels(values, modality).values():
        usable &= ~bad
    mean = float(values[usable].mean(dtype=float)) if usable.any() else None
    return Facts(axes.long_mm, axes.short_mm, mean, modality.unit)


def icon(severity: Severity) -> Markup:
    """The sign; what it means stands beside it in words."""
    used = element("use", href=f"#{_icon_id(severity)}")
    return element("svg", used, class_="icon", viewBox="0 0 16 16", aria_hidden="true")


def icon_shapes() -> Markup:
    """What `icon` refers to; it has to be on the page once."""
    symbols = [
        element(
            "g",
            element("path", d=shape, fill="currentColor"),
            element("path", d=sign, class_="sign"),
            id=_icon_id(severity),
        )
        for severity, (shape, sign) in _SHAPES.items()
    ]
    return element(
        "svg", element("defs", symbols), width=0, height=0, class_="definitions", aria_hidden="true"
    )


def _icon_id(severity: Severity) -> str:
    return f"icon-{severity.value}"

"""The page to read: one file, nothing to load, no script."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from .. import __version__
from ..files.atomic import write_text
from ..geometry.image import Image
from ..lesion import Lesion
from ..scoring.results import PatientScore
from ..signature.signature import Signature
from .card import Facts, facts_of, icon_shapes, lesion_card
from .context import Context, context_of
from .figure import Drawings, letters, scene_figures, slice_note
from .markup import Child, Markup, element
from .patient_sections import (
    left_out_table,
    metrics_table,
    origin_table,
    page_header,
    page_title,
    patient_tiles,
)
from .score_plot import score_plot
from .stability_section import stability_tables, whisker_note
from .style import CSS

# Nothing that a name or a settings value holds can load or run anything, even if it got past the escaping.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_report_html(
    patient: PatientScore,
    signature: Signature,
    image: Image,
    lesions: Sequence[Lesion],
    path: str | os.PathLike[str],
    pictures: Mapping[str, str | os.PathLike[str]] | None = None,
) -> None:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    patient : PatientScore
    signature : Signature
        What the scores were made with.
    image : Image
        The CT, HU, in any axis order.
    lesions : sequence of Lesion
        The masks; a row of `patient` without a lesion of its identifier has no picture.
    path : path-like
        File to write.
    pictures : mapping of str to path-like, optional
        Pictures of the scene that were made, as of `figure.scene_figures`.
    """
    context = context_of(patient, signature)
    page = element("html", _head(context), _body(context, image, lesions, pictures or {}), lang="en")
    write_text(path, f"<!DOCTYPE html>\n{page}\n")


def _head(context: Context) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"RadioImmunoScore {__version__}"),
        element("title", page_title(context)),
        element("style", Markup(CSS)),
    )


def _body(
    context: Context,
    image: Image,
    lesions: Sequence[Lesion],
    pictures: Mapping[str, str | os.PathLike[str]],
) -> Markup:
    signature = context.signature
    return element(
        "body",
        context.axis.gradient(),
        icon_shapes(),
        letters(),
        page_header(context),
        element(
            "main",
            _section("Patient", patient_tiles(context)),
            _section("Scores", score_plot(context), _notes(_meaning(signature), whisker_note(context))),
            _section_of("Pictures", scene_figures(pictures)),
            _section("Subsets of lesions", metrics_table(context)),
            _section_of("Stability", stability_tables(context)),
            _section("Lesions", _key(), _notes(slice_note()), _cards(context, image, lesions)),
            _section_of("Left out", left_out_table(context.patient.left_out)),
            _section("Provenance", origin_table(context.patient.provenance, signature)),
        ),
        element(
            "footer", element("p", signature.notice), element("p", f"Made by RadioImmunoScore {__version__}.")
        ),
    )


def _meaning(signature: Signature) -> str:
    return f"The score predicts: {signature.predicts}. Direction: {signature.direction}."


def _section(title: str, *content: Child) -> Markup:
    return element("section", element("h2", title), *content)


def _section_of(title: str, content: Markup | None) -> Markup | None:
    return None if content is None else _section(title, content)


def _notes(*texts: str | None) -> list[Markup]:
    return [element("p", text, class_="note") for text in texts if text is not None]


def _key() -> Markup:
    """What the lines in the pictures mean, and the switch that hides them."""
    switch = element(
        "label",
        element("input", type="checkbox", id="outlines", checked=True),
        " Show outlines",
        class_="switch",
    )
    return element(
        "div",
        element("span", element("i", class_="line lesion-line"), "lesion, in the color of its score"),
        element("span", element("i", class_="line ring-line"), "ring around its surface"),
        element("span", element("i", class_="line neighbor-line"), "other lesions"),
        switch,
        class_="key",
    )


def _cards(context: Context, image: Image, lesions: Sequence[Lesion]) -> list[Markup]:
    canonical = image.canonical()
    masks = {lesion.id: lesion.canonical() for lesion in lesions}
    drawings = Drawings(canonical, list(masks.values()), context)
    cards = []
    for row in context.patient.lesions:
        facts = facts_of(canonical, masks[row.id]) if row.id in masks else Facts()
        cards.append(lesion_card(row, drawings.figures(row.id), facts, context))
    return cards

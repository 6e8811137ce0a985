"""The page to read: one file, nothing to load, no script."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ..files.atomic import write_text
from ..geometry.image import Image
from ..lesion import Lesion
from ..modality import CT, Modality
from ..scoring.results import PatientScore
from ..signature.signature import Signature
from ..study import Study
from .beside_figures import beside_figures
from .card import Facts, facts_of, icon_shapes, lesion_card
from .context import Context, context_of
from .figure import Drawings, letters, scene_figures, slice_note
from .markup import Markup, element
from .page import footer, page, section
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
from .uptake_section import uptake_tables
from .window import window_of


def write_report_html(
    patient: PatientScore,
    signature: Signature,
    image: Image,
    lesions: Sequence[Lesion],
    path: str | os.PathLike[str],
    pictures: Mapping[str, str | os.PathLike[str]] | None = None,
    modality: Modality = CT,
    study: Study | None = None,
) -> None:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    patient : PatientScore
    signature : Signature
        What the scores were made with.
    image : Image
        The image that lesions were drawn on, in any axis order.
    lesions : sequence of Lesion
        The masks; a row of `patient` without a lesion of its identifier has no picture.
    path : path-like
        File to write.
    pictures : mapping of str to path-like, optional
        Pictures of the scene that were made, as of `figure.scene_figures`.
    modality : Modality, optional
        Of the image.
    study : Study, optional
        Whose images beside the main one have pictures, too.
    """
    context = context_of(patient, signature)
    beside = None if study is None else beside_figures(study, context)
    body = _body(context, image, lesions, pictures or {}, modality, beside)
    write_text(path, page(page_title(context), *body))


def _body(
    context: Context,
    image: Image,
    lesions: Sequence[Lesion],
    pictures: Mapping[str, str | os.PathLike[str]],
    modality: Modality,
    beside: Markup | None,
) -> tuple[Markup, ...]:
    signature = context.signature
    return (
        context.axis.gradient(),
        icon_shapes(),
        letters(),
        page_header(context),
        element(
            "main",
            section("Patient", patient_tiles(context)),
            section("Scores", score_plot(context), _notes(_meaning(signature), whisker_note(context))),
            _section_of("Pictures", scene_figures(pictures)),
            section("Subsets of lesions", metrics_table(context)),
            _section_of("Stability", stability_tables(context)),
            _section_of("Uptake", uptake_tables(context.patient.uptakes)),
            _section_of("Other images of the study", beside),
            section("Lesions", _key(), _notes(slice_note()), _cards(context, image, lesions, modality)),
            _section_of("Left out", left_out_table(context.patient.left_out)),
            section("Provenance", origin_table(context.patient.provenance, signature)),
        ),
        footer(signature.notice),
    )


def _meaning(signature: Signature) -> str:
    return f"The score predicts: {signature.predicts}. Direction: {signature.direction}."


def _section_of(title: str, content: Markup | None) -> Markup | None:
    return None if content is None else section(title, content)


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


def _cards(context: Context, image: Image, lesions: Sequence[Lesion], modality: Modality) -> list[Markup]:
    canonical = image.canonical()
    masks = {lesion.id: lesion.canonical() for lesion in lesions}
    drawings = Drawings(canonical, list(masks.values()), context, window_of(canonical, modality))
    cards = []
    for row in context.patient.lesions:
        facts = facts_of(canonical, masks[row.id], modality) if row.id in masks else Facts()
        cards.append(lesion_card(row, drawings.figures(row.id), facts, context))
    return cards

"""Learned features of every lesion: a crop around it, run through the model. Refusals are of lesions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..findings import Finding, Refusal, Severity
from ..geometry.image import Image
from ..lesion import Lesion
from .crop import input_of
from .model import LearnedModel, Session

Measured = tuple[dict[str, float], tuple[Finding, ...]]


def measure_learned(
    image: Image,
    lesions: Sequence[Lesion],
    model: LearnedModel,
    *,
    only: Collection[str] | None = None,
    findings: Mapping[str, Sequence[Finding]] | None = None,
) -> dict[str, Measured]:
    """The model's values of each lesion, and what was found while they were made.

    The mask itself is not looked at: `extraction` does that for every lesion, whatever it measures.

    Parameters
    ----------
    image : Image
        The image of the card's role, in the unit of its modality; any axis order.
    lesions : sequence of Lesion
        On the image's lattice.
    model : LearnedModel
    only : collection of str, optional
        Ids of the lesions to measure; the others still cut rings. All by default.
    findings : mapping of str to sequence of Finding, optional
        Lesion id -> what is known to be wrong already: what is refused is not measured.

    Returns
    -------
    dict of str to (dict of str to float, tuple of Finding)
        Lesion id -> values by key (`learned.<name>.<k>`; none when a finding refuses the lesion), and what
        was found here.

    Raises
    ------
    ModelError
        When the model cannot be run at all.
    """
    source, canonical = image.canonical(), [lesion.canonical() for lesion in lesions]
    session = Session(model)
    measured = {}
    for lesion in canonical:
        if only is not None and lesion.id not in only:
            continue
        refused = any(finding.refuses for finding in (findings or {}).get(lesion.id, ()))
        others = [other for other in canonical if other.id != lesion.id]
        measured[lesion.id] = ({}, ()) if refused else _of_lesion(source, lesion, others, model, session)
    return measured


def _of_lesion(
    image: Image, lesion: Lesion, others: Sequence[Lesion], model: LearnedModel, session: Session
) -> Measured:
    try:
        given, found = input_of(image, lesion, model.card, others)
        values = session.run(given)
    except Refusal as problem:
        return {}, (Finding(problem.code, Severity.REFUSE, str(problem)),)
    return dict(zip(model.card.keys, values.tolist(), strict=True)), found

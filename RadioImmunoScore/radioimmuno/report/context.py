"""What every part of the page needs to know of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..naming import lesion_names
from ..scoring.results import PatientScore
from ..signature.color_scale import color_scale
from ..signature.signature import Signature
from .axis import Axis, axis_of


@dataclass(frozen=True)
class Context:
    """A patient's report.

    Parameters
    ----------
    patient : PatientScore
    signature : Signature
    axis : Axis
        The score axis of all drawings.
    names : mapping of str to str
        Identifier -> name, no two alike.
    anchors : mapping of str to str
        Identifier -> address of the lesion's card on the page.
    largest_contribution : float
        Fills a bar; one scale for all cards, so that bars compare between them.
    """

    patient: PatientScore
    signature: Signature
    axis: Axis
    names: Mapping[str, str]
    anchors: Mapping[str, str]
    largest_contribution: float


def context_of(patient: PatientScore, signature: Signature) -> Context:
    """The context of a patient's report."""
    contributions = [abs(term.contribution) for lesion in patient.lesions for term in lesion.contributions]
    return Context(
        patient=patient,
        signature=signature,
        axis=axis_of(patient, color_scale(signature), signature.cutoffs),
        names=lesion_names(patient.lesions),
        anchors={lesion.id: f"lesion-{place}" for place, lesion in enumerate(patient.lesions, start=1)},
        largest_contribution=max(contributions, default=0.0),
    )

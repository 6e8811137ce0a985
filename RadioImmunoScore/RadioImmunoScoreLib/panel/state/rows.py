"""A row of the lesion table: what is known of one segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from radioimmuno.lesion import Site
from radioimmuno.scoring.results import LesionScore
from radioimmuno.stability.agreement import LesionStability

from ...scene.sites import copiedSite
from ...scene.tags import axesOf, irradiatedOf
from .volumes import Volumes

LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Row:
    """One lesion as the table shows it; `status` is `left_out`, `unscored`, `stale`, or that of its score.

    `copiedSite` is what Slicer copied from another segment: it does not count.
    `volumeCc` is what was scored, or what is drawn where nothing was; None where that is not counted.
    """

    id: str
    name: str
    site: Site | None
    irradiated: bool | None
    included: bool
    volumeCc: float | None
    score: float | None
    status: str
    reasons: str
    copiedSite: Site | None = None
    axesMm: tuple[float, float] | None = None
    stability: LesionStability | None = None


def rowOf(
    segment: Any,
    segmentID: str,
    score: LesionScore | None,
    isStale: bool,
    included: bool,
    site: Site | None,
    volumes: Volumes,
    leftOut: str = "",
) -> Row:
    """The row of a segment; `leftOut` is why it is taken for no lesion."""
    status = "unscored" if score is None else "stale" if isStale else score.status
    return Row(
        id=segmentID,
        name=segment.GetName(),
        site=site,
        copiedSite=copiedSite(segment, site),
        irradiated=irradiatedOf(segment),
        included=included,
        # Of a lesion outside of the CT nothing could be measured.
        volumeCc=(score.volume_cc if score else 0.0) or volumes.of(segment, segmentID),
        score=score.score if score else None,
        status=status if included else LEFT_OUT,
        reasons=leftOut or (score.reasons if score else ""),
        axesMm=axesOf(segment),
        stability=score.stability if score else None,
    )

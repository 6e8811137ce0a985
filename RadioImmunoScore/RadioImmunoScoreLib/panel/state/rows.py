"""The rows of the lesion table: what is known of each segment, and what the user notes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isclose
from typing import Any

import numpy as np

from radioimmuno.lesion import Site
from radioimmuno.scoring.results import LesionScore
from radioimmuno.segmentation.segmented_lesion import is_unsure
from radioimmuno.stability.agreement import LesionStability

from ...scene import setIrradiated, setSite
from ...scene.ras_geometry import imageToWorld, scalarsOf
from ...scene.reading import BINARY_LABELMAP
from ...scene.segment_properties import (
    axesOf,
    copiedSite,
    expectedAgreementOf,
    irradiatedOf,
    referenceOf,
    setReference,
)
from .inputs import Inputs
from .scores import ScoreStore

# A label map that segments share can be as large as the CT: the panel would stand still while it is counted.
MAX_COUNTED_VOXELS = 16_000_000

CC_PER_MM3 = 1e-3
DECIMALS = 6


class Volumes:
    """The volumes of segments; what was counted is kept until the voxels are others."""

    def __init__(self) -> None:
        self._counted: dict[str, tuple[tuple[int, int], float]] = {}

    def begin(self) -> None:
        """Forget all: segments of another segmentation may have the same IDs."""
        self._counted.clear()

    def of(self, segment: Any, segmentID: str) -> float | None:
        """A segment's volume in cc; None without a label map, or with one that is too large to count now."""
        labelmap = segment.GetRepresentation(BINARY_LABELMAP)
        if labelmap is None or labelmap.GetNumberOfPoints() > MAX_COUNTED_VOXELS:
            return None
        stamp = labelmap.GetMTime(), segment.GetLabelValue()
        known = self._counted.get(segmentID)
        if known is None or known[0] != stamp:
            known = self._counted[segmentID] = stamp, _volumeCc(labelmap, stamp[1])
        return known[1]


def _volumeCc(labelmap: Any, label: int) -> float:
    voxelMm3 = abs(float(np.linalg.det(imageToWorld(labelmap)[:3, :3])))
    voxels = int(np.count_nonzero(scalarsOf(labelmap) == label))
    # A saved scene keeps spacing to fewer digits.
    return round(voxels * voxelMm3 * CC_PER_MM3, DECIMALS)


LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Row:
    """One lesion as the table shows it; `status` is `left_out`, `unscored`, `stale`, or that of its score.

    `copiedSite` is what Slicer copied from another segment: it does not count.
    `volumeCc` is what was scored, or what is drawn where nothing was; None where that is not counted.
    `lastScore` is the score at the last Score where it is another now: edited, and scored by itself.
    `expectedAgreement` is the expected Dice coefficient with a reader, of a lesion as it was segmented here.
    `weight` is how much it counts in the patient's value, None where the signature's rule weighs no lesions.
    `reference` is the name of the reference region that it is, "" for none.
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
    lastScore: float | None = None
    expectedAgreement: float | None = None
    weight: float | None = None
    reference: str = ""

    @property
    def isUnsure(self) -> bool:
        """Whether a reader would probably draw the lesion otherwise."""
        return self.expectedAgreement is not None and is_unsure(self.expectedAgreement)

    @property
    def change(self) -> float | None:
        """By how much the score differs from that at the last Score; None where it does not."""
        return None if self.score is None or self.lastScore is None else self.score - self.lastScore


def rowOf(
    segment: Any,
    segmentID: str,
    score: LesionScore | None,
    isStale: bool,
    included: bool,
    site: Site | None,
    volumes: Volumes,
    leftOut: str = "",
    lastScore: float | None = None,
    weight: float | None = None,
) -> Row:
    """The row of a segment.

    `leftOut` is why it is taken for no lesion, `lastScore` its score at the last Score, `weight` how much it
    counts in the patient's value.
    """
    now = score.score if score else None
    isAnother = now is not None and lastScore is not None and not isclose(now, lastScore)
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
        score=now,
        status=status if included else LEFT_OUT,
        reasons=leftOut or (score.reasons if score else ""),
        axesMm=axesOf(segment),
        stability=score.stability if score else None,
        lastScore=lastScore if isAnother else None,
        expectedAgreement=_agreementOf(segment, segmentID, volumes),
        weight=weight,
        reference=referenceOf(segment),
    )


def _agreementOf(segment: Any, segmentID: str, volumes: Volumes) -> float | None:
    if expectedAgreementOf(segment) is None:
        return None
    # Not of a lesion that was edited while nobody watched.
    return expectedAgreementOf(segment, volumes.of(segment, segmentID))


class LesionNotes:
    """Writes what is said of a lesion where it belongs: to its segment, its row, the parameters.

    Parameters
    ----------
    inputs : Inputs
        The patient's inputs.
    store : ScoreStore
        The patient's scores.
    changed : callable
        Called after each.
    edited : callable
        Called when there may be something to score.
    """

    def __init__(
        self, inputs: Inputs, store: ScoreStore, changed: Callable[[], None], edited: Callable[[], None]
    ) -> None:
        self._inputs, self._store = inputs, store
        self._changed, self._edited = changed, edited

    def setSite(self, segmentID: str, site: Site) -> None:
        """Say where a lesion sits."""
        setSite(self._segment(segmentID), site, segmentID)
        self._store.compare()
        self._changed()

    def setIrradiated(self, segmentID: str, irradiated: bool | None) -> None:
        """Say whether a lesion was irradiated; its score does not depend on it."""
        setIrradiated(self._segment(segmentID), irradiated)
        self._store.compare()
        self._changed()

    def setReference(self, segmentID: str, region: str) -> None:
        """Say that a segment is the reference region of this name; "" for none."""
        setReference(self._inputs.segmentationNode, segmentID, region)
        self._inputs.forget()
        self._store.compare()
        self._changed()
        self._edited()

    def setIncluded(self, segmentID: str, isIncluded: bool) -> None:
        """Leave a lesion out of scoring and of the patient's metrics, or take it in again."""
        self._inputs.setIncluded(segmentID, isIncluded)
        if isIncluded:
            self._store.ask(segmentID)
        self._store.compare()
        self._changed()
        self._edited()

    def _segment(self, segmentID: str) -> Any:
        return self._inputs.segmentationNode.GetSegmentation().GetSegment(segmentID)

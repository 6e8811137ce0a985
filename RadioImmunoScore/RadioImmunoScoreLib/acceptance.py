"""What a person accepted of a CT in the panel, kept on the nodes for a saved scene and the console."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from radioimmuno.acceptance import OPTIONS

ACCEPTED = "RadioImmunoScore.Accepted"
ACCEPTED_WITH = "RadioImmunoScore.AcceptedWith"
OF_BOTH = "patient.mismatch"


def acceptedOf(volumeNode: Any, segmentationNode: Any | None = None) -> frozenset[str]:
    """The codes that were accepted for a CT, and for a segmentation together with this CT."""
    codes = set((volumeNode.GetAttribute(ACCEPTED) or "").split()) & set(OPTIONS)
    if segmentationNode is not None and segmentationNode.GetAttribute(ACCEPTED_WITH) == volumeNode.GetID():
        codes.add(OF_BOTH)
    return frozenset(codes)


def keepAccepted(volumeNode: Any, segmentationNode: Any | None, codes: Collection[str]) -> None:
    """Keep these codes as accepted, and no others."""
    ofCt = sorted(set(codes) - {OF_BOTH})
    volumeNode.SetAttribute(ACCEPTED, " ".join(ofCt) or None)
    if segmentationNode is not None:
        together = volumeNode.GetID() if OF_BOTH in codes else None
        segmentationNode.SetAttribute(ACCEPTED_WITH, together)

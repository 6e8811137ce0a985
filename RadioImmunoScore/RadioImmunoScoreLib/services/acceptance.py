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


def accept(volumeNode: Any, segmentationNode: Any | None, codes: Collection[str]) -> None:
    """Accept these codes besides those that are; see `RadioImmunoScoreLogic.accept`."""
    unknown = sorted(set(codes) - set(OPTIONS))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} cannot be accepted; {', '.join(OPTIONS)} can")
    keepAccepted(volumeNode, segmentationNode, acceptedOf(volumeNode, segmentationNode) | set(codes))


def keepAccepted(volumeNode: Any, segmentationNode: Any | None, codes: Collection[str]) -> None:
    """Keep these codes as accepted, and no others."""
    ofCt = sorted(set(codes) - {OF_BOTH})
    volumeNode.SetAttribute(ACCEPTED, " ".join(ofCt) or None)
    if segmentationNode is not None:
        together = volumeNode.GetID() if OF_BOTH in codes else None
        segmentationNode.SetAttribute(ACCEPTED_WITH, together)

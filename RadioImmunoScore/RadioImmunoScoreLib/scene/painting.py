"""Segments in the colors of their scores, and back in their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radioimmuno.signature.color_scale import Rgb

from .tags import ORIGINAL_COLOR, tagOf


def paintSegments(segmentationNode: Any, colors: Mapping[str, Rgb]) -> None:
    """Give segments these colors, by segment ID, and all others their own.

    A segment's own color stays kept in its tag. One that is gone, because the user deleted it meanwhile, is
    passed over.
    """
    segmentation = segmentationNode.GetSegmentation()
    for segmentID in segmentation.GetSegmentIDs():
        segment = segmentation.GetSegment(segmentID)
        if segmentID not in colors:
            _restore(segment)
            continue
        if not segment.HasTag(ORIGINAL_COLOR):
            segment.SetTag(ORIGINAL_COLOR, " ".join(map(repr, segment.GetColor())))
        segment.SetColor(*colors[segmentID])


def restoreColors(segmentationNode: Any) -> None:
    """Give all painted segments their own colors again, to the last bit."""
    paintSegments(segmentationNode, {})


def _restore(segment: Any) -> None:
    original = tagOf(segment, ORIGINAL_COLOR)
    if original is not None:
        segment.SetColor(*map(float, original.split()))
        segment.RemoveTag(ORIGINAL_COLOR)

"""Where segments sit, as far as a person, a file or an import said it.

Slicer's *Add* gives a new segment the terminology of the last one, and a duplicate has all tags of what it
was made of: neither says where the new lesion sits. A tag of ours keeps, for each segment, whether its site
was stated for that very segment or inherited; an inherited site counts as unknown until a person confirms it
in the panel, or gives the segment another terminology.

What was there before the module looked first counts as stated, but for a site that repeats the last one's in
a segmentation that is of no file, under the name that Slicer gives to a segment that was added by hand.
"""

from __future__ import annotations

import re
from typing import Any

from radioimmuno.io.segment_tags import (
    SITE_ORIGIN_TAG,
    TERMINOLOGY_TAG,
    inherited,
    is_inherited,
    site_from_terminology,
    stated,
)
from radioimmuno.lesion import Site

from .tags import siteOf, tagOf

# What Slicer calls a segment that was added by hand.
DEFAULT_NAME = re.compile(r"Segment(_\d+)?")


def sitesOf(segmentationNode: Any) -> dict[str, Site | None]:
    """The sites that were stated, by segment ID; nothing is written."""
    return {
        segmentID: siteOf(segment, origin)
        for segmentID, (segment, origin) in _origins(segmentationNode).items()
    }


def copiedSite(segment: Any, site: Site | None) -> Site | None:
    """What the terminology of a segment names, where its site does not count; None where it names none."""
    named = site_from_terminology(tagOf(segment, TERMINOLOGY_TAG) or "")
    return None if site is not None else named


def noteSites(segmentationNode: Any) -> None:
    """Keep in the segments' tags which sites were stated, so that a saved scene knows."""
    for segment, origin in _origins(segmentationNode).values():
        if tagOf(segment, SITE_ORIGIN_TAG) != origin:
            segment.SetTag(SITE_ORIGIN_TAG, origin)


def _origins(segmentationNode: Any) -> dict[str, tuple[Any, str]]:
    """Each segment with what its origin tag is to say."""
    segmentation = segmentationNode.GetSegmentation()
    segments = {i: segmentation.GetSegment(i) for i in segmentation.GetSegmentIDs()}
    known = {i: tagOf(segment, SITE_ORIGIN_TAG) or "" for i, segment in segments.items()}
    isLater = any(origin == stated(i) or is_inherited(origin) for i, origin in known.items())
    storage = segmentationNode.GetStorageNode()
    isOfFile = storage is not None and bool(storage.GetFileName())
    found, last = {}, ""
    for segmentID, segment in segments.items():
        entry, origin = tagOf(segment, TERMINOLOGY_TAG) or "", known[segmentID]
        if not origin:
            isByHand = isLater or (not isOfFile and DEFAULT_NAME.fullmatch(segment.GetName() or ""))
            isRepeated = bool(entry) and entry == last
            origin = inherited(entry) if isByHand and isRepeated else stated(segmentID)
        elif origin != stated(segmentID) and not is_inherited(origin):
            origin = inherited(entry)
        found[segmentID] = segment, origin
        last = entry
    return found

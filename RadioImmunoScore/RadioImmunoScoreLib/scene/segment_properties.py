"""What a segment's tags hold: site, irradiation, UID, how it was drawn, what was measured, its own color.

Slicer's *Add* gives a new segment the terminology of the last one, and a duplicate has all tags of what it
was made of: neither says where the new lesion sits. A tag of ours keeps, for each segment, whether its site
was stated for that very segment or inherited; an inherited site counts as unknown until a person confirms it
in the panel, or gives the segment another terminology.

What was there before the module looked first counts as stated, but for a site that repeats the last one's in
a segmentation that is of no file, under the name that Slicer gives to a segment that was added by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import vtk

from radioimmuno.io.segment_tags import (
    AGREEMENT_TAG,
    ALGORITHM_NAME_TAG,
    ALGORITHM_TYPE_TAG,
    IRRADIATED_TAG,
    LESION_TAG,
    REFERENCE_TAG,
    SITE_ORIGIN_TAG,
    SITE_TAG,
    TERMINOLOGY_TAG,
    TRACKING_TAG,
    agreement_from_tag,
    agreement_tag,
    delineation_from_tags,
    delineation_tags,
    inherited,
    irradiated_from_tag,
    irradiated_tag,
    is_inherited,
    lesion_from_tag,
    site_from_terminology,
    site_of,
    site_tags,
    stated,
)
from radioimmuno.lesion import Delineation, Site
from radioimmuno.signature.color_scale import Rgb

# Long and short axis in mm, as they were measured when the lesion was segmented.
AXES = "RadioImmunoScore.AxesMm"

DELINEATION_TAGS = (ALGORITHM_TYPE_TAG, ALGORITHM_NAME_TAG)

ORIGINAL_COLOR = "RadioImmunoScore.OriginalColor"


def tagOf(segment: Any, name: str) -> str | None:
    """A segment's tag, or None when it has no such tag."""
    value = vtk.reference("")
    return value.get() if segment.GetTag(name, value) else None


def _setTag(segment: Any, name: str, text: str | None) -> None:
    """Write a tag; None removes it."""
    if text is not None:
        segment.SetTag(name, text)
    elif segment.HasTag(name):
        segment.RemoveTag(name)


def siteOf(segment: Any, origin: str) -> Site | None:
    """The site that a segment's tags name, when its origin tag is to say this; None for none of ours."""
    tags = {name: tagOf(segment, name) or "" for name in (TERMINOLOGY_TAG, SITE_TAG)}
    return site_of({**tags, SITE_ORIGIN_TAG: origin})


def setSite(segment: Any, site: Site, segmentID: str) -> None:
    """Write the site into the tags of the segment with this ID: a mass in this anatomic region."""
    segment.SetTag(SITE_ORIGIN_TAG, stated(segmentID))
    _setTag(segment, SITE_TAG, None)
    for name, value in site_tags(site).items():
        segment.SetTag(name, value)


def irradiatedOf(segment: Any) -> bool | None:
    """Whether the lesion was irradiated; None when nobody said."""
    return irradiated_from_tag(tagOf(segment, IRRADIATED_TAG) or "")


def setIrradiated(segment: Any, irradiated: bool | None) -> None:
    """Write whether the lesion was irradiated; None forgets it."""
    _setTag(segment, IRRADIATED_TAG, None if irradiated is None else irradiated_tag(irradiated))


def trackingOf(segment: Any) -> str | None:
    """The DICOM UID that the lesion has at all of its time points; None when it has none."""
    return tagOf(segment, TRACKING_TAG) or None


def setTracking(segment: Any, uid: str | None) -> None:
    """Write the lesion's DICOM UID; None forgets it."""
    _setTag(segment, TRACKING_TAG, uid)


def delineationOf(segment: Any) -> Delineation | None:
    """How the segment was drawn, where a stroke, a click, the console or a DICOM SEG recorded it.

    Slicer's Segment Editor leaves no trace: nothing is known of what was drawn with it from the start, and
    what it changes later stays what it was.
    """
    return delineation_from_tags({name: tagOf(segment, name) or "" for name in DELINEATION_TAGS})


def setDelineation(segment: Any, delineation: Delineation | None) -> None:
    """Write how the segment was drawn; None forgets it."""
    tags = delineation_tags(delineation)
    for name in DELINEATION_TAGS:
        _setTag(segment, name, tags.get(name))


def axesOf(segment: Any) -> tuple[float, float] | None:
    """Long and short axis in mm; None when they were not measured on the lesion as it is now."""
    text = tagOf(segment, AXES)
    if text is None:
        return None
    longMm, shortMm = map(float, text.split())
    return longMm, shortMm


def setAxes(segment: Any, axesMm: tuple[float, float] | None) -> None:
    """Write long and short axis in mm; None forgets them."""
    _setTag(segment, AXES, None if axesMm is None else f"{axesMm[0]:.2f} {axesMm[1]:.2f}")


def expectedAgreementOf(segment: Any, volumeCc: float | None = None) -> float | None:
    """Expected Dice coefficient with a reader's contour, 0 to 1; None when none is known of it as it is.

    With its volume, an edit that nobody watched is noticed, too.
    """
    return agreement_from_tag(tagOf(segment, AGREEMENT_TAG) or "", volumeCc)


def setExpectedAgreement(segment: Any, agreement: float | None, volumeCc: float) -> None:
    """Write the expected Dice coefficient with a reader's contour, for this volume in cc; None forgets it."""
    _setTag(segment, AGREEMENT_TAG, None if agreement is None else agreement_tag(agreement, volumeCc))


def forgetMeasured(segment: Any) -> None:
    """Forget what was measured of a segment that has other voxels now: its axes, its expected agreement."""
    for name in (AXES, AGREEMENT_TAG):
        _setTag(segment, name, None)


def copyDrawn(source: Any, target: Any) -> None:
    """Give a segment what goes with another one's voxels: how they were drawn, what was measured of them."""
    for name in (*DELINEATION_TAGS, AXES, AGREEMENT_TAG):
        _setTag(target, name, tagOf(source, name))


def terminologyOf(segment: Any) -> str:
    """A segment's terminology as Slicer writes it; "" when it has none, or one that Slicer copied."""
    entry = tagOf(segment, TERMINOLOGY_TAG) or ""
    return "" if tagOf(segment, SITE_ORIGIN_TAG) == inherited(entry) else entry


def markedOf(segment: Any) -> bool | None:
    """Whether a person said that the segment is a lesion, or none; None when nobody said."""
    return lesion_from_tag(tagOf(segment, LESION_TAG) or "")


def setMarked(segment: Any, isLesion: bool | None) -> None:
    """Write whether a person takes the segment for a lesion; None forgets it."""
    _setTag(segment, LESION_TAG, None if isLesion is None else "yes" if isLesion else "no")


def referenceOf(segment: Any) -> str:
    """Which reference region a segment is, as `liver`; "" for none."""
    return tagOf(segment, REFERENCE_TAG) or ""


def setReference(segmentationNode: Any, segmentID: str, region: str) -> None:
    """Make a segment the reference region of this name, which no other one is then; "" makes it none.

    The segment that was it before was drawn in normal tissue: it does not become a lesion.
    """
    segmentation = segmentationNode.GetSegmentation()
    for other in segmentation.GetSegmentIDs():
        segment = segmentation.GetSegment(other)
        if other == segmentID:
            _setTag(segment, REFERENCE_TAG, region or None)
        elif region and referenceOf(segment) == region:
            _setTag(segment, REFERENCE_TAG, None)
            setMarked(segment, False)


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

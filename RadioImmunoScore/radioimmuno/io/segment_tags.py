"""What the tags of a Slicer segment say about a lesion, in a scene as in a segmentation file."""

from __future__ import annotations

from collections.abc import Mapping

from ..lesion import Delineation, Site

TERMINOLOGY_TAG = "TerminologyEntry"
SITE_TAG = "RadioImmunoScore.Site"
SITE_ORIGIN_TAG = "RadioImmunoScore.SiteOrigin"
IRRADIATED_TAG = "RadioImmunoScore.Irradiated"
TRACKING_TAG = "RadioImmunoScore.TrackingUID"
# Expected agreement, and the volume in cc of the lesion that it is expected of: who edits a segment elsewhere
# leaves the tag as it is.
AGREEMENT_TAG = "RadioImmunoScore.ExpectedAgreement"
SAME_VOLUME_SHARE, SAME_VOLUME_CC = 1e-3, 1e-4
# "yes" or "no": what a person says, whatever name and terminology say.
LESION_TAG = "RadioImmunoScore.Lesion"
# The reference region that a segment is, as `liver`: uptake of lesions is compared with it.
REFERENCE_TAG = "RadioImmunoScore.Reference"

# Slicer's own names: QuantitativeReporting reads them from a DICOM SEG and writes them into one.
ALGORITHM_TYPE_TAG, ALGORITHM_NAME_TAG = "DICOM.SegmentAlgorithmType", "DICOM.SegmentAlgorithmName"

# A terminology entry has seven parts; these two may name where the segment sits.
_TYPE, _REGION = 2, 5

_INHERITED = "inherited "


def site_from_terminology(entry: str) -> Site | None:
    """The site that a segment's terminology names: by its anatomic region, else by its type; None for others.

    Parameters
    ----------
    entry : str
        As Slicer writes it: seven parts with `~` between, codes as `scheme^code^meaning`.
    """
    parts = entry.split("~")
    for position in (_REGION, _TYPE):
        scheme, code, *_ = [*(parts[position] if position < len(parts) else "").split("^"), ""]
        site = Site.from_snomed(code) if scheme == "SCT" else None
        if site is not None:
            return site
    return None


def site_of(tags: Mapping[str, str]) -> Site | None:
    """The site that a segment's tags name; None when they name none of ours.

    The terminology counts. Where it names no site, `SITE_TAG` distinguishes a site that is none of the named
    ones from one that nobody gave: no terminology can. A terminology that Slicer copied from another segment
    (`SITE_ORIGIN_TAG`) counts as none.
    """
    if tags.get(SITE_ORIGIN_TAG) == inherited(tags.get(TERMINOLOGY_TAG, "")):
        return None
    named = site_from_terminology(tags.get(TERMINOLOGY_TAG, ""))
    return Site.OTHER if named is None and tags.get(SITE_TAG) == Site.OTHER.value else named


def stated(segment_id: str) -> str:
    """The origin of a site that was stated for this very segment: a copy of the tag has another ID."""
    return f"stated {segment_id}"


def inherited(entry: str) -> str:
    """The origin of a terminology that was copied from another segment, as long as it is this one."""
    return f"{_INHERITED}{entry}"


def is_inherited(origin: str) -> bool:
    """Whether the terminology that this origin names was copied from another segment."""
    return origin.startswith(_INHERITED)


def site_tags(site: Site) -> dict[str, str]:
    """The tags of a lesion of this site, as `site_of` reads them."""
    other = {SITE_TAG: site.value} if site is Site.OTHER else {}
    return {TERMINOLOGY_TAG: terminology_of(site), **other}


def terminology_of(site: Site) -> str:
    """The terminology entry of a mass in this site; `Site.OTHER` leaves the anatomic region open."""
    region = f"SCT^{site.snomed_code}^{site.label.capitalize()}" if site.snomed_code else "^^"
    return (
        "Segmentation category and type - DICOM master list"
        "~SCT^49755003^Morphologically Altered Structure~SCT^4147007^Mass~^^"
        f"~Anatomic codes - DICOM master list~{region}~^^"
    )


def lesion_from_tag(text: str) -> bool | None:
    """Whether a person marked the segment as a lesion, or as none; None when nobody did."""
    return {"yes": True, "no": False}.get(text)


def irradiated_from_tag(text: str) -> bool | None:
    """Whether the lesion was irradiated; None when the tag says neither yes nor no."""
    return {"yes": True, "no": False}.get(text)


def irradiated_tag(irradiated: bool) -> str:
    """The tag's text."""
    return "yes" if irradiated else "no"


def agreement_from_tag(text: str, volume_cc: float | None = None) -> float | None:
    """The expected Dice coefficient with a reader's contour; None when the tag holds none.

    Parameters
    ----------
    text : str
        As `agreement_tag` writes it.
    volume_cc : float, optional
        Volume of the lesion as it is, cc: nothing is expected of one that has another volume than it had.
    """
    try:
        agreement, of_cc = map(float, text.split())
    except ValueError:
        return None
    is_same = volume_cc is None or abs(volume_cc - of_cc) <= SAME_VOLUME_SHARE * of_cc + SAME_VOLUME_CC
    return agreement if is_same and 0 <= agreement <= 1 else None


def agreement_tag(agreement: float, volume_cc: float) -> str:
    """The tag's text, of a lesion of this volume in cc."""
    return f"{agreement:.4f} {volume_cc:.4f}"


def delineation_from_tags(tags: Mapping[str, str]) -> Delineation | None:
    """How the segment was drawn; None when no tag says so."""
    return Delineation.parse(tags.get(ALGORITHM_TYPE_TAG, ""), tags.get(ALGORITHM_NAME_TAG, ""))


def delineation_tags(delineation: Delineation | None) -> dict[str, str]:
    """The tags that say how the segment was drawn; a name has no `|`, which ends a tag in a file."""
    if delineation is None:
        return {}
    tags = {ALGORITHM_TYPE_TAG: delineation.type.value}
    if delineation.algorithm:
        tags[ALGORITHM_NAME_TAG] = " ".join(delineation.algorithm.replace("|", "/").split())
    return tags

"""DICOM codes: of a lesion's site, of how it was drawn, and our own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from ...lesion import Delineation, Site
from .library import highdicom, text_of

# Our own coding scheme; DICOM leaves designators that begin with 99 to whoever needs one. A code's meaning
# has at most 64 characters and is all that a viewer shows.
SCHEME = "99RIS"
SCHEME_NAME = "RadioImmunoScore"
MEANINGS = {
    "RING": "Peritumoral ring",
    "SCORE": "Radiomic score of CD8 T-cell infiltration (research only)",
    "ENTROPY": "Shannon entropy of the lesions' scores",
    "OUTSIDE_BINS": "Number of scores outside the bins of the entropy",
    "SCORED": "Number of lesions with a score",
    "LESIONS": "Number of lesions",
    "LOWEST": "Lesion with the lowest score",
    "HIGHEST": "Lesion with the highest score",
    "STATUS": "Status of the score",
    "STATUS_SCORED": "Scored",
    "STATUS_WARNING": "Scored, with warnings",
    "STATUS_REFUSED": "Not scored",
    "FINDINGS": "What was found on the lesion",
    "UNCODED": "Values of the score that have no code of their own",
    "USE": "What the score may be used for",
    "USE_RESEARCH": "Research only: not for diagnosis or treatment decisions",
    "USE_NONE": "Nothing: demonstration signature, fitted on simulated data",
    "NOT_DEFINED": "Not defined: too few lesions with a score",
    "NO_BINS": "Not defined: the signature gives no bins of scores",
    "AVERAGED": "Averaged over the 13 directions",
    "MERGED": "From the merged matrix of the 13 directions",
    "AT_41": "Voxels at or above 41 % of the lesion's maximum",
    "AT_2_5": "Voxels at or above an SUV of 2.5",
    "AT_4": "Voxels at or above an SUV of 4.0",
    "AT_LIVER": "Voxels at or above 1.5 times the liver's mean + 2 SD",
    "TO_LIVER": "To the mean of a reference region in the liver",
    "TO_BLOOD_POOL": "To the mean of a reference region in the blood pool",
    "TO_MUSCLE": "To the mean of a reference region in muscle",
    "SUBSET": "Lesions of a patient",
    "PATIENT_VALUE": "Patient's value by the rule of the signature (research only)",
    "RULE": "How the patient's value is made of the lesions",
    "CUTOFF": "Cut-off of the patient's value",
    "GROUP": "Side of the cut-off",
    "GROUP_HIGH": "High: above the cut-off",
    "GROUP_LOW": "Low: not above the cut-off",
    "NO_VALUE": "Not defined",
    "REASON": "Why there is no value",
    "MATCH": "What became of the lesion since the study before",
    "MATCH_SAME": "The same lesion",
    "MATCH_SPLIT": "Split: its parts are measured together",
    "MATCH_MERGED": "Merged: measured as one with the others",
    "MATCH_GONE": "Gone",
    "MATCH_NEW": "New",
    "MATCH_UNSEEN": "Not evaluated: out of view",
    "MATCH_AMBIGUOUS": "Not evaluated: a person has to pair it",
    "MATCHED_BY": "What it was matched by",
    "VOLUME_CHANGE": "Change of the volume since the lesion was first seen",
    "LONG_CHANGE": "Change of the long axis since the lesion was first seen",
    "SHORT_CHANGE": "Change of the short axis since the lesion was first seen",
    "SCORE_CHANGE": "Change of the score since the lesion was first seen",
}
RING = "RING"

# The algorithm of a lesion of which nobody recorded how it was drawn. SegmentAlgorithmType has to have one of
# three values: MANUAL would claim a person's contour and leave no room for a name, AUTOMATIC that of an
# algorithm alone; SEMIAUTOMATIC claims least, and comes with this name.
NOT_RECORDED = "not recorded how it was drawn"

# SNOMED RT, which DICOM used before SNOMED CT; the pairs are those of DICOM PS3.16.
SNOMED_RT_CODES = {
    "T-C4000": Site.LYMPH_NODE,
    "T-D1000": Site.HEAD_AND_NECK,
    "T-28000": Site.LUNG,
    "T-62000": Site.LIVER,
    "T-D016E": Site.BONE,
    "T-A0100": Site.BRAIN,
    "T-B3000": Site.ADRENAL,
    "T-1A000": Site.SOFT_TISSUE,
}


# Defined terms of BodyPartExamined (DICOM PS3.16, annex L); bone, lymph nodes and soft tissue have none.
BODY_PARTS = {
    Site.HEAD_AND_NECK: "HEADNECK",
    Site.LUNG: "LUNG",
    Site.LIVER: "LIVER",
    Site.BRAIN: "BRAIN",
    Site.ADRENAL: "ADRENAL",
}


def site_of_codes(items: Iterable[Any]) -> Site | None:
    """The site that the first known of these codes names; None when none is known.

    Parameters
    ----------
    items : iterable of pydicom Dataset, items of code sequences
    """
    for item in items:
        scheme, code = str(item.get("CodingSchemeDesignator", "")), str(item.get("CodeValue", ""))
        site = None
        if scheme == "SCT":
            site = Site.from_snomed(code)
        elif scheme in ("SRT", "SNM3", "99SDM"):
            site = SNOMED_RT_CODES.get(code)
        if site is not None:
            return site
    return None


def delineation_of(item: Any) -> Delineation | None:
    """How a segment was drawn; None where that was not recorded.

    Parameters
    ----------
    item : Dataset, of a SegmentSequence
    """
    name = text_of(item, "SegmentAlgorithmName")
    return (
        None if name == NOT_RECORDED else Delineation.parse(str(item.get("SegmentAlgorithmType") or ""), name)
    )


def terminology_entry(categories: Iterable[Any], types: Iterable[Any]) -> str:
    """Category and type of a segment as Slicer writes them in a terminology entry (`segment_tags`).

    Parameters
    ----------
    categories, types : iterable of pydicom Dataset, items of code sequences
    """
    return "~".join(["", *(_entry(next(iter(items), None)) for items in (categories, types))])


def _entry(item: Any) -> str:
    names = ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
    return "" if item is None else "^".join(str(item.get(name, "")) for name in names)


def is_ring(items: Iterable[Any]) -> bool:
    """Whether a segment's type is the peritumoral ring of our own export.

    Parameters
    ----------
    items : iterable of pydicom Dataset, items of its code sequence
    """
    return any(
        (str(item.get("CodingSchemeDesignator", "")), str(item.get("CodeValue", ""))) == (SCHEME, RING)
        for item in items
    )


def region_of(site: Site | None) -> Any:
    """A site as an anatomic region, a CodedConcept of highdicom; None where it names no structure.

    Parameters
    ----------
    site : Site or None
    """
    if site is None or site.snomed_code is None:
        return None
    return highdicom().sr.CodedConcept(site.snomed_code, "SCT", site.label.capitalize())


def body_part(of_ct: str, sites: Collection[Site | None]) -> str:
    """BodyPartExamined of what is made on a CT: the CT's own, else that of all sites; "" for none.

    Parameters
    ----------
    of_ct : str, the CT's; what is no code string is passed over
    sites : collection of Site or None, of the lesions
    """
    if re.fullmatch(r"[A-Z0-9_ ]{1,16}", of_ct.strip()):
        return of_ct.strip()
    named = {BODY_PARTS.get(site, "") if site else "" for site in sites}
    return named.pop() if len(named) == 1 else ""


def coded(code: str) -> Any:
    """One of our own codes, a CodedConcept of highdicom.

    Parameters
    ----------
    code : str, of `MEANINGS`
    """
    return highdicom().sr.CodedConcept(code, SCHEME, MEANINGS[code])


def lesion_concepts() -> tuple[Any, Any]:
    """What a lesion is: highdicom's CodedConcept of its category, and of its type."""
    concept = highdicom().sr.CodedConcept
    category = concept("49755003", "SCT", "Morphologically Abnormal Structure")
    return category, concept("4147007", "SCT", "Mass")


def scheme_identification() -> list[Any]:
    """The CodingSchemeIdentificationSequence of a file with our own codes."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeName = SCHEME_NAME
    item.CodingSchemeResponsibleOrganization = SCHEME_NAME
    return [item]

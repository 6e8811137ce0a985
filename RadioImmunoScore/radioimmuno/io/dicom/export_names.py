"""Names of the files of an export and of the lesions in them, and UIDs by which lesions are found again.

A lesion that comes from a SEG file with a tracking UID keeps it. Any other gets one that follows from the
patient's ID and the lesion's name alone, so that the patient's lesion of the same name has the same UID in
every study: whoever follows lesions over time has to name them alike. Where the patient has no ID, the study
stands in for the patient, and other time points get other UIDs.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...lesion import Lesion
from .codes import RING

LESIONS_SEG_NAME, RINGS_SEG_NAME = "lesion_segmentation.dcm", "ring_segmentation.dcm"
LESIONS_NAME, PATIENT_NAME = "lesion_report.dcm", "patient_report.dcm"
STRUCTURES_NAME = "designated_lesions.dcm"
FOLLOW_UP_NAME = "follow_up_report.dcm"
ALL = (LESIONS_SEG_NAME, RINGS_SEG_NAME, LESIONS_NAME, PATIENT_NAME, STRUCTURES_NAME)

# The most that a value of LO holds: 64 characters (DICOM PS3.5, 6.2), which programs, validators among them,
# count as bytes. A ring's name is its lesion's with an ending.
LO_BYTES = 64
RING_ENDING = ", ring"
CUT = "…"

# Marks of the direction in which others are read: they make one name look like another.
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Ours, made once; what is derived from it stays the same as long as it does.
NAMESPACE = uuid.UUID("5b1f3c2e-8d0a-4f67-9c55-2f1d7a4be0c3")

# The root under which every UUID is a UID (ITU-T X.667, DICOM PS3.5 B.2).
UUID_ROOT = "2.25"

# What a UID looks like (DICOM PS3.5, chapter 9).
UID_PATTERN = re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))+", re.ASCII)


@dataclass(frozen=True)
class Tracking:
    """What a lesion is found again by, in all of its studies (DICOM PS3.3 C.8.20.2, PS3.16 TID 1410).

    Parameters
    ----------
    identifier : str
        Tracking ID: the name of a segment, as of `export_names`.
    uid : str
        Tracking UID.
    """

    identifier: str
    uid: str

    @property
    def of_ring(self) -> Tracking:
        """That of the lesion's ring."""
        return Tracking(self.identifier + RING_ENDING, derived_uid(self.uid, RING))


def cleaned(text: str) -> str:
    """The text on one line, without what DICOM cannot hold in a name or what would hide in one.

    Line breaks and control characters are spaces, a backslash (which parts values) is a slash, halves of
    surrogate pairs (which no file can hold) are question marks, marks of direction are left out.

    Parameters
    ----------
    text : str
    """
    return " ".join("".join(map(_allowed, text)).split())


def _allowed(character: str) -> str:
    category = unicodedata.category(character)
    if character in DIRECTIONS:
        return ""
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return {"\\": "/"}.get(character, "?" if category == "Cs" else character)


def shortened(text: str, most: int = LO_BYTES) -> str:
    """At most so many bytes of UTF-8; a text that was cut ends with `CUT`.

    Parameters
    ----------
    text : str
    most : int, bytes
    """
    content = text.encode()
    if len(content) <= most:
        return text
    return content[: most - len(CUT.encode())].decode(errors="ignore").rstrip() + CUT


def export_names(names: Mapping[str, str]) -> dict[str, str]:
    """By a lesion's id the name of its segment and of its group in the report: short, and each name once.

    Parameters
    ----------
    names : mapping of str to str, lesion id -> name; a lesion without one is called by its id, later ones of
        the same name are numbered
    """
    most = LO_BYTES - len(RING_ENDING)
    unique: dict[str, str] = {}
    taken: set[str] = set()
    for identifier, name in names.items():
        whole = cleaned(name) or cleaned(f"Lesion {identifier}")
        number, own = 1, shortened(whole, most)
        while own in taken or own + RING_ENDING in taken:
            number += 1
            ending = f" ({number})"
            own = shortened(whole, most - len(ending)) + ending
        taken |= {own, own + RING_ENDING}
        unique[identifier] = own
    return unique


def tracking_uids(lesions: Sequence[Lesion], patient: str) -> dict[str, str]:
    """Lesion id -> tracking UID.

    Lesions that share a name, or a UID, are kept apart by their identifiers; what is no UID is passed over.

    Parameters
    ----------
    lesions : sequence of Lesion, of one study
    patient : str, the patient's ID, with whoever issued it
    """
    names = Counter(lesion.name for lesion in lesions)
    uids = {}
    for lesion in lesions:
        own = (lesion.name,) if names[lesion.name] == 1 else (lesion.name, lesion.id)
        uids[lesion.id] = derived_uid(patient, *own)
    return uids | given_uids(lesions)


def given_uids(lesions: Sequence[Lesion]) -> dict[str, str]:
    """Lesion id -> tracking UID, of the lesions that come with one which no other lesion of the study has.

    Parameters
    ----------
    lesions : sequence of Lesion, of one study
    """
    uses = Counter(lesion.tracking_uid for lesion in lesions)
    known = {lesion.id: lesion.tracking_uid or "" for lesion in lesions if uses[lesion.tracking_uid] == 1}
    return {key: uid for key, uid in known.items() if UID_PATTERN.fullmatch(uid)}


def derived_uid(*parts: str) -> str:
    """The same UID for the same parts, on every machine.

    Parameters
    ----------
    parts : str
    """
    return f"{UUID_ROOT}.{uuid.uuid5(NAMESPACE, chr(0x1F).join(parts)).int}"

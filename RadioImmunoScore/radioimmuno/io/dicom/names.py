"""What the files of an export are called, and what the names in them may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

LESIONS_SEG_NAME, RINGS_SEG_NAME = "lesion_segmentation.dcm", "ring_segmentation.dcm"
LESIONS_NAME, PATIENT_NAME = "lesion_report.dcm", "patient_report.dcm"
ALL = (LESIONS_SEG_NAME, RINGS_SEG_NAME, LESIONS_NAME, PATIENT_NAME)

# The most that a value of LO holds: 64 characters (DICOM PS3.5, 6.2), which programs, validators among them,
# count as bytes. A ring's name is its lesion's with an ending.
LO_BYTES = 64
RING_ENDING = ", ring"
CUT = "…"

# Characters that say in which direction others are read: they make one name look like another.
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def cleaned(text: str) -> str:
    """The text on one line, without what DICOM cannot hold in a name or what would hide in one.

    Line breaks and control characters are spaces, a backslash (which parts values) is a slash, halves of
    surrogate pairs (which no file can hold) are question marks, marks of direction are left out.
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
    """At most so many bytes of UTF-8; a text that was cut says so by its last character."""
    content = text.encode()
    if len(content) <= most:
        return text
    return content[: most - len(CUT.encode())].decode(errors="ignore").rstrip() + CUT


def export_names(names: Mapping[str, str]) -> dict[str, str]:
    """Lesion id -> what its segment and its group in the report are called: short, and each name once.

    Parameters
    ----------
    names : lesion id -> name; a lesion without one is called by its id, later ones of the same name are
        numbered
    """
    most = LO_BYTES - len(RING_ENDING)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for identifier, name in names.items():
        whole = cleaned(name) or cleaned(f"Lesion {identifier}")
        number, own = 1, shortened(whole, most)
        while own in taken or own + RING_ENDING in taken:
            number += 1
            ending = f" ({number})"
            own = shortened(whole, most - len(ending)) + ending
        taken |= {own, own + RING_ENDING}
        found[identifier] = own
    return found

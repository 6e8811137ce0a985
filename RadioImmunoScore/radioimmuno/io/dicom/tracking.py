"""Identifiers by which a lesion is found again at its other time points.

A lesion that comes from a SEG file with a tracking UID keeps it. Any other gets one that follows from the
patient's ID and the lesion's name alone, so that the patient's lesion of the same name has the same UID in
every study: whoever follows lesions over time has to name them alike. Where the patient has no ID, the study
stands in for the patient, and other time points get other UIDs.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence

from ...lesion import Lesion

# Ours, made once; what is derived from it stays the same as long as it does.
NAMESPACE = uuid.UUID("5b1f3c2e-8d0a-4f67-9c55-2f1d7a4be0c3")

# The root under which every UUID is a UID (ITU-T X.667, DICOM PS3.5 B.2).
UUID_ROOT = "2.25"

# What a UID looks like (DICOM PS3.5, chapter 9).
UID_PATTERN = re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))+", re.ASCII)


def tracking_uids(lesions: Sequence[Lesion], patient: str) -> dict[str, str]:
    """Lesion id -> tracking UID.

    Parameters
    ----------
    lesions : the lesions of one study
    patient : the patient's ID, with whoever issued it

    Lesions that share a name, or a UID, are told apart by their identifiers; what is no UID is passed over.
    """
    names = Counter(lesion.name for lesion in lesions)
    given = Counter(lesion.tracking_uid for lesion in lesions)
    uids = {}
    for lesion in lesions:
        own_uid = lesion.tracking_uid or ""
        if given[lesion.tracking_uid] == 1 and UID_PATTERN.fullmatch(own_uid):
            uids[lesion.id] = own_uid
        else:
            own = (lesion.name,) if names[lesion.name] == 1 else (lesion.name, lesion.id)
            uids[lesion.id] = derived_uid(patient, *own)
    return uids


def derived_uid(*parts: str) -> str:
    """The same UID for the same parts, on every machine."""
    return f"{UUID_ROOT}.{uuid.uuid5(NAMESPACE, chr(0x1F).join(parts)).int}"

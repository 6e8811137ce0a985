"""What a volume node says about how its CT was made: from its DICOM header, or noted on the node."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from radioimmuno.acceptance import unless_accepted
from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding

from .dicom_origin import headerValues, originOf

CT = "CT"
NOTED = "RadioImmunoScore.Acquisition"

KVP = "0018,0060"
SLICE_THICKNESS = "0018,0050"
KERNEL = "0018,1210"
CONTRAST_AGENT = "0018,0010"
MODALITY = "0008,0060"
MANUFACTURER, MODEL = "0008,0070", "0008,1090"


def readAcquisition(volumeNode: Any) -> Acquisition:
    """The acquisition of a volume node; nothing that is not known is guessed."""
    noted = volumeNode.GetAttribute(NOTED)
    if noted:
        return Acquisition(**json.loads(noted))
    header, modality = headerValues(volumeNode, _TAGS), originOf(volumeNode).modality
    if not any(header.values()):
        return Acquisition(modality=modality or None)
    return Acquisition(
        kvp=_number(header[KVP]),
        slice_thickness_mm=_number(header[SLICE_THICKNESS]),
        kernel=header[KERNEL] or None,
        contrast_agent=header[CONTRAST_AGENT] or None,
        source="DICOM header",
        scanner=" ".join(filter(None, [header[MANUFACTURER], header[MODEL]])) or None,
        modality=header[MODALITY] or None,
    )


def noteAcquisition(volumeNode: Any, acquisition: Acquisition) -> None:
    """Write the acquisition on the node, where a saved scene keeps it."""
    volumeNode.SetAttribute(NOTED, json.dumps(asdict(acquisition)))


_TAGS = (KVP, SLICE_THICKNESS, KERNEL, CONTRAST_AGENT, MODALITY, MANUFACTURER, MODEL)


def modalityFindings(acquisition: Acquisition, accepted: Collection[str]) -> tuple[Finding, ...]:
    """A refusal of all lesions when the header says that the volume is no CT, unless that was accepted."""
    if acquisition.modality in (None, CT):
        return ()
    text = f"The modality is {acquisition.modality}, and signatures are made for CT: select a CT."
    return (unless_accepted("ct.not_ct", text, accepted),)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value > 0 else None

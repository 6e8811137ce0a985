"""The few files that Slicer's logics look for in an installation's share folder, with content of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from radioimmuno.lesion import Site

# 31 label colors, so that a label map's segments differ before they are scored.
GENERIC_COLORS = "\n".join(
    ["# Color table file", "0 background 0 0 0 0"]
    + [
        f"{n} label_{n} {53 * n % 206 + 50} {97 * n % 206 + 50} {193 * n % 206 + 50} 255"
        for n in range(1, 32)
    ]
)


# The logic takes a file for what its schema says it is.
SEGMENT_SCHEMA = (
    "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/segment-context-schema.json#"
)
ANATOMIC_SCHEMA = (
    "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/anatomic-context-schema.json#"
)


def writeShareFolder(folder: Path) -> None:
    """Write what the color and terminology logics read when they get a scene."""
    colors = folder / "ColorFiles"
    colors.mkdir(parents=True)
    (colors / "GenericColors.txt").write_text(GENERIC_COLORS + "\n")
    for name in ("SlicerGeneralAnatomy", "DICOM-Master"):
        path = folder / f"SegmentationCategoryTypeModifier-{name}.term.json"
        path.write_text(json.dumps(_segmentationContext()))
    path = folder / "AnatomicRegionAndModifier-DICOM-Master.term.json"
    path.write_text(json.dumps(_anatomicContext()))


def _segmentationContext() -> dict[str, Any]:
    lesion = _code("4147007", "Mass") | {"recommendedDisplayRGBValue": [144, 238, 144]}
    category = _code("49755003", "Morphologically Altered Structure") | {
        "showAnatomy": True,
        "Type": [lesion],
    }
    return {
        "@schema": SEGMENT_SCHEMA,
        "SegmentationCategoryTypeContextName": "Lesions",
        "SegmentationCodes": {"Category": [category]},
    }


def _anatomicContext() -> dict[str, Any]:
    regions = [_code(site.snomed_code, site.label.capitalize()) for site in Site if site.snomed_code]
    return {
        "@schema": ANATOMIC_SCHEMA,
        "AnatomicContextName": "Sites",
        "AnatomicCodes": {"AnatomicRegion": regions},
    }


def _code(value: str, meaning: str) -> dict[str, Any]:
    return {"CodingSchemeDesignator": "SCT", "CodeValue": value, "CodeMeaning": meaning}

"""A patient's scores to a file, by its suffix."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import slicer

from radioimmuno.files.outputs import check_output
from radioimmuno.scoring.results import PatientScore

from .case import Case

SUFFIXES = (".csv", ".json", ".html")


def sceneFiles(scene: Any) -> list[Path]:
    """The files that a scene's nodes were loaded from or saved to, and the scene's own."""
    nodes = scene.GetNodesByClass("vtkMRMLStorageNode")
    storages = [nodes.GetItemAsObject(n) for n in range(nodes.GetNumberOfItems())]
    names = [scene.GetURL(), *(storage.GetFullNameFromFileName() for storage in storages)]
    return [Path(name) for name in names if name]


def exportPatient(patient: PatientScore, case: Case, path: str | Path) -> Path:
    """Write a table (`.csv`), everything for machines (`.json`) or a page to read (`.html`), whole or not.

    Raises
    ------
    OutputError
        `output.is_input` for a file that the scene was loaded from, `output.incomplete` on a full disk.
    ValueError
        For another suffix.
    OSError
        When the file cannot be written.
    """
    from radioimmuno.report import write_patient_json, write_report_html, write_scores_csv

    target = Path(path)
    check_output(target, sceneFiles(slicer.mrmlScene))
    if target.suffix.lower() not in SUFFIXES:
        raise ValueError(f"a report is written as {', '.join(SUFFIXES)}, not as {target.name!r}")
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    dated = replace(patient, provenance={**patient.provenance, "created_utc": now})
    if target.suffix.lower() == ".csv":
        write_scores_csv(dated, case.signature, target)
    elif target.suffix.lower() == ".json":
        write_patient_json(dated, case.signature, target)
    else:
        write_report_html(dated, case.signature, case.image, case.lesions, target)
    return target

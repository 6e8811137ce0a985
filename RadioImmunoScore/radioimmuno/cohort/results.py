"""What comes out of a cohort: tables, where they come from, a page to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..files.atomic import write_text
from ..files.atomic_folder import replacing_folder
from ..files.outputs import check_output
from ..files.written_files import check_replaceable, sha256
from ..findings import OutputError
from ..learned.card import card_record
from ..scoring.provenance import software
from ..signature.signature import signature_record
from .manifest import Manifest
from .plan import Plan
from .report import write_report
from .run import Outcome, RunOptions
from .store import PatientStore
from .tables import (
    FAILED,
    GONE,
    LESIONS,
    PARQUET,
    PATIENTS,
    REFUSED,
    CohortTables,
    score_counts,
    write_tables,
)

KIND = "cohort"
RECORD, REPORT = "cohort.json", "report.html"
NAMES = (LESIONS, PARQUET, PATIENTS, FAILED, RECORD, REPORT)
FORMAT, FORMAT_VERSION = "radioimmuno-cohort", 1


def check_place(manifest: Manifest, folder: Path, force: bool = False) -> PatientStore:
    """The store of a folder that results may be written to.

    Parameters
    ----------
    manifest : Manifest
    folder : Path
    force : bool
        Whether tables that were edited, and those of another manifest, may be replaced.

    Returns
    -------
    PatientStore

    Raises
    ------
    OutputError
        `output.is_input`, `output.foreign`, `cohort.other_manifest`.
    """
    rows = [row for one in manifest.patients for row in one.rows]
    paths = {path for row in rows for path in (row.ct, row.lesions) if path}
    images = [image for row in rows for image in row.images.values()]
    paths |= {Path(path) for image in images for path in (image.path, image.transform) if path}
    check_output(folder, [manifest.path, *sorted(paths)])
    check_replaceable(folder, NAMES, KIND, force)
    names = [one.patient for one in manifest.patients]
    store = PatientStore(folder)
    store.check(names)
    there = store.patients()
    if there and not force and not {*there} & {*names}:
        text = f"{folder} holds {len(there)} patients of another manifest ({there[0]}, ...). Name another."
        raise OutputError("cohort.other_manifest", text)
    return store


def write_results(
    tables: CohortTables,
    manifest: Manifest,
    plan: Plan,
    outcome: Outcome,
    options: RunOptions,
    folder: Path,
    force: bool = False,
) -> list[Path]:
    """Write tables, record and page; the files in the folder are all of this run or all of the one before.

    Parameters
    ----------
    tables : CohortTables
    manifest : Manifest
    plan : Plan
    outcome : Outcome
    options : RunOptions
    folder : Path
    force : bool

    Returns
    -------
    list of Path
    """
    with replacing_folder(folder, RECORD, NAMES, kind=KIND, force=force) as fresh:
        names = write_tables(tables, fresh)
        write_report(tables, manifest, plan, fresh / REPORT)
        record = cohort_record(tables, manifest, plan, outcome, options, {n: fresh / n for n in names})
        write_text(fresh / RECORD, json.dumps(record, indent=2, allow_nan=False) + "\n")
    return [folder / name for name in (*names, RECORD, REPORT)]


def cohort_record(
    tables: CohortTables,
    manifest: Manifest,
    plan: Plan,
    outcome: Outcome,
    options: RunOptions,
    files: Mapping[str, Path],
) -> dict[str, Any]:
    """Where the tables come from, as plain values for JSON.

    Parameters
    ----------
    tables : CohortTables
    manifest : Manifest
    plan : Plan
    outcome : Outcome
    options : RunOptions
    files : mapping of str to Path
        The tables that were written.

    Returns
    -------
    dict of str to Any
    """
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "created_utc": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "software": software(),
        "manifest": {
            "name": manifest.path.name,
            "sha256": sha256(manifest.path),
            "carried": list(manifest.carried),
            "notes": list(manifest.notes),
        },
        "counts": counts(tables),
        "scores": score_counts(tables),
        "settings": plan.settings.to_dict(),
        **plan.about,
        "accepted": sorted(plan.accepted),
        "features": list(plan.values),
        "signatures": [
            signature_record(one, "name", "version", "status", "notice", "sha256", "settings")
            for one in plan.signatures
        ],
        "images": list(manifest.roles),
        "models": [card_record(card) for card in plan.cards],
        "run": {
            "scheduler": bool(options.scheduler),
            "workers": None if options.scheduler else options.workers,
            "time_limit_s": options.limit_s,
            "kept": outcome.kept,
            "peak_memory_mb": outcome.peak_mb,
        },
        "tables": {name: sha256(path) for name, path in files.items()},
        "failed": [list(row) for row in tables.failed],
        "not_scored": [list(row) for row in tables.not_scored],
    }


def counts(tables: CohortTables) -> dict[str, int]:
    """How many patients and lesions there are, and what became of them.

    Parameters
    ----------
    tables : CohortTables

    Returns
    -------
    dict of str to int
    """
    statuses = tables.column("status")
    refused, gone = statuses.count(REFUSED), statuses.count(GONE)
    return {
        "patients": len(tables.patients),
        "failed": len(tables.failed),
        "lesions": len(statuses) - gone,
        "measured": len(statuses) - gone - refused,
        "warned": sum(status == "warning" for status in statuses),
        "refused": refused,
    }

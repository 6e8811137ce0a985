"""Which software measured a table: known where the record of its cohort lies beside it."""

from __future__ import annotations

import json
from pathlib import Path

from ..files.written_files import sha256
from ..settings import Settings
from .results import RECORD


def measured_by(table: Path, settings: Settings) -> str:
    """The software that measured a table with these settings.

    Parameters
    ----------
    table : Path
    settings : Settings

    Returns
    -------
    str
        Name and version; empty where no record lies beside the table, where it names another hash of the
        table (it was edited), or other settings.
    """
    try:
        record = json.loads((table.parent / RECORD).read_text(encoding="utf-8"))
        known = record["tables"][table.name] == sha256(table) and record["settings"] == settings.to_dict()
        return f"{record['software']['name']} {record['software']['version']}" if known else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""

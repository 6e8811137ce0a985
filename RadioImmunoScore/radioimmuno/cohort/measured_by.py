"""Which software and models measured a table: known where the record of its cohort lies beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..files.written_files import sha256
from ..findings import ModelError
from ..learned.card import ModelCard, parse_card
from ..modality import CT, with_filters
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
        record = _record(table)
        known = record["settings"] == settings.to_dict()
        return f"{record['software']['name']} {record['software']['version']}" if known else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def settings_of_table(table: Path, settings: Settings) -> Settings:
    """The settings with the filtered images that a table was measured on.

    Parameters
    ----------
    table : Path
    settings : Settings

    Returns
    -------
    Settings
        The same where no record lies beside the table, or it names another hash of the table (it was edited).
    """
    try:
        known = Settings.from_dict(_record(table)["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        return settings
    of_images = {role: own.filters for role, own in known.images.items()}
    return with_filters(settings, {CT.role: known.filters, **of_images})


def models_of_table(table: Path) -> tuple[ModelCard, ...]:
    """The cards of the outside models whose values a table has.

    Parameters
    ----------
    table : Path

    Returns
    -------
    tuple of ModelCard
        None where no record lies beside the table, or it names another hash of the table (it was edited).
    """
    try:
        return tuple(parse_card(json.dumps(card).encode()) for card in _record(table)["models"])
    except (OSError, ValueError, KeyError, TypeError, ModelError):
        return ()


def _record(table: Path) -> dict[str, Any]:
    """The record beside a table, of which it names the hash."""
    record: dict[str, Any] = json.loads((table.parent / RECORD).read_text(encoding="utf-8"))
    if record["tables"][table.name] != sha256(table):
        raise ValueError("the table was edited")
    return record

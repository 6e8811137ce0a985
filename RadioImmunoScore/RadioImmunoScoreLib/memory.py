"""Scores as text, for the parameter node of a saved scene."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from radioimmuno.findings import Finding, Severity
from radioimmuno.lesion import Site
from radioimmuno.results import Contribution, LesionScore


def rowsToJson(rows: Iterable[LesionScore]) -> str:
    """The rows as JSON, all digits kept. Rings are left out: they are a segmentation of the scene."""
    return json.dumps([_toPlain(row) for row in rows])


def rowsFromJson(text: str) -> dict[str, LesionScore]:
    """The rows by segment ID."""
    rows = map(_fromPlain, json.loads(text))
    return {row.id: row for row in rows}


def _toPlain(row: LesionScore) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "volume_cc": row.volume_cc,
        "score": row.score,
        "site": row.site.value if row.site else None,
        "irradiated": row.irradiated,
        "contributions": [asdict(part) for part in row.contributions],
        "findings": [[f.code, f.severity.value, f.text] for f in row.findings],
        "features": dict(row.features),
    }


def _fromPlain(plain: Mapping[str, Any]) -> LesionScore:
    fields = dict(plain)
    fields["site"] = Site(plain["site"]) if plain["site"] else None
    fields["contributions"] = tuple(Contribution(**part) for part in plain["contributions"])
    fields["findings"] = tuple(Finding(code, Severity(kind), text) for code, kind, text in plain["findings"])
    return LesionScore(**fields)

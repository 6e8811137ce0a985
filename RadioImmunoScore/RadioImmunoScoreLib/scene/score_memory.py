"""Scores and signature as text, for the parameter node of a saved scene."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from radioimmuno.findings import Finding, Severity
from radioimmuno.lesion import Site
from radioimmuno.scoring.results import Contribution, LesionScore
from radioimmuno.signature.signature import Signature, format_signature, parse_signature
from radioimmuno.stability.agreement import LesionStability, Spread
from radioimmuno.stability.perturbation import Perturbation


def rowsToJson(rows: Iterable[LesionScore]) -> str:
    """The rows as JSON, all digits kept. Rings are left out: they are a segmentation of the scene."""
    return json.dumps([_toPlain(row) for row in rows])


def rowsFromJson(text: str) -> dict[str, LesionScore]:
    """The rows by segment ID."""
    rows = map(_fromPlain, json.loads(text))
    return {row.id: row for row in rows}


def signatureToJson(signature: Signature) -> str:
    """A signature with the hash of the file that it came from."""
    return json.dumps({"sha256": signature.sha256, "content": format_signature(signature).decode()})


def signatureFromJson(text: str) -> Signature:
    """The signature; errors as of `parse_signature`."""
    plain = json.loads(text)
    return replace(parse_signature(plain["content"].encode()), sha256=plain["sha256"])


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
        "stability": asdict(row.stability) if row.stability else None,
    }


def _fromPlain(plain: Mapping[str, Any]) -> LesionScore:
    fields = dict(plain)
    fields["site"] = Site(plain["site"]) if plain["site"] else None
    fields["contributions"] = tuple(Contribution(**part) for part in plain["contributions"])
    fields["findings"] = tuple(Finding(code, Severity(kind), text) for code, kind, text in plain["findings"])
    fields["stability"] = _stabilityFromPlain(plain.get("stability"))
    return LesionScore(**fields)


def _stabilityFromPlain(plain: Mapping[str, Any] | None) -> LesionStability | None:
    """None in scenes that were saved before stability was measured."""
    if plain is None:
        return None
    fields = dict(plain)
    fields["spreads"] = {name: Spread(**spread) for name, spread in plain["spreads"].items()}
    fields["perturbation"] = Perturbation(**plain["perturbation"])
    return LesionStability(**fields)

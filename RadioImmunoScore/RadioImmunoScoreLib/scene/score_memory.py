"""Scores and signature as text, for the parameter node of a saved scene."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from radioimmuno.scoring.records import lesion_record, read_lesion
from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.signature import Signature, format_signature, parse_signature


def rowsToJson(rows: Iterable[LesionScore]) -> str:
    """The rows as JSON, all digits kept. Rings are left out: they are a segmentation of the scene."""
    return json.dumps([lesion_record(row) for row in rows])


def rowsFromJson(text: str) -> dict[str, LesionScore]:
    """The rows by segment ID."""
    rows = map(read_lesion, json.loads(text))
    return {row.id: row for row in rows}


def signatureToJson(signature: Signature) -> str:
    """A signature with the hash of the file that it came from."""
    return json.dumps({"sha256": signature.sha256, "content": format_signature(signature).decode()})


def signatureFromJson(text: str) -> Signature:
    """The signature; errors as of `parse_signature`."""
    plain = json.loads(text)
    return replace(parse_signature(plain["content"].encode()), sha256=plain["sha256"])

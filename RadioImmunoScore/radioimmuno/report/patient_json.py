"""The patient as JSON: metrics, lesions, signature and provenance, for programs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from ..files.atomic import write_text
from ..identity import identity_entries
from ..scoring.patient_metrics import designation
from ..scoring.results import LesionScore, Metrics, PatientScore
from ..signature.signature import Signature
from ..signature.variables import variable_of
from ..stability.agreement import LesionStability, PatientStability
from .words import NO_BINS, NOT_DEFINED, entropy_missing

FORMAT = "radioimmuno-patient"
FORMAT_VERSION = 1
ICC_KIND = "ICC(1,1): one-way random effects, single values, lesions x redrawn contours"

NO_SCORE = "not defined (no scored lesion)"


def write_patient_json(patient: PatientScore, signature: Signature, path: str | os.PathLike[str]) -> None:
    """Write the patient as one JSON object (UTF-8; no NaN, no infinity).

    Keys: `format`, `format_version`, `notice`, `patient`, `study`, `series`, `signature`, `subsets` (metrics
    by subset; a metric that is not defined is null and `not_defined` says why), `lesions`, `left_out` (what
    is no lesion: id, name, reason), `stability` (of redrawn contours; null where it was not measured, also in
    a lesion), `provenance`.

    Raises
    ------
    ValueError
        For a number that is not finite; the file is then not written.
    """
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "notice": signature.notice,
        **identity_entries(patient.identity),
        "signature": _signature(signature),
        "subsets": {name: _metrics(metrics) for name, metrics in patient.subsets.items()},
        "lesions": [_lesion(lesion, signature) for lesion in patient.lesions],
        "left_out": [asdict(one) for one in patient.left_out],
        "stability": _patient_stability(patient.stability),
        "provenance": patient.provenance,
    }
    text = json.dumps(document, indent=2, allow_nan=False, default=_plain)
    write_text(path, text + "\n")


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "name": signature.name,
        "version": signature.version,
        "status": signature.status,
        "notice": signature.notice,
        "sha256": signature.sha256,
        "predicts": signature.predicts,
        "direction": signature.direction,
        "citation": signature.citation,
        "patents": signature.patents,
        "intercept": signature.intercept,
        "cutoffs": None if signature.cutoffs is None else asdict(signature.cutoffs),
        "entropy_edges": signature.entropy_edges,
        "settings": signature.settings.to_dict(),
    }


def _metrics(metrics: Metrics) -> dict[str, Any]:
    values = asdict(metrics)
    missing = {name: _why_missing(name, metrics) for name, value in values.items() if value is None}
    return values | {"not_defined": missing}


def _why_missing(name: str, metrics: Metrics) -> str:
    if not metrics.n:
        return NO_SCORE
    return {"sd": NOT_DEFINED, "entropy": entropy_missing(metrics), "outside_bins": NO_BINS}[name]


def _lesion(lesion: LesionScore, signature: Signature) -> dict[str, Any]:
    return {
        "id": lesion.id,
        "name": lesion.name,
        "site": None if lesion.site is None else lesion.site.value,
        "irradiated": lesion.irradiated,
        "volume_cc": lesion.volume_cc,
        "score": lesion.score,
        "status": lesion.status,
        "designation": designation(lesion.score, signature),
        "findings": [
            {"code": finding.code, "severity": finding.severity.value, "text": finding.text}
            for finding in lesion.findings
        ],
        "contributions": [
            {"title": variable_of(term.variable).title, **asdict(term)} for term in lesion.contributions
        ],
        "features": dict(lesion.features),
        "stability": None if lesion.stability is None else _lesion_stability(lesion.stability),
    }


def _patient_stability(stability: PatientStability | None) -> dict[str, Any] | None:
    if stability is None:
        return None
    return {"perturbation": asdict(stability.perturbation), "icc_kind": ICC_KIND, "icc": dict(stability.icc)}


def _lesion_stability(stability: LesionStability) -> dict[str, Any]:
    return {
        "sd": stability.sd,
        "p5": stability.low,
        "p95": stability.high,
        "flip_shares": dict(stability.flips),
        "contours_scored": stability.scored,
        "contours_drawn": stability.draws,
        "features": {name: asdict(spread) for name, spread in stability.spreads.items()},
        "perturbation": asdict(stability.perturbation),
    }


def _plain(value: Any) -> Any:
    """What JSON has no word for: numpy's numbers and arrays, mappings, paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "items"):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} has no place in the patient's JSON")

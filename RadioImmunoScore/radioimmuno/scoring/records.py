"""Scores as plain values for JSON, and back: what `patient.json` holds and what a scene remembers.

A scene remembers each lesion as `lesion_record` has it. `patient.json` holds more of a lesion, under names
that need no knowledge of this software (`patient_record`). `read_lesion` reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..findings import Finding, Severity
from ..identity import Identity, identity_entries
from ..lesion import LeftOut, Site
from ..signature.color_scale import color_scale
from ..signature.patient_rules import PATIENT_RULES
from ..signature.signature import Signature, signature_record
from ..signature.variables import variable_of
from ..stability.agreement import LesionStability, PatientStability, Spread
from ..stability.perturbation import Perturbation
from .patient_metrics import designation
from .results import Contribution, LesionScore, Metrics, PatientScore, PatientValue, stability_of

if TYPE_CHECKING:
    from ..pet.patient_uptake import PatientUptake

FORMAT = "radioimmuno-patient"
FORMAT_VERSION = 1
ICC_KIND = "ICC(1,1): one-way random effects, single values, lesions x redrawn contours"

# What fields of a lesion's stability are called in patient.json; the others have their own names.
_STABILITY_NAMES = {
    "low": "p5",
    "high": "p95",
    "flips": "flip_shares",
    "scored": "contours_scored",
    "draws": "contours_drawn",
    "spreads": "features",
}
_STABILITY_FIELDS = {name: field for field, name in _STABILITY_NAMES.items()}


def patient_record(patient: PatientScore, signature: Signature) -> dict[str, Any]:
    """The content of `patient.json`; its keys are explained in `report.patient_json`."""
    stability = patient.stability
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "notice": signature.notice,
        **identity_entries(patient.identity),
        "signature": method_record(signature),
        **_value_entry(patient.value),
        "subsets": {name: _metrics_record(metrics) for name, metrics in patient.subsets.items()},
        "lesions": [_detailed_record(lesion, signature) for lesion in patient.lesions],
        "left_out": [asdict(one) for one in patient.left_out],
        **_uptake_entry(patient.uptakes),
        "stability": None if stability is None else _agreement_record(stability),
        "provenance": patient.provenance,
    }


def _uptake_entry(uptakes: Mapping[str, PatientUptake]) -> dict[str, Any]:
    """Uptake by role of the PET; nothing where none was measured."""
    found = {role: uptake_record(one) for role, one in uptakes.items()}
    return {"uptake": found} if found else {}


def uptake_record(uptake: PatientUptake) -> dict[str, Any]:
    """The uptake on a PET as plain values.

    Parameters
    ----------
    uptake : PatientUptake
    """
    from ..pet.records import totals_record, uptake_numbers

    return {
        "quantity": uptake.scale.quantity,
        "thresholds": {threshold.key: threshold.title for threshold in uptake.thresholds},
        "totals": totals_record(uptake),
        "references": [
            {"name": one.name, "mean": one.mean, "sd": one.sd, "volume_cc": one.volume_cc}
            for one in uptake.references
        ],
        "lesions": [
            {
                "id": one.id,
                "status": one.status,
                **uptake_numbers(one, uptake.scale.is_suv),
                "findings": [finding_record(finding) for finding in one.findings],
            }
            for one in uptake.lesions
        ],
        "findings": [finding_record(finding) for finding in uptake.findings],
        "notes": list(uptake.notes),
    }


def method_record(signature: Signature) -> dict[str, Any]:
    """What scores were made with: the signature without its terms, and the scale of its colors.

    Parameters
    ----------
    signature : Signature
    """
    record = signature_record(
        signature,
        *("name", "version", "status", "notice", "sha256", "predicts", "direction", "citation"),
        *("patents", "intercept", "cutoffs", "entropy_edges", "settings"),
    )
    return record | {"color_scale": asdict(color_scale(signature))}


def read_patient(record: Mapping[str, Any]) -> PatientScore:
    """The patient of a `patient_record`; its lesions have no rings.

    Parameters
    ----------
    record : mapping of str to Any

    Returns
    -------
    PatientScore

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        When it is none.
    """
    lesions = tuple(map(read_lesion, record["lesions"]))
    return PatientScore(
        lesions,
        {name: _read_metrics(metrics) for name, metrics in record["subsets"].items()},
        record["provenance"],
        stability_of(lesions),
        Identity(*(str(record.get(key, "")) for key in ("patient", "study", "series"))),
        tuple(LeftOut(**one) for one in record.get("left_out", [])),
        _read_value(record.get("patient_value")),
    )


def lesion_record(lesion: LesionScore) -> dict[str, Any]:
    """A lesion's row without its ring, all digits kept.

    Parameters
    ----------
    lesion : LesionScore

    Returns
    -------
    dict of str to Any

    Examples
    --------
    >>> row = LesionScore("3", "Liver", 12.5, 0.25, site=Site.LIVER)
    >>> read_lesion(lesion_record(row)) == row
    True
    """
    return {
        "id": lesion.id,
        "name": lesion.name,
        "volume_cc": lesion.volume_cc,
        "score": lesion.score,
        "site": lesion.site.value if lesion.site else None,
        "irradiated": lesion.irradiated,
        "contributions": [asdict(part) for part in lesion.contributions],
        "findings": [list(finding_record(finding).values()) for finding in lesion.findings],
        "features": dict(lesion.features),
        "stability": asdict(lesion.stability) if lesion.stability else None,
        "expected_agreement": lesion.expected_agreement,
        "weight": lesion.weight,
    }


def read_lesion(record: Mapping[str, Any]) -> LesionScore:
    """The row of a `lesion_record`, or of a lesion in `patient.json`; errors as of `read_patient`."""
    return LesionScore(
        id=str(record["id"]),
        name=str(record["name"]),
        volume_cc=float(record["volume_cc"]),
        score=None if record["score"] is None else float(record["score"]),
        site=None if record["site"] is None else Site(record["site"]),
        irradiated=record["irradiated"],
        contributions=tuple(map(_read_contribution, record["contributions"])),
        findings=tuple(map(_read_finding, record["findings"])),
        features={str(name): float(value) for name, value in record["features"].items()},
        # Scenes and files that were written before these were measured do not have them.
        stability=_read_stability(record.get("stability")),
        expected_agreement=record.get("expected_agreement"),
        weight=record.get("weight"),
    )


def finding_record(finding: Finding) -> dict[str, str]:
    """A finding with its code, its severity and its text."""
    return {"code": finding.code, "severity": finding.severity.value, "text": finding.text}


def _detailed_record(lesion: LesionScore, signature: Signature) -> dict[str, Any]:
    record = lesion_record(lesion)
    own = {name: record[name] for name in ("id", "name", "site", "irradiated", "volume_cc", "score")}
    stability = record["stability"] and {
        _STABILITY_NAMES.get(name, name): value for name, value in record["stability"].items()
    }
    return {
        **own,
        "status": lesion.status,
        "designation": designation(lesion.score, signature),
        "findings": [finding_record(finding) for finding in lesion.findings],
        "contributions": [
            {"title": variable_of(part["variable"]).title, **part} for part in record["contributions"]
        ],
        "features": record["features"],
        "stability": stability,
        "expected_agreement": lesion.expected_agreement,
        "weight": lesion.weight,
    }


def _metrics_record(metrics: Metrics) -> dict[str, Any]:
    values = asdict(metrics)
    missing = {name: metrics.why_missing(name) for name, value in values.items() if value is None}
    return values | {"not_defined": missing}


def _value_entry(value: PatientValue | None) -> dict[str, Any]:
    if value is None:
        return {}
    words = {"title": PATIENT_RULES[value.rule], "group": value.group or None}
    return {"patient_value": {**asdict(value), **words}}


def _read_value(record: Mapping[str, Any] | None) -> PatientValue | None:
    if record is None:
        return None
    return PatientValue(**{name: value for name, value in record.items() if name not in ("title", "group")})


def _agreement_record(stability: PatientStability) -> dict[str, Any]:
    return {"perturbation": asdict(stability.perturbation), "icc_kind": ICC_KIND, "icc": dict(stability.icc)}


def _read_metrics(record: Mapping[str, Any]) -> Metrics:
    return Metrics(**{name: value for name, value in record.items() if name != "not_defined"})


def _read_contribution(record: Mapping[str, Any]) -> Contribution:
    value, contribution = float(record["value"]), float(record["contribution"])
    return Contribution(record["variable"], value, contribution, bool(record["in_training_range"]))


def _read_finding(record: Any) -> Finding:
    code, severity, text = record.values() if isinstance(record, Mapping) else record
    return Finding(code, Severity(severity), str(text))


def _read_stability(record: Mapping[str, Any] | None) -> LesionStability | None:
    if record is None:
        return None
    fields = {_STABILITY_FIELDS.get(name, name): value for name, value in record.items()}
    fields["spreads"] = {name: Spread(**spread) for name, spread in fields["spreads"].items()}
    fields["perturbation"] = Perturbation(**fields["perturbation"])
    return LesionStability(**fields)

"""One patient of a cohort: the files are read, every lesion is measured and scored, all as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ..acquisition import acquisition_record
from ..extraction.extract import LesionFeatures, by_region, measure
from ..findings import InputError
from ..identity import Naming
from ..io.study_files import LesionFile, ReadStudy, StudyFiles, read_study
from ..lesion import Lesion
from ..scoring.provenance import software
from ..scoring.records import finding_record
from ..scoring.results import LesionScore
from ..scoring.score import found_before, keys_of, score_lesion, score_rows, with_count
from ..signature.signature import Signature
from ..site import Site
from ..study import Study
from .plan import FORMAT_VERSION, Plan, plan_of

FORMAT = "radioimmuno-cohort-patient"

# How closely a row of the manifest says which lesions it is about.
NAMED, MATCHED, WHOLE_FILE = 2, 1, 0


def measure_patient(order: Mapping[str, Any]) -> dict[str, Any]:
    """Measure a patient.

    Parameters
    ----------
    order : mapping of str to Any
        As of `plan.order_of`.

    Returns
    -------
    dict of str to Any
        `studies`: for each, where it comes from and its `lesions` with `values` (identifier -> value, None
        where it is not defined) and `scores` (signature's name -> score, status, findings); `row` is the
        number of the patient's row that says most of the lesion.

    Raises
    ------
    InputError
        When a file cannot be used, or a row of the manifest does not fit it.
    """
    plan = plan_of(order["plan"])
    studies = [_measured(study, order["patient"], plan) for study in order["studies"]]
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "patient": order["patient"],
        "software": software(),
        "studies": studies,
    }


def _measured(record: Mapping[str, Any], patient: str, plan: Plan) -> dict[str, Any]:
    rows = record["rows"]
    files = _lesion_files(rows)
    wanted = StudyFiles(
        Path(record["ct"]),
        tuple(files.values()),
        record["series"],
        kvp=record["kvp"],
        accepted=plan.accepted,
        naming=Naming(patient),
    )
    read = read_study(wanted, plan.settings)
    of_lesion = _rows_of_lesions(read, rows, list(files))
    study = replace(
        read.study,
        lesions=tuple(_known(one, of_lesion[one.id]) for one in read.study.lesions),
        acquisition=replace(read.study.acquisition, batch=record.get("batch", "")),
    )
    measured = _features(study, plan)
    scores = {signature.name: _scores(study, measured, signature, plan) for signature in plan.signatures}
    acquisition = study.acquisition
    return {
        "study": record["study"] or study.identity.study,
        "date": study.date,
        "acquisition": acquisition_record(acquisition),
        "kvp": acquisition.tube_voltage,
        "inputs": dict(study.inputs),
        "left_out": [asdict(one) for one in study.left_out],
        "row": rows[0]["number"],
        "lesions": [
            _lesion_record(
                lesion,
                features,
                plan,
                of_lesion[lesion.id]["number"],
                {name: rows[place] for name, rows in scores.items()},
            )
            for place, (lesion, features) in enumerate(zip(study.lesions, measured, strict=True))
        ],
    }


def _lesion_files(rows: Sequence[Mapping[str, Any]]) -> dict[str, LesionFile]:
    """The files that rows name, each once; all of its lesions where a row names it without saying which."""
    patterns: dict[str, list[str] | None] = {}
    for row in rows:
        path = row["lesions"]
        if path is None:
            continue
        own = [row["lesion"]] if row["lesion"] else row["patterns"]
        before = patterns.setdefault(path, [])
        patterns[path] = None if before is None or not own else [*before, *own]
    return {path: LesionFile(Path(path), tuple(names or ())) for path, names in patterns.items()}


def _rows_of_lesions(
    read: ReadStudy, rows: Sequence[Mapping[str, Any]], paths: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """The row that says most of each lesion, by the lesion's identifier."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    lesions = {lesion.id: lesion for lesion in read.study.lesions}
    for row in rows:
        if row["lesions"] is None:
            continue
        own = {old: lesions[new] for old, new in read.files[paths.index(row["lesions"])].items()}
        closeness, about = _about(row, own)
        for lesion in about:
            before = found.get(lesion.id)
            if before is not None and before[0] == closeness:
                text = f"Two rows of the manifest are about the lesion {lesion.name!r} ({lesion.id})."
                raise InputError("cohort.row", text)
            if before is None or before[0] < closeness:
                found[lesion.id] = (closeness, row)
    return {name: row for name, (_, row) in found.items()}


def _about(row: Mapping[str, Any], lesions: Mapping[str, Lesion]) -> tuple[int, list[Lesion]]:
    """How closely a row says which lesions of its file it is about, and these."""
    if row["lesion"]:
        wanted = row["lesion"].casefold()
        by_id = [one for name, one in lesions.items() if name.casefold() == wanted]
        found = by_id or [one for one in lesions.values() if one.name.casefold() == wanted]
        found = found or [one for name, one in lesions.items() if _matches(name, one, [wanted])]
        if len(found) != 1:
            problem = f"{len(found)} lesions are called so: name the identifier" if found else "was left out"
            raise InputError("cohort.row", f"The lesion {row['lesion']!r} of the manifest: {problem}.")
        return NAMED, found
    if row["patterns"]:
        wanted = [pattern.casefold() for pattern in row["patterns"]]
        return MATCHED, [one for name, one in lesions.items() if _matches(name, one, wanted)]
    return WHOLE_FILE, list(lesions.values())


def _matches(identifier: str, lesion: Lesion, patterns: Sequence[str]) -> bool:
    names = identifier.casefold(), lesion.name.casefold()
    return any(name == pattern or fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _known(lesion: Lesion, row: Mapping[str, Any]) -> Lesion:
    """The lesion with what the manifest says of it."""
    site = lesion.site if row["site"] is None else Site(row["site"])
    irradiated = lesion.irradiated if row["irradiated"] is None else row["irradiated"]
    return replace(lesion, site=site, irradiated=irradiated, clinical={**lesion.clinical, **row["clinical"]})


def _features(study: Study, plan: Plan) -> list[LesionFeatures]:
    """What was asked for, and with it what signatures of the same settings need."""
    shared = [one for one in plan.signatures if one.settings == plan.settings]
    keys = by_region(plan.features)
    for signature in shared:
        for region, names in keys_of(signature).items():
            keys[region] = tuple(dict.fromkeys((*keys.get(region, ()), *names)))
    return measure(study.image, study.lesions, plan.settings, keys, findings=study.findings)


def _scores(
    study: Study, measured: Sequence[LesionFeatures], signature: Signature, plan: Plan
) -> list[LesionScore]:
    """The lesions' scores; what was measured already with the signature's settings is not measured again."""
    if signature.settings != plan.settings:
        return score_rows(study, signature)
    before = study.findings
    known = found_before(study.image, study.lesions, signature, study.acquisition, before)
    rows = []
    for lesion, features in zip(with_count(study.lesions, signature), measured, strict=True):
        later = features.findings[len(before[lesion.id]) :]
        complete = replace(features, findings=(*known[lesion.id], *later))
        rows.append(score_lesion(lesion, complete, signature, study.acquisition))
    return rows


def _lesion_record(
    lesion: Lesion, features: LesionFeatures, plan: Plan, row: int, scores: Mapping[str, LesionScore]
) -> dict[str, Any]:
    return {
        "lesion_id": lesion.id,
        "name": lesion.name,
        "row": row,
        "site": None if lesion.site is None else lesion.site.value,
        "irradiated": lesion.irradiated,
        "volume_cc": lesion.volume_cc,
        "status": features.status,
        "findings": [finding_record(finding) for finding in features.findings],
        "values": {name: _finite(features.values.get(name)) for name in plan.features}
        if not features.refused
        else {},
        "scores": {
            name: {
                "score": score.score,
                "status": score.status,
                "findings": [finding_record(finding) for finding in score.findings],
            }
            for name, score in scores.items()
        },
    }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None

"""One study of a patient of a cohort: its files are read, every lesion is measured and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ..extraction.extract import by_region, measure_images, missing_image
from ..extraction.lesion_features import LesionFeatures
from ..findings import Finding, InputError, SettingsError, Severity
from ..identity import Naming
from ..io.study_files import ImageFile, LesionFile, ReadStudy, StudyFiles, read_study
from ..learned.model import LearnedModel, read_model
from ..learned.with_learned import with_learned
from ..lesion import Lesion
from ..scoring.images import roles_of
from ..scoring.results import LesionScore
from ..scoring.score import found_before, keys_of, score_lesion, score_rows, with_count
from ..signature.signature import Signature
from ..site import Site
from ..study import Study
from .plan import Plan

# How closely a row of the manifest says which lesions it is about.
NAMED, MATCHED, WHOLE_FILE = 2, 1, 0


@dataclass(frozen=True, eq=False)
class MeasuredLesion:
    """A lesion, or several that are one, of a study.

    Parameters
    ----------
    lesion : Lesion
    features : LesionFeatures
        By the plan's settings.
    scores : mapping of str to LesionScore
        By the signature's name.
    row : int
        Number of the patient's row that says most of it.
    """

    lesion: Lesion
    features: LesionFeatures
    scores: Mapping[str, LesionScore]
    row: int


@dataclass(frozen=True, eq=False)
class MeasuredStudy:
    """A study that was measured.

    Parameters
    ----------
    name : str
        What the manifest calls it, else what its files do.
    files : StudyFiles
    study : Study
    patient_id : str
        What its files call the patient; "" where they do not say it.
    lesions : tuple of MeasuredLesion
        In the order of the study's.
    row : int
        Number of the first of the patient's rows that are about it.
    """

    name: str
    files: StudyFiles
    study: Study
    patient_id: str
    lesions: tuple[MeasuredLesion, ...]
    row: int


def measure_study(record: Mapping[str, Any], patient: str, plan: Plan) -> MeasuredStudy:
    """Measure a study.

    Parameters
    ----------
    record : mapping of str to Any
        As of `plan.studies_record`.
    patient : str
    plan : Plan

    Returns
    -------
    MeasuredStudy

    Raises
    ------
    InputError
        When a file cannot be used, or a row of the manifest does not fit it.
    """
    rows = record["rows"]
    lesion_files = _lesion_files(rows)
    files = StudyFiles(
        Path(record["ct"]),
        tuple(lesion_files.values()),
        record["series"],
        kvp=record["kvp"],
        accepted=plan.accepted,
        naming=Naming(patient),
        beside=tuple(
            ImageFile(role, Path(path), *how) for role, (path, *how) in record.get("images", {}).items()
        ),
    )
    read = read_study(files, plan.settings)
    of_lesion = _rows_of_lesions(read, rows, list(lesion_files))
    study = replace(
        read.study,
        lesions=tuple(_known(one, of_lesion[one.id]) for one in read.study.lesions),
        acquisition=replace(read.study.acquisition, batch=record.get("batch", "")),
        date=record.get("date", "") or read.study.date,
    )
    numbers = {name: row["number"] for name, row in of_lesion.items()}
    return MeasuredStudy(
        record["study"] or study.identity.study,
        files,
        study,
        read.source.patient_id if read.source else "",
        measure_lesions(study, plan, numbers),
        rows[0]["number"],
    )


def measure_lesions(
    study: Study, plan: Plan, rows: Mapping[str, int], only: Sequence[str] | None = None
) -> tuple[MeasuredLesion, ...]:
    """Measure and score lesions of a study.

    Parameters
    ----------
    study : Study
        With its CT.
    plan : Plan
    rows : mapping of str to int
        Number of each lesion's row of the patient, by the lesion's identifier.
    only : sequence of str, optional
        Identifiers of the lesions to measure; all by default.

    Returns
    -------
    tuple of MeasuredLesion
    """
    models = tuple(map(read_model, plan.models))
    measured = with_learned(study, _features(study, plan, only), models)
    scores = {one.name: _scores(study, measured, one, plan, models) for one in plan.signatures}
    lesions = {lesion.id: lesion for lesion in study.lesions}
    return tuple(
        MeasuredLesion(
            lesions[features.id],
            features,
            {name: own[place] for name, own in scores.items()},
            rows[features.id],
        )
        for place, features in enumerate(measured)
    )


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


def _features(study: Study, plan: Plan, only: Sequence[str] | None) -> list[LesionFeatures]:
    """What was asked for, and with it what signatures of the same settings need."""
    shared = [one for one in plan.signatures if one.settings == plan.settings]
    keys = by_region(plan.features)
    for signature in shared:
        for region, names in keys_of(signature, study.role).items():
            keys[region] = tuple(dict.fromkeys((*keys.get(region, ()), *names)))
    return measure_images(study, plan.settings, keys, only=only)


def _scores(
    study: Study,
    measured: Sequence[LesionFeatures],
    signature: Signature,
    plan: Plan,
    models: Sequence[LearnedModel],
) -> list[LesionScore]:
    """The lesions' scores; what was measured already with the signature's settings is not measured again."""
    if signature.settings != plan.settings:
        only = [features.id for features in measured]
        try:
            return score_rows(study, signature, only=only, models=models)
        except SettingsError as problem:
            # The signature cannot be measured on this patient's voxels; what was asked for is.
            return _not_scored(study, measured, signature, problem)
    before = study.findings
    lesions = {lesion.id: lesion for lesion in with_count(study.lesions, signature)}
    chosen = [lesions[features.id] for features in measured]
    known = found_before(study, chosen, signature, models)
    # That a patient has no PET is nothing that a signature of the CT has to say.
    elsewhere = {missing_image(role, study) for role in plan.roles if role not in roles_of(signature)}
    rows = []
    for lesion, features in zip(chosen, measured, strict=True):
        later = [one for one in features.findings[len(before[lesion.id]) :] if one not in elsewhere]
        complete = replace(features, findings=(*known[lesion.id], *later))
        rows.append(score_lesion(lesion, complete, signature, study.acquisition))
    return rows


def _not_scored(
    study: Study, measured: Sequence[LesionFeatures], signature: Signature, problem: SettingsError
) -> list[LesionScore]:
    why = (Finding(problem.code, Severity.REFUSE, str(problem)),)
    lesions = {lesion.id: lesion for lesion in study.lesions}
    refused = [replace(features, values={}, findings=why, ring=None) for features in measured]
    return [score_lesion(lesions[one.id], one, signature, study.acquisition) for one in refused]

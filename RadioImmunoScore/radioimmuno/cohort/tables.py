"""The tables of a cohort: lesions, patients, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..files.atomic import replacing
from ..naming import one_line
from ..report.csv_tables import number_cell, text_cell, write_rows
from ..signature.variables import CHANGES, KVP
from .manifest import COURSE_COLUMNS, DATE, Manifest, ManifestPatient
from .patient_course import Followed
from .plan import Plan
from .run import Outcome
from .store import PatientStore

LESIONS, PARQUET, PATIENTS, FAILED = "lesions.csv", "lesions.parquet", "patients.csv", "failed.csv"
WHO = ("patient", "study", "lesion_id", "name", "site", "irradiated", "status", "codes", "reasons")
FAILED_COLUMNS = ("patient", "code", "text")
PATIENT_COLUMNS = ("patient", "studies", "lesions", "measured", "refused", "left_out", "status")
SCORE, SCORE_STATUS, SCORE_REASONS = "score:", "score_status:", "score_reasons:"
MEASURED, NO_LESIONS, FAILED_STATUS = "measured", "no lesions", "failed"
REFUSED, GONE = "refused", "gone"
COURSE_NUMBERS = ("study_number", "followed_days")

Value = str | float | None
ONE_STUDY = asdict(Followed(notes="The patient has one study."))


@dataclass(frozen=True, eq=False)
class CohortTables:
    """What was measured of a cohort, as tables; a text is a str, a number a float, nothing is None.

    Parameters
    ----------
    columns : tuple of str
        Of the table of lesions.
    texts : frozenset of str
        Those that hold texts.
    lesions : tuple of tuple of (str, float or None)
        One a lesion, in the manifest's order of patients.
    patient_columns : tuple of str
    patients : tuple of tuple of (str, float or None)
        One a patient of the manifest.
    failed : tuple of tuple of str
        Patient, code and text: those of whom nothing was measured.
    not_scored : tuple of tuple of str
        Patient, code and text, for each signature that scores none of the lesions that were measured.
    """

    columns: tuple[str, ...]
    texts: frozenset[str]
    lesions: tuple[tuple[Value, ...], ...]
    patient_columns: tuple[str, ...]
    patients: tuple[tuple[Value, ...], ...]
    failed: tuple[tuple[str, str, str], ...]
    not_scored: tuple[tuple[str, str, str], ...] = ()

    @property
    def failures(self) -> tuple[tuple[str, str, str], ...]:
        """Patient, code and text of all that needs somebody's eye."""
        return (*self.failed, *self.not_scored)

    def column(self, name: str) -> list[Value]:
        """What stands below a name in the table of lesions.

        Parameters
        ----------
        name : str

        Returns
        -------
        list of (str, float or None)
        """
        place = self.columns.index(name)
        return [row[place] for row in self.lesions]


def tables_of(manifest: Manifest, plan: Plan, store: PatientStore, outcome: Outcome) -> CohortTables:
    """The tables of a cohort; who measured what in which order changes nothing in them.

    Parameters
    ----------
    manifest : Manifest
    plan : Plan
    store : PatientStore
    outcome : Outcome

    Returns
    -------
    CohortTables
    """
    names = [signature.name for signature in plan.signatures]
    columns, numbers = _columns(manifest, plan, names)
    lesions: list[tuple[Value, ...]] = []
    patients: list[tuple[Value, ...]] = []
    failed: list[tuple[str, str, str]] = []
    not_scored: list[tuple[str, str, str]] = []
    for patient in manifest.patients:
        record = store.read(patient.patient) if patient.patient in outcome.measured else None
        if record is not None:
            rows = _lesion_rows(patient, record, plan, manifest.has_courses)
            lesions += [tuple(row.get(name) for name in columns) for row in rows]
        failure = _failure(patient.patient, record, outcome)
        if failure is not None:
            failed.append((patient.patient, *failure))
        elif record is not None:
            not_scored += [(patient.patient, *reason) for reason in _not_scored(record, names)]
        patients.append(_patient_row(patient, record, failure is not None, manifest.carried))
    return CohortTables(
        columns,
        frozenset(columns) - numbers,
        tuple(lesions),
        (*PATIENT_COLUMNS, *(name for name in manifest.carried)),
        tuple(patients),
        tuple(failed),
        tuple(not_scored),
    )


def _columns(manifest: Manifest, plan: Plan, names: Sequence[str]) -> tuple[tuple[str, ...], set[str]]:
    """The columns of the table of lesions, and those that hold numbers."""
    course: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    carried = manifest.carried
    if manifest.has_courses:
        course = COURSE_COLUMNS
        changes = tuple(f"{start}{name}" for start in CHANGES for name in plan.features)
        carried = tuple(name for name in carried if name != DATE)
    scores = [f"{start}{name}" for name in names for start in (SCORE, SCORE_STATUS, SCORE_REASONS)]
    columns = (*WHO, *course, *carried, KVP, *plan.values, *changes, *scores)
    numbers = {KVP, *plan.values, *changes, *COURSE_NUMBERS, *(f"{SCORE}{name}" for name in names)}
    return columns, numbers | {name for name in carried if _holds_numbers(manifest, name)}


def _lesion_rows(
    patient: ManifestPatient, record: Mapping[str, Any], plan: Plan, is_course: bool
) -> Iterator[dict[str, Value]]:
    """The cells of each lesion of a patient, by column."""
    for study in record["studies"]:
        for lesion in study["lesions"]:
            row: dict[str, Value] = {
                **_cells_of_all(patient, study, lesion),
                **(_course_cells(study, lesion) if is_course else {}),
                "status": lesion["status"],
                "codes": " ".join(finding["code"] for finding in lesion["findings"]),
                "reasons": _sentences(lesion["findings"]),
                **{name: lesion["values"].get(name) for name in plan.values},
            }
            for signature in plan.signatures:
                score, name = lesion["scores"][signature.name], signature.name
                row[f"{SCORE}{name}"] = score["score"]
                row[f"{SCORE_STATUS}{name}"] = score["status"]
                row[f"{SCORE_REASONS}{name}"] = _sentences(score["findings"])
            yield row
        for lesion in study.get("gone", ()):
            words = f"Nothing is left of the lesion of {lesion['followed']['since']}."
            cells = {**_cells_of_all(patient, study, lesion), **_course_cells(study, lesion)}
            yield {**cells, "status": GONE, "codes": "", "reasons": words}


def _cells_of_all(
    patient: ManifestPatient, study: Mapping[str, Any], lesion: Mapping[str, Any]
) -> dict[str, Value]:
    """What every row has: who it is, and what is carried along."""
    return {
        **patient.rows[lesion["row"]].carried,
        "patient": patient.patient,
        "study": study["study"],
        "lesion_id": lesion["lesion_id"],
        "name": lesion["name"],
        "site": lesion["site"] or "",
        "irradiated": {True: "yes", False: "no", None: ""}[lesion["irradiated"]],
        KVP: study["kvp"],
    }


def _course_cells(study: Mapping[str, Any], lesion: Mapping[str, Any]) -> dict[str, Value]:
    """What is known of a lesion by the studies before."""
    followed = lesion.get("followed") or ONE_STUDY
    cells = (
        *(study["date"], study.get("number", 0), followed["lesion"], followed["match"], followed["since"]),
        *(followed["days"], followed["notes"]),
    )
    return {**dict(zip(COURSE_COLUMNS, cells, strict=True)), **followed["changes"]}


def _sentences(findings: Sequence[Mapping[str, str]]) -> str:
    return " ".join(finding["text"] for finding in findings)


def _failure(patient: str, record: Mapping[str, Any] | None, outcome: Outcome) -> tuple[str, str] | None:
    """Why nothing was measured of a patient; None where something was, or there is nothing to measure."""
    if record is None:
        return outcome.failures.get(patient, ("cohort.unexpected", "Its file has disappeared."))
    lesions = [lesion for study in record["studies"] for lesion in study["lesions"]]
    if not lesions or any(lesion["status"] != REFUSED for lesion in lesions):
        return None
    reasons = [
        f"{lesion['name']}: {finding['text']}"
        for lesion in lesions
        for finding in lesion["findings"]
        if finding["severity"] == "refuse"
    ]
    code = next(f["code"] for lesion in lesions for f in lesion["findings"] if f["severity"] == "refuse")
    return code, f"All of its lesions are refused. {' '.join(reasons)}"


def _not_scored(record: Mapping[str, Any], signatures: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Code and text for each signature that scores none of the patient's measured lesions."""
    lesions = [one for study in record["studies"] for one in study["lesions"] if one["status"] != REFUSED]
    for name in signatures:
        scores = [lesion["scores"][name] for lesion in lesions]
        if not scores or any(score["status"] != REFUSED for score in scores):
            continue
        reasons = [f for score in scores for f in score["findings"] if f["severity"] == "refuse"]
        texts = " ".join(dict.fromkeys(finding["text"] for finding in reasons))
        yield reasons[0]["code"], f"The signature {name} scores none of its lesions. {texts}"


def _patient_row(
    patient: ManifestPatient, record: Mapping[str, Any] | None, failed: bool, carried: Sequence[str]
) -> tuple[Value, ...]:
    studies = [] if record is None else record["studies"]
    lesions = [lesion for study in studies for lesion in study["lesions"]]
    refused = sum(lesion["status"] == REFUSED for lesion in lesions)
    left_out = sum(len(study["left_out"]) for study in studies)
    status = FAILED_STATUS if failed else (MEASURED if lesions else NO_LESIONS)
    counts = (len(studies), len(lesions), len(lesions) - refused, refused, left_out)
    common = []
    for name in carried:
        values = {row.carried.get(name, "") for row in patient.rows}
        common.append(values.pop() if len(values) == 1 else "")
    return (patient.patient, *map(str, counts), status, *common)


def score_counts(tables: CohortTables) -> dict[str, dict[str, int]]:
    """What each signature made of the lesions.

    Parameters
    ----------
    tables : CohortTables

    Returns
    -------
    dict of str to dict of str to int
        By signature: lesions that are `scored` and `refused`, and `patients_without_score` of those that
        have lesions.
    """
    patients = tables.column("patient")
    found = {}
    for column in (name for name in tables.columns if name.startswith(SCORE_STATUS)):
        statuses = tables.column(column)
        with_score = {
            patient
            for patient, status in zip(patients, statuses, strict=True)
            if status not in (REFUSED, None)  # of what is gone there is none
        }
        found[column.removeprefix(SCORE_STATUS)] = {
            "scored": len(statuses) - statuses.count(REFUSED) - statuses.count(None),
            "refused": statuses.count(REFUSED),
            "patients_without_score": len({*patients} - with_score),
        }
    return found


def _holds_numbers(manifest: Manifest, name: str) -> bool:
    """Whether all that a carried column holds are numbers."""
    texts = [row.carried.get(name, "") for one in manifest.patients for row in one.rows]
    given = [text for text in texts if text]
    return bool(given) and all(map(_is_number, given))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def write_tables(tables: CohortTables, folder: Path) -> list[str]:
    """Write the tables as CSV, that of the lesions as Parquet too where pyarrow is installed.

    Parameters
    ----------
    tables : CohortTables
    folder : Path

    Returns
    -------
    list of str
        Names of the files.
    """
    write_rows(folder / LESIONS, [*map(text_cell, tables.columns)], map(_cells, tables.lesions))
    write_rows(folder / PATIENTS, [*map(text_cell, tables.patient_columns)], map(_cells, tables.patients))
    failed = (
        [text_cell(patient), code, text_cell(one_line(text))] for patient, code, text in tables.failures
    )
    write_rows(folder / FAILED, FAILED_COLUMNS, failed)
    written = [LESIONS, PATIENTS, FAILED]
    return [*written, PARQUET] if _write_parquet(tables, folder / PARQUET) else written


def _cells(row: Sequence[Value]) -> list[str]:
    return [text_cell(value) if isinstance(value, str) else number_cell(value) for value in row]


def _write_parquet(tables: CohortTables, path: Path) -> bool:
    """Write the table of lesions as Parquet; False without pyarrow."""
    try:
        import pyarrow
        from pyarrow.parquet import write_table
    except ImportError:
        return False
    arrays = {
        name: pyarrow.array(
            _typed(tables, name), pyarrow.string() if name in tables.texts else pyarrow.float64()
        )
        for name in tables.columns
    }
    with replacing(path) as unfinished:
        write_table(pyarrow.table(arrays), str(unfinished))
    return True


def _typed(tables: CohortTables, name: str) -> list[Value]:
    """A column's values; a text that holds nothing is nothing, a carried number is a number."""
    values = tables.column(name)
    if name in tables.texts:
        return [None if value in ("", None) else str(value) for value in values]
    return [None if value in ("", None) else float(value) for value in values]

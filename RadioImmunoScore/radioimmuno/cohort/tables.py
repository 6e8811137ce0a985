"""The tables of a cohort: lesions, patients, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files.atomic import replacing
from ..naming import one_line
from ..report.csv_tables import number_cell, text_cell, write_rows
from ..signature.variables import KVP
from .manifest import Manifest, ManifestPatient
from .plan import Plan
from .run import Outcome
from .store import PatientStore

LESIONS, PARQUET, PATIENTS, FAILED = "lesions.csv", "lesions.parquet", "patients.csv", "failed.csv"
WHO = ("patient", "study", "lesion_id", "name", "site", "irradiated", "status", "codes", "reasons")
FAILED_COLUMNS = ("patient", "code", "text")
PATIENT_COLUMNS = ("patient", "studies", "lesions", "measured", "refused", "left_out", "status")
SCORE, SCORE_STATUS, SCORE_REASONS = "score:", "score_status:", "score_reasons:"
MEASURED, NO_LESIONS, FAILED_STATUS = "measured", "no lesions", "failed"
REFUSED = "refused"

Value = str | float | None


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
    scores = [f"{start}{name}" for name in names for start in (SCORE, SCORE_STATUS, SCORE_REASONS)]
    columns = (*WHO, *manifest.carried, KVP, *plan.features, *scores)
    lesions: list[tuple[Value, ...]] = []
    patients: list[tuple[Value, ...]] = []
    failed: list[tuple[str, str, str]] = []
    not_scored: list[tuple[str, str, str]] = []
    for patient in manifest.patients:
        record = store.read(patient.patient) if patient.patient in outcome.measured else None
        if record is not None:
            lesions += _lesion_rows(patient, record, plan, manifest.carried)
        failure = _failure(patient.patient, record, outcome)
        if failure is not None:
            failed.append((patient.patient, *failure))
        elif record is not None:
            not_scored += [(patient.patient, *reason) for reason in _not_scored(record, names)]
        patients.append(_patient_row(patient, record, failure is not None, manifest.carried))
    numbers = {KVP, *plan.features, *(f"{SCORE}{name}" for name in names)}
    numbers |= {name for name in manifest.carried if _holds_numbers(manifest, name)}
    return CohortTables(
        columns,
        frozenset(columns) - numbers,
        tuple(lesions),
        (*PATIENT_COLUMNS, *(name for name in manifest.carried)),
        tuple(patients),
        tuple(failed),
        tuple(not_scored),
    )


def _lesion_rows(
    patient: ManifestPatient, record: Mapping[str, Any], plan: Plan, carried: Sequence[str]
) -> Iterator[tuple[Value, ...]]:
    for study in record["studies"]:
        for lesion in study["lesions"]:
            irradiated = {True: "yes", False: "no", None: ""}[lesion["irradiated"]]
            own = patient.rows[lesion["row"]].carried
            row: list[Value] = [
                patient.patient,
                study["study"],
                lesion["lesion_id"],
                lesion["name"],
                lesion["site"] or "",
                irradiated,
                lesion["status"],
                " ".join(finding["code"] for finding in lesion["findings"]),
                _sentences(lesion["findings"]),
                *(own.get(name, "") for name in carried),
                study["kvp"],
                *(lesion["values"].get(name) for name in plan.features),
            ]
            for signature in plan.signatures:
                score = lesion["scores"][signature.name]
                row += [score["score"], score["status"], _sentences(score["findings"])]
            yield tuple(row)


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
        refused = [status == REFUSED for status in tables.column(column)]
        with_score = {patient for patient, none in zip(patients, refused, strict=True) if not none}
        found[column.removeprefix(SCORE_STATUS)] = {
            "scored": refused.count(False),
            "refused": refused.count(True),
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

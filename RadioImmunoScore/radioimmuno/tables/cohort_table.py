"""The table of a cohort: one row a lesion, what was measured, and what became of the patient.

Read from CSV, Parquet or XLSX. What cannot be reckoned with is refused in plain words; what was left out
on the way is noted. Columns of other files (outcomes, clinical data, scanners) are joined by patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from ..findings import TableError
from ..signature.filtered_names import notes_of_columns
from ..signature.names import variable_named
from ..signature.variables import CLINICAL, TABLE, location_of, variable_of
from ..site import Site
from .cells import is_missing, read_cells
from .joined_files import JoinedFiles, numbers_of
from .outcomes import Outcome, outcome_of
from .studies import of_study

# Never candidates: who and where a lesion is, how it went, and what was not measured.
RESERVED = frozenset(
    {
        *("patient", "study", "lesion", "lesion_id", "name", "site", "irradiated", "status", "reasons"),
        *("codes", "batch", "split", "label", "roi", "ct", "lesions", "designation", "lesion_weight"),
        *("study_number", "followed_lesion", "followed_match", "followed_since", "followed_notes"),
    }
)
RESERVED_ENDINGS = ("_days", "_event")
RESERVED_STARTS = ("diagnostics_", "signature_", "score:", "flip_share_", "contribution:", "value:")
MOST_SHOWN = 5
NOT_MEASURED = frozenset({"refused", "left out", "failed"})
GONE = "gone"


@dataclass(frozen=True)
class Columns:
    """What a table's columns are called.

    Parameters
    ----------
    patient, lesion : str
        A table without the column of lesions numbers them within their patient.
    target : str
        The outcome; for survival also the start of `<target>_days` and `<target>_event`.
    time, event : str
        Survival time and event (1 or 0), where they are called otherwise.
    batch, split : str
        Scanner or center; which part of the study a row belongs to.
    label : str
        The lesions' own yes or no.
    covariates : tuple of str
        Columns that become variables `clinical.<name>`.
    lesion_target : bool
        Whether the outcome is a lesion's: a patient's lesions may then differ in it.
    """

    patient: str = "patient"
    lesion: str = "lesion_id"
    target: str = ""
    time: str = ""
    event: str = ""
    batch: str = ""
    split: str = "split"
    label: str = ""
    covariates: tuple[str, ...] = ()
    lesion_target: bool = False


@dataclass(frozen=True, eq=False)
class CohortTable:
    """Lesions of many patients.

    Parameters
    ----------
    patients, lesions : ndarray of str, shape (n,)
        Whose lesion a row is, and which.
    variables : tuple of str
        The candidates, by our identifiers where the catalog knows a column's name, else `table.<column>`.
    values : ndarray of float64, shape (n, variables)
        NaN where nothing was measured; never infinite.
    outcome : Outcome, optional
    batch, split : ndarray of str, shape (n,), optional
    labels : ndarray of float64, shape (n,), optional
        1 or 0, NaN where it is not known.
    covariates : tuple of str
        Those of the variables that were given as covariates.
    texts : mapping of str to ndarray of str, shape (n,)
        Columns of texts, by name: site, study and whatever else was carried along.
    columns : mapping of str to str
        What a variable is called in the file.
    notes : tuple of str
        What was left out or changed on reading, a sentence each.
    left_out : int
        How many rows were left out.
    study : str
        Which study of the patients it is (`studies.of_study`); "" where they have one.
    """

    patients: np.ndarray
    lesions: np.ndarray
    variables: tuple[str, ...]
    values: np.ndarray
    outcome: Outcome | None = None
    batch: np.ndarray | None = None
    split: np.ndarray | None = None
    labels: np.ndarray | None = None
    covariates: tuple[str, ...] = ()
    texts: Mapping[str, np.ndarray] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left_out: int = 0
    study: str = ""

    def __len__(self) -> int:
        return len(self.patients)

    @property
    def patient_count(self) -> int:
        """How many patients there are."""
        return len(np.unique(self.patients))

    def column(self, variable: str) -> np.ndarray:
        """A variable's values, ndarray of float64, shape (n,).

        Raises
        ------
        TableError
            `cohort_table.column` when the table has no such variable.
        """
        if variable not in self.variables:
            text = f"The table has no variable {variable!r}, under this name or another that is known."
            raise TableError("cohort_table.column", text)
        return self.values[:, self.variables.index(variable)]

    def of_groups(self, kind: str, names: Sequence[str]) -> CohortTable:
        """The rows of these batches, or parts of the study, alone; how many others there were is noted.

        Parameters
        ----------
        kind : str
            `batch` or `split`.
        names : sequence of str

        Returns
        -------
        CohortTable

        Raises
        ------
        TableError
            `cohort_table.column` without such a column, `cohort_table.rows` when no row is of these.
        """
        groups = self.batch if kind == "batch" else self.split
        if groups is None:
            text = f"Which column is the {kind}? " + (
                "Name it by --batch." if kind == "batch" else "No file has a column split."
            )
            raise TableError("cohort_table.column", text)
        mine = np.isin(groups, list(names))
        if not mine.any():
            known = ", ".join(sorted(set(map(str, groups))))
            raise TableError("cohort_table.rows", f"No row is of {', '.join(names)}; there are: {known}.")
        text = f"{int((~mine).sum())} rows of another {kind} than {', '.join(names)} were left out."
        left_out = self.left_out + int((~mine).sum())
        return replace(self.rows(mine), notes=(*self.notes, text), left_out=left_out)

    def noting_unknown(self) -> CohortTable:
        """The table with a note of candidates beside features that are none: one may be an outcome."""
        own = [name for name in self.variables if name not in self.covariates]
        unknown = [self.columns[name] for name in own if name.startswith(TABLE)]
        if not 0 < len(unknown) < len(own):
            return self
        shown = ", ".join(unknown[:MOST_SHOWN]) + (" ..." if len(unknown) > MOST_SHOWN else "")
        text = f"Among the candidates are columns that are no known feature ({len(unknown)}): {shown}. "
        advice = "Where one is an outcome or a clinical value, say by --variables which columns count."
        return replace(self, notes=(*self.notes, text + advice))

    def rows(self, chosen: np.ndarray) -> CohortTable:
        """The table with these rows alone.

        Parameters
        ----------
        chosen : ndarray of int, shape (m,), or of bool, shape (n,)
            Row numbers, or whether a row is kept.

        Returns
        -------
        CohortTable
        """
        return replace(
            self,
            patients=self.patients[chosen],
            lesions=self.lesions[chosen],
            values=self.values[chosen],
            outcome=self.outcome and self.outcome.rows(chosen),
            batch=None if self.batch is None else self.batch[chosen],
            split=None if self.split is None else self.split[chosen],
            labels=None if self.labels is None else self.labels[chosen],
            texts={name: text[chosen] for name, text in self.texts.items()},
        )


def read_cohort_table(
    path: str | Path,
    columns: Columns | None = None,
    *,
    outcomes: Sequence[str | Path] = (),
    kind: str = "",
    variables: str = "",
    study: str = "",
) -> CohortTable:
    """Read a table of lesions.

    Parameters
    ----------
    path : path-like
        One row a lesion; .csv, .parquet or .xlsx.
    columns : Columns, optional
    outcomes : sequence of path-like, optional
        Further files with a row a patient: outcomes, covariates, batch, split. No candidate is in them.
    kind : str, optional
        `continuous`, `binary` or `survival`; seen from the columns by default.
    variables : str, optional
        Which columns are candidates: a file with a name a line, or patterns (`ring.*,lesion.glcm.*`) of names
        in the file or of identifiers. Every numeric column that has no other use by default.
    study : str, optional
        Which study of patients with several, as of `studies.of_study`.

    Returns
    -------
    CohortTable
        Rows that were refused, or have no outcome where one is asked for, are left out and noted.

    Raises
    ------
    TableError
        What is wrong, with its column and line.
    """
    columns = columns or Columns()
    table, study, note = of_study(read_cells(path), columns.patient, study)
    files = JoinedFiles(table, columns.patient, tuple(read_cells(other) for other in outcomes))
    patients = np.array(files.patients)
    lesions = _lesions(files, columns)
    notes = files.notes
    notes += [note] if note else []
    taken = {columns.patient, columns.lesion, columns.target, columns.time, columns.event, columns.batch}
    taken |= {columns.split, columns.label, *columns.covariates}
    names, values, texts = _candidates(files, taken, variables, notes)
    covariates = _covariates(files, columns)
    names |= {variable: name for name, (variable, _) in covariates.items()}
    values |= dict(covariates.values())
    made = CohortTable(
        patients=patients,
        lesions=lesions,
        variables=tuple(values),
        values=np.column_stack(list(values.values())) if values else np.empty((len(patients), 0)),
        outcome=outcome_of(files, columns.target, columns.time, columns.event, kind, columns.lesion_target),
        batch=_text_column(files, columns.batch) if columns.batch else None,
        split=_text_column(files, columns.split) if files.has(columns.split) else None,
        labels=_labels(files, columns.label) if columns.label else None,
        covariates=tuple(variable for variable, _ in covariates.values()),
        texts=texts,
        columns=names,
        study=study,
    )
    return _usable(made, files, notes)


def _lesions(files: JoinedFiles, columns: Columns) -> np.ndarray:
    table = files.table
    if columns.lesion in table.columns:
        lesions = table.column(columns.lesion)
        studies = table.column("study") if "study" in table.columns else ("",) * len(lesions)
        rows = list(zip(files.patients, studies, lesions, strict=True))
        if twice := [row for row, count in Counter(rows).items() if count > 1]:
            patient, _, lesion = twice[0]
            lines = [str(line) for line, row in zip(table.lines, rows, strict=True) if row == twice[0]]
            text = f"Patient {patient!r}, lesion {lesion!r} has rows in the lines {', '.join(lines)}"
            more = f", and so have {len(twice) - 1} others" if len(twice) > 1 else ""
            raise TableError("cohort_table.rows", f"{text}{more} of {table.path}.")
        return np.array(lesions)
    if columns.lesion != Columns.lesion:
        table.column(columns.lesion)  # a name that was given has to be there
    seen: Counter[str] = Counter()
    numbered = []
    for patient in files.patients:
        seen[patient] += 1
        numbered.append(str(seen[patient]))
    return np.array(numbered)


def _candidates(
    files: JoinedFiles, taken: set[str], wanted: str, notes: list[str]
) -> tuple[dict[str, str], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Names in the file and values of the candidates by variable, and the columns of texts by name."""
    table = files.table
    chosen = _choice(wanted)
    names: dict[str, str] = {}
    values: dict[str, np.ndarray] = {}
    texts: dict[str, np.ndarray] = {}
    infinite = 0
    for name in table.columns:
        variable, shift = variable_named(name)
        if name in taken or _is_reserved(name) or not chosen(name, variable):
            texts[name] = np.array(table.column(name))
            continue
        numbers, odd = numbers_of(table, name)
        if numbers is None:
            if odd:
                notes.append(odd)
            texts[name] = np.array(table.column(name))
            continue
        if variable in values:
            text = f"The columns {names[variable]!r} and {name!r} of {table.path} are both {variable}."
            raise TableError("cohort_table.column", text)
        infinite += int(np.isinf(numbers).sum())
        names[variable] = name
        values[variable] = np.where(np.isinf(numbers), np.nan, numbers) + shift
    if infinite:
        notes.append(f"{infinite} infinite values were taken for values that are not known.")
    for variable, column in _sites(texts.get("site"), notes).items():
        if variable not in values and chosen("site", variable):
            names[variable], values[variable] = "site", column
    notes += notes_of_columns(names[variable] for variable in values)
    if wanted and not values:
        raise TableError("cohort_table.column", f"No column of numbers in {table.path} fits {wanted!r}.")
    return names, values, texts


def _choice(wanted: str) -> Callable[[str, str], bool]:
    """Whether a column or its variable is one of those that are wanted."""
    if not wanted:
        return lambda name, variable: True
    if Path(wanted).is_file():
        patterns = [line.strip() for line in Path(wanted).read_text(encoding="utf-8-sig").splitlines()]
    else:
        patterns = [part.strip() for part in wanted.split(",")]
    patterns = [pattern for pattern in patterns if pattern and not pattern.startswith("#")]
    return lambda name, variable: any(
        pattern in (name, variable) or fnmatchcase(name, pattern) or fnmatchcase(variable, pattern)
        for pattern in patterns
    )


def _is_reserved(name: str) -> bool:
    lower = name.lower()
    return lower in RESERVED or lower.endswith(RESERVED_ENDINGS) or lower.startswith(RESERVED_STARTS)


def _sites(cells: np.ndarray | None, notes: list[str]) -> dict[str, np.ndarray]:
    """`location.<site>` of the sites that occur: 1 there, else 0."""
    if cells is None:
        return {}
    sites: list[Site | None] = []
    strange = set()
    for cell in cells:
        try:
            sites.append(None if is_missing(cell) else Site.parse(cell))
        except ValueError:
            strange.add(cell)
            sites.append(None)
    if strange:
        notes.append(f"Sites that are not known and count as none: {', '.join(sorted(strange))}.")
    return {
        location_of(site): np.array([float(own is site) for own in sites]) for site in Site if site in sites
    }


def _covariates(files: JoinedFiles, columns: Columns) -> dict[str, tuple[str, np.ndarray]]:
    found = {}
    for name in columns.covariates:
        variable = variable_of(f"{CLINICAL}{name.removeprefix(CLINICAL)}").key
        found[name] = (variable, files.numbers(name, "covariate"))
    return found


def _labels(files: JoinedFiles, name: str) -> np.ndarray:
    """The lesions' own answers, which stand in the table: those of another file would be a patient's."""
    files.table.column(name)
    labels = files.numbers(name, "label")
    if strange := sorted({*labels[~np.isnan(labels)].tolist()} - {0.0, 1.0}):
        raise TableError("cohort_table.value", f"The label {name!r} is {strange[0]:g}; it has to be 0 or 1.")
    return labels


def _text_column(files: JoinedFiles, name: str) -> np.ndarray:
    return np.array(["" if is_missing(cell) else cell for cell in files.column(name)])


def _usable(table: CohortTable, files: JoinedFiles, notes: list[str]) -> CohortTable:
    """The rows that can be used; the others are noted."""
    keep = np.ones(len(table), bool)

    def leave_out(rows: np.ndarray, why: str) -> None:
        if count := int((rows & keep).sum()):
            who = len(np.unique(table.patients[rows & keep]))
            notes.append(f"{count} rows of {who} patients were left out: {why}.")
        keep[rows] = False

    status = table.texts.get("status")
    if status is not None:
        statuses = np.char.lower(status.astype(str))
        leave_out(statuses == GONE, "nothing is left of the lesion")
        leave_out(np.isin(statuses, list(NOT_MEASURED)), "the lesion was not measured")
    measured = [n for n, name in enumerate(table.variables) if name not in table.covariates]
    if measured:
        leave_out(np.isnan(table.values[:, measured]).all(axis=1), "no candidate has a value")
    if table.outcome is not None:
        leave_out(~table.outcome.known, "the outcome is not known")
    if not keep.any():
        raise TableError("cohort_table.rows", f"{files.table.path}: no row can be used. {' '.join(notes)}")
    return replace(table.rows(keep), notes=tuple(notes), left_out=int((~keep).sum()))

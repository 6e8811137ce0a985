"""A table of lesions and further files with what is known of the patients, joined by patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..findings import TableError
from .cells import ANSWERS, Cells, is_missing, number_in

# From this share of numbers on a column is one of numbers with a text in it, and no column of texts.
NUMBERS_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class JoinedFiles:
    """A table with a row a lesion and others with a row a patient.

    Parameters
    ----------
    table : Cells
    patient : str
        The table's column of patients; in another file without such a column it is the one in which most
        cells are patients of the table.
    others : tuple of Cells
    notes : list of str
        What a person should know of the reading, a sentence each; grows while columns are read.
    """

    table: Cells
    patient: str
    others: tuple[Cells, ...] = ()
    notes: list[str] = field(default_factory=list)

    @cached_property
    def patients(self) -> tuple[str, ...]:
        """Each row's patient."""
        cells = self.table.column(self.patient)
        for line, cell in zip(self.table.lines, cells, strict=True):
            if is_missing(cell):
                text = f"Line {line} of {self.table.path} names no patient (column {self.patient!r})."
                raise TableError("cohort_table.rows", text)
        return cells

    @cached_property
    def others_patients(self) -> tuple[tuple[str, ...], ...]:
        """The patients of the other files' rows."""
        return tuple(self._patients_of(other) for other in self.others)

    def column(self, name: str) -> tuple[str, ...]:
        """A column's cell for each row of the table, from the table or the first other file that has it.

        Raises
        ------
        TableError
            `cohort_table.column` when no file has it; `cohort_table.outcome` when a patient has two values.
        """
        return self._found(name)[0]

    def numbers(self, name: str, what: str) -> np.ndarray:
        """A column that has to hold numbers; yes and no are 1 and 0.

        Parameters
        ----------
        name : str
        what : str
            What the column is for, as messages name it.

        Returns
        -------
        ndarray of float64, shape (rows of the table,)
            NaN where a cell is empty.

        Raises
        ------
        TableError
            `cohort_table.value` for a text or an infinite number; else as of `column`.
        """
        cells, source = self._found(name)
        numbers = []
        for patient, cell in zip(self.patients, cells, strict=True):
            number = ANSWERS.get(cell.lower(), number_in(cell, source.decimal_comma))
            if number is None or np.isinf(number):
                text = (
                    f"The {what} {name!r} of patient {patient!r} in {source.path} is {cell!r}, which is no "
                    f"finite number."
                )
                raise TableError("cohort_table.value", text)
            numbers.append(number)
        return np.array(numbers, dtype=float)

    def has(self, name: str) -> bool:
        """Whether a file has a column of this name."""
        return any(name in cells.columns for cells in (self.table, *self.others))

    def _found(self, name: str) -> tuple[tuple[str, ...], Cells]:
        if name not in self.table.columns:
            for other, patients in zip(self.others, self.others_patients, strict=True):
                if name in other.columns:
                    by_patient = self._by_patient(other, patients, name)
                    return tuple(by_patient.get(patient, "") for patient in self.patients), other
        return self.table.column(name), self.table

    def _by_patient(self, other: Cells, patients: tuple[str, ...], name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        wanted = set(self.patients)
        for patient, cell in zip(patients, other.column(name), strict=True):
            if patient not in wanted or is_missing(cell):
                continue
            if found.setdefault(patient, cell) != cell:
                text = (
                    f"Patient {patient!r} has two values of {name!r} in {other.path}: {found[patient]!r} and "
                    f"{cell!r}."
                )
                raise TableError("cohort_table.outcome", text)
        return found

    def _patients_of(self, other: Cells) -> tuple[str, ...]:
        if self.patient in other.columns:
            return other.column(self.patient)
        wanted = set(self.patients)
        fits = [len(wanted.intersection(other.column(name))) for name in other.columns]
        if not max(fits):
            text = f"No column of {other.path} names a patient of {self.table.path}."
            raise TableError("cohort_table.column", text)
        name = other.columns[int(np.argmax(fits))]
        self.notes.append(f"{other.path.name} was joined by its column {name!r}: {max(fits)} patients.")
        return other.column(name)


def numbers_of(table: Cells, name: str) -> tuple[np.ndarray | None, str]:
    """A column's numbers, or None for one of texts; and a sentence where it is numbers with texts among them.

    Parameters
    ----------
    table : Cells
    name : str

    Returns
    -------
    numbers : ndarray of float64, shape (rows,), or None
        NaN where a cell is empty.
    odd : str
        Why a column that looks like one of numbers is none; empty otherwise.

    Raises
    ------
    TableError
        `cohort_table.value` when numbers have a decimal comma in one row and a point in another, or a comma
        though commas separate the cells.
    """
    cells = table.column(name)
    numbers = [number_in(cell, table.decimal_comma) for cell in cells]
    known = [n for n, cell in enumerate(cells) if not is_missing(cell)]
    texts = [n for n in known if numbers[n] is None]
    commas = [n for n in known if "," in cells[n] and number_in(cells[n], True) is not None]
    if commas and (not table.decimal_comma or any("." in cells[n] for n in known if n not in texts)):
        line = table.lines[commas[0]]
        text = f"Column {name!r} of {table.path}, line {line}: is {cells[commas[0]]!r} with a decimal comma?"
        advice = "Separate the cells by semicolons, or write decimal points, in all rows alike."
        raise TableError("cohort_table.value", f"{text} {advice}")
    if not known or len(texts) == len(known):
        return None, ""
    if texts:
        first = texts[0]
        mostly = len(known) - len(texts) >= NUMBERS_SHARE * len(known)
        odd = f"Column {name!r} is left out: {cells[first]!r} in line {table.lines[first]} is no number."
        return None, odd if mostly else ""
    return np.array(numbers, dtype=float), ""

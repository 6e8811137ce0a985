"""Which study of each patient counts in a table that has several: the baseline, or the one that is named.

An outcome that is known at a later study is not predicted from that study, unless that is asked for.
"""

from __future__ import annotations

from dataclasses import replace

from ..findings import TableError
from .cells import Cells, number_in

BASELINE, LAST = "baseline", "last"
# The columns of a cohort's table that say which study a row is of, and which one that is in order of time.
STUDY, NUMBER = "study", "study_number"


def of_study(cells: Cells, patient: str, wanted: str = "") -> tuple[Cells, str, str]:
    """The rows of one study of each patient.

    Parameters
    ----------
    cells : Cells
    patient : str
        The column of patients.
    wanted : str, optional
        `baseline`, `last` (of those after the baseline), a number in order of time (0 is the baseline), or
        what the study is called; "" for the baseline where the table knows the order of studies.

    Returns
    -------
    cells : Cells
        All of them where the table does not know the order of studies and none is wanted.
    study : str
        Which one was taken, "" where there is none to choose.
    note : str
        What was left out, a sentence; "" for nothing.

    Raises
    ------
    TableError
        `cohort_table.column` where the table does not know what is wanted, `cohort_table.rows` where no row
        is of it.
    """
    if NUMBER not in cells.columns and not wanted:
        return cells, "", ""
    study = wanted or BASELINE
    kept = _chosen(cells, patient, study)
    if not any(kept):
        raise TableError(
            "cohort_table.rows", f"{cells.path}: no row is of the study {study!r}. {_known(cells)}"
        )
    rows = [row for row, keep in zip(cells.rows, kept, strict=True) if keep]
    lines = [line for line, keep in zip(cells.lines, kept, strict=True) if keep]
    found = replace(cells, rows=tuple(rows), lines=tuple(lines))
    note = ""
    if len(rows) < len(cells.rows):
        without = len({*cells.column(patient)} - {*found.column(patient)})
        lacking = f"; {without} patients have none" if without else ""
        share = f"{len(rows)} of {len(cells.rows)} rows{lacking}"
        words = study_words(study)
        note = f"Of several studies of a patient {words} counts ({share}); --study chooses another."
    return found, BASELINE if _is_baseline(found) else study, note


def study_words(study: str) -> str:
    """Which study it is, inside of a sentence.

    >>> study_words("baseline"), study_words("1")
    ('the baseline', 'study 1')
    """
    return f"the {study}" if study in (BASELINE, LAST) else f"study {study}"


def _chosen(cells: Cells, patient: str, study: str) -> list[bool]:
    """Whether a row is of the study."""
    if NUMBER not in cells.columns or not (study in (BASELINE, LAST) or study.isdecimal()):
        return [name == study for name in cells.column(STUDY)]
    numbers = _numbers(cells)
    if study != LAST:
        return [number == (0 if study == BASELINE else int(study)) for number in numbers]
    patients = cells.column(patient)
    last: dict[str, float] = {}
    for name, number in zip(patients, numbers, strict=True):
        last[name] = max(last.get(name, 0.0), number or 0.0)
    return [number == last[name] > 0 for name, number in zip(patients, numbers, strict=True)]


def _numbers(cells: Cells) -> list[float | None]:
    return [number_in(cell, cells.decimal_comma) for cell in cells.column(NUMBER)]


def _is_baseline(cells: Cells) -> bool:
    return NUMBER in cells.columns and all(number == 0 for number in _numbers(cells))


def _known(cells: Cells) -> str:
    names = sorted({*cells.column(STUDY)} - {""}) if STUDY in cells.columns else []
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    order = f"{BASELINE}, {LAST}, numbers in order of time, and " if NUMBER in cells.columns else ""
    return f"There are {order}the names {shown or '(none)'}."

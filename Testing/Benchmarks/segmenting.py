"""Lesions from one stroke, and from other gestures, against masks that are known: methods side by side.

Lesions: soft-tissue sarcomas (any patients in the data folder's `sts`), LUNG1-001 and the IBSI CT phantom,
lesions painted into LUNG1-001's chest and around the sarcoma patients' bones, simulated patients that nothing
is fitted on, ellipsoids. Gestures are the reference's own (longest diameter in an axial, coronal or sagittal
slice, RECIST's two axes, a point near the middle, the box), each with the errors of several readers (seeded).
What a method learns from patients is learnt without the one that it is measured on: ours with `--models` of
`python -m radioimmuno.training.segmentation_model DATA FILE --folds FOLDER`; otherwise it is as it ships.
Strokes of which a tenth runs through bone, air or bright vessel are counted apart. Figures: Dice (median,
10th percentile, worst), volume as a share of the truth's, repeatability (median Dice between readers'
results), mean distance to the edge that the CT shows, beside the truth's own, CPU seconds, how often
nothing was segmented::

    python Testing/Benchmarks/segmenting.py --jobs 2 --out rows.csv
    python Testing/Benchmarks/segmenting.py --data FOLDER --groups sarcoma    other patients
    python Testing/Benchmarks/segmenting.py --quick                           one lesion of each group
    python Testing/Benchmarks/segmenting.py --label before --out before.csv    of another checkout
    python Testing/Benchmarks/segmenting.py --tables rows.csv before.csv      the tables of both
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from segmenting_cases import GROUPS, OTHER, REPOSITORY, SARCOMA, Patient, patients
from segmenting_methods import GESTURES, METHODS, Shares
from segmenting_rows import MOST_CORRECTIONS, Row, Task, measured, read, shares_of, write
from segmenting_tables import tables

ITEM, RESULT = TypeVar("ITEM"), TypeVar("RESULT")


def main() -> int:
    """Measure, or read what was measured, and print the tables."""
    options = _parse()
    if options.tables:
        print(tables([row for path in options.tables for row in read(path)]))
        return 0
    rows = _measure(options)
    if options.out:
        write(rows, options.out)
    print(tables(rows))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("RADIOIMMUNO_DATA", REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the real CT")
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=GROUPS, help="of lesions")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--gestures", nargs="+", choices=GESTURES, default=GESTURES)
    parser.add_argument("--jitters", type=int, default=10, help="readers for each lesion and gesture")
    parser.add_argument("--simulated", type=int, default=16, help="simulated patients")
    parser.add_argument("--pasted", type=int, default=4, help="pasted lesions at each place")
    parser.add_argument("--corrections", type=int, default=MOST_CORRECTIONS - 1, help="of a reader at most")
    parser.add_argument("--models", type=Path, help="folder of models, each fitted without some patients")
    parser.add_argument("--quick", action="store_true", help="one patient of each group, one reader")
    parser.add_argument("--label", default=METHODS[0], help="what ours is called in tables and rows")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, help="CSV file of all results")
    parser.add_argument("--tables", type=Path, nargs="+", help="of these CSV files; nothing is measured")
    options = parser.parse_args()
    if options.quick:
        options.jitters, options.simulated, options.pasted, options.corrections = 1, 1, 1, 1
    return options


def _measure(options: argparse.Namespace) -> list[Row]:
    everyone = patients(options.data, tuple(options.groups), options.simulated, options.pasted)
    if options.quick:
        everyone = _first_of_each(everyone)
    shapes = dict(
        zip(everyone, _map(shares_of, everyone, options.jobs, "shapes"), strict=True)
        if "shape alone" in options.methods
        else ()
    )
    tasks = [
        Task(
            patient,
            leave_out(patient, shapes),
            tuple(options.methods),
            tuple(options.gestures),
            options.jitters,
            options.corrections,
            options.models,
        )
        for patient in everyone
    ]
    label = {METHODS[0]: options.label}
    return [
        replace(row, method=label.get(row.method, row.method))
        for rows in _map(measured, tasks, options.jobs, "measured")
        for row in rows
    ]


def _first_of_each(everyone: Iterable[Patient]) -> list[Patient]:
    first: dict[str, Patient] = {}
    for patient in everyone:
        first.setdefault(patient.group, patient)
    return list(first.values())


def leave_out(patient: Patient, shapes: dict[Patient, list[Shares]]) -> Shares:
    """The mean shape of all other patients of the same sort; a ball on the stroke where there are none."""
    real = (SARCOMA, OTHER)
    sort = real if patient.group in real else (patient.group,)
    others = [
        shape
        for other, found in shapes.items()
        if other.group in sort and other.name != patient.name
        for shape in found
    ]
    if not others:
        return 1.0, 1.0, 1.0
    along, across, through = np.exp(np.log(others).mean(axis=0)).tolist()
    return along, across, through


def _map(function: Callable[[ITEM], RESULT], items: list[ITEM], jobs: int, title: str) -> Iterator[RESULT]:
    start = time.perf_counter()
    if jobs == 1:
        results: Iterator[RESULT] = map(function, items)
        yield from _with_progress(results, len(items), title, start)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from _with_progress(pool.map(function, items), len(items), title, start)


def _with_progress(results: Iterable[RESULT], count: int, title: str, start: float) -> Iterator[RESULT]:
    for number, result in enumerate(results, start=1):
        print(f"{title} {number} of {count}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
        yield result


if __name__ == "__main__":
    raise SystemExit(main())

"""One row for each lesion, method, gesture and reader: all that the tables are made from."""

from __future__ import annotations

import csv
import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from segmenting_cases import Patient
from segmenting_methods import (
    GESTURES,
    STROKE,
    Method,
    Shares,
    corrected,
    gestures,
    methods,
    shape_shares,
)

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion
from radioimmuno.simulation.lesion_cases import LesionCase
from radioimmuno.simulation.reader import BORDER, Correction, next_correction
from radioimmuno.simulation.reader import STROKE as BY_STROKE
from radioimmuno.simulation.strokes import dice, foreign_share, longest_stroke
from radioimmuno.validation.visible_edge import VisibleEdge, visible_edge

# Corrections that a reader makes at most, and what methods can be corrected by.
MOST_CORRECTIONS = 5
CORRECTED_BY = {"ours": (BY_STROKE, BORDER), "GrowCut": (BY_STROKE,)}


@dataclass(frozen=True)
class Row:
    """What one gesture gave.

    Parameters
    ----------
    group, patient, case, kind, clear : str
        Of the lesion; `clear` is "clear", "faint" or "" where nobody knows.
    method, gesture : str
        How it was segmented.
    jitter : int
        Which reader.
    corrected_by : str
        What the reader corrects with, a stroke or a click on the border; "" before.
    corrections : int
        After how many corrections.
    foreign : float
        Share of the stroke that runs through what the lesion is not made of.
    dice, volume : float
        Overlap with the truth, and volume as a share of the truth's.
    edge_mm, truth_edge_mm, edge_share : float
        Mean distance of the mask (NaN after corrections) and of the truth from the visible edge, and how much
        of the border has one.
    repeat : float
        Median Dice of this reader's mask with the others'; NaN for one alone.
    seconds : float
        CPU time; NaN for corrections of what was found before.
    expected : float
        The method's own expected Dice; NaN where it has none.
    findings : str
        Codes; "refused: ..." where nothing was segmented.
    """

    group: str
    patient: str
    case: str
    kind: str
    clear: str
    method: str
    gesture: str
    jitter: int
    corrected_by: str
    corrections: int
    foreign: float
    dice: float
    volume: float
    edge_mm: float
    truth_edge_mm: float
    edge_share: float
    repeat: float
    seconds: float
    expected: float
    findings: str


@dataclass(frozen=True)
class Task:
    """One patient to measure, and how."""

    patient: Patient
    shares: Shares
    methods: tuple[str, ...]
    gestures: tuple[str, ...]
    jitters: int
    corrections: int
    models: Path | None = None


@dataclass(frozen=True)
class Border:
    """The edge that is visible near a lesion's border, and how far the truth lies from it."""

    edge: VisibleEdge
    truth_mm: float


def shares_of(patient: Patient) -> list[Shares]:
    """The shapes of a patient's lesions in the frames of their strokes."""
    return [shape_shares(case.truth, longest_stroke(case.truth)) for case in patient.load()]


def measured(task: Task) -> list[Row]:
    """All rows of one patient."""
    rows: list[Row] = []
    known = methods({task.patient.name: task.shares}, task.models)
    for case in task.patient.load():
        edge = visible_edge(case.image, case.truth)
        border = Border(edge, edge.distance_mm(case.truth))
        for name, gesture in itertools.product(task.methods, task.gestures):
            if gesture in known[name].gestures:
                rows += _rows(task, case, border, (name, known[name]), gesture)
    return rows


def _rows(
    task: Task, case: LesionCase, border: Border, named: tuple[str, Method], gesture: str
) -> Iterator[Row]:
    name, method = named
    # The same strokes for every method, others for each lesion.
    seed = sum(case.name.encode()) + 1000 * GESTURES.index(gesture)
    drawn = gestures(case.truth, gesture, task.jitters, seed)
    segment = method.segmenter_for(task.patient.name)
    found: list[tuple[SegmentedLesion | None, float, str]] = []
    for points in drawn:
        start = time.process_time()
        try:
            lesion = segment(case.image, gesture, points)
            codes = " ".join(finding.code for finding in lesion.findings)
            found.append((lesion, time.process_time() - start, codes))
        except InputError as error:
            found.append((None, time.process_time() - start, f"refused: {error.code}"))
    masks = [lesion.mask if lesion else None for lesion, _, _ in found]
    for number, (points, (lesion, seconds, codes)) in enumerate(zip(drawn, found, strict=True)):
        strokes = points.reshape(-1, 2, 3) if gesture in GESTURES[:4] else []
        foreign = max((foreign_share(case.image, case.truth, ends) for ends in strokes), default=0.0)
        common = (name, gesture, number, foreign)
        expected = lesion.expected_agreement if lesion else None
        more = (_repeat(masks, number), seconds, np.nan if expected is None else expected, codes)
        yield _row(task, case, border, common, ("", 0), masks[number], more)
        for kind in CORRECTED_BY.get(name, ()):
            if gesture == STROKE and masks[number] is not None:
                yield from _corrections(task, case, border, common, (masks[number], points), kind)


def _row(
    task: Task,
    case: LesionCase,
    border: Border,
    common: tuple[str, str, int, float],
    corrections: tuple[str, int],
    mask: Image | None,
    more: tuple[float, float, float, str],
) -> Row:
    name, gesture, jitter, foreign = common
    clear = {True: "clear", False: "faint", None: ""}[case.has_clear_border]
    there = mask is not None and bool(mask.values.any())
    return Row(
        *(task.patient.group, case.patient, case.name, case.kind, clear),
        *(name, gesture, jitter, *corrections, foreign),
        dice=dice(mask, case.truth) if there else 0.0,
        volume=float(mask.values.sum() / case.truth.values.sum()) if there else 0.0,
        edge_mm=border.edge.distance_mm(mask) if there and not corrections[1] else np.nan,
        truth_edge_mm=border.truth_mm,
        edge_share=border.edge.share,
        repeat=more[0],
        seconds=more[1],
        expected=more[2],
        findings=more[3],
    )


def _repeat(masks: list[Image | None], number: int) -> float:
    one = masks[number]
    others = [mask for each, mask in enumerate(masks) if each != number]
    if not others:
        return float("nan")
    return float(np.median([dice(one, other) if one and other else 0.0 for other in others]))


def _corrections(
    task: Task,
    case: LesionCase,
    border: Border,
    common: tuple[str, str, int, float],
    first: tuple[Image, np.ndarray],
    kind: Literal["stroke", "border"],
) -> Iterator[Row]:
    """Rows after each correction; where the reader finds no more to correct, the last one again."""
    name, _, jitter, _ = common
    mask, ends = first
    rng = np.random.default_rng((sum(case.name.encode()), jitter))
    done: tuple[Correction, ...] = ()
    for count in range(1, task.corrections + 1):
        codes = ""
        correction = next_correction(mask, case.truth, rng, kind)
        start = time.process_time()
        if correction is not None:
            done = (*done, correction)
            try:
                mask = corrected(name, case.image, mask, ends, done)
            except InputError as error:
                codes = f"refused: {error.code}"
        seconds = time.process_time() - start
        yield _row(task, case, border, common, (kind, count), mask, (np.nan, seconds, np.nan, codes))


def write(rows: Iterable[Row], path: Path) -> None:
    """The rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def read(path: Path) -> list[Row]:
    """Rows that `write` wrote."""
    kinds = {"int": int, "float": float, "str": str}
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(**{field.name: kinds[str(field.type)](line[field.name]) for field in fields(Row)})
            for line in csv.DictReader(file)
        ]

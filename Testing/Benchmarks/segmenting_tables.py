"""The tables of the benchmark of segmentations, made from its rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from segmenting_cases import ELLIPSOID, GROUPS, OTHER, PASTED, SARCOMA, SIMULATED
from segmenting_methods import GESTURES, STROKE
from segmenting_rows import MOST_CORRECTIONS, Row

# Strokes of which so much runs through bone, air or bright vessel are counted apart.
FOREIGN_SHARE = 0.1
# Volumes that are right within so much; results that are poor; Dice at which a reader is content.
RIGHT_VOLUME, POOR_DICE, CONTENT_DICE = 0.1, 0.6, 0.85
CORRECTED_BY = ("stroke", "border")
# False marks that are allowed.
FALSE_MARKS = 0.2

HEADER = (
    f"{'':34} {'n':>4} {'median':>7} {'p10':>6} {'worst':>6} {'volume':>11} {'repeat':>7} {'edge mm':>8} "
    f"{'truth':>6} {'CPU s':>6} {'none':>5}"
)


def tables(rows: Sequence[Row]) -> str:
    """All tables, those without a row left out."""
    first = [row for row in rows if row.corrections == 0]
    parts = [
        _one_stroke(first),
        _simulated(first),
        _by_gesture(first),
        _corrections(rows),
        _self_estimate(first),
        _leaders(first),
    ]
    return "\n\n".join(part for part in parts if part)


def _methods(rows: Iterable[Row]) -> list[str]:
    """The methods in the order of their rows; the first one is ours."""
    return list(dict.fromkeys(row.method for row in rows))


def _line(title: str, rows: Sequence[Row]) -> str:
    dices, volumes = (np.array([getattr(row, name) for row in rows]) for name in ("dice", "volume"))
    low = np.percentile(dices, 10)
    return (
        f"{title:34} {len(rows):4} {np.median(dices):7.3f} {low:6.3f} {dices.min():6.3f} "
        f"{volumes.min():5.2f}-{volumes.max():5.2f} {_median(rows, 'repeat'):7.3f} "
        f"{_median(rows, 'edge_mm'):8.2f} {_median(rows, 'truth_edge_mm'):6.2f} "
        f"{_median(rows, 'seconds'):6.2f} {sum(row.findings.startswith('refused') for row in rows):5}"
    )


def _median(rows: Iterable[Row], name: str) -> float:
    values = np.array([getattr(row, name) for row in rows])
    return float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")


def _parts(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by group, strokes through foreign tissue apart."""
    found = []
    for group in GROUPS:
        of_group = [row for row in rows if row.group == group]
        found.append((group, [row for row in of_group if row.foreign < FOREIGN_SHARE]))
        found.append((f"{group}, foreign", [row for row in of_group if row.foreign >= FOREIGN_SHARE]))
    return [(name, part) for name, part in found if part]


def _lines(title: str, parts: Iterable[tuple[str, Sequence[Row]]]) -> str:
    lines = [_line(name, part) for name, part in parts if part]
    return "\n".join([title, HEADER, *lines]) if lines else ""


def _one_stroke(rows: Sequence[Row]) -> str:
    strokes = [row for row in rows if row.gesture == STROKE]
    parts = [
        (f"{group}: {method}", [row for row in part if row.method == method])
        for group, part in _parts(strokes)
        for method in _methods(rows)
    ]
    return _lines("One stroke, by group and method", parts)


def _simulated(rows: Sequence[Row]) -> str:
    known = [row for row in rows if row.gesture == STROKE and row.group in (SIMULATED, PASTED, ELLIPSOID)]
    if not known:
        return ""
    names = _methods(rows)
    lines = [
        "Known borders, one stroke: median Dice, and share within 10 % of the volume",
        f"{'':24} {'border':>7} {'n':>4} " + " ".join(f"{name:>18}" for name in names),
    ]
    kinds = sorted({(GROUPS.index(row.group), row.kind) for row in known if row.group != ELLIPSOID})
    groups: list[tuple[str, Callable[[Row], bool]]] = [
        (f"{GROUPS[number]}, {kind}", lambda row, n=number, k=kind: (row.group, row.kind) == (GROUPS[n], k))
        for number, kind in kinds
    ]
    groups.append((ELLIPSOID, lambda row: row.group == ELLIPSOID))
    groups.append((f"{SIMULATED}, all", lambda row: row.group == SIMULATED))
    for title, belongs in groups:
        for border in ("clear", "faint"):
            part = [row for row in known if belongs(row) and row.clear == border]
            if part:
                cells = [_known_cell([row for row in part if row.method == name]) for name in names]
                count = len({row.case for row in part})
                lines.append(f"{title:24} {border:>7} {count:4} " + " ".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def _known_cell(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    right = np.mean([abs(row.volume - 1) <= RIGHT_VOLUME for row in rows])
    return f"{np.median([row.dice for row in rows]):.3f}  {100 * right:3.0f} %"


def _by_gesture(rows: Sequence[Row]) -> str:
    found = []
    for name in _methods(rows):
        ours = [row for row in rows if row.method == name]
        if not {row.gesture for row in ours} <= {STROKE}:
            parts = [
                (f"{group}: {gesture}", [row for row in part if row.gesture == gesture])
                for group, part in _parts(ours)
                for gesture in GESTURES
            ]
            found.append(_lines(f"Gestures, {name}", parts))
    return "\n\n".join(found)


def _corrections(rows: Sequence[Row]) -> str:
    lines = []
    for group, method, kind in itertools.product(GROUPS, _methods(rows), CORRECTED_BY):
        part = [
            row
            for row in rows
            if (row.group, row.method, row.gesture) == (group, method, STROKE)
            and row.corrected_by in ("", kind)
        ]
        most = max((row.corrections for row in part), default=0)
        if most:
            lines.append(_corrections_line(f"{group}: {method}, {kind}", part, most))
    if not lines:
        return ""
    after = " ".join(f"{'p10 after ' + str(n):>12}" for n in range(1, MOST_CORRECTIONS + 2))
    title = f"Corrections by a simulated reader: gestures until Dice {CONTENT_DICE} (first stroke included)"
    return "\n".join([title, f"{'':34} {'median':>7} {'content':>10} {after}", *lines])


def _corrections_line(title: str, rows: Sequence[Row], most: int) -> str:
    readers: dict[tuple[str, int], dict[int, float]] = {}
    for row in rows:
        readers.setdefault((row.case, row.jitter), {})[row.corrections] = row.dice
    # Who was refused the first stroke makes no correction: it stays as it is.
    dices = np.array([[each.get(n, each[0]) for n in range(most + 1)] for each in readers.values()])
    content = dices >= CONTENT_DICE
    strokes = np.where(content.any(axis=1), content.argmax(axis=1) + 1, np.inf)
    low = " ".join(f"{np.percentile(dices[:, n], 10):12.3f}" for n in range(most + 1))
    # Within five gestures, or as many as were measured.
    reached = min(5, most + 1)
    median = f"{np.median(strokes):.1f}" if np.isfinite(np.median(strokes)) else f"> {most + 1}"
    within = f"{100 * np.mean(strokes <= reached):.0f} % in {reached}"
    return f"{title:34} {median:>7} {within:>10} {low}"


def _self_estimate(rows: Sequence[Row]) -> str:
    judged = [row for row in rows if np.isfinite(row.expected)]
    lines = []
    for name, group, gesture in itertools.product(_methods(judged), ("real", *GROUPS), GESTURES):
        groups = (SARCOMA, OTHER) if group == "real" else (group,)
        part = [row for row in judged if (row.method, row.gesture) == (name, gesture) and row.group in groups]
        if len(part) >= 10 and group != SARCOMA:
            lines.append(_estimate_line(f"{name}, {group}: {gesture}", part))
    if not lines:
        return ""
    title = "Expected agreement beside the true Dice: means (expected/true) by fifths of the expected"
    head = (
        f"{'':34} {'n':>4} {'rank r':>7} {'fifths':^50} {'poor':>5} {'marked':>7} {'warned':>7} {'false':>6}"
    )
    return "\n".join([title, head, *lines])


def _estimate_line(title: str, rows: Sequence[Row]) -> str:
    from scipy.stats import spearmanr

    expected, true = np.array([row.expected for row in rows]), np.array([row.dice for row in rows])
    rank = float(spearmanr(expected, true)[0]) if len(set(expected)) > 1 else float("nan")
    fifths = np.array_split(np.argsort(expected, kind="stable"), 5)
    means = " ".join(f"{expected[part].mean():.2f}/{true[part].mean():.2f}" for part in fifths)
    poor = true < POOR_DICE
    warned = np.array(["stroke.unsure" in row.findings for row in rows])
    marked = warned_false = caught = float("nan")
    if poor.any() and not poor.all():
        threshold = np.quantile(expected[~poor], FALSE_MARKS)
        marked = float((expected[poor] < threshold).mean())
        caught, warned_false = float(warned[poor].mean()), float(warned[~poor].mean())
    return (
        f"{title:34} {len(rows):4} {rank:7.2f} {means:^50} {poor.sum():5} {marked:7.2f} {caught:7.2f} "
        f"{warned_false:6.2f}"
    )


def _leaders(rows: Sequence[Row]) -> str:
    """The worst results of ours with one stroke: where to look."""
    name = next(iter(_methods(rows)), "")
    ours = [row for row in rows if row.method == name and row.gesture == STROKE]
    worst = sorted(ours, key=lambda row: row.dice)[:12]
    lines = [
        f"{row.case:34} {row.clear:6} Dice {row.dice:.3f} volume {row.volume:.2f} edge {row.edge_mm:.1f} mm "
        f"foreign {row.foreign:.2f} {row.findings}"
        for row in worst
    ]
    return "\n".join([f"Worst of {name}, one stroke", *lines]) if lines else ""

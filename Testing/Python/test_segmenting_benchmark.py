"""The benchmark of segmentations runs, and its tables are made rightly from its rows."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "Benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from segmenting import leave_out  # noqa: E402
from segmenting_cases import ELLIPSOID, OTHER, SARCOMA, SIMULATED, Patient  # noqa: E402
from segmenting_methods import BOX, CLICK, GESTURES, STROKE, gestures, model_without  # noqa: E402
from segmenting_rows import Row, read, write  # noqa: E402
from segmenting_tables import tables  # noqa: E402

from radioimmuno.geometry.image import Image, Lattice  # noqa: E402
from radioimmuno.segmentation.boosted_trees import shipped_model  # noqa: E402

ROW = Row(
    *(SIMULATED, "simulated 1000", "liver 1", "liver", "clear", "ours", STROKE, 0, "", 0, 0.0),
    *(0.9, 1.0, 0.5, 0.2, 1.0, 0.95, 0.2, float("nan"), ""),
)


def rows(dices, **changes):
    return [replace(ROW, jitter=n, dice=value, **changes) for n, value in enumerate(dices)]


def line(text, start):
    return next(each for each in text.splitlines() if each.startswith(start)).removeprefix(start).split()


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """One lesion by all methods, one reader, one correction: the printed tables and the rows."""
    out = tmp_path_factory.mktemp("benchmark") / "rows.csv"
    options = ["--quick", "--groups", ELLIPSOID, "--gestures", STROKE, BOX, "--out", str(out)]
    command = [sys.executable, str(BENCHMARKS / "segmenting.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, read(out)


def test_the_benchmark_measures_methods_and_gestures_side_by_side(quick):
    printed, found = quick
    first = [(row.method, row.gesture) for row in found if row.corrections == 0]
    assert first == [("ours", STROKE), ("ours", BOX), ("GrowCut", STROKE), ("shape alone", STROKE)]
    ours = next(row for row in found if row.gesture == STROKE)
    assert ours.dice > 0.95  # a ball in a lung
    assert line(printed, "ellipsoid: ours")[1] == f"{ours.dice:.3f}"


def test_corrections_are_measured_of_ours_and_of_growcut(quick):
    _, found = quick
    done = {(row.method, row.corrected_by, row.corrections) for row in found}
    assert done >= {("ours", "stroke", 1), ("ours", "border", 1), ("GrowCut", "stroke", 1)}
    assert all(row.corrections == 0 for row in found if row.method == "shape alone")


def test_rows_are_read_as_they_were_written(tmp_path):
    written = [replace(ROW, expected=0.5, findings="stroke.foreign stroke.unsure"), replace(ROW, jitter=2)]
    write(written, tmp_path / "rows.csv")
    assert [repr(row) for row in read(tmp_path / "rows.csv")] == [repr(row) for row in written]


def test_a_table_has_median_tenth_percentile_and_worst():
    found = line(tables(rows([0.5, 0.6, 0.7, 0.8, 0.9], volume=0.8)), "simulated: ours")
    assert found[:4] == ["5", "0.700", "0.540", "0.500"]
    assert found[4] == "0.80-"


def test_another_checkouts_rows_stand_beside_ours():
    printed = tables([*rows([0.9]), *rows([0.7], method="before")])
    assert line(printed, "simulated: ours")[1] == "0.900"
    assert line(printed, "simulated: before")[1] == "0.700"


def test_strokes_through_foreign_tissue_are_counted_apart():
    printed = tables([*rows([0.8, 0.9]), *rows([0.2], foreign=0.3)])
    assert line(printed, "simulated: ours")[:4] == ["2", "0.850", "0.810", "0.800"]
    assert line(printed, "simulated, foreign: ours")[:2] == ["1", "0.200"]


def test_volumes_within_a_tenth_are_counted_by_kind_and_border():
    faint = rows([0.7, 0.7], clear="faint", volume=1.2)
    printed = tables([*rows([0.9, 0.94], volume=1.08), *rows([0.8], volume=0.85), *faint])
    assert line(printed, "simulated, liver")[:5] == ["clear", "1", "0.900", "67", "%"]
    faint_line = [each for each in printed.splitlines() if each.startswith("simulated, liver")][1]
    assert faint_line.split()[2:7] == ["faint", "1", "0.700", "0", "%"]


def test_strokes_until_a_reader_is_content():
    """One reader is content at once, one after the second stroke, one never."""
    courses = [(0.9, 0.9, 0.9), (0.8, 0.86, 0.9), (0.5, 0.6, 0.7)]
    found = [
        replace(ROW, jitter=n, corrected_by="stroke" if count else "", corrections=count, dice=value)
        for n, course in enumerate(courses)
        for count, value in enumerate(course)
    ]
    printed = tables(found).partition("Corrections")[2]
    assert line(printed, "simulated: ours, stroke") == [
        "2.0",
        "67",
        "%",
        "in",
        "3",
        "0.560",
        "0.652",
        "0.740",
    ]


def test_expected_agreement_is_compared_with_the_true_one():
    """Ten results whose order is guessed rightly, but each 0.1 too well; two are poor and marked."""
    values = [0.3, 0.5, 0.62, 0.7, 0.75, 0.8, 0.82, 0.85, 0.88, 0.9]
    found = [
        replace(ROW, dice=value, jitter=n, expected=value + 0.1, findings="stroke.unsure" * (value < 0.4))
        for n, value in enumerate(values)
    ]
    printed = tables(found).partition("Expected agreement")[2]
    count, rank, *fifths, poor, marked, warned, false = line(printed, "ours, simulated: stroke")
    assert (count, rank, poor) == ("10", "1.00", "2")
    assert fifths[0] == "0.50/0.40"
    assert fifths[-1] == "0.99/0.89"
    assert (marked, warned, false) == ("1.00", "0.50", "0.00")


def test_refused_gestures_are_counted_and_are_no_overlap():
    found = [*rows([0.9]), replace(ROW, jitter=1, dice=0.0, volume=0.0, findings="refused: stroke.outside")]
    found = [replace(row, gesture=CLICK) for row in found]
    assert line(tables(found), "simulated: click")[-1] == "1"


@pytest.mark.parametrize("gesture", GESTURES)
def test_readers_draw_inside_the_ct(gesture):
    """On a lesion that fills the CT."""
    lattice = Lattice((9, 20, 20), (3.0, 1.0, 1.0), (-5.0, 7.0, 11.0))
    points = np.array(gestures(Image(np.ones(lattice.shape, bool), lattice), gesture, 20, 0))
    index = lattice.to_index(points)
    assert index.min() > -0.01
    assert (index.max(axis=tuple(range(index.ndim - 1))) < np.array(lattice.shape) - 0.99).all()
    assert len(np.unique(points.round(6))) > 12  # with their errors


def test_a_mean_shape_is_learnt_without_the_patient():
    """Real patients from real ones; the same patient's other lesions are left out as well."""
    people = [Patient(name, group, None) for name, group in [("A", SARCOMA), ("B", OTHER), ("S", SIMULATED)]]
    shapes = dict(zip(people, [[(1, 1, 1), (3, 3, 3)], [(2.0, 1.0, 0.5)], [(9, 9, 9)]], strict=True))
    assert leave_out(people[0], shapes) == pytest.approx((2.0, 1.0, 0.5))
    assert leave_out(people[1], shapes) == pytest.approx([3**0.5] * 3)
    assert leave_out(people[2], shapes) == (1.0, 1.0, 1.0)


def test_a_patient_is_segmented_by_the_model_that_was_fitted_without_it(tmp_path):
    for number, left_out in enumerate([["A", "B"], ["C"]]):
        trees = {"columns": ["along"], "start": number, "trees": []}
        model = {"about": {"left_out": left_out}, "voxels": trees, "agreement": trees}
        (tmp_path / f"fold_{number}.json").write_text(json.dumps(model), "utf-8")
    assert [model_without(name, tmp_path).voxels.start for name in "ABC"] == [0, 0, 1]
    assert model_without("another", tmp_path) is shipped_model()
    assert model_without("A", None) is shipped_model()

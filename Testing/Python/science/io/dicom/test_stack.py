"""From positions to a stack, without files: any order of slices, each tolerance from both of its sides."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Refusal
from radioimmuno.io.dicom.headers import Pixels, SliceHeader
from radioimmuno.io.dicom.stack import stack

ROWS, COLUMNS = 20, 24
STEP, DOWN, ACROSS = 2.5, 0.75, 1.5
AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
PIXELS = Pixels(ROWS, COLUMNS, 1, 1, 16, 16, False, "1.2.840.10008.1.2.1", 0, 960, 960)


def header(position, orientation=AXIAL, pixel_spacing=(DOWN, ACROSS), name="a"):
    """A slice of which only its place matters."""
    return SliceHeader(
        path=Path(name),
        frame=None,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uid="1.2.3",
        study_uid="1.2",
        series_uid="1.3",
        series_number=1,
        frame_of_reference_uid="1.4",
        patient_id="",
        study_date="",
        modality="CT",
        description="",
        image_type=(),
        position=position,
        orientation=orientation,
        pixel_spacing=pixel_spacing,
        slope=1.0,
        intercept=0.0,
        rescale_type="",
        padding=None,
        acquisition=Acquisition(),
        pixels=PIXELS,
    )


def at(*heights, **fields):
    """A slice at each height, mm."""
    return [header((-30.0, 12.0, height), name=str(n), **fields) for n, height in enumerate(heights)]


def even(count=10, step=STEP):
    return [n * step for n in range(count)]


def reason(slices):
    """The code of why they make no stack, or an empty text."""
    try:
        stack(slices)
    except Refusal as problem:
        return problem.code
    return ""


def test_slices_in_any_order_are_stacked_by_their_height():
    slices = at(*even())
    shuffled = [slices[n] for n in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]
    made = stack(shuffled)
    assert [(k, same[0].path.name) for k, same in made.slices] == [(n, str(n)) for n in range(10)]
    assert made.lattice == stack(slices).lattice
    assert made.lattice.shape == (10, ROWS, COLUMNS)
    assert made.lattice.spacing == pytest.approx((STEP, DOWN, ACROSS))
    assert made.lattice.origin == (-30.0, 12.0, 0.0)
    assert made.lattice.axes == ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def test_slices_are_counted_along_rows_cross_columns():
    """With the columns from front to back turned round the normal points to the feet."""
    made = stack(at(*even(), orientation=((1.0, 0.0, 0.0), (0.0, -1.0, 0.0))))
    assert made.lattice.origin == (-30.0, 12.0, 22.5)
    assert made.lattice.axes == ((0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (1.0, 0.0, 0.0))
    assert [same[0].path.name for _, same in made.slices] == [str(n) for n in range(9, -1, -1)]


def test_slices_at_one_place_are_duplicates_and_others_are_not():
    made = stack(at(*even(), 5.009))
    assert [len(same) for _, same in made.slices] == [1, 1, 2, *[1] * 7]
    assert reason(at(*even(), 5.011)) == "ct.variable_spacing"


@pytest.mark.parametrize(("degrees", "code"), [(0.09, ""), (0.11, "ct.gantry_tilt")])
def test_a_tilt_of_a_tenth_of_a_degree_is_the_limit(degrees, code):
    angle = math.radians(degrees)
    leaning = ((1.0, 0.0, 0.0), (0.0, math.cos(angle), math.sin(angle)))
    assert reason(at(*even(), orientation=leaning)) == code


@pytest.mark.parametrize(
    ("longer", "code"), [(0.0249, ""), (0.0251, "ct.variable_spacing"), (-0.0251, "ct.variable_spacing")]
)
def test_one_step_may_differ_by_one_percent(longer, code):
    heights = [height + (longer if n > 4 else 0.0) for n, height in enumerate(even())]
    assert reason(at(*heights)) == code


@pytest.mark.parametrize(("longer", "code"), [(0.074, ""), (0.076, "ct.variable_spacing")])
def test_a_gap_may_differ_by_one_percent_of_its_length(longer, code):
    """Two slices are missing: three steps of 2.5 mm."""
    assert reason(at(0.0, 2.5, 5.0, 12.5 + longer, 15.0 + longer, 17.5 + longer)) == code


@pytest.mark.parametrize(("missing", "code"), [(11, ""), (12, "ct.missing_slice")])
def test_no_more_slices_may_be_missing_than_steps_are_there(missing, code):
    """Twelve slices have eleven steps."""
    heights = [*even(6), *(height + (missing + 6) * STEP for height in even(6))]
    assert reason(at(*heights)) == code


def test_a_gap_is_where_slices_are_missing_and_the_others_keep_their_numbers():
    made = stack(at(0.0, 2.5, 5.0, 12.5, 15.0, 17.5))
    assert [k for k, _ in made.slices] == [0, 1, 2, 5, 6, 7]
    assert made.lattice.shape[0] == 8
    (gap,) = made.gaps
    assert (gap.start, gap.stop, gap.start_mm, gap.stop_mm) == (3, 5, 5.0, 12.5)


@pytest.mark.parametrize(("aside", "code"), [(0.187, ""), (0.188, "ct.variable_spacing")])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_quarter_of_the_smaller_pixel_is_the_limit_of_steps_aside(aside, code, axis):
    slices = at(*even())
    position = list(slices[4].position)
    position[axis] += aside
    slices[4] = header(tuple(position))
    assert reason(slices) == code


@pytest.mark.parametrize(("off", "code"), [(0.0009, ""), (0.0011, "ct.unreadable")])
def test_directions_are_unit_vectors_at_right_angles_within_a_thousandth(off, code):
    longer = ((1.0 + off, 0.0, 0.0), (0.0, 1.0, 0.0))
    shorter = ((1.0, 0.0, 0.0), (0.0, 1.0 - off, 0.0))
    leaning = ((1.0, 0.0, 0.0), (off, 1.0, 0.0))
    assert [reason(at(*even(), orientation=each)) for each in (longer, shorter, leaning)] == [code] * 3


def test_directions_that_are_nearly_right_become_so():
    axes = stack(at(*even(), orientation=((1.0009, 0.0, 0.0), (0.0009, 1.0, 0.0)))).lattice.axes
    np.testing.assert_allclose(np.array(axes) @ np.array(axes).T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("step", "pixel_spacing", "code"),
    [
        (0.011, (0.001, 1000.0), ""),
        (1000.0, (1.0, 1.0), ""),
        (1001.0, (1.0, 1.0), "ct.unreadable"),
        (1.0, (0.0009, 1.0), "ct.unreadable"),
        (1.0, (1.0, 0.0009), "ct.unreadable"),
        (1.0, (1001.0, 1.0), "ct.unreadable"),
        (1.0, (1.0, 1001.0), "ct.unreadable"),
    ],
)
def test_voxels_are_as_large_as_those_of_a_scan(step, pixel_spacing, code):
    assert reason(at(*even(step=step), pixel_spacing=pixel_spacing)) == code


def test_two_slices_are_a_volume_and_one_is_none():
    assert stack(at(0.0, 3.0)).lattice.spacing[0] == 3.0
    assert reason(at(0.0)) == "ct.unreadable"


@pytest.mark.parametrize(("x", "code"), [(1e6, ""), (1e6 + 1, "ct.unreadable"), (-1e6 - 1, "ct.unreadable")])
def test_a_position_lies_inside_of_a_scanner(x, code):
    assert reason([header((x, 0.0, height)) for height in even()]) == code

"""The box of a lesion in the next study, where the registration says that it went."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.findings import InputError
from radioimmuno.followup.carried_box import carried_box
from radioimmuno.followup.registration import Registration
from radioimmuno.geometry.image import Image, Lattice

SHIFT = np.array([7.0, -4.0, 3.0], np.float32)
BASELINE = Lattice((20, 40, 40), (2.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def registration(followup: Lattice) -> Registration:
    nodes = Lattice((2, 2, 2), (40.0, 40.0, 40.0), (0.0, 0.0, 0.0))
    displacement = np.broadcast_to(SHIFT, (2, 2, 2, 3)).copy()
    return Registration(displacement, nodes, BASELINE, followup, 1.0, 1.0, 0.0, 0.0, 0.0)


def bar() -> Image:
    """A bar of 1 x 12 mm in one slice, along x."""
    values = np.zeros(BASELINE.shape, bool)
    values[10, 20, 10:22] = True
    return Image(values, BASELINE)


def test_the_box_goes_where_the_body_went():
    followup = Lattice((40, 60, 60), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    corners = np.sort(np.array(carried_box(registration(followup), bar())), axis=0)
    # The bar's voxels, of 1 x 1 x 2 mm, from edge to edge.
    wanted = np.array([[9.5, 19.5, 19.0], [21.5, 20.5, 21.0]]) + SHIFT
    assert corners == pytest.approx(wanted, abs=1.0)


def test_a_place_out_of_view_is_refused():
    elsewhere = Lattice((40, 60, 60), (1.0,) * 3, (0.0, 0.0, 200.0))
    with pytest.raises(InputError, match="outside of the CT") as refused:
        carried_box(registration(elsewhere), bar())
    assert refused.value.code == "stroke.outside"

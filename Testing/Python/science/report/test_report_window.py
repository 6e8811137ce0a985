"""What pictures tell apart of an image.

Tests of: window.
"""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.modality import CT, MR, PET
from radioimmuno.report.window import SOFT_TISSUE, Window, window_of


def image(values):
    return Image(values, Lattice(values.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))


def test_a_ct_and_a_pet_have_the_windows_of_their_kind():
    anything = image(np.zeros((2, 2, 2)))
    assert window_of(anything, CT) == SOFT_TISSUE
    assert window_of(anything, PET) == Window(0.0, 10.0, "PET")
    assert window_of(anything, PET).words == "W 10 L 5"


def test_arbitrary_units_have_the_window_of_their_values():
    """Of 0 to 999, one percent is below 10 and above 989; a hot voxel changes little."""
    values = np.arange(1000.0).reshape(10, 10, 10)
    values[9, 9, 9] = 1e6
    values[0, 0, 0] = np.nan
    found = window_of(image(values), MR)
    assert (found.low, found.high) == pytest.approx((11, 989), abs=2)
    assert window_of(image(np.full((2, 2, 2), 7.0)), MR).high > 7
    assert window_of(image(np.full((2, 2, 2), np.nan)), MR) == Window(0.0, 1.0, "MR")


def test_gray_goes_from_the_lowest_to_the_highest_and_no_number_is_black():
    values = np.array([-1.0, 0.0, 5.0, 10.0, 50.0, np.nan])
    assert Window(0.0, 10.0).gray(values).tolist() == [0, 0, 128, 255, 255, 0]

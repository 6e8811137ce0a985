"""What counts as a number: no truth value, nothing infinite, nothing beyond a bound."""

import math

import pytest

from radioimmuno.numbers import is_number, is_real, is_whole_number

NO_NUMBERS = [None, True, "1", [1], 1j]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_none(value):
    assert not is_real(value)
    assert not is_number(value)
    assert not is_whole_number(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400], ids=lambda value: str(value)[:5])
def test_a_number_is_finite(value):
    assert is_real(value)
    assert not is_number(value)


def test_both_bounds_belong_to_the_range():
    assert [value for value in (1.9, 2, 2.5, 3, 3.1) if is_number(value, 2, 3)] == [2, 2.5, 3]
    assert [value for value in (1, 2, 3, 4) if is_whole_number(value, 2, 3)] == [2, 3]


def test_a_float_is_no_whole_number():
    assert not is_whole_number(2.0)

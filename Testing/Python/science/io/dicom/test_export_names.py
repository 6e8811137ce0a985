"""Names in an export: what DICOM cannot hold is kept out, each name is there once, none is too long."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioimmuno.io.dicom.export_names import LO_BYTES, RING_ENDING, cleaned, export_names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Liver 1", "Liver 1"),
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        ("a\\b", "a/b"),
        ("bell\x07 and\x00 zero\x7f", "bell and zero"),
        ("line\u2028and paragraph\u2029", "line and paragraph"),
        ("right\u202eto left\u2069", "rightto left"),
        ("half \ud83d", "half ?"),
        ("肝臓 転移^1 = ü", "肝臓 転移^1 = ü"),
    ],
)
def test_a_name_is_one_line_that_dicom_can_hold(name, expected):
    assert cleaned(name) == expected


def test_equal_names_are_numbered_and_a_lesion_without_one_is_called_by_its_id():
    names = export_names({"1": "a", "2": "a", "3": "a (2)", "4": " \n", "5": "a"})
    assert names == {"1": "a", "2": "a (2)", "3": "a (2) (2)", "4": "Lesion 4", "5": "a (3)"}


def test_a_lesion_that_is_called_as_anothers_ring_gets_another_name():
    for order in (["a", "a, ring"], ["a, ring", "a"]):
        names = list(export_names(dict(enumerate(order))).values())
        assert len({*names, *(name + RING_ENDING for name in names)}) == 4


def test_a_name_that_is_cut_says_so_and_stays_apart_from_another_that_begins_alike():
    first, second = export_names({"1": "x" * 200 + "1", "2": "x" * 200 + "2"}).values()
    assert first.endswith("…")
    assert second.endswith("… (2)")


@given(st.lists(st.text(st.characters(), max_size=90) | st.just("a") | st.just("b" * 80), max_size=30))
def test_whatever_the_names_they_fit_and_are_there_once(names):
    found = list(export_names({str(n): name for n, name in enumerate(names)}).values())
    everything = [*found, *(name + RING_ENDING for name in found)]
    assert len(set(everything)) == 2 * len(names)
    for name in everything:
        assert 0 < len(name.encode()) <= LO_BYTES
        assert name == name.strip()
        assert "\\" not in name
        assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in name)

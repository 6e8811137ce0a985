# ruff: noqa: RUF001 - true minus signs are what is tested
"""Names, numbers and markup of the report."""

from __future__ import annotations

import pytest

from radioimmuno.report.formatting import fixed, number, standing, value_words
from radioimmuno.report.markup import element
from radioimmuno.signature.cutoffs import Cutoffs


def test_markup_escapes_text_and_attributes() -> None:
    assert element("p", "<&>", title='"x"') == '<p title="&quot;x&quot;">&lt;&amp;&gt;</p>'
    assert element("p", element("b", "x"), None, ["<", element("br")]) == "<p><b>x</b>&lt;<br></p>"
    assert element("input", checked=True, hidden=False, class_="a", aria_label="b") == (
        '<input checked class="a" aria-label="b">'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234567.4, "1\u202f234\u202f567"),
        (-38.104, "−38.10"),
        (0.00123456, "0.001235"),
        (0.00000123456, "1.235 × 10⁻⁶"),
        (-2.5e11, "−2.500 × 10¹¹"),
    ],
)
def test_numbers_of_any_size_are_readable(value: float, text: str) -> None:
    assert number(value) == text


def test_a_rounded_zero_has_no_sign() -> None:
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(0.001, 2, sign="+") == "0.00"
    assert fixed(-0.006, 2) == "−0.01"


def test_standing_at_the_cutoffs_themselves() -> None:
    cutoffs = Cutoffs(-1.0, 0.0, 1.0)
    assert standing(-1.0, cutoffs, 1) == "between the low (−1.0) and the median cut-off (0.0)"
    assert standing(0.0, cutoffs, 1) == "at the median cut-off (0.0)"
    assert standing(1.0, cutoffs, 1) == "between the median (0.0) and the high cut-off (1.0)"


def test_standing_at_a_median_alone() -> None:
    cutoffs = Cutoffs(None, 0.5, None)
    assert standing(0.4, cutoffs, 1) == "below the median cut-off (0.5), the only one"
    assert standing(0.6, cutoffs, 1) == "above the median cut-off (0.5), the only one"
    assert standing(0.5, cutoffs, 1) == "at the median cut-off (0.5)"


def test_values_of_variables_have_their_unit() -> None:
    assert value_words("lesion.statistics.mean", 12.5) == "12.50 HU"
    assert value_words("lesion.morphology.surface_area", 388.1) == "388.1 mm²"
    assert value_words("location.liver", 0.0) == "no"
    assert value_words("acquisition.kvp", 120.0) == "120 kV"

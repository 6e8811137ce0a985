"""Numbers as articles print them are read with their rounding; what can be read in two ways is refused."""

import pytest

from radioimmuno.signature.printed_number import printed_number


@pytest.mark.parametrize(
    ("text", "value", "rounding"),
    [
        ("0.37", 0.37, 0.005),
        ("0.370", 0.37, 0.0005),
        ("\u22120.37", -0.37, 0.005),
        ("\u20131.5", -1.5, 0.05),
        (" +2 ", 2.0, 0.5),
        ("0,125", 0.125, 0.0005),
        ("1,5", 1.5, 0.05),
        (".5", 0.5, 0.05),
        ("1.20e-3", 0.0012, 0.000005),
        ("1.2 \u00d7 10\u22123", 0.0012, 0.00005),
        ("3x10^4", 30000.0, 5000.0),
        ("1\u2009234.5", 1234.5, 0.05),
    ],
)
def test_a_number_is_read_with_its_rounding(text, value, rounding):
    number = printed_number(text)
    assert number.value == pytest.approx(value, rel=1e-15)
    assert number.rounding == pytest.approx(rounding, rel=1e-12)
    assert number.is_whole == (rounding >= 0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("high", "is 'high', which is no number"),
        ("0.3*", "which is no number"),
        ("0.1.2", "which is no number"),
        ("1,2,3", "which is no number"),
        ("1,234", "nothing for thousands"),
        ("-12,345,678", "nothing for thousands"),
        ("inf", "not finite"),
        ("NaN", "not finite"),
        ("1e999", "not finite"),
    ],
)
def test_what_is_no_number_or_two_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        printed_number(text)

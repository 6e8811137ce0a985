"""Hyperprogression by five definitions, on numbers that are computed here by hand."""

from __future__ import annotations

import pytest
from courses import course

from radioimmuno.followup.response.answer import Answer
from radioimmuno.followup.response.course_response import respond
from radioimmuno.followup.response.hyperprogression import MONTH_DAYS, growth_between


def first(*sizes: object, days: object, before: int = 1, **others: object) -> dict[str, Answer]:
    studies = [{"T1": size} for size in sizes]
    studies[-1] |= others
    return dict(respond(course(*studies, days=days, before=before)).studies[1].hyperprogression)


def test_rate_and_slope():
    # A sum that grows by 10 % has 1.1 ** 3 = 1.331 times the volume.
    month = growth_between(1000, 1100, round(MONTH_DAYS))
    assert month.rate == pytest.approx(33.1, abs=0.6)
    assert month.slope == pytest.approx(10, rel=0.02)
    assert growth_between(1000, 1000, 50).rate == 0
    halved = growth_between(1000, 500, 61)
    assert halved.rate == pytest.approx(100 * (0.125 ** (30.4375 / 61) - 1))


# 61 days before and after baseline: volume grows by v in two months, by sqrt(v) - 1 in one.
@pytest.mark.parametrize(
    ("before", "after", "champiat", "saada_bouzid", "ferrara", "kas"),
    [
        # TGR 6.1 -> 31.4; TGK 2.0 -> 10.0 mm a month: five times
        (96.1, 120, "yes", "yes", "no", "no"),
        # TGR 6.1 -> 83.4 (1.5 ** 1.5): +77
        (96.1, 150, "yes", "yes", "yes", "no"),
        # TGR 6.1 -> 182.4 (2 ** 1.5): +176
        (96.1, 200, "yes", "yes", "yes", "yes"),
        # TGR 39.6 (1.25 ** 1.5) -> 31.4: slower than before
        (80, 120, "no", "no", "no", "no"),
        # SD: 119 is less than 20 %, though five times as fast
        (96.1, 119, "no", "yes", "no", "no"),
    ],
)
def test_definitions_by_growth(before, after, champiat, saada_bouzid, ferrara, kas):
    found = first(before, 100, after, days=[0, 61, 122])
    named = {"champiat": champiat, "saada-bouzid": saada_bouzid, "ferrara": ferrara, "kas": kas}
    assert {name: found[name].value for name in named} == named


def test_sentences_have_the_numbers():
    found = first(96.1, 100, 200, days=[0, 61, 122])
    assert found["ferrara"].sentence == (
        "PD at the first evaluation; TGR 6.1 to 182.2 % a month, +176.1; more than 50 is asked"
    )
    assert found["saada-bouzid"].sentence == "TGK 1.9 to 49.9 mm a month, ratio 25.64; 2 is asked"


def test_no_ratio_over_what_did_not_grow():
    found = first(110, 100, 150, days=[0, 61, 122])
    for name in ("champiat", "saada-bouzid"):
        assert found[name].value is None
        assert "no ratio over what did not grow, the difference is +" in found[name].sentence
    assert found["ferrara"].value == "yes"


def test_without_a_study_before_baseline():
    found = first(100, 200, days=[0, 50], before=0)
    for name in ("champiat", "saada-bouzid", "ferrara", "kas"):
        assert found[name] == Answer(None, "cannot be told: there is no study before baseline")
    assert found["matos"].value == "yes"


@pytest.mark.parametrize(
    ("after", "days", "others", "sentence", "expected"),
    [
        (140.1, 61, {}, "sum +40.1 %, 61 days after baseline", "yes"),
        (140, 61, {}, "sum +40 %, new: none, 61 days after baseline", "no"),
        (100, 50, {"X1": 12}, "sum +0 %, new: X1, 50 days after baseline", "no"),
        (100, 50, {"X1": 12, "X2": 12}, "2 new lesions in lung, 50 days after baseline", "yes"),
        (100, 50, {"X1n": 12}, "new in lymph node, 50 days after baseline", "yes"),
        (
            140.1,
            62,
            {},
            "cannot be told: the first evaluation is 62 days after baseline, over two months",
            None,
        ),
    ],
)
def test_matos(after, days, others, sentence, expected):
    found = first(100, after, days=[0, days], before=0, **others)["matos"]
    assert (found.value, found.sentence) == (expected, sentence)


def test_matos_without_sites():
    found = respond(course({"T1": 100}, {"T1": 100, "X1": 12}, days=[0, 50], site=""))
    assert found.studies[1].hyperprogression["matos"] == Answer(None, "cannot be told: a lesion has no site")


def test_without_dates_or_targets():
    undated = respond(course({"T1": 90}, {"T1": 100}, {"T1": 150}, days=None, before=1))
    assert undated.studies[1].hyperprogression["kas"] == Answer(None, "cannot be told: dates are missing")
    assert undated.studies[1].hyperprogression["matos"] == Answer(None, "cannot be told: dates are missing")
    missing = respond(course({"T1": 90}, {"T1": 100, "T2": 20}, {"T1": 150, "T2": 30}, before=1))
    assert missing.studies[1].hyperprogression["kas"] == Answer(
        None, "cannot be told: not all targets were measured in S0"
    )
    none = respond(course({"N1": 90}, {"N1": 100}, {"N1": 100}, before=1))
    assert none.studies[1].hyperprogression["kas"] == Answer(None, "cannot be told: there is no target")


def test_it_is_asked_at_the_first_evaluation():
    found = respond(course({"T1": 90}, {"T1": 100}, {"T1": 150}, {"T1": 300}, before=1))
    assert [study.hyperprogression["kas"].sentence for study in found.studies][::2] == [
        "baseline",
        "asked at the first study after baseline, S2",
    ]

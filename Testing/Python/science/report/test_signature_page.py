"""The page of a card: what it shows and escapes, and curves from records. Tests of: recorded_curves."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "card"))

from card_cases import RECORD, TRAINING, VALIDATION, signature, sources

from radioimmuno.card.items import Reply
from radioimmuno.card.signature_card import make_card
from radioimmuno.card.sources import Sources
from radioimmuno.report.recorded_curves import recorded_curves
from radioimmuno.report.signature_page import signature_page
from radioimmuno.signature.signature import default_signature

HOSTILE = '<script>alert("x")</script>\u202e"onload=1'
SURVIVAL = {
    "by": "score",
    "log_rank_p": 0.03,
    "groups": {
        "up to 1": {"days": [0, 10, 20], "survival": [1, 0.8, 0.5]},
        "above 1": {"days": [0, 30], "survival": [1, 0.9]},
    },
}


class Elements(HTMLParser):
    """Collects the elements; fails on one that is closed without having been opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.attributes = [], set(), set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_the_page_has_all_parts_and_loads_nothing():
    text = signature_page(make_card(sources(RECORD, (VALIDATION,)), {}))
    Elements(text)
    for title in (
        *("In short", "How well it does", "Trained on", "Validation: validation1.json", "Terms"),
        *(
            "Cut-offs, patient and limits",
            "METRICS",
            "Radiomics Quality Score",
            "Calibration",
            "Decision curve",
        ),
        *(
            "Ring, intensity: mean".lower(),
            "doi:10.1186/s13244-023-01572-w",
            "doi:10.1038/nrclinonc.2017.141",
        ),
    ):
        assert title in text
    assert "src=" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "90 %" in words(text)
    assert "2 rows have no score: not measured." in text


def test_what_is_open_is_a_question_and_what_is_shown_names_its_field():
    shown = words(signature_page(make_card(sources(RECORD), {"metrics.1": Reply(True, "page 3 & 4")})))
    assert "training.json: cross_validation (by patient" in shown
    assert "the author: page 3 &amp; 4" in shown
    assert "question to the author" in shown
    assert "does not apply a condition takes it out" in shown


def test_the_band_stands_there_only_where_it_is_sure():
    card = make_card(sources(RECORD), {})
    assert "an open item could still change it" in words(signature_page(card))
    done = {one: Reply("two institutes" if one == "rqs.12" else True) for one in card.open_items}
    text = words(signature_page(make_card(sources(RECORD), done)))
    assert "Band excellent" in text
    assert "100.0 %" in text
    assert "question to the author" not in text


def test_of_the_demonstration_it_is_an_example():
    text = signature_page(make_card(Sources(default_signature()), {}))
    assert "fitted on simulated patients" in text
    assert 'class="notice demonstration"' in text


def test_hostile_names_stay_text():
    training = TRAINING | {
        "data": HOSTILE,
        "batches": {HOSTILE: 3},
        "cutoffs": HOSTILE,
        "software": HOSTILE,
        "out_of_fold": {HOSTILE: {"value": 0.5, "interval": [0.4, 0.6]}},
    }
    validation = VALIDATION | {
        "outcome": HOSTILE,
        "notes": [HOSTILE],
        "subgroups": [{"by": HOSTILE, "group": HOSTILE, "patients": 3, "figure": None}],
        "kaplan_meier": [SURVIVAL | {"by": HOSTILE, "groups": {HOSTILE: SURVIVAL["groups"]["up to 1"]}}],
    }
    found = sources(
        RECORD,
        (validation,),
        training=training,
        name=HOSTILE,
        predicts=HOSTILE,
        direction=HOSTILE,
        citation=HOSTILE,
        patents=(HOSTILE,),
    )
    text = signature_page(make_card(found, {"metrics.1": Reply(True, HOSTILE)}))
    parsed = Elements(text)
    assert "script" not in parsed.names
    assert "onload" not in parsed.attributes
    assert "\u202e" not in text
    assert text.count("&lt;script&gt;") >= 12


def test_records_give_their_curves():
    roc = {"false_positive": [0, 0.5, 1], "true_positive": [0, 0.9, 1]}
    drawn = recorded_curves(VALIDATION | {"roc": roc, "kaplan_meier": [SURVIVAL]})
    for title in ("ROC curve", "Calibration", "Decision curve", "log-rank p = 0.030", "above 1"):
        assert title in drawn
    assert drawn.count("<svg") - drawn.count('aria-hidden="true"') == 4


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"roc": None, "calibration": [], "decision_curve": "x", "kaplan_meier": [3, {}]},
        {"roc": {"false_positive": [0, 1], "true_positive": [0, 0.5, 1]}},
        {"roc": {"false_positive": [0, None], "true_positive": [0, 1]}},
        {"kaplan_meier": [{"groups": {"a": {"days": ["x"], "survival": [1]}}}]},
    ],
    ids=["nothing", "other forms", "lengths", "not a number", "text"],
)
def test_what_is_no_curve_is_not_drawn(content):
    assert recorded_curves(content) is None


def test_a_signature_alone_has_a_page():
    text = words(signature_page(make_card(Sources(signature(training={})), {})))
    assert "Figures with intervals are not stated." in text
    assert "Curves of the training" not in text

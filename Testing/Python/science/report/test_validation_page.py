"""The page of a validation holds its figures, its curves and nothing from elsewhere."""

import os
import re
from html.parser import HTMLParser

import numpy as np
import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("lifelines", reason="survival needs the extra [train]")

from radioimmuno.report.validation_page import validation_page
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import Signature, Term
from radioimmuno.tables.cohort_table import CohortTable
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL, Outcome
from radioimmuno.validation.scored_cohort import scored_cohort
from radioimmuno.validation.signature_validation import Plan, validate

VARIABLE = "ring.statistics.mean"
SIGNATURE = Signature(
    "small <b>", "1", "research", "x", "y", Settings(), 0.0, (Term(VARIABLE, 1.0, 0.0, 1.0),)
)


def done_for(kind, share=0.7, **plan):
    random = np.random.default_rng(2)
    whose = np.repeat(np.arange(40), 2)
    values = random.normal(size=40)[whose][:, None] + 0.3 * random.normal(size=(80, 1))
    signal = values[::2, 0][whose]
    truth = {
        BINARY: signal > random.normal(size=40)[whose],
        CONTINUOUS: signal,
        SURVIVAL: np.exp(signal) * 300,
    }
    events = (random.random(40) < share).astype(float)[whose] if kind == SURVIVAL else None
    table = CohortTable(
        patients=np.array([f"P{n:02}" for n in whose]),
        lesions=np.array(["1", "2"] * 40),
        variables=(VARIABLE,),
        values=values,
        outcome=Outcome("out<come>", kind, truth[kind].astype(float), events),
        texts={"site": np.array(["lung", "liver"] * 40)},
        notes=("5 rows & more were left out.",),
    )
    return validate(scored_cohort(SIGNATURE, table, table), Plan(**plan))


class Balanced(HTMLParser):
    """Fails on an element that is closed without having been opened."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("kind", "plan", "titles"),
    [
        (BINARY, {"scale": "log-odds", "cutoffs": (0.0,)}, ["ROC curve", "Calibration", "Decision curve"]),
        (SURVIVAL, {"cutoffs": (-0.5, 0.0, 0.5)}, ["Kaplan-Meier", "At risk (days)", "Cox model"]),
        (CONTINUOUS, {}, ["Score and outcome", "explained variance"]),
    ],
    ids=["yes or no", "survival", "number"],
)
def test_the_page_has_its_figures_and_loads_nothing(kind, plan, titles):
    done = done_for(kind, **plan)
    text = validation_page(done, SIGNATURE)
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert [title for title in titles if title not in text] == []
    for name in ("auc", "c_index", "spearman"):
        if name in done.figures:
            assert f">{done.figures[name].value:.2f}<" in text
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)
    assert "<script" not in text
    assert "out<come>" not in text
    assert "small &lt;b&gt;" in text
    assert "5 rows &amp; more were left out." in text
    assert "site: liver" in text
    assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan[a-z]*", "", text)


def test_numbers_at_risk_are_counted():
    done = done_for(SURVIVAL, cutoffs=(0.0,))
    text = validation_page(done, SIGNATURE)
    cells = re.search(r"above 0</th><td>(\d+)</td><td>(\d+)</td>", text)
    days, high = done.units.outcome.values, done.units.values > 0
    assert int(cells[1]) == high.sum()
    assert int(cells[2]) == (days[high] >= days.max() / 5).sum()


def test_few_events_are_cautioned_of_beside_figures_and_curves():
    done = done_for(SURVIVAL, share=0.15, cutoffs=(0.0,))
    assert 0 < done.units.event.sum() < 10
    text = validation_page(done, SIGNATURE)
    caution = text.index(done.caution)
    assert text.index("How well it does") < caution < text.index("C-index (Harrell)")
    assert text.index("Survival by group") < text.index(done.caution, caution + 1) < text.index("log-rank p")
    assert "Cox model</h2>" not in text

"""One click shows each section once, computes the patient once, and nothing is shown that is not another."""

from __future__ import annotations

from collections import Counter

import pytest
from patients import addPatient, select, waitIdle

import radioimmuno.scoring.score as scoring
from radioimmuno.signature.signature import Signature
from slicerbench.hands import click


@pytest.fixture
def selected(panel):
    """The panel, its patient selected and not scored yet."""
    select(panel, addPatient())
    waitIdle(panel)
    return panel.panel


@pytest.fixture
def counts(selected, monkeypatch) -> Counter:
    """How often each section was shown, and the patient computed, from here on."""
    counted = Counter()

    def counting(name, called):
        def wrapped(*values, **named):
            counted[name] += 1
            return called(*values, **named)

        return wrapped

    for name, section in selected._sections.items():
        monkeypatch.setattr(section, "show", counting(name, section.show))
    monkeypatch.setattr(scoring, "patient_score", counting("patient", scoring.patient_score))
    return counted


def test_a_click_on_score_shows_each_section_once_and_computes_the_patient_once(bench, panel, counts):
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    bench.process(400)
    assert all(row.score is not None for row in panel.panel.session.rows)
    assert counts == dict.fromkeys([*panel.panel._sections, "patient"], 1)


def test_so_it_is_while_edits_are_scored_by_themselves(bench, panel, counts):
    click(panel.panel.ui.updateCheckBox)
    bench.process(400)
    waitIdle(panel)
    counts.clear()
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    bench.process(400)
    assert counts == dict.fromkeys([*panel.panel._sections, "patient"], 1)


def test_what_is_the_same_is_not_shown_again(selected, counts):
    session = selected.session
    session.refresh()
    assert not counts
    session.setKvp(100.0)
    assert set(counts) == set(selected._sections)


def test_a_state_does_not_change_once_it_is_made(selected):
    state = selected.session.state
    assert isinstance(state.inputs.signature, Signature)
    with pytest.raises(AttributeError):
        state.rows = ()
    with pytest.raises(AttributeError):
        state.inputs.kvp = 80.0

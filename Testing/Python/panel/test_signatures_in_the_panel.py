"""What the panel shows of signatures that designate, that are a demonstration, and that give no cut-offs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from patients import addPatient, select, waitIdle

from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import default_signature, write_signature
from slicerbench.hands import click, clickCell

# Beyond all scores: every lesion lies below the low cut-off.
HIGH = Cutoffs(1e6, 2e6, 3e6)


@pytest.fixture
def scoredWith(panel, tmp_path):
    """Scores the patient with the demonstration changed in this way and clicks its first lesion."""

    def score(**changes):
        select(panel, addPatient())
        changes = {"distribution": None, "extrapolation_limit": None} | changes
        write_signature(replace(default_signature(), **changes), tmp_path / "signature.json")
        panel.panel.session.setSignature(str(tmp_path / "signature.json"))
        click(panel.panel.ui.scoreButton)
        waitIdle(panel)
        clickCell(panel.panel.ui.lesionTable, 0, 0)
        return panel.panel.ui

    return score


def test_a_research_signature_suggests_and_a_demonstration_does_not(scoredWith):
    assert "ablative" in scoredWith(status="research", cutoffs=HIGH).designationLabel.text
    demonstration = scoredWith(status="demonstration", cutoffs=HIGH)
    assert "what the terms add" in demonstration.contributionsLabel.text
    assert not demonstration.designationLabel.visible


def test_a_signature_with_a_median_alone_suggests_nothing_and_says_so(scoredWith):
    ui = scoredWith(status="research", cutoffs=Cutoffs(None, 1e6, None))
    assert not ui.designationLabel.visible
    assert "Cut-off: median 1000000.000. The signature gives no low and no high one." in ui.advancedLabel.text
    assert not ui.scorePlotLabel.pixmap.isNull()


def test_a_signature_without_cut_offs_is_shown_without_them(scoredWith):
    ui = scoredWith(status="research", cutoffs=None)
    assert "what the terms add" in ui.contributionsLabel.text
    assert not ui.designationLabel.visible
    assert "gives no cut-offs" in ui.advancedLabel.text
    assert ui.metricsTable.item(6, 0).text() == "-"
    assert not ui.scorePlotLabel.pixmap.isNull()

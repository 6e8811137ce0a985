"""What Slicer's self-test button runs, on the bench; and the demonstration patient in Sample Data."""

from __future__ import annotations

import slicer
from patients import waitFor, waitIdle

from slicerbench.hands import click


def test_the_self_test_runs_the_whole_scenario(bench):
    bench.open()
    slicer.selfTests["RadioImmunoScore"]()


def test_the_demonstration_patient_is_two_clicks_away_from_colors(panel):
    click(panel.panel.ui.demonstrationButton)
    waitFor(lambda: panel.panel.session.inputs.segmentationNode is not None)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert {row.status for row in panel.panel.session.rows} <= {"scored", "warning"}
    assert len(panel.panel.session.rows) >= 5

"""`logic.segment`: what its arguments mark, in points of the world, and which go together."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from synthetic import BALLS, SPACING, Ball, ballMask, centerRas

from radioimmuno.segmentation import stroke as science
from radioimmuno.segmentation.segmented_lesion import judged
from RadioImmunoScoreLib.scene import readLesions
from RadioImmunoScoreLib.services.console import ConsoleCommands

TUMOR = Ball("tumor", "tumor", (28, 50, 40), 11.0)
CENTER = centerRas(TUMOR)
R, A, S = np.eye(3)


def ends(direction, share=1.0):
    return [CENTER - share * TUMOR.radiusMm * direction, CENTER + share * TUMOR.radiusMm * direction]


@pytest.fixture
def nodes(patient):
    """The patient's nodes, with a bright ball in the CT that no segment covers."""
    slicer.util.arrayFromVolume(patient[0])[ballMask(TUMOR)] += 90
    slicer.util.arrayFromVolumeModified(patient[0])
    return patient


def maskOf(nodes, segmentID):
    (lesion,) = readLesions(nodes[1], nodes[0], [segmentID]).lesions
    full = np.zeros(ballMask(TUMOR).shape, bool)
    full[lesion.mask.box.slices] = lesion.mask.values
    return full


def dice(found):
    truth = ballMask(TUMOR)
    return 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + np.count_nonzero(truth))


@pytest.mark.parametrize(
    "points",
    [
        {"start": CENTER},
        dict(zip(("start", "end"), ends(S), strict=True)),
        {"cross": np.array([*ends(R), *ends(A)])},
        {"box": (CENTER - TUMOR.radiusMm, CENTER + TUMOR.radiusMm)},
    ],
    ids=["point", "coronal stroke", "cross", "box"],
)
def test_it_segments_what_is_marked(nodes, points):
    drawn = ConsoleCommands().segment(*nodes, **points)
    assert dice(maskOf(nodes, drawn.segmentID)) > 0.85
    assert drawn.segmentationNode is nodes[1]
    assert drawn.expectedAgreement is None or 0 <= drawn.expectedAgreement <= 1


def test_strokes_correct_the_segment_that_is_named_and_no_other(nodes):
    logic, other = ConsoleCommands(), BALLS[0].segmentID
    before = maskOf(nodes, other)
    start, end = ends(R)
    grown = logic.segment(*nodes, start=start, end=end, addTo=BALLS[1].segmentID)
    assert grown.segmentID == BALLS[1].segmentID
    both = maskOf(nodes, grown.segmentID)
    assert both[ballMask(BALLS[1])].all()
    assert both[ballMask(TUMOR)].mean() > 0.8
    logic.segment(*nodes, start=start, end=end, removeFrom=BALLS[1].segmentID)
    assert not (maskOf(nodes, grown.segmentID) & ballMask(TUMOR)).any()
    assert (maskOf(nodes, other) == before).all()


def test_the_border_of_a_segment_is_pulled_to_a_point(nodes):
    ball = BALLS[1]
    point = centerRas(ball) + (ball.radiusMm + 3) * R
    logic = ConsoleCommands()
    drawn = logic.segment(*nodes, start=point, borderOf=ball.segmentID)
    assert drawn.segmentID == ball.segmentID
    k, j, i = ball.center
    reach = np.flatnonzero(maskOf(nodes, ball.segmentID)[k, j]).max() - i
    assert reach * SPACING[2] == pytest.approx(ball.radiusMm + 3, abs=2)


def test_the_expected_agreement_comes_back_and_stays_with_the_segment(nodes, monkeypatch):
    segment = science.segment_stroke
    monkeypatch.setattr(science, "segment_stroke", lambda *what, **how: judged(segment(*what, **how), 0.4321))
    start, end = ends(R)
    drawn = ConsoleCommands().segment(*nodes, start=start, end=end)
    assert drawn.expectedAgreement == 0.4321
    assert "stroke.unsure" in [finding.code for finding in drawn.findings]
    (lesion,) = readLesions(nodes[1], nodes[0], [drawn.segmentID]).lesions
    assert lesion.expected_agreement == 0.4321


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"end": CENTER},
        {"start": CENTER, "box": ends(R)},
        {"box": ends(R), "cross": [*ends(R), *ends(A)]},
        {"box": ends(R), "end": CENTER},
        {"cross": ends(R)},
        {"box": ends(R), "addTo": "node"},
        {"start": CENTER, "addTo": "node"},
        {"start": CENTER, "end": CENTER, "borderOf": "node"},
        {"start": CENTER, "addTo": "node", "removeFrom": "node"},
    ],
    ids=lambda arguments: " ".join(arguments) or "none",
)
def test_arguments_that_do_not_go_together_change_nothing(nodes, arguments):
    before = [maskOf(nodes, ball.segmentID) for ball in BALLS]
    with pytest.raises(ValueError, match=r"Give one of|is corrected by|is no gesture"):
        ConsoleCommands().segment(*nodes, **arguments)
    assert nodes[1].GetSegmentation().GetNumberOfSegments() == len(BALLS)
    for ball, mask in zip(BALLS, before, strict=True):
        assert (maskOf(nodes, ball.segmentID) == mask).all()

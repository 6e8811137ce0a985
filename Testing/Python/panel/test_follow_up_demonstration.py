"""The demonstration follow-up: loaded by its button, matched by that of all."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from follow_up_patients import coarseCourse, rowsOf, twoStudies
from patients import addPatient, waitFor, waitIdle

from radioimmuno.geometry.image import Image, Lattice
from RadioImmunoScoreLib.scene.segment_properties import irradiatedOf
from slicerbench.hands import choose, click, clickCell


@pytest.fixture
def truth(monkeypatch):
    """What became of the lesions of the course that the button makes."""
    return coarseCourse(monkeypatch)


@pytest.fixture
def loaded(layouts, panel, truth):
    click(panel.panel.ui.demonstrationCourseButton)
    waitIdle(panel)
    return panel


def irradiated(node):
    segmentation = node.GetSegmentation()
    ids = segmentation.GetSegmentIDs()
    return {i.removeprefix("lesion_") for i in ids if irradiatedOf(segmentation.GetSegment(i))}


def test_the_studies_are_there_with_dates_and_nothing_of_the_user_is_lost(layouts, panel, truth):
    own = (*addPatient(), *addPatient())
    # Of two none is chosen by itself.
    panel.panel.session.setInputs(None, None)
    click(panel.panel.ui.demonstrationCourseButton)
    waitIdle(panel)
    studies = panel.panel.session.state.followUp.studies
    assert [study.ctName for study in studies] == ["Baseline CT", "Follow-up 1 CT"]
    assert [study.date for study in studies] == sorted(study.date for study in studies)
    assert panel.panel.session.inputs.volumeNode.GetName() == "Baseline CT"
    assert not panel.panel.session.state.followUp.lesions
    assert all(node.GetScene() is slicer.mrmlScene for node in own)


def test_of_the_air_around_the_body_little_is_kept(bench):
    from RadioImmunoScoreLib.services.demonstration import _ofBody

    values = np.full((4, 60, 70), -1000, np.int16)
    values[:, 20:40, 25:50] = 40
    kept = _ofBody(Image(values, Lattice(values.shape, (3.0, 2.0, 2.0), (0.0, 0.0, 0.0))))
    assert kept.values.shape == (4, 20 + 16, 25 + 16)
    assert kept.window.origin == (2.0 * (25 - 8), 2.0 * (20 - 8), 0.0)


def test_lesions_that_came_of_irradiated_ones_are_marked(loaded, truth):
    first, second = (slicer.util.getNode(f"{name} lesions") for name in ("Baseline", "Follow-up 1"))
    marked = irradiated(first)
    assert marked == {"3", "6"}
    assert irradiated(second) == {i for match in truth if marked & set(match.before) for i in match.after}


def test_one_study_is_seen_as_long_as_they_are_not_side_by_side(loaded):
    shown = [
        slicer.util.getNode(f"{name} lesions").GetDisplayNode().GetVisibility()
        for name in ("Baseline", "Follow-up 1")
    ]
    assert shown == [1, 0]


def test_making_it_is_cancelled(panel, truth):
    ui, nodes = panel.panel.ui, slicer.mrmlScene.GetNumberOfNodes()
    click(ui.demonstrationCourseButton)
    assert not ui.demonstrationActions.enabled
    click(ui.cancelButton)
    waitFor(lambda: panel.panel.session.jobs.state == "idle")
    assert not panel.panel.session.state.followUp.studies
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes


def test_it_does_not_join_another_patient_s_studies(layouts, panel, truth):
    twoStudies(panel)
    panel.panel.session.setInputs(None, None)
    button = panel.panel.ui.demonstrationCourseButton
    assert not button.enabled
    assert "Another patient is followed" in button.toolTip


def test_what_is_matched_is_true_or_asked_for(loaded, bench, truth, dialogs, tmp_path):
    ui = loaded.panel.ui
    click(ui.matchButton)
    waitIdle(loaded)
    kinds = {"same": 3, "merged": 1, "gone": 1, "new": 2, "split": 1}
    assert {kind: sum(match.kind == kind for match in truth) for kind in kinds} == kinds
    found = [text.rsplit("\n", 1)[1] for text in rowsOf(loaded)]
    assert sorted(found) == sorted(["same"] * 3 + ["merged", "gone", "new", "new", "ambiguous"])
    # Both are shown now.
    assert all(
        slicer.util.getNode(f"{name} lesions").GetDisplayNode().GetVisibility()
        for name in ("Baseline", "Follow-up 1")
    )
    click(ui.sideBySideCheckBox)
    assert not slicer.util.getNode("Follow-up 1 lesions").GetDisplayNode().GetVisibility()
    # Two lesions that merged lie above each other: a slice goes through one of them.
    clickCell(ui.courseTable, found.index("merged"), 0)
    node = slicer.util.getNode("Baseline lesions")
    heights = [node.GetSegmentCenterRAS(f"lesion_{i}")[2] for i in (1, 2)]
    assert abs(heights[0] - heights[1]) > 10
    assert bench.sliceViews["Red"].node.GetSliceOffset() == pytest.approx(heights[0], abs=0.1)
    # A person says that the parts are one lesion.
    clickCell(ui.courseTable, found.index("ambiguous"), 0)
    choose(ui.partnerCombo, "Liver 1 + Liver 3")
    assert "Liver 3\nsplit, by hand" in "".join(rowsOf(loaded))
    assert ui.partnerCombo.currentText == "Liver 1 + Liver 3"
    # The page of all this is written, with its plots and pictures.
    path = tmp_path / "follow_up.html"
    dialogs.answers.append(str(path))
    click(ui.followUpReportButton)
    waitIdle(loaded)
    page = path.read_text()
    assert "Spider plot" in page
    assert "Waterfall plot" in page
    assert page.count("<image") >= 8
    assert "follow_up.html" in ui.reportLabel.text


def test_the_page_does_not_replace_a_file_that_the_scene_was_loaded_from(matched, dialogs, tmp_path):
    path = tmp_path / "scan.html"
    path.write_text("voxels")
    volumeNode = matched[1][0]
    volumeNode.AddDefaultStorageNode()
    volumeNode.GetStorageNode().SetFileName(str(path))
    dialogs.answers.append(str(path))
    click(matched[0].panel.ui.followUpReportButton)
    waitIdle(matched[0])
    assert path.read_text() == "voxels"
    assert "scan.html" in matched[0].panel.ui.messageLabel.text

"""All studies of a follow-up as a scene file, opened again: what is there, and where it lies."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from followed_patient import DATES, SIGNATURE, centre_mm, followed_patient
from radioimmuno.report.followup_files import CHANGE_COLUMNS, change_rows
from radioimmuno.signature.color_scale import color_scale
from RadioImmunoScoreLib.headless.followup_scene import writeFollowUpScene
from RadioImmunoScoreLib.scene import readLesions, readVoxels
from RadioImmunoScoreLib.scene.course_nodes import CourseNodes
from RadioImmunoScoreLib.scene.parameters import parametersOf
from RadioImmunoScoreLib.scene.ras_geometry import transformBetween


@pytest.fixture(scope="module")
def followed():
    return followed_patient()


@pytest.fixture(scope="module")
def written(followed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("followed")
    return writeFollowUpScene(
        followed.found, followed.patients, lambda number: followed.images[number], SIGNATURE, folder
    )


@pytest.fixture
def scene(host, written):
    host.loadScene(written)
    return host.scene


def test_each_study_has_its_ct_and_lesions_with_the_colors_of_their_scores(scene, followed):
    scale = color_scale(SIGNATURE)
    for number, day in enumerate(DATES):
        volumeNode = slicer.util.getNode(f"{day} CT")
        node = slicer.util.getNode(f"{day} lesions")
        assert np.array_equal(readVoxels(volumeNode).values, followed.images[number].values)
        scores = {row.id: row.score for row in followed.patients[number].lesions}
        read = readLesions(node, volumeNode).lesions
        assert [lesion.id for lesion in read] == list(scores)
        drawn = followed.found.studies[number].study.lesions
        for lesion, expected in zip(read, drawn, strict=True):
            assert np.array_equal(lesion.mask.trimmed().values, expected.mask.values)
            assert lesion.name == expected.name
            color = node.GetSegmentation().GetSegment(lesion.id).GetColor()
            assert color == pytest.approx(scale.rgb(scores[lesion.id]), abs=1e-4)
        rings = slicer.util.getNode(f"{day} lesions rings").GetSegmentation()
        assert list(rings.GetSegmentIDs()) == list(scores)
        assert node.GetDisplayNode().GetVisibility() == (number == 0)


def test_the_subject_has_a_study_for_each(scene):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    subject = hierarchy.GetItemByName("P7")
    assert hierarchy.GetItemLevel(subject) == "Patient"
    for day in DATES:
        for name in (f"{day} CT", f"{day} lesions", f"{day} lesions rings", f"{day} lesions scores"):
            study = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(slicer.util.getNode(name)))
            assert hierarchy.GetItemName(study) == day
            assert hierarchy.GetItemLevel(study) == "Study"
            assert hierarchy.GetItemParent(study) == subject
        assert hierarchy.GetItemAttribute(study, "DICOM.StudyDate") == day.replace("-", "")
    for name in ("Changes of the lesions", f"{DATES[2]} onto {DATES[1]}", "Body"):
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(slicer.util.getNode(name))) == subject


@pytest.mark.parametrize(("number", "earlier"), [(1, 0), (2, 1)])
def test_a_later_study_is_laid_over_the_baseline_by_its_transform(scene, number, earlier):
    node = slicer.util.getNode(f"{DATES[number]} onto {DATES[earlier]}")
    signs = np.array([-1.0, -1.0, 1.0])
    moved = transformBetween(node, None).TransformPoint(*(centre_mm(number, "a") * signs))
    assert np.array(moved) * signs == pytest.approx(centre_mm(0, "a"), abs=0.05)
    volumeNode = slicer.util.getNode(f"{DATES[number]} CT")
    # Nothing is measured below a registration.
    assert volumeNode.GetTransformNodeID() is None


def test_the_changes_are_a_table(scene, followed):
    table = slicer.util.getNode("Changes of the lesions").GetTable()
    names = [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())]
    assert names == list(CHANGE_COLUMNS)
    rows = [
        [table.GetValue(row, column).ToString() for column in range(len(names))]
        for row in range(table.GetNumberOfRows())
    ]
    assert rows == list(change_rows(followed.found))
    assert ["L2", DATES[2], "gone"] == rows[-2][:3]


def test_the_panel_finds_studies_pairs_and_registrations(scene, followed):
    parameters = parametersOf(scene)
    course = CourseNodes(parameters.node)
    assert [one.volumeNode.GetName() for one in course.studies] == [f"{day} CT" for day in DATES]
    assert course.matched == course.keys
    assert parameters.segmentationNode.GetName() == f"{DATES[0]} lesions"
    assert {row.id: row.score for row in parameters.savedScores.rows.values()} == {
        row.id: row.score for row in followed.patients[0].lesions
    }
    assert course.pairs(*course.keys[:2]) == []
    assert [(p.baseline, p.followup) for p in course.pairs(*course.keys[1:])] == [(("b",), ())]
    registration = course.registration(*course.keys[:2])
    there = registration.to_followup(centre_mm(0, "a")[None])[0]
    assert there == pytest.approx(centre_mm(1, "a"), abs=1e-3)

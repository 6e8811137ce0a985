"""PET of several studies: kept with their study, change of uptake, PERCIST, the same in a saved scene."""

from __future__ import annotations

import pytest
import slicer
from follow_up_patients import FIRST_DAY, addFollowUp, addStudy
from patients import addPatient, select, waitFor, waitIdle
from pet_patients import addPet, petValues

from RadioImmunoScoreLib.services.course_display import SHARE_SCALE
from slicerbench.hands import choose


def settle(panel):
    waitFor(lambda: panel.panel.session.isSettled)
    waitIdle(panel)
    waitFor(lambda: panel.panel.session.isSettled)


@pytest.fixture
def followed(matched):
    """(panel, nodes of both studies), each with its PET; uptake is half as high in the later."""
    panel, first, second = matched
    studies = (*first, addPet()), (*second, addPet(petValues() / 2, "PET later"))
    for nodes in reversed(studies):
        select(panel, nodes)
        panel.panel.ui.petSelector.setCurrentNode(nodes[2])
        settle(panel)
    waitFor(lambda: all(panel.panel.session.state.followUp.metabolic.uptake))
    return panel, *studies


def test_a_study_is_added_with_its_pet(panel):
    first, second = (*addPatient(), addPet()), (*addFollowUp(), addPet(petValues() / 2, "PET later"))
    select(panel, first)
    panel.panel.ui.petSelector.setCurrentNode(first[2])
    panel.panel.ui.nextPetSelector.setCurrentNode(second[2])
    addStudy(panel, second)
    table = panel.panel.ui.studiesTable
    assert [table.item(row, 0).text().rsplit(", ", 1)[1] for row in (0, 1)] == ["PET", "PET later"]
    assert panel.panel.ui.nextPetSelector.currentNode() is None


def test_the_change_of_uptake_colors_the_lesions_and_is_said_beside_them(followed):
    panel, first, _second = followed
    session = panel.panel.session
    changes = session.followUp.followed.uptakeChanges(1)
    names = {each.id: each.name for each in session.state.followUp.lesions}
    # What is gone has no uptake, and what is new none before.
    assert {names[i]: share for i, share in changes.items()} == pytest.approx(
        {"metastasis": -0.5, "lymph node": -0.5}
    )
    choose(panel.panel.ui.colorByCombo, "change of SUVmax")
    settle(panel)
    segmentation = first[1].GetSegmentation()
    assert segmentation.GetSegment("node").GetColor() == pytest.approx(SHARE_SCALE.rgb(-0.5))
    words = session.followUp.followed.words(first[1], 1, "uptake change")
    assert words["node"] == "-50 % of SUVmax"
    assert words["liver_2"] == "change not known"


def test_percist_is_told_or_why_there_is_none_also_on_the_page(followed, tmp_path):
    panel, *_ = followed
    text = panel.panel.ui.responseLabel.text
    # These PET are no DICOM: nothing is known of the injection.
    assert f"PERCIST against {FIRST_DAY}</td><td><b>NE</b>" in text
    assert "PERCIST needs its DICOM series" in text
    panel.panel.section("SaveSection").saveFollowUp(str(tmp_path / "page.html"))
    settle(panel)
    page = (tmp_path / "page.html").read_text()
    assert "Uptake of the lesions" in page
    assert "6.00 (\N{MINUS SIGN}50 %)" in page


def test_each_study_keeps_its_pet(followed, bench, tmp_path):
    panel, first, second = followed
    session = panel.panel.session
    select(panel, second)
    settle(panel)
    assert session.parameters.petNode is second[2]
    select(panel, first)
    settle(panel)
    assert session.parameters.petNode is first[2]
    file = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    bench.process(300)
    settle(panel)
    waitFor(lambda: session.state.followUp.metabolic is not None)
    assert sorted(session.followUp.followed.uptakeChanges(1).values()) == pytest.approx([-0.5, -0.5])
    # Without the PET of a study nothing is compared.
    later = next(one for one in session.followUp._studies.nodes if one.petNode.GetName() == "PET later")
    slicer.mrmlScene.RemoveNode(later.petNode)
    session.refresh()
    settle(panel)
    assert session.followUp.followed.uptakeChanges(1) == {}

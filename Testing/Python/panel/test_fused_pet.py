"""The PET over the CT by one tick, and all as it was before by the next."""

from __future__ import annotations

import pytest
import slicer
from patients import addPatient, select, waitIdle
from pet_patients import addPet, addPetPatient, petValues

from RadioImmunoScoreLib.scene.course_nodes import CourseNodes
from slicerbench.hands import click


@pytest.fixture
def patient(panel, bench):
    """(panel, nodes) with CT, lesions and PET chosen, and another volume in front of the views."""
    nodes = addPetPatient()
    select(panel, nodes)
    panel.panel.ui.petSelector.setCurrentNode(nodes[2])
    waitIdle(panel)
    other = addPet(petValues() * 0.5, "other")
    for number, view in enumerate(views()):
        view.SetForegroundVolumeID(other.GetID() if number else None)
        view.SetForegroundOpacity(0.1 * number)
    nodes[2].GetDisplayNode().SetWindowLevel(3.0, 1.0)
    return panel, nodes


def views():
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def looks(nodes):
    """What the views have in front, and how the PET looks by itself."""
    display = nodes[2].GetDisplayNode()
    front = [(view.GetForegroundVolumeID(), view.GetForegroundOpacity()) for view in views()]
    own = display.GetColorNodeID(), display.GetWindow(), display.GetLevel(), display.GetAutoWindowLevel()
    return front, own


def test_the_pet_lies_over_the_ct_in_slicers_colors_and_goes_without_a_trace(patient):
    panel, nodes = patient
    before = looks(nodes)
    click(panel.panel.ui.petCheckBox)
    front, (colors, window, level, isAuto) = looks(nodes)
    assert front == [(nodes[2].GetID(), 0.5)] * len(views())
    assert (colors, window, level, isAuto) == ("vtkMRMLPETProceduralColorNodePET-Heat", 10.0, 5.0, 0)
    click(panel.panel.ui.petCheckBox)
    assert looks(nodes) == before


def test_the_map_of_an_interior_lies_over_it_whichever_goes_first(patient):
    panel, nodes = patient
    before = looks(nodes)
    display = panel.panel.session.display

    def showMap(name):
        panel.panel.session.selection.chooseInPlace("liver_1")
        display.choose("interiorMap", name)
        waitIdle(panel)

    for isMapFirst, isMapGoneFirst in ((False, True), (False, False), (True, True), (True, False)):
        showMap("mean") if isMapFirst else display.choose("showPet", True)
        display.choose("showPet", True) if isMapFirst else showMap("mean")
        inFront = {view.GetForegroundVolumeID() for view in views()}
        assert len(inFront) == 1
        assert inFront != {nodes[2].GetID()}
        if isMapGoneFirst:
            showMap("")
            assert looks(nodes)[0] == [(nodes[2].GetID(), 0.5)] * len(views())
            display.choose("showPet", False)
        else:
            display.choose("showPet", False)
            showMap("")
        assert looks(nodes) == before


def test_a_pet_that_is_removed_or_exchanged_leaves_the_views_as_they_were(patient, bench):
    panel, nodes = patient
    before = looks(nodes)
    click(panel.panel.ui.petCheckBox)
    another = addPet(petValues() * 1.1, "another")
    panel.panel.ui.petSelector.setCurrentNode(another)
    waitIdle(panel)
    assert looks(nodes)[1] == before[1]
    assert {view.GetForegroundVolumeID() for view in views()} == {another.GetID()}
    slicer.mrmlScene.RemoveNode(another)
    bench.process(100)
    assert looks(nodes) == before


def test_a_saved_scene_shows_it_and_takes_it_away_again(patient, bench, tmp_path):
    panel, nodes = patient
    before = looks(nodes)
    click(panel.panel.ui.petCheckBox)
    file = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    bench.process(100)
    waitIdle(panel)
    pet = panel.panel.session.parameters.petNode
    assert {view.GetForegroundVolumeID() for view in views()} == {pet.GetID()}
    assert panel.panel.ui.petCheckBox.checked
    click(panel.panel.ui.petCheckBox)
    assert looks((None, None, pet))[1] == before[1]
    assert [opacity for _id, opacity in looks((None, None, pet))[0]] == [
        opacity for _id, opacity in before[0]
    ]


def test_values_that_slicer_holds_in_another_unit_have_a_window_of_as_many_suv(patient):
    from RadioImmunoScoreLib.scene.fused_pet import FusedPet

    _panel, nodes = patient
    before = looks(nodes)
    fused = FusedPet()
    fused.show(nodes[2], 2000.0)
    assert looks(nodes)[1][1:3] == (20000.0, 10000.0)
    fused.clear()
    assert looks(nodes) == before


def test_window_and_opacity_that_the_user_changes_stay_until_it_goes(patient, bench):
    panel, nodes = patient
    before = looks(nodes)
    click(panel.panel.ui.petCheckBox)
    nodes[2].GetDisplayNode().SetWindowLevel(20.0, 10.0)
    for view in views():
        view.SetForegroundOpacity(0.8)
    panel.panel.session.refresh()
    bench.process(300)
    assert looks(nodes)[1][1:3] == (20.0, 10.0)
    assert {view.GetForegroundOpacity() for view in views()} == {0.8}
    click(panel.panel.ui.petCheckBox)
    assert looks(nodes) == before


def test_a_volume_that_was_in_front_and_is_gone_does_not_come_back(patient):
    panel, _nodes = patient
    click(panel.panel.ui.petCheckBox)
    (other,) = (
        one for one in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if one.GetName() == "other"
    )
    slicer.mrmlScene.RemoveNode(other)
    click(panel.panel.ui.petCheckBox)
    assert {view.GetForegroundVolumeID() for view in views()} == {None}


def test_a_scene_that_is_closed_leaves_nothing_to_the_next_one(patient, bench):
    panel, _nodes = patient
    click(panel.panel.ui.petCheckBox)
    slicer.mrmlScene.Clear()
    bench.process(100)
    # Takes the IDs of what there was.
    addPetPatient()
    addPet(petValues(), "new")
    bench.process(300)
    assert {view.GetForegroundVolumeID() for view in views()} == {None}


def test_a_pet_that_slicer_holds_in_bq_is_shown_in_suv_though_nothing_is_segmented(panel, bench, tmp_path):
    from patients import addPatient, waitFor
    from test_pet_in_the_panel import addDicomPet

    volumeNode, _segmentationNode = addPatient()
    panel.panel.ui.ctSelector.setCurrentNode(volumeNode)
    pet = addDicomPet(tmp_path / "pet")
    pet.CreateDefaultDisplayNodes()
    panel.panel.ui.petSelector.setCurrentNode(pet)
    panel.panel.session.setInputs(volumeNode, None)
    bench.process(300)
    click(panel.panel.ui.petCheckBox)
    waitFor(lambda: {view.GetForegroundVolumeID() for view in views()} == {pet.GetID()})
    perSuv = (
        slicer.util.arrayFromVolume(pet).max()
        / panel.panel.session.inputs.beside[0].reading.image.values.max()
    )
    assert pet.GetDisplayNode().GetWindow() == pytest.approx(10.0 * perSuv)
    assert perSuv > 100


def test_it_lies_over_no_ct_of_another_study(patient, bench):
    panel, nodes = patient
    before = looks(nodes)
    course = CourseNodes(panel.panel.session.parameters.node)
    course.add(*nodes[:2])
    later = addPatient()
    course.add(*later)
    ofLater, ofNothing = views()[1:3]
    ofLater.SetBackgroundVolumeID(later[0].GetID())
    ofNothing.SetBackgroundVolumeID(None)
    click(panel.panel.ui.petCheckBox)
    pet, front = (
        nodes[2].GetID(),
        [(view.GetForegroundVolumeID(), view.GetForegroundOpacity()) for view in views()],
    )
    assert front == [(pet, 0.5), *before[0][1:]]
    # A view that shows another study meanwhile is left, and one that shows this one has it.
    views()[0].SetBackgroundVolumeID(later[0].GetID())
    ofNothing.SetBackgroundVolumeID(nodes[0].GetID())
    panel.panel.session.refresh()
    bench.process(300)
    front = [(view.GetForegroundVolumeID(), view.GetForegroundOpacity()) for view in views()]
    assert front == [*before[0][:2], (pet, 0.5)]
    click(panel.panel.ui.petCheckBox)
    assert looks(nodes) == before


def test_without_a_pet_there_is_no_box(panel):
    assert not panel.panel.ui.petCheckBox.visible

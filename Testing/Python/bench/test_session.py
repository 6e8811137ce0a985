"""The life of a module on the bench."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6 import QtCore

from slicerbench.hands import click
from slicerbench.observers import observerCount


def test_the_module_describes_itself(bench):
    assert bench.module.title == "Sample"
    assert bench.module.categories == ["Testing"]
    with pytest.raises(AttributeError):
        bench.module.colour = "red"


def test_startup_is_signalled_once(bench):
    assert bench.module._self.started == 1


def test_the_panel_is_set_up_entered_left_and_cleaned_up(bench):
    widget = bench.open()
    bench.closePanel()
    assert widget.events == ["setup", "enter", "exit", "cleanup"]


def test_a_reopened_panel_is_a_new_one(bench):
    first = bench.open()
    assert bench.reopen() is not first
    assert first.events[-1] == "cleanup"


def test_slicer_util_finds_widget_and_logic(bench):
    import slicer

    widget = bench.open()
    assert slicer.util.getModuleWidget("Sample") is widget
    assert slicer.util.getModuleLogic("Sample") is widget.logic
    assert slicer.modules.SampleWidget is widget
    assert slicer.util.modulePath("Sample").endswith("Sample.py")


def test_the_genuine_modules_have_their_logic(bench):
    import slicer

    assert slicer.util.getModuleLogic("Segmentations").GetClassName() == "vtkSlicerSegmentationsModuleLogic"
    assert slicer.modules.colors.logic().GetClassName() == "vtkSlicerColorLogic"


def test_a_parameter_node_is_one_a_scene(bench):
    logic = bench.open().logic
    node = logic.getParameterNode()
    assert logic.getParameterNode() is node
    assert node.GetAttribute("ModuleName") == "Sample"


def test_a_click_reaches_the_slot(bench):
    widget = bench.open()
    click(widget.button)
    assert widget.events[-1] == "clicked"


def test_what_is_disabled_or_hidden_is_not_clicked(bench):
    widget = bench.open()
    widget.button.enabled = False
    with pytest.raises(AssertionError, match="disabled"):
        click(widget.button)
    widget.button.visible = False
    with pytest.raises(AssertionError, match="hidden"):
        click(widget.button)


def test_a_collapsed_section_hides_what_is_in_it(bench):
    widget = bench.open()
    heard = []
    widget.section.connect("contentsCollapsed(bool)", heard.append)
    widget.section.collapsed = True
    assert not widget.label.visible
    click(widget.section, QtCore.QPoint(20, 8))
    assert widget.label.visible
    assert heard == [True, False]


def test_the_self_test_is_registered(bench):
    import slicer

    slicer.selfTests["Sample"]()
    assert slicer.selfTestRan


def test_closing_leaves_slicer_as_it_was(complaints):
    import slicer

    from slicerbench.session import Bench

    before = set(vars(slicer))
    Bench().close()
    assert set(vars(slicer)) == before
    assert "slicer.i18n" not in sys.modules


def test_parameter_node_wrapper_is_not_there(bench):
    with pytest.raises(ImportError):
        import slicer.parameterNodeWrapper  # noqa: F401


def test_a_vtk_error_is_a_complaint(bench, complaints):
    import vtk

    vtk.vtkOutputWindow.GetInstance().DisplayErrorText("something broke")
    assert "something broke" in complaints[0]
    complaints.clear()


def test_an_unforeseen_dialog_raises(bench, qt):
    with pytest.raises(AssertionError, match=r"QMessageBox\.warning"):
        qt.QMessageBox.warning(None, "title", "text")


def test_a_dialog_returns_its_prepared_answer(bench, dialogs, qt):
    dialogs.answers.append("chosen.csv")
    assert qt.QFileDialog.getSaveFileName(None, "Save") == "chosen.csv"


def test_the_layout_gives_genuine_nodes(bench):
    import slicer

    manager = slicer.app.layoutManager()
    assert manager.sliceViewNames() == ["Red", "Yellow", "Green"]
    assert manager.sliceWidget("Red").mrmlSliceNode().GetLayoutName() == "Red"
    assert manager.sliceWidget("Blue") is None
    slicer.vtkMRMLSliceNode.JumpAllSlices(bench.scene, 10, 20, 30)
    np.testing.assert_allclose(bench.sliceViews["Red"].center[2], 30)
    assert manager.threeDWidget(0).threeDView().mrmlViewNode().IsA("vtkMRMLViewNode")


def test_sample_data_refuses_unknown_keywords(bench):
    import SampleData

    with pytest.raises(TypeError, match="colour"):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(sampleName="x", colour="red")


def test_what_was_hidden_on_purpose_stays_hidden_when_a_section_opens(bench):
    from PySide6 import QtWidgets

    import ctk

    section = ctk.ctkCollapsibleButton()
    layout = QtWidgets.QVBoxLayout(section)
    hidden, hiddenLater, shown = (QtWidgets.QLabel(text) for text in ("a", "b", "c"))
    for label in (hidden, hiddenLater, shown):
        layout.addWidget(label)
    hidden.setVisible(False)
    QtWidgets.QWidget.show(section)
    section.collapsed = True
    assert not shown.isVisible()
    hiddenLater.setVisible(False)
    section.collapsed = False
    assert [label.isVisible() for label in (hidden, hiddenLater, shown)] == [False, False, True]
    section.collapsed = True
    hidden.setVisible(True)
    assert not hidden.isVisible()
    section.collapsed = False
    assert hidden.isVisible()
    QtWidgets.QWidget.hide(section)


@pytest.mark.parametrize("kind", ["vtkMRMLScalarVolumeNode", "vtkMRMLSegmentationNode", None])
def test_observers_are_counted(bench, kind):
    subject = bench.scene.AddNewNodeByClass(kind, "x") if kind else bench.scene
    before = observerCount(subject)
    tags = [subject.AddObserver("ModifiedEvent", lambda caller, event: None) for _ in range(2)]
    assert observerCount(subject) == before + 2
    subject.RemoveObserver(tags[0])
    assert observerCount(subject) == before + 1
    subject.RemoveObserver(tags[1])
    assert observerCount(subject) == before

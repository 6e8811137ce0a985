"""The stand-ins of qMRML widgets follow the scene; .ui files are loaded with them."""

from __future__ import annotations

import pytest

from slicerbench.observers import observerCount

UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Form</class>
 <widget class="qMRMLWidget" name="Form">
  <layout class="QVBoxLayout" name="rows">
   <item><widget class="{kind}" name="ctSelector">
     <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
     <property name="noneEnabled"><bool>true</bool></property>
     <property name="{extra}"><bool>false</bool></property>
   </widget></item>
   <item><widget class="QPushButton" name="applyButton">
     <property name="text"><string>Apply</string></property>
   </widget></item>
  </layout>
 </widget>
 <customwidgets>
  <customwidget><class>{kind}</class><extends>QWidget</extends><header>x.h</header></customwidget>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends><header>x.h</header></customwidget>
 </customwidgets>
 <connections>
  <connection><sender>Form</sender><signal>{signal}</signal><receiver>ctSelector</receiver>
   <slot>setMRMLScene(vtkMRMLScene*)</slot></connection>
 </connections>
</ui>"""
KNOWN = {"kind": "qMRMLNodeComboBox", "extra": "addEnabled", "signal": "mrmlSceneChanged(vtkMRMLScene*)"}


@pytest.fixture
def selector(bench):
    import slicer

    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    selector.setMRMLScene(slicer.mrmlScene)
    yield selector
    selector.setMRMLScene(None)


@pytest.fixture
def heard(selector):
    heard = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", heard.append)
    return heard


def add(bench, name="CT", kind="vtkMRMLScalarVolumeNode"):
    return bench.scene.AddNewNodeByClass(kind, name)


def test_the_first_node_of_its_class_becomes_current(bench, selector, heard):
    add(bench, kind="vtkMRMLSegmentationNode")
    node = add(bench)
    assert selector.currentNode() is node
    assert heard == [node]


def test_with_none_allowed_nothing_becomes_current_by_itself(bench, selector, heard):
    selector.noneEnabled = True
    add(bench)
    assert selector.currentNode() is None
    assert heard == []


def test_a_node_is_made_current_and_signalled_once(bench, selector, heard):
    selector.noneEnabled = True
    node = add(bench)
    selector.setCurrentNode(node)
    selector.setCurrentNode(node)
    assert heard == [node]
    assert selector.currentNodeID == node.GetID()


def test_the_current_node_goes_when_it_is_removed(bench, selector, heard):
    node = add(bench)
    bench.scene.RemoveNode(node)
    assert selector.currentNode() is None
    assert heard == [node, None]


def test_clearing_the_scene_empties_it(bench, selector):
    add(bench)
    bench.scene.Clear(0)
    assert selector.currentNode() is None
    assert selector.nodeCount() == 0


def test_a_loaded_scene_is_there_before_loading_ends(bench, selector, tmp_path):
    import slicer

    add(bench, "Thorax")
    path = bench.host.saveScene(tmp_path / "scene.mrb")
    bench.scene.Clear(0)
    seen = []
    tag = bench.scene.AddObserver(
        slicer.vtkMRMLScene.EndImportEvent, lambda caller, event: seen.append(selector.nodeCount())
    )
    bench.host.loadScene(path)
    bench.scene.RemoveObserver(tag)
    assert seen == [1]


def test_renaming_renames(bench, selector):
    node = add(bench)
    node.SetName("Thorax")
    assert selector._combo.currentText == "Thorax"


def test_hidden_nodes_are_not_offered(bench, selector):
    node = bench.scene.CreateNodeByClass("vtkMRMLScalarVolumeNode")
    node.UnRegister(None)
    node.SetHideFromEditors(True)
    bench.scene.AddNode(node)
    assert selector.nodeCount() == 0


def test_methods_that_are_no_slots_are_not_there(selector):
    with pytest.raises(AttributeError):
        selector.setNodeTypes(["vtkMRMLNode"])
    with pytest.raises(AttributeError):
        selector.noneEnabeld = True


def test_a_deleted_selector_leaves_no_observer(bench, selector):
    import slicer

    before = observerCount(bench.scene)
    other = slicer.qMRMLNodeComboBox()
    other.setMRMLScene(bench.scene)
    assert observerCount(bench.scene) > before
    other.deleteLater()
    bench.process()
    assert observerCount(bench.scene) == before


def test_a_ui_file_is_loaded_with_its_connections(bench, tmp_path):
    import slicer

    path = tmp_path / "form.ui"
    path.write_text(UI.format(**KNOWN))
    form = slicer.util.loadUI(str(path))
    ui = slicer.util.childWidgetVariables(form)
    form.setMRMLScene(slicer.mrmlScene)
    node = add(bench)
    ui.ctSelector.setCurrentNode(node)
    assert ui.ctSelector.noneEnabled
    assert not ui.ctSelector.addEnabled
    assert ui.ctSelector.currentNode() is node
    assert ui.applyButton.text == "Apply"
    form.setMRMLScene(None)


@pytest.mark.parametrize(
    ("part", "unknown"),
    [("kind", "qMRMLUnheardOfWidget"), ("extra", "unheardOf"), ("signal", "unheardOf(vtkMRMLScene*)")],
)
def test_a_ui_file_that_asks_for_the_unknown_is_refused(bench, tmp_path, part, unknown):
    import slicer

    from slicerbench.uifile import UnknownInUi

    path = tmp_path / "form.ui"
    path.write_text(UI.format(**KNOWN | {part: unknown}))
    with pytest.raises(UnknownInUi, match=unknown.split("(")[0]):
        slicer.util.loadUI(str(path))


@pytest.mark.parametrize("name", ["ctkDoubleRangeSlider", "QLabel"])
def test_an_unknown_ctk_class_raises(bench, name):
    import ctk

    with pytest.raises(AttributeError):
        getattr(ctk, name)


def test_a_path_line_signals_its_path(bench, tmp_path):
    import ctk

    line, heard = ctk.ctkPathLineEdit(), []
    line.connect("currentPathChanged(QString)", heard.append)
    line.currentPath = str(tmp_path)
    assert heard == [str(tmp_path)]


def test_a_slider_widget_keeps_its_value_in_range(bench):
    import ctk

    slider, heard = ctk.ctkSliderWidget(), []
    slider.connect("valueChanged(double)", heard.append)
    slider.maximum = 1.0
    slider.singleStep = 0.05
    slider.value = 5.0
    assert slider.value == 1.0
    assert heard == [1.0]

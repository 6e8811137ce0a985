"""Qt objects on the bench behave as PythonQt's: what fails in the application fails here."""

from __future__ import annotations

import functools

import pytest


@pytest.fixture
def combo(qt, complaints):
    combo = qt.QComboBox()
    combo.addItems(["one", "two"])
    return combo


def test_a_property_is_an_attribute_and_not_callable(combo):
    assert combo.count == 2
    with pytest.raises(TypeError):
        combo.count()


def test_a_property_is_set_as_an_attribute(combo):
    combo.currentIndex = 1
    assert combo.currentText == "two"


def test_an_enumerated_property_is_read_and_set(qt, complaints):
    label = qt.QLabel("x")
    label.alignment = qt.Qt.AlignRight | qt.Qt.AlignVCenter
    assert label.alignment == qt.Qt.AlignRight | qt.Qt.AlignVCenter


def test_a_read_only_property_refuses_to_be_set(combo):
    with pytest.raises(AttributeError, match="not writable"):
        combo.count = 3


def test_a_property_refuses_none(qt, complaints):
    with pytest.raises(AttributeError, match="does not accept"):
        qt.QLabel("x").text = None


@pytest.mark.parametrize("name", ["no_such_thing", "checkStateChanged", "accessibleIdentifier"])
def test_an_attribute_that_qt_5_15_has_not_raises(qt, complaints, name):
    with pytest.raises(AttributeError, match=name):
        getattr(qt.QCheckBox("x"), name)


def test_font_metrics_are_made_of_a_font_because_no_call_can_give_them_back(qt, complaints):
    pixmap = qt.QPixmap(8, 8)
    painter = qt.QPainter(pixmap)
    try:
        assert qt.QFontMetrics(painter.font()).boundingRect("wide").width() > 0
        for asked in (painter, qt.QLabel("x")):
            with pytest.raises(AttributeError, match="fontMetrics"):
                asked.fontMetrics()
    finally:
        painter.end()


def test_a_new_attribute_on_a_qt_object_raises(qt, complaints):
    with pytest.raises(AttributeError, match="does not exist"):
        qt.QLabel("x").txet = "y"
    with pytest.raises(AttributeError, match="does not exist"):
        qt.QTableWidgetItem("x").segmentID = "y"


def test_a_class_derived_in_python_takes_new_attributes(qt, complaints):
    class Mine(qt.QWidget):
        pass

    mine = Mine()
    mine.segmentID = "Segment_1"
    assert mine.segmentID == "Segment_1"


@pytest.mark.parametrize("name", ["clicked", "setEnabled"])
def test_a_signal_or_slot_is_not_overwritten(qt, complaints, name):
    with pytest.raises(AttributeError, match="overwritten"):
        setattr(qt.QPushButton("x"), name, None)


def test_an_unknown_class_raises(qt):
    with pytest.raises(AttributeError, match="QNoSuchThing"):
        qt.QNoSuchThing  # noqa: B018


def test_a_slot_is_called_with_as_many_arguments_as_it_takes(qt, complaints):
    button, heard = qt.QPushButton("x"), []
    button.checkable = True
    button.connect("clicked(bool)", lambda: heard.append("none"))
    button.connect("clicked(bool)", heard.append)
    button.connect("clicked()", functools.partial(heard.append, "bound"))
    button.click()
    assert sorted(map(str, heard)) == ["True", "bound", "none"]


def test_a_connection_is_undone(qt, complaints):
    button, heard = qt.QPushButton("x"), []

    def hear():
        heard.append(1)

    button.connect("clicked()", hear)
    assert button.disconnect("clicked()", hear)
    button.click()
    assert heard == []
    assert not button.disconnect("clicked()", hear)


def test_a_connection_keeps_its_callable_alive(qt, complaints):
    class Receiver:
        def hear(self):
            heard.append(1)

    button, heard = qt.QPushButton("x"), []
    button.connect("clicked()", Receiver().hear)
    button.click()
    assert heard == [1]


def test_an_unknown_signal_raises(qt, complaints):
    with pytest.raises(ValueError, match="cliked"):
        qt.QPushButton("x").connect("cliked()", print)
    with pytest.raises(ValueError, match="checkStateChanged"):
        qt.QCheckBox("x").connect("checkStateChanged(Qt::CheckState)", print)


def test_a_signal_is_an_attribute_too(qt, complaints):
    button, heard = qt.QPushButton("x"), []
    button.clicked.connect(lambda: heard.append(1))
    button.clicked.emit(False)
    assert heard == [1]


def test_an_exception_in_a_slot_is_a_complaint(qt, complaints):
    def fail():
        raise RuntimeError("broken slot")

    button = qt.QPushButton("x")
    button.connect("clicked()", fail)
    button.click()
    assert "broken slot" in complaints[0]
    complaints.clear()


def test_enumerations_are_int_like(qt, complaints):
    box = qt.QCheckBox("x")
    box.checked = True
    assert box.checkState() == qt.Qt.Checked == 2
    assert int(qt.Qt.Checked) == 2
    assert not qt.Qt.Unchecked


def test_a_state_that_a_signal_brings_compares_with_its_enumeration(qt, complaints):
    box, heard = qt.QCheckBox("x"), []
    box.connect("stateChanged(int)", heard.append)
    box.click()
    assert heard == [qt.Qt.Checked]


def test_a_child_is_an_attribute_by_its_name(qt, complaints):
    parent = qt.QWidget()
    child = qt.QLabel("x", parent)
    child.objectName = "legend"
    assert parent.legend.text == "x"
    assert child.name == "legend"


def test_a_painted_widget_is_made_by_derivation(qt, complaints):
    class Bar(qt.QWidget):
        def paintEvent(self, event):
            painter = qt.QPainter(self)
            painter.fillRect(self.rect, qt.QColor(255, 0, 0))
            painter.end()

        def sizeHint(self):
            return qt.QSize(20, 10)

    bar = Bar()
    bar.resize(20, 10)
    assert bar.grab().toImage().pixelColor(10, 5).red() == 255


def test_size_hints_of_qt_are_properties(qt, complaints):
    assert qt.QLabel("x").sizeHint.height() > 0


def test_items_are_not_ordered_in_python(qt):
    with pytest.raises(TypeError, match="__lt__"):

        class Item(qt.QTableWidgetItem):
            def __lt__(self, other):
                return True


def test_a_single_shot_timer_calls_once(qt, complaints, bench):
    heard = []
    qt.QTimer.singleShot(0, lambda: heard.append(1))
    bench.process(50)
    assert heard == [1]

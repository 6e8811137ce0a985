"""A small patient for the panel's tests, and waiting for what the panel does."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import slicer
from PySide6 import QtCore, QtGui, QtTest, QtWidgets

from slicerbench import raw

sys.path.append(str(Path(__file__).parents[1] / "scene"))

from synthetic import BALLS, Ball, addSegmentation, addVolume, ballMask

__all__ = ["BALLS", "Ball", "addPatient", "draw", "select", "tipAt", "waitFor", "waitIdle"]

TIMEOUT_S = 60


def addPatient():
    """(CT node, segmentation node) of three round lesions, two of one name; the tube voltage is noted."""
    from radioimmuno.acquisition import Acquisition
    from RadioImmunoScoreLib.services.node_origin import noteAcquisition

    volumeNode = addVolume(slicer.mrmlScene)
    noteAcquisition(volumeNode, Acquisition(kvp=120.0, source="test"))
    return volumeNode, addSegmentation(slicer.mrmlScene, volumeNode)


def select(panel, nodes):
    """Choose the inputs in the panel's selectors."""
    panel.panel.ui.ctSelector.setCurrentNode(nodes[0])
    panel.panel.ui.segmentationSelector.setCurrentNode(nodes[1])


def draw(nodes, segmentID, center, radiusMm):
    """Replace a segment's voxels by a ball, as an edit would."""
    volumeNode, segmentationNode = nodes
    mask = ballMask(Ball(segmentID, "", center, radiusMm)).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentationNode, segmentID, volumeNode)


def waitFor(condition):
    """Let the event loop run until a condition holds."""
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        QtTest.QTest.qWait(2)
        assert time.monotonic() < end, "it never became so"


def waitIdle(panel):
    """Let the event loop run until nothing is under way."""
    waitFor(lambda: panel.panel.session.jobs.state == "idle")
    QtTest.QTest.qWait(60)


def tipAt(widget, place):
    """The tooltip that the mouse gets when it rests at a place."""
    QtWidgets.QToolTip.hideText()
    # The last one fades for a moment.
    waitFor(lambda: not QtWidgets.QToolTip.isVisible())
    event = QtGui.QHelpEvent(QtCore.QEvent.Type.ToolTip, place, raw.read(widget, "mapToGlobal")(place))
    QtWidgets.QApplication.sendEvent(widget, event)
    return QtWidgets.QToolTip.text() if QtWidgets.QToolTip.isVisible() else ""

"""Strokes drawn with the mouse on the bench: a patient with a lesion that nobody segmented, and the hands."""

from __future__ import annotations

import numpy as np
import slicer
from patients import addPatient, select, waitFor, waitIdle
from PySide6 import QtCore
from synthetic import Ball, ballMask, centerRas

from RadioImmunoScoreLib.scene import readLesions
from RadioImmunoScoreLib.scene.stroke_markups import INTERACTION
from slicerbench.demonstration import showPatient
from slicerbench.hands import click, clickInView, moveTo

# A bright ball in the soft tissue that no segment covers.
TUMOR = Ball("tumor", "tumor", (28, 50, 40), 11.0)
TUMOR_HU = 130


def addTumorPatient(bench):
    """(CT node, segmentation node), selected and shown; the slice through the tumor's centre is in view."""
    nodes = addPatient()
    values = slicer.util.arrayFromVolume(nodes[0])
    values[ballMask(TUMOR)] += TUMOR_HU - 40
    slicer.util.arrayFromVolumeModified(nodes[0])
    select(bench.widget, nodes)
    showPatient(bench, nodes[0])
    bench.sliceViews["Red"].jumpTo(centerRas(TUMOR))
    bench.process()
    return nodes


def placeOf(bench, offsetMm):
    """Where in the axial view a point lies that is so far to the right of the tumor's centre."""
    row, column = bench.sliceViews["Red"].pixelOf(centerRas(TUMOR) + (offsetMm, 0, 0))
    return QtCore.QPoint(column, row)


def drawStroke(bench, view, startMm, endMm):
    clickInView(view, placeOf(bench, startMm))
    moveTo(view, placeOf(bench, (startMm + endMm) / 2))
    clickInView(view, placeOf(bench, endMm))
    bench.process()


def segmentIDs(nodes):
    return list(nodes[1].GetSegmentation().GetSegmentIDs())


def maskOf(nodes, segmentID):
    lesion = readLesions(nodes[1], nodes[0], [segmentID]).lesions[0]
    return lesion.mask.within(lesion.mask.box.__class__.whole(lesion.mask.lattice.shape), False)


def dice(one, other):
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def isPlaceMode():
    node = slicer.mrmlScene.GetNodeByID(INTERACTION)
    return node.GetCurrentInteractionMode() == node.Place


def drawn(bench, ready):
    """The tumor, segmented by a stroke; its segment ID."""
    panel, view, nodes = ready
    before = segmentIDs(nodes)
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitFor(lambda: len(segmentIDs(nodes)) == len(before) + 1)
    waitIdle(panel)
    return next(i for i in segmentIDs(nodes) if i not in before)


def placeIn(bench, name, offsetRas):
    """Where in a slice view ("Red", "Yellow", "Green") a point lies so far from the tumor's centre."""
    row, column = bench.sliceViews[name].pixelOf(centerRas(TUMOR) + offsetRas)
    return QtCore.QPoint(column, row)


def drawLine(bench, view, name, start, end):
    """Draw a line in a slice view between two offsets from the tumor's centre, RAS mm."""
    middle = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
    clickInView(view, placeIn(bench, name, start))
    moveTo(view, placeIn(bench, name, middle))
    clickInView(view, placeIn(bench, name, end))
    bench.process(20)

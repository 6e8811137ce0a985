"""Two studies of a small patient for the panel's tests, and what the table of their lesions says."""

from __future__ import annotations

import numpy as np
import slicer
from patients import BALLS, Ball, addPatient, draw, select
from PySide6 import QtWidgets
from synthetic import ballMask

from slicerbench.hands import click, reveal

LESION, BASELINE, FOLLOWUP, CHANGE = range(4)
FIRST_DAY, SECOND_DAY = "2024-01-08", "2024-03-11"


def addFollowUp():
    """(CT node, segmentation node) of the same body: one lesion smaller, one gone, one as it was, one new."""
    nodes = addPatient()
    for node, name in zip(nodes, ("CT later", "Lesions later"), strict=True):
        node.SetName(name)
    draw(nodes, "liver_1", BALLS[0].center, 8.0)
    segmentation = nodes[1].GetSegmentation()
    segmentation.RemoveSegment("liver_2")
    segmentation.AddEmptySegment("other", "new one")
    draw(nodes, "other", (30, 50, 30), 7.0)
    return nodes


def addSplit(isOne=False):
    """(CT node, segmentation node) of the same body, the first lesion in two parts, or one of both."""
    nodes = addPatient()
    for node, name in zip(nodes, ("CT later", "Lesions later"), strict=True):
        node.SetName(name)
    k, j, i = BALLS[0].center
    balls = [Ball("", "", (k, j, place), 5.0) for place in (i - 4, i + 4)]
    masks = [ballMask(ball).astype(np.uint8) for ball in balls]
    nodes[1].GetSegmentation().AddEmptySegment("part", "part")
    drawn = {"liver_1": masks[0] | masks[1]} if isOne else dict(zip(("liver_1", "part"), masks, strict=True))
    for segmentID, mask in drawn.items():
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, nodes[1], segmentID, nodes[0])
    if isOne:
        nodes[1].GetSegmentation().RemoveSegment("part")
    return nodes


def addStudy(panel, nodes):
    """Choose CT and lesions of the next study, and add it."""
    ui = panel.panel.ui
    reveal(ui.addStudyButton)
    ui.nextCtSelector.setCurrentNode(nodes[0])
    ui.nextSegmentationSelector.setCurrentNode(nodes[1])
    click(ui.addStudyButton)


def typeDate(panel, row, text):
    """Type a date into the table of studies."""
    table = panel.panel.ui.studiesTable
    reveal(table)
    table.item(row, 1).setText(text)
    QtWidgets.QApplication.processEvents()


def twoStudies(panel, addLater=addFollowUp):
    """(panel, nodes of the first study, nodes of the second), added with their dates."""
    first, second = addPatient(), addLater()
    select(panel, first)
    addStudy(panel, second)
    for row, day in enumerate((FIRST_DAY, SECOND_DAY)):
        typeDate(panel, row, day)
    return panel, first, second


def rowsOf(panel):
    """What the table says, by the lesions' names and what became of them."""
    table = panel.panel.ui.courseTable
    return {
        table.item(row, LESION).text().split(" ", 1)[1].rsplit("\n", 1)[0]: [
            table.item(row, column).text() for column in (BASELINE, FOLLOWUP, CHANGE)
        ]
        for row in range(table.rowCount)
    }


def rowOf(panel, text):
    table = panel.panel.ui.courseTable
    return next(row for row in range(table.rowCount) if f" {text}" in table.item(row, LESION).text())


def coarseCourse(monkeypatch):
    """Have the demonstration made in two studies of large voxels, soon matched; its truth."""
    from radioimmuno.simulation import COURSE_SEED, course

    coarse = course.simulate_course(COURSE_SEED, 8, studies=2, slice_mm=8.0, pixel_mm=6.0)
    monkeypatch.setattr(course, "demonstration_course", lambda: coarse)
    return coarse.truth[0]

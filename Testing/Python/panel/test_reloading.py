"""Slicer's Reload: the panel before is gone, widgets and all."""

from __future__ import annotations

import gc

import slicer
from patients import addPatient, select, waitIdle
from PySide6 import QtCore, QtWidgets

from slicerbench.hands import click

RELOADS = 3


def alive(bench):
    """How many widgets and timers there are once what is to be deleted is."""
    bench.process(50)
    gc.collect()
    bench.process()
    timers = [thing for thing in gc.get_objects() if isinstance(thing, QtCore.QTimer)]
    return len(QtWidgets.QApplication.allWidgets()), len(timers)


def used(bench):
    """Use the panel as a person does: each part of it has been shown."""
    panel = bench.widget
    select(panel, (slicer.util.getNode("CT"), slicer.util.getNode("Lesions")))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    click(panel.panel.ui.checkButton)
    waitIdle(panel)
    panel.panel.selectLesion("liver_1")
    click(panel.panel.ui.newButton)


def test_reloading_again_and_again_leaves_no_more_widgets_and_timers_than_once(bench):
    addPatient()
    bench.open()
    used(bench)
    before = alive(bench)
    for _ in range(RELOADS):
        bench.widget.onReload()
        bench.panel.enter()
        bench.process(50)
        used(bench)
    assert alive(bench) == before
    assert slicer.util.getModuleWidget("RadioImmunoScore").panel.session.rows


def test_reloading_keeps_inputs_and_scores(bench):
    addPatient()
    bench.open()
    used(bench)
    before = bench.widget.panel.session.rows
    bench.widget.onReload()
    bench.process(50)
    panel = bench.widget.panel
    assert panel.session.rows == before
    assert panel.ui.ctSelector.currentNode().GetName() == "CT"


def test_a_panel_that_was_cleaned_up_hears_nothing_any_more(bench):
    nodes = addPatient()
    old = bench.open()
    select(old, nodes)
    old.onReload()
    bench.process(50)
    nodes[1].GetSegmentation().RemoveSegment("liver_1")
    slicer.mrmlScene.Clear()
    bench.process(400)
    assert bench.widget is not old
    assert old.lifeCycle.observerCount == 0

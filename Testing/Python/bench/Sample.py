"""A small scripted module, written as for the application."""

import slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

import ctk
import qt


class Sample(ScriptedLoadableModule):
    def __init__(self, parent):
        super().__init__(parent)
        parent.title = _("Sample")
        parent.categories = ["Testing"]
        self.started = 0
        slicer.app.connect("startupCompleted()", self.onStarted)

    def onStarted(self):
        self.started += 1


class SampleWidget(ScriptedLoadableModuleWidget):
    def setup(self):
        super().setup()
        self.events = ["setup"]
        self.logic = SampleLogic()
        self.button = qt.QPushButton("Go")
        self.button.connect("clicked()", self.onClicked)
        self.layout.addWidget(self.button)
        self.section = ctk.ctkCollapsibleButton()
        self.section.text = "Section"
        self.label = qt.QLabel("inside")
        qt.QVBoxLayout(self.section).addWidget(self.label)
        self.layout.addWidget(self.section)

    def enter(self):
        self.events.append("enter")

    def exit(self):
        self.events.append("exit")

    def cleanup(self):
        self.events.append("cleanup")

    def onClicked(self):
        self.events.append("clicked")


class SampleLogic(ScriptedLoadableModuleLogic):
    pass


class SampleTest(ScriptedLoadableModuleTest):
    def runTest(self):
        slicer.selfTestRan = True

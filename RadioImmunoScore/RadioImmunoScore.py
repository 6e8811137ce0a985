"""RadioImmunoScore for 3D Slicer: what Slicer looks for. Panel and scene are in RadioImmunoScoreLib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

from RadioImmunoScoreLib import HOMEPAGE
from RadioImmunoScoreLib.services.console import ConsoleCommands


class RadioImmunoScore(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("RadioImmunoScore")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        parent.dependencies = []
        parent.contributors = ["RadioImmunoScore contributors"]
        parent.helpText = _(
            "Scores every segmented lesion of a contrast-enhanced CT by a radiomic signature of CD8 T-cell "
            "infiltration, from the lesion and the ring around it, and colors the lesions by their scores. "
            "<b>Research use only.</b> The signature that comes with it is a demonstration fitted on "
            "simulated data: its scores say nothing about a patient. Granted patents cover the published "
            "method (EP 3652534 B1, US 12,590,949 B2)."
        )
        parent.helpText += f'<p><a href="{HOMEPAGE}">{HOMEPAGE}</a></p>'
        parent.acknowledgementText = _(
            "After Sun et al., Imaging approaches and radiomics: toward a new era of ultraprecision "
            "radioimmunotherapy? J Immunother Cancer 2022;10:e004848. Features follow the IBSI 1 manual."
        )
        slicer.app.connect("startupCompleted()", self.registerSampleData)

    def registerSampleData(self) -> None:
        """Offer the demonstration patient in the Sample Data module."""
        from RadioImmunoScoreLib.sample_data import registerSampleData

        registerSampleData(Path(self.resourcePath("Icons")))


class RadioImmunoScoreWidget(ScriptedLoadableModuleWidget):
    """Ties the panel to Slicer's module widget."""

    def setup(self) -> None:
        """Make the panel; called when the module is opened first."""
        ScriptedLoadableModuleWidget.setup(self)
        from RadioImmunoScoreLib.panel.life_cycle import PanelLifeCycle

        self.logic = RadioImmunoScoreLogic()
        self.lifeCycle = PanelLifeCycle(self.loadUI, self.logic.getParameterNode)
        self.panel = self.lifeCycle.panel
        self.layout.addWidget(self.panel.root)

    def loadUI(self, name: str) -> Any:
        """The widget of one of the module's .ui files."""
        return slicer.util.loadUI(self.resourcePath(f"UI/{name}.ui"))

    def enter(self) -> None:
        """The user comes to the module: what changed in the scene meanwhile is shown."""
        self.lifeCycle.enter()

    def exit(self) -> None:
        """The user leaves the module: no lesion stands out any more."""
        self.lifeCycle.exit()

    def cleanup(self) -> None:
        """The panel is about to go, at Reload too: nothing is observed any more, and its widgets go."""
        if hasattr(self, "lifeCycle"):
            self.lifeCycle.close()


class RadioImmunoScoreLogic(ConsoleCommands, ScriptedLoadableModuleLogic):
    """The commands of the Python console, with the module's parameter node."""


class RadioImmunoScoreTest(ScriptedLoadableModuleTest):
    """The whole scenario, from Slicer's self-test button."""

    def setUp(self) -> None:
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self, **_kwargs: Any) -> None:
        """Run all of it; called by the self-test button."""
        self.setUp()
        self.test_wholeScenario()

    def test_wholeScenario(self) -> None:
        """Score in the console and in the panel, restore the colors, write the reports."""
        from RadioImmunoScoreLib.self_test import runScenario

        runScenario(slicer.util.getModuleLogic("RadioImmunoScore"))

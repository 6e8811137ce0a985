"""RadioImmunoScore for 3D Slicer: what Slicer looks for. Panel and scene are in RadioImmunoScoreLib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

from RadioImmunoScoreLib.services.commands import LesionCommands

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature
    from radioimmuno.extraction.extract import LesionFeatures
    from radioimmuno.scoring.results import PatientScore

HOMEPAGE = "https://github.com/RadioImmunoScore/RadioImmunoScore"


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
        from RadioImmunoScoreLib.panel.life_cycle import openPanel

        self.root = slicer.util.loadUI(self.resourcePath("UI/RadioImmunoScore.ui"))
        self.layout.addWidget(self.root)
        self.root.setMRMLScene(slicer.mrmlScene)
        self.logic = RadioImmunoScoreLogic()
        self.door = openPanel(slicer.util.childWidgetVariables(self.root), self.logic.getParameterNode)
        self.panel = self.door.panel

    def enter(self) -> None:
        """The user comes to the module: what changed in the scene meanwhile is shown."""
        self.door.enter()

    def exit(self) -> None:
        """The user leaves the module: no lesion stands out any more."""
        self.door.exit()

    def cleanup(self) -> None:
        """The panel is about to go, at Reload too: nothing is observed any more, and its widgets go."""
        if hasattr(self, "door"):
            self.door.close()
            self.root.setMRMLScene(None)
            self.root.hide()
            self.root.deleteLater()


class RadioImmunoScoreLogic(LesionCommands, ScriptedLoadableModuleLogic):
    """The console door; `segment`, `check`, `repair`, `stability` and `interiorMap` are in LesionCommands.

    Examples
    --------
    >>> logic = slicer.util.getModuleLogic("RadioImmunoScore")
    >>> patient = logic.score(getNode("CT"), getNode("Lesions"))
    >>> {lesion.name: lesion.score for lesion in patient.lesions}
    >>> logic.exportReport(getNode("CT"), getNode("Lesions"), patient, "scores.html")
    >>> logic.restoreColors(getNode("Lesions"))
    """

    def score(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        signature: Any = None,
        *,
        kvp: float | None = None,
        only: Any = None,
        progress: Any = None,
        patient: str | None = None,
        identify: bool = False,
    ) -> PatientScore:
        """Score the lesions and leave colors, table, legend, rings and plot in the scene.

        Parameters
        ----------
        volumeNode : the CT, in Hounsfield units
        segmentationNode : each segment is one lesion
        signature : name of one that ships, path of a file, or a Signature; the demonstration by default
        kvp : tube voltage in kV, 40 to 200; it counts more than what the CT says, and is recorded
        only : IDs of the segments to score; all by default
        progress : called with (lesions done, lesions in all)
        patient : what results call the patient; a pseudonym of the PatientID by default, or the volume's name
        identify : whether results may call the patient by the PatientID as it is

        Returns
        -------
        PatientScore
            A row for every lesion that was asked for: its score, or the reason why there is none.

        Raises
        ------
        InputError
            When the CT or the signature cannot be used at all; the text says what to do.
        """
        from radioimmuno.identity import Naming
        from RadioImmunoScoreLib.services import console

        naming = Naming(patient or "", identify)
        return console.score(volumeNode, segmentationNode, signature, kvp, only, progress, naming)

    def accept(self, volumeNode: Any, codes: Any, segmentationNode: Any = None) -> None:
        """Take on what refuses a CT's lesions, as the panel's *Score all the same* does; every row says so.

        Parameters
        ----------
        volumeNode : the CT, on which it is kept
        codes : of `radioimmuno.acceptance.OPTIONS`, as "ct.hu_implausible"
        segmentationNode : for "patient.mismatch", the lesions that are taken for those of this patient

        Raises
        ------
        ValueError
            When a code is none that can be accepted.
        """
        from RadioImmunoScoreLib.services.acceptance import accept

        accept(volumeNode, segmentationNode, [codes] if isinstance(codes, str) else codes)

    def restoreColors(self, segmentationNode: Any) -> None:
        """Give the lesions the colors that they had before they were scored."""
        from RadioImmunoScoreLib.scene import restoreColors

        restoreColors(segmentationNode)

    def exportReport(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        patientScore: PatientScore,
        path: Any,
        signature: Any = None,
    ) -> Path:
        """Write the scores as `.csv`, `.json` or `.html`, by the suffix of `path`; returns the file."""
        from RadioImmunoScoreLib.services import console

        return console.exportReport(volumeNode, segmentationNode, patientScore, path, signature)

    def exportDicom(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        patientScore: PatientScore,
        folder: Any,
        signature: Any = None,
    ) -> list[Path]:
        """Write lesions and rings (SEG) and scores (reports) into the study of a CT from the DICOM database.

        Parameters
        ----------
        volumeNode, segmentationNode, signature : as of `score`
        patientScore : what `score` gave; the lesions must not have been edited since
        folder : is made where there is none; what else is in it stays

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        InputError
            When the CT is not from the DICOM database, the lesions are not those that were scored, or
            highdicom is missing; the text says what to do.
        """
        from RadioImmunoScoreLib.services import console

        return console.exportDicom(volumeNode, segmentationNode, patientScore, folder, signature)

    def features(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        engine: str | None = None,
        *,
        signature: Any = None,
        only: Any = None,
        progress: Any = None,
    ) -> list[LesionFeatures]:
        """Measure lesions and rings as the signature's settings say; nothing in the scene is changed.

        Parameters
        ----------
        volumeNode, segmentationNode, signature, only, progress : as of `score`
        engine : "pyradiomics" for PyRadiomics' definitions, where it is installed; our own by default, which
            scores are always made with

        Returns
        -------
        list of LesionFeatures
            Of each lesion its `values`, by `<region>.<family>.<name>`.

        Raises
        ------
        InputError
            When the CT cannot be used, or the engine is not there; the text says what to do.
        """
        from RadioImmunoScoreLib.services import console

        return console.features(volumeNode, segmentationNode, engine, signature, only, progress)

    def compareEngines(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        *,
        signature: Any = None,
        only: Any = None,
        progress: Any = None,
    ) -> list[ComparedFeature]:
        """Measure with our engine and with PyRadiomics, and leave a table of both in the scene.

        Parameters and errors as of `features`.

        Returns
        -------
        list of ComparedFeature
            A row for every feature of every region, with the relative difference and why they differ.
        """
        from RadioImmunoScoreLib.services import console

        return console.compareEngines(volumeNode, segmentationNode, signature, only, progress)


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

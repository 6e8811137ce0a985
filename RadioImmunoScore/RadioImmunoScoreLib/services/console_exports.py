"""The commands of the Python console that write results into files; `console` inherits them.

Slicer loads this file when it starts, so what a command needs is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.scoring.results import PatientScore


class ExportCommands:
    """What `slicer.util.getModuleLogic("RadioImmunoScore")` writes of lesions that it has scored.

    Examples
    --------
    >>> logic.exportReport(getNode("CT"), getNode("Lesions"), patient, "scores.html")
    >>> logic.exportDicom(getNode("CT"), getNode("Lesions"), patient, "for_the_archive")
    >>> logic.exportStructures(getNode("CT"), getNode("Lesions"), patient, "cold.dcm", "below-low")
    """

    def exportReport(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        patientScore: PatientScore,
        path: Any,
        signature: Any = None,
    ) -> Path:
        """Write the scores as `.csv`, `.json` or `.html`, by the suffix of `path`; returns the file."""
        from .results_export import exportPatient
        from .scene_study import findSignature, readStudy

        # What was known of the CT when it was scored is in the score's provenance.
        used = findSignature(signature)
        return exportPatient(patientScore, readStudy(volumeNode, segmentationNode), used, path)

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
        volumeNode, segmentationNode, signature : Any
            As of `score`.
        patientScore : PatientScore
            What `score` gave; the lesions must not have been edited since.
        folder : str or Path
            Is made where there is none; what else is in it stays.

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
        from .results_export import readExport, writeExport
        from .scene_study import findSignature, readStudy

        study, used = readStudy(volumeNode, segmentationNode), findSignature(signature)
        return writeExport(readExport(volumeNode, patientScore, study, used), folder)

    def exportStructures(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        patientScore: PatientScore,
        path: Any,
        which: Any = ("below-low",),
        signature: Any = None,
    ) -> Path:
        """Write designated lesions for a planning system (RTSTRUCT), into the study of a CT from DICOM.

        Parameters
        ----------
        volumeNode, segmentationNode, patientScore, signature : Any
            As of `exportDicom`.
        path : str or Path
            The file.
        which : str or sequence of str
            "below-low" for lesions with a score below the signature's low cut-off, "above-high" for those
            above its high one, names, segment IDs or patterns ("Liver*") for any, with a score or without.

        Returns
        -------
        Path
            The file. Structures have no type and the set is not approved: that is for whoever takes it over.

        Raises
        ------
        InputError
            When no lesion is designated, the signature has no cut-offs, the CT is not from the DICOM
            database, or the lesions are not those that were scored; the text says what to do.
        """
        from radioimmuno.io.dicom.designation import designated

        from .results_export import FOR_STRUCTURES, readExport, writeStructures
        from .scene_study import findSignature, readStudy

        study, used = readStudy(volumeNode, segmentationNode), findSignature(signature)
        words = [which] if isinstance(which, str) else list(which)
        chosen = designated(patientScore.lesions, words, used.cutoffs)
        export = readExport(volumeNode, patientScore, study, used, FOR_STRUCTURES)
        return writeStructures(export, chosen, path)

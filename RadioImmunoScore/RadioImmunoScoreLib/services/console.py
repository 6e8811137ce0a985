"""The commands of the Python console: their signatures, what they are for, and what they do.

The module's logic inherits them. Slicer loads this file when it starts, so what a command needs is imported
when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .console_exports import ExportCommands
from .console_followup import FollowUpCommands
from .console_uptake import UptakeCommands

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature
    from radioimmuno.extraction.lesion_features import LesionFeatures
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.scoring.results import PatientScore
    from radioimmuno.stability.agreement import PatientStability

    from .segment_edits import DrawnLesion


class ConsoleCommands(ExportCommands, FollowUpCommands, UptakeCommands):
    """What `slicer.util.getModuleLogic("RadioImmunoScore")` does; points are in RAS mm, as Slicer shows them.

    Examples
    --------
    >>> logic = slicer.util.getModuleLogic("RadioImmunoScore")
    >>> patient = logic.score(getNode("CT"), getNode("Lesions"))
    >>> {lesion.name: lesion.score for lesion in patient.lesions}
    >>> logic.exportReport(getNode("CT"), getNode("Lesions"), patient, "scores.html")
    >>> logic.restoreColors(getNode("Lesions"))
    >>> lesion = logic.segment(getNode("CT"), start=(40, -20, 110), end=(64, -12, 110))
    >>> print(lesion.name, lesion.volumeCc, lesion.longMm, lesion.shortMm)
    >>> for found in logic.check(getNode("CT"), lesion.segmentationNode):
    ...     print(found.lesion_id, found.finding.severity.value, found.finding.text)
    """

    def score(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        signature: Any = None,
        *,
        kvp: float | None = None,
        clinical: Any = None,
        batch: str = "",
        pet: Any = None,
        mr: Any = None,
        models: Any = (),
        only: Any = None,
        progress: Any = None,
        patient: str | None = None,
        identify: bool = False,
    ) -> PatientScore:
        """Score the lesions and leave colors, table, legend, rings and plot in the scene.

        Parameters
        ----------
        volumeNode : vtkMRMLScalarVolumeNode
            The CT, in Hounsfield units.
        segmentationNode : vtkMRMLSegmentationNode
            Each segment is one lesion.
        signature : str, Path or Signature, optional
            Name of one that ships, a file, or a signature; the demonstration by default.
        kvp : float, optional
            Tube voltage in kV, 40 to 200; it counts more than what the CT says, and is recorded.
        clinical : dict, optional
            Values that the signature needs: `{"pdl1": 40}` of the patient, `{"Liver 1": {"pdl1": 60}}` of a
            lesion by its name or segment ID.
        batch : str, optional
            Scanner or center of the CT, for a signature that was trained with ComBat.
        pet, mr : vtkMRMLScalarVolumeNode, optional
            Images of the same patient beside the CT, for a signature that measures them. SUV are made from
            the PET's DICOM files where Slicer's database has them; else its values are taken as SUV, which
            every row says.
        models : sequence of str or Path, optional
            Card files of the outside models that the signature's learned terms need.
        only : collection of str, optional
            IDs of the segments to score; all by default.
        progress : callable, optional
            Called with (lesions done, lesions in all).
        patient : str, optional
            What results call the patient; a pseudonym of the PatientID by default, or the volume's name.
        identify : bool
            Whether results may call the patient by the PatientID as it is.

        Returns
        -------
        PatientScore
            A row for every lesion that was asked for: its score, or the reason why there is none. `value` is
            the patient's value by the signature's rule, with its cut-off and group; None without a rule.
            `uptakes` has the uptake of all lesions where a PET was given.

        Raises
        ------
        InputError
            When the CT, the signature or a given value cannot be used at all; the text says what to do.
        """
        from .scene_scoring import scoreNodes

        chosen = kvp, (clinical, batch), (pet, mr), models
        naming = patient or "", identify
        return scoreNodes(volumeNode, segmentationNode, signature, *chosen, only, progress, naming)

    def accept(self, volumeNode: Any, codes: Any, segmentationNode: Any = None) -> None:
        """Take on what refuses a CT's lesions, as the panel's *Score all the same* does; every row says so.

        Parameters
        ----------
        volumeNode : vtkMRMLScalarVolumeNode
            The CT, on which it is kept.
        codes : str or collection of str
            Of `radioimmuno.acceptance.OPTIONS`, as "ct.hu_implausible".
        segmentationNode : vtkMRMLSegmentationNode, optional
            For "patient.mismatch", the lesions that are taken for those of this patient.

        Raises
        ------
        ValueError
            When a code is none that can be accepted.
        """
        from .node_origin import accept

        accept(volumeNode, segmentationNode, [codes] if isinstance(codes, str) else codes)

    def restoreColors(self, segmentationNode: Any) -> None:
        """Give the lesions the colors that they had before they were scored."""
        from ..scene import restoreColors

        restoreColors(segmentationNode)

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
        volumeNode, segmentationNode, signature, only, progress : Any
            As of `score`.
        engine : str, optional
            "pyradiomics" for PyRadiomics' definitions, where it is installed; our own by default, which
            scores are always made with.

        Returns
        -------
        list of LesionFeatures
            Of each lesion its `values`, by `<region>.<family>.<name>`.

        Raises
        ------
        InputError
            When the CT cannot be used, or the engine is not there; the text says what to do.
        """
        from .measurement import measureStudy
        from .scene_study import findSignature, readStudy

        settings = findSignature(signature).settings
        study = readStudy(volumeNode, segmentationNode).with_values_checked(settings)
        return measureStudy(study, settings, engine, only, progress)

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
            A row for every feature of every region, with the relative difference and why they differ; of the
            CT, and after those filters of the signature that PyRadiomics has, too.
        """
        from ..scene.comparison_table import showComparison
        from .measurement import compareEngines
        from .scene_study import findSignature, readStudy

        known = findSignature(signature)
        study = readStudy(volumeNode, segmentationNode).with_values_checked(known.settings)
        rows = compareEngines(study, known, only, progress)
        showComparison(segmentationNode, rows)
        return rows

    def segment(
        self,
        volumeNode: Any,
        segmentationNode: Any = None,
        *,
        start: Any = None,
        end: Any = None,
        cross: Any = None,
        box: Any = None,
        addTo: str | None = None,
        removeFrom: str | None = None,
        borderOf: str | None = None,
    ) -> DrawnLesion:
        """Segment the lesion that a stroke, two crossed strokes, a box or a point marks, or correct one.

        Parameters
        ----------
        volumeNode : vtkMRMLScalarVolumeNode
            The CT.
        segmentationNode : vtkMRMLSegmentationNode, optional
            Gets the segment; a new one is made by default.
        start, end : sequence of float, optional
            Ends of a line across the lesion where it is longest, in any slice, RAS mm; without `end` a point
            inside the lesion.
        cross : sequence of 4 points, optional
            Ends of the lesion's long axis and those of its short axis, RAS mm; instead of `start`.
        box : sequence of 2 points, optional
            Opposite corners of the box that the lesion just fits into, RAS mm; instead of `start`.
        addTo, removeFrom : str, optional
            ID of a segment that the stroke adds to or takes away from, instead of a new one.
        borderOf : str, optional
            ID of a segment whose border is to pass through the point `start`.

        Returns
        -------
        DrawnLesion
            Segmentation node, segment ID, name, volume in cc, long and short axis in mm as RECIST measures
            them, expected agreement with a reader (Dice coefficient; None where it is not known, as after
            corrections), and what to look at.

        Raises
        ------
        InputError
            When there is no lesion, or the stroke cannot be used; the text says what to do.
        ValueError
            When the arguments do not go together.
        """
        from .segment_edits import drawLesion, gestureOf

        gesture = gestureOf(start, end, cross, box, addTo, removeFrom, borderOf)
        return drawLesion(volumeNode, segmentationNode, *gesture)

    def check(
        self, volumeNode: Any, segmentationNode: Any, signature: Any = None, *, progress: Any = None
    ) -> list[LesionFinding]:
        """What to look at before the lesions are scored: each has `lesion_id` and `finding`.

        Parameters
        ----------
        volumeNode, segmentationNode : Any
            CT and lesions.
        signature : str, Path or Signature, optional
            Whose settings the ring is made with; as of `score`.
        progress : callable, optional
            Called with (steps done, steps in all).

        Raises
        ------
        InputError
            When the CT or the signature cannot be used at all.
        """
        from .measurement import checkStudy
        from .scene_study import findSignature, readStudy

        settings = findSignature(signature).settings
        return list(checkStudy(readStudy(volumeNode, segmentationNode), settings, progress))

    def repair(
        self, volumeNode: Any, segmentationNode: Any, segmentID: str, code: str, title: str = ""
    ) -> list[str]:
        """Mend a lesion of what `check` found; returns the IDs of the segments that take its place.

        Parameters
        ----------
        volumeNode, segmentationNode : Any
            CT and lesions.
        segmentID : str
            The lesion.
        code : str
            Code of the finding, as "lesion.holes".
        title : str
            Which repair, where there are several; the first by default.

        Raises
        ------
        ValueError
            When there is no such repair; the text names those that there are.
        InputError
            When nothing of the lesion would be left.
        """
        from radioimmuno.quality.repairs import repairs_of

        from ..scene import readImage, readLesions
        from .segment_edits import enterRepaired, repairLesion

        known = repairs_of(code, readImage(volumeNode))
        chosen = next((each for each in known if title in ("", each.title)), None)
        if chosen is None:
            titles = ", ".join(repr(each.title) for each in known) or "none"
            raise ValueError(f"{code} has no repair {title!r}; there are: {titles}")
        lesions = readLesions(segmentationNode, volumeNode).lesions
        lesion = next(each for each in lesions if each.id == segmentID)
        repaired = repairLesion(chosen, lesion, lesions)
        return [segmentID, *enterRepaired(volumeNode, segmentationNode, segmentID, repaired)]

    def stability(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        signature: Any = None,
        *,
        kvp: float | None = None,
        clinical: Any = None,
        batch: str = "",
        only: Any = None,
        perturbation: Any = None,
        progress: Any = None,
    ) -> PatientStability:
        """How far the scores move when the contours move as they do between readers.

        Parameters
        ----------
        volumeNode, segmentationNode, signature, kvp, clinical, batch, only, progress : Any
            As of `score`.
        perturbation : Perturbation, optional
            A `radioimmuno.scoring.score_stability.Perturbation`; 30 draws of 1 mm by default.

        Returns
        -------
        PatientStability
            By segment ID: SD, 5-95 % range, and the share of draws on the other side of each cut-off.

        Raises
        ------
        InputError
            When the CT, the signature or a given value cannot be used at all.
        """
        from radioimmuno.scoring.given_values import with_given

        from .scene_study import findSignature, readStudy, stabilityOf

        used = findSignature(signature)
        study = readStudy(volumeNode, segmentationNode, kvp).with_values_checked(used.settings)
        study = with_given(study, used, clinical, batch)
        return stabilityOf(study, used, only, progress, perturbation)

    def interiorMap(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        segmentID: str,
        name: str = "entropy",
        signature: Any = None,
    ) -> Any:
        """Show where a lesion is heterogeneous, over the CT; returns the map's volume node.

        Parameters
        ----------
        volumeNode, segmentationNode, signature : Any
            As of `score`.
        segmentID : str
            The lesion.
        name : str
            "mean", "entropy", "glcm_contrast" or "glcm_joint_entropy"; or a filter as "log_sigma_3mm", whose
            response is shown in the ring, too; empty takes the map away.

        Raises
        ------
        ValueError
            When there is no such map.
        InputError
            When the lesion cannot be measured, or the filter not be applied.
        """
        from ..scene import readImage, readLesions
        from ..scene.interior_map import mapScaleOf, removeMap, showMap
        from .interior_maps import computeMap, isSigned, mapNamed, mapTitle, shareOf
        from .scene_study import findSignature, selectRead

        if not name:
            removeMap(segmentationNode)
            return None
        settings = findSignature(signature).settings
        name = mapNamed(name, settings)
        reading = readLesions(segmentationNode, volumeNode)
        (lesion,) = (one for one in reading.lesions if one.id == segmentID)
        others = selectRead(segmentationNode, reading)[0].lesions
        values = computeMap(readImage(volumeNode), lesion, settings, name, others)
        scale = mapScaleOf(values, isSigned(name, settings), shareOf(name))
        return showMap(volumeNode, segmentationNode, segmentID, values, mapTitle(name), scale)

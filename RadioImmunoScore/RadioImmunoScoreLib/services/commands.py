"""The console door's commands on single lesions: segment, check, repair, stability, interior map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.stability.agreement import PatientStability

    from .console_lesions import SegmentedLesion


class LesionCommands:
    """A part of the module's logic; points are in RAS mm, as Slicer shows them.

    Examples
    --------
    >>> lesion = logic.segment(getNode("CT"), start=(40, -20, 110), end=(64, -12, 110))
    >>> print(lesion.name, lesion.volumeCc, lesion.longMm, lesion.shortMm)
    >>> for found in logic.check(getNode("CT"), lesion.segmentationNode):
    ...     print(found.lesion_id, found.finding.severity.value, found.finding.text)
    """

    def segment(
        self,
        volumeNode: Any,
        segmentationNode: Any = None,
        *,
        start: Any,
        end: Any = None,
        addTo: str | None = None,
        removeFrom: str | None = None,
    ) -> SegmentedLesion:
        """Segment the lesion that a stroke crosses, or that a point lies in, and leave it as a segment.

        Parameters
        ----------
        volumeNode : the CT
        segmentationNode : gets the segment; a new one is made by default
        start, end : ends of a line across the lesion where it is longest, in any slice, RAS mm; without `end`
            a point inside the lesion
        addTo, removeFrom : ID of a segment that the stroke adds to or takes away from, instead of a new one

        Returns
        -------
        SegmentedLesion
            Segmentation node, segment ID, name, volume in cc, long and short axis in mm as RECIST measures
            them, and what to look at.

        Raises
        ------
        InputError
            When there is no lesion, or the stroke cannot be used; the text says what to do.
        """
        from . import console_lesions

        return console_lesions.segment(volumeNode, segmentationNode, start, end, addTo, removeFrom)

    def check(
        self, volumeNode: Any, segmentationNode: Any, signature: Any = None, *, progress: Any = None
    ) -> list[LesionFinding]:
        """What to look at before the lesions are scored: each has `lesion_id` and `finding`.

        Parameters
        ----------
        volumeNode, segmentationNode : CT and lesions
        signature : whose settings the ring is made with; as of `score`
        progress : called with (steps done, steps in all)

        Raises
        ------
        InputError
            When the CT or the signature cannot be used at all.
        """
        from . import console_lesions

        return console_lesions.check(volumeNode, segmentationNode, signature, progress)

    def repair(
        self, volumeNode: Any, segmentationNode: Any, segmentID: str, code: str, title: str = ""
    ) -> list[str]:
        """Mend a lesion of what `check` found; returns the IDs of the segments that take its place.

        Parameters
        ----------
        volumeNode, segmentationNode : CT and lesions
        segmentID : the lesion
        code : code of the finding, as "lesion.holes"
        title : which repair, where there are several; the first by default

        Raises
        ------
        ValueError
            When there is no such repair; the text names those that there are.
        InputError
            When nothing of the lesion would be left.
        """
        from . import console_lesions

        return console_lesions.repair(volumeNode, segmentationNode, segmentID, code, title)

    def stability(
        self,
        volumeNode: Any,
        segmentationNode: Any,
        signature: Any = None,
        *,
        kvp: float | None = None,
        only: Any = None,
        perturbation: Any = None,
        progress: Any = None,
    ) -> PatientStability:
        """How far the scores move when the contours move as they do between readers.

        Parameters
        ----------
        volumeNode, segmentationNode, signature, kvp, only, progress : as of `score`
        perturbation : a `radioimmuno.scoring.score_stability.Perturbation`; 30 draws of 1 mm by default

        Returns
        -------
        PatientStability
            By segment ID: SD, 5-95 % range, and the share of draws on the other side of each cut-off.

        Raises
        ------
        InputError
            When the CT or the signature cannot be used at all.
        """
        from . import console_lesions

        return console_lesions.stability(
            volumeNode, segmentationNode, signature, kvp, only, perturbation, progress
        )

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
        volumeNode, segmentationNode, signature : as of `score`
        segmentID : the lesion
        name : "mean", "entropy", "glcm_contrast" or "glcm_joint_entropy"; empty takes the map away

        Raises
        ------
        ValueError
            When there is no such map.
        InputError
            When the lesion cannot be measured.
        """
        from . import console_lesions

        return console_lesions.interiorMap(volumeNode, segmentationNode, segmentID, name, signature)

"""The commands of the Python console that follow lesions from study to study; `console` inherits them.

Slicer loads this file when it starts, so what a command needs is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowUp


class FollowUpCommands:
    """What `slicer.util.getModuleLogic("RadioImmunoScore")` does with several studies of a patient.

    Examples
    --------
    >>> studies = [(getNode("CT"), getNode("Lesions")), (getNode("CT later"), getNode("Lesions later"))]
    >>> follow = logic.followUp(studies, dates=["2024-01-08", "2024-03-11"])
    >>> {lesion.name: lesion.in_studies[-1].volume_change.relative for lesion in follow.lesions}
    """

    def followUp(
        self,
        studies: Any,
        *,
        dates: Any = None,
        pairs: Any = None,
        signature: Any = None,
        progress: Any = None,
    ) -> FollowUp:
        """Register studies, match their lesions, and leave the course in the scene, where the panel shows it.

        Without a signature lesions have the scores that the panel gave them.

        Parameters
        ----------
        studies : sequence of (vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode)
            CT and lesions of each study, in any order.
        dates : sequence of str, optional
            ISO 8601, one a study; empty or None for what DICOM says.
        pairs : dict, optional
            What a person paired, by the number of the earlier study in order of time, 0 for the first: a list
            of (segment IDs before, segment IDs after), one of them empty for what is new or gone.
        signature : str, Path or Signature, optional
            By which the studies are scored here; one that weighs changes scores the later ones. The standard
            features are measured besides. In the scene scores stay as they are.
        progress : callable, optional
            Called with (steps done, steps in all).

        Returns
        -------
        FollowUp
            Its `lesions` through all studies, each with the change of every feature that was measured
            (`in_studies[1].feature_changes`), and the `response` that they make.

        Raises
        ------
        InputError
            When the order of time is not known, the studies are of different patients, or a pair cannot be.
        """
        from .followup import followInScene

        return followInScene(studies, dates, pairs, progress, signature)

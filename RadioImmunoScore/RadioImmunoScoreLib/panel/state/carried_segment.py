"""A lesion of the study before segmented in the next one, too: in the box that it covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image
from radioimmuno.segmentation.gestures import BOX, segment_points

from ...scene import readImage
from ...scene.course_nodes import StudyNodes
from ...scene.segment_properties import setIrradiated, setSite
from ...services.segment_edits import enterSegmented
from ..texts import problemText, segmentedText
from .jobs import SEGMENTING
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowedLesion
    from radioimmuno.followup.registration import Registration
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


NOTHING_FOUND = (
    "Nothing was segmented: nothing differs there from what is around it. Where there is a lesion, draw it "
    "by hand, match again and choose it as the partner."
)


class CarriedSegmenter:
    """Segments on a thread and writes the lesion, undoable.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    segmenter : callable
        As `gestures.segment_points`; a test gives its own.
    """

    def __init__(
        self, session: ScoringSession, segmenter: Callable[..., SegmentedLesion] = segment_points
    ) -> None:
        self.segmenter = segmenter
        self._session = session

    def segment(
        self,
        lesion: FollowedLesion,
        mask: Image,
        registration: Registration,
        nodes: StudyNodes,
        written: Callable[[str, str], None],
    ) -> None:
        """Segment a lesion of the study before where it would be in this one.

        Parameters
        ----------
        lesion : FollowedLesion
        mask : Image
            As it was in the study before.
        registration : Registration
            From the study before to this one.
        nodes : StudyNodes
            This study.
        written : callable
            Called with the ID of the new segment, and with what is said of it.
        """
        segmenter = self.segmenter
        try:
            image = readImage(nodes.volumeNode)
        except InputError as problem:
            self._session.say(problemText(problem))
            return

        def work(progress: Any) -> SegmentedLesion:
            from radioimmuno.followup.carried_box import carried_box

            box = carried_box(registration, mask)
            try:
                return segmenter(image, box, BOX)
            except InputError as problem:
                if problem.code == "stroke.nothing_found":
                    raise InputError(problem.code, NOTHING_FOUND) from problem
                raise

        def done(result: SegmentedLesion) -> None:
            segmentID = self._enter(lesion, nodes, result)
            if segmentID is not None:
                look = _("It was looked for in its earlier size: look at the border where it grew or shrank.")
                written(segmentID, f"{segmentedText(lesion.name, result)} {look}")

        self._session.stop()
        self._session.jobs.start(SEGMENTING, work, done)

    def _enter(self, lesion: FollowedLesion, nodes: StudyNodes, result: SegmentedLesion) -> str | None:
        session, node = self._session, nodes.segmentationNode
        if node.GetScene() is None:
            session.say(_("The lesions of the study were deleted meanwhile: nothing was changed."))
            return None
        try:
            segmentID = enterSegmented(nodes.volumeNode, node, result)
        except InputError as problem:
            session.say(problemText(problem))
            return None
        segment = node.GetSegmentation().GetSegment(segmentID)
        segment.SetName(lesion.name)
        if lesion.site is not None:
            setSite(segment, lesion.site, segmentID)
        if True in lesion.irradiated or False in lesion.irradiated:
            setIrradiated(segment, True in lesion.irradiated)
        session.history.add(lesion.name, {segmentID: None}, node)
        return segmentID

"""What the lesions' colors mean: scores, uptake on the PET, any feature, or a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.signature.value_scale import ValueScale, value_scale
from radioimmuno.signature.variables import variable_of

from ...scene.legend import removeLegend, showValueLegend
from ...scene.parameters import BY_SCORE, COURSE, SCORES
from ...scene.segment_properties import paintSegments, restoreColors
from ...scene.tables import removeValueColumn, showValueColumn
from ...services.lesion_values import (
    FEATURE,
    TO_MUSCLE,
    UPTAKE,
    LesionValues,
    imageOf,
    isFeature,
    measureFeature,
    uptakeValues,
)
from ..texts import problemText
from .jobs import MEASURING
from .panel_state import ColoringState
from .scoring_session import ScoringSession
from .uptake import Uptake, lesionKey


class Coloring:
    """Keeps the colors of the lesions in step with what was chosen, where that is no score.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    uptake : Uptake
        Uptake of the lesions on the PET.
    measurer : callable
        As `lesion_values.measureFeature`; a test gives its own.
    """

    def __init__(
        self, session: ScoringSession, uptake: Uptake, measurer: Callable[..., LesionValues] = measureFeature
    ) -> None:
        self.measurer = measurer
        self._session, self._uptake = session, uptake
        self._key: Any = None
        self._subject: Any = None
        self._measured: LesionValues | None = None
        self._isRefused = False
        self._painted: Any = None

    def state(self, isFollowed: bool) -> ColoringState:
        """What the colors mean now.

        Parameters
        ----------
        isFollowed : bool
            Whether there are changes since an earlier study.
        """
        by, uptake = self._session.parameters.colorBy, self._uptake.patient
        hasMuscle = uptake is not None and uptake.reference("muscle") is not None
        ofUptake = [key for key in UPTAKE if key != TO_MUSCLE or hasMuscle] if uptake is not None else []
        choices = (BY_SCORE, *ofUptake, *(COURSE if isFollowed else ()))
        known = choices if by in choices else (*choices, by)
        values = self.values
        scale = value_scale(values.values.values()) if values is not None else None
        return ColoringState(by, known, values, scale)

    @property
    def values(self) -> LesionValues | None:
        """The values that lesions are colored by; None for scores and changes, and until they are known."""
        by, uptake = self._session.parameters.colorBy, self._uptake.patient
        if by in UPTAKE:
            return uptakeValues(by, uptake) if uptake is not None else None
        measured = self._measured
        return measured if measured is not None and measured.key == by else None

    def choose(self, by: str) -> None:
        """Have the colors mean something else.

        Parameters
        ----------
        by : str
            One of `parameters.BY_SCORE`, `parameters.COURSE`, `lesion_values.UPTAKE`, or `FEATURE` and a
            feature's variable.

        Raises
        ------
        ValueError
            When there is nothing of that name.
        """
        if by not in (BY_SCORE, *COURSE, *UPTAKE) and not isFeature(by):
            raise ValueError(f"lesions cannot be colored by {by!r}")
        self._session.parameters.colorBy = by
        self._session.refresh()

    def followScene(self) -> None:
        """Measure what was chosen, and have the scene show it."""
        session, node = self._session, self._session.inputs.segmentationNode
        self._measure()
        if self._painted is not None and (self._painted is not node or not session.parameters.paintsValues):
            self._leave()
        values = self.values
        if node is None or not session.parameters.paintsValues:
            return
        if values is None:
            if not self._isAwaited:
                self._showNothing(node)
            return
        scale = value_scale(values.values.values())
        self._painted = node
        leftOut = session.inputs.leftOut
        paintSegments(
            node,
            {i: scale.rgb(values.values.get(i)) for i in session.inputs.segmentIDs if i not in leftOut},
        )
        self._showLegend(node, values, scale)
        showValueColumn(node, values.title, values.unit, values.values, values.number)

    def _showLegend(self, node: Any, values: LesionValues, scale: ValueScale) -> None:
        legend = showValueLegend(node, values.heading, scale)
        legend.SetVisibility(self._session.parameters.showLegend)

    def _showNothing(self, node: Any) -> None:
        """What was chosen cannot be measured: the lesions have their own colors."""
        self._painted = None
        restoreColors(node)
        removeLegend(node)
        removeValueColumn(node)

    def _leave(self) -> None:
        """Take back what was painted; where scores or changes are painted now, that is done."""
        node, self._painted = self._painted, None
        parameters = self._session.parameters
        if node.GetScene() is None:
            return
        removeValueColumn(node)
        isScored = node.GetAttribute(SCORES) is not None
        isOthers = (parameters.paintsScores and isScored) or parameters.colorBy in COURSE
        if not (node is parameters.segmentationNode and parameters.colorByScore and isOthers):
            restoreColors(node)
        if not isScored:
            removeLegend(node)

    @property
    def _isAwaited(self) -> bool:
        """Whether the values that were chosen are measured in a moment."""
        if self._session.parameters.colorBy in UPTAKE:
            return self._uptake.pet is not None and not self._uptake.state.problem
        return not (self._session.inputs.missing or self._isRefused)

    def _measure(self) -> None:
        """Measure the feature that was chosen when it, a lesion or the image is another."""
        session, by = self._session, self._session.parameters.colorBy
        inputs = session.inputs
        subject = inputs.volumeNode, inputs.segmentationNode
        if not isFeature(by) or inputs.missing or subject != self._subject:
            # Segments of others may have the same IDs.
            self._key, self._measured, self._isRefused, self._subject = None, None, False, subject
        if not isFeature(by) or inputs.missing:
            return
        images = tuple(one for one in inputs.beside if one.role == imageOf(by))
        key = by, *lesionKey(inputs), *images, inputs.signature.sha256
        if key == self._key or not session.isSettled:
            return
        try:
            snapshot = inputs.snapshot()
        except InputError:
            # Scoring says so.
            return
        measurer, variable = self.measurer, by.removeprefix(FEATURE)
        settings, only = snapshot.signature.settings, frozenset(inputs.included)

        def work(progress: Any) -> LesionValues | Exception:
            # As a result, so that what cannot be measured is not tried again and again.
            try:
                study = snapshot.whole({imageOf(by)})
                return measurer(study, settings, variable, only)
            except Exception as problem:
                return problem

        def done(result: LesionValues | Exception) -> None:
            self._key, self._isRefused = key, isinstance(result, Exception)
            self._measured = None if isinstance(result, Exception) else result
            if isinstance(result, Exception):
                session.say(problemText(result))

        title = variable_of(variable).title
        if self.values is None:
            text = _("Measuring {feature} of the lesions...").format(feature=title)
            session.say(text, lambda: session.jobs.state == MEASURING)
        session.jobs.start(MEASURING, work, done)

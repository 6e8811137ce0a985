"""Stability: how far the scores move when the contours move as they do between readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError

from ...services.scene_study import stabilityOf
from ..texts import problemText
from .jobs import TESTING
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.stability.agreement import PatientStability


Tester = Callable[..., Any]


class StabilityTest:
    """Tests the scored lesions on a thread; what comes out is in their rows.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    tester : callable
        As `scene_study.stabilityOf`; a test gives its own.
    """

    def __init__(self, session: ScoringSession, tester: Tester = stabilityOf) -> None:
        self.tester = tester
        self._session = session

    def start(self, only: list[str]) -> None:
        """Test these lesions."""
        session = self._session
        try:
            snapshot = session.inputs.snapshot()
        except InputError as problem:
            session.say(problemText(problem))
            return
        session.stop()
        tester, signature = self.tester, session.inputs.signature

        def work(progress: Callable[[int, int], None]) -> PatientStability:
            whole, models = snapshot.whole(), snapshot.modelsGiven()
            return tester(whole, signature, only=only, progress=progress, **models)

        session.jobs.start(TESTING, work, self._enter)

    def _enter(self, stability: PatientStability) -> None:
        self._session.enterStability(stability)
        unsure = sum(any(share > 0 for share in each.flips.values()) for each in stability.lesions.values())
        text = _("Stability of {count} lesions tested.")
        if self._session.inputs.signature.cutoffs is not None:
            text = _("Stability of {count} lesions: {unsure} cross a cut-off in some of the contours.")
        self._session.say(text.format(count=len(stability.lesions), unsure=unsure))

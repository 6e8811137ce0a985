"""Stability: how far the scores move when the contours move as they do between readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError

from ...services.scene_study import stabilityOf
from ..state.jobs import TESTING
from ..state.session import Session
from ..texts import problemText

if TYPE_CHECKING:
    from radioimmuno.stability.agreement import PatientStability

Tester = Callable[..., Any]


class StabilitySection:
    """The button that tests the scored lesions; what comes out is in their rows.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    tester : callable
        As `scene_study.stabilityOf`; a test gives its own.
    """

    def __init__(self, ui: Any, session: Session, tester: Tester = stabilityOf) -> None:
        self.tester = tester
        self._ui, self._session = ui, session
        ui.stabilityButton.connect("clicked()", self._testOrCancel)
        session.jobs.stateChanged.connect(lambda state: self.show())

    def show(self) -> None:
        """Show what can be done now."""
        button, session = self._ui.stabilityButton, self._session
        isTesting, testable = session.state == TESTING, self._testable()
        button.setText(_("Cancel") if isTesting else _("Test stability"))
        button.setEnabled(isTesting or (bool(testable) and not session.jobs.isBusy))
        tip = _("Draws each contour 30 times as other readers might, and scores it: see the bars then.")
        button.setToolTip(tip if isTesting or testable else _("Score the lesions first."))

    def test(self) -> None:
        """Test the lesions whose score holds."""
        session, only = self._session, self._testable()
        try:
            study = session.inputs.study()
        except InputError as problem:
            session.message.emit(problemText(problem))
            return
        session.message.emit("")
        session.stop()
        tester, signature = self.tester, session.inputs.signature

        def work(progress: Callable[[int, int], None]) -> PatientStability:
            whole = study.with_values_checked(signature.settings)
            return tester(whole, signature, only=only, progress=progress)

        session.jobs.start(TESTING, work, self._enter)

    def _testOrCancel(self) -> None:
        if self._session.state == TESTING:
            self._session.stop()
            self._session.message.emit(_("Cancelled. Nothing was changed."))
        else:
            self.test()

    def _enter(self, stability: PatientStability) -> None:
        self._session.enterStability(stability)
        unsure = sum(any(share > 0 for share in each.flips.values()) for each in stability.lesions.values())
        text = _("Stability of {count} lesions tested.")
        if self._session.inputs.signature.cutoffs is not None:
            text = _("Stability of {count} lesions: {unsure} cross a cut-off in some of the contours.")
        self._session.message.emit(text.format(count=len(stability.lesions), unsure=unsure))

    def _testable(self) -> list[str]:
        """The lesions that count, and whose score is that of what is drawn now."""
        rows = self._session.rows if self._session.inputs.volumeNode is not None else []
        return [row.id for row in rows if row.included and row.status in ("scored", "warning")]

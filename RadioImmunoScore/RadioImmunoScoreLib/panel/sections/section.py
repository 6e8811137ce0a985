"""What all sections have in common: their widgets, the session, and who is setting a value just now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..state.panel_state import PanelState
from ..state.session import Session


class Section(ABC):
    """A part of the panel with a .ui file of its class's name.

    It shows what the session's state says and hands what the user does to the session; it subscribes to
    nothing, and knows no other section. Widgets that start work stand in a widget whose name ends in
    `Actions`: the panel disables it while something is under way.

    Parameters
    ----------
    ui : object
        The section's widgets by name.
    session : Session
        The patient.
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self.ui, self.session = ui, session
        self._isShowing = False
        self.connectWidgets()

    @abstractmethod
    def connectWidgets(self) -> None:
        """Lay out the widgets, once, and connect them."""

    @abstractmethod
    def show(self, state: PanelState) -> None:
        """Show a state; called whenever it is another one."""

    def update(self, state: PanelState) -> None:
        """Show a state; what widgets signal meanwhile is not the user's doing."""
        self._isShowing = True
        try:
            self.show(state)
        finally:
            self._isShowing = False

    def byUser(self, called: Callable[..., Any]) -> Callable[..., Any]:
        """`called`, when it is the user who chose the value."""
        return lambda *values: None if self._isShowing else called(*values)

"""The panel in Slicer: made for a parameter node, made anew for another scene, let go of without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from ..scene.parameters import Parameters
from .state.events import Observers
from .state.session import Session
from .widget import Panel


class PanelLifeCycle:
    """Keeps a panel in step with the scene.

    Parameters
    ----------
    ui : object
        The widgets of the .ui file by name.
    parameterNode : callable
        Gives the module's parameter node of the present scene.
    """

    def __init__(self, ui: Any, parameterNode: Callable[[], Any]) -> None:
        self._parameterNode = parameterNode
        self.session = Session(Parameters(parameterNode()))
        self.panel = Panel(ui, self.session)
        self.observers = Observers()
        scene = slicer.mrmlScene
        # What is loaded comes in node by node: until all are there, nothing is looked at.
        self.observers.observe(scene, (scene.StartCloseEvent, scene.StartImportEvent), self._sceneCloses)
        self.observers.observe(scene, (scene.EndCloseEvent, scene.EndImportEvent), self._sceneIsNew)
        # Selectors learn of new nodes at the end of a batch, after the end of an import.
        self.observers.observe(scene, (scene.EndBatchProcessEvent,), self.panel.show)
        self.observers.observe(scene, (scene.NodeRemovedEvent,), self._nodeRemoved)
        self.observers.observe(scene, (scene.StartSaveEvent,), self.panel.lesions.highlight.clear)

    @property
    def observerCount(self) -> int:
        """How many observers the panel has."""
        panel = self.panel
        parts = (panel.lesions.segmentChoice.observers, panel.segment.placing.observers)
        return sum(map(len, (self.observers, self.session.observers, *parts)))

    def enter(self) -> None:
        """Show what changed meanwhile; the parameter node may be another one."""
        if self.session.parameters.node is not self._parameterNode():
            self._sceneIsNew()
        self.panel.show()

    def exit(self) -> None:
        """Let no lesion stand out any more, and the mouse move the views."""
        self.panel.segment.close()
        self.panel.lesions.highlight.clear()

    def close(self) -> None:
        """Stop, and observe nothing any more."""
        self.observers.removeAll()
        self.panel.close()

    def _sceneCloses(self) -> None:
        self.panel.segment.close()
        self.panel.lesions.highlight.clear()
        self.session.close()

    def _sceneIsNew(self) -> None:
        self.session.adopt(Parameters(self._parameterNode()))
        self.panel.lesions.segmentChoice.watch()
        self.panel.show()

    def _nodeRemoved(self) -> None:
        """One of the inputs may be gone: its rows go, what is under way stops."""
        self.session.followInputs()

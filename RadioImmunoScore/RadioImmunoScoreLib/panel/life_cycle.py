"""The panel in Slicer: made for a parameter node, made anew for another scene, let go of without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from ..scene.parameters import Parameters
from .state.events import Observers, release, singleShot
from .state.session import Session
from .widget import Panel


class PanelLifeCycle:
    """Keeps a panel in step with the scene.

    Parameters
    ----------
    loadUI : callable
        As of `Panel`.
    parameterNode : callable
        Gives the module's parameter node of the present scene.
    """

    def __init__(self, loadUI: Callable[[str], Any], parameterNode: Callable[[], Any]) -> None:
        self._parameterNode = parameterNode
        self.session = Session(Parameters(parameterNode()))
        self.panel = Panel(loadUI, self.session)
        self.observers = Observers()
        scene = slicer.mrmlScene
        # What is loaded comes in node by node: until all are there, nothing is looked at.
        self.observers.observe(scene, (scene.StartCloseEvent,), self.session.followUp.leaveViews)
        self.observers.observe(scene, (scene.StartCloseEvent, scene.StartImportEvent), self._sceneCloses)
        self.observers.observe(scene, (scene.EndCloseEvent, scene.EndImportEvent), self._sceneIsNew)
        # Selectors learn of new nodes at the end of a batch, after the end of an import.
        self.observers.observe(scene, (scene.EndBatchProcessEvent,), self._batchEnded)
        # What is added one by one is looked at once all of it is there.
        self._added = singleShot(0, self._nodesAdded)
        self.observers.observe(scene, (scene.NodeAddedEvent,), self._added.start)
        self.observers.observe(scene, (scene.NodeRemovedEvent,), self._nodeRemoved)
        self.observers.observe(scene, (scene.StartSaveEvent,), self.session.selection.clearHighlight)

    @property
    def observerCount(self) -> int:
        """How many observers the panel has."""
        session = self.session
        choice, placing = session.selection.segmentChoice, session.strokes.placing
        mine = self.observers, session.observers, choice.observers, placing.observers
        return sum(map(len, (*mine, *session.followUp.observers)))

    def enter(self) -> None:
        """Show what changed meanwhile; the parameter node may be another one."""
        if self.session.parameters.node is not self._parameterNode():
            self._sceneIsNew()
        self.session.chooseCandidates()
        self.panel.show()

    def exit(self) -> None:
        """Let no lesion stand out any more, and the mouse move the views."""
        self.session.strokes.stop()
        self.session.selection.clearHighlight()

    def close(self) -> None:
        """Stop, and observe nothing any more."""
        self.observers.removeAll()
        release(self._added)
        self.panel.close()

    def _sceneCloses(self) -> None:
        self.session.strokes.stop()
        self.session.selection.clearHighlight()
        self.session.display.close()
        self.session.followUp.close()
        self.session.close()

    def _sceneIsNew(self) -> None:
        self.session.adopt(Parameters(self._parameterNode()))
        self.session.selection.segmentChoice.watch()
        self.session.chooseCandidates()
        self.panel.show()

    def _batchEnded(self) -> None:
        self.session.chooseCandidates()
        self.panel.show()

    def _nodesAdded(self) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self.session.chooseCandidates()
            self.session.followUp.nodesAdded()

    def _nodeRemoved(self) -> None:
        """One of the inputs may be gone: its rows go, what is under way stops."""
        self.session.followInputs()
        self.session.followUp.nodeRemoved()

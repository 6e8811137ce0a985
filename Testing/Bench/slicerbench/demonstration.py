"""The simulated patient in the bench's scene."""

from __future__ import annotations

from typing import Any

import numpy as np

from .session import Bench


def loadDemonstration(bench: Bench, patient: Any = None) -> tuple[Any, Any]:
    """Add the demonstration patient, and show it in all views.

    Parameters
    ----------
    bench : Bench
    patient : SimulatedPatient, optional
        The demonstration patient where it was simulated before.

    Returns
    -------
    tuple of node
        CT and segmentation.
    """
    from RadioImmunoScoreLib.services.demonstration import addPatient, simulate

    volumeNode, segmentationNode = addPatient(bench.scene, patient or simulate())
    segmentationNode.CreateClosedSurfaceRepresentation()
    showPatient(bench, volumeNode)
    return volumeNode, segmentationNode


def showPatient(bench: Bench, volumeNode: Any) -> None:
    """Show a volume in the slice views and fit all views to it."""
    bounds = np.zeros(6)
    volumeNode.GetRASBounds(bounds)
    for view in bench.sliceViews.values():
        view.showVolume(volumeNode)
        view.fitTo(bounds)
    bench.threeDView.lookAt(bounds)

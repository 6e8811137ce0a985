"""The cameras of the 3D views: brought to the lesions once, then moved along from lesion to lesion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer

# The sphere around the lesions fills this share of the view; a small one is not made larger than this.
FILLED_SHARE = 0.85
LEAST_RADIUS_MM = 60.0

# Lesions that together reach less far from the middle of a view are hardly seen in it.
LEAST_SHARE = 0.3


def frameBounds(scene: Any, bounds: Sequence[float]) -> None:
    """Have all 3D views look at a box; a camera that shows it already, large enough, stays as it is.

    Directions stay: what is in front and above is what was.

    Parameters
    ----------
    scene : vtkMRMLScene
    bounds : sequence of float, mm
        (R min, R max, A min, A max, S min, S max).
    """
    low, high = np.array(bounds[::2]), np.array(bounds[1::2])
    if (low > high).any():
        return
    center, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    framed = max(radius, LEAST_RADIUS_MM) / FILLED_SHARE
    for camera in slicer.util.getNodesByClass("vtkMRMLCameraNode", scene):
        if LEAST_SHARE <= _share(camera, center, radius) <= 1.0:
            continue
        towards = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
        half = math.radians(camera.GetViewAngle()) / 2
        distance = framed / math.sin(half)
        camera.SetFocalPoint(*center)
        camera.SetPosition(*(center + towards / np.linalg.norm(towards) * distance))
        camera.SetParallelScale(framed)
        camera.ResetClippingRange()


def lookAt(scene: Any, center: Sequence[float]) -> None:
    """Have all 3D views look at a point (RAS mm); cameras keep their direction and distance."""
    for camera in slicer.util.getNodesByClass("vtkMRMLCameraNode", scene):
        shift = np.subtract(center, camera.GetFocalPoint())
        camera.SetPosition(*(camera.GetPosition() + shift))
        camera.SetFocalPoint(*center)
        camera.ResetClippingRange()


def _share(camera: Any, center: np.ndarray, radius: float) -> float:
    """How far from the middle of the view a sphere reaches: 1 is the view's upper edge, more is beyond it."""
    position = np.array(camera.GetPosition())
    along = np.subtract(camera.GetFocalPoint(), position)
    along /= np.linalg.norm(along)
    depth = float((center - position) @ along)
    aside = float(np.linalg.norm(center - position - depth * along))
    if camera.GetParallelProjection():
        return (aside + radius) / camera.GetParallelScale()
    if depth <= radius:
        return math.inf
    return (aside + radius) / (depth * math.tan(math.radians(camera.GetViewAngle()) / 2))

"""Slice and 3D views without a screen, drawn by Slicer's own displayable managers.

What a view shows is decided in the scene, as in the application; a view only looks at it and gives pixels.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from ctypes.util import find_library
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .host import SceneHost, displayableManagerFactories

MARKUPS_MANAGER = "vtkMRMLMarkupsDisplayableManager"
SLICE_MANAGERS = (
    "vtkMRMLCrosshairDisplayableManager",
    "vtkMRMLVolumeGlyphSliceDisplayableManager",
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLColorLegendDisplayableManager",
    MARKUPS_MANAGER,
)
THREE_D_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLModelDisplayableManager",
    "vtkMRMLCrosshairDisplayableManager3D",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
    "vtkMRMLColorLegendDisplayableManager",
    MARKUPS_MANAGER,
)

# Layers of see-through surfaces drawn one behind the other: more cost half a second each and are hardly seen.
PEELS = 2

# Of the window, this much is filled by the box that a 3D view is fitted to; a body does not fill its box.
SCREEN_SHARE = 1.08

# A scene that was opened is drawn up to this distance from its camera (the clipping range of a vtkCamera,
# which a scene file does not keep) until somebody turns the view: the camera is so near that all is seen, if
# that goes. Else it is as far away as makes for little perspective, in radii of the ball around the box.
SEEN_MM = 990.0
USUAL_RADII, LEAST_RADII = 3.9, 1.6

# The names of the slice views in the application's default layout, so that a saved scene meets them again.
LAYOUT_NAMES = {"Axial": "Red", "Sagittal": "Yellow", "Coronal": "Green"}

# What the application's layouts write into these views: label and color of the view's bar.
LAYOUT_BARS = {
    "Red": ("R", slicer.vtkMRMLSliceNode.GetRedColor()),
    "Yellow": ("Y", slicer.vtkMRMLSliceNode.GetYellowColor()),
    "Green": ("G", slicer.vtkMRMLSliceNode.GetGreenColor()),
    "1": ("1", slicer.vtkMRMLViewNode.GetThreeDViewBlueColor()),
}


class RenderingError(RuntimeError):
    """Nothing can be drawn on this machine."""


def offscreenWindow(size: tuple[int, int]) -> vtk.vtkRenderWindow:
    """A window that needs no screen.

    Raises
    ------
    RenderingError
        When the system libraries for drawing are missing; VTK itself would crash.
    """
    # Else VTK would look for an X server first, and complain.
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    window = vtk.vtkRenderWindow()
    # What VTK falls back to, whether or not its library is there.
    if window.GetClassName() == "vtkOSOpenGLRenderWindow" and find_library("OSMesa") is None:
        raise RenderingError(
            "Pictures cannot be drawn: OpenGL libraries are missing. On Debian or Ubuntu: "
            "apt-get install libegl1 libgl1"
        )
    window.SetOffScreenRendering(1)
    window.SetShowWindow(False)
    window.SetAlphaBitPlanes(1)
    window.SetSize(*size)
    return window


class View:
    """A renderer in an offscreen window with a group of displayable managers; the base of both kinds."""

    def __init__(self, host: SceneHost, size: tuple[int, int]) -> None:
        self.host = host
        self.renderer = vtk.vtkRenderer()
        self.window = offscreenWindow(size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        self.group = slicer.vtkMRMLDisplayableManagerGroup()
        host.ownView(self)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = self.window.GetSize()
        return width, height

    def render(self) -> np.ndarray:
        """The picture, (height, width, 3) uint8, first row on top."""
        self.window.Render()
        width, height = self.size
        pixels = vtk.vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        return vtk_to_numpy(pixels).reshape(height, width, 3)[::-1].copy()

    def reconnect(self) -> None:
        """Have the displayable managers look at the scene anew, as after another one was loaded."""
        self.group.SetMRMLDisplayableNode(None)
        self._forgetMouseMode()
        self.group.SetMRMLDisplayableNode(self.node)

    def close(self) -> None:
        """Free the window and let go of the scene."""
        self.group.SetMRMLDisplayableNode(None)
        self.style.SetInteractor(None)
        self.window.Finalize()
        self.interactor.SetRenderWindow(None)

    def _labelBar(self) -> None:
        """Label and color of the view as in the application; a scene would open there without them."""
        if self.node.GetLayoutName() not in LAYOUT_BARS:
            return
        label, color = LAYOUT_BARS[self.node.GetLayoutName()]
        self.node.SetLayoutLabel(label)
        self.node.SetLayoutColor(color)

    def _forgetMouseMode(self) -> None:
        """Have the markups' manager not observe the mouse mode, which it goes on with without a node."""
        manager = self.group.GetDisplayableManagerByClassName(MARKUPS_MANAGER)
        slicer.vtkEventBroker.GetInstance().RemoveObservations(
            self.host.applicationLogic.GetInteractionNode(), manager
        )

    def _addManagers(self, factory: Any, managers: Sequence[str], style: Any) -> None:
        for manager in managers:
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        self.group.Initialize(factory, self.renderer)
        self.style = style
        style.SetDisplayableManagers(self.group)
        style.SetInteractor(self.interactor)
        # Initializing draws the window; there is nothing in it yet.
        self.interactor.EnableRenderOff()
        self.interactor.Initialize()
        self.interactor.EnableRenderOn()


class SliceView(View):
    """A slice through the volume: `Axial`, `Sagittal` or `Coronal`.

    Parameters
    ----------
    host : SceneHost
        The scene that is looked at.
    orientation : str
        One of the three.
    size : tuple of int
        Width, height in pixels.
    name : str
        Of the view in a layout; as in the application's default layout when empty.
    """

    def __init__(
        self,
        host: SceneHost,
        orientation: str = "Axial",
        size: tuple[int, int] = (800, 800),
        name: str = "",
    ) -> None:
        super().__init__(host, size)
        self.renderer.GetActiveCamera().ParallelProjectionOn()
        overlay = vtk.vtkRenderer()
        overlay.SetLayer(1)
        overlay.GetActiveCamera().ParallelProjectionOn()
        self.window.SetNumberOfLayers(2)
        self.window.AddRenderer(overlay)
        self.overlay = overlay

        self.logic = slicer.vtkMRMLSliceLogic()
        self.logic.SetMRMLApplicationLogic(host.applicationLogic)
        host.applicationLogic.GetSliceLogics().AddItem(self.logic)
        style = slicer.vtkMRMLSliceViewInteractorStyle()
        style.SetSliceLogic(self.logic)
        sliceFactory, _ = displayableManagerFactories()
        self._addManagers(sliceFactory, SLICE_MANAGERS, style)
        self.logic.SetMRMLScene(host.scene)
        self.node = self.logic.AddSliceNode(name or LAYOUT_NAMES[orientation])
        self.node.SetOrientation(orientation)
        self._labelBar()
        self.group.SetMRMLDisplayableNode(self.node)
        self.logic.ResizeSliceNode(*size)
        self._imageActor = self._addImageActor()

    def showVolume(self, volumeNode: Any) -> None:
        """Show the volume in the background, the whole of it in view, at its middle slice."""
        self.logic.GetSliceCompositeNode().SetBackgroundVolumeID(volumeNode.GetID())
        self.logic.FitSliceToBackground()

    @property
    def center(self) -> np.ndarray:
        """The point (RAS mm) in the middle of the view, on the slice."""
        return self._sliceAxis(3)

    def jumpTo(self, ras: Sequence[float]) -> None:
        """Show the slice through a point (RAS mm), the point in the middle of the view."""
        self.node.JumpSliceByCentering(*ras)

    def fitTo(self, bounds: Sequence[float]) -> None:
        """Show the slice through the middle of a box (R, A, S minimum and maximum, mm), all of it in view."""
        low, high = np.array(bounds[::2]), np.array(bounds[1::2])
        wide, tall = (float(np.abs(self._sliceAxis(n)) @ (high - low)) for n in (0, 1))
        width, height = self.size
        pixelMm = max(wide / width, tall / height)
        self.node.SetFieldOfView(pixelMm * width, pixelMm * height, self.node.GetFieldOfView()[2])
        self.jumpTo((low + high) / 2)

    def pixelOf(self, ras: Sequence[float]) -> tuple[int, int]:
        """Row and column in `render()` of a point (RAS mm), projected onto the slice."""
        rasToXY = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self.node.GetXYToRAS(), rasToXY)
        x, y, _, _ = rasToXY.MultiplyPoint((*ras, 1.0))
        return self.size[1] - 1 - round(y), round(x)

    def distanceMm(self, ras: Sequence[float]) -> float:
        """How far the point (RAS mm) lies from the slice, along its normal."""
        return float((np.array(ras) - self.center) @ self._sliceAxis(2))

    def render(self) -> np.ndarray:
        """The view as a picture, uint8 (height, width, 3), first row on top."""
        self._imageActor.GetMapper().SetInputConnection(self.logic.GetImageDataConnection())
        self._imageActor.SetVisibility(self.logic.GetImageDataConnection() is not None)
        return super().render()

    def close(self) -> None:
        """Take the view out of the scene's logics."""
        self._imageActor.GetMapper().SetInputConnection(None)
        self.host.applicationLogic.GetSliceLogics().RemoveItem(self.logic)
        super().close()

    def _sliceAxis(self, column: int) -> np.ndarray:
        """Right (0), up (1), out of the picture (2) as unit vectors in RAS, or the middle (3) in mm."""
        toRas = self.node.GetSliceToRAS()
        return np.array([toRas.GetElement(row, column) for row in range(3)])

    def _addImageActor(self) -> Any:
        # The slice logic's image is ready colored, 0 to 255: show it as it is.
        mapper = vtk.vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        actor = vtk.vtkActor2D()
        actor.SetMapper(mapper)
        actor.GetProperty().SetDisplayLocationToBackground()
        self.renderer.AddViewProp(actor)
        return actor


class ThreeDView(View):
    """The 3D view of a scene.

    Parameters
    ----------
    host : SceneHost
        The scene that is looked at.
    size : tuple of int
        Width, height in pixels.
    """

    def __init__(self, host: SceneHost, size: tuple[int, int] = (800, 800)) -> None:
        super().__init__(host, size)
        self.window.SetMultiSamples(0)
        self.renderer.SetUseDepthPeeling(True)
        self.renderer.SetMaximumNumberOfPeels(PEELS)
        self.renderer.SetUseFXAA(True)
        self.logic = slicer.vtkMRMLViewLogic()
        self.logic.SetMRMLApplicationLogic(host.applicationLogic)
        host.applicationLogic.GetViewLogics().AddItem(self.logic)
        _, threeDFactory = displayableManagerFactories()
        self._addManagers(threeDFactory, THREE_D_MANAGERS, slicer.vtkMRMLThreeDViewInteractorStyle())
        self.logic.SetMRMLScene(host.scene)
        self.node = self.logic.AddViewNode("1")
        self._labelBar()
        self.node.SetBoxVisible(False)
        self.node.SetAxisLabelsVisible(False)
        self.group.SetMRMLDisplayableNode(self.node)

    @property
    def cameraNode(self) -> Any:
        """The vtkMRMLCameraNode of this view."""
        return self.group.GetDisplayableManagerByClassName("vtkMRMLCameraDisplayableManager").GetCameraNode()

    def lookAt(self, bounds: Sequence[float], direction: Sequence[float] = (0.35, 1.0, 0.25)) -> None:
        """Fit the camera to a box.

        Parameters
        ----------
        bounds : sequence of float, mm
            (R min, R max, A min, A max, S min, S max) in mm.
        direction : sequence of float, optional
            From the box towards the camera, RAS; by default from the front, a little from the
            right.
        """
        low, high = np.array(bounds[::2]), np.array(bounds[1::2])
        centre, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
        towards = np.array(direction) / np.linalg.norm(direction)
        right = np.cross((0.0, 0.0, 1.0), towards)
        right /= np.linalg.norm(right)
        distance = max(min(USUAL_RADII * radius, SEEN_MM - radius), LEAST_RADII * radius)
        corners = np.array(list(itertools.product(*zip(low, high, strict=True)))) - centre
        width, height = self.size
        aside = np.abs(corners @ right) * height / width
        above = np.abs(corners @ np.cross(towards, right))
        tangent = (np.maximum(aside, above) / (distance - corners @ towards)).max() / SCREEN_SHARE
        camera = self.cameraNode
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(centre + towards * distance))
        camera.SetViewUp(0, 0, 1)
        camera.SetViewAngle(2 * math.degrees(math.atan(tangent)))
        self.renderer.ResetCameraClippingRange()

    def pixelOf(self, ras: Sequence[float]) -> tuple[int, int]:
        """Row and column in `render()` of a point (RAS mm)."""
        self.renderer.SetWorldPoint(*ras, 1.0)
        self.renderer.WorldToDisplay()
        x, y, _ = self.renderer.GetDisplayPoint()
        return self.size[1] - 1 - round(y), round(x)

    def close(self) -> None:
        """Take the view out of the scene's logics."""
        self.host.applicationLogic.GetViewLogics().RemoveItem(self.logic)
        super().close()

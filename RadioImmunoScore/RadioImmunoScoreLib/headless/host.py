"""A genuine MRML scene with the logics that the application would have put around it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

import slicer
import vtk

from radioimmuno.files.atomic import incomplete, replacing
from radioimmuno.files.utf8_path import spelled

from .file_checks import sceneProblem
from .share import writeShareFolder

# Name of the module -> class of its logic, as `slicer.modules.<name>.logic()` gives it in the application.
MODULE_LOGICS = {
    # Removes the display and storage nodes of a node that is removed.
    "Data": "vtkSlicerDataModuleLogic",
    "Colors": "vtkSlicerColorLogic",
    "Units": "vtkSlicerUnitsLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Models": "vtkSlicerModelsLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Markups": "vtkSlicerMarkupsLogic",
}


class SceneHost:
    """One MRML scene; `slicer.mrmlScene` and `slicer.modules` are its own while it is open.

    Views are made before nodes, as the application does; what they show follows the scene from then on.

    Attributes
    ----------
    scene : vtkMRMLScene
        The vtkMRMLScene.
    applicationLogic : vtkSlicerApplicationLogic
        The vtkSlicerApplicationLogic.

    Examples
    --------
    >>> with SceneHost() as host:
    ...     volume = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    ...     host.saveScene("scene.mrb")
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="RadioImmunoScore-")
        self._views: list[Any] = []
        self._logics: dict[str, Any] = {}
        self._outer = {name: vars(slicer).get(name) for name in ("mrmlScene", "modules")}
        self.scene = slicer.vtkMRMLScene()
        self.applicationLogic = slicer.vtkSlicerApplicationLogic()
        home = Path(self._folder.name)
        self._prepareApplication(home)
        self._prepareRemoteReading(home)
        for module, logicClass in MODULE_LOGICS.items():
            self._addModuleLogic(module, getattr(slicer, logicClass)(), home)
        patientRightIsScreenLeft = True
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene, patientRightIsScreenLeft)
        slicer.mrmlScene = self.scene
        slicer.modules = SimpleNamespace(
            **{
                name.lower(): SimpleNamespace(logic=lambda logic=logic: logic)
                for name, logic in self._logics.items()
            }
        )

    def __enter__(self) -> SceneHost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the views, the scene and the temporary folder; `slicer` is left as it was found."""
        for view in self._views:
            view.close()
        self._views.clear()
        self.scene.Clear(True)
        for factory in displayableManagerFactories():
            factory.SetMRMLApplicationLogic(None)
        for name, value in self._outer.items():
            setattr(slicer, name, value)
        self._folder.cleanup()

    def ownView(self, view: Any) -> None:
        """Have the view closed together with this host."""
        self._views.append(view)

    def saveScene(self, path: str | os.PathLike[str]) -> Path:
        """Write the scene as `.mrb`, beside and then renamed: the old file or the new one, never a piece.

        Raises
        ------
        OutputError
            `output.incomplete` when the scene cannot be written, or is not whole.
        """
        target = Path(path).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target, sceneProblem) as unfinished, spelled(unfinished) as name:
            if not self.scene.WriteToMRB(name):
                raise incomplete(target, "Slicer could not write the scene")
        return target

    def loadScene(self, path: str | os.PathLike[str]) -> None:
        """Replace the scene's nodes by those of a `.mrb` file.

        Raises
        ------
        OSError
            When there is no such file or it cannot be read.
        """
        source = Path(path).resolve()
        if not source.is_file() or not self.scene.ReadFromMRB(str(source), True):
            raise OSError(f"the scene {source} cannot be read")
        for view in self._views:
            view.reconnect()

    def _prepareApplication(self, home: Path) -> None:
        writeShareFolder(home / "share")
        for name in ("temporary", "cache"):
            (home / name).mkdir()
        crosshair = slicer.vtkMRMLCrosshairNode()
        crosshair.SetCrosshairName("default")
        self.scene.AddNode(crosshair)
        application = self.applicationLogic
        application.SetTemporaryPath(str(home / "temporary"))
        application.SetHomeDirectory(str(home))
        application.SetShareDirectory("share")
        application.SetMRMLScene(self.scene)
        application.GetColorLogic().SetMRMLScene(self.scene)
        application.GetColorLogic().AddDefaultColorNodes()
        application.SetSliceLogics(vtk.vtkCollection())
        application.SetViewLogics(vtk.vtkCollection())
        for factory in displayableManagerFactories():
            factory.SetMRMLApplicationLogic(application)

    def _prepareRemoteReading(self, home: Path) -> None:
        remote = slicer.vtkMRMLRemoteIOLogic()
        remote.SetMRMLScene(self.scene)
        remote.SetMRMLApplicationLogic(self.applicationLogic)
        remote.GetCacheManager().SetRemoteCacheDirectory(str(home / "cache"))
        manager = slicer.vtkDataIOManagerLogic()
        manager.SetMRMLScene(self.scene)
        manager.SetMRMLApplicationLogic(self.applicationLogic)
        manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        self._remoteLogics = (remote, manager)

    def _addModuleLogic(self, module: str, logic: Any, home: Path) -> None:
        if isinstance(logic, slicer.vtkSlicerModuleLogic):
            logic.SetModuleShareDirectory(str(home / "share"))
        logic.SetMRMLApplicationLogic(self.applicationLogic)
        logic.SetMRMLScene(self.scene)
        self.applicationLogic.SetModuleLogic(module, logic)
        self._logics[module] = logic


def displayableManagerFactories() -> tuple[Any, Any]:
    """The factories of what slice views and 3D views draw; there is one of each in a process."""
    return (
        slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance(),
        slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance(),
    )

"""A bench with a fresh scene: what `import slicer` gives in the application, and a module's panel on it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

from PySide6 import QtCore, QtTest, QtWidgets

from .slicerstyle import SlicerStyle

VIEW_SIZE = (320, 320)


def qtApplication() -> QtWidgets.QApplication:
    """The one QApplication of the process, in the style of the application."""
    application = QtWidgets.QApplication.instance()
    if application is None:
        application = QtWidgets.QApplication(["RadioImmunoScore"])
        QtWidgets.QApplication.setStyle(SlicerStyle())
    return application


class Bench:
    """The application's stand-in with one scene. Views are made before nodes, as the application does.

    Parameters
    ----------
    modulePath : file of a scripted module to load

    Attributes
    ----------
    host : the scene's host, with `scene`, `saveScene` and `loadScene`
    sliceViews : offscreen views by the names Red, Yellow and Green
    threeDView : offscreen view
    module : the scripted module that was loaded
    """

    def __init__(self, modulePath: Path | None = None) -> None:
        self.application = qtApplication()
        import slicer

        from RadioImmunoScoreLib.headless.host import SceneHost
        from RadioImmunoScoreLib.headless.views import LAYOUT_NAMES, SliceView, ThreeDView

        from .subjecthierarchy import SubjectHierarchy

        self._slicer = slicer
        self._before = dict(vars(slicer))
        self._modulesBefore = {name: sys.modules.get(name) for name in _SLICER_MODULES}
        self.host = SceneHost()
        self.scene = self.host.scene
        self._hierarchy = SubjectHierarchy(self.scene)
        self.sliceViews = {
            name: SliceView(self.host, orientation, VIEW_SIZE) for orientation, name in LAYOUT_NAMES.items()
        }
        self.threeDView = ThreeDView(self.host, VIEW_SIZE)
        self._install()
        from .scenerules import SceneRules

        self._rules = SceneRules(self.scene)
        self.module: Any = slicer.app.moduleManager().load(modulePath) if modulePath else None
        slicer.app.startupCompleted.emit()

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def panel(self) -> QtWidgets.QWidget:
        """The module's Qt widget; it is made and set up when it is first asked for."""
        return self.module.widgetRepresentation()

    @property
    def widget(self) -> Any:
        """The module's Python widget, as `slicer.util.getModuleWidget` gives it."""
        return self._slicer.util.getModuleWidget(self.module)

    @property
    def logic(self) -> Any:
        """The module's logic, as `slicer.util.getModuleLogic` gives it."""
        return self._slicer.util.getModuleLogic(self.module)

    def open(self, width: int = 450, height: int = 1000) -> Any:
        """Show the panel and enter the module, as when a person selects it."""
        panel = self.panel
        QtWidgets.QWidget.resize(panel, width, height)
        QtWidgets.QWidget.show(panel)
        panel.enter()
        self.process()
        return self.widget

    def reopen(self) -> Any:
        """Unload the panel and make it again, in the same scene."""
        self.closePanel()
        return self.open()

    def closePanel(self) -> None:
        """Leave the module and free its panel, as the application does on its end."""
        panel = self.panel
        panel.exit()
        self.widget.cleanup()
        manager = self._slicer.app.moduleManager()
        manager.disconnect("moduleAboutToBeUnloaded(QString)", self.widget._onModuleAboutToBeUnloaded)
        self.module.closeWidget()
        self.process()

    def process(self, ms: int = 0) -> None:
        """Let the event loop run, for a time or until it has nothing left."""
        if ms:
            QtTest.QTest.qWait(ms)
        for _ in range(3):
            QtWidgets.QApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
            QtWidgets.QApplication.processEvents()

    def waitUntil(self, condition: Any, timeoutMs: int = 10000) -> None:
        """Let the event loop run until a condition holds.

        Raises
        ------
        TimeoutError
            When it does not within the time.
        """
        end = time.monotonic() + timeoutMs / 1000
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"still not so after {timeoutMs} ms: {condition}")
            QtTest.QTest.qWait(1)

    def close(self) -> None:
        """Unload the module, free views and scene; `slicer` is left as it was found."""
        slicer = self._slicer
        slicer.app.moduleManager().unloadAll()
        self.process()
        self._hierarchy.close()
        self._rules.close()
        self.host.close()
        for name in set(vars(slicer)) - set(self._before):
            delattr(slicer, name)
        vars(slicer).update(self._before)
        for name, module in self._modulesBefore.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module

    def _install(self) -> None:
        from . import application, i18n, modules, mrmlwidgets
        from .sampledata import SampleData

        slicer = self._slicer
        slicer.modules = SimpleNamespace(**vars(slicer.modules))
        for kind in (
            mrmlwidgets.qMRMLWidget,
            mrmlwidgets.qMRMLNodeComboBox,
            modules.qSlicerScriptedLoadableModule,
            modules.qSlicerScriptedLoadableModuleWidget,
        ):
            setattr(slicer, kind.__name__, kind)
        layoutManager = application.qSlicerLayoutManager(self.sliceViews, self.threeDView)
        settings = os.path.join(self.host.applicationLogic.GetTemporaryPath(), "Slicer.ini")  # noqa: PTH118
        slicer.app = application.qSlicerApplication(self.host, layoutManager, settings)
        slicer.i18n = sys.modules["slicer.i18n"] = i18n
        sys.modules["SampleData"] = SampleData
        from . import scripted

        slicer.ScriptedLoadableModule = sys.modules["slicer.ScriptedLoadableModule"] = scripted


_SLICER_MODULES = ("slicer.i18n", "slicer.ScriptedLoadableModule", "SampleData")

"""The scene's tests: Slicer's own libraries, rendered offscreen; whatever VTK complains of fails a test."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drawing_window import kept_windows  # noqa: F401

HERE = Path(__file__).parent

# Where everything is required a missing library fails these tests instead of hiding them.
IS_REQUIRED = os.environ.get("RADIOIMMUNO_REQUIRE_DATA") == "1"

if not IS_REQUIRED and importlib.util.find_spec("slicer") is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.scene)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What VTK, MRML and Python observers complained of; a test that ends with any of it fails."""
    import vtk

    heard: list[str] = []
    window = vtk.vtkOutputWindow()
    before, hooks = vtk.vtkOutputWindow.GetInstance(), (sys.excepthook, sys.unraisablehook)

    @vtk.calldata_type(vtk.VTK_STRING)
    def hear(caller, event, text):
        heard.append(text)

    for event in ("ErrorEvent", "WarningEvent"):
        window.AddObserver(event, hear)
    vtk.vtkOutputWindow.SetInstance(window)
    sys.excepthook = lambda kind, error, trace: heard.append(repr(error))
    sys.unraisablehook = lambda unraisable: heard.append(repr(unraisable.exc_value))
    yield heard
    sys.excepthook, sys.unraisablehook = hooks
    vtk.vtkOutputWindow.SetInstance(before)
    assert heard == []


@pytest.fixture
def host(complaints):
    """An empty scene."""
    from RadioImmunoScoreLib.headless.host import SceneHost

    with SceneHost() as host:
        yield host


@pytest.fixture
def patient(host):
    """The synthetic patient's (volume node, segmentation node), not scored yet."""
    from synthetic import addSegmentation, addVolume

    volumeNode = addVolume(host.scene)
    return volumeNode, addSegmentation(host.scene, volumeNode)

"""The scene host: it comes and goes without a trace."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from ctypes.util import find_library
from pathlib import Path

import pytest
import slicer

from radioimmuno.findings import OutputError
from RadioImmunoScoreLib.headless.host import SceneHost
from RadioImmunoScoreLib.headless.views import SliceView, ThreeDView


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder that temporary files go to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_process_can_have_one_after_another(complaints, temporary):
    deleted = []
    for _ in range(3):
        with SceneHost() as host:
            host.scene.AddObserver("DeleteEvent", lambda caller, event: deleted.append(event))
            SliceView(host).render()
            ThreeDView(host).render()
            host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode").CreateDefaultDisplayNodes()
        del host
        gc.collect()
    assert deleted == ["DeleteEvent"] * 3


def test_no_temporary_file_stays(complaints, temporary):
    with SceneHost() as host:
        assert len(list(temporary.iterdir())) == 1
        host.saveScene(temporary / "scene.mrb")
        host.loadScene(temporary / "scene.mrb")
    assert list(temporary.iterdir()) == [temporary / "scene.mrb"]


def test_slicer_has_its_scene_and_module_logics_while_it_is_open(complaints):
    before = getattr(slicer, "mrmlScene", None)
    with SceneHost() as host:
        assert slicer.mrmlScene is host.scene
        assert slicer.modules.segmentations.logic().GetMRMLScene() is host.scene
        assert slicer.util.getNodesByClass("vtkMRMLColorNode")
    assert getattr(slicer, "mrmlScene", None) is before


def test_a_scene_saved_is_a_scene_loaded(host, tmp_path):
    host.scene.AddNewNodeByClass("vtkMRMLTextNode", "note").SetText("contrast phase: venous")
    path = host.saveScene(tmp_path / "new folder" / "scene.mrb")
    host.scene.Clear(False)
    host.loadScene(path)
    assert slicer.util.getNode("note").GetText() == "contrast phase: venous"
    assert [file.name for file in path.parent.iterdir()] == ["scene.mrb"]


def test_a_scene_that_is_not_there_is_an_error(host, tmp_path):
    with pytest.raises(OSError, match="cannot be read"):
        host.loadScene(tmp_path / "none.mrb")


def test_a_place_that_cannot_be_written_is_an_error(host, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="file"):
        host.saveScene(tmp_path / "file" / "scene.mrb")


def test_an_old_scene_file_survives_a_failed_one(host, tmp_path, monkeypatch):
    path = host.saveScene(tmp_path / "scene.mrb")
    old = path.read_bytes()

    class Failing:
        def WriteToMRB(self, name):
            Path(name).write_text("half a scene")
            return False

    monkeypatch.setattr(host, "scene", Failing())
    with pytest.raises(OutputError, match="could not be written whole"):
        host.saveScene(path)
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["scene.mrb"]


@pytest.mark.skipif(find_library("OSMesa") is not None, reason="drawing has another way on this machine")
def test_a_machine_that_cannot_draw_says_what_to_install():
    code = "from RadioImmunoScoreLib.headless.views import offscreenWindow; offscreenWindow((9, 9))"
    environment = os.environ | {"VTK_DEFAULT_OPENGL_WINDOW": "vtkOSOpenGLRenderWindow"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "apt-get install libegl1 libgl1" in done.stderr

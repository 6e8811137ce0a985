"""Scenes and pictures that were not written whole are noticed: VTK and Slicer do not say so."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import vtk
from synthetic import addSegmentation, addVolume, patientScore, signature

from RadioImmunoScoreLib.headless.anatomy import BODY, addModel
from RadioImmunoScoreLib.headless.file_checks import pngProblem, sceneProblem
from RadioImmunoScoreLib.headless.pictures import savePng
from RadioImmunoScoreLib.scene import showScores

WRITER = """
import os, resource, sys
from pathlib import Path
sys.path.insert(0, os.path.dirname(sys.argv[1]))
from synthetic import addVolume
from radioimmuno.findings import OutputError
from RadioImmunoScoreLib.headless.host import SceneHost
out = Path(sys.argv[2])
with SceneHost() as host:
    addVolume(host.scene)
    for limit in (200, 5000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            host.saveScene(out)
            print(limit, "went unnoticed")
        except OutputError as error:
            assert error.code == "output.incomplete"
            assert str(out) in str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.fixture
def scene(host, tmp_path):
    """A scored scene with a model, as a file."""
    volumeNode = addVolume(host.scene)
    segmentationNode = addSegmentation(host.scene, volumeNode)
    showScores(volumeNode, segmentationNode, patientScore(), signature())
    ball = vtk.vtkSphereSource()
    ball.Update()
    addModel(host.scene, BODY, ball.GetOutput())
    return host.saveScene(tmp_path / "scene.mrb")


def test_a_scene_that_does_not_fit_on_the_disk_is_an_error_and_the_old_file_stays(tmp_path):
    out = tmp_path / "scene.mrb"
    out.write_text("of last week")
    done = subprocess.run(
        [sys.executable, "-c", WRITER, __file__, str(out)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert out.read_text() == "of last week"
    assert list(tmp_path.iterdir()) == [out]


def test_a_whole_scene_is_whole(scene):
    assert sceneProblem(scene) == ""
    names = zipfile.ZipFile(scene).namelist()
    assert {Path(name).suffix for name in names} >= {
        ".nrrd",
        ".mrml",
        ".vtk",
        ".tsv",
    }


@pytest.mark.parametrize(
    ("suffix", "share"),
    [*itertools.product((".nrrd", ".mrml", ".vtk", ".tsv"), (0.0, 0.6, 0.999)), (".txt", 0.0)],
)
def test_a_file_in_a_scene_that_is_cut_off_is_named(scene, tmp_path, suffix, share):
    with zipfile.ZipFile(scene) as archive, zipfile.ZipFile(tmp_path / "cut.mrb", "w") as cut:
        (name, *_) = (name for name in archive.namelist() if name.endswith(suffix))
        for member in archive.namelist():
            content = archive.read(member)
            cut.writestr(member, content[: int(share * len(content))] if member == name else content)
    assert name in sceneProblem(tmp_path / "cut.mrb")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_an_archive_that_is_cut_off_is_noticed(scene, tmp_path, share):
    content = scene.read_bytes()
    (tmp_path / "cut.mrb").write_bytes(content[: int(share * len(content))])
    assert sceneProblem(tmp_path / "cut.mrb") == "the archive is cut off"


def test_every_piece_of_a_picture_differs_from_the_whole(tmp_path):
    picture = np.random.default_rng(3).integers(0, 255, (6, 5, 3)).astype(np.uint8)
    path = savePng(tmp_path / "a.png", picture, {"Lesions": "{}"})
    content = path.read_bytes()
    assert pngProblem(path) == ""
    for end in range(len(content)):
        path.write_bytes(content[:end])
        assert pngProblem(path), end

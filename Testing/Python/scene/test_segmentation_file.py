"""Segmentation files go both ways between this project and Slicer's own storage."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion, Site
from RadioImmunoScoreLib.headless.host import SceneHost
from RadioImmunoScoreLib.scene.patient_nodes import addSegmentation, addVolume
from RadioImmunoScoreLib.scene.reading import readLesions

pytestmark = pytest.mark.scene

LATTICE = Lattice((10, 14, 16), (2.5, 0.8, 0.8), (-40.0, 12.0, 300.0))
CT = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)


def block(name, start, stop, site=None, irradiated=None, agreement=None):
    shape = [b - a for a, b in zip(start, stop, strict=True)]
    mask = Image(np.ones(shape, bool), LATTICE, start)
    return Lesion(name, f"lesion {name}", mask, site, irradiated, expected_agreement=agreement)


APART = [
    block("a", (1, 2, 3), (4, 6, 8), Site.LIVER, True, 0.8125),
    block("b", (5, 7, 9), (8, 12, 14), None, False),
]
SITES = [
    block(site.value, (0, n, 0), (3, n + 1, 4), site) for n, site in enumerate(Site)
]  # fmt: skip
OVERLAPPING = [*APART, block("c", (3, 4, 5), (6, 9, 11), Site.LUNG)]


def facts(lesions):
    """All that is known of lesions, masks as what they cover on the CT."""
    return [
        (
            x.id,
            x.name,
            x.site,
            x.irradiated,
            x.expected_agreement,
            x.mask.within(CT.box, False).nonzero()[0].size,
            x.box,
        )
        for x in lesions
    ]


@pytest.mark.parametrize("lesions", [APART, OVERLAPPING, SITES], ids=["apart", "overlapping", "sites"])
def test_slicer_reads_what_is_written(tmp_path, lesions):
    write_segmentation(tmp_path / "lesions.seg.nrrd", lesions, LATTICE)
    with SceneHost() as host:
        volume = addVolume(host.scene, CT)
        node = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "lesions")
        storage = host.scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
        storage.SetFileName(str(tmp_path / "lesions.seg.nrrd"))
        assert storage.ReadData(node)
        assert facts(readLesions(node, volume).lesions) == facts(lesions)


@pytest.mark.parametrize("lesions", [OVERLAPPING, SITES], ids=["overlapping", "sites"])
def test_what_slicer_writes_is_read(tmp_path, lesions):
    with SceneHost() as host:
        node = addSegmentation(host.scene, lesions, addVolume(host.scene, CT))
        storage = host.scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
        storage.SetFileName(str(tmp_path / "lesions.seg.nrrd"))
        assert storage.WriteData(node)
    read = read_lesions(tmp_path / "lesions.seg.nrrd", CT)
    assert read.findings == {}
    assert facts(read.lesions) == facts(lesions)

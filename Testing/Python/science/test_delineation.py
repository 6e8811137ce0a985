"""How a lesion was drawn: from what segmented it, through files, and back from those of others."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from volumes import ORIGIN, SHAPE, SPACING, ct_values

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Delineation, DelineationType, Lesion
from radioimmuno.segmentation.click import segment_click
from radioimmuno.segmentation.stroke import segment_stroke

LATTICE = Lattice(SHAPE, SPACING[::-1], ORIGIN)
CT = Image(ct_values(), LATTICE)
MANUAL, SEMIAUTOMATIC, AUTOMATIC = DelineationType


@pytest.mark.parametrize(
    "made",
    [None, Delineation(MANUAL), Delineation(SEMIAUTOMATIC, "grow: from seeds"), Delineation(AUTOMATIC, "網")],
)
def test_a_segmentation_file_keeps_it(tmp_path, made):
    mask = Image(np.ones((2, 2, 2), bool), LATTICE, (1, 1, 1))
    write_segmentation(tmp_path / "a.seg.nrrd", [Lesion("a", "a", mask, delineation=made)], LATTICE)
    (lesion,) = read_lesions(tmp_path / "a.seg.nrrd", CT).lesions
    assert lesion.delineation == made


def test_an_algorithms_name_cannot_end_the_tag_it_stands_in(tmp_path):
    mask = Image(np.ones((2, 2, 2), bool), LATTICE, (1, 1, 1))
    made = Delineation(AUTOMATIC, "a|RadioImmunoScore.Irradiated:yes|\nb")
    write_segmentation(tmp_path / "a.seg.nrrd", [Lesion("a", "a", mask, delineation=made)], LATTICE)
    (lesion,) = read_lesions(tmp_path / "a.seg.nrrd", CT).lesions
    assert lesion.irradiated is None
    assert lesion.delineation == Delineation(AUTOMATIC, "a/RadioImmunoScore.Irradiated:yes/ b")


@pytest.mark.parametrize(("left", "kept"), [(1000, 0.8125), (990, None)], ids=["as it was", "edited"])
def test_an_expected_agreement_is_that_of_the_voxels_that_were_segmented(tmp_path, left, kept):
    cube = np.ones((10, 10, 10), bool)
    lesion = Lesion("a", "a", Image(cube, LATTICE, (1, 1, 1)), expected_agreement=0.8125)
    write_segmentation(tmp_path / "a.seg.nrrd", [lesion], LATTICE)
    file = sitk.ReadImage(str(tmp_path / "a.seg.nrrd"))
    values = sitk.GetArrayFromImage(file)
    values.ravel()[left:] = 0
    edited = sitk.GetImageFromArray(values)
    edited.CopyInformation(file)
    for key in file.GetMetaDataKeys():
        if key.startswith("Segment"):
            edited.SetMetaData(key, file.GetMetaData(key))
    sitk.WriteImage(edited, str(tmp_path / "b.seg.nrrd"))
    (read,) = read_lesions(tmp_path / "b.seg.nrrd", CT).lesions
    assert (read.voxels, read.expected_agreement) == (left, kept)


def test_what_is_no_kind_of_delineation_is_not_known():
    assert [Delineation.parse(text) for text in ("", "BY MAGIC", "manual ")] == [
        None,
        None,
        Delineation(MANUAL),
    ]


def test_strokes_and_clicks_are_semiautomatic():
    index = np.stack(np.indices((40, 60, 60)), -1)
    inside = np.linalg.norm((index - [20, 30, 30]) * [2.0, 1.0, 1.0], axis=-1) <= 12
    noise = np.random.default_rng(1).normal(0, 10, inside.shape)
    ct = Image(np.where(inside, 80.0, -60.0) + noise, Lattice(inside.shape, (2.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    stroke = segment_stroke(ct, (18.0, 30.0, 40.0), (42.0, 30.0, 40.0))
    click = segment_click(ct, (30.0, 30.0, 40.0))
    assert {stroke.delineation.type, click.delineation.type} == {SEMIAUTOMATIC}
    assert (stroke.delineation.algorithm, click.delineation.algorithm) == (
        "RadioImmunoScore, stroke",
        "RadioImmunoScore, click",
    )

"""Segmentation files with lesions that share voxels, and lesions picked by their names."""

from __future__ import annotations

import numpy as np
import pytest
from volumes import ORIGIN, SHAPE, SPACING, ct_values

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion

LATTICE = Lattice(SHAPE, SPACING[::-1], ORIGIN)
CT = Image(ct_values(), LATTICE)


def on_ct(lesion):
    return lesion.mask.within(CT.box, False)


def test_overlapping_lesions_are_written_in_layers(tmp_path):
    mask = Image(np.ones((2, 2, 2), bool), LATTICE, (1, 1, 1))
    shifted = Image(np.ones((2, 3, 2), bool), LATTICE, (2, 2, 2))
    apart = Image(np.ones((1, 1, 4), bool), LATTICE, (8, 8, 8))
    lesions = [
        Lesion("a", "a", mask),
        Lesion("b", "b", shifted, tracking_uid="2.25.7"),
        Lesion("c", "c", apart),
    ]
    write_segmentation(tmp_path / "out.seg.nrrd", lesions, LATTICE)
    read = read_lesions(tmp_path / "out.seg.nrrd", CT)
    assert read.findings == {}
    assert [lesion.tracking_uid for lesion in read.lesions] == [None, "2.25.7", None]
    for before, after in zip(lesions, read.lesions, strict=True):
        np.testing.assert_array_equal(on_ct(after), before.mask.within(CT.box, False))


@pytest.mark.parametrize(("patterns", "names"), [(["A*"], ["a"]), (["b", "1"], []), (["c", "B"], ["b", "c"])])
def test_lesions_are_picked_by_patterns_of_their_names(tmp_path, patterns, names):
    masks = [Image(np.ones((1, 1, 4), bool), LATTICE, (k, 8, 8)) for k in (1, 3, 5)]
    lesions = [Lesion(name, name, mask) for name, mask in zip("abc", masks, strict=True)]
    write_segmentation(tmp_path / "out.seg.nrrd", lesions, LATTICE)
    if names:
        read = read_lesions(tmp_path / "out.seg.nrrd", CT, patterns=patterns)
        assert [lesion.id for lesion in read.lesions] == names
        return
    with pytest.raises(InputError, match="No lesion is called '1'; there are: a, b, c") as caught:
        read_lesions(tmp_path / "out.seg.nrrd", CT, patterns=patterns)
    assert caught.value.code == "mask.no_match"

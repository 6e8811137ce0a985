"""Reading lesions: label maps, Slicer's segmentation files, and masks from another grid.

Tests of: resampling.
"""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from volumes import ORIGIN, SHAPE, SPACING, ct_values, image_of, write

from radioimmuno.findings import GeometryError, InputError, Severity
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segment_tags import (
    TERMINOLOGY_TAG,
    site_from_terminology,
    site_of,
    site_tags,
    terminology_of,
)
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion, Site

LATTICE = Lattice(SHAPE, SPACING[::-1], ORIGIN)
CT = Image(ct_values(), LATTICE)
LIVER = terminology_of(Site.LIVER)


def labels(*boxes, dtype=np.uint8):
    """A label map of the CT's shape; each box is ((k0, k1), (j0, j1), (i0, i1), label)."""
    values = np.zeros(SHAPE, dtype)
    for k, j, i, label in boxes:
        values[slice(*k), slice(*j), slice(*i)] = label
    return values


TWO = labels(((2, 5), (3, 9), (4, 11), 1), ((6, 9), (10, 16), (12, 20), 3))


def on_ct(lesion):
    """The lesion's mask on all of the CT."""
    assert lesion.mask.lattice == LATTICE
    return Image(lesion.mask.values, LATTICE, lesion.mask.offset).within(CT.box, False)


def refused(path, words):
    with pytest.raises(InputError, match=words) as caught:
        read_lesions(path, CT)
    assert caught.value.code == "mask.unreadable"


def write_layers(path, values, segments):
    """A .seg.nrrd of label map layers (k, j, i, layer); a segment is its header's `Segment<n>_` fields."""
    image = image_of(values, is_vector=values.ndim == 4)
    for number, fields in enumerate(segments):
        for key, value in fields.items():
            image.SetMetaData(f"Segment{number}_{key}", value)
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("ending", ["nrrd", "nii.gz", "mha"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_each_label_is_a_lesion(tmp_path, ending, dtype):
    read = read_lesions(write(tmp_path / f"labels.{ending}", TWO.astype(dtype)), CT)
    assert [lesion.id for lesion in read.lesions] == ["1", "3"]
    assert read.findings == {}
    for lesion in read.lesions:
        np.testing.assert_array_equal(on_ct(lesion), int(lesion.id) == TWO)


def test_a_lesion_keeps_only_the_voxels_around_it(tmp_path):
    first, second = read_lesions(write(tmp_path / "labels.nrrd", TWO), CT).lesions
    assert (first.mask.values.shape, first.mask.offset) == ((3, 6, 7), (2, 3, 4))
    assert (second.mask.values.shape, second.mask.offset) == ((3, 6, 8), (6, 10, 12))


def test_huge_labels_are_lesions_too(tmp_path):
    values = np.where(TWO == 3, 2_000_000_000, TWO.astype(np.uint32) * 70_000).astype(np.uint32)
    first, second = read_lesions(write(tmp_path / "labels.nrrd", values), CT).lesions
    assert [first.id, second.id] == ["70000", "2000000000"]
    np.testing.assert_array_equal(on_ct(second), TWO == 3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros(SHAPE, np.uint8), "holds no lesion"),
        (ct_values(), "negative values; .* swapped"),
        (TWO * np.float32(0.5), "not whole numbers"),
        (np.where(TWO == 1, np.nan, TWO).astype(np.float32), "not whole numbers"),
        (np.arange(np.prod(SHAPE), dtype=np.uint16).reshape(SHAPE), "labels: an image"),
    ],
)
def test_what_is_no_label_map_is_refused(tmp_path, values, words):
    refused(write(tmp_path / "labels.nrrd", values), words)


def test_missing_files_folders_and_layers_without_segments_are_refused(tmp_path):
    refused(tmp_path / "nowhere.nrrd", "does not exist")
    refused(tmp_path, "is a folder")
    refused(write_layers(tmp_path / "layers.nrrd", np.stack([TWO, TWO], -1), []), "no segments")


def test_segments_have_their_names_sites_and_irradiation(tmp_path):
    tags = f"Segmentation.Status:completed|TerminologyEntry:{LIVER}|RadioImmunoScore.Irradiated:yes|"
    path = write_layers(
        tmp_path / "lesions.seg.nrrd",
        TWO,
        [
            {"ID": "S_a", "Name": "metastasis", "LabelValue": "3", "Layer": "0", "Tags": tags},
            {"ID": "S_b", "Name": "node", "LabelValue": "1", "Layer": "0", "Tags": ""},
        ],
    )
    first, second = read_lesions(path, CT).lesions
    assert (first.id, first.name, first.site, first.irradiated) == ("S_a", "metastasis", Site.LIVER, True)
    assert (second.id, second.name, second.site, second.irradiated) == ("S_b", "node", None, None)
    np.testing.assert_array_equal(on_ct(first), TWO == 3)
    np.testing.assert_array_equal(on_ct(second), TWO == 1)


def test_overlapping_segments_come_from_their_layers(tmp_path):
    other = labels(((3, 7), (5, 12), (6, 14), 1))
    path = write_layers(
        tmp_path / "lesions.seg.nrrd",
        np.stack([TWO, other], -1),
        [
            {"ID": "a", "Name": "a", "LabelValue": "1", "Layer": "0"},
            {"ID": "b", "Name": "b", "LabelValue": "1", "Layer": "1"},
        ],
    )
    first, second = read_lesions(path, CT).lesions
    np.testing.assert_array_equal(on_ct(first), TWO == 1)
    np.testing.assert_array_equal(on_ct(second), other == 1)


def test_old_files_with_a_layer_for_each_segment_are_read(tmp_path):
    values = np.stack([TWO == 1, TWO == 3], -1).astype(np.uint8)
    path = write_layers(
        tmp_path / "old.seg.nrrd", values, [{"ID": "a", "Name": "a"}, {"ID": "b", "Name": "b"}]
    )
    np.testing.assert_array_equal(on_ct(read_lesions(path, CT).lesions[1]), TWO == 3)


def test_an_empty_segment_becomes_an_empty_lesion(tmp_path):
    segments = [{"ID": n, "Name": n, "LabelValue": v, "Layer": "0"} for n, v in (("a", "1"), ("none", "2"))]
    full, empty = read_lesions(write_layers(tmp_path / "lesions.seg.nrrd", TWO, segments), CT).lesions
    assert full.voxels == np.count_nonzero(TWO == 1)
    assert (empty.id, empty.voxels, empty.box) == ("none", 0, None)


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ([{"ID": "a", "Layer": "2"}], "layer 2"),
        ([{"ID": "a", "Layer": "-1"}], "layer -1"),
        ([{"ID": "a", "LabelValue": "one"}], "Segment0_LabelValue .* 'one'"),
        ([{"ID": "a"}, {"ID": "a"}], "two segments have the identifier 'a'"),
    ],
)
def test_a_broken_segment_header_is_refused(tmp_path, segments, words):
    refused(write_layers(tmp_path / "lesions.seg.nrrd", TWO, segments), words)


def test_a_fractional_segmentation_is_refused(tmp_path):
    image = image_of(TWO)
    image.SetMetaData("Segment0_ID", "a")
    image.SetMetaData("Segmentation_MasterRepresentation", "Fractional labelmap")
    sitk.WriteImage(image, str(tmp_path / "fractional.seg.nrrd"))
    refused(tmp_path / "fractional.seg.nrrd", "fractional")


def test_a_written_segmentation_reads_back_the_same(tmp_path):
    masks = [
        Image(TWO[2:5, 3:9, 4:11] == 1, LATTICE, (2, 3, 4)),
        Image(TWO[6:9, 10:16] == 3, LATTICE, (6, 10, 0)),
    ]
    lesions = [
        Lesion("a", "Läsion", masks[0], Site.SOFT_TISSUE, True),
        Lesion("b", "node", masks[1], None, False),
        Lesion("c", "nothing", Image(np.zeros((0, 0, 0), bool), LATTICE), Site.OTHER),
    ]
    write_segmentation(tmp_path / "out.seg.nrrd", lesions, LATTICE)
    read = read_lesions(tmp_path / "out.seg.nrrd", CT).lesions
    facts = [(r.id, r.name, r.irradiated, r.voxels) for r in read]
    assert facts == [(x.id, x.name, x.irradiated, x.voxels) for x in lesions]
    assert [r.site for r in read] == [x.site for x in lesions]
    np.testing.assert_array_equal(on_ct(read[0]), TWO == 1)


@pytest.mark.parametrize(
    ("entry", "site"),
    [
        *((terminology_of(site), site) for site in Site if site is not Site.OTHER),
        (terminology_of(Site.OTHER), None),
        ("~SCT^85756007^Tissue~SCT^10200004^Liver~^^~~^^~^^", Site.LIVER),
        ("~SCT^1^x~SRT^10200004^Liver~^^~~^^~^^", None),
        ("", None),
        ("SCT^10200004^Liver", None),
    ],
)
def test_the_site_comes_from_the_anatomic_region_or_the_type(entry, site):
    assert site_from_terminology(entry) == site


@pytest.mark.parametrize("site", Site)
def test_every_site_is_read_from_the_tags_that_are_written_for_it(site):
    assert site_of(site_tags(site)) is site


def test_a_site_named_later_in_the_terminology_counts_more_than_other():
    assert site_of(site_tags(Site.OTHER) | {TERMINOLOGY_TAG: LIVER}) is Site.LIVER
    assert site_of({TERMINOLOGY_TAG: terminology_of(Site.OTHER)}) is None


# --- masks from another grid ---


def test_a_cropped_segmentation_lies_where_it_was(tmp_path):
    crop = image_of(TWO)[3:22, 2:18, 1:10]
    sitk.WriteImage(crop, str(tmp_path / "crop.nrrd"))
    read = read_lesions(tmp_path / "crop.nrrd", CT)
    assert read.findings == {}
    for lesion in read.lesions:
        np.testing.assert_array_equal(on_ct(lesion), int(lesion.id) == TWO)


def test_flipped_and_permuted_axes_are_the_same_lesions(tmp_path):
    stored = sitk.PermuteAxes(sitk.Flip(image_of(TWO), [True, False, True]), [2, 0, 1])
    sitk.WriteImage(stored, str(tmp_path / "turned.nrrd"))
    read = read_lesions(tmp_path / "turned.nrrd", CT)
    assert read.findings == {}
    for lesion in read.lesions:
        np.testing.assert_array_equal(on_ct(lesion), int(lesion.id) == TWO)


def ball(lattice, centre=(-21.0, 19.5, 114.0), radius=5.0):
    points = lattice.to_lps(np.stack(np.indices(lattice.shape), -1))
    return Image((((points - centre) ** 2).sum(-1) <= radius**2).astype(np.uint8), lattice)


def nearest_of(stored):
    """The oracle: ITK's nearest neighbor at each voxel of the CT."""
    resampled = sitk.Resample(stored, to_sitk(CT), sitk.Transform(), sitk.sitkNearestNeighbor)
    return sitk.GetArrayFromImage(resampled).astype(bool)


def test_a_finer_grid_is_resampled_and_the_change_of_volume_told(tmp_path):
    fine = to_sitk(ball(Lattice((60, 60, 60), (0.5, 0.5, 0.5), (-35.1, 5.1, 99.1))))
    sitk.WriteImage(fine, str(tmp_path / "fine.nrrd"))
    read = read_lesions(tmp_path / "fine.nrrd", CT)
    np.testing.assert_array_equal(on_ct(read.lesions[0]), nearest_of(fine))
    (finding,) = read.findings["1"]
    assert (finding.code, finding.severity) == ("mask.geometry", Severity.FIXED)
    assert "0.52 cc became" in finding.text


def test_a_turned_grid_is_resampled(tmp_path):
    c, s = np.cos(0.3), np.sin(0.3)
    axes = ((0.0, 0.0, 1.0), (-s, c, 0.0), (c, s, 0.0))
    turned = to_sitk(ball(Lattice((80, 80, 80), (0.4, 0.4, 0.4), (-28.0, 0.0, 98.1), axes)))
    sitk.WriteImage(turned, str(tmp_path / "turned.nrrd"))
    read = read_lesions(tmp_path / "turned.nrrd", CT)
    np.testing.assert_array_equal(on_ct(read.lesions[0]), nearest_of(turned))
    assert read.findings["1"][0].severity is Severity.FIXED


def test_resampling_that_changes_the_volume_by_more_than_5_percent_refuses_the_lesion(tmp_path):
    coarse = Lattice((9, 3, 3), (4.0, 4.0, 4.0), (-26.0, 15.0, 100.0))
    values = np.zeros(coarse.shape, np.uint8)
    values[3, 1, 1] = 1
    sitk.WriteImage(to_sitk(Image(values, coarse)), str(tmp_path / "coarse.nrrd"))
    (finding,) = read_lesions(tmp_path / "coarse.nrrd", CT).findings["1"]
    assert (finding.code, finding.severity) == ("mask.geometry", Severity.REFUSE)
    assert "More than 5 % is refused" in finding.text


def test_a_lesion_that_reaches_far_out_of_the_ct_is_refused_and_the_others_are_not(tmp_path):
    shifted = image_of(TWO)
    shifted.SetOrigin((ORIGIN[0] - 8 * SPACING[0], ORIGIN[1], ORIGIN[2]))
    sitk.WriteImage(shifted, str(tmp_path / "shifted.nrrd"))
    read = read_lesions(tmp_path / "shifted.nrrd", CT)
    assert [f.severity for f in read.findings["1"]] == [Severity.REFUSE]
    assert "3" not in read.findings
    assert [lesion.voxels for lesion in read.lesions] == [3 * 6 * 3, 3 * 6 * 8]


def test_a_segmentation_that_lies_outside_of_the_ct_is_refused(tmp_path):
    elsewhere = image_of(TWO)
    elsewhere.SetOrigin((500.0, 0.0, 0.0))
    sitk.WriteImage(elsewhere, str(tmp_path / "elsewhere.nrrd"))
    with pytest.raises(GeometryError, match="outside of the CT altogether") as caught:
        read_lesions(tmp_path / "elsewhere.nrrd", CT)
    assert caught.value.code == "mask.geometry"

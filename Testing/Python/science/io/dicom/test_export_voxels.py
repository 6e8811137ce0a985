"""Results as DICOM: the same voxels come back, through our reader and through those of others."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from export_cases import BALLS, mask_of

from dicom_tools import run

hd = pytest.importorskip("highdicom")

from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.io.dicom.write_seg import ring_on_ct  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402

KINDS = ("lesion_segmentation", "ring_segmentation")


def expected_masks(case, kind):
    """Segment label -> mask on the CT, in the order of the segments of an object."""
    if kind == "lesion_segmentation":
        return {name: mask_of(name) for name, where in BALLS.items() if where}
    rings = {f"{row.name}, ring": ring_on_ct(row.ring, case.ct.image) for row in case.patient.scored}
    return {name: ring.within(case.ct.image.box, False) for name, ring in rings.items()}


@pytest.mark.parametrize("folder", [False, True])
def test_our_reader_gives_back_the_lesions_and_passes_over_the_rings(case, files, folder):
    file = files["lesion_segmentation"]
    result = read_lesions(file.parent if folder else file, case.ct.image, case.ct.source)
    assert result.findings == {}
    assert [(x.name, x.site) for x in result.lesions] == [
        (name, where[2]) for name, where in BALLS.items() if where
    ]
    for lesion in result.lesions:
        np.testing.assert_array_equal(
            lesion.mask.within(case.ct.image.box, False), mask_of(lesion.name), err_msg=lesion.name
        )


def test_a_file_of_rings_alone_is_not_taken_for_lesions(case, files):
    with pytest.raises(
        InputError, match="rings of an export alone; give the file with its lesions"
    ) as caught:
        read_lesions(files["ring_segmentation"], case.ct.image, case.ct.source)
    assert caught.value.code == "mask.unreadable"


@pytest.mark.parametrize("kind", KINDS)
def test_highdicom_gives_back_lesions_and_rings(case, files, kind):
    read = hd.seg.segread(files[kind])
    uids = [instance.sop_instance_uid for instance in case.ct.source.instances]
    pixels = read.get_pixels_by_source_instance(
        uids, ignore_spatial_locations=False, assert_missing_frames_are_empty=True
    )
    masks = expected_masks(case, kind)
    labels = [read.get_segment_description(n).segment_label for n in read.segment_numbers]
    assert labels == list(masks)
    for number, (name, mask) in enumerate(masks.items()):
        np.testing.assert_array_equal(pixels[..., number] > 0, mask, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_dcmqi_gives_back_lesions_and_rings(case, files, tmp_path, kind):
    where = ("--outputDirectory", tmp_path, "-t", "nrrd")
    run("segimage2itkimage", "--inputDICOM", files[kind], *where)
    lattice = case.ct.image.lattice
    for number, (name, mask) in enumerate(expected_masks(case, kind).items(), start=1):
        image = sitk.ReadImage(str(tmp_path / f"{number}.nrrd"))
        # Its volumes begin at the first slice that has a segment.
        start = np.rint(lattice.to_index(np.array(image.GetOrigin()))).astype(int)
        assert image.GetSpacing() == pytest.approx(lattice.spacing[::-1])
        found = sitk.GetArrayFromImage(image) > 0
        whole = np.zeros(lattice.shape, bool)
        whole[start[0] : start[0] + len(found)] = found
        np.testing.assert_array_equal(whole, mask, err_msg=name)


def test_a_ring_on_the_ct_is_where_its_interpolated_mask_is_at_least_one_half(case):
    row = case.patient.scored[0]
    image, ring = case.ct.image, row.ring
    nearest = sitk.GetImageFromArray(ring.values.astype(np.float64))
    window = ring.window
    nearest.SetOrigin(window.origin)
    nearest.SetSpacing(window.spacing[::-1])
    grid = sitk.GetImageFromArray(np.zeros(image.lattice.shape))
    grid.SetOrigin(image.lattice.origin)
    grid.SetSpacing(image.lattice.spacing[::-1])
    padded = sitk.ConstantPad(nearest, [2] * 3, [2] * 3, 0.0)
    share = sitk.GetArrayFromImage(sitk.Resample(padded, grid, sitk.Transform(), sitk.sitkLinear, 0.0))
    found = ring_on_ct(ring, image).within(image.box, False)
    certain = np.abs(share - 0.5) > 1e-6
    np.testing.assert_array_equal(found[certain], share[certain] > 0.5)
    volume = found.sum() * image.lattice.voxel_volume_mm3
    assert volume == pytest.approx(ring.values.sum() * ring.lattice.voxel_volume_mm3, rel=0.1)

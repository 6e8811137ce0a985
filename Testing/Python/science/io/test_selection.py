"""What of a file is taken for a lesion, chosen by hand or left out; what is left out changes no lesion."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from dicom_lesions import ball, contours_of, rtstruct, save
from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import InputError, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.dicom import SourceSeries
from radioimmuno.io.lesion_table import apply_lesion_table
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segment_tags import LESION_TAG
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import default_signature

SHAPE, SPACING = (40, 96, 110), (3.0, 2.0, 2.0)
LATTICE = Lattice(SHAPE, SPACING, (-110.0, -96.0, -300.0))
SOURCE = SourceSeries("1.2.1", "1.2.2", "1.2.3", ())

GTV = ball(SHAPE, SPACING, (20.2, 50.3, 78.4), 14.0)
RIGHT, LEFT = (ball(SHAPE, SPACING, (20, 46, i), 42.0) for i in (28, 80))
CORD = np.zeros(SHAPE, bool)
CORD[2:38, 74:80, 52:58] = True
BODY = np.zeros(SHAPE, bool)
BODY[:, 6:90, 5:105] = True
CHEST = {
    "Lung_R": RIGHT,
    "lung left": LEFT & ~GTV,
    "GTV": GTV,
    "SpinalCord": CORD,
    "Body": BODY,
    "PTV": ball(SHAPE, SPACING, (20.2, 50.3, 78.4), 22.0),
    "CouchSurface": ~BODY,
}


def chest_ct():
    """Lungs at -820 HU, noise, and a tumor that reaches from the lung into the wall."""
    rng = np.random.default_rng(3)
    values = np.full(SHAPE, -1000.0)
    values[BODY] = 40.0
    values[(RIGHT | LEFT) & BODY] = -820.0
    values[GTV] = 55.0
    return Image((values + rng.normal(0, 12, SHAPE) * BODY).astype(np.int16), LATTICE)


def write(folder, masks, **more):
    rois = {}
    for name, mask in masks.items():
        rois[name] = [
            LATTICE.to_lps(np.column_stack([np.full(len(p), float(k)), p])) for k, p in contours_of(mask)
        ]
    uids = {"frame_uid": SOURCE.frame_of_reference_uid, "series_uid": SOURCE.series_uid}
    return save(folder / "rtstruct.dcm", rtstruct(rois, **uids, **more))


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    """The RTSTRUCT of the chest, and of the tumor alone."""
    ct = chest_ct()
    whole = write(tmp_path_factory.mktemp("whole"), CHEST)
    alone = write(tmp_path_factory.mktemp("alone"), {"GTV": GTV})
    return ct, whole, read_lesions(whole, ct, SOURCE), read_lesions(alone, ct, SOURCE)


def test_of_a_chest_as_it_is_planned_the_tumor_alone_is_a_lesion(chest):
    _, _, read, _ = chest
    assert [lesion.name for lesion in read.lesions] == ["GTV"]
    assert {one.name for one in read.left_out} == set(CHEST) - {"GTV"}
    assert all(one.reason for one in read.left_out)


def test_its_score_and_its_ring_are_those_of_the_tumor_by_itself(chest):
    ct, _, read, alone = chest
    signature = default_signature()
    given = {"signature": signature, "acquisition": Acquisition(kvp=120.0)}
    first, second = (
        score(ct, r.lesions, **given, findings=r.findings, left_out=r.left_out) for r in (read, alone)
    )
    (row,), (expected,) = first.lesions, second.lesions
    assert row.score is not None
    assert row.score == expected.score
    np.testing.assert_array_equal(row.ring.values, expected.ring.values)
    assert [one.name for one in first.left_out] == [one.name for one in read.left_out]


@pytest.mark.parametrize("pattern", ["lung left", "LUNG*", "2", "*"])
def test_what_a_person_names_is_taken_and_its_row_says_so(chest, pattern):
    ct, path, _, _ = chest
    read = read_lesions(path, ct, SOURCE, [pattern])
    assert "lung left" in [lesion.name for lesion in read.lesions]
    assert read.left_out == ()
    (lesion,) = [lesion for lesion in read.lesions if lesion.name == "lung left"]
    last = read.findings[lesion.id][-1]
    assert (last.code, last.severity) == ("lesion.not_a_lesion", Severity.WARN)
    assert "GTV" not in [x.name for x in read.lesions if "lesion.not_a_lesion" in codes(read, x.id)]


def codes(read, identifier):
    return [finding.code for finding in read.findings.get(identifier, ())]


def test_a_file_of_organs_alone_is_refused_with_their_names(tmp_path):
    path = write(tmp_path, {"Lung_R": RIGHT, "SpinalCord": CORD})
    with pytest.raises(InputError, match=r"Lung_R .*spinal cord.*--roi") as caught:
        read_lesions(path, chest_ct(), SOURCE)
    assert caught.value.code == "lesion.not_a_lesion"


def segmentation(folder, masks, marks):
    """A .seg.nrrd whose tags say what a person marked: name -> "yes" or "no"; others have no tag."""
    lesions = [Lesion(name, name, Image(mask, LATTICE)) for name, mask in masks.items()]
    path = folder / "lesions.seg.nrrd"
    write_segmentation(path, lesions, LATTICE)
    image = sitk.ReadImage(str(path))
    for number, name in enumerate(masks):
        tag = f"{LESION_TAG}:{marks[name]}|" if name in marks else ""
        image.SetMetaData(f"Segment{number}_Tags", tag)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def test_a_persons_mark_wins_over_the_name(tmp_path):
    masks = {"SpinalCord": CORD, "GTV": GTV, "Heart": RIGHT}
    path = segmentation(tmp_path, masks, {"SpinalCord": "yes", "GTV": "no"})
    read = read_lesions(path, chest_ct())
    assert [lesion.name for lesion in read.lesions] == ["SpinalCord"]
    assert codes(read, "SpinalCord") == ["lesion.not_a_lesion"]
    assert [one.name for one in read.left_out] == ["GTV", "Heart"]


def test_what_was_written_as_a_lesion_is_read_as_one(tmp_path):
    lesion = Lesion("Heart", "Heart", Image(GTV, LATTICE))
    write_segmentation(tmp_path / "l.seg.nrrd", [lesion], LATTICE)
    assert [x.name for x in read_lesions(tmp_path / "l.seg.nrrd", chest_ct()).lesions] == ["Heart"]


def test_an_organ_that_the_border_of_the_ct_cuts_is_no_lesion_because_it_is_small(tmp_path):
    cut = np.zeros(SHAPE, bool)
    cut[:4, 20:40, 20:40] = True
    inside = np.roll(cut, 8, axis=0)
    (small,) = read_lesions(segmentation(tmp_path, {"liver": inside}, {}), chest_ct()).lesions
    assert small.volume_cc == pytest.approx(19.2)
    with pytest.raises(InputError, match="liver"):
        read_lesions(segmentation(tmp_path, {"liver": cut}, {}), chest_ct())


def test_a_line_of_the_lesion_table_for_what_is_left_out_says_what_to_do(chest, tmp_path):
    _, _, read, _ = chest
    table = tmp_path / "table.csv"
    table.write_text("name,site\nSpinalCord,bone\n")
    with pytest.raises(InputError, match=r"'SpinalCord' was left out.*--roi"):
        apply_lesion_table(table, read.lesions, read.left_out)

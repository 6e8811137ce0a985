"""What a segment says of itself: how it was drawn, where it is, how it is shown, if others overlap it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from export_cases import make_case
from vtkmodules.vtkCommonCore import vtkMath

from dicom_lesions import ball

pydicom = pytest.importorskip("pydicom")
hd = pytest.importorskip("highdicom")

from radioimmuno.geometry.image import Image  # noqa: E402
from radioimmuno.io.dicom.write import write_dicom  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402
from radioimmuno.lesion import Delineation, DelineationType, Lesion, Site  # noqa: E402
from radioimmuno.scoring.score import score  # noqa: E402

MANUAL, SEMIAUTOMATIC, AUTOMATIC = DelineationType
STROKE = Delineation(SEMIAUTOMATIC, "RadioImmunoScore, stroke")


def written(case, folder, **changes):
    """Name of the file -> dataset; `changes` are fields of the first two lesions, as pairs."""
    lesions = list(case.lesions)
    for field, values in changes.items():
        for number, value in enumerate(values):
            lesions[number] = dataclasses.replace(lesions[number], **{field: value})
    folder.mkdir(exist_ok=True)
    patient = score(case.ct.image, lesions, case.signature, case.ct.acquisition)
    files = write_dicom(patient, case.signature, case.ct.image, lesions, case.ct.source, folder)
    return {path.stem: pydicom.dcmread(path) for path in files}


def algorithms(dataset):
    return [(s.SegmentAlgorithmType, s.get("SegmentAlgorithmName")) for s in dataset.SegmentSequence]


def test_a_hand_a_stroke_and_what_is_not_known_are_told_apart(case, tmp_path):
    datasets = written(case, tmp_path, delineation=(Delineation(MANUAL), STROKE))
    assert algorithms(datasets["lesion_segmentation"]) == [
        ("MANUAL", None),
        ("SEMIAUTOMATIC", "RadioImmunoScore, stroke"),
        ("SEMIAUTOMATIC", "not recorded how it was drawn"),
    ]
    assert {kind for kind, _ in algorithms(datasets["ring_segmentation"])} == {"AUTOMATIC"}
    ring = datasets["ring_segmentation"].SegmentSequence[0]
    (made,) = ring.SegmentationAlgorithmIdentificationSequence
    assert (made.AlgorithmName, bool(made.AlgorithmVersion)) == ("RadioImmunoScore, peritumoral ring", True)


def test_how_lesions_were_drawn_comes_back_and_what_was_not_known_stays_so(case, tmp_path):
    given = (Delineation(AUTOMATIC, "a network"), STROKE)
    written(case, tmp_path, delineation=given)
    read = read_lesions(tmp_path / "lesion_segmentation.dcm", case.ct.image, case.ct.source)
    assert [lesion.delineation for lesion in read.lesions] == [*given, None]


def test_an_algorithm_without_a_name_or_with_a_long_one_is_written(case, tmp_path):
    given = (Delineation(AUTOMATIC), Delineation(AUTOMATIC, "a\\b\n" + "x" * 100))
    (_, first), (_, second), _ = algorithms(written(case, tmp_path, delineation=given)["lesion_segmentation"])
    assert first == "unnamed"
    assert second == "a/b " + "x" * 57 + "…"


@pytest.mark.parametrize("uid", ["", "not a uid", "1.2.bad", "1..2", "1.02", "1." + "2" * 70, "1.2\n"])
def test_a_tracking_uid_that_is_none_is_replaced_by_one(case, tmp_path, uid):
    uids = [
        [
            s.TrackingUID
            for s in written(case, tmp_path, tracking_uid=given)["lesion_segmentation"].SegmentSequence
        ]
        for given in ((uid, "1.2.3"), (None, "1.2.3"))
    ]
    assert uids[0] == uids[1]
    assert uids[0][1] == "1.2.3"


def test_a_structure_that_is_not_among_the_scores_is_not_written(case, tmp_path):
    lesions = [*case.lesions, dataclasses.replace(case.lesions[0], id="organ", name="liver")]
    files = write_dicom(case.patient, case.signature, case.ct.image, lesions, case.ct.source, tmp_path)
    labels = [s.SegmentLabel for path in files[:2] for s in pydicom.dcmread(path).SegmentSequence]
    assert labels
    assert not [label for label in labels if "liver" in label]


@pytest.mark.parametrize(
    ("name", "rgb"), [("lesion_segmentation", (0.9, 0.78, 0.3)), ("ring_segmentation", (0.0, 0.62, 0.45))]
)
def test_lesions_and_rings_have_a_color_each_that_is_no_score(case, tmp_path, name, rgb):
    items = written(case, tmp_path)[name].SegmentSequence
    ((lightness, a, b),) = {tuple(item.RecommendedDisplayCIELabValue) for item in items}
    seen = [0.0, 0.0, 0.0]
    vtkMath.LabToRGB([lightness / 655.35, a / 257 - 128, b / 257 - 128], seen)
    assert seen == pytest.approx(rgb, abs=0.01)


def test_each_segment_and_each_group_names_its_region(case, tmp_path):
    datasets = written(case, tmp_path)
    for kind in ("lesion_segmentation", "ring_segmentation"):
        regions = [s.get("AnatomicRegionSequence") for s in datasets[kind].SegmentSequence]
        assert [r and r[0].CodeValue for r in regions[:2]] == [Site.LIVER.snomed_code, Site.LUNG.snomed_code]
    sites = [
        [i.ConceptCodeSequence[0].CodeValue for i in group.ContentSequence if is_coded(i, "363698007")]
        for item in datasets["lesion_report"].ContentSequence
        if is_coded(item, "126010")
        for group in item.ContentSequence
    ]
    liver, lung = [Site.LIVER.snomed_code], [Site.LUNG.snomed_code]
    assert sites == [liver, lung, [], liver, lung]


def test_a_site_that_names_no_structure_is_written_as_no_region(case, tmp_path):
    datasets = written(case, tmp_path, site=(Site.OTHER, Site.LUNG))
    for kind in ("lesion_segmentation", "ring_segmentation"):
        regions = [s.get("AnatomicRegionSequence") for s in datasets[kind].SegmentSequence[:2]]
        assert regions[0] is None
        assert regions[1][0].CodeValue == Site.LUNG.snomed_code
        assert "BodyPartExamined" not in datasets[kind]
    read = read_lesions(tmp_path / "lesion_segmentation.dcm", case.ct.image, case.ct.source)
    assert [lesion.site for lesion in read.lesions[:2]] == [None, Site.LUNG]


def is_coded(item, code):
    return item.ConceptNameCodeSequence[0].CodeValue == code


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
@pytest.mark.parametrize(
    ("of_ct", "sites", "expected"),
    [
        ("CHEST", (Site.LIVER, Site.LIVER), "CHEST"),
        ("not a code!", (Site.LIVER, Site.LIVER), "LIVER"),
        (None, (Site.LIVER, Site.LIVER), "LIVER"),
        (None, (Site.LIVER, Site.LUNG), None),
        (None, (Site.LYMPH_NODE, Site.LYMPH_NODE), None),
        (None, (Site.LUNG, None), None),
        (None, (Site.OTHER, Site.OTHER), None),
    ],
)
def test_the_body_part_is_the_cts_or_that_of_all_lesions(tmp_path, of_ct, sites, expected):
    case = make_case(tmp_path / "ct", ("Läsion A", "B"), BodyPartExamined=of_ct)
    datasets = written(case, tmp_path / "out", site=sites)
    for kind in ("lesion_segmentation", "ring_segmentation"):
        assert datasets[kind].get("BodyPartExamined") == expected


def test_lesions_that_share_voxels_keep_them_all_and_the_file_says_that_they_do(case, tmp_path):
    shape, lattice = case.ct.image.lattice.shape, case.ct.image.lattice
    masks = [ball(shape, lattice.spacing, centre, 8.0) for centre in ((12, 25, 25), (12, 30, 25))]
    lesions = [Lesion(str(n), f"l{n}", Image(mask, lattice)) for n, mask in enumerate(masks)]
    patient = score(case.ct.image, lesions, case.signature, case.ct.acquisition)
    write_dicom(patient, case.signature, case.ct.image, lesions, case.ct.source, tmp_path)
    read = read_lesions(tmp_path / "lesion_segmentation.dcm", case.ct.image, case.ct.source)
    for lesion, mask in zip(read.lesions, masks, strict=True):
        np.testing.assert_array_equal(lesion.mask.within(case.ct.image.box, False), mask)
    assert pydicom.dcmread(tmp_path / "lesion_segmentation.dcm").SegmentsOverlap == "YES"


def test_lesions_apart_do_not_overlap_for_viewers_that_refuse_it(case, tmp_path):
    assert written(case, tmp_path)["lesion_segmentation"].SegmentsOverlap == "NO"


def test_names_as_people_write_them_are_the_same_in_segmentations_and_reports(case, tmp_path):
    names = ("one\nline\\two" + "長" * 200, "肝^1\u202e")
    datasets = written(case, tmp_path, name=names)
    labels = [
        str(s.SegmentLabel)
        for kind in ("lesion_segmentation", "ring_segmentation")
        for s in datasets[kind].SegmentSequence
    ]
    assert labels[1] == "肝^1"
    assert labels[0].startswith("one line/two長長")
    assert [label for label in labels if len(label.encode()) > 64] == []
    reported = [
        str(item.TextValue)
        for measurements in datasets["lesion_report"].ContentSequence
        if is_coded(measurements, "126010")
        for group in measurements.ContentSequence
        for item in group.ContentSequence
        if is_coded(item, "112039")
    ]
    assert reported == labels
    tracked = [
        str(s.TrackingID)
        for kind in ("lesion_segmentation", "ring_segmentation")
        for s in datasets[kind].SegmentSequence
    ]
    assert tracked == labels


def test_positions_and_distances_have_the_digits_of_a_ct(case, tmp_path):
    dataset = written(case, tmp_path)["lesion_segmentation"]
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    frames = dataset.PerFrameFunctionalGroupsSequence
    numbers = [*measures.PixelSpacing, measures.SliceThickness, measures.SpacingBetweenSlices]
    numbers += [x for f in frames for x in f.PlanePositionSequence[0].ImagePositionPatient]
    assert max(len(str(number)) for number in numbers) <= 10
    assert float(measures.SpacingBetweenSlices) == case.ct.image.lattice.spacing[0]

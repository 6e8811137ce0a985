"""Designated lesions as RTSTRUCT: the same voxels come back, and other systems find what they need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from export_cases import make_case

from dicom_lesions import PATIENT, ball
from dicom_series import ct_series, enhanced
from dicom_series import write as write_files
from dicom_tools import run

pydicom = pytest.importorskip("pydicom")

from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.geometry.image import Box, Image, from_sitk  # noqa: E402
from radioimmuno.io.ct import read_ct  # noqa: E402
from radioimmuno.io.dicom import SourceSeries  # noqa: E402
from radioimmuno.io.dicom.designation import designated  # noqa: E402
from radioimmuno.io.dicom.export_checks import check_export  # noqa: E402
from radioimmuno.io.dicom.library import lenient_reading  # noqa: E402
from radioimmuno.io.dicom.method import Method  # noqa: E402
from radioimmuno.io.dicom.write import write_structures  # noqa: E402
from radioimmuno.io.dicom.write_rtstruct import designated_lesions, make_rtstruct  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402
from radioimmuno.lesion import Delineation, DelineationType, Lesion, Site, from_labels  # noqa: E402
from radioimmuno.scoring.results import LesionScore, PatientScore  # noqa: E402
from radioimmuno.signature.color_scale import color_scale  # noqa: E402
from radioimmuno.signature.signature import default_signature  # noqa: E402

SHAPE, SPACING = (12, 40, 41), (3.0, 0.9765625, 0.703125)
SIGNATURE = replace(default_signature(), status="research", name="Example")
CUTOFFS = SIGNATURE.cutoffs
# A turn about all three axes.
OBLIQUE = np.linalg.qr(np.array([[1.0, 0.2, -0.3], [-0.15, 1.0, 0.25], [0.3, -0.2, 1.0]]))[0]
FRAME, INSTANCE = "ReferencedFrameOfReferenceUID", "ReferencedSOPInstanceUID"
SLICERRT_KEYHOLE_MM, SLICERRT_LEAST_POINTS = 0.001, 3


def masks():
    """Name -> voxels: what lesions look like, and what contours are wrong of if anything."""
    centre = (6, 20, 20)
    whole, core = (ball(SHAPE, SPACING, centre, mm) for mm in (14.0, 6.0))
    speckles = whole & (np.random.default_rng(5).random(SHAPE) < 0.7)
    thin, corner, diagonal, border = (np.zeros(SHAPE, bool) for _ in range(4))
    thin[3, 5, 4:30] = thin[4:8, 8, 8] = True
    corner[-1, -1, -1] = True
    diagonal[5, range(10, 20), range(10, 20)] = diagonal[5, range(30, 20, -1), range(20, 30)] = True
    border[:4, :6] = border[0, :, :3] = True
    left, right = whole.copy(), whole.copy()
    left[:, :, 20:] = right[:, :, :20] = False
    island = (whole & ~core) | ball(SHAPE, SPACING, centre, 3.0)
    named = {"ball": whole, "cavity": whole & ~core, "island": island, "speckles": speckles, "thin": thin}
    named |= {"corner": corner, "diagonal": diagonal, "border": border, "left half": left}
    return named | {"right half": right}


def lesion(number, name, mask, lattice, **more):
    image = Image(mask, lattice)
    return Lesion(f"s{number}", name, image.crop(Box.around(mask)), **more)


def patient_of(lesions, scores=()):
    """A row for each lesion; those without a score in `scores` have one below the low cut-off."""
    scores = [*scores, *[CUTOFFS.low - 0.01] * len(lesions)]
    rows = [
        LesionScore(one.id, one.name, one.volume_cc, value, one.site)
        for one, value in zip(lesions, scores, strict=False)
    ]
    return PatientScore(tuple(rows), {}, {})


def series(kind, folder):
    """A CT that lies along the patient's axes, across all of them, or in one file."""
    values = np.zeros(SHAPE, np.int16)
    turned = (*OBLIQUE[:, 0], *OBLIQUE[:, 1]) if kind == "oblique" else (1, 0, 0, 0, 1, 0)
    made = ct_series(values, spacing=SPACING, origin=(-211.3, 17.7, -400.2), orientation=turned, **PATIENT)
    return read_ct(write_files(folder, [enhanced(values)] if kind == "enhanced" else made))


@pytest.fixture(scope="module")
def axial(tmp_path_factory):
    """(CT, lesions, file with all of them)."""
    folder = tmp_path_factory.mktemp("rtstruct")
    ct = series("axial", folder / "ct")
    lesions = [lesion(n, name, mask, ct.image.lattice) for n, (name, mask) in enumerate(masks().items())]
    return ct, lesions, save(ct, lesions, folder / "s.dcm")


def save(ct, lesions, path, which=("below-low",), signature=SIGNATURE, scores=()):
    patient = patient_of(lesions, scores)
    designation = designated(patient.lesions, which, CUTOFFS)
    return write_structures(patient, designation, signature, ct.image, lesions, ct.source, path)


@pytest.mark.parametrize("kind", ["axial", "oblique", "enhanced"])
def test_our_reader_gives_back_every_voxel(kind, tmp_path):
    ct = series(kind, tmp_path / "ct")
    lesions = [lesion(n, name, mask, ct.image.lattice) for n, (name, mask) in enumerate(masks().items())]
    read = read_lesions(save(ct, lesions, tmp_path / "s.dcm"), ct.image, ct.source)
    assert read.findings == {}
    assert [one.name for one in read.lesions] == list(masks())
    for found in read.lesions:
        voxels = found.mask.within(ct.image.box, False)
        np.testing.assert_array_equal(voxels, masks()[found.name], err_msg=found.name)


@pytest.mark.slow
def test_real_lesions_come_back_voxel_by_voxel(data, tmp_path):
    """Twenty masks of sarcomas on the grids of their CT, as though these were series."""
    source = SourceSeries("1.2.1", "1.2.2", "1.2.3", ())
    method = Method.of(SIGNATURE)
    for folder in sorted((data / "sts").iterdir()):
        image = from_sitk(sitk.ReadImage(folder / "mask.nii.gz"))
        lesions = from_labels(image)
        rows = patient_of(lesions).lesions
        structures = designated_lesions(rows, rows, lesions, {one.id: one.name for one in lesions})
        made = make_rtstruct(structures, "by name", method, method.colors, source, pydicom.Dataset(), "1.2.4")
        made.save_as(tmp_path / "s.dcm", enforce_file_format=True)
        found = read_lesions(tmp_path / "s.dcm", image, source, ["*"]).lesions
        for before, after in zip(lesions, found, strict=True):
            voxels = after.mask.within(image.box, False)
            assert (voxels == before.mask.within(image.box, False)).all(), folder.name


def test_a_real_series_gets_its_lesion_with_its_header_as_it_is(data, tmp_path):
    """Its StudyID is longer than DICOM allows: it stays as it is, and nobody is warned."""
    ct = read_ct(data / "sts_dicom" / "STS_012" / "CT")
    lesions = [
        lesion(
            1,
            "ball",
            ball(ct.image.lattice.shape, ct.image.lattice.spacing, (20, 70, 90), 25.0),
            ct.image.lattice,
        )
    ]
    path = save(ct, lesions, tmp_path / "s.dcm")
    (found,) = read_lesions(path, ct.image, ct.source).lesions
    assert (found.mask.within(ct.image.box, False) == lesions[0].mask.within(ct.image.box, False)).all()
    with lenient_reading():
        assert len(pydicom.dcmread(path).StudyID) > 16


def test_patient_study_and_frame_are_the_cts_and_the_rest_says_what_it_is(axial):
    ct, _, path = axial
    made, first = pydicom.dcmread(path), pydicom.dcmread(ct.source.instances[0].path)
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "StudyDate", "FrameOfReferenceUID"):
        assert made[keyword].value == first[keyword].value
    assert made.SeriesInstanceUID != first.SeriesInstanceUID
    assert made.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"
    assert (made.StructureSetLabel, made.ApprovalStatus) == ("RIS RESEARCH", "UNAPPROVED")
    assert made.SeriesDescription == "RadioImmunoScore: designated lesions, research only"
    assert made.StructureSetName == "Lesions: score below the low cut-off"
    assert made.StructureSetDescription.startswith(
        "Research use only. Not for diagnosis or treatment decisions."
    )
    assert "Signature: Example, version 1" in made.StructureSetDescription


@pytest.mark.parametrize(
    ("words", "spoil"),
    [
        ("frame of reference", lambda d: setattr(d.StructureSetROISequence[0], FRAME, "1.2")),
        ("not those of its structures", lambda d: d.ROIContourSequence.pop()),
        ("a structure set refers to instances", lambda d: setattr(images_of(d)[0], INSTANCE, "1.2")),
    ],
)
def test_a_structure_set_that_contradicts_itself_is_not_written(axial, words, spoil):
    ct, lesions, _ = axial
    rows, method = patient_of(lesions).lesions, Method.of(SIGNATURE)
    structures = designated_lesions(rows, rows, lesions, {one.id: one.name for one in lesions})
    header = pydicom.dcmread(ct.source.instances[0].path)
    made = make_rtstruct(structures, "by name", method, method.colors, ct.source, header, "1.2.4")
    assert check_export([made], ct.source) == []
    spoil(made)
    assert words in " ".join(check_export([made], ct.source))


def images_of(dataset):
    return dataset.ROIContourSequence[0].ContourSequence[0].ContourImageSequence


def test_a_structure_is_named_and_colored_and_has_its_score_in_words(axial, tmp_path):
    ct, lesions, _ = axial
    scores = (CUTOFFS.high + 0.02, None)
    drawn = Delineation(DelineationType.SEMIAUTOMATIC, "stroke")
    changed = [replace(lesions[0], site=Site.LIVER, delineation=drawn), replace(lesions[1], name="ball")]
    path = save(ct, changed, tmp_path / "s.dcm", ("above-high", "s1"), scores=scores)
    made = pydicom.dcmread(path)
    first, second = made.StructureSetROISequence
    assert (first.ROINumber, first.ROIName, second.ROIName) == (1, "ball", "ball (2)")
    assert (first.ROIGenerationAlgorithm, first.ROIGenerationDescription) == ("SEMIAUTOMATIC", "stroke")
    assert second.ROIGenerationAlgorithm == ""
    assert float(first.ROIVolume) == pytest.approx(changed[0].volume_cc, rel=1e-3)
    hexes = ["#" + "".join(f"{c:02x}" for c in item.ROIDisplayColor) for item in made.ROIContourSequence]
    assert hexes == [color_scale(SIGNATURE).hex(score) for score in scores]
    texts = [item.ROIObservationDescription for item in made.RTROIObservationsSequence]
    assert texts[0].startswith(f"RadioImmunoScore: score {scores[0]:.4g}. Research use only.")
    assert texts[1].startswith("RadioImmunoScore: no score. Research use only.")
    assert [item.RTROIInterpretedType for item in made.RTROIObservationsSequence] == ["", ""]
    read = read_lesions(path, ct.image, ct.source).lesions
    assert [(one.site, one.delineation) for one in read] == [(Site.LIVER, drawn), (None, None)]


def test_a_demonstration_signature_is_named_as_one_everywhere(tmp_path):
    case = make_case(tmp_path / "ct", ("B",))
    made = pydicom.dcmread(save(case.ct, case.lesions, tmp_path / "s.dcm", ("B",), case.signature))
    assert made.StructureSetLabel == "RIS DEMO"
    assert "DEMONSTRATION" in made.SeriesDescription
    for text in (made.StructureSetDescription, made.RTROIObservationsSequence[0].ROIObservationDescription):
        assert "Its scores say nothing about a patient" in text


def test_slicerrt_finds_all_that_its_importer_asks_for(axial):
    """Its rules, by `vtkSlicerDicomRtReader` and `vtkPlanarContourToClosedSurfaceConversionRule`.

    Every ROI has a number, contours with as many points as they claim and a color; all refer to one series,
    each contour to one slice, in which it lies. Of a keyhole both runs are within 0.001 mm and more than 3
    points apart along the contour, the contour does not begin in one, and between two is another point.
    """
    ct, _, path = axial
    made = pydicom.dcmread(path)
    (frame,) = made.ReferencedFrameOfReferenceSequence
    (study,) = frame.RTReferencedStudySequence
    (referenced,) = study.RTReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == ct.source.series_uid
    assert len(referenced.ContourImageSequence) == SHAPE[0]
    heights = {one.sop_instance_uid: -400.2 + SPACING[0] * one.k for one in ct.source.instances}
    numbers = [item.ROINumber for item in made.StructureSetROISequence]
    assert [item.ReferencedROINumber for item in made.ROIContourSequence] == numbers
    keyholes = 0
    for roi in made.ROIContourSequence:
        assert len(roi.ROIDisplayColor) == 3
        for contour in roi.ContourSequence:
            points = np.array(contour.ContourData, float).reshape(-1, 3)
            assert contour.ContourGeometricType == "CLOSED_PLANAR"
            assert len(points) == contour.NumberOfContourPoints >= 3
            (image,) = contour.ContourImageSequence
            assert np.ptp(points[:, 2]) == 0
            assert points[0, 2] == pytest.approx(heights[image.ReferencedSOPInstanceUID], abs=1e-4)
            keyholes += keyholes_of(points)
    assert keyholes > 50  # one for each hole of the cavity's, the island and the speckles


def keyholes_of(points):
    """How many keyholes a contour has; each is one that SlicerRT takes apart."""
    near = np.linalg.norm(points[:, None] - points[None], axis=2) <= SLICERRT_KEYHOLE_MM
    pairs = [(a, b) for a, b in np.argwhere(near) if a < b]
    flagged = [number for pair in pairs for number in pair]
    assert len(flagged) == len(set(flagged))
    assert 0 not in flagged
    partner = dict(pairs) | {b: a for a, b in pairs}
    runs = 0
    for number in flagged:
        assert (
            min(abs(partner[number] - number), len(points) - abs(partner[number] - number))
            > SLICERRT_LEAST_POINTS
        )
        if number + 1 in partner:
            assert partner[number + 1] == partner[number] - 1
            assert number - 1 not in partner
            assert number + 2 not in partner
            runs += 1
    assert runs == len(pairs)
    return runs // 2


def test_dciodvfy_finds_no_error(axial):
    lines = run("dciodvfy", axial[2]).splitlines()
    assert "RTStructureSet" in lines
    assert [line for line in lines if line.startswith("Error")] == []


def test_what_cannot_be_laid_upon_a_ct_is_refused(axial, tmp_path):
    ct, lesions, _ = axial
    with pytest.raises(InputError, match="score above the high cut-off") as caught:
        save(ct, lesions, tmp_path / "s.dcm", ("above-high",))
    assert caught.value.code == "dicom.nothing_designated"
    with pytest.raises(InputError, match="no frame of reference") as caught:
        save(replace(ct, source=replace(ct.source, frame_of_reference_uid="")), lesions, tmp_path / "s.dcm")
    assert caught.value.code == "dicom.incomplete"
    half = ct.image.values[:, :20]
    cut = replace(ct, image=Image(half, Image(half, ct.image.lattice).window))
    with pytest.raises(InputError, match="not the series") as caught:
        save(cut, lesions[:1], tmp_path / "s.dcm")
    assert caught.value.code == "mask.geometry"
    assert not (tmp_path / "s.dcm").exists()

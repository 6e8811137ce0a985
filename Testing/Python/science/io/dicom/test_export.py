"""Results as DICOM: what the reports say, to whom they belong, and what stays over time points.

Tests of: write_sr.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from export_cases import export, make_case

from dicom_lesions import PATIENT, ball
from dicom_series import enhanced
from dicom_series import write as write_files

pydicom = pytest.importorskip("pydicom")
hd = pytest.importorskip("highdicom")

from radioimmuno.features.catalog import split  # noqa: E402
from radioimmuno.findings import InputError  # noqa: E402
from radioimmuno.geometry.image import Image  # noqa: E402
from radioimmuno.io.ct import read_ct  # noqa: E402
from radioimmuno.io.dicom.write import write_dicom  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402
from radioimmuno.lesion import Lesion  # noqa: E402
from radioimmuno.scoring.score import score  # noqa: E402
from radioimmuno.signature.signature import default_signature  # noqa: E402

SEGMENTATIONS = ("lesion_segmentation", "ring_segmentation")


@pytest.fixture
def datasets(files):
    return {name: pydicom.dcmread(path) for name, path in files.items()}


def items_of(dataset):
    yield dataset
    for child in dataset.get("ContentSequence") or []:
        yield from items_of(child)


def values_of(group):
    """(code, derivation) -> value of a measurement group's numbers."""
    found = {}
    for item in group.get("ContentSequence") or []:
        if item.ValueType == "NUM":
            derived = [
                child.ConceptCodeSequence[0].CodeMeaning
                for child in item.get("ContentSequence") or []
                if child.ConceptNameCodeSequence[0].CodeValue in ("121401", "370129005")
            ]
            measured = item.MeasuredValueSequence[0]
            value = measured.get("FloatingPointValue", float(measured.NumericValue))
            code = item.ConceptNameCodeSequence[0].CodeValue
            found[(code, *derived)] = value
    return found


def digits(value, count):
    """The value as it is printed to so many significant digits."""
    return float(f"{value:.{count}g}")


def groups_of(dataset):
    """Tracking identifier -> measurement group."""
    found = {}
    for item in items_of(dataset):
        for child in item.get("ContentSequence") or []:
            if child.ValueType == "TEXT" and child.ConceptNameCodeSequence[0].CodeValue == "112039":
                found[child.TextValue] = item
    return found


def coded(group):
    return {
        item.ConceptNameCodeSequence[0].CodeValue: item.ConceptCodeSequence[0].CodeValue
        for item in group.ContentSequence
        if item.ValueType == "CODE"
    }


def texts(group):
    return {
        i.ConceptNameCodeSequence[0].CodeValue: i.TextValue
        for i in group.ContentSequence
        if i.ValueType == "TEXT"
    }


def test_every_value_is_in_the_report_and_what_is_missing_is_said(case, datasets):
    groups = groups_of(datasets["lesion_report"])
    for row in case.patient.lesions[:3]:
        found = values_of(groups[row.name])
        assert found["118565006", "Sum of segmented voxel volumes"] == digits(row.volume_cc, 4)
        assert coded(groups[row.name])["STATUS"] == {
            "scored": "STATUS_SCORED", "warning": "STATUS_WARNING", "refused": "STATUS_REFUSED"
        }[row.status]  # fmt: skip
        assert (("SCORE",) in found) == (row.score is not None)
        if row.score is None:
            assert texts(groups[row.name])["FINDINGS"] == row.reasons
            continue
        assert found["SCORE",] == digits(row.score, 4)
        ring = values_of(groups[f"{row.name}, ring"])
        for identifier, value in row.features.items():
            region, feature = split(identifier)
            numbers = ring if region == "ring" else found
            written = [v for (code, *_), v in numbers.items() if code == feature.ibsi_code]
            assert digits(value, 6) in written, identifier
    assert all(math.isfinite(v) for group in groups.values() for v in values_of(group).values())


AFTER_LOG = "log_sigma_3mm.statistics.mean"
UNCODED = {
    f"lesion.{AFTER_LOG}": -1.25,
    "ring.wavelet_coif1_lhl.glcm.contrast": 12.5,
    f"pet.lesion.{AFTER_LOG}": 0.5,
    "delta.lesion.statistics.mean": 0.1,
    "learned.niche.0": 2.0,
    "clinical.crp": 4.0,
}


def test_what_has_no_code_of_its_own_stands_in_words_alone(case, datasets, tmp_path):
    """Of a filtered image no measurement is made, under whose code it would be taken for the image's own."""
    first, second, *others = case.patient.lesions
    undefined = {f"lesion.{AFTER_LOG.replace('mean', 'variance')}": math.nan}
    rows = (
        replace(first, features={**first.features, **UNCODED, **undefined}),
        replace(second, features=UNCODED),
        *others,
    )
    written = export(replace(case, patient=replace(case.patient, lesions=rows)), tmp_path)
    groups = groups_of(pydicom.dcmread(written["lesion_report"]))
    before = groups_of(datasets["lesion_report"])
    for row in (first, second):
        assert texts(groups[row.name])["UNCODED"] == (
            "lesion.log_sigma_3mm.statistics.mean: -1.25 a.u.; ring.wavelet_coif1_lhl.glcm.contrast: 12.5; "
            "pet.lesion.log_sigma_3mm.statistics.mean: 0.5 a.u.; delta.lesion.statistics.mean: 0.1; "
            "learned.niche.0: 2; clinical.crp: 4"
        )
        assert "UNCODED" not in texts(before[row.name])
        assert f"{row.name}, PET" not in groups
    for name in (first.name, f"{first.name}, ring"):
        assert values_of(groups[name]) == values_of(before[name])
    volume = ("118565006", "Sum of segmented voxel volumes")
    assert set(values_of(groups[second.name])) == {volume, ("SCORE",)}
    assert values_of(groups[f"{second.name}, ring"]) == {}


def test_the_patients_metrics_and_its_empty_lesion_are_in_the_patients_report(case, datasets):
    groups = groups_of(datasets["patient_report"])
    metrics = case.patient.metrics
    assert values_of(groups["Patient, all lesions"]) == {
        ("SCORED",): metrics.n,
        ("SCORE", "Mean"): digits(metrics.mean, 4),
        ("SCORE", "Median"): digits(metrics.median, 4),
        ("SCORE", "Minimum"): digits(metrics.minimum, 4),
        ("SCORE", "Maximum"): digits(metrics.maximum, 4),
        ("SCORE", "Standard Deviation"): digits(metrics.sd, 4),
        ("ENTROPY",): digits(metrics.entropy, 4),
        ("OUTSIDE_BINS",): metrics.outside_bins,
    }
    names = {row.id: row.name for row in case.patient.lesions}
    assert texts(groups["Patient, all lesions"])["LOWEST"] == names[metrics.minimum_lesion]
    liver = groups["Patient, lesions: site: liver"]
    assert coded(liver)["ENTROPY"] == "NOT_DEFINED"
    assert ("ENTROPY",) not in values_of(liver)
    assert coded(groups["nothing"])["STATUS"] == "STATUS_REFUSED"
    assert values_of(groups["nothing"]) == {}


def test_the_patients_value_by_the_signatures_rule_is_in_the_patients_report(case, datasets):
    group = groups_of(datasets["patient_report"])["Patient, value"]
    scores = [row.score for row in case.patient.lesions if row.score is not None]
    smallest = digits(min(scores), 4)
    assert values_of(group) == {("LESIONS",): len(scores), ("PATIENT_VALUE",): smallest, ("CUTOFF",): 0.0}
    assert texts(group)["RULE"] == "smallest of the lesions' scores"
    assert coded(group)["GROUP"] == ("GROUP_HIGH" if smallest > 0 else "GROUP_LOW")
    item = next(i for i in group.ContentSequence if i.ConceptNameCodeSequence[0].CodeValue == "PATIENT_VALUE")
    assert item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "1"


def test_a_signature_without_a_rule_and_a_patient_without_a_value_say_so(case, tmp_path):
    value = replace(case.patient.value, rule="scores_entropy", value=None, why_missing="there are no bins")
    for name, given in (("none", None), ("missing", value)):
        patient = replace(case.patient, value=given)
        (tmp_path / name).mkdir()
        written = write_dicom(
            patient, case.signature, case.ct.image, case.lesions, case.ct.source, tmp_path / name
        )
        report = next(path for path in written if path.stem == "patient_report")
        groups = groups_of(pydicom.dcmread(report))
        assert ("Patient, value" in groups) == (given is not None)
    group = groups["Patient, value"]
    assert coded(group)["PATIENT_VALUE"] == "NO_VALUE"
    assert texts(group)["REASON"] == "there are no bins"
    assert ("PATIENT_VALUE",) not in values_of(group)
    units = [
        i.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0]
        for i in group.ContentSequence
        if i.ValueType == "NUM"
    ]
    assert [unit.CodeValue for unit in units] == ["1", "bit"]


def test_numbers_are_written_with_the_digits_that_mean_something(case, datasets):
    written = [
        item.MeasuredValueSequence[0].get_item("NumericValue").value.decode().strip()
        for name in ("lesion_report", "patient_report")
        for item in items_of(datasets[name])
        if item.get("ValueType") == "NUM"
    ]
    assert len(written) > 30
    assert [text for text in written if text.endswith(".0") or len(text) > len("-0.00123456")] == []
    assert str(len(case.patient.scored)) in written


def test_the_method_is_named_with_hash_and_settings_and_the_notice_is_in_every_group(case, datasets):
    for name in ("lesion_report", "patient_report"):
        for group in groups_of(datasets[name]).values():
            words = texts(group)
            assert case.signature.name in words["111001"]
            assert words["111003"] == case.signature.version
            parameters = json.loads(words["111002"])
            assert parameters["signature_sha256"] == case.signature.sha256
            assert parameters["settings"] == case.signature.settings.to_dict()
            assert parameters["entropy_edges"] == list(case.signature.distribution.entropy_edges)
            assert "DEMONSTRATION" in parameters["notice"]
            assert coded(group)["USE"] == "USE_NONE"


def test_patient_and_study_are_the_cts_and_series_are_new(case, datasets):
    header = pydicom.dcmread(case.ct.source.instances[0].path, stop_before_pixels=True)
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID", "StudyID"):
        assert {str(d.get(keyword)) for d in datasets.values()} == {str(header.get(keyword))}
    series = {str(d.SeriesInstanceUID) for d in datasets.values()}
    assert len(series) == 3
    assert case.ct.source.series_uid not in series


@pytest.mark.filterwarnings("ignore:.*(nvalid value for VR|value length)")
def test_what_of_the_patient_no_file_may_say_is_left_empty_and_its_names_stay(tmp_path):
    broken = {
        "PatientSex": "unknown!",
        "PatientBirthDate": "1960",
        "StudyDate": "2.1.20",
        "StudyTime": "25:61",
    }
    names = {"PatientID": "x" * 70, "PatientName": "山田^太郎=やまだ^たろう"}
    case = make_case(tmp_path / "ct", ("B",), **broken, **names)
    for path in export(case, tmp_path).values():
        dataset = pydicom.dcmread(path)
        assert {str(dataset[keyword].value) for keyword in broken} == {""}
        assert {keyword: str(dataset[keyword].value) for keyword in names} == names


def tracking_uids(files):
    """Segment label -> tracking UID, of lesions and rings."""
    segments = [s for kind in SEGMENTATIONS for s in pydicom.dcmread(files[kind]).SegmentSequence]
    assert len({str(s.SegmentLabel) for s in segments}) == len(segments)
    return {str(s.SegmentLabel): str(s.TrackingUID) for s in segments}


def test_tracking_uids_stay_over_time_points(case, tmp_path):
    (tmp_path / "later").mkdir()
    names = ("B", "Läsion A")
    later = make_case(tmp_path / "ct", names)
    uids = []
    for one, folder in ((case, tmp_path), (later, tmp_path / "later")):
        uids.append(tracking_uids(export(one, folder)))
    first, second = uids
    assert {name: first[name] for name in second} == second
    assert len(set(first.values())) == len(first)
    other = make_case(tmp_path / "other", names, PatientID="P-18")
    (tmp_path / "third").mkdir()
    assert not set(tracking_uids(export(other, tmp_path / "third")).values()) & set(first.values())


def test_a_tracking_uid_that_came_with_the_lesion_is_kept(case, files, tmp_path):
    read = read_lesions(files["lesion_segmentation"], case.ct.image, case.ct.source)
    given = {x.name: x.tracking_uid for x in read.lesions}
    seg = pydicom.dcmread(files["lesion_segmentation"])
    seg.SegmentSequence[0].TrackingUID = "2.25.4711"
    seg.save_as(tmp_path / "renamed.dcm")
    lesion = read_lesions(tmp_path / "renamed.dcm", case.ct.image, case.ct.source).lesions[0]
    assert lesion.tracking_uid == "2.25.4711"
    assert given["Läsion A"] == tracking_uids(files)["Läsion A"]


@pytest.mark.parametrize("names", [("nothing",), ("tiny",)])
def test_a_patient_without_a_score_is_exported_all_the_same(tmp_path, names):
    case = make_case(tmp_path / "ct", names)
    written = export(case, tmp_path)
    assert set(written) == (
        {"patient_report"}
        if names == ("nothing",)
        else {"lesion_segmentation", "lesion_report", "patient_report"}
    )
    groups = groups_of(pydicom.dcmread(written["patient_report"]))
    assert coded(groups["Patient, all lesions"])["373098007"] == "NOT_DEFINED"


def test_results_on_an_enhanced_multi_frame_ct_refer_to_its_frames(tmp_path):
    scan = enhanced(np.random.default_rng(4).integers(20, 100, (12, 30, 31)).astype(np.int16))
    for keyword, value in PATIENT.items():
        setattr(scan, keyword, value)
    ct = read_ct(write_files(tmp_path / "ct", [scan]))
    mask = ball((12, 30, 31), ct.image.lattice.spacing, (6, 15, 15), 8.0)
    lesions = [Lesion("1", "a", Image(mask, ct.image.lattice))]
    signature = default_signature()
    patient = score(ct.image, lesions, signature, ct.acquisition)
    seg, *_ = write_dicom(patient, signature, ct.image, lesions, ct.source, tmp_path)
    (lesion,) = read_lesions(seg, ct.image, ct.source).lesions
    np.testing.assert_array_equal(lesion.mask.within(ct.image.box, False), mask)
    sources = [
        frame.DerivationImageSequence[0].SourceImageSequence[0]
        for frame in pydicom.dcmread(seg).PerFrameFunctionalGroupsSequence
    ]
    assert {source.ReferencedSOPInstanceUID for source in sources} == {scan.SOPInstanceUID}
    drawn = mask.any(axis=(1, 2)).nonzero()[0]
    assert [source.ReferencedFrameNumber for source in sources] == (drawn + 1).tolist()


def test_a_ct_without_a_frame_of_reference_is_refused(tmp_path):
    case = make_case(tmp_path / "ct", ("B",), FrameOfReferenceUID=None)
    with pytest.raises(InputError, match="no frame of reference") as caught:
        export(case, tmp_path)
    assert caught.value.code == "dicom.incomplete"


def test_an_image_that_is_not_the_series_is_refused(case, tmp_path):
    values = case.ct.image.values[:, :40]
    half = Image(values, Image(values, case.ct.image.lattice).window)
    with pytest.raises(InputError, match="not the series"):
        write_dicom(case.patient, case.signature, half, case.lesions[:1], case.ct.source, tmp_path)

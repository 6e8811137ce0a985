"""The report of a follow-up as DICOM: a lesion that split, and one that nobody paired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from followed import DATES, course_of

pydicom = pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from dicom_lesions import PATIENT, ball  # noqa: E402
from dicom_series import ct_series, write  # noqa: E402
from radioimmuno.followup.dicom_report import with_reports  # noqa: E402
from radioimmuno.followup.follow_up import follow_up  # noqa: E402
from radioimmuno.followup.followed_lesion import ScoredStudy  # noqa: E402
from radioimmuno.followup.tracking import trackings  # noqa: E402
from radioimmuno.geometry.image import Image  # noqa: E402
from radioimmuno.io.ct import read_ct  # noqa: E402
from radioimmuno.io.dicom.export_checks import check_export  # noqa: E402
from radioimmuno.io.dicom.write import make_export, patient_key  # noqa: E402
from radioimmuno.lesion import Lesion  # noqa: E402
from radioimmuno.scoring.results import LesionScore  # noqa: E402
from radioimmuno.scoring.score import patient_score  # noqa: E402
from radioimmuno.signature.signature import default_signature  # noqa: E402
from radioimmuno.study import Study  # noqa: E402

SHAPE, SPACING = (20, 40, 40), (2.0, 1.0, 1.0)
BALLS = (
    {"whole": ((10, 12, 12), 8.0), "lost": ((10, 30, 30), 6.0)},
    {"upper": ((6, 12, 12), 4.0), "lower": ((14, 12, 12), 5.0), "found": ((10, 30, 30), 6.0)},
)
VOLUME = "118565006"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The follow-up, its exports, and the UIDs in each."""
    studies, cts = [], []
    for number, (balls, day) in enumerate(zip(BALLS, DATES, strict=False)):
        series = ct_series(np.full(SHAPE, 40, np.int16), spacing=SPACING, **PATIENT)
        cts.append(read_ct(write(tmp_path_factory.mktemp("ct") / str(number), series)))
        lattice = cts[-1].image.lattice
        lesions = tuple(
            Lesion(name, name, Image(ball(SHAPE, SPACING, centre, mm), lattice).trimmed())
            for name, (centre, mm) in balls.items()
        )
        rows = {one.id: LesionScore(one.id, one.name, one.volume_cc, 0.25) for one in lesions}
        studies.append(ScoredStudy(f"S{number + 1}", Study({}, lesions, date=day), rows))
    course = course_of(studies, [("whole", "upper lower")])
    found = follow_up("P", course, studies)
    written = trackings(course, patient_key(cts[0].source))
    exports = []
    for one, ct, own in zip(studies, cts, written.drawn, strict=True):
        patient = patient_score(list(one.rows.values()), default_signature(), ct.acquisition, {})
        exports.append(make_export(patient, default_signature(), ct.image, one.study.lesions, ct.source, own))
    return found, with_reports(found, exports, written), written


def values_of(group) -> dict[str, list[str]]:
    """What the group's items have, by the code of their names."""
    values: dict[str, list[str]] = {}
    for item in group.ContentSequence:
        shown = {
            "NUM": lambda item: item.MeasuredValueSequence[0].NumericValue,
            "CODE": lambda item: item.ConceptCodeSequence[0].CodeValue,
            "UIDREF": lambda item: item.UID,
            "TEXT": lambda item: item.TextValue,
        }[item.ValueType](item)
        values.setdefault(str(item.ConceptNameCodeSequence[0].CodeValue), []).append(str(shown))
    return values


def groups_of(report) -> list[dict[str, list[str]]]:
    return [values_of(group) for group in report.ContentSequence[-1].ContentSequence]


def test_parts_have_uids_of_their_own_and_are_the_lesion_together(made):
    found, exports, _ = made
    first, second = ({one.lesion_id: one.tracking.uid for _, one in e.export.segments} for e in exports)
    assert len({*first.values(), *second.values()}) == 5
    groups = groups_of(exports[1].reports["follow_up_report.dcm"])
    whole = [group for group in groups if group["112040"] == [first["whole"]]]
    assert [group["112039"] for group in whole] == [["whole"], ["whole"]]
    volumes = [one.volume_cc for one in found.lesions[0].in_studies]
    assert [float(group[VOLUME][0]) for group in whole] == pytest.approx(volumes, rel=1e-3)
    parts = found.studies[1].study.lesions[:2]
    assert volumes[1] == pytest.approx(sum(part.volume_cc for part in parts))
    assert whole[1]["MATCH"] == ["MATCH_SPLIT"]
    assert whole[1]["MATCHED_BY"] == ["Paired by hand."]
    cc, percent = map(float, whole[1]["VOLUME_CHANGE"])
    assert cc == pytest.approx(volumes[1] - volumes[0], rel=1e-3)
    assert percent == pytest.approx(100 * (volumes[1] / volumes[0] - 1), rel=1e-3)
    # The score of the parts as one was not measured.
    assert "SCORE" not in whole[1]


def test_what_a_person_has_to_pair_has_no_change(made):
    _, exports, written = made
    groups = groups_of(exports[1].reports["follow_up_report.dcm"])
    lost = [group for group in groups if group["112040"] == [written.drawn[0]["lost"].uid]]
    assert VOLUME in lost[0]
    assert lost[1]["MATCH"] == ["MATCH_AMBIGUOUS"]
    assert VOLUME not in lost[1]
    (found,) = (group for group in groups if group["112040"] == [written.drawn[1]["found"].uid])
    assert found["112016"] == ["112076"]
    assert "VOLUME_CHANGE" not in found


def test_the_baseline_has_no_report_and_every_reference_is_known(made):
    _, exports, _ = made
    assert "follow_up_report.dcm" not in exports[0].reports
    source = exports[1].export.source
    assert check_export(exports[1].datasets, source, exports[0].instance_uids) == []
    problems = check_export(exports[1].datasets, source)
    assert [problem.partition(":")[0] for problem in problems] == [
        "a report refers to instances that do not exist"
    ]


def test_a_study_without_a_lesion_of_the_course_has_no_report(made):
    found, exports, written = made
    empty = [replace(lesion, in_studies=(lesion.in_studies[0], None)) for lesion in found.lesions]
    again = with_reports(replace(found, lesions=tuple(empty)), exports[:1] * 2, written)
    assert "follow_up_report.dcm" not in again[1].reports

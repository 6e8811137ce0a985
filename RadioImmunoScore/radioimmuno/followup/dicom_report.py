"""A course as DICOM: each study's own export, and in later studies a report of what became of the lesions.

The report is a TID 1500 document with groups without a region (TID 1501), one a lesion and time point, all
with the lesion's tracking UID and identifier; the Time Point Context (TID 1502) says which study a group's
values are of. That is how the standard has earlier values: there is no code for "previous value". The changes
stand beside the present values, under codes of our own, as the standard has none for them.

The reports of the earlier studies, whose volumes and scores it repeats, are its Predecessor Documents (DICOM
PS3.3 C.17.2); they and the earlier CT and segmentations are its Pertinent Other Evidence (C.17.2.3), where
they lie in other studies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..io.dicom.codes import coded, lesion_concepts, region_of
from ..io.dicom.export_names import FOLLOW_UP_NAME, LESIONS_NAME, Tracking, cleaned, shortened
from ..io.dicom.library import highdicom
from ..io.dicom.sr_items import algorithm_item, instances, text_item, tracking_item, use_item
from ..io.dicom.sr_numbers import measurement, rounded
from ..io.dicom.write import StudyExport
from ..io.dicom.write_sr import document, volume_item
from .change import Change, change
from .follow_up import FollowedLesion, FollowUp
from .followed_lesion import LesionInStudy, days_between
from .match import MatchKind
from .response.measured import Role
from .tracking import CourseTrackings

LONG_AXIS = ("103339001", "SCT", "Long Axis")
SHORT_AXIS = ("103340004", "SCT", "Short Axis")
BASELINE = ("121079", "DCM", "Baseline")
DAY = ("d", "UCUM", "day")
# DICOM PS3.16 CID 6145.
CATEGORIES = {
    Role.TARGET: ("112074", "DCM", "Target Lesion at Baseline"),
    Role.NON_TARGET: ("112075", "DCM", "Non-Target Lesion at Baseline"),
    Role.NEW: ("112076", "DCM", "Non-Lesion at Baseline"),
}
MATCHES = {kind: f"MATCH_{kind.name}" for kind in MatchKind} | {MatchKind.OUT_OF_VIEW: "MATCH_UNSEEN"}
REPORT_NUMBER = 3


def with_reports(
    found: FollowUp, exports: Sequence[StudyExport], written: CourseTrackings
) -> list[StudyExport]:
    """The exports of a course's studies, the later ones with a report of the follow-up.

    Parameters
    ----------
    found : FollowUp
    exports : sequence of StudyExport
        One a study, in order of time, made with `written.drawn`.
    written : CourseTrackings

    Returns
    -------
    list of StudyExport
    """
    made = list(exports[:1])
    for number, own in enumerate(exports[1:], start=1):
        groups = _groups(found, number, own, written)
        if groups:
            report = _report(groups, own, made)
            own = replace(own, reports={**own.reports, FOLLOW_UP_NAME: report})
        made.append(own)
    return made


def _report(groups: Sequence[Any], own: StudyExport, earlier: Sequence[StudyExport]) -> Any:
    evidence = [dataset for one in (own, *earlier) for dataset in (*instances(one.export), *one.datasets)]
    predecessors = [one.reports[LESIONS_NAME] for one in earlier if LESIONS_NAME in one.reports]
    return document(own.export, groups, own.series_uid, REPORT_NUMBER, evidence, predecessors)


def _groups(found: FollowUp, number: int, own: StudyExport, written: CourseTrackings) -> list[Any]:
    return [
        _group(found, lesion, here, (place, number), own, written.followed[lesion.id])
        for lesion in found.lesions
        if lesion.in_studies[number] is not None
        for place, here in enumerate(lesion.in_studies[: number + 1])
        if here is not None
    ]


def _group(
    found: FollowUp,
    lesion: FollowedLesion,
    here: LesionInStudy,
    places: tuple[int, int],
    own: StudyExport,
    tracking: Tracking,
) -> Any:
    """A lesion at one time point; `places` are the numbers of its study and of the report's."""
    hd = highdicom()
    place, number = places
    is_present = place == number
    measured, evaluations = _sizes(here), [use_item(own.export.method)]
    if is_present:
        measured += _changes(found, lesion, number)
        evaluations += _evaluations(lesion, here)
    site = region_of(lesion.site)
    category, kind = lesion_concepts()
    group = hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking_item(tracking),
        time_point_context=_time_point(found, place),
        finding_category=category,
        finding_type=kind,
        finding_sites=[hd.sr.FindingSite(site)] if site else None,
        algorithm_id=algorithm_item(own.export.method),
        measurements=measured,
        qualitative_evaluations=evaluations,
    )
    if is_present and here.why:
        group[0].ContentSequence.append(text_item("MATCHED_BY", here.why))
    return group


def _time_point(found: FollowUp, place: int) -> Any:
    hd = highdicom()
    concept = hd.sr.CodedConcept
    study = found.studies[place]
    days = 0 if place == 0 else days_between(found.studies[0].study, study.study)
    offset = None
    if days is not None:
        offset = hd.sr.LongitudinalTemporalOffsetFromEvent(days, concept(*DAY), concept(*BASELINE))
    kind = None if place else concept("C1442488", "UMLS", "Baseline")
    return hd.sr.TimePointContext(
        shortened(cleaned(study.name)),
        time_point_type=kind,
        time_point_order=place + 1,
        temporal_offset_from_event=offset,
    )


def _sizes(here: LesionInStudy) -> list[Any]:
    """What was measured of a lesion; nothing where it was not evaluated."""
    concept = highdicom().sr.CodedConcept
    made = [] if here.volume_cc is None else [volume_item(here.volume_cc)]
    for axis, length in ((LONG_AXIS, here.longest_mm), (SHORT_AXIS, here.shortest_mm)):
        if length is not None:
            made.append(measurement(concept(*axis), rounded(length), "mm"))
    if here.score is not None:
        made.append(measurement(coded("SCORE"), rounded(here.score), "1"))
    return made


def _changes(found: FollowUp, lesion: FollowedLesion, number: int) -> list[Any]:
    """Changes since the lesion was first seen, as differences and as shares; none of what is not known."""
    here, first = lesion.in_studies[number], next(filter(None, lesion.in_studies))
    if here is None or here is first:
        return []
    rows = (
        ("VOLUME_CHANGE", here.volume_change, "cc"),
        ("LONG_CHANGE", _axis_change(first.longest_mm, here.longest_mm, here), "mm"),
        ("SHORT_CHANGE", _axis_change(first.shortest_mm, here.shortest_mm, here), "mm"),
        ("SCORE_CHANGE", here.score_change, "1"),
    )
    made = []
    for code, found_change, unit in rows:
        if found_change.absolute is not None:
            made.append(measurement(coded(code), rounded(found_change.absolute), unit))
        if found_change.relative is not None and code != "SCORE_CHANGE":
            made.append(measurement(coded(code), rounded(100 * found_change.relative), "%"))
    return made


def _axis_change(earlier: float | None, later: float | None, here: LesionInStudy) -> Change:
    """As volumes: none where the lesions cannot be compared."""
    return Change() if here.volume_change.absolute is None else change(earlier, later)


def _evaluations(lesion: FollowedLesion, here: LesionInStudy) -> list[Any]:
    hd = highdicom()
    concept = hd.sr.CodedConcept
    category = concept("112016", "DCM", "Baseline Category"), concept(*CATEGORIES[lesion.role])
    made = [hd.sr.QualitativeEvaluation(*category)]
    if here.match is not None:
        made.append(hd.sr.QualitativeEvaluation(coded("MATCH"), coded(MATCHES[here.match])))
    return made

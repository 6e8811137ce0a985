"""What is shown of a course: colors of the lesions, curves of their diameters. Plain values in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radioimmuno.followup.match import MatchKind
from radioimmuno.followup.response.measured import Status
from radioimmuno.signature.color_scale import ColorScale, Rgb, color_scale
from radioimmuno.signature.signature import Signature

from ..scene.parameters import (
    BY_RESPONSE,
    BY_SCORE,
    BY_SCORE_CHANGE,
    BY_UPTAKE_CHANGE,
    BY_VOLUME_CHANGE,
    COURSE,
)
from .followup import idsIn

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowedLesion, FollowUp

# Of a lesion alone, by the thresholds of RECIST 1.1 for sums: percent of the first size, and millimetres.
SHRUNK_PERCENT, GROWN_PERCENT, GROWN_MM = -30.0, 20.0, 5.0
GONE, SHRANK, STABLE, GREW, NEW, UNKNOWN = "gone", "shrank", "stable", "grew", "new", "not evaluated"
NOT_KNOWN = "change not known"
RESPONSE_COLORS: dict[str, Rgb] = {
    GONE: (0.10, 0.25, 0.70),
    SHRANK: (0.34, 0.71, 0.91),
    STABLE: (0.95, 0.90, 0.60),
    GREW: (0.90, 0.45, 0.10),
    NEW: (0.70, 0.05, 0.13),
    UNKNOWN: (0.45, 0.45, 0.45),
}
# What doubles, and what goes.
SHARE_SCALE = ColorScale(-1.0, 1.0, "no change")


@dataclass(frozen=True)
class LesionCurve:
    """The diameter of a lesion in the studies in which it was measured, from the first of them on.

    Parameters
    ----------
    id, name : str
        The lesion's.
    axis : str
        Which diameter it is: `long` or `short`.
    irradiated : bool or None
        None where it is not known.
    dates : tuple of str
        Of the studies.
    days : tuple of int
        Since baseline.
    sizes : tuple of float, mm
    """

    id: str
    name: str
    axis: str
    irradiated: bool | None
    dates: tuple[str, ...]
    days: tuple[int, ...]
    sizes: tuple[float, ...]

    @property
    def percents(self) -> tuple[float, ...]:
        """Change of its diameter since it was first measured, percent."""
        return tuple(100 * (size - self.sizes[0]) / self.sizes[0] for size in self.sizes)


def lesionCurves(follow: FollowUp) -> tuple[LesionCurve, ...]:
    """The curves of all lesions that have a diameter: of a node the short axis."""
    found, course = [], follow.course
    for lesion in follow.lesions:
        sizes = {study: diameterOf(lesion, study) for study in range(len(lesion.in_studies))}
        known = {study: size for study, size in sizes.items() if size is not None}
        first, *_later = known.values() or (0.0,)
        if first:
            curve = LesionCurve(
                lesion.id,
                lesion.name,
                "short" if lesion.is_node else "long",
                lesion.irradiated[-1],
                tuple(course.studies[study].date for study in known),
                tuple(course.days(study) for study in known),
                tuple(known.values()),
            )
            found.append(curve)
    return tuple(found)


def diameterOf(lesion: FollowedLesion, study: int) -> float | None:
    """The diameter (mm) by which a lesion goes in a study; 0 when it is gone, None where it is not known."""
    here = lesion.in_studies[study]
    if here is None or here.status is Status.NOT_EVALUATED:
        return None
    return here.shortest_mm if lesion.is_node else here.longest_mm


def responseOf(lesion: FollowedLesion, study: int) -> str:
    """What became of a lesion alone by a study, since it was first seen."""
    now = diameterOf(lesion, study)
    if now is None:
        return UNKNOWN
    if MatchKind.NEW in {here.match for here in lesion.in_studies if here is not None}:
        return NEW
    if now == 0:
        return GONE
    first = diameterOf(lesion, 0)
    if not first:
        return UNKNOWN
    percent = 100 * (now - first) / first
    if percent <= SHRUNK_PERCENT:
        return SHRANK
    return GREW if percent >= GROWN_PERCENT and now - first >= GROWN_MM else STABLE


def courseColors(
    lesions: Sequence[FollowedLesion],
    shown: int,
    later: int,
    by: str,
    signature: Signature,
    uptake: Mapping[str, float] | None = None,
) -> dict[str, Rgb]:
    """The colors of a study's segments.

    Parameters
    ----------
    lesions : sequence of FollowedLesion
    shown : int
        Number of the study whose segments they are.
    later : int
        Number of the study whose change it is.
    by : str
        One of `scene.parameters.BY_SCORE` and `COURSE`; for anything else there are no colors.
    signature : Signature
        Whose scale of scores it is.
    uptake : mapping of str to float, optional
        Change of SUVmax by lesion ID, as a share.

    Returns
    -------
    dict of str to (float, float, float)
        By segment ID; of scores, those that have one.
    """
    if by not in (BY_SCORE, *COURSE):
        return {}
    return {
        segmentID: color
        for lesion in lesions
        for color in [_color(lesion, shown, later, by, signature, uptake or {})]
        for segmentID in idsIn(lesion, shown)
        if color is not None
    }


def courseWords(
    lesions: Sequence[FollowedLesion],
    shown: int,
    later: int,
    by: str,
    uptake: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """What the colors of a study's segments say, in words.

    Parameters
    ----------
    lesions : sequence of FollowedLesion
    shown, later : int
        As of `courseColors`.
    by : str
        One of `scene.parameters.COURSE`.
    uptake : mapping of str to float, optional
        As of `courseColors`.

    Returns
    -------
    dict of str to str
        By segment ID.
    """
    return {
        segmentID: _words(lesion, later, by, uptake or {})
        for lesion in lesions
        for segmentID in idsIn(lesion, shown)
    }


def _words(lesion: FollowedLesion, later: int, by: str, uptake: Mapping[str, float]) -> str:
    then = lesion.in_studies[later]
    if by == BY_RESPONSE:
        return responseOf(lesion, later)
    if by == BY_UPTAKE_CHANGE:
        return f"{100 * uptake[lesion.id]:+.0f} % of SUVmax" if lesion.id in uptake else NOT_KNOWN
    relative = then.volume_change.relative if then is not None else None
    absolute = then.score_change.absolute if then is not None else None
    if by == BY_VOLUME_CHANGE:
        return NOT_KNOWN if relative is None else f"{100 * relative:+.0f} % of volume"
    return NOT_KNOWN if absolute is None else f"{absolute:+.2f} of score"


def _color(
    lesion: FollowedLesion,
    shown: int,
    later: int,
    by: str,
    signature: Signature,
    uptake: Mapping[str, float],
) -> Rgb | None:
    here, then = lesion.in_studies[shown], lesion.in_studies[later]
    if by == BY_SCORE:
        score = None if here is None else here.score
        return None if score is None else color_scale(signature).rgb(score)
    if by == BY_RESPONSE:
        return RESPONSE_COLORS[responseOf(lesion, later)]
    if by == BY_UPTAKE_CHANGE:
        return SHARE_SCALE.rgb(uptake.get(lesion.id))
    if then is None:
        return SHARE_SCALE.rgb(None)
    if by == BY_VOLUME_CHANGE:
        return SHARE_SCALE.rgb(then.volume_change.relative)
    assert by == BY_SCORE_CHANGE
    return scoreChangeScale(signature).rgb(then.score_change.absolute)


def scoreChangeScale(signature: Signature) -> ColorScale:
    """The scale of changes of a score: as wide as that of the scores, around no change."""
    scale = color_scale(signature)
    half = (scale.high - scale.low) / 2
    return ColorScale(-half, half, "no change")

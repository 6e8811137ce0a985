"""What the cells of the table of followed lesions say."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.followup.match import MatchKind
from radioimmuno.followup.response.measured import Role

from ...services.followup import askedIn

if TYPE_CHECKING:
    from radioimmuno.followup.change import Change
    from radioimmuno.followup.follow_up import FollowedLesion


def kindsOf(lesion: FollowedLesion) -> list[MatchKind]:
    """What became of a lesion from study to study, as far as it was there."""
    found = [here.match for here in lesion.in_studies if here is not None]
    return [kind for kind in found if kind is not None]


def isAmbiguous(lesion: FollowedLesion) -> bool:
    """Whether a person has to say which lesion it is."""
    return askedIn(lesion) is not None


def isSeenAgain(lesion: FollowedLesion) -> bool:
    """Whether a lesion is there in the last study though it was not in one before."""
    went = MatchKind.GONE, MatchKind.OUT_OF_VIEW
    return kindsOf(lesion)[-1:] == [MatchKind.SAME] and any(kind in went for kind in kindsOf(lesion))


def kindText(lesion: FollowedLesion, byHand: Collection[tuple[str, int]]) -> str:
    """What became of a lesion, in a word: the last that is not simply the same one."""
    kinds = kindsOf(lesion)
    odd = [kind for kind in kinds if kind is not MatchKind.SAME]
    kind = MatchKind.AMBIGUOUS if isAmbiguous(lesion) else (odd or kinds or [MatchKind.SAME])[-1]
    word = {
        MatchKind.SAME: _("same"),
        MatchKind.SPLIT: _("split"),
        MatchKind.MERGED: _("merged"),
        MatchKind.GONE: _("gone"),
        MatchKind.NEW: _("new"),
        MatchKind.OUT_OF_VIEW: _("out of view"),
        MatchKind.AMBIGUOUS: _("ambiguous"),
    }[kind]
    if isSeenAgain(lesion) and not isAmbiguous(lesion):
        word = _("seen again")
    isByHand = any(lesionID == lesion.id for lesionID, _study in byHand)
    return _("{word}, by hand").format(word=word) if isByHand else word


def sizeText(lesion: FollowedLesion, study: int) -> str:
    """Long axis, volume and score of a lesion in a study."""
    here = lesion.in_studies[study]
    if here is None:
        return "-"
    if not here.ids:
        return _("gone") if here.match is MatchKind.GONE else _("not in view")
    score = "-" if here.score is None else f"{here.score:.2f}"
    return f"{here.longest_mm:.1f} mm\n{here.volume_cc:.2f} cc\n{score}"


def sizeTip(lesion: FollowedLesion, study: int) -> str:
    """The same in full, and what led to it."""
    here = lesion.in_studies[study]
    if here is None:
        return _("Not seen yet in this study.")
    if not here.ids:
        return here.why or sizeText(lesion, study)
    unscored = (
        _("no score: score this study's parts, and they get one together")
        if len(here.ids) > 1
        else _("no score: choose this study as the input, and score it")
    )
    score = unscored if here.score is None else _("score {score:.4f}").format(score=here.score)
    size = _("{long:.1f} x {short:.1f} mm in the axial plane, {volume:.3f} cc").format(
        long=here.longest_mm, short=here.shortest_mm, volume=here.volume_cc
    )
    return "\n".join([size, score, *filter(None, [here.why])])


def changeText(lesion: FollowedLesion, study: int) -> str:
    """The change of volume and score since the lesion was first seen."""
    here = lesion.in_studies[study]
    lines = []
    if here is not None and here.volume_change.relative is not None:
        lines.append(f"{round(100 * here.volume_change.relative):+d} %")
    if here is not None and here.score_change.absolute is not None:
        # Adding zero: there is no minus in front of a rounded 0.
        lines.append(f"{round(here.score_change.absolute, 2) + 0.0:+.2f}")
    return "\n".join(lines) or "-"


def changeTip(lesion: FollowedLesion, study: int) -> str:
    """The same in full: per 30 days, and whether it may be the contours' doing."""
    here = lesion.in_studies[study]
    if here is None or not here.since:
        return _("Nothing to compare with.")
    lines = [
        _changed(_("volume"), here.volume_change, "cc", 2),
        _changed(_("score"), here.score_change, "", 3),
    ]
    known = [line for line in lines if line]
    return "\n".join([_("Since {study}").format(study=here.since), *known])


def _changed(what: str, change: Change, unit: str, digits: int) -> str:
    if change.absolute is None:
        return ""

    def amount(value: float) -> str:
        return f"{value:+.{digits}f} {unit}".strip()

    parts = [amount(change.absolute)]
    if change.relative is not None:
        parts.append(f"{100 * change.relative:+.0f} %")
    if change.per_30_days is not None:
        parts.append(
            _("{change} per 30 days").format(change=f"{change.per_30_days:+.{digits}f} {unit}".strip())
        )
    if change.within_uncertainty:
        parts.append(_("within the contours' uncertainty"))
    return f"{what} {', '.join(parts)}"


def roleText(lesion: FollowedLesion) -> str:
    """What a lesion counts as, and whether it is irradiated."""
    words = {Role.TARGET: _("target"), Role.NON_TARGET: _("non-target"), Role.NEW: ""}[lesion.role]
    return ", ".join(filter(None, [words, _("RT") if any(lesion.irradiated) else ""]))


def roleTip(lesion: FollowedLesion) -> str:
    """The same in full, with the reason."""
    since = firstIrradiated(lesion)
    known = {
        None: _("not known whether irradiated"),
        0: _("irradiated"),
        len(lesion.irradiated): _("not irradiated"),
    }.get(since, _("irradiated since"))
    return ", ".join(filter(None, [lesion.role.value, lesion.reason, known]))


def firstIrradiated(lesion: FollowedLesion) -> int | None:
    """Number of the first study after a lesion was irradiated.

    Returns
    -------
    int or None
        The number of studies when it never was; None where it is not known.
    """
    states = lesion.irradiated
    if True in states:
        return states.index(True)
    return len(states) if False in states else None

"""What the cells of the table of followed lesions say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.followup.match import MatchKind

if TYPE_CHECKING:
    from ...services.followup import FollowedLesion


def kindText(lesion: FollowedLesion) -> str:
    """What became of a lesion, in a word: the last that is not simply the same one."""
    kinds = [kind for kind in lesion.kinds if kind is not None]
    if MatchKind.AMBIGUOUS in kinds:
        return _("ambiguous")
    odd = [kind for kind in kinds if kind is not MatchKind.SAME]
    words = {
        MatchKind.SAME: _("same"),
        MatchKind.SPLIT: _("split"),
        MatchKind.MERGED: _("merged"),
        MatchKind.GONE: _("gone"),
        MatchKind.NEW: _("new"),
        MatchKind.OUT_OF_VIEW: _("out of view"),
    }
    word = words[(odd or kinds or [MatchKind.SAME])[-1]]
    return _("{word}, by hand").format(word=word) if any(lesion.isByHand) else word


def sizeText(lesion: FollowedLesion, study: int) -> str:
    """Long axis, volume and score of a lesion in a study."""
    size, score = lesion.sizes[study], lesion.scores[study]
    if size is None:
        kind = lesion.kinds[study]
        unseen = {MatchKind.GONE: _("gone"), MatchKind.OUT_OF_VIEW: _("not in view")}
        return unseen.get(kind, "-") if kind else "-"
    lines = [f"{size.longestMm:.1f} mm", f"{size.volumeCc:.2f} cc"]
    return "\n".join([*lines, "-" if score is None else f"{score:.2f}"])


def sizeTip(lesion: FollowedLesion, study: int) -> str:
    """The same in full, with the segments' names."""
    size = lesion.sizes[study]
    if size is None:
        return lesion.why[study] or _("Not seen in this study.")
    score = lesion.scores[study]
    unscored = (
        _("no score: several parts") if len(size.ids) > 1 else _("no score: select this study and score it")
    )
    return "\n".join(
        [
            ", ".join(size.names),
            _("{long:.1f} x {short:.1f} mm in the axial plane").format(
                long=size.longestMm, short=size.shortestMm
            ),
            f"{size.volumeCc:.3f} cc",
            unscored if score is None else _("score {score:.4f}").format(score=score),
            *filter(None, [lesion.why[study]]),
        ]
    )


def changeText(lesion: FollowedLesion, study: int) -> str:
    """The change of volume and score from the first study."""
    volume, score = lesion.volumeChange(study), lesion.scoreChange(study)
    lines = []
    if volume.relative is not None:
        lines.append(_("{percent:+.0f} % cc").format(percent=100 * volume.relative))
    if score.absolute is not None:
        lines.append(_("{change:+.2f} score").format(change=score.absolute))
    return "\n".join(lines) or "-"

"""What is said of a course beside its table: what colors mean, and how the patient responds."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.signature.color_scale import ColorScale, Rgb
from radioimmuno.signature.signature import Signature

from ...scene.parameters import (
    BY_RESPONSE,
    BY_SCORE,
    BY_SCORE_CHANGE,
    BY_UPTAKE_CHANGE,
    BY_VOLUME_CHANGE,
)
from ...services.course_display import RESPONSE_COLORS, SHARE_SCALE, scoreChangeScale

if TYPE_CHECKING:
    from radioimmuno.followup.response.answer import Answer
    from radioimmuno.followup.response.course_response import CourseResponse

    from ..state.panel_state import FollowUpState

# Told of a scale: so many colors from its lower to its upper end.
STEPS = 5


def colorTitles() -> dict[str, str]:
    """What lesions can be colored by, and what it is called."""
    return {
        BY_SCORE: _("score"),
        BY_SCORE_CHANGE: _("change of score"),
        BY_VOLUME_CHANGE: _("change of volume"),
        BY_UPTAKE_CHANGE: _("change of SUVmax"),
        BY_RESPONSE: _("response"),
    }


def colorKey(by: str, signature: Signature) -> str:
    """What the colors mean, as rich text; empty for scores, which have a legend in the views."""
    if by in (BY_VOLUME_CHANGE, BY_UPTAKE_CHANGE):
        return _scaleKey(SHARE_SCALE, "-100 %", "+100 %")
    if by == BY_SCORE_CHANGE:
        scale = scoreChangeScale(signature)
        return _scaleKey(scale, f"{scale.low:+.2f}", f"{scale.high:+.2f}")
    if by == BY_RESPONSE:
        words = {
            "gone": _("gone"),
            "shrank": _("shrank 30 % or more"),
            "stable": _("stable"),
            "grew": _("grew 20 % and 5 mm or more"),
            "new": _("new"),
            "not evaluated": _("not evaluated"),
        }
        return " ".join(f"{_spot(color)}&nbsp;{words[name]}" for name, color in RESPONSE_COLORS.items())
    return ""


def _scaleKey(scale: ColorScale, low: str, high: str) -> str:
    places = [scale.low + (scale.high - scale.low) * step / (STEPS - 1) for step in range(STEPS)]
    spots = "".join(_spot(scale.rgb(place)) for place in places)
    return f"{low} {spots} {high}; {_spot(scale.rgb(None))}&nbsp;{_('not known')}"


def _spot(color: Rgb) -> str:
    name = "#" + "".join(f"{round(255 * channel):02x}" for channel in color)
    return f'<span style="color:{name}">\u25a0</span>'


def responseText(response: CourseResponse | None, study: int) -> str:
    """The answers of a study, over all lesions and by field, with their sentences; rich text."""
    from radioimmuno.followup.response.fields import Field

    if response is None:
        return ""
    here, baseline = response.studies[study], response.studies[0]
    titles = {
        Field.ALL: _("All lesions"),
        Field.IN: _("Irradiated"),
        Field.OUT: _("Not irradiated"),
    }
    rows = []
    for field, title in titles.items():
        found = here.fields[field]
        answers = " / ".join(filter(None, (found.recist, found.irecist))) or _("not evaluable")
        rows.append((title, answers, found.sentence))
    rows.append(_answered(_("Abscopal, by response"), here.abscopal_b))
    rows.append(_answered(_("Abscopal, by lesion"), here.abscopal_a))
    head = _("{study} against {baseline}").format(study=here.study.name, baseline=baseline.study.name)
    notice = _("Research use only; not for reporting a trial.")
    return f"<p><b>{escape(head)}</b></p>{_boxes(rows)}<p>{escape(notice)}</p>"


def percistText(follow: FollowUpState) -> str:
    """The metabolic response of the study that is shown below, with its reasons; rich text."""
    metabolic = follow.metabolic
    if metabolic is None:
        return ""
    found = metabolic.percist[follow.later]
    if found is None:
        text = _("There is no earlier PET with which that of this study could be compared.")
        return f"<p>{escape(text)}</p>"
    against = _("PERCIST against {study}").format(study=follow.studies[metabolic.baseline].date)
    return _boxes([(against, found.response, " ".join(found.reasons))])


def moreText(response: CourseResponse | None, study: int) -> str:
    """The further answers of a study, and the best response of all; rich text."""
    from radioimmuno.followup.response.course_response import Rules
    from radioimmuno.followup.response.dissociated import TITLES

    if response is None:
        return ""
    here = response.studies[study]
    rows = [
        _answered(_("Best response, RECIST"), response.best_recist),
        _answered(_("Best response, iRECIST"), response.best_irecist),
        _answered(_("Dissociated, {who}").format(who=TITLES[Rules().dissociated]), here.dissociated),
        _answered(_("Pseudoprogression"), here.pseudoprogression),
    ]
    # Definitions of the same answer stand together.
    growths: dict[Answer, list[str]] = {}
    for definition, answer in here.hyperprogression.items():
        growths.setdefault(answer, []).append(definition.title())
    for answer, names in growths.items():
        rows.append(_answered(_("Hyperprogression, {who}").format(who=", ".join(names)), answer))
    progression = f"<p>{escape(_whole(response.progression))}</p>" if response.progression else ""
    return _boxes(rows) + progression


def _answered(title: str, answer: Answer) -> tuple[str, str, str]:
    return title, answer.value or "", answer.sentence


def _boxes(rows: list[tuple[str, str, str]]) -> str:
    """A table of what was asked, and of the answer with its sentence."""
    cells = "".join(
        f"<tr><td width='32%'>{escape(title)}</td>"
        f"<td>{f'<b>{escape(answer)}</b><br>' if answer else ''}{escape(_whole(sentence))}</td></tr>"
        for title, answer, sentence in rows
    )
    style = "border-collapse: collapse; border-color: gray"
    return f"<table width='100%' border='1' cellspacing='0' cellpadding='3' style='{style}'>{cells}</table>"


def _whole(sentence: str) -> str:
    """A sentence that begins with a capital, unless it begins with an abbreviation such as iUPD, and ends."""
    first = sentence.split(" ", 1)[0]
    begun = sentence[:1].upper() + sentence[1:] if first.islower() else sentence
    return begun if begun.endswith((".", ":")) or not begun else f"{begun}."

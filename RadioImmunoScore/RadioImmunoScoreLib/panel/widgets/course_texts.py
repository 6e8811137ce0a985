"""What is said of a course beside its table: what colors mean, and how the patient responds."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.signature.color_scale import ColorScale, Rgb
from radioimmuno.signature.signature import Signature

from ...scene.parameters import BY_RESPONSE, BY_SCORE, BY_SCORE_CHANGE, BY_VOLUME_CHANGE
from ...services.course_display import RESPONSE_COLORS, VOLUME_SCALE, scoreChangeScale

if TYPE_CHECKING:
    from radioimmuno.followup.response.course_response import CourseResponse

# Told of a scale: so many colors from its lower to its upper end.
STEPS = 5


def colorTitles() -> dict[str, str]:
    """What lesions can be colored by, and what it is called."""
    return {
        BY_SCORE: _("score"),
        BY_SCORE_CHANGE: _("change of score"),
        BY_VOLUME_CHANGE: _("change of volume"),
        BY_RESPONSE: _("response"),
    }


def colorKey(by: str, signature: Signature) -> str:
    """What the colors mean, as rich text; empty for scores, which have a legend in the views."""
    if by == BY_VOLUME_CHANGE:
        return _scaleKey(VOLUME_SCALE, "-100 %", "+100 %")
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


def responseText(response: CourseResponse | None) -> str:
    """The answers of the last study, over all lesions and by field, with their sentences; rich text."""
    from radioimmuno.followup.response.fields import Field

    if response is None:
        return ""
    last = response.studies[-1]
    titles = {
        Field.ALL: _("All lesions"),
        Field.IN: _("Irradiated"),
        Field.OUT: _("Not irradiated"),
    }
    parts = []
    for field, title in titles.items():
        found = last.fields[field]
        answers = " / ".join(filter(None, (found.recist, found.irecist))) or _("not evaluable")
        parts.append((f"{title}: {answers}", found.sentence))
    parts += [
        (
            _("Abscopal, by response: {answer}").format(answer=last.abscopal_b.value or "-"),
            last.abscopal_b.sentence,
        ),
        (
            _("Abscopal, by lesion: {answer}").format(answer=last.abscopal_a.value or "-"),
            last.abscopal_a.sentence,
        ),
    ]
    boxes = [f"<p><b>{escape(title)}</b><br>{escape(sentence)}</p>" for title, sentence in parts]
    return "".join([*boxes, f"<p>{escape(_('Research use only; not for reporting a trial.'))}</p>"])

"""What the panel says of a lesion's row: short in a cell, whole in its tooltip."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..state.rows import LEFT_OUT, Row
from ..texts import agreementText, axesText, stabilityText

# From here on a score is written in full.
WHOLE = "{:.6g}"
LEAST_CC = 0.05


def scoreText(score: float | None) -> str:
    """A score to two decimals; empty for none."""
    # Adding zero: there is no minus in front of a rounded 0.
    return "" if score is None else f"{round(score, 2) + 0.0:.2f}"


def changeText(row: Row) -> str:
    """By how much the score is another than at the last Score, with its sign; empty where it is not."""
    if row.change is None:
        return ""
    change = round(row.change, 2)
    return f"{change:+.2f}" if change else "\N{PLUS-MINUS SIGN}0.00"


def weightText(weight: float | None) -> str:
    """A weight to two decimals; empty for none."""
    return "" if weight is None else f"{weight:.2f}"


def volumeText(volumeCc: float | None) -> str:
    """A volume in cc; empty for one that is not known."""
    if volumeCc is None:
        return ""
    return "<0.1" if 0 < volumeCc < LEAST_CC else f"{volumeCc:,.1f}"


def nameTip(name: str, row: Row) -> str:
    """The whole name, both axes, and how far a reader is expected to agree with the contour."""
    lines = [f"{name}: {axesText(row.axesMm)}" if row.axesMm else name]
    if row.expectedAgreement is not None:
        lines.append(agreementText(row.expectedAgreement))
    if row.isUnsure:
        lines.append(
            _("Its border, its shape and what was drawn make it unsure. Add, Remove and Pull correct it.")
        )
    return "\n".join(lines)


def statusText(row: Row) -> str:
    """The status in a word."""
    if row.isUnsure and row.status in ("unscored", "scored"):
        return _("look at")
    return {
        LEFT_OUT: _("left out"),
        "unscored": "-",
        "stale": _("stale"),
        "scored": _("ok"),
        "warning": _("warning"),
        "refused": _("refused"),
    }[row.status]


def statusTip(row: Row) -> str:
    """Why the status is what it is; empty for a score that nothing is to be known of."""
    what = {
        LEFT_OUT: _("Left out of scoring and of the patient's numbers: it is not ticked."),
        "unscored": _("Not scored yet."),
        "stale": _("Something it depends on was changed since it was scored: score again."),
    }.get(row.status, "")
    unsure = (
        agreementText(row.expectedAgreement) if row.isUnsure and row.expectedAgreement is not None else ""
    )
    return "\n".join(filter(None, [what, unsure, row.reasons]))


def scoreTip(row: Row) -> str:
    """The score in full, what it was at the last Score, and how stable it is."""
    if row.score is None:
        return ""
    lines = [_("Score {score}").format(score=WHOLE.format(row.score))]
    if row.change is not None and row.lastScore is not None:
        lines.append(
            _("{change} since the last Score ({before})").format(
                change=f"{row.change:+.4f}", before=WHOLE.format(row.lastScore)
            )
        )
    if row.stability is not None:
        lines.append(stabilityText(row.stability))
    return "\n".join(lines)

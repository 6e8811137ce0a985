"""What the panel says about inputs and settings."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import InputError
from radioimmuno.identity import Identity
from radioimmuno.report.formatting import rule_words
from radioimmuno.scoring.results import PatientValue
from radioimmuno.segmentation.segmented_lesion import is_unsure
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Signature
from radioimmuno.stability.agreement import LesionStability

if TYPE_CHECKING:
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


# The finding of a low expected agreement.
UNSURE = "stroke.unsure"

# So many structures that are no lesions are named.
NAMED = 4

# What a system says of files, in words for a person.
_OF_FILES = {
    errno.ENOENT: _("there is no such file or folder"),
    errno.ENOTDIR: _("a part of this path is a file and no folder"),
    errno.EISDIR: _("this is a folder and no file"),
    errno.EEXIST: _("there is something of this name already"),
    errno.EACCES: _("you have no permission for it"),
    errno.EPERM: _("you have no permission for it"),
    errno.EROFS: _("it lies on a disk that cannot be written"),
    errno.ENOSPC: _("the disk is full"),
    errno.ENAMETOOLONG: _("the name is too long"),
}


def problemText(problem: BaseException) -> str:
    """What went wrong, in a sentence for a person."""
    if isinstance(problem, InputError) or (isinstance(problem, ValueError) and str(problem)):
        return str(problem)
    if isinstance(problem, OSError) and problem.filename:
        why = _OF_FILES.get(problem.errno or 0, problem.strerror or type(problem).__name__)
        return _("{path}: {why}.").format(path=problem.filename, why=why)
    return _("This failed unexpectedly: {kind} {text}").format(kind=type(problem).__name__, text=problem)


def identityText(identity: Identity) -> str:
    """Whose CT it is; a name that stands for patient and study, as a file's, stands there once."""
    return replace(identity, study="").title if identity.study == identity.patient else identity.title


def noticeText(signature: Signature) -> str:
    """In a few words what the signature's notice says; empty where a score may be taken as one."""
    return _("Demonstration signature: not for patients") if signature.is_demonstration else ""


def leftOutText(leftOut: Sequence[tuple[str, str]]) -> str:
    """Which segments are no lesions: the names of the first ones, or the reason of the only one."""
    if len(leftOut) == 1:
        return _("Left out. {name}: {reason}").format(name=leftOut[0][0], reason=leftOut[0][1])
    names = ", ".join(name for name, _reason in leftOut[:NAMED])
    if len(leftOut) > NAMED:
        names = _("{names} and {count} more").format(names=names, count=len(leftOut) - NAMED)
    return _("Left out, as no lesions: {names}").format(names=names)


def leftOutTip(leftOut: Sequence[tuple[str, str]]) -> str:
    """Why the segments are no lesions, and what to do about one that is."""
    reasons = [f"{name}: {reason}" for name, reason in leftOut]
    return "\n".join([*reasons, _("Tick what is a lesion all the same.")])


def missingText(missing: Iterable[str]) -> str:
    """What has to be done before scoring can run."""
    known = {
        "ct": _("Select the CT."),
        "segmentation": _("Select the segmentation with the lesions, or draw a lesion."),
        "segments": _("The segmentation has no segments: draw a lesion in it."),
        "included": _("All lesions are unticked: tick at least one."),
    }
    return " ".join(known[name] for name in missing)


def axesText(axesMm: tuple[float, float]) -> str:
    """Long and short axis, as RECIST measures them."""
    return _("long axis {long} mm, short axis {short} mm").format(
        long=f"{axesMm[0]:.0f}", short=f"{axesMm[1]:.0f}"
    )


def agreementText(agreement: float) -> str:
    """How far a reader is expected to draw the lesion alike, and what to do where that is little."""
    text = _("Expected agreement with a reader {agreement}").format(agreement=f"{agreement:.2f}")
    return (
        _("{agreement}: look at its border.").format(agreement=text) if is_unsure(agreement) else f"{text}."
    )


def segmentedText(name: str, segmented: SegmentedLesion) -> str:
    """What was segmented: volume, axes, and what to look at."""
    axes = segmented.axes
    parts = [f"{segmented.volume_cc:.1f} cc", *([axesText((axes.long_mm, axes.short_mm))] if axes else [])]
    agreement = segmented.expected_agreement
    expected = [] if agreement is None else [agreementText(agreement)]
    # The agreement stands there already.
    others = [finding.text for finding in segmented.findings if finding.code != UNSURE]
    return " ".join([f"{name}: {', '.join(parts)}.", *expected, *others])


def stabilityText(stability: LesionStability) -> str:
    """How far the score moves when the contour does."""
    drawn = _("Contour redrawn {draws} times as by other readers").format(draws=stability.draws)
    if stability.scored < stability.draws:
        drawn += _(" ({scored} could be scored)").format(scored=stability.scored)
    if stability.sd is None:
        return f"{drawn}."
    spread = _("SD {sd}, 90 % of the scores from {low} to {high}").format(
        sd=f"{stability.sd:.3f}", low=f"{stability.low:.3f}", high=f"{stability.high:.3f}"
    )
    if not stability.flips:
        return f"{drawn}: {spread}."
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in stability.flips.items())
    return _("{drawn}: {spread}. On the other side of a cut-off: {shares}.").format(
        drawn=drawn, spread=spread, shares=shares
    )


def acquisitionText(acquisition: Acquisition) -> str:
    """What the CT says about itself, in a line."""
    unknown = _("not known")
    values = {
        _("kVp"): None if acquisition.kvp is None else f"{acquisition.kvp:g}",
        _("slice"): None
        if acquisition.slice_thickness_mm is None
        else f"{acquisition.slice_thickness_mm:g} mm",
        _("contrast"): acquisition.contrast_agent,
        _("kernel"): acquisition.kernel,
    }
    line = ", ".join(f"{name} {value or unknown}" for name, value in values.items())
    return f"{line} ({acquisition.source})" if acquisition.source else line


def settingsText(signature: Signature) -> str:
    """Ring, extraction and cut-offs, a line each."""
    ring, extraction = signature.settings.ring, signature.settings.extraction
    binning = (
        _("bins of {width} HU").format(width=f"{extraction.bin_width_hu:g}")
        if extraction.bin_width_hu
        else _("{count} bins").format(count=extraction.bin_count)
    )
    spacing = _("as in the CT") if extraction.spacing_mm is None else f"{extraction.spacing_mm:g} mm"
    lines = [
        _("Signature: {name}, version {version}").format(name=signature.name, version=signature.version),
        _("Predicts: {what}").format(what=signature.predicts),
        _("Ring: {inner} mm into and {outer} mm out of the lesion").format(
            inner=f"{ring.inner_mm:g}", outer=f"{ring.outer_mm:g}"
        ),
        _("Grid: {spacing}, {interpolation} interpolation").format(
            spacing=spacing, interpolation=extraction.interpolation
        ),
        _("Levels: {binning}, range {range} HU").format(binning=binning, range=extraction.range_hu),
        _cutoffsText(signature.cutoffs),
    ]
    return "\n".join(lines)


def patientValueText(value: PatientValue) -> str:
    """The patient's value by the signature's rule: how much, on which side of the cut-off, and how made."""
    if value.value is None:
        shown = _("Patient's value: {reason}").format(reason=value.why_missing)
    elif value.cutoff is None:
        shown = _("Patient's value: {value}").format(value=f"{value.value:.3f}")
    else:
        group = _("high") if value.group == "high" else _("low")
        shown = _("Patient's value: {value}, {group} (cut-off {cutoff})").format(
            value=f"{value.value:.3f}", group=group, cutoff=f"{value.cutoff:.3f}"
        )
    return f"{shown}\n{rule_words(value)}"


def _cutoffsText(cutoffs: Cutoffs | None) -> str:
    if cutoffs is None:
        return _("The signature gives no cut-offs.")
    if cutoffs.low is None or cutoffs.high is None:
        text = _("Cut-off: median {median}. The signature gives no low and no high one.")
        return text.format(median=f"{cutoffs.median:.3f}")
    return _("Cut-offs: low {low}, median {median}, high {high}").format(
        low=f"{cutoffs.low:.3f}", median=f"{cutoffs.median:.3f}", high=f"{cutoffs.high:.3f}"
    )

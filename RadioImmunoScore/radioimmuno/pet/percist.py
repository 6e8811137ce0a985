"""PERCIST 1.0: the metabolic response between two FDG PET of a patient.

Wahl RL, Jacene H, Kasamon Y, Lodge MA. From RECIST to PERCIST: evolving considerations for PET response
criteria in solid tumors. J Nucl Med 2009;50(Suppl 1):122S-150S.

The response is that of SULpeak of the hottest lesion of each study, which need not be the same one. What is
to be decided by eye (whether new uptake is tumor, whether a rise is inflammation) stays with the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .patient_uptake import PatientUptake
from .reference import BLOOD_POOL, LIVER, Reference
from .scale import LEAN, SUL, UptakeScale, liver_threshold

CMR, PMR, SMD, PMD, NE = "CMR", "PMR", "SMD", "PMD", "NE"

# A change that is reached but for rounding is reached.
ROUNDING = 1e-9


@dataclass(frozen=True)
class PercistRules:
    """The limits of PERCIST 1.0; a change counts when both of its limits are reached.

    Parameters
    ----------
    liver_share, liver_sul : float
        How far the liver's mean may be from that at baseline, as a share of it and in SUL.
    uptake_min : float
        How far apart the times between injection and scan may be, minutes.
    peak_share, peak_sul : float
        A change of SULpeak that is a response or a progression.
    tlg_share : float
        A rise of total lesion glycolysis that is a progression.
    tlg_key : str
        The threshold of that glycolysis, as `scale.Threshold.key`. PERCIST names none; the liver's, above
        which it takes a lesion for measurable, is our choice.
    blood_pool_sds : float
        Uptake is like the blood pool's up to this many SD above its mean; ours, as PERCIST says only that it
        is indistinguishable from it.
    """

    liver_share: float = 0.20
    liver_sul: float = 0.3
    uptake_min: float = 15.0
    peak_share: float = 0.30
    peak_sul: float = 0.8
    tlg_share: float = 0.75
    tlg_key: str = "liver"
    blood_pool_sds: float = 2.0


@dataclass(frozen=True)
class PercistStudy:
    """What PERCIST needs of a study.

    Parameters
    ----------
    peak : float or None
        SULpeak of the hottest lesion; None where no lesion has one.
    hottest : str
        The name of that lesion.
    tlg : float or None
        Total lesion glycolysis; None where it was not measured.
    liver, blood_pool : Reference or None
    uptake_min : float or None
        From injection to scan, minutes; None where it is not known.
    scale : UptakeScale
    lesions : int
        How many lesions are drawn.
    """

    peak: float | None
    hottest: str = ""
    tlg: float | None = None
    liver: Reference | None = None
    blood_pool: Reference | None = None
    uptake_min: float | None = None
    scale: UptakeScale = field(default_factory=lambda: UptakeScale(LEAN))
    lesions: int = 1


@dataclass(frozen=True)
class PercistResponse:
    """The metabolic response and what led to it.

    Parameters
    ----------
    response : str
        CMR, PMR, SMD, PMD, or NE where it cannot be evaluated.
    reasons : tuple of str
        Sentences, with the numbers.
    peak_change, peak_share : float or None
        Of SULpeak, in SUL and as a share of baseline.
    tlg_share : float or None
        Change of total lesion glycolysis, as a share of baseline.
    """

    response: str
    reasons: tuple[str, ...]
    peak_change: float | None = None
    peak_share: float | None = None
    tlg_share: float | None = None


def percist_study(
    patient: PatientUptake, uptake_min: float | None, rules: PercistRules | None = None
) -> PercistStudy:
    """What PERCIST needs of what was measured.

    Parameters
    ----------
    patient : PatientUptake
        On SUL.
    uptake_min : float or None
        From injection to scan, minutes.
    rules : PercistRules, optional
    """
    total = patient.totals.get((rules or PercistRules()).tlg_key)
    names = {lesion.id: lesion.name for lesion in patient.lesions}
    return PercistStudy(
        patient.highest_peak,
        "" if patient.hottest is None else names[patient.hottest],
        None if total is None else total.tlg,
        patient.reference(LIVER),
        patient.reference(BLOOD_POOL),
        uptake_min,
        patient.scale,
        len(patient.lesions),
    )


def percist(
    baseline: PercistStudy,
    followup: PercistStudy,
    new_lesions: Sequence[str] = (),
    rules: PercistRules | None = None,
) -> PercistResponse:
    """The metabolic response between two studies.

    Parameters
    ----------
    baseline, followup : PercistStudy
    new_lesions : sequence of str
        Names of lesions that the baseline did not have and that a reader takes for tumor.
    rules : PercistRules, optional
        Those of PERCIST 1.0 by default.

    Returns
    -------
    PercistResponse
        NE where the studies cannot be compared or the baseline has nothing measurable, with all reasons.
    """
    rules = rules or PercistRules()
    reasons = [*_not_applicable(baseline, followup), *_not_comparable(baseline, followup, rules)]
    reasons = reasons or _not_measurable(baseline, followup)
    if reasons:
        named = [f"New lesions: {', '.join(new_lesions)}."] if new_lesions else []
        return PercistResponse(NE, (*reasons, *named))
    before, after = baseline.peak or 0.0, followup.peak or 0.0
    change, share = after - before, (after - before) / before
    tlg_share = _tlg_share(baseline, followup)

    def answer(response: str, *sentences: str) -> PercistResponse:
        return PercistResponse(response, sentences, change, share, tlg_share)

    changed = f"{before:.2f} -> {after:.2f} ({change:+.2f}, {100 * share:+.0f} %)"
    words = f"SULpeak of the hottest lesion {changed}."
    if new_lesions:
        return answer(PMD, words, f"New lesions: {', '.join(new_lesions)}.")
    if gone := _no_uptake(followup, rules):
        return answer(CMR, words, gone)
    if _reached(share, rules.peak_share) and _reached(change, rules.peak_sul):
        return answer(PMD, words)
    if tlg_share is not None and _reached(tlg_share, rules.tlg_share):
        return answer(PMD, words, f"Total lesion glycolysis rose by {100 * tlg_share:.0f} %.")
    if _reached(-share, rules.peak_share) and _reached(-change, rules.peak_sul):
        return answer(PMR, words)
    limits = f"Neither {100 * rules.peak_share:g} % and {rules.peak_sul:g} SUL up nor down."
    return answer(SMD, words, limits)


def _reached(change: float, limit: float) -> bool:
    return change >= limit - ROUNDING


def _not_applicable(baseline: PercistStudy, followup: PercistStudy) -> list[str]:
    for study in (baseline, followup):
        if study.scale.immuno:
            return ["PERCIST is made for FDG; this is immuno-PET."]
        if study.scale.other_tracer:
            return [f"PERCIST is made for FDG; the tracer is {study.scale.other_tracer}."]
        if study.scale.quantity not in SUL:
            return ["PERCIST needs SUL (by lean body mass): measure both studies with it."]
    if baseline.scale.quantity != followup.scale.quantity:
        return ["The studies' SUL are by different formulas of lean body mass: measure both with one."]
    return []


def _not_comparable(baseline: PercistStudy, followup: PercistStudy, rules: PercistRules) -> list[str]:
    found = []
    if baseline.liver is None or followup.liver is None:
        found.append("Without a reference region in the liver of both studies they cannot be compared.")
    else:
        before, after = baseline.liver.mean, followup.liver.mean
        apart = abs(after - before)
        if apart > rules.liver_share * before + ROUNDING or apart > rules.liver_sul + ROUNDING:
            found.append(
                f"The liver's mean SUL changed from {before:.2f} to {after:.2f}: more than "
                f"{100 * rules.liver_share:g} % or {rules.liver_sul:g} SUL, so they cannot be compared."
            )
    if baseline.uptake_min is None or followup.uptake_min is None:
        found.append("The time from injection to scan is not known of both studies: they cannot be compared.")
    elif abs(followup.uptake_min - baseline.uptake_min) > rules.uptake_min + ROUNDING:
        found.append(
            f"From injection to scan there were {baseline.uptake_min:.0f} and {followup.uptake_min:.0f} "
            f"minutes: more than {rules.uptake_min:g} apart, so the studies cannot be compared."
        )
    return found


def _not_measurable(baseline: PercistStudy, followup: PercistStudy) -> list[str]:
    if baseline.peak is None:
        return ["No lesion of the baseline has a SULpeak."]
    if followup.peak is None and followup.lesions:
        return ["No lesion of the follow-up has a SULpeak."]
    if baseline.liver is None:
        return []
    least = liver_threshold(baseline.liver.mean, baseline.liver.sd)
    if baseline.peak >= least.level - ROUNDING:
        return []
    text = f"The baseline's hottest lesion has a SULpeak of {baseline.peak:.2f}, below what PERCIST measures"
    return [f"{text}: {least.title}."]


def _no_uptake(study: PercistStudy, rules: PercistRules) -> str:
    """Why the uptake of all lesions counts as gone, a sentence; "" where it does not."""
    if study.peak is None:
        return "No lesion with uptake is left."
    if study.liver is None or study.peak >= study.liver.mean:
        return ""
    words = f"All uptake is below the liver's mean ({study.liver.mean:.2f})"
    if study.blood_pool is None:
        return f"{words}; no blood pool was drawn: compare with it by eye."
    limit = study.blood_pool.mean + rules.blood_pool_sds * study.blood_pool.sd
    if study.peak > limit + ROUNDING:
        return ""
    return f"{words} and like the blood pool's (up to {limit:.2f})."


def _tlg_share(baseline: PercistStudy, followup: PercistStudy) -> float | None:
    if baseline.tlg is None or followup.tlg is None or not baseline.tlg > 0:
        return None
    return followup.tlg / baseline.tlg - 1.0

"""Score the lesions of a patient: the pipeline that panel, console and shell call.

A function of plain values: the same CT, lesions, signature and acquisition give the same result everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..acquisition import Acquisition
from ..extraction.extract import Findings, LesionFeatures, Progress, by_region, extract, measure
from ..extraction.regions import Keys
from ..extraction.tissue import check_tissue
from ..findings import Finding, Severity
from ..geometry.image import Image
from ..identity import UNKNOWN, Identity
from ..lesion import LeftOut, Lesion
from ..signature.signature import Signature, Term
from ..signature.variables import Source, Variable, variable_of
from ..study import Study
from .domain import check_domain
from .extrapolation import beyond_range, beyond_scores
from .patient_metrics import subsets
from .provenance import provenance
from .results import Contribution, LesionScore, PatientScore, stability_of

# Squares of scores have to stay finite: the patient's standard deviation is made of them.
LARGEST_SCORE = 1e100

__all__ = ["LesionFeatures", "extract", "score"]


def score(
    image: Image,
    lesions: Sequence[Lesion],
    signature: Signature,
    acquisition: Acquisition | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    identity: Identity = UNKNOWN,
    findings: Findings | None = None,
    progress: Progress | None = None,
    left_out: Sequence[LeftOut] = (),
) -> PatientScore:
    """Score every lesion and describe the patient.

    Parameters
    ----------
    image : Image
        The CT, HU; any axis order.
    lesions : sequence of Lesion
        On the CT's lattice.
    signature : Signature
    acquisition : Acquisition, optional
        How the CT was made; nothing known by default.
    inputs : mapping of str to object, optional
        What identifies the input, kept in the provenance.
    identity : Identity, optional
        Whose CT it is.
    findings : mapping of str to sequence of Finding, optional
        Lesion's identifier -> what reading the masks found.
    progress : callable, optional
        Called with (lesions done, lesions in all); an exception it raises stops the work.
    left_out : sequence of LeftOut, optional
        Structures that were not taken for lesions; kept in the result.

    Returns
    -------
    PatientScore
        A row for every lesion in the order given; one that cannot be scored has its reasons instead of a
        score.
    """
    acquisition = acquisition or Acquisition()
    rows = score_lesions(image, lesions, signature, acquisition, findings=findings, progress=progress)
    return patient_score(rows, signature, acquisition, inputs or {}, identity, left_out)


def score_study(
    study: Study,
    signature: Signature,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> PatientScore:
    """Score the lesions of a study and describe the patient; as `score`.

    Parameters
    ----------
    study : Study
    signature : Signature
    only : collection of str, optional
        Ids of the lesions to score; all by default.
    progress : callable, optional
        Called with (lesions done, lesions in all).

    Returns
    -------
    PatientScore
    """
    rows = score_rows(study, signature, only=only, progress=progress)
    return patient_score(rows, signature, study.acquisition, study.inputs, study.identity, study.left_out)


def score_rows(
    study: Study,
    signature: Signature,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> list[LesionScore]:
    """The lesions' rows of `score_study`, for whom the patient is made of these and of earlier rows.

    Parameters as of `score_study`.

    Returns
    -------
    list of LesionScore
    """
    return score_lesions(
        study.image,
        study.lesions,
        signature,
        study.acquisition,
        only=only,
        findings=study.findings,
        progress=progress,
    )


def patient_score(
    rows: Sequence[LesionScore],
    signature: Signature,
    acquisition: Acquisition,
    inputs: Mapping[str, Any],
    identity: Identity = UNKNOWN,
    left_out: Sequence[LeftOut] = (),
) -> PatientScore:
    """The patient of these rows: what `score` returns, from rows that were scored at different times."""
    return PatientScore(
        tuple(rows),
        subsets(rows, signature.entropy_edges),
        provenance(signature, acquisition, inputs),
        stability_of(rows),
        identity,
        tuple(left_out),
    )


def score_lesions(
    image: Image,
    lesions: Sequence[Lesion],
    signature: Signature,
    acquisition: Acquisition,
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
) -> list[LesionScore]:
    """The rows of the lesions with ids in `only` (of all by default), in the order of `lesions`.

    The other lesions matter where they cut a ring or overlap: an edited lesion is scored again by itself.
    """
    chosen = [lesion for lesion in lesions if only is None or lesion.id in only]
    known = found_before(image, chosen, signature, acquisition, findings)
    measured = measure(
        image,
        lesions,
        signature.settings,
        keys_of(signature),
        only=only,
        findings=known,
        progress=progress,
    )
    by_id = {lesion.id: lesion for lesion in lesions}
    return [score_lesion(by_id[features.id], features, signature, acquisition) for features in measured]


def keys_of(signature: Signature) -> Keys:
    """What is measured for a signature, by region; the ring even where no term asks for it: it is shown."""
    return {"ring": (), **by_region(signature.variables_from(Source.FEATURE))}


def found_before(
    image: Image,
    lesions: Sequence[Lesion],
    signature: Signature,
    acquisition: Acquisition,
    findings: Findings | None = None,
) -> dict[str, tuple[Finding, ...]]:
    """What is known of lesions before they are measured, by id: `findings` of reading, scan, tissue."""
    of_scan = [*_check_kvp(signature, acquisition), *check_domain(acquisition, image.lattice.spacing)]
    source = image.canonical()
    return {
        lesion.id: (
            *(findings or {}).get(lesion.id, ()),
            *of_scan,
            *check_tissue(source, lesion.canonical()),
        )
        for lesion in lesions
    }


def score_lesion(
    lesion: Lesion, features: LesionFeatures, signature: Signature, acquisition: Acquisition
) -> LesionScore:
    """One lesion's score from its features: intercept + sum of coefficient x (value - mean) / scale."""
    findings = [*features.findings, *_check_harmonization(signature)]
    contributions: list[Contribution] = []
    if not features.refused:
        for term in signature.terms:
            variable = variable_of(term.variable)
            value = _value(variable, lesion, features, acquisition)
            stands_in = value is None and term.when_undefined == "mean"
            if stands_in:
                value = term.mean
            if value is None:
                findings.append(_missing(variable))
                continue
            inside = stands_in or not beyond_range(term, value)
            contributions.append(
                Contribution(
                    term.variable, value, term.coefficient * (value - term.mean) / term.scale, inside
                )
            )
        findings += _check_site(lesion, signature)
    total = signature.intercept + sum(part.contribution for part in contributions)
    if not any(finding.refuses for finding in findings):
        findings += _check_training(signature, contributions, total)
    refused = any(finding.refuses for finding in findings)
    return LesionScore(
        id=lesion.id,
        name=lesion.name,
        volume_cc=lesion.volume_cc,
        score=None if refused else total,
        site=lesion.site,
        irradiated=lesion.irradiated,
        contributions=() if refused else tuple(contributions),
        findings=tuple(findings),
        features={key: value for key, value in features.values.items() if value is not None},
        ring=features.ring,
        expected_agreement=lesion.expected_agreement,
    )


def _value(
    variable: Variable, lesion: Lesion, features: LesionFeatures, acquisition: Acquisition
) -> float | None:
    if variable.source is Source.TUBE_VOLTAGE:
        return acquisition.tube_voltage
    if variable.source is Source.SITE:
        return float(lesion.site is variable.site)
    if variable.source in (Source.CLINICAL, Source.TABLE):
        return None
    return features.values[variable.key]


def _missing(variable: Variable) -> Finding:
    """Why a signature cannot be used on a lesion of which this value is not known."""
    if variable.source is Source.TABLE:
        text = f"{variable.title} is a column of the table it was trained on, and is not measured here."
        return Finding("signature.not_measured", Severity.REFUSE, f"The signature needs {text}")
    if variable.source is Source.CLINICAL:
        text = f"The signature needs {variable.title} of the patient, and it is not given."
        return Finding("signature.not_measured", Severity.REFUSE, text)
    text = f"{variable.title} is not defined for this lesion, and the signature needs it."
    return Finding("feature.undefined", Severity.REFUSE, text)


def _check_harmonization(signature: Signature) -> list[Finding]:
    if signature.harmonization is None:
        return []
    text = (
        "The signature was trained with ComBat: the shift of a known scanner or center is taken out of "
        "values before they are weighed. Score a table with its batches by `radioimmuno validate`."
    )
    return [Finding("signature.batch", Severity.REFUSE, text)]


def _check_kvp(signature: Signature, acquisition: Acquisition) -> list[Finding]:
    if not signature.variables_from(Source.TUBE_VOLTAGE) or acquisition.tube_voltage is not None:
        return []
    text = "The signature needs the tube voltage and the CT does not say it: give it by hand (kVp)."
    return [Finding("ct.kvp_missing", Severity.REFUSE, text)]


def _check_site(lesion: Lesion, signature: Signature) -> list[Finding]:
    if lesion.site is not None or not signature.variables_from(Source.SITE):
        return []
    text = "The signature uses the lesion's site and none is given: it was scored as none of its sites."
    return [Finding("site.missing", Severity.WARN, text)]


def _check_training(
    signature: Signature, contributions: Sequence[Contribution], total: float
) -> list[Finding]:
    """Warn of values outside of the training; refuse where a value or the score lies far outside of it."""
    limit = math.inf if signature.extrapolation_limit is None else signature.extrapolation_limit
    terms = {term.variable: term for term in signature.terms}
    outside = [part for part in contributions if not part.in_training_range]
    far = [
        f"{variable_of(part.variable).title} is {part.value:.4g}{_trained(terms[part.variable])}"
        for part in outside
        if beyond_range(terms[part.variable], part.value) > limit
    ]
    if not math.isfinite(total) or abs(total) > LARGEST_SCORE:
        far.append("the score is no number that can be reckoned with")
    elif signature.distribution is not None and beyond_scores(signature, total) > limit:
        scores = signature.distribution
        far.append(f"the score would be {total:.4g} (training: {scores.p1:.4g} to {scores.p99:.4g})")
    if far:
        text = (
            f"Far outside of what the signature was trained on, where a score says nothing: {'; '.join(far)}."
        )
        return [Finding("domain.extrapolated", Severity.REFUSE, text)]
    if not outside:
        return []
    titles = "; ".join(variable_of(part.variable).title for part in outside)
    text = f"Outside the range of the training data: {titles}."
    return [Finding("domain.feature_range", Severity.WARN, text)]


def _trained(term: Term) -> str:
    if term.training_range is None:
        return ""
    low, high = term.training_range
    return f" (training: {low:.4g} to {high:.4g})"

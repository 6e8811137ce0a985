"""The weighted sum of a signature, of a lesion's values or of those that a patient's lesions make together.

Values pass the signature's ComBat first, where it has one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..findings import Finding, Severity
from ..signature.signature import Signature, Term
from ..signature.variables import CLINICAL, Source, Variable, variable_of
from .extrapolation import beyond_range, beyond_scores
from .results import Contribution

# Squares of scores have to stay finite: the patient's standard deviation is made of them.
LARGEST_SCORE = 1e100

MEASURED = (Source.FEATURE, Source.LEARNED)
NO_EARLIER_STUDY = "followup.no_earlier_study"
ONE_STUDY = (
    "One study by itself has none: give the earlier one and this one to `radioimmuno follow-up` with the "
    "signature (in Slicer: Follow-up), which scores the later one."
)


@dataclass(frozen=True)
class WeightedSum:
    """What the terms add, and what is to be known of it.

    Parameters
    ----------
    total : float
        Intercept and contributions; a score only where no finding refuses.
    contributions : tuple of Contribution
    missing : tuple of Finding
        Values that are not known.
    beyond : tuple of Finding
        Values, or their sum, that lie outside of the training.
    """

    total: float
    contributions: tuple[Contribution, ...]
    missing: tuple[Finding, ...]
    beyond: tuple[Finding, ...]

    @property
    def score(self) -> float | None:
        """The score; None where a finding refuses it."""
        refused = any(finding.refuses for finding in (*self.missing, *self.beyond))
        return None if refused else self.total


def weighted_sum(signature: Signature, values: Mapping[str, float | None], batch: str) -> WeightedSum:
    """Intercept + sum of coefficient x (value - mean) / scale.

    Parameters
    ----------
    signature : Signature
    values : mapping of str to float
        As they were measured or given, by variable; None where one is not known. No mean stands in for what
        is not there at all: a change without an earlier study, a feature of an image that was not measured.
    batch : str
        The scanner or center, one of the signature's where it has ComBat.

    Returns
    -------
    WeightedSum
        Refused where a value is not known that the signature needs, or one lies far outside of training.
    """
    missing: list[Finding] = []
    contributions: list[Contribution] = []
    weighed = _harmonized(signature, values, batch, missing)
    if alone := [name for name in signature.variables_from(Source.CHANGE) if name not in values]:
        missing.append(no_earlier_study(alone))
    for term in signature.terms:
        if term.variable in alone:
            continue
        value, variable = weighed.get(term.variable), variable_of(term.variable)
        if value is None and variable.source in MEASURED and term.variable not in values:
            missing.append(_unmeasured(variable))
            continue
        stands_in = value is None and term.when_undefined == "mean"
        if stands_in:
            value = term.mean
        if value is None:
            missing.append(_missing(variable))
            continue
        inside = stands_in or not beyond_range(term, value)
        amount = term.coefficient * (value - term.mean) / term.scale
        contributions.append(Contribution(term.variable, value, amount, inside))
    total = signature.intercept + sum(part.contribution for part in contributions)
    beyond = [] if missing else _check_training(signature, contributions, total)
    return WeightedSum(total, tuple(contributions), tuple(dict.fromkeys(missing)), tuple(beyond))


def _harmonized(
    signature: Signature, values: Mapping[str, float | None], batch: str, missing: list[Finding]
) -> Mapping[str, float | None]:
    state = signature.harmonization
    if state is None:
        return values
    covariates = [values.get(name) for name in state.covariates]
    lacking = [name for name, value in zip(state.covariates, covariates, strict=True) if value is None]
    if lacking:
        missing += [_missing(variable_of(name)) for name in lacking]
        return values
    raw = np.array([np.nan if (value := values.get(name)) is None else value for name in state.variables])
    found = state.harmonized(raw[None], np.array([batch]), np.array([covariates], float))[0]
    known = {name: float(value) for name, value in zip(state.variables, found, strict=True) if value == value}
    return {**values, **known}


def no_earlier_study(variables: Sequence[str], why: str = ONE_STUDY) -> Finding:
    """Why a signature that weighs changes has no score of a lesion that has no earlier study.

    Parameters
    ----------
    variables : sequence of str
        The changes.
    why : str, optional
        A sentence: why there is none, or what to do.

    Returns
    -------
    Finding
    """
    first = variable_of(variables[0]).title
    more = f" and {len(variables) - 1} more" if len(variables) > 1 else ""
    text = f"The signature weighs changes since an earlier study ({first}{more}). {why}"
    return Finding(NO_EARLIER_STUDY, Severity.REFUSE, text)


def _unmeasured(variable: Variable) -> Finding:
    """Why a signature cannot be used on a lesion that was not measured on an image, or by a model."""
    text = f"{variable.title} could not be measured, and the signature needs it."
    return Finding("feature.not_measured", Severity.REFUSE, text)


def _missing(variable: Variable) -> Finding:
    """Why a signature cannot be used on a lesion of which this value is not known."""
    if variable.source is Source.TABLE:
        text = f"{variable.title} is a column of the table it was trained on, and is not measured here."
        return Finding("signature.not_measured", Severity.REFUSE, f"The signature needs {text}")
    if variable.source is Source.CLINICAL:
        name = variable.key.removeprefix(CLINICAL)
        text = (
            f"The signature needs {variable.title}, and it is not given: enter it above the lesions (panel), "
            f"by --clinical {name}=VALUE (shell), or in a manifest's column {name}."
        )
        return Finding("clinical.missing", Severity.REFUSE, text)
    text = f"{variable.title} is not defined for this lesion, and the signature needs it."
    return Finding("feature.undefined", Severity.REFUSE, text)


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

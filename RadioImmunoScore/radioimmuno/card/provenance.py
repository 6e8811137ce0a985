"""What the provenance of a signature shows of the items of METRICS and the Radiomics Quality Score.

Only what a field of a file shows is filled in; each proof names the field. What a person would have to judge
stays a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..modality import CT
from ..signature.variables import CLINICAL, KVP, LOCATION, Source, variable_of
from . import rqs
from .items import Proof
from .sources import Sources, figures_of

Proofs = Iterator[tuple[str, Proof]]
DISCRIMINATION = ("auc", "c_index", "auc_high_against_low")
YES, NO = (True,), (False,)


def proofs_of(sources: Sources) -> dict[str, Proof]:
    """All that the provenance shows.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    dict of str to Proof
        By the items' keys.
    """
    found: dict[str, Proof] = {}
    for rule in _RULES:
        for key, proof in rule(sources):
            found.setdefault(key, proof)
    return found


def _of_terms(sources: Sources) -> Proofs:
    signature = sources.signature
    yield "metrics.condition4", Proof(YES, "signature: terms (a weighted sum of variables in a table)")
    yield "metrics.condition5", Proof(NO, "signature: terms (a weighted sum of variables in a table)")
    if signature.variables_from(Source.FEATURE) or signature.changing:
        source = "signature: terms (features of regions, by formulas of the IBSI)"
        yield "metrics.condition1", Proof(YES, source)
        yield "metrics.condition3", Proof(YES, source)
    candidates = signature.training.get("candidates")
    if not (sources.is_made_here and isinstance(candidates, list) and candidates):
        return
    if all(map(_is_of_the_ct, candidates)):
        yield "metrics.23", Proof(YES, "signature: training.candidates (images: one CT alone)")


def _of_selection(sources: Sources) -> Proofs:
    candidates = sources.signature.training.get("candidates")
    terms = sources.signature.variables
    if not (sources.is_made_here and isinstance(candidates, list)) or len(candidates) <= len(terms):
        return
    if set(terms) <= set(map(str, candidates)):
        source = f"signature: training.candidates ({len(terms)} of {len(candidates)} kept by the penalty)"
        yield "metrics.15", Proof(YES, source)
        yield "rqs.5", Proof(YES, source)


def _of_extraction(sources: Sources) -> Proofs:
    measured, source = sources.of_training("measured_by")
    if isinstance(measured, str) and measured and sources.is_made_here:
        yield "metrics.12", Proof(YES, f"{source} ({measured})")
        yield "metrics.13", Proof(YES, f"signature: settings, and {source}")


def _of_modeling(sources: Sources) -> Proofs:
    software, source = sources.of_training("software")
    if isinstance(software, str) and software:
        yield "metrics.29", Proof(YES, f"{source} ({software}, open source)")
        yield "rqs.16.code", Proof(YES, f"{source} ({software}, open source)")
    plan, source = sources.of_training("cross_validation")
    if _is_nested(plan) and sources.is_made_here:
        how = f"{source} (by patient, all of the pipeline inside the folds)"
        yield "metrics.18", Proof(YES, how)
        figures, place = sources.of_training("out_of_fold")
        if figures_of(figures):
            yield "metrics.26", Proof(YES, f"{place} (the outer folds of a nested cross-validation)")
    covariates, source = sources.of_training("covariates")
    if sources.is_made_here and _names_clinical(covariates):
        yield "rqs.6", Proof(YES, source)


def _of_cutoffs(sources: Sources) -> Proofs:
    how = sources.signature.training.get("cutoffs")
    if sources.signature.cutoffs and sources.is_made_here and isinstance(how, str) and how:
        yield "rqs.8", Proof(YES, "signature: cutoffs, and training.cutoffs (percentiles of the training)")


def _of_figures(sources: Sources) -> Proofs:
    for content, start, resampled in _figure_sources(sources):
        figures = figures_of(content)
        with_interval = [one for one in figures if one.has_interval]
        if with_interval:
            yield "metrics.21", Proof(YES, f"{start}{with_interval[0].name}.interval")
        for one in with_interval:
            if one.name in DISCRIMINATION:
                yield "rqs.9.statistic", Proof(YES, f"{start}{one.name}")
                if resampled:
                    yield "rqs.9.resampling", Proof(YES, f"{start}{one.name} ({resampled})")
        if "c_index" in {one.name for one in figures}:
            yield "metrics.20", Proof(YES, f"{start}c_index (survival)")


def _of_validation(sources: Sources) -> Proofs:
    for record in sources.validations:
        content, start = record.content, f"{record.name}: "
        figures = {one.name: one for one in figures_of(content["out_of_fold"])}
        if content["kind"] == "binary" and "auc" in figures and _is_divided(content.get("at_cutoffs")):
            yield (
                "metrics.20",
                Proof(YES, f"{start}out_of_fold.auc and at_cutoffs (sensitivity, specificity)"),
            )
        slope = figures.get("calibration_slope")
        if slope and slope.has_interval and content.get("calibration"):
            yield "metrics.22", Proof(YES, f"{start}calibration and out_of_fold.calibration_slope")
            yield "rqs.10.statistic", Proof(YES, f"{start}out_of_fold.calibration_slope")
        if content.get("decision_curve"):
            yield "rqs.14", Proof(YES, f"{start}decision_curve")
        if _names_clinical(content.get("cox")):
            yield "rqs.6", Proof(YES, f"{start}cox (with covariates)")
    if sources.validations:
        others = tuple(answer for answer, _ in rqs.VALIDATION if answer != rqs.MISSING)
        names = ", ".join(record.name for record in sources.validations)
        yield "rqs.12", Proof(others, f"{names}: there is a validation; of which institute is not stated")


_RULES: tuple[Callable[[Sources], Proofs], ...] = (
    *(_of_terms, _of_selection, _of_extraction, _of_modeling, _of_cutoffs, _of_figures, _of_validation),
)


def _figure_sources(sources: Sources) -> Iterator[tuple[Any, str, str]]:
    """Figures of those who were not trained on, where they stand, and how they were resampled."""
    if sources.is_made_here:
        figures, source = sources.of_training("out_of_fold")
        plan, _ = sources.of_training("cross_validation")
        yield figures, f"{source}.", "cross-validation" if _is_nested(plan) else ""
    for record in sources.validations:
        how = record.content.get("intervals")
        texts = how if isinstance(how, Mapping) else {}
        for name, one in record.content["out_of_fold"].items():
            yield {name: one}, f"{record.name}: out_of_fold.", _resampling(texts.get(name))
    held_out = sources.signature.training.get("held_out")
    if sources.is_made_here and isinstance(held_out, Mapping):
        yield held_out, "signature: training.held_out.", _resampling(held_out.get("intervals"))


def _resampling(how: Any) -> str:
    return "bootstrap" if "bootstrap" in str(how) else ""


def _names_clinical(names: Any) -> bool:
    return isinstance(names, list | dict) and any(str(name).startswith(CLINICAL) for name in names)


def _is_nested(plan: Any) -> bool:
    return isinstance(plan, Mapping) and all(type(plan.get(key)) is int for key in ("folds", "repeats"))


def _is_divided(rows: Any) -> bool:
    return isinstance(rows, list) and any(
        isinstance(row, Mapping) and {"sensitivity", "specificity"} <= {one.name for one in figures_of(row)}
        for row in rows
    )


def _is_of_the_ct(variable: Any) -> bool:
    """Whether a variable is measured on the CT, or on no image at all."""
    if not isinstance(variable, str):
        return False
    if variable == KVP or variable.startswith((CLINICAL, LOCATION)):
        return True
    try:
        return variable_of(variable).image == CT.role
    except ValueError:
        return False

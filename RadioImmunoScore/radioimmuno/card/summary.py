"""The short form of a card: four paragraphs, from the signature's file alone where nothing else is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..learned.card import ModelCard
from ..modality import CT, image_title
from ..numbers import is_number, is_whole_number
from ..signature.patient_rules import PATIENT_RULES
from ..signature.signature import Signature
from ..signature.variables import CLINICAL, Source, variable_of
from .sources import figures_of

NOT_STATED = "not stated"
MOST_NAMED = 6
# Titles of facts that several lists name.
OUTCOME, KIND, BATCHES, VOLTAGES = "outcome", "kind of outcome", "batches", "tube voltages (kV)"
COUNTED = ("patients", "lesions", "events")
# The figures of a record that are asked for first stand first.
MOST_FIGURES = 2


@dataclass(frozen=True)
class Summary:
    """A signature in four paragraphs.

    Parameters
    ----------
    predicts, trained, validated, limits : str
        What it predicts, what it was trained on, how well it does, and where it ends.
    """

    predicts: str
    trained: str
    validated: str
    limits: str


def summary_of(
    signature: Signature,
    training: Mapping[str, Any] | None = None,
    validations: Sequence[Mapping[str, Any]] = (),
) -> Summary:
    """The short form of a signature's card; what is not known is called `not stated`.

    Parameters
    ----------
    signature : Signature
    training : mapping of str to Any, optional
        What is known of its training (default: what its file states).
    validations : sequence of (mapping of str to Any)
        Records of validations; its file holds none.

    Returns
    -------
    Summary

    Examples
    --------
    >>> from radioimmuno.signature.signature import default_signature
    >>> summary_of(default_signature()).trained.partition(".")[0]
    'Trained on simulated patients: 240 patients, 1573 lesions'
    """
    known = signature.training if training is None else training
    return Summary(
        _predicts(signature), _trained(signature, known), _validated(known, validations), _limits(signature)
    )


def facts_of_training(training: Mapping[str, Any]) -> dict[str, str]:
    """What is known of a training, by plain titles; `not stated` for what is not.

    Parameters
    ----------
    training : mapping of str to Any
        Of the signature, or the record of its training.

    Returns
    -------
    dict of str to str
    """
    return {
        "data": _text(training.get("data")),
        **{name: _count(training.get(name)) for name in COUNTED},
        BATCHES: _counts(training.get("batches")),
        VOLTAGES: _counts(training.get("kvp")),
        "sites": _counts(training.get("sites")),
        OUTCOME: _text(training.get("outcome")),
        KIND: _text(training.get("kind")),
        "model": _text(training.get("model") or training.get("method")),
        "candidates": _candidates(training.get("candidates")),
        "covariates": _names(training.get("covariates")),
        "rows left out": _count(_first(training, "left_out", "lesions_left_out")),
        "cross-validation": _plan(training.get("cross_validation")),
        "permutation test": _permutation(training.get("permutation")),
        "measured by": _text(training.get("measured_by")),
        "trained by": _text(training.get("software")),
    }


def facts_of_validation(validation: Mapping[str, Any]) -> dict[str, str]:
    """What the record of a validation states, by plain titles; what is not there is left out.

    Parameters
    ----------
    validation : mapping of str to Any

    Returns
    -------
    dict of str to str
    """
    day = validation.get("landmark_days")
    facts = {
        KIND: _text(validation.get("kind")),
        "of": _text(validation.get("of")),
        **{name: _count(validation.get(name)) for name in COUNTED},
        "survival counted from day": f"{day:g}" if is_number(day) else NOT_STATED,
        "caution": _text(validation.get("caution")),
    }
    known = {title: text for title, text in facts.items() if text != NOT_STATED}
    return {OUTCOME: _text(validation.get("outcome")), **known}


def rule_words(signature: Signature) -> str:
    """How the patient's value is made of the lesions; empty where the file names no way."""
    return PATIENT_RULES.get(signature.patient_rule, "").partition(": ")[2]


def spacing_words(signature: Signature) -> str:
    """The grid that features are measured on."""
    spacing = signature.settings.extraction.spacing_mm
    return "the CT's own voxels" if spacing is None else f"voxels of {spacing:g} mm"


def needs_words(signature: Signature) -> list[str]:
    """What scoring needs besides a CT and lesions, and what it cannot do, a sentence each."""
    sentences = []
    images = dict.fromkeys(
        variable_of(variable_of(name).changing or name).image for name in signature.variables
    )
    beside = [image_title(role) for role in images if role not in ("", CT.role)]
    if beside:
        sentences.append(f"Scoring needs the {' and the '.join(beside)} beside the CT.")
    cards = {card.name: card for card in signature.models}
    sentences += [_model_words(name, cards.get(name)) for name in signature.learned]
    asked = [variable_of(f"{CLINICAL}{name}").title for name in signature.clinical]
    if asked:
        sentences.append(f"Scoring asks for {', '.join(asked)}.")
    if signature.changing:
        sentences.append("Scores lesions that are followed: it weighs changes since an earlier study.")
    lacking = [variable_of(name).title for name in signature.variables_from(Source.TABLE)]
    if lacking:
        named = ", ".join(lacking[:MOST_NAMED]) + (", ..." if len(lacking) > MOST_NAMED else "")
        sentences.append(
            f"No image can be scored: {named} cannot be measured here, only tables that have it."
        )
    if signature.batches:
        named = ", ".join(signature.batches)
        sentences.append(f"Trained with ComBat: scoring asks for the batch of the CT, one of {named}.")
    return sentences


def _model_words(name: str, card: ModelCard | None) -> str:
    """That scoring needs an outside model, and which one."""
    if card is None:
        return f"Scoring needs the outside model {name}; which file that is, the signature does not say."
    which = f"SHA-256 {card.sha256[:12]}..., licence {card.licence}, on the {image_title(card.role)}"
    return f"Scoring needs the outside model {name} ({which})."


def domain_words(signature: Signature) -> str:
    """How far from its training the signature scores."""
    known = [term for term in signature.terms if term.training_range]
    ranges = f"{len(known)} of {len(signature.terms)} terms state the range of their training"
    if not known:
        return f"{ranges}: a value far from it is not noticed."
    if signature.extrapolation_limit is None:
        return f"{ranges}; scores are given however far from it."
    return f"{ranges}; no score is given further than {signature.extrapolation_limit:g} of its widths beyond."


def _predicts(signature: Signature) -> str:
    text = f"Predicts {signature.predicts}; {signature.direction}."
    rule = rule_words(signature)
    text += (
        f" The patient's value is the {rule}." if rule else " The file names no rule for a patient's value."
    )
    if signature.is_demonstration:
        text = f"This is a demonstration: it predicts nothing about a patient. {text}"
    return text


def _trained(signature: Signature, training: Mapping[str, Any]) -> str:
    facts = facts_of_training(training)
    counts = [f"{facts[name]} {name}" for name in COUNTED if facts[name] != NOT_STATED]
    whom = ": ".join(text for text in (facts["data"], ", ".join(counts)) if text not in ("", NOT_STATED))
    parts = [f"Trained on {whom}." if whom else "What it was trained on is not stated in its file."]
    parts += [f"{name[0].upper()}{name[1:]}: {facts[name]}." for name in (BATCHES, VOLTAGES)]
    return " ".join([*parts, f"Scoring measures features on {spacing_words(signature)}."])


def _validated(training: Mapping[str, Any], validations: Sequence[Mapping[str, Any]]) -> str:
    plan, held_out = _plan(training.get("cross_validation")), training.get("held_out")
    how = f" ({plan})" if plan != NOT_STATED else ""
    groups = [(f"Out of fold{how}", training.get("out_of_fold"))]
    if isinstance(held_out, Mapping):
        whom = f"{_count(held_out.get('patients'))} {_text(held_out.get('data'), 'other patients')}"
        groups.append((f"Held out, {whom}", held_out))
    groups += [
        (
            f"Validated in {_count(one.get('patients'))} patients ({_text(one.get('outcome'))})",
            one["out_of_fold"],
        )
        for one in validations
    ]
    named = [(name, figures_of(content)[:MOST_FIGURES]) for name, content in groups]
    parts = [
        f"{name}: {'; '.join(f'{one.title} {one.words}' for one in figures)}."
        for name, figures in named
        if figures
    ]
    if not parts:
        return "How well it predicts is not stated in its file."
    return " ".join([*parts, *([] if validations else ["No validation elsewhere is stated in its file."])])


def _limits(signature: Signature) -> str:
    sentences = [domain_words(signature), *needs_words(signature)]
    if signature.cutoffs is None:
        sentences.append("It gives no cut-offs.")
    elif signature.cutoffs.low is None:
        sentences.append("It gives the median cut-off alone.")
    if signature.patents:
        sentences.append(f"Patents: {'; '.join(signature.patents)}.")
    sentences = [f"{text[0].upper()}{text[1:]}" for text in sentences]
    return " ".join([*sentences, signature.notice])


def _first(content: Mapping[str, Any], *keys: str) -> Any:
    return next((content[key] for key in keys if key in content), None)


def _text(value: Any, otherwise: str = NOT_STATED) -> str:
    return value if isinstance(value, str) and value.strip() else otherwise


def _count(value: Any) -> str:
    return str(value) if is_whole_number(value, 0) else NOT_STATED


def _counts(value: Any) -> str:
    if not isinstance(value, Mapping) or not value:
        return NOT_STATED
    return ", ".join(f"{name} ({_count(number)})" for name, number in value.items())


def _names(value: Any) -> str:
    if not isinstance(value, list):
        return NOT_STATED
    return ", ".join(map(str, value)) or "none"


def _candidates(value: Any) -> str:
    return f"{len(value)} variables" if isinstance(value, list) else f"{_count(value)}"


def _plan(plan: Any) -> str:
    if not isinstance(plan, Mapping) or not is_whole_number(plan.get("folds"), 2):
        return NOT_STATED
    repeats = plan.get("repeats")
    times = f", {repeats} repetition{'s' if repeats != 1 else ''}" if is_whole_number(repeats, 1) else ""
    return f"nested, by patient, {plan['folds']} folds{times}"


def _permutation(found: Any) -> str:
    if not isinstance(found, Mapping) or not is_number(found.get("p")):
        return NOT_STATED
    return f"p = {found['p']:.3g}, {_count(found.get('draws'))} draws"

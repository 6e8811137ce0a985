"""From a form to a signature, or to what is wrong with the form: one check for panel and shell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import InputError, SettingsError, SignatureError
from ..settings import Settings
from .cutoffs import CUTOFFS, Cutoffs
from .filtered_names import assumed
from .form_examples import ExampleCheck, TermCheck, check_example, rounded_off
from .printed_number import PrintedNumber, printed_number
from .signature import Signature, Term, format_signature
from .signature_form import (
    DIRECTIONS,
    KINDS,
    SETTINGS,
    TERM,
    FormTerm,
    Problem,
    SignatureForm,
    invalid_part,
    read_number,
)
from .variable_search import summing_note, unchanged, variable_by_name
from .variables import Source, Variable, settings_of

METHOD = "entered from a publication"
# Parts of the settings that a person types.
TYPED = ("extraction", "ring")


@dataclass(frozen=True)
class FormCheck:
    """What is to be said of a form.

    Parameters
    ----------
    terms : tuple of TermCheck, one for each of the form
    examples : tuple of (ExampleCheck or None), one for each of the form; None where it cannot be computed
    problems : tuple of Problem
    signature : Signature, optional
        None where there is a problem.
    """

    terms: tuple[TermCheck, ...]
    examples: tuple[ExampleCheck | None, ...]
    problems: tuple[Problem, ...]
    signature: Signature | None


def signature_of(form: SignatureForm) -> Signature:
    """The signature that was entered.

    Parameters
    ----------
    form : SignatureForm

    Returns
    -------
    Signature

    Raises
    ------
    SignatureError
        With all that is wrong, each in a sentence.

    Examples
    --------
    >>> form = SignatureForm("Made up", "CD8", (FormTerm("ring_glcm_Contrast", "-0.5", "12.5", "3"),))
    >>> signature_of(form).terms[0].variable
    'ring.glcm.contrast'
    """
    check = check_form(form)
    if check.signature is None:
        raise SignatureError(check.problems[0].code, " ".join(problem.text for problem in check.problems))
    return check.signature


def check_form(form: SignatureForm) -> FormCheck:
    """All that is wrong with a form, what each term was taken for, and what its examples come to.

    Parameters
    ----------
    form : SignatureForm

    Returns
    -------
    FormCheck
    """
    of_settings: list[Problem] = []
    settings = _settings(form.settings, of_settings)
    terms = check_terms(form.terms, settings)
    problems = [check.problem for check in terms if check.problem]
    problems += _problems_of_texts(form)
    intercept = read_number(form.intercept, "intercept", None, "The intercept", problems)
    cutoffs = _cutoffs(form.cutoffs, problems)
    problems += of_settings
    examples: list[ExampleCheck | None] = [None] * len(form.examples)
    if intercept is not None and terms and all(check.term for check in terms):
        examples = [
            check_example(row, example, terms, intercept, problems)
            for row, example in enumerate(form.examples)
        ]
    signature = None
    if not problems and intercept is not None and settings is not None:
        made = tuple(check.term for check in terms if check.term)
        signature = _signature(form, made, intercept.value, cutoffs, settings, examples)
        try:
            format_signature(signature)
        except InputError as error:
            signature = None
            problems.append(Problem("name", None, error.code, str(error)))
    return FormCheck(terms, tuple(examples), tuple(problems), signature)


def _signature(
    form: SignatureForm,
    terms: tuple[Term, ...],
    intercept: float,
    cutoffs: Cutoffs | None,
    settings: Settings,
    examples: Sequence[ExampleCheck | None],
) -> Signature:
    return Signature(
        name=form.name.strip(),
        version=form.version.strip(),
        status="published" if form.citation.strip() else "research",
        predicts=form.predicts.strip(),
        direction=form.direction.strip() or DIRECTIONS[form.kind],
        settings=settings_of([term.variable for term in terms], settings),
        intercept=intercept,
        terms=terms,
        cutoffs=cutoffs,
        citation=form.citation.strip(),
        training={
            "method": METHOD,
            "kind": form.kind,
            "entered": [vars(term) for term in form.terms],
            "examples": [
                {"values": dict(example.values), "published": example.score, "computed": check.computed}
                for example, check in zip(form.examples, examples, strict=True)
                if check
            ],
        },
    )


def _problems_of_texts(form: SignatureForm) -> Iterator[Problem]:
    if not form.name.strip():
        yield invalid_part("name", None, "The name is missing: say what the signature is called.")
    if not form.predicts.strip():
        yield invalid_part("predicts", None, "What it predicts is missing: say what the score stands for.")
    if not form.version.strip():
        yield invalid_part("version", None, "The version is missing.")
    if form.kind not in KINDS:
        known = ", ".join(KINDS)
        yield invalid_part("kind", None, f"The kind of outcome is {form.kind!r}; it must be one of {known}.")
    if not form.terms:
        text = "No term was entered: give at least one variable with its coefficient."
        yield invalid_part(TERM, None, text)


def check_terms(terms: Sequence[FormTerm], settings: Settings | None = None) -> tuple[TermCheck, ...]:
    """What each term was taken for, and what is wrong with it.

    Parameters
    ----------
    terms : sequence of FormTerm
    settings : Settings, optional
        Which define filters whose name does not.

    Returns
    -------
    tuple of TermCheck
        One for each.
    """
    checks: list[TermCheck] = []
    rows: dict[str, int] = {}
    for row, term in enumerate(terms):
        check = _checked_term(row, term, settings or Settings())
        if check.variable is not None:
            first = rows.setdefault(check.variable.key, row)
            if first != row:
                earlier = terms[first].variable.strip()
                text = f"{_row(row, term)}, is {check.variable.key}, as row {first + 1}, {earlier}, is."
                problem = Problem(TERM, row, "signature.duplicate_term", text)
                check = TermCheck(check.variable, None, check.note, problem)
        checks.append(check)
    return tuple(checks)


def _checked_term(row: int, term: FormTerm, settings: Settings) -> TermCheck:
    if not term.variable.strip():
        problem = invalid_part(TERM, row, f"Row {row + 1} names no variable.")
        return TermCheck(None, None, problem=problem)
    try:
        variable, shift = variable_by_name(term.variable)
        settings_of([variable.key], settings)
    except SignatureError as error:
        return TermCheck(None, None, problem=Problem(TERM, row, error.code, f"Row {row + 1}: {error}"))
    except SettingsError as error:
        text = f"{_row(row, term)}: {error}"
        return TermCheck(None, None, problem=Problem(TERM, row, "signature.unknown_variable", text))
    notes = [_source_note(variable), summing_note(term.variable, variable)]
    if provided := assumed(unchanged(term.variable)):
        notes.append(f"provided that {provided}")
    if shift:
        notes.append(f"its values are taken {-shift:g} lower than under this name, as the IBSI defines it")
    note = "; ".join(filter(None, notes))
    problems: list[Problem] = []
    numbers = _numbers_of(row, term, problems)
    if numbers is None:
        return TermCheck(variable, None, note, problems[0])
    coefficient, mean, scale = numbers
    made = Term(variable.key, coefficient.value, mean.value + shift, scale.value)
    roundings = (rounded_off(coefficient), rounded_off(mean), rounded_off(scale))
    return TermCheck(variable, made, note, roundings=roundings)


def _source_note(variable: Variable) -> str:
    if variable.source is Source.TABLE:
        return "a column of a table: no image can be scored"
    if variable.source is Source.LEARNED:
        return "of an outside model: its file is needed when lesions are scored"
    if variable.source is Source.CHANGE:
        return "a change since an earlier study: lesions that are followed can be scored"
    return "asked of a person when lesions are scored" if variable.source is Source.CLINICAL else ""


def _numbers_of(
    row: int, term: FormTerm, problems: list[Problem]
) -> tuple[PrintedNumber, PrintedNumber, PrintedNumber] | None:
    """Coefficient, mean and scale; None where one of them is wrong."""
    where = _row(row, term)
    coefficient = read_number(term.coefficient, TERM, row, f"{where}: the coefficient", problems)
    has_mean, has_scale = bool(term.mean.strip()), bool(term.scale.strip())
    if has_mean != has_scale:
        lacks = "a mean and no scale" if has_mean else "a scale and no mean"
        text = f"{where}, has {lacks}: give both or neither."
        problems.append(invalid_part(TERM, row, text))
        return None
    if not has_mean:
        exact = PrintedNumber(0.0, 0.0, True), PrintedNumber(1.0, 0.0, True)
        return (coefficient, *exact) if coefficient else None
    mean = read_number(term.mean, TERM, row, f"{where}: the mean", problems)
    scale = read_number(term.scale, TERM, row, f"{where}: the scale", problems)
    if scale is not None and scale.value <= 0:
        problems.append(
            invalid_part(TERM, row, f"{where}: the scale is {scale.value:g}; it must be above 0.")
        )
        return None
    return (coefficient, mean, scale) if coefficient and mean and scale else None


def _cutoffs(texts: Sequence[str], problems: list[Problem]) -> Cutoffs | None:
    given = [name for name, text in zip(CUTOFFS, texts, strict=True) if text.strip()]
    if not given:
        return None
    if given not in (list(CUTOFFS), ["median"]):
        missing = " and ".join(name for name in CUTOFFS if name not in given)
        text = f"Cut-offs are missing, {missing}: give all three, the median alone, or none."
        problems.append(invalid_part("cutoffs", None, text))
        return None
    numbers = {
        name: read_number(text, "cutoffs", None, f"The {name} cut-off", problems)
        for name, text in zip(CUTOFFS, texts, strict=True)
        if name in given
    }
    values = {name: number.value if number else math.nan for name, number in numbers.items()}
    if len(values) == 1:
        return Cutoffs(None, values["median"], None)
    low, median, high = values.values()
    if low >= median or median >= high:
        text = f"The cut-offs {low:g}, {median:g}, {high:g} must ascend: low, median, high."
        problems.append(invalid_part("cutoffs", None, text))
    return Cutoffs(low, median, high)


def _settings(record: Mapping[str, Any], problems: list[Problem]) -> Settings | None:
    typed = {part: record[part] for part in TYPED if isinstance(record.get(part), Mapping)}
    try:
        read = {
            part: {name: _plain(value, name.endswith("count")) for name, value in one.items()}
            for part, one in typed.items()
        }
        return Settings.from_dict({**record, **read})
    except (SettingsError, ValueError) as error:
        problems.append(Problem(SETTINGS, None, "signature.invalid", f"Settings: {error}"))
        return None


def _plain(value: Any, is_count: bool) -> Any:
    """A value of the settings as JSON has it: of a text the number or the word, None for an empty one."""
    if isinstance(value, list | tuple):
        ends = [_plain(one, is_count) for one in value]
        if all(end is None for end in ends):
            return None
        # An end that is open is written as "none"; one that is empty was forgotten.
        return ["" if one == "" else end for one, end in zip(value, ends, strict=True)]
    if not isinstance(value, str):
        return value
    if value.strip().lower() in ("", "none"):
        return None
    try:
        number = printed_number(value)
    except ValueError:
        return value.strip()
    return int(number.value) if is_count and number.is_whole else number.value


def _row(row: int, term: FormTerm) -> str:
    return f"Row {row + 1}, {term.variable.strip()}"

"""A published signature asked for line by line; what is wrong is asked again at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from radioimmuno.settings import Settings
from radioimmuno.signature.form_check import check_form, check_terms
from radioimmuno.signature.form_examples import TermCheck
from radioimmuno.signature.signature_form import (
    EXAMPLE,
    KINDS,
    SETTINGS,
    FormExample,
    FormTerm,
    SignatureForm,
)

from .exit_status import Failure

FINISH = "-"
TERMS_TEXT = """
Terms: variables by IBSI code, LIFEx or PyRadiomics name, with ring_ in front for the ring; location.liver and
the like, kVp. A mean and a scale where the publication standardizes; empty for none.
"""
# The settings that publications give: (part, name), and what is asked.
ASKED_SETTINGS = (
    (("ring", "inner_mm"), "Ring: mm into the lesion"),
    (("ring", "outer_mm"), "Ring: mm out of the lesion"),
    (("extraction", "spacing_mm"), "Grid in mm (none: as the CT)"),
    (("extraction", "bin_width_hu"), "Width of gray levels in HU (none: a fixed number)"),
    (("extraction", "bin_count"), "Number of gray levels (none: a fixed width)"),
)


@dataclass(frozen=True)
class Questions:
    """Asks a person.

    Parameters
    ----------
    read : callable, gives the next line with its end; nothing at the end of the input
    write : callable, shows a text
    settings : Settings, which define filters whose name does not
    """

    read: Callable[[], str]
    write: Callable[[str], Any]
    settings: Settings = field(default_factory=Settings)

    def answered(self, form: SignatureForm) -> SignatureForm:
        """The form with what a person answers.

        Parameters
        ----------
        form : SignatureForm
            What is known already: offered as the answer.

        Returns
        -------
        SignatureForm
            Without a problem, unless the person left one.

        Raises
        ------
        Failure
            When the input ends before the form is whole.
        """
        form = replace(
            form,
            name=self._text("Name of the signature", form.name),
            predicts=self._text("What it predicts", form.predicts),
            kind=self._choice(f"Kind of outcome ({', '.join(KINDS)})", form.kind),
            citation=self._ask("Where it was published (empty for nowhere)", form.citation),
        )
        form = self._field(form, "intercept", "Intercept")
        self.write(TERMS_TEXT)
        form = replace(form, terms=self._terms())
        form = self._cutoffs(form)
        form = self._settings(form)
        return self._examples(form)

    def _terms(self) -> tuple[FormTerm, ...]:
        terms: tuple[FormTerm, ...] = ()
        while term := self._term(terms, (), f"Variable {len(terms) + 1} ({FINISH} to finish)"):
            terms = (*terms, term)
        return terms

    def _term(
        self, before: tuple[FormTerm, ...], after: tuple[FormTerm, ...], question: str
    ) -> FormTerm | None:
        """A term that fits between the others; None when there is to be none."""
        while (name := self._ask(question)) != FINISH or not (before or after):
            check = self._fitting(before, FormTerm(name, "0"), after)
            if check is None:
                continue
            assert check.variable is not None
            self._say(f"{check.variable.key}: {check.variable.title}{check.note and f' ({check.note})'}")
            coefficient, mean = self._ask("  coefficient"), self._ask("  mean (empty for none)")
            term = FormTerm(name, coefficient, mean, self._ask("  scale") if mean else "")
            if self._fitting(before, term, after):
                return term
        return None

    def _fitting(
        self, before: tuple[FormTerm, ...], term: FormTerm, after: tuple[FormTerm, ...]
    ) -> TermCheck | None:
        """What a term was taken for; None where something is wrong, which is shown."""
        checks = check_terms((*before, term, *after), self.settings)
        for check in checks:
            if check.problem:
                self._say(check.problem.text)
                return None
        return checks[len(before)]

    def _cutoffs(self, form: SignatureForm) -> SignatureForm:
        while True:
            before = form.cutoffs
            median = self._ask("Median cut-off (empty for no cut-offs)", before[1])
            low = self._ask("Low cut-off (empty for the median alone)", before[0]) if median else ""
            high = self._ask("High cut-off", before[2]) if low else ""
            form = replace(form, cutoffs=(low, median, high))
            if not self._problem(form, "cutoffs"):
                return form

    def _settings(self, form: SignatureForm) -> SignatureForm:
        known = Settings().to_dict()
        typed = {part: known[part] | dict(form.settings.get(part, {})) for part in known}
        settings = {**form.settings, **typed}
        while True:
            for (part, name), question in ASKED_SETTINGS:
                if name == "bin_count" and _is_given(settings[part]["bin_width_hu"]):
                    settings[part][name] = None
                    continue
                default = settings[part][name]
                shown = default if isinstance(default, str) else "none" if default is None else f"{default:g}"
                settings[part][name] = self._ask(question, shown)
            form = replace(form, settings=settings)
            if not self._problem(form, SETTINGS):
                return form

    def _examples(self, form: SignatureForm) -> SignatureForm:
        while True:
            question = f"Example {len(form.examples) + 1}: published score ({FINISH} to finish)"
            if (score := self._ask(question, FINISH)) == FINISH:
                return form
            values = {term.variable: self._ask(f"  {term.variable}") for term in form.terms}
            form = self._corrected(replace(form, examples=(*form.examples, FormExample(values, score))))

    def _corrected(self, form: SignatureForm) -> SignatureForm:
        """The form with a term corrected, or without its last example, where that differs."""
        while self._problem(form, EXAMPLE):
            question = f"Number of the term to correct ({FINISH} leaves out the example)"
            answer = self._ask(question, FINISH)
            if answer == FINISH:
                return replace(form, examples=form.examples[:-1])
            row = int(answer) - 1 if answer.isdecimal() else -1
            if not 0 <= row < len(form.terms):
                self._say(f"It is a number from 1 to {len(form.terms)}.")
                continue
            before, after = form.terms[:row], form.terms[row + 1 :]
            if term := self._term(before, after, f"Variable {row + 1} ({FINISH} leaves it)"):
                examples = tuple(
                    _renamed(one, form.terms[row].variable, term.variable) for one in form.examples
                )
                form = replace(form, terms=(*before, term, *after), examples=examples)
        check = check_form(form).examples[-1]
        if check:
            self._say(check.text)
        return form

    def _problem(self, form: SignatureForm, part: str) -> bool:
        """Whether a part of the form is wrong; what is, is shown."""
        texts = [problem.text for problem in check_form(form).problems if problem.part == part]
        for text in texts:
            self._say(text)
        return bool(texts)

    def _field(self, form: SignatureForm, name: str, question: str) -> SignatureForm:
        while True:
            form = replace(form, **{name: self._ask(question, getattr(form, name))})
            if not self._problem(form, name):
                return form

    def _choice(self, question: str, default: str) -> str:
        while (answer := self._ask(question, default)) not in KINDS:
            self._say(f"It is one of {', '.join(KINDS)}.")
        return answer

    def _text(self, question: str, default: str) -> str:
        while not (answer := self._ask(question, default)):
            self._say("It cannot be empty.")
        return answer

    def _ask(self, question: str, default: str = "") -> str:
        self.write(f"{question}{f' [{default}]' if default else ''}: ")
        line = self.read()
        if not line:
            self.write("\n")
            raise Failure(
                "the answers ended before the signature was whole; nothing was written. Name a form file, or "
                "answer in a terminal"
            )
        return line.strip() or default

    def _say(self, text: str) -> None:
        self.write(f"  {text}\n")


def _is_given(value: Any) -> bool:
    return value is not None and str(value).strip().lower() not in ("", "none")


def _renamed(example: FormExample, name: str, other: str) -> FormExample:
    """The example with a variable under another name."""
    return replace(example, values={other if k == name else k: value for k, value in example.values.items()})

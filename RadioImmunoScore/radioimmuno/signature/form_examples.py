"""Examples of a publication: what a form's terms make of them, and whether that is what was published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import SignatureError
from .printed_number import PrintedNumber
from .signature import Term
from .signature_form import EXAMPLE, FormExample, Problem, invalid_part, read_number
from .variable_search import variable_by_name
from .variables import Variable

# Of two numbers that are the same but for the order of adding.
SAME = 1e-9
# In standard deviations: all but 0.3 % of sums of rounding errors.
SPREAD = 3.0


@dataclass(frozen=True)
class TermCheck:
    """What a term was taken for.

    Parameters
    ----------
    variable : Variable, optional
    term : Term, optional, None where something is wrong
    note : str, what was assumed; empty for nothing
    problem : Problem, optional
    roundings : tuple of 3 floats, of coefficient, mean and scale
    """

    variable: Variable | None
    term: Term | None
    note: str = ""
    problem: Problem | None = None
    roundings: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class ExampleCheck:
    """An example, computed.

    Parameters
    ----------
    published, computed : float
    printed_rounding : float
        How far the published score may be rounded off.
    terms_rounding : float
        How far the rounding of the other printed numbers moves the computed score at most, in practice.
    parts : tuple of (str, float)
        Variable and what it adds, the largest first.
    """

    published: float
    computed: float
    printed_rounding: float
    terms_rounding: float
    parts: tuple[tuple[str, float], ...]

    @property
    def difference(self) -> float:
        """Computed less published."""
        return self.computed - self.published

    @property
    def is_exact(self) -> bool:
        """Whether the computed score, rounded as the published one, is that."""
        return abs(self.difference) <= self.printed_rounding + SAME * max(1.0, abs(self.published))

    @property
    def agrees(self) -> bool:
        """Whether no more than the rounding of the printed numbers separates the two."""
        reach = (1 + SAME) * (self.printed_rounding + self.terms_rounding)
        return self.is_exact or abs(self.difference) <= reach

    @property
    def text(self) -> str:
        """Both scores, and why they differ where they do."""
        both = f"computed {self.computed:.6g}, published {self.published:g}"
        if self.is_exact:
            return f"{both}: the same"
        if self.agrees:
            return f"{both}: the same within the rounding of the printed numbers, {self.terms_rounding:.2g}"
        return f"{both}: they differ by {self.difference:+.3g}. Parts: {self.parts_text}"

    @property
    def parts_text(self) -> str:
        """What each term adds."""
        return ", ".join(f"{variable} {value:+.4g}" for variable, value in self.parts)


def check_example(
    row: int,
    example: FormExample,
    terms: Sequence[TermCheck],
    intercept: PrintedNumber,
    problems: list[Problem],
) -> ExampleCheck | None:
    """What the terms make of an example; None, and the problem, where it lacks something."""
    where = f"Example {row + 1}"
    before = len(problems)
    published = read_number(example.score, EXAMPLE, row, f"{where}: the score", problems)
    values = _values(row, example, [check.variable for check in terms if check.variable], problems)
    if published is None or len(problems) > before:
        return None
    parts: list[tuple[str, float]] = []
    off = [rounded_off(intercept)]
    for check in terms:
        assert check.term is not None
        term, value = check.term, values[check.term.variable]
        standard = (value.value - term.mean) / term.scale
        slope = abs(term.coefficient / term.scale)
        coefficient_off, mean_off, scale_off = check.roundings
        off += [abs(standard) * coefficient_off, abs(standard) * slope * scale_off]
        off += [slope * mean_off, slope * rounded_off(value)]
        parts.append((term.variable, term.coefficient * standard))
    computed = intercept.value + sum(part for _, part in parts)
    ordered = tuple(sorted(parts, key=lambda part: -abs(part[1])))
    done = ExampleCheck(published.value, computed, published.rounding, _reach(off), ordered)
    if not done.agrees:
        text = f"{where}: {done.text}; intercept {intercept.value:g}."
        problems.append(Problem(EXAMPLE, row, "signature.example_differs", text))
    return done


def _values(
    row: int, example: FormExample, variables: Sequence[Variable], problems: list[Problem]
) -> dict[str, PrintedNumber]:
    """Variable -> value of an example."""
    where, wanted = f"Example {row + 1}", [variable.key for variable in variables]
    values: dict[str, PrintedNumber] = {}
    for name, text in example.values.items():
        try:
            variable, shift = variable_by_name(name)
        except SignatureError as error:
            problems.append(Problem(EXAMPLE, row, error.code, f"{where}: {error}"))
            continue
        if variable.key not in wanted or variable.key in values:
            what = "is given twice" if variable.key in values else "is none of the terms"
            problems.append(invalid_part(EXAMPLE, row, f"{where}: {name} {what}."))
            continue
        number = read_number(text, EXAMPLE, row, f"{where}: {name}", problems)
        if number is not None:
            shifted = PrintedNumber(number.value + shift, number.rounding, number.is_whole)
            values[variable.key] = shifted
    lacking = ", ".join(key for key in wanted if key not in values)
    if lacking and not any(problem.part == EXAMPLE and problem.row == row for problem in problems):
        problems.append(invalid_part(EXAMPLE, row, f"{where} has no value for {lacking}."))
    return values


def _reach(roundings: Sequence[float]) -> float:
    """How far roundings together move a sum: three standard deviations of evenly distributed errors.

    Few do not reach so far: then it is what they are together.
    """
    return min(sum(roundings), SPREAD * math.hypot(*roundings) / math.sqrt(3))


def rounded_off(number: PrintedNumber) -> float:
    """How far a number was rounded off; a whole one is taken for exact."""
    return 0.0 if number.is_whole else number.rounding

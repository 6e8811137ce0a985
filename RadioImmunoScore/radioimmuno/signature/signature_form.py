"""A signature as a person enters it out of a publication: all is text, as it was typed.

The digits of a number say how far it was rounded, and so how well an example of the publication can come
out. What becomes of a form: `form_check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .printed_number import PrintedNumber, printed_number

# Kind of outcome -> what a higher score means where the form does not say it.
DIRECTIONS: Mapping[str, str] = {
    "continuous": "a higher score means a higher value",
    "binary": "a higher score means a yes",
    "survival": "a higher score means an earlier event",
}
KINDS = tuple(DIRECTIONS)

# Parts of a form that a problem may be in, besides the names of its other fields.
TERM, EXAMPLE, SETTINGS = "terms", "examples", "settings"


@dataclass(frozen=True)
class FormTerm:
    """A term as it was typed; mean and scale are both there or both empty.

    Parameters
    ----------
    variable : str, by IBSI code or tag, LIFEx or PyRadiomics name or identifier
    coefficient : str
    mean, scale : str
    """

    variable: str
    coefficient: str
    mean: str = ""
    scale: str = ""


@dataclass(frozen=True)
class FormExample:
    """An example of a publication.

    Parameters
    ----------
    values : mapping of str to str
        Name of a variable, in any vocabulary -> its value.
    score : str
        As published.
    """

    values: Mapping[str, str]
    score: str


@dataclass(frozen=True)
class SignatureForm:
    """All that a person enters.

    Parameters
    ----------
    name, predicts : str
    terms : tuple of FormTerm
    kind : str, of the outcome, one of `KINDS`
    direction : str, what a higher score means; by the kind where it is empty
    citation : str, where it was published
    intercept : str
    cutoffs : tuple of 3 str, low, median, high; all empty for none, low and high for the median alone
    settings : mapping of str to Any
        As `Settings.from_dict` takes it; in extraction and ring a text is read, an empty one and "none" are
        null.
    examples : tuple of FormExample
    version : str
    """

    name: str
    predicts: str
    terms: tuple[FormTerm, ...]
    kind: str = "continuous"
    direction: str = ""
    citation: str = ""
    intercept: str = "0"
    cutoffs: tuple[str, str, str] = ("", "", "")
    settings: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[FormExample, ...] = ()
    version: str = "1"


@dataclass(frozen=True)
class Problem:
    """What keeps a form from being a signature.

    Parameters
    ----------
    part : str, field of the form
    row : int, optional, of a term or an example, counted from 0
    code : str, of `findings.TABLE`
    text : str, a sentence that says where and what
    """

    part: str
    row: int | None
    code: str
    text: str


def read_number(
    text: str, part: str, row: int | None, subject: str, problems: list[Problem]
) -> PrintedNumber | None:
    """The number of a field of a form; None, and the problem, where it is none.

    Parameters
    ----------
    text : str
    part, row : str and int or None, of the form
    subject : str
        Begins the sentence of the problem.
    problems : list of Problem
        Gets the problem.

    Returns
    -------
    PrintedNumber or None
    """
    try:
        return printed_number(text)
    except ValueError as error:
        code = "signature.non_finite" if "finite" in str(error) else "signature.invalid"
        problems.append(Problem(part, row, code, f"{subject} {error}."))
        return None


def invalid_part(part: str, row: int | None, text: str) -> Problem:
    """The problem of a value that cannot be.

    Parameters
    ----------
    part, row : str and int or None, of the form
    text : str

    Returns
    -------
    Problem
    """
    return Problem(part, row, "signature.invalid", text)

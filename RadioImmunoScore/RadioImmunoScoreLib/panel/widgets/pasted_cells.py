"""Rows of a spreadsheet or of a printed table, as they come from the clipboard."""

from __future__ import annotations

import re

from radioimmuno.signature.printed_number import printed_number

# What the first cell of a head is called.
HEADS = frozenset({"variable", "feature", "name", "term"})
# Behind its name a term has at most a coefficient, a mean and a scale.
NUMBERS_OF_A_TERM = 3


def pastedCells(text: str, isNamed: bool) -> list[list[str]]:
    r"""The cells of a text: columns that tabs or semicolons divide, or a name and numbers behind it.

    Parameters
    ----------
    text : str
    isNamed : bool
        Whether each row begins with the name of a variable; its head is left out.

    Returns
    -------
    list of list of str
        Without empty rows.

    Examples
    --------
    >>> pastedCells("Feature\tBeta\nglcm_Contrast\t0.5\n", True)
    [['glcm_Contrast', '0.5']]
    >>> pastedCells("GLCM Contrast 0.5 12 3.1", True)
    [['GLCM Contrast', '0.5', '12', '3.1']]
    """
    rows = [_cells(line, isNamed) for line in text.splitlines() if line.strip()]
    return rows[1:] if isNamed and rows and rows[0][0].lower() in HEADS else rows


def _cells(line: str, isNamed: bool) -> list[str]:
    sign = next((sign for sign in ("\t", ";") if sign in line), None)
    if sign is not None:
        return [cell.strip().strip('"') for cell in line.split(sign)]
    words = line.split()
    count = 0
    while count < min(len(words) - 1, NUMBERS_OF_A_TERM) and _isNumber(words[-1 - count]):
        count += 1
    if not isNamed or not count:
        return words if not isNamed and all(map(_isNumber, words)) else [line.strip()]
    return [re.sub(r"\s+", " ", " ".join(words[:-count])), *words[-count:]]


def _isNumber(text: str) -> bool:
    try:
        printed_number(text)
    except ValueError:
        return False
    return True

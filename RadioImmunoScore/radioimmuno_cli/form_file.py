"""Forms of published signatures as files: a table of terms, a table of examples, or one JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import Failure

if TYPE_CHECKING:
    from radioimmuno.signature.signature_form import FormExample, FormTerm, SignatureForm
    from radioimmuno.tables.cells import Cells

# What the columns of a table of terms may be called.
COLUMNS = {
    "variable": ("variable", "feature", "name", "term"),
    "coefficient": ("coefficient", "coef", "beta", "weight"),
    "mean": ("mean",),
    "scale": ("scale", "sd", "std"),
}
SCORE = "score"


def read_form(path: Path) -> SignatureForm:
    """The form in a file: JSON by its ending, else a table of terms.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SignatureForm
        What a table does not hold is empty.

    Raises
    ------
    InputError, Failure
        When it cannot be read; the text names the field or the column.
    """
    from radioimmuno.signature.signature_form import SignatureForm

    if path.suffix.lower() == ".json":
        return _of_json(path)
    return SignatureForm("", "", _terms(path))


def read_examples(path: Path) -> tuple[FormExample, ...]:
    """The examples in a table: a column for each variable, and one called `score`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of FormExample

    Raises
    ------
    InputError, Failure
        When it cannot be read, or has no score.
    """
    from radioimmuno.signature.signature_form import FormExample
    from radioimmuno.tables.cells import read_cells

    cells = read_cells(path)
    scores = [name for name in cells.columns if name.lower() == SCORE]
    if len(scores) != 1:
        raise Failure(f"{path} needs one column {SCORE!r} with the published scores")
    place = cells.columns.index(scores[0])
    examples = []
    for row in _rows(cells):
        values = {name: cell for name, cell in zip(cells.columns, row, strict=True) if name != scores[0]}
        examples.append(FormExample(values, row[place]))
    return tuple(examples)


def _terms(path: Path) -> tuple[FormTerm, ...]:
    from radioimmuno.signature.signature_form import FormTerm
    from radioimmuno.tables.cells import read_cells

    cells = read_cells(path)
    places: dict[str, int] = {}
    for place, name in enumerate(cells.columns):
        column = next((column for column, names in COLUMNS.items() if name.lower() in names), None)
        if column is None or column in places:
            what = "comes twice" if column else "is not known"
            raise Failure(f"the column {name!r} of {path} {what}; known are {', '.join(COLUMNS)}")
        places[column] = place
    for column in ("variable", "coefficient"):
        if column not in places:
            raise Failure(f"{path} has no column {column!r}; it has {', '.join(cells.columns)}")
    return tuple(FormTerm(**{column: row[place] for column, place in places.items()}) for row in _rows(cells))


def _rows(cells: Cells) -> list[list[str]]:
    """The cells' texts, nothing where they hold a word for it, with points for decimals."""
    from radioimmuno.tables.cells import COMMA_NUMBER, is_missing

    return [
        [
            ""
            if is_missing(cell)
            else cell.replace(",", ".")
            if cells.decimal_comma and COMMA_NUMBER.fullmatch(cell)
            else cell
            for cell in row
        ]
        for row in cells.rows
    ]


def _of_json(path: Path) -> SignatureForm:
    from radioimmuno.signature.cutoffs import CUTOFFS
    from radioimmuno.signature.form_check import TYPED
    from radioimmuno.signature.signature_form import FormExample, FormTerm, SignatureForm
    from radioimmuno.signature.strict_json import Fields, invalid, parse_strict, read_limited

    content = read_limited(path)
    numbers = parse_strict(content)
    # Numbers as they are written: their digits count. Those of settings are exact.
    data = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    optional = ("kind", "direction", "citation", "intercept", "cutoffs", "settings", "examples", "version")
    fields = Fields(data, "", (), ("name", "predicts", "terms", *optional))
    texts = {
        name: fields.text(name, empty=True)
        for name in ("kind", "direction", "citation", "intercept", "version")
        if fields.has(name)
    }
    settings = numbers.get("settings", {})
    if not isinstance(settings, dict):
        raise invalid("settings", "must be a JSON object")
    for part in TYPED:
        if not isinstance(settings.get(part, {}), dict):
            raise invalid(f"settings.{part}", "must be a JSON object")
    cutoffs = ("", "", "")
    if fields.raw("cutoffs") is not None:
        given = Fields(fields.raw("cutoffs"), "cutoffs", (), CUTOFFS)
        cutoffs = tuple(given.text(name, empty=True) for name in CUTOFFS)
    terms = []
    for number, one in enumerate(fields.items("terms")):
        term = Fields(one, f"terms[{number}]", ("variable", "coefficient"), ("mean", "scale"))
        names = ("variable", "coefficient", "mean", "scale")
        terms.append(FormTerm(*(term.text(name, empty=True) for name in names)))
    examples = []
    for number, one in enumerate(fields.items("examples")):
        example = Fields(one, f"examples[{number}]", ("values", "score"))
        values = Fields(example.raw("values"), f"examples[{number}].values", (), _names(example))
        texts_of = {name: values.text(name, empty=True) for name in _names(example)}
        examples.append(FormExample(texts_of, example.text("score")))
    return SignatureForm(
        name=fields.text("name", empty=True),
        predicts=fields.text("predicts", empty=True),
        terms=tuple(terms),
        cutoffs=cutoffs,
        settings=settings,
        examples=tuple(examples),
        **texts,
    )


def _names(example: Any) -> tuple[str, ...]:
    values = example.raw("values")
    return tuple(values) if isinstance(values, dict) else ()

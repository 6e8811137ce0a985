"""What a card is made of: a signature, the record of its training, records of validations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..findings import InputError, SignatureError
from ..numbers import is_number
from ..signature.signature import Signature, default_signature
from ..signature.strict_json import parse_strict
from ..validation.figure_titles import FIGURE_TITLES

MAX_BYTES = 64_000_000


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval; None for an end that is not known."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def title(self) -> str:
        """What a person reads."""
        return FIGURE_TITLES.get(self.name, self.name.replace("_", " "))

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None

    @property
    def value_words(self) -> str:
        """The value with two decimals."""
        return _decimals(self.value)

    @property
    def interval_words(self) -> str:
        """The interval: `95 % 0.51 to 0.74`."""
        if self.low is None or self.high is None:
            return "interval not stated"
        return f"95 % {_decimals(self.low)} to {_decimals(self.high)}"

    @property
    def words(self) -> str:
        """The value with its interval."""
        return f"{self.value_words} ({self.interval_words})"


@dataclass(frozen=True)
class Record:
    """A file that `train` or `validate` wrote, and what it is called."""

    name: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Sources:
    """All that is known of a signature.

    Parameters
    ----------
    signature : Signature
    training : Record, optional
        `training.json`.
    validations : tuple of Record
        Each a `validation.json`.
    """

    signature: Signature
    training: Record | None = None
    validations: tuple[Record, ...] = ()

    def of_training(self, *keys: str) -> tuple[Any, str]:
        """What is known of the training under the first of these names that is there, and where it stands.

        Parameters
        ----------
        *keys : str

        Returns
        -------
        value : object
            None where it is not known.
        source : str
        """
        places: list[tuple[str, Mapping[str, Any]]] = []
        if self.training:
            places.append((f"{self.training.name}: ", self.training.content))
        places.append(("signature: training.", self.signature.training))
        for start, content in places:
            for key in keys:
                if content.get(key) is not None:
                    return content[key], f"{start}{key}"
        return None, ""

    @property
    def is_made_here(self) -> bool:
        """Whether this software trained the signature, so that its `training` is no claim by hand."""
        if self.training or isinstance(self.signature.training.get("software"), str):
            return True
        return self.signature.sha256 == default_signature().sha256


def read_record(path: Path) -> Record:
    """Read a file that `train` or `validate` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Record

    Raises
    ------
    InputError
        `card.file` when it cannot be read, or is no such file.
    """
    if not path.is_file():
        raise InputError("card.file", f"There is no file {path}.")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise InputError("card.file", f"{path} cannot be read: {problem.strerror}.") from problem
    if len(content) > MAX_BYTES:
        raise InputError("card.file", f"{path} has more than {MAX_BYTES // 1_000_000} MB.")
    try:
        document = parse_strict(content)
    except SignatureError as problem:
        raise InputError("card.file", f"{path}: {problem}") from None
    if not isinstance(document, dict):
        raise InputError("card.file", f"{path} must hold a JSON object.")
    return Record(path.name, document)


def read_records(paths: Sequence[Path]) -> list[Record]:
    """Read files; those of the same name are told apart by their folders.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    list of Record

    Raises
    ------
    InputError
        As of `read_record`; a file that is given twice.
    """
    resolved = [path.resolve() for path in paths]
    if len(set(resolved)) < len(resolved):
        raise InputError("card.file", "The same file is given twice.")
    names = [path.name for path in paths]
    return [
        replace(record, name=f"{path.parent.name}/{path.name}") if names.count(path.name) > 1 else record
        for path, record in zip(resolved, map(read_record, paths), strict=True)
    ]


def gather(signature: Signature, training: Record | None, validations: Sequence[Record]) -> Sources:
    """Put together what is known of a signature; what is of another signature is refused.

    Parameters
    ----------
    signature : Signature
    training : Record, optional
    validations : sequence of Record

    Returns
    -------
    Sources

    Raises
    ------
    InputError
        `card.file` for a file of another kind, `card.other_signature` for one of another signature.
    """
    if training:
        _check_kind(training, "train", ("out_of_fold", "cross_validation", "patients", "terms"))
        if _terms(training) != [(term.variable, term.coefficient) for term in signature.terms]:
            raise _other(training, "its terms are not those of the signature")
    for one in validations:
        _check_kind(one, "validate", ("out_of_fold", "signature", "patients", "kind"))
        named = one.content["signature"]
        if not isinstance(named, dict) or named.get("sha256") != signature.sha256:
            raise _other(one, "it names another hash of the signature's file")
    return Sources(signature, training, tuple(validations))


def figures_of(content: Any) -> tuple[Figure, ...]:
    """The figures of a record: name -> {value, interval}.

    Parameters
    ----------
    content : object
        What is none of that form is no figure.

    Returns
    -------
    tuple of Figure

    Examples
    --------
    >>> figures_of({"auc": {"value": 0.7, "interval": [0.6, None]}, "n": 3})
    (Figure(name='auc', value=0.7, low=0.6, high=None),)
    """
    return tuple(_figures(content)) if isinstance(content, Mapping) else ()


def _figures(content: Mapping[str, Any]) -> Iterator[Figure]:
    for name, one in content.items():
        if not isinstance(one, Mapping) or not is_number(one.get("value")):
            continue
        ends = one.get("interval")
        low, high = map(_end, ends) if isinstance(ends, list) and len(ends) == 2 else (None, None)
        yield Figure(name, float(one["value"]), low, high)


def _decimals(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _end(value: Any) -> float | None:
    return float(value) if is_number(value) else None


def _check_kind(record: Record, command: str, keys: Sequence[str]) -> None:
    missing = [key for key in keys if key not in record.content]
    if missing or not isinstance(record.content["out_of_fold"], dict):
        lacks = f" (it lacks {missing[0]})" if missing else ""
        raise InputError("card.file", f"{record.name} is no file of `radioimmuno {command}`{lacks}.")


def _terms(record: Record) -> list[tuple[Any, Any]]:
    terms = record.content["terms"]
    if not isinstance(terms, list):
        return []
    return [(one.get("variable"), one.get("coefficient")) for one in terms if isinstance(one, dict)]


def _other(record: Record, why: str) -> InputError:
    return InputError("card.other_signature", f"{record.name} is of another signature: {why}.")

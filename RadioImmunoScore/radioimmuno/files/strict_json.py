"""Strict JSON: values are asked for by name and kind; what is wrong is refused by its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..findings import InputError
from ..numbers import is_number, is_real, is_whole_number

MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class StrictJson:
    """How one kind of file is read, and with which codes it is refused.

    Parameters
    ----------
    noun : str
        What a person calls such a file.
    error : type of InputError
        What is raised.
    invalid_code, unreadable_code, non_finite_code : str
        Of a field that cannot be so, of a file that is no JSON at all, of a number that is none.
    others : mapping of bytes to str, optional
        What files of other kinds begin with that are taken for this one, and what is said of them.

    Examples
    --------
    >>> from radioimmuno.findings import SignatureError
    >>> codes = ("signature.invalid", "signature.unreadable", "signature.non_finite")
    >>> signatures = StrictJson("signature", SignatureError, *codes)
    >>> signatures.parse(b'{"low": 0.25}')
    {'low': 0.25}
    >>> signatures.parse(b'{"low": NaN}')
    Traceback (most recent call last):
        ...
    radioimmuno.findings.SignatureError: low is not a finite number.
    """

    noun: str
    error: type[InputError]
    invalid_code: str
    unreadable_code: str
    non_finite_code: str
    others: Mapping[bytes, str] = field(default_factory=dict)

    def invalid(self, where: str, problem: str) -> InputError:
        """The refusal of a field."""
        return self.error(self.invalid_code, f"{where} {problem}.")

    def unreadable(self, text: str) -> InputError:
        """The refusal of a file that is no readable JSON at all."""
        return self.error(self.unreadable_code, text)

    def read_limited(self, path: Path) -> bytes:
        """All bytes of a file that is not absurdly large.

        Parameters
        ----------
        path : Path

        Raises
        ------
        InputError
            When there is no such file, or it cannot be read, or it has more than `MAX_BYTES`.
        """
        if not path.is_file():
            raise self.unreadable(f"There is no file {path}.")
        try:
            with path.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except OSError as problem:
            raise self.unreadable(f"{path} cannot be read: {problem.strerror}.") from problem
        for beginning, what in self.others.items():
            if content.startswith(beginning):
                raise self.unreadable(f"{path} {what}.")
        if len(content) > MAX_BYTES:
            raise self.unreadable(f"{path} has more than {MAX_BYTES // 1_000_000} MB: it is no {self.noun}.")
        return content

    def parse(self, content: bytes) -> Any:
        """The value of a JSON text in UTF-8 in which no key comes twice and every number is finite.

        Parameters
        ----------
        content : bytes

        Returns
        -------
        object

        Raises
        ------
        InputError
            The text names the field, or the line where the JSON breaks off.
        """
        try:
            value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=self._unique)
            numbers = list(_numbers(value, ""))
        except UnicodeDecodeError as problem:
            raise self.unreadable(f"Byte {problem.start} is not UTF-8 text.") from problem
        except json.JSONDecodeError as problem:
            raise self.unreadable(f"Line {problem.lineno} is not valid JSON: {problem.msg}.") from problem
        except RecursionError as problem:
            raise self.unreadable("The JSON is nested too deeply.") from problem
        except InputError:
            raise
        except ValueError as problem:  # a whole number of thousands of digits
            raise self.error(self.non_finite_code, f"A number is out of range: {problem}.") from problem
        for where, number in numbers:
            if not is_number(number):
                raise self.error(self.non_finite_code, f"{where} is not a finite number.")
        return value

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, value in pairs:
            if name in fields:
                raise self.invalid(name, "stands twice in the same object")
            fields[name] = value
        return fields


class Fields:
    """The fields of one JSON object, handed out by kind.

    Parameters
    ----------
    json : StrictJson
        Of the file, whose errors are raised.
    data : object
        The parsed JSON value.
    where : str
        Its place in the file, for messages; empty for the whole.
    required, optional : sequence of str
        Names of the fields; others are refused.
    """

    def __init__(
        self, json: StrictJson, data: Any, where: str, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        if not isinstance(data, Mapping):
            raise json.invalid(where or "the file", "must be a JSON object")
        self._json = json
        self._data = data
        self._where = where
        for name in required:
            if name not in data:
                raise self.invalid(name, "is missing")
        for name in data:
            if name not in required and name not in optional:
                known = ", ".join([*required, *optional])
                raise self.invalid(name, f"is not known; known are {known}")

    def place(self, name: str) -> str:
        """Where a field stands in the file: `terms[3].scale`."""
        return f"{self._where}.{name}" if self._where else name

    def invalid(self, name: str, problem: str) -> InputError:
        """The refusal of a field, by its place."""
        return self._json.invalid(self.place(name), problem)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._data

    def raw(self, name: str, default: Any = None) -> Any:
        """The value as it stands."""
        return self._data.get(name, default)

    def text(self, name: str, default: str = "", empty: bool = False) -> str:
        """A piece of text; blank only where `empty` allows it."""
        value = self._data.get(name, default)
        if not isinstance(value, str) or not (value.strip() or empty) or not _is_unicode(value):
            raise self.invalid(name, "must be text")
        return value

    def choice(self, name: str, known: Sequence[str], default: str = "") -> str:
        """One of the known words."""
        value = self.text(name, default)
        if value not in known:
            raise self.invalid(name, f"is {value!r}; it must be one of {', '.join(known)}")
        return value

    def truth(self, name: str) -> bool:
        """True or false."""
        value = self._data[name]
        if not isinstance(value, bool):
            raise self.invalid(name, "must be true or false")
        return value

    def number(self, name: str) -> float:
        """A finite number."""
        return self._number(self._data[name], self.place(name))

    def count(self, name: str) -> int:
        """A whole number of at least 1."""
        value = self._data[name]
        if not is_whole_number(value, 1):
            raise self.invalid(name, "must be a whole number of at least 1")
        return value

    def items(self, name: str) -> list[Any]:
        """A list of anything."""
        return self._list(self._data.get(name, []), self.place(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        return self._numbers_of(self.items(name), self.place(name))

    def rows(self, name: str) -> tuple[tuple[float, ...], ...]:
        """A list of lists of finite numbers."""
        place = self.place(name)
        return tuple(self._numbers_of(row, f"{place}[{n}]") for n, row in enumerate(self.items(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of pieces of text."""
        values = self.items(name)
        for n, value in enumerate(values):
            if not isinstance(value, str) or not _is_unicode(value):
                raise self.invalid(f"{name}[{n}]", "must be text")
        return tuple(values)

    def _numbers_of(self, value: Any, where: str) -> tuple[float, ...]:
        return tuple(self._number(v, f"{where}[{n}]") for n, v in enumerate(self._list(value, where)))

    def _number(self, value: Any, where: str) -> float:
        if not is_real(value):
            raise self._json.invalid(where, "must be a number")
        return float(value)

    def _list(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise self._json.invalid(where, "must be a list")
        return value


def _numbers(value: Any, where: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _numbers(part, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _numbers(part, f"{where}[{n}]")
    elif is_real(value):
        yield where, value


def _is_unicode(text: str) -> bool:
    # half a surrogate pair can stand in JSON and can never be written to a file
    return not any("\ud800" <= character <= "\udfff" for character in text)

"""Strict JSON: values are asked for by name and kind; what is wrong is refused by its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..findings import SignatureError
from ..numbers import is_number, is_real, is_whole_number

MAX_BYTES = 4_000_000

# What a skops file begins with.
ZIP = b"PK\x03\x04"


def read_limited(path: Path) -> bytes:
    """All bytes of a file that is not absurdly large.

    Raises
    ------
    SignatureError
        When there is no such file, or it cannot be read, or it has more than `MAX_BYTES`.
    """
    if not path.is_file():
        raise unreadable(f"There is no file {path}.")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise unreadable(f"{path} cannot be read: {problem.strerror}.") from problem
    if content.startswith(ZIP):
        raise unreadable(
            f"{path} is no signature: a random forest or a support vector machine (skops) is trained for "
            "comparison, and only a weighted sum can be scored with."
        )
    if len(content) > MAX_BYTES:
        raise unreadable(f"{path} has more than {MAX_BYTES // 1_000_000} MB: it is no signature file.")
    return content


def parse_strict(content: bytes) -> Any:
    """The value of a JSON text in UTF-8 in which no key comes twice and every number is finite.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    object

    Raises
    ------
    SignatureError
        The text names the field, or the line where the JSON breaks off.

    Examples
    --------
    >>> parse_strict(b'{"low": 0.25}')
    {'low': 0.25}
    >>> parse_strict(b'{"low": NaN}')
    Traceback (most recent call last):
        ...
    radioimmuno.findings.SignatureError: low is not a finite number.
    """
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique)
        numbers = list(_numbers(value, ""))
    except UnicodeDecodeError as problem:
        raise unreadable(f"Byte {problem.start} is not UTF-8 text.") from problem
    except json.JSONDecodeError as problem:
        raise unreadable(f"Line {problem.lineno} is not valid JSON: {problem.msg}.") from problem
    except RecursionError as problem:
        raise unreadable("The JSON is nested too deeply.") from problem
    except SignatureError:
        raise
    except ValueError as problem:  # a whole number of thousands of digits
        raise SignatureError("signature.non_finite", f"A number is out of range: {problem}.") from problem
    for where, number in numbers:
        if not is_number(number):
            raise SignatureError("signature.non_finite", f"{where} is not a finite number.")
    return value


class Fields:
    """The fields of one JSON object, handed out by kind.

    Parameters
    ----------
    data : object
        The parsed JSON value.
    where : str
        Its place in the file, for messages; empty for the whole.
    required, optional : sequence of str
        Names of the fields; others are refused.
    """

    def __init__(self, data: Any, where: str, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        if not isinstance(data, Mapping):
            raise invalid(where or "the file", "must be a JSON object")
        self._data = data
        self._where = where
        for name in required:
            if name not in data:
                raise invalid(self.place(name), "is missing")
        for name in data:
            if name not in required and name not in optional:
                known = ", ".join([*required, *optional])
                raise invalid(self.place(name), f"is not known; known are {known}")

    def place(self, name: str) -> str:
        """Where a field stands in the file: `terms[3].scale`."""
        return f"{self._where}.{name}" if self._where else name

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
            raise invalid(self.place(name), "must be text")
        return value

    def choice(self, name: str, known: Sequence[str], default: str = "") -> str:
        """One of the known words."""
        value = self.text(name, default)
        if value not in known:
            raise invalid(self.place(name), f"is {value!r}; it must be one of {', '.join(known)}")
        return value

    def number(self, name: str) -> float:
        """A finite number."""
        return _number(self._data[name], self.place(name))

    def count(self, name: str) -> int:
        """A whole number of at least 1."""
        value = self._data[name]
        if not is_whole_number(value, 1):
            raise invalid(self.place(name), "must be a whole number of at least 1")
        return value

    def items(self, name: str) -> list[Any]:
        """A list of anything."""
        return _list(self._data.get(name, []), self.place(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        return _numbers_of(self.items(name), self.place(name))

    def rows(self, name: str) -> tuple[tuple[float, ...], ...]:
        """A list of lists of finite numbers."""
        place = self.place(name)
        return tuple(_numbers_of(row, f"{place}[{n}]") for n, row in enumerate(self.items(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of pieces of text."""
        values = self.items(name)
        for n, value in enumerate(values):
            if not isinstance(value, str) or not _is_unicode(value):
                raise invalid(f"{self.place(name)}[{n}]", "must be text")
        return tuple(values)


def invalid(where: str, problem: str) -> SignatureError:
    """The refusal of a field."""
    return SignatureError("signature.invalid", f"{where} {problem}.")


def unreadable(text: str) -> SignatureError:
    """The refusal of a file that is no readable JSON at all."""
    return SignatureError("signature.unreadable", text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise invalid(name, "stands twice in the same object")
        fields[name] = value
    return fields


def _numbers(value: Any, where: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _numbers(part, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _numbers(part, f"{where}[{n}]")
    elif is_real(value):
        yield where, value


def _number(value: Any, where: str) -> float:
    if not is_real(value):
        raise invalid(where, "must be a number")
    return float(value)


def _numbers_of(value: Any, where: str) -> tuple[float, ...]:
    return tuple(_number(v, f"{where}[{n}]") for n, v in enumerate(_list(value, where)))


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(where, "must be a list")
    return value


def _is_unicode(text: str) -> bool:
    # half a surrogate pair can stand in JSON and can never be written to a file
    return not any("\ud800" <= character <= "\udfff" for character in text)

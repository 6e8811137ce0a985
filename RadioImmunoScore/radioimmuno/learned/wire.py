"""Reading protobuf's wire format without building anything: numbers and views of the bytes at hand.

A parser of a library allocates what a file asks for, up to a hundred times its size, and keeps silent about
fields it does not know; here each field costs the same, is counted, and must be known.

Source: Protocol Buffers, "Encoding", protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FIXED_SIZES = {FIXED64: 8, FIXED32: 4}
MAX_VARINT_BYTES = 10

# Networks of a few hundred operators have some ten thousand fields.
MAX_FIELDS = 100_000


class WireError(ValueError):
    """Bytes that are no message of the kind that is expected."""


class TooManyFields(WireError):
    """A file of more fields than are read."""


@dataclass(frozen=True)
class Known:
    """A field of a message.

    Parameters
    ----------
    name : str
    wire : int
        `VARINT`, `FIXED64`, `BYTES` or `FIXED32`.
    message : str, optional
        Of which kind it is where it is a message itself; "" else.
    repeated : bool, optional
        Whether it may stand several times.
    """

    name: str
    wire: int
    message: str = ""
    repeated: bool = False


Schema = dict[str, dict[int, Known]]
Message = dict[str, list[Any]]


class Reader:
    """Reads messages by a schema; counts the fields of all that it reads.

    Parameters
    ----------
    schema : dict of str to dict of int to Known
        Message -> number -> field.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._fields = 0

    def read(self, content: memoryview, message: str) -> Message:
        """The fields of a message by name, in the order of the file: numbers, views of bytes, messages.

        Parameters
        ----------
        content : bytes, as a memoryview
        message : str
            Of the schema.

        Returns
        -------
        dict of str to list

        Raises
        ------
        WireError
            The text says what is wrong, and where.
        """
        known, found = self._schema[message], {}  # type: tuple[dict[int, Known], Message]
        for number, wire, value in _fields(content):
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise TooManyFields(f"it has more than {MAX_FIELDS:,} fields")
            field = known.get(number)
            if field is None:
                raise WireError(f"{message} has a field {number}, which is not known")
            # Numbers that are repeated may stand packed in one field.
            if wire != field.wire and not (field.repeated and wire == BYTES):
                raise WireError(f"{message}.{field.name} is written as another kind of field")
            values = found.setdefault(field.name, [])
            if values and not field.repeated:
                raise WireError(f"{message}.{field.name} stands twice")
            values.append(self.read(value, field.message) if field.message else value)
        return found


def text_of(message: Message, name: str) -> str:
    """A text field; "" where it is left out.

    Parameters
    ----------
    message : dict of str to list
    name : str

    Raises
    ------
    WireError
        When it is not UTF-8.
    """
    try:
        return bytes(message.get(name, [b""])[0]).decode("utf-8")
    except UnicodeDecodeError:
        raise WireError(f"{name} is not text") from None


def _fields(content: memoryview) -> Iterator[tuple[int, int, Any]]:
    """Number, kind and value of each field: an unsigned number, or a view of bytes."""
    at, end = 0, len(content)
    while at < end:
        key, at = _varint(content, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = _varint(content, at)
            yield number, wire, value
            continue
        if wire == BYTES:
            length, at = _varint(content, at)
        elif wire in FIXED_SIZES:
            length = FIXED_SIZES[wire]
        else:
            raise WireError(f"field {number} is of a kind {wire}, which is not used")
        if length > end - at:
            raise WireError(f"field {number} reaches beyond the end")
        yield number, wire, content[at : at + length]
        at += length


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """An unsigned number, and where it ends."""
    value = 0
    for place, byte in enumerate(content[at : at + MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise WireError("a number does not end")

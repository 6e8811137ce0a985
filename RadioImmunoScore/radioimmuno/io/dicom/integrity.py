"""Whether a DICOM file is complete: every length is held against the bytes that are there.

The library reads a file that was cut off as far as it goes and leaves out what is lost. Here the file is
walked through once, element by element, without looking at values: a cut is found at whatever byte it is,
save exactly between two elements of the outermost level, which only missing elements show.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from ...findings import InputError
from .headers import BIG_ENDIAN, DEFLATED, MAGIC, PREAMBLE_BYTES
from .library import pydicom

META_GROUP, TRANSFER_SYNTAX = b"\x02\x00", 0x00020010

# Value representations whose length takes four bytes, after two reserved ones; of the others it takes two.
LONG_FORM = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_FORM = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
UNDEFINED = 0xFFFFFFFF
HEADER_BYTES = 8  # of an element: its tag, and as much again
DELIMITERS = 0xFFFE
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

# Deeper than any kind of file nests its sequences.
MAX_DEPTH = 32
MAX_INFLATED_BYTES = 1 << 30

Bytes = bytes | mmap.mmap


class IntegrityError(Exception):
    """A file whose lengths do not fit; the text ends a sentence that begins with the file."""


def check_complete(path: Path) -> None:
    """Walk through a file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    IntegrityError
        Where something of it is missing or its lengths contradict each other.
    """
    size = path.stat().st_size
    if size <= PREAMBLE_BYTES + len(MAGIC):
        raise IntegrityError(f"is cut off: it has {size} bytes")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[PREAMBLE_BYTES : PREAMBLE_BYTES + len(MAGIC)] != MAGIC:
            raise IntegrityError("does not begin as a DICOM file")
        start, uid = _meta_information(content)
        if uid == DEFLATED:
            _Walk(_inflated(content[start:]), explicit=True, order="<").outermost(0)
            return
        # Some files have another form than their meta information: the first element's own counts.
        explicit = content[start + 4 : start + 6] in LONG_FORM | SHORT_FORM
        _Walk(content, explicit, ">" if uid == BIG_ENDIAN else "<").outermost(start)


def read_complete(path: Path, code: str) -> Any:
    """The dataset of a file that is complete, read leniently.

    Parameters
    ----------
    path : Path
    code : str, of the refusal

    Raises
    ------
    InputError
        With the code where the file is cut off or damaged.
    OSError
        When it cannot be read.
    """
    try:
        check_complete(path)
        return pydicom().dcmread(path)
    except IntegrityError as problem:
        raise InputError(code, f"{path} {problem}. Copy or export it again.") from None
    except (InputError, OSError):
        raise
    except Exception as error:  # the library raises anything
        raise InputError(code, f"{path} is damaged ({type(error).__name__}). Export it again.") from None


def _meta_information(content: Bytes) -> tuple[int, str]:
    """Where the file's meta information ends, and the transfer syntax that it names."""
    walk = _Walk(content, explicit=True, order="<")
    at, uid = PREAMBLE_BYTES + len(MAGIC), ""
    while content[at : at + 2] == META_GROUP:
        element = walk.element(at, len(content))
        at = element.start + element.length
        if element.tag == TRANSFER_SYNTAX:
            uid = content[element.start : at].decode("ascii", "replace").strip(" \0")
    return at, uid


def _inflated(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = unpacking.decompress(data, MAX_INFLATED_BYTES)
    except zlib.error:
        raise IntegrityError("is damaged: it cannot be unpacked") from None
    if not unpacking.eof:
        raise IntegrityError("is cut off: its packed part has no end")
    return inflated


class _Element(NamedTuple):
    tag: int
    kind: bytes  # value representation; b"" where the transfer syntax does not write it
    start: int  # of the value
    length: int


class _Walk:
    """The way through the elements of one file.

    Parameters
    ----------
    content : bytes or mmap
    explicit : bool, whether elements name their value representation
    order : str, of bytes, as `struct` has it
    """

    def __init__(self, content: Bytes, explicit: bool, order: str) -> None:
        self._content = content
        self._explicit = explicit
        self._tag = struct.Struct(order + "HH")
        self._short = struct.Struct(order + "H")
        self._long = struct.Struct(order + "L")

    def outermost(self, at: int) -> None:
        """Walk through all elements from here to the end of the file; zeros behind them are padding."""
        end = len(self._content)
        while at < end:
            zeros = self._content[at : at + HEADER_BYTES] == bytes(HEADER_BYTES)
            if zeros and not any(self._content[at:]):
                return
            at = self._past(at, end, 0)

    def element(self, at: int, end: int) -> _Element:
        """The element that begins here; its value ends before `end`, or has no length of its own."""
        if at + HEADER_BYTES > end:
            raise IntegrityError("is cut off inside of an element's header")
        group, number = self._tag.unpack_from(self._content, at)
        tag = group << 16 | number
        kind, start = b"", at + HEADER_BYTES
        if not self._explicit or group == DELIMITERS:
            (length,) = self._long.unpack_from(self._content, at + 4)
        else:
            kind = bytes(self._content[at + 4 : at + 6])
            if kind in LONG_FORM:
                start = at + 12
                if start > end:
                    raise IntegrityError("is cut off inside of an element's header")
                (length,) = self._long.unpack_from(self._content, at + 8)
            elif kind in SHORT_FORM:
                (length,) = self._short.unpack_from(self._content, at + 6)
            else:
                raise IntegrityError(f"is damaged: {_name(tag)} has no known kind of value")
        if length != UNDEFINED and start + length > end:
            raise IntegrityError(f"is cut off or damaged inside of {_name(tag)}")
        return _Element(tag, kind, start, length)

    def _past(self, at: int, end: int, depth: int) -> int:
        """Where the element that begins here ends, all that is in it included."""
        element = self.element(at, end)
        if element.tag >> 16 == DELIMITERS:
            raise IntegrityError("is damaged: a sequence ends where none has begun")
        sequence = element.kind == b"SQ" or (not element.kind and _is_sequence(element.tag))
        if element.length != UNDEFINED:
            stop = element.start + element.length
            return self._items(element.start, stop, depth, open_end=False) if sequence else stop
        if element.kind in (b"OB", b"OW"):  # pieces of compressed pixels
            return self._pieces(element.start, end)
        if element.kind == b"UN":  # a sequence of a kind that a copying program did not have
            return _Walk(self._content, False, "<")._items(element.start, end, depth, open_end=True)
        if element.kind not in (b"", b"SQ"):
            raise IntegrityError(f"is damaged: {_name(element.tag)} has no length")
        return self._items(element.start, end, depth, open_end=True)

    def _items(self, at: int, end: int, depth: int, *, open_end: bool) -> int:
        """Where a sequence ends: at `end`, or with `open_end` at the mark that ends it."""
        if depth > MAX_DEPTH:
            raise IntegrityError("is damaged: its sequences are nested without end")
        while at < end:
            item = self.element(at, end)
            if item.tag == SEQUENCE_END and open_end:
                return item.start
            if item.tag != ITEM:
                raise IntegrityError("is damaged: something else stands where an item of a sequence should")
            at = self._item(item, end, depth)
        if open_end:
            raise IntegrityError("is cut off inside of a sequence")
        return at

    def _item(self, item: _Element, end: int, depth: int) -> int:
        at, closed = item.start, item.length != UNDEFINED
        stop = item.start + item.length if closed else end
        while at < stop:
            if not closed and self.element(at, end).tag == ITEM_END:
                return at + HEADER_BYTES
            at = self._past(at, stop, depth + 1)
        if not closed:
            raise IntegrityError("is cut off inside of a sequence")
        return at

    def _pieces(self, at: int, end: int) -> int:
        while at < end:
            piece = self.element(at, end)
            if piece.tag == SEQUENCE_END:
                return piece.start
            if piece.tag != ITEM or piece.length == UNDEFINED:
                raise IntegrityError("is damaged between pieces of its pixels")
            at = piece.start + piece.length
        raise IntegrityError("is cut off inside of its pixels")


def _is_sequence(tag: int) -> bool:
    """Whether the standard has a sequence under this tag; what it does not list is one value."""
    try:
        return pydicom().datadict.dictionary_VR(tag) == "SQ"
    except KeyError:
        return False


def _name(tag: int) -> str:
    words = pydicom().datadict.keyword_for_tag(tag)
    return words or f"the element ({tag >> 16:04x},{tag & 0xFFFF:04x})"

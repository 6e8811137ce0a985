"""What a compressed picture says of itself, looked at before a decoder does.

A decoder takes memory for the size that the picture claims, whatever the DICOM header says, and some decoders
end the whole process over a picture whose parts do not follow one another.
"""

from __future__ import annotations

from typing import NamedTuple

JPEG_START, JPEG_2000_START, JPEG_2000_BOX = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP"
# Frame headers of JPEG and JPEG-LS (0xF7); 0xC4, 0xC8 and 0xCC mark tables.
FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
JPEG_LS_MARKER, HUFFMAN_MARKER, SCAN_MARKER = 0xF7, 0xC4, 0xDA


class Picture(NamedTuple):
    """Size of a picture, its components (colors) and bits a component."""

    rows: int
    columns: int
    components: int
    bits: int


class BrokenPicture(ValueError):
    """A picture whose headers do not follow one another as they must."""


def described(data: bytes) -> Picture | None:
    """What a JPEG, JPEG-LS or JPEG 2000 picture says of itself; None for anything else, as RLE.

    Raises
    ------
    BrokenPicture
        When its headers are not what they must be.
    """
    if data.startswith(JPEG_2000_BOX):
        data = data[max(0, data.find(JPEG_2000_START)) :]
    if data.startswith(JPEG_2000_START):
        return _jpeg_2000(data)
    return _jpeg(data) if data.startswith(JPEG_START) else None


def _jpeg_2000(data: bytes) -> Picture:
    if len(data) < 43:
        raise BrokenPicture
    width, height, left, top = (int.from_bytes(data[at : at + 4], "big") for at in (8, 12, 16, 20))
    return Picture(height - top, width - left, int.from_bytes(data[40:42], "big"), (data[42] & 0x7F) + 1)


def _jpeg(data: bytes) -> Picture:
    """Walk from marker to marker up to the first scan: there must be nothing between them."""
    picture, markers, at = None, set(), len(JPEG_START)
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAME_MARKERS:
            rows, columns = (int.from_bytes(data[at + n : at + n + 2], "big") for n in (5, 7))
            picture = Picture(rows, columns, data[at + 9], data[at + 4])
        markers.add(marker)
        if marker == SCAN_MARKER:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    needed = {SCAN_MARKER} if JPEG_LS_MARKER in markers else {SCAN_MARKER, HUFFMAN_MARKER}
    if picture is None or not needed <= markers:
        raise BrokenPicture
    return picture

"""What marks a lesion on the command line, in one table: strokes, boxes, clicks, and corrections of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.numbers import is_number
from radioimmuno.segmentation.gestures import (
    ADD,
    BORDER,
    BOX,
    CORRECTIONS,
    DIAMETERS,
    NEW,
    REMOVE,
    segment_points,
)

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image, Triple
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

LPS = "LPS"
SYSTEMS = {LPS: "as DICOM and ITK have them (the default)", "RAS": "as Slicer shows them"}


@dataclass(frozen=True)
class MarkKind:
    """An option that marks a lesion: its name, its gesture, how many points it takes."""

    name: str
    gesture: str
    points: int
    help: str

    @property
    def corrects(self) -> bool:
        """Whether it is about the lesion before it."""
        return self.gesture in CORRECTIONS

    @property
    def option(self) -> str:
        """As it stands on the command line."""
        return f"--{self.name}"

    @property
    def metavar(self) -> str:
        """Its coordinates, as the help names them."""
        if self.points == 1:
            return "X,Y,Z"
        between = "," if self.points == 2 else ",...,"
        return f"X1,Y1,Z1{between}X{self.points},Y{self.points},Z{self.points}"


KINDS = (
    MarkKind("stroke", NEW, 2, "a lesion: the ends of a stroke across it, where it is longest"),
    MarkKind("cross", DIAMETERS, 4, "a lesion: the ends of its long and of its short axis, as for RECIST"),
    MarkKind("box", BOX, 2, "a lesion: two opposite corners of the box that it just fits into"),
    MarkKind("click", NEW, 1, "a lesion: a point in its middle"),
    MarkKind("add", ADD, 2, "correct the lesion before: the ends of a stroke across what it lacks"),
    MarkKind("remove", REMOVE, 2, "correct the lesion before: the ends of a stroke across what is too much"),
    MarkKind("border", BORDER, 1, "correct the lesion before: a point that its border passes through"),
)
LESION_OPTIONS = " or ".join(kind.option for kind in KINDS if not kind.corrects)


@dataclass(frozen=True)
class Mark:
    """An option as it was given; points in the coordinates of the command line, mm."""

    kind: MarkKind
    points: tuple[Triple, ...]


@dataclass(frozen=True, eq=False)
class MarkedLesion:
    """A lesion, and all that marked it."""

    lesion: SegmentedLesion
    marks: tuple[Mark, ...]


def add_marks(parser: argparse.ArgumentParser) -> None:
    """Add the options that mark lesions, which come into `marks` in their order, and their coordinates."""
    for kind in KINDS:
        parser.add_argument(
            kind.option,
            metavar=kind.metavar,
            dest="marks",
            action="append",
            default=[],
            type=_reader(kind),
            help=kind.help,
        )
    systems = parser.add_mutually_exclusive_group()
    for system, whose in SYSTEMS.items():
        systems.add_argument(
            f"--{system.lower()}",
            dest="system",
            action="store_const",
            const=system,
            default=LPS,
            help=f"coordinates, given and printed, are {system}: {whose}",
        )


def _reader(kind: MarkKind) -> Callable[[str], Mark]:
    def read(text: str) -> Mark:
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != 3 * kind.points or not all(map(is_number, numbers)):
            count = 3 * kind.points
            raise argparse.ArgumentTypeError(f"{text!r} is not {count} numbers with commas between them")
        places = iter(numbers)
        return Mark(kind, tuple(zip(places, places, places, strict=True)))

    return read


def wrong_order(marks: Sequence[Mark]) -> str:
    """What is wrong with the order of marks, in plain words; empty when nothing is."""
    if not marks:
        return f"name a lesion by {LESION_OPTIONS}"
    first = marks[0].kind
    if first.corrects:
        return f"{first.option} corrects the lesion before it: name one first, by {LESION_OPTIONS}"
    return ""


def mark_lesion(image: Image, mark: Mark, system: str, found: Sequence[MarkedLesion]) -> list[MarkedLesion]:
    """The lesions with a mark more: one more of them, or the last one corrected.

    Raises
    ------
    InputError
        When there is no lesion, or a point cannot be used; the text names the mark and says what to do.
    """
    kept, mask, before = list(found), None, ()
    if mark.kind.corrects:
        last = kept.pop()
        mask, before = last.lesion.mask, last.marks
    points = [turned(point, system) for point in mark.points]
    try:
        lesion = segment_points(image, points, mark.kind.gesture, mask)
    except InputError as error:
        text = f"{mark.kind.option} of lesion {len(kept) + 1}: {error}"
        if error.code == "stroke.outside":
            text += f" Its coordinates were taken as {system}: --lps and --ras say which they are."
        raise InputError(error.code, text) from None
    return [*kept, MarkedLesion(lesion, (*before, mark))]


def turned(point: Sequence[float], system: str) -> Triple:
    """A point of a coordinate system in LPS, or one in LPS in that system: the same change of signs."""
    x, y, z = (float(value) for value in point)
    return (x, y, z) if system == LPS else (-x, -y, z)


def mark_record(mark: Mark, system: str) -> dict[str, Any]:
    """A mark as plain values, in the coordinates of the command line."""
    return {"kind": mark.kind.name, f"points_{system.lower()}": [list(point) for point in mark.points]}

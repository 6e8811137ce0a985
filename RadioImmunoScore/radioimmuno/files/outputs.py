"""Where results may be written: never over an input, nor around one, nor into one.

One rule for panel, console and shell. What a folder of results may replace in it is `atomic_folder`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..findings import OutputError
from .detached_header import data_files

AnyPath = str | os.PathLike[str]


def check_output(out: AnyPath, inputs: Iterable[AnyPath]) -> None:
    """Refuse a file or folder to write that is an input, holds one, or lies in an input folder.

    Links are followed, and files with two names (hard links, another case where the file system knows none)
    are one. What belongs to an input is one: the voxels of a detached header, the files of a folder.

    Parameters
    ----------
    out : path-like
        The file or folder to write; it need not exist.
    inputs : iterable of path-like
        Files and folders that are read; those that do not exist are no obstacle.

    Raises
    ------
    OutputError
        `output.is_input`, with both names.
    """
    out = Path(out)
    for name in inputs:
        for file in _parts_of(Path(name)):
            if not os.path.lexists(file):
                continue
            if _same(out, file) or _is_linked_in(out, file):
                raise _refused(out, f"is {_called(file, name)}: it would be overwritten")
            if _holds(out, file):
                raise _refused(
                    out, f"holds {_called(file, name)}: results are written to a folder of their own"
                )
            if file.is_dir() and _holds(file, out):
                raise _refused(out, f"lies in {_called(file, name)}: it would be read with it the next time")


def _refused(out: Path, what: str) -> OutputError:
    return OutputError("output.is_input", f"{out} {what}. Name another place to write to.")


def _called(file: Path, name: AnyPath) -> str:
    own = Path(name)
    return f"the input {own}" if file == own else f"{file}, a part of the input {own}"


def _parts_of(path: Path) -> Iterator[Path]:
    """An input, and the files elsewhere that belong to it."""
    yield path
    if path.is_file():
        yield from data_files(path)
    for folder, _, names in os.walk(path):
        yield from (Path(folder, name) for name in names if Path(folder, name).is_symlink())


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def _holds(folder: Path, path: Path) -> bool:
    """Whether a path leads through a folder, as it is written or as its links lead."""
    ways = {Path(os.path.normpath(Path.cwd() / path)), Path(os.path.realpath(path))}
    return any(_same(folder, above) for way in ways for above in way.parents)


def _is_linked_in(out: Path, folder: Path) -> bool:
    """Whether the file is a hard link of one in a folder."""
    if not (out.is_file() and folder.is_dir()) or out.stat().st_nlink == 1:
        return False
    return any(_same(out, Path(place, name)) for place, _, names in os.walk(folder) for name in names)

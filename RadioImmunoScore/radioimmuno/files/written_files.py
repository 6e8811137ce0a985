"""What this software wrote into a folder: a hidden list of names and hashes, and what may be replaced by it.

Only a file that is listed and has the listed hash is replaced or removed. An older list has names alone: what
it names may have been edited since, and counts as edited.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..findings import OutputError

LIST_NAME = ".radioimmuno-files"
FIRST_LINE = "radioimmuno-files 2"
UNKNOWN = "-"
BLOCK_BYTES = 1 << 22
NAMED = 4


@dataclass(frozen=True)
class WrittenFile:
    """A file of the list.

    Parameters
    ----------
    name : str
        Way to it from the folder, with `/`.
    kind : str
        Which kind of result it belongs to; only the same kind's files are removed by a new result.
    sha256 : str
        Of its content; `UNKNOWN` where an older version did not keep it.
    """

    name: str
    kind: str
    sha256: str

    def is_unchanged(self, folder: Path) -> bool:
        """Whether the file in the folder is what was written."""
        file = folder / self.name
        return file.is_file() and not file.is_symlink() and sha256(file) == self.sha256


def read_list(folder: Path, kind: str) -> tuple[WrittenFile, ...]:
    """What a folder's list names; what an older list names counts as `kind`. Nothing without a list.

    While files are replaced one by one, a name can stand there twice: the old file and the new one.
    """
    try:
        first, *lines = (folder / LIST_NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ()
    if first != FIRST_LINE:
        files = (name for name in (first, *lines) if "/" not in name and (folder / name).is_file())
        return tuple(WrittenFile(name, kind, UNKNOWN) for name in files)
    parts = [line.split(" ", 2) for line in lines]
    return tuple(
        WrittenFile(name, kind, digest)
        for digest, kind, name in (part for part in parts if len(part) == 3)
        if not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
    )


def list_text(files: Iterable[WrittenFile]) -> str:
    """The list's content."""
    lines = sorted(f"{file.sha256} {file.kind} {file.name}" for file in files)
    return "\n".join([FIRST_LINE, *lines]) + "\n"


def files_in(folder: Path) -> Iterator[str]:
    """The ways to all files in a folder, links among them, with `/`."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*names, *links):
            yield Path(place, name).relative_to(folder).as_posix()


def check_replaceable(folder: Path, names: Collection[str], kind: str, force: bool = False) -> None:
    """Refuse to replace or remove what is not ours, or was edited since we wrote it.

    Parameters
    ----------
    folder : Path
        The folder of results; it need not exist.
    names : collection of str
        What will be written there, with `/`.
    kind : str
        Which kind of result; unwanted files of an earlier one of this kind will be removed.
    force : bool
        Whether results that were edited may be replaced; what we did not write never is.

    Raises
    ------
    OutputError
        `output.foreign`, with the names.
    """
    before = read_list(folder, kind)
    listed = {file.name for file in before}
    foreign = {taken for name in names if name not in listed and (taken := _taken(folder, name))}
    if foreign:
        raise OutputError(
            "output.foreign",
            f"{folder} holds {_listing(foreign)}, which this software did not write. Move that, or name "
            "another folder.",
        )
    if force:
        return
    concerned = {file.name for file in before if file.name in names or file.kind == kind}
    there = {name for name in concerned if os.path.lexists(folder / name)}
    edited = there - {file.name for file in before if file.name in there and file.is_unchanged(folder)}
    if edited:
        raise OutputError(
            "output.foreign",
            f"{folder} holds {_listing(edited)}, edited since it was written (or written by an older "
            "version, so that it cannot be known). Move that, name another folder, or, in a shell, replace "
            "it with --force.",
        )


def check_kind(folder: Path, name: str, kind: str) -> None:
    """Refuse to put a result where one of another kind has a file of the same name.

    Parameters
    ----------
    folder : Path
        The folder of results; it need not exist.
    name : str
        Of a file that results of both kinds have.
    kind : str
        Which kind of result will be written.

    Raises
    ------
    OutputError
        `output.foreign`.
    """
    if any(file.name == name and file.kind != kind for file in read_list(folder, kind)):
        raise OutputError(
            "output.foreign", f"{folder} holds {name} of another command's result. Name another folder."
        )


def unchanged_since_written(file: Path) -> bool | None:
    """Whether a file is what this software wrote there; None when its folder's list does not know.

    It does not where the file was copied without the list, or where an older version wrote it.
    """
    listed = [each for each in read_list(file.parent, "") if each.name == file.name]
    known = [each for each in listed if each.sha256 != UNKNOWN]
    return any(each.is_unchanged(file.parent) for each in known) if known else None


def sha256(file: Path) -> str:
    """The hash of a file's content."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _taken(folder: Path, name: str) -> str:
    """What has the name, or stands where a folder on the way to it has to be; empty for nothing."""
    for part in PurePosixPath(name).parents:
        place = folder / part
        if part.name and os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
            return part.as_posix()
    return name if os.path.lexists(folder / name) else ""


def _listing(names: Collection[str]) -> str:
    first = sorted(names)[:NAMED]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(first) + more

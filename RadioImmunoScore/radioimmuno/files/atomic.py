"""Files that are whole or not there: written beside the target, read back, and renamed over it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..findings import OutputError
from .unfinished import unfinished_folder
from .utf8_path import is_spelled

# How a system says that there is no room, or that the disk fails.
NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)

Check = Callable[[Path], str]


@contextmanager
def replacing(path: str | os.PathLike[str], check: Check | None = None) -> Iterator[Path]:
    """A path to write to, with the same ending; `path` becomes it when all went well.

    Whoever reads `path` sees the old file or the new one, never a piece: not after a full disk, not after a
    kill. When the body raises or what it wrote is not whole, it is removed and `path` stays as it was.

    Parameters
    ----------
    path : path-like
        File to write; its folder has to be there.
    check : callable, optional
        Looks at the written file, and says what is wrong with it or nothing: libraries that write by
        themselves do not always report that the disk is full.

    Yields
    ------
    Path
        Where to write. The body has to make the file and to close it.

    Raises
    ------
    OutputError
        `output.incomplete` when there is no room or what was written is not whole.
    FileNotFoundError
        When the body made no file, or the folder does not exist.
    """
    # Through a link to the file it means, so that the link stays a link.
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    with no_room_reported(target), unfinished_folder(target) as folder:
        unfinished = folder / _plain_name(target)
        yield unfinished
        file_to_disk(unfinished)
        if problem := check(unfinished) if check else "":
            raise incomplete(target, problem)
        unfinished.replace(target)
    folder_to_disk(target.parent)


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file whole or not at all; errors as of `replacing`."""

    def check(file: Path) -> str:
        return "" if file.read_bytes() == content else "other bytes were read than written"

    with replacing(path, check) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text in UTF-8, whole or not at all; what UTF-8 cannot write (bytes of a name) is escaped."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


@contextmanager
def no_room_reported(target: Path) -> Iterator[None]:
    """Turn what the system says of a full or failing disk into the error with a code."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise incomplete(target, os.strerror(error.errno)) from error


def incomplete(target: Path, problem: str) -> OutputError:
    """The error for a file or folder that was not written whole."""
    return OutputError(
        "output.incomplete",
        f"{target} could not be written whole ({problem}). What was there before is unchanged. Is the disk "
        "full?",
    )


def file_to_disk(file: Path) -> None:
    """Wait until what a file holds is on the disk."""
    with file.open("r+b") as stream:
        os.fsync(stream.fileno())


def folder_to_disk(folder: Path) -> None:
    """Make the new name itself safe, where a folder can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _plain_name(target: Path) -> str:
    """The target's name, or one with its endings that every library can spell."""
    if is_spelled(target.name):
        return target.name
    endings = "".join(target.suffixes)
    return "unfinished" + (endings if is_spelled(endings) else "")

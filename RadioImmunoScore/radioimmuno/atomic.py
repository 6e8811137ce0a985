"""Files that are whole or not there: written beside the target and renamed over it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to, in the same folder and with the same ending; `path` becomes it when all went well.

    Whoever reads `path` sees the old file or the new one, never a piece: not after a full disk, not after a
    kill. When the body raises, the unfinished file is removed and `path` stays as it was.

    Yields
    ------
    Path
        Where to write. The body has to make the file and to close it.

    Raises
    ------
    FileNotFoundError
        When the body made no file, or the folder does not exist.
    """
    target = Path(path).resolve()  # through a link to the file it means, so that the link stays a link
    unfinished = target.with_name(f".{secrets.token_hex(4)}.{target.name}")
    try:
        yield unfinished
        file_to_disk(unfinished)
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    folder_to_disk(target.parent)


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

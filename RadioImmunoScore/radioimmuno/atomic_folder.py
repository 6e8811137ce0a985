"""Folders that are whole: written beside the target and exchanged for it."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from .atomic import file_to_disk, folder_to_disk

# What the hidden file is called that lists what was written, a name a line.
LIST_NAME = ".radioimmuno-files"

AT_FDCWD = {"linux": -100, "darwin": -2}
EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def replacing_folder(path: str | os.PathLike[str], marker: str) -> Iterator[Path]:
    """A folder to write to; `path` becomes it, whole, when all went well.

    Whoever looks into `path` sees what was there before or all that is new, never a mixture: not after a
    full disk, not after a kill. When the body raises, what it wrote is removed and `path` stays as it was. A
    process that is killed leaves a hidden folder `.<8 digits>.<name>` beside it, which can be deleted.

    What was written before in this way goes: `path` keeps a list of it in a hidden file. All else in `path`
    is somebody else's and stays, but for files of the same name as new ones. A folder that cannot be
    exchanged (a mount point, the folder that the process runs in or one around it, one with folders of
    somebody else) gets its files one after the other: then `marker` goes first and comes last, so that a
    folder without it is not whole.

    Parameters
    ----------
    path : a folder, which need not exist; folders around it are made
    marker : name of a file that is always written

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    OSError
        FileExistsError when `path` holds a folder of somebody else with the name of something new.
    """
    target = Path(path).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(target.parent)) from None
    exchanged = _can_be_exchanged(target)
    token = secrets.token_hex(4)
    unfinished = target.with_name(f".{token}.{target.name}") if exchanged else target / f".{token}"
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        names = [entry.name for entry in unfinished.iterdir()]
        _check_names(names, target)
        (unfinished / LIST_NAME).write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
        _to_disk(unfinished)
        if exchanged:
            _exchange(unfinished, target)
        else:
            _replace_one_by_one(unfinished, target, marker)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    folder_to_disk(target.parent)


def _written_before(target: Path) -> set[str]:
    """Names of what was written into the folder before, and of the list itself."""
    try:
        return {*(target / LIST_NAME).read_text(encoding="utf-8").splitlines(), LIST_NAME}
    except (OSError, ValueError):
        return set()


def _others(target: Path) -> list[Path]:
    """What is somebody else's in a folder."""
    if not target.exists():
        return []
    own = _written_before(target)
    return [entry for entry in target.iterdir() if entry.name not in own]


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()


def _can_be_exchanged(target: Path) -> bool:
    if not target.exists():
        return True
    here = Path.cwd().resolve()
    if target.is_mount() or target == here or target in here.parents:
        return False
    return not any(_is_folder(entry) for entry in _others(target))


def _check_names(names: Collection[str], target: Path) -> None:
    for entry in _others(target):
        if _is_folder(entry) and entry.name in names:
            raise FileExistsError(errno.EEXIST, "is a folder of something else, and stays", str(entry))


def _exchange(unfinished: Path, target: Path) -> None:
    """Let the two trade places; what was in the target lies in the other folder after that."""
    if not target.exists():
        unfinished.rename(target)
        return
    for entry in _others(target):
        if not (unfinished / entry.name).exists():
            _link(entry, unfinished / entry.name)
    shutil.copymode(target, unfinished)
    if not _trade(unfinished, target):
        _rename_both(unfinished, target)


def _link(source: Path, destination: Path) -> None:
    """The same file in another folder; a copy where the file system knows no links."""
    try:
        os.link(source, destination, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, destination, follow_symlinks=False)


def _trade(one: Path, other: Path) -> bool:
    """Exchange two names at once; False where the system or the file system cannot."""
    names = {"linux": "renameat2", "darwin": "renameatx_np"}
    if sys.platform not in names:
        return False
    try:
        exchange = getattr(ctypes.CDLL(None, use_errno=True), names[sys.platform])
    except (OSError, AttributeError):
        return False
    at = AT_FDCWD[sys.platform]
    return exchange(at, os.fsencode(one), at, os.fsencode(other), ctypes.c_uint(EXCHANGE)) == 0


def _rename_both(unfinished: Path, target: Path) -> None:
    """Two renames: for a moment there is no target, and its old content lies beside it."""
    old = unfinished.with_name(f"{unfinished.name}.old")
    target.rename(old)
    try:
        unfinished.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _replace_one_by_one(unfinished: Path, target: Path, marker: str) -> None:
    before = _written_before(target)
    (target / marker).unlink(missing_ok=True)
    folder_to_disk(target)
    for entry in list(target.iterdir()):
        if entry.name in before:
            _remove(entry)
    for entry in sorted(unfinished.iterdir(), key=lambda entry: entry.name == marker):
        entry.replace(target / entry.name)
    folder_to_disk(target)


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink()


def _to_disk(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            file_to_disk(Path(parent, name))
        folder_to_disk(Path(parent))

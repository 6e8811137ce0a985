"""Folders of results that are whole: written beside the target and exchanged for it."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..findings import OutputError
from .atomic import file_to_disk, folder_to_disk, no_room_reported, write_bytes
from .unfinished import OLD_NAME, PREFIX, remove_leftovers, unfinished_folder
from .written_files import LIST_NAME, WrittenFile, check_replaceable, files_in, list_text, read_list, sha256

AT_FDCWD = {"linux": -100, "darwin": -2}
EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
FRESH_NAME = "new"


@dataclass(frozen=True)
class _Plan:
    """What becomes of a target.

    Parameters
    ----------
    target : Path
        The folder.
    fresh : Path
        The folder with what is new.
    files : tuple of WrittenFile
        All that is ours in the target afterwards.
    before : tuple of WrittenFile
        All that is ours in the target until then.
    removed : frozenset of str
        Names of ours that go, those that are replaced among them.
    kept : frozenset of str
        Names of all else, which stays.
    marker : str
        Name of the file that goes first and comes last.
    """

    target: Path
    fresh: Path
    files: tuple[WrittenFile, ...]
    before: tuple[WrittenFile, ...]
    removed: frozenset[str]
    kept: frozenset[str]
    marker: str


@contextmanager
def replacing_folder(
    path: str | os.PathLike[str],
    marker: str,
    names: Collection[str] = (),
    *,
    kind: str | None = None,
    force: bool = False,
) -> Iterator[Path]:
    """A folder to write to; `path` becomes it, whole, when all went well.

    Whoever looks into `path` sees what was there before or all that is new, never a mixture: not after a
    full disk, not after a kill. When the body raises, what it wrote is removed and `path` stays as it was.

    What was written before in this way goes: `path` keeps a list of it, with hashes, in a hidden file
    (`written_files`). All else in `path` is somebody else's and stays; where something new has its name,
    nothing is done. A folder that cannot be exchanged (a mount point, the folder that the process runs in or
    one around it, one with folders of somebody else) gets its files one after the other: then `marker` goes
    first and comes last, so that a folder without it is not whole.

    Parameters
    ----------
    path : path-like
        A folder, which need not exist; folders around it are made.
    marker : str
        Name of a file that is always written.
    names : collection of str
        What will be written, as far as it is known: checked at once, before the body runs.
    kind : str, optional
        Which kind of result it is, a word (default: `marker`); what was written of another kind stays.
    force : bool
        Whether results that were edited since may be replaced.

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    OutputError
        `output.foreign` when something would be replaced that is not ours or was edited,
        `output.incomplete` when the disk is full.
    """
    target = Path(os.path.realpath(path))
    kind = kind or marker
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(target.parent)) from None
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(target))
    remove_leftovers(target)
    check_replaceable(target, names, kind, force)
    exchanged = _can_be_exchanged(target, kind)
    with no_room_reported(target), unfinished_folder(target, inside=not exchanged) as place:
        fresh = place / FRESH_NAME
        fresh.mkdir()
        with _named_as(target, fresh):
            yield fresh
        check_replaceable(target, list(files_in(fresh)), kind, force)
        plan = _plan(target, fresh, marker, kind)
        if exchanged:
            _exchange(plan, place / OLD_NAME)
        else:
            _replace_one_by_one(plan)
    folder_to_disk(target.parent)


@contextmanager
def _named_as(target: Path, fresh: Path) -> Iterator[None]:
    """Errors of files that could not be written name the place that was asked for."""
    try:
        yield
    except OutputError as error:
        raise OutputError(error.code, str(error).replace(str(fresh), str(target))) from error


def _plan(target: Path, fresh: Path, marker: str, kind: str) -> _Plan:
    new = [WrittenFile(name, kind, sha256(fresh / name)) for name in files_in(fresh)]
    names = {file.name for file in new}
    before = read_list(target, kind)
    removed = {file.name for file in before if file.kind == kind or file.name in names} | {LIST_NAME}
    others = [file for file in before if file.name not in removed]
    return _Plan(
        target,
        fresh,
        (*new, *others),
        before,
        frozenset(removed),
        frozenset(set(_present(target)) - removed),
        marker,
    )


def _present(target: Path) -> Iterator[str]:
    return (name for name in files_in(target) if not name.startswith(PREFIX))


def _can_be_exchanged(target: Path, kind: str) -> bool:
    """Whether all that has to stay are files that lie in the target itself."""
    if not target.exists():
        return True
    here = Path(os.path.realpath(Path.cwd()))
    if target.is_mount() or target == here or target in here.parents:
        return False
    own = {file.name for file in read_list(target, kind) if file.kind == kind}
    ways = {above.as_posix() for name in own for above in PurePosixPath(name).parents}
    for place, folders, names in os.walk(target):
        inner = Path(place).relative_to(target)
        if any((inner / name).as_posix() not in ways for name in folders):
            return False
        if inner.parts and any((inner / name).as_posix() not in own for name in names):
            return False
    return True


def _exchange(plan: _Plan, old: Path) -> None:
    """Let the new and the old folder trade places."""
    target, fresh = plan.target, plan.fresh
    _write_list(fresh, plan.files)
    if not target.exists():
        _to_disk(fresh)
        fresh.rename(target)
        return
    for name in plan.kept:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        _link(target / name, fresh / name)
    _to_disk(fresh)
    shutil.copymode(target, fresh)
    if _trade(fresh, target):
        fresh.rename(old)
    else:
        _rename_both(fresh, target, old)
    _rescue(old, plan)


def _rescue(old: Path, plan: _Plan) -> None:
    """Move to the target what somebody put into the old folder while it was being exchanged."""
    for name in list(files_in(old)):
        if name not in plan.removed | plan.kept and not os.path.lexists(plan.target / name):
            (plan.target / name).parent.mkdir(parents=True, exist_ok=True)
            (old / name).rename(plan.target / name)


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


def _rename_both(fresh: Path, target: Path, old: Path) -> None:
    """Two renames: for a moment there is no target, and `unfinished` gives the old one back after a kill."""
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise


def _replace_one_by_one(plan: _Plan) -> None:
    target, fresh = plan.target, plan.fresh
    _to_disk(fresh)
    new = {file.name for file in plan.files if os.path.lexists(fresh / file.name)}
    # Until the end the list names the old and the new files: a kill leaves nothing that is nobody's.
    _write_list(target, {*plan.before, *plan.files})
    (target / plan.marker).unlink(missing_ok=True)
    folder_to_disk(target)
    for name in plan.removed - new - {LIST_NAME}:
        (target / name).unlink(missing_ok=True)
        _remove_if_empty((target / name).parent, target)
    for name in sorted(new, key=lambda name: name == plan.marker):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).replace(target / name)
    _write_list(target, plan.files)
    folder_to_disk(target)


def _remove_if_empty(folder: Path, target: Path) -> None:
    with suppress(OSError):
        while folder != target:
            folder.rmdir()
            folder = folder.parent


def _write_list(folder: Path, files: Collection[WrittenFile]) -> None:
    write_bytes(folder / LIST_NAME, list_text(files).encode())


def _to_disk(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            if not Path(parent, name).is_symlink():
                file_to_disk(Path(parent, name))
        folder_to_disk(Path(parent))

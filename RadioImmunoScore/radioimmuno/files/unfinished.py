"""Where files lie while they are written: a hidden folder beside their target, locked by its writer.

Who is killed leaves such a folder behind, unlocked; the next who writes into the same place removes it. A
locked one belongs to somebody alive, and what only has a name like ours is left alone.
"""

from __future__ import annotations

import importlib
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PREFIX = ".radioimmuno-unfinished-"
LOCK_NAME = "lock"
KIND = "radioimmuno-unfinished"

# What stood in a target for the moment in which it is exchanged by two renames.
OLD_NAME = "old"

# On some shared file systems a lock is not seen from other machines. No run takes this long.
OTHER_HOST_S = 24 * 3600.0

# Windows has no flock: nothing is locked there, and nothing is taken for a leftover.
fcntl: Any = importlib.import_module("fcntl") if os.name == "posix" else None


@contextmanager
def unfinished_folder(target: Path, inside: bool = False) -> Iterator[Path]:
    """An empty hidden folder beside a target (or in it), which is removed in the end with what is in it.

    Leftovers of others who were killed there are removed first.

    Parameters
    ----------
    target : Path
        The file or folder that is to be written, resolved.
    inside : bool
        Whether the hidden folder lies in the target, a folder.
    """
    place = target if inside else target.parent
    remove_leftovers(place)
    folder, lock = _locked_folder(place, target.name)
    try:
        yield folder
    finally:
        os.close(lock)  # before: Windows removes no open file
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(place: Path) -> None:
    """Remove the unfinished folders in a place whose writers are dead; give back what they had moved away."""
    if fcntl is None:
        return
    with suppress(OSError):
        for entry in place.iterdir():
            if entry.name.startswith(PREFIX):
                with suppress(OSError, ValueError):
                    _remove_if_left(entry)


def _locked_folder(place: Path, target_name: str) -> tuple[Path, int]:
    while True:
        folder = place / f"{PREFIX}{secrets.token_hex(4)}"
        folder.mkdir()
        lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            is_locked = _lock(lock)
            # Who looks for leftovers in this very moment may have taken the folder for one.
            if is_locked is not False and os.path.samestat(os.fstat(lock), (folder / LOCK_NAME).stat()):
                mark = {"kind": KIND, "host": socket.gethostname(), "target": target_name, "lock": is_locked}
                os.write(lock, json.dumps(mark).encode())
                return folder, lock
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(lock)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        os.close(lock)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock was taken; None where there is no locking."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_if_left(folder: Path) -> None:
    if folder.is_symlink():
        return
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        mark = json.loads(os.read(lock, 1 << 16))
        if mark["kind"] != KIND or mark["lock"] is not True or not _lock(lock):
            return
        age = time.time() - os.fstat(lock).st_mtime
        if mark["host"] != socket.gethostname() and age < OTHER_HOST_S:
            return
        _give_back(folder, str(mark["target"]))
        shutil.rmtree(folder, ignore_errors=True)
    except (KeyError, TypeError):
        return
    finally:
        os.close(lock)


def _give_back(folder: Path, target_name: str) -> None:
    """Put a target back whose writer was killed between the two renames."""
    old, target = folder / OLD_NAME, folder.parent / target_name
    if old.is_dir() and not os.path.lexists(target):
        old.rename(target)

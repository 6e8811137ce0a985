"""The salt of pseudonyms: a secret of this user, made when it is first needed and kept in their settings."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ENVIRONMENT = "RADIOIMMUNO_SALT"
FOLDER, FILE = "radioimmuno", "salt"
BYTES = 32


@dataclass(frozen=True)
class Salt:
    """The key of pseudonyms.

    Parameters
    ----------
    value : bytes
        Secret bytes.
    note : str
        A sentence where the salt could not be kept, so that the pseudonyms are those of one run; "" else.
    """

    value: bytes
    note: str = ""

    def __repr__(self) -> str:
        return f"Salt(note={self.note!r})"


def find_salt() -> Salt:
    """The salt of the environment (`RADIOIMMUNO_SALT`), else the one that this user keeps.

    It is made at first use (32 random bytes, readable for the user alone). Where it cannot be kept or read,
    there is one for this run only, and `note` says so.
    """
    given = os.environ.get(ENVIRONMENT, "")
    if given:
        return Salt(given.encode("utf-8", "surrogateescape"))
    try:
        return _stored_salt(settings_folder() / FILE)
    except RuntimeError:
        return _temporary_salt("there is no home folder to keep its salt in")


def settings_folder() -> Path:
    """Where the settings of this user lie.

    Raises
    ------
    RuntimeError
        When the user has no home folder.
    """
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        given = Path(os.environ.get("XDG_CONFIG_HOME", ""))
        # Its specification has other than absolute paths passed over.
        base = given if given.is_absolute() else Path.home() / ".config"
    return Path(base) / FOLDER


@lru_cache
def _stored_salt(path: Path) -> Salt:
    try:
        if not path.exists():
            _make(path)
        value = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        return _temporary_salt(f"its salt cannot be kept in {path.parent} ({error.strerror})")
    except ValueError:
        value = b""
    if len(value) < BYTES:
        return _temporary_salt(f"the salt in {path} is damaged: remove that file, and another one is made")
    return Salt(value)


def _make(path: Path) -> None:
    """Write a new salt; where another process was faster, its salt stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        except OSError:  # a disk that has no links
            unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _temporary_salt(why: str) -> Salt:
    return Salt(
        _random(),
        f"The pseudonym is of this run only, because {why}. Another run gives the patient another one; "
        f"set {ENVIRONMENT}, or name the patient.",
    )


@lru_cache
def _random() -> bytes:
    return secrets.token_bytes(BYTES)

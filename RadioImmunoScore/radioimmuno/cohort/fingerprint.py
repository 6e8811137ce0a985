"""Whether a patient's files are those that were measured: at once by size and time, surely by content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..files.detached_header import data_files
from ..io.study_files import sha256_of
from .plan import hashed


def files_of(studies: Sequence[Mapping[str, Any]]) -> list[Path]:
    """All files that studies are read from, in an order that depends on their names alone.

    Parameters
    ----------
    studies : sequence of mapping
        As of `plan.studies_record`.

    Returns
    -------
    list of Path
        Those of folders included, and the voxels of detached headers.
    """
    named = {study["ct"] for study in studies}
    # The transform of an image is a file, too; one that is the word for none names no file.
    for path, _, *transform in (one for study in studies for one in study.get("images", {}).values()):
        named |= {path, *transform}
    named |= {row["lesions"] for study in studies for row in study["rows"] if row["lesions"]}
    found: list[Path] = []
    for name in sorted(named):
        path = Path(name)
        if path.is_dir():
            inside = (Path(place, file) for place, _, files in os.walk(path) for file in files)
            found += sorted(file for file in inside if file.is_file())
        elif path.is_file():
            found += [path, *data_files(path)]
    return list(dict.fromkeys(found))


def quick_fingerprint(files: Sequence[Path]) -> str:
    """A hash of the files' places, sizes and times: where it is the same, nobody wrote to them.

    Parameters
    ----------
    files : sequence of Path

    Returns
    -------
    str
    """
    stats = [(str(file), file.stat()) for file in files]
    return hashed([[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats])


def content_fingerprint(files: Sequence[Path]) -> str:
    """A hash of the files' content, wherever they lie.

    Parameters
    ----------
    files : sequence of Path

    Returns
    -------
    str
    """
    return hashlib.sha256("".join(sha256_of([file]) for file in files).encode()).hexdigest()

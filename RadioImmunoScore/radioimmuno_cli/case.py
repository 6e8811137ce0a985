"""A patient's files, read: what `score`, `features` and `ring` begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .progress import Progress
from .silence import libraries_silenced

if TYPE_CHECKING:
    from radioimmuno.acquisition import Acquisition
    from radioimmuno.findings import Finding
    from radioimmuno.image import Image
    from radioimmuno.lesion import Lesion

READING_CT, READING_LESIONS = "reading the CT", "reading the lesions"
BLOCK_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Case:
    """CT and lesions, what was found while reading them (by lesion), and what identifies the files."""

    image: Image
    acquisition: Acquisition
    lesions: tuple[Lesion, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    inputs: Mapping[str, Any]


def read_case(ct: Path, lesions: Path, table: Path | None, progress: Progress) -> Case:
    """Read a CT, its lesions and, where there is one, the lesion table.

    Raises
    ------
    InputError
        With a code and words that say what to do.
    """
    from radioimmuno.reading import apply_lesion_table, implausible_values, read_image, read_lesions

    with libraries_silenced():
        progress.stage(READING_CT)
        image, acquisition = read_image(ct)
        progress.stage(READING_LESIONS)
        found = read_lesions(lesions, image)
    known = found.lesions if table is None else tuple(apply_lesion_table(table, found.lesions))
    of_all = implausible_values(image)
    return Case(
        image,
        acquisition,
        known,
        {lesion.id: of_all + found.findings.get(lesion.id, ()) for lesion in known},
        {"ct": _identity(ct), "lesions": _identity(lesions)}
        | ({"lesion_table": _identity(table)} if table else {}),
    )


def _identity(path: Path) -> dict[str, Any]:
    """A file's or folder's name and the SHA-256 of its bytes; never the way to it."""
    files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    return {"name": path.resolve().name, "sha256": digest.hexdigest()}

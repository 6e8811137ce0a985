"""A patient's files, read: what `score`, `features` and `ring` begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .progress import Progress
from .silence import libraries_silenced

if TYPE_CHECKING:
    from radioimmuno.acquisition import Acquisition
    from radioimmuno.findings import Finding
    from radioimmuno.geometry.image import Image
    from radioimmuno.identity import Identity, Naming
    from radioimmuno.io.ct import ReadCt
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.lesion import LeftOut, Lesion
    from radioimmuno.settings import Settings

READING_CT, READING_LESIONS = "reading the CT", "reading the lesions"
BLOCK_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Case:
    """CT and lesions, what was found while reading them (by lesion), and what identifies the files.

    `source` is the DICOM series that the CT was read from, None for other files; `identity` says whose it is;
    `left_out` are structures of the file of the lesions that are none.
    """

    image: Image
    acquisition: Acquisition
    lesions: tuple[Lesion, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    inputs: Mapping[str, Any]
    source: SourceSeries | None
    identity: Identity
    left_out: tuple[LeftOut, ...] = ()


def read_case(
    ct: Path,
    lesions: Path,
    table: Path | None,
    progress: Progress,
    *,
    settings: Settings,
    naming: Naming,
    series: str | None = None,
    kvp: float | None = None,
    accepted: Collection[str] = (),
    patterns: Sequence[str] = (),
) -> Case:
    """Read a CT, its lesions and, where there is one, the lesion table.

    Parameters
    ----------
    settings : their ring says which lesions a missing slice concerns
    naming : how the patient is to be called, and whether names of DICOM files may be recorded
    series : which series of a DICOM folder
    kvp : tube voltage by hand, kV; it counts more than what the CT says
    accepted : codes of `acceptance.OPTIONS` that a person accepted
    patterns : names, identifiers or glob patterns of the structures to take, as of `reading.read_lesions`

    Raises
    ------
    InputError
        With a code and words that say what to do.
    """
    from radioimmuno.acquisition import with_kvp
    from radioimmuno.io.ct import read_ct
    from radioimmuno.io.dicom.gaps import check_gaps
    from radioimmuno.io.hounsfield import without_expected
    from radioimmuno.io.lesion_table import apply_lesion_table
    from radioimmuno.io.lesions import read_lesions

    with libraries_silenced():
        progress.stage(READING_CT)
        read = read_ct(ct, series, accepted=accepted, naming=naming)
        acquisition, by_hand = with_kvp(read.acquisition, kvp)
        progress.stage(READING_LESIONS)
        if lesions.is_dir():
            from radioimmuno.io.dicom.lesions import only_lesions_of

            lesions = only_lesions_of(lesions)
        found = read_lesions(lesions, read.image, read.source, patterns, accepted=accepted)
    known = found.lesions
    if table is not None:
        known = tuple(apply_lesion_table(table, known, found.left_out))
    gaps = check_gaps(read.gaps, known, settings)
    of_ct = without_expected(read.findings, settings)
    return Case(
        read.image,
        acquisition,
        known,
        {
            lesion.id: of_ct + by_hand + gaps.get(lesion.id, ()) + found.findings.get(lesion.id, ())
            for lesion in known
        },
        _inputs(ct, lesions, table, read, naming),
        read.source,
        read.identity,
        found.left_out,
    )


def _inputs(ct: Path, lesions: Path, table: Path | None, read: ReadCt, naming: Naming) -> dict[str, Any]:
    """What identifies the files: never the way to them, and beside a pseudonym no name.

    The name of a file is the user's choice where it is all that is known of the patient. Names of DICOM files
    and folders are often the patient's.
    """
    from radioimmuno.io.volume_reader import is_dicom

    dicom = read.source is not None
    if read.source is None:
        found = {"ct": _file(ct, [ct], named=True)}
    else:
        series = {"series_uid": read.source.series_uid}
        found = {"ct": _file(ct, read.source.files, named=naming.identify) | series}
    found["lesions"] = _file(lesions, [lesions], named=naming.identify or not (dicom or is_dicom(lesions)))
    if table:
        found["lesion_table"] = _file(table, [table], named=naming.identify or not dicom)
    return found


def _file(path: Path, files: Sequence[Path], *, named: bool) -> dict[str, Any]:
    """The SHA-256 of the bytes of the files that were read, and their name where it may be written."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    name = {"name": path.resolve().name} if named else {}
    return name | {"sha256": digest.hexdigest()}

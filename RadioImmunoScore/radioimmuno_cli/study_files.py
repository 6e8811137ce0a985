"""A patient's files, read: what most commands begin with."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import naming_of
from .process import library_output_discarded
from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.identity import Naming
    from radioimmuno.io.ct import ReadCt
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.settings import Settings
    from radioimmuno.study import Study

READING_CT, READING_LESIONS = "reading the CT", "reading the lesions"
BLOCK_BYTES = 1 << 22


def read_study(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> Study:
    """Read what `options.add_inputs` asks for: a CT, its lesions and, where there is one, the lesion table.

    Parameters
    ----------
    arguments : Namespace
        Of `options.add_inputs`; `lesion_table` and `kvp` where the command has them.
    settings : Settings
        Their ring says which lesions a missing slice concerns.
    progress : Progress

    Returns
    -------
    Study

    Raises
    ------
    InputError
        With a code and words that say what to do.
    """
    return read_study_and_source(arguments, settings, progress)[0]


def read_study_and_source(
    arguments: argparse.Namespace, settings: Settings, progress: Progress
) -> tuple[Study, SourceSeries | None]:
    """As `read_study`; and the DICOM series that the CT was read from, None for other files."""
    from radioimmuno.acquisition import with_kvp
    from radioimmuno.identity import iso_date
    from radioimmuno.io.ct import read_ct
    from radioimmuno.io.dicom.stack import check_gaps
    from radioimmuno.io.lesion_table import apply_lesion_table
    from radioimmuno.io.lesions import read_lesions
    from radioimmuno.modality import CT, without_expected
    from radioimmuno.study import Study

    accepted, naming = frozenset(arguments.accepted), naming_of(arguments)
    table = getattr(arguments, "lesion_table", None)
    with library_output_discarded():
        progress.stage(READING_CT)
        read = read_ct(arguments.ct, arguments.series, accepted=accepted, naming=naming)
        acquisition, by_hand = with_kvp(read.acquisition, getattr(arguments, "kvp", None))
        progress.stage(READING_LESIONS)
        path = arguments.lesions
        if path.is_dir():
            from radioimmuno.io.dicom.lesions import only_lesions_of

            path = only_lesions_of(path)
        found = read_lesions(path, read.image, read.source, tuple(arguments.roi), accepted=accepted)
    lesions = found.lesions
    if table is not None:
        lesions = tuple(apply_lesion_table(table, lesions, found.left_out))
    gaps = check_gaps(read.gaps, lesions, settings)
    study = Study(
        {CT.role: read.image},
        lesions,
        acquisition,
        (*without_expected(read.findings, settings), *by_hand),
        {each.id: gaps.get(each.id, ()) + found.findings.get(each.id, ()) for each in lesions},
        findings_of_values=(),  # they are among those of reading the file
        identity=read.identity,
        left_out=found.left_out,
        accepted=accepted,
        inputs=_inputs(arguments.ct, path, table, read, naming),
        date=iso_date(read.source.study_date) if read.source else "",
    )
    return study, read.source


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

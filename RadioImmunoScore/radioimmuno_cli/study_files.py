"""A patient's files, read as a command line names them: what most commands begin with."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .options import naming_of
from .process import library_output_discarded
from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.settings import Settings
    from radioimmuno.study import Study

READING_CT, READING_LESIONS = "reading the CT", "reading the lesions"


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
    from radioimmuno.io.study_files import LesionFile, StudyFiles
    from radioimmuno.io.study_files import read_study as read_files

    files = StudyFiles(
        arguments.ct,
        (LesionFile(arguments.lesions, tuple(arguments.roi)),),
        arguments.series,
        getattr(arguments, "lesion_table", None),
        getattr(arguments, "kvp", None),
        frozenset(arguments.accepted),
        naming_of(arguments),
    )
    with library_output_discarded():
        progress.stage(READING_CT)
        read = read_files(files, settings, lambda: progress.stage(READING_LESIONS))
    return read.study, read.source

"""A patient's files, read as a command line names them: what most commands begin with."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .image_options import image_files
from .options import naming_of
from .process import library_output_discarded
from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.io.study_files import ReadStudy
    from radioimmuno.settings import Settings
    from radioimmuno.study import Study

READING_CT, READING_LESIONS = "reading the CT", "reading the lesions"


def read_study(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> Study:
    """Read what `options.add_inputs` asks for: a CT, its lesions and, where there is one, the lesion table.

    Parameters
    ----------
    arguments : Namespace
        Of `options.add_inputs`; `lesion_table`, `kvp` and what `image_options` adds where the command has
        them.
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
    return read_all(arguments, settings, progress).study


def read_all(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> ReadStudy:
    """As `read_study`; and the DICOM series that its images were read from."""
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
        **_images(arguments),
    )
    with library_output_discarded():
        progress.stage(READING_CT)
        return read_files(files, settings, lambda: progress.stage(READING_LESIONS))


def _images(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `image_options` asks for; of a command without these options there is a CT alone."""
    if not hasattr(arguments, "modality"):
        return {}
    from radioimmuno.modality import modality_of_role

    modality = modality_of_role(arguments.modality) if arguments.modality else None
    return {
        "modality": modality,
        "beside": image_files(arguments),
        "references": tuple(getattr(arguments, "references", ())),
        "suv": arguments.suv,
    }

"""A result on disk, read back to be exported: the scores of patient.json on the CT they were made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...extraction.lesion_features import Progress
from ...files.written_files import LIST_NAME, unchanged_since_written
from ...findings import InputError
from ...geometry.image import Image
from ...lesion import Lesion
from ...scoring.records import FORMAT, FORMAT_VERSION, read_patient
from ...scoring.results import PatientScore
from ...scoring.score import with_rings
from ...settings import Settings
from ..resampling import ReadLesions
from .method import Method
from .source import SourceSeries

CODE, EDITED = "result.unreadable", "result.edited"


@dataclass(frozen=True)
class Result:
    """A patient.json: the scores without rings, what they were made with, and on which series.

    `uptakes` are those on each PET, by its role, as of `scoring.records.uptake_record`.
    """

    patient: PatientScore
    method: Method
    series_uid: str | None
    uptakes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_result(path: Path) -> Result:
    """The result that a `patient.json` holds.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        `result.unreadable` when it is not there, damaged, or of a version that is not known.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["format_version"] != FORMAT_VERSION:
            raise InputError(CODE, f"{path} is no result of this version. Score the lesions again.")
        return Result(
            read_patient(document),
            Method.read(document["signature"]),
            document["provenance"]["inputs"].get("ct", {}).get("series_uid"),
            document.get("uptake", {}),
        )
    except InputError:
        raise
    except OSError as error:
        raise InputError(CODE, f"{path} cannot be read ({error.strerror}).") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(
            CODE, f"{path} is damaged or no result of scoring ({type(error).__name__}: {error})."
        ) from None


def check_unchanged(files: Iterable[Path]) -> None:
    """Refuse files that were edited since scoring wrote them, and those of which that is not known.

    Parameters
    ----------
    files : iterable of Path

    Raises
    ------
    InputError
        `result.edited`
    """
    for file in files:
        unchanged = unchanged_since_written(file)
        if unchanged is None:
            raise InputError(
                EDITED,
                f"Nothing says that {file} is what scoring wrote: its folder's hidden list of files "
                f"({LIST_NAME}) is missing or older. Copy the result as a whole folder, or score again.",
            )
        if not unchanged:
            raise InputError(EDITED, f"{file} was edited since scoring wrote it. Score again.")


def on_ct(
    result: Result, image: Image, found: ReadLesions, source: SourceSeries, progress: Progress | None = None
) -> PatientScore:
    """The result's patient with rings, on the CT that it was scored on.

    Rings are built again from CT, lesions and settings: the same voxels as when it was scored.

    Parameters
    ----------
    result : Result
    image : Image, the CT
    found : ReadLesions, the result's lesions, as they were read onto this CT
    source : SourceSeries, the CT's
    progress : callable or None, as of `measure`

    Raises
    ------
    InputError
        `dicom.other_ct` when this is another CT, `result.unreadable` when lesions and scores do not belong
        together.
    """
    _check_ct(result, found, source)
    if {lesion.id for lesion in found.lesions} != {row.id for row in result.patient.lesions}:
        raise InputError(CODE, "The lesions of the result are not those that have its scores. Score again.")
    settings = Settings.from_dict(result.method.settings)
    rows = with_rings(result.patient.lesions, image, found.lesions, settings, progress)
    return replace(result.patient, lesions=rows)


def _check_ct(result: Result, found: ReadLesions, source: SourceSeries) -> None:
    if result.series_uid not in (None, source.series_uid):
        raise InputError(
            "dicom.other_ct",
            f"The lesions were scored on the series {result.series_uid}; this CT is {source.series_uid}.",
        )
    if any(finding.code == "mask.geometry" for of_one in found.findings.values() for finding in of_one):
        raise InputError("dicom.other_ct", "The lesions were scored on a CT with other voxels than this one.")


def lesions_in_order(result: Result, lesions: Sequence[Lesion]) -> list[Lesion]:
    """The lesions in the order of their scores, with the sites that they were scored with.

    Parameters
    ----------
    result : Result
    lesions : sequence of Lesion, by the same identifiers
    """
    by_id = {lesion.id: lesion for lesion in lesions}
    return [replace(by_id[row.id], site=row.site, name=row.name) for row in result.patient.lesions]

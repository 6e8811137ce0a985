"""What was measured of each patient, one file a patient: whole, or not there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files.atomic import write_text
from ..findings import OutputError
from .patient import FORMAT
from .plan import hashed

FOLDER = "patients"
HASH_CHARACTERS, SLUG_CHARACTERS = 10, 40
OWN_NAME = re.compile(rf"[\w.-]*\.[0-9a-f]{{{HASH_CHARACTERS}}}\.json", re.ASCII)


@dataclass(frozen=True)
class PatientStore:
    """The patients' files of a folder of results.

    Parameters
    ----------
    folder : Path
        The folder of results; the files lie in one inside of it.
    """

    folder: Path

    def file(self, patient: str) -> Path:
        """Where a patient's file is: under a name that any file system can write, and no two share."""
        digest = hashlib.sha256(patient.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARACTERS]
        slug = re.sub(r"[^A-Za-z0-9-]+", "_", patient)[:SLUG_CHARACTERS].strip("_") or "patient"
        return self.folder / FOLDER / f"{slug}.{digest}.json"

    def read(self, patient: str) -> dict[str, Any] | None:
        """A patient's record, None where there is none that is whole and the patient's."""
        record = _read(self.file(patient))
        return record if record is not None and record.get("patient") == patient else None

    def write(self, record: Mapping[str, Any], key: str, quick: str, content: str) -> None:
        """Write a patient's file.

        Parameters
        ----------
        record : mapping of str to Any
            As of `patient.measure_patient`.
        key : str
            What it was measured by (`measured_key`).
        quick, content : str
            Fingerprints of the files that it was measured on.

        Raises
        ------
        OutputError
            `output.incomplete` when the disk is full.
        """
        path = self.file(record["patient"])
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {**record, "key": key, "quick": quick, "content": content}
        write_text(path, json.dumps(document, allow_nan=False) + "\n")

    def patients(self) -> tuple[str, ...]:
        """All patients that have a file here, of this manifest or of another."""
        folder = self.folder / FOLDER
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        found = (_read(file) for file in files if OWN_NAME.fullmatch(file.name))
        return tuple(str(record["patient"]) for record in found if record is not None)

    def check(self, patients: Sequence[str]) -> None:
        """Refuse to write where somebody else's files have the names of ours.

        Raises
        ------
        OutputError
            `output.foreign`.
        """
        place = self.folder / FOLDER
        files = [place] if place.exists() and not place.is_dir() else []
        files += [
            file
            for file in map(self.file, patients)
            if file.is_symlink() or (file.exists() and not _is_ours(file))
        ]
        if files:
            text = f"{files[0]} was not written by this command. Move it, or name another folder."
            raise OutputError("output.foreign", text)


def measured_key(plan_key: str, studies: Sequence[Mapping[str, Any]]) -> str:
    """A hash of all that decides a patient's values but the content of the files.

    Parameters
    ----------
    plan_key : str
        Of `plan.Plan`.
    studies : sequence of mapping
        As of `plan.studies_record`; of the files their names count and not where they lie.

    Returns
    -------
    str
    """
    places = [
        {
            **study,
            "ct": Path(study["ct"]).name,
            "rows": [
                {**row, "lesions": row["lesions"] and Path(row["lesions"]).name} for row in study["rows"]
            ],
        }
        for study in studies
    ]
    return hashed([plan_key, places])


def _read(file: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def _is_ours(file: Path) -> bool:
    """Whether a file is one of these, be it damaged: it is ours by how it begins."""
    try:
        with file.open("rb") as stream:
            start = stream.read(200)
    except OSError:
        return False
    return not start.strip(b"\0 \n") or FORMAT.encode() in start

"""The option that writes designated lesions for a planning system, and what it starts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .process import library_output_discarded

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.io.dicom.designation import Designation
    from radioimmuno.io.dicom.method import Method
    from radioimmuno.lesion import Lesion
    from radioimmuno.scoring.results import PatientScore
    from radioimmuno.signature.signature import Signature

HELP = """\
with --rtstruct also (the CT must be DICOM; in its study):
  {place}designated_lesions.dcm  designated lesions for a planning system (DICOM RTSTRUCT)
They are designated by `--rtstruct WHICH`, once or several times:
  below-low      those with a score below the signature's low cut-off
  above-high     those with a score above its high cut-off
  NAME           by name, id or pattern ('Liver*'), with any score or none
Each is a structure with its name, in the color of its score, with the score and "research use only" in words.
The set is not approved and its structures have no type: GTV or other is for whoever takes them over. Where no
lesion is designated, no file is written, and a line says so."""
NONE = "none with a voxel, so that no structure set is written"


def add_structures(parser: argparse.ArgumentParser) -> None:
    """Add the option; what it gives comes into `rtstruct`."""
    parser.add_argument(
        "--rtstruct",
        metavar="WHICH",
        action="append",
        default=[],
        help="also write designated lesions as DICOM RTSTRUCT: below-low, above-high, or a lesion's name, id "
        "or pattern; may be given several times",
    )


@dataclass(frozen=True)
class StructureSet:
    """What was written for a planning system.

    Parameters
    ----------
    designation : Designation or None
        The lesions in the file; None where nobody asked for one.
    files : tuple of Path
        The file; none where it would be empty.
    """

    designation: Designation | None = None
    files: tuple[Path, ...] = ()

    @property
    def lines(self) -> list[str]:
        """Which lesions were designated, for a person."""
        from radioimmuno.naming import lesion_names

        if self.designation is None:
            return []
        names = ", ".join(lesion_names(self.designation.rows).values())
        return [f"Designated ({self.designation.words}): {names or NONE}."]

    @property
    def record(self) -> dict[str, list[str]]:
        """Their identifiers, for machines."""
        return {} if self.designation is None else {"designated": [row.id for row in self.designation.rows]}


def write_structures(
    which: Sequence[str],
    patient: PatientScore,
    method: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    folder: Path,
) -> StructureSet:
    """Write the designated lesions that have a voxel into a folder, which is made where there is none."""
    from radioimmuno.io.dicom.designation import designated
    from radioimmuno.io.dicom.export_names import STRUCTURES_NAME
    from radioimmuno.io.dicom.write import write_structures

    drawn = {lesion.id for lesion in lesions if lesion.box is not None}
    designation = designated(patient.lesions, which, method.cutoffs)
    designation = replace(designation, rows=tuple(row for row in designation.rows if row.id in drawn))
    if not designation.rows:
        return StructureSet(designation)
    folder.mkdir(exist_ok=True)
    path = folder / STRUCTURES_NAME
    with library_output_discarded():
        return StructureSet(
            designation, (write_structures(patient, designation, method, image, lesions, source, path),)
        )

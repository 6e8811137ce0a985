"""Lesions of a file on the voxels of an image that they need not be drawn on, as a PET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..extraction.carried_lesions import carried_lesions
from ..findings import Finding
from ..geometry.image import Lattice
from ..lesion import Lesion
from .resampling import ReadLesions


def carry_lesions(
    path: Path,
    lesions: Sequence[Lesion],
    lattice: Lattice,
    found: Mapping[str, Sequence[Finding]] | None = None,
) -> ReadLesions:
    """The lesions of a file on an image's lattice: its voxels of which they cover at least half.

    What `resampling.resample_lesions` is where lesions have to be drawn on the image's own grid. A lesion
    that covers no voxel by half is refused, also where none does.

    Parameters
    ----------
    path : Path
        The file.
    lesions : sequence of Lesion
        In the file's order, each on a lattice of its own.
    lattice : Lattice
        The image's.
    found : mapping of str to sequence of Finding, optional
        What reading the file found of each lesion, by identifier; it comes first.
    """
    carried = carried_lesions(lesions, lattice)
    findings = {lesion.id: (*(found or {}).get(lesion.id, ()), *own) for lesion, own in carried}
    return ReadLesions(
        tuple(lesion for lesion, _ in carried), {name: known for name, known in findings.items() if known}
    )

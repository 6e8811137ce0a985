"""Which DICOM instances an image was read from: what segmentations must match and results refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SourceInstance:
    """One slice of the CT as DICOM keeps it.

    Parameters
    ----------
    path : the file
    sop_class_uid, sop_instance_uid : what refers to it
    frame : number of the frame in an enhanced multi-frame file, from 1; None for a file of one slice
    k : the slice of the lattice that it is; where slices of a series are missing, no instance has their k
    """

    path: Path
    sop_class_uid: str
    sop_instance_uid: str
    frame: int | None
    k: int


@dataclass(frozen=True)
class SourceSeries:
    """The series that a CT was read from.

    Parameters
    ----------
    instances : one for each slice that there is, sorted along the lattice's k axis (`k` rises)
    frame_of_reference_uid : "" where the files have none
    patient_id, study_date, description : as the header has them; identifying, never written as they are
    """

    study_uid: str
    series_uid: str
    frame_of_reference_uid: str
    instances: tuple[SourceInstance, ...]
    patient_id: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    description: str = field(default="", repr=False)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, each once, in the order of the slices."""
        return tuple(dict.fromkeys(instance.path for instance in self.instances))

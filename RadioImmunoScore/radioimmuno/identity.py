"""Which patient and which study a result is of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """What tables, reports and scenes say of the patient; what is not known is "".

    Nothing identifying stands here unless a person asked for it.

    Parameters
    ----------
    patient : what a person named, else a pseudonym of the DICOM PatientID, else the name of the CT's file
    study : date of the study (ISO 8601) from DICOM, else the name of the CT's file
    series : description of the series
    """

    patient: str = ""
    study: str = ""
    series: str = ""


UNKNOWN = Identity()

"""The panel's small patient as Slicer has it after its CT was loaded from the DICOM database."""

from __future__ import annotations

import numpy as np
import slicer
from patients import addPatient
from synthetic import ORIGIN_RAS, SPACING, ctValues

from dicom_lesions import PATIENT
from dicom_series import ct_series, write


def openDatabase():
    """Give `slicer` an empty DICOM database, until the bench is closed."""
    from slicerbench.dicomdatabase import ctkDICOMDatabase

    slicer.dicomDatabase = ctkDICOMDatabase()
    return slicer.dicomDatabase


def addDicomPatient(folder, **tags):
    """(CT node, segmentation node) as of `addPatient`, the CT's files in `folder` and in the database."""
    nodes = addPatient()
    nodes[0].RemoveAttribute("RadioImmunoScore.Acquisition")
    x, y, z = ORIGIN_RAS
    series = ct_series(
        np.clip(ctValues(), -1024, None),
        spacing=SPACING,
        origin=(-x, -y, z),
        orientation=(-1, 0, 0, 0, -1, 0),
        **{**PATIENT, **tags},
    )
    write(folder, series)
    database = openDatabase()
    for file in sorted(folder.iterdir()):
        database.insert(str(file))
    nodes[0].SetAttribute("DICOM.instanceUIDs", " ".join(str(slice_.SOPInstanceUID) for slice_ in series))
    return nodes

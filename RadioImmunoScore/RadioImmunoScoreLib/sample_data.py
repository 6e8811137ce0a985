"""The demonstration patients in Slicer's Sample Data module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

CATEGORY = "RadioImmunoScore"


def registerSampleData(icons: Path) -> None:
    """Offer the simulated patient, also with a PET; nothing is downloaded for it.

    Parameters
    ----------
    icons : Path
        The folder of the module's icons.
    """
    import SampleData

    for name, downloader in (
        ("RadioImmunoScoreDemonstration", _makePatient),
        ("RadioImmunoScoreDemonstrationPET", _makePatientWithPet),
    ):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=name,
            uris=[],
            fileNames=[],
            nodeNames=[],
            customDownloader=downloader,
            thumbnailFileName=str(icons / "Demonstration.png"),
        )


def _makePatient(source: Any) -> tuple[Any, Any]:
    from .services import demonstration

    return demonstration.addPatient(slicer.mrmlScene, demonstration.simulate())


def _makePatientWithPet(source: Any) -> tuple[Any, Any, Any]:
    from .services import demonstration

    return demonstration.addPatientWithPet(slicer.mrmlScene, demonstration.simulateWithPet())

"""The demonstration patient in Slicer's Sample Data module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

CATEGORY = "RadioImmunoScore"


def registerSampleData(icons: Path) -> None:
    """Offer the simulated patient; nothing is downloaded for it.

    Parameters
    ----------
    icons : Path
        The folder of the module's icons.
    """
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName="RadioImmunoScoreDemonstration",
        uris=[],
        fileNames=[],
        nodeNames=[],
        customDownloader=_makePatient,
        thumbnailFileName=str(icons / "Demonstration.png"),
    )


def _makePatient(source: Any) -> tuple[Any, Any]:
    from .services import demonstration

    return demonstration.addPatient(slicer.mrmlScene, demonstration.simulate())

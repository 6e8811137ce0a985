"""The adapter between the MRML scene and `radioimmuno`: volume and segmentation in, scores in color out.

Uses only what Slicer 5.8 offers too. All of it belongs on the main thread; what `readImage` and `readLesions`
give back are plain arrays that a worker may have.
"""

from .painting import restoreColors
from .reading import SegmentationReading, readImage, readLesions, readVoxels, shapeFindings
from .showing import SceneResult, clearScores, hideOthers, jumpToLesion, showScores
from .tags import setIrradiated, setSite

__all__ = [
    "SceneResult",
    "SegmentationReading",
    "clearScores",
    "hideOthers",
    "jumpToLesion",
    "readImage",
    "readLesions",
    "readVoxels",
    "restoreColors",
    "setIrradiated",
    "setSite",
    "shapeFindings",
    "showScores",
]
